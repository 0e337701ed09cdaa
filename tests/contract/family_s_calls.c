/* SPDX-License-Identifier: MIT
 *
 * family_s_calls.c: S7 by recv, recv_from, send and their opcodes: a short
 * count arms again, a peek and the end of a stream never do.
 */
#include "family_s.h"

#include "endpoints.h"
#include "family_sr.h"

#include <string.h>

/* Each way to receive; flags are those of the calls. */
static int64_t by_recv(struct rig *rig, void *data, size_t size,
    iosrc_flags flags)
{
	return iosrc_recv(rig->source, data, size, flags, NULL);
}

static int64_t by_recv_with_flags(struct rig *rig, void *data, size_t size,
    iosrc_flags flags)
{
	iosrc_flags out;

	return iosrc_recv(rig->source, data, size, flags, &out);
}

static int64_t by_recv_from(struct rig *rig, void *data, size_t size,
    iosrc_flags flags)
{
	iosrc_address peer;

	return iosrc_recv_from(rig->source, data, size, flags, &peer, NULL);
}

static int64_t by_op(struct rig *rig, void *data, size_t size,
    iosrc_flags flags)
{
	iosrc_io_item item = net_item(rig->source, IOSRC_OP_RECV, 0, size);

	item.flags = flags;
	iosrc_io_many(rig->poller, &item, 1, sizeof(item), data, size);
	return item.out_result;
}

static int64_t (*const ways[])(struct rig *, void *, size_t,
    iosrc_flags) = { by_recv, by_recv_with_flags, by_recv_from, by_op };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static const enum net_kind kinds[] = { NET_TCP, NET_UNIX, NET_PAIR,
	NET_SEQPACKET, NET_PAIR_SEQPACKET, NET_UDP, NET_UNIX_DATAGRAM,
	NET_PAIR_DATAGRAM };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void net_rig(struct rig *rig, struct net *net, enum net_kind kind,
    iosrc_bits interest)
{
	net_open(kind, net);
	*rig = (struct rig){ contract_poller(0), net->a, -1 };
	assert_ok(
	    iosrc_register(rig->source, rig->poller, RIG_TOKEN, interest));
}

static void net_shut(struct rig *rig, struct net *net)
{
	net_close(net);
	assert_ok(iosrc_poller_release(rig->poller));
}

/* The next data must come with an event although no would-block was seen. */
void contract_S7_short_counts_of_recv_arm_again(void **state)
{
	struct rig rig;
	struct net net;
	char data[64];
	size_t k, w;
	unsigned round;

	(void)state;
	for (k = 0; k < KINDS; k++) {
		if (!net_has(kinds[k]))
			continue;
		net_rig(&rig, &net, kinds[k], IOSRC_READABLE);
		for (w = 0; w < WAYS; w++) {
			for (round = 0; round < 3; round++) {
				assert_int_equal(
				    iosrc_send(net.b, "abcdef", 6 - round, 0),
				    6 - round);
				assert_bits(rig_expect(&rig).ready,
				    IOSRC_READABLE);
				assert_int_equal(ways[w](&rig, data, 64, 0),
				    6 - round);
			}
			contract_expect_quiet(rig.poller);
		}
		net_shut(&rig, &net);
	}
}

/* Looked at in part or whole, with more room than data or less. Where the
 * edge is emulated, arming would report what is still there once more. */
void contract_S7_peeks_never_arm(void **state)
{
	struct rig rig;
	struct net net;
	char data[64];
	size_t k, w;

	(void)state;
	for (k = 0; k < KINDS; k++) {
		if (!net_has(kinds[k]))
			continue;
		net_rig(&rig, &net, kinds[k], IOSRC_READABLE);
		for (w = 0; w < WAYS; w++) {
			assert_int_equal(iosrc_send(net.b, "abcdef", 6, 0), 6);
			rig_expect(&rig);
			assert_int_equal(
			    ways[w](&rig, data, 64, IOSRC_RECV_PEEK), 6);
			assert_int_equal(
			    ways[w](&rig, data, 4, IOSRC_RECV_PEEK), 4);
			contract_expect_quiet(rig.poller);
			assert_int_equal(ways[w](&rig, data, 64, 0), 6);
			contract_expect_quiet(rig.poller);
			assert_status(ways[w](&rig, data, 64, IOSRC_RECV_PEEK),
			    IOSRC_E_WOULD_BLOCK);
		}
		net_shut(&rig, &net);
	}
}

