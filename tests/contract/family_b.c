/* SPDX-License-Identifier: MIT
 *
 * family_b.c: batches do what the single calls would have done. Each mixed
 * batch has a twin that is done call by call; the answers must be equal.
 */
#include "family_rig.h"

#include "family_b.h"

#include <limits.h>
#include <string.h>

#define TOKEN UINT64_C(0xb000000000000000)

/* ---- B1: io_many ---- */

#define PLAYERS 5
#define MEMORY 256

/* Sources: with data, without, at their end, full, with a gone reader. */
struct players {
	iosrc_poller *poller;
	iosrc_source *sources[PLAYERS];
	uint64_t registrations[PLAYERS];
	iosrc_handle peers[PLAYERS];
	char memory[MEMORY];
};

static void players_open(struct players *set, iosrc_flags flags)
{
	unsigned i;
	iosrc_handle fds[2];

	memset(set, 0, sizeof(*set));
	set->poller = contract_poller(flags);
	for (i = 0; i < PLAYERS; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		set->peers[i] = fds[1];
		set->sources[i] = rig_watch(set->poller, fds[0], TOKEN + i,
		    RIG_BOTH);
		set->registrations[i] = iosrc_source_registration(
		    set->sources[i]);
	}
	memcpy(set->memory, "what is written", 16);
	contract_write(set->peers[0], "0123456789", 10);
	system_shutdown(set->peers[2], IOSRC_WRITABLE);
	contract_fill(iosrc_source_handle(set->sources[3]));
	system_close(set->peers[4]);
	set->peers[4] = -1;
}

static void players_close(struct players *set)
{
	unsigned i;

	for (i = 0; i < PLAYERS; i++) {
		assert_ok(iosrc_close(set->sources[i]));
		if (set->peers[i] >= 0)
			system_close(set->peers[i]);
	}
	assert_ok(iosrc_poller_release(set->poller));
}

/* What the batch and its twin do, by player. */
static const struct step {
	unsigned player;
	uint32_t opcode;
	uint64_t data;
	uint64_t size;
} steps[] = { { 0, IOSRC_OP_READ, 64, 4 }, { 0, IOSRC_OP_READ, 80, 100 },
	{ 0, IOSRC_OP_READ, 64, 4 }, { 0, IOSRC_OP_WRITE, 0, 15 },
	{ 1, IOSRC_OP_READ, 200, 8 }, { 1, IOSRC_OP_WRITE, 5, 2 },
	{ 1, IOSRC_OP_WRITE, 0, 0 }, { 1, IOSRC_OP_READ, MEMORY, 0 },
	{ 2, IOSRC_OP_READ, 200, 8 }, { 2, IOSRC_OP_WRITE, 0, 1 },
	{ 3, IOSRC_OP_WRITE, 0, 1 }, { 3, IOSRC_OP_READ, 210, 1 },
	{ 4, IOSRC_OP_WRITE, 0, 1 }, { 4, IOSRC_OP_READ, 220, 1 } };
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static int64_t step_alone(struct players *set, const struct step *step)
{
	iosrc_source *source = set->sources[step->player];
	char *data = set->memory + step->data;

	return step->opcode == IOSRC_OP_READ
	    ? iosrc_read(source, data, step->size)
	    : iosrc_write(source, data, step->size);
}

static void steps_as_items(const struct players *set, iosrc_io_item *items)
{
	unsigned i;

	memset(items, 0, STEPS * sizeof(*items));
	for (i = 0; i < STEPS; i++) {
		items[i].registration = set->registrations[steps[i].player];
		items[i].data = steps[i].data;
		items[i].size = steps[i].size;
		items[i].opcode = steps[i].opcode;
		items[i].out_result = 77;
		items[i].out_flags = 77;
	}
}

