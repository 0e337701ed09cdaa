/* SPDX-License-Identifier: MIT
 *
 * family_n_pipe.c: named pipes, as listeners, connections and accepted ends:
 * byte pipes for streams, message pipes for SEQPACKET.
 */
#include "family_h.h"

#include "endpoints.h"
#include "family_sr.h"
#include "native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name that nobody else uses. */
static iosrc_address pipe_name(void)
{
	static unsigned count;
	char text[80];

	snprintf(text, sizeof(text), "pipe:\\\\.\\pipe\\iosrc-test-%ld-%u",
	    system_process_id(), count++);
	return net_address(text);
}

/* A listener, one connection, and both of its ends on one poller: the served
 * end under token 1, the client's under 2. */
struct pipes {
	iosrc_poller *poller;
	iosrc_source *listener, *served, *client;
	iosrc_address name;
};

static iosrc_source *accept_soon(struct pipes *pipes)
{
	iosrc_source *served = NULL;
	iosrc_status status;

	status = iosrc_accept(pipes->listener, NULL, &served);
	if (status == IOSRC_E_WOULD_BLOCK) {
		contract_expect(pipes->poller, 9);
		status = iosrc_accept(pipes->listener, NULL, &served);
	}
	assert_ok(status);
	return served;
}

static void pipes_open(struct pipes *pipes, uint32_t type, iosrc_bits interest)
{
	pipes->poller = contract_poller(0);
	pipes->name = pipe_name();
	pipes->listener = net_listen(&pipes->name, type);
	assert_ok(
	    iosrc_register(pipes->listener, pipes->poller, 9, IOSRC_READABLE));
	pipes->client = net_connect(&pipes->name, type);
	pipes->served = accept_soon(pipes);
	assert_ok(iosrc_register(pipes->served, pipes->poller, 1, interest));
	assert_ok(iosrc_register(pipes->client, pipes->poller, 2, interest));
}

static void pipes_close(struct pipes *pipes)
{
	assert_ok(iosrc_close(pipes->served));
	assert_ok(iosrc_close(pipes->client));
	assert_ok(iosrc_close(pipes->listener));
	assert_ok(iosrc_poller_release(pipes->poller));
}

static void says(iosrc_source *from, iosrc_source *to, iosrc_poller *poller,
    uint64_t token)
{
	char data[16];

	assert_int_equal(iosrc_write(from, "words", 5), 5);
	assert_bits(contract_expect(poller, token).ready, IOSRC_READABLE);
	assert_int_equal(iosrc_read(to, data, sizeof(data)), 5);
	assert_memory_equal(data, "words", 5);
	assert_status(iosrc_read(to, data, sizeof(data)), IOSRC_E_WOULD_BLOCK);
}

/* ---- N1, N4, N7 ---- */

void contract_N1_named_pipes_talk_both_ways(void **state)
{
	struct pipes pipes;
	unsigned round;

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, IOSRC_READABLE);
	assert_false(system_is_inherited(net_handle(pipes.served)));
	assert_false(system_is_inherited(net_handle(pipes.client)));
	assert_false(system_is_inherited(net_handle(pipes.listener)));
	for (round = 0; round < 20; round++) {
		says(pipes.client, pipes.served, pipes.poller, 1);
		says(pipes.served, pipes.client, pipes.poller, 2);
	}
	contract_expect_quiet(pipes.poller);
	pipes_close(&pipes);
}

/* Each accept gives the listener a new handle; clients one after the other,
 * and several at once, find it. */
void contract_N4_named_pipes_accept_to_the_last(void **state)
{
	struct pipes pipes;
	iosrc_source *served[8], *clients[8], *none = NULL;
	unsigned round, i;

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, IOSRC_READABLE);
	assert_status(iosrc_accept(pipes.listener, NULL, &none),
	    IOSRC_E_WOULD_BLOCK);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 8; i++) {
			assert_status(iosrc_accept(pipes.listener, NULL, &none),
			    IOSRC_E_WOULD_BLOCK);
			clients[i] = net_connect(&pipes.name,
			    IOSRC_TYPE_STREAM);
			served[i] = accept_soon(&pipes);
		}
		for (i = 0; i < 8; i++) {
			assert_int_equal(iosrc_write(clients[i], "x", 1), 1);
			net_await(served[i]);
			assert_int_equal(rig_drain(served[i]), 1);
			assert_ok(iosrc_close(clients[i]));
			assert_ok(iosrc_close(served[i]));
		}
	}
	assert_null(none);
	pipes_close(&pipes);
}

