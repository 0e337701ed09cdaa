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
#include <stdint.h>

#include "sys/thread.h"

#define IOSRC__HANDLE_MAP_TOP 512 /* x 2,048 x 2,048 = 2^31 numbers */

/* A slot's index plus one, 0 for none; the top bit says that it is held. */
typedef _Atomic uint32_t iosrc__handle_entry;

struct iosrc__handle_map {
	_Atomic(void *) top[IOSRC__HANDLE_MAP_TOP];
};

/* The entry of a number (0 to 2^31-1), made on demand; NULL: no memory.
 * Entries never move and live as long as the map. */
iosrc__handle_entry *iosrc__handle_map_entry(struct iosrc__handle_map *map,
    uint32_t number);

#define IOSRC__HANDLE_HELD UINT32_C(0x80000000)

uint32_t iosrc__handle_map_hold_contended(iosrc__handle_entry *entry);

/* Takes hold of the entry; answers what it names: index + 1, or 0. */
static inline uint32_t iosrc__handle_map_hold(iosrc__handle_entry *entry)
{
	uint32_t named = atomic_load_explicit(entry, memory_order_relaxed);

	if (iosrc__thread_alone() && !(named & IOSRC__HANDLE_HELD)) {
		atomic_store_explicit(entry, named | IOSRC__HANDLE_HELD,
		    memory_order_relaxed);
		return named;
	}
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
