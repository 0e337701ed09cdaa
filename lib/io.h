/* SPDX-License-Identifier: MIT
 *
 * io.h: one I/O call and its re-arming, for the direct calls and the batches.
 */
#ifndef IOSRC_IO_H
#define IOSRC_IO_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

int64_t iosrc__io_read(iosrc_source *source, void *out_data, size_t size);
int64_t iosrc__io_write(iosrc_source *source, const void *data, size_t size);

#endif
