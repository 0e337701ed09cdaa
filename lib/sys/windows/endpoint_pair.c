/* SPDX-License-Identifier: MIT
 *
 * endpoint_pair.c: two sockets of one's own, connected to one another.
 *
 * There is no socketpair, so they meet on the loopback interface, where any
 * program may knock. Streams: the end that connects is bound first, so that
 * its port is known, and who comes from another one is sent away. Datagrams:
 * both ends are connected, which shuts out everybody else, and then emptied of
 * what came before.
 */
#include <config.h>

#include <stdbool.h>

#include "status.h"
#include "sys/endpoint.h"
#include "sys/windows/sockaddr.h"
#include "sys/windows/winsock.h"

#define STRANGERS 64 /* after so many, somebody means us harm */
#define PATIENCE 5   /* seconds */

/* A socket on a port of the system's choice, which nobody can share. */
static iosrc_status open_bound(int type, struct iosrc__socket_address *out_name,
    SOCKET *out_socket)
{
	BOOL exclusive = TRUE;
	iosrc_status status = iosrc__winsock_open(AF_INET, type, out_socket);

	if (status < 0)
		return status;
	iosrc__sockaddr_any(AF_INET, out_name);
	out_name->u.inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(*out_socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
	        (const char *)&exclusive, sizeof exclusive) == 0 &&
	    bind(*out_socket, &out_name->u.any, out_name->size) == 0 &&
	    getsockname(*out_socket, &out_name->u.any, &out_name->size) == 0)
		return IOSRC_OK;
	status = iosrc_status_last_os();
	closesocket(*out_socket);
	return status;
}

static iosrc_status connect_to(SOCKET socket,
    const struct iosrc__socket_address *peer)
{
	return connect(socket, &peer->u.any, peer->size) == 0
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

static bool is_same(const struct iosrc__socket_address *a,
    const struct iosrc__socket_address *b)
{
	return a->u.inet.sin_port == b->u.inet.sin_port &&
	    a->u.inet.sin_addr.s_addr == b->u.inet.sin_addr.s_addr;
}

/* ---- streams ---- */

/* Both ends know that the connect is over: nobody waits long. */
static bool is_knocked(SOCKET listener)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	fd_set set = { .fd_count = 1, .fd_array = { listener } };

	return select(0, &set, NULL, NULL, &patience) == 1;
}

static iosrc_status accept_from(SOCKET listener,
    const struct iosrc__socket_address *expected, SOCKET *out_socket)
{
	for (int i = 0; i < STRANGERS && is_knocked(listener); i++) {
		struct iosrc__socket_address peer = { .size = sizeof peer.u };
		SOCKET accepted = accept(listener, &peer.u.any, &peer.size);

		if (accepted == INVALID_SOCKET)
			return iosrc_status_last_os();
		if (is_same(&peer, expected)) {
			*out_socket = accepted;
			return IOSRC_OK;
		}
		closesocket(accepted);
	}
	return iosrc_status_from_os(WSAETIMEDOUT);
}

/* Between processes of one host nothing is gained by waiting for more. */
static iosrc_status set_stream_flags(SOCKET socket)
{
	BOOL on = TRUE;

	if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&on,
	        sizeof on) != 0)
		return iosrc_status_last_os();
	return iosrc__winsock_set_flags((iosrc_handle)socket);
}

/* out_sockets[0] is bound to `name`; the other one is made. */
static iosrc_status meet(SOCKET out_sockets[2],
    const struct iosrc__socket_address *name)
{
	struct iosrc__socket_address where;
	SOCKET listener;
	iosrc_status status = open_bound(SOCK_STREAM, &where, &listener);

	if (status < 0)
		return status;
	status = listen(listener, STRANGERS) == 0 ? IOSRC_OK
	                                          : iosrc_status_last_os();
	if (status == IOSRC_OK)
		status = connect_to(out_sockets[0], &where);
	if (status == IOSRC_OK)
		status = accept_from(listener, name, &out_sockets[1]);
	closesocket(listener);
	return status;
}

static iosrc_status open_streams(SOCKET out_sockets[2])
{
	struct iosrc__socket_address name;
	iosrc_status status = open_bound(SOCK_STREAM, &name, &out_sockets[0]);

	if (status < 0)
		return status;
	status = meet(out_sockets, &name);
	if (status < 0)
		goto close_first;
	status = set_stream_flags(out_sockets[0]);
	if (status == IOSRC_OK)
		status = set_stream_flags(out_sockets[1]);
	if (status < 0)
		goto close_second;
	return IOSRC_OK;

close_second:
	closesocket(out_sockets[1]);
close_first:
	closesocket(out_sockets[0]);
	return status;
}

/* ---- datagrams ---- */

/* Connected already, and not blocking: what is there came from strangers. */
static void drop_strangers(SOCKET socket)
{
	char byte;

	for (int i = 0; i < STRANGERS; i++)
		if (recv(socket, &byte, sizeof byte, 0) < 0 &&
		    WSAGetLastError() != WSAEMSGSIZE)
			return;
}

static iosrc_status set_datagram_flags(SOCKET socket,
    const struct iosrc__socket_address *peer)
{
	iosrc_status status = connect_to(socket, peer);

	if (status == IOSRC_OK)
		status = iosrc__winsock_set_flags((iosrc_handle)socket);
	if (status == IOSRC_OK)
		drop_strangers(socket);
	return status;
}

static iosrc_status open_datagrams(SOCKET out_sockets[2])
{
	struct iosrc__socket_address names[2];
	iosrc_status status = open_bound(SOCK_DGRAM, &names[0],
	    &out_sockets[0]);

	if (status < 0)
		return status;
	status = open_bound(SOCK_DGRAM, &names[1], &out_sockets[1]);
	if (status < 0)
		goto close_first;
	status = set_datagram_flags(out_sockets[0], &names[1]);
	if (status == IOSRC_OK)
		status = set_datagram_flags(out_sockets[1], &names[0]);
	if (status < 0)
		goto close_second;
	return IOSRC_OK;

close_second:
	closesocket(out_sockets[1]);
close_first:
	closesocket(out_sockets[0]);
	return status;
}

iosrc_status iosrc__endpoint_pair(uint32_t type, iosrc_handle out_handles[2])
{
	SOCKET sockets[2] = { INVALID_SOCKET, INVALID_SOCKET };
	iosrc_status status;

	if (type == IOSRC_TYPE_SEQPACKET)
		return IOSRC_E_UNSUPPORTED;
	status = type == IOSRC_TYPE_DATAGRAM ? open_datagrams(sockets)
	                                     : open_streams(sockets);
	if (status < 0)
		return status;
	out_handles[0] = (iosrc_handle)sockets[0];
	out_handles[1] = (iosrc_handle)sockets[1];
	return IOSRC_OK;
}
