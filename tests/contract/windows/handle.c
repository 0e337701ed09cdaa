/* SPDX-License-Identifier: MIT
 *
 * handle.c: sockets, and pipes as a test opens them: overlapped, each call
 * with an event of its own whose low bit keeps the packet away from the port
 * that the handle may belong to.
 */
#include "native.h"

#include <stdio.h>
#include <string.h>
#include <winternl.h>

#define ROOM 65536

void native_must(int ok, const char *what)
{
	if (!ok)
		fail_msg("%s: error %lu", what, GetLastError());
}

iosrc_source *native_waitable(HANDLE handle)
{
	iosrc_source *source = NULL;

	native_must(handle != NULL, "a waitable handle");
	assert_ok(
	    iosrc_create((iosrc_handle)handle, IOSRC_HANDLE_WAITABLE, &source));
	return source;
}

HANDLE native_process(const WCHAR *arguments, DWORD flags, HANDLE *out_thread)
{
	WCHAR program[MAX_PATH + 1], line[2 * MAX_PATH];
	PROCESS_INFORMATION made;
	STARTUPINFOW how;

	memset(&how, 0, sizeof(how));
	how.cb = sizeof(how);
	native_must(GetModuleFileNameW(NULL, program, MAX_PATH) > 0,
	    "GetModuleFileName");
	swprintf(line, 2 * MAX_PATH, L"\"%ls\" %ls", program, arguments);
	native_must(CreateProcessW(program, line, NULL, NULL, FALSE,
	                flags | DETACHED_PROCESS, NULL, NULL, &how, &made),
	    "CreateProcess");
	if (out_thread)
		*out_thread = made.hThread;
	else
		CloseHandle(made.hThread);
	return made.hProcess;
}

int native_is_socket(iosrc_handle handle)
{
	int type, size = sizeof(type);

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
	           &size) == 0;
}

int native_is_pipe(iosrc_handle handle)
{
	return !native_is_socket(handle) &&
	    GetFileType(native_handle(handle)) == FILE_TYPE_PIPE;
}

int native_is_wine(void)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

	return ntdll && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

/* ---- pipes ---- */

static iosrc_status pipe_status(DWORD error)
{
	return iosrc_status_from_os((int32_t)error);
}

/* One call, waited for; one that cannot end now is taken back. */
static int64_t finish(HANDLE pipe, BOOL done, OVERLAPPED *call)
{
	DWORD count = 0, error = done ? ERROR_SUCCESS : GetLastError();

	if (!done && error != ERROR_IO_PENDING)
		return pipe_status(error);
	if (!done && WaitForSingleObject(call->hEvent, 20) != WAIT_OBJECT_0)
		CancelIoEx(pipe, call);
	if (GetOverlappedResult(pipe, call, &count, TRUE))
		return count;
	error = GetLastError();
	return error == ERROR_OPERATION_ABORTED ? IOSRC_E_WOULD_BLOCK
	                                        : pipe_status(error);
}

static HANDLE event_without_packet(HANDLE event)
{
	return (HANDLE)((uintptr_t)event | 1);
}

static int64_t pipe_read(HANDLE pipe, void *data, size_t size)
{
	OVERLAPPED call = { 0 };
	DWORD there = 0, error;
	int64_t got;

	if (!PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL)) {
		error = GetLastError();
		return error == ERROR_BROKEN_PIPE ? 0 : pipe_status(error);
	}
	if (there == 0)
		return IOSRC_E_WOULD_BLOCK;
	call.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	native_must(call.hEvent != NULL, "CreateEvent");
	call.hEvent = event_without_packet(call.hEvent);
	got = finish(pipe, ReadFile(pipe, data, (DWORD)size, NULL, &call),
	    &call);
	CloseHandle((HANDLE)((uintptr_t)call.hEvent & ~(uintptr_t)1));
	return got;
}

static int64_t pipe_write(HANDLE pipe, const void *data, size_t size)
{
	OVERLAPPED call = { 0 };
	int64_t put;

	call.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	native_must(call.hEvent != NULL, "CreateEvent");
	call.hEvent = event_without_packet(call.hEvent);
	put = finish(pipe, WriteFile(pipe, data, (DWORD)size, NULL, &call),
	    &call);
	CloseHandle((HANDLE)((uintptr_t)call.hEvent & ~(uintptr_t)1));
	return put;
}

/* ---- any handle ---- */

int64_t system_read(iosrc_handle handle, void *data, size_t size)
{
	if (native_is_pipe(handle))
		return pipe_read(native_handle(handle), data, size);
	return system_recv(handle, data, size, 0);
}

int64_t system_write(iosrc_handle handle, const void *data, size_t size)
{
	if (native_is_pipe(handle))
		return pipe_write(native_handle(handle), data, size);
	return system_send(handle, data, size, 0);
}

iosrc_status system_close(iosrc_handle handle)
{
	if (native_is_socket(handle))
		return closesocket((SOCKET)handle) == 0
		    ? IOSRC_OK
		    : iosrc_status_last_os();
	return CloseHandle(native_handle(handle)) ? IOSRC_OK
	                                          : iosrc_status_last_os();
}

