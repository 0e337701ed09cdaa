/* SPDX-License-Identifier: MIT
 *
 * registration.h: the table of registrations, one a poller.
 *
 * A registration is a slot and the generation in which the slot was live: the
 * kernel carries both, never a pointer and never the caller's token. Slots
 * never move and a lookup takes no lock. A generation is odd while live, grows
 * only, and a slot whose generations are used up is never used again.
 *
 * What is inline here is on the path of every event or every change.
 */
#ifndef IOSRC_REGISTRATION_H
#define IOSRC_REGISTRATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "lock.h"
#include "sys/token.h"

/* Odd. What is above it is no slot's, so that a kernel may carry it for
 * something else. */
#define IOSRC__GENERATION_LAST (UINT32_MAX - 4)

struct iosrc__slot {
	_Atomic uint32_t generation;
	_Atomic uint32_t interest; /* and the version, in the bits between */
	iosrc__token token;        /* free: the next free slot's index + 1 */
	_Atomic(iosrc_source *) source; /* NULL: a waker */
};

/* What an interest and IOSRC__UNASKED may have set. The other 23 bits count the
 * writes of the slot: its version, for a generation may come back, when a
 * publish is taken back. */
#define IOSRC__INTEREST_BITS UINT32_C(0x00070707)

#define IOSRC__SLOT_LEAF_BITS 6 /* 64 slots a leaf */
#define IOSRC__SLOT_LEAF (UINT32_C(1) << IOSRC__SLOT_LEAF_BITS)
#define IOSRC__SLOT_LAST (INT32_MAX - IOSRC__SLOT_LEAF)

/* Where the leaves are. A bigger one takes its place when it is full; readers
 * may be in the old one, which lives as long as the table. */
struct iosrc__slot_directory {
	struct iosrc__slot_directory *older;
	uint32_t leaf_count;
	/* Where slot 0 would be, if the leaf went down to it: so that a lookup
	 * needs one addition. 0: no leaf yet. */
	_Atomic uintptr_t bases[];
};

struct iosrc__registrations {
	struct iosrc__lock lock; /* guards the rest; readers need none */
	uint32_t used;           /* slots ever given out */
	uint32_t free;           /* index + 1 of the first free slot, or 0 */
	_Atomic(struct iosrc__slot_directory *) directory;
};

/* What is published, and read back while it lives. */
struct iosrc__registered {
	uint64_t token;
	iosrc_bits interest; /* and IOSRC__UNASKED, unless it is paused */
	iosrc_source *source;
};

/* What is reported whether it was asked for or not. Kept beside the interest,
 * so that one mask tells a wait what to report. */
#define IOSRC__UNASKED (IOSRC_ERROR | IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)

static inline uint32_t iosrc__registration_index(uint64_t registration)
{
	return (uint32_t)registration;
}

static inline uint32_t iosrc__registration_generation(uint64_t registration)
{
	return (uint32_t)(registration >> 32);
}

static inline uint64_t iosrc__registration_make(uint32_t index,
    uint32_t generation)
{
	return (uint64_t)generation << 32 | index;
}

/* ---- one slot ---- */

static inline uint32_t iosrc__slot_generation(struct iosrc__slot *slot)
{
	return atomic_load_explicit(&slot->generation, memory_order_acquire);
}

/* Is there a generation left, so that the slot may go live again? */
static inline bool iosrc__slot_can_renew(struct iosrc__slot *slot)
{
	return atomic_load_explicit(&slot->generation, memory_order_relaxed) <
	    IOSRC__GENERATION_LAST - 1;
}

/* The bits that are no version's are set, so that the carry runs across. */
static inline uint32_t iosrc__slot_next_version(uint32_t interest)
{
	return ((interest | IOSRC__INTEREST_BITS) + 1) & ~IOSRC__INTEREST_BITS;
}

/* Gives a dead slot a new version, before its token is written over. */
static inline void iosrc__slot_outdate(struct iosrc__slot *slot)
{
	atomic_store_explicit(&slot->interest,
	    iosrc__slot_next_version(
	        atomic_load_explicit(&slot->interest, memory_order_relaxed)),
	    memory_order_release);
}

/* Makes the slot live in the given generation, whose predecessor is dead from
 * here on. Writers of one slot are serialised by their callers. Each store
 * releases: who reads a new token sees, behind it, the new version; who sees
 * the new version sees that the generation was dead. In the only thread nobody
 * reads meanwhile, and the version stays. */
static inline void iosrc__slot_set(struct iosrc__slot *slot, uint32_t live,
    struct iosrc__registered what, bool alone)
{
	uint32_t version = 0;

	if (!alone) {
		version = iosrc__slot_next_version(atomic_load_explicit(
		    &slot->interest, memory_order_relaxed));
		atomic_store_explicit(&slot->generation, live - 1,
		    memory_order_relaxed);
	}
	atomic_store_explicit(&slot->interest, what.interest | version,
	    memory_order_release);
	iosrc__token_set(&slot->token, what.token);
	atomic_store_explicit(&slot->source, what.source, memory_order_release);
	atomic_store_explicit(&slot->generation, live, memory_order_release);
}

/* The same in the slot's next generation, which it answers. It must come
 * before the kernel learns of it: an event may be there at once. */
