/* SPDX-License-Identifier: MIT
 *
 * test_wait.c: deadlines, and the loop around the kernel.
 */
#include "tests/core/core.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "status.h"

/* ---- deadlines ---- */

static void test_what_is_left_of_a_deadline(void **state)
{
	struct iosrc__deadline forever = { -1, 0 }, none = { 0, 0 };
	struct iosrc__deadline past = { 5, core_now() - 1 };
	struct iosrc__deadline ahead = { 5, core_now() + 1000000 * MS };
	int64_t left;

	(void)state;
	assert_int_equal(iosrc__deadline_left(&forever), -1);
	assert_int_equal(iosrc__deadline_left(&none), 0);
	assert_int_equal(iosrc__deadline_left(&past), 0);
	left = iosrc__deadline_left(&ahead);
	assert_true(left > 0 && left <= 1000000 * MS);
}

static void contract_T2_milliseconds_are_rounded_up_and_cut(void **state)
{
	(void)state;
	assert_int_equal(iosrc__deadline_ms(-1), -1);
	assert_int_equal(iosrc__deadline_ms(0), 0);
	assert_int_equal(iosrc__deadline_ms(1), 1);
	assert_int_equal(iosrc__deadline_ms(999999), 1);
	assert_int_equal(iosrc__deadline_ms(MS), 1);
	assert_int_equal(iosrc__deadline_ms(MS + 1), 2);
	assert_int_equal(iosrc__deadline_ms(INT32_MAX * MS), INT32_MAX);
	assert_int_equal(iosrc__deadline_ms(INT32_MAX * MS + 1), INT32_MAX);
	assert_int_equal(iosrc__deadline_ms(INT64_MAX), INT32_MAX);
}

/* ---- arguments ---- */

static void contract_T6_bad_arguments_are_told(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_event event;

	(void)state;
	assert_int_equal(iosrc_poller_wait(NULL, &event, 1, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_wait(poller, NULL, 1, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_wait(poller, &event, 0, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_wait(poller, &event, 0x80000000u, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, -2),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, INT64_MIN),
	    IOSRC_E_INVALID);
	assert_int_equal(core_stats(poller).waits, 0);
	assert_int_equal(fake_count(poller, FAKE_COLLECT), 0);
	core_release(poller);
}

static void contract_P2_a_wait_on_a_closed_poller_answers_closed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_event event;

	(void)state;
	core_release(poller);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1),
	    IOSRC_E_CLOSED);
	core_end(source);
}

/* ---- one visit a wait ---- */

static void test_a_wait_visits_the_kernel_once(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	core_expect_quiet(poller);
	assert_int_equal(fake_count(poller, FAKE_COLLECT), 1);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(fake_count(poller, FAKE_COLLECT), 2);
	assert_int_equal(core_stats(poller).waits, 2);
	assert_int_equal(core_stats(poller).events, 1);
	core_end(source);
	core_release(poller);
}

/* A busy machine may be late, but hardly so often in a row. */
#define TRIES 5

/* Answers how late a wait on nothing ends. */
static int64_t late(iosrc_poller *poller, int64_t timeout_ns)
{
	int64_t start = core_now(), took;
	iosrc_event event;

	assert_int_equal(iosrc_poller_wait(poller, &event, 1, timeout_ns), 0);
	took = core_now() - start;
	assert_true(took >= timeout_ns);
	return took - timeout_ns;
}

static void contract_T7_a_wait_on_nothing_ends_on_time(void **state)
{
	static const int64_t timeouts[] = { 1, 100000, 3 * MS, 20 * MS };
	iosrc_poller *poller = core_poller();

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned tries = 0;

		while (late(poller, timeouts[i]) >= core_patience(500 * MS))
			assert_true(++tries < TRIES);
	}
	core_release(poller);
}

struct waiter {
	iosrc_poller *poller;
	size_t capacity;
	int64_t timeout_ns;
	int64_t count;
	int64_t took;
	iosrc_event events[4];
	pthread_t thread;
};

static void *wait_once(void *user)
{
	struct waiter *waiter = user;
	int64_t start = core_now();

	waiter->count = iosrc_poller_wait(waiter->poller, waiter->events,
	    waiter->capacity, waiter->timeout_ns);
	waiter->took = core_now() - start;
	return NULL;
}

