/* SPDX-License-Identifier: MIT
 *
 * clock.c: CLOCK_MONOTONIC, which no step of the wall clock moves.
 */
#include <config.h>

#include "sys/clock.h"

#include <time.h>

int64_t iosrc__clock_now(void)
{
	struct timespec now;

	/* Cannot fail: POSIX has the clock and the address is ours. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
