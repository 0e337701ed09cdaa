/* SPDX-License-Identifier: MIT
 *
 * waker.c: wakers, which are posts of the latch with a token.
 *
 * A waker is shared among threads and so counted like a poller. Waking takes
 * no lock and makes no call but the kick, so that a signal handler may do it.
 */
#include <stdlib.h>

#include <iosrc.h>

#include "poller.h"

struct iosrc_waker {
	iosrc_poller *poller;
	uint64_t registration;
	struct iosrc__post_place place;
	_Atomic uint32_t references;
};

iosrc_status iosrc_waker_create(iosrc_poller *poller, uint64_t token,
    iosrc_waker **out_waker)
{
	struct iosrc__registered what = { token, 0, NULL };
	iosrc_waker *waker;
	iosrc_status status;

	if (!poller || !out_waker)
		return IOSRC_E_INVALID;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	waker = calloc(1, sizeof(*waker));
	if (!waker)
		return IOSRC_E_NO_MEMORY;
	if (!iosrc__latch_alloc(poller, &waker->place)) {
		free(waker);
		return IOSRC_E_NO_MEMORY;
	}
	waker->poller = poller;
	waker->registration = iosrc__registration_publish(
	    &poller->registrations, iosrc__post_at(waker->place)->slot, &what);
	atomic_init(&waker->references, 1);
	iosrc__poller_hold(poller, iosrc__thread_alone());
	*out_waker = waker;
	return IOSRC_OK;
}

iosrc_status iosrc_waker_wake(iosrc_waker *waker)
{
	iosrc_poller *poller;
	iosrc_status status;
	bool kicked;

	if (!waker)
		return IOSRC_E_INVALID;
	poller = waker->poller;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	status = iosrc__latch_post(poller, waker->place,
	    iosrc__registration_generation(waker->registration), &kicked);
	iosrc__count(kicked ? &poller->counters.kernel_wakes
	                    : &poller->counters.coalesced_wakes,
	    1);
	return status;
}

iosrc_status iosrc_waker_retain(iosrc_waker *waker)
{
	if (!waker)
		return IOSRC_E_INVALID;
	if (iosrc__poller_forked(waker->poller))
		return IOSRC_E_FORKED;
	atomic_fetch_add_explicit(&waker->references, 1, memory_order_relaxed);
	return IOSRC_OK;
}

iosrc_status iosrc_waker_release(iosrc_waker *waker)
{
	iosrc_poller *poller;

	if (!waker)
		return IOSRC_OK;
	if (atomic_fetch_sub_explicit(&waker->references, 1,
	        memory_order_acq_rel) != 1)
		return IOSRC_OK;
	poller = waker->poller;
	/* A forked child leaves the table alone: a thread of the parent may
	 * have held its lock. */
	if (!iosrc__poller_forked(poller)) {
		iosrc__registration_end(&poller->registrations,
		    waker->registration);
		iosrc__latch_free(poller, waker->place);
	}
	iosrc__poller_let_go(poller, iosrc__thread_alone());
	free(waker);
	return IOSRC_OK;
}
