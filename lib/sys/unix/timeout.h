/* SPDX-License-Identifier: MIT
 *
 * timeout.h: timeouts as kernels of Unix take them.
 */
#ifndef IOSRC_UNIX_TIMEOUT_H
#define IOSRC_UNIX_TIMEOUT_H

#include <stdint.h>
#include <time.h>

/* Cut at INT32_MAX seconds, which every time_t holds and after which one waits
 * again. */
static inline struct timespec iosrc__timeout_of(int64_t ns)
{
	int64_t seconds = ns / 1000000000;

	if (seconds > INT32_MAX)
		seconds = INT32_MAX;
	return (struct timespec){ .tv_sec = (time_t)seconds,
		.tv_nsec = (long)(ns % 1000000000) };
}

#endif
