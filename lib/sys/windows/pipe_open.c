/* SPDX-License-Identifier: MIT
 *
 * pipe_open.c: named pipes.
 *
 * A pipe of two ends is one, too, whose name nobody else is told: the handles
 * of CreatePipe cannot be waited for without a thread. Streams are byte pipes,
 * SEQPACKET message pipes. Clients of other machines are refused.
 */
#include <config.h>

#include "sys/windows/pipe.h"

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "status.h"
#include "sys/windows/nt.h"
#include "sys/windows/nt_status.h"

#define ROOM 65536 /* as much as a pipe of Linux takes */

#define NAME_MOST 300 /* the system's own limit is 256 */

/* Process, thread and time; who was quicker with it is told by the open. */
static void make_name(WCHAR *out, unsigned attempt)
{
	LARGE_INTEGER now;

	QueryPerformanceCounter(&now);
	_snwprintf(out, NAME_MOST, L"\\\\.\\pipe\\iosrc-%lx-%lx-%llx-%x",
	    GetCurrentProcessId(), GetCurrentThreadId(),
	    (unsigned long long)now.QuadPart, attempt);
	out[NAME_MOST - 1] = L'\0';
}

static HANDLE open_reader(const WCHAR *name)
{
	return CreateNamedPipeW(name,
	    PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED |
	        FILE_FLAG_FIRST_PIPE_INSTANCE,
	    PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT |
	        PIPE_REJECT_REMOTE_CLIENTS,
	    1, ROOM, ROOM, 0, NULL);
}

iosrc_status iosrc__pipe_open(iosrc_handle out_handles[2])
{
	enum { ATTEMPTS = 16 };
	WCHAR name[NAME_MOST];
	HANDLE reader = INVALID_HANDLE_VALUE;
	HANDLE writer;
	iosrc_status status;

	for (unsigned i = 0; i < ATTEMPTS && reader == INVALID_HANDLE_VALUE;
	     i++) {
		make_name(name, i);
		reader = open_reader(name);
	}
	if (reader == INVALID_HANDLE_VALUE)
		return iosrc_status_last_os();
	writer = CreateFileW(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
	    FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS,
	    NULL);
	if (writer == INVALID_HANDLE_VALUE) {
		status = iosrc_status_last_os();
		CloseHandle(reader);
		return status;
	}
	out_handles[0] = (iosrc_handle)reader;
	out_handles[1] = (iosrc_handle)writer;
	return IOSRC_OK;
}

/* ---- named ones ---- */

/* The address has all of \\\\.\\pipe\\NAME, in UTF-8. */
static iosrc_status name_of(const iosrc_address *address, WCHAR *out)
{
	int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS,
	    (const char *)address->data, (int)address->size, out,
	    NAME_MOST - 1);

	if (length <= 0)
		return iosrc_status_last_os();
	out[length] = L'\0';
	return IOSRC_OK;
}

static DWORD mode_of(uint32_t type)
{
	return type == IOSRC_TYPE_SEQPACKET
	    ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE
	    : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;
}

static iosrc_status open_instance(const WCHAR *name, DWORD access, DWORD mode,
    HANDLE *out_handle)
{
	*out_handle = CreateNamedPipeW(name, access | FILE_FLAG_OVERLAPPED,
	    mode | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
	    PIPE_UNLIMITED_INSTANCES, ROOM, ROOM, 0, NULL);
	return *out_handle != INVALID_HANDLE_VALUE ? IOSRC_OK
	                                           : iosrc_status_last_os();
}

/* Is there such a pipe? It is waited for a millisecond if it is busy. */
static bool is_there(const WCHAR *name)
{
	return WaitNamedPipeW(name, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
}

/* A first instance is refused where there is one, but for Wine 8, which needs
 * to be asked. */
iosrc_status iosrc__pipe_listen(const iosrc_address *address, uint32_t type,
    iosrc_handle *out_handle)
{
	WCHAR name[NAME_MOST];
	HANDLE handle;
	iosrc_status status = name_of(address, name);

	if (status < 0)
		return status;
	if (is_there(name))
		return iosrc_status_from_os(WSAEADDRINUSE);
	status = open_instance(name,
	    PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, mode_of(type),
	    &handle);
	if (status < 0)
		return iosrc_status_os(status) == ERROR_ACCESS_DENIED
		    ? iosrc_status_from_os(WSAEADDRINUSE)
		    : status;
	*out_handle = (iosrc_handle)handle;
	return IOSRC_OK;
}

/* All instances have their clients: as a full backlog. */
iosrc_status iosrc__pipe_connect(const iosrc_address *address, uint32_t type,
    iosrc_handle *out_handle)
{
	DWORD mode = PIPE_READMODE_MESSAGE;
	WCHAR name[NAME_MOST];
	HANDLE handle;
	iosrc_status status = name_of(address, name);

	if (status < 0)
		return status;
	handle = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
	    OPEN_EXISTING,
	    FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT |
	        SECURITY_IDENTIFICATION,
	    NULL);
	if (handle == INVALID_HANDLE_VALUE)
		return GetLastError() == ERROR_PIPE_BUSY
		    ? IOSRC_E_WOULD_BLOCK
		    : iosrc_status_last_os();
	if (type == IOSRC_TYPE_SEQPACKET &&
	    !SetNamedPipeHandleState(handle, &mode, NULL, NULL)) {
		status = iosrc_status_last_os();
		CloseHandle(handle);
		return status;
	}
	*out_handle = (iosrc_handle)handle;
	return IOSRC_OK;
}

/* ---- the next instance ---- */

struct file_name {
	FILE_NAME_INFORMATION about;
	WCHAR room[NAME_MOST];
};

/* The system knows it below the root of its pipes. */
static iosrc_status name_of_handle(HANDLE handle, WCHAR *out)
{
	struct file_name name;
	IO_STATUS_BLOCK done;
	NTSTATUS status = NtQueryInformationFile(handle, &done, &name,
	    sizeof(name), FileNameInformation);

	if (status < 0)
		return iosrc__status_from_nt(status);
	_snwprintf(out, NAME_MOST, L"\\\\.\\pipe%.*ls",
	    (int)(name.about.FileNameLength / sizeof(WCHAR)),
	    name.about.FileName);
	out[NAME_MOST - 1] = L'\0';
	return IOSRC_OK;
}

iosrc_status iosrc__pipe_listen_again(const struct iosrc__pipe *pipe,
    HANDLE *out_handle)
{
	DWORD access = (pipe->reads ? (DWORD)PIPE_ACCESS_INBOUND : 0) |
	    (pipe->writes ? (DWORD)PIPE_ACCESS_OUTBOUND : 0);
	WCHAR name[NAME_MOST];
	iosrc_status status = name_of_handle(pipe->handle, name);

	return status < 0 ? status
	                  : open_instance(name, access,
	                        mode_of(pipe->message ? IOSRC_TYPE_SEQPACKET
	                                              : IOSRC_TYPE_STREAM),
	                        out_handle);
}
