/* SPDX-License-Identifier: MIT
 *
 * iosrc_loop.h: libiosrc under the loads, for iosrc.c, which reads and writes
 * by single calls, and iosrc_many.c, which does so in batches.
 */
#ifndef BENCH_IOSRC_LOOP_H
#define BENCH_IOSRC_LOOP_H

#include "bench/c/help.h"

#include <errno.h>

#include <iosrc.h>

struct loop {
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_bits mode;
	iosrc_source **sources;
	iosrc_event events[CAPACITY];
	/* Of batches: an item names its source by the registration. */
	uint64_t *registrations;
	iosrc_io_item items[CAPACITY];
	iosrc_register_item changes[CAPACITY];
};

static struct loop *lib_open_with(iosrc_flags flags, size_t count,
    enum mode mode, enum wants wants)
{
	const iosrc_poller_options options = { .flags = flags };
	struct loop *loop = allocate(1, sizeof(*loop));

	check(iosrc_poller_create(&options, sizeof(options), &loop->poller) ==
	        0,
	    "poller");
	loop->mode = mode == LEVEL ? IOSRC_LEVEL : 0;
	loop->sources = allocate(count, sizeof(iosrc_source *));
	loop->registrations = allocate(count, sizeof(uint64_t));
	if (wants & WAKES)
		check(iosrc_waker_create(loop->poller, WAKER, &loop->waker) ==
		        0,
		    "waker");
	return loop;
}

static struct loop *lib_share(struct loop *loop)
{
	struct loop *shared = allocate(1, sizeof(*shared));

	*shared = *loop;
	return shared;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	check(iosrc_create(fd, IOSRC_HANDLE_DEFAULT, &loop->sources[i]) == 0,
	    "iosrc_create");
}

ALWAYS_INLINE void lib_add(struct loop *loop, size_t i)
{
	check(iosrc_register(loop->sources[i], loop->poller, i,
	          IOSRC_READABLE | loop->mode) == 0,
	    "iosrc_register");
}

ALWAYS_INLINE void lib_modify(struct loop *loop, size_t i,
    enum interest interest)
{
	check(iosrc_reregister(loop->sources[i], loop->poller, i,
	          IOSRC_READABLE |
	              (interest == READ_WRITE ? IOSRC_WRITABLE : 0u) |
	              loop->mode) == 0,
	    "iosrc_reregister");
}

ALWAYS_INLINE void lib_remove(struct loop *loop, size_t i)
{
	check(iosrc_deregister(loop->sources[i], loop->poller) == 0,
	    "iosrc_deregister");
}

static void lib_destroy(struct loop *loop, size_t i)
{
	check(iosrc_close(loop->sources[i]) == 0, "iosrc_close");
}

ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	int64_t got = iosrc_poller_wait(loop->poller, loop->events, CAPACITY,
	    timeout_ns);

	check(got >= 0, "iosrc_poller_wait");
	for (int64_t i = 0; i < got; i++)
		handle(loop->events[i].token, user);
}

ALWAYS_INLINE ssize_t lib_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return iosrc_read(loop->sources[i], data, size);
}

ALWAYS_INLINE ssize_t lib_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return iosrc_write(loop->sources[i], data, size);
}

static int lib_accept(struct loop *loop, size_t i)
{
	int fd = accept4((int)iosrc_source_handle(loop->sources[i]), NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && errno == EAGAIN)
		iosrc_rearm(loop->sources[i], IOSRC_READABLE);
	return fd;
}

ALWAYS_INLINE void lib_wake(struct loop *loop)
{
	check(iosrc_waker_wake(loop->waker) == 0, "iosrc_waker_wake");
}

#endif
