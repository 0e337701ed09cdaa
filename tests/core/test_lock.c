/* SPDX-License-Identifier: MIT
 *
 * test_lock.c: the four-byte lock, contended and orphaned.
 */
#include "tests/core/core.h"

#include <pthread.h>
#include <unistd.h>

#include "lock.h"

struct counted {
	struct iosrc__lock lock;
	unsigned rounds;
	unsigned long count; /* guarded by the lock */
};

static void *count_up(void *user)
{
	struct counted *counted = user;

	for (unsigned i = 0; i < counted->rounds; i++) {
		iosrc__lock_acquire(&counted->lock);
		counted->count++;
		iosrc__lock_release(&counted->lock);
	}
	return NULL;
}

static void *count_up_as(void *user)
{
	struct counted *counted = user;
	uint32_t process = (uint32_t)getpid();

	for (unsigned i = 0; i < counted->rounds; i++) {
		if (!iosrc__lock_acquire_as(&counted->lock, process))
			return user;
		counted->count++;
		iosrc__lock_release(&counted->lock);
	}
	return NULL;
}

static void count_in_threads(void *(*run)(void *))
{
	struct counted counted = { .rounds = core_rounds(200000) };
	pthread_t threads[3];
	void *failed;

	for (unsigned i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, run, &counted);
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(counted.count, 3ul * counted.rounds);
}

static void test_one_holder_at_a_time(void **state)
{
	(void)state;
	count_in_threads(count_up);
}

static void test_one_holder_at_a_time_in_the_name_of_a_process(void **state)
{
	(void)state;
	count_in_threads(count_up_as);
}

/* Lets go after 50 ms: the other one has long gone to sleep by then. */
static void *release_late(void *user)
{
	core_sleep(50 * MS);
	iosrc__lock_release(user);
	return NULL;
}

static void test_who_waits_long_sleeps_and_gets_it(void **state)
{
	struct iosrc__lock lock = { 0 };
	pthread_t holder;

	(void)state;
	iosrc__lock_acquire(&lock);
	pthread_create(&holder, NULL, release_late, &lock);
	iosrc__lock_acquire(&lock);
	iosrc__lock_release(&lock);
	pthread_join(holder, NULL);
}

static void test_a_holder_of_this_process_is_waited_for(void **state)
{
	struct iosrc__lock lock = { 0 };
	pthread_t holder;
	uint32_t process = (uint32_t)getpid();

	(void)state;
	assert_true(iosrc__lock_acquire_as(&lock, process));
	pthread_create(&holder, NULL, release_late, &lock);
	assert_true(iosrc__lock_acquire_as(&lock, process));
	iosrc__lock_release(&lock);
	pthread_join(holder, NULL);
}

static void test_a_holder_of_another_process_is_given_up(void **state)
{
	struct iosrc__lock lock = { 0 };
	uint32_t process = (uint32_t)getpid();

	(void)state;
	assert_true(iosrc__lock_acquire_as(&lock, process + 1));
	assert_false(iosrc__lock_acquire_as(&lock, process));
	assert_int_equal(atomic_load(&lock.held), process + 1);
	iosrc__lock_release(&lock);
	assert_true(iosrc__lock_acquire_as(&lock, process));
}

/* A holder that left the id of the process in which the object was registered
 * last, a parent's, and is of this one all the same: it is about to let go. */
static void *release_soon(void *user)
{
	core_sleep(2 * MS);
	iosrc__lock_release(user);
	return NULL;
}

static void test_a_holder_with_an_old_id_is_given_time(void **state)
{
	struct iosrc__lock lock = { 0 };
	pthread_t holder;
	uint32_t process = (uint32_t)getpid();

	(void)state;
	assert_true(iosrc__lock_acquire_as(&lock, process + 1));
	pthread_create(&holder, NULL, release_soon, &lock);
	if (iosrc__lock_acquire_as(&lock, process))
		iosrc__lock_release(&lock);
	else
		print_message("the holder was late: a busy system\n");
	pthread_join(holder, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_one_holder_at_a_time),
		CORE_TEST(test_one_holder_at_a_time_in_the_name_of_a_process),
		CORE_TEST(test_who_waits_long_sleeps_and_gets_it),
		CORE_TEST(test_a_holder_of_this_process_is_waited_for),
		CORE_TEST(test_a_holder_of_another_process_is_given_up),
		CORE_TEST(test_a_holder_with_an_old_id_is_given_time),
	};

	return CORE_RUN(tests);
}
