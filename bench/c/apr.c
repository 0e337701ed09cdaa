/* SPDX-License-Identifier: MIT
 *
 * apr.c: apr_pollset of Apache's portable runtime, over epoll, with
 * APR_POLLSET_NOCOPY, without which a removal searches a list.
 */
#include "bench/c/help.h"

#include <apr_general.h>
#include <apr_poll.h>
#include <apr_portable.h>
#include <apr_version.h>
#include <pthread.h>

struct watcher {
	apr_pollfd_t poll;
	apr_file_t *file;
	size_t i;
	int fd;
};

struct loop {
	apr_pool_t *pool;
	apr_pollset_t *set;
	size_t waker; /* WAKER, which the compiler shall not know */
	struct watcher **watchers;
};

static void succeed(apr_status_t status, const char *what)
{
	char text[100];

	if (status == APR_SUCCESS)
		return;
	fprintf(stderr, "%s: %s\n", what,
	    apr_strerror(status, text, sizeof(text)));
	exit(1);
}

static void initialize(void)
{
	succeed(apr_initialize(), "apr_initialize");
}

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct loop *loop = allocate(1, sizeof(*loop));

	(void)mode;
	loop->waker = WAKER;
	check(pthread_once(&once, initialize) == 0, "pthread_once");
	succeed(apr_pool_create(&loop->pool, NULL), "apr_pool_create");
	succeed(
	    apr_pollset_create_ex(&loop->set,
	        (apr_uint32_t)(count < CAPACITY ? CAPACITY : count), loop->pool,
	        APR_POLLSET_NOCOPY | (wants & WAKES ? APR_POLLSET_WAKEABLE : 0),
	        APR_POLLSET_EPOLL),
	    "apr_pollset_create_ex");
	loop->watchers = allocate(count, sizeof(*loop->watchers));
	return loop;
}

static void lib_create(struct loop *loop, size_t i, int fd)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	check(watcher != NULL, "malloc");
	watcher->i = i;
	watcher->fd = fd;
	succeed(apr_os_file_put(&watcher->file, &fd, 0, loop->pool),
	    "apr_os_file_put");
	watcher->poll.desc_type = APR_POLL_FILE;
	watcher->poll.desc.f = watcher->file;
	watcher->poll.client_data = watcher;
	watcher->poll.reqevents = APR_POLLIN;
	loop->watchers[i] = watcher;
}

static void lib_add(struct loop *loop, size_t i)
{
	succeed(apr_pollset_add(loop->set, &loop->watchers[i]->poll),
	    "apr_pollset_add");
}

/* There is no modify. */
static void lib_modify(struct loop *loop, size_t i, enum interest interest)
{
	apr_pollfd_t *poll = &loop->watchers[i]->poll;

	succeed(apr_pollset_remove(loop->set, poll), "apr_pollset_remove");
	poll->reqevents = (apr_int16_t)(interest == READ_WRITE
	        ? APR_POLLIN | APR_POLLOUT
	        : APR_POLLIN);
	succeed(apr_pollset_add(loop->set, poll), "apr_pollset_add");
}

static void lib_remove(struct loop *loop, size_t i)
{
	succeed(apr_pollset_remove(loop->set, &loop->watchers[i]->poll),
	    "apr_pollset_remove");
}

/* The pool keeps the file object, as pools do. */
static void lib_destroy(struct loop *loop, size_t i)
{
	close(loop->watchers[i]->fd);
	free(loop->watchers[i]);
}

ALWAYS_INLINE void lib_wait(struct loop *loop, int64_t timeout_ns,
    handler *handle, void *user)
{
	const apr_pollfd_t *ready;
	apr_int32_t count = 0;
	apr_status_t status = apr_pollset_poll(loop->set,
	    timeout_ns < 0 ? -1 : timeout_ns / 1000, &count, &ready);

	if (APR_STATUS_IS_EINTR(status)) {
		handle(loop->waker, user);
		return;
	}
	if (APR_STATUS_IS_TIMEUP(status))
		return;
	succeed(status, "apr_pollset_poll");
	for (apr_int32_t i = 0; i < count; i++)
		handle(((struct watcher *)ready[i].client_data)->i, user);
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
	succeed(apr_pollset_wakeup(loop->set), "apr_pollset_wakeup");
}

static const struct adapter adapter = {
	.version = apr_version_string,
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
		{ "shared", "a pollset has one array of results" },
		{ "ready edge", "apr_pollset is level-triggered" },
		{ "wake pending", "blocks once 65,536 wakes are pending" },
		{ "wake awake", "blocks once 65,536 wakes are pending" },
		{ "timeout 50000", "whole milliseconds, rounded down" },
		{ "timeout 200000", "whole milliseconds, rounded down" },
	},
};

#include "bench/c/main.h"