/* All that was asked for is no short count: the caller has to go on. */
void contract_S7_whole_counts_of_recv_arm_nothing(void **state)
{
	struct rig rig;
	struct net net;
	char data[64];
	size_t w;

	(void)state;
	for (w = 0; w < WAYS; w++) {
		net_rig(&rig, &net, NET_PAIR, IOSRC_READABLE);
		assert_int_equal(iosrc_send(net.b, "abcdef", 6, 0), 6);
		rig_expect(&rig);
		assert_int_equal(ways[w](&rig, data, 4, 0), 4);
		contract_expect_quiet(rig.poller);
		assert_int_equal(ways[w](&rig, data, 2, 0), 2);
		net_shut(&rig, &net);
	}
}

void contract_S7_end_of_stream_by_recv_never_arms(void **state)
{
	struct rig rig;
	struct net net;
	char data[16];
	size_t k, w;
	int i;

	(void)state;
	for (k = 0; k < 3; k++) {
		if (!net_has(kinds[k]))
			continue;
		for (w = 0; w < WAYS; w++) {
			net_rig(&rig, &net, kinds[k], IOSRC_READABLE);
			assert_ok(iosrc_shutdown(net.b, IOSRC_WRITABLE));
			rig_expect(&rig);
			for (i = 0; i < 2; i++) {
				assert_int_equal(ways[w](&rig, data, 16, 0), 0);
				contract_expect_quiet(rig.poller);
			}
			assert_int_equal(
			    ways[w](&rig, data, 16, IOSRC_RECV_PEEK), 0);
			sr_expect_idle(rig.poller, 50 * CONTRACT_MS);
			net_shut(&rig, &net);
		}
	}
}

void contract_S7_a_short_recv_revives_no_oneshot(void **state)
{
	struct rig rig;
	struct net net;
	char data[16];
	size_t w;

	(void)state;
	for (w = 0; w < WAYS; w++) {
		net_rig(&rig, &net, NET_TCP, IOSRC_READABLE | IOSRC_ONESHOT);
		assert_int_equal(iosrc_send(net.b, "abc", 3, 0), 3);
		rig_expect(&rig);
		assert_int_equal(ways[w](&rig, data, 16, 0), 3);
		assert_int_equal(iosrc_send(net.b, "def", 3, 0), 3);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		rig_expect(&rig);
		assert_int_equal(ways[w](&rig, data, 16, 0), 3);
		net_shut(&rig, &net);
	}
}

/* ---- sending ---- */

static char big[8 << 20];

static int64_t send_big(struct rig *rig, int by_batch)
{
	iosrc_io_item item;

	if (!by_batch)
		return iosrc_send(rig->source, big, sizeof(big), 0);
	item = net_item(rig->source, IOSRC_OP_SEND, 0, sizeof(big));
	iosrc_io_many(rig->poller, &item, 1, sizeof(item), big, sizeof(big));
	return item.out_result;
}

static void take_bytes(const struct net *net, int64_t size)
{
	static char data[65536];
	int64_t count;

	while (size > 0) {
		net_await(net->b);
		count = iosrc_recv(net->b, data, sizeof(data), 0, NULL);
		assert_true(count > 0);
		size -= count;
	}
	assert_true(size == 0);
}

void contract_S7_short_sends_arm_again(void **state)
{
	struct rig rig;
	struct net net;
	int64_t sent;
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < 3; k++) {
		if (!net_has(kinds[k]))
			continue;
		net_rig(&rig, &net, kinds[k], IOSRC_WRITABLE);
		assert_ok(
		    iosrc_set_option(net.a, IOSRC_OPTION_SEND_BUFFER, 20000));
		for (i = 0; i < 4; i++) {
			rig_expect(&rig);
			while (sr_take(rig.poller, RIG_TOKEN) != 0)
				;
			sent = send_big(&rig, i % 2);
			assert_true(sent > 0);
			assert_true(sent < (int64_t)sizeof(big));
			take_bytes(&net, sent);
		}
		rig_expect(&rig);
		net_shut(&rig, &net);
	}
}
