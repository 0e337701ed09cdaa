/* SPDX-License-Identifier: MIT
 *
 * socket.c: accept, send and receive on sockets.
 *
 * A socket from accept may be inherited and its mode is not promised, so both
 * are set: a process that is made in between by another thread inherits it.
 */
#include <config.h>

#include "sys/socket.h"

#include "source.h"
#include "status.h"
#include "sys/windows/pipe.h"
#include "sys/windows/transfer.h"
#include "sys/windows/winsock.h"

/* ---- accept ---- */

/* What ended in the queue is "aborted" to Unix. */
static iosrc_status accept_failed(void)
{
	int code = WSAGetLastError();

	return iosrc_status_from_os(
	    code == WSAECONNRESET ? WSAECONNABORTED : code);
}

/* A client of a pipe has no address. */
static iosrc_status accept_pipe(iosrc_source *source, iosrc_address *out_peer,
    iosrc_handle *out_handle)
{
	iosrc_status status = iosrc__pipe_accept(source, out_handle);

	if (status == IOSRC_OK && out_peer)
		*out_peer = (iosrc_address){ .family = IOSRC_FAMILY_NONE };
	return status;
}

iosrc_status iosrc__socket_accept(iosrc_source *source, iosrc_address *out_peer,
    iosrc_handle *out_handle)
{
	struct iosrc__socket_address peer = { .size = sizeof peer.u };
	SOCKET accepted;
	iosrc_status status;

	if (iosrc__pipe_is(source))
		return accept_pipe(source, out_peer, out_handle);
	accepted = accept((SOCKET)source->handle, &peer.u.any, &peer.size);
	if (accepted == INVALID_SOCKET)
		return accept_failed();
	status = iosrc__winsock_set_flags((iosrc_handle)accepted);
	if (status < 0) {
		closesocket(accepted);
		return status;
	}
	if (out_peer)
		iosrc__sockaddr_to(&peer, out_peer);
	*out_handle = (iosrc_handle)accepted;
	return IOSRC_OK;
}

/* ---- receive ---- */

static DWORD recv_flags(iosrc_flags flags)
{
	return (flags & IOSRC_RECV_PEEK ? (DWORD)MSG_PEEK : 0) |
	    (flags & IOSRC_RECV_OOB ? (DWORD)MSG_OOB : 0);
}

int64_t iosrc__socket_recv(iosrc_handle handle, void *out_data, size_t size,
    iosrc_flags flags)
{
	return iosrc__socket_recv_message(handle, out_data, size, flags, NULL,
	    NULL);
}

int64_t iosrc__socket_recv_message(iosrc_handle handle, void *out_data,
    size_t size, iosrc_flags flags, iosrc_address *out_peer,
    iosrc_flags *out_flags)
{
	WSABUF buffer = iosrc__transfer_buffer(out_data, size);
	struct iosrc__transfer what = { &buffer, 1, recv_flags(flags) };
	struct iosrc__socket_address peer;
	bool truncated;
	int64_t result = iosrc__transfer_recv(handle, &what,
	    out_peer ? &peer : NULL, &truncated);

	if (result < 0)
		return result;
	if (out_peer)
		iosrc__sockaddr_to(&peer, out_peer);
	if (out_flags)
		*out_flags = truncated ? IOSRC_OUT_TRUNCATED : 0;
	return result;
}

/* ---- send ---- */

static DWORD send_flags(iosrc_flags flags)
{
	return flags & IOSRC_SEND_OOB ? (DWORD)MSG_OOB : 0;
}

int64_t iosrc__socket_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags)
{
	WSABUF buffer = iosrc__transfer_buffer(data, size);
	struct iosrc__transfer what = { &buffer, 1, send_flags(flags) };

	return iosrc__transfer_send(handle, &what, NULL);
}

/* An address of another family is a bad argument to Winsock, to Unix a family
 * that is not supported. */
static int64_t answer_of_family(iosrc_handle handle,
    const struct iosrc__socket_address *peer, int64_t answer)
{
	WSAPROTOCOL_INFOW protocol;

	if (answer >= 0 ||
	    iosrc_status_kind((iosrc_status)answer) != IOSRC_KIND_INVALID ||
	    iosrc__winsock_protocol(handle, &protocol) < 0 ||
	    protocol.iAddressFamily == peer->u.any.sa_family)
		return answer;
	return iosrc_status_from_os(WSAEAFNOSUPPORT);
}

int64_t iosrc__socket_send_to(iosrc_handle handle, const void *data,
    size_t size, iosrc_flags flags, const iosrc_address *peer)
{
	WSABUF buffer = iosrc__transfer_buffer(data, size);
	struct iosrc__transfer what = { &buffer, 1, send_flags(flags) };
	struct iosrc__socket_address to;
	iosrc_status status = iosrc__sockaddr_from(peer, &to);

	if (status < 0)
		return status;
	return answer_of_family(handle, &to,
	    iosrc__transfer_send(handle, &what, &to));
}

/* ---- the rest ---- */

iosrc_status iosrc__socket_shutdown(iosrc_handle handle, iosrc_bits directions)
{
	int how = directions == IOSRC_READABLE ? SD_RECEIVE
	    : directions == IOSRC_WRITABLE     ? SD_SEND
	                                       : SD_BOTH;

	return shutdown((SOCKET)handle, how) == 0
	    ? IOSRC_OK
	    : iosrc__winsock_failed(handle);
}

/* Winsock keeps an error for ever, and that it was asked for tells nothing. */
iosrc_status iosrc__socket_take_error(iosrc_source *source,
    iosrc_status *out_error)
{
	int code = 0;
	int size = sizeof code;
	uint32_t taken;

	if (getsockopt((SOCKET)source->handle, SOL_SOCKET, SO_ERROR,
	        (char *)&code, &size) != 0)
		return iosrc_status_last_os();
	taken = atomic_exchange_explicit(&source->taken_error, (uint32_t)code,
	    memory_order_relaxed);
	*out_error = code == 0 || (uint32_t)code == taken
	    ? IOSRC_OK
	    : iosrc_status_from_os(code);
	return IOSRC_OK;
}
