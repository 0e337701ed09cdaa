/* SPDX-License-Identifier: MIT
 *
 * thread.h: what the library asks of the system's threads.
 */
#ifndef IOSRC_SYS_THREAD_H
#define IOSRC_SYS_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__GLIBC__) && defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h> /* glibc 2.32 */
#define IOSRC__HAS_SINGLE_THREADED
#endif
#endif

void iosrc__thread_yield(void);

/* Sleeps for `ns` (under a second); answers 0, or -1 when a signal came. No
 * point of cancellation: the caller may hold a lock. */
int iosrc__thread_sleep(int64_t ns);

/* Is this the only thread of the process, as far as the system tells? Then what
 * guards against other threads can be had without atomic operations, which are
 * a tenth of a registration's own cost. Not for what a signal handler touches:
 * the latch and the counters. */
#ifdef IOSRC__HAS_SINGLE_THREADED
static inline bool iosrc__thread_alone(void)
{
	return __libc_single_threaded;
}
#else
static inline bool iosrc__thread_alone(void)
{
	return false;
}
#endif

/* A wait, a kick and a close are no points of cancellation: a thread that
 * ended inside them would leave a count or a lock behind. Answers what
 * iosrc__thread_cancel_restore takes back. Async-signal-safe in glibc and
 * musl, where both are plain stores. */
int iosrc__thread_cancel_disable(void);
void iosrc__thread_cancel_restore(int state);

#endif
