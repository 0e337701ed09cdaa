/* SPDX-License-Identifier: MIT
 *
 * thread_alone.h: nothing tells whether there is one thread, and the system
 * starts some of its own, for sys/thread.h.
 */
#ifndef IOSRC_WINDOWS_THREAD_ALONE_H
#define IOSRC_WINDOWS_THREAD_ALONE_H

#include <stdbool.h>

static inline bool iosrc__thread_alone(void)
{
	return false;
}

#endif