int system_is_open(iosrc_handle handle)
{
	DWORD flags;

	return GetHandleInformation(native_handle(handle), &flags) != 0;
}

static iosrc_handle copy_of(iosrc_handle handle)
{
	HANDLE copy = NULL, self = GetCurrentProcess();

	native_must(DuplicateHandle(self, native_handle(handle), self, &copy, 0,
	                FALSE, DUPLICATE_SAME_ACCESS),
	    "DuplicateHandle");
	return (iosrc_handle)copy;
}

static iosrc_handle duplicate_socket(iosrc_handle handle)
{
	WSAPROTOCOL_INFOW info;
	SOCKET copy;

	native_must(WSADuplicateSocketW((SOCKET)handle, GetCurrentProcessId(),
	                &info) == 0,
	    "WSADuplicateSocket");
	copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
	    FROM_PROTOCOL_INFO, &info, 0,
	    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	native_must(copy != INVALID_SOCKET, "WSASocket");
	return (iosrc_handle)copy;
}

iosrc_handle system_duplicate(iosrc_handle handle)
{
	return native_is_socket(handle) ? duplicate_socket(handle)
	                                : copy_of(handle);
}

iosrc_handle_type system_handle_type(iosrc_handle handle)
{
	return native_is_pipe(handle) ? IOSRC_HANDLE_PIPE
	                              : IOSRC_HANDLE_DEFAULT;
}

static int pipe_await(HANDLE pipe, iosrc_bits directions, int64_t timeout_ms)
{
	int64_t end = system_now() + timeout_ms * 1000000;
	DWORD there = 0;

	if (!(directions & IOSRC_READABLE))
		return 1;
	do {
		if (!PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL) ||
		    there > 0)
			return 1;
		Sleep(1);
	} while (system_now() < end);
	return 0;
}

int system_await(iosrc_handle handle, iosrc_bits directions, int64_t timeout_ms)
{
	struct timeval limit = { (long)(timeout_ms / 1000),
		(long)(timeout_ms % 1000 * 1000) };
	fd_set sets[3];
	int i;

	if (native_is_pipe(handle))
		return pipe_await(native_handle(handle), directions,
		    timeout_ms);
	for (i = 0; i < 3; i++)
		FD_ZERO(&sets[i]);
	if (directions & IOSRC_READABLE)
		FD_SET((SOCKET)handle, &sets[0]);
	if (directions & IOSRC_WRITABLE)
		FD_SET((SOCKET)handle, &sets[1]);
	/* A refused connection shows here too. */
	if (directions & (IOSRC_WRITABLE | IOSRC_PRIORITY))
		FD_SET((SOCKET)handle, &sets[2]);
	return select(0, &sets[0], &sets[1], &sets[2], &limit) > 0;
}

static int is_listener(iosrc_handle handle)
{
	int listens = 0, size = sizeof(listens);

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_ACCEPTCONN,
	           (char *)&listens, &size) == 0 &&
	    listens;
}

/* As it was opened: calls of its own that may wait, or overlapped ones. */
static int is_overlapped(iosrc_handle pipe)
{
	const ULONG waits = FILE_SYNCHRONOUS_IO_ALERT |
	    FILE_SYNCHRONOUS_IO_NONALERT;
	IO_STATUS_BLOCK done;
	ULONG mode = waits;

	native_must(NtQueryInformationFile(native_handle(pipe), &done, &mode,
	                sizeof(mode), FileModeInformation) >= 0,
	    "NtQueryInformationFile");
	return (mode & waits) == 0;
}

/* Of a socket nobody can be asked: one that blocks hangs here, and the runner
 * ends the test. */
int system_is_nonblocking(iosrc_handle handle)
{
	char byte;

	if (native_is_pipe(handle))
		return is_overlapped(handle);
	if (is_listener(handle)) {
		iosrc_handle taken = system_accept(handle, NULL);

		if (taken >= 0)
			system_close(taken);
		return 1;
	}
	system_recv(handle, &byte, 1, IOSRC_RECV_PEEK);
	return 1;
}

int system_is_inherited(iosrc_handle handle)
{
	DWORD flags = 0;

	native_must(GetHandleInformation(native_handle(handle), &flags),
	    "GetHandleInformation");
	return (flags & HANDLE_FLAG_INHERIT) != 0;
}

/* A number that a test gave back is wanted for a duplicate. Wine hands out the
 * lowest free one, and WSADuplicateSocket opens something for a moment first.
 * So all that are lower are taken, and one of them is left to that. */
enum { TAKEN_MOST = 256 };
static HANDLE spare;

static void open_spare(void)
{
	spare = CreateEventW(NULL, TRUE, FALSE, NULL);
	native_must(spare != NULL, "CreateEvent");
}

static void CALLBACK never(void *user, BOOLEAN timed_out)
{
	(void)user;
	(void)timed_out;
}

/* The pool of threads that wait for others keeps what it made for some seconds
 * after the last wait: with one that never ends it keeps it for good. */
