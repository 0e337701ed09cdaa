/* SPDX-License-Identifier: MIT
 *
 * family_b_net.c: the opcodes RECV and SEND against iosrc_recv and
 * iosrc_send, with their flags; through the loop, and through a ring where
 * the system has one.
 */
#include "family_b.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

#define MEMORY 512

static const iosrc_flags pollers[] = { 0, IOSRC_POLLER_IO_URING };

/* ---- B1, B3: a batch and its twin ---- */

enum {
	WITH_DATA,
	EMPTY,
	AT_END,
	FULL,
	BROKEN,
	DATAGRAMS,
	RECORDS,
	URGENT,
	READER,
	WRITER,
	PLAYERS
};

struct players {
	iosrc_poller *poller;
	struct net nets[PLAYERS];
	char memory[MEMORY];
};

static const enum net_kind player_kinds[PLAYERS] = { NET_PAIR, NET_TCP,
	NET_PAIR, NET_PAIR, NET_PAIR, NET_PAIR_DATAGRAM, NET_PAIR_SEQPACKET,
	NET_TCP, NET_PIPE, NET_PIPE };

static iosrc_source *player(const struct players *set, unsigned which)
{
	return which == WRITER ? set->nets[which].b : set->nets[which].a;
}

static void players_prepare(struct players *set)
{
	unsigned i;

	assert_int_equal(
	    iosrc_send(set->nets[WITH_DATA].b, "0123456789", 10, 0), 10);
	assert_ok(iosrc_shutdown(set->nets[AT_END].b, IOSRC_WRITABLE));
	contract_fill(net_handle(set->nets[FULL].a));
	assert_ok(iosrc_close(set->nets[BROKEN].b));
	set->nets[BROKEN].b = NULL;
	for (i = 0; i < 6; i++) {
		assert_int_equal(
		    iosrc_send(set->nets[DATAGRAMS].b, "a datagram", 10, 0),
		    10);
		assert_int_equal(
		    iosrc_send(set->nets[RECORDS].b, "a record", 8, 0), 8);
	}
	assert_int_equal(
	    iosrc_send(set->nets[URGENT].b, "!", 1, IOSRC_SEND_OOB), 1);
	assert_int_equal(iosrc_write(set->nets[READER].b, "pipe", 4), 4);
	net_await_urgent(set->nets[URGENT].a);
}

static void players_open(struct players *set, iosrc_flags flags)
{
	unsigned i;

	memset(set, 0, sizeof(*set));
	memcpy(set->memory, "what is sent", 12);
	set->poller = contract_poller(flags);
	for (i = 0; i < PLAYERS; i++) {
		/* Datagrams stand in for records where there are none. */
		net_open(net_has(player_kinds[i]) ? player_kinds[i]
		                                  : NET_PAIR_DATAGRAM,
		    &set->nets[i]);
		assert_ok(iosrc_register(player(set, i), set->poller, i,
		    RIG_BOTH | IOSRC_PRIORITY));
	}
	players_prepare(set);
}

static void players_close(struct players *set)
{
	unsigned i;

	for (i = 0; i < PLAYERS; i++)
		net_close(&set->nets[i]);
	assert_ok(iosrc_poller_release(set->poller));
}

#define R IOSRC_OP_RECV
#define S IOSRC_OP_SEND

