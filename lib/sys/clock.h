/* SPDX-License-Identifier: MIT
 *
 * clock.h: the monotonic clock, in nanoseconds.
 */
#ifndef IOSRC_SYS_CLOCK_H
#define IOSRC_SYS_CLOCK_H

#include <stdint.h>
#include <time.h>

int64_t iosrc__clock_now(void);

/* A timeout as the kernel takes it: cut at INT32_MAX seconds, which every
 * time_t holds and after which one waits again. */
static inline struct timespec iosrc__clock_timeout(int64_t ns)
{
	int64_t seconds = ns / 1000000000;

	if (seconds > INT32_MAX)
		seconds = INT32_MAX;
	return (struct timespec){ .tv_sec = (time_t)seconds,
		.tv_nsec = (long)(ns % 1000000000) };
}

#endif
