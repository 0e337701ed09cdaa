/* SPDX-License-Identifier: MIT
 *
 * calls.h: syscall(2) of the core that is linked in, counted and made to
 * fail: nothing but the ring uses it. Needs -Wl,--wrap=syscall and
 * --wrap=madvise.
 */
#ifndef TESTS_URING_CALLS_H
#define TESTS_URING_CALLS_H

#include <stdbool.h>

/* How often the ring was entered. */
unsigned calls_enters(void);
/* Operations that were handed over. */
unsigned long calls_submitted(void);

/* From here on: setting up, asking for opcodes, MADV_DONTFORK fail with this
 * error; 0: no more. */
void calls_fail_setup(int error);
void calls_fail_probe(int error);
void calls_fail_dontfork(int error);
/* The kernel says that it knows no operation. */
void calls_know_nothing(bool nothing);

/* The next enter hands over `first` operations at most, each later one fails
 * with the error, `times` times (-1: for ever). */
void calls_fail_enter(unsigned first, int error, int times);

void calls_reset(void);

#endif
