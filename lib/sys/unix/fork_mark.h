/* SPDX-License-Identifier: MIT
 *
 * fork_mark.h: what a fork changes, for sys/fork.h.
 *
 * A page that the kernel wipes in a child (MADV_WIPEONFORK, Linux 4.14; it
 * sees a raw clone too) holds a mark: gone means forked. Where the kernel
 * does not wipe, the process id is compared, which is a system call.
 */
#ifndef IOSRC_UNIX_FORK_MARK_H
#define IOSRC_UNIX_FORK_MARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iosrc__fork_mark {
	_Atomic uint32_t *page; /* never NULL: without one, a word that is 0 */
	size_t page_size;       /* 0: no page, compare `process` instead */
	uint32_t process;
};

bool iosrc__fork_process_changed(const struct iosrc__fork_mark *mark);

static inline bool iosrc__fork_surely_not(const struct iosrc__fork_mark *mark)
{
	return atomic_load_explicit(mark->page, memory_order_relaxed) != 0;
}

static inline bool iosrc__fork_happened(const struct iosrc__fork_mark *mark)
{
	if (iosrc__fork_surely_not(mark))
		return false;
	return mark->page_size != 0 || iosrc__fork_process_changed(mark);
}

#endif
