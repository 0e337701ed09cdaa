/* SPDX-License-Identifier: MIT
 *
 * endpoints.c: endpoints of every kind on the loopback. Unix paths are
 * removed as soon as both ends stand, so that a failing test leaves few.
 */
#include "endpoints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const net_names[NET_KINDS] = { "tcp", "tcp6", "unix", "pair",
	"seqpacket", "seqpacket pair", "udp", "udp6", "unix datagram",
	"datagram pair", "pipe" };

int net_is_stream(enum net_kind kind)
{
	return kind < NET_SEQPACKET || kind == NET_PIPE;
}

int net_is_datagram(enum net_kind kind)
{
	return kind >= NET_UDP && kind <= NET_PAIR_DATAGRAM;
}

int net_is_inet6(enum net_kind kind)
{
	return kind == NET_TCP6 || kind == NET_UDP6;
}

uint32_t net_type(enum net_kind kind)
{
	if (net_is_datagram(kind))
		return IOSRC_TYPE_DATAGRAM;
	return net_is_stream(kind) ? IOSRC_TYPE_STREAM : IOSRC_TYPE_SEQPACKET;
}

static int is_there(enum net_kind kind)
{
	if (net_is_inet6(kind))
		return system_has_inet6();
	if (kind == NET_UNIX || kind == NET_SEQPACKET ||
	    kind == NET_UNIX_DATAGRAM)
		return system_has_unix(net_type(kind));
	if (kind == NET_TCP || kind == NET_UDP || kind == NET_PIPE)
		return 1;
	return system_has_pairs(net_type(kind));
}

void net_need(enum net_kind kind)
{
	char reason[80];

	snprintf(reason, sizeof(reason), "this system has no %s",
	    net_names[kind]);
	if (!is_there(kind))
		contract_skip(reason);
}

int net_has(enum net_kind kind)
{
	int has = is_there(kind);

	if (!has)
		contract_without(net_names[kind]);
	return has;
}

void net_need_abstract(void)
{
	if (!system_has_abstract())
		contract_skip("this system has no abstract names");
}

void net_need_inet6(void)
{
	if (!system_has_inet6())
		contract_skip("this system has no inet6 loopback");
}

/* ---- addresses ---- */

iosrc_address net_address(const char *text)
{
	iosrc_address address;
	iosrc_status status = iosrc_address_parse(text, SIZE_MAX, &address);

	if (status != IOSRC_OK)
		fail_msg("\"%s\" is no address: %s", text,
		    iosrc_status_name(status));
	return address;
}

iosrc_address net_path(void)
{
	static unsigned count;
	const char *folder = getenv("TMPDIR");
	char text[104];

	if (!folder || strlen(folder) > 60)
		folder = "/tmp";
	snprintf(text, sizeof(text), "unix:%s/iosrc-%ld-%u", folder,
	    system_process_id(), count++);
	return net_address(text);
}

void net_unlink(const iosrc_address *path)
{
	char name[sizeof(path->data) + 1] = "";

	memcpy(name, path->data, path->size);
	if (remove(name) != 0)
		fail_msg("%s cannot be removed", name);
}

static iosrc_address own_loopback(void)
{
	char text[32];

	system_own_loopback(text, sizeof(text));
	return net_address(text);
}

iosrc_address net_anywhere(enum net_kind kind)
{
	if (kind == NET_TCP || kind == NET_UDP)
		return own_loopback();
	if (net_is_inet6(kind))
		return net_address("[::1]:0");
	return net_path();
}

iosrc_address net_local(iosrc_source *source)
{
	iosrc_address address;

	assert_ok(iosrc_local_address(source, &address));
	return address;
}

iosrc_address net_peer(iosrc_source *source)
{
	iosrc_address address;

	assert_ok(iosrc_peer_address(source, &address));
	return address;
}

