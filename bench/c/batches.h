/* SPDX-License-Identifier: MIT
 *
 * batches.h: the same on many sources, in one call where the contender has
 * such a call, else one by one.
 *
 *     exchange COUNT    COUNT writes, then COUNT reads of what was written,
 *          over TCP, without a wait; an operation is a write or a read
 *     dry COUNT         COUNT reads that all would block
 *     register COUNT    COUNT sources that become watched
 */
#ifndef BENCH_BATCHES_H
#define BENCH_BATCHES_H

#include "bench/c/echo.h"
#include "bench/c/ready.h"

struct batch {
	struct loop *loop;
	size_t count;
	size_t *numbers;
	ssize_t *sizes;
	unsigned char *memory;
	size_t good; /* operations with a result */
};

static void batch_open(struct batch *batch, size_t count)
{
	int *ends = allocate(2 * count, sizeof(int));

	connect_pairs(ends, ends + count, count, 1);
	batch->loop = watch(ends, 2 * count, EDGE);
	batch->count = count;
	batch->numbers = allocate(count, sizeof(size_t));
	batch->sizes = allocate(count, sizeof(ssize_t));
	batch->memory = allocate(count, ROOM);
}

ALWAYS_INLINE void batch_name(struct batch *batch, size_t first, ssize_t size)
{
	for (size_t i = 0; i < batch->count; i++) {
		batch->numbers[i] = first + i;
		batch->sizes[i] = size;
	}
}

ALWAYS_INLINE void batch_count(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		batch->good += batch->sizes[i] > 0;
}

ALWAYS_INLINE void batch_read(struct batch *batch, size_t first)
{
	batch_name(batch, first, ROOM);
	if (adapter.read_many)
		adapter.read_many(batch->loop, batch->numbers, batch->memory,
		    ROOM, batch->sizes, batch->count);
	else
		for (size_t i = 0; i < batch->count; i++)
			batch->sizes[i] = adapter.read(batch->loop, first + i,
			    batch->memory + i * ROOM, ROOM);
	batch_count(batch);
}

ALWAYS_INLINE void batch_write(struct batch *batch, size_t first)
{
	batch_name(batch, first, MESSAGE);
	if (adapter.write_many)
		adapter.write_many(batch->loop, batch->numbers, batch->memory,
		    ROOM, batch->sizes, batch->count);
	else
		for (size_t i = 0; i < batch->count; i++)
			batch->sizes[i] = adapter.write(batch->loop, first + i,
			    batch->memory + i * ROOM, MESSAGE);
	batch_count(batch);
}

static void load_exchange(const struct request *request)
{
	struct batch batch = { 0 };
	size_t done = 0;
	int64_t began;

	batch_open(&batch, request->number[0]);
	began = cpu_ns();
	for (; done < request->operations; done += 2 * batch.count) {
		batch_write(&batch, 0);
		batch_read(&batch, batch.count);
	}
	each("operation", cpu_ns() - began, done);
	operations(batch.good);
}

static void load_dry(const struct request *request)
{
	struct batch batch = { 0 };
	size_t done = 0;
	int64_t began;

	batch_open(&batch, request->number[0]);
	began = cpu_ns();
	for (; done < request->operations; done += batch.count)
		batch_read(&batch, 0);
	each("read", cpu_ns() - began, done);
	check(batch.good == 0, "there was something to read");
	operations(done);
}

ALWAYS_INLINE void register_all(struct loop *loop, size_t count)
{
	if (adapter.add_many)
		adapter.add_many(loop, 0, count);
	else
		for (size_t i = 0; i < count; i++)
			adapter.add(loop, i);
}

static void load_register(const struct request *request)
{
	size_t count = request->number[0], done = 0, seen = 0;
	int *fds = open_eventfds(count);
	struct loop *loop = open_with(fds, count, EDGE);
	int64_t took = 0;

	/* Readable: each that is watched shows. */
	fill(fds, count);
	while (done < request->operations) {
		int64_t began = cpu_ns();

		register_all(loop, count);
		took += cpu_ns() - began;
		done += count;
		while (seen < done)
			adapter.wait(loop, 0, count_event, &seen);
		for (size_t i = 0; i < count; i++)
			adapter.remove(loop, i);
	}
	each("add", took, done);
	operations(seen);
}

#endif
