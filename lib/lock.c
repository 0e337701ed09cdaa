/* SPDX-License-Identifier: MIT
 *
 * lock.c: the contended half of the four-byte lock.
 */
#include "lock.h"

#include "sys/fork.h"
#include "sys/thread.h"

void iosrc__lock_pause(unsigned attempt)
{
	enum { YIELDS = 32 };

	if (attempt < YIELDS)
		iosrc__thread_yield();
	else
		iosrc__thread_sleep(50000);
}

void iosrc__lock_contended(struct iosrc__lock *lock)
{
	unsigned attempt = 0;

	while (!iosrc__lock_try(lock, 1))
		iosrc__lock_pause(attempt++);
}

bool iosrc__lock_contended_as(struct iosrc__lock *lock, uint32_t process)
{
	/* Long enough (10 ms) for a holder of this process to be gone that
	 * left the id of the one in which the object was registered last. */
	enum { PATIENCE = 256 };

	for (unsigned attempt = 0; !iosrc__lock_try(lock, process); attempt++) {
		uint32_t holder = atomic_load_explicit(&lock->held,
		    memory_order_relaxed);

		if (attempt >= PATIENCE && holder != 0 &&
		    holder != iosrc__process_id())
			return false;
		iosrc__lock_pause(attempt);
	}
	return true;
}
