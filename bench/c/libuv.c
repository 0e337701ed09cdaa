/* SPDX-License-Identifier: MIT
 *
 * libuv.c: uv_poll_t. Level mode only; changes reach the kernel in uv_run.
 */
#define _GNU_SOURCE
#include "bench/c/help.h"

#include <uv.h>

struct watcher {
	uv_poll_t poll;
	struct loop *loop;
	size_t i;
	int fd;
};

struct loop {
	uv_loop_t uv;
	uv_async_t waker;
	uv_timer_t timer;
	struct watcher **watchers;
	handler *handle;
	void *user;
};

static void succeed(int status, const char *what)
{
	if (status == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
	exit(1);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watcher *watcher = poll->data;

	succeed(status, "poll");
	(void)events;
	watcher->loop->handle(watcher->i, watcher->loop->user);
}

static void on_wake(uv_async_t *waker)
{
	struct loop *loop = waker->data;

	/* One comes in advance, when the loop begins. */
	if (loop->handle)
		loop->handle(WAKER, loop->user);
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer;
}

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof(*loop));

	(void)mode;
	succeed(uv_loop_init(&loop->uv), "uv_loop_init");
	succeed(uv_timer_init(&loop->uv, &loop->timer), "uv_timer_init");
	loop->watchers = allocate(count, sizeof(*loop->watchers));
	if (wants & WAKES)
		succeed(uv_async_init(&loop->uv, &loop->waker, on_wake),
		    "uv_async_init");
	loop->waker.data = loop;
	return loop;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	struct watcher *watcher = malloc(sizeof(*watcher));

	check(watcher != NULL, "malloc");
	succeed(uv_poll_init(&loop->uv, &watcher->poll, fd), "uv_poll_init");
	watcher->poll.data = watcher;
	watcher->loop = loop;
	watcher->i = i;
	watcher->fd = fd;
	loop->watchers[i] = watcher;
}

static void lib_add(struct loop *loop, size_t i)
{
	succeed(uv_poll_start(&loop->watchers[i]->poll, UV_READABLE, on_poll),
	    "uv_poll_start");
}

static void lib_modify(struct loop *loop, size_t i, enum interest interest)
{
	succeed(uv_poll_start(&loop->watchers[i]->poll,
	            UV_READABLE | (interest == READ_WRITE ? UV_WRITABLE : 0),
	            on_poll),
	    "uv_poll_start");
}

static void lib_remove(struct loop *loop, size_t i)
{
	succeed(uv_poll_stop(&loop->watchers[i]->poll), "uv_poll_stop");
}

static void on_close(uv_handle_t *handle)
{
	free(handle->data);
}

static void lib_destroy(struct loop *loop, size_t i)
{
	uv_close((uv_handle_t *)&loop->watchers[i]->poll, on_close);
	close(loop->watchers[i]->fd);
}

/* Timeouts are timers, of whole milliseconds. */
ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	loop->handle = handle;
	loop->user = user;
	if (timeout_ns > 0)
		succeed(uv_timer_start(&loop->timer, on_timer,
		            (uint64_t)timeout_ns / 1000000, 0),
		    "uv_timer_start");
	if (timeout_ns > 0)
		uv_update_time(&loop->uv);
	uv_run(&loop->uv, timeout_ns == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
}

ALWAYS_INLINE ssize_t lib_read(struct loop *loop, size_t i, void *data,
    size_t size)
{
	return read(loop->watchers[i]->fd, data, size);
}

ALWAYS_INLINE ssize_t lib_write(struct loop *loop, size_t i, const void *data,
    size_t size)
{
	return write(loop->watchers[i]->fd, data, size);
}

static int lib_accept(struct loop *loop, size_t i)
{
	return accept4(loop->watchers[i]->fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static void lib_wake(struct loop *loop)
{
	succeed(uv_async_send(&loop->waker), "uv_async_send");
}

static const struct adapter adapter = {
	.version = uv_version_string,
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
		{ "shared", "one thread alone runs a uv_loop_t" },
		{ "ready edge", "uv_poll_t is level-triggered" },
		{ "timeout 50000", "timers of whole milliseconds" },
		{ "timeout 200000", "timers of whole milliseconds" },
	},
};

#include "bench/c/main.h"
