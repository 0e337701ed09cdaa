/* SPDX-License-Identifier: MIT
 *
 * source.c: sources and their association with a poller.
 *
 * A source belongs to one poller at most; a failing call changes nothing. The
 * association ends in four ways: deregister, close or into_inner, the end of
 * the poller, and another source that registers the same handle number with
 * the same poller. The last two happen to the source: `settle` finds out.
 */
#include "source.h"

#include <stdlib.h>

#include "file.h"
#include "poller.h"
#include "sys/fork.h"
#include "sys/handle.h"
#include "sys/thread.h"

/* ---- making ---- */

iosrc_source *iosrc__source_allocate(void)
{
	iosrc_source *source = calloc(1, sizeof(*source));

	if (source)
		source->handle = -1;
	return source;
}

iosrc_status iosrc_create(iosrc_handle handle, iosrc_handle_type type,
    iosrc_source **out_source)
{
	iosrc_source *source;
	iosrc_status status;

	if (!out_source)
		return IOSRC_E_INVALID;
	status = iosrc__handle_check(handle, type);
	if (status < 0)
		return status;
	source = iosrc__source_allocate();
	if (!source)
		return IOSRC_E_NO_MEMORY;
	source->handle = handle;
	atomic_init(&source->traits, iosrc__handle_traits(type));
	*out_source = source;
	return IOSRC_OK;
}

iosrc_handle iosrc_source_handle(const iosrc_source *source)
{
	return source ? source->handle : -1;
}

/* ---- arguments ---- */

iosrc_status iosrc__source_check_directions(iosrc_bits directions)
{
	if (directions & (IOSRC__READY_ONLY | IOSRC__MODES))
		return IOSRC_E_INVALID;
	return directions & ~IOSRC__DIRECTIONS ? IOSRC_E_UNSUPPORTED : IOSRC_OK;
}

static uint32_t process_of(const iosrc_source *source)
{
	return atomic_load_explicit(&source->process, memory_order_relaxed);
}

/* ---- the association; the source's lock is held from here on ---- */

void iosrc__source_set_traits(iosrc_source *source, uint32_t set,
    uint32_t cleared)
{
	atomic_fetch_and_explicit(&source->traits, ~cleared,
	    memory_order_relaxed);
	atomic_fetch_or_explicit(&source->traits, set, memory_order_relaxed);
}

void iosrc__source_give_back(iosrc_source *source)
{
	if (iosrc__source_is_file(source)) {
		/* Another source that took the handle over has ended it without
		 * the post's lock, under which a wait may still look at this
		 * one. */
		iosrc__file_end(source->poller, source->post,
		    source->registration);
		iosrc__latch_free(source->poller, source->post);
	} else {
		iosrc__registration_free(&source->poller->registrations,
		    iosrc__source_slot(source));
	}
}

iosrc_status iosrc__source_settle(iosrc_source *source)
{
	iosrc_poller *poller = source->poller;

	if (!poller)
		return IOSRC_OK;
	if (iosrc__poller_forked(poller))
		return IOSRC_E_FORKED;
	if (iosrc__poller_closed(poller)) {
		iosrc__source_dissociate(source, iosrc__thread_alone());
	} else if (!iosrc__source_is_live(source)) {
		iosrc__source_give_back(source);
		iosrc__source_dissociate(source, iosrc__thread_alone());
	}
	return IOSRC_OK;
}

/* Where only a system call tells a fork, and what is refused. Out of line, so
 * that a change has nothing to save in front of the backend's. */
static __attribute__((noinline)) iosrc_status register_asked(
    iosrc_source *source, iosrc_poller *poller, uint64_t token,
    iosrc_bits interest)
{
	iosrc_status status = iosrc__poller_check(poller);

	return status < 0
	    ? status
	    : poller->backend->begin(source, poller, token, interest);
}

