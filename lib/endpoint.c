/* SPDX-License-Identifier: MIT
 *
 * endpoint.c: sockets and pipes that the library opens itself.
 *
 * The whole of the arguments is checked before the system is asked, and the
 * source is allocated before its handle is opened: what was opened is never
 * closed again for want of memory. A thread cannot be cancelled in between.
 */
#include <iosrc_net.h>

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "options.h"
#include "source.h"
#include "sys/endpoint.h"
#include "sys/handle.h"
#include "sys/thread.h"

#define LISTEN_FLAGS \
	(IOSRC_LISTEN_REUSE_PORT | IOSRC_LISTEN_V6_ONLY | \
	    IOSRC_LISTEN_UNLINK_STALE | IOSRC_LISTEN_EXCLUSIVE_USE)
#define CONNECT_FLAGS IOSRC_CONNECT_NO_DELAY
#define MODES 0777u

/* ---- arguments ---- */

/* What is said of two things that were checked: INVALID comes first, then
 * UNSUPPORTED. */
static iosrc_status both(iosrc_status one, iosrc_status other)
{
	if (one == IOSRC_E_INVALID || other == IOSRC_OK)
		return one;
	return one == IOSRC_OK || other == IOSRC_E_INVALID ? other : one;
}

static iosrc_status invalid_if(bool wrong)
{
	return wrong ? IOSRC_E_INVALID : IOSRC_OK;
}

static iosrc_status unsupported_if(bool unknown)
{
	return unknown ? IOSRC_E_UNSUPPORTED : IOSRC_OK;
}

static bool is_inet(uint32_t family)
{
	return family == IOSRC_FAMILY_INET || family == IOSRC_FAMILY_INET6;
}

static iosrc_status check_address(const iosrc_address *address, bool named)
{
	iosrc_status status = iosrc__address_check(address);

	if (status == IOSRC_OK && named && iosrc__endpoint_is_unnamed(address))
		return IOSRC_E_INVALID;
	return status;
}

/* The family was checked: it is one of those that are known. */
static iosrc_status check_type(uint32_t type, uint32_t family)
{
	return unsupported_if(type > IOSRC_TYPE_SEQPACKET ||
	    (type == IOSRC_TYPE_SEQPACKET && is_inet(family)));
}

/* Flags of iosrc_listen and iosrc_bind_datagram; those for other families are
 * contradictions. */
static iosrc_status check_bind_flags(iosrc_flags flags, uint32_t family)
{
	const iosrc_flags opposed = IOSRC_LISTEN_REUSE_PORT |
	    IOSRC_LISTEN_EXCLUSIVE_USE;
	bool wrong = (flags & opposed) == opposed;

	if (!is_inet(family))
		wrong |= (flags & IOSRC_LISTEN_REUSE_PORT) != 0;
	if (family != IOSRC_FAMILY_INET6)
		wrong |= (flags & IOSRC_LISTEN_V6_ONLY) != 0;
	if (family != IOSRC_FAMILY_UNIX)
		wrong |= (flags & IOSRC_LISTEN_UNLINK_STALE) != 0;
	return both(invalid_if(wrong), unsupported_if(flags & ~LISTEN_FLAGS));
}

/* An address that is not sound has no family to speak of. */
static uint32_t family_of(const iosrc_address *address, iosrc_status status)
{
	return status == IOSRC_OK ? iosrc__endpoint_family(address)
	                          : address->family;
}

/* ---- opening ---- */

/* One of the calls below, behind the allocation. */
typedef iosrc_status (*open_fn)(const void *call, iosrc_handle *out_handle);

static uint32_t traits_of(const iosrc_address *address)
{
	return address->family == IOSRC_FAMILY_PIPE
	    ? iosrc__handle_traits(IOSRC_HANDLE_PIPE)
	    : 0;
}

