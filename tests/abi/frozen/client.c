/* SPDX-License-Identifier: MIT
 *
 * client.c: the program of which client_x86_64.s was made, kept for reading.
 * It is not built. It uses what an old program would: structs by value,
 * constants, calls by their symbols and by the plugin table. It asks for no
 * more than the headers of its day promised.
 */
#include <iosrc.h>
#include <iosrc_net.h>
#include <iosrc_plugin.h>

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define CHECK(condition) \
	do { \
		if (!(condition)) \
			return __LINE__; \
	} while (0)

/* ---- library, statuses ---- */

static int try_library(void)
{
	char text[IOSRC_MESSAGE_SIZE];

	CHECK(iosrc_abi() == IOSRC_ABI);
	CHECK(iosrc_version() >= IOSRC_VERSION);
	CHECK(iosrc_version_string()[0] != 0);
	CHECK(!iosrc_backend_name(IOSRC_BACKEND_DEFAULT));
	CHECK(iosrc_status_kind(IOSRC_OK) == IOSRC_KIND_OK);
	CHECK(iosrc_status_kind(IOSRC_E_WOULD_BLOCK) == IOSRC_KIND_WOULD_BLOCK);
	CHECK(iosrc_status_kind(IOSRC_E_INVALID) == IOSRC_KIND_INVALID);
	CHECK(iosrc_status_kind(IOSRC_E_UNSUPPORTED) == IOSRC_KIND_UNSUPPORTED);
	CHECK(iosrc_status_kind(IOSRC_E_NO_MEMORY) == IOSRC_KIND_NO_MEMORY);
	CHECK(
	    iosrc_status_kind(IOSRC_E_ALREADY_REGISTERED) == IOSRC_KIND_MISUSE);
	CHECK(iosrc_status_kind(IOSRC_E_NOT_REGISTERED) == IOSRC_KIND_MISUSE);
	CHECK(iosrc_status_kind(IOSRC_E_WRONG_POLLER) == IOSRC_KIND_MISUSE);
	CHECK(iosrc_status_kind(IOSRC_E_CLOSED) == IOSRC_KIND_CLOSED);
	CHECK(iosrc_status_kind(IOSRC_E_FORKED) == IOSRC_KIND_FORKED);
	CHECK(iosrc_status_kind(IOSRC_E_INTERRUPTED) == IOSRC_KIND_INTERRUPTED);
	CHECK(iosrc_status_kind(IOSRC_E_NO_SPACE) == IOSRC_KIND_LIMIT);
	CHECK(iosrc_status_from_os(0) == IOSRC_E_UNKNOWN);
	/* Errno numbers of Linux on every processor. */
	CHECK(iosrc_status_from_os(11) == IOSRC_E_WOULD_BLOCK);
	CHECK(iosrc_status_os(iosrc_status_from_os(32)) == 32);
	CHECK(iosrc_status_kind(iosrc_status_from_os(32)) ==
	    IOSRC_KIND_BROKEN_PIPE);
	CHECK(iosrc_status_kind(iosrc_status_from_os(9)) ==
	    IOSRC_KIND_BAD_HANDLE);
	CHECK(strcmp(iosrc_status_name(IOSRC_E_NO_SPACE), "IOSRC_E_NO_SPACE") ==
	    0);
	CHECK(iosrc_status_message(IOSRC_E_CLOSED, text, sizeof text) ==
	    (int64_t)strlen(text));
	return 0;
}

/* ---- the plugin table ---- */

#define SLOT(slot, function) CHECK(api.slot == function)

