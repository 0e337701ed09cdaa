/* SPDX-License-Identifier: MIT
 *
 * wepoll.c: wepoll, level-triggered, which is all it has. Its one source file is
 * built beside this one, from a folder that bench/windows.py fetches.
 */
#include "bench/windows/help.h"

#include <wepoll.h>

#ifndef WEPOLL_FROM
#define WEPOLL_FROM "unknown"
#endif

struct loop {
	HANDLE port;
	SOCKET *handles;
	struct epoll_event events[CAPACITY];
};

static const char *wepoll_version(void)
{
	return WEPOLL_FROM;
}

static struct loop *wepoll_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof *loop);

	(void)mode;
	(void)wants;
	loop->port = epoll_create1(0);
	check(loop->port != NULL, "epoll_create1");
	loop->handles = allocate(count, sizeof *loop->handles);
	return loop;
}

static void wepoll_create(struct loop *loop, size_t i, int fd)
{
	loop->handles[i] = (SOCKET)fd;
}

static void wepoll_add(struct loop *loop, size_t i)
{
	struct epoll_event event = { EPOLLIN, { .u64 = i } };

	check(epoll_ctl(loop->port, EPOLL_CTL_ADD, loop->handles[i], &event) ==
	        0,
	    "epoll_ctl");
}

ALWAYS_INLINE void wepoll_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	int got = epoll_wait(loop->port, loop->events, CAPACITY,
	    timeout_ns < 0 ? -1 : (int)(timeout_ns / 1000000));

	check(got >= 0, "epoll_wait");
	for (int i = 0; i < got; i++)
		handle((size_t)loop->events[i].data.u64, user);
}

ALWAYS_INLINE ssize_t wepoll_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return plain_read(loop->handles[i], data, size);
}

ALWAYS_INLINE ssize_t wepoll_write(struct loop *loop, size_t i,
    const void *data, size_t size)
{
	return plain_write(loop->handles[i], data, size);
}

static const struct adapter adapter = {
	.version = wepoll_version,
	.open = wepoll_open,
	.create = wepoll_create,
	.add = wepoll_add,
	.wait = wepoll_wait,
	.read = wepoll_read,
	.write = wepoll_write,
};

#include "bench/windows/load.h"
