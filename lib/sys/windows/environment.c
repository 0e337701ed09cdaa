/* SPDX-License-Identifier: MIT
 *
 * environment.c: the process's own environment. That of the C runtime is a
 * copy, and each runtime in a process has one. No program here runs with
 * privileges that its caller does not have.
 */
#include <config.h>

#include "sys/environment.h"

#include <string.h>
#include <windows.h>

bool iosrc__environment_get(const char *name, char *out_text, size_t size)
{
	DWORD length = GetEnvironmentVariableA(name, out_text, (DWORD)size);

	/* Too long: the room's contents are undefined. A text that fills the
	 * room is as wrong as the real one. */
	if (length >= size) {
		memset(out_text, '?', size - 1);
		out_text[size - 1] = '\0';
	}
	return length > 0;
}
