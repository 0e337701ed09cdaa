/* SPDX-License-Identifier: MIT
 *
 * clock.c: time, and what was used of the processor.
 */
#include "native.h"

#include <psapi.h>

#define SECOND INT64_C(1000000000)

int64_t system_now(void)
{
	LARGE_INTEGER count, rate;

	QueryPerformanceFrequency(&rate);
	QueryPerformanceCounter(&count);
	return count.QuadPart / rate.QuadPart * SECOND +
	    count.QuadPart % rate.QuadPart * SECOND / rate.QuadPart;
}

/* Never less: rounded up to the system's millisecond. */
void system_sleep(int64_t ns)
{
	int64_t end = system_now() + ns;

	while (system_now() < end)
		Sleep((DWORD)((end - system_now()) / 1000000 + 1));
}

static int64_t sum_of(const FILETIME *kernel, const FILETIME *user)
{
	ULARGE_INTEGER one, other;

	one.LowPart = kernel->dwLowDateTime;
	one.HighPart = kernel->dwHighDateTime;
	other.LowPart = user->dwLowDateTime;
	other.HighPart = user->dwHighDateTime;
	return (int64_t)(one.QuadPart + other.QuadPart) * 100;
}

/* Ticks of up to 16 ms, one of each end. */
const int64_t system_cpu_grain = 32000000;

int64_t system_process_cpu(void)
{
	FILETIME began, ended, kernel, user;

	native_must(GetProcessTimes(GetCurrentProcess(), &began, &ended,
	                &kernel, &user),
	    "GetProcessTimes");
	return sum_of(&kernel, &user);
}

int64_t system_thread_cpu(void)
{
	FILETIME began, ended, kernel, user;

	if (!GetThreadTimes(GetCurrentThread(), &began, &ended, &kernel, &user))
		return 0;
	return sum_of(&kernel, &user);
}

long system_thread_switches(void)
{
	return 0;
}

int64_t system_resident_size(void)
{
	PROCESS_MEMORY_COUNTERS counters;

	if (!K32GetProcessMemoryInfo(GetCurrentProcess(), &counters,
	        sizeof(counters)))
		return 0;
	return (int64_t)counters.WorkingSetSize;
}

long system_process_id(void)
{
	return (long)GetCurrentProcessId();
}
