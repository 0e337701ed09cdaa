/* SPDX-License-Identifier: MIT
 *
 * test_waker.c: wakers and the posts behind them.
 */
#include "tests/core/core.h"

#include <pthread.h>

static void release(iosrc_waker *waker)
{
	assert_int_equal(iosrc_waker_release(waker), IOSRC_OK);
}

static void wake(iosrc_waker *waker)
{
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_OK);
}

static void test_null_and_closed_are_told(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 1), *other;

	(void)state;
	assert_int_equal(iosrc_waker_create(NULL, 1, &other), IOSRC_E_INVALID);
	assert_int_equal(iosrc_waker_create(poller, 1, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_waker_wake(NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_waker_retain(NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_waker_release(NULL), IOSRC_OK);
	core_release(poller);
	assert_int_equal(iosrc_waker_create(poller, 1, &other), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_waker_retain(waker), IOSRC_OK);
	release(waker);
	release(waker);
}

static void contract_W1_wakes_before_a_wait_are_one_event(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	uint64_t registration;

	(void)state;
	core_expect_quiet(poller);
	for (unsigned i = 0; i < 3; i++)
		wake(waker);
	registration = core_expect(poller, 7, IOSRC_READABLE);
	core_expect_quiet(poller);
	wake(waker);
	assert_true(core_expect(poller, 7, IOSRC_READABLE) == registration);
	assert_int_equal(iosrc_is_current(poller, registration), 1);
	release(waker);
	assert_int_equal(iosrc_is_current(poller, registration), 0);
	core_release(poller);
}

static void contract_W5_the_last_release_drops_a_wake(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	iosrc_waker *next;

	(void)state;
	assert_int_equal(iosrc_waker_retain(waker), IOSRC_OK);
	wake(waker);
	release(waker);
	core_expect(poller, 7, IOSRC_READABLE);
	wake(waker);
	release(waker);
	next = core_waker(poller, 8);
	core_expect_quiet(poller);
	wake(next);
	core_expect(poller, 8, IOSRC_READABLE);
	release(next);
	core_release(poller);
}

static void contract_W6_a_wake_enters_the_kernel_only_for_a_sleeper(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	iosrc_poller_counters counters;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		wake(waker);
	assert_int_equal(fake_count(poller, FAKE_KICK), 0);
	counters = core_stats(poller);
	assert_int_equal(counters.kernel_wakes, 0);
	assert_int_equal(counters.coalesced_wakes, 3);
	release(waker);
	core_release(poller);
}

/* ---- a thread that waits ---- */

struct waiter {
	iosrc_poller *poller;
	int64_t count;
	iosrc_event event;
};

static void *wait_once(void *user)
{
	struct waiter *waiter = user;

	waiter->count = iosrc_poller_wait(waiter->poller, &waiter->event, 1,
	    -1);
	return NULL;
}

static void contract_W1_a_wake_during_a_wait_ends_it(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	struct waiter waiter = { .poller = poller };
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, wait_once, &waiter);
	fake_await_sleepers(poller, 1);
	wake(waker);
	pthread_join(thread, NULL);
	assert_int_equal(waiter.count, 1);
	assert_true(waiter.event.token == 7);
	assert_int_equal(fake_count(poller, FAKE_KICK), 1);
	assert_int_equal(core_stats(poller).kernel_wakes, 1);
	release(waker);
	core_release(poller);
}

static void test_a_failed_kick_is_told_and_the_next_wake_kicks_again(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	struct waiter waiter = { .poller = poller };
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, wait_once, &waiter);
	fake_await_sleepers(poller, 1);
	for (unsigned i = 0; i < 2; i++) {
		fake_fail(poller, FAKE_KICK, 1, IOSRC_E_UNKNOWN);
		assert_int_equal(iosrc_waker_wake(waker), IOSRC_E_UNKNOWN);
		assert_int_equal(fake_sleepers(poller), 1);
	}
	wake(waker);
	pthread_join(thread, NULL);
	assert_int_equal(waiter.count, 1);
	assert_true(waiter.event.token == 7);
	assert_int_equal(atomic_load(&poller->latch.word) &
	        (IOSRC__LATCH_RETRY | IOSRC__LATCH_PENDING),
	    0);
	assert_int_equal(core_stats(poller).kernel_wakes, 3);
	core_expect_quiet(poller);
	release(waker);
	core_release(poller);
}

