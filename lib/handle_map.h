/* SPDX-License-Identifier: MIT
 *
 * handle_map.h: handle number -> registration slot, one map a poller.
 *
 * Kernels delete and modify by handle *number*. A number whose fd was closed
 * behind the library's back may by now belong to another source, which a late
 * deregister of the first would silence. So every change of a registration
 * holds its number's entry, and calls the kernel only while the entry names
 * its own slot: the last registration of a number wins.
 */
#ifndef IOSRC_HANDLE_MAP_H
#define IOSRC_HANDLE_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IOSRC__HANDLE_MAP_TOP 512 /* x 2,048 x 2,048 = 2^31 numbers */

/* A slot's index plus one, 0 for none; the top bit says that it is held. */
typedef _Atomic uint32_t iosrc__handle_entry;

/* A node of the upper levels links to 2,048 of the next, a leaf has as many
 * entries. */
#define IOSRC__HANDLE_FAN_BITS 11
#define IOSRC__HANDLE_FAN (UINT32_C(1) << IOSRC__HANDLE_FAN_BITS)

struct iosrc__handle_middle {
	_Atomic(iosrc__handle_entry *) leaves[IOSRC__HANDLE_FAN];
};

struct iosrc__handle_map {
	_Atomic(struct iosrc__handle_middle *) top[IOSRC__HANDLE_MAP_TOP];
};

static inline uint32_t iosrc__handle_place(uint32_t number, unsigned level)
{
	return number >> (level * IOSRC__HANDLE_FAN_BITS) &
	    (IOSRC__HANDLE_FAN - 1);
}

iosrc__handle_entry *iosrc__handle_map_make(struct iosrc__handle_map *map,
    uint32_t number);

/* The entry of a number (0 to 2^31-1), made on demand; NULL: no memory.
 * Entries never move and live as long as the map. */
static inline iosrc__handle_entry *iosrc__handle_map_entry(
    struct iosrc__handle_map *map, uint32_t number)
{
	struct iosrc__handle_middle *middle = atomic_load_explicit(
	    &map->top[iosrc__handle_place(number, 2)], memory_order_acquire);
	iosrc__handle_entry *leaf = middle
	    ? atomic_load_explicit(
	          &middle->leaves[iosrc__handle_place(number, 1)],
	          memory_order_acquire)
	    : NULL;

	return leaf ? &leaf[iosrc__handle_place(number, 0)]
	            : iosrc__handle_map_make(map, number);
}

#define IOSRC__HANDLE_HELD UINT32_C(0x80000000)

uint32_t iosrc__handle_map_hold_contended(iosrc__handle_entry *entry);

/* Takes hold of the entry; answers what it names: index + 1, or 0. For the only
 * thread the entry stays as it is. */
static inline uint32_t iosrc__handle_map_hold(iosrc__handle_entry *entry,
    bool alone)
{
	uint32_t named = atomic_load_explicit(entry, memory_order_relaxed);

	if (alone)
		return named;
	if (!(named & IOSRC__HANDLE_HELD) &&
	    atomic_compare_exchange_strong_explicit(entry, &named,
	        named | IOSRC__HANDLE_HELD, memory_order_acquire,
	        memory_order_relaxed))
		return named;
	return iosrc__handle_map_hold_contended(entry);
}

/* Lets go of it; it names `named` from now on. */
static inline void iosrc__handle_map_let_go(iosrc__handle_entry *entry,
    uint32_t named)
{
	atomic_store_explicit(entry, named, memory_order_release);
}

void iosrc__handle_map_free(struct iosrc__handle_map *map);

#endif
