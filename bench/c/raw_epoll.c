/* SPDX-License-Identifier: MIT
 *
 * raw_epoll.c: epoll(7) as one writes it by hand: edge mode, the number as the
 * event's data, an eventfd that is never read as the waker.
 */
#define _GNU_SOURCE
#include "bench/c/help.h"

#include <gnu/libc-version.h>
#include <sys/epoll.h>

struct loop {
	int epfd;
	int waker;
	uint32_t flags;
	int *fds;
	struct epoll_event items[CAPACITY];
};

ALWAYS_INLINE void control(struct loop *loop, int operation, int fd,
    uint32_t events, size_t i)
{
	struct epoll_event item = { events, { .u64 = i } };

	check(epoll_ctl(loop->epfd, operation, fd, &item) == 0, "epoll_ctl");
}

static struct loop *raw_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof(*loop));

	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	check(loop->epfd >= 0, "epoll_create1");
	loop->flags = EPOLLRDHUP | (mode == EDGE ? EPOLLET : 0u);
	loop->fds = allocate(count, sizeof(int));
	if (wants & WAKES) {
		loop->waker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		control(loop, EPOLL_CTL_ADD, loop->waker, EPOLLIN | EPOLLET,
		    WAKER);
	}
	return loop;
}

static struct loop *raw_share(struct loop *loop)
{
	struct loop *shared = allocate(1, sizeof(*shared));

	*shared = *loop;
	return shared;
}

static void raw_create(struct loop *loop, size_t i, int fd)
{
	loop->fds[i] = fd;
}

ALWAYS_INLINE void raw_add(struct loop *loop, size_t i)
{
	control(loop, EPOLL_CTL_ADD, loop->fds[i], EPOLLIN | loop->flags, i);
}

ALWAYS_INLINE void raw_modify(struct loop *loop, size_t i,
    enum interest interest)
{
	control(loop, EPOLL_CTL_MOD, loop->fds[i],
	    EPOLLIN | (interest == READ_WRITE ? EPOLLOUT : 0u) | loop->flags,
	    i);
}

ALWAYS_INLINE void raw_remove(struct loop *loop, size_t i)
{
	control(loop, EPOLL_CTL_DEL, loop->fds[i], 0, i);
}

static void raw_destroy(struct loop *loop, size_t i)
{
	close(loop->fds[i]);
}

/* Below a millisecond there is only the newer call, which costs more. */
ALWAYS_INLINE int wait_for(struct loop *loop, int64_t timeout_ns)
{
	struct timespec timeout = { timeout_ns / 1000000000,
		timeout_ns % 1000000000 };

	if (timeout_ns <= 0 || timeout_ns % 1000000 == 0)
		return epoll_wait(loop->epfd, loop->items, CAPACITY,
		    timeout_ns < 0 ? -1 : (int)(timeout_ns / 1000000));
	return epoll_pwait2(loop->epfd, loop->items, CAPACITY, &timeout, NULL);
}

ALWAYS_INLINE void raw_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	int got = wait_for(loop, timeout_ns);

	check(got >= 0, "epoll_wait");
	for (int i = 0; i < got; i++)
		handle(loop->items[i].data.u64, user);
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
	.share = raw_share,
};

#include "bench/c/main.h"