iosrc_status iosrc_register(iosrc_source *source, iosrc_poller *poller,
    uint64_t token, iosrc_bits interest)
{
	iosrc_status status;

	if (!source || !poller)
		return IOSRC_E_INVALID;
	status = iosrc__source_check_interest(poller->capabilities, interest);
	if (status < 0)
		return status;
	if (!iosrc__poller_surely_open(poller))
		return register_asked(source, poller, token, interest);
	return poller->backend->begin(source, poller, token, interest);
}

static __attribute__((noinline)) iosrc_status reregister_asked(
    iosrc_source *source, iosrc_poller *poller, uint64_t token,
    iosrc_bits interest)
{
	iosrc_status status = iosrc__poller_check(poller);

	return status < 0
	    ? status
	    : poller->backend->renew(source, poller, token, interest);
}

iosrc_status iosrc_reregister(iosrc_source *source, iosrc_poller *poller,
    uint64_t token, iosrc_bits interest)
{
	iosrc_status status;

	if (!source || !poller)
		return IOSRC_E_INVALID;
	status = iosrc__source_check_interest(poller->capabilities, interest);
	if (status < 0)
		return status;
	if (!iosrc__poller_surely_open(poller))
		return reregister_asked(source, poller, token, interest);
	return poller->backend->renew(source, poller, token, interest);
}

/* ---- another handle ---- */

/* The source that an entry named, whose handle was closed behind our back, for
 * its number has been given out again. */
static void end_named(iosrc_poller *poller, uint32_t named)
{
	struct iosrc__slot *slot;
	uint32_t generation;

	if (named == 0)
		return;
	slot = iosrc__registration_known_slot(&poller->registrations,
	    named - 1);
	generation = iosrc__slot_generation(slot);
	if (generation & 1)
		iosrc__slot_end(slot, generation);
}

/* The gate is entered and the source is registered. The new number's entry
 * comes first: nobody else wants it who has another one. */
static iosrc_status move_entered(iosrc_source *source, iosrc_handle handle)
{
	iosrc_poller *poller = source->poller;
	struct iosrc__change change = iosrc__source_change(source);
	uint32_t own = iosrc__source_slot(source) + 1;
	iosrc__handle_entry *entry = iosrc__handle_map_entry(&poller->handles,
	    iosrc__handle_number(handle));
	uint32_t taken, named;

	if (!entry)
		return IOSRC_E_NO_MEMORY;
	taken = iosrc__handle_map_hold(entry, false);
	named = iosrc__handle_map_hold(source->entry, false);
	if (named != own) {
		iosrc__handle_map_let_go(source->entry, named);
		iosrc__handle_map_let_go(entry, taken);
		return IOSRC_OK;
	}
	end_named(poller, taken);
	poller->backend->move(poller, &change, handle);
	iosrc__handle_map_let_go(source->entry, 0);
	iosrc__handle_map_let_go(entry, own);
	source->entry = entry;
	return IOSRC_OK;
}

iosrc_status iosrc__source_move(iosrc_source *source, iosrc_handle handle)
{
	iosrc_status status = iosrc__source_lock(source, iosrc__process_id(),
	    false);

	if (status < 0)
		return status;
	status = iosrc__source_settle(source);
	if (status == IOSRC_OK && source->poller &&
	    iosrc__poller_enter(source->poller)) {
		status = move_entered(source, handle);
		iosrc__poller_leave(source->poller);
	}
	if (status == IOSRC_OK)
		source->handle = handle;
	iosrc__lock_release(&source->lock);
	return status;
}

/* ---- deregister, close, into_inner ---- */

static __attribute__((noinline)) iosrc_status deregister_asked(
    iosrc_source *source, iosrc_poller *poller)
{
	iosrc_status status = iosrc__poller_check(poller);

	return status < 0 ? status : poller->backend->end(source, poller);
}