static iosrc_status open_source(open_fn open, const void *call, uint32_t traits,
    iosrc_source **out_source)
{
	iosrc_source *source = iosrc__source_allocate();
	iosrc_status status;
	int cancel;

	if (!source)
		return IOSRC_E_NO_MEMORY;
	cancel = iosrc__thread_cancel_disable();
	status = open(call, &source->handle);
	iosrc__thread_cancel_restore(cancel);
	if (status < 0) {
		free(source);
		return status;
	}
	atomic_init(&source->traits, traits);
	*out_source = source;
	return IOSRC_OK;
}

/* ---- listen ---- */

struct listen_call {
	const iosrc_address *address;
	iosrc_listen_options options;
};

static iosrc_status open_listener(const void *call, iosrc_handle *out_handle)
{
	const struct listen_call *listen = call;

	return iosrc__endpoint_listen(listen->address, &listen->options,
	    out_handle);
}

static iosrc_status check_listen(const struct listen_call *call)
{
	const iosrc_listen_options *options = &call->options;
	iosrc_status status = check_address(call->address, true);
	uint32_t family = family_of(call->address, status);
	bool wrong = options->type == IOSRC_TYPE_DATAGRAM ||
	    options->backlog > IOSRC__SIZE_MAX || options->mode > MODES ||
	    (options->mode && family != IOSRC_FAMILY_UNIX);

	status = both(status, invalid_if(wrong));
	status = both(status, check_bind_flags(options->flags, family));
	return both(status, check_type(options->type, call->address->family));
}

iosrc_status iosrc_listen(const iosrc_address *address,
    const iosrc_listen_options *options, size_t options_size,
    iosrc_source **out_source)
{
	struct listen_call call = { .address = address };
	iosrc_status status;
	uint32_t traits;

	if (!address || !out_source)
		return IOSRC_E_INVALID;
	status = iosrc__options_read(&call.options, sizeof(call.options),
	    options, options_size);
	status = both(status, check_listen(&call));
	traits = traits_of(address);
	return status < 0
	    ? status
	    : open_source(open_listener, &call,
	          traits ? traits | IOSRC__SOURCE_LISTENS : 0, out_source);
}

/* ---- connect ---- */

struct connect_call {
	const iosrc_address *address;
	iosrc_connect_options options;
};

static iosrc_status open_connection(const void *call, iosrc_handle *out_handle)
{
	const struct connect_call *connect = call;

	return iosrc__endpoint_connect(connect->address, &connect->options,
	    out_handle);
}

/* Paths and abstract names are one family of the system. */
static uint32_t common_family(const iosrc_address *address)
{
	uint32_t family = iosrc__endpoint_family(address);

	return family == IOSRC_FAMILY_UNIX_ABSTRACT ? IOSRC_FAMILY_UNIX
	                                            : family;
}

static iosrc_status check_source(const iosrc_address *source,
    const iosrc_address *peer)
{
	static const iosrc_address none;
	iosrc_status status;

	if (source->family == IOSRC_FAMILY_NONE)
		return invalid_if(memcmp(source, &none, sizeof(none)) != 0);
	status = check_address(source, true);
	if (status < 0 || iosrc__address_check(peer) < 0)
		return status;
	return invalid_if(common_family(source) != common_family(peer));
}

static iosrc_status check_connect(const struct connect_call *call)
{
	const iosrc_connect_options *options = &call->options;
	iosrc_status status = check_address(call->address, true);
	bool tcp = options->type == IOSRC_TYPE_STREAM &&
	    is_inet(family_of(call->address, status));

	status = both(status, check_source(&options->source, call->address));
	status = both(status,
	    invalid_if(options->flags & IOSRC_CONNECT_NO_DELAY && !tcp));
	status = both(status, unsupported_if(options->flags & ~CONNECT_FLAGS));
	return both(status, check_type(options->type, call->address->family));
}

