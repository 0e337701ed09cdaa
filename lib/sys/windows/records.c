/* SPDX-License-Identifier: MIT
 *
 * records.c: finding, making and taking over records.
 *
 * A number may have a record of each sort: what one of another sort has under
 * way says nothing of it.
 */
#include <config.h>

#include "sys/windows/records.h"

#include <stdlib.h>

#include "source.h"
#include "sys/handle.h"
#include "sys/windows/pipe_watch.h"
#include "sys/windows/port.h"
#include "sys/windows/sock.h"
#include "sys/windows/waitable.h"

static const struct iosrc__watch_calls *const sorts[] = { &iosrc__sock_calls,
	&iosrc__waitable_calls, &iosrc__pipe_calls };

static const struct iosrc__watch_calls *sort_of(const iosrc_source *source)
{
	if (iosrc__source_has(source, IOSRC__SOURCE_WAITABLE))
		return &iosrc__waitable_calls;
	return iosrc__source_has(source, IOSRC__SOURCE_PIPE)
	    ? &iosrc__pipe_calls
	    : &iosrc__sock_calls;
}

iosrc_status iosrc__records_open(struct iosrc__records *records, HANDLE port)
{
	records->port = port;
	iosrc__nt_waits_find(&records->waits);
	iosrc__watches_init(&records->watches);
	return iosrc__groups_open(&records->groups, port);
}

iosrc_status iosrc__record_look(const struct iosrc__change *change,
    struct iosrc__looked *out)
{
	out->calls = sort_of(change->source);
	out->base = INVALID_SOCKET;
	if (out->calls == &iosrc__waitable_calls)
		return iosrc__waitable_check(change->handle);
	if (out->calls == &iosrc__pipe_calls)
		return iosrc__pipe_watch_check(change->source);
	return iosrc__sock_find_base(change->handle, &out->base);
}

static struct iosrc__watch *find(const struct iosrc__records *records,
    iosrc_handle handle, const struct iosrc__watch_calls *calls)
{
	return iosrc__watches_find(&records->watches,
	    iosrc__handle_number(handle), calls);
}

struct iosrc__watch *iosrc__record_find(const struct iosrc__records *records,
    const struct iosrc__change *change)
{
	return find(records, change->handle, sort_of(change->source));
}

static iosrc_status insert(struct iosrc__records *records,
    struct iosrc__watch *watch, iosrc_handle handle)
{
	watch->number = iosrc__handle_number(handle);
	if (iosrc__watches_insert(&records->watches, watch))
		return IOSRC_OK;
	watch->calls->free(watch);
	return IOSRC_E_NO_MEMORY;
}

/* ---- sockets ---- */

/* A handle of AFD is never polled through itself: it kills the server of Wine.
 * If its number is that of a record, the record's socket was closed behind our
 * back. */
static void disown_number(const struct iosrc__records *records, HANDLE afd)
{
	struct iosrc__watch *owner = find(records, (iosrc_handle)afd,
	    &iosrc__sock_calls);

	if (owner)
		iosrc__sock_set_base(owner, INVALID_SOCKET);
}

static iosrc_status get_sock(struct iosrc__records *records,
    iosrc_handle handle, SOCKET base, struct iosrc__watch **out_watch)
{
	struct iosrc__watch *watch = find(records, handle, &iosrc__sock_calls);
	iosrc_status status = IOSRC_OK;

	if (!watch) {
		status = iosrc__sock_make(&records->groups, &watch);
		if (status == IOSRC_OK)
			status = insert(records, watch, handle);
		if (status < 0)
			return status;
		disown_number(records, iosrc__sock_afd(watch));
	}
	iosrc__sock_set_base(watch, base);
	*out_watch = watch;
	return IOSRC_OK;
}

/* ---- waitable handles ---- */

/* A new record, or, where a packet is under way to an old one, that with what
 * the new one has. The old one cannot be the only record, so that nothing fails
 * after it was ended. */
static iosrc_status get_waitable(struct iosrc__records *records,
    iosrc_handle handle, struct iosrc__watch **out_watch)
{
	struct iosrc__watch *made, *old;
	iosrc_status status = iosrc__waitable_make(&records->waits,
	    records->port, handle, &made);

	if (status < 0)
		return status;
	old = find(records, handle, &iosrc__waitable_calls);
	if (old)
		iosrc__watch_remove(&records->watches, old);
	old = find(records, handle, &iosrc__waitable_calls);
	if (!old) {
		*out_watch = made;
		return insert(records, made, handle);
	}
	iosrc__waitable_swap(old, made);
	made->calls->free(made);
	*out_watch = old;
	return IOSRC_OK;
}

