/* SPDX-License-Identifier: MIT
 *
 * test_layout.c: sizes, offsets and values that programs already have inside
 * them. They are written out a second time here on purpose: this file changes
 * only when something is added. It has passed when it compiles, for any
 * target, without a C library.
 */
#include <iosrc.h>
#include <iosrc_net.h>
#include <iosrc_plugin.h>

#define SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), "size of " #type)
#define AT(type, member, offset) \
	_Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define WIDE(type, member, size) \
	_Static_assert(sizeof(((type *)0)->member) == (size), \
	    "size of " #type "." #member)
#define VALUE(constant, value) _Static_assert((constant) == (value), #constant)
#define SIGNED(type) _Static_assert((type)-1 < (type)0, #type " is signed")
#define UNSIGNED(type) _Static_assert((type)-1 > (type)0, #type " is unsigned")

#define POINTER sizeof(void *)

/* ---- scalars ---- */

SIZE(iosrc_handle, POINTER);
SIGNED(iosrc_handle);
SIZE(iosrc_status, 4);
SIGNED(iosrc_status);
SIZE(iosrc_kind, 4);
SIGNED(iosrc_kind);
SIZE(iosrc_bits, 4);
UNSIGNED(iosrc_bits);
SIZE(iosrc_flags, 4);
UNSIGNED(iosrc_flags);
SIZE(iosrc_handle_type, 4);
UNSIGNED(iosrc_handle_type);
SIZE(iosrc_io_fn, POINTER);

/* ---- structs ---- */

SIZE(iosrc_event, 24);
AT(iosrc_event, token, 0);
AT(iosrc_event, registration, 8);
AT(iosrc_event, ready, 16);
AT(iosrc_event, reserved, 20);

SIZE(iosrc_buffer, 2 * POINTER);
AT(iosrc_buffer, data, 0);
AT(iosrc_buffer, size, POINTER);

SIZE(iosrc_poller_options, 8);
AT(iosrc_poller_options, flags, 0);
AT(iosrc_poller_options, backend, 4);

SIZE(iosrc_poller_counters, 56);
AT(iosrc_poller_counters, waits, 0);
AT(iosrc_poller_counters, events, 8);
AT(iosrc_poller_counters, kernel_wakes, 16);
AT(iosrc_poller_counters, coalesced_wakes, 24);
AT(iosrc_poller_counters, spurious, 32);
AT(iosrc_poller_counters, stale, 40);
AT(iosrc_poller_counters, rearms, 48);

SIZE(iosrc_register_item, 16 + 2 * POINTER);
AT(iosrc_register_item, token, 0);
AT(iosrc_register_item, interest, 8);
AT(iosrc_register_item, out_status, 12);
AT(iosrc_register_item, source, 16);
AT(iosrc_register_item, reserved, 16 + POINTER);

SIZE(iosrc_io_item, 64);
AT(iosrc_io_item, registration, 0);
AT(iosrc_io_item, data, 8);
AT(iosrc_io_item, size, 16);
AT(iosrc_io_item, out_result, 24);
AT(iosrc_io_item, opcode, 32);
AT(iosrc_io_item, flags, 36);
AT(iosrc_io_item, out_flags, 40);
AT(iosrc_io_item, reserved, 44);
AT(iosrc_io_item, reserved_more, 48);
WIDE(iosrc_io_item, reserved_more, 16);

#define ALIGNED(type, alignment) \
	_Static_assert(_Alignof(type) == (alignment), "alignment of " #type)

SIZE(iosrc_address, 288);
ALIGNED(iosrc_address, 4);
AT(iosrc_address, family, 0);
AT(iosrc_address, port, 4);
AT(iosrc_address, scope, 8);
AT(iosrc_address, flow, 12);
AT(iosrc_address, size, 16);
AT(iosrc_address, reserved, 20);
WIDE(iosrc_address, reserved, 12);
AT(iosrc_address, data, 32);
WIDE(iosrc_address, data, 256);

SIZE(iosrc_listen_options, 16);
AT(iosrc_listen_options, flags, 0);
AT(iosrc_listen_options, type, 4);
AT(iosrc_listen_options, backlog, 8);
AT(iosrc_listen_options, mode, 12);

SIZE(iosrc_connect_options, 296);
AT(iosrc_connect_options, flags, 0);
AT(iosrc_connect_options, type, 4);
AT(iosrc_connect_options, source, 8);

SIZE(iosrc_datagram_options, 8);
AT(iosrc_datagram_options, flags, 0);
AT(iosrc_datagram_options, reserved, 4);

/* ---- the table: slots have numbers, and keep them ---- */

#define SLOT(number, name) \
	AT(iosrc_api, name, sizeof(size_t) + 8 + (number)*POINTER); \
	WIDE(iosrc_api, name, POINTER)

AT(iosrc_api, size, 0);
WIDE(iosrc_api, size, sizeof(size_t));
AT(iosrc_api, abi, sizeof(size_t));
AT(iosrc_api, version, sizeof(size_t) + 4);
SLOT(0, library_version);
SLOT(1, version_string);
SLOT(2, library_abi);
SLOT(3, backend_name);
SLOT(4, status_kind);
SLOT(5, status_os);
SLOT(6, status_name);
SLOT(7, status_message);
SLOT(8, status_from_os);
SLOT(9, status_last_os);
SLOT(10, create);
SLOT(11, source_handle);
SLOT(12, source_registration);
SLOT(13, register_source);
SLOT(14, reregister);
SLOT(15, deregister);
SLOT(16, do_io);
SLOT(17, rearm);
SLOT(18, into_inner);
SLOT(19, close);
SLOT(20, read);
SLOT(21, write);
SLOT(22, readv);
SLOT(23, writev);
SLOT(24, poller_create);
SLOT(25, poller_retain);
SLOT(26, poller_release);
SLOT(27, poller_wait);
SLOT(28, is_current);
SLOT(29, poller_expose);
SLOT(30, poller_backend);
SLOT(31, poller_capabilities);
SLOT(32, poller_stats);
SLOT(33, waker_create);
SLOT(34, waker_wake);
SLOT(35, waker_retain);
SLOT(36, waker_release);
SLOT(37, register_many);
SLOT(38, io_many);
SLOT(39, address_parse);
SLOT(40, address_format);
SLOT(41, local_address);
SLOT(42, peer_address);
SLOT(43, listen);
SLOT(44, connect);
SLOT(45, bind_datagram);
SLOT(46, pair);
SLOT(47, pipe);
SLOT(48, accept);
SLOT(49, recv);
SLOT(50, send);
SLOT(51, recv_from);
SLOT(52, send_to);
SLOT(53, shutdown);
SLOT(54, take_error);
SLOT(55, set_option);
SLOT(56, get_option);
SLOT(57, multicast_join);
SLOT(58, multicast_leave);
SIZE(iosrc_api, sizeof(size_t) + 8 + 59 * POINTER);

/* ---- constants; the version itself is free to change ---- */

VALUE(IOSRC_ABI, 1);
VALUE(IOSRC_OK, 0);
VALUE(IOSRC_E_WOULD_BLOCK, -65537);
VALUE(IOSRC_E_INVALID, -65538);
VALUE(IOSRC_E_UNSUPPORTED, -65539);
VALUE(IOSRC_E_NO_MEMORY, -65540);
VALUE(IOSRC_E_ALREADY_REGISTERED, -65541);
VALUE(IOSRC_E_NOT_REGISTERED, -65542);
VALUE(IOSRC_E_WRONG_POLLER, -65543);
VALUE(IOSRC_E_CLOSED, -65544);
VALUE(IOSRC_E_FORKED, -65545);
VALUE(IOSRC_E_INTERRUPTED, -65546);
VALUE(IOSRC_E_NO_SPACE, -65547);
VALUE(IOSRC_E_UNKNOWN, -65548);
VALUE(IOSRC_KIND_OK, 0);
VALUE(IOSRC_KIND_OTHER, 1);
VALUE(IOSRC_KIND_WOULD_BLOCK, 2);
VALUE(IOSRC_KIND_INVALID, 3);
VALUE(IOSRC_KIND_UNSUPPORTED, 4);
VALUE(IOSRC_KIND_NO_MEMORY, 5);
VALUE(IOSRC_KIND_LIMIT, 6);
VALUE(IOSRC_KIND_MISUSE, 7);
VALUE(IOSRC_KIND_CLOSED, 8);
VALUE(IOSRC_KIND_FORKED, 9);
VALUE(IOSRC_KIND_INTERRUPTED, 10);
VALUE(IOSRC_KIND_BAD_HANDLE, 11);
VALUE(IOSRC_KIND_NOT_CONNECTED, 12);
VALUE(IOSRC_KIND_IN_PROGRESS, 13);
VALUE(IOSRC_KIND_CONNECTION_REFUSED, 14);
VALUE(IOSRC_KIND_CONNECTION_RESET, 15);
VALUE(IOSRC_KIND_CONNECTION_ABORTED, 16);
VALUE(IOSRC_KIND_BROKEN_PIPE, 17);
VALUE(IOSRC_KIND_TIMED_OUT, 18);
VALUE(IOSRC_KIND_ADDRESS_IN_USE, 19);
VALUE(IOSRC_KIND_ADDRESS_INVALID, 20);
VALUE(IOSRC_KIND_UNREACHABLE, 21);
VALUE(IOSRC_KIND_PERMISSION, 22);
VALUE(IOSRC_KIND_NOT_FOUND, 23);
VALUE(IOSRC_KIND_EXISTS, 24);
VALUE(IOSRC_KIND_MESSAGE_SIZE, 25);
VALUE(IOSRC_READABLE, 0x00000001u);
VALUE(IOSRC_WRITABLE, 0x00000002u);
VALUE(IOSRC_PRIORITY, 0x00000004u);
VALUE(IOSRC_ERROR, 0x00000100u);
VALUE(IOSRC_READ_CLOSED, 0x00000200u);
VALUE(IOSRC_WRITE_CLOSED, 0x00000400u);
VALUE(IOSRC_LEVEL, 0x00010000u);
VALUE(IOSRC_ONESHOT, 0x00020000u);
VALUE(IOSRC_EXCLUSIVE, 0x00040000u);
VALUE(IOSRC_HANDLE_DEFAULT, 0u);
VALUE(IOSRC_HANDLE_SOCKET, 1u);
VALUE(IOSRC_HANDLE_PIPE, 2u);
VALUE(IOSRC_HANDLE_WAITABLE, 3u);
VALUE(IOSRC_BACKEND_DEFAULT, 0u);
VALUE(IOSRC_BACKEND_EPOLL, 1u);
VALUE(IOSRC_BACKEND_POLL, 2u);
VALUE(IOSRC_BACKEND_KQUEUE, 3u);
VALUE(IOSRC_BACKEND_EVPORT, 4u);
VALUE(IOSRC_BACKEND_AFD, 5u);
VALUE(IOSRC_BACKEND_WASI, 6u);
VALUE(IOSRC_BACKEND_FAKE, 7u);
VALUE(IOSRC_POLLER_INTERRUPTIBLE, 0x00000001u);
VALUE(IOSRC_POLLER_IO_URING, 0x00000002u);
VALUE(IOSRC_CAN_EXPOSE, 0x0000000100000000);
VALUE(IOSRC_CAN_WAIT_BELOW_MS, 0x0000000200000000);
VALUE(IOSRC_CAN_SHARE_WAIT, 0x0000000400000000);
VALUE(IOSRC_CAN_POLL_FILES, 0x0000000800000000);
VALUE(IOSRC_CAN_IO_URING, 0x0000001000000000);
VALUE(IOSRC_OP_READ, 1u);
VALUE(IOSRC_OP_WRITE, 2u);
VALUE(IOSRC_OP_RECV, 3u);
VALUE(IOSRC_OP_SEND, 4u);
VALUE(IOSRC_MESSAGE_SIZE, 256);
VALUE(IOSRC_FAMILY_NONE, 0u);
VALUE(IOSRC_FAMILY_INET, 1u);
VALUE(IOSRC_FAMILY_INET6, 2u);
VALUE(IOSRC_FAMILY_UNIX, 3u);
VALUE(IOSRC_FAMILY_UNIX_ABSTRACT, 4u);
VALUE(IOSRC_FAMILY_PIPE, 5u);
VALUE(IOSRC_FAMILY_OTHER, 255u);
VALUE(IOSRC_ADDRESS_TEXT_SIZE, 1088);
VALUE(IOSRC_TYPE_STREAM, 0u);
VALUE(IOSRC_TYPE_DATAGRAM, 1u);
VALUE(IOSRC_TYPE_SEQPACKET, 2u);
VALUE(IOSRC_LISTEN_REUSE_PORT, 0x00000001u);
VALUE(IOSRC_LISTEN_V6_ONLY, 0x00000002u);
VALUE(IOSRC_LISTEN_UNLINK_STALE, 0x00000004u);
VALUE(IOSRC_LISTEN_EXCLUSIVE_USE, 0x00000008u);
VALUE(IOSRC_CONNECT_NO_DELAY, 0x00000001u);
VALUE(IOSRC_RECV_PEEK, 0x00000001u);
VALUE(IOSRC_RECV_OOB, 0x00000002u);
VALUE(IOSRC_SEND_OOB, 0x00000002u);
VALUE(IOSRC_OUT_TRUNCATED, 0x00000001u);
VALUE(IOSRC_OPTION_NO_DELAY, 1u);
VALUE(IOSRC_OPTION_KEEP_ALIVE, 2u);
VALUE(IOSRC_OPTION_KEEP_ALIVE_IDLE, 3u);
VALUE(IOSRC_OPTION_KEEP_ALIVE_INTERVAL, 4u);
VALUE(IOSRC_OPTION_KEEP_ALIVE_COUNT, 5u);
VALUE(IOSRC_OPTION_LINGER, 6u);
VALUE(IOSRC_OPTION_TTL, 7u);
VALUE(IOSRC_OPTION_HOP_LIMIT, 8u);
VALUE(IOSRC_OPTION_BROADCAST, 9u);
VALUE(IOSRC_OPTION_RECV_BUFFER, 10u);
VALUE(IOSRC_OPTION_SEND_BUFFER, 11u);
VALUE(IOSRC_OPTION_V6_ONLY, 12u);
VALUE(IOSRC_OPTION_MULTICAST_LOOP, 13u);
VALUE(IOSRC_OPTION_MULTICAST_TTL, 14u);
VALUE(IOSRC_OPTION_MULTICAST_INTERFACE, 15u);
VALUE(IOSRC_VERSION,
    IOSRC_VERSION_MAJOR * 0x1000000u + IOSRC_VERSION_MINOR * 0x10000u +
        IOSRC_VERSION_PATCH);

int main(void)
{
	return 0;
}
