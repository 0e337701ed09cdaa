/* SPDX-License-Identifier: MIT
 *
 * allocations.h: malloc and its kin, counted and made to fail. The test
 * program is linked with ALLOCATIONS_LDFLAGS of tests/support/Makefile.inc,
 * which send the calls of all that is linked in here; shared libraries keep
 * their own.
 */
#ifndef TESTS_SUPPORT_ALLOCATIONS_H
#define TESTS_SUPPORT_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Blocks that live. */
size_t allocations_live(void);

/* The nth allocation from now fails, once; 0: none does. */
void allocations_fail(unsigned nth);
/* Has it come to that? */
bool allocations_failed(void);

#endif
