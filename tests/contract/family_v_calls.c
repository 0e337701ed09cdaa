/* SPDX-License-Identifier: MIT
 *
 * family_v_calls.c: V4, V5, V6, V8 and V10 once more, by the calls of
 * iosrc_net.h alone: connects that end, urgent data, refused datagrams.
 */
#include "family_rig.h"

#include "endpoints.h"
#include "family_v.h"

#include <string.h>

#define NOBODY ((iosrc_source *)(uintptr_t)0x5a5a)

/* ---- V4: refused ---- */

/* Where nobody is: bound once, and closed again. */
static iosrc_address dead_address(enum net_kind kind)
{
	iosrc_address address = net_anywhere(kind);
	iosrc_source *source = net_is_datagram(kind) ? net_bind(&address)
	                                             : net_listen(&address, 0);

	address = net_local(source);
	assert_ok(iosrc_close(source));
	return address;
}

static void taken_once(iosrc_source *source, iosrc_kind kind)
{
	iosrc_status error = IOSRC_E_UNKNOWN;

	assert_ok(iosrc_take_error(source, &error));
	assert_kind(error, kind);
	error = IOSRC_E_UNKNOWN;
	assert_ok(iosrc_take_error(source, &error));
	assert_status(error, IOSRC_OK);
}

static void refused(enum net_kind kind, iosrc_bits interest)
{
	iosrc_address address = dead_address(kind), peer;
	struct rig rig = { contract_poller(0), NOBODY, -1 };
	iosrc_status status = iosrc_connect(&address, NULL, 0, &rig.source);
	iosrc_bits ready;

	if (status != IOSRC_OK) { /* at once: there is no source */
		assert_kind(status, IOSRC_KIND_CONNECTION_REFUSED);
		assert_true(rig.source == NOBODY);
		assert_ok(iosrc_poller_release(rig.poller));
		return;
	}
	assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN, interest));
	ready = rig_expect(&rig).ready;
	assert_true((ready & (IOSRC_WRITABLE | IOSRC_ERROR)) != 0);
	assert_bits(ready, IOSRC_WRITE_CLOSED);
	taken_once(rig.source, IOSRC_KIND_CONNECTION_REFUSED);
	assert_kind(iosrc_peer_address(rig.source, &peer),
	    IOSRC_KIND_NOT_CONNECTED);
	rig_shut(&rig);
}

void contract_V4_refusal_by_take_error(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		refused(NET_TCP, RIG_BOTH | modes[i]);
		refused(NET_TCP, IOSRC_WRITABLE | modes[i]);
		if (net_has(NET_TCP6))
			refused(NET_TCP6, RIG_BOTH | modes[i]);
	}
}

void contract_V4_unix_refusal_is_answered_at_once(void **state)
{
	iosrc_source *source = NOBODY;
	iosrc_address address;

	(void)state;
	net_need(NET_UNIX);
	address = dead_address(NET_UNIX);
	assert_kind(iosrc_connect(&address, NULL, 0, &source),
	    IOSRC_KIND_CONNECTION_REFUSED);
	assert_true(source == NOBODY);
	net_unlink(&address);
}

/* ---- V5: connected ---- */

static void connected(enum net_kind kind, iosrc_bits interest)
{
	iosrc_address address, peer, here;
	iosrc_source *listener = net_listener(kind, &address), *served;
	struct rig rig = { contract_poller(0), NULL, -1 };
	iosrc_status error = IOSRC_E_UNKNOWN;

	rig.source = net_connect(&address, net_type(kind));
	assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN, interest));
	assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
	assert_ok(iosrc_take_error(rig.source, &error));
	assert_status(error, IOSRC_OK);
	peer = net_peer(rig.source);
	assert_true(net_equal(&peer, &address));
	served = net_accept(listener, &peer);
	here = net_local(rig.source);
	assert_true(net_equal(&peer, &here));
	assert_int_equal(iosrc_send(rig.source, "hello", 5, 0), 5);
	assert_ok(iosrc_close(served));
	assert_ok(iosrc_close(listener));
	if (address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&address);
	rig_shut(&rig);
}

