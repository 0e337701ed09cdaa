/* SPDX-License-Identifier: MIT
 *
 * pipes.h: loads of one byte an event over pairs of sockets.
 *
 *     pipes PIPES ACTIVE WRITES   as libevent's bench.c: ACTIVE bytes go off,
 *          each reader passes one on to the next pipe until WRITES were made
 *     growth SOURCES     both ends of each pair are watched, 100 are active
 *     threads THREADS    as pipes 100 1 100 in each, every thread its own loop
 */
#ifndef BENCH_PIPES_H
#define BENCH_PIPES_H

#include "bench/c/load.h"

#include <pthread.h>

struct pipes {
	struct loop *loop;
	int *ends;  /* watched */
	int *peers; /* written to */
	size_t count;
	size_t writes; /* left of this run */
	size_t fired;
	size_t seen;
};

static void pipes_open(struct pipes *pipes, size_t count)
{
	pipes->ends = allocate(count, sizeof(int));
	pipes->peers = allocate(count, sizeof(int));
	pipes->count = count;
	for (size_t i = 0; i < count; i++) {
		int pair[2];

		open_unix_pair(pair);
		pipes->ends[i] = pair[0];
		pipes->peers[i] = pair[1];
	}
	pipes->loop = watch(pipes->ends, count, EDGE);
}

ALWAYS_INLINE void pipes_fire(struct pipes *pipes, size_t to)
{
	check(write(pipes->peers[to], "e", 1) == 1, "write");
	pipes->fired++;
}

static inline void pipes_read(size_t i, void *user)
{
	struct pipes *pipes = user;
	unsigned char bytes[ROOM];
	ssize_t size = adapter.read(pipes->loop, i, bytes, sizeof(bytes));

	check(size > 0, "read");
	pipes->seen += (size_t)size;
	if (pipes->writes == 0)
		return;
	pipes->writes--;
	pipes_fire(pipes, i + 1 < pipes->count ? i + 1 : 0);
}

ALWAYS_INLINE void pipes_run(struct pipes *pipes, size_t active, size_t writes)
{
	size_t until = pipes->seen + active + writes;

	pipes->writes = writes;
	for (size_t i = 0; i < active; i++)
		pipes_fire(pipes, i * (pipes->count / active));
	while (pipes->seen < until)
		adapter.wait(pipes->loop, -1, pipes_read, pipes);
	check(pipes->seen == pipes->fired, "bytes lost");
}

static void load_pipes(const struct request *request)
{
	size_t active = request->number[1], writes = request->number[2];
	struct pipes pipes = { 0 };
	int64_t began;

	pipes_open(&pipes, request->number[0]);
	pipes_run(&pipes, active, writes);
	pipes.seen = pipes.fired = 0;
	began = cpu_ns();
	while (pipes.seen < request->operations)
		pipes_run(&pipes, active, writes);
	each("event", cpu_ns() - began, pipes.seen);
	operations(pipes.seen);
}

/* ---- growth ---- */

struct growth {
	struct loop *loop;
	size_t seen;
};

static inline void growth_read(size_t i, void *user)
{
	struct growth *growth = user;
	unsigned char bytes[ROOM];

	check(adapter.read(growth->loop, i, bytes, sizeof(bytes)) == 1, "read");
	growth->seen++;
}

static void load_growth(const struct request *request)
{
	size_t count = request->number[0] / 2 * 2, active = 100, turn = 0;
	int *ends = allocate(count, sizeof(int));
	struct growth growth = { 0 };
	int64_t began;

	for (size_t i = 0; i < count; i += 2)
		open_unix_pair(ends + i);
	growth.loop = watch(ends, count, EDGE);
	/* A fresh socket is writable, which is nobody's interest. */
	settle(growth.loop);
	began = cpu_ns();
	while (growth.seen < request->operations) {
		size_t until = growth.seen + active;

		for (size_t i = 0; i < active; i++)
			check(write(ends[(i * (count / active) + turn) % count],
			          "e", 1) == 1,
			    "write");
		turn++;
		while (growth.seen < until)
			adapter.wait(growth.loop, -1, growth_read, &growth);
	}
	each("event", cpu_ns() - began, growth.seen);
	operations(growth.seen);
}

/* ---- threads ---- */

struct runner {
	pthread_t thread;
	pthread_barrier_t *barrier;
	size_t operations;
	size_t seen;
};

static void *runner_main(void *user)
{
	struct runner *runner = user;
	struct pipes pipes = { 0 };

	pipes_open(&pipes, 100);
	pthread_barrier_wait(runner->barrier);
	while (pipes.seen < runner->operations)
		pipes_run(&pipes, 1, 100);
	runner->seen = pipes.seen;
	return NULL;
}

static void load_threads(const struct request *request)
{
	size_t count = request->number[0], seen = 0;
	struct runner *runners = allocate(count, sizeof(*runners));
	pthread_barrier_t barrier;
	int64_t cpu, wall;

	pthread_barrier_init(&barrier, NULL, (unsigned)count + 1);
	for (size_t i = 0; i < count; i++) {
		runners[i] = (struct runner){ .barrier = &barrier,
			.operations = (request->operations + count - 1) /
			    count };
		check(pthread_create(&runners[i].thread, NULL, runner_main,
		          &runners[i]) == 0,
		    "thread");
	}
	pthread_barrier_wait(&barrier);
	cpu = cpu_ns();
	wall = wall_ns();
	for (size_t i = 0; i < count; i++) {
		pthread_join(runners[i].thread, NULL);
		seen += runners[i].seen;
	}
	each("event", cpu_ns() - cpu, seen);
	each("wall", wall_ns() - wall, seen);
	operations(seen);
}

#endif
