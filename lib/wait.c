/* SPDX-License-Identifier: MIT
 *
 * wait.c: the public wait, deadlines, and the rare turns of a wait's loop.
 */
#include "wait.h"

#include "backend.h"
#include "options.h"
#include "poller.h"
#include "sys/clock.h"
#include "sys/thread.h"

#define PAUSE_NS 1000000

/* ---- deadlines ---- */

struct iosrc__deadline iosrc__deadline_after(int64_t timeout_ns)
{
	struct iosrc__deadline deadline = { timeout_ns, 0 };
	int64_t now;

	if (timeout_ns <= 0)
		return deadline;
	now = iosrc__clock_now();
	deadline.at = timeout_ns > INT64_MAX - now ? INT64_MAX
	                                           : now + timeout_ns;
	return deadline;
}

int64_t iosrc__deadline_left(const struct iosrc__deadline *deadline)
{
	int64_t now;

	if (deadline->timeout_ns <= 0)
		return deadline->timeout_ns;
	now = iosrc__clock_now();
	return now < deadline->at ? deadline->at - now : 0;
}

int iosrc__deadline_ms(int64_t left_ns)
{
	int64_t ms;

	if (left_ns < 0)
		return -1;
	ms = left_ns / 1000000 + (left_ns % 1000000 != 0);
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* ---- what every backend's wait shares ---- */

bool iosrc__wait_fails(const iosrc_poller *poller, iosrc_status *status)
{
	if (iosrc_status_kind(*status) != IOSRC_KIND_INTERRUPTED)
		return true;
	*status = IOSRC_E_INTERRUPTED;
	return (poller->flags & IOSRC_POLLER_INTERRUPTIBLE) != 0;
}

bool iosrc__wait_pause(const iosrc_poller *poller)
{
	return iosrc__thread_sleep(PAUSE_NS) == 0 ||
	    !(poller->flags & IOSRC_POLLER_INTERRUPTIBLE);
}

/* ---- the public call ---- */

/* Behind the checks of the arguments. */
static inline int64_t wait_checked(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int64_t timeout_ns)
{
	iosrc__count_call(&poller->counters.waits, 1);
	return poller->backend->wait(poller, out_events, capacity, timeout_ns);
}

int64_t iosrc__wait_look(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity)
{
	return poller->backend->wait(poller, out_events, capacity, 0);
}

/* Kept out of line, so that the wait itself has nothing to save. */
static __attribute__((noinline)) int64_t wait_refused_or_asked(
    iosrc_poller *poller, iosrc_event *out_events, size_t capacity,
    int64_t timeout_ns)
{
	iosrc_status status = iosrc__poller_check(poller);

	if (status < 0)
		return status;
	return wait_checked(poller, out_events, capacity, timeout_ns);
}

int64_t iosrc_poller_wait(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	/* A capacity of 0 becomes a huge one. */
	if (!poller || !out_events || capacity - 1 >= IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	if (timeout_ns == 0 && iosrc__latch_is_quiet(&poller->latch) &&
	    iosrc__fork_surely_not(&poller->fork) && iosrc__thread_alone()) {
		iosrc__count_alone(&poller->counters.waits, 1);
		return poller->look(poller, out_events, capacity);
	}
	if (timeout_ns < -1)
		return IOSRC_E_INVALID;
	if (!iosrc__poller_surely_open(poller))
		return wait_refused_or_asked(poller, out_events, capacity,
		    timeout_ns);
	return wait_checked(poller, out_events, capacity, timeout_ns);
}
