/* SPDX-License-Identifier: MIT
 *
 * family_t.c: how long a wait takes. Never early is measured from before the
 * call to after it on the monotonic clock, so a slow machine cannot fail it;
 * upper bounds are few and stretched by contract_slowness. The table of the
 * family; signals and other disturbances are in family_t_stir.c.
 */
#include "family_t.h"

#include <stdlib.h>

/* ---- T1, T6: arguments ---- */

static void contract_T1_zero_does_not_block(void **state)
{
	struct rig rig;
	iosrc_event event;
	int64_t start;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	start = contract_now();
	for (i = 0; i < 100; i++)
		assert_int_equal(iosrc_poller_wait(rig.poller, &event, 1, 0),
		    0);
	contract_in_time(contract_now() - start, time_slow(CONTRACT_MS * 500));
	rig_shut(&rig);
}

static void contract_T1_zero_reports_what_is_ready(void **state)
{
	iosrc_event events[4];
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		contract_write(rig.peer, "now", 3);
		system_sleep(2 * CONTRACT_MS);
		assert_int_equal(iosrc_poller_wait(rig.poller, events, 4, 0),
		    1);
		assert_int_equal(events[0].token, RIG_TOKEN);
		assert_int_equal(iosrc_poller_wait(rig.poller, events, 4, 0),
		    0);
		rig_shut(&rig);
	}
}

static void contract_T1_minus_one_blocks_until_an_event(void **state)
{
	struct waiting waiting;
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	waiting_start(&waiting, rig.poller, -1);
	assert_false(waiting_ends_within(&waiting, 100 * CONTRACT_MS));
	contract_write(rig.peer, "end", 3);
	waiting_join(&waiting, RIG_TOKEN);
	rig_shut(&rig);
}

static void contract_T1_other_negatives_are_invalid(void **state)
{
	static const int64_t bad[] = { -2, -3, -1000, -1000000, -1000000000,
		INT32_MIN, INT64_C(-4294967295), INT64_C(-4294967296),
		INT64_MIN, INT64_MIN + 1 };
	struct rig rig;
	iosrc_event event;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "kept", 4);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(iosrc_poller_wait(rig.poller, &event, 1, bad[i]),
		    IOSRC_E_INVALID);
	assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
	rig_shut(&rig);
}

static void refused_arguments(iosrc_poller *poller, int64_t timeout)
{
	static const size_t bad[] = { 0, (size_t)INT32_MAX + 1,
		(size_t)UINT32_MAX, SIZE_MAX / 2 + 1, SIZE_MAX - 1, SIZE_MAX };
	iosrc_event event;
	iosrc_event blank;
	size_t i;

	memset(&blank, 0x5a, sizeof(blank));
	event = blank;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(
		    iosrc_poller_wait(poller, &event, bad[i], timeout),
		    IOSRC_E_INVALID);
	assert_memory_equal(&event, &blank, sizeof(event));
	assert_status(iosrc_poller_wait(poller, NULL, 1, timeout),
	    IOSRC_E_INVALID);
	assert_status(iosrc_poller_wait(poller, NULL, 0, timeout),
	    IOSRC_E_INVALID);
	assert_status(iosrc_poller_wait(NULL, &event, 1, timeout),
	    IOSRC_E_INVALID);
}

static void contract_T6_capacity_and_events_are_checked(void **state)
{
	static const int64_t timeouts[] = { 0, 1, -1, INT64_MAX };
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "kept", 4);
	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++)
		refused_arguments(rig.poller, timeouts[i]);
	assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

/* The largest capacity is legal: no array of that size is ever made. */
static void contract_T6_large_capacity_is_legal(void **state)
{
	static iosrc_event events[4096];
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "few", 3);
	assert_int_equal(rig_wait(rig.poller, events, 4096, 5000), 1);
	assert_int_equal(rig_drain(rig.source), 3);
	assert_int_equal(rig_wait(rig.poller, events, 4096, 1), 0);
	rig_shut(&rig);
}

/* ---- T2, T3: never early, and not much later ---- */

#define SLEEPERS 32

struct sampler {
	iosrc_poller *poller;
	uint64_t seed;
	uint64_t samples;
	uint64_t early;
	uint64_t wrong;
	int64_t earliest; /* the worst: took less timeout, ns */
	system_thread thread;
};