static void start(struct waiter *waiter)
{
	pthread_create(&waiter->thread, NULL, wait_once, waiter);
	fake_await_sleepers(waiter->poller, 1);
}

static void contract_T4_a_timeout_beyond_the_clock_does_not_overflow(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 1);
	struct waiter waiter = { .poller = poller,
		.capacity = 1,
		.timeout_ns = INT64_MAX };

	(void)state;
	start(&waiter);
	core_sleep(20 * MS);
	assert_int_equal(fake_sleepers(poller), 1);
	iosrc_waker_wake(waker);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 1);
	iosrc_waker_release(waker);
	core_release(poller);
}

/* ---- what is dropped ---- */

static void contract_R6_what_the_kernel_gave_is_dropped_after_deregister(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	struct waiter waiter = { .poller = poller,
		.capacity = 4,
		.timeout_ns = 50 * MS };

	(void)state;
	start(&waiter);
	fake_hold(poller, FAKE_COLLECT);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	fake_await_held(poller);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	fake_let_go(poller);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 0);
	assert_int_equal(core_stats(poller).stale, 1);
	core_end(source);
	core_release(poller);
}

static void contract_R4_what_the_kernel_gave_before_a_reregister_comes_anew(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	struct waiter waiter = { .poller = poller,
		.capacity = 4,
		.timeout_ns = -1 };

	(void)state;
	start(&waiter);
	fake_hold(poller, FAKE_COLLECT);
	fake_set_ready(poller, 9, IOSRC_READABLE | IOSRC_WRITABLE);
	fake_await_held(poller);
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_WRITABLE),
	    IOSRC_OK);
	fake_let_go(poller);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 1);
	assert_true(waiter.events[0].token == 2);
	assert_int_equal(waiter.events[0].ready, IOSRC_WRITABLE);
	core_end(source);
	core_release(poller);
}

static void contract_E13_a_full_array_of_stale_items_is_looked_behind(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned stale = 1; stale < 16; stale++) {
		iosrc_event event;

		fake_inject(poller, UINT64_MAX, IOSRC_READABLE, stale);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	}
	core_end(source);
	core_release(poller);
}

static void contract_R10_a_storm_of_stale_items_is_held_back(void **state)
{
	iosrc_poller *poller = core_poller();
	struct waiter waiter = { .poller = poller,
		.capacity = 4,
		.timeout_ns = 100 * MS };
	uint64_t visits;

	(void)state;
	fake_inject(poller, UINT64_MAX, IOSRC_READABLE, UINT32_MAX);
	wait_once(&waiter);
	visits = fake_count(poller, FAKE_COLLECT);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.took >= 100 * MS);
	assert_true(visits >= 16);
	assert_true(visits <= 16 + 2 * (uint64_t)(waiter.took / MS));
	assert_int_equal(core_stats(poller).stale, visits);
	core_release(poller);
}

static void test_a_storm_does_not_hold_up_a_wait_that_does_not_block(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_event event;

	(void)state;
	fake_inject(poller, UINT64_MAX, IOSRC_READABLE, UINT32_MAX);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
	assert_true(fake_count(poller, FAKE_COLLECT) <= 17);
	core_release(poller);
}

static void test_a_source_is_served_in_a_storm(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	struct waiter waiter = { .poller = poller,
		.capacity = 2,
		.timeout_ns = -1 };

	(void)state;
	fake_inject(poller, UINT64_MAX, IOSRC_READABLE, UINT32_MAX);
	pthread_create(&waiter.thread, NULL, wait_once, &waiter);
	while (fake_count(poller, FAKE_COLLECT) < 40)
		core_sleep(MS);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 1);
	assert_true(waiter.events[0].token == 1);
	core_end(source);
	core_release(poller);
}

/* Answers how long a wait took, against its timeout of `timeout_ns`, under
 * stale items. Each fills an array of one, so the kernel is asked again: for
 * what is left of the time, and no longer. */
