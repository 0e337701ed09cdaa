/* SPDX-License-Identifier: MIT
 *
 * family_s_blocking.c: S2 on pipes that were opened to block, as CreatePipe
 * opens them: their writes wait for room, and carry all that they say.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

#include <stdio.h>
#include <string.h>

#define ROOM 4096

static iosrc_source *pipe_source(HANDLE handle)
{
	iosrc_source *source = NULL;

	assert_ok(
	    iosrc_create((iosrc_handle)handle, IOSRC_HANDLE_PIPE, &source));
	return source;
}

/* Both ways; the client's end blocks, in calls of its own. */
static HANDLE open_both(iosrc_source **out_client)
{
	const DWORD access = GENERIC_READ | GENERIC_WRITE;
	HANDLE server, client;
	char name[64];

	snprintf(name, sizeof(name), "\\\\.\\pipe\\iosrc-blocking-%ld",
	    system_process_id());
	server = CreateNamedPipeA(name,
	    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, ROOM,
	    ROOM, 0, NULL);
	native_must(server != INVALID_HANDLE_VALUE, "CreateNamedPipe");
	client = CreateFileA(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);
	native_must(client != INVALID_HANDLE_VALUE, "CreateFile");
	*out_client = pipe_source(client);
	return server;
}

struct side {
	iosrc_source *source;
	system_thread thread;
	_Atomic int64_t moved; /* bytes */
	_Atomic int done;
};

#define WRITES 64

static void *write_all(void *user)
{
	static const char data[ROOM];
	struct side *side = user;
	int64_t put;
	unsigned i;

	for (i = 0; i < WRITES; i++) {
		put = iosrc_write(side->source, data, sizeof(data));
		if (put <= 0)
			break;
		atomic_fetch_add(&side->moved, put);
	}
	atomic_store(&side->done, 1);
	return NULL;
}

static void *read_once(void *user)
{
	struct side *side = user;
	char byte;

	atomic_store(&side->moved, iosrc_read(side->source, &byte, 1));
	atomic_store(&side->done, 1);
	return NULL;
}

static int is_done_soon(const struct side *side)
{
	int64_t end = contract_now() + sr_slow(CONTRACT_SOON);

	while (!atomic_load(&side->done) && contract_now() < end)
		system_sleep(CONTRACT_MS);
	return atomic_load(&side->done);
}

/* Until no more goes in. */
static void await_stuck(const struct side *side)
{
	int64_t before;

	do {
		before = atomic_load(&side->moved);
		system_sleep(4 * CONTRACT_QUIET);
	} while (atomic_load(&side->moved) != before || before == 0);
}

static void drain(HANDLE server)
{
	char data[ROOM];
	size_t got = 0;
	int64_t once;

	while (got < (size_t)WRITES * ROOM) {
		once = system_read((iosrc_handle)server, data, sizeof(data));
		if (once > 0)
			got += (size_t)once;
		else if (once == 0)
			break;
		else
			system_sleep(CONTRACT_MS);
	}
	assert_int_equal(got, (size_t)WRITES * ROOM);
}

/* Windows itself has one call after the other on such a handle: there the read
 * ends with the write. */
void contract_S2_a_blocking_write_holds_up_nobody(void **state)
{
	struct side writer = { .done = 0 }, reader = { .done = 0 };
	HANDLE server = open_both(&writer.source);
	int prompt;

	(void)state;
	reader.source = writer.source;
	contract_write((iosrc_handle)server, "x", 1);
	rig_start(&writer.thread, write_all, &writer);
	await_stuck(&writer);
	assert_false(atomic_load(&writer.done));
	rig_start(&reader.thread, read_once, &reader);
	prompt = !native_is_wine() || is_done_soon(&reader);
	assert_false(atomic_load(&writer.done));
	drain(server);
	assert_int_equal(system_thread_join(writer.thread), 0);
	assert_int_equal(system_thread_join(reader.thread), 0);
	assert_true(prompt);
	assert_int_equal(atomic_load(&reader.moved), 1);
	assert_int_equal(atomic_load(&writer.moved), WRITES * ROOM);
	assert_ok(iosrc_close(writer.source));
	CloseHandle(server);
}

/* Several buffers are one write, and none is refused for its size. */
void contract_S2_a_blocking_pipe_carries_vectors(void **state)
{
	static char large[200000], back[200000];
	HANDLE from, to;
	iosrc_source *reader, *writer;
	char text[] = "abcde";
	iosrc_buffer parts[3] = { { text, 2 }, { NULL, 0 }, { text + 2, 3 } };
	int64_t put;

	(void)state;
	native_must(CreatePipe(&from, &to, NULL, 400000), "CreatePipe");
	reader = pipe_source(from);
	writer = pipe_source(to);
	assert_int_equal(iosrc_read(reader, back, sizeof(back)),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(iosrc_writev(writer, parts, 3), 5);
	assert_int_equal(iosrc_read(reader, back, sizeof(back)), 5);
	assert_memory_equal(back, "abcde", 5);
	assert_int_equal(iosrc_write(writer, large, 0), 0);
	memset(large, 'L', sizeof(large));
	put = iosrc_write(writer, large, sizeof(large));
	assert_true(put > 0 && put <= (int64_t)sizeof(large));
	assert_int_equal(iosrc_read(reader, back, sizeof(back)), put);
	assert_memory_equal(back, large, (size_t)put);
	assert_ok(iosrc_close(reader));
	assert_true(iosrc_write(writer, "x", 1) < 0);
	assert_ok(iosrc_close(writer));
}
