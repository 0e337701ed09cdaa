/* SPDX-License-Identifier: MIT
 *
 * direct_once.h: one read and one write, for sys/direct_io.h. Nothing of it is
 * inline here.
 */
#ifndef IOSRC_WINDOWS_DIRECT_ONCE_H
#define IOSRC_WINDOWS_DIRECT_ONCE_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

int64_t iosrc__direct_read(iosrc_source *source, void *out_data, size_t size);
int64_t iosrc__direct_write(iosrc_source *source, const void *data,
    size_t size);

#endif
