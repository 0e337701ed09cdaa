/* SPDX-License-Identifier: MIT
 *
 * family_n_datagram.c: N8, datagrams and records that are longer than the
 * room for them, and who sent them.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

#define TEXT "0123456789"

enum calls { RECV, RECV_FROM, OP_RECV, CALLS };

static int64_t receive(enum calls call, iosrc_poller *poller,
    iosrc_source *source, void *data, size_t size, iosrc_flags flags,
    iosrc_flags *out_flags)
{
	iosrc_io_item item;

	if (call == RECV)
		return iosrc_recv(source, data, size, flags, out_flags);
	if (call == RECV_FROM)
		return iosrc_recv_from(source, data, size, flags, NULL,
		    out_flags);
	item = net_item(source, IOSRC_OP_RECV, 0, size);
	item.flags = flags;
	item.out_flags = 77;
	iosrc_io_many(poller, &item, 1, sizeof(item), data, size);
	*out_flags = item.out_flags;
	return item.out_result;
}

/* Longer than the room, as long, shorter; the next one is whole again. */
static void truncated_by(enum net_kind kind, enum calls call)
{
	static const size_t rooms[] = { 1, 4, 9, 10, 11, 64 };
	iosrc_poller *poller = contract_poller(0);
	struct net net;
	unsigned i;

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		size_t room = rooms[i], stored = room < 10 ? room : 10;
		iosrc_flags out = 77;
		char data[65];

		memset(data, '#', sizeof(data));
		assert_int_equal(iosrc_send(net.b, TEXT, 10, 0), 10);
		net_await(net.a);
		assert_int_equal(
		    receive(call, poller, net.a, data, room, 0, &out), stored);
		assert_int_equal(out, room < 10 ? IOSRC_OUT_TRUNCATED : 0);
		assert_memory_equal(data, TEXT, stored);
		assert_int_equal(data[stored], '#');
		out = 0;
		assert_status(receive(call, poller, net.a, data, room, 0, &out),
		    IOSRC_E_WOULD_BLOCK);
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

static void truncated(enum net_kind kind)
{
	unsigned call;

	if (!net_has(kind))
		return;
	for (call = 0; call < CALLS; call++)
		truncated_by(kind, (enum calls)call);
}

void contract_N8_datagrams_are_truncated_and_say_so(void **state)
{
	(void)state;
	truncated(NET_UDP);
	truncated(NET_UNIX_DATAGRAM);
	truncated(NET_PAIR_DATAGRAM);
	truncated(NET_SEQPACKET);
	truncated(NET_PAIR_SEQPACKET);
}

void contract_N8_datagrams_of_inet6_are_truncated_and_say_so(void **state)
{
	(void)state;
	net_need_inet6();
	truncated(NET_UDP6);
}

/* Items of one batch, each with flags of its own; a failing one has none. */
void contract_N8_truncated_in_a_batch(void **state)
{
	static const iosrc_flags modes[] = { 0, IOSRC_POLLER_IO_URING };
	enum { COUNT = 48 };
	static iosrc_io_item items[COUNT];
	static char memory[COUNT * 16];
	unsigned i, m;

	(void)state;
	for (m = 0; m < 2; m++) {
		iosrc_poller *poller = contract_poller(modes[m]);
		struct net net;

		net_open(NET_PAIR_DATAGRAM, &net);
		assert_ok(
		    iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
		memset(memory, '#', sizeof(memory));
		for (i = 0; i < COUNT; i++) {
			items[i] = net_item(net.a, IOSRC_OP_RECV, i * 16,
			    i % 2 ? 10 : 5);
			items[i].out_flags = 77;
		}
		for (i = 0; i < 8; i++)
			assert_int_equal(iosrc_send(net.b, TEXT, 10, 0), 10);
		assert_int_equal(iosrc_io_many(poller, items, COUNT,
		                     sizeof(items[0]), memory, sizeof(memory)),
		    8);
		for (i = 0; i < COUNT; i++) {
			int is_short = i < 8 && i % 2 == 0;

			assert_int_equal(items[i].out_result,
			    i >= 8         ? IOSRC_E_WOULD_BLOCK
			        : is_short ? 5
			                   : 10);
			assert_int_equal(items[i].out_flags,
			    is_short ? IOSRC_OUT_TRUNCATED : 0);
			if (is_short)
				assert_memory_equal(memory + i * 16, "01234#",
				    6);
		}
		net_close(&net);
		assert_ok(iosrc_poller_release(poller));
	}
}

static void peeked(enum net_kind kind, enum calls call)
{
	iosrc_poller *poller = contract_poller(0);
	struct net net;
	iosrc_flags out = 77;
	char data[16];
	unsigned i;

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	assert_int_equal(iosrc_send(net.b, TEXT, 10, 0), 10);
	net_await(net.a);
	for (i = 0; i < 3; i++) {
		assert_int_equal(receive(call, poller, net.a, data, 4,
		                     IOSRC_RECV_PEEK, &out),
		    4);
		assert_int_equal(out, IOSRC_OUT_TRUNCATED);
		assert_memory_equal(data, TEXT, 4);
	}
	assert_int_equal(
	    receive(call, poller, net.a, data, 16, IOSRC_RECV_PEEK, &out), 10);
	assert_int_equal(out, 0);
	assert_int_equal(receive(call, poller, net.a, data, 16, 0, &out), 10);
	assert_int_equal(out, 0);
	assert_memory_equal(data, TEXT, 10);
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

void contract_N8_peek_tells_it_too_and_loses_nothing(void **state)
{
	unsigned call;

	(void)state;
	for (call = 0; call < CALLS; call++) {
		peeked(NET_UDP, (enum calls)call);
		if (net_has(NET_UNIX_DATAGRAM))
			peeked(NET_UNIX_DATAGRAM, (enum calls)call);
		if (net_has(NET_PAIR_SEQPACKET))
			peeked(NET_PAIR_SEQPACKET, (enum calls)call);
	}
}

/* ---- from whom, to whom ---- */

/* One server, several clients; each is answered where it asked from. */
static void answered(enum net_kind kind)
{
	iosrc_address here = net_anywhere(kind), from[3], peer;
	iosrc_source *server = net_bind(&here), *clients[3];
	char data[16];
	unsigned i;

	here = net_local(server);
	for (i = 0; i < 3; i++) {
		from[i] = net_anywhere(kind);
		clients[i] = net_bind(&from[i]);
		from[i] = net_local(clients[i]);
		assert_int_equal(iosrc_send_to(clients[i], TEXT, 10, 0, &here),
		    10);
		net_await(server);
		memset(&peer, 0x5a, sizeof(peer));
		assert_int_equal(
		    iosrc_recv_from(server, data, 16, 0, &peer, NULL), 10);
		assert_true(net_equal(&peer, &from[i]));
		assert_int_equal(iosrc_send_to(server, data, i, 0, &peer), i);
		net_await(clients[i]);
		assert_int_equal(
		    iosrc_recv_from(clients[i], data, 16, 0, &peer, NULL), i);
		assert_true(net_equal(&peer, &here));
	}
	memset(&peer, 0x5a, sizeof(peer));
	assert_status(iosrc_recv_from(server, data, 16, 0, &peer, NULL),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(peer.family, 0x5a5a5a5a);
	for (i = 0; i < 3; i++) {
		assert_ok(iosrc_close(clients[i]));
		if (kind == NET_UNIX_DATAGRAM)
			net_unlink(&from[i]);
	}
	assert_ok(iosrc_close(server));
	if (kind == NET_UNIX_DATAGRAM)
		net_unlink(&here);
}

/* An unbound unix socket can send; there is nobody to answer. */
static void asked_by_nobody(void)
{
	iosrc_address here = net_path(), unnamed = net_address("unix:"), peer;
	iosrc_source *server = net_bind(&here), *client = net_bind(&unnamed);
	char data[16];

	assert_int_equal(iosrc_send_to(client, TEXT, 10, 0, &here), 10);
	memset(&peer, 0x5a, sizeof(peer));
	assert_int_equal(iosrc_recv_from(server, data, 16, 0, &peer, NULL), 10);
	assert_int_equal(peer.family, IOSRC_FAMILY_NONE);
	assert_int_equal(peer.size, 0);
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(server));
	net_unlink(&here);
}

void contract_N8_senders_are_told(void **state)
{
	(void)state;
	answered(NET_UDP);
	if (net_has(NET_UNIX_DATAGRAM))
		answered(NET_UNIX_DATAGRAM);
	if (net_has(NET_UDP6))
		answered(NET_UDP6);
	if (net_has(NET_UNIX_DATAGRAM))
		asked_by_nobody();
}

void contract_N8_streams_truncate_nothing(void **state)
{
	static const enum net_kind kinds[] = { NET_TCP, NET_UNIX, NET_PAIR };
	iosrc_flags out;
	iosrc_address peer;
	struct net net;
	char data[16];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		if (!net_has(kinds[i]))
			continue;
		net_open(kinds[i], &net);
		assert_int_equal(iosrc_send(net.b, TEXT, 10, 0), 10);
		net_await(net.a);
		out = 77;
		assert_int_equal(iosrc_recv(net.a, data, 4, 0, &out), 4);
		assert_int_equal(out, 0);
		out = 77;
		memset(&peer, 0x5a, sizeof(peer));
		assert_int_equal(
		    iosrc_recv_from(net.a, data, 16, 0, &peer, &out), 6);
		assert_int_equal(out, 0);
		assert_memory_equal(data, &TEXT[4], 6);
		if (kinds[i] == NET_TCP)
			assert_int_equal(peer.family, IOSRC_FAMILY_NONE);
		net_close(&net);
	}
}

static void to_no_path(iosrc_source *inet)
{
	iosrc_address path = net_path(), unnamed = net_address("unix:");
	iosrc_source *local = net_bind(&unnamed), *other;

	assert_kind(iosrc_send_to(local, "x", 1, 0, &path),
	    IOSRC_KIND_NOT_FOUND);
	other = net_bind(&path);
	assert_ok(iosrc_close(other));
	assert_kind(iosrc_send_to(local, "x", 1, 0, &path),
	    IOSRC_KIND_CONNECTION_REFUSED);
	net_unlink(&path);
	assert_kind(iosrc_send_to(inet, "x", 1, 0, &path),
	    IOSRC_KIND_UNSUPPORTED);
	assert_ok(iosrc_close(local));
}

void contract_N8_sending_to_nobody(void **state)
{
	iosrc_address here = net_anywhere(NET_UDP);
	iosrc_source *inet = net_bind(&here);
	static char large[70000];

	(void)state;
	if (net_has(NET_UNIX_DATAGRAM))
		to_no_path(inet);
	here = net_local(inet);
	assert_kind(iosrc_send_to(inet, large, sizeof(large), 0, &here),
	    IOSRC_KIND_MESSAGE_SIZE);
	if (!system_differs(SYSTEM_UNCONNECTED_IS_INVALID))
		assert_kind(iosrc_send(inet, "x", 1, 0),
		    IOSRC_KIND_NOT_CONNECTED);
	assert_ok(iosrc_close(inet));
}
