/* SPDX-License-Identifier: MIT
 *
 * family_s_io.c: S7, short counts of direct calls on every kind of handle
 * that gives them. Where one leaves something behind there is no further
 * edge, so the caller goes on; where it does not, the next data must come
 * with an event although no would-block was seen.
 */
#include "family_s.h"

#include "family_s_streams.h"
#include "family_sr.h"

#include <string.h>

/* ---- kinds of handles: fds[0] is read, fds[1] written ---- */

static void open_stream(iosrc_handle fds[2])
{
	contract_pair(IOSRC_TYPE_STREAM, fds);
}

static void open_datagrams(iosrc_handle fds[2])
{
	contract_pair(IOSRC_TYPE_DATAGRAM, fds);
}

static void open_udp(iosrc_handle fds[2])
{
	fds[0] = system_socket(IOSRC_TYPE_DATAGRAM);
	fds[1] = system_socket(IOSRC_TYPE_DATAGRAM);
	assert_ok(system_bind(fds[0], 0));
	assert_ok(system_connect(fds[1], system_port(fds[0])));
}

static const struct stream_kind kinds[] = { { "stream", open_stream, 0 },
	{ "tcp", contract_tcp_pair, 0 }, { "pipe", contract_pipe, 0 },
	{ "datagrams", open_datagrams, 0 }, { "udp", open_udp, 0 },
	{ NULL, NULL, 0 } };

/* Of every kind, those of the system too. */
static void each_kind(void (*body)(const struct stream_kind *kind))
{
	const struct stream_kind *kind;

	for (kind = kinds; kind->name; kind++)
		body(kind);
	for (kind = system_stream_kinds; kind->name; kind++)
		body(kind);
}

static void open_kind(struct rig *rig, const struct stream_kind *kind,
    iosrc_bits interest)
{
	iosrc_handle fds[2];

	print_message("%s\n", kind->name);
	kind->open(fds);
	rig->poller = contract_poller(0);
	rig->peer = fds[1];
	rig->source = rig_watch(rig->poller, fds[0], RIG_TOKEN, interest);
}

/* ---- reads ---- */

static void contract_short_read(struct rig *rig, const char *line)
{
	size_t size = strlen(line), got = 0;
	char data[64];

	contract_write(rig->peer, line, size);
	while (got < size) { /* a terminal may hand over in pieces */
		int64_t more;

		assert_bits(rig_expect(rig).ready, IOSRC_READABLE);
		more = iosrc_read(rig->source, data + got, sizeof(data) - got);
		assert_true(more > 0);
		got += (size_t)more;
	}
	assert_int_equal(got, size);
	assert_memory_equal(data, line, size);
}

