/* SPDX-License-Identifier: MIT
 *
 * raw_poll.c: poll(2) by hand: a dense array, a place in it for each source,
 * swap with the last to remove, an eventfd that is read as the waker.
 */
#define _GNU_SOURCE
#include "bench/c/help.h"

#include <gnu/libc-version.h>
#include <poll.h>

struct loop {
	int waker;
	size_t watched;
	struct pollfd *dense;
	size_t *numbers; /* of the dense places */
	size_t *places;  /* of the numbers */
	int *fds;
};

static void put(struct loop *loop, size_t place, int fd, size_t i)
{
	loop->dense[place] = (struct pollfd){ .fd = fd, .events = POLLIN };
	loop->numbers[place] = i;
}

static struct loop *raw_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof(*loop));

	(void)mode;
	loop->dense = allocate(count + 1, sizeof(*loop->dense));
	loop->numbers = allocate(count + 1, sizeof(size_t));
	loop->places = allocate(count, sizeof(size_t));
	loop->fds = allocate(count, sizeof(int));
	if (wants & WAKES) {
		loop->waker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		put(loop, loop->watched++, loop->waker, WAKER);
	}
	return loop;
}

static void raw_create(struct loop *loop, size_t i, int fd)
{
	loop->fds[i] = fd;
}

ALWAYS_INLINE void raw_add(struct loop *loop, size_t i)
{
	loop->places[i] = loop->watched++;
	put(loop, loop->places[i], loop->fds[i], i);
}

ALWAYS_INLINE void raw_modify(struct loop *loop, size_t i,
    enum interest interest)
{
	loop->dense[loop->places[i]].events = interest == READ_WRITE
	    ? POLLIN | POLLOUT
	    : POLLIN;
}

ALWAYS_INLINE void raw_remove(struct loop *loop, size_t i)
{
	size_t place = loop->places[i], last = --loop->watched;

	loop->dense[place] = loop->dense[last];
	loop->numbers[place] = loop->numbers[last];
	if (loop->numbers[last] != WAKER)
		loop->places[loop->numbers[last]] = place;
}

static void raw_destroy(struct loop *loop, size_t i)
{
	close(loop->fds[i]);
}

/* Backwards, so that a handler may remove its own source. */
ALWAYS_INLINE void raw_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	struct timespec timeout = { timeout_ns / 1000000000,
		timeout_ns % 1000000000 };
	uint64_t value;
	int left = ppoll(loop->dense, (nfds_t)loop->watched,
	    timeout_ns < 0 ? NULL : &timeout, NULL);

	check(left >= 0, "ppoll");
	for (size_t place = loop->watched; left > 0 && place-- > 0;) {
		if (loop->dense[place].revents == 0)
			continue;
		left--;
		if (loop->numbers[place] == WAKER)
			check(read(loop->waker, &value, sizeof(value)) > 0,
			    "read");
		handle(loop->numbers[place], user);
	}
}

ALWAYS_INLINE ssize_t raw_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return read(loop->fds[i], data, size);
}

ALWAYS_INLINE ssize_t raw_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return write(loop->fds[i], data, size);
}

static int raw_accept(struct loop *loop, size_t i)
{
	return accept4(loop->fds[i], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

ALWAYS_INLINE void raw_wake(struct loop *loop)
{
	const uint64_t one = 1;

	check(write(loop->waker, &one, sizeof(one)) == sizeof(one), "wake");
}

static const struct adapter adapter = {
	.version = gnu_get_libc_version,
	.open = raw_open,
	.create = raw_create,
	.add = raw_add,
	.modify = raw_modify,
	.remove = raw_remove,
	.destroy = raw_destroy,
	.wait = raw_wait,
	.read = raw_read,
	.write = raw_write,
	.accept = raw_accept,
	.wake = raw_wake,
	.lacks = {
		{ "shared", "poll(2) is level-triggered and has no poller" },
		{ "ready edge", "poll(2) is level-triggered" },
	},
};

#include "bench/c/main.h"
