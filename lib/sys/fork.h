/* SPDX-License-Identifier: MIT
 *
 * fork.h: tells a forked child from its parent, where the system can without
 * a system call. How is the system's own business: fork_mark.h, from its
 * folder, has struct iosrc__fork_mark and, inline,
 *
 *	bool iosrc__fork_surely_not(const struct iosrc__fork_mark *mark);
 *		true when it costs nothing to tell; false where only a system
 *		call can, or after a fork
 *	bool iosrc__fork_happened(const struct iosrc__fork_mark *mark);
 */
#ifndef IOSRC_SYS_FORK_H
#define IOSRC_SYS_FORK_H

#include <stdint.h>

#include "fork_mark.h"

/* The calling process, never 0: a system call. */
uint32_t iosrc__process_id(void);

void iosrc__fork_mark_set(struct iosrc__fork_mark *mark);
void iosrc__fork_mark_free(struct iosrc__fork_mark *mark);

#endif