static int try_table(void)
{
	iosrc_api api;
	uint32_t abi = IOSRC_ABI;

	memset(&api, 0xa5, sizeof api);
	CHECK(iosrc_api_get(abi + 1, &api, sizeof api) == IOSRC_E_UNSUPPORTED);
	CHECK(iosrc_api_get(abi, NULL, sizeof api) == IOSRC_E_INVALID);
	CHECK(iosrc_api_get(abi, &api, sizeof api) == IOSRC_OK);
	CHECK(api.size == sizeof api && api.abi == abi);
	CHECK(api.version >= IOSRC_VERSION);
	SLOT(library_version, iosrc_version);
	SLOT(version_string, iosrc_version_string);
	SLOT(library_abi, iosrc_abi);
	SLOT(backend_name, iosrc_backend_name);
	SLOT(status_kind, iosrc_status_kind);
	SLOT(status_os, iosrc_status_os);
	SLOT(status_name, iosrc_status_name);
	SLOT(status_message, iosrc_status_message);
	SLOT(status_from_os, iosrc_status_from_os);
	SLOT(status_last_os, iosrc_status_last_os);
	SLOT(create, iosrc_create);
	SLOT(source_handle, iosrc_source_handle);
	SLOT(source_registration, iosrc_source_registration);
	SLOT(register_source, iosrc_register);
	SLOT(reregister, iosrc_reregister);
	SLOT(deregister, iosrc_deregister);
	SLOT(do_io, iosrc_do_io);
	SLOT(rearm, iosrc_rearm);
	SLOT(into_inner, iosrc_into_inner);
	SLOT(close, iosrc_close);
	SLOT(read, iosrc_read);
	SLOT(write, iosrc_write);
	SLOT(readv, iosrc_readv);
	SLOT(writev, iosrc_writev);
	SLOT(poller_create, iosrc_poller_create);
	SLOT(poller_retain, iosrc_poller_retain);
	SLOT(poller_release, iosrc_poller_release);
	SLOT(poller_wait, iosrc_poller_wait);
	SLOT(is_current, iosrc_is_current);
	SLOT(poller_expose, iosrc_poller_expose);
	SLOT(poller_backend, iosrc_poller_backend);
	SLOT(poller_capabilities, iosrc_poller_capabilities);
	SLOT(poller_stats, iosrc_poller_stats);
	SLOT(waker_create, iosrc_waker_create);
	SLOT(waker_wake, iosrc_waker_wake);
	SLOT(waker_retain, iosrc_waker_retain);
	SLOT(waker_release, iosrc_waker_release);
	SLOT(register_many, iosrc_register_many);
	SLOT(io_many, iosrc_io_many);
	SLOT(address_parse, iosrc_address_parse);
	SLOT(address_format, iosrc_address_format);
	SLOT(local_address, iosrc_local_address);
	SLOT(peer_address, iosrc_peer_address);
	SLOT(listen, iosrc_listen);
	SLOT(connect, iosrc_connect);
	SLOT(bind_datagram, iosrc_bind_datagram);
	SLOT(pair, iosrc_pair);
	SLOT(pipe, iosrc_pipe);
	SLOT(accept, iosrc_accept);
	SLOT(recv, iosrc_recv);
	SLOT(send, iosrc_send);
	SLOT(recv_from, iosrc_recv_from);
	SLOT(send_to, iosrc_send_to);
	SLOT(shutdown, iosrc_shutdown);
	SLOT(take_error, iosrc_take_error);
	SLOT(set_option, iosrc_set_option);
	SLOT(get_option, iosrc_get_option);
	SLOT(multicast_join, iosrc_multicast_join);
	SLOT(multicast_leave, iosrc_multicast_leave);
	return 0;
}

/* ---- sources, pollers, wakers ---- */

static int64_t IOSRC_CALL answer_and_note(iosrc_handle handle, void *user)
{
	*(iosrc_handle *)user = handle;
	return INT64_C(0x7edcba9876543210);
}

static int try_options(void)
{
	struct {
		iosrc_poller_options known;
		uint32_t later[1000]; /* more than it will ever grow to */
	} options;
	iosrc_poller *poller = NULL;

	memset(&options, 0, sizeof options);
	options.later[999] = 1;
	CHECK(iosrc_poller_create(&options.known, sizeof options, &poller) ==
	    IOSRC_E_UNSUPPORTED);
	CHECK(!poller);
	options.later[999] = 0;
	CHECK(iosrc_poller_create(&options.known, sizeof options, &poller) ==
	    IOSRC_OK);
	CHECK(iosrc_poller_backend(poller) != IOSRC_BACKEND_DEFAULT);
	CHECK(iosrc_poller_retain(poller) == IOSRC_OK);
	CHECK(iosrc_poller_release(poller) == IOSRC_OK);
	CHECK(iosrc_poller_release(poller) == IOSRC_OK);
	return 0;
}

