/* SPDX-License-Identifier: MIT
 *
 * io.c: I/O through a source, and the re-arming that goes with it.
 *
 * On systems where readiness is one-shot underneath, a direction that was
 * reported stays silent until the poller hears that I/O in it would block. The
 * direct calls also tell after a short count and after an error: a caller may
 * stop there, and nothing more would come.
 */
#include "io.h"

#include "socket.h"
#include "source.h"

/* ---- the caller's own I/O ---- */

int64_t iosrc_do_io(iosrc_source *source, iosrc_bits directions, iosrc_io_fn fn,
    void *user)
{
	iosrc_status status;
	int64_t result;

	if (!source || !fn)
		return IOSRC_E_INVALID;
	status = iosrc__source_check_directions(directions);
	if (status < 0)
		return status;
	result = fn(source->handle, user);
	if (result >= 0 || result < INT32_MIN)
		return result;
	if (result == IOSRC_E_WOULD_BLOCK)
		iosrc__source_rearm(source, directions, IOSRC__REARM_BLOCKED);
	else if (iosrc_status_kind((iosrc_status)result) ==
	    IOSRC_KIND_IN_PROGRESS)
		iosrc__source_rearm(source, directions & IOSRC_WRITABLE,
		    IOSRC__REARM_BLOCKED);
	return result;
}

/* ---- direct I/O ---- */

int64_t iosrc__io_report(iosrc_source *source, iosrc_bits direction,
    int64_t answer)
{
	if (answer >= 0) {
		iosrc__source_rearm(source, direction, IOSRC__REARM_BLOCKED);
		return answer;
	}
	switch (iosrc_status_kind((iosrc_status)answer)) {
	case IOSRC_KIND_WOULD_BLOCK:
	case IOSRC_KIND_IN_PROGRESS:
		iosrc__source_rearm(source, direction, IOSRC__REARM_BLOCKED);
		break;
	case IOSRC_KIND_INTERRUPTED:
	case IOSRC_KIND_NOT_CONNECTED:
		break;
	default:
		iosrc__source_rearm(source, direction, IOSRC__REARM_FAILED);
		break;
	}
	return answer;
}

int64_t iosrc__io_read(iosrc_source *source, void *out_data, size_t size)
{
	size_t asked = iosrc__io_clamped(size);

	return iosrc__io_settle(source, IOSRC_READABLE,
	    iosrc__direct_read(source, out_data, asked), asked);
}

int64_t iosrc__io_write(iosrc_source *source, const void *data, size_t size)
{
	size_t asked = iosrc__io_clamped(size);

	return iosrc__io_settle(source, IOSRC_WRITABLE,
	    iosrc__direct_write(source, data, asked), asked);
}

int64_t iosrc__io_do(const struct iosrc__io *io)
{
	switch (io->opcode) {
	case IOSRC_OP_READ:
		return iosrc__io_read(io->source, io->data, io->size);
	case IOSRC_OP_WRITE:
		return iosrc__io_write(io->source, io->data, io->size);
	case IOSRC_OP_RECV:
		return iosrc__io_recv(io->source, io->data, io->size,
		    io->item->flags, &io->item->out_flags);
	default:
		return iosrc__io_send(io->source, io->data, io->size,
		    io->item->flags);
	}
}

int64_t iosrc_read(iosrc_source *source, void *out_data, size_t size)
{
	if (!source || !iosrc__io_is_buffer(out_data, size))
		return IOSRC_E_INVALID;
	return iosrc__io_read(source, out_data, size);
}

int64_t iosrc_write(iosrc_source *source, const void *data, size_t size)
{
	if (!source || !iosrc__io_is_buffer(data, size))
		return IOSRC_E_INVALID;
	return iosrc__io_write(source, data, size);
}

/* The sum of the buffers' sizes, or INVALID. */
static int64_t buffers_size(const iosrc_buffer *buffers, size_t count)
{
	size_t total = 0;

	if (!buffers || count == 0 || count > IOSRC__DIRECT_IO_BUFFERS)
		return IOSRC_E_INVALID;
	for (size_t i = 0; i < count; i++) {
		if (!iosrc__io_is_buffer(buffers[i].data, buffers[i].size) ||
		    buffers[i].size > IOSRC__SIZE_MAX - total)
			return IOSRC_E_INVALID;
		total += buffers[i].size;
	}
	return (int64_t)total;
}

int64_t iosrc_readv(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	int64_t size = buffers_size(buffers, count);

	if (!source || size < 0)
		return IOSRC_E_INVALID;
	return iosrc__io_settle(source, IOSRC_READABLE,
	    iosrc__direct_readv(source, buffers, count),
	    iosrc__io_clamped((size_t)size));
}

int64_t iosrc_writev(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	int64_t size = buffers_size(buffers, count);

	if (!source || size < 0)
		return IOSRC_E_INVALID;
	return iosrc__io_settle(source, IOSRC_WRITABLE,
	    iosrc__direct_writev(source, buffers, count),
	    iosrc__io_clamped((size_t)size));
}