void native_start(void)
{
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), wait;

	native_must(event != NULL &&
	        RegisterWaitForSingleObject(&wait, event, never, NULL, INFINITE,
	            WT_EXECUTEONLYONCE),
	    "RegisterWaitForSingleObject");
	open_spare();
}

static size_t take_lower(HANDLE *events, HANDLE number)
{
	size_t count = 0;

	do {
		events[count] = CreateEventW(NULL, TRUE, FALSE, NULL);
		native_must(events[count] != NULL, "CreateEvent");
	} while (events[count] != number && ++count < TAKEN_MOST);
	if (count < TAKEN_MOST)
		CloseHandle(number);
	return count;
}

static iosrc_handle duplicate_into(iosrc_handle handle)
{
	iosrc_handle copy;

	if (!native_is_socket(handle))
		return copy_of(handle);
	CloseHandle(spare);
	copy = duplicate_socket(handle);
	open_spare();
	return copy;
}

void system_take_over(iosrc_handle handle, iosrc_handle number)
{
	HANDLE events[TAKEN_MOST];
	iosrc_handle copy = -1;
	size_t count, i;

	if (system_is_open(number))
		system_close(number);
	count = take_lower(events, native_handle(number));
	if (count < TAKEN_MOST)
		copy = duplicate_into(handle);
	for (i = 0; i < count; i++)
		CloseHandle(events[i]);
	if (copy == number)
		return;
	if (native_is_wine())
		fail_msg("handle %#llx came back, not %#llx",
		    (unsigned long long)copy, (unsigned long long)number);
	contract_skip("handle numbers do not come back in order");
}

/* ---- other interfaces ---- */

static void expect_packet(HANDLE port, OVERLAPPED *call)
{
	OVERLAPPED *got = NULL;
	ULONG_PTR key = 0;
	DWORD count = 0;

	native_must(GetQueuedCompletionStatus(port, &count, &key, &got, 5000),
	    "GetQueuedCompletionStatus");
	assert_int_equal(count, 1);
	assert_int_equal(key, 77);
	assert_ptr_equal(got, call);
}

/* A port of one's own and an overlapped read on it. */
void system_works_elsewhere(iosrc_handle handle, iosrc_handle peer)
{
	OVERLAPPED call = { 0 };
	HANDLE port;
	char byte = 0;
	WSABUF room = { 1, &byte };
	DWORD flags = 0;

	if (!native_is_socket(handle))
		return;
	port = CreateIoCompletionPort(native_handle(handle), NULL, 77, 0);
	native_must(port != NULL, "CreateIoCompletionPort");
	if (WSARecv((SOCKET)handle, &room, 1, NULL, &flags, &call, NULL) != 0)
		assert_int_equal(WSAGetLastError(), WSA_IO_PENDING);
	contract_write(peer, "r", 1);
	expect_packet(port, &call);
	assert_int_equal(byte, 'r');
	CloseHandle(port);
}

iosrc_handle system_file(void)
{
	WCHAR folder[MAX_PATH + 1], name[MAX_PATH + 1];
	HANDLE file;

	native_must(GetTempPathW(MAX_PATH, folder) > 0, "GetTempPath");
	native_must(GetTempFileNameW(folder, L"ios", 0, name) != 0,
	    "GetTempFileName");
	file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
	    CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	native_must(file != INVALID_HANDLE_VALUE, "CreateFile");
	return (iosrc_handle)file;
}

/* ---- pairs ---- */

static void datagram_pair(iosrc_handle handles[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		handles[i] = system_socket(IOSRC_TYPE_DATAGRAM);
		assert_ok(system_bind(handles[i], 0));
	}
	for (i = 0; i < 2; i++)
		assert_ok(system_connect(handles[i], system_port(handles[!i])));
}

/* TCP asks a closed window after 200 ms. */
const int64_t system_settling = 300000000;

void system_pair(uint32_t type, iosrc_handle handles[2])
{
	if (type == IOSRC_TYPE_STREAM)
		contract_tcp_pair(handles);
	else if (type == IOSRC_TYPE_DATAGRAM)
		datagram_pair(handles);
	else
		contract_skip("Windows has no SOCK_SEQPACKET");
}

int system_pipe(iosrc_handle handles[2])
{
	static LONG count;
	WCHAR name[64];
	HANDLE reader, writer;

	wsprintfW(name, L"\\\\.\\pipe\\iosrc-test-%lu-%ld",
	    GetCurrentProcessId(), InterlockedIncrement(&count));
	reader = CreateNamedPipeW(name,
	    PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED |
	        FILE_FLAG_FIRST_PIPE_INSTANCE,
	    PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, ROOM, ROOM, 0,
	    NULL);
	if (reader == INVALID_HANDLE_VALUE)
		return -1;
	writer = CreateFileW(name, GENERIC_WRITE | FILE_READ_ATTRIBUTES, 0,
	    NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	if (writer == INVALID_HANDLE_VALUE) {
		CloseHandle(reader);
		return -1;
	}
	handles[0] = (iosrc_handle)reader;
	handles[1] = (iosrc_handle)writer;
	return 0;
}
