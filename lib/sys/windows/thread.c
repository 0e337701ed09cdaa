/* SPDX-License-Identifier: MIT
 *
 * thread.c: yielding and sleeping. No thread is cancelled here: one that is
 * ended by TerminateThread leaves locks of the whole process behind.
 */
#include <config.h>

#include "sys/thread.h"

#include <windows.h>

#define MILLISECOND 1000000

void iosrc__thread_yield(void)
{
	SwitchToThread();
}

/* Whole milliseconds, rounded up; not alertable, so that nothing ends it. */
int iosrc__thread_sleep(int64_t ns)
{
	Sleep((DWORD)((ns + MILLISECOND - 1) / MILLISECOND));
	return 0;
}

int iosrc__thread_cancel_disable(void)
{
	return 0;
}

void iosrc__thread_cancel_restore(int state)
{
	(void)state;
}
