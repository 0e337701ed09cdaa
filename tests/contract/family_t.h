/* SPDX-License-Identifier: MIT
 *
 * family_t.h: a wait in a thread of its own, a wait that must time out, and
 * the tests of family T that do not stand beside its table.
 */
#ifndef CONTRACT_FAMILY_T_H
#define CONTRACT_FAMILY_T_H

#include "family_rig.h"

#include <stdatomic.h>
#include <string.h>

#define US INT64_C(1000)

/* What overflows somewhere: 2^31 and 2^32 ms (24.8 and 49.7 days) and their
 * neighbours, 2^31 and 2^32 s, and all that there is. Cut to 32 bits some of
 * them end at once, or make the wait spin. */
static const int64_t absurd[] = {
	INT64_C(2147483647000000),
	INT64_C(2147483648000000),
	INT64_C(4294967295000000),
	INT64_C(4294967296000000),
	INT64_C(4294967297000001),
	INT64_C(2147483648000000000),
	INT64_C(4294967296000000000),
	INT64_C(3000000000000000001),
	INT64_MAX - 999999,
	INT64_MAX - 1,
	INT64_MAX,
};
#define ABSURD (sizeof(absurd) / sizeof(absurd[0]))

static inline int64_t time_slow(int64_t ns)
{
	return ns * (int64_t)contract_slowness();
}

/* A wait in a thread of its own. */
struct waiting {
	iosrc_poller *poller;
	int64_t timeout_ns;
	int64_t took_ns;
	int64_t cpu_ns;
	int64_t count;
	iosrc_event event;
	atomic_uint started;
	atomic_uint ended;
	system_thread thread;
};

static inline void *waiting_body(void *user)
{
	struct waiting *waiting = user;
	int64_t start;

	atomic_store(&waiting->started, 1);
	start = contract_now();
	waiting->count = iosrc_poller_wait(waiting->poller, &waiting->event, 1,
	    waiting->timeout_ns);
	waiting->took_ns = contract_now() - start;
	waiting->cpu_ns = system_thread_cpu();
	atomic_store(&waiting->ended, 1);
	return NULL;
}

static inline void waiting_start(struct waiting *waiting, iosrc_poller *poller,
    int64_t timeout_ns)
{
	memset(waiting, 0, sizeof(*waiting));
	waiting->poller = poller;
	waiting->timeout_ns = timeout_ns;
	rig_start(&waiting->thread, waiting_body, waiting);
}

static inline int waiting_ends_within(struct waiting *waiting, int64_t ns)
{
	int64_t end = contract_now() + ns;

	while (!atomic_load(&waiting->ended) && contract_now() < end)
		system_sleep(CONTRACT_MS);
	return atomic_load(&waiting->ended) != 0;
}

static inline void waiting_join(struct waiting *waiting, uint64_t token)
{
	assert_true(waiting_ends_within(waiting, time_slow(CONTRACT_SOON)));
	system_thread_join(waiting->thread);
	assert_int_equal(waiting->count, 1);
	assert_int_equal(waiting->event.token, token);
	assert_bits(waiting->event.ready, IOSRC_READABLE);
}

static inline void wait_times_out(iosrc_poller *poller, int64_t timeout_ns)
{
	iosrc_event event;
	int64_t start = contract_now();
	int64_t took;

	assert_int_equal(iosrc_poller_wait(poller, &event, 1, timeout_ns), 0);
	took = contract_now() - start;
	assert_true(took >= timeout_ns);
	contract_in_time(took, timeout_ns + time_slow(3000 * CONTRACT_MS));
}

void contract_T4_absurd_timeouts_outlast_signals(void **state);
void contract_T5_signals_do_not_end_or_stretch_a_wait(void **state);
void contract_T5_signals_in_a_crowd_of_waiting_threads(void **state);
void contract_T5_interruptible_ends_at_the_first_signal(void **state);
void contract_T5_interruptible_in_a_crowd(void **state);
void contract_T8_minus_one_never_answers_0(void **state);
void contract_T8_stirred_timeouts_are_checked_by_the_clock(void **state);
void contract_T8_dropped_wakes_do_not_end_a_wait(void **state);
void contract_T8_stale_events_do_not_end_a_wait(void **state);

#endif
