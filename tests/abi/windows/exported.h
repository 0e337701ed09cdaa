/* SPDX-License-Identifier: MIT
 *
 * exported.h: a program links a jump to a function of a DLL, which its import
 * library has; the function itself is found by its name.
 */
#ifndef TESTS_ABI_WINDOWS_EXPORTED_H
#define TESTS_ABI_WINDOWS_EXPORTED_H

#include <string.h>
#include <windows.h>

static inline void (*exported_function(const char *name, void (*linked)(void)))(
    void)
{
	FARPROC found = GetProcAddress(GetModuleHandleA("iosrc.dll"), name);
	void (*function)(void);

	(void)linked;
	memcpy(&function, &found, sizeof function);
	return function;
}

#endif
