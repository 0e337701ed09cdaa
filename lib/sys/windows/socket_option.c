/* SPDX-License-Identifier: MIT
 *
 * socket_option.c: one table says what each option is called here, which
 * endpoints have it and what it may be. The kind of the endpoint is asked of
 * the system each time, as on Unix: what it lacks is refused whether or not the
 * system would take it.
 *
 * An interface is named to inet as an address of the network 0, whose last 24
 * bits are its index.
 */
#include <config.h>

#include "sys/socket_option.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "source.h"
#include "status.h"
#include "sys/windows/sockaddr.h"
#include "sys/windows/winsock.h"

/* Windows 10 1709; headers of before do not have them. */
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

/* ---- endpoints ---- */

#define TCP_INET 0x01u
#define DATAGRAM_INET 0x02u
#define OTHER_INET 0x04u
#define TCP_INET6 0x10u
#define DATAGRAM_INET6 0x20u
#define OTHER_INET6 0x40u
#define NOT_INET 0x80u

#define TCP (TCP_INET | TCP_INET6)
#define DATAGRAM (DATAGRAM_INET | DATAGRAM_INET6)
#define OTHER (OTHER_INET | OTHER_INET6)
#define INET (TCP_INET | DATAGRAM_INET | OTHER_INET)
#define INET6 (TCP_INET6 | DATAGRAM_INET6 | OTHER_INET6)
#define ANY (INET | INET6 | NOT_INET)

static uint32_t endpoint_of(const WSAPROTOCOL_INFOW *protocol)
{
	uint32_t family = protocol->iAddressFamily == AF_INET ? INET : INET6;

	if (protocol->iAddressFamily != AF_INET &&
	    protocol->iAddressFamily != AF_INET6)
		return NOT_INET;
	if (protocol->iSocketType == SOCK_DGRAM)
		return family & DATAGRAM;
	return family &
	    (protocol->iSocketType == SOCK_STREAM &&
	                protocol->iProtocol == IPPROTO_TCP
	            ? TCP
	            : OTHER);
}

static iosrc_status find_endpoint(iosrc_handle handle, uint32_t *out_endpoint)
{
	WSAPROTOCOL_INFOW protocol;
	iosrc_status status = iosrc__winsock_protocol(handle, &protocol);

	if (status == IOSRC_OK)
		*out_endpoint = endpoint_of(&protocol);
	return status;
}

/* ---- the options ---- */

/* How the system holds the value. */
enum form {
	PLAIN,    /* a DWORD */
	LINGERS,  /* struct linger */
	INTERFACE /* an address of network 0 */
};

struct option {
	uint32_t option;
	uint32_t endpoints; /* that have it under this name */
	enum form form;
	int level;
	int name;
	int32_t min; /* the same in all rows of an option */
	int32_t max;
};

/* The same as on Unix. */
#define KEEP_ALIVE_SECONDS 32767
#define KEEP_ALIVE_PROBES 127