static int64_t took_under_stale_items(int64_t timeout_ns)
{
	iosrc_poller *poller = core_poller();
	struct waiter waiter = { .poller = poller,
		.capacity = 1,
		.timeout_ns = timeout_ns };

	start(&waiter);
	for (unsigned i = 0; i < 5; i++) {
		core_sleep(timeout_ns * 3 / 4);
		fake_inject(poller, UINT64_MAX, IOSRC_READABLE, 1);
	}
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.took >= timeout_ns);
	core_release(poller);
	return waiter.took;
}

static void contract_R8_stale_items_do_not_lengthen_a_timeout(void **state)
{
	int64_t timeout_ns = core_patience(200 * MS);
	unsigned tries = 0;

	(void)state;
	while (took_under_stale_items(timeout_ns) >= timeout_ns * 5 / 4)
		assert_true(++tries < TRIES);
}

/* ---- failures and signals ---- */

static void test_a_failed_visit_is_told(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_event event;

	(void)state;
	fake_fail(poller, FAKE_COLLECT, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1),
	    IOSRC_E_UNKNOWN);
	fake_fail(poller, FAKE_COLLECT, 1, iosrc__status_from_errno(ENOMEM));
	assert_int_equal(iosrc_status_kind((iosrc_status)iosrc_poller_wait(
	                     poller, &event, 1, 0)),
	    IOSRC_KIND_NO_MEMORY);
	core_expect_quiet(poller);
	assert_int_equal(core_stats(poller).waits, 3);
	assert_int_equal(core_stats(poller).events, 0);
	core_release(poller);
}

static void contract_X7_what_was_posted_comes_before_an_error(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 1);

	(void)state;
	iosrc_waker_wake(waker);
	fake_fail(poller, FAKE_COLLECT, 1, IOSRC_E_UNKNOWN);
	core_expect(poller, 1, IOSRC_READABLE);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void contract_T5_a_signal_does_not_end_a_wait_early(void **state)
{
	iosrc_poller *poller = core_poller();
	struct waiter waiter = { .poller = poller,
		.capacity = 1,
		.timeout_ns = 60 * MS };

	(void)state;
	start(&waiter);
	for (unsigned i = 0; i < 5; i++) {
		fake_interrupt(poller);
		core_sleep(5 * MS);
	}
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.took >= 60 * MS);
	core_release(poller);
}

static void contract_T5_a_signal_ends_an_interruptible_wait(void **state)
{
	iosrc_poller *poller = core_poller_with(IOSRC_POLLER_INTERRUPTIBLE,
	    IOSRC_BACKEND_FAKE);
	struct waiter waiter = { .poller = poller,
		.capacity = 1,
		.timeout_ns = -1 };

	(void)state;
	start(&waiter);
	fake_interrupt(poller);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, IOSRC_E_INTERRUPTED);
	core_release(poller);
}

static void ignore_signal(int number)
{
	(void)number;
}

/* A wait that is held back by a storm sleeps in user space: a signal there is
 * a signal all the same. */
static void contract_T5_a_signal_in_a_storm_ends_an_interruptible_wait(
    void **state)
{
	iosrc_poller *poller = core_poller_with(IOSRC_POLLER_INTERRUPTIBLE,
	    IOSRC_BACKEND_FAKE);
	struct waiter waiter = { .poller = poller,
		.capacity = 4,
		.timeout_ns = core_patience(3000 * MS) };
	struct sigaction action = { .sa_handler = ignore_signal };

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	fake_inject(poller, UINT64_MAX, IOSRC_READABLE, UINT32_MAX);
	pthread_create(&waiter.thread, NULL, wait_once, &waiter);
	while (fake_count(poller, FAKE_COLLECT) < 40)
		core_sleep(MS);
	/* One that comes outside of the sleep is lost, as with any call. */
	for (unsigned i = 0; i < 20; i++) {
		pthread_kill(waiter.thread, SIGUSR1);
		core_sleep(2 * MS);
	}
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, IOSRC_E_INTERRUPTED);
	core_release(poller);
}

