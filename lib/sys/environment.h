/* SPDX-License-Identifier: MIT
 *
 * environment.h: the process environment, as far as it may be believed.
 */
#ifndef IOSRC_SYS_ENVIRONMENT_H
#define IOSRC_SYS_ENVIRONMENT_H

/* The variable's text, or NULL: not set, or the program runs with privileges
 * that its caller does not have. */
const char *iosrc__environment_get(const char *name);

#endif
