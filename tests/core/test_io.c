/* SPDX-License-Identifier: MIT
 *
 * test_io.c: what an operation's answer means for its direction. Real pipes
 * and sockets; the errors that no pipe gives come from a script, which the
 * linker's --wrap puts in front of read and send.
 */
#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status.h"
#include "sys/direct_io.h"

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)
#define FOUR "four"

/* ---- the script ---- */

/* The next calls answer these, as errors where they are negative. */
static ssize_t script[4];
static unsigned scripted;
static unsigned played;
static size_t last_size;

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);

static ssize_t play(void)
{
	ssize_t answer = script[played++];

	if (answer >= 0)
		return answer;
	errno = (int)-answer;
	return -1;
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	last_size = size;
	return played < scripted ? play() : __real_read(fd, data, size);
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
	last_size = size;
	assert_int_equal(flags, MSG_NOSIGNAL);
	return played < scripted ? play() : __real_send(fd, data, size, flags);
}

static void write_script(ssize_t first, ssize_t second)
{
	script[0] = first;
	script[1] = second;
	scripted = second ? 2 : 1;
	played = 0;
}

/* ---- an end that is registered, its events taken ---- */

struct end {
	iosrc_poller *poller;
	iosrc_source *source;
	int fd;
	int peer;
};

static void end_make(struct end *end, int fd, int peer)
{
	end->poller = core_poller();
	end->fd = fd;
	end->peer = peer;
	end->source = core_registered(end->poller, fd, 1, BOTH);
	fake_set_ready(end->poller, fd, BOTH);
	core_expect(end->poller, 1, BOTH);
	fake_set_ready(end->poller, fd, 0);
}

static void pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX,
	                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	                     fds),
	    0);
}

static void socket_end(struct end *end)
{
	int fds[2];

	pair(fds);
	end_make(end, fds[0], fds[1]);
}

static void end_close(struct end *end)
{
	iosrc_close(end->source);
	if (end->peer >= 0)
		close(end->peer);
	core_release(end->poller);
}

/* What has been armed since the last look. */
static iosrc_bits armed(struct end *end)
{
	iosrc_bits directions = fake_armed(end->poller, end->fd);

	fake_set_ready(end->poller, end->fd, directions);
	if (directions)
		core_expect(end->poller, 1, directions);
	fake_set_ready(end->poller, end->fd, 0);
	return directions;
}

/* ---- do_io ---- */

struct told {
	int64_t answer;
	unsigned calls;
	iosrc_handle handle;
};

static int64_t tell(iosrc_handle handle, void *user)
{
	struct told *told = user;

	told->calls++;
	told->handle = handle;
	return told->answer;
}

static void contract_S3_do_io_answers_what_fn_answered(void **state)
{
	static const int64_t answers[] = { 0, 1, INT64_MAX, INT64_MIN,
		(int64_t)INT32_MIN - 1, INT32_MIN, -1, IOSRC_E_WOULD_BLOCK };
	struct end end;

	(void)state;
	socket_end(&end);
	for (unsigned i = 0; i < 8; i++) {
		struct told told = { .answer = answers[i] };

		assert_true(iosrc_do_io(end.source, IOSRC_READABLE, tell,
		                &told) == answers[i]);
		assert_int_equal(told.calls, 1);
		assert_int_equal(told.handle, end.fd);
		assert_int_equal(armed(&end), i == 7 ? IOSRC_READABLE : 0);
	}
	end_close(&end);
}

static void contract_S4_do_io_arms_only_what_would_block(void **state)
{
	struct told told = { .answer = IOSRC_E_WOULD_BLOCK };
	struct end end;

	(void)state;
	socket_end(&end);
	for (iosrc_bits directions = 0; directions < 8; directions++) {
		iosrc_do_io(end.source, directions, tell, &told);
		assert_int_equal(armed(&end), directions & BOTH);
	}
	end_close(&end);
}

