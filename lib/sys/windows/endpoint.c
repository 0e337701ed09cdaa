/* SPDX-License-Identifier: MIT
 *
 * endpoint.c: sockets that listen, connect or take datagrams.
 *
 * What the system calls a family decides here, not what the caller called it:
 * an address of family OTHER may be an inet one. A path that bind has made is
 * removed again when a later step fails. Sockets are opened blocking and get
 * their flags before they are bound or connected.
 *
 * Reuse of addresses has other words here. A stream server can always be
 * started again at once, so IOSRC_LISTEN_EXCLUSIVE_USE alone asks for anything
 * (SO_EXCLUSIVEADDRUSE); datagrams, which never reuse, ask for it too, or a
 * socket of one address could be opened beside that of all. SO_REUSEADDR shares
 * a port, and says which socket gets what for datagrams of multicast alone.
 */
#include <config.h>

#include "sys/endpoint.h"

#include <stdbool.h>

#include "status.h"
#include "sys/windows/pipe.h"
#include "sys/windows/sockaddr.h"
#include "sys/windows/unix_path.h"
#include "sys/windows/winsock.h"

#include <mswsock.h>

#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

/* What an address of family OTHER is, if the library has a name for it. */
static iosrc_address known(const iosrc_address *address)
{
	struct iosrc__socket_address system;
	iosrc_address known = *address;

	if (address->family == IOSRC_FAMILY_OTHER &&
	    iosrc__sockaddr_from(address, &system) == IOSRC_OK)
		iosrc__sockaddr_to(&system, &known);
	return known;
}

uint32_t iosrc__endpoint_family(const iosrc_address *address)
{
	return known(address).family;
}

bool iosrc__endpoint_is_unnamed(const iosrc_address *address)
{
	iosrc_address what = known(address);

	return what.family == IOSRC_FAMILY_UNIX && what.size == 0;
}

/* ---- making a socket ---- */

static int system_type(uint32_t type)
{
	switch (type) {
	case IOSRC_TYPE_DATAGRAM:
		return SOCK_DGRAM;
	case IOSRC_TYPE_SEQPACKET:
		return SOCK_SEQPACKET;
	default:
		return SOCK_STREAM;
	}
}

/* A socket for an address, which becomes the system's. */
static iosrc_status open_for(const iosrc_address *address, int type,
    struct iosrc__socket_address *out_system, SOCKET *out_socket)
{
	iosrc_status status = iosrc__sockaddr_from(address, out_system);

	if (status == IOSRC_OK)
		status = iosrc__winsock_open(out_system->u.any.sa_family, type,
		    out_socket);
	if (status < 0)
		return status;
	status = iosrc__winsock_set_flags((iosrc_handle)*out_socket);
	if (status < 0)
		closesocket(*out_socket);
	return status;
}

static iosrc_status set_option(SOCKET socket, int level, int name, DWORD value)
{
	return setsockopt(socket, level, name, (const char *)&value,
	           sizeof value) == 0
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

static bool is_inet(const struct iosrc__socket_address *address)
{
	return address->u.any.sa_family == AF_INET ||
	    address->u.any.sa_family == AF_INET6;
}

/* Inet6 takes inet too unless told otherwise, whatever the system's default.
 * A system that refuses 0 has no sockets of both sorts. */
static iosrc_status set_v6_only(SOCKET socket,
    const struct iosrc__socket_address *address, bool only)
{
	iosrc_status status;

	if (address->u.any.sa_family != AF_INET6)
		return IOSRC_OK;
	status = set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, only);
	return only ? status : IOSRC_OK;
}

static iosrc_status set_reuse(SOCKET socket, int type, iosrc_flags flags)
{
	if (flags & IOSRC_LISTEN_REUSE_PORT)
		return type == SOCK_DGRAM
		    ? set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1)
		    : IOSRC_E_UNSUPPORTED;
	if (flags & IOSRC_LISTEN_EXCLUSIVE_USE || type == SOCK_DGRAM)
		return set_option(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
	return IOSRC_OK;
}

/* What has to be set before the socket is bound. */
static iosrc_status set_flags(SOCKET socket,
    const struct iosrc__socket_address *address, int type, iosrc_flags flags)
{
	iosrc_status status = set_v6_only(socket, address,
	    (flags & IOSRC_LISTEN_V6_ONLY) != 0);

	return status == IOSRC_OK && is_inet(address)
	    ? set_reuse(socket, type, flags)
	    : status;
}

/* ---- binding ---- */

