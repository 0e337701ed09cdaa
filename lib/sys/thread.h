/* SPDX-License-Identifier: MIT
 *
 * thread.h: what the library asks of the system's threads. thread_alone.h,
 * from the system's folder, has inline
 *
 *	bool iosrc__thread_alone(void);
 *		is this the only thread of the process, as far as the system
 *		tells?
 *
 * Then what guards against other threads can be had without atomic operations,
 * which are a tenth of a registration's own cost. Not for what a signal handler
 * touches: the latch and the counters.
 */
#ifndef IOSRC_SYS_THREAD_H
#define IOSRC_SYS_THREAD_H

#include <stdint.h>

#include "thread_alone.h"

void iosrc__thread_yield(void);

/* Sleeps for `ns` (under a second); answers 0, or -1 when a signal came. No
 * point of cancellation: the caller may hold a lock. */
int iosrc__thread_sleep(int64_t ns);

/* A wait, a kick and a close are no points of cancellation: a thread that
 * ended inside them would leave a count or a lock behind. Answers what
 * iosrc__thread_cancel_restore takes back. May be called where the system
 * interrupts a thread for a handler of signals. */
int iosrc__thread_cancel_disable(void);
void iosrc__thread_cancel_restore(int state);

#endif
