/* SPDX-License-Identifier: MIT
 *
 * select.c: select by hand. A set is a list of sockets here; the source of one
 * that comes back is found by its number, which is small and a multiple of 4.
 */
#include "bench/windows/help.h"

#define NUMBERS 65536

struct loop {
	fd_set watched;
	fd_set ready;
	SOCKET *handles;
	size_t source_of[NUMBERS];
};

static const char *select_version(void)
{
	return "the system's";
}

static struct loop *select_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof *loop);

	(void)mode;
	(void)wants;
	loop->handles = allocate(count, sizeof *loop->handles);
	return loop;
}

static void select_create(struct loop *loop, size_t i, int fd)
{
	check(fd / 4 < NUMBERS, "a number is too high");
	loop->handles[i] = (SOCKET)fd;
	loop->source_of[fd / 4] = i;
}

static void select_add(struct loop *loop, size_t i)
{
	check(loop->watched.fd_count < FD_SETSIZE, "the set is full");
	loop->watched.fd_array[loop->watched.fd_count++] = loop->handles[i];
}

ALWAYS_INLINE void select_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	struct timeval time = { .tv_usec = (long)(timeout_ns / 1000) };

	/* No more of the set than is in use. */
	memcpy(&loop->ready, &loop->watched,
	    offsetof(fd_set, fd_array) +
	        loop->watched.fd_count * sizeof(SOCKET));
	check(select(0, &loop->ready, NULL, NULL,
	          timeout_ns < 0 ? NULL : &time) >= 0,
	    "select");
	for (u_int i = 0; i < loop->ready.fd_count; i++)
		handle(loop->source_of[loop->ready.fd_array[i] / 4], user);
}

ALWAYS_INLINE ssize_t select_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return plain_read(loop->handles[i], data, size);
}

ALWAYS_INLINE ssize_t select_write(struct loop *loop, size_t i,
    const void *data, size_t size)
{
	return plain_write(loop->handles[i], data, size);
}

static const struct adapter adapter = {
	.version = select_version,
	.open = select_open,
	.create = select_create,
	.add = select_add,
	.wait = select_wait,
	.read = select_read,
	.write = select_write,
};

#include "bench/windows/load.h"
