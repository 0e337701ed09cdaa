/* SPDX-License-Identifier: MIT
 *
 * family_b_register.c: register_many against register, item by item.
 */
#include "family_rig.h"

#include "family_b.h"

#include <string.h>

#define TOKEN UINT64_C(0xb000000000000000)
#define MISFITS 10

/* ---- B1: register_many ---- */

/* Ten sources, among them every way to be refused. */
struct misfits {
	iosrc_poller *poller;
	iosrc_source *sources[MISFITS];
	iosrc_register_item items[MISFITS];
	iosrc_handle peers[MISFITS];
};

static void misfits_interests(struct misfits *set)
{
	static const iosrc_bits interests[MISFITS] = { IOSRC_READABLE,
		IOSRC_READABLE | IOSRC_LEVEL, IOSRC_WRITABLE | IOSRC_ONESHOT, 0,
		IOSRC_READABLE | IOSRC_ERROR, IOSRC_READABLE | 0x40000000,
		IOSRC_LEVEL | IOSRC_ONESHOT,
		IOSRC_EXCLUSIVE | IOSRC_ONESHOT | IOSRC_READABLE,
		IOSRC_READABLE, IOSRC_READABLE };
	unsigned i;

	for (i = 0; i < MISFITS; i++)
		set->items[i] = (iosrc_register_item){ .token = TOKEN + i,
			.interest = interests[i],
			.out_status = 77,
			.source = set->sources[i] };
}

static void misfits_open(struct misfits *set, iosrc_flags flags)
{
	unsigned i;
	iosrc_handle fds[2];

	set->poller = contract_poller(flags);
	for (i = 0; i < MISFITS; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		set->peers[i] = fds[1];
		set->sources[i] = contract_source(fds[0]);
		contract_write(fds[1], "x", 1);
	}
	misfits_interests(set);
	/* 8 is registered already, 9 has no handle any more. */
	assert_ok(
	    iosrc_register(set->sources[8], set->poller, 8, IOSRC_READABLE));
	system_close(iosrc_source_handle(set->sources[9]));
}

static void misfits_close(struct misfits *set)
{
	unsigned i;

	for (i = 0; i < MISFITS; i++) {
		if (i == 9)
			assert_ok(iosrc_into_inner(set->sources[i], NULL));
		else
			assert_ok(iosrc_close(set->sources[i]));
		system_close(set->peers[i]);
	}
	assert_ok(iosrc_poller_release(set->poller));
}

/* Tokens reported by one wait, as bits. */
static unsigned reported(struct misfits *set)
{
	iosrc_event events[MISFITS];
	int64_t got = iosrc_poller_wait(set->poller, events, MISFITS, 0), i;
	unsigned seen = 0;

	for (i = 0; i < got; i++)
		seen |= 1u << (events[i].token & 15);
	return seen;
}

static void register_many_is_register_each(iosrc_flags flags)
{
	struct misfits batch, single;
	iosrc_status status;
	int64_t good = 0;
	unsigned i;

	misfits_open(&batch, flags);
	/* The handle that 9 had must not come back before it is tried. */
	assert_int_equal(iosrc_register_many(batch.poller, batch.items, MISFITS,
	                     sizeof(batch.items[0])),
	    4);
	misfits_open(&single, 0);
	for (i = 0; i < MISFITS; i++) {
		status = iosrc_register(single.sources[i], single.poller,
		    TOKEN + i, single.items[i].interest);
		assert_int_equal(batch.items[i].out_status, status);
		assert_true(batch.items[i].source == batch.sources[i]);
		assert_true(batch.items[i].token == TOKEN + i);
		good += status == IOSRC_OK;
	}
	assert_int_equal(good, 4);
	i = reported(&single);
	assert_int_equal(reported(&batch), i);
	assert_int_equal(i, 1u << 0 | 1u << 1 | 1u << 2 | 1u << 8);
	misfits_close(&single);
	misfits_close(&batch);
}

/* By either way to the kernel. */
void contract_B1_register_many_is_register_each(void **state)
{
	(void)state;
	register_many_is_register_each(0);
	register_many_is_register_each(IOSRC_POLLER_IO_URING);
}

static void without_source_or_with_reserved(iosrc_flags flags)
{
	iosrc_poller *poller = contract_poller(flags);
	iosrc_source *other;
	iosrc_register_item items[4];
	iosrc_handle fds[2];

	contract_pair(IOSRC_TYPE_STREAM, fds);
	other = contract_source(fds[0]);
	memset(items, 0, sizeof(items));
	items[0] = (iosrc_register_item){ .interest = IOSRC_READABLE };
	items[1] = (iosrc_register_item){ .interest = IOSRC_READABLE,
		.source = other,
		.reserved = 1 };
	items[2] = (iosrc_register_item){ .token = 1,
		.interest = IOSRC_READABLE,
		.source = other };
	items[3] = (iosrc_register_item){ .token = 2,
		.interest = IOSRC_READABLE,
		.source = other };
	assert_int_equal(
	    iosrc_register_many(poller, items, 4, sizeof(items[0])), 1);
	assert_int_equal(items[0].out_status, IOSRC_E_INVALID);
	assert_int_equal(items[1].out_status, IOSRC_E_UNSUPPORTED);
	assert_int_equal(items[2].out_status, IOSRC_OK);
	assert_int_equal(items[3].out_status, IOSRC_E_ALREADY_REGISTERED);
	contract_write(fds[1], "x", 1);
	contract_expect(poller, 1);
	assert_ok(iosrc_close(other));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

void contract_B1_register_many_without_source_or_with_reserved(void **state)
{
	(void)state;
	without_source_or_with_reserved(0);
	without_source_or_with_reserved(IOSRC_POLLER_IO_URING);
}

static void of_hundreds(iosrc_flags flags)
{
	enum { COUNT = 500 };
	static iosrc_register_item items[COUNT];
	static iosrc_handle peers[COUNT];
	iosrc_poller *poller = contract_poller(flags);
	iosrc_event event;
	unsigned i, seen = 0;
	iosrc_handle fds[2];

	for (i = 0; i < COUNT; i++) {
		contract_pipe(fds);
		peers[i] = fds[1];
		items[i] = (iosrc_register_item){ .token = i,
			.interest = IOSRC_READABLE,
			.source = contract_source(fds[0]) };
		contract_write(fds[1], "x", 1);
	}
	assert_int_equal(
	    iosrc_register_many(poller, items, COUNT, sizeof(items[0])), COUNT);
	while (iosrc_poller_wait(poller, &event, 1, 0) == 1) {
		assert_true(event.token < COUNT);
		assert_true(event.registration ==
		    iosrc_source_registration(items[event.token].source));
		seen++;
	}
	assert_int_equal(seen, COUNT);
	for (i = 0; i < COUNT; i++) {
		assert_ok(iosrc_close(items[i].source));
		system_close(peers[i]);
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_B1_register_many_of_hundreds(void **state)
{
	(void)state;
	of_hundreds(0);
	of_hundreds(IOSRC_POLLER_IO_URING);
}
