/* SPDX-License-Identifier: MIT
 *
 * test_memory.c: contract X2: every allocation of every scenario fails once,
 * the first, the second and so on, until the scenario has none left to fail.
 * Each failure is a NO_MEMORY, changes nothing, and leaks nothing.
 */
#include "tests/core/core.h"

#include <string.h>

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)
#define BLOCK 32 /* posts in a block of the latch */

/* What a scenario works with; what it does not use stays NULL. */
struct stage {
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_source *other;
	iosrc_waker *waker;
	iosrc_waker *crowd[BLOCK];
	uint64_t before; /* the source's registration */
};

struct scenario {
	void (*begin)(struct stage *stage);
	iosrc_status (*call)(struct stage *stage);
	/* After a failure: nothing has changed. */
	void (*unchanged)(struct stage *stage);
	/* After success. */
	void (*works)(struct stage *stage);
};

static void stage_end(struct stage *stage)
{
	if (stage->source)
		core_end(stage->source);
	if (stage->other)
		core_end(stage->other);
	iosrc_waker_release(stage->waker);
	for (unsigned i = 0; i < BLOCK; i++)
		iosrc_waker_release(stage->crowd[i]);
	iosrc_poller_release(stage->poller);
}

/* Plays it anew with the nth allocation failing, for all n until none fails:
 * it is NO_MEMORY, and the second try succeeds. Answers how many failed. */
static unsigned fail_each(const struct scenario *scenario)
{
	bool failed = true;
	unsigned nth;

	for (nth = 1; failed; nth++) {
		struct stage stage = { .poller = NULL };
		size_t live = allocations_live();
		iosrc_status status;

		scenario->begin(&stage);
		allocations_fail(nth);
		status = scenario->call(&stage);
		failed = allocations_failed();
		allocations_fail(0);
		if (failed) {
			assert_int_equal(status, IOSRC_E_NO_MEMORY);
			scenario->unchanged(&stage);
			status = scenario->call(&stage);
		}
		assert_int_equal(status, IOSRC_OK);
		scenario->works(&stage);
		stage_end(&stage);
		assert_int_equal(allocations_live(), live);
	}
	return nth - 2;
}

/* ---- making ---- */

static void begin_with_nothing(struct stage *stage)
{
	(void)stage;
}

static void nothing_is_made(struct stage *stage)
{
	assert_null(stage->poller);
	assert_null(stage->source);
	assert_null(stage->waker);
}

static iosrc_status create_poller(struct stage *stage)
{
	return iosrc_poller_create(NULL, 0, &stage->poller);
}

static void poller_works(struct stage *stage)
{
	core_expect_quiet(stage->poller);
}

static void contract_X2_poller_create(void **state)
{
	const struct scenario scenario = { begin_with_nothing, create_poller,
		nothing_is_made, poller_works };

	(void)state;
	assert_int_equal(fail_each(&scenario), 2);
}

static iosrc_status create_source(struct stage *stage)
{
	return iosrc_create(9, IOSRC_HANDLE_DEFAULT, &stage->source);
}

static void source_works(struct stage *stage)
{
	assert_int_equal(iosrc_source_handle(stage->source), 9);
}

static void contract_X2_create(void **state)
{
	const struct scenario scenario = { begin_with_nothing, create_source,
		nothing_is_made, source_works };

	(void)state;
	assert_int_equal(fail_each(&scenario), 1);
}

/* ---- wakers ---- */

static void begin_with_poller(struct stage *stage)
{
	stage->poller = core_poller();
}

static void begin_with_crowd(struct stage *stage)
{
	begin_with_poller(stage);
	for (unsigned i = 0; i < BLOCK; i++)
		stage->crowd[i] = core_waker(stage->poller, 100 + i);
	stage->poller->registrations.used = 64;
}

static iosrc_status create_waker(struct stage *stage)
{
	return iosrc_waker_create(stage->poller, 3, &stage->waker);
}

static void no_waker_is_made(struct stage *stage)
{
	assert_null(stage->waker);
}

static void waker_works(struct stage *stage)
{
	assert_int_equal(iosrc_waker_wake(stage->waker), IOSRC_OK);
	core_expect(stage->poller, 3, IOSRC_READABLE);
}

static void contract_X2_the_first_waker(void **state)
{
	const struct scenario scenario = { begin_with_poller, create_waker,
		no_waker_is_made, waker_works };

	(void)state;
	/* The waker, a leaf of slots and its directory. */
	assert_int_equal(fail_each(&scenario), 3);
}