static int try_source(iosrc_poller *poller)
{
	iosrc_source *near, *far;
	iosrc_handle handle = -1, noted = -1;
	iosrc_event event;
	char first[2], rest[8];
	iosrc_buffer room[2] = { { first, sizeof first },
		{ rest, sizeof rest } };

	CHECK(iosrc_pair(IOSRC_TYPE_STREAM, &near, &far) == IOSRC_OK);
	CHECK(iosrc_register(near, poller, UINT64_MAX, IOSRC_READABLE) ==
	    IOSRC_OK);
	CHECK(iosrc_register(near, poller, 1, IOSRC_READABLE) ==
	    IOSRC_E_ALREADY_REGISTERED);
	CHECK(
	    iosrc_reregister(near, poller, 5, IOSRC_ERROR) == IOSRC_E_INVALID);
	CHECK(iosrc_write(far, "abcde", 5) == 5);
	CHECK(iosrc_poller_wait(poller, &event, 1, SECOND) == 1);
	CHECK(event.token == UINT64_MAX && event.ready == IOSRC_READABLE);
	CHECK(event.registration == iosrc_source_registration(near));
	CHECK(event.reserved == 0);
	CHECK(iosrc_is_current(poller, event.registration) == 1);
	CHECK(iosrc_readv(near, room, 2) == 5);
	CHECK(memcmp(first, "ab", 2) == 0 && memcmp(rest, "cde", 3) == 0);
	CHECK(iosrc_read(near, rest, sizeof rest) == IOSRC_E_WOULD_BLOCK);
	CHECK(iosrc_do_io(near, IOSRC_READABLE, answer_and_note, &noted) ==
	    INT64_C(0x7edcba9876543210));
	CHECK(noted == iosrc_source_handle(near));
	CHECK(iosrc_rearm(near, IOSRC_READABLE | IOSRC_WRITABLE) == IOSRC_OK);
	CHECK(iosrc_reregister(near, poller, 2, IOSRC_WRITABLE | IOSRC_LEVEL) ==
	    IOSRC_OK);
	CHECK(iosrc_is_current(poller, event.registration) == 0);
	CHECK(iosrc_poller_wait(poller, &event, 1, SECOND) == 1);
	CHECK(event.token == 2 && event.ready == IOSRC_WRITABLE);
	CHECK(iosrc_deregister(near, poller) == IOSRC_OK);
	CHECK(iosrc_deregister(near, poller) == IOSRC_E_NOT_REGISTERED);
	room[0].size = 1;
	CHECK(iosrc_writev(far, room, 1) == 1);
	CHECK(iosrc_into_inner(near, &handle) == IOSRC_OK && handle == noted);
	CHECK(iosrc_create(handle, IOSRC_HANDLE_SOCKET, &near) == IOSRC_OK);
	CHECK(iosrc_read(near, rest, sizeof rest) == 1 && rest[0] == 'a');
	CHECK(iosrc_shutdown(far, IOSRC_WRITABLE) == IOSRC_OK);
	CHECK(iosrc_read(near, rest, sizeof rest) == 0);
	CHECK(iosrc_close(near) == IOSRC_OK && iosrc_close(far) == IOSRC_OK);
	return 0;
}

static int try_waker(iosrc_poller *poller)
{
	iosrc_poller_counters counters;
	iosrc_waker *waker;
	iosrc_event event;

	CHECK(iosrc_waker_create(poller, 9, &waker) == IOSRC_OK);
	CHECK(iosrc_waker_retain(waker) == IOSRC_OK);
	CHECK(iosrc_waker_wake(waker) == IOSRC_OK);
	CHECK(iosrc_poller_wait(poller, &event, 1, -1) == 1);
	CHECK(event.token == 9 && event.ready == IOSRC_READABLE);
	CHECK(iosrc_poller_wait(poller, &event, 1, 0) == 0);
	CHECK(iosrc_waker_release(waker) == IOSRC_OK);
	CHECK(iosrc_waker_release(waker) == IOSRC_OK);
	memset(&counters, 0xa5, sizeof counters);
	CHECK(
	    iosrc_poller_stats(poller, &counters, sizeof counters) == IOSRC_OK);
	CHECK(counters.waits == 4 && counters.events == 3);
	CHECK(counters.kernel_wakes + counters.coalesced_wakes == 1);
	CHECK(counters.stale == 0 && counters.rearms < 100);
	return 0;
}

