/* SPDX-License-Identifier: MIT
 *
 * system.h: what the tests of the core ask of any system.
 */
#ifndef TESTS_CORE_SYSTEM_H
#define TESTS_CORE_SYSTEM_H

/* Gives a variable of the environment a value; NULL takes it out. */
void system_set_variable(const char *name, const char *value);
/* Ends the process with a failure if it is there still. */
void system_end_in(unsigned seconds);

#endif
