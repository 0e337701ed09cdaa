/* SPDX-License-Identifier: MIT
 *
 * test_registration.c: slots, generations and tokens.
 */
#include "tests/core/core.h"

#include <pthread.h>

#include "registration.h"

#define MAX_INDEX ((uint32_t)INT32_MAX - 64)

static const struct iosrc__registered some = {
	.token = UINT64_C(0x0123456789abcdef),
	.interest = IOSRC_READABLE,
};

static uint32_t allocated(struct iosrc__registrations *table)
{
	uint32_t index = UINT32_MAX;

	assert_true(iosrc__registration_alloc(table, &index, false));
	return index;
}

static void set_generation(struct iosrc__registrations *table, uint32_t index,
    uint32_t generation)
{
	atomic_store(&iosrc__registration_slot(table, index)->generation,
	    generation);
}

static void test_no_number_at_random_is_live(void **state)
{
	struct iosrc__registrations table = { 0 };

	(void)state;
	assert_false(iosrc__registration_is_live(&table, 0));
	assert_false(iosrc__registration_is_live(&table, UINT64_MAX));
	assert_null(iosrc__registration_slot(&table, 0));
	assert_null(iosrc__registration_slot(&table, MAX_INDEX));
	assert_null(iosrc__registration_slot(&table, MAX_INDEX + 1));
	assert_null(iosrc__registration_slot(&table, UINT32_MAX));
	allocated(&table);
	assert_false(iosrc__registration_is_live(&table, 0));
	assert_false(iosrc__registration_is_live(&table,
	    iosrc__registration_make(0, 1)));
	assert_false(iosrc__registration_is_live(&table,
	    iosrc__registration_make(63, 1)));
	assert_null(iosrc__registration_slot(&table, 64));
	iosrc__registrations_free(&table);
}

static void test_slots_are_dense_and_never_move(void **state)
{
	enum { COUNT = 64 * 16 + 1 };
	struct iosrc__registrations table = { 0 };
	struct iosrc__slot *slots[COUNT];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(allocated(&table), i);
		slots[i] = iosrc__registration_slot(&table, i);
		assert_non_null(slots[i]);
		if (i > 0)
			assert_ptr_not_equal(slots[i], slots[i - 1]);
	}
	for (uint32_t i = 0; i < COUNT; i++)
		assert_ptr_equal(iosrc__registration_slot(&table, i), slots[i]);
	iosrc__registrations_free(&table);
}

static void test_publish_makes_live_and_end_makes_dead(void **state)
{
	struct iosrc__registrations table = { 0 };
	struct iosrc__registered what;
	uint32_t index = allocated(&table);
	uint64_t one = iosrc__registration_publish(&table, index, &some);
	uint64_t two;

	(void)state;
	assert_true(one != 0);
	assert_true(iosrc__registration_read(&table, one, &what));
	assert_true(what.token == some.token);
	assert_int_equal(what.interest, IOSRC_READABLE);
	assert_null(what.source);
	two = iosrc__registration_publish(&table, index, &some);
	assert_true(two != one);
	assert_false(iosrc__registration_is_live(&table, one));
	assert_true(iosrc__registration_is_live(&table, two));
	assert_false(iosrc__registration_end(&table, one));
	assert_true(iosrc__registration_end(&table, two));
	assert_false(iosrc__registration_end(&table, two));
	assert_false(iosrc__registration_is_live(&table, two));
	iosrc__registrations_free(&table);
}

static void test_a_freed_slot_comes_back_in_another_generation(void **state)
{
	struct iosrc__registrations table = { 0 };
	uint32_t index = allocated(&table);
	uint32_t other = allocated(&table);
	uint64_t one = iosrc__registration_publish(&table, index, &some);
	uint64_t two;

	(void)state;
	iosrc__registration_end(&table, one);
	iosrc__registration_free(&table, index);
	iosrc__registration_free(&table, other);
	assert_int_equal(allocated(&table), other);
	assert_int_equal(allocated(&table), index);
	two = iosrc__registration_publish(&table, index, &some);
	assert_true(two != one);
	assert_false(iosrc__registration_is_live(&table, one));
	iosrc__registrations_free(&table);
}