void contract_N7_named_pipes_in_use_and_absent(void **state)
{
	iosrc_address name = pipe_name(), absent = pipe_name();
	iosrc_source *listener = net_listen(&name, IOSRC_TYPE_STREAM);
	iosrc_source *out = NULL;
	iosrc_status status;

	(void)state;
	assert_true(iosrc_listen(&name, NULL, 0, &out) < 0);
	assert_kind(iosrc_connect(&absent, NULL, 0, &out),
	    IOSRC_KIND_NOT_FOUND);
	assert_null(out);
	assert_ok(iosrc_close(listener));
	/* The name is free again. */
	status = iosrc_listen(&name, NULL, 0, &listener);
	assert_ok(status);
	assert_ok(iosrc_close(listener));
}

/* ---- N3, N8 ---- */

#define WHOLE (4u << 20)

/* In edge mode, through a buffer far smaller, both ways at once. */
struct way {
	iosrc_source *from, *to;
	size_t sent, got;
};

static unsigned char byte_at(size_t position)
{
	return (unsigned char)(position * 7 + position / 251);
}

static void push(struct way *way, size_t whole)
{
	unsigned char data[30000];
	size_t i, size;
	int64_t put;

	while (way->sent < whole) {
		size = whole - way->sent < sizeof(data) ? whole - way->sent
		                                        : sizeof(data);
		for (i = 0; i < size; i++)
			data[i] = byte_at(way->sent + i);
		put = iosrc_write(way->from, data, size);
		if (put == IOSRC_E_WOULD_BLOCK)
			return;
		assert_true(put > 0);
		way->sent += (size_t)put;
	}
}

static void pull(struct way *way)
{
	unsigned char data[50000];
	int64_t got, i;

	while ((got = iosrc_read(way->to, data, sizeof(data))) > 0) {
		for (i = 0; i < got; i++)
			if (data[i] != byte_at(way->got + (size_t)i))
				fail_msg("a wrong byte at %lu",
				    (unsigned long)way->got);
		way->got += (size_t)got;
	}
	assert_status(got, IOSRC_E_WOULD_BLOCK);
}

void contract_N3_named_pipes_carry_all_both_ways(void **state)
{
	size_t whole = (size_t)contract_scale(WHOLE);
	struct way ways[2];
	struct pipes pipes;
	iosrc_event event;
	int side;

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, RIG_BOTH);
	ways[0] = (struct way){ pipes.client, pipes.served, 0, 0 };
	ways[1] = (struct way){ pipes.served, pipes.client, 0, 0 };
	while (ways[0].got < whole || ways[1].got < whole) {
		assert_int_equal(iosrc_poller_wait(pipes.poller, &event, 1,
		                     sr_slow(CONTRACT_SOON)),
		    1);
		side = event.token == 2; /* the client */
		if (event.ready & IOSRC_WRITABLE)
			push(&ways[!side], whole);
		if (event.ready & IOSRC_READABLE)
			pull(&ways[side]);
	}
	assert_true(ways[0].got == whole && ways[1].got == whole);
	pipes_close(&pipes);
}

/* A write that was read a moment ago may not have been told as done. */
static void write_soon(struct pipes *pipes, const char *data, size_t size)
{
	int64_t end = contract_now() + sr_slow(CONTRACT_SOON);
	iosrc_event events[2];
	int64_t put;

	do {
		put = iosrc_write(pipes->client, data, size);
		if (put == IOSRC_E_WOULD_BLOCK)
			iosrc_poller_wait(pipes->poller, events, 2,
			    CONTRACT_QUIET);
	} while (put == IOSRC_E_WOULD_BLOCK && contract_now() < end);
	assert_int_equal(put, size);
}

/* Each arrives whole, also one that is larger than the pipe's buffer. */
void contract_N8_messages_of_pipes_keep_their_ends(void **state)
{
	static const size_t sizes[] = { 1, 100, 4096, 65536, 200000, 3 };
	static char out[200000], in[200001];
	struct pipes pipes;
	size_t i;

	(void)state;
	memset(out, 'm', sizeof(out));
	pipes_open(&pipes, IOSRC_TYPE_SEQPACKET, RIG_BOTH);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int64_t got;

		out[sizes[i] - 1] = (char)('a' + i);
		write_soon(&pipes, out, sizes[i]);
		net_await(pipes.served);
		got = iosrc_read(pipes.served, in, sizeof(in));
		assert_int_equal(got, sizes[i]);
		assert_memory_equal(in, out, sizes[i]);
		out[sizes[i] - 1] = 'm';
	}
	pipes_close(&pipes);
}