static int try_batches(iosrc_poller *poller)
{
	iosrc_register_item items[2];
	iosrc_io_item operations[2];
	iosrc_source *reader, *writer;
	char memory[64] = "iosrc";

	CHECK(iosrc_pipe(&reader, &writer) == IOSRC_OK);
	memset(items, 0, sizeof items);
	items[0].token = 10;
	items[0].interest = IOSRC_READABLE;
	items[0].source = reader;
	items[1].token = 11;
	items[1].interest = IOSRC_WRITABLE;
	items[1].source = writer;
	CHECK(iosrc_register_many(poller, items, 2, sizeof *items) == 2);
	CHECK(items[0].out_status == IOSRC_OK);
	CHECK(items[1].out_status == IOSRC_OK);
	memset(operations, 0, sizeof operations);
	operations[0].registration = iosrc_source_registration(writer);
	operations[0].data = 0;
	operations[0].size = 5;
	operations[0].opcode = IOSRC_OP_WRITE;
	operations[1].registration = iosrc_source_registration(reader);
	operations[1].data = 32;
	operations[1].size = 32;
	operations[1].opcode = IOSRC_OP_READ;
	CHECK(iosrc_io_many(poller, operations, 2, sizeof *operations, memory,
	          sizeof memory) == 2);
	CHECK(operations[0].out_result == 5 && operations[1].out_result == 5);
	CHECK(operations[1].out_flags == 0);
	CHECK(memcmp(memory + 32, "iosrc", 5) == 0);
	operations[0].opcode = 0x7fffffff;
	CHECK(iosrc_io_many(poller, operations, 1, sizeof *operations, memory,
	          sizeof memory) == 0);
	CHECK(operations[0].out_result == IOSRC_E_UNSUPPORTED);
	CHECK(iosrc_close(reader) == IOSRC_OK);
	CHECK(iosrc_close(writer) == IOSRC_OK);
	return 0;
}

static int try_poller(uint32_t backend)
{
	iosrc_poller_options options = { 0, backend };
	iosrc_poller *poller;
	uint64_t capabilities;
	int line;

	CHECK(
	    iosrc_poller_create(&options, sizeof options, &poller) == IOSRC_OK);
	CHECK(iosrc_poller_backend(poller) == backend);
	capabilities = iosrc_poller_capabilities(poller);
	CHECK(capabilities & IOSRC_READABLE && capabilities & IOSRC_LEVEL);
	if (capabilities & IOSRC_CAN_EXPOSE) {
		iosrc_handle handle = -1;

		CHECK(iosrc_poller_expose(poller, &handle) == IOSRC_OK);
		CHECK(handle >= 0);
	}
	line = try_source(poller);
	if (!line)
		line = try_waker(poller);
	if (!line)
		line = try_batches(poller);
	CHECK(line || iosrc_poller_release(poller) == IOSRC_OK);
	return line;
}

static int try_pollers(void)
{
	int count = 0;

	for (uint32_t backend = 1; backend < IOSRC_BACKEND_FAKE; backend++) {
		int line;

		if (!iosrc_backend_name(backend))
			continue;
		line = try_poller(backend);
		if (line)
			return line;
		count++;
	}
	CHECK(count > 0);
	return 0;
}

/* ---- sockets ---- */

