/* SPDX-License-Identifier: MIT */
/**
 * iosrc_plugin.h: for hosts that load the library with dlopen(3) or
 * LoadLibrary. One symbol, iosrc_api_get, answers all calls in a table.
 *
 *	void *library = dlopen("libiosrc.so.1", RTLD_NOW | RTLD_LOCAL);
 *	iosrc_status (IOSRC_CALL *get)(uint32_t, iosrc_api *, size_t);
 *	iosrc_api api;
 *
 *	*(void **)&get = dlsym(library, "iosrc_api_get");
 *	if (get(IOSRC_ABI, &api, sizeof api) != IOSRC_OK)
 *		return -1;
 *	api.poller_create(NULL, 0, &poller);
 *
 * The library may be loaded with RTLD_LOCAL, more than once, and unloaded:
 * it leaves nothing behind. Before it is unloaded every object must be gone
 * and no call in progress. Objects of one copy are not for another.
 */
#ifndef IOSRC_PLUGIN_H
#define IOSRC_PLUGIN_H

#include <iosrc_net.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All calls of the library. A slot is named for its function without the
 * prefix iosrc_, but for three whose name is taken: library_version,
 * library_abi and register_source. Slots stand in the order in which
 * functions entered the interface: one is appended, never moved. A slot that
 * the library does not have, because it is older than the host, is NULL. */
