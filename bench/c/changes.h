/* SPDX-License-Identifier: MIT
 *
 * changes.h: loads that change what is watched, and waits that find nothing.
 *
 *     change SOURCES     adds all, modifies all, removes all; a wait without a
 *          block ends each step, for libraries that only note a change down.
 *          Objects are made beforehand and outlive it.
 *     life SOURCES       one fd at a time: object, add, remove, object away,
 *          each effective; SOURCES others are watched
 *     quartet            one fd: add, two modifies, remove; for counting
 *     empty SOURCES [threaded]    waits that find nothing; threaded: another
 *          thread is alive
 *     memory SOURCES     heap bytes a source: of its object, of watching it
 */
#ifndef BENCH_CHANGES_H
#define BENCH_CHANGES_H

#include "bench/c/load.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>

/* Reading ends of pipes: never readable, and never writable either. */
static int *open_idle(size_t count)
{
	int *ends = allocate(count, sizeof(int));

	for (size_t i = 0; i < count; i++) {
		int pair[2];

		check(pipe2(pair, O_NONBLOCK | O_CLOEXEC) == 0, "pipe2");
		ends[i] = pair[0];
	}
	return ends;
}

struct changes {
	int64_t add, modify, remove;
};

ALWAYS_INLINE void change_once(struct loop *loop, size_t count,
    struct changes *took)
{
	int64_t at[4];

	at[0] = cpu_ns();
	for (size_t i = 0; i < count; i++)
		adapter.add(loop, i);
	settle(loop);
	at[1] = cpu_ns();
	for (size_t i = 0; i < count; i++)
		adapter.modify(loop, i, READ_WRITE);
	settle(loop);
	at[2] = cpu_ns();
	for (size_t i = 0; i < count; i++)
		adapter.remove(loop, i);
	settle(loop);
	at[3] = cpu_ns();
	took->add += at[1] - at[0];
	took->modify += at[2] - at[1];
	took->remove += at[3] - at[2];
}

static void load_change(const struct request *request)
{
	size_t count = request->number[0], done = 0;
	struct loop *loop = open_with(open_idle(count), count, EDGE);
	struct changes took = { 0 };

	change_once(loop, count, &took);
	took = (struct changes){ 0 };
	for (; done < request->operations; done += count)
		change_once(loop, count, &took);
	each("add", took.add, done);
	each("modify", took.modify, done);
	each("remove", took.remove, done);
	operations(done);
}

static void load_life(const struct request *request)
{
	size_t count = request->number[0], done = 0;
	int *ends = open_idle(count);
	struct loop *loop = adapter.open(count + 1, EDGE, NOTHING);
	int64_t began;
	int pair[2];

	for (size_t i = 0; i < count; i++) {
		adapter.create(loop, i, ends[i]);
		adapter.add(loop, i);
	}
	check(pipe2(pair, O_NONBLOCK | O_CLOEXEC) == 0, "pipe2");
	began = cpu_ns();
	for (; done < request->operations; done++) {
		adapter.create(loop, count, fcntl(pair[0], F_DUPFD_CLOEXEC, 0));
		adapter.add(loop, count);
		settle(loop);
		adapter.remove(loop, count);
		adapter.destroy(loop, count);
		settle(loop);
	}
	each("life", cpu_ns() - began, done);
	operations(done);
}

ALWAYS_INLINE void take_effect(struct loop *loop)
{
	if (adapter.lazy)
		settle(loop);
}

static void load_quartet(const struct request *request)
{
	struct loop *loop = open_with(open_idle(1), 1, EDGE);
	size_t done = 0;
	int64_t began = cpu_ns();

	for (; done < request->operations; done++) {
		adapter.add(loop, 0);
		take_effect(loop);
		adapter.modify(loop, 0, READ_WRITE);
		take_effect(loop);
		adapter.modify(loop, 0, READ);
		take_effect(loop);
		adapter.remove(loop, 0);
		take_effect(loop);
	}
	each("quartet", cpu_ns() - began, done);
	operations(done);
}

/* ---- nothing to do ---- */

static void *idle(void *user)
{
	for (;;)
		pause();
	return user;
}

static void load_empty(const struct request *request)
{
	size_t count = request->number[0], done = 0;
	struct loop *loop = watch(open_idle(count), count, EDGE);
	pthread_t thread;
	int64_t began;

	if (strcmp(request->word, "threaded") == 0)
		check(pthread_create(&thread, NULL, idle, NULL) == 0, "thread");
	settle(loop);
	began = cpu_ns();
	for (; done < request->operations; done++)
		settle(loop);
	each("wait", cpu_ns() - began, done);
	operations(done);
}

/* ---- memory ---- */

static double heap_bytes(void)
{
	struct mallinfo2 heap = mallinfo2();

	return (double)heap.uordblks + (double)heap.hblkhd;
}

static void load_memory(const struct request *request)
{
	size_t count = request->number[0];
	int *ends = open_idle(count);
	struct loop *loop = adapter.open(count, EDGE, NOTHING);
	double bare = heap_bytes(), objects, all;

	for (size_t i = 0; i < count; i++)
		adapter.create(loop, i, ends[i]);
	objects = heap_bytes();
	for (size_t i = 0; i < count; i++)
		adapter.add(loop, i);
	settle(loop);
	all = heap_bytes();
	figure("object", (objects - bare) / (double)count);
	figure("watching", (all - objects) / (double)count);
	operations(count);
}

#endif
