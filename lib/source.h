/* SPDX-License-Identifier: MIT
 *
 * source.h: what a source is inside.
 *
 * The lock guards the association: which poller, under which registration.
 * Its holder leaves the process in which the source was registered, so that a
 * forked child can tell a lock whose thread it does not have. `traits` is read
 * without it, on the path of every I/O call.
 */
#ifndef IOSRC_SOURCE_H
#define IOSRC_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <iosrc.h>

#include "backend.h"
#include "handle_map.h"
#include "latch.h"
#include "lock.h"
#include "poller.h"
#include "registration.h"

/* Traits: a would-block has to be reported to the poller; the association is
 * an always-ready file; and the nature of the handle, as far as it is known or
 * was told. */
#define IOSRC__SOURCE_REARMS UINT32_C(0x1)
#define IOSRC__SOURCE_FILE UINT32_C(0x2)
#define IOSRC__SOURCE_STREAM UINT32_C(0x10)     /* no socket: send refused it */
#define IOSRC__SOURCE_SIGNALS UINT32_C(0x20)    /* nor is RWF_NOSIGNAL taken */
#define IOSRC__SOURCE_NO_ACCEPT4 UINT32_C(0x40) /* the system has none */
#define IOSRC__SOURCE_NONBLOCKING UINT32_C(0x80) /* asked for a ring: it is */
#define IOSRC__SOURCE_BLOCKING UINT32_C(0x100)   /* asked: it is not */
#define IOSRC__SOURCE_WAITABLE UINT32_C(0x200) /* Windows: event, process... */
#define IOSRC__SOURCE_PIPE UINT32_C(0x400)     /* Windows: no socket */
#define IOSRC__SOURCE_LISTENS UINT32_C(0x800)  /* ... and it listens */

struct iosrc_source {
	iosrc_handle handle;
	_Atomic uint32_t traits;
	struct iosrc__lock lock;
	iosrc_poller *poller; /* held weakly; NULL when not associated */
	uint64_t registration;
	struct iosrc__slot *slot; /* the registration's */
	iosrc__handle_entry *entry;
	struct iosrc__post_place post; /* a file's */
	iosrc_bits interest;
	_Atomic uint32_t process; /* of the last register, 0 before it */
	_Atomic uint32_t multicast_interface; /* inet's, as it was set */
	_Atomic(struct iosrc__pipe *) pipe;   /* Windows: what a pipe keeps */
	_Atomic uint32_t taken_error;         /* where the system keeps it */
};

#define IOSRC__READY_ONLY 0x0000ff00u
#define IOSRC__MODES (IOSRC_LEVEL | IOSRC_ONESHOT | IOSRC_EXCLUSIVE)

/* A source without a handle, to be given one or freed; NULL: no memory. What
 * opens a handle makes its source first, so that no handle is lost. */
iosrc_source *iosrc__source_allocate(void);

/* INVALID, UNSUPPORTED or OK: a set of directions from a caller. */
iosrc_status iosrc__source_check_directions(iosrc_bits directions);

/* The same: an interest, for a poller with these capabilities. */
static inline iosrc_status iosrc__source_check_interest(uint64_t capabilities,
    iosrc_bits interest)
{
	const iosrc_bits both = IOSRC_LEVEL | IOSRC_ONESHOT;
	const iosrc_bits never_exclusive = IOSRC_ONESHOT | IOSRC_PRIORITY;

	if (!(interest & ~IOSRC__DIRECTIONS))
		return interest & ~(iosrc_bits)capabilities
		    ? IOSRC_E_UNSUPPORTED
		    : IOSRC_OK;
	if (interest & IOSRC__READY_ONLY || (interest & both) == both)
		return IOSRC_E_INVALID;
	if (interest & ~(iosrc_bits)capabilities)
		return IOSRC_E_UNSUPPORTED;
	if (interest & IOSRC_EXCLUSIVE && interest & never_exclusive)
		return IOSRC_E_UNSUPPORTED;
	return IOSRC_OK;
}

/* A source goes on with another handle: a listener of Windows pipes, whose old
 * one has become a connection. Its registration stays. On failure nothing has
 * changed. */
iosrc_status iosrc__source_move(iosrc_source *source, iosrc_handle handle);

/* Tells the poller that I/O in these directions would block, or failed. */
void iosrc__source_rearm(iosrc_source *source, iosrc_bits directions,
    enum iosrc__rearm why);

/* Locks on behalf of a process; FORKED when a thread that this process does not
 * have holds the lock. */
static inline iosrc_status iosrc__source_lock(iosrc_source *source,
    uint32_t process, bool alone)
{
	/* What holds it then is a thread of the parent. */
	if (alone &&
	    atomic_load_explicit(&source->lock.held, memory_order_relaxed) == 0)
		return IOSRC_OK;
	return iosrc__lock_acquire_as(&source->lock, process) ? IOSRC_OK
	                                                      : IOSRC_E_FORKED;
}

/* ---- the association; the source's lock is held ---- */

static inline bool iosrc__source_is_live(const iosrc_source *source)
{
	return iosrc__slot_generation(source->slot) ==
	    iosrc__registration_generation(source->registration);
}

static inline bool iosrc__source_has(const iosrc_source *source, uint32_t trait)
{
	return (atomic_load_explicit(&source->traits, memory_order_relaxed) &
	           trait) != 0;
}

static inline bool iosrc__source_is_file(const iosrc_source *source)
{
	return iosrc__source_has(source, IOSRC__SOURCE_FILE);
}

/* Has a would-block to be reported to the poller? */
static inline bool iosrc__source_reports(const iosrc_source *source)
{
	return iosrc__source_has(source, IOSRC__SOURCE_REARMS);
}

static inline uint32_t iosrc__source_slot(const iosrc_source *source)
{
	return iosrc__registration_index(source->registration);
}

static inline struct iosrc__change iosrc__source_change(iosrc_source *source)
{
	return (struct iosrc__change){ source->handle, source->registration,
		source->interest, 0, source, false };
}

/* Takes note of an association that ended by itself. Answers FORKED, or OK:
 * then source->poller tells whether it is registered. */
iosrc_status iosrc__source_settle(iosrc_source *source);
void iosrc__source_set_traits(iosrc_source *source, uint32_t set,
    uint32_t cleared);
/* Gives the slot (a file: the post) back to a poller that lives. */
void iosrc__source_give_back(iosrc_source *source);

/* Forgets the poller; the slot was given back, or goes with the poller. */
static inline void iosrc__source_dissociate(iosrc_source *source, bool alone)
{
	iosrc_poller *poller = source->poller;

	source->poller = NULL;
	source->registration = 0;
	if (iosrc__source_reports(source))
		iosrc__source_set_traits(source, 0,
		    IOSRC__SOURCE_REARMS | IOSRC__SOURCE_FILE);
	iosrc__poller_let_go(poller, alone);
}

#endif
