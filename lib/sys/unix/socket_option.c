/* SPDX-License-Identifier: MIT
 *
 * socket_option.c: one table says what each option is called here, which
 * endpoints have it and what it may be. The kind of the endpoint is asked of
 * the system each time: it takes options silently that do nothing (keep-alive
 * of unix(7), ip(7) options of an inet6 socket), and the library refuses those.
 */
#include <config.h>

#include "sys/socket_option.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "source.h"
#include "status.h"

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

static iosrc_status get_int(int fd, int level, int name, int *out_value)
{
	socklen_t size = sizeof *out_value;

	return getsockopt(fd, level, name, out_value, &size) < 0
	    ? iosrc__status_errno()
	    : IOSRC_OK;
}

/* Multipath TCP has the options of TCP; SCTP has streams too, and has not. */
static bool is_tcp(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}

static uint32_t endpoint_of(int domain, int type, int protocol)
{
	uint32_t family = domain == AF_INET ? INET : INET6;

	if (domain != AF_INET && domain != AF_INET6)
		return NOT_INET;
	if (type == SOCK_DGRAM)
		return family & DATAGRAM;
	return family & (type == SOCK_STREAM && is_tcp(protocol) ? TCP : OTHER);
}

static iosrc_status find_endpoint(int fd, uint32_t *out_endpoint)
{
	static const int names[] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };
	int answers[3];
	iosrc_status status;

	for (size_t i = 0; i < 3; i++) {
		status = get_int(fd, SOL_SOCKET, names[i], &answers[i]);
		if (status < 0)
			return status;
	}
	*out_endpoint = endpoint_of(answers[0], answers[1], answers[2]);
	return IOSRC_OK;
}

/* ---- the options ---- */

/* How the system holds the value. */
enum form {
	PLAIN,    /* an int */
	BUFFER,   /* an int; Linux answers the double of what it was given */
	LINGER,   /* struct linger */
	INTERFACE /* struct ip_mreqn */
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

/* The most that Linux takes; the header promises INVALID above it. */
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
	{ IOSRC_OPTION_LINGER, TCP, LINGER, SOL_SOCKET, SO_LINGER, -1, 65535 },
	{ IOSRC_OPTION_TTL, INET, PLAIN, IPPROTO_IP, IP_TTL, 1, 255 },
	{ IOSRC_OPTION_HOP_LIMIT, INET6, PLAIN, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
	    1, 255 },
	{ IOSRC_OPTION_BROADCAST, DATAGRAM_INET, PLAIN, SOL_SOCKET,
	    SO_BROADCAST, 0, 1 },
	{ IOSRC_OPTION_RECV_BUFFER, ANY, BUFFER, SOL_SOCKET, SO_RCVBUF, 1,
	    INT_MAX },
	{ IOSRC_OPTION_SEND_BUFFER, ANY, BUFFER, SOL_SOCKET, SO_SNDBUF, 1,
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
static iosrc_status find_option_of(int fd, uint32_t option,
    const struct option **out_row)
{
	const struct option *row;
	uint32_t endpoint;
	iosrc_status status = find_endpoint(fd, &endpoint);

	if (status < 0)
		return status;
	row = find_option(option, endpoint);
	if (!row)
		return IOSRC_E_UNSUPPORTED;
	*out_row = row;
	return IOSRC_OK;
}

/* ---- setting ---- */

static iosrc_status set(int fd, int level, int name, const void *data,
    size_t size)
{
	return setsockopt(fd, level, name, data, (socklen_t)size) < 0
	    ? iosrc__status_errno()
	    : IOSRC_OK;
}

static iosrc_status set_linger(int fd, const struct option *row, int value)
{
	struct linger linger = { value >= 0, value >= 0 ? value : 0 };

	return set(fd, row->level, row->name, &linger, sizeof linger);
}

static iosrc_status set_interface(iosrc_source *source,
    const struct option *row, int value)
{
	struct ip_mreqn choice = { .imr_ifindex = value };
	iosrc_status status = set((int)source->handle, row->level, row->name,
	    &choice, sizeof choice);

	if (status == IOSRC_OK)
		atomic_store_explicit(&source->multicast_interface,
		    (uint32_t)value, memory_order_relaxed);
	return status;
}

static iosrc_status set_row(iosrc_source *source, const struct option *row,
    int value)
{
	int fd = (int)source->handle;

	switch (row->form) {
	case LINGER:
		return set_linger(fd, row, value);
	case INTERFACE:
		return set_interface(source, row, value);
	default:
		return set(fd, row->level, row->name, &value, sizeof value);
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
	status = find_option_of((int)source->handle, option, &row);
	if (status < 0)
		return status;
	return set_row(source, row, (int)value);
}

/* ---- getting ---- */

static iosrc_status get_linger(int fd, const struct option *row, int *out_value)
{
	struct linger linger;
	socklen_t size = sizeof linger;

	if (getsockopt(fd, row->level, row->name, &linger, &size) < 0)
		return iosrc__status_errno();
	*out_value = linger.l_onoff ? linger.l_linger : -1;
	return IOSRC_OK;
}

/* Linux answers an address and never the index, so the source remembers what
 * was set through it. */
static iosrc_status get_interface(const iosrc_source *source, int *out_value)
{
	*out_value = (int)atomic_load_explicit(&source->multicast_interface,
	    memory_order_relaxed);
	return IOSRC_OK;
}

static iosrc_status get_buffer(int fd, const struct option *row, int *out_value)
{
	iosrc_status status = get_int(fd, row->level, row->name, out_value);

	*out_value /= 2;
	return status;
}

static iosrc_status get_row(const iosrc_source *source,
    const struct option *row, int *out_value)
{
	int fd = (int)source->handle;

	switch (row->form) {
	case LINGER:
		return get_linger(fd, row, out_value);
	case INTERFACE:
		return get_interface(source, out_value);
	case BUFFER:
		return get_buffer(fd, row, out_value);
	default:
		return get_int(fd, row->level, row->name, out_value);
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
	status = find_option_of((int)source->handle, option, &row);
	if (status < 0)
		return status;
	status = get_row(source, row, &value);
	if (status == IOSRC_OK)
		*out_value = value;
	return status;
}

/* ---- groups ---- */

static iosrc_status change_inet(int fd, const iosrc_address *group,
    uint32_t interface_index, bool joins)
{
	struct ip_mreqn membership = { .imr_ifindex = (int)interface_index };

	memcpy(&membership.imr_multiaddr, group->data,
	    sizeof membership.imr_multiaddr);
	return set(fd, IPPROTO_IP,
	    joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &membership,
	    sizeof membership);
}

static iosrc_status change_inet6(int fd, const iosrc_address *group,
    uint32_t interface_index, bool joins)
{
	struct ipv6_mreq membership = { .ipv6mr_interface = interface_index };

	memcpy(&membership.ipv6mr_multiaddr, group->data,
	    sizeof membership.ipv6mr_multiaddr);
	return set(fd, IPPROTO_IPV6,
	    joins ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &membership,
	    sizeof membership);
}

iosrc_status iosrc__socket_option_group(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index, bool joins)
{
	bool inet = group->family == IOSRC_FAMILY_INET;
	int fd = (int)source->handle;
	uint32_t endpoint;
	iosrc_status status = find_endpoint(fd, &endpoint);

	if (status < 0)
		return status;
	if (endpoint != (inet ? DATAGRAM_INET : DATAGRAM_INET6))
		return IOSRC_E_UNSUPPORTED;
	return inet ? change_inet(fd, group, interface_index, joins)
	            : change_inet6(fd, group, interface_index, joins);
}
