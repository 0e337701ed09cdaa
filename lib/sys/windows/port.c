/* SPDX-License-Identifier: MIT
 *
 * port.c: I/O completion ports.
 */
#include <config.h>

#include "sys/windows/port.h"

#include "wait.h"

/* How many threads a port lets run before it holds back the rest. All: one
 * that works on its events for long must not keep another one asleep. */
#define RUNNING_THREADS 0xffff

iosrc_status iosrc__port_open(HANDLE *out_port)
{
	*out_port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0,
	    RUNNING_THREADS);
	return *out_port ? IOSRC_OK : iosrc_status_last_os();
}

iosrc_status iosrc__port_join(HANDLE port, HANDLE file, ULONG_PTR key)
{
	/* Nobody waits for the file itself: not setting its event saves the
	 * system some work. */
	if (!CreateIoCompletionPort(file, port, key, 0) ||
	    !SetFileCompletionNotificationModes(file,
	        FILE_SKIP_SET_EVENT_ON_HANDLE))
		return iosrc_status_last_os();
	return IOSRC_OK;
}

iosrc_status iosrc__port_post(HANDLE port, ULONG_PTR key,
    struct iosrc__watch *watch)
{
	if (!PostQueuedCompletionStatus(port, 0, key,
	        (OVERLAPPED *)(void *)watch))
		return iosrc_status_last_os();
	return IOSRC_OK;
}

int64_t iosrc__port_take(HANDLE port, OVERLAPPED_ENTRY *out_packets,
    size_t count, int64_t left_ns)
{
	DWORD left_ms = left_ns < 0 ? INFINITE
	                            : (DWORD)iosrc__deadline_ms(left_ns);
	ULONG taken = 0;

	if (GetQueuedCompletionStatusEx(port, out_packets, (ULONG)count, &taken,
	        left_ms, FALSE))
		return (int64_t)taken;
	/* The count means nothing then: Wine sets it to 1. */
	return GetLastError() == WAIT_TIMEOUT ? 0 : iosrc_status_last_os();
}
