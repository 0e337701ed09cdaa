/* SPDX-License-Identifier: MIT
 *
 * libev.c: ev_io on the epoll backend. Level mode only; changes reach the
 * kernel in ev_run, and removals often never.
 */
#define _GNU_SOURCE
#include "bench/c/help.h"

#include <ev.h>

struct watcher {
	ev_io io;
	size_t i;
};

struct loop {
	struct ev_loop *ev;
	ev_async waker;
	ev_timer timer;
	struct watcher **watchers;
	handler *handle;
	void *user;
};

static void on_io(struct ev_loop *ev, ev_io *io, int events)
{
	struct loop *loop = ev_userdata(ev);

	(void)events;
	/* The io is the first member. */
	loop->handle(((struct watcher *)(void *)io)->i, loop->user);
}

static void on_wake(struct ev_loop *ev, ev_async *waker, int events)
{
	struct loop *loop = ev_userdata(ev);

	(void)waker;
	(void)events;
	loop->handle(WAKER, loop->user);
}

static void on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)timer;
	(void)events;
}

/* It tells the version of its interface alone. */
static const char *lib_version(void)
{
	static char text[40];

	snprintf(text, sizeof(text), "interface %d.%d", ev_version_major(),
	    ev_version_minor());
	return text;
}

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof(*loop));

	(void)mode;
	loop->ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	check(loop->ev != NULL, "ev_loop_new");
	ev_set_userdata(loop->ev, loop);
	loop->watchers = allocate(count, sizeof(*loop->watchers));
	ev_init(&loop->timer, on_timer);
	ev_async_init(&loop->waker, on_wake);
	if (wants & WAKES)
		ev_async_start(loop->ev, &loop->waker);
	return loop;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	struct watcher *watcher = malloc(sizeof(*watcher));

	check(watcher != NULL, "malloc");
	watcher->i = i;
	ev_io_init(&watcher->io, on_io, fd, EV_READ);
	loop->watchers[i] = watcher;
}

static void lib_add(struct loop *loop, size_t i)
{
	ev_io_start(loop->ev, &loop->watchers[i]->io);
}

static void lib_modify(struct loop *loop, size_t i, enum interest interest)
{
	ev_io *io = &loop->watchers[i]->io;

	ev_io_stop(loop->ev, io);
	ev_io_set(io, io->fd,
	    EV_READ | (interest == READ_WRITE ? EV_WRITE : 0));
	ev_io_start(loop->ev, io);
}

static void lib_remove(struct loop *loop, size_t i)
{
	ev_io_stop(loop->ev, &loop->watchers[i]->io);
}

static void lib_destroy(struct loop *loop, size_t i)
{
	close(loop->watchers[i]->io.fd);
	free(loop->watchers[i]);
}

ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	loop->handle = handle;
	loop->user = user;
	if (timeout_ns > 0) {
		ev_now_update(loop->ev);
		ev_timer_set(&loop->timer, (double)timeout_ns / 1e9, 0.);
		ev_timer_start(loop->ev, &loop->timer);
	}
	ev_run(loop->ev, timeout_ns == 0 ? EVRUN_NOWAIT : EVRUN_ONCE);
}

ALWAYS_INLINE ssize_t lib_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return read(loop->watchers[i]->io.fd, data, size);
}

ALWAYS_INLINE ssize_t lib_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return write(loop->watchers[i]->io.fd, data, size);
}

static int lib_accept(struct loop *loop, size_t i)
{
	return accept4(loop->watchers[i]->io.fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static void lib_wake(struct loop *loop)
{
	ev_async_send(loop->ev, &loop->waker);
}

static const struct adapter adapter = {
	.version = lib_version,
	.open = lib_open,
	.create = lib_create,
	.add = lib_add,
	.modify = lib_modify,
	.remove = lib_remove,
	.destroy = lib_destroy,
	.wait = lib_wait,
	.read = lib_read,
	.write = lib_write,
	.accept = lib_accept,
	.wake = lib_wake,
	.lazy = 1,
	.lacks = {
		{ "shared", "one thread at a time runs an ev_loop" },
		{ "ready edge", "ev_io is level-triggered" },
	},
};

#include "bench/c/main.h"
