/* SPDX-License-Identifier: MIT
 *
 * unix_path.c: a socket's file is a reparse point with a tag of its own.
 */
#include <config.h>

#include "sys/windows/unix_path.h"

#include <windows.h>

#include "status.h"
#include "sys/windows/winsock.h"

#ifndef IO_REPARSE_TAG_AF_UNIX
#define IO_REPARSE_TAG_AF_UNIX 0x80000023
#endif

#define PATIENCE_SECONDS 1

/* A path of UTF-8 in UTF-16: no longer in units than in bytes. */
struct path {
	wchar_t text[UNIX_PATH_MAX];
};

/* False: the address has no path. */
static bool path_of(const struct iosrc__socket_address *address,
    struct path *out_path)
{
	return address->u.any.sa_family == AF_UNIX &&
	    address->u.path.sun_path[0] != '\0' &&
	    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS,
	        address->u.path.sun_path, -1, out_path->text,
	        UNIX_PATH_MAX) > 0;
}

void iosrc__unix_path_remove(const struct iosrc__socket_address *address)
{
	struct path path;

	if (path_of(address, &path))
		DeleteFileW(path.text);
}

static bool is_socket(const struct path *path)
{
	WIN32_FIND_DATAW found;
	HANDLE search = FindFirstFileW(path->text, &found);

	if (search == INVALID_HANDLE_VALUE)
		return false;
	FindClose(search);
	return (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
	    found.dwReserved0 == IO_REPARSE_TAG_AF_UNIX;
}

/* How a connect ended that did not block. */
static int code_of_connect(SOCKET socket)
{
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	fd_set failed = { .fd_count = 1, .fd_array = { socket } };
	int code = 0;
	int size = sizeof code;

	if (select(0, NULL, NULL, &failed, &patience) == 1)
		getsockopt(socket, SOL_SOCKET, SO_ERROR, (char *)&code, &size);
	return code;
}

static bool is_refused(SOCKET socket,
    const struct iosrc__socket_address *address)
{
	int code;

	if (iosrc__winsock_set_flags((iosrc_handle)socket) < 0 ||
	    connect(socket, &address->u.any, address->size) == 0)
		return false;
	code = WSAGetLastError();
	if (code == WSAEWOULDBLOCK)
		code = code_of_connect(socket);
	return code == WSAECONNREFUSED;
}

/* Any other answer, also one that forbids to ask, leaves the path to whoever
 * has it. */
static bool nobody_answers(const struct iosrc__socket_address *address,
    int type)
{
	SOCKET socket;
	bool refused;

	if (iosrc__winsock_open(AF_UNIX, type, &socket) < 0)
		return false;
	refused = is_refused(socket, address);
	closesocket(socket);
	return refused;
}

bool iosrc__unix_path_remove_stale(const struct iosrc__socket_address *address,
    int type)
{
	struct path path;

	return path_of(address, &path) && is_socket(&path) &&
	    nobody_answers(address, type) && DeleteFileW(path.text);
}
