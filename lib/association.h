/* SPDX-License-Identifier: MIT
 *
 * association.h: register, reregister and deregister, in front of a kernel.
 *
 * Who includes it is a backend, and defines iosrc__add, iosrc__modify and
 * iosrc__remove: what it tells its kernel. So each backend has the association
 * whole, around its own kernel calls, and the core calls it by the backend's
 * table: on processors that guard returns, a level of calls around a system
 * call costs 5 to 13 ns, where a modify takes 220 in all.
 *
 * The core has checked every argument and the poller. What is rare is kept out
 * of line. Each call is there twice, for `alone` is a constant in it: the only
 * thread of a process takes no lock, for nobody could see it held.
 */
#ifndef IOSRC_ASSOCIATION_H
#define IOSRC_ASSOCIATION_H

#include "backend.h"
#include "file.h"
#include "poller.h"
#include "source.h"
#include "sys/handle.h"

/* One handle's registration. The handle's entry is held, so changes of one
 * number never overlap, and the registration is published: an event may come
 * at once. On failure nothing has changed. A handle number that the system has
 * an entry for is taken over by add; one that it has none for is added by
 * modify. A bad handle is told. */
static iosrc_status iosrc__add(iosrc_poller *poller,
    const struct iosrc__change *change);
static iosrc_status iosrc__modify(iosrc_poller *poller,
    const struct iosrc__change *change);
/* No wait of another thread holds on to the handle when this returns. What a
 * kernel answers to a handle that was closed behind our back is ignored. */
static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change);

static inline struct iosrc__registered iosrc__association_registered(
    iosrc_source *source, uint64_t token, iosrc_bits interest)
{
	iosrc_bits unasked = interest & IOSRC__DIRECTIONS ? IOSRC__UNASKED : 0;

	return (struct iosrc__registered){ token, interest | unasked, source };
}

/* Ends what an entry named before: its handle has a new source. */
static inline void iosrc__association_end_named(iosrc_poller *poller,
    uint32_t named)
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

/* ---- register ---- */

/* An always-ready file, which the kernel refused: a post instead. The entry is
 * held and names it from now on, as it names any other. */
static __attribute__((noinline)) iosrc_status iosrc__association_begin_file(
    iosrc_source *source, iosrc_poller *poller, struct iosrc__registered what)
{
	if (!iosrc__latch_alloc(poller, &source->post))
		return IOSRC_E_NO_MEMORY;
	iosrc__source_set_traits(source,
	    IOSRC__SOURCE_FILE | IOSRC__SOURCE_REARMS, 0);
	source->registration = iosrc__file_publish(poller, source->post, &what);
	source->slot = iosrc__registration_known_slot(&poller->registrations,
	    iosrc__source_slot(source));
	return IOSRC_OK;
}

/* Publishes a slot of its own and tells the backend. What does not succeed, a
 * file among it (ALWAYS_READY), has changed nothing. Inlined, for it calls the
 * kernel: above that a register has no level of calls but its own. */
static inline __attribute__((always_inline)) iosrc_status
iosrc__association_try_slot(iosrc_source *source, iosrc_poller *poller,
    struct iosrc__registered what, iosrc_bits interest, uint32_t named,
    bool alone, bool direct)
{
	struct iosrc__registrations *table = &poller->registrations;
	struct iosrc__change change = { source->handle, 0, interest, named,
		source, direct };
	bool arms = poller->backend->rearms && !iosrc__source_reports(source);
	struct iosrc__slot *slot;
	iosrc_status status;
	uint32_t index;

	if (!iosrc__registration_alloc(table, &index, alone))
		return IOSRC_E_NO_MEMORY;
	slot = iosrc__registration_known_slot(table, index);
	change.registration = iosrc__registration_make(index,
	    iosrc__slot_publish(slot, what, alone));
	/* Before the first event: another thread may have it, and be back
	 * with a would-block, before this call returns. */
	if (arms)
		iosrc__source_set_traits(source, IOSRC__SOURCE_REARMS, 0);
	status = iosrc__add(poller, &change);
	if (status != IOSRC_OK) {
		if (arms)
			iosrc__source_set_traits(source, 0,
			    IOSRC__SOURCE_REARMS);
		iosrc__registration_end(table, change.registration);
		iosrc__registration_free(table, index);
		return status;
	}
	source->registration = change.registration;
	source->slot = slot;
	return IOSRC_OK;
}