void contract_V5_connected_by_take_error_and_peer_address(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		connected(NET_TCP, RIG_BOTH | modes[i]);
		if (net_has(NET_UNIX))
			connected(NET_UNIX, IOSRC_WRITABLE | modes[i]);
		if (net_has(NET_TCP6))
			connected(NET_TCP6, RIG_BOTH | modes[i]);
	}
}

/* A queue that is full lets the connection hang: no event, no error, no peer,
 * until there is room (the client asks again after a second). */
void contract_V5_in_progress_has_no_peer_yet(void **state)
{
	iosrc_listen_options one = { .backlog = 1 };
	iosrc_address address = net_anywhere(NET_TCP), peer;
	iosrc_source *listener, *early[2], *served[2];
	struct rig rig = { contract_poller(0), NULL, -1 };
	iosrc_status error = IOSRC_E_UNKNOWN;
	unsigned i;

	(void)state;
	assert_ok(iosrc_listen(&address, &one, sizeof(one), &listener));
	address = net_local(listener);
	for (i = 0; i < 2; i++)
		early[i] = net_connect(&address, IOSRC_TYPE_STREAM);
	rig.source = net_connect(&address, IOSRC_TYPE_STREAM);
	assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN, RIG_BOTH));
	contract_expect_quiet(rig.poller);
	assert_kind(iosrc_peer_address(rig.source, &peer),
	    IOSRC_KIND_NOT_CONNECTED);
	assert_ok(iosrc_take_error(rig.source, &error));
	assert_status(error, IOSRC_OK);
	for (i = 0; i < 2; i++)
		served[i] = net_accept(listener, NULL);
	assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
	assert_ok(iosrc_take_error(rig.source, &error));
	assert_status(error, IOSRC_OK);
	peer = net_peer(rig.source);
	assert_true(net_equal(&peer, &address));
	for (i = 0; i < 2; i++) {
		assert_ok(iosrc_close(served[i]));
		assert_ok(iosrc_close(early[i]));
	}
	assert_ok(iosrc_close(listener));
	rig_shut(&rig);
}

/* ---- V6: what the ends are told besides their bits ---- */