static void contract_X2_a_waker_that_needs_another_block(void **state)
{
	const struct scenario scenario = { begin_with_crowd, create_waker,
		no_waker_is_made, waker_works };

	(void)state;
	assert_int_equal(fail_each(&scenario), 3);
}

/* ---- registering ---- */

static void begin_with_source(struct stage *stage)
{
	begin_with_poller(stage);
	stage->source = core_source(9);
}

static void begin_with_file(struct stage *stage)
{
	begin_with_source(stage);
	fake_set_file(stage->poller, 9, true);
}

static void begin_with_file_and_crowd(struct stage *stage)
{
	begin_with_crowd(stage);
	stage->source = core_source(9);
	fake_set_file(stage->poller, 9, true);
}

/* The kernel's try takes the last slot, and gives it back for the post. */
static void begin_with_file_and_one_slot(struct stage *stage)
{
	begin_with_file(stage);
	stage->other = core_registered(stage->poller, 10, 1, 0);
	stage->poller->registrations.used = 63;
}

static void begin_with_handle_taken(struct stage *stage)
{
	begin_with_source(stage);
	stage->other = core_registered(stage->poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);
	fake_set_ready(stage->poller, 9, IOSRC_READABLE);
	stage->poller->registrations.used = 64;
}

static iosrc_status register_it(struct stage *stage)
{
	return iosrc_register(stage->source, stage->poller, 2, BOTH);
}

static void as_before(struct stage *stage)
{
	assert_true(iosrc_source_registration(stage->source) == stage->before);
	if (stage->before)
		assert_int_equal(iosrc_is_current(stage->poller, stage->before),
		    1);
	else
		assert_int_equal(iosrc_deregister(stage->source, stage->poller),
		    IOSRC_E_NOT_REGISTERED);
}

static void first_delivers_as_before(struct stage *stage)
{
	as_before(stage);
	core_expect(stage->poller, 1, IOSRC_READABLE);
}

static void it_delivers(struct stage *stage)
{
	fake_set_ready(stage->poller, 9, BOTH);
	core_expect(stage->poller, 2, BOTH);
}

static void contract_X2_register_the_first(void **state)
{
	const struct scenario scenario = { begin_with_source, register_it,
		as_before, it_delivers };

	(void)state;
	/* Two nodes of the handle map, a leaf of slots and its directory, and
	 * the fake's. */
	assert_int_equal(fail_each(&scenario), 5);
}

static void contract_X2_register_a_file(void **state)
{
	const struct scenario scenario = { begin_with_file, register_it,
		as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 4);
}

static void contract_X2_register_a_file_in_the_last_slot(void **state)
{
	const struct scenario scenario = { begin_with_file_and_one_slot,
		register_it, as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 0);
}

static void contract_X2_register_a_file_that_needs_another_block(void **state)
{
	const struct scenario scenario = { begin_with_file_and_crowd,
		register_it, as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 4);
}

static void contract_X2_a_takeover(void **state)
{
	const struct scenario scenario = { begin_with_handle_taken, register_it,
		first_delivers_as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 1);
}

static void contract_X2_many_registers_so_that_everything_grows(void **state)
{
	enum { COUNT = 300 };
	iosrc_poller *poller = core_poller();
	iosrc_source *sources[COUNT];
	unsigned failures = 0;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		iosrc_status status = IOSRC_E_NO_MEMORY;

		/* Wide apart, so that the handle map grows too. */
		sources[i] = core_source(100 + (iosrc_handle)i * 200);
		for (unsigned nth = 1; status; nth++) {
			allocations_fail(nth);
			status = iosrc_register(sources[i], poller, i, BOTH);
			assert_int_equal(status,
			    allocations_failed() ? IOSRC_E_NO_MEMORY
			                         : IOSRC_OK);
			failures += allocations_failed();
			allocations_fail(0);
		}
	}
	assert_true(failures > 30);
	for (uint32_t i = 0; i < COUNT; i++) {
		fake_set_ready(poller, 100 + (iosrc_handle)i * 200,
		    IOSRC_READABLE);
		core_expect(poller, i, IOSRC_READABLE);
	}
	for (unsigned i = 0; i < COUNT; i++)
		core_end(sources[i]);
	core_release(poller);
}

/* ---- reregistering ---- */

static iosrc_status reregister_it(struct stage *stage)
{
	return iosrc_reregister(stage->source, stage->poller, 2, BOTH);
}

static void begin_registered(struct stage *stage)
{
	begin_with_poller(stage);
	stage->source = core_registered(stage->poller, 9, 1, BOTH);
	stage->before = iosrc_source_registration(stage->source);
}

