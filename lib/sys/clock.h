/* SPDX-License-Identifier: MIT
 *
 * clock.h: the monotonic clock, in nanoseconds.
 */
#ifndef IOSRC_SYS_CLOCK_H
#define IOSRC_SYS_CLOCK_H

#include <stdint.h>

int64_t iosrc__clock_now(void);

#endif
