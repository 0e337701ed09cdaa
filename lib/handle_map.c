/* SPDX-License-Identifier: MIT
 *
 * handle_map.c: a radix tree of three levels whose nodes are made on demand
 * and stay until the poller ends: 4 bytes a number where numbers are dense,
 * 24 KiB for a lone wild one.
 */
#include "handle_map.h"

#include <stdlib.h>

#include "lock.h"

#define FAN_BITS 11
#define FAN ((uint32_t)1 << FAN_BITS)

struct middle {
	_Atomic(void *) leaves[FAN];
};

struct leaf {
	iosrc__handle_entry entries[FAN];
};

/* The node that a link names, installed there if there is none. Two threads
 * may try at once: the second frees its own and takes the first one's. */
static void *node(_Atomic(void *) *link, size_t size)
{
	void *found = atomic_load_explicit(link, memory_order_acquire);
	void *made;

	if (found)
		return found;
	made = calloc(1, size);
	if (!made)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(link, &found, made,
	        memory_order_acq_rel, memory_order_acquire))
		return made;
	free(made);
	return found;
}

iosrc__handle_entry *iosrc__handle_map_entry(struct iosrc__handle_map *map,
    uint32_t number)
{
	struct middle *middle;
	struct leaf *leaf;

	middle = node(&map->top[number >> (2 * FAN_BITS)], sizeof(*middle));
	if (!middle)
		return NULL;
	leaf = node(&middle->leaves[number >> FAN_BITS & (FAN - 1)],
	    sizeof(*leaf));
	if (!leaf)
		return NULL;
	return &leaf->entries[number & (FAN - 1)];
}

uint32_t iosrc__handle_map_hold_contended(iosrc__handle_entry *entry)
{
	uint32_t named = atomic_load_explicit(entry, memory_order_relaxed);
	unsigned attempt = 0;

	for (;;) {
		if (named & IOSRC__HANDLE_HELD) {
			iosrc__lock_pause(attempt++);
			named = atomic_load_explicit(entry,
			    memory_order_relaxed);
		} else if (atomic_compare_exchange_weak_explicit(entry, &named,
		               named | IOSRC__HANDLE_HELD, memory_order_acquire,
		               memory_order_relaxed)) {
			return named;
		}
	}
}

static void free_middle(struct middle *middle)
{
	for (size_t i = 0; i < FAN; i++)
		free(atomic_load_explicit(&middle->leaves[i],
		    memory_order_relaxed));
	free(middle);
}

void iosrc__handle_map_free(struct iosrc__handle_map *map)
{
	for (size_t i = 0; i < IOSRC__HANDLE_MAP_TOP; i++) {
		void *middle = atomic_load_explicit(&map->top[i],
		    memory_order_relaxed);

		if (middle)
			free_middle(middle);
	}
}
