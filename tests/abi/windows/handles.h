/* SPDX-License-Identifier: MIT
 *
 * handles.h: how many handles a process has, from the list that the system
 * keeps of all there are: Wine counts those of a process as none.
 */
#ifndef TESTS_ABI_WINDOWS_HANDLES_H
#define TESTS_ABI_WINDOWS_HANDLES_H

/* Fails the test when it cannot tell. */
unsigned handles_count(void);

#endif
