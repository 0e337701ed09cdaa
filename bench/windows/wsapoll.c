/* SPDX-License-Identifier: MIT
 *
 * wsapoll.c: WSAPoll by hand, over a dense array in the order of the sources.
 */
#include "bench/windows/help.h"

struct loop {
	size_t count;
	WSAPOLLFD *dense;
};

static const char *poll_version(void)
{
	return "the system's";
}

static struct loop *poll_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof *loop);

	(void)mode;
	(void)wants;
	loop->dense = allocate(count, sizeof *loop->dense);
	return loop;
}

static void poll_create(struct loop *loop, size_t i, int fd)
{
	loop->dense[i].fd = (SOCKET)fd;
}

static void poll_add(struct loop *loop, size_t i)
{
	loop->dense[i].events = POLLRDNORM;
	loop->count = i + 1;
}

ALWAYS_INLINE void poll_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	int left = WSAPoll(loop->dense, (ULONG)loop->count,
	    timeout_ns < 0 ? -1 : (int)(timeout_ns / 1000000));

	check(left >= 0, "WSAPoll");
	for (size_t i = 0; left > 0; i++) {
		if (loop->dense[i].revents == 0)
			continue;
		left--;
		handle(i, user);
	}
}

ALWAYS_INLINE ssize_t poll_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return plain_read(loop->dense[i].fd, data, size);
}

ALWAYS_INLINE ssize_t poll_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return plain_write(loop->dense[i].fd, data, size);
}

static const struct adapter adapter = {
	.version = poll_version,
	.open = poll_open,
	.create = poll_create,
	.add = poll_add,
	.wait = poll_wait,
	.read = poll_read,
	.write = poll_write,
};

#include "bench/windows/load.h"