static void short_reads_of(const struct stream_kind *kind)
{
	static const char *const lines[] = { "a long line\n", "short\n", "a\n",
		"the longest line of all of them\n", "b\n", "\n" };
	struct rig rig;
	size_t i;

	open_kind(&rig, kind, IOSRC_READABLE);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		contract_short_read(&rig, lines[i]);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_S7_short_reads_of_every_kind_arm_again(void **state)
{
	(void)state;
	each_kind(short_reads_of);
}

static void short_vectored_reads_of(const struct stream_kind *kind)
{
	char data[12];
	iosrc_buffer buffers[3] = { { data, 2 }, { NULL, 0 },
		{ data + 2, 10 } };
	struct rig rig;
	size_t size;

	if (kind->in_lines)
		return;
	open_kind(&rig, kind, IOSRC_READABLE);
	for (size = 11; size != 1; size -= 2) {
		contract_write(rig.peer, "0123456789a", size);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(iosrc_readv(rig.source, buffers, 3), size);
		assert_memory_equal(data, "0123456789a", size);
	}
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_S7_short_vectored_reads_arm_again(void **state)
{
	(void)state;
	each_kind(short_vectored_reads_of);
}

/* ---- writes ---- */

static char big[1 << 23];

static void open_writer(struct rig *rig, enum rig_kind kind)
{
	iosrc_handle fds[2];

	rig_handles(kind, fds);
	if (kind != RIG_PIPE)
		system_send_buffer(fds[1], 32768);
	rig->poller = contract_poller(0);
	rig->peer = fds[0];
	rig->source = rig_watch(rig->poller, fds[1], RIG_TOKEN, IOSRC_WRITABLE);
	assert_int_equal(rig_expect(rig).ready, IOSRC_WRITABLE);
}

static int64_t write_short(struct rig *rig, int vectored)
{
	iosrc_buffer buffers[2] = { { big, 5 }, { big + 5, sizeof(big) - 5 } };

	if (vectored)
		return iosrc_writev(rig->source, buffers, 2);
	return iosrc_write(rig->source, big, sizeof(big));
}

/* What was written arrives in its own time on a real network. */
static void drain_all(iosrc_handle fd, int64_t size)
{
	int64_t deadline = contract_now() + sr_slow(CONTRACT_SOON);

	while (size > 0) {
		size -= (int64_t)contract_drain(fd);
		assert_true(contract_now() < deadline);
	}
	assert_true(size == 0);
}

void contract_S7_short_writes_arm_again(void **state)
{
	struct rig rig;
	int kind, i;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		open_writer(&rig, (enum rig_kind)kind);
		for (i = 0; i < 4; i++) {
			int64_t sent = write_short(&rig, i & 1);

			assert_true(sent > 0);
			assert_true(sent < (int64_t)sizeof(big));
			drain_all(rig.peer, sent);
			do
				assert_int_equal(rig_expect(&rig).ready,
				    IOSRC_WRITABLE);
			while (sr_take(rig.poller, RIG_TOKEN) != 0);
		}
		rig_shut(&rig);
	}
}

/* ---- going on ---- */

static void send_urgent(iosrc_handle fd)
{
	contract_write(fd, "before", 6);
	assert_int_equal(system_send(fd, "!", 1, IOSRC_SEND_OOB), 1);
	contract_write(fd, "behind", 6);
}

void send_three(iosrc_handle fd)
{
	contract_write(fd, "one\n", 4);
	contract_write(fd, "two\n", 4);
	contract_write(fd, "three\n", 6);
}

static void send_and_end(iosrc_handle fd)
{
	contract_write(fd, "the last", 8);
	assert_ok(system_shutdown(fd, IOSRC_WRITABLE));
}

static const struct stream_leaving leavings[] = { { open_stream, send_and_end,
	                                              8, 1 },
	{ contract_tcp_pair, send_and_end, 8, 1 },
	{ contract_tcp_pair, send_urgent, 12, 0 },
	{ open_datagrams, send_three, 14, 0 }, { open_udp, send_three, 14, 0 },
	{ NULL, NULL, 0, 0 } };

/* Goes on until would-block or end; waits only where nothing came. */
static int64_t go_on(struct rig *rig, size_t size)
{
	size_t got = 0;
	int64_t last;

	do {
		rig_expect(rig);
		got += rig_pull(rig->source, &last);
	} while (last == IOSRC_E_WOULD_BLOCK && got < size);
	assert_int_equal(got, size);
	return last;
}

static void goes_on(const struct stream_leaving *leaving)
{
	struct stream_kind kind = { "", leaving->open, 0 };
	struct rig rig;
	int round;

	open_kind(&rig, &kind, IOSRC_READABLE);
	for (round = 0; round < (leaving->ends ? 1 : 3); round++) {
		leaving->send(rig.peer);
		assert_int_equal(go_on(&rig, leaving->size),
		    leaving->ends ? 0 : IOSRC_E_WOULD_BLOCK);
	}
	sr_take(rig.poller, RIG_TOKEN); /* of the short counts */
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_S7_going_on_finds_all_that_is_left(void **state)
{
	const struct stream_leaving *leaving;

	(void)state;
	for (leaving = leavings; leaving->open; leaving++)
		goes_on(leaving);
	for (leaving = system_stream_leavings; leaving->open; leaving++)
		goes_on(leaving);
}

/* ---- what never arms ---- */

void contract_S7_end_of_file_never_arms_again(void **state)
{
	struct rig rig;
	char data[16];
	int kind, i;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		contract_write(rig.peer, "end", 3);
		system_close(rig.peer);
		rig.peer = -1;
		rig_expect(&rig);
		assert_int_equal(iosrc_read(rig.source, data, 16), 3);
		while (iosrc_read(rig.source, data, 16) != 0)
			rig_expect(&rig);
		sr_take(rig.poller, RIG_TOKEN); /* of the short count */
		for (i = 0; i < 3; i++) {
			assert_int_equal(iosrc_read(rig.source, data, 16), 0);
			contract_expect_quiet(rig.poller);
		}
		sr_expect_idle(rig.poller, 100 * CONTRACT_MS);
		rig_shut(&rig);
	}
}

void contract_S7_a_short_count_revives_no_oneshot(void **state)
{
	struct rig rig;
	char data[16];
	int kind;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind,
		    IOSRC_READABLE | IOSRC_ONESHOT);
		contract_write(rig.peer, "abc", 3);
		rig_expect(&rig);
		assert_int_equal(iosrc_read(rig.source, data, 16), 3);
		contract_write(rig.peer, "def", 3);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		rig_expect(&rig);
		assert_int_equal(iosrc_read(rig.source, data, 16), 3);
		rig_shut(&rig);
	}
}

void contract_S7_a_short_count_in_do_io_arms_nothing(void **state)
{
	char data[4];
	struct rig_io io = { data, sizeof(data), 0 };
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "0123456789", 10);
	rig_expect(&rig);
	assert_int_equal(
	    iosrc_do_io(rig.source, IOSRC_READABLE, rig_io_read, &io), 4);
	assert_int_equal(
	    iosrc_do_io(rig.source, IOSRC_READABLE, rig_io_peek, &io), 4);
	contract_expect_quiet(rig.poller);
	assert_int_equal(
	    iosrc_do_io(rig.source, IOSRC_READABLE, rig_io_read, &io), 4);
	assert_int_equal(
	    iosrc_do_io(rig.source, IOSRC_READABLE, rig_io_peek, &io), 2);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}