static inline uint32_t iosrc__slot_publish(struct iosrc__slot *slot,
    struct iosrc__registered what, bool alone)
{
	uint32_t generation = atomic_load_explicit(&slot->generation,
	    memory_order_relaxed);
	uint32_t live = (generation + 1) | 1;

	iosrc__slot_set(slot, live, what, alone);
	return live;
}

/* Ends a live generation. */
static inline void iosrc__slot_end(struct iosrc__slot *slot, uint32_t live)
{
	atomic_store_explicit(&slot->generation, live + 1,
	    memory_order_release);
}

/* Reads what an event needs; false when the generation is not live, or the
 * slot was written meanwhile. The acquire loads keep the second look at the
 * version behind the reads. The interest comes with the version in it. */
static inline bool iosrc__slot_read(struct iosrc__slot *slot, uint32_t live,
    uint64_t *out_token, uint32_t *out_interest)
{
	uint32_t interest = atomic_load_explicit(&slot->interest,
	    memory_order_acquire);

	if (iosrc__slot_generation(slot) != live)
		return false;
	*out_token = iosrc__token_get(&slot->token);
	*out_interest = interest;
	return atomic_load_explicit(&slot->interest, memory_order_relaxed) ==
	    interest;
}

/* The same in the only thread, while which nobody writes. */
static inline bool iosrc__slot_read_alone(struct iosrc__slot *slot,
    uint32_t live, uint64_t *out_token, uint32_t *out_interest)
{
	if (iosrc__slot_generation(slot) != live)
		return false;
	*out_token = iosrc__token_get(&slot->token);
	*out_interest = atomic_load_explicit(&slot->interest,
	    memory_order_relaxed);
	return true;
}

/* ---- the table ---- */

static inline struct iosrc__slot_directory *iosrc__registration_directory(
    struct iosrc__registrations *table)
{
	return atomic_load_explicit(&table->directory, memory_order_acquire);
}

/* By the directory's bases: a slot that was given out before the directory was
 * asked for. */
static inline struct iosrc__slot *iosrc__slot_at(_Atomic uintptr_t *bases,
    uint32_t index)
{
	uintptr_t base = atomic_load_explicit(
	    &bases[index >> IOSRC__SLOT_LEAF_BITS], memory_order_acquire);

	return (
	    struct iosrc__slot *)(base + index * sizeof(struct iosrc__slot));
}

/* The slot of an index that the table has given out. */
static inline struct iosrc__slot *iosrc__registration_known_slot(
    struct iosrc__registrations *table, uint32_t index)
{
	return iosrc__slot_at(iosrc__registration_directory(table)->bases,
	    index);
}

/* The slot of any index, or NULL for one that was never given out. */
struct iosrc__slot *iosrc__registration_slot(struct iosrc__registrations *table,
    uint32_t index);

/* Reads a live registration, whoever claims that it is one; false when it is
 * not live, or stopped being so while it was read. */
bool iosrc__registration_read(struct iosrc__registrations *table,
    uint64_t registration, struct iosrc__registered *out);
bool iosrc__registration_is_live(struct iosrc__registrations *table,
    uint64_t registration);

/* A slot that was never given out; the table's lock is held. */
bool iosrc__registration_alloc_unused(struct iosrc__registrations *table,
    uint32_t *out_index);

/* A dead slot for a new registration; false: no memory. */
static inline bool iosrc__registration_alloc(struct iosrc__registrations *table,
    uint32_t *out_index, bool alone)
{
	bool found = true;

	iosrc__lock_acquire_unless(alone, &table->lock);
	if (table->free) {
		*out_index = table->free - 1;
		table->free = (uint32_t)iosrc__token_get(
		    &iosrc__registration_known_slot(table, *out_index)->token);
	} else {
		found = iosrc__registration_alloc_unused(table, out_index);
	}
	iosrc__lock_release_unless(alone, &table->lock);
	return found;
}

/* Gives a dead slot back; one that is used up is kept out of use. */
static inline void iosrc__registration_give_back(
    struct iosrc__registrations *table, struct iosrc__slot *slot,
    uint32_t index, bool alone)
{
	if (!iosrc__slot_can_renew(slot))
		return;
	/* The link takes the token's place. A reader that saw the slot alive
	 * and now reads the link finds another version behind it. */
	if (!alone)
		iosrc__slot_outdate(slot);
	iosrc__lock_acquire_unless(alone, &table->lock);
	iosrc__token_set(&slot->token, table->free);
	table->free = index + 1;
	iosrc__lock_release_unless(alone, &table->lock);
}

void iosrc__registration_free(struct iosrc__registrations *table,
    uint32_t index);

bool iosrc__registration_can_renew(struct iosrc__registrations *table,
    uint32_t index);
uint64_t iosrc__registration_publish(struct iosrc__registrations *table,
    uint32_t index, const struct iosrc__registered *what);
/* Takes back a publish whose kernel call failed: `old` lives on. */
void iosrc__registration_restore(struct iosrc__registrations *table,
    uint64_t old, const struct iosrc__registered *what);
/* Ends a registration; false when it was not live any more. */
bool iosrc__registration_end(struct iosrc__registrations *table,
    uint64_t registration);

void iosrc__registrations_free(struct iosrc__registrations *table);

#endif
