/* SPDX-License-Identifier: MIT
 *
 * family_b_ring.c: B3, batches that are large enough for a ring, through a
 * poller that may use one and through one that may not.
 */
#include "family_rig.h"

#include "family_b.h"

#include <string.h>

#define SOURCES 48
#define ITEMS (3 * SOURCES)
#define ROOM 16

/* TCP connections, every third of them with data, every fifth at its end. */
struct side {
	iosrc_poller *poller;
	iosrc_source *sources[SOURCES];
	iosrc_handle peers[SOURCES];
	iosrc_io_item items[ITEMS];
	char memory[ITEMS * ROOM];
	int64_t good;
};

static void side_open(struct side *side, iosrc_flags flags)
{
	unsigned i;
	iosrc_handle fds[2];

	memset(side, 0, sizeof(*side));
	side->poller = contract_poller(flags);
	for (i = 0; i < SOURCES; i++) {
		contract_tcp_pair(fds);
		side->peers[i] = fds[1];
		side->sources[i] = rig_watch(side->poller, fds[0], i, RIG_BOTH);
		if (i % 3 == 0)
			contract_write(fds[1], "0123456789", 10);
		if (i % 5 == 0)
			system_shutdown(fds[1], IOSRC_WRITABLE);
	}
	for (i = 0; i < sizeof(side->memory); i++)
		side->memory[i] = (char)i;
}

static void side_close(struct side *side)
{
	unsigned i;

	for (i = 0; i < SOURCES; i++) {
		assert_ok(iosrc_close(side->sources[i]));
		system_close(side->peers[i]);
	}
	assert_ok(iosrc_poller_release(side->poller));
}

static iosrc_io_item *side_item(struct side *side, unsigned n, unsigned source,
    uint32_t opcode, uint64_t size)
{
	iosrc_io_item *item = &side->items[n];

	memset(item, 0, sizeof(*item));
	item->registration = iosrc_source_registration(side->sources[source]);
	item->opcode = opcode;
	item->data = n * ROOM;
	item->size = size;
	item->out_result = 77;
	return item;
}

static void side_run(struct side *side, unsigned count)
{
	side->good = iosrc_io_many(side->poller, side->items, count,
	    sizeof(side->items[0]), side->memory, sizeof(side->memory));
}

static void sides_equal(const struct side *a, const struct side *b,
    unsigned count)
{
	unsigned i;

	assert_int_equal(a->good, b->good);
	for (i = 0; i < count; i++) {
		assert_int_equal(a->items[i].out_result,
		    b->items[i].out_result);
		assert_int_equal(a->items[i].out_flags, b->items[i].out_flags);
	}
	assert_memory_equal(a->memory, b->memory, sizeof(a->memory));
}

/* All are read, then written, then read again. */
static void three_batches(struct side *side, unsigned round)
{
	uint32_t opcode = round == 1 ? IOSRC_OP_WRITE : IOSRC_OP_READ;
	unsigned i;

	for (i = 0; i < SOURCES; i++)
		side_item(side, i, i, opcode, 1 + i % ROOM);
	side_run(side, SOURCES);
}

void contract_B3_large_batches_with_and_without_the_flag(void **state)
{
	static struct side ring, loop;
	unsigned round;

	(void)state;
	side_open(&ring, IOSRC_POLLER_IO_URING);
	side_open(&loop, 0);
	for (round = 0; round < 3; round++) {
		three_batches(&ring, round);
		three_batches(&loop, round);
		sides_equal(&ring, &loop, SOURCES);
	}
	side_close(&loop);
	side_close(&ring);
}

/* Whatever is wrong with some items, between others and twice each. */
static void spoilt_batch(struct side *side)
{
	unsigned i;

	for (i = 0; i < ITEMS; i++)
		side_item(side, i, i % SOURCES,
		    i % 2 ? IOSRC_OP_READ : IOSRC_OP_WRITE, i % ROOM);
	for (i = 0; i < ITEMS; i += 7)
		side->items[i].registration ^= UINT64_C(1) << 33;
	for (i = 3; i < ITEMS; i += 11)
		side->items[i].data = sizeof(side->memory);
	for (i = 5; i < ITEMS; i += 13)
		side->items[i].opcode = 0;
	side_run(side, ITEMS);
}

void contract_B3_spoilt_items_with_and_without_the_flag(void **state)
{
	static struct side ring, loop;

	(void)state;
	side_open(&ring, IOSRC_POLLER_IO_URING);
	side_open(&loop, 0);
	spoilt_batch(&ring);
	spoilt_batch(&loop);
	sides_equal(&ring, &loop, ITEMS);
	assert_int_equal(ring.items[0].out_result, IOSRC_E_NOT_REGISTERED);
	assert_int_equal(ring.items[3].out_result, IOSRC_E_INVALID);
	assert_int_equal(ring.items[5].out_result, IOSRC_E_UNSUPPORTED);
	assert_int_equal(ring.items[2].out_result, 2);
	side_close(&loop);
	side_close(&ring);
}

/* A permission: without the flag there is no ring. */
void contract_B3_no_ring_without_the_flag(void **state)
{
	static struct side side;
	uint64_t has;

	(void)state;
	side_open(&side, 0);
	three_batches(&side, 0);
	has = iosrc_poller_capabilities(side.poller);
	assert_true((has & IOSRC_CAN_IO_URING) == 0);
	side_close(&side);
}