static const struct option options[] = {
	{ IOSRC_OPTION_NO_DELAY, TCP, PLAIN, IPPROTO_TCP, TCP_NODELAY, 0, 1 },
	{ IOSRC_OPTION_KEEP_ALIVE, TCP, PLAIN, SOL_SOCKET, SO_KEEPALIVE, 0, 1 },
	{ IOSRC_OPTION_KEEP_ALIVE_IDLE, TCP, PLAIN, IPPROTO_TCP, TCP_KEEPIDLE,
	    1, KEEP_ALIVE_SECONDS },
	{ IOSRC_OPTION_KEEP_ALIVE_INTERVAL, TCP, PLAIN, IPPROTO_TCP,
	    TCP_KEEPINTVL, 1, KEEP_ALIVE_SECONDS },
	{ IOSRC_OPTION_KEEP_ALIVE_COUNT, TCP, PLAIN, IPPROTO_TCP, TCP_KEEPCNT,
	    1, KEEP_ALIVE_PROBES },
	{ IOSRC_OPTION_LINGER, TCP, LINGERS, SOL_SOCKET, SO_LINGER, -1, 65535 },
	{ IOSRC_OPTION_TTL, INET, PLAIN, IPPROTO_IP, IP_TTL, 1, 255 },
	{ IOSRC_OPTION_HOP_LIMIT, INET6, PLAIN, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
	    1, 255 },
	{ IOSRC_OPTION_BROADCAST, DATAGRAM_INET, PLAIN, SOL_SOCKET,
	    SO_BROADCAST, 0, 1 },
	{ IOSRC_OPTION_RECV_BUFFER, ANY, PLAIN, SOL_SOCKET, SO_RCVBUF, 1,
	    INT_MAX },
	{ IOSRC_OPTION_SEND_BUFFER, ANY, PLAIN, SOL_SOCKET, SO_SNDBUF, 1,
	    INT_MAX },
	{ IOSRC_OPTION_V6_ONLY, INET6, PLAIN, IPPROTO_IPV6, IPV6_V6ONLY, 0, 1 },
	{ IOSRC_OPTION_MULTICAST_LOOP, DATAGRAM_INET, PLAIN, IPPROTO_IP,
	    IP_MULTICAST_LOOP, 0, 1 },
	{ IOSRC_OPTION_MULTICAST_LOOP, DATAGRAM_INET6, PLAIN, IPPROTO_IPV6,
	    IPV6_MULTICAST_LOOP, 0, 1 },
	{ IOSRC_OPTION_MULTICAST_TTL, DATAGRAM_INET, PLAIN, IPPROTO_IP,
	    IP_MULTICAST_TTL, 0, 255 },
	{ IOSRC_OPTION_MULTICAST_TTL, DATAGRAM_INET6, PLAIN, IPPROTO_IPV6,
	    IPV6_MULTICAST_HOPS, 0, 255 },
	{ IOSRC_OPTION_MULTICAST_INTERFACE, DATAGRAM_INET, INTERFACE,
	    IPPROTO_IP, IP_MULTICAST_IF, 0, INT_MAX },
	{ IOSRC_OPTION_MULTICAST_INTERFACE, DATAGRAM_INET6, PLAIN, IPPROTO_IPV6,
	    IPV6_MULTICAST_IF, 0, INT_MAX },
};

/* The first row of the option that one of the endpoints has, or NULL. */
static const struct option *find_option(uint32_t option, uint32_t endpoints)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].option == option &&
		    (options[i].endpoints & endpoints))
			return &options[i];
	return NULL;
}

/* The row for this socket. UNSUPPORTED: it has no such option. */
static iosrc_status find_option_of(iosrc_handle handle, uint32_t option,
    const struct option **out_row)
{
	const struct option *row;
	uint32_t endpoint;
	iosrc_status status = find_endpoint(handle, &endpoint);

	if (status < 0)
		return status;
	row = find_option(option, endpoint);
	if (!row)
		return IOSRC_E_UNSUPPORTED;
	*out_row = row;
	return IOSRC_OK;
}

/* An option that this version of the system lacks is one that the library
 * cannot give here. */
static iosrc_status refused(void)
{
	return WSAGetLastError() == WSAENOPROTOOPT ? IOSRC_E_UNSUPPORTED
	                                           : iosrc_status_last_os();
}

/* ---- setting ---- */

static iosrc_status set(iosrc_handle handle, int level, int name,
    const void *data, size_t size)
{
	return setsockopt((SOCKET)handle, level, name, data, (int)size) == 0
	    ? IOSRC_OK
	    : refused();
}

static iosrc_status set_linger(iosrc_handle handle, const struct option *row,
    DWORD value)
{
	bool lingers = value != (DWORD)-1;
	struct linger linger = { lingers, lingers ? (u_short)value : 0 };

	return set(handle, row->level, row->name, &linger, sizeof linger);
}

/* What network 0 has no room for is no interface. */
static iosrc_status address_of_interface(uint32_t interface_index,
    struct in_addr *out_address)
{
	if (interface_index >> 24)
		return iosrc_status_from_os(WSAEADDRNOTAVAIL);
	out_address->s_addr = htonl(interface_index);
	return IOSRC_OK;
}

static iosrc_status set_interface(iosrc_source *source,
    const struct option *row, DWORD value)
{
	struct in_addr choice;
	iosrc_status status = address_of_interface(value, &choice);

	if (status == IOSRC_OK)
		status = set(source->handle, row->level, row->name, &choice,
		    sizeof choice);
	if (status == IOSRC_OK)
		atomic_store_explicit(&source->multicast_interface, value,
		    memory_order_relaxed);
	return status;
}