static inline __attribute__((always_inline)) iosrc_status
iosrc__association_start(iosrc_source *source, iosrc_poller *poller,
    uint64_t token, iosrc_bits interest, bool alone, bool direct)
{
	struct iosrc__registered what = iosrc__association_registered(source,
	    token, interest);
	iosrc__handle_entry *entry;
	iosrc_status status;
	uint32_t named;

	entry = iosrc__handle_map_entry(&poller->handles,
	    iosrc__handle_number(source->handle));
	if (!entry)
		return IOSRC_E_NO_MEMORY;
	named = iosrc__handle_map_hold(entry, alone);
	status = iosrc__association_try_slot(source, poller, what, interest,
	    named, alone, direct);
	if (status == IOSRC__ALWAYS_READY)
		status = iosrc__association_begin_file(source, poller, what);
	if (status < 0) {
		iosrc__handle_map_let_go(entry, named);
		return status;
	}
	iosrc__association_end_named(poller, named);
	iosrc__handle_map_let_go(entry, iosrc__source_slot(source) + 1);
	source->entry = entry;
	source->interest = interest;
	/* In this order: a fork may catch us between the two, and its child
	 * must not let go of what was not held. */
	iosrc__poller_hold(poller, alone);
	source->poller = poller;
	return IOSRC_OK;
}

/* ---- reregister ---- */

/* Behind our back the number has become a file: a post instead of the slot,
 * whose registration lives up to here. */
static __attribute__((noinline)) iosrc_status iosrc__association_become_file(
    iosrc_source *source, struct iosrc__registered what)
{
	iosrc_poller *poller = source->poller;
	uint64_t old = source->registration;
	iosrc_status status = iosrc__association_begin_file(source, poller,
	    what);

	if (status < 0)
		return status;
	iosrc__registration_end(&poller->registrations, old);
	iosrc__registration_free(&poller->registrations,
	    iosrc__registration_index(old));
	return IOSRC_OK;
}

/* The same slot in its next generation, told to the kernel. The entry is held
 * and names it. */
static inline __attribute__((always_inline)) iosrc_status
iosrc__association_renew_slot(iosrc_source *source,
    struct iosrc__registered what, iosrc_bits interest, bool alone)
{
	struct iosrc__slot *slot = source->slot;
	uint64_t old_token = iosrc__token_get(&slot->token);
	struct iosrc__change change = { source->handle,
		iosrc__registration_make(iosrc__source_slot(source),
		    iosrc__slot_publish(slot, what, alone)),
		interest, 0, source, false };
	iosrc_status status = iosrc__modify(source->poller, &change);

	if (status != IOSRC_OK) {
		iosrc__slot_set(slot,
		    iosrc__registration_generation(source->registration),
		    iosrc__association_registered(source, old_token,
		        source->interest),
		    alone);
		return status == IOSRC__ALWAYS_READY
		    ? iosrc__association_become_file(source, what)
		    : status;
	}
	source->registration = change.registration;
	return IOSRC_OK;
}

/* Another slot, for the old one's generations are used up. */
static __attribute__((noinline)) iosrc_status iosrc__association_move_slot(
    iosrc_source *source, struct iosrc__registered what, iosrc_bits interest)
{
	struct iosrc__registrations *table = &source->poller->registrations;
	struct iosrc__change change = { source->handle, 0, interest,
		iosrc__source_slot(source) + 1, source, false };
	iosrc_status status;
	uint32_t slot;

	if (!iosrc__registration_alloc(table, &slot, false))
		return IOSRC_E_NO_MEMORY;
	change.registration = iosrc__registration_publish(table, slot, &what);
	status = iosrc__modify(source->poller, &change);
	if (status != IOSRC_OK) {
		iosrc__registration_end(table, change.registration);
		iosrc__registration_free(table, slot);
		return status == IOSRC__ALWAYS_READY
		    ? iosrc__association_become_file(source, what)
		    : status;
	}
	iosrc__registration_end(table, source->registration);
	source->registration = change.registration;
	source->slot = iosrc__registration_known_slot(table, slot);
	return IOSRC_OK;
}

