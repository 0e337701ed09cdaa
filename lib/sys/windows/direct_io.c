/* SPDX-License-Identifier: MIT
 *
 * direct_io.c: read and write on sockets; those on pipes are in pipe.c.
 *
 * WSABUF has its fields in the other order and a size of 32 bits: buffers are
 * written anew for each call of many, on the stack. No signal is raised here.
 */
#include <config.h>

#include "sys/direct_io.h"

#include "source.h"
#include "status.h"
#include "sys/windows/pipe.h"
#include "sys/windows/transfer.h"

struct buffers {
	WSABUF list[IOSRC__DIRECT_IO_BUFFERS];
	struct iosrc__transfer what;
	size_t size; /* of all together */
};

/* Cut to the most that one call moves. */
static void gather(struct buffers *out, const iosrc_buffer *buffers,
    size_t count)
{
	out->what = (struct iosrc__transfer){ out->list, (DWORD)count, 0 };
	out->size = 0;
	for (size_t i = 0; i < count; i++) {
		size_t room = IOSRC__DIRECT_IO_MAX - out->size;
		size_t size = buffers[i].size < room ? buffers[i].size : room;

		out->list[i] = iosrc__transfer_buffer(buffers[i].data, size);
		out->size += size;
	}
}

/* A read of nothing takes no datagram and waits for none. */
static int64_t read_nothing(iosrc_handle handle)
{
	int type;
	int size = sizeof type;

	return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
	           &size) == 0
	    ? 0
	    : iosrc_status_last_os();
}

int64_t iosrc__direct_read(iosrc_source *source, void *out_data, size_t size)
{
	WSABUF buffer = iosrc__transfer_buffer(out_data, size);
	struct iosrc__transfer what = { &buffer, 1, 0 };
	bool truncated;

	if (iosrc__pipe_is(source)) {
		iosrc_buffer whole = { out_data, size };

		return iosrc__pipe_read(source, &whole, 1);
	}
	return size == 0
	    ? read_nothing(source->handle)
	    : iosrc__transfer_recv(source->handle, &what, NULL, &truncated);
}

int64_t iosrc__direct_readv(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	struct buffers into;
	bool truncated;

	if (iosrc__pipe_is(source))
		return iosrc__pipe_read(source, buffers, count);
	gather(&into, buffers, count);
	return into.size == 0 ? read_nothing(source->handle)
	                      : iosrc__transfer_recv(source->handle, &into.what,
	                            NULL, &truncated);
}

int64_t iosrc__direct_write(iosrc_source *source, const void *data, size_t size)
{
	WSABUF buffer = iosrc__transfer_buffer(data, size);
	struct iosrc__transfer what = { &buffer, 1, 0 };

	if (iosrc__pipe_is(source)) {
		iosrc_buffer whole = { (void *)(uintptr_t)data, size };

		return iosrc__pipe_write(source, &whole, 1);
	}
	return iosrc__transfer_send(source->handle, &what, NULL);
}

int64_t iosrc__direct_writev(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	struct buffers from;

	if (iosrc__pipe_is(source))
		return iosrc__pipe_write(source, buffers, count);
	gather(&from, buffers, count);
	return iosrc__transfer_send(source->handle, &from.what, NULL);
}