iosrc_status iosrc_deregister(iosrc_source *source, iosrc_poller *poller)
{
	if (!source || !poller)
		return IOSRC_E_INVALID;
	if (!iosrc__poller_surely_open(poller))
		return deregister_asked(source, poller);
	return poller->backend->end(source, poller);
}

/* The source goes away: no other call on it is in progress, so no lock. In a
 * forked child nothing but its own memory is touched. */
static void leave_poller(iosrc_source *source)
{
	iosrc_poller *poller = source->poller;

	if (!poller)
		return;
	if (!iosrc__poller_forked(poller) && iosrc__poller_enter(poller)) {
		poller->backend->leave(source);
		iosrc__poller_leave(poller);
	}
	iosrc__source_dissociate(source, iosrc__thread_alone());
}

iosrc_status iosrc_into_inner(iosrc_source *source, iosrc_handle *out_handle)
{
	int cancel;

	if (!source)
		return IOSRC_E_INVALID;
	cancel = iosrc__thread_cancel_disable();
	leave_poller(source);
	iosrc__handle_let_go(source);
	iosrc__thread_cancel_restore(cancel);
	if (out_handle)
		*out_handle = source->handle;
	free(source);
	return IOSRC_OK;
}

iosrc_status iosrc_close(iosrc_source *source)
{
	iosrc_status status;
	int cancel;

	if (!source)
		return IOSRC_OK;
	cancel = iosrc__thread_cancel_disable();
	leave_poller(source);
	status = iosrc__handle_close(source);
	iosrc__thread_cancel_restore(cancel);
	free(source);
	return status;
}

/* ---- what it tells, and what it is told ---- */

uint64_t iosrc_source_registration(const iosrc_source *source)
{
	/* The lock is the one thing in it that a reader writes. */
	iosrc_source *held = (iosrc_source *)(uintptr_t)source;
	uint64_t registration = 0;

	if (!source || process_of(source) == 0 ||
	    iosrc__source_lock(held, process_of(source), false) < 0)
		return 0;
	if (source->poller && iosrc__poller_check(source->poller) == IOSRC_OK &&
	    iosrc__source_is_live(source))
		registration = source->registration;
	iosrc__lock_release(&held->lock);
	return registration;
}

/* The gate is entered and the source is registered. */
static void rearm_entered(iosrc_source *source, iosrc_bits directions,
    enum iosrc__rearm why)
{
	iosrc_poller *poller = source->poller;
	struct iosrc__change change = iosrc__source_change(source);

	directions &= source->interest;
	if (iosrc__source_is_file(source)
	        ? iosrc__file_rearm(poller, source->post, source->registration,
	              directions)
	        : poller->backend->rearm(poller, &change, directions, why))
		iosrc__count(&poller->counters.rearms, 1);
}

static iosrc_status rearm(iosrc_source *source, iosrc_bits directions,
    enum iosrc__rearm why)
{
	iosrc_status status;

	if (process_of(source) == 0)
		return IOSRC_OK;
	status = iosrc__source_lock(source, process_of(source),
	    iosrc__thread_alone());
	if (status < 0)
		return status;
	status = iosrc__source_settle(source);
	if (status == IOSRC_OK && iosrc__source_reports(source) &&
	    iosrc__poller_enter(source->poller)) {
		rearm_entered(source, directions, why);
		iosrc__poller_leave(source->poller);
	}
	iosrc__lock_release(&source->lock);
	return status;
}

void iosrc__source_rearm(iosrc_source *source, iosrc_bits directions,
    enum iosrc__rearm why)
{
	if (iosrc__source_reports(source))
		rearm(source, directions, why);
}

iosrc_status iosrc_rearm(iosrc_source *source, iosrc_bits directions)
{
	iosrc_status status;

	if (!source)
		return IOSRC_E_INVALID;
	status = iosrc__source_check_directions(directions);
	return status < 0 ? status
	                  : rearm(source, directions, IOSRC__REARM_BLOCKED);
}