/* The post in its next generation, or another one where there is none left. */
static __attribute__((noinline)) iosrc_status iosrc__association_renew_post(
    iosrc_source *source, struct iosrc__registered what)
{
	iosrc_poller *poller = source->poller;
	struct iosrc__post_place place = source->post;
	bool moves = !iosrc__slot_can_renew(source->slot);

	if (moves && !iosrc__latch_alloc(poller, &place))
		return IOSRC_E_NO_MEMORY;
	if (moves)
		iosrc__file_end(poller, source->post, source->registration);
	source->registration = iosrc__file_publish(poller, place, &what);
	source->post = place;
	source->slot = iosrc__registration_known_slot(&poller->registrations,
	    iosrc__source_slot(source));
	return IOSRC_OK;
}

/* The kernel is asked again: behind our back the number may have become
 * something that it watches. */
static __attribute__((noinline)) iosrc_status iosrc__association_renew_file(
    iosrc_source *source, struct iosrc__registered what, iosrc_bits interest)
{
	iosrc_poller *poller = source->poller;
	struct iosrc__post_place place = source->post;
	uint64_t old = source->registration;
	iosrc_status status = iosrc__association_try_slot(source, poller, what,
	    interest, 0, false, false);

	if (status == IOSRC__ALWAYS_READY)
		return iosrc__association_renew_post(source, what);
	if (status < 0)
		return status;
	iosrc__file_end(poller, place, old);
	iosrc__latch_free(poller, place);
	iosrc__source_set_traits(source,
	    poller->backend->rearms ? IOSRC__SOURCE_REARMS : 0,
	    IOSRC__SOURCE_REARMS | IOSRC__SOURCE_FILE);
	return IOSRC_OK;
}

static inline __attribute__((always_inline)) iosrc_status
iosrc__association_change(iosrc_source *source, uint64_t token,
    iosrc_bits interest, bool alone)
{
	struct iosrc__registered what = iosrc__association_registered(source,
	    token, interest);
	uint32_t named = iosrc__handle_map_hold(source->entry, alone);
	iosrc_status status;

	if (named != iosrc__source_slot(source) + 1)
		status = IOSRC_E_NOT_REGISTERED;
	else if (iosrc__source_is_file(source))
		status = iosrc__association_renew_file(source, what, interest);
	else if (iosrc__slot_can_renew(source->slot))
		status = iosrc__association_renew_slot(source, what, interest,
		    alone);
	else
		status = iosrc__association_move_slot(source, what, interest);
	if (status == IOSRC_OK) {
		source->interest = interest;
		named = iosrc__source_slot(source) + 1;
	}
	iosrc__handle_map_let_go(source->entry, named);
	return status;
}

/* ---- deregister ---- */

/* Ends a live registration: dead, the kernel's entry, then the slot. The
 * kernel is called only while the handle's entry names this slot. Inlined as
 * the register's is. */
static inline __attribute__((always_inline)) void iosrc__association_stop(
    iosrc_source *source, bool alone)
{
	iosrc_poller *poller = source->poller;
	struct iosrc__change change = iosrc__source_change(source);
	uint32_t named = iosrc__handle_map_hold(source->entry, alone);
	bool own = named == iosrc__source_slot(source) + 1;

	if (iosrc__source_is_file(source)) {
		iosrc__file_end(poller, source->post, source->registration);
		iosrc__handle_map_let_go(source->entry, own ? 0 : named);
		iosrc__source_give_back(source);
		return;
	}
	if (own) {
		iosrc__slot_end(source->slot,
		    iosrc__registration_generation(source->registration));
		iosrc__remove(poller, &change);
	}
	iosrc__handle_map_let_go(source->entry, own ? 0 : named);
	iosrc__registration_give_back(&poller->registrations, source->slot,
	    iosrc__source_slot(source), alone);
}