static void *sampler_body(void *user)
{
	struct sampler *sampler = user;
	iosrc_event event;
	uint64_t i;

	for (i = 0; i < sampler->samples; i++) {
		int64_t timeout = US +
		    (int64_t)(rig_random(&sampler->seed) %
		        (uint64_t)(20 * CONTRACT_MS - US + 1));
		int64_t start = contract_now();
		int64_t count = iosrc_poller_wait(sampler->poller, &event, 1,
		    timeout);
		int64_t over = contract_now() - start - timeout;

		sampler->wrong += count != 0;
		sampler->early += over < 0;
		if (over < sampler->earliest)
			sampler->earliest = over;
	}
	return NULL;
}

/* Threads in groups of this size share a poller. */
static void never_early(unsigned group, uint64_t samples)
{
	static struct sampler samplers[SLEEPERS];
	uint64_t each = (contract_scale(samples) + SLEEPERS - 1) / SLEEPERS;
	unsigned i;

	memset(samplers, 0, sizeof(samplers));
	for (i = 0; i < SLEEPERS; i++) {
		samplers[i].poller = i % group == 0 ? contract_poller(0)
		                                    : samplers[i - 1].poller;
		samplers[i].seed = UINT64_C(0x853c49e6748fea9b) * (i + 1);
		samplers[i].samples = each;
		rig_start(&samplers[i].thread, sampler_body, &samplers[i]);
	}
	for (i = 0; i < SLEEPERS; i++)
		system_thread_join(samplers[i].thread);
	for (i = 0; i < SLEEPERS; i++) {
		assert_int_equal(samplers[i].wrong, 0);
		if (samplers[i].early != 0)
			fail_msg("%llu early, the worst by %lld ns",
			    (unsigned long long)samplers[i].early,
			    (long long)-samplers[i].earliest);
		if (i % group == 0)
			assert_ok(iosrc_poller_release(samplers[i].poller));
	}
}

static void contract_T2_random_timeouts_are_never_early(void **state)
{
	(void)state;
	never_early(1, 10000);
}

static void contract_T2_never_early_with_threads_on_one_poller(void **state)
{
	(void)state;
	never_early(8, 10000);
}

static int by_time(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static int64_t median_wait(iosrc_poller *poller, int64_t timeout_ns)
{
	static int64_t took[501];
	iosrc_event event;
	int64_t start;
	size_t i;

	for (i = 0; i < 501; i++) {
		start = contract_now();
		assert_int_equal(
		    iosrc_poller_wait(poller, &event, 1, timeout_ns), 0);
		took[i] = contract_now() - start;
		assert_true(took[i] >= timeout_ns);
	}
	qsort(took, 501, sizeof(took[0]), by_time);
	return took[250];
}

static void contract_T3_100_us_end_under_1_ms(void **state)
{
	struct rig rig;
	int64_t median;

	(void)state;
	if (!contract_can(IOSRC_CAN_WAIT_BELOW_MS))
		contract_skip("the backend lacks IOSRC_CAN_WAIT_BELOW_MS");
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	median = median_wait(rig.poller, 100 * US);
	print_message("median of 100 us: %lld ns\n", (long long)median);
	contract_in_time(median, time_slow(CONTRACT_MS));
	rig_shut(&rig);
}

/* ---- T4: extreme timeouts ---- */

static void contract_T4_absurd_timeouts_end_by_an_event(void **state)
{
	struct waiting waiting;
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < ABSURD; i++) {
		waiting_start(&waiting, rig.poller, absurd[i]);
		assert_false(waiting_ends_within(&waiting, 50 * CONTRACT_MS));
		contract_write(rig.peer, "end", 3);
		waiting_join(&waiting, RIG_TOKEN);
		contract_in_time(waiting.cpu_ns, time_slow(25 * CONTRACT_MS));
		assert_int_equal(rig_drain(rig.source), 3);
	}
	rig_shut(&rig);
}