/* A vector takes no more than one: what does not fit into its first buffer goes
 * into the next, and the next message stays. */
void contract_N8_a_vector_takes_one_message(void **state)
{
	struct pipes pipes;
	char first[3], second[10];
	iosrc_buffer into[] = { { first, 3 }, { NULL, 0 }, { second, 10 } };

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_SEQPACKET, RIG_BOTH);
	write_soon(&pipes, "abc", 3);
	write_soon(&pipes, "defghij", 7);
	write_soon(&pipes, "k", 1);
	net_await(pipes.served);
	assert_int_equal(iosrc_readv(pipes.served, into, 3), 3);
	assert_int_equal(iosrc_readv(pipes.served, into, 3), 7);
	assert_memory_equal(first, "def", 3);
	assert_memory_equal(second, "ghij", 4);
	assert_int_equal(iosrc_readv(pipes.served, into, 3), 1);
	assert_status(iosrc_readv(pipes.served, into, 3), IOSRC_E_WOULD_BLOCK);
	pipes_close(&pipes);
}

/* ---- P1 ---- */

struct ender {
	iosrc_poller *poller;
	_Atomic int go;
};

static void *release(void *user)
{
	struct ender *ender = user;

	while (!atomic_load(&ender->go))
		continue;
	assert_ok(iosrc_poller_release(ender->poller));
	return NULL;
}

/* One thread ends the poller while another one closes what it watches. */
void contract_P1_a_poller_ends_beside_its_pipes(void **state)
{
	enum { COUNT = 200 };
	static iosrc_source *readers[COUNT], *writers[COUNT];
	uint64_t rounds = contract_scale(30), round;
	struct ender ender;
	system_thread thread;
	iosrc_event event;
	unsigned i;

	(void)state;
	for (round = 0; round < rounds; round++) {
		ender = (struct ender){ contract_poller(0), 0 };
		for (i = 0; i < COUNT; i++) {
			assert_ok(iosrc_pipe(&readers[i], &writers[i]));
			assert_ok(iosrc_register(writers[i], ender.poller, i,
			    IOSRC_WRITABLE));
		}
		/* All are asked for; the rest has its packets. */
		assert_int_equal(iosrc_poller_wait(ender.poller, &event, 1, 0),
		    1);
		rig_start(&thread, release, &ender);
		atomic_store(&ender.go, 1);
		for (i = COUNT; i-- > 0;)
			assert_ok(iosrc_close(writers[i]));
		assert_int_equal(system_thread_join(thread), 0);
		for (i = 0; i < COUNT; i++)
			assert_ok(iosrc_close(readers[i]));
	}
}

/* ---- V7, S9 ---- */

static void peer_goes(int client_goes, iosrc_bits mode)
{
	struct pipes pipes;
	iosrc_source **gone, *left;
	iosrc_event event;
	char data[8];

	pipes_open(&pipes, IOSRC_TYPE_STREAM, IOSRC_READABLE | mode);
	gone = client_goes ? &pipes.client : &pipes.served;
	left = client_goes ? pipes.served : pipes.client;
	assert_int_equal(iosrc_write(*gone, "last", 4), 4);
	contract_expect(pipes.poller, client_goes ? 1 : 2);
	assert_ok(iosrc_close(*gone));
	*gone = NULL;
	/* What was written before the end is read still. */
	assert_int_equal(iosrc_read(left, data, sizeof(data)), 4);
	if (mode == IOSRC_ONESHOT)
		assert_ok(iosrc_reregister(left, pipes.poller, 3,
		    IOSRC_READABLE | mode));
	assert_int_equal(
	    iosrc_poller_wait(pipes.poller, &event, 1, sr_slow(CONTRACT_SOON)),
	    1);
	assert_bits(event.ready, IOSRC_READABLE | IOSRC_READ_CLOSED);
	assert_int_equal(iosrc_read(left, data, sizeof(data)), 0);
	assert_kind(iosrc_write(left, "x", 1), IOSRC_KIND_BROKEN_PIPE);
	pipes_close(&pipes); /* closing NULL is fine */
}

