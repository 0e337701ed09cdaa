/* SPDX-License-Identifier: MIT
 *
 * iosrc_many.c: libiosrc by its batches: iosrc_io_many, iosrc_register_many.
 * BENCH_RING in the environment asks for IOSRC_POLLER_IO_URING.
 */
#define _GNU_SOURCE
#include "bench/c/iosrc_loop.h"

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	int ring = getenv("BENCH_RING") != NULL;
	struct loop *loop = lib_open_with(ring ? IOSRC_POLLER_IO_URING : 0u,
	    count, mode, wants);

	check(!ring ||
	        iosrc_poller_capabilities(loop->poller) & IOSRC_CAN_IO_URING,
	    "no ring here");
	return loop;
}

static void lib_add_many(struct loop *loop, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		loop->changes[i] = (iosrc_register_item){ .token = first + i,
			.interest = IOSRC_READABLE | loop->mode,
			.source = loop->sources[first + i] };
	check(iosrc_register_many(loop->poller, loop->changes, count,
	          sizeof(*loop->changes)) == (int64_t)count,
	    "iosrc_register_many");
}

/* Asked for once a registration, as a program keeps it. */
ALWAYS_INLINE uint64_t registration(struct loop *loop, size_t i)
{
	if (loop->registrations[i] == 0)
		loop->registrations[i] = iosrc_source_registration(
		    loop->sources[i]);
	return loop->registrations[i];
}

ALWAYS_INLINE void lib_remove_named(struct loop *loop, size_t i)
{
	loop->registrations[i] = 0;
	lib_remove(loop, i);
}

ALWAYS_INLINE void many(struct loop *loop, uint32_t opcode,
    const size_t *numbers, unsigned char *memory, size_t room, ssize_t *sizes,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		loop->items[i] = (iosrc_io_item){
			.registration = registration(loop, numbers[i]),
			.data = i * room,
			.size = (uint64_t)sizes[i],
			.opcode = opcode,
		};
	check(iosrc_io_many(loop->poller, loop->items, count,
	          sizeof(*loop->items), memory, count * room) >= 0,
	    "iosrc_io_many");
	for (size_t i = 0; i < count; i++)
		sizes[i] = loop->items[i].out_result;
}

static void lib_read_many(struct loop *loop, const size_t *numbers,
    unsigned char *memory, size_t room, ssize_t *sizes, size_t count)
{
	many(loop, IOSRC_OP_READ, numbers, memory, room, sizes, count);
}

static void lib_write_many(struct loop *loop, const size_t *numbers,
    unsigned char *memory, size_t room, ssize_t *sizes, size_t count)
{
	many(loop, IOSRC_OP_WRITE, numbers, memory, room, sizes, count);
}

static const struct adapter adapter = {
	.version = iosrc_version_string,
	.open = lib_open,
	.create = lib_create,
	.add = lib_add,
	.modify = lib_modify,
	.remove = lib_remove_named,
	.destroy = lib_destroy,
	.wait = lib_wait,
	.read = lib_read,
	.write = lib_write,
	.accept = lib_accept,
	.wake = lib_wake,
	.share = lib_share,
	.add_many = lib_add_many,
	.read_many = lib_read_many,
	.write_many = lib_write_many,
};

#include "bench/c/main.h"