/* A reader that looked at the slot alive, was held up, and reads the token
 * when the free list has its link there: the version must tell. */
static void test_a_freed_slot_has_another_version(void **state)
{
	struct iosrc__registrations table = { 0 };
	uint32_t index = allocated(&table);
	struct iosrc__slot *slot = iosrc__registration_slot(&table, index);
	uint64_t one = iosrc__registration_publish(&table, index, &some);
	uint32_t seen = atomic_load(&slot->interest);

	(void)state;
	iosrc__registration_end(&table, one);
	iosrc__registration_free(&table, index);
	assert_true(iosrc__token_get(&slot->token) != some.token);
	assert_int_not_equal(atomic_load(&slot->interest), seen);
	iosrc__registrations_free(&table);
}

static void test_restore_takes_a_publish_back(void **state)
{
	struct iosrc__registrations table = { 0 };
	struct iosrc__registered other = { 7, IOSRC_WRITABLE, NULL };
	struct iosrc__registered what;
	uint32_t index = allocated(&table);
	uint64_t one = iosrc__registration_publish(&table, index, &some);
	uint64_t two = iosrc__registration_publish(&table, index, &other);

	(void)state;
	iosrc__registration_restore(&table, one, &some);
	assert_false(iosrc__registration_is_live(&table, two));
	assert_true(iosrc__registration_read(&table, one, &what));
	assert_true(what.token == some.token);
	assert_int_equal(what.interest, IOSRC_READABLE);
	iosrc__registrations_free(&table);
}

static void contract_R17_a_generation_never_wraps(void **state)
{
	struct iosrc__registrations table = { 0 };
	uint32_t index = allocated(&table);
	uint64_t last;

	(void)state;
	iosrc__registration_publish(&table, index, &some);
	set_generation(&table, index, IOSRC__GENERATION_LAST - 2);
	assert_true(iosrc__registration_can_renew(&table, index));
	last = iosrc__registration_publish(&table, index, &some);
	assert_int_equal(iosrc__registration_generation(last),
	    IOSRC__GENERATION_LAST);
	assert_true(iosrc__registration_is_live(&table, last));
	assert_false(iosrc__registration_can_renew(&table, index));
	assert_true(iosrc__registration_end(&table, last));
	assert_false(iosrc__registration_is_live(&table, last));
	assert_false(iosrc__registration_can_renew(&table, index));
	iosrc__registration_free(&table, index);
	for (unsigned i = 0; i < 100; i++)
		assert_int_not_equal(allocated(&table), index);
	iosrc__registrations_free(&table);
}

static void contract_R17_a_slot_that_dies_just_before_its_end_is_not_used_again(
    void **state)
{
	struct iosrc__registrations table = { 0 };
	uint32_t index = allocated(&table);
	uint64_t last;

	(void)state;
	iosrc__registration_publish(&table, index, &some);
	set_generation(&table, index, IOSRC__GENERATION_LAST - 2);
	last = iosrc__registration_make(index, IOSRC__GENERATION_LAST - 2);
	assert_true(iosrc__registration_end(&table, last));
	iosrc__registration_free(&table, index);
	assert_int_not_equal(allocated(&table), index);
	iosrc__registrations_free(&table);
}

static void contract_X2_a_leaf_that_cannot_be_had(void **state)
{
	struct iosrc__registrations table = { 0 };
	uint32_t index;

	(void)state;
	allocations_fail(1);
	assert_false(iosrc__registration_alloc(&table, &index, false));
	assert_true(allocations_failed());
	for (uint32_t i = 0; i < 256; i++) {
		if (i % 64 == 0) {
			allocations_fail(i == 0 ? 2 : 1);
			assert_false(
			    iosrc__registration_alloc(&table, &index, false));
		}
		assert_int_equal(allocated(&table), i);
	}
	for (unsigned nth = 1; nth <= 2; nth++) {
		allocations_fail(nth);
		assert_false(iosrc__registration_alloc(&table, &index, false));
		assert_true(allocations_failed());
	}
	assert_int_equal(allocated(&table), 256);
	assert_non_null(iosrc__registration_slot(&table, 0));
	iosrc__registrations_free(&table);
}

