/* SPDX-License-Identifier: MIT
 *
 * io.h: one I/O call and its re-arming, for the direct calls and the batches.
 */
#ifndef IOSRC_IO_H
#define IOSRC_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "options.h"
#include "sys/direct_io.h"

/* What a call of the system means for its direction; answers the result.
 * `asked` is the length that the system was given; with 0 no count is short. */
int64_t iosrc__io_settle(iosrc_source *source, iosrc_bits direction,
    int64_t result, size_t asked);

static inline size_t iosrc__io_clamped(size_t size)
{
	return size > IOSRC__DIRECT_IO_MAX ? IOSRC__DIRECT_IO_MAX : size;
}

static inline bool iosrc__io_is_buffer(const void *data, size_t size)
{
	return size <= IOSRC__SIZE_MAX && (data || size == 0);
}

int64_t iosrc__io_read(iosrc_source *source, void *out_data, size_t size);
int64_t iosrc__io_write(iosrc_source *source, const void *data, size_t size);

#endif
