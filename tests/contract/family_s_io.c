/* SPDX-License-Identifier: MIT
 *
 * family_s_io.c: S7, short counts of direct calls on every kind of handle
 * that gives them. Where one leaves something behind there is no further
 * edge, so the caller goes on; where it does not, the next data must come
 * with an event although no would-block was seen.
 */
#include "family_s.h"

#include "family_sr.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

/* ---- kinds of handles: fds[0] is read, fds[1] written ---- */

static void open_stream(int fds[2])
{
	contract_socketpair(SOCK_STREAM, fds);
}

static void open_records(int fds[2])
{
	contract_socketpair(SOCK_SEQPACKET, fds);
}

static void open_datagrams(int fds[2])
{
	contract_socketpair(SOCK_DGRAM, fds);
}

static void open_udp(int fds[2])
{
	struct sockaddr_in to = rig_loopback(0);
	socklen_t size = sizeof(to);

	fds[0] = rig_socket(SOCK_DGRAM);
	fds[1] = rig_socket(SOCK_DGRAM);
	assert_int_equal(bind(fds[0], (struct sockaddr *)&to, size), 0);
	assert_int_equal(getsockname(fds[0], (struct sockaddr *)&to, &size), 0);
	assert_int_equal(connect(fds[1], (struct sockaddr *)&to, size), 0);
}

static void open_packets(int fds[2])
{
	contract_pipe(fds);
	if (fcntl(fds[0], F_SETFL, O_DIRECT | O_NONBLOCK) != 0 ||
	    fcntl(fds[1], F_SETFL, O_DIRECT | O_NONBLOCK) != 0)
		fail_msg("a pipe with O_DIRECT: %s", strerror(errno));
}

/* Lines are read from the terminal's side, without echo. */
static void open_terminal(int fds[2])
{
	struct termios how;

	fds[1] = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fds[1] >= 0);
	assert_int_equal(grantpt(fds[1]), 0);
	assert_int_equal(unlockpt(fds[1]), 0);
	fds[0] = open(ptsname(fds[1]),
	    O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fds[0] >= 0);
	assert_int_equal(tcgetattr(fds[0], &how), 0);
	how.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	assert_int_equal(tcsetattr(fds[0], TCSANOW, &how), 0);
}

static const struct kind {
	const char *name;
	void (*open)(int fds[2]);
} kinds[] = { { "stream", open_stream }, { "tcp", contract_tcp_pair },
	{ "pipe", contract_pipe }, { "packets", open_packets },
	{ "records", open_records }, { "datagrams", open_datagrams },
	{ "udp", open_udp }, { "terminal", open_terminal } };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void open_kind(struct rig *rig, const struct kind *kind,
    iosrc_bits interest)
{
	int fds[2];

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

void contract_S7_short_reads_of_every_kind_arm_again(void **state)
{
	static const char *const lines[] = { "a long line\n", "short\n", "a\n",
		"the longest line of all of them\n", "b\n", "\n" };
	struct rig rig;
	size_t k, i;

	(void)state;
	for (k = 0; k < KINDS; k++) {
		open_kind(&rig, &kinds[k], IOSRC_READABLE);
		for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			contract_short_read(&rig, lines[i]);
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
}

void contract_S7_short_vectored_reads_arm_again(void **state)
{
	char data[12];
	iosrc_buffer buffers[3] = { { data, 2 }, { NULL, 0 },
		{ data + 2, 10 } };
	struct rig rig;
	size_t k, size;

	(void)state;
	for (k = 0; k < KINDS - 1; k++) {
		open_kind(&rig, &kinds[k], IOSRC_READABLE);
		for (size = 11; size != 1; size -= 2) {
			contract_write(rig.peer, "0123456789a", size);
			assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
			assert_int_equal(iosrc_readv(rig.source, buffers, 3),
			    size);
			assert_memory_equal(data, "0123456789a", size);
		}
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
}

/* ---- writes ---- */

static char big[1 << 23];

static void open_writer(struct rig *rig, enum rig_kind kind)
{
	int fds[2], size = 32768;

	rig_handles(kind, fds);
	if (kind != RIG_PIPE)
		setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
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
static void drain_all(int fd, int64_t size)
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

static void send_rights(int fd)
{
	struct iovec bytes = { (void *)(uintptr_t) "with rights", 11 };
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *part;

	memset(&control, 0, sizeof(control));
	part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	assert_int_equal(sendmsg(fd, &message, 0), 11);
}

static void send_urgent(int fd)
{
	contract_write(fd, "before", 6);
	assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
	contract_write(fd, "behind", 6);
}

static void send_three(int fd)
{
	contract_write(fd, "one\n", 4);
	contract_write(fd, "two\n", 4);
	contract_write(fd, "three\n", 6);
}

static void send_and_end(int fd)
{
	contract_write(fd, "the last", 8);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
}

static void send_three_with_rights(int fd)
{
	send_rights(fd);
	contract_write(fd, "plain", 5);
	send_rights(fd);
}

/* Each gives a short count at first with something left behind it. */
static const struct leaving {
	size_t kind; /* of kinds */
	void (*send)(int fd);
	size_t size; /* bytes a reader gets */
	int ends;
} leavings[] = { { 0, send_and_end, 8, 1 }, { 1, send_and_end, 8, 1 },
	{ 0, send_three_with_rights, 27, 0 }, { 1, send_urgent, 12, 0 },
	{ 3, send_three, 14, 0 }, { 4, send_three, 14, 0 },
	{ 5, send_three, 14, 0 }, { 6, send_three, 14, 0 },
	{ 7, send_three, 14, 0 } };

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

void contract_S7_going_on_finds_all_that_is_left(void **state)
{
	struct rig rig;
	size_t i;
	int round;

	(void)state;
	for (i = 0; i < sizeof(leavings) / sizeof(leavings[0]); i++) {
		const struct leaving *leaving = &leavings[i];

		open_kind(&rig, &kinds[leaving->kind], IOSRC_READABLE);
		for (round = 0; round < (leaving->ends ? 1 : 3); round++) {
			leaving->send(rig.peer);
			assert_int_equal(go_on(&rig, leaving->size),
			    leaving->ends ? 0 : IOSRC_E_WOULD_BLOCK);
		}
		sr_take(rig.poller, RIG_TOKEN); /* of the short counts */
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
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
		close(rig.peer);
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