static const struct step {
	unsigned player;
	uint32_t opcode;
	iosrc_flags flags;
	uint64_t data, size;
} steps[] = { { WITH_DATA, R, IOSRC_RECV_PEEK, 16, 4 },
	{ WITH_DATA, R, 0, 32, 4 }, { WITH_DATA, R, IOSRC_RECV_PEEK, 48, 100 },
	{ WITH_DATA, R, 0, 64, 100 }, { WITH_DATA, R, 0, 80, 4 },
	{ WITH_DATA, R, IOSRC_RECV_PEEK, 80, 4 }, { WITH_DATA, R, 0, 80, 0 },
	{ WITH_DATA, S, 0, 0, 12 }, { WITH_DATA, S, 0, 5, 2 },
	{ WITH_DATA, S, 0, MEMORY, 0 }, { EMPTY, R, 0, 96, 8 },
	{ EMPTY, S, 0, 0, 4 }, { EMPTY, R, IOSRC_RECV_OOB, 96, 1 },
	{ EMPTY, S, IOSRC_SEND_OOB, 0, 1 }, { AT_END, R, 0, 96, 8 },
	{ AT_END, R, IOSRC_RECV_PEEK, 96, 8 }, { AT_END, S, 0, 0, 1 },
	{ FULL, S, 0, 0, 1 }, { FULL, R, 0, 96, 1 }, { BROKEN, S, 0, 0, 1 },
	{ BROKEN, R, 0, 96, 1 }, { DATAGRAMS, R, IOSRC_RECV_PEEK, 112, 4 },
	{ DATAGRAMS, R, 0, 128, 4 }, { DATAGRAMS, R, 0, 144, 10 },
	{ DATAGRAMS, R, 0, 160, 16 }, { DATAGRAMS, R, 0, 176, 1 },
	{ DATAGRAMS, S, 0, 0, 12 }, { DATAGRAMS, S, 0, 0, 0 },
	{ DATAGRAMS, R, IOSRC_RECV_OOB, 176, 1 },
	{ DATAGRAMS, S, IOSRC_SEND_OOB, 0, 1 }, { RECORDS, R, 0, 192, 3 },
	{ RECORDS, R, IOSRC_RECV_PEEK, 208, 3 }, { RECORDS, R, 0, 224, 16 },
	{ RECORDS, S, 0, 0, 12 }, { URGENT, R, IOSRC_RECV_OOB, 240, 1 },
	{ URGENT, R, IOSRC_RECV_OOB, 241, 1 }, { URGENT, R, 0, 242, 4 },
	{ READER, R, 0, 256, 4 }, { READER, IOSRC_OP_READ, 0, 272, 4 },
	{ WRITER, S, 0, 0, 4 }, { WRITER, IOSRC_OP_WRITE, 0, 0, 4 },
	{ WITH_DATA, R, 4, 288, 1 }, { WITH_DATA, S, IOSRC_RECV_PEEK, 0, 1 },
	{ WITH_DATA, R, 0x80000000, 288, 1 },
	{ WITH_DATA, S, 0x80000002, 0, 1 }, { WITH_DATA, 5, 0, 288, 1 } };
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static int64_t step_alone(struct players *set, const struct step *step,
    iosrc_flags *out_flags)
{
	iosrc_source *source = player(set, step->player);
	char *data = set->memory + step->data;

	*out_flags = 0;
	if (step->opcode == IOSRC_OP_READ)
		return iosrc_read(source, data, step->size);
	if (step->opcode == IOSRC_OP_WRITE)
		return iosrc_write(source, data, step->size);
	if (step->opcode == R)
		return iosrc_recv(source, data, step->size, step->flags,
		    out_flags);
	if (step->opcode == S)
		return iosrc_send(source, data, step->size, step->flags);
	return IOSRC_E_UNSUPPORTED;
}

static void steps_as_items(const struct players *set, iosrc_io_item *items)
{
	unsigned i;

	for (i = 0; i < STEPS; i++) {
		items[i] = net_item(player(set, steps[i].player),
		    steps[i].opcode, steps[i].data, steps[i].size);
		items[i].flags = steps[i].flags;
		items[i].out_result = 77;
		items[i].out_flags = 77;
	}
}

static void check_step(unsigned i, const iosrc_io_item *item, int64_t result,
    iosrc_flags out_flags)
{
	if (item->out_result != result || item->out_flags != out_flags)
		fail_msg("step %u: %lld with %x, alone %lld with %x", i,
		    (long long)item->out_result, (unsigned)item->out_flags,
		    (long long)result, (unsigned)out_flags);
	assert_int_equal(item->data, steps[i].data);
	assert_int_equal(item->size, steps[i].size);
	assert_int_equal(item->flags, steps[i].flags);
}

