/* SPDX-License-Identifier: MIT
 *
 * api.c: the table for hosts that load the library with dlopen. One slot a
 * function; its order is that of iosrc_plugin.h and never changes.
 */
#include "options.h"

#include <iosrc_plugin.h>

static const iosrc_api all_calls = {
	.size = sizeof all_calls,
	.abi = IOSRC_ABI,
	.version = IOSRC_VERSION,
	.library_version = iosrc_version,
	.version_string = iosrc_version_string,
	.library_abi = iosrc_abi,
	.backend_name = iosrc_backend_name,
	.status_kind = iosrc_status_kind,
	.status_os = iosrc_status_os,
	.status_name = iosrc_status_name,
	.status_message = iosrc_status_message,
	.status_from_os = iosrc_status_from_os,
	.status_last_os = iosrc_status_last_os,
	.create = iosrc_create,
	.source_handle = iosrc_source_handle,
	.source_registration = iosrc_source_registration,
	.register_source = iosrc_register,
	.reregister = iosrc_reregister,
	.deregister = iosrc_deregister,
	.do_io = iosrc_do_io,
	.rearm = iosrc_rearm,
	.into_inner = iosrc_into_inner,
	.close = iosrc_close,
	.read = iosrc_read,
	.write = iosrc_write,
	.readv = iosrc_readv,
	.writev = iosrc_writev,
	.poller_create = iosrc_poller_create,
	.poller_retain = iosrc_poller_retain,
	.poller_release = iosrc_poller_release,
	.poller_wait = iosrc_poller_wait,
	.is_current = iosrc_is_current,
	.poller_expose = iosrc_poller_expose,
	.poller_backend = iosrc_poller_backend,
	.poller_capabilities = iosrc_poller_capabilities,
	.poller_stats = iosrc_poller_stats,
	.waker_create = iosrc_waker_create,
	.waker_wake = iosrc_waker_wake,
	.waker_retain = iosrc_waker_retain,
	.waker_release = iosrc_waker_release,
	.register_many = iosrc_register_many,
	.io_many = iosrc_io_many,
	.address_parse = iosrc_address_parse,
	.address_format = iosrc_address_format,
	.local_address = iosrc_local_address,
	.peer_address = iosrc_peer_address,
	.listen = iosrc_listen,
	.connect = iosrc_connect,
	.bind_datagram = iosrc_bind_datagram,
	.pair = iosrc_pair,
	.pipe = iosrc_pipe,
	.accept = iosrc_accept,
	.recv = iosrc_recv,
	.send = iosrc_send,
	.recv_from = iosrc_recv_from,
	.send_to = iosrc_send_to,
	.shutdown = iosrc_shutdown,
	.take_error = iosrc_take_error,
	.set_option = iosrc_set_option,
	.get_option = iosrc_get_option,
	.multicast_join = iosrc_multicast_join,
	.multicast_leave = iosrc_multicast_leave,
};

iosrc_status iosrc_api_get(uint32_t abi, iosrc_api *out_table,
    size_t table_size)
{
	size_t filled = sizeof all_calls;

	if (!out_table || table_size < offsetof(iosrc_api, library_version))
		return IOSRC_E_INVALID;
	if (table_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	if (abi != IOSRC_ABI)
		return IOSRC_E_UNSUPPORTED;

	if (filled > table_size)
		filled = table_size;
	iosrc__options_write(out_table, table_size, &all_calls, filled);
	out_table->size = filled;
	return IOSRC_OK;
}
