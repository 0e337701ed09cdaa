/* SPDX-License-Identifier: MIT
 *
 * family_w.c: wakers of one thread: latched, coalesced, apart from each
 * other, dropped by the last release, and fair to sources.
 */
#include "family_rig.h"

#include "family_w.h"

#define TOKEN UINT64_C(0x8000000000000001)
#define MANY 100 /* more than one word of bits has room for */

/* Events until a wait of timeout 0 has none; at most `most` waits. */
static uint64_t count_events(iosrc_poller *poller, unsigned most)
{
	iosrc_event events[8];
	uint64_t total = 0;
	int64_t got = 1;
	unsigned waits;

	for (waits = 0; got > 0; waits++) {
		assert_true(waits <= most);
		got = iosrc_poller_wait(poller, events, 8, 0);
		assert_true(got >= 0);
		total += (uint64_t)got;
	}
	return total;
}

/* ---- W1 ---- */

static void contract_W1_a_wake_before_the_wait_is_seen(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	iosrc_event event;

	(void)state;
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_wake(waker));
	event = contract_expect(poller, TOKEN);
	assert_int_equal(event.ready, IOSRC_READABLE);
	assert_int_equal(event.reserved, 0);
	assert_true(event.registration != 0);
	assert_int_equal(iosrc_is_current(poller, event.registration), 1);
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_release(waker));
	assert_int_equal(iosrc_is_current(poller, event.registration), 0);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W1_a_wait_without_blocking_sees_a_wake(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, 0);
	iosrc_event event;

	(void)state;
	assert_ok(iosrc_waker_wake(waker));
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
	assert_int_equal(event.token, 0);
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W1_n_wakes_give_an_event_and_then_quiet(void **state)
{
	static const unsigned counts[] = { 1, 2, 3, 31, 100, 1000 };
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	unsigned i, wakes;
	uint64_t got;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (wakes = 0; wakes < counts[i]; wakes++)
			assert_ok(iosrc_waker_wake(waker));
		got = count_events(poller, counts[i]);
		assert_true(got >= 1);
		assert_true(got <= counts[i]);
		contract_expect_quiet(poller);
	}
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W1_each_wake_after_its_event_gives_another(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	uint64_t round, rounds = contract_scale(100000);
	iosrc_event event;

	(void)state;
	for (round = 0; round < rounds; round++) {
		assert_ok(iosrc_waker_wake(waker));
		assert_int_equal(iosrc_poller_wait(poller, &event, 1,
		                     round % 2 ? CONTRACT_SOON : 0),
		    1);
		assert_int_equal(event.token, TOKEN);
	}
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- W3 ---- */

static void contract_W3_wake_then_register_then_wait(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	iosrc_source *source;
	unsigned i;
	iosrc_handle fds[2];

	(void)state;
	for (i = 0; i < 3; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		assert_ok(iosrc_waker_wake(waker));
		source = rig_watch(poller, fds[0], 1,
		    IOSRC_READABLE | modes[i]);
		contract_expect(poller, TOKEN);
		assert_ok(iosrc_waker_wake(waker));
		assert_ok(iosrc_reregister(source, poller, 2,
		    IOSRC_READABLE | modes[i]));
		contract_expect(poller, TOKEN);
		assert_ok(iosrc_waker_wake(waker));
		assert_ok(iosrc_deregister(source, poller));
		contract_expect(poller, TOKEN);
		contract_expect_quiet(poller);
		assert_ok(iosrc_close(source));
		system_close(fds[1]);
	}
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W3_wake_then_would_block_then_wait(void **state)
{
	struct rig rig;
	iosrc_waker *waker;
	char byte;
	struct rig_io io = { &byte, 1, 0 };

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	waker = waker_of(rig.poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	assert_status(iosrc_read(rig.source, &byte, 1), IOSRC_E_WOULD_BLOCK);
	contract_expect(rig.poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	assert_status(iosrc_do_io(rig.source, IOSRC_READABLE, rig_io_read, &io),
	    IOSRC_E_WOULD_BLOCK);
	contract_expect(rig.poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_rearm(rig.source, IOSRC_READABLE));
	contract_expect(rig.poller, TOKEN);
	contract_expect_quiet(rig.poller);
	assert_ok(iosrc_waker_release(waker));
	rig_shut(&rig);
}

static void contract_W3_wake_beside_a_ready_source(void **state)
{
	struct rig rig;
	iosrc_waker *waker;
	iosrc_event events[4];
	int64_t got, seen = 0;
	unsigned waits;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	waker = waker_of(rig.poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	contract_write(rig.peer, "x", 1);
	for (waits = 0; waits < 2 && seen < 2; waits++) {
		got = iosrc_poller_wait(rig.poller, events, 4, CONTRACT_SOON);
		assert_true(got >= 1 && got <= 2);
		seen += got;
	}
	assert_int_equal(seen, 2);
	contract_expect_quiet(rig.poller);
	assert_ok(iosrc_waker_release(waker));
	rig_shut(&rig);
}

/* ---- W4 ---- */

/* Takes events in waits of `capacity` until none comes; counts by token. */
static void tally(iosrc_poller *poller, size_t capacity, unsigned *counts)
{
	iosrc_event events[MANY];
	int64_t got, i;
	unsigned waits;

	for (waits = 0; waits < 2 * MANY; waits++) {
		got = iosrc_poller_wait(poller, events, capacity, 0);
		assert_true(got >= 0 && got <= (int64_t)capacity);
		if (got == 0)
			return;
		for (i = 0; i < got; i++) {
			assert_true(events[i].token < MANY);
			assert_int_equal(events[i].ready, IOSRC_READABLE);
			counts[events[i].token]++;
		}
	}
	fail_msg("wakers report for ever");
}

static void wake_every(iosrc_waker **wakers, unsigned step)
{
	unsigned i;

	for (i = 0; i < MANY; i += step)
		assert_ok(iosrc_waker_wake(wakers[i]));
}

static void contract_W4_no_waker_hides_another(void **state)
{
	static const size_t capacities[] = { 1, 2, 7, MANY };
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *wakers[MANY];
	unsigned i, step, c;

	(void)state;
	for (i = 0; i < MANY; i++)
		wakers[i] = waker_of(poller, i);
	for (c = 0; c < 4; c++) {
		for (step = 1; step <= 33; step += 4) {
			unsigned counts[MANY] = { 0 };

			wake_every(wakers, step);
			tally(poller, capacities[c], counts);
			for (i = 0; i < MANY; i++)
				assert_int_equal(counts[i], i % step == 0);
		}
	}
	for (i = 0; i < MANY; i++)
		assert_ok(iosrc_waker_release(wakers[i]));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W4_two_wakers_of_one_token_are_two(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *first = waker_of(poller, TOKEN);
	iosrc_waker *second = waker_of(poller, TOKEN);
	iosrc_event a, b;

	(void)state;
	assert_ok(iosrc_waker_wake(first));
	assert_ok(iosrc_waker_wake(second));
	a = contract_expect(poller, TOKEN);
	b = contract_expect(poller, TOKEN);
	assert_true(a.registration != b.registration);
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_release(first));
	assert_ok(iosrc_waker_release(second));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- W5 ---- */

static void contract_W5_last_release_drops_a_latched_wake(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *stays = waker_of(poller, 7);
	iosrc_waker *goes = waker_of(poller, TOKEN);

	(void)state;
	assert_ok(iosrc_waker_wake(goes));
	assert_ok(iosrc_waker_release(goes));
	contract_expect_quiet(poller);
	goes = waker_of(poller, TOKEN);
	assert_ok(iosrc_waker_wake(goes));
	assert_ok(iosrc_waker_wake(stays));
	assert_ok(iosrc_waker_release(goes));
	contract_expect(poller, 7);
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_release(stays));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W5_any_reference_keeps_the_wake(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);

	(void)state;
	assert_ok(iosrc_waker_retain(waker));
	assert_ok(iosrc_waker_retain(waker));
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_waker_release(waker));
	contract_expect(poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_waker_release(waker));
	contract_expect(poller, TOKEN);
	contract_expect_quiet(poller);
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_waker_release(waker));
	contract_expect_quiet(poller);
	assert_ok(iosrc_poller_release(poller));
}

/* A new waker may sit where the old one sat; its token must not speak up. */
static void contract_W5_a_dropped_wake_is_not_inherited(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t round, rounds = contract_scale(20000);
	iosrc_waker *waker;
	iosrc_event event;

	(void)state;
	for (round = 0; round < rounds; round++) {
		waker = waker_of(poller, round);
		assert_ok(iosrc_waker_wake(waker));
		assert_ok(iosrc_waker_release(waker));
		waker = waker_of(poller, UINT64_MAX - round);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
		assert_ok(iosrc_waker_wake(waker));
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		assert_int_equal(event.token, UINT64_MAX - round);
		assert_ok(iosrc_waker_release(waker));
	}
	assert_ok(iosrc_poller_release(poller));
}

static void contract_W5_waking_after_the_poller_is_gone(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *latched = waker_of(poller, 1);
	iosrc_waker *idle = waker_of(poller, 2);

	(void)state;
	assert_ok(iosrc_waker_wake(latched));
	assert_ok(iosrc_poller_release(poller));
	assert_status(iosrc_waker_wake(latched), IOSRC_E_CLOSED);
	assert_status(iosrc_waker_wake(idle), IOSRC_E_CLOSED);
	assert_ok(iosrc_waker_retain(idle));
	assert_ok(iosrc_waker_release(idle));
	assert_status(iosrc_waker_wake(idle), IOSRC_E_CLOSED);
	assert_ok(iosrc_waker_release(latched));
	assert_ok(iosrc_waker_release(idle));
}

/* ---- W6 ---- */

static void contract_W6_no_system_call_while_nobody_is_blocked(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *wakers[2] = { waker_of(poller, 1), waker_of(poller, 2) };
	uint64_t round, rounds = contract_scale(10000);
	iosrc_event events[2];

	(void)state;
	for (round = 0; round < rounds; round++) {
		assert_ok(iosrc_waker_wake(wakers[0]));
		assert_ok(iosrc_waker_wake(wakers[1]));
		assert_ok(iosrc_waker_wake(wakers[round % 2]));
		if (round % 3 == 0)
			assert_int_equal(iosrc_poller_wait(poller, events, 2,
			                     round % 2 ? CONTRACT_SOON : 0),
			    2);
	}
	assert_int_equal(contract_counters(poller).kernel_wakes, 0);
	assert_int_equal(contract_counters(poller).coalesced_wakes, 3 * rounds);
	assert_ok(iosrc_waker_release(wakers[0]));
	assert_ok(iosrc_waker_release(wakers[1]));
	assert_ok(iosrc_poller_release(poller));
}

/* A wait that timed out leaves no sleeper behind. */
static void contract_W6_nor_after_a_wait_that_blocked(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	iosrc_event event;
	unsigned round;

	(void)state;
	for (round = 0; round < 20; round++) {
		assert_int_equal(
		    iosrc_poller_wait(poller, &event, 1, CONTRACT_MS), 0);
		assert_ok(iosrc_waker_wake(waker));
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1), 1);
	}
	assert_int_equal(contract_counters(poller).kernel_wakes, 0);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- W7 ---- */

#define CROWD 8

/* Sources that are always ready, level or edge with a rewrite after each
 * event, beside wakers that are woken again after each event. */
struct crowd {
	iosrc_poller *poller;
	iosrc_source *sources[CROWD];
	iosrc_waker *wakers[CROWD];
	unsigned counts[2 * CROWD]; /* sources first */
};

static void crowd_open(struct crowd *crowd, iosrc_bits mode)
{
	iosrc_handle fds[2];
	unsigned i;

	*crowd = (struct crowd){ .poller = contract_poller(0) };
	for (i = 0; i < CROWD; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		system_close(fds[1]);
		crowd->sources[i] = rig_watch(crowd->poller, fds[0], i,
		    IOSRC_READABLE | mode);
		crowd->wakers[i] = waker_of(crowd->poller, CROWD + i);
		assert_ok(iosrc_waker_wake(crowd->wakers[i]));
	}
}

static void crowd_close(struct crowd *crowd)
{
	unsigned i;

	for (i = 0; i < CROWD; i++) {
		assert_ok(iosrc_close(crowd->sources[i]));
		assert_ok(iosrc_waker_release(crowd->wakers[i]));
	}
	assert_ok(iosrc_poller_release(crowd->poller));
}

static void crowd_serve(struct crowd *crowd, size_t capacity, iosrc_bits mode)
{
	iosrc_event events[2 * CROWD];
	int64_t i,
	    got = iosrc_poller_wait(crowd->poller, events, capacity,
	        CONTRACT_SOON);

	assert_true(got >= 1 && got <= (int64_t)capacity);
	for (i = 0; i < got; i++) {
		uint64_t token = events[i].token;

		assert_true(token < 2 * CROWD);
		crowd->counts[token]++;
		if (token >= CROWD)
			assert_ok(
			    iosrc_waker_wake(crowd->wakers[token - CROWD]));
		else if (mode != IOSRC_LEVEL)
			assert_ok(iosrc_reregister(crowd->sources[token],
			    crowd->poller, token, IOSRC_READABLE | mode));
	}
}

static void crowd_progresses(size_t capacity, iosrc_bits mode)
{
	struct crowd crowd;
	unsigned i, waits;

	crowd_open(&crowd, mode);
	for (waits = 0; waits < 2000; waits++)
		crowd_serve(&crowd, capacity, mode);
	/* A fair share would be 125 at capacity 1. */
	for (i = 0; i < 2 * CROWD; i++)
		assert_true(crowd.counts[i] >= 30);
	crowd_close(&crowd);
}

static void contract_W7_both_progress_at_small_capacity(void **state)
{
	size_t capacity;

	(void)state;
	for (capacity = 1; capacity <= 4; capacity++) {
		crowd_progresses(capacity, IOSRC_LEVEL);
		crowd_progresses(capacity, IOSRC_ONESHOT);
		crowd_progresses(capacity, 0);
	}
}

/* One waker that never rests against edges that come only once. */
static void contract_W7_a_busy_waker_does_not_starve_edges(void **state)
{
	struct crowd crowd;
	iosrc_event event;
	unsigned i, waits, served = 0;

	(void)state;
	crowd_open(&crowd, 0);
	for (waits = 0; waits < 8 * CROWD && served < CROWD; waits++) {
		assert_int_equal(
		    iosrc_poller_wait(crowd.poller, &event, 1, CONTRACT_SOON),
		    1);
		assert_true(event.token < 2 * CROWD);
		served += event.token < CROWD;
		assert_int_equal(
		    crowd.counts[event.token] && event.token < CROWD, 0);
		crowd.counts[event.token]++;
		for (i = 0; i < CROWD; i++)
			assert_ok(iosrc_waker_wake(crowd.wakers[i]));
	}
	assert_int_equal(served, CROWD);
	crowd_close(&crowd);
}

const struct contract_test contract_family_w[] = {
	CONTRACT_TEST(contract_W1_a_wake_before_the_wait_is_seen),
	CONTRACT_TEST(contract_W1_a_wait_without_blocking_sees_a_wake),
	CONTRACT_TEST(contract_W1_n_wakes_give_an_event_and_then_quiet),
	CONTRACT_TEST(contract_W1_each_wake_after_its_event_gives_another),
	CONTRACT_TEST(contract_W1_a_wake_ends_a_blocked_wait),
	CONTRACT_TEST(contract_W1_each_woken_thread_wakes_the_next),
	CONTRACT_TEST_SECONDS(contract_W2_no_wake_is_lost_one_waiter, 120),
	CONTRACT_TEST_SECONDS(contract_W2_no_wake_is_lost_three_waiters, 120),
	CONTRACT_TEST_SECONDS(contract_W2_no_wake_is_lost_beside_source_traffic,
	    120),
	CONTRACT_TEST_SECONDS(
	    contract_W2_what_was_written_before_a_wake_is_seen, 60),
	CONTRACT_TEST(contract_W3_wake_then_register_then_wait),
	CONTRACT_TEST(contract_W3_wake_then_would_block_then_wait),
	CONTRACT_TEST(contract_W3_wake_beside_a_ready_source),
	CONTRACT_TEST(contract_W4_no_waker_hides_another),
	CONTRACT_TEST(contract_W4_two_wakers_of_one_token_are_two),
	CONTRACT_TEST(contract_W5_last_release_drops_a_latched_wake),
	CONTRACT_TEST(contract_W5_any_reference_keeps_the_wake),
	CONTRACT_TEST(contract_W5_a_dropped_wake_is_not_inherited),
	CONTRACT_TEST(contract_W5_waking_after_the_poller_is_gone),
	CONTRACT_TEST_SECONDS(contract_W5_release_while_others_wake, 60),
	CONTRACT_TEST_SECONDS(
	    contract_W5_last_reference_is_dropped_by_any_thread, 60),
	CONTRACT_TEST_SECONDS(contract_W5_poller_is_released_while_others_wake,
	    60),
	CONTRACT_TEST(contract_W6_no_system_call_while_nobody_is_blocked),
	CONTRACT_TEST(contract_W6_nor_after_a_wait_that_blocked),
	CONTRACT_TEST(contract_W6_a_wake_of_a_blocked_thread_enters_the_kernel),
	CONTRACT_TEST(contract_W7_both_progress_at_small_capacity),
	CONTRACT_TEST(contract_W7_a_busy_waker_does_not_starve_edges),
	CONTRACT_TEST(contract_W8_expose_is_refused_where_there_is_none),
	CONTRACT_TEST(contract_W8_level_watcher_sees_every_wake),
	CONTRACT_TEST(contract_W8_poll_watcher_sees_every_wake),
	CONTRACT_TEST(contract_W8_edge_watcher_sees_every_wake),
	CONTRACT_TEST(contract_W8_watchers_see_every_event),
	CONTRACT_TEST(contract_W8_a_wake_from_before_expose_shows),
	CONTRACT_TEST(contract_W8_what_does_not_fit_still_shows),
	CONTRACT_TEST_SECONDS(
	    contract_W8_edge_watcher_misses_no_wake_of_threads, 60),
	CONTRACT_TEST_SECONDS(contract_W9_wake_from_a_signal_handler, 60),
	CONTRACT_TEST_SECONDS(contract_W9_handler_interrupts_every_call, 60),
	CONTRACT_TEST(contract_W9_wake_in_a_handler_keeps_errno),
	{ NULL, NULL, 0 }
};