/* ---- what the core calls ---- */

/* Registered with this poller? It lives, and in this process: that was asked
 * before. */
static inline iosrc_status iosrc__association_check(iosrc_source *source,
    const iosrc_poller *poller)
{
	iosrc_status status;

	if (source->poller == poller && iosrc__source_is_live(source))
		return IOSRC_OK;
	status = iosrc__source_settle(source);
	if (status < 0)
		return status;
	if (!source->poller)
		return IOSRC_E_NOT_REGISTERED;
	return source->poller == poller ? IOSRC_OK : IOSRC_E_WRONG_POLLER;
}

static inline __attribute__((always_inline)) iosrc_status
iosrc__association_begin_as(iosrc_source *source, iosrc_poller *poller,
    uint64_t token, iosrc_bits interest, bool alone, bool direct)
{
	iosrc_status status = iosrc__source_lock(source, poller->fork.process,
	    alone);

	if (status < 0)
		return status;
	atomic_store_explicit(&source->process, poller->fork.process,
	    memory_order_relaxed);
	if (source->poller)
		status = iosrc__source_settle(source);
	if (status == IOSRC_OK)
		status = source->poller
		    ? IOSRC_E_ALREADY_REGISTERED
		    : iosrc__association_start(source, poller, token, interest,
		          alone, direct);
	iosrc__lock_release(&source->lock);
	return status;
}

static iosrc_status iosrc__association_begin(iosrc_source *source,
    iosrc_poller *poller, uint64_t token, iosrc_bits interest)
{
	return iosrc__thread_alone()
	    ? iosrc__association_begin_as(source, poller, token, interest, true,
	          false)
	    : iosrc__association_begin_as(source, poller, token, interest,
	          false, false);
}

static inline __attribute__((always_inline)) iosrc_status
iosrc__association_renew_as(iosrc_source *source, iosrc_poller *poller,
    uint64_t token, iosrc_bits interest, bool alone)
{
	iosrc_status status = iosrc__source_lock(source, poller->fork.process,
	    alone);

	if (status < 0)
		return status;
	status = iosrc__association_check(source, poller);
	if (status == IOSRC_OK)
		status = (source->interest | interest) & IOSRC_EXCLUSIVE
		    ? IOSRC_E_UNSUPPORTED
		    : iosrc__association_change(source, token, interest, alone);
	iosrc__lock_release(&source->lock);
	return status;
}

static iosrc_status iosrc__association_renew(iosrc_source *source,
    iosrc_poller *poller, uint64_t token, iosrc_bits interest)
{
	return iosrc__thread_alone()
	    ? iosrc__association_renew_as(source, poller, token, interest, true)
	    : iosrc__association_renew_as(source, poller, token, interest,
	          false);
}

static inline __attribute__((always_inline)) iosrc_status
iosrc__association_end_as(iosrc_source *source, iosrc_poller *poller,
    bool alone)
{
	iosrc_status status = iosrc__source_lock(source, poller->fork.process,
	    alone);

	if (status < 0)
		return status;
	status = iosrc__association_check(source, poller);
	if (status == IOSRC_OK) {
		iosrc__association_stop(source, alone);
		iosrc__source_dissociate(source, alone);
	}
	iosrc__lock_release(&source->lock);
	return status;
}

static iosrc_status iosrc__association_end(iosrc_source *source,
    iosrc_poller *poller)
{
	return iosrc__thread_alone()
	    ? iosrc__association_end_as(source, poller, true)
	    : iosrc__association_end_as(source, poller, false);
}

/* The source goes away: no other call on it is in progress, so no lock. */
static void iosrc__association_leave(iosrc_source *source)
{
	iosrc__association_stop(source, iosrc__thread_alone());
}

#endif