static void batch_is_each_call(iosrc_flags flags)
{
	static struct players batch, single;
	iosrc_io_item items[STEPS];
	int64_t good = 0, answer;
	unsigned i;

	players_open(&batch, flags);
	players_open(&single, 0);
	steps_as_items(&batch, items);
	answer = iosrc_io_many(batch.poller, items, STEPS, sizeof(items[0]),
	    batch.memory, MEMORY);
	for (i = 0; i < STEPS; i++) {
		iosrc_flags out_flags;
		int64_t result = step_alone(&single, &steps[i], &out_flags);

		check_step(i, &items[i], result, result < 0 ? 0 : out_flags);
		good += result >= 0;
	}
	assert_int_equal(answer, good);
	assert_memory_equal(batch.memory, single.memory, MEMORY);
	players_close(&single);
	players_close(&batch);
}

void contract_B1_recv_and_send_are_each_call(void **state)
{
	(void)state;
	batch_is_each_call(0);
}

void contract_B3_recv_and_send_through_ring_and_loop(void **state)
{
	(void)state;
	batch_is_each_call(IOSRC_POLLER_IO_URING);
}

/* Each opcode knows flags of its own. */
void contract_B1_flags_that_an_opcode_lacks(void **state)
{
	static const struct {
		uint32_t opcode;
		iosrc_flags flags;
	} cases[] = { { IOSRC_OP_READ, 1 }, { IOSRC_OP_READ, 2 },
		{ IOSRC_OP_WRITE, 1 }, { IOSRC_OP_WRITE, 2 },
		{ IOSRC_OP_RECV, 4 }, { IOSRC_OP_RECV, 0x80000001 },
		{ IOSRC_OP_SEND, 1 }, { IOSRC_OP_SEND, 4 },
		{ IOSRC_OP_SEND, 3 }, { 0, 0 }, { 5, 0 } };
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	iosrc_io_item items[COUNT + 1];
	char memory[4] = "abc";
	struct net net;
	unsigned i, p;

	(void)state;
	for (p = 0; p < 2; p++) {
		iosrc_poller *poller = contract_poller(pollers[p]);

		net_open(NET_PAIR, &net);
		assert_ok(iosrc_register(net.a, poller, 1, RIG_BOTH));
		for (i = 0; i < COUNT; i++) {
			items[i] = net_item(net.a, cases[i].opcode, 0, 1);
			items[i].flags = cases[i].flags;
		}
		items[COUNT] = net_item(net.a, IOSRC_OP_SEND, 0, 3);
		assert_int_equal(iosrc_io_many(poller, items, COUNT + 1,
		                     sizeof(items[0]), memory, 4),
		    1);
		for (i = 0; i < COUNT; i++)
			assert_status(items[i].out_result, IOSRC_E_UNSUPPORTED);
		assert_int_equal(items[COUNT].out_result, 3);
		assert_int_equal(contract_drain(net_handle(net.b)), 3);
		net_close(&net);
		assert_ok(iosrc_poller_release(poller));
	}
}

