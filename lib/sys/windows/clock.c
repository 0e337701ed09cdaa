/* SPDX-License-Identifier: MIT
 *
 * clock.c: the performance counter, which no step of the wall clock moves.
 */
#include <config.h>

#include "sys/clock.h"

#include <windows.h>

#define SECOND INT64_C(1000000000)

int64_t iosrc__clock_now(void)
{
	LARGE_INTEGER frequency, now;

	/* Neither fails since Windows XP, and neither enters the kernel. */
	QueryPerformanceFrequency(&frequency);
	QueryPerformanceCounter(&now);
	return now.QuadPart / frequency.QuadPart * SECOND +
	    now.QuadPart % frequency.QuadPart * SECOND / frequency.QuadPart;
}