/* Through a poller with these flags, against the calls one by one. */
static void io_many_is_each(iosrc_flags flags)
{
	struct players batch, single;
	iosrc_io_item items[STEPS];
	int64_t good = 0, alone;
	unsigned i;

	players_open(&batch, flags);
	players_open(&single, 0);
	steps_as_items(&batch, items);
	alone = iosrc_io_many(batch.poller, items, STEPS, sizeof(items[0]),
	    batch.memory, MEMORY);
	for (i = 0; i < STEPS; i++) {
		int64_t result = step_alone(&single, &steps[i]);

		assert_int_equal(items[i].out_result, result);
		assert_int_equal(items[i].out_flags, 0);
		assert_int_equal(items[i].data, steps[i].data);
		good += result >= 0;
	}
	assert_int_equal(alone, good);
	assert_memory_equal(batch.memory, single.memory, MEMORY);
	players_close(&single);
	players_close(&batch);
}

static void contract_B1_io_many_is_each_call(void **state)
{
	(void)state;
	io_many_is_each(0);
}

/* Where there is no ring the flag changes nothing. */
static void contract_B3_ring_and_loop_give_equal_results(void **state)
{
	(void)state;
	io_many_is_each(IOSRC_POLLER_IO_URING);
}

static iosrc_io_item io_item(const struct rig *rig, uint32_t opcode,
    uint64_t data, uint64_t size)
{
	iosrc_io_item item;

	memset(&item, 0, sizeof(item));
	item.registration = iosrc_source_registration(rig->source);
	item.opcode = opcode;
	item.data = data;
	item.size = size;
	return item;
}

/* What this version does not know, each with a good item behind it. */
static void contract_B1_io_many_refuses_what_it_does_not_know(void **state)
{
	struct rig rig;
	iosrc_io_item items[10];
	char memory[64] = "";
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < 10; i++)
		items[i] = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	items[0].opcode = 0;
	items[1].opcode = IOSRC_OP_SEND + 1;
	items[2].opcode = IOSRC_OP_SEND;
	items[2].flags = 1;
	items[3].opcode = UINT32_MAX;
	items[4].flags = 1;
	items[5].flags = 0x80000000;
	items[6].reserved = 1;
	items[7].reserved_more[0] = 1;
	items[8].reserved_more[1] = UINT64_C(1) << 63;
	assert_int_equal(iosrc_io_many(rig.poller, items, 10, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    1);
	for (i = 0; i < 9; i++)
		assert_int_equal(items[i].out_result, IOSRC_E_UNSUPPORTED);
	assert_int_equal(items[9].out_result, 1);
	assert_int_equal(contract_drain(rig.peer), 1);
	rig_shut(&rig);
}