typedef struct iosrc_api {
	/** bytes that the library filled in: the smaller of what was asked
	 * for and what it knows */
	size_t size;
	/** IOSRC_ABI of the library */
	uint32_t abi;
	/** IOSRC_VERSION of the library */
	uint32_t version;
	/* clang-format off */
	/** iosrc_version */
	uint32_t (IOSRC_CALL *library_version)(void);
	/** iosrc_version_string */
	const char *(IOSRC_CALL *version_string)(void);
	/** iosrc_abi */
	uint32_t (IOSRC_CALL *library_abi)(void);
	/** iosrc_backend_name */
	const char *(IOSRC_CALL *backend_name)(uint32_t backend);
	/** iosrc_status_kind */
	iosrc_kind (IOSRC_CALL *status_kind)(iosrc_status status);
	/** iosrc_status_os */
	int32_t (IOSRC_CALL *status_os)(iosrc_status status);
	/** iosrc_status_name */
	const char *(IOSRC_CALL *status_name)(iosrc_status status);
	/** iosrc_status_message */
	int64_t (IOSRC_CALL *status_message)(iosrc_status status,
	    char *out_text, size_t size);
	/** iosrc_status_from_os */
	iosrc_status (IOSRC_CALL *status_from_os)(int32_t code);
	/** iosrc_status_last_os */
	iosrc_status (IOSRC_CALL *status_last_os)(void);
	/** iosrc_create */
	iosrc_status (IOSRC_CALL *create)(iosrc_handle handle,
	    iosrc_handle_type type, iosrc_source **out_source);
	/** iosrc_source_handle */
	iosrc_handle (IOSRC_CALL *source_handle)(const iosrc_source *source);
	/** iosrc_source_registration */
	uint64_t (IOSRC_CALL *source_registration)(const iosrc_source *source);
	/** iosrc_register */
	iosrc_status (IOSRC_CALL *register_source)(iosrc_source *source,
	    iosrc_poller *poller, uint64_t token, iosrc_bits interest);
	/** iosrc_reregister */
	iosrc_status (IOSRC_CALL *reregister)(iosrc_source *source,
	    iosrc_poller *poller, uint64_t token, iosrc_bits interest);
	/** iosrc_deregister */
	iosrc_status (IOSRC_CALL *deregister)(iosrc_source *source,
	    iosrc_poller *poller);
	/** iosrc_do_io */
	int64_t (IOSRC_CALL *do_io)(iosrc_source *source, iosrc_bits directions,
	    iosrc_io_fn fn, void *user);
	/** iosrc_rearm */
	iosrc_status (IOSRC_CALL *rearm)(iosrc_source *source,
	    iosrc_bits directions);
	/** iosrc_into_inner */
	iosrc_status (IOSRC_CALL *into_inner)(iosrc_source *source,
	    iosrc_handle *out_handle);
	/** iosrc_close */
	iosrc_status (IOSRC_CALL *close)(iosrc_source *source);
	/** iosrc_read */
	int64_t (IOSRC_CALL *read)(iosrc_source *source, void *out_data,
	    size_t size);
	/** iosrc_write */
	int64_t (IOSRC_CALL *write)(iosrc_source *source, const void *data,
	    size_t size);
	/** iosrc_readv */
	int64_t (IOSRC_CALL *readv)(iosrc_source *source,
	    const iosrc_buffer *buffers, size_t count);
	/** iosrc_writev */
	int64_t (IOSRC_CALL *writev)(iosrc_source *source,
	    const iosrc_buffer *buffers, size_t count);
	/** iosrc_poller_create */
	iosrc_status (IOSRC_CALL *poller_create)(
	    const iosrc_poller_options *options, size_t options_size,
	    iosrc_poller **out_poller);
	/** iosrc_poller_retain */
	iosrc_status (IOSRC_CALL *poller_retain)(iosrc_poller *poller);
	/** iosrc_poller_release */
	iosrc_status (IOSRC_CALL *poller_release)(iosrc_poller *poller);
	/** iosrc_poller_wait */
	int64_t (IOSRC_CALL *poller_wait)(iosrc_poller *poller,
	    iosrc_event *out_events, size_t capacity, int64_t timeout_ns);
	/** iosrc_is_current */
	uint32_t (IOSRC_CALL *is_current)(iosrc_poller *poller,
	    uint64_t registration);
	/** iosrc_poller_expose */
	iosrc_status (IOSRC_CALL *poller_expose)(iosrc_poller *poller,
	    iosrc_handle *out_handle);
	/** iosrc_poller_backend */
	uint32_t (IOSRC_CALL *poller_backend)(const iosrc_poller *poller);
	/** iosrc_poller_capabilities */
	uint64_t (IOSRC_CALL *poller_capabilities)(const iosrc_poller *poller);
	/** iosrc_poller_stats */
	iosrc_status (IOSRC_CALL *poller_stats)(iosrc_poller *poller,
	    iosrc_poller_counters *out_counters, size_t counters_size);
	/** iosrc_waker_create */
	iosrc_status (IOSRC_CALL *waker_create)(iosrc_poller *poller,
	    uint64_t token, iosrc_waker **out_waker);
	/** iosrc_waker_wake */
	iosrc_status (IOSRC_CALL *waker_wake)(iosrc_waker *waker);
	/** iosrc_waker_retain */
	iosrc_status (IOSRC_CALL *waker_retain)(iosrc_waker *waker);
	/** iosrc_waker_release */
	iosrc_status (IOSRC_CALL *waker_release)(iosrc_waker *waker);
	/** iosrc_register_many */
	int64_t (IOSRC_CALL *register_many)(iosrc_poller *poller,
	    iosrc_register_item *items, size_t count, size_t item_size);
	/** iosrc_io_many */
	int64_t (IOSRC_CALL *io_many)(iosrc_poller *poller,
	    iosrc_io_item *items, size_t count, size_t item_size, void *memory,
	    size_t memory_size);
	/** iosrc_address_parse */
	iosrc_status (IOSRC_CALL *address_parse)(const char *text, size_t size,
	    iosrc_address *out_address);
	/** iosrc_address_format */
	int64_t (IOSRC_CALL *address_format)(const iosrc_address *address,
	    char *out_text, size_t size);
	/** iosrc_local_address */
	iosrc_status (IOSRC_CALL *local_address)(iosrc_source *source,
	    iosrc_address *out_address);
	/** iosrc_peer_address */
	iosrc_status (IOSRC_CALL *peer_address)(iosrc_source *source,
	    iosrc_address *out_address);
	/** iosrc_listen */
	iosrc_status (IOSRC_CALL *listen)(const iosrc_address *address,
	    const iosrc_listen_options *options, size_t options_size,
	    iosrc_source **out_source);
	/** iosrc_connect */
	iosrc_status (IOSRC_CALL *connect)(const iosrc_address *address,
	    const iosrc_connect_options *options, size_t options_size,
	    iosrc_source **out_source);
	/** iosrc_bind_datagram */
	iosrc_status (IOSRC_CALL *bind_datagram)(const iosrc_address *address,
	    const iosrc_datagram_options *options, size_t options_size,
	    iosrc_source **out_source);
	/** iosrc_pair */
	iosrc_status (IOSRC_CALL *pair)(uint32_t type, iosrc_source **out_a,
	    iosrc_source **out_b);
	/** iosrc_pipe */
	iosrc_status (IOSRC_CALL *pipe)(iosrc_source **out_reader,
	    iosrc_source **out_writer);
	/** iosrc_accept */
	iosrc_status (IOSRC_CALL *accept)(iosrc_source *source,
	    iosrc_address *out_peer, iosrc_source **out_source);
	/** iosrc_recv */
	int64_t (IOSRC_CALL *recv)(iosrc_source *source, void *out_data,
	    size_t size, iosrc_flags flags, iosrc_flags *out_flags);
	/** iosrc_send */
	int64_t (IOSRC_CALL *send)(iosrc_source *source, const void *data,
	    size_t size, iosrc_flags flags);
	/** iosrc_recv_from */
	int64_t (IOSRC_CALL *recv_from)(iosrc_source *source, void *out_data,
	    size_t size, iosrc_flags flags, iosrc_address *out_peer,
	    iosrc_flags *out_flags);
	/** iosrc_send_to */
	int64_t (IOSRC_CALL *send_to)(iosrc_source *source, const void *data,
	    size_t size, iosrc_flags flags, const iosrc_address *peer);
	/** iosrc_shutdown */
	iosrc_status (IOSRC_CALL *shutdown)(iosrc_source *source,
	    iosrc_bits directions);
	/** iosrc_take_error */
	iosrc_status (IOSRC_CALL *take_error)(iosrc_source *source,
	    iosrc_status *out_error);
	/** iosrc_set_option */
	iosrc_status (IOSRC_CALL *set_option)(iosrc_source *source,
	    uint32_t option, int64_t value);
	/** iosrc_get_option */
	iosrc_status (IOSRC_CALL *get_option)(iosrc_source *source,
	    uint32_t option, int64_t *out_value);
	/** iosrc_multicast_join */
	iosrc_status (IOSRC_CALL *multicast_join)(iosrc_source *source,
	    const iosrc_address *group, uint32_t interface_index);
	/** iosrc_multicast_leave */
	iosrc_status (IOSRC_CALL *multicast_leave)(iosrc_source *source,
	    const iosrc_address *group, uint32_t interface_index);
	/* clang-format on */
} iosrc_api;

/**
 * Fills a table with the calls of the library.
 *
 * Fills up to the smaller of both sizes and zeroes the rest, so that a host
 * newer than the library sees NULL there. Nothing is written on failure.
 *
 * @param abi in: IOSRC_ABI of the host's header
 * @param out_table out,borrowed: the table
 * @param table_size in,bytes: sizeof *out_table
 * @return a status
 * @error IOSRC_E_INVALID out_table is NULL, or table_size is smaller than the
 *   head of the table or above 2^31-1
 * @error IOSRC_E_UNSUPPORTED the library has another ABI number
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_api_get(uint32_t abi,
    iosrc_api *out_table, size_t table_size);

#ifdef __cplusplus
}
#endif
#endif
