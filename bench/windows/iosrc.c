/* SPDX-License-Identifier: MIT
 *
 * iosrc.c: libiosrc, in edge mode, or in level mode when BENCH_LEVEL is in the
 * environment. A read that ends short is what arms an edge again.
 */
#include "bench/windows/help.h"

#include <iosrc.h>

struct loop {
	iosrc_poller *poller;
	iosrc_bits mode;
	iosrc_source **sources;
	iosrc_event events[CAPACITY];
};

static const char *lib_version(void)
{
	return iosrc_version_string();
}

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof *loop);

	(void)mode;
	(void)wants;
	check(iosrc_poller_create(NULL, 0, &loop->poller) == 0, "poller");
	loop->mode = getenv("BENCH_LEVEL") ? IOSRC_LEVEL : 0;
	loop->sources = allocate(count, sizeof(iosrc_source *));
	return loop;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	check(iosrc_create(fd, IOSRC_HANDLE_SOCKET, &loop->sources[i]) == 0,
	    "iosrc_create");
}

static void lib_add(struct loop *loop, size_t i)
{
	check(iosrc_register(loop->sources[i], loop->poller, i,
	          IOSRC_READABLE | loop->mode) == 0,
	    "iosrc_register");
}

ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	int64_t got = iosrc_poller_wait(loop->poller, loop->events, CAPACITY,
	    timeout_ns);

	check(got >= 0, "iosrc_poller_wait");
	for (int64_t i = 0; i < got; i++)
		handle((size_t)loop->events[i].token, user);
}

ALWAYS_INLINE ssize_t lib_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return (ssize_t)iosrc_read(loop->sources[i], data, size);
}

ALWAYS_INLINE ssize_t lib_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return (ssize_t)iosrc_write(loop->sources[i], data, size);
}

static const struct adapter adapter = {
	.version = lib_version,
	.open = lib_open,
	.create = lib_create,
	.add = lib_add,
	.wait = lib_wait,
	.read = lib_read,
	.write = lib_write,
};

#include "bench/windows/load.h"