/* A would-block in a batch arms its direction, and that alone. */
static void contract_B1_io_many_arms_as_the_single_call(void **state)
{
	struct rig rig;
	iosrc_io_item item;
	char memory[16];
	unsigned round;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (round = 0; round < 20; round++) {
		contract_write(rig.peer, "abc", 3);
		rig_expect(&rig);
		item = io_item(&rig, IOSRC_OP_READ, 0, 3);
		assert_int_equal(iosrc_io_many(rig.poller, &item, 1,
		                     sizeof(item), memory, sizeof(memory)),
		    1);
		assert_int_equal(item.out_result, 3);
		assert_int_equal(iosrc_io_many(rig.poller, &item, 1,
		                     sizeof(item), memory, sizeof(memory)),
		    0);
		assert_int_equal(item.out_result, IOSRC_E_WOULD_BLOCK);
		if (round % 5 == 0)
			contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

/* ---- B2 ---- */

static void read_whole(iosrc_handle handle, char *data, size_t size)
{
	while (size > 0) {
		int64_t got = system_read(handle, data, size);

		if (got == IOSRC_E_WOULD_BLOCK) {
			assert_true(system_await(handle, IOSRC_READABLE, 5000));
			continue;
		}
		assert_true(got > 0);
		data += got;
		size -= (size_t)got;
	}
}

static void contract_B2_items_of_one_direction_run_in_array_order(void **state)
{
	enum { COUNT = 400, PIECE = 3 };
	static iosrc_io_item items[COUNT];
	static char out[COUNT * PIECE], in[COUNT * PIECE];
	struct rig rigs[2];
	unsigned i, k;

	(void)state;
	for (k = 0; k < 2; k++)
		rig_open(&rigs[k], RIG_UNIX, RIG_BOTH);
	assert_ok(iosrc_deregister(rigs[1].source, rigs[1].poller));
	assert_ok(iosrc_register(rigs[1].source, rigs[0].poller, 2, RIG_BOTH));
	for (i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256);
	for (i = 0; i < COUNT; i++)
		items[i] = io_item(&rigs[i % 2], IOSRC_OP_WRITE, i * PIECE,
		    PIECE);
	assert_int_equal(iosrc_io_many(rigs[0].poller, items, COUNT,
	                     sizeof(items[0]), out, sizeof(out)),
	    COUNT);
	for (k = 0; k < 2; k++) {
		for (i = k; i < COUNT; i += 2) {
			read_whole(rigs[k].peer, in, PIECE);
			assert_memory_equal(in, out + i * PIECE, PIECE);
		}
	}
	for (k = 0; k < 2; k++)
		rig_shut(&rigs[k]);
}

static void contract_B2_reads_and_writes_mixed(void **state)
{
	enum { COUNT = 100 };
	static iosrc_io_item items[2 * COUNT];
	static char memory[4 * COUNT];
	char expected[2 * COUNT];
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	for (i = 0; i < 2 * COUNT; i++)
		expected[i] = (char)(i + 1);
	contract_write(rig.peer, expected, sizeof(expected));
	assert_true(system_await(rig_handle(&rig), IOSRC_READABLE, 5000));
	memcpy(memory, expected, sizeof(expected));
	for (i = 0; i < COUNT; i++) {
		items[2 * i] = io_item(&rig, IOSRC_OP_WRITE, 2 * i, 2);
		items[2 * i + 1] = io_item(&rig, IOSRC_OP_READ,
		    2 * COUNT + 2 * i, 2);
	}
	assert_int_equal(iosrc_io_many(rig.poller, items, 2 * COUNT,
	                     sizeof(items[0]), memory, sizeof(memory)),
	    2 * COUNT);
	assert_memory_equal(memory + 2 * COUNT, expected, sizeof(expected));
	read_whole(rig.peer, memory, 2 * COUNT);
	assert_memory_equal(memory, expected, sizeof(expected));
	rig_shut(&rig);
}

/* ---- B3 ---- */

static void contract_B3_a_registration_that_is_gone(void **state)
{
	struct rig rig, other;
	iosrc_io_item items[6];
	iosrc_waker *waker = NULL;
	iosrc_event event;
	char memory[8] = "";
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	rig_open(&other, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < 6; i++)
		items[i] = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	rig_again(&rig, IOSRC_READABLE); /* 0 and 1 name the old one */
	items[2] = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	items[3].registration = 0;
	items[4].registration = UINT64_MAX;
	assert_ok(iosrc_waker_create(rig.poller, 9, &waker));
	assert_ok(iosrc_waker_wake(waker));
	event = contract_expect(rig.poller, 9);
	items[5].registration = event.registration;
	assert_int_equal(iosrc_io_many(rig.poller, items, 6, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    1);
	for (i = 0; i < 6; i++)
		assert_int_equal(items[i].out_result,
		    i == 2 ? 1 : IOSRC_E_NOT_REGISTERED);
	assert_int_equal(contract_drain(rig.peer), 1);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	assert_int_equal(iosrc_io_many(rig.poller, &items[2], 1,
	                     sizeof(items[0]), memory, sizeof(memory)),
	    0);
	assert_int_equal(items[2].out_result, IOSRC_E_NOT_REGISTERED);
	assert_ok(iosrc_waker_release(waker));
	rig_shut(&other);
	rig_shut(&rig);
}

static void contract_B3_a_source_that_was_closed(void **state)
{
	struct rig rig;
	iosrc_io_item item;
	char memory[8] = "";

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	item = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	assert_ok(iosrc_close(rig.source));
	assert_int_equal(iosrc_io_many(rig.poller, &item, 1, sizeof(item),
	                     memory, sizeof(memory)),
	    0);
	assert_int_equal(item.out_result, IOSRC_E_NOT_REGISTERED);
	system_close(rig.peer);
	assert_ok(iosrc_poller_release(rig.poller));
}

static void contract_B3_offsets_outside_the_memory(void **state)
{
	static const struct {
		uint64_t data, size;
		int64_t result;
	} cases[] = { { 0, 65, IOSRC_E_INVALID }, { 1, 64, IOSRC_E_INVALID },
		{ 64, 1, IOSRC_E_INVALID }, { 65, 0, IOSRC_E_INVALID },
		{ UINT64_MAX, 1, IOSRC_E_INVALID },
		{ UINT64_MAX, 0, IOSRC_E_INVALID },
		{ 1, UINT64_MAX, IOSRC_E_INVALID },
		{ UINT64_MAX - 3, 4, IOSRC_E_INVALID },
		{ 0, UINT64_C(0x80000000), IOSRC_E_INVALID },
		{ UINT64_C(0x100000000), 1, IOSRC_E_INVALID },
		{ 0, UINT64_C(0x100000001), IOSRC_E_INVALID }, { 64, 0, 0 },
		{ 0, 64, 64 }, { 63, 1, 1 } };
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	iosrc_io_item items[COUNT];
	struct rig rig;
	char memory[64] = "";
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < COUNT; i++)
		items[i] = io_item(&rig, IOSRC_OP_WRITE, cases[i].data,
		    cases[i].size);
	assert_int_equal(iosrc_io_many(rig.poller, items, COUNT,
	                     sizeof(items[0]), memory, sizeof(memory)),
	    3);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(items[i].out_result, cases[i].result);
	assert_int_equal(contract_drain(rig.peer), 65);
	rig_shut(&rig);
}

static void contract_B3_without_memory_data_is_an_address(void **state)
{
	struct rig rig;
	iosrc_io_item items[4];
	char in[8] = "", out[8] = "address";

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	contract_write(rig.peer, "reply", 5);
	items[0] = io_item(&rig, IOSRC_OP_WRITE, (uintptr_t)out, 7);
	items[1] = io_item(&rig, IOSRC_OP_READ, (uintptr_t)in, 8);
	items[2] = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	items[3] = io_item(&rig, IOSRC_OP_WRITE, 0, 0);
	assert_int_equal(
	    iosrc_io_many(rig.poller, items, 4, sizeof(items[0]), NULL, 0), 3);
	assert_int_equal(items[0].out_result, 7);
	assert_int_equal(items[1].out_result, 5);
	assert_memory_equal(in, "reply", 5);
	assert_int_equal(items[2].out_result, IOSRC_E_INVALID);
	assert_int_equal(items[3].out_result, 0);
	assert_int_equal(contract_drain(rig.peer), 7);
	rig_shut(&rig);
}

/* ---- B4 ---- */

/* The structs of a later version. */
struct long_register_item {
	iosrc_register_item known;
	uint64_t tail[3];
};

struct long_io_item {
	iosrc_io_item known;
	uint64_t tail[3];
};

static void contract_B4_longer_register_items(void **state)
{
	struct long_register_item items[3];
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle fds[3][2];
	unsigned i;

	(void)state;
	memset(items, 0, sizeof(items));
	for (i = 0; i < 3; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds[i]);
		items[i].known = (iosrc_register_item){ .token = i,
			.interest = IOSRC_READABLE,
			.out_status = 77,
			.source = contract_source(fds[i][0]) };
	}
	items[2].tail[2] = UINT64_C(1) << 56;
	assert_status(
	    iosrc_register_many(poller, &items[0].known, 3, sizeof(items[0])),
	    IOSRC_E_UNSUPPORTED);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    iosrc_source_registration(items[i].known.source), 0);
	items[2].tail[2] = 0;
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 3, sizeof(items[0])),
	    3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(items[i].known.out_status, IOSRC_OK);
		contract_write(fds[i][1], "x", 1);
		contract_expect(poller, i);
		assert_ok(iosrc_close(items[i].known.source));
		system_close(fds[i][1]);
	}
	assert_ok(iosrc_poller_release(poller));
}