iosrc_status iosrc_connect(const iosrc_address *address,
    const iosrc_connect_options *options, size_t options_size,
    iosrc_source **out_source)
{
	struct connect_call call = { .address = address };
	iosrc_status status;

	if (!address || !out_source)
		return IOSRC_E_INVALID;
	status = iosrc__options_read(&call.options, sizeof(call.options),
	    options, options_size);
	status = both(status, check_connect(&call));
	return status < 0 ? status
	                  : open_source(open_connection, &call,
	                        traits_of(address), out_source);
}

/* ---- datagrams ---- */

struct datagram_call {
	const iosrc_address *address;
	iosrc_datagram_options options;
};

static iosrc_status open_datagram(const void *call, iosrc_handle *out_handle)
{
	const struct datagram_call *datagram = call;

	return iosrc__endpoint_datagram(datagram->address,
	    datagram->options.flags, out_handle);
}

static iosrc_status check_datagram(const struct datagram_call *call)
{
	const iosrc_datagram_options *options = &call->options;
	iosrc_status status = check_address(call->address, false);
	uint32_t family = family_of(call->address, status);

	status = both(status, check_bind_flags(options->flags, family));
	return both(status, unsupported_if(options->reserved != 0));
}

iosrc_status iosrc_bind_datagram(const iosrc_address *address,
    const iosrc_datagram_options *options, size_t options_size,
    iosrc_source **out_source)
{
	struct datagram_call call = { .address = address };
	iosrc_status status;

	if (!address || !out_source)
		return IOSRC_E_INVALID;
	status = iosrc__options_read(&call.options, sizeof(call.options),
	    options, options_size);
	status = both(status, check_datagram(&call));
	return status < 0 ? status
	                  : open_source(open_datagram, &call, 0, out_source);
}

/* ---- two ends ---- */

static iosrc_status open_ends(bool pipe, uint32_t type,
    iosrc_source *sources[2])
{
	int cancel = iosrc__thread_cancel_disable();
	iosrc_handle handles[2] = { -1, -1 };
	iosrc_status status = pipe ? iosrc__endpoint_pipe(handles)
	                           : iosrc__endpoint_pair(type, handles);

	iosrc__thread_cancel_restore(cancel);
	sources[0]->handle = handles[0];
	sources[1]->handle = handles[1];
	return status;
}

static iosrc_status open_two(bool pipe, uint32_t type, iosrc_source **out_a,
    iosrc_source **out_b)
{
	iosrc_source *sources[2] = { iosrc__source_allocate(),
		iosrc__source_allocate() };
	iosrc_status status = IOSRC_E_NO_MEMORY;

	if (sources[0] && sources[1])
		status = open_ends(pipe, type, sources);
	if (status < 0) {
		free(sources[0]);
		free(sources[1]);
		return status;
	}
	*out_a = sources[0];
	*out_b = sources[1];
	return IOSRC_OK;
}

iosrc_status iosrc_pair(uint32_t type, iosrc_source **out_a,
    iosrc_source **out_b)
{
	if (!out_a || !out_b || out_a == out_b)
		return IOSRC_E_INVALID;
	if (type > IOSRC_TYPE_SEQPACKET)
		return IOSRC_E_UNSUPPORTED;
	return open_two(false, type, out_a, out_b);
}

iosrc_status iosrc_pipe(iosrc_source **out_reader, iosrc_source **out_writer)
{
	iosrc_status status;
	uint32_t traits;

	if (!out_reader || !out_writer || out_reader == out_writer)
		return IOSRC_E_INVALID;
	status = open_two(true, 0, out_reader, out_writer);
	if (status < 0)
		return status;
	/* Its nature is known: no write has to find out. */
	traits = iosrc__handle_traits(IOSRC_HANDLE_PIPE);
	iosrc__source_set_traits(*out_reader, traits, 0);
	iosrc__source_set_traits(*out_writer, traits | IOSRC__SOURCE_STREAM, 0);
	return IOSRC_OK;
}