void contract_V7_named_pipes_tell_the_end(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		peer_goes(0, sr_modes[m]);
		peer_goes(1, sr_modes[m]);
	}
}

/* Unlike on Unix: a writer that was told so in edge mode has nothing pending that
 * the reader's end would end. The next write meets it, or a rearm tells. */
void contract_V7_a_told_writer_is_not_told_the_end(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *reader = NULL, *writer = NULL;

	(void)state;
	assert_ok(iosrc_pipe(&reader, &writer));
	assert_ok(iosrc_register(writer, poller, 1, IOSRC_WRITABLE));
	assert_int_equal(contract_expect(poller, 1).ready, IOSRC_WRITABLE);
	assert_ok(iosrc_close(reader));
	contract_expect_quiet(poller);
	assert_ok(iosrc_rearm(writer, IOSRC_WRITABLE));
	assert_bits(contract_expect(poller, 1).ready,
	    IOSRC_WRITABLE | IOSRC_ERROR | IOSRC_WRITE_CLOSED);
	contract_expect_quiet(poller);
	assert_kind(iosrc_write(writer, "x", 1), IOSRC_KIND_BROKEN_PIPE);
	assert_ok(iosrc_close(writer));
	assert_ok(iosrc_poller_release(poller));
}

/* The directions do not disturb one another: full one way, idle the other. */
void contract_V11_directions_of_a_pipe_are_apart(void **state)
{
	static const char data[4096];
	struct pipes pipes;
	iosrc_event event;

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, RIG_BOTH);
	event = contract_expect(pipes.poller, 1);
	assert_int_equal(event.ready, IOSRC_WRITABLE);
	event = contract_expect(pipes.poller, 2);
	assert_int_equal(event.ready, IOSRC_WRITABLE);
	while (iosrc_write(pipes.client, data, sizeof(data)) > 0)
		continue;
	assert_bits(contract_expect(pipes.poller, 1).ready, IOSRC_READABLE);
	says(pipes.served, pipes.client, pipes.poller, 2);
	contract_expect_quiet(pipes.poller);
	rig_drain(pipes.served);
	assert_bits(contract_expect(pipes.poller, 2).ready, IOSRC_WRITABLE);
	pipes_close(&pipes);
}

/* ---- S3, S8: the program's own calls ---- */

#define CALLS 50

/* The event is as plain as a program's: where the handle belongs to the pool's
 * port, the end of the call is told there, too. */
static void call_begin(OVERLAPPED *out)
{
	memset(out, 0, sizeof(*out));
	out->hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	native_must(out->hEvent != NULL, "CreateEvent");
}

/* What is left of it is no OVERLAPPED any more. */
static DWORD call_end(HANDLE handle, OVERLAPPED *call)
{
	DWORD count = 0;

	native_must(WaitForSingleObject(call->hEvent, 5000) == WAIT_OBJECT_0,
	    "WaitForSingleObject");
	native_must(GetOverlappedResult(handle, call, &count, FALSE),
	    "GetOverlappedResult");
	CloseHandle(call->hEvent);
	memset(call, 0xa5, sizeof(*call));
	return count;
}

/* Begun before there is anything to read, so that it does not end at once. */
static void reads_by_an_event(iosrc_source *peer, HANDLE handle)
{
	OVERLAPPED call;
	char byte = 0;

	call_begin(&call);
	native_must(ReadFile(handle, &byte, 1, NULL, &call) ||
	        GetLastError() == ERROR_IO_PENDING,
	    "ReadFile");
	assert_int_equal(iosrc_write(peer, "e", 1), 1);
	assert_int_equal(call_end(handle, &call), 1);
	assert_int_equal(byte, 'e');
}

/* More than the pipe has room for: it ends when it is read. */
static void writes_by_an_event(iosrc_source *peer, HANDLE handle)
{
	static const char data[150000];
	size_t got = 0;
	OVERLAPPED call;

	call_begin(&call);
	native_must(WriteFile(handle, data, sizeof(data), NULL, &call) ||
	        GetLastError() == ERROR_IO_PENDING,
	    "WriteFile");
	while (got < sizeof(data)) {
		net_await(peer);
		got += rig_drain(peer);
	}
	assert_int_equal(call_end(handle, &call), sizeof(data));
	assert_int_equal(got, sizeof(data));
}

