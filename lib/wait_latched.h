/* SPDX-License-Identifier: MIT
 *
 * wait_latched.h: the wait of the backends in whose kernel several threads may
 * block at once. Who includes it defines iosrc__collect.
 */
#ifndef IOSRC_WAIT_LATCHED_H
#define IOSRC_WAIT_LATCHED_H

#include "sys/thread.h"
#include "wait.h"

/* Calls the kernel once, blocking for `left_ns` at most, and translates. */
static struct iosrc__collected iosrc__collect(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int64_t left_ns);

/* Kernel calls in a row that gave nothing but stale items before each further
 * one is held back: a closed handle whose description lives on in a duplicate
 * keeps firing, hundreds of thousands of times a second. */
#define IOSRC__FRUITLESS_CALLS 16

/* The loop of the backends in whose kernel several threads may block at once.
 * A thread counts itself in as a sleeper before it blocks, unless something
 * is pending by then. The order of the steps is what the latch relies on
 * (latch.h); tests/model/wake.pml checks it.
 *
 * Inline, with the collect function, because it is the path of every event: on
 * processors that guard returns, each level of calls above the kernel's costs
 * 5 ns. */
static inline __attribute__((always_inline)) int64_t iosrc__wait_loop(
    iosrc_poller *poller, iosrc_event *out_events, size_t capacity,
    int64_t timeout_ns)
{
	_Atomic uint32_t *latch = &poller->latch.word;
	struct iosrc__deadline deadline = { timeout_ns, 0 };
	int64_t left_ns = timeout_ns;
	unsigned fruitless = 0;

	if (timeout_ns > 0)
		deadline = iosrc__deadline_after(timeout_ns);
	for (;;) {
		uint32_t word = atomic_load_explicit(latch,
		    memory_order_acquire);
		int64_t sleep_ns = word & IOSRC__LATCH_PENDING ? 0 : left_ns;
		size_t room = iosrc__wait_room(poller, capacity, word);
		struct iosrc__collected got = { 0 };
		size_t count;

		if (sleep_ns != 0 &&
		    atomic_fetch_add_explicit(latch, 1, memory_order_acq_rel) &
		        IOSRC__LATCH_PENDING) {
			atomic_fetch_sub_explicit(latch, 1,
			    memory_order_acq_rel);
			continue;
		}
		if (room)
			got = iosrc__collect(poller, out_events, room,
			    sleep_ns);
		word = sleep_ns != 0
		    ? atomic_fetch_sub_explicit(latch, 1,
		          memory_order_acq_rel) -
		        1
		    : atomic_load_explicit(latch, memory_order_acquire);
		count = iosrc__wait_take(poller, out_events, capacity,
		    got.count, word);
		if (count) {
			iosrc__count_call(&poller->counters.events, count);
			return (int64_t)count;
		}
		if (got.status < 0 && iosrc__wait_fails(poller, &got.status))
			return got.status;
		if (room == 0)
			continue;
		fruitless += got.dropped;
		if (left_ns != 0)
			left_ns = iosrc__deadline_left(&deadline);
		/* A full array of nothing: more may be behind it. */
		if (got.full && fruitless < IOSRC__FRUITLESS_CALLS)
			continue;
		if (left_ns == 0)
			return 0;
		if (fruitless >= IOSRC__FRUITLESS_CALLS &&
		    !iosrc__wait_pause(poller))
			return IOSRC_E_INTERRUPTED;
	}
}

/* Out of line, so that what a backend does in front of it saves no register
 * for it. */
static __attribute__((noinline)) int64_t iosrc__wait_latched(
    iosrc_poller *poller, iosrc_event *out_events, size_t capacity,
    int64_t timeout_ns)
{
	/* Nobody cancels the only thread but itself. */
	bool alone = iosrc__thread_alone();
	int cancel = alone ? 0 : iosrc__thread_cancel_disable();
	int64_t count = iosrc__wait_loop(poller, out_events, capacity,
	    timeout_ns);

	if (!alone)
		iosrc__thread_cancel_restore(cancel);
	return count;
}

#endif