static void contract_S6_in_progress_is_a_would_block_of_writing(void **state)
{
	static const int codes[] = { EINPROGRESS, EALREADY, EINTR, ENOTCONN,
		ECONNRESET };
	struct end end;

	(void)state;
	socket_end(&end);
	for (unsigned i = 0; i < 5; i++) {
		struct told told = { .answer = iosrc__status_from_errno(
			                 codes[i]) };

		iosrc_do_io(end.source, BOTH, tell, &told);
		assert_int_equal(armed(&end), i < 2 ? IOSRC_WRITABLE : 0);
		iosrc_do_io(end.source, IOSRC_READABLE, tell, &told);
		assert_int_equal(armed(&end), 0);
	}
	end_close(&end);
}

static void contract_X1_do_io_with_bad_arguments_calls_nothing(void **state)
{
	struct told told = { .answer = IOSRC_E_WOULD_BLOCK };
	struct end end;

	(void)state;
	socket_end(&end);
	assert_int_equal(iosrc_do_io(NULL, 0, tell, &told), IOSRC_E_INVALID);
	assert_int_equal(iosrc_do_io(end.source, 0, NULL, &told),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_do_io(end.source, IOSRC_ERROR, tell, &told),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_do_io(end.source, IOSRC_ONESHOT, tell, &told),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_do_io(end.source, 0x40, tell, &told),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(told.calls, 0);
	end_close(&end);
}

static void contract_S2_io_without_a_registration_is_only_the_call(void **state)
{
	struct told told = { .answer = IOSRC_E_WOULD_BLOCK };
	iosrc_source *source;
	char data[8] = "";
	int fds[2];

	(void)state;
	pair(fds);
	source = core_source(fds[0]);
	assert_int_equal(iosrc_do_io(source, BOTH, tell, &told),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(told.calls, 1);
	assert_int_equal(iosrc_read(source, data, 8), IOSRC_E_WOULD_BLOCK);
	assert_int_equal(write(fds[1], FOUR, 4), 4);
	assert_int_equal(iosrc_read(source, data, 8), 4);
	assert_int_equal(iosrc_write(source, FOUR, 4), 4);
	assert_int_equal(iosrc_close(source), IOSRC_OK);
	close(fds[1]);
}

/* ---- direct I/O ---- */

static void contract_S7_a_short_count_arms_again(void **state)
{
	struct end end;
	char data[8] = "";

	(void)state;
	socket_end(&end);
	assert_int_equal(iosrc_read(end.source, data, 8), IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	assert_int_equal(fake_last_why(end.poller), IOSRC__REARM_BLOCKED);
	assert_int_equal(write(end.peer, FOUR FOUR, 8), 8);
	assert_int_equal(iosrc_read(end.source, data, 3), 3);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_read(end.source, data, 0), 0);
	assert_int_equal(iosrc_read(end.source, NULL, 0), 0);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_read(end.source, data, 8), 5);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	assert_int_equal(iosrc_write(end.source, data, 8), 8);
	assert_int_equal(iosrc_write(end.source, NULL, 0), 0);
	assert_int_equal(armed(&end), 0);
	close(end.peer);
	end.peer = -1;
	/* The end of file, behind what was left unread there. */
	write_script(0, 0);
	assert_int_equal(iosrc_read(end.source, data, 8), 0);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

static void contract_S7_a_socket_that_is_full_arms_again(void **state)
{
	static char data[1 << 20];
	struct end end;
	int64_t result;

	(void)state;
	socket_end(&end);
	result = iosrc_write(end.source, data, sizeof(data));
	assert_true(result > 0 && result < (int64_t)sizeof(data));
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	do
		result = iosrc_write(end.source, data, sizeof(data));
	while (result > 0);
	assert_int_equal(result, IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	end_close(&end);
}

static void contract_S7_vectors_count_as_a_whole(void **state)
{
	char a[4] = "", b[4] = "";
	const iosrc_buffer buffers[3] = { { a, 4 }, { NULL, 0 }, { b, 4 } };
	struct end end;

	(void)state;
	socket_end(&end);
	assert_int_equal(iosrc_readv(end.source, buffers, 3),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	assert_int_equal(write(end.peer, FOUR FOUR FOUR, 12), 12);
	assert_int_equal(iosrc_readv(end.source, buffers, 3), 8);
	assert_memory_equal(a, FOUR, 4);
	assert_memory_equal(b, FOUR, 4);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_readv(end.source, buffers, 3), 4);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	assert_int_equal(iosrc_writev(end.source, buffers, 3), 8);
	assert_int_equal(iosrc_writev(end.source, buffers, 1), 4);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

static void contract_N2_a_pipe_is_written_to_all_the_same(void **state)
{
	char data[4] = FOUR;
	const iosrc_buffer buffers[2] = { { data, 4 }, { data, 4 } };
	struct end end;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	end_make(&end, fds[1], fds[0]);
	assert_int_equal(iosrc_write(end.source, FOUR, 4), 4);
	assert_int_equal(iosrc_writev(end.source, buffers, 2), 8);
	assert_int_equal(iosrc_write(end.source, FOUR, 4), 4);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(
	    iosrc_status_kind((iosrc_status)iosrc_read(end.source, data, 4)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	end_close(&end);
}

static void contract_S6_errors_and_the_direction(void **state)
{
	static const struct {
		int code;
		iosrc_bits armed;
		enum iosrc__rearm why;
	} cases[] = {
		{ ECONNRESET, IOSRC_READABLE, IOSRC__REARM_FAILED },
		{ EIO, IOSRC_READABLE, IOSRC__REARM_FAILED },
		{ EAGAIN, IOSRC_READABLE, IOSRC__REARM_BLOCKED },
		{ EINPROGRESS, IOSRC_READABLE, IOSRC__REARM_BLOCKED },
		{ ENOTCONN, 0, IOSRC__REARM_BLOCKED },
		{ EDESTADDRREQ, 0, IOSRC__REARM_BLOCKED },
		{ ERESTART, 0, IOSRC__REARM_BLOCKED },
	};
	struct end end;
	char data[4] = "";

	(void)state;
	socket_end(&end);
	for (unsigned i = 0; i < 7; i++) {
		write_script(-cases[i].code, 0);
		assert_int_equal(iosrc_read(end.source, data, 4),
		    iosrc__status_from_errno(cases[i].code));
		assert_int_equal(armed(&end), cases[i].armed);
		if (cases[i].armed)
			assert_int_equal(fake_last_why(end.poller),
			    cases[i].why);
		write_script(-cases[i].code, 0);
		assert_int_equal(iosrc_write(end.source, data, 4),
		    iosrc__status_from_errno(cases[i].code));
		assert_int_equal(armed(&end),
		    cases[i].armed ? IOSRC_WRITABLE : 0);
	}
	end_close(&end);
}

static void contract_S6_no_error_arms_what_was_reported_closed(void **state)
{
	struct end end;
	char data[4] = "";

	(void)state;
	socket_end(&end);
	assert_int_equal(iosrc_rearm(end.source, BOTH), IOSRC_OK);
	fake_set_ready(end.poller, end.fd,
	    BOTH | IOSRC_ERROR | IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED);
	core_expect(end.poller, 1,
	    BOTH | IOSRC_ERROR | IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED);
	write_script(-ECONNRESET, 0);
	assert_int_equal(
	    iosrc_status_kind((iosrc_status)iosrc_read(end.source, data, 4)),
	    IOSRC_KIND_CONNECTION_RESET);
	write_script(-EPIPE, 0);
	assert_int_equal(
	    iosrc_status_kind((iosrc_status)iosrc_write(end.source, data, 4)),
	    IOSRC_KIND_BROKEN_PIPE);
	assert_int_equal(fake_armed(end.poller, end.fd), 0);
	core_expect_quiet(end.poller);
	end_close(&end);
}

static void contract_S6_an_interrupted_call_is_made_again(void **state)
{
	struct end end;
	char data[4] = "";

	(void)state;
	socket_end(&end);
	write_script(-EINTR, 4);
	assert_int_equal(iosrc_read(end.source, data, 4), 4);
	write_script(-EINTR, 4);
	assert_int_equal(iosrc_write(end.source, data, 4), 4);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

static void contract_S7_what_the_system_clamps_is_not_short(void **state)
{
	const size_t most = IOSRC__DIRECT_IO_MAX;
	char data[4]; /* the script touches none of it */
	struct end end;

	(void)state;
	socket_end(&end);
	write_script((ssize_t)most, 0);
	assert_int_equal(iosrc_read(end.source, data, INT_MAX), most);
	assert_int_equal(last_size, most);
	assert_int_equal(armed(&end), 0);
	write_script((ssize_t)most, 0);
	assert_int_equal(iosrc_write(end.source, data, INT_MAX), most);
	assert_int_equal(armed(&end), 0);
	write_script((ssize_t)most - 1, 0);
	assert_int_equal(iosrc_read(end.source, data, INT_MAX), most - 1);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	end_close(&end);
}

static void contract_X1_bad_buffers_are_told(void **state)
{
	const size_t large = 0x80000000u;
	iosrc_buffer many[2] = { { 0 } };
	struct end end;
	char data[4] = "";

	(void)state;
	socket_end(&end);
	assert_int_equal(iosrc_read(NULL, data, 4), IOSRC_E_INVALID);
	assert_int_equal(iosrc_write(NULL, data, 4), IOSRC_E_INVALID);
	assert_int_equal(iosrc_read(end.source, NULL, 4), IOSRC_E_INVALID);
	assert_int_equal(iosrc_write(end.source, NULL, 4), IOSRC_E_INVALID);
	assert_int_equal(iosrc_read(end.source, data, large), IOSRC_E_INVALID);
	assert_int_equal(iosrc_write(end.source, data, large), IOSRC_E_INVALID);
	assert_int_equal(iosrc_readv(NULL, many, 1), IOSRC_E_INVALID);
	assert_int_equal(iosrc_writev(NULL, many, 1), IOSRC_E_INVALID);
	assert_int_equal(iosrc_readv(end.source, NULL, 1), IOSRC_E_INVALID);
	assert_int_equal(iosrc_readv(end.source, many, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_writev(end.source, many, 1025), IOSRC_E_INVALID);
	many[1].size = 1;
	assert_int_equal(iosrc_writev(end.source, many, 2), IOSRC_E_INVALID);
	many[1] = (iosrc_buffer){ data, large };
	assert_int_equal(iosrc_writev(end.source, many, 2), IOSRC_E_INVALID);
	many[0] = many[1] = (iosrc_buffer){ data, large / 2 };
	assert_int_equal(iosrc_readv(end.source, many, 2), IOSRC_E_INVALID);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_S3_do_io_answers_what_fn_answered),
		CORE_TEST(contract_S4_do_io_arms_only_what_would_block),
		CORE_TEST(contract_S6_in_progress_is_a_would_block_of_writing),
		CORE_TEST(contract_X1_do_io_with_bad_arguments_calls_nothing),
		CORE_TEST(
		    contract_S2_io_without_a_registration_is_only_the_call),
		CORE_TEST(contract_S7_a_short_count_arms_again),
		CORE_TEST(contract_S7_a_socket_that_is_full_arms_again),
		CORE_TEST(contract_S7_vectors_count_as_a_whole),
		CORE_TEST(contract_N2_a_pipe_is_written_to_all_the_same),
		CORE_TEST(contract_S6_errors_and_the_direction),
		CORE_TEST(contract_S6_no_error_arms_what_was_reported_closed),
		CORE_TEST(contract_S6_an_interrupted_call_is_made_again),
		CORE_TEST(contract_S7_what_the_system_clamps_is_not_short),
		CORE_TEST(contract_X1_bad_buffers_are_told),
	};

	return CORE_RUN(tests);
}
