/* SPDX-License-Identifier: MIT
 *
 * shared.h: several threads that wait on one poller, in edge mode.
 *
 *     shared THREADS    16 bytes go round over 100 pipes; whichever thread has
 *          the event reads and passes on
 */
#ifndef BENCH_SHARED_H
#define BENCH_SHARED_H

#include "bench/c/load.h"

#include <pthread.h>
#include <stdatomic.h>

#define SHARED_PIPES 100
#define SHARED_ACTIVE 16

struct shared {
	pthread_barrier_t barrier;
	int peers[SHARED_PIPES]; /* written to */
	size_t wanted;
	_Atomic size_t fired;
	_Atomic size_t seen;
	_Atomic int over;
};

struct sharer {
	pthread_t thread;
	struct shared *shared;
	struct loop *loop; /* its own array of events; the poller is shared */
};

/* Until as many as are wanted were sent. */
ALWAYS_INLINE void shared_fire(struct shared *shared, size_t to)
{
	if (atomic_fetch_add(&shared->fired, 1) < shared->wanted)
		check(write(shared->peers[to % SHARED_PIPES], "e", 1) == 1,
		    "write");
}

/* A byte that came while another thread was reading is that one's, and here is
 * nothing. Bytes that came together part again. */
static inline void shared_read(size_t i, void *user)
{
	struct sharer *sharer = user;
	struct shared *shared = sharer->shared;
	unsigned char bytes[ROOM];
	ssize_t size = i == WAKER
	    ? 0
	    : adapter.read(sharer->loop, i, bytes, sizeof(bytes));

	if (size <= 0)
		return;
	for (size_t n = 1; n <= (size_t)size; n++)
		shared_fire(shared, i + n);
	if (atomic_fetch_add(&shared->seen, (size_t)size) + (size_t)size ==
	    shared->wanted)
		shared->over = 1;
}

/* Who leaves wakes the next, for wakes may come together. */
static void *sharer_main(void *user)
{
	struct sharer *sharer = user;

	pthread_barrier_wait(&sharer->shared->barrier);
	while (!sharer->shared->over)
		adapter.wait(sharer->loop, -1, shared_read, sharer);
	adapter.wake(sharer->loop);
	return NULL;
}

static struct loop *shared_open(struct shared *shared)
{
	struct loop *loop = adapter.open(SHARED_PIPES, EDGE, WAKES);

	for (size_t i = 0; i < SHARED_PIPES; i++) {
		int pair[2];

		open_unix_pair(pair);
		shared->peers[i] = pair[1];
		adapter.create(loop, i, pair[0]);
		adapter.add(loop, i);
	}
	return loop;
}

static void load_shared(const struct request *request)
{
	size_t count = request->number[0];
	struct sharer *sharers = allocate(count, sizeof(*sharers));
	struct shared shared = { .wanted = request->operations };
	struct loop *loop = shared_open(&shared);
	int64_t cpu, wall;

	check(adapter.share != NULL, "one thread a poller");
	if (shared.wanted < SHARED_ACTIVE)
		shared.wanted = SHARED_ACTIVE;
	pthread_barrier_init(&shared.barrier, NULL, (unsigned)count + 1);
	for (size_t i = 0; i < count; i++) {
		sharers[i] = (struct sharer){ .shared = &shared,
			.loop = adapter.share(loop) };
		check(pthread_create(&sharers[i].thread, NULL, sharer_main,
		          &sharers[i]) == 0,
		    "thread");
	}
	pthread_barrier_wait(&shared.barrier);
	cpu = cpu_ns();
	wall = wall_ns();
	for (size_t i = 0; i < SHARED_ACTIVE; i++)
		shared_fire(&shared, i * (SHARED_PIPES / SHARED_ACTIVE));
	for (size_t i = 0; i < count; i++)
		pthread_join(sharers[i].thread, NULL);
	each("event", cpu_ns() - cpu, shared.seen);
	each("wall", wall_ns() - wall, shared.seen);
	operations(shared.seen);
}

#endif