static iosrc_status set_row(iosrc_source *source, const struct option *row,
    DWORD value)
{
	switch (row->form) {
	case LINGERS:
		return set_linger(source->handle, row, value);
	case INTERFACE:
		return set_interface(source, row, value);
	default:
		return set(source->handle, row->level, row->name, &value,
		    sizeof value);
	}
}

iosrc_status iosrc__socket_option_set(iosrc_source *source, uint32_t option,
    int64_t value)
{
	const struct option *row = find_option(option, ANY);
	iosrc_status status;

	if (!row)
		return IOSRC_E_UNSUPPORTED;
	if (value < row->min || value > row->max)
		return IOSRC_E_INVALID;
	status = find_option_of(source->handle, option, &row);
	if (status < 0)
		return status;
	return set_row(source, row, (DWORD)value);
}

/* ---- getting ---- */

/* Switches may be answered in one byte. */
static iosrc_status get_plain(iosrc_handle handle, const struct option *row,
    int *out_value)
{
	int size = sizeof *out_value;

	*out_value = 0;
	return getsockopt((SOCKET)handle, row->level, row->name,
	           (char *)out_value, &size) == 0
	    ? IOSRC_OK
	    : refused();
}

static iosrc_status get_linger(iosrc_handle handle, const struct option *row,
    int *out_value)
{
	struct linger linger;
	int size = sizeof linger;

	if (getsockopt((SOCKET)handle, row->level, row->name, (char *)&linger,
	        &size) != 0)
		return refused();
	*out_value = linger.l_onoff ? linger.l_linger : -1;
	return IOSRC_OK;
}

/* As on Unix: the source remembers what was set through it. */
static iosrc_status get_interface(const iosrc_source *source, int *out_value)
{
	*out_value = (int)atomic_load_explicit(&source->multicast_interface,
	    memory_order_relaxed);
	return IOSRC_OK;
}

static iosrc_status get_row(const iosrc_source *source,
    const struct option *row, int *out_value)
{
	switch (row->form) {
	case LINGERS:
		return get_linger(source->handle, row, out_value);
	case INTERFACE:
		return get_interface(source, out_value);
	default:
		return get_plain(source->handle, row, out_value);
	}
}

iosrc_status iosrc__socket_option_get(iosrc_source *source, uint32_t option,
    int64_t *out_value)
{
	const struct option *row;
	iosrc_status status;
	int value = 0;

	if (!find_option(option, ANY))
		return IOSRC_E_UNSUPPORTED;
	status = find_option_of(source->handle, option, &row);
	if (status < 0)
		return status;
	status = get_row(source, row, &value);
	if (status == IOSRC_OK)
		*out_value = value;
	return status;
}

/* ---- groups ---- */

static iosrc_status change_inet(iosrc_handle handle, const iosrc_address *group,
    uint32_t interface_index, bool joins)
{
	struct ip_mreq membership;
	iosrc_status status = address_of_interface(interface_index,
	    &membership.imr_interface);

	memcpy(&membership.imr_multiaddr, group->data,
	    sizeof membership.imr_multiaddr);
	return status < 0 ? status
	                  : set(handle, IPPROTO_IP,
	                        joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
	                        &membership, sizeof membership);
}

static iosrc_status change_inet6(iosrc_handle handle,
    const iosrc_address *group, uint32_t interface_index, bool joins)
{
	struct ipv6_mreq membership = { .ipv6mr_interface = interface_index };

	memcpy(&membership.ipv6mr_multiaddr, group->data,
	    sizeof membership.ipv6mr_multiaddr);
	return set(handle, IPPROTO_IPV6,
	    joins ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &membership,
	    sizeof membership);
}

iosrc_status iosrc__socket_option_group(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index, bool joins)
{
	bool inet = group->family == IOSRC_FAMILY_INET;
	uint32_t endpoint;
	iosrc_status status = find_endpoint(source->handle, &endpoint);

	if (status < 0)
		return status;
	if (endpoint != (inet ? DATAGRAM_INET : DATAGRAM_INET6))
		return IOSRC_E_UNSUPPORTED;
	return inet
	    ? change_inet(source->handle, group, interface_index, joins)
	    : change_inet6(source->handle, group, interface_index, joins);
}
