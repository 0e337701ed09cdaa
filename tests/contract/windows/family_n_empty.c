/* SPDX-License-Identifier: MIT
 *
 * family_n_empty.c: writes of 0 bytes into a pipe, as calls of the system make
 * them. In a pipe of messages each is a message: iosrc_read goes past it to
 * what is behind, and never takes it for the end.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

#include <stdio.h>
#include <string.h>

/* What the writer does: e, an empty write; d, one of two bytes; c, a close. */
static const char *const scripts[] = { "e", "ee", "ed", "de", "eed", "ded",
	"deed", "ededed", "c", "ec", "eec", "dec", "edc", "edec", "deeec" };
#define SCRIPTS (sizeof(scripts) / sizeof(scripts[0]))

static const DWORD natures[] = { PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
	PIPE_TYPE_MESSAGE | PIPE_READMODE_BYTE,
	PIPE_TYPE_BYTE | PIPE_READMODE_BYTE };
#define NATURES (sizeof(natures) / sizeof(natures[0]))

struct talk {
	HANDLE writer;
	iosrc_source *reader;
	char said[32], got[32];
	size_t said_count, got_count;
	int closed, ended;
};

static void talk_open(struct talk *talk, DWORD nature)
{
	static unsigned count;
	char name[64];
	HANDLE reader;

	memset(talk, 0, sizeof(*talk));
	snprintf(name, sizeof(name), "\\\\.\\pipe\\iosrc-empty-%ld-%u",
	    system_process_id(), count++);
	reader = CreateNamedPipeA(name,
	    PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nature, 1, 4096, 4096,
	    0, NULL);
	native_must(reader != INVALID_HANDLE_VALUE, "CreateNamedPipe");
	talk->writer = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
	    0, NULL);
	native_must(talk->writer != INVALID_HANDLE_VALUE, "CreateFile");
	assert_ok(iosrc_create((iosrc_handle)reader, IOSRC_HANDLE_PIPE,
	    &talk->reader));
}

static void talk_close(struct talk *talk)
{
	if (!talk->closed)
		CloseHandle(talk->writer);
	assert_ok(iosrc_close(talk->reader));
}

static void say(struct talk *talk, char what)
{
	char data[2] = { (char)('a' + talk->said_count), '.' };
	DWORD size = what == 'd' ? sizeof(data) : 0, count;

	if (what == 'c') {
		CloseHandle(talk->writer);
		talk->closed = 1;
		return;
	}
	native_must(WriteFile(talk->writer, data, size, &count, NULL) &&
	        count == size,
	    "WriteFile");
	memcpy(talk->said + talk->said_count, data, size);
	talk->said_count += size;
}

static void say_all(struct talk *talk, const char *script)
{
	for (; *script; script++)
		say(talk, *script);
}

/* To the end, or till it would block. */
static void hear(struct talk *talk)
{
	int64_t got;

	do {
		got = iosrc_read(talk->reader, talk->got + talk->got_count,
		    sizeof(talk->got) - talk->got_count);
		if (got > 0)
			talk->got_count += (size_t)got;
	} while (got > 0);
	talk->ended = got == 0;
	if (!talk->ended)
		assert_status(got, IOSRC_E_WOULD_BLOCK);
}

static int heard_all(const struct talk *talk)
{
	return talk->got_count == talk->said_count &&
	    talk->ended == talk->closed;
}

static void expect_all(const struct talk *talk, const char *script,
    const char *when)
{
	if (!heard_all(talk) ||
	    memcmp(talk->got, talk->said, talk->said_count) != 0)
		fail_msg("%s, %s: %lu bytes of %lu, %s", script, when,
		    (unsigned long)talk->got_count,
		    (unsigned long)talk->said_count,
		    talk->ended ? "ended" : "not ended");
}

/* ---- N8, without a poller ---- */

void contract_N8_empty_writes_are_read_past(void **state)
{
	struct talk talk;
	size_t n, s;

	(void)state;
	for (n = 0; n < NATURES; n++) {
		for (s = 0; s < SCRIPTS; s++) {
			talk_open(&talk, natures[n]);
			say_all(&talk, scripts[s]);
			hear(&talk);
			expect_all(&talk, scripts[s], "read at once");
			talk_close(&talk);
		}
	}
}

/* More of them than one call reads past. */
void contract_N8_many_empty_messages_are_read_past(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	unsigned i, n, rounds = 0;
	struct talk talk;

	(void)state;
	for (n = 0; n < 2; n++) {
		talk_open(&talk, natures[n]);
		for (i = 0; i < 5000; i++)
			say(&talk, 'e');
		say_all(&talk, "dc");
		assert_ok(
		    iosrc_register(talk.reader, poller, 1, IOSRC_READABLE));
		while (!heard_all(&talk)) {
			contract_expect(poller, 1);
			hear(&talk);
			if (rounds++ > 10000)
				fail_msg("no end of events");
		}
		expect_all(&talk, "5000 empty ones", "registered");
		talk_close(&talk);
	}
	assert_ok(iosrc_poller_release(poller));
}

/* ---- N8, told by a poller ---- */

static void hear_told(struct talk *talk, iosrc_poller *poller, iosrc_bits mode)
{
	hear(talk);
	if (mode == IOSRC_ONESHOT)
		assert_ok(iosrc_reregister(talk->reader, poller, 1,
		    IOSRC_READABLE | mode));
}