static void shut_down(enum net_kind kind)
{
	iosrc_poller *poller = contract_poller(0);
	struct net net;
	char data[8];

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	assert_int_equal(iosrc_write(net.b, "last", 4), 4);
	assert_ok(iosrc_shutdown(net.b, IOSRC_WRITABLE));
	net_await(net.a);
	assert_bits(contract_expect(poller, RIG_TOKEN).ready, IOSRC_READABLE);
	assert_int_equal(iosrc_recv(net.a, data, 8, 0, NULL), 4);
	assert_int_equal(rig_drain(net.a), 0);
	assert_int_equal(iosrc_recv(net.a, data, 8, 0, NULL), 0);
	assert_kind(iosrc_send(net.b, "x", 1, 0), IOSRC_KIND_BROKEN_PIPE);
	/* The other way is open still. */
	assert_int_equal(iosrc_write(net.a, "back", 4), 4);
	net_await(net.b);
	assert_int_equal(iosrc_recv(net.b, data, 8, 0, NULL), 4);
	assert_ok(iosrc_shutdown(net.b, IOSRC_READABLE));
	assert_int_equal(iosrc_recv(net.b, data, 8, 0, NULL), 0);
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

void contract_V6_shutdown_ends_what_it_names(void **state)
{
	(void)state;
	shut_down(NET_TCP);
	if (net_has(NET_UNIX))
		shut_down(NET_UNIX);
	if (net_has(NET_SEQPACKET))
		shut_down(NET_SEQPACKET);
	shut_down(NET_PAIR);
}

void contract_V6_shutdown_of_what_cannot_be(void **state)
{
	iosrc_source *loose;
	struct net net;

	(void)state;
	net_open(NET_PIPE, &net);
	assert_kind(iosrc_shutdown(net.a, RIG_BOTH), IOSRC_KIND_BAD_HANDLE);
	net_close(&net);
	loose = contract_source(system_socket(IOSRC_TYPE_STREAM));
	assert_kind(iosrc_shutdown(loose, RIG_BOTH), IOSRC_KIND_NOT_CONNECTED);
	assert_ok(iosrc_close(loose));
}

/* ---- V8: out-of-band data ---- */

static void urgent_rig(struct rig *rig, struct net *net, iosrc_bits interest)
{
	if (!contract_can(IOSRC_PRIORITY))
		contract_skip("the backend lacks IOSRC_PRIORITY");
	net_open(NET_TCP, net);
	*rig = (struct rig){ contract_poller(0), net->a, -1 };
	assert_ok(
	    iosrc_register(rig->source, rig->poller, RIG_TOKEN, interest));
}

/* Taking it arms PRIORITY again, so no rearm is needed in between. */
void contract_V8_urgent_data_by_send_and_recv(void **state)
{
	struct rig rig;
	struct net net;
	iosrc_bits ready;
	unsigned round;
	char data;

	(void)state;
	urgent_rig(&rig, &net, IOSRC_READABLE | IOSRC_PRIORITY);
	assert_kind(iosrc_recv(rig.source, &data, 1, IOSRC_RECV_OOB, NULL),
	    IOSRC_KIND_INVALID);
	for (round = 0; round < 4; round++) {
		assert_int_equal(iosrc_send(net.b, "!", 1, IOSRC_SEND_OOB), 1);
		ready = rig_expect(&rig).ready;
		assert_bits(ready, IOSRC_PRIORITY);
		assert_no_bits(ready,
		    IOSRC_WRITABLE | IOSRC_ERROR | RIG_CLOSED);
		data = 0;
		assert_int_equal(
		    iosrc_recv(rig.source, &data, 1, IOSRC_RECV_OOB, NULL), 1);
		assert_int_equal(data, '!');
		/* Once only; the answer arms as well. */
		assert_kind(
		    iosrc_recv(rig.source, &data, 1, IOSRC_RECV_OOB, NULL),
		    IOSRC_KIND_INVALID);
		rig_drain(rig.source);
		contract_expect_quiet(rig.poller);
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(rig.poller));
}

void contract_V8_urgent_data_by_recv_from_and_batches(void **state)
{
	iosrc_address peer;
	iosrc_flags out = 77;
	iosrc_io_item item;
	struct rig rig;
	struct net net;
	iosrc_poller *sender;
	char data = '?';

	(void)state;
	urgent_rig(&rig, &net, IOSRC_PRIORITY);
	sender = contract_poller(0);
	assert_ok(iosrc_register(net.b, sender, 2, IOSRC_WRITABLE));
	item = net_item(net.b, IOSRC_OP_SEND, 0, 1);
	item.flags = IOSRC_SEND_OOB;
	assert_int_equal(
	    iosrc_io_many(sender, &item, 1, sizeof(item), &data, 1), 1);
	assert_bits(rig_expect(&rig).ready, IOSRC_PRIORITY);
	item = net_item(rig.source, IOSRC_OP_RECV, 0, 1);
	item.flags = IOSRC_RECV_OOB;
	data = 0;
	assert_int_equal(
	    iosrc_io_many(rig.poller, &item, 1, sizeof(item), &data, 1), 1);
	assert_int_equal(item.out_result, 1);
	assert_int_equal(data, '?');
	/* One is all there is: having read it arms. */
	rig_drain(rig.source);
	assert_int_equal(iosrc_send(net.b, "!", 1, IOSRC_SEND_OOB), 1);
	assert_bits(rig_expect(&rig).ready, IOSRC_PRIORITY);
	assert_int_equal(
	    iosrc_recv_from(rig.source, &data, 1, IOSRC_RECV_OOB, &peer, &out),
	    1);
	assert_int_equal(data, '!');
	assert_int_equal(out, 0);
	net_close(&net);
	assert_ok(iosrc_poller_release(sender));
	assert_ok(iosrc_poller_release(rig.poller));
}

void contract_V8_no_urgent_data_on_datagrams(void **state)
{
	struct net net;
	char data;

	(void)state;
	net_open(NET_PAIR_DATAGRAM, &net);
	assert_kind(iosrc_send(net.a, "x", 1, IOSRC_SEND_OOB),
	    IOSRC_KIND_UNSUPPORTED);
	assert_kind(iosrc_recv(net.a, &data, 1, IOSRC_RECV_OOB, NULL),
	    IOSRC_KIND_UNSUPPORTED);
	net_close(&net);
}

/* ---- V10: datagrams ---- */

enum telling { BY_RECV, BY_RECV_FROM, BY_PEEK, BY_SEND, BY_TAKING, TELLINGS };

static void take_refusal(iosrc_source *source, enum telling telling)
{
	iosrc_address peer;
	char data[16];
	int64_t result = 0;

	if (telling == BY_RECV)
		result = iosrc_recv(source, data, 16, 0, NULL);
	else if (telling == BY_RECV_FROM)
		result = iosrc_recv_from(source, data, 16, 0, &peer, NULL);
	else if (telling == BY_PEEK)
		result = iosrc_recv(source, data, 16, IOSRC_RECV_PEEK, NULL);
	else if (telling == BY_SEND)
		result = iosrc_send(source, "again", 5, 0);
	else
		taken_once(source, IOSRC_KIND_CONNECTION_REFUSED);
	if (telling != BY_TAKING)
		assert_kind(result, IOSRC_KIND_CONNECTION_REFUSED);
}

static void live_datagrams(struct rig *rig, iosrc_source *server)
{
	iosrc_address to = net_local(rig->source), from, peer;
	char data[16];
	unsigned i;

	from = net_local(server);
	for (i = 0; i < 3; i++) {
		assert_int_equal(iosrc_send_to(server, "alive", 5, 0, &to), 5);
		assert_bits(rig_expect(rig).ready, IOSRC_READABLE);
		assert_int_equal(
		    iosrc_recv_from(rig->source, data, 16, 0, &peer, NULL), 5);
		assert_true(net_equal(&peer, &from));
		assert_status(iosrc_recv(rig->source, data, 16, 0, NULL),
		    IOSRC_E_WOULD_BLOCK);
	}
}

static void expect_error(struct rig *rig)
{
	unsigned events;

	for (events = 0; events < 8; events++)
		if (rig_expect(rig).ready & IOSRC_ERROR)
			return;
	fail_msg("%u events and no error", events);
}

static void refused_datagram(iosrc_bits interest, enum telling telling)
{
	iosrc_address address = dead_address(NET_UDP);
	struct rig rig = { contract_poller(0), NULL, -1 };
	iosrc_source *server;
	char data[16];
	unsigned round;

	rig.source = net_connect(&address, IOSRC_TYPE_DATAGRAM);
	assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN, interest));
	if (interest & IOSRC_WRITABLE)
		rig_expect(&rig);
	assert_status(iosrc_recv(rig.source, data, 16, 0, NULL),
	    IOSRC_E_WOULD_BLOCK);
	for (round = 0; round < 3; round++) {
		assert_int_equal(iosrc_send(rig.source, "lost", 4, 0), 4);
		expect_error(&rig);
		take_refusal(rig.source, telling);
		assert_status(iosrc_recv(rig.source, data, 16, 0, NULL),
		    IOSRC_E_WOULD_BLOCK);
		contract_expect_quiet(rig.poller);
	}
	server = net_bind(&address);
	live_datagrams(&rig, server);
	assert_ok(iosrc_close(server));
	rig_shut(&rig);
}

void contract_V10_refusal_by_the_calls_of_sockets(void **state)
{
	unsigned telling;

	(void)state;
	if (system_differs(SYSTEM_REFUSAL_SWALLOWED))
		contract_skip("this system swallows the refusal");
	for (telling = 0; telling < TELLINGS; telling++) {
		refused_datagram(IOSRC_READABLE, (enum telling)telling);
		refused_datagram(RIG_BOTH, (enum telling)telling);
	}
}