static void arms(iosrc_flags flags)
{
	iosrc_poller *poller = contract_poller(flags);
	iosrc_io_item item;
	struct net net;
	char memory[16];
	unsigned round;

	net_open(NET_PAIR, &net);
	assert_ok(iosrc_register(net.a, poller, RIG_TOKEN, IOSRC_READABLE));
	for (round = 0; round < 10; round++) {
		assert_int_equal(iosrc_send(net.b, "abc", 3, 0), 3);
		contract_expect(poller, RIG_TOKEN);
		item = net_item(net.a, IOSRC_OP_RECV, 0, 3);
		assert_int_equal(iosrc_io_many(poller, &item, 1, sizeof(item),
		                     memory, sizeof(memory)),
		    1);
		assert_int_equal(item.out_result, 3);
		if (round % 2)
			item.flags = IOSRC_RECV_PEEK;
		assert_int_equal(iosrc_io_many(poller, &item, 1, sizeof(item),
		                     memory, sizeof(memory)),
		    0);
		assert_status(item.out_result, IOSRC_E_WOULD_BLOCK);
		if (round % 5 == 0)
			contract_expect_quiet(poller);
	}
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

void contract_B1_recv_arms_as_the_single_call(void **state)
{
	(void)state;
	arms(0);
	arms(IOSRC_POLLER_IO_URING);
}

/* ---- B2 ---- */

#define COUNT 256
#define PIECE 3

/* Two connections by turns: what is sent arrives in order, and what is
 * received by several items is in order too. */
static void in_order(iosrc_flags flags)
{
	static iosrc_io_item items[2 * COUNT];
	static char memory[2 * COUNT * PIECE];
	iosrc_poller *poller = contract_poller(flags);
	struct net nets[2];
	unsigned i, k;

	for (k = 0; k < 2; k++) {
		net_open(k ? NET_PAIR : NET_TCP, &nets[k]);
		assert_ok(iosrc_register(nets[k].a, poller, 2, RIG_BOTH));
		assert_ok(iosrc_register(nets[k].b, poller, 3, RIG_BOTH));
	}
	for (i = 0; i < COUNT * PIECE; i++)
		memory[i] = (char)(i * 7 + i / 256);
	for (i = 0; i < COUNT; i++)
		items[i] = net_item(nets[i % 2].a, IOSRC_OP_SEND, i * PIECE,
		    PIECE);
	assert_int_equal(iosrc_io_many(poller, items, COUNT, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    COUNT);
	for (k = 0; k < 2; k++)
		while (iosrc_recv(nets[k].b, memory + COUNT * PIECE,
		           COUNT / 2 * PIECE, IOSRC_RECV_PEEK,
		           NULL) != COUNT / 2 * PIECE)
			net_await(nets[k].b);
	for (i = 0; i < COUNT; i++)
		items[i] = net_item(nets[i % 2].b, IOSRC_OP_RECV,
		    (COUNT + i) * PIECE, PIECE);
	assert_int_equal(iosrc_io_many(poller, items, COUNT, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    COUNT);
	assert_memory_equal(memory, memory + COUNT * PIECE, COUNT * PIECE);
	for (k = 0; k < 2; k++)
		net_close(&nets[k]);
	assert_ok(iosrc_poller_release(poller));
}

void contract_B2_recv_and_send_run_in_array_order(void **state)
{
	(void)state;
	in_order(0);
	in_order(IOSRC_POLLER_IO_URING);
}

/* READ and RECV are one direction, WRITE and SEND the other. */
static void mixed_order(iosrc_flags flags)
{
	static iosrc_io_item items[COUNT];
	static char memory[2 * COUNT];
	iosrc_poller *poller = contract_poller(flags);
	struct net net;
	unsigned i;

	net_open(NET_PAIR, &net);
	assert_ok(iosrc_register(net.a, poller, 2, RIG_BOTH));
	assert_ok(iosrc_register(net.b, poller, 3, RIG_BOTH));
	for (i = 0; i < COUNT; i++) {
		memory[i] = (char)(i * 5 + 1);
		items[i] = net_item(net.a,
		    i % 3 ? IOSRC_OP_SEND : IOSRC_OP_WRITE, i, 1);
	}
	assert_int_equal(iosrc_io_many(poller, items, COUNT, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    COUNT);
	for (i = 0; i < COUNT; i++)
		items[i] = net_item(net.b,
		    i % 3 ? IOSRC_OP_READ : IOSRC_OP_RECV, COUNT + i, 1);
	assert_int_equal(iosrc_io_many(poller, items, COUNT, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    COUNT);
	assert_memory_equal(memory, memory + COUNT, COUNT);
	net_close(&net);
	assert_ok(iosrc_poller_release(poller));
}

void contract_B2_one_direction_by_several_opcodes(void **state)
{
	(void)state;
	mixed_order(0);
	mixed_order(IOSRC_POLLER_IO_URING);
}

/* ---- B3, B4 ---- */

void contract_B3_recv_and_send_of_what_is_gone_or_outside(void **state)
{
	static const struct {
		uint64_t data, size;
		int64_t result;
	} cases[] = { { 0, 65, IOSRC_E_INVALID }, { 65, 0, IOSRC_E_INVALID },
		{ UINT64_MAX, 1, IOSRC_E_INVALID },
		{ 0, UINT64_C(0x80000000), IOSRC_E_INVALID },
		{ UINT64_MAX - 3, 4, IOSRC_E_INVALID }, { 64, 0, 0 } };
	iosrc_io_item items[16];
	char memory[64] = "";
	struct net net;
	unsigned i, p;

	(void)state;
	for (p = 0; p < 2; p++) {
		iosrc_poller *poller = contract_poller(pollers[p]);

		net_open(NET_PAIR, &net);
		assert_ok(iosrc_register(net.a, poller, 1, RIG_BOTH));
		for (i = 0; i < 12; i++)
			items[i] = net_item(net.a,
			    i < 6 ? IOSRC_OP_SEND : IOSRC_OP_RECV,
			    cases[i % 6].data, cases[i % 6].size);
		for (i = 12; i < 16; i++)
			items[i] = net_item(i < 14 ? net.a : net.b,
			    i % 2 ? IOSRC_OP_SEND : IOSRC_OP_RECV, 0, 1);
		/* So that nothing asked for is nothing received. */
		assert_int_equal(iosrc_send(net.b, "y", 1, 0), 1);
		items[12].registration ^= UINT64_C(1) << 40;
		items[13].registration ^= UINT64_C(1) << 40;
		for (i = 0; i < 16; i++)
			items[i].out_flags = 77;
		assert_int_equal(iosrc_io_many(poller, items, 16,
		                     sizeof(items[0]), memory, 64),
		    2);
		for (i = 0; i < 16; i++) {
			assert_int_equal(items[i].out_result,
			    i < 12 ? cases[i % 6].result
			           : IOSRC_E_NOT_REGISTERED);
			assert_int_equal(items[i].out_flags, 0);
		}
		net_close(&net);
		assert_ok(iosrc_poller_release(poller));
	}
}

void contract_B4_longer_items_of_recv_and_send(void **state)
{
	struct {
		iosrc_io_item known;
		uint64_t tail[3];
	} items[2];
	char memory[8] = "abc";
	struct net net;
	unsigned p;

	(void)state;
	for (p = 0; p < 2; p++) {
		iosrc_poller *poller = contract_poller(pollers[p]);

		net_open(NET_PAIR, &net);
		assert_ok(iosrc_register(net.a, poller, 1, RIG_BOTH));
		assert_ok(iosrc_register(net.b, poller, 2, RIG_BOTH));
		memset(items, 0, sizeof(items));
		items[0].known = net_item(net.a, IOSRC_OP_SEND, 0, 3);
		items[1].known = net_item(net.b, IOSRC_OP_RECV, 4, 3);
		items[1].tail[2] = 1;
		assert_status(iosrc_io_many(poller, &items[0].known, 2,
		                  sizeof(items[0]), memory, 8),
		    IOSRC_E_UNSUPPORTED);
		assert_int_equal(contract_drain(net_handle(net.b)), 0);
		items[1].tail[2] = 0;
		assert_int_equal(iosrc_io_many(poller, &items[0].known, 1,
		                     sizeof(items[0]), memory, 8),
		    1);
		assert_int_equal(iosrc_io_many(poller, &items[1].known, 1,
		                     sizeof(items[0]), memory, 8),
		    1);
		assert_memory_equal(memory + 4, "abc", 3);
		assert_status(iosrc_io_many(poller, &items[0].known, 2,
		                  sizeof(iosrc_io_item) - 1, memory, 8),
		    IOSRC_E_INVALID);
		net_close(&net);
		assert_ok(iosrc_poller_release(poller));
	}
}