static int try_addresses(void)
{
	char text[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;

	CHECK(iosrc_address_parse("[fe80::1%2]:80", SIZE_MAX, &address) ==
	    IOSRC_OK);
	CHECK(address.family == IOSRC_FAMILY_INET6 && address.port == 80);
	CHECK(address.scope == 2 && address.flow == 0 && address.size == 16);
	CHECK(address.data[0] == 0xfe && address.data[15] == 1);
	CHECK(address.reserved[2] == 0 && address.data[255] == 0);
	CHECK(iosrc_address_format(&address, text, sizeof text) == 14);
	CHECK(strcmp(text, "[fe80::1%2]:80") == 0);
	address.reserved[0] = 1;
	CHECK(iosrc_address_format(&address, text, sizeof text) ==
	    IOSRC_E_UNSUPPORTED);
	CHECK(iosrc_address_parse("unix:@x", 7, &address) == IOSRC_OK);
	CHECK(address.family == IOSRC_FAMILY_UNIX_ABSTRACT);
	return 0;
}

static int wait_for(iosrc_poller *poller, iosrc_source *source)
{
	iosrc_event event;

	CHECK(iosrc_register(source, poller, 3, IOSRC_READABLE | IOSRC_LEVEL) ==
	    IOSRC_OK);
	CHECK(iosrc_poller_wait(poller, &event, 1, 5 * SECOND) == 1);
	CHECK(event.token == 3 && event.ready & IOSRC_READABLE);
	CHECK(iosrc_deregister(source, poller) == IOSRC_OK);
	return 0;
}

static int try_stream(iosrc_poller *poller)
{
	iosrc_listen_options listening = { 0, IOSRC_TYPE_STREAM, 4, 0 };
	iosrc_connect_options connecting;
	iosrc_source *listener, *client, *served;
	iosrc_address address, peer, own;
	iosrc_status error = 1;
	iosrc_flags flags = 7;
	int64_t value = -1;
	char data[8];

	CHECK(iosrc_address_parse("127.0.0.1:0", 11, &address) == IOSRC_OK);
	CHECK(iosrc_listen(&address, &listening, sizeof listening, &listener) ==
	    IOSRC_OK);
	CHECK(iosrc_local_address(listener, &address) == IOSRC_OK);
	memset(&connecting, 0, sizeof connecting);
	connecting.flags = IOSRC_CONNECT_NO_DELAY;
	CHECK(iosrc_connect(&address, &connecting, sizeof connecting,
	          &client) == IOSRC_OK);
	CHECK(wait_for(poller, listener) == 0);
	CHECK(iosrc_accept(listener, &peer, &served) == IOSRC_OK);
	CHECK(iosrc_local_address(client, &own) == IOSRC_OK);
	CHECK(memcmp(&own, &peer, sizeof own) == 0);
	CHECK(iosrc_peer_address(client, &peer) == IOSRC_OK);
	CHECK(memcmp(&address, &peer, sizeof peer) == 0);
	CHECK(iosrc_take_error(client, &error) == IOSRC_OK);
	CHECK(error == IOSRC_OK);
	CHECK(iosrc_get_option(client, IOSRC_OPTION_NO_DELAY, &value) ==
	    IOSRC_OK);
	CHECK(value == 1);
	CHECK(iosrc_set_option(client, IOSRC_OPTION_LINGER, 0) == IOSRC_OK);
	CHECK(iosrc_set_option(client, IOSRC_OPTION_BROADCAST, 1) ==
	    IOSRC_E_UNSUPPORTED);
	CHECK(iosrc_send(client, "abc", 3, 0) == 3);
	CHECK(wait_for(poller, served) == 0);
	CHECK(iosrc_recv(served, data, sizeof data, IOSRC_RECV_PEEK, &flags) ==
	    3);
	CHECK(flags == 0);
	CHECK(iosrc_recv(served, data, sizeof data, 0x80000000u, NULL) ==
	    IOSRC_E_UNSUPPORTED);
	CHECK(iosrc_close(client) == IOSRC_OK);
	CHECK(iosrc_close(served) == IOSRC_OK);
	CHECK(iosrc_close(listener) == IOSRC_OK);
	return 0;
}

static int try_datagrams(iosrc_poller *poller)
{
	iosrc_datagram_options options = { 0, 0 };
	iosrc_source *one, *other;
	iosrc_address address, own, peer;
	iosrc_flags flags = 0;
	char data[2];

	CHECK(
	    iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &address) == IOSRC_OK);
	CHECK(iosrc_bind_datagram(&address, &options, sizeof options, &one) ==
	    IOSRC_OK);
	CHECK(iosrc_bind_datagram(&address, NULL, 0, &other) == IOSRC_OK);
	CHECK(iosrc_local_address(one, &own) == IOSRC_OK);
	CHECK(iosrc_local_address(other, &address) == IOSRC_OK);
	CHECK(iosrc_send_to(one, "abc", 3, 0, &address) == 3);
	CHECK(wait_for(poller, other) == 0);
	CHECK(iosrc_recv_from(other, data, sizeof data, 0, &peer, &flags) == 2);
	CHECK(flags == IOSRC_OUT_TRUNCATED);
	CHECK(memcmp(&own, &peer, sizeof own) == 0);
	CHECK(iosrc_multicast_join(one, &address, 0) == IOSRC_E_INVALID);
	CHECK(iosrc_multicast_leave(one, &address, 0) == IOSRC_E_INVALID);
	CHECK(iosrc_close(one) == IOSRC_OK && iosrc_close(other) == IOSRC_OK);
	return 0;
}

static int try_net(void)
{
	iosrc_poller *poller;
	int line;

	CHECK(iosrc_poller_create(NULL, 0, &poller) == IOSRC_OK);
	line = try_stream(poller);
	if (!line)
		line = try_datagrams(poller);
	CHECK(line || iosrc_poller_release(poller) == IOSRC_OK);
	return line;
}

int main(void)
{
	int (*const parts[])(void) = { try_library, try_table, try_options,
		try_pollers, try_addresses, try_net };

	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
		int line = parts[i]();

		if (line) {
			printf("FAIL: line %d of client.c\n", line);
			return 1;
		}
	}
	printf("client of %#x: all well with library %s\n", IOSRC_VERSION,
	    iosrc_version_string());
	return 0;
}