static void contract_B4_longer_io_items(void **state)
{
	struct long_io_item items[3];
	struct rig rig;
	char memory[8] = "abc";
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	memset(items, 0, sizeof(items));
	for (i = 0; i < 3; i++)
		items[i].known = io_item(&rig, IOSRC_OP_WRITE, i, 1);
	items[1].tail[0] = 1;
	assert_status(iosrc_io_many(rig.poller, &items[0].known, 3,
	                  sizeof(items[0]), memory, sizeof(memory)),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(contract_drain(rig.peer), 0);
	items[1].tail[0] = 0;
	assert_int_equal(iosrc_io_many(rig.poller, &items[0].known, 3,
	                     sizeof(items[0]), memory, sizeof(memory)),
	    3);
	assert_int_equal(system_read(rig.peer, memory, 8), 3);
	assert_memory_equal(memory, "abc", 3);
	rig_shut(&rig);
}

/* Too small, too large, or such that items lie across the alignment. */
static void contract_B4_strides_out_of_range_are_invalid(void **state)
{
	static const size_t sizes[] = { 0, 1, 8, SIZE_MAX, (size_t)INT_MAX + 1,
		65, 66, 70 };
	iosrc_register_item item = { .interest = IOSRC_READABLE };
	iosrc_io_item io;
	struct rig rig;
	char memory[8] = "";
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	io = io_item(&rig, IOSRC_OP_WRITE, 0, 1);
	item.source = rig.source;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_status(
		    iosrc_register_many(rig.poller, &item, 1, sizes[i]),
		    IOSRC_E_INVALID);
		assert_status(iosrc_io_many(rig.poller, &io, 1, sizes[i],
		                  memory, sizeof(memory)),
		    IOSRC_E_INVALID);
	}
	assert_status(
	    iosrc_register_many(rig.poller, &item, 1, sizeof(item) - 1),
	    IOSRC_E_INVALID);
	assert_status(iosrc_io_many(rig.poller, &io, 1, sizeof(io) - 1, memory,
	                  sizeof(memory)),
	    IOSRC_E_INVALID);
	assert_int_equal(item.out_status, 0);
	assert_int_equal(contract_drain(rig.peer), 0);
	rig_shut(&rig);
}

