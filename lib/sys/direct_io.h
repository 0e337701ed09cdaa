/* SPDX-License-Identifier: MIT
 *
 * direct_io.h: reading and writing a raw handle. Each answers a count or a
 * status, retries what a signal interrupted, and raises no SIGPIPE where the
 * system has a way not to.
 *
 * One read and one write are the system's own business, direct_once.h of its
 * folder:
 *
 *	int64_t iosrc__direct_read(iosrc_source *source, void *out_data,
 *	    size_t size);
 *	int64_t iosrc__direct_write(iosrc_source *source, const void *data,
 *	    size_t size);
 */
#ifndef IOSRC_SYS_DIRECT_IO_H
#define IOSRC_SYS_DIRECT_IO_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "direct_once.h"

/* The most that one call moves: Linux cuts at INT_MAX rounded down to a page,
 * whose largest size is 64 KiB. */
#define IOSRC__DIRECT_IO_MAX ((size_t)0x7fff0000)
#define IOSRC__DIRECT_IO_BUFFERS 1024 /* IOV_MAX of Linux and the BSDs */

int64_t iosrc__direct_readv(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count);
/* Writing learns the handle's nature once, in source->traits. */
int64_t iosrc__direct_writev(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count);

#endif