static void calls_by_events(iosrc_source *peer, HANDLE handle)
{
	int i;

	for (i = 0; i < CALLS; i++) {
		reads_by_an_event(peer, handle);
		writes_by_an_event(peer, handle);
	}
}

/* ---- in do_io, while a read of the library's is pending ---- */

static int64_t IOSRC_CALL writes_in_do_io(iosrc_handle handle, void *user)
{
	writes_by_an_event(user, native_handle(handle));
	return 1;
}

static int64_t IOSRC_CALL reads_in_do_io(iosrc_handle handle, void *user)
{
	reads_by_an_event(user, native_handle(handle));
	return IOSRC_E_WOULD_BLOCK;
}

static void discard_events(iosrc_poller *poller)
{
	iosrc_event events[4];

	system_sleep(CONTRACT_MS);
	assert_true(iosrc_poller_wait(poller, events, 4, 0) >= 0);
}

/* An own read may end one of the library's, which then finds nothing. */
void contract_S3_own_overlapped_calls_in_do_io(void **state)
{
	struct pipes pipes;
	int i;

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, IOSRC_READABLE);
	for (i = 0; i < CALLS; i++) {
		contract_expect_quiet(pipes.poller);
		assert_int_equal(iosrc_do_io(pipes.served, IOSRC_WRITABLE,
		                     writes_in_do_io, pipes.client),
		    1);
		assert_ok(iosrc_rearm(pipes.client, IOSRC_READABLE));
		assert_status(iosrc_do_io(pipes.served, IOSRC_READABLE,
		                  reads_in_do_io, pipes.client),
		    IOSRC_E_WOULD_BLOCK);
		discard_events(pipes.poller);
		says(pipes.client, pipes.served, pipes.poller, 1);
	}
	pipes_close(&pipes);
}

/* By a port of one's own. */
static void reads_by_a_port(struct pipes *pipes, HANDLE handle)
{
	HANDLE port = CreateIoCompletionPort(handle, NULL, 77, 0);
	OVERLAPPED call, *got = NULL;
	DWORD count = 0;
	ULONG_PTR key = 0;
	char byte = 0;

	native_must(port != NULL, "CreateIoCompletionPort");
	memset(&call, 0, sizeof(call));
	ReadFile(handle, &byte, 1, NULL, &call);
	assert_int_equal(iosrc_write(pipes->client, "s", 1), 1);
	native_must(GetQueuedCompletionStatus(port, &count, &key, &got, 5000),
	    "GetQueuedCompletionStatus");
	assert_ptr_equal(got, &call);
	assert_int_equal(byte, 's');
	CloseHandle(port);
}

/* S8: what is given back can be used by calls of the system, and belongs to no
 * port any more. */
void contract_S8_a_pipe_is_given_back_usable(void **state)
{
	struct pipes pipes;
	iosrc_handle handle;
	char data[8];

	(void)state;
	pipes_open(&pipes, IOSRC_TYPE_STREAM, IOSRC_READABLE);
	contract_expect_quiet(pipes.poller);
	assert_ok(iosrc_into_inner(pipes.served, &handle));
	pipes.served = NULL;
	assert_int_equal(iosrc_write(pipes.client, "raw", 3), 3);
	assert_int_equal(system_read(handle, data, sizeof(data)), 3);
	assert_int_equal(system_write(handle, "back", 4), 4);
	assert_bits(contract_expect(pipes.poller, 2).ready, IOSRC_READABLE);
	assert_int_equal(rig_drain(pipes.client), 4);
	calls_by_events(pipes.client, native_handle(handle));
	if (!system_differs(SYSTEM_BOUND_FOR_GOOD))
		reads_by_a_port(&pipes, native_handle(handle));
	/* And by another source. */
	pipes.served = contract_source(handle);
	assert_ok(
	    iosrc_register(pipes.served, pipes.poller, 1, IOSRC_READABLE));
	says(pipes.client, pipes.served, pipes.poller, 1);
	assert_ok(iosrc_close(pipes.served));
	pipes.served = NULL;
	assert_ok(iosrc_close(pipes.client));
	assert_ok(iosrc_close(pipes.listener));
	assert_ok(iosrc_poller_release(pipes.poller));
}
