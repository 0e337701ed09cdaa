/* SPDX-License-Identifier: MIT
 *
 * thread.c: yielding, sleeping and cancellation by POSIX threads.
 * Cancellation is async-signal-safe in glibc and musl: plain stores.
 */
#include <config.h>

#include "sys/thread.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

void iosrc__thread_yield(void)
{
	sched_yield();
}

int iosrc__thread_cancel_disable(void)
{
	int state = PTHREAD_CANCEL_ENABLE;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	return state;
}

void iosrc__thread_cancel_restore(int state)
{
	int ignored;

	pthread_setcancelstate(state, &ignored);
}

int iosrc__thread_sleep(int64_t ns)
{
	struct timespec time = { .tv_nsec = (long)ns };
	int cancel = iosrc__thread_cancel_disable();
	int result = nanosleep(&time, NULL);

	iosrc__thread_cancel_restore(cancel);
	return result;
}
