/* SPDX-License-Identifier: MIT
 *
 * ready.h: many events a wait. Only the waits and the dispatch are timed.
 *
 *     ready SOURCES edge|level    edge: each source was written to before the
 *          wait and is drained after it; level: all stay readable
 */
#ifndef BENCH_READY_H
#define BENCH_READY_H

#include "bench/c/load.h"

struct ready {
	uint32_t *times; /* each source's events */
	size_t seen;
};

static inline void ready_count(size_t i, void *user)
{
	struct ready *ready = user;

	ready->times[i]++;
	ready->seen++;
}

static int *open_eventfds(size_t count)
{
	int *fds = allocate(count, sizeof(int));

	for (size_t i = 0; i < count; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		check(fds[i] >= 0, "eventfd");
	}
	return fds;
}

static void fill(const int *fds, size_t count)
{
	const uint64_t one = 1;

	for (size_t i = 0; i < count; i++)
		check(write(fds[i], &one, sizeof(one)) == sizeof(one), "write");
}

/* Until it would block, as edge mode asks for. */
ALWAYS_INLINE void drain(struct loop *loop, size_t count)
{
	uint64_t value;

	for (size_t i = 0; i < count; i++)
		while (adapter.read(loop, i, &value, sizeof(value)) > 0)
			;
}

static void load_ready(const struct request *request)
{
	size_t count = request->number[0];
	enum mode mode = strcmp(request->word, "level") == 0 ? LEVEL : EDGE;
	int *fds = open_eventfds(count);
	struct loop *loop = watch(fds, count, mode);
	struct ready ready = { .times = allocate(count, sizeof(uint32_t)) };
	uint32_t turns = 0;
	int64_t took = 0;

	fill(fds, count);
	while (ready.seen < request->operations) {
		size_t until = ready.seen + count;
		int64_t began = cpu_ns();

		while (ready.seen < until)
			adapter.wait(loop, -1, ready_count, &ready);
		took += cpu_ns() - began;
		turns++;
		if (mode == LEVEL)
			continue;
		drain(loop, count);
		fill(fds, count);
	}
	for (size_t i = 0; i < count; i++)
		check(mode == LEVEL ? ready.times[i] > 0
		                    : ready.times[i] == turns,
		    "an event was lost");
	each("event", took, ready.seen);
	operations(ready.seen);
}

#endif
