/* SPDX-License-Identifier: MIT
 *
 * test_refused.c: whatever the system refuses of a ring, and whenever: each
 * item has the result that it should have, nothing is left behind, and the
 * loop is taken for the rest of the poller's life.
 */
#include "tests/uring/world.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "tests/support/allocations.h"
#include "tests/uring/calls.h"

#define COUNT 40

static struct world world;

static void open_world(void)
{
	calls_reset();
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
}

/* Reads from connections with five bytes each: every fourth has none. */
static void expect_good_batch(void)
{
	for (unsigned i = 0; i < COUNT; i++) {
		memset(world.memory + i * ROOM, 0, ROOM);
		if (i % 4)
			world_feed(&world, (enum sort)(TCP + i), 5, i);
		world_item(&world, i, (enum sort)(TCP + i), IOSRC_OP_READ, 9);
	}
	assert_int_equal(world_run(&world, COUNT), COUNT - COUNT / 4);
	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(world.items[i].out_result,
		    i % 4 ? 5 : IOSRC_E_WOULD_BLOCK);
		assert_int_equal(world.items[i].out_flags, 0);
		assert_int_equal(world.memory[i * ROOM], i % 4 ? i : 0);
	}
}

static bool system_has_rings(void)
{
	bool has;

	open_world();
	has = world_has_ring(&world);
	world_close(&world);
	if (!has) {
		print_message("SKIP: no io_uring here, or it is off\n");
		skip();
	}
	return has;
}

/* ---- refused when it is made ---- */

static void expect_no_ring(void)
{
	unsigned descriptors = open_count(), mappings = mapping_count();

	expect_good_batch();
	assert_int_equal(open_count(), descriptors);
	assert_int_equal(mapping_count(), mappings);
	assert_false(world_has_ring(&world));
	calls_reset();
	expect_good_batch();
	assert_int_equal(calls_enters(), 0);
	assert_false(world_has_ring(&world));
	world_close(&world);
}

static void contract_X4_setup_refused(void **state)
{
	static const int errors[] = { EPERM, ENOSYS, ENOMEM, EMFILE, ENFILE,
		EINVAL, EACCES };

	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		open_world();
		calls_fail_setup(errors[i]);
		expect_no_ring();
	}
}

/* The capability asks first. */
static void contract_X4_setup_refused_to_the_capability(void **state)
{
	(void)state;
	open_world();
	calls_fail_setup(EPERM);
	assert_false(world_has_ring(&world));
	calls_reset();
	expect_good_batch();
	assert_int_equal(calls_enters(), 0);
	world_close(&world);
}

static void contract_X4_a_kernel_without_the_operations(void **state)
{
	(void)state;
	open_world();
	calls_know_nothing(true);
	expect_no_ring();
	open_world();
	calls_fail_probe(EINVAL);
	expect_no_ring();
	open_world();
	calls_fail_dontfork(EINVAL);
	expect_no_ring();
}

static void contract_X2_no_memory_for_a_ring(void **state)
{
	size_t live = allocations_live();

	(void)state;
	system_has_rings();
	for (unsigned nth = 1; nth <= 2; nth++) {
		open_world();
		allocations_fail(nth);
		expect_good_batch();
		assert_true(allocations_failed());
		allocations_fail(0);
		expect_no_ring();
		assert_int_equal(allocations_live(), live);
	}
}

/* ---- refused later ---- */

static void expect_ring_given_up(unsigned long submitted)
{
	expect_good_batch();
	assert_int_equal(calls_submitted(), submitted);
	assert_false(world_has_ring(&world));
	calls_reset();
	expect_good_batch();
	assert_int_equal(calls_enters(), 0);
	world_close(&world);
}

static void contract_X4_enter_refused(void **state)
{
	static const int errors[] = { EPERM, ENOSYS, EAGAIN, EBUSY, ENOMEM };
	unsigned descriptors = open_count(), mappings = mapping_count();

	(void)state;
	system_has_rings();
	for (unsigned i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		open_world();
		calls_fail_enter(0, errors[i], -1);
		expect_ring_given_up(0);
	}
	assert_int_equal(open_count(), descriptors);
	assert_int_equal(mapping_count(), mappings);
}

/* What was handed over has its result, the rest goes by the loop: nothing is
 * done twice. */
static void contract_X7_enter_refused_half_way(void **state)
{
	(void)state;
	system_has_rings();
	for (unsigned first = 1; first < COUNT; first++) {
		open_world();
		calls_fail_enter(first, EPERM, -1);
		expect_ring_given_up(first);
	}
}

/* After it has worked for a while. */
static void contract_X4_enter_refused_in_mid_life(void **state)
{
	(void)state;
	system_has_rings();
	open_world();
	expect_good_batch();
	expect_good_batch();
	assert_int_equal(calls_submitted(), 2 * COUNT);
	calls_fail_enter(0, EPERM, -1);
	expect_ring_given_up(2 * COUNT);
}

/* ---- what is no refusal ---- */

static void contract_X3_enter_is_interrupted(void **state)
{
	(void)state;
	system_has_rings();
	for (unsigned first = 0; first < COUNT; first += 3) {
		open_world();
		calls_fail_enter(first, EINTR, 3);
		expect_good_batch();
		assert_int_equal(calls_submitted(), COUNT);
		assert_int_equal(calls_enters(), 4 + (first > 0));
		assert_true(world_has_ring(&world));
		world_close(&world);
	}
}

static void contract_X3_enter_takes_a_part(void **state)
{
	(void)state;
	system_has_rings();
	open_world();
	calls_fail_enter(7, EPERM, 0);
	expect_good_batch();
	assert_int_equal(calls_submitted(), COUNT);
	assert_int_equal(calls_enters(), 2);
	assert_true(world_has_ring(&world));
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_X4_setup_refused),
		cmocka_unit_test(contract_X4_setup_refused_to_the_capability),
		cmocka_unit_test(contract_X4_a_kernel_without_the_operations),
		cmocka_unit_test(contract_X2_no_memory_for_a_ring),
		cmocka_unit_test(contract_X4_enter_refused),
		cmocka_unit_test(contract_X7_enter_refused_half_way),
		cmocka_unit_test(contract_X4_enter_refused_in_mid_life),
		cmocka_unit_test(contract_X3_enter_is_interrupted),
		cmocka_unit_test(contract_X3_enter_takes_a_part),
	};

	alarm(60 * test_slowness());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
