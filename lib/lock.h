/* SPDX-License-Identifier: MIT
 *
 * lock.h: a lock of four bytes, for what is held only for some instructions
 * or one kernel call that does not block, and nearly never contended: one
 * source's own changes, one entry of the handle map, the free lists.
 * Free it costs one atomic operation; contended it pauses ever longer and in
 * the end sleeps, so that threads of real-time priority cannot lock up.
 */
#ifndef IOSRC_LOCK_H
#define IOSRC_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sys/thread.h"

struct iosrc__lock {
	_Atomic uint32_t held;
};

/* One more pause in a loop that waits for another thread; `attempt` counts
 * them from 0: first the processor is given up, later the thread sleeps. */
void iosrc__lock_pause(unsigned attempt);

void iosrc__lock_contended(struct iosrc__lock *lock);
bool iosrc__lock_contended_as(struct iosrc__lock *lock, uint32_t process);

static inline bool iosrc__lock_try(struct iosrc__lock *lock, uint32_t holder)
{
	uint32_t expected = 0;

	if (iosrc__thread_alone() &&
	    atomic_load_explicit(&lock->held, memory_order_relaxed) == 0) {
		atomic_store_explicit(&lock->held, holder,
		    memory_order_relaxed);
		return true;
	}
	return atomic_compare_exchange_strong_explicit(&lock->held, &expected,
	    holder, memory_order_acquire, memory_order_relaxed);
}

static inline void iosrc__lock_acquire(struct iosrc__lock *lock)
{
	if (!iosrc__lock_try(lock, 1))
		iosrc__lock_contended(lock);
}

/* The same for who knows whether other threads are there to be kept out. */
static inline void iosrc__lock_acquire_unless(bool alone,
    struct iosrc__lock *lock)
{
	if (!alone)
		iosrc__lock_acquire(lock);
}

/* For a lock that a forked child may find held by a thread of its parent,
 * which will never let go: the holder leaves its process's id (never 0).
 * False: that is so, and the lock was not taken. */
static inline bool iosrc__lock_acquire_as(struct iosrc__lock *lock,
    uint32_t process)
{
	return iosrc__lock_try(lock, process) ||
	    iosrc__lock_contended_as(lock, process);
}

static inline void iosrc__lock_release(struct iosrc__lock *lock)
{
	atomic_store_explicit(&lock->held, 0, memory_order_release);
}

static inline void iosrc__lock_release_unless(bool alone,
    struct iosrc__lock *lock)
{
	if (!alone)
		iosrc__lock_release(lock);
}

#endif
