/* SPDX-License-Identifier: MIT
 *
 * fork_mark.h: no process is ever forked, for sys/fork.h.
 */
#ifndef IOSRC_WINDOWS_FORK_MARK_H
#define IOSRC_WINDOWS_FORK_MARK_H

#include <stdbool.h>
#include <stdint.h>

struct iosrc__fork_mark {
	uint32_t process;
};

static inline bool iosrc__fork_surely_not(const struct iosrc__fork_mark *mark)
{
	(void)mark;
	return true;
}

static inline bool iosrc__fork_happened(const struct iosrc__fork_mark *mark)
{
	(void)mark;
	return false;
}

#endif
