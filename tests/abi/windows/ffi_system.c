/* SPDX-License-Identifier: MIT
 *
 * ffi_system.c: handles, and GetLastError.
 */
#include "ffi_system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <winsock2.h>

#include <windows.h>

#include <cmocka.h>

#include "handles.h"

#define LONGEST_MS 5000

unsigned system_handles(void)
{
	return handles_count();
}

static bool is_socket(iosrc_handle handle)
{
	int type, size = sizeof type;

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
	           &size) == 0;
}

iosrc_handle system_open(void)
{
	SOCKET made = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0,
	    WSA_FLAG_OVERLAPPED);

	assert_true(made != INVALID_SOCKET);
	return (iosrc_handle)made;
}

bool system_is_open(iosrc_handle handle)
{
	DWORD flags;

	return is_socket(handle) ||
	    GetHandleInformation((HANDLE)handle, &flags);
}

void system_close(iosrc_handle handle)
{
	if (is_socket(handle))
		assert_int_equal(closesocket((SOCKET)handle), 0);
	else
		assert_true(CloseHandle((HANDLE)handle));
}

static bool pipe_has_data(iosrc_handle handle)
{
	DWORD there = 0;

	return PeekNamedPipe((HANDLE)handle, NULL, 0, NULL, &there, NULL) &&
	    there > 0;
}

void system_await(iosrc_handle handle)
{
	WSAPOLLFD item = { (SOCKET)handle, POLLRDNORM, 0 };

	if (is_socket(handle))
		assert_int_equal(WSAPoll(&item, 1, LONGEST_MS), 1);
	else
		assert_true(pipe_has_data(handle)); /* as soon as written */
}

int64_t system_receive(iosrc_handle handle, void *out_data, size_t size)
{
	int count = recv((SOCKET)handle, out_data, (int)size, 0);

	return count >= 0 ? count : iosrc_status_last_os();
}

/* Wine 8 knows none by its index. */
uint32_t system_interface(void)
{
	return 0;
}

bool system_may_be_handle(uint64_t number)
{
	return number != UINT64_MAX;
}

const bool system_has_waitables = true;

const int32_t system_would_block = WSAEWOULDBLOCK;
const int32_t system_refused = WSAECONNREFUSED;
const int32_t system_broken = ERROR_BROKEN_PIPE;

void system_set_last(int32_t code)
{
	SetLastError((DWORD)code);
}
