/* SPDX-License-Identifier: MIT
 *
 * wait.h: deadlines, and the loop around kernels in which several threads may
 * block at once.
 */
#ifndef IOSRC_WAIT_H
#define IOSRC_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "poller.h"

struct iosrc__deadline {
	int64_t timeout_ns; /* as the caller gave it: -1 for ever, 0 not at all
	                     */
	int64_t at;         /* monotonic, saturated; used when timeout_ns > 0 */
};

struct iosrc__deadline iosrc__deadline_after(int64_t timeout_ns);

/* What is left: -1 for ever, 0 once it is past, never negative otherwise. */
int64_t iosrc__deadline_left(const struct iosrc__deadline *deadline);

/* What is left in milliseconds for poll(2) and its kin: rounded up, so that
 * nothing fires early, and cut at INT32_MAX, after which one waits again. */
int iosrc__deadline_ms(int64_t left_ns);

/* What one call of the kernel gave. */
struct iosrc__collected {
	size_t count;        /* events translated */
	iosrc_status status; /* negative when the call failed */
	bool dropped;        /* some items were stale or spurious */
	bool full;           /* the array was full: more may be there */
};

/* How a wait's failed kernel call is answered: INTERRUPTED ends it only where
 * the poller was made for that (then true), else one waits on. */
bool iosrc__wait_fails(const iosrc_poller *poller, iosrc_status *status);

/* How much of the array the kernel may fill: a place is kept for what was
 * posted, in turn with the kernel's where there is but one. */
static inline size_t iosrc__wait_room(iosrc_poller *poller, size_t capacity,
    uint32_t word)
{
	if (!(word & IOSRC__LATCH_PENDING))
		return capacity;
	if (capacity > 1)
		return capacity - 1;
	return atomic_fetch_xor_explicit(&poller->latch.reserve, 1,
	    memory_order_relaxed);
}

/* After the kernel gave `count` events: takes what is posted into the room
 * that is left, or passes the word on to another thread when there is none.
 * `word` is the latch's, read after the kernel. Answers the new count. */
static inline size_t iosrc__wait_take(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, size_t count, uint32_t word)
{
	if (!(word & IOSRC__LATCH_PENDING))
		return count;
	if (count < capacity)
		return count +
		    iosrc__latch_take(poller, out_events + count,
		        capacity - count);
	if (word & (IOSRC__LATCH_EXPOSED | IOSRC__LATCH_SLEEPERS))
		iosrc__latch_kick(poller);
	return count;
}

/* The backend's wait without blocking. */
int64_t iosrc__wait_look(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity);

/* Holds a thread back that found nothing but stale items; false: a signal shall
 * end the wait. */
bool iosrc__wait_pause(const iosrc_poller *poller);

#endif