/* ---- pipes ---- */

static iosrc_status get_pipe(struct iosrc__records *records,
    const struct iosrc__change *change, struct iosrc__watch **out_watch)
{
	struct iosrc__watch *made = iosrc__pipe_watch_make(records->port);
	struct iosrc__watch *old;

	if (!made)
		return IOSRC_E_NO_MEMORY;
	old = find(records, change->handle, &iosrc__pipe_calls);
	if (old)
		iosrc__watch_remove(&records->watches, old);
	old = find(records, change->handle, &iosrc__pipe_calls);
	if (old)
		made->calls->free(made);
	else if (insert(records, made, change->handle) < 0)
		return IOSRC_E_NO_MEMORY;
	*out_watch = old ? old : made;
	iosrc__pipe_watch_set(*out_watch, change->source);
	return IOSRC_OK;
}

/* ---- changes ---- */

/* The number had a source before: its records, but for those of one sort. */
static void evict(struct iosrc__records *records, iosrc_handle handle,
    const struct iosrc__watch_calls *but)
{
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		struct iosrc__watch *watch = sorts[i] == but
		    ? NULL
		    : find(records, handle, sorts[i]);

		if (watch && watch->registration)
			iosrc__watch_remove(&records->watches, watch);
	}
}

iosrc_status iosrc__record_add(struct iosrc__records *records,
    const struct iosrc__change *change, const struct iosrc__looked *looked)
{
	struct iosrc__watch *watch = NULL;
	iosrc_status status;

	if (looked->calls == &iosrc__waitable_calls)
		status = get_waitable(records, change->handle, &watch);
	else if (looked->calls == &iosrc__pipe_calls)
		status = get_pipe(records, change, &watch);
	else
		status = get_sock(records, change->handle, looked->base,
		    &watch);
	if (status < 0)
		return status;
	if (change->replaced)
		evict(records, change->handle, looked->calls);
	iosrc__watch_add(&records->watches, watch, change);
	return IOSRC_OK;
}

/* A wait is about an object, not about a number: another object of the same
 * number has a wait of its own. */
iosrc_status iosrc__record_modify(struct iosrc__records *records,
    const struct iosrc__change *change, const struct iosrc__looked *looked)
{
	struct iosrc__watch *watch = iosrc__record_find(records, change);

	if (!watch ||
	    (looked->calls == &iosrc__waitable_calls &&
	        !iosrc__waitable_is(watch, change->handle)))
		return iosrc__record_add(records, change, looked);
	if (looked->calls == &iosrc__sock_calls)
		iosrc__sock_set_base(watch, looked->base);
	iosrc__watch_modify(&records->watches, watch, change);
	return IOSRC_OK;
}

void iosrc__record_remove(struct iosrc__records *records,
    const struct iosrc__change *change)
{
	struct iosrc__watch *watch = iosrc__record_find(records, change);

	if (watch)
		iosrc__watch_remove(&records->watches, watch);
}

void iosrc__record_move(struct iosrc__records *records,
    const struct iosrc__change *change, iosrc_handle handle)
{
	struct iosrc__watch *watch = iosrc__record_find(records, change);

	if (!watch)
		return;
	evict(records, handle, NULL);
	iosrc__watches_renumber(&records->watches, watch,
	    iosrc__handle_number(handle));
}

/* ---- packets ---- */

struct iosrc__watch_answer iosrc__record_answer(const OVERLAPPED_ENTRY *packet)
{
	struct iosrc__watch *watch = (struct iosrc__watch *)(void *)
	                                 packet->lpOverlapped;

	switch (packet->lpCompletionKey) {
	case IOSRC__PORT_SOCK:
		return iosrc__sock_answer(watch);
	case IOSRC__PORT_PIPE:
		return iosrc__pipe_watch_answer(watch);
	case IOSRC__PORT_WAIT:
		return iosrc__waitable_answer(watch);
	default:
		return (struct iosrc__watch_answer){ IOSRC__ANSWER_FAILED, 0,
			false };
	}
}
