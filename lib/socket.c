/* SPDX-License-Identifier: MIT
 *
 * socket.c: the calls that sockets have beyond reading and writing.
 *
 * Readiness follows the direct calls (io.c) but for two things: a peek leaves
 * in the queue what it reports, so its short count says nothing; and what is
 * urgent has a direction of its own.
 */
#include "socket.h"

#include <stdlib.h>

#include "address.h"
#include "io.h"
#include "source.h"
#include "sys/socket.h"
#include "sys/thread.h"

/* ---- accept ---- */

/* A connection that was taken from the queue is not lost to a cancelled
 * thread. */
static iosrc_status accept_into(iosrc_source *listener, iosrc_source *accepted,
    iosrc_address *out_peer)
{
	int cancel = iosrc__thread_cancel_disable();
	iosrc_status status = iosrc__socket_accept(listener, out_peer,
	    &accepted->handle);

	iosrc__thread_cancel_restore(cancel);
	if (iosrc__source_has(listener, IOSRC__SOURCE_PIPE))
		iosrc__source_set_traits(accepted, IOSRC__SOURCE_PIPE, 0);
	return status;
}

iosrc_status iosrc_accept(iosrc_source *source, iosrc_address *out_peer,
    iosrc_source **out_source)
{
	iosrc_source *accepted;
	iosrc_status status;

	if (!source || !out_source)
		return IOSRC_E_INVALID;
	accepted = iosrc__source_allocate();
	if (!accepted) {
		iosrc__io_settle(source, IOSRC_READABLE, IOSRC_E_NO_MEMORY, 0);
		return IOSRC_E_NO_MEMORY;
	}
	status = accept_into(source, accepted, out_peer);
	if (status < 0) {
		free(accepted);
		iosrc__io_settle(source, IOSRC_READABLE, status, 0);
		return status;
	}
	*out_source = accepted;
	return IOSRC_OK;
}

/* ---- receive ---- */

/* There is one urgent byte at most, so that one which was read is always the
 * last: it counts as short. */
static int64_t settle_recv(iosrc_source *source, iosrc_flags flags,
    int64_t result, size_t asked)
{
	if (flags & IOSRC_RECV_OOB)
		asked++;
	return iosrc__io_settle(source,
	    flags & IOSRC_RECV_OOB ? IOSRC_PRIORITY : IOSRC_READABLE, result,
	    flags & IOSRC_RECV_PEEK ? 0 : asked);
}

int64_t iosrc__io_recv(iosrc_source *source, void *out_data, size_t size,
    iosrc_flags flags, iosrc_flags *out_flags)
{
	size_t asked = iosrc__io_clamped(size);
	int64_t result = out_flags
	    ? iosrc__socket_recv_message(source->handle, out_data, asked, flags,
	          NULL, out_flags)
	    : iosrc__socket_recv(source->handle, out_data, asked, flags);

	return settle_recv(source, flags, result, asked);
}

int64_t iosrc_recv(iosrc_source *source, void *out_data, size_t size,
    iosrc_flags flags, iosrc_flags *out_flags)
{
	if (!source || !iosrc__io_is_buffer(out_data, size))
		return IOSRC_E_INVALID;
	if (flags & ~IOSRC__RECV_FLAGS)
		return IOSRC_E_UNSUPPORTED;
	return iosrc__io_recv(source, out_data, size, flags, out_flags);
}

int64_t iosrc_recv_from(iosrc_source *source, void *out_data, size_t size,
    iosrc_flags flags, iosrc_address *out_peer, iosrc_flags *out_flags)
{
	size_t asked = iosrc__io_clamped(size);

	if (!source || !iosrc__io_is_buffer(out_data, size))
		return IOSRC_E_INVALID;
	if (flags & ~IOSRC__RECV_FLAGS)
		return IOSRC_E_UNSUPPORTED;
	return settle_recv(source, flags,
	    iosrc__socket_recv_message(source->handle, out_data, asked, flags,
	        out_peer, out_flags),
	    asked);
}

/* ---- send ---- */

int64_t iosrc__io_send(iosrc_source *source, const void *data, size_t size,
    iosrc_flags flags)
{
	size_t asked = iosrc__io_clamped(size);

	return iosrc__io_settle(source, IOSRC_WRITABLE,
	    iosrc__socket_send(source->handle, data, asked, flags), asked);
}

int64_t iosrc_send(iosrc_source *source, const void *data, size_t size,
    iosrc_flags flags)
{
	if (!source || !iosrc__io_is_buffer(data, size))
		return IOSRC_E_INVALID;
	if (flags & ~IOSRC__SEND_FLAGS)
		return IOSRC_E_UNSUPPORTED;
	return iosrc__io_send(source, data, size, flags);
}

/* Of a peer that was checked: what the system cannot be asked. */
static bool was_asked(int64_t result)
{
	return result != IOSRC_E_UNSUPPORTED && result != IOSRC_E_NO_SPACE;
}

int64_t iosrc_send_to(iosrc_source *source, const void *data, size_t size,
    iosrc_flags flags, const iosrc_address *peer)
{
	size_t asked = iosrc__io_clamped(size);
	iosrc_status status = iosrc__address_check(peer);
	int64_t result;

	if (!source || !iosrc__io_is_buffer(data, size) ||
	    status == IOSRC_E_INVALID ||
	    (peer->family == IOSRC_FAMILY_UNIX && peer->size == 0))
		return IOSRC_E_INVALID;
	if (status < 0 || flags & ~IOSRC__SEND_FLAGS)
		return IOSRC_E_UNSUPPORTED;
	result = iosrc__socket_send_to(source->handle, data, asked, flags,
	    peer);
	return was_asked(result)
	    ? iosrc__io_settle(source, IOSRC_WRITABLE, result, asked)
	    : result;
}

/* ---- shutdown, take_error ---- */

iosrc_status iosrc_shutdown(iosrc_source *source, iosrc_bits directions)
{
	iosrc_status status = iosrc__source_check_directions(directions);

	if (!source || directions == 0 || directions & IOSRC_PRIORITY)
		return IOSRC_E_INVALID;
	return status < 0 ? status
	                  : iosrc__socket_shutdown(source->handle, directions);
}

iosrc_status iosrc_take_error(iosrc_source *source, iosrc_status *out_error)
{
	if (!source || !out_error)
		return IOSRC_E_INVALID;
	return iosrc__socket_take_error(source, out_error);
}