static void contract_T4_absurd_timeouts_end_by_a_wake(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	struct waiting waiting;
	iosrc_waker *waker;
	size_t i;

	(void)state;
	assert_ok(iosrc_waker_create(poller, 7, &waker));
	for (i = 0; i < ABSURD; i++) {
		waiting_start(&waiting, poller, absurd[i]);
		assert_false(waiting_ends_within(&waiting, 50 * CONTRACT_MS));
		assert_ok(iosrc_waker_wake(waker));
		waiting_join(&waiting, 7);
		contract_in_time(waiting.cpu_ns, time_slow(25 * CONTRACT_MS));
	}
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

static void contract_T4_tiny_timeouts_are_not_early(void **state)
{
	static const int64_t tiny[] = { 1, 2, 999, 1000, 1001, 999999, 1000000,
		1000001, 1999999 };
	iosrc_poller *poller = contract_poller(0);
	iosrc_event event;
	int64_t start;
	unsigned round;
	size_t i;

	(void)state;
	for (round = 0; round < 50; round++) {
		for (i = 0; i < sizeof(tiny) / sizeof(tiny[0]); i++) {
			start = contract_now();
			assert_int_equal(
			    iosrc_poller_wait(poller, &event, 1, tiny[i]), 0);
			assert_true(contract_now() - start >= tiny[i]);
		}
	}
	assert_ok(iosrc_poller_release(poller));
}

/* ---- T7: nothing to report ---- */

static void contract_T7_nothing_registered_times_out(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker;

	(void)state;
	wait_times_out(poller, 0);
	wait_times_out(poller, 50 * CONTRACT_MS);
	wait_times_out(poller, 50 * CONTRACT_MS + 1);
	assert_ok(iosrc_waker_create(poller, 1, &waker));
	wait_times_out(poller, 50 * CONTRACT_MS);
	assert_ok(iosrc_waker_release(waker));
	wait_times_out(poller, 50 * CONTRACT_MS);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_T7_nothing_left_or_all_paused_times_out(void **state)
{
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		contract_write(rig.peer, "ready", 5);
		rig_again(&rig, 0);
		wait_times_out(rig.poller, 20 * CONTRACT_MS);
		rig_again(&rig, IOSRC_LEVEL);
		wait_times_out(rig.poller, 20 * CONTRACT_MS);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		wait_times_out(rig.poller, 20 * CONTRACT_MS);
		rig_shut(&rig);
	}
}

const struct contract_test contract_family_t[] = {
	CONTRACT_TEST(contract_T1_zero_does_not_block),
	CONTRACT_TEST(contract_T1_zero_reports_what_is_ready),
	CONTRACT_TEST(contract_T1_minus_one_blocks_until_an_event),
	CONTRACT_TEST(contract_T1_other_negatives_are_invalid),
	CONTRACT_TEST_SECONDS(contract_T2_random_timeouts_are_never_early, 90),
	CONTRACT_TEST_SECONDS(
	    contract_T2_never_early_with_threads_on_one_poller, 90),
	CONTRACT_TEST(contract_T3_100_us_end_under_1_ms),
	CONTRACT_TEST(contract_T4_absurd_timeouts_end_by_an_event),
	CONTRACT_TEST(contract_T4_absurd_timeouts_end_by_a_wake),
	CONTRACT_TEST(contract_T4_absurd_timeouts_outlast_signals),
	CONTRACT_TEST(contract_T4_tiny_timeouts_are_not_early),
	CONTRACT_TEST(contract_T5_signals_do_not_end_or_stretch_a_wait),
	CONTRACT_TEST(contract_T5_signals_in_a_crowd_of_waiting_threads),
	CONTRACT_TEST(contract_T5_interruptible_ends_at_the_first_signal),
	CONTRACT_TEST(contract_T5_interruptible_in_a_crowd),
	CONTRACT_TEST(contract_T6_capacity_and_events_are_checked),
	CONTRACT_TEST(contract_T6_large_capacity_is_legal),
	CONTRACT_TEST(contract_T7_nothing_registered_times_out),
	CONTRACT_TEST(contract_T7_nothing_left_or_all_paused_times_out),
	CONTRACT_TEST(contract_T8_minus_one_never_answers_0),
	CONTRACT_TEST(contract_T8_stirred_timeouts_are_checked_by_the_clock),
	CONTRACT_TEST(contract_T8_dropped_wakes_do_not_end_a_wait),
	CONTRACT_TEST(contract_T8_stale_events_do_not_end_a_wait),
	{ NULL, NULL, 0 }
};
