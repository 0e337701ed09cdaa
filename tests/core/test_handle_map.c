/* SPDX-License-Identifier: MIT
 *
 * test_handle_map.c: the entry of every number, and holding it.
 */
#include "tests/core/core.h"

#include <pthread.h>

#include "handle_map.h"

static void test_every_number_has_an_entry_of_its_own(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 2047, 2048, 4095,
		2048 * 2048 - 1, 2048 * 2048, INT32_MAX - 1, INT32_MAX };
	enum { COUNT = sizeof(numbers) / sizeof(*numbers) };
	struct iosrc__handle_map map = { { NULL } };
	iosrc__handle_entry *entries[COUNT];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		entries[i] = iosrc__handle_map_entry(&map, numbers[i]);
		assert_non_null(entries[i]);
		assert_int_equal(iosrc__handle_map_hold(entries[i], false), 0);
		iosrc__handle_map_let_go(entries[i], i + 1);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_ptr_equal(iosrc__handle_map_entry(&map, numbers[i]),
		    entries[i]);
		assert_int_equal(iosrc__handle_map_hold(entries[i], false),
		    i + 1);
		iosrc__handle_map_let_go(entries[i], 0);
	}
	iosrc__handle_map_free(&map);
}

static void contract_X2_a_node_that_cannot_be_had(void **state)
{
	struct iosrc__handle_map map = { { NULL } };

	(void)state;
	allocations_fail(1);
	assert_null(iosrc__handle_map_entry(&map, 5));
	allocations_fail(2);
	assert_null(iosrc__handle_map_entry(&map, 5));
	assert_non_null(iosrc__handle_map_entry(&map, 5));
	iosrc__handle_map_free(&map);
}

/* ---- threads ---- */

struct rush {
	struct iosrc__handle_map map;
	_Atomic unsigned ready;
	uint32_t round;
	unsigned inside;   /* guarded by the entry */
	unsigned overlaps; /* likewise */
	unsigned holds;    /* likewise */
};

static void *make_entries(void *user)
{
	struct rush *rush = user;
	iosrc__handle_entry *entry;

	atomic_fetch_add(&rush->ready, 1);
	while (atomic_load(&rush->ready) < 2)
		;
	entry = iosrc__handle_map_entry(&rush->map, rush->round << 11);
	return (void *)entry;
}

static void test_two_threads_make_one_node_between_them(void **state)
{
	struct rush rush = { .map = { { NULL } } };
	unsigned rounds = core_rounds(400);

	(void)state;
	for (rush.round = 0; rush.round < rounds; rush.round++) {
		pthread_t threads[2];
		void *entries[2];

		atomic_store(&rush.ready, 0);
		for (unsigned i = 0; i < 2; i++)
			pthread_create(&threads[i], NULL, make_entries, &rush);
		for (unsigned i = 0; i < 2; i++)
			pthread_join(threads[i], &entries[i]);
		assert_non_null(entries[0]);
		assert_ptr_equal(entries[0], entries[1]);
	}
	iosrc__handle_map_free(&rush.map);
}

static void *hold_and_let_go(void *user)
{
	struct rush *rush = user;
	iosrc__handle_entry *entry = iosrc__handle_map_entry(&rush->map, 3);

	for (uint32_t i = 0; i < rush->round; i++) {
		uint32_t named = iosrc__handle_map_hold(entry, false);

		rush->overlaps += rush->inside++ != 0;
		rush->holds++;
		rush->inside--;
		iosrc__handle_map_let_go(entry, named + 1);
	}
	return NULL;
}

static void test_an_entry_is_held_by_one_thread_at_a_time(void **state)
{
	struct rush rush = { .round = core_rounds(100000) };
	pthread_t threads[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, hold_and_let_go, &rush);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(rush.overlaps, 0);
	assert_int_equal(rush.holds, 3 * rush.round);
	assert_int_equal(iosrc__handle_map_hold(
	                     iosrc__handle_map_entry(&rush.map, 3), false),
	    3 * rush.round);
	iosrc__handle_map_free(&rush.map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_every_number_has_an_entry_of_its_own),
		CORE_TEST(contract_X2_a_node_that_cannot_be_had),
		CORE_TEST(test_two_threads_make_one_node_between_them),
		CORE_TEST(test_an_entry_is_held_by_one_thread_at_a_time),
	};

	return CORE_RUN(tests);
}
