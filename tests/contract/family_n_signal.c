/* SPDX-License-Identifier: MIT
 *
 * family_n_signal.c: N2, writing to a closed peer. SIGPIPE, where
 * there is one, is at its default here: it would end the test's process, and
 * the runner says so.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

/* ---- the ways to write ---- */

static int64_t by_write(iosrc_source *source)
{
	return iosrc_write(source, "x", 1);
}

static int64_t by_writev(iosrc_source *source)
{
	char data[2] = "xy";
	iosrc_buffer buffers[2] = { { data, 1 }, { data + 1, 1 } };

	return iosrc_writev(source, buffers, 2);
}

static int64_t by_send(iosrc_source *source)
{
	return iosrc_send(source, "x", 1, 0);
}

static int64_t by_batch(iosrc_source *source, uint32_t opcode,
    iosrc_flags flags)
{
	iosrc_poller *poller = contract_poller(flags);
	iosrc_io_item item;
	char data[1] = "x";

	assert_ok(iosrc_register(source, poller, 1, IOSRC_WRITABLE));
	item = net_item(source, opcode, 0, 1);
	iosrc_io_many(poller, &item, 1, sizeof(item), data, 1);
	assert_ok(iosrc_deregister(source, poller));
	assert_ok(iosrc_poller_release(poller));
	return item.out_result;
}

static int64_t by_op_write(iosrc_source *source)
{
	return by_batch(source, IOSRC_OP_WRITE, 0);
}

static int64_t by_op_send(iosrc_source *source)
{
	return by_batch(source, IOSRC_OP_SEND, 0);
}

static int64_t by_send_oob(iosrc_source *source)
{
	return iosrc_send(source, "x", 1, IOSRC_SEND_OOB);
}

static int64_t (*const ways[])(
    iosrc_source *) = { by_write, by_writev, by_send, by_op_write, by_op_send };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* ---- what must come ---- */

static int is_end(int64_t result)
{
	iosrc_kind kind = iosrc_status_kind((iosrc_status)result);

	return result < 0 &&
	    (kind == IOSRC_KIND_BROKEN_PIPE ||
	        kind == IOSRC_KIND_CONNECTION_RESET);
}

static void for_good(int64_t result)
{
	if (system_resets_for_good)
		assert_true(is_end(result));
	else
		assert_kind(result, IOSRC_KIND_BROKEN_PIPE);
}

/* A peer's reset may be on its way still. */
static void expect_end(iosrc_source *source, int64_t (*way)(iosrc_source *))
{
	int64_t result = 1;
	unsigned tries;

	for (tries = 0; tries < 2000 && result > 0; tries++) {
		result = way(source);
		if (result > 0)
			system_sleep(CONTRACT_MS);
	}
	if (!is_end(result))
		fail_msg("a closed peer: %s",
		    result < 0 ? iosrc_status_name((iosrc_status)result)
		               : "no error");
	for_good(way(source));
}

static void closed_peer(enum net_kind kind)
{
	struct net net;
	size_t i;

	if (!net_has(kind))
		return;
	for (i = 0; i < WAYS; i++) {
		net_open(kind, &net);
		assert_ok(iosrc_close(net.a));
		net.a = NULL;
		expect_end(net.b, ways[i]);
		net_close(&net);
	}
}

/* The peer resets, and that was not told yet. */
static void reset_peer(enum net_kind kind)
{
	struct net net;
	size_t i;

	if (!net_has(kind))
		return;
	for (i = 0; i < WAYS; i++) {
		net_open(kind, &net);
		assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_LINGER, 0));
		assert_ok(iosrc_close(net.a));
		net.a = NULL;
		net_await(net.b);
		expect_end(net.b, ways[i]);
		net_close(&net);
	}
}

void contract_N2_sockets_raise_no_signal(void **state)
{
	(void)state;
	system_default_broken_pipe();
	closed_peer(NET_TCP);
	closed_peer(NET_UNIX);
	closed_peer(NET_PAIR);
	closed_peer(NET_SEQPACKET);
	closed_peer(NET_PAIR_SEQPACKET);
	reset_peer(NET_TCP);
}

void contract_N2_sockets_of_inet6_raise_no_signal(void **state)
{
	(void)state;
	net_need_inet6();
	system_default_broken_pipe();
	closed_peer(NET_TCP6);
	reset_peer(NET_TCP6);
}

/* A source is no better informed about a handle that the caller opened. */
void contract_N2_handles_that_others_opened_raise_no_signal(void **state)
{
	enum rig_kind kind;
	iosrc_source *source;
	iosrc_handle fds[2];
	size_t i;

	(void)state;
	system_default_broken_pipe();
	for (kind = RIG_UNIX; kind < RIG_SOCKETS; kind++) {
		for (i = 0; i < WAYS; i++) {
			rig_handles(kind, fds);
			source = contract_source(fds[0]);
			system_close(fds[1]);
			expect_end(source, ways[i]);
			assert_ok(iosrc_close(source));
		}
	}
}

void contract_N2_own_end_shut_raises_no_signal(void **state)
{
	static const enum net_kind kinds[] = { NET_TCP, NET_UNIX, NET_SEQPACKET,
		NET_PAIR_DATAGRAM };
	struct net net;
	unsigned k;
	size_t i;

	(void)state;
	system_default_broken_pipe();
	for (k = 0; k < 4; k++) {
		if (!net_has(kinds[k]))
			continue;
		for (i = 0; i < WAYS; i++) {
			net_open(kinds[k], &net);
			assert_ok(iosrc_shutdown(net.b, IOSRC_WRITABLE));
			assert_kind(ways[i](net.b), IOSRC_KIND_BROKEN_PIPE);
			assert_kind(ways[i](net.b), IOSRC_KIND_BROKEN_PIPE);
			net_close(&net);
		}
	}
	net_open(NET_TCP, &net);
	assert_ok(iosrc_shutdown(net.b, IOSRC_WRITABLE));
	assert_kind(by_send_oob(net.b), IOSRC_KIND_BROKEN_PIPE);
	net_close(&net);
}

/* Many at once, so that a ring would be taken if there is one. */
void contract_N2_batches_raise_no_signal(void **state)
{
	enum { COUNT = 64 };
	enum net_kind other = net_has(NET_PAIR_SEQPACKET) ? NET_PAIR_SEQPACKET
	                                                  : NET_TCP;
	static struct net nets[COUNT];
	static iosrc_io_item items[COUNT];
	iosrc_poller *poller;
	char data[1] = "x";
	unsigned i;

	(void)state;
	system_default_broken_pipe();
	poller = contract_poller(IOSRC_POLLER_IO_URING);
	for (i = 0; i < COUNT; i++) {
		net_open(i % 3 ? NET_PAIR : other, &nets[i]);
		assert_ok(iosrc_register(nets[i].b, poller, i, IOSRC_WRITABLE));
		items[i] = net_item(nets[i].b,
		    i % 2 ? IOSRC_OP_SEND : IOSRC_OP_WRITE, 0, 1);
		/* A loopback connection takes what comes before its reset. */
		if (other == NET_TCP)
			assert_ok(iosrc_shutdown(nets[i].b, IOSRC_WRITABLE));
		assert_ok(iosrc_close(nets[i].a));
		nets[i].a = NULL;
	}
	assert_int_equal(
	    iosrc_io_many(poller, items, COUNT, sizeof(items[0]), data, 1), 0);
	for (i = 0; i < COUNT; i++) {
		for_good(items[i].out_result);
		net_close(&nets[i]);
	}
	assert_ok(iosrc_poller_release(poller));
}
