/* SPDX-License-Identifier: MIT
 *
 * handle_map.c: a radix tree of three levels whose nodes are made on demand
 * and stay until the poller ends: 4 bytes a number where numbers are dense,
 * 24 KiB for a lone wild one.
 */
#include "handle_map.h"

#include <stdlib.h>

#include "lock.h"

/* Two threads may try to make a node at once: the second frees its own and
 * takes the first one's. */

static struct iosrc__handle_middle *make_middle(
    _Atomic(struct iosrc__handle_middle *) *link)
{
	struct iosrc__handle_middle *found = atomic_load_explicit(link,
	    memory_order_acquire);
	struct iosrc__handle_middle *made;

	if (found)
		return found;
	made = calloc(1, sizeof(*made));
	if (!made)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(link, &found, made,
	        memory_order_acq_rel, memory_order_acquire))
		return made;
	free(made);
	return found;
}

static iosrc__handle_entry *make_leaf(_Atomic(iosrc__handle_entry *) *link)
{
	iosrc__handle_entry *found = atomic_load_explicit(link,
	    memory_order_acquire);
	iosrc__handle_entry *made;

	if (found)
		return found;
	made = calloc(IOSRC__HANDLE_FAN, sizeof(*made));
	if (!made)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(link, &found, made,
	        memory_order_acq_rel, memory_order_acquire))
		return made;
	free(made);
	return found;
}

iosrc__handle_entry *iosrc__handle_map_make(struct iosrc__handle_map *map,
    uint32_t number)
{
	struct iosrc__handle_middle *middle = make_middle(
	    &map->top[iosrc__handle_place(number, 2)]);
	iosrc__handle_entry *leaf;

	if (!middle)
		return NULL;
	leaf = make_leaf(&middle->leaves[iosrc__handle_place(number, 1)]);
	return leaf ? &leaf[iosrc__handle_place(number, 0)] : NULL;
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

static void free_middle(struct iosrc__handle_middle *middle)
{
	for (size_t i = 0; i < IOSRC__HANDLE_FAN; i++)
		free(atomic_load_explicit(&middle->leaves[i],
		    memory_order_relaxed));
	free(middle);
}

void iosrc__handle_map_free(struct iosrc__handle_map *map)
{
	for (size_t i = 0; i < IOSRC__HANDLE_MAP_TOP; i++) {
		struct iosrc__handle_middle *middle = atomic_load_explicit(
		    &map->top[i], memory_order_relaxed);

		if (middle)
			free_middle(middle);
	}
}
