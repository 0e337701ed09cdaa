/* SPDX-License-Identifier: MIT
 *
 * pipe_watch.c: waiting for pipes.
 *
 * What is ready when it is asked about has its packet at once. Else the pipe
 * tells of the end of what is pending, and that sends the packet. What it says
 * is looked up when it has come: a pipe that was drained meanwhile is asked
 * about again.
 */
#include <config.h>

#include "sys/windows/pipe_watch.h"

#include <stdlib.h>

#include "source.h"
#include "sys/windows/pipe.h"
#include "sys/windows/port.h"

struct pipe_watch {
	struct iosrc__watch watch;
	struct iosrc__pipe_watcher watcher;
	HANDLE port;
	struct iosrc__pipe *pipe;
	bool cancelled; /* before the packet came */
};

static struct pipe_watch *pipe_watch_of(const struct iosrc__watch *watch)
{
	return (struct pipe_watch *)(uintptr_t)watch;
}

static bool is_open(const struct iosrc__pipe *pipe)
{
	DWORD flags;

	return GetHandleInformation(pipe->handle, &flags);
}

iosrc_status iosrc__pipe_watch_check(iosrc_source *source)
{
	struct iosrc__pipe *pipe;
	iosrc_status status = iosrc__pipe_of(source, &pipe);

	if (status < 0)
		return status;
	if (!is_open(pipe))
		return iosrc_status_last_os();
	return pipe->blocks ? IOSRC_E_UNSUPPORTED : IOSRC_OK;
}

struct iosrc__watch *iosrc__pipe_watch_make(HANDLE port)
{
	struct pipe_watch *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->watch.calls = &iosrc__pipe_calls;
	made->port = port;
	return &made->watch;
}

void iosrc__pipe_watch_set(struct iosrc__watch *watch, iosrc_source *source)
{
	struct pipe_watch *made = pipe_watch_of(watch);
	struct iosrc__pipe *before = made->pipe;

	made->pipe = atomic_load_explicit(&source->pipe, memory_order_acquire);
	iosrc__pipe_hold(made->pipe);
	if (before)
		iosrc__pipe_let_go(before);
}

/* ---- asking ---- */

static bool post(struct pipe_watch *made, ULONG_PTR key)
{
	return iosrc__port_post(made->port, key, &made->watch) == IOSRC_OK;
}

/* In a thread of the pool. Nobody else would send the packet: if the system
 * has no memory now, then it goes out soon. */
static void ended(struct iosrc__pipe_watcher *watcher)
{
	enum { ATTEMPTS = 1000 };
	struct pipe_watch *made = CONTAINING_RECORD(watcher, struct pipe_watch,
	    watcher);

	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (post(made, IOSRC__PORT_PIPE))
			break;
		Sleep(1);
	}
}

static enum iosrc__watch_asked pipe_ask(struct iosrc__watch *watch,
    iosrc_bits directions)
{
	struct pipe_watch *made = pipe_watch_of(watch);

	made->cancelled = false;
	made->watcher = (struct iosrc__pipe_watcher){ ended, directions };
	if (!iosrc__pipe_watch(made->pipe, &made->watcher))
		return IOSRC__ASK_OUT;
	return post(made, IOSRC__PORT_PIPE) ? IOSRC__ASK_OUT
	                                    : IOSRC__ASK_REFUSED;
}

static bool pipe_cancel(struct iosrc__watch *watch)
{
	struct pipe_watch *made = pipe_watch_of(watch);

	made->cancelled = true;
	return iosrc__pipe_unwatch(made->pipe, &made->watcher);
}

static bool pipe_tell(struct iosrc__watch *watch)
{
	return post(pipe_watch_of(watch), IOSRC__PORT_TOLD);
}

static void pipe_free(struct iosrc__watch *watch)
{
	struct pipe_watch *made = pipe_watch_of(watch);

	if (made->pipe)
		iosrc__pipe_let_go(made->pipe);
	free(made);
}

const struct iosrc__watch_calls iosrc__pipe_calls = {
	.directions = IOSRC_READABLE | IOSRC_WRITABLE,
	.ask = pipe_ask,
	.cancel = pipe_cancel,
	.tell = pipe_tell,
	.give_back = NULL,
	.free = pipe_free,
};

/* ---- answers ---- */

/* A pipe whose registration ended is closed perhaps: it is not looked at. What
 * was closed behind our back looks like one whose peer has gone, or, if it
 * listened, like one with a client that cannot be seen. */
struct iosrc__watch_answer iosrc__pipe_watch_answer(struct iosrc__watch *watch)
{
	struct pipe_watch *made = pipe_watch_of(watch);
	struct iosrc__watch_answer answer = { IOSRC__ANSWER_CANCELLED, 0,
		false };

	if (made->cancelled)
		return answer;
	answer.outcome = IOSRC__ANSWER_READY;
	answer.ready = iosrc__pipe_ready(made->pipe);
	if ((!answer.ready || answer.ready & IOSRC_WRITE_CLOSED) &&
	    !is_open(made->pipe))
		answer.outcome = IOSRC__ANSWER_CLOSED;
	return answer;
}