static void test_a_signal_in_a_storm_does_not_end_another_wait(void **state)
{
	iosrc_poller *poller = core_poller();
	struct waiter waiter = { .poller = poller,
		.capacity = 4,
		.timeout_ns = 100 * MS };
	struct sigaction action = { .sa_handler = ignore_signal };

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	fake_inject(poller, UINT64_MAX, IOSRC_READABLE, UINT32_MAX);
	pthread_create(&waiter.thread, NULL, wait_once, &waiter);
	for (unsigned i = 0; i < 20; i++) {
		pthread_kill(waiter.thread, SIGUSR1);
		core_sleep(2 * MS);
	}
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.took >= 100 * MS);
	core_release(poller);
}

/* ---- a kick that had no reason any more ---- */

static void test_a_kick_without_a_post_is_no_event(void **state)
{
	iosrc_poller *poller = core_poller();
	struct waiter waiter = { .poller = poller,
		.capacity = 1,
		.timeout_ns = 40 * MS };

	(void)state;
	start(&waiter);
	assert_int_equal(iosrc__latch_kick(poller), IOSRC_OK);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.took >= 40 * MS);
	core_release(poller);
}

/* Many wakes against a wait that is about to block: each one is taken, often
 * by a wait that had counted itself as a sleeper and turned back. */
struct ping {
	iosrc_poller *poller;
	iosrc_waker *waker;
	_Atomic unsigned sent;
	_Atomic unsigned seen;
	unsigned rounds;
};

static void *wake_on(void *user)
{
	struct ping *ping = user;

	for (unsigned i = 1; i <= ping->rounds; i++) {
		atomic_store(&ping->sent, i);
		iosrc_waker_wake(ping->waker);
		while (atomic_load(&ping->seen) < i)
			;
	}
	return NULL;
}

static void contract_W2_a_wake_against_a_wait_about_to_block(void **state)
{
	struct ping ping = { .poller = core_poller(),
		.rounds = core_rounds(100000) };
	pthread_t thread;

	(void)state;
	ping.waker = core_waker(ping.poller, 1);
	pthread_create(&thread, NULL, wake_on, &ping);
	while (atomic_load(&ping.seen) < ping.rounds) {
		iosrc_event event;

		assert_int_equal(iosrc_poller_wait(ping.poller, &event, 1, -1),
		    1);
		atomic_store(&ping.seen, atomic_load(&ping.sent));
	}
	pthread_join(thread, NULL);
	iosrc_waker_release(ping.waker);
	core_release(ping.poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_what_is_left_of_a_deadline),
		CORE_TEST(contract_T2_milliseconds_are_rounded_up_and_cut),
		CORE_TEST(contract_T6_bad_arguments_are_told),
		CORE_TEST(contract_P2_a_wait_on_a_closed_poller_answers_closed),
		CORE_TEST(test_a_wait_visits_the_kernel_once),
		CORE_TEST(contract_T7_a_wait_on_nothing_ends_on_time),
		CORE_TEST(
		    contract_T4_a_timeout_beyond_the_clock_does_not_overflow),
		CORE_TEST(
		    contract_R6_what_the_kernel_gave_is_dropped_after_deregister),
		CORE_TEST(
		    contract_R4_what_the_kernel_gave_before_a_reregister_comes_anew),
		CORE_TEST(
		    contract_E13_a_full_array_of_stale_items_is_looked_behind),
		CORE_TEST(contract_R10_a_storm_of_stale_items_is_held_back),
		CORE_TEST(
		    test_a_storm_does_not_hold_up_a_wait_that_does_not_block),
		CORE_TEST(test_a_source_is_served_in_a_storm),
		CORE_TEST(contract_R8_stale_items_do_not_lengthen_a_timeout),
		CORE_TEST(test_a_failed_visit_is_told),
		CORE_TEST(contract_X7_what_was_posted_comes_before_an_error),
		CORE_TEST(contract_T5_a_signal_does_not_end_a_wait_early),
		CORE_TEST(contract_T5_a_signal_ends_an_interruptible_wait),
		CORE_TEST(
		    contract_T5_a_signal_in_a_storm_ends_an_interruptible_wait),
		CORE_TEST(test_a_signal_in_a_storm_does_not_end_another_wait),
		CORE_TEST(test_a_kick_without_a_post_is_no_event),
		CORE_TEST(contract_W2_a_wake_against_a_wait_about_to_block),
	};

	return CORE_RUN(tests);
}
