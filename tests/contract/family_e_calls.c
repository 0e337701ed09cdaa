/* SPDX-License-Identifier: MIT
 *
 * family_e_calls.c: E5 and E6 by the calls of iosrc_net.h: peeking, accepting
 * and empty datagrams in edge mode.
 */
#include "family_e.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

/* ---- E5 ---- */

static int64_t peek(iosrc_source *source, unsigned way, void *data, size_t size)
{
	iosrc_flags out;

	if (way == 0)
		return iosrc_recv(source, data, size, IOSRC_RECV_PEEK, NULL);
	if (way == 1)
		return iosrc_recv(source, data, size, IOSRC_RECV_PEEK, &out);
	return iosrc_recv_from(source, data, size, IOSRC_RECV_PEEK, NULL, &out);
}

/* What is there is taken behind the library's back, so that the peek alone
 * can say that nothing is left. */
static void peek_at_nothing(enum net_kind kind)
{
	iosrc_poller *poller = contract_poller(0);
	struct net net;
	char data[8];
	unsigned way, round;

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	for (way = 0; way < 3; way++) {
		for (round = 0; round < 3; round++) {
			assert_int_equal(iosrc_send(net.b, "peek", 4, 0), 4);
			contract_expect(poller, RIG_TOKEN);
			assert_int_equal(contract_drain(net_handle(net.a)), 4);
			assert_status(peek(net.a, way, data, 8),
			    IOSRC_E_WOULD_BLOCK);
			contract_expect_quiet(poller);
		}
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

static void peek_at_something(enum net_kind kind)
{
	iosrc_poller *poller = contract_poller(0);
	struct net net;
	char data[8];
	unsigned way;

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	for (way = 0; way < 3; way++) {
		assert_int_equal(iosrc_send(net.b, "peek", 4, 0), 4);
		net_await(net.a);
		assert_int_equal(peek(net.a, way, data, 8), 4);
		contract_expect(poller, RIG_TOKEN);
		memset(data, 0, sizeof(data));
		assert_int_equal(peek(net.a, way, data, 8), 4);
		assert_memory_equal(data, "peek", 4);
		contract_expect_quiet(poller);
		assert_int_equal(rig_drain(net.a), 4);
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

static void each_socket(void (*body)(enum net_kind kind))
{
	static const enum net_kind kinds[] = { NET_TCP, NET_UNIX,
		NET_PAIR_SEQPACKET, NET_UDP, NET_PAIR_DATAGRAM };
	size_t k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (net_has(kinds[k]))
			body(kinds[k]);
}

void contract_E5_recv_peek_that_would_block_arms_again(void **state)
{
	(void)state;
	each_socket(peek_at_nothing);
}

void contract_E5_recv_peek_that_succeeds_consumes_nothing(void **state)
{
	(void)state;
	each_socket(peek_at_something);
}

/* ---- E6 ---- */

static void accept_to_the_end(iosrc_poller *poller, iosrc_source *listener,
    unsigned count)
{
	iosrc_source *served = NULL;
	iosrc_status status;

	while (count > 0) {
		status = iosrc_accept(listener, NULL, &served);
		if (status == IOSRC_E_WOULD_BLOCK) {
			contract_expect(poller, RIG_TOKEN);
			continue;
		}
		assert_ok(status);
		assert_ok(iosrc_close(served));
		count--;
	}
	assert_status(iosrc_accept(listener, NULL, &served),
	    IOSRC_E_WOULD_BLOCK);
}

static void bursts(enum net_kind kind)
{
	static const unsigned sizes[] = { 1, 1, 2, 1, 16, 1 };
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *listener, *clients[16];
	iosrc_address address;
	unsigned i;
	size_t k;

	listener = net_listener(kind, &address);
	assert_ok(iosrc_register(listener, poller, RIG_TOKEN, IOSRC_READABLE));
	contract_expect_quiet(poller);
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		for (i = 0; i < sizes[k]; i++)
			clients[i] = net_connect(&address, net_type(kind));
		assert_bits(contract_expect(poller, RIG_TOKEN).ready,
		    IOSRC_READABLE);
		accept_to_the_end(poller, listener, sizes[k]);
		contract_expect_quiet(poller);
		for (i = 0; i < sizes[k]; i++)
			assert_ok(iosrc_close(clients[i]));
	}
	assert_ok(iosrc_close(listener));
	if (address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&address);
	assert_ok(iosrc_poller_release(poller));
}

void contract_E6_second_accept_by_call_gets_its_event(void **state)
{
	(void)state;
	bursts(NET_TCP);
	if (net_has(NET_UNIX))
		bursts(NET_UNIX);
	if (net_has(NET_SEQPACKET))
		bursts(NET_SEQPACKET);
}

static void empty_datagrams(enum net_kind kind)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_address peer;
	iosrc_flags out;
	struct net net;
	char data[8];
	unsigned round;

	net_open(kind, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	for (round = 0; round < 6; round++) {
		assert_int_equal(iosrc_send(net.b, NULL, 0, 0), 0);
		assert_bits(contract_expect(poller, RIG_TOKEN).ready,
		    IOSRC_READABLE);
		out = 77;
		assert_int_equal(round % 2
		        ? iosrc_recv(net.a, data, 8, 0, &out)
		        : iosrc_recv_from(net.a, data, 8, 0, &peer, &out),
		    0);
		assert_int_equal(out, 0);
		assert_status(iosrc_recv(net.a, data, 8, 0, NULL),
		    IOSRC_E_WOULD_BLOCK);
		contract_expect_quiet(poller);
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

void contract_E6_empty_datagrams_by_send_and_recv(void **state)
{
	(void)state;
	empty_datagrams(NET_UDP);
	if (net_has(NET_UNIX_DATAGRAM))
		empty_datagrams(NET_UNIX_DATAGRAM);
	empty_datagrams(NET_PAIR_DATAGRAM);
}