static void test_the_last_index_is_the_end(void **state)
{
	struct iosrc__registrations table = { .used = MAX_INDEX + 1 };
	uint32_t index;

	(void)state;
	assert_false(iosrc__registration_alloc(&table, &index, false));
	assert_int_equal(table.used, MAX_INDEX + 1);
}

/* ---- readers beside a writer ---- */

struct race {
	struct iosrc__registrations table;
	_Atomic uint64_t registration;
	_Atomic bool over;
	_Atomic unsigned torn;
};

/* The writer's tokens have equal halves, and tell the generation. */
static uint64_t token_of(uint32_t generation)
{
	return (uint64_t)generation << 32 | generation;
}

static void *read_on(void *user)
{
	struct race *race = user;

	while (!atomic_load_explicit(&race->over, memory_order_relaxed)) {
		uint64_t registration = atomic_load_explicit(
		    &race->registration, memory_order_relaxed);
		struct iosrc__registered what;

		if (iosrc__registration_read(&race->table, registration,
		        &what) &&
		    what.token !=
		        token_of(iosrc__registration_generation(registration)))
			atomic_fetch_add(&race->torn, 1);
	}
	return NULL;
}

static void test_a_reader_never_sees_the_token_of_another_generation(
    void **state)
{
	struct race race = { 0 };
	uint32_t index = allocated(&race.table);
	unsigned rounds = core_rounds(2000000);
	pthread_t reader;

	(void)state;
	pthread_create(&reader, NULL, read_on, &race);
	for (uint32_t i = 0; i < rounds; i++) {
		struct iosrc__registered what = { token_of(2 * i + 1), 0,
			NULL };

		atomic_store_explicit(&race.registration,
		    iosrc__registration_publish(&race.table, index, &what),
		    memory_order_relaxed);
	}
	atomic_store(&race.over, true);
	pthread_join(reader, NULL);
	iosrc__registrations_free(&race.table);
	assert_int_equal(atomic_load(&race.torn), 0);
}

/* What a reregister does whose kernel call fails: the old one lives on, and a
 * reader of it has seen nothing of the other one's token. */
static void test_a_reader_never_sees_the_token_of_a_publish_taken_back(
    void **state)
{
	struct race race = { 0 };
	struct iosrc__registered old = { token_of(1), 0, NULL };
	struct iosrc__registered failing = { token_of(2), 0, NULL };
	uint32_t index = allocated(&race.table);
	unsigned rounds = core_rounds(20000000);
	pthread_t readers[3];

	(void)state;
	atomic_store(&race.registration,
	    iosrc__registration_publish(&race.table, index, &old));
	for (unsigned i = 0; i < 3; i++)
		pthread_create(&readers[i], NULL, read_on, &race);
	for (unsigned i = 0; i < rounds; i++) {
		iosrc__registration_publish(&race.table, index, &failing);
		iosrc__registration_restore(&race.table,
		    atomic_load(&race.registration), &old);
	}
	atomic_store(&race.over, true);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(readers[i], NULL);
	iosrc__registrations_free(&race.table);
	assert_int_equal(atomic_load(&race.torn), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_no_number_at_random_is_live),
		CORE_TEST(test_slots_are_dense_and_never_move),
		CORE_TEST(test_publish_makes_live_and_end_makes_dead),
		CORE_TEST(test_a_freed_slot_comes_back_in_another_generation),
		CORE_TEST(test_a_freed_slot_has_another_version),
		CORE_TEST(test_restore_takes_a_publish_back),
		CORE_TEST(contract_R17_a_generation_never_wraps),
		CORE_TEST(
		    contract_R17_a_slot_that_dies_just_before_its_end_is_not_used_again),
		CORE_TEST(contract_X2_a_leaf_that_cannot_be_had),
		CORE_TEST(test_the_last_index_is_the_end),
		CORE_TEST(
		    test_a_reader_never_sees_the_token_of_another_generation),
		CORE_TEST(
		    test_a_reader_never_sees_the_token_of_a_publish_taken_back),
	};

	return CORE_RUN(tests);
}
