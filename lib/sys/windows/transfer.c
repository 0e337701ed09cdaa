/* SPDX-License-Identifier: MIT
 *
 * transfer.c: WSARecv, WSASend and what their errors mean on Unix.
 *
 * - A datagram that is longer than the room is an error to Winsock, which has
 *   stored what fits. To Unix it is a count.
 * - Where no urgent byte has come, reading it would block to Winsock. To Unix
 *   it is a wrong thing to ask for.
 * - Reading after a shutdown of one's own is an error to Winsock and the end
 *   of the stream to Unix.
 * - A connection that was reset may be "aborted" to Winsock: by its own side,
 *   which gave up. No read or write of Unix answers that.
 * - A datagram that nobody took comes back as a connection that was reset.
 */
#include <config.h>

#include "sys/windows/transfer.h"

#include "status.h"
#include "sys/windows/winsock.h"

static bool is_datagram(iosrc_handle handle)
{
	int type = 0;
	int size = sizeof type;

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
	           &size) == 0 &&
	    type == SOCK_DGRAM;
}

static iosrc_status status_of(iosrc_handle handle, int code)
{
	if (code == WSAECONNRESET && is_datagram(handle))
		code = WSAECONNREFUSED;
	else if (code == WSAENETRESET && is_datagram(handle))
		code = WSAEHOSTUNREACH; /* its time to live ended */
	else if (code == WSAECONNABORTED)
		code = WSAECONNRESET;
	return iosrc_status_from_os(code);
}

/* ---- receiving ---- */

static int64_t room_of(const struct iosrc__transfer *what)
{
	int64_t room = 0;

	for (DWORD i = 0; i < what->count; i++)
		room += what->buffers[i].len;
	return room;
}

/* Wine lets whoever asks a datagram socket for urgent data wait. */
static bool is_stream(iosrc_handle handle)
{
	int type = SOCK_STREAM, size = sizeof type;

	getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type, &size);
	return type == SOCK_STREAM;
}

static int64_t recv_failed(iosrc_handle handle,
    const struct iosrc__transfer *what, bool *out_truncated)
{
	int code = WSAGetLastError();

	if (code == WSAEMSGSIZE) {
		*out_truncated = true;
		return room_of(what);
	}
	if (code == WSAESHUTDOWN)
		return 0;
	if (code == WSAEWOULDBLOCK && what->flags & (DWORD)MSG_OOB)
		code = is_stream(handle) ? WSAEINVAL : WSAEOPNOTSUPP;
	return status_of(handle, code);
}

int64_t iosrc__transfer_recv(iosrc_handle handle,
    const struct iosrc__transfer *what, struct iosrc__socket_address *out_peer,
    bool *out_truncated)
{
	DWORD flags = what->flags;
	DWORD moved = 0;
	int failed;

	*out_truncated = false;
	if (out_peer) {
		iosrc__sockaddr_any(AF_UNSPEC, out_peer);
		out_peer->size = sizeof out_peer->u;
		failed = WSARecvFrom((SOCKET)handle, what->buffers, what->count,
		    &moved, &flags, &out_peer->u.any, &out_peer->size, NULL,
		    NULL);
		/* A stream leaves address and size as they were. */
		if (out_peer->u.any.sa_family == AF_UNSPEC)
			out_peer->size = 0;
	} else {
		failed = WSARecv((SOCKET)handle, what->buffers, what->count,
		    &moved, &flags, NULL, NULL);
	}
	return failed ? recv_failed(handle, what, out_truncated)
	              : (int64_t)moved;
}

/* ---- sending ---- */

int64_t iosrc__transfer_send(iosrc_handle handle,
    const struct iosrc__transfer *what,
    const struct iosrc__socket_address *peer)
{
	DWORD moved = 0;
	int failed = peer
	    ? WSASendTo((SOCKET)handle, what->buffers, what->count, &moved,
	          what->flags, &peer->u.any, peer->size, NULL, NULL)
	    : WSASend((SOCKET)handle, what->buffers, what->count, &moved,
	          what->flags, NULL, NULL);

	return failed ? status_of(handle, WSAGetLastError()) : (int64_t)moved;
}
