/* SPDX-License-Identifier: MIT
 *
 * wakers.h: ending a wait. Times are CPU times of the thread that wakes but
 * for pingpong, which takes the clock on the wall.
 *
 *     wake self       a wake and the wait that answers it
 *     wake pending    a wake while one is pending
 *     wake awake      a wake from another thread while the loop's is busy
 *     wake asleep     the wake alone, from another thread, of a loop that waits
 *     wake pingpong   from a wake to the woken thread's next step, both asleep
 */
#ifndef BENCH_WAKERS_H
#define BENCH_WAKERS_H

#include "bench/c/load.h"

#include <pthread.h>
#include <stdatomic.h>

struct waking {
	struct loop *loops[2];
	size_t wanted;
	int64_t took;
	_Atomic size_t asked; /* wakes that were begun */
	_Atomic size_t seen;  /* by the loop's thread */
	_Atomic int over;
};

static inline void wake_count(size_t i, void *user)
{
	check(i == WAKER, "not the waker");
	++*(size_t *)user;
}

/* At least one event; wakes of before may come along. */
ALWAYS_INLINE void await_wake(struct loop *loop, int64_t timeout_ns)
{
	size_t seen = 0;

	while (seen == 0)
		adapter.wait(loop, timeout_ns, wake_count, &seen);
}

static void wake_self(struct waking *waking)
{
	struct loop *loop = waking->loops[0];
	size_t done = 0;
	int64_t began = cpu_ns();

	for (; done < waking->wanted; done++) {
		adapter.wake(loop);
		await_wake(loop, 0);
	}
	waking->took = cpu_ns() - began;
	waking->seen = done;
}

static void wake_pending(struct waking *waking)
{
	size_t done = 0, seen = 0;
	int64_t began;

	adapter.wake(waking->loops[0]);
	began = cpu_ns();
	for (; done < waking->wanted; done++)
		adapter.wake(waking->loops[0]);
	waking->took = cpu_ns() - began;
	adapter.wait(waking->loops[0], 0, wake_count, &seen);
	check(seen >= 1, "wakes lost");
	waking->seen = done;
}

static void *awake_thread(void *user)
{
	struct waking *waking = user;
	size_t done = 0;
	int64_t began = thread_cpu_ns();

	for (; done < waking->wanted; done++)
		adapter.wake(waking->loops[0]);
	waking->took = thread_cpu_ns() - began;
	waking->seen = done;
	waking->over = 1;
	return NULL;
}

/* The loop's thread works on something of its own meanwhile. */
static void wake_awake(struct waking *waking)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, awake_thread, waking) == 0,
	    "thread");
	while (!waking->over)
		;
	pthread_join(thread, NULL);
	await_wake(waking->loops[0], 0);
}

static void *asleep_thread(void *user)
{
	struct waking *waking = user;
	const struct timespec rest = { .tv_nsec = 100000 };

	for (size_t i = 0; i < waking->wanted; i++) {
		int64_t began;

		/* Long enough for the other to have gone to sleep. */
		nanosleep(&rest, NULL);
		waking->asked = i + 1;
		began = thread_cpu_ns();
		adapter.wake(waking->loops[0]);
		waking->took += thread_cpu_ns() - began;
		while (waking->seen <= i)
			sched_yield();
	}
	return NULL;
}

static void wake_asleep(struct waking *waking)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, asleep_thread, waking) == 0,
	    "thread");
	while (waking->seen < waking->wanted) {
		await_wake(waking->loops[0], -1);
		/* A wake that ends two waits counts once. */
		waking->seen = waking->asked;
	}
	pthread_join(thread, NULL);
}

static void *pong_thread(void *user)
{
	struct waking *waking = user;

	for (size_t i = 0; i < waking->wanted / 2; i++) {
		await_wake(waking->loops[1], -1);
		waking->seen++;
		adapter.wake(waking->loops[0]);
	}
	return NULL;
}

static void wake_pingpong(struct waking *waking)
{
	pthread_t thread;
	int64_t began;

	check(pthread_create(&thread, NULL, pong_thread, waking) == 0,
	    "thread");
	began = wall_ns();
	for (size_t i = 0; i < waking->wanted / 2; i++) {
		adapter.wake(waking->loops[1]);
		await_wake(waking->loops[0], -1);
		waking->seen++;
	}
	waking->took = wall_ns() - began;
	pthread_join(thread, NULL);
}

static void load_wake(const struct request *request)
{
	static const struct {
		const char *name;
		void (*run)(struct waking *waking);
	} ways[] = {
		{ "self", wake_self },
		{ "pending", wake_pending },
		{ "awake", wake_awake },
		{ "asleep", wake_asleep },
		{ "pingpong", wake_pingpong },
	};
	struct waking waking = { .wanted = (request->operations + 1) / 2 * 2 };

	for (size_t i = 0; i < 2; i++)
		waking.loops[i] = adapter.open(1, EDGE, WAKES);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(request->word, ways[i].name) == 0)
			ways[i].run(&waking);
	check(waking.seen > 0, request->word);
	each("wake", waking.took, waking.seen);
	operations(waking.seen);
}

#endif
