/* SPDX-License-Identifier: MIT
 *
 * environment.h: the process environment, as far as it may be believed.
 */
#ifndef IOSRC_SYS_ENVIRONMENT_H
#define IOSRC_SYS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Stores the variable's text, cut to the room and ended with NUL. False: it is
 * not set, or the program runs with privileges that its caller does not
 * have. */
bool iosrc__environment_get(const char *name, char *out_text, size_t size);

#endif
