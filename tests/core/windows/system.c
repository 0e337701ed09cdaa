/* SPDX-License-Identifier: MIT
 *
 * system.c: the environment, and a thread that outlives nothing.
 */
#include "tests/core/system.h"

#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#define HUNG 124

void system_set_variable(const char *name, const char *value)
{
	SetEnvironmentVariableA(name, value);
}

static DWORD WINAPI end(void *seconds)
{
	Sleep((DWORD)(uintptr_t)seconds * 1000);
	fputs("the test hangs\n", stderr);
	TerminateProcess(GetCurrentProcess(), HUNG);
	return 0;
}

void system_end_in(unsigned seconds)
{
	HANDLE thread = CreateThread(NULL, 0, end, (void *)(uintptr_t)seconds,
	    0, NULL);

	if (thread)
		CloseHandle(thread);
}
