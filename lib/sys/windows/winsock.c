/* SPDX-License-Identifier: MIT
 *
 * winsock.c: WSAStartup, once a process, and the sockets that need it.
 *
 * With operation.c's table, what in the library is neither const nor in an
 * object: Winsock counts its users by process, and a count of the library's own
 * keeps its sockets alive when the program ends its use (WSACleanup closes all
 * sockets with the last user). It is never given back. Sockets that
 * iosrc_into_inner has given away need it after the last object of the library,
 * and unloading may not call into Winsock (DllMain). A copy of the library that
 * is loaded and unloaded a thousand times leaves a count of a thousand and
 * nothing else. For the same reasons Winsock's own DLL is pinned: it would go with a library
 * that was the only one to need it, and with it the count, its threads' code
 * and, on Wine 8, the way from a handle to its socket.
 */
#include <config.h>

#include "sys/windows/winsock.h"

#include <windows.h>

#include "status.h"

static INIT_ONCE started = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK start(PINIT_ONCE once, PVOID out_code, PVOID *context)
{
	WSADATA data;
	HMODULE winsock;

	(void)once;
	(void)context;
	*(int *)out_code = WSAStartup(MAKEWORD(2, 2), &data);
	if (*(int *)out_code != 0)
		return FALSE;
	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, L"ws2_32.dll",
	    &winsock);
	return TRUE;
}

/* A start that fails is tried again by the next call. */
iosrc_status iosrc__winsock_start(void)
{
	int code = 0;

	if (InitOnceExecuteOnce(&started, start, &code, NULL))
		return IOSRC_OK;
	return iosrc_status_from_os(code);
}

iosrc_status iosrc__winsock_open(int family, int type, SOCKET *out_socket)
{
	const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
	iosrc_status status = iosrc__winsock_start();

	if (status < 0)
		return status;
	*out_socket = WSASocketW(family, type, 0, NULL, 0, flags);
	if (*out_socket != INVALID_SOCKET)
		return IOSRC_OK;
	status = iosrc_status_last_os();
	return iosrc_status_kind(status) == IOSRC_KIND_UNSUPPORTED
	    ? IOSRC_E_UNSUPPORTED
	    : status;
}

iosrc_status iosrc__winsock_set_flags(iosrc_handle handle)
{
	u_long on = 1;

	if (ioctlsocket((SOCKET)handle, (long)FIONBIO, &on) != 0 ||
	    !SetHandleInformation((HANDLE)handle, HANDLE_FLAG_INHERIT, 0))
		return iosrc_status_last_os();
	return IOSRC_OK;
}

iosrc_status iosrc__winsock_failed(iosrc_handle handle)
{
	int code = WSAGetLastError();
	int type;
	int size = sizeof type;

	if (code == WSAEOPNOTSUPP &&
	    getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
	        &size) != 0)
		code = WSAENOTSOCK;
	return iosrc_status_from_os(code);
}

iosrc_status iosrc__winsock_protocol(iosrc_handle handle,
    WSAPROTOCOL_INFOW *out_protocol)
{
	int size = sizeof(*out_protocol);

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_PROTOCOL_INFOW,
	           (char *)out_protocol, &size) == 0
	    ? IOSRC_OK
	    : iosrc__winsock_failed(handle);
}
