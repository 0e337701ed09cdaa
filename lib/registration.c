/* SPDX-License-Identifier: MIT
 *
 * registration.c: giving out registration slots and taking them back.
 *
 * Writers are serialised by their callers (a source's lock and its handle's
 * entry); only the free list has a lock of its own. Slots stay where they are
 * until the poller ends, so readers need nothing but the generation. They come
 * 64 at a time, so that no more than that are idle.
 */
#include "registration.h"

#include <stdlib.h>

#define LEAF_SIZE (IOSRC__SLOT_LEAF * sizeof(struct iosrc__slot))

struct iosrc__slot *iosrc__registration_slot(struct iosrc__registrations *table,
    uint32_t index)
{
	struct iosrc__slot_directory *directory = iosrc__registration_directory(
	    table);
	uint32_t leaf = index >> IOSRC__SLOT_LEAF_BITS;

	if (!directory || leaf >= directory->leaf_count ||
	    !atomic_load_explicit(&directory->bases[leaf],
	        memory_order_acquire))
		return NULL;
	return iosrc__slot_at(directory->bases, index);
}

bool iosrc__registration_read(struct iosrc__registrations *table,
    uint64_t registration, struct iosrc__registered *out)
{
	uint32_t live = iosrc__registration_generation(registration);
	struct iosrc__slot *slot = iosrc__registration_slot(table,
	    iosrc__registration_index(registration));
	uint32_t interest;

	if (!slot || !(live & 1) ||
	    !iosrc__slot_read(slot, live, &out->token, &interest))
		return false;
	out->interest = interest & IOSRC__INTEREST_BITS;
	out->source = atomic_load_explicit(&slot->source, memory_order_acquire);
	/* Another one's, if the slot was written just now. */
	return iosrc__slot_generation(slot) == live;
}

bool iosrc__registration_is_live(struct iosrc__registrations *table,
    uint64_t registration)
{
	uint32_t live = iosrc__registration_generation(registration);
	struct iosrc__slot *slot = iosrc__registration_slot(table,
	    iosrc__registration_index(registration));

	return slot && live & 1 && iosrc__slot_generation(slot) == live;
}

/* A directory with room for one more leaf; NULL: no memory. */
static struct iosrc__slot_directory *directory_with_room(
    struct iosrc__registrations *table, uint32_t leaf)
{
	struct iosrc__slot_directory *older = iosrc__registration_directory(
	    table);
	uint32_t count = older ? older->leaf_count * 2 : 4;
	struct iosrc__slot_directory *made;

	if (older && leaf < older->leaf_count)
		return older;
	made = calloc(1, sizeof(*made) + count * sizeof(made->bases[0]));
	if (!made)
		return NULL;
	made->older = older;
	made->leaf_count = count;
	for (uint32_t i = 0; i < leaf; i++)
		atomic_init(&made->bases[i],
		    atomic_load_explicit(&older->bases[i],
		        memory_order_relaxed));
	atomic_store_explicit(&table->directory, made, memory_order_release);
	return made;
}

/* Makes sure that the leaf of the next unused index is there. */
static bool grow(struct iosrc__registrations *table)
{
	uint32_t leaf = table->used >> IOSRC__SLOT_LEAF_BITS;
	struct iosrc__slot_directory *directory;
	struct iosrc__slot *slots;

	if (table->used % IOSRC__SLOT_LEAF != 0)
		return true;
	if (table->used > IOSRC__SLOT_LAST)
		return false;
	directory = directory_with_room(table, leaf);
	if (!directory)
		return false;
	slots = calloc(IOSRC__SLOT_LEAF, sizeof(*slots));
	if (!slots)
		return false;
	atomic_store_explicit(&directory->bases[leaf],
	    (uintptr_t)slots - (uintptr_t)leaf * LEAF_SIZE,
	    memory_order_release);
	return true;
}

bool iosrc__registration_alloc_unused(struct iosrc__registrations *table,
    uint32_t *out_index)
{
	if (!grow(table))
		return false;
	*out_index = table->used++;
	return true;
}

void iosrc__registration_free(struct iosrc__registrations *table,
    uint32_t index)
{
	iosrc__registration_give_back(table,
	    iosrc__registration_known_slot(table, index), index, false);
}

bool iosrc__registration_can_renew(struct iosrc__registrations *table,
    uint32_t index)
{
	return iosrc__slot_can_renew(
	    iosrc__registration_known_slot(table, index));
}

uint64_t iosrc__registration_publish(struct iosrc__registrations *table,
    uint32_t index, const struct iosrc__registered *what)
{
	return iosrc__registration_make(index,
	    iosrc__slot_publish(iosrc__registration_known_slot(table, index),
	        *what, false));
}

void iosrc__registration_restore(struct iosrc__registrations *table,
    uint64_t old, const struct iosrc__registered *what)
{
	iosrc__slot_set(iosrc__registration_known_slot(table,
	                    iosrc__registration_index(old)),
	    iosrc__registration_generation(old), *what, false);
}

bool iosrc__registration_end(struct iosrc__registrations *table,
    uint64_t registration)
{
	struct iosrc__slot *slot = iosrc__registration_known_slot(table,
	    iosrc__registration_index(registration));
	uint32_t live = iosrc__registration_generation(registration);

	if (iosrc__slot_generation(slot) != live)
		return false;
	iosrc__slot_end(slot, live);
	return true;
}

static void free_leaves(const struct iosrc__slot_directory *directory)
{
	for (uint32_t i = 0; i < directory->leaf_count; i++) {
		uintptr_t base = atomic_load_explicit(&directory->bases[i],
		    memory_order_relaxed);

		if (base)
			free((void *)(base + (uintptr_t)i * LEAF_SIZE));
	}
}

void iosrc__registrations_free(struct iosrc__registrations *table)
{
	struct iosrc__slot_directory *directory = iosrc__registration_directory(
	    table);

	if (directory)
		free_leaves(directory);
	while (directory) {
		struct iosrc__slot_directory *older = directory->older;

		free(directory);
		directory = older;
	}
}