static void test_after_a_failed_kick_without_sleepers_wakes_stay_in_user_space(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);

	(void)state;
	atomic_fetch_or(&poller->latch.word, IOSRC__LATCH_RETRY);
	wake(waker);
	wake(waker);
	assert_int_equal(fake_count(poller, FAKE_KICK), 0);
	core_expect(poller, 7, IOSRC_READABLE);
	release(waker);
	core_release(poller);
}

/* A wake that found the poller open and was overtaken by its end. */
static void *wake_late(void *user)
{
	return (void *)(intptr_t)iosrc_waker_wake(user);
}

static void contract_W5_a_wake_in_the_gate_holds_the_close_back(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	iosrc_handle handle;
	pthread_t thread;
	void *status;

	(void)state;
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	fake_hold(poller, FAKE_KICK);
	pthread_create(&thread, NULL, wake_late, waker);
	fake_await_held(poller);
	assert_int_equal(atomic_load(&poller->gate), 1);
	fake_let_go(poller);
	core_release(poller);
	pthread_join(thread, &status);
	assert_int_equal((intptr_t)status, IOSRC_OK);
	release(waker);
}

static void test_a_wake_that_finds_the_gate_shut_answers_closed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);
	iosrc_handle handle;

	(void)state;
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	atomic_fetch_or(&poller->gate, 0x80000000u);
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_E_CLOSED);
	atomic_fetch_and(&poller->gate, ~0x80000000u);
	assert_int_equal(atomic_load(&poller->gate), 0);
	release(waker);
	core_release(poller);
}

static void test_a_wake_that_finds_the_latch_closed_answers_closed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 7);

	(void)state;
	atomic_fetch_or(&poller->latch.word, IOSRC__LATCH_CLOSED);
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_E_CLOSED);
	release(waker);
	core_release(poller);
}

/* ---- generations ---- */

static void age(iosrc_poller *poller, uint64_t registration,
    uint32_t generation)
{
	atomic_store(&iosrc__registration_slot(&poller->registrations,
	                 iosrc__registration_index(registration))
	                  ->generation,
	    generation);
}

static uint64_t registration_of(iosrc_poller *poller, iosrc_waker *waker,
    uint64_t token)
{
	wake(waker);
	return core_expect(poller, token, IOSRC_READABLE);
}

static void contract_R17_a_wakers_used_up_slot_is_never_used_again(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 1);
	uint64_t first = registration_of(poller, waker, 1);
	uint64_t last, next;

	(void)state;
	release(waker);
	age(poller, first, IOSRC__GENERATION_LAST - 3);
	for (unsigned i = 0; i < 2; i++) {
		waker = core_waker(poller, 2);
		last = registration_of(poller, waker, 2);
		if (i == 1)
			break;
		assert_int_equal(iosrc__registration_index(last),
		    iosrc__registration_index(first));
		assert_int_equal(iosrc__registration_generation(last),
		    IOSRC__GENERATION_LAST - 2);
		release(waker);
		assert_int_equal(iosrc_is_current(poller, last), 0);
	}
	assert_int_not_equal(iosrc__registration_index(last),
	    iosrc__registration_index(first));
	for (unsigned i = 0; i < 100; i++) {
		release(waker);
		waker = core_waker(poller, 3);
		next = registration_of(poller, waker, 3);
		assert_int_not_equal(iosrc__registration_index(next),
		    iosrc__registration_index(first));
	}
	release(waker);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_null_and_closed_are_told),
		CORE_TEST(contract_W1_wakes_before_a_wait_are_one_event),
		CORE_TEST(contract_W5_the_last_release_drops_a_wake),
		CORE_TEST(
		    contract_W6_a_wake_enters_the_kernel_only_for_a_sleeper),
		CORE_TEST(contract_W1_a_wake_during_a_wait_ends_it),
		CORE_TEST(
		    test_a_failed_kick_is_told_and_the_next_wake_kicks_again),
		CORE_TEST(
		    test_after_a_failed_kick_without_sleepers_wakes_stay_in_user_space),
		CORE_TEST(contract_W5_a_wake_in_the_gate_holds_the_close_back),
		CORE_TEST(test_a_wake_that_finds_the_gate_shut_answers_closed),
		CORE_TEST(
		    test_a_wake_that_finds_the_latch_closed_answers_closed),
		CORE_TEST(
		    contract_R17_a_wakers_used_up_slot_is_never_used_again),
	};

	return CORE_RUN(tests);
}
