/* SPDX-License-Identifier: MIT
 *
 * poller.h: what a poller is inside, and who may touch it.
 *
 * `references` are the caller's; the last one closes the kernel's object.
 * `holders` are what needs the memory: all references together count as one,
 * and so do each registered source and each waker, which hold on to the
 * poller weakly: the poller may be closed under them.
 */
#ifndef IOSRC_POLLER_H
#define IOSRC_POLLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <iosrc.h>

#include "handle_map.h"
#include "latch.h"
#include "registration.h"
#include "ring.h"
#include "sys/fork.h"
#include "sys/thread.h"

struct iosrc__backend;

/* As wide as a pointer, so that no processor needs a library for them: on
 * 32-bit systems they wrap at 2^32. */
struct iosrc__counters {
	_Atomic uintptr_t waits;
	_Atomic uintptr_t events;
	_Atomic uintptr_t kernel_wakes;
	_Atomic uintptr_t coalesced_wakes;
	_Atomic uintptr_t spurious;
	_Atomic uintptr_t stale;
	_Atomic uintptr_t rearms;
};

struct iosrc_poller {
	const struct iosrc__backend *backend;
	void *state; /* the backend's */
	/* A wait that does not block, of the only thread, while nothing is
	 * pending: the one whose nanoseconds count. A backend that has a
	 * shorter way for it sets it when it opens. */
	int64_t (*look)(iosrc_poller *poller, iosrc_event *out_events,
	    size_t capacity);
	struct iosrc__fork_mark fork;
	uint64_t capabilities;
	iosrc_flags flags;
	_Atomic uint32_t references;
	_Atomic uint32_t holders;
	_Atomic uint32_t gate; /* calls inside; the top bit says closed */
	struct iosrc__registrations registrations;
	struct iosrc__latch latch;
	struct iosrc__counters counters;
	struct iosrc__handle_map handles;
	struct iosrc__ring ring;
};

static inline void iosrc__count(_Atomic uintptr_t *counter, uintptr_t by)
{
	atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* In the only thread, for what no signal handler counts. */
static inline void iosrc__count_alone(_Atomic uintptr_t *counter, uintptr_t by)
{
	atomic_store_explicit(counter,
	    atomic_load_explicit(counter, memory_order_relaxed) + by,
	    memory_order_relaxed);
}

/* For what no signal handler counts. */
static inline void iosrc__count_call(_Atomic uintptr_t *counter, uintptr_t by)
{
	if (iosrc__thread_alone())
		iosrc__count_alone(counter, by);
	else
		iosrc__count(counter, by);
}

static inline bool iosrc__poller_forked(const iosrc_poller *poller)
{
	return iosrc__fork_happened(&poller->fork);
}

static inline bool iosrc__poller_closed(const iosrc_poller *poller)
{
	return atomic_load_explicit(&poller->references,
	           memory_order_acquire) == 0;
}

/* FORKED, CLOSED or OK: the first thing each call asks. */
static inline iosrc_status iosrc__poller_check(const iosrc_poller *poller)
{
	if (iosrc__poller_forked(poller))
		return IOSRC_E_FORKED;
	return iosrc__poller_closed(poller) ? IOSRC_E_CLOSED : IOSRC_OK;
}

/* The same without a system call: false where that takes one, too. */
static inline bool iosrc__poller_surely_open(const iosrc_poller *poller)
{
	return iosrc__fork_surely_not(&poller->fork) &&
	    !iosrc__poller_closed(poller);
}

static inline void iosrc__poller_hold(iosrc_poller *poller, bool alone)
{
	if (alone)
		atomic_store_explicit(&poller->holders,
		    atomic_load_explicit(&poller->holders,
		        memory_order_relaxed) +
		        1,
		    memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&poller->holders, 1,
		    memory_order_acq_rel);
}

/* The last holder is gone. */
void iosrc__poller_free(iosrc_poller *poller);

static inline void iosrc__poller_let_go(iosrc_poller *poller, bool alone)
{
	uint32_t holders = atomic_load_explicit(&poller->holders,
	    memory_order_relaxed);

	if (alone)
		atomic_store_explicit(&poller->holders, holders - 1,
		    memory_order_relaxed);
	else
		holders = atomic_fetch_sub_explicit(&poller->holders, 1,
		    memory_order_acq_rel);
	if (holders == 1)
		iosrc__poller_free(poller);
}

/* The gate: around each kernel call made without a reference of the caller's
 * own, so that the last release cannot close the handles under it. False:
 * they are closed. */
bool iosrc__poller_enter(iosrc_poller *poller);
void iosrc__poller_leave(iosrc_poller *poller);

#endif