int net_equal(const iosrc_address *one, const iosrc_address *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

/* ---- endpoints ---- */

static iosrc_source *opened(iosrc_status status, iosrc_source *source,
    const char *call)
{
	if (status != IOSRC_OK)
		fail_msg("%s: %s", call, iosrc_status_name(status));
	assert_non_null(source);
	return source;
}

iosrc_source *net_listen(const iosrc_address *address, uint32_t type)
{
	iosrc_listen_options options = { .type = type };
	iosrc_source *source = NULL;
	iosrc_status status = iosrc_listen(address, &options, sizeof(options),
	    &source);

	return opened(status, source, "iosrc_listen");
}

iosrc_source *net_listener(enum net_kind kind, iosrc_address *out_address)
{
	iosrc_source *listener;

	*out_address = net_anywhere(kind);
	listener = net_listen(out_address, net_type(kind));
	*out_address = net_local(listener);
	return listener;
}

iosrc_source *net_connect(const iosrc_address *address, uint32_t type)
{
	iosrc_connect_options options;
	iosrc_source *source = NULL;
	iosrc_status status;

	memset(&options, 0, sizeof(options));
	options.type = type;
	status = iosrc_connect(address, &options, sizeof(options), &source);
	return opened(status, source, "iosrc_connect");
}

iosrc_source *net_bind(const iosrc_address *address)
{
	iosrc_source *source = NULL;
	iosrc_status status = iosrc_bind_datagram(address, NULL, 0, &source);

	return opened(status, source, "iosrc_bind_datagram");
}

iosrc_handle net_handle(const iosrc_source *source)
{
	return iosrc_source_handle(source);
}

static void await(const iosrc_source *source, iosrc_bits direction)
{
	assert_true(system_await(net_handle(source), direction,
	    5000 * (int64_t)contract_slowness()));
}

void net_await(const iosrc_source *source)
{
	await(source, IOSRC_READABLE);
}

/* A lone urgent byte is nothing to read (tcp(7)). */
void net_await_urgent(const iosrc_source *source)
{
	await(source, IOSRC_PRIORITY);
}

iosrc_source *net_accept(iosrc_source *listener, iosrc_address *out_peer)
{
	iosrc_source *source = NULL;
	iosrc_status status;

	net_await(listener);
	status = iosrc_accept(listener, out_peer, &source);
	return opened(status, source, "iosrc_accept");
}

/* ---- pairs ---- */

static void open_connected(struct net *out)
{
	iosrc_status error = IOSRC_E_UNKNOWN;
	iosrc_address address;
	iosrc_source *listener = net_listener(out->kind, &address);

	out->b = net_connect(&address, net_type(out->kind));
	out->a = net_accept(listener, NULL);
	await(out->b, IOSRC_WRITABLE);
	assert_ok(iosrc_take_error(out->b, &error));
	assert_ok(error);
	assert_ok(iosrc_close(listener));
	if (address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&address);
}

/* Both are bound; b was made with a as its peer, a is connected by hand: a
 * server of datagrams has no peer. */
static void open_datagrams(struct net *out)
{
	iosrc_connect_options options;
	iosrc_address here = net_anywhere(out->kind), there;
	int is_unix = here.family == IOSRC_FAMILY_UNIX;

	memset(&options, 0, sizeof(options));
	options.type = IOSRC_TYPE_DATAGRAM;
	options.source = net_anywhere(out->kind);
	out->a = net_bind(&here);
	here = net_local(out->a);
	assert_ok(iosrc_connect(&here, &options, sizeof(options), &out->b));
	there = net_local(out->b);
	assert_ok(system_connect_back(net_handle(out->a), net_handle(out->b)));
	if (is_unix) {
		net_unlink(&here);
		net_unlink(&there);
	}
}

void net_open(enum net_kind kind, struct net *out)
{
	*out = (struct net){ kind, NULL, NULL };
	if (kind == NET_PIPE)
		assert_ok(iosrc_pipe(&out->a, &out->b));
	else if (kind == NET_PAIR || kind == NET_PAIR_SEQPACKET ||
	    kind == NET_PAIR_DATAGRAM)
		assert_ok(iosrc_pair(net_type(kind), &out->a, &out->b));
	else if (net_is_datagram(kind))
		open_datagrams(out);
	else
		open_connected(out);
}

void net_close(struct net *net)
{
	assert_ok(iosrc_close(net->a));
	assert_ok(iosrc_close(net->b));
	net->a = net->b = NULL;
}

iosrc_io_item net_item(const iosrc_source *source, uint32_t opcode,
    uint64_t data, uint64_t size)
{
	iosrc_io_item item;

	memset(&item, 0, sizeof(item));
	item.registration = iosrc_source_registration(source);
	item.opcode = opcode;
	item.data = data;
	item.size = size;
	return item;
}
