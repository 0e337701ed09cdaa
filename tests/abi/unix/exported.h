/* SPDX-License-Identifier: MIT
 *
 * exported.h: a function of a library is the one that a program links.
 */
#ifndef TESTS_ABI_UNIX_EXPORTED_H
#define TESTS_ABI_UNIX_EXPORTED_H

static inline void (*exported_function(const char *name, void (*linked)(void)))(
    void)
{
	(void)name;
	return linked;
}

#endif