static iosrc_status bind_once(SOCKET socket,
    const struct iosrc__socket_address *address)
{
	return bind(socket, &address->u.any, address->size) == 0
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

static iosrc_status bind_socket(SOCKET socket,
    const struct iosrc__socket_address *address, int type, iosrc_flags flags)
{
	iosrc_status status = bind_once(socket, address);

	if (iosrc_status_kind(status) == IOSRC_KIND_ADDRESS_IN_USE &&
	    flags & IOSRC_LISTEN_UNLINK_STALE &&
	    iosrc__unix_path_remove_stale(address, type))
		status = bind_once(socket, address);
	return status;
}

/* SOMAXCONN lets the system choose its largest. */
static iosrc_status start_listening(SOCKET socket, uint32_t backlog)
{
	return listen(socket, backlog ? (int)backlog : SOMAXCONN) == 0
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

iosrc_status iosrc__endpoint_listen(const iosrc_address *address,
    const iosrc_listen_options *options, iosrc_handle *out_handle)
{
	struct iosrc__socket_address system;
	int type = system_type(options->type);
	SOCKET socket = INVALID_SOCKET;
	iosrc_status status;

	if (address->family == IOSRC_FAMILY_PIPE)
		return iosrc__pipe_listen(address, options->type, out_handle);
	status = open_for(address, type, &system, &socket);
	if (status < 0)
		return status;
	/* Who may connect to a path is said by an access list, not by bits. */
	status = options->mode
	    ? IOSRC_E_UNSUPPORTED
	    : set_flags(socket, &system, type, options->flags);
	if (status == IOSRC_OK)
		status = bind_socket(socket, &system, type, options->flags);
	if (status < 0)
		goto close_socket;
	status = start_listening(socket, options->backlog);
	if (status < 0)
		goto remove_path;
	*out_handle = (iosrc_handle)socket;
	return IOSRC_OK;

remove_path:
	iosrc__unix_path_remove(&system);
close_socket:
	closesocket(socket);
	return status;
}

/* ---- datagrams ---- */

/* A socket that is not connected is not told that nobody takes what it has
 * sent. What has no such switch tells nothing either. */
static void hush(SOCKET socket)
{
	static const DWORD words[] = { SIO_UDP_CONNRESET, SIO_UDP_NETRESET };
	BOOL tells = FALSE;
	DWORD size;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		WSAIoctl(socket, words[i], &tells, sizeof tells, NULL, 0, &size,
		    NULL, NULL);
}

iosrc_status iosrc__endpoint_datagram(const iosrc_address *address,
    iosrc_flags flags, iosrc_handle *out_handle)
{
	struct iosrc__socket_address system;
	SOCKET socket = INVALID_SOCKET;
	iosrc_status status = open_for(address, SOCK_DGRAM, &system, &socket);

	if (status < 0)
		return status;
	hush(socket);
	status = set_flags(socket, &system, SOCK_DGRAM, flags);
	if (status == IOSRC_OK && !iosrc__endpoint_is_unnamed(address))
		status = bind_socket(socket, &system, SOCK_DGRAM, flags);
	if (status < 0) {
		closesocket(socket);
		return status;
	}
	*out_handle = (iosrc_handle)socket;
	return IOSRC_OK;
}

/* ---- connecting ---- */

static iosrc_status start_connecting(SOCKET socket,
    const struct iosrc__socket_address *peer)
{
	if (connect(socket, &peer->u.any, peer->size) == 0 ||
	    WSAGetLastError() == WSAEWOULDBLOCK)
		return IOSRC_OK;
	return iosrc_status_last_os();
}

/* What comes before the connect, all but the source address. */
static iosrc_status set_connect_flags(SOCKET socket,
    const struct iosrc__socket_address *peer, int type, iosrc_flags flags)
{
	iosrc_status status = IOSRC_OK;

	if (type == SOCK_DGRAM)
		status = set_v6_only(socket, peer, false);
	if (status == IOSRC_OK && flags & IOSRC_CONNECT_NO_DELAY)
		status = set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
	return status;
}

static iosrc_status connect_from(SOCKET socket,
    const struct iosrc__socket_address *peer, int type,
    const iosrc_address *source)
{
	struct iosrc__socket_address own;
	iosrc_status status;

	if (source->family == IOSRC_FAMILY_NONE)
		return start_connecting(socket, peer);
	status = iosrc__sockaddr_from(source, &own);
	if (status == IOSRC_OK)
		status = bind_socket(socket, &own, type, 0);
	if (status < 0)
		return status;
	status = start_connecting(socket, peer);
	if (status < 0)
		iosrc__unix_path_remove(&own);
	return status;
}

/* A client of a pipe has no address of its own, and there are no datagrams. */
static iosrc_status connect_pipe(const iosrc_address *address,
    const iosrc_connect_options *options, iosrc_handle *out_handle)
{
	if (options->type == IOSRC_TYPE_DATAGRAM ||
	    options->source.family != IOSRC_FAMILY_NONE)
		return IOSRC_E_UNSUPPORTED;
	return iosrc__pipe_connect(address, options->type, out_handle);
}

iosrc_status iosrc__endpoint_connect(const iosrc_address *address,
    const iosrc_connect_options *options, iosrc_handle *out_handle)
{
	struct iosrc__socket_address peer;
	int type = system_type(options->type);
	SOCKET socket = INVALID_SOCKET;
	iosrc_status status;

	if (address->family == IOSRC_FAMILY_PIPE)
		return connect_pipe(address, options, out_handle);
	status = open_for(address, type, &peer, &socket);
	if (status < 0)
		return status;
	status = set_connect_flags(socket, &peer, type, options->flags);
	if (status == IOSRC_OK)
		status = connect_from(socket, &peer, type, &options->source);
	if (status < 0) {
		closesocket(socket);
		return status;
	}
	*out_handle = (iosrc_handle)socket;
	return IOSRC_OK;
}

/* ---- pipes ---- */

iosrc_status iosrc__endpoint_pipe(iosrc_handle out_handles[2])
{
	return iosrc__pipe_open(out_handles);
}