/* Whoever reads at each event till it would block hears all; what is empty may
 * give an event of its own, but no more than one. */
static void listen_to(struct talk *talk, iosrc_poller *poller, iosrc_bits mode,
    size_t most)
{
	int64_t end = contract_now() + sr_slow(CONTRACT_SOON);
	iosrc_event event;

	while (!heard_all(talk) && contract_now() < end) {
		if (iosrc_poller_wait(poller, &event, 1, CONTRACT_QUIET) <= 0)
			continue;
		assert_true(most-- > 0);
		hear_told(talk, poller, mode);
	}
}

static void registered_after(DWORD nature, iosrc_bits mode, const char *script)
{
	iosrc_poller *poller = contract_poller(0);
	struct talk talk;

	talk_open(&talk, nature);
	say_all(&talk, script);
	assert_ok(
	    iosrc_register(talk.reader, poller, 1, IOSRC_READABLE | mode));
	listen_to(&talk, poller, mode, strlen(script));
	expect_all(&talk, script, "registered after it");
	talk_close(&talk);
	assert_ok(iosrc_poller_release(poller));
}

/* The registration is waiting when it begins. */
static void registered_before(DWORD nature, iosrc_bits mode, const char *script)
{
	iosrc_poller *poller = contract_poller(0);
	size_t length = strlen(script);
	struct talk talk;

	talk_open(&talk, nature);
	assert_ok(
	    iosrc_register(talk.reader, poller, 1, IOSRC_READABLE | mode));
	contract_expect_quiet(poller);
	say_all(&talk, script);
	listen_to(&talk, poller, mode, length + 1);
	expect_all(&talk, script, "registered before it");
	talk_close(&talk);
	assert_ok(iosrc_poller_release(poller));
}

/* One after the other, each waited for; nothing is told for ever. */
static void step_by_step(DWORD nature, iosrc_bits mode, const char *script)
{
	iosrc_poller *poller = contract_poller(0);
	const char *at;
	struct talk talk;
	iosrc_event event;

	talk_open(&talk, nature);
	assert_ok(
	    iosrc_register(talk.reader, poller, 1, IOSRC_READABLE | mode));
	for (at = script; *at; at++) {
		say(&talk, *at);
		listen_to(&talk, poller, mode, 3);
		expect_all(&talk, script, "step by step");
		if (*at == 'e' &&
		    iosrc_poller_wait(poller, &event, 1, CONTRACT_QUIET) > 0) {
			hear_told(&talk, poller, mode);
			contract_expect_quiet(poller);
		}
	}
	expect_all(&talk, script, "step by step, at last");
	talk_close(&talk);
	assert_ok(iosrc_poller_release(poller));
}

static void in_every_mode(
    void (*run)(DWORD nature, iosrc_bits mode, const char *script))
{
	size_t n, m, s;

	for (n = 0; n < NATURES; n++)
		for (m = 0; m < SR_MODES; m++)
			for (s = 0; s < SCRIPTS; s++)
				run(natures[n], sr_modes[m], scripts[s]);
}

void contract_N8_empty_writes_before_a_registration(void **state)
{
	(void)state;
	in_every_mode(registered_after);
}

void contract_N8_empty_writes_to_a_registration(void **state)
{
	(void)state;
	in_every_mode(registered_before);
}

void contract_N8_empty_writes_step_by_step(void **state)
{
	(void)state;
	in_every_mode(step_by_step);
}

/* ---- N8, where a read of nothing leaves it ---- */

/* Wine's read of 0 bytes takes an empty message away. That of other systems may
 * end at once and leave it: a double does that, for one that it has itself. */
static _Atomic int message_left;
static _Atomic unsigned reads_of_nothing;

static BOOL WINAPI read_leaving(HANDLE handle, void *data, DWORD size,
    DWORD *out_count, OVERLAPPED *operation)
{
	if (size == 0)
		atomic_fetch_add(&reads_of_nothing, 1);
	if (!atomic_load(&message_left))
		return ReadFile(handle, data, size, out_count, operation);
	if (size)
		atomic_store(&message_left, 0);
	operation->Internal = 0;
	operation->InternalHigh = 0;
	SetLastError(ERROR_SUCCESS);
	return TRUE;
}

static void left_in(iosrc_bits mode)
{
	iosrc_poller *poller = contract_poller(0);
	struct talk talk;

	talk_open(&talk, natures[0]);
	atomic_store(&message_left, 1);
	atomic_store(&reads_of_nothing, 0);
	assert_ok(
	    iosrc_register(talk.reader, poller, 1, IOSRC_READABLE | mode));
	/* One event, and no wait that turns for ever. */
	contract_expect(poller, 1);
	assert_true(atomic_load(&reads_of_nothing) < 10);
	hear_told(&talk, poller, mode);
	assert_int_equal(atomic_load(&message_left), 0);
	contract_expect_quiet(poller);
	say(&talk, 'd');
	listen_to(&talk, poller, mode, 1);
	expect_all(&talk, "ed", "one that is left");
	talk_close(&talk);
	assert_ok(iosrc_poller_release(poller));
}

void contract_N8_empty_messages_that_are_left_are_told(void **state)
{
	size_t m;

	(void)state;
	native_double("ReadFile", (void (*)(void))read_leaving);
	for (m = 0; m < SR_MODES; m++)
		left_in(sr_modes[m]);
}