static void begin_in_last_generation(struct stage *stage)
{
	begin_registered(stage);
	stage->before = core_age_source(stage->source, 0);
	stage->poller->registrations.used = 64;
}

static void begin_with_file_in_last_generation(struct stage *stage)
{
	begin_with_file(stage);
	assert_int_equal(iosrc_register(stage->source, stage->poller, 1, BOTH),
	    IOSRC_OK);
	core_expect(stage->poller, 1, BOTH);
	for (unsigned i = 1; i < BLOCK; i++)
		stage->crowd[i] = core_waker(stage->poller, 100 + i);
	stage->before = core_age_source(stage->source, 0);
	stage->poller->registrations.used = 64;
}

static void contract_X2_reregister_needs_no_memory(void **state)
{
	const struct scenario scenario = { begin_registered, reregister_it,
		as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 0);
}

static void contract_X2_R17_reregister_that_moves(void **state)
{
	const struct scenario scenario = { begin_in_last_generation,
		reregister_it, as_before, it_delivers };

	(void)state;
	assert_int_equal(fail_each(&scenario), 1);
}

static void contract_X2_R17_reregister_of_a_file_that_moves(void **state)
{
	const struct scenario scenario = { begin_with_file_in_last_generation,
		reregister_it, as_before, it_delivers };

	(void)state;
	/* A block of posts, and a leaf of slots. */
	assert_int_equal(fail_each(&scenario), 2);
}

/* ---- without memory for anything ---- */

static void contract_X2_what_ends_needs_no_memory(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, BOTH);
	iosrc_source *other = core_registered(poller, 10, 1, BOTH);
	iosrc_waker *waker = core_waker(poller, 2);
	iosrc_event event;

	(void)state;
	fake_set_ready(poller, 9, BOTH);
	allocations_fail(1);
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_OK);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(iosrc_register(source, poller, 1, BOTH), IOSRC_OK);
	core_end(source);
	assert_int_equal(iosrc_waker_release(waker), IOSRC_OK);
	core_release(poller);
	core_end(other);
	assert_false(allocations_failed());
}

/* ---- batches ---- */

static void contract_X2_each_item_of_a_batch(void **state)
{
	enum { COUNT = 3 };
	iosrc_poller *poller = core_poller();
	iosrc_register_item items[COUNT];
	iosrc_source *sources[COUNT];
	unsigned nth;

	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		sources[i] = core_source((iosrc_handle)(9 + i * 5000));
	for (nth = 1;; nth++) {
		int64_t count;
		unsigned refused = 0;

		memset(items, 0, sizeof(items));
		for (unsigned i = 0; i < COUNT; i++) {
			items[i].source = sources[i];
			items[i].interest = BOTH;
		}
		allocations_fail(nth);
		count = iosrc_register_many(poller, items, COUNT,
		    sizeof(*items));
		for (unsigned i = 0; i < COUNT; i++) {
			if (items[i].out_status == IOSRC_OK) {
				iosrc_deregister(sources[i], poller);
				continue;
			}
			assert_int_equal(items[i].out_status,
			    IOSRC_E_NO_MEMORY);
			refused++;
		}
		assert_int_equal(count, COUNT - refused);
		assert_int_equal(refused, allocations_failed());
		if (!allocations_failed())
			break;
	}
	allocations_fail(0);
	assert_true(nth > 1);
	for (unsigned i = 0; i < COUNT; i++)
		core_end(sources[i]);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_X2_poller_create),
		CORE_TEST(contract_X2_create),
		CORE_TEST(contract_X2_the_first_waker),
		CORE_TEST(contract_X2_a_waker_that_needs_another_block),
		CORE_TEST(contract_X2_register_the_first),
		CORE_TEST(contract_X2_register_a_file),
		CORE_TEST(contract_X2_register_a_file_in_the_last_slot),
		CORE_TEST(contract_X2_register_a_file_that_needs_another_block),
		CORE_TEST(contract_X2_a_takeover),
		CORE_TEST(contract_X2_many_registers_so_that_everything_grows),
		CORE_TEST(contract_X2_reregister_needs_no_memory),
		CORE_TEST(contract_X2_R17_reregister_that_moves),
		CORE_TEST(contract_X2_R17_reregister_of_a_file_that_moves),
		CORE_TEST(contract_X2_what_ends_needs_no_memory),
		CORE_TEST(contract_X2_each_item_of_a_batch),
	};

	return CORE_RUN(tests);
}
