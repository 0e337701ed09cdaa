/* SPDX-License-Identifier: MIT
 *
 * direct_once.h: one read and one write, for sys/direct_io.h. Inline up to a
 * count or a would-block: on processors that guard returns each level of calls
 * above the kernel's costs 5 ns, and they are in every event.
 */
#ifndef IOSRC_UNIX_DIRECT_ONCE_H
#define IOSRC_UNIX_DIRECT_ONCE_H

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source.h"

/* The call has just failed with errno, and not because it would block: its
 * status, or that of another attempt. */
int64_t iosrc__direct_read_failed(iosrc_source *source, void *out_data,
    size_t size);
int64_t iosrc__direct_write_failed(iosrc_source *source, const void *data,
    size_t size);
/* To what is known to be no socket. */
int64_t iosrc__direct_write_stream(iosrc_source *source, const void *data,
    size_t size);

static inline int64_t iosrc__direct_read(iosrc_source *source, void *out_data,
    size_t size)
{
	ssize_t result = read((int)source->handle, out_data, size);

	if (result >= 0)
		return result;
	return errno == EAGAIN
	    ? IOSRC_E_WOULD_BLOCK
	    : iosrc__direct_read_failed(source, out_data, size);
}

static inline int64_t iosrc__direct_write(iosrc_source *source,
    const void *data, size_t size)
{
	ssize_t result;

	if (iosrc__source_has(source, IOSRC__SOURCE_STREAM))
		return iosrc__direct_write_stream(source, data, size);
	result = send((int)source->handle, data, size, MSG_NOSIGNAL);
	if (result >= 0)
		return result;
	return errno == EAGAIN ? IOSRC_E_WOULD_BLOCK
	                       : iosrc__direct_write_failed(source, data, size);
}

#endif
