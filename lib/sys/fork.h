/* SPDX-License-Identifier: MIT
 *
 * fork.h: tells a forked child from its parent without a system call.
 *
 * A page that the kernel wipes in a child (MADV_WIPEONFORK, Linux 4.14; it
 * sees a raw clone too) holds a mark: gone means forked. Where the kernel
 * does not wipe, the process id is compared, which is a system call.
 */
#ifndef IOSRC_SYS_FORK_H
#define IOSRC_SYS_FORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iosrc__fork_mark {
	_Atomic uint32_t *page; /* NULL: compare `process` instead */
	size_t page_size;
	uint32_t process;
};

/* The calling process, never 0: a system call. */
uint32_t iosrc__process_id(void);

void iosrc__fork_mark_set(struct iosrc__fork_mark *mark);
void iosrc__fork_mark_free(struct iosrc__fork_mark *mark);
bool iosrc__fork_process_changed(const struct iosrc__fork_mark *mark);

/* True when the page says so; false where only a system call can tell. */
static inline bool iosrc__fork_surely_not(const struct iosrc__fork_mark *mark)
{
	return mark->page &&
	    atomic_load_explicit(mark->page, memory_order_relaxed);
}

static inline bool iosrc__fork_happened(const struct iosrc__fork_mark *mark)
{
	if (mark->page)
		return !atomic_load_explicit(mark->page, memory_order_relaxed);
	return iosrc__fork_process_changed(mark);
}

#endif
