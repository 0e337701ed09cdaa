/* SPDX-License-Identifier: MIT
 *
 * handle.c: sockets, pipes and waitable handles: who closes what.
 */
#include <config.h>

#include "sys/handle.h"

#include <stdbool.h>
#include <winsock2.h>

#include "source.h"
#include "status.h"
#include "sys/windows/pipe.h"

static bool is_known(iosrc_handle_type type)
{
	return type <= IOSRC_HANDLE_WAITABLE;
}

static bool is_socket(iosrc_handle_type type)
{
	return type == IOSRC_HANDLE_DEFAULT || type == IOSRC_HANDLE_SOCKET;
}

iosrc_status iosrc__handle_check(iosrc_handle handle, iosrc_handle_type type)
{
	if (handle == -1 || (handle == 0 && is_known(type) && !is_socket(type)))
		return IOSRC_E_INVALID;
	return is_known(type) ? IOSRC_OK : IOSRC_E_UNSUPPORTED;
}

/* A socket that lingers refuses to be closed while it does not block: Unix
 * waits there, whatever the handle's mode. */
static bool close_lingering(SOCKET socket)
{
	u_long off = 0;

	return WSAGetLastError() == WSAEWOULDBLOCK &&
	    ioctlsocket(socket, (long)FIONBIO, &off) == 0 &&
	    closesocket(socket) == 0;
}

uint32_t iosrc__handle_traits(iosrc_handle_type type)
{
	switch (type) {
	case IOSRC_HANDLE_PIPE:
		return IOSRC__SOURCE_PIPE;
	case IOSRC_HANDLE_WAITABLE:
		return IOSRC__SOURCE_WAITABLE;
	default:
		return 0;
	}
}

static iosrc_status close_handle(HANDLE handle)
{
	return CloseHandle(handle) ? IOSRC_OK : iosrc_status_last_os();
}

static iosrc_status close_socket(SOCKET socket)
{
	if (closesocket(socket) == 0 || close_lingering(socket))
		return IOSRC_OK;
	return iosrc_status_last_os();
}

iosrc_status iosrc__handle_close(iosrc_source *source)
{
	if (iosrc__source_has(source, IOSRC__SOURCE_WAITABLE))
		return close_handle((HANDLE)source->handle);
	if (iosrc__pipe_is(source))
		return iosrc__pipe_end(source, true);
	return close_socket((SOCKET)source->handle);
}

void iosrc__handle_let_go(iosrc_source *source)
{
	if (iosrc__pipe_is(source))
		iosrc__pipe_end(source, false);
}