const struct contract_test contract_family_b[] = {
	CONTRACT_TEST(contract_B1_register_many_is_register_each),
	CONTRACT_TEST(
	    contract_B1_register_many_without_source_or_with_reserved),
	CONTRACT_TEST(contract_B1_register_many_of_hundreds),
	CONTRACT_TEST(contract_B1_register_many_of_a_handle_twice_and_a_file),
	CONTRACT_TEST(contract_B1_io_many_is_each_call),
	CONTRACT_TEST(contract_B1_io_many_refuses_what_it_does_not_know),
	CONTRACT_TEST(contract_B1_io_many_arms_as_the_single_call),
	CONTRACT_TEST(contract_B1_recv_and_send_are_each_call),
	CONTRACT_TEST(contract_B1_flags_that_an_opcode_lacks),
	CONTRACT_TEST(contract_B1_recv_arms_as_the_single_call),
	CONTRACT_TEST(contract_B2_items_of_one_direction_run_in_array_order),
	CONTRACT_TEST(contract_B2_reads_and_writes_mixed),
	CONTRACT_TEST(contract_B2_recv_and_send_run_in_array_order),
	CONTRACT_TEST(contract_B2_one_direction_by_several_opcodes),
	CONTRACT_TEST(contract_B3_ring_and_loop_give_equal_results),
	CONTRACT_TEST(contract_B3_large_batches_with_and_without_the_flag),
	CONTRACT_TEST(contract_B3_spoilt_items_with_and_without_the_flag),
	CONTRACT_TEST(contract_B3_no_ring_without_the_flag),
	CONTRACT_TEST(contract_B3_recv_and_send_through_ring_and_loop),
	CONTRACT_TEST(contract_B3_recv_and_send_of_what_is_gone_or_outside),
	CONTRACT_TEST(contract_B3_a_registration_that_is_gone),
	CONTRACT_TEST(contract_B3_a_source_that_was_closed),
	CONTRACT_TEST(contract_B3_offsets_outside_the_memory),
	CONTRACT_TEST(contract_B3_without_memory_data_is_an_address),
	CONTRACT_TEST(contract_B4_longer_register_items),
	CONTRACT_TEST(contract_B4_longer_io_items),
	CONTRACT_TEST(contract_B4_longer_items_of_recv_and_send),
	CONTRACT_TEST(contract_B4_strides_out_of_range_are_invalid),
	{ NULL, NULL, 0 }
};
