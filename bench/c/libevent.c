/* SPDX-License-Identifier: MIT
 *
 * libevent.c: struct event with EV_ET | EV_PERSIST. The base has locks and
 * precise timers, which cost every wait, only for loads that want them.
 */
#define _GNU_SOURCE
#include "bench/c/help.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

struct watcher {
	struct event event;
	struct loop *loop;
	size_t i;
	int fd;
};

struct loop {
	struct event_base *base;
	struct event waker;
	struct event timer;
	short flags;
	struct watcher **watchers;
	handler *handle;
	void *user;
};

static void on_event(evutil_socket_t fd, short what, void *user)
{
	struct watcher *watcher = user;

	(void)fd;
	(void)what;
	watcher->loop->handle(watcher->i, watcher->loop->user);
}

static void on_wake(evutil_socket_t fd, short what, void *user)
{
	struct loop *loop = user;

	(void)fd;
	(void)what;
	loop->handle(WAKER, loop->user);
}

static void on_timer(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	(void)user;
}

static struct event_base *new_base(enum wants wants)
{
	struct event_config *config;
	struct event_base *base;

	if (wants & WAKES)
		check(evthread_use_pthreads() == 0, "evthread_use_pthreads");
	config = event_config_new();
	check(config != NULL, "event_config_new");
	if (wants & TIMEOUTS)
		event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	if (!(wants & WAKES))
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	check(base && strcmp(event_base_get_method(base), "epoll") == 0,
	    "event_base_new");
	return base;
}

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	struct loop *loop = allocate(1, sizeof(*loop));

	loop->base = new_base(wants);
	loop->flags = (short)(EV_PERSIST | (mode == EDGE ? EV_ET : 0));
	loop->watchers = allocate(count, sizeof(*loop->watchers));
	event_assign(&loop->timer, loop->base, -1, 0, on_timer, NULL);
	/* Something has to be watched for the loop to wait. */
	event_assign(&loop->waker, loop->base, -1, EV_PERSIST, on_wake, loop);
	if (wants & WAKES)
		event_add(&loop->waker, &(struct timeval){ .tv_sec = 100000 });
	return loop;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	struct watcher *watcher = malloc(sizeof(*watcher));

	check(watcher != NULL, "malloc");
	watcher->loop = loop;
	watcher->i = i;
	watcher->fd = fd;
	loop->watchers[i] = watcher;
	check(event_assign(&watcher->event, loop->base, fd,
	          (short)(EV_READ | loop->flags), on_event, watcher) == 0,
	    "event_assign");
}

static void lib_add(struct loop *loop, size_t i)
{
	check(event_add(&loop->watchers[i]->event, NULL) == 0, "event_add");
}

/* An event that is watched cannot change. */
static void lib_modify(struct loop *loop, size_t i, enum interest interest)
{
	struct watcher *watcher = loop->watchers[i];

	event_del(&watcher->event);
	check(event_assign(&watcher->event, loop->base, watcher->fd,
	          (short)(EV_READ | (interest == READ_WRITE ? EV_WRITE : 0) |
	              loop->flags),
	          on_event, watcher) == 0 &&
	        event_add(&watcher->event, NULL) == 0,
	    "modify");
}

static void lib_remove(struct loop *loop, size_t i)
{
	check(event_del(&loop->watchers[i]->event) == 0, "event_del");
}

static void lib_destroy(struct loop *loop, size_t i)
{
	close(loop->watchers[i]->fd);
	free(loop->watchers[i]);
}

ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	const struct timeval timeout = { timeout_ns / 1000000000,
		timeout_ns % 1000000000 / 1000 };

	loop->handle = handle;
	loop->user = user;
	if (timeout_ns > 0)
		event_add(&loop->timer, &timeout);
	event_base_loop(loop->base,
	    timeout_ns == 0 ? EVLOOP_NONBLOCK : EVLOOP_ONCE);
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
	event_active(&loop->waker, EV_READ, 0);
}

static const struct adapter adapter = {
	.version = event_get_version,
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
	.lacks = {
		{ "shared", "one thread at a time runs an event_base" },
	},
};

#include "bench/c/main.h"
