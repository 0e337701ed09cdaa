/* SPDX-License-Identifier: MIT
 *
 * test_notify.c: a handle that another thread makes readable, by each of the
 * ways that a system or its sandbox may leave open: contract X4. The linker's
 * --wrap puts the refusals in front of the system.
 */
#include <config.h>

#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "status.h"
#include "sys/unix/notify.h"

/* The error of the next calls, 0: none; and how many calls succeed first. */
struct refusal {
	int code;
	unsigned after;
};

static struct refusal of_eventfd, of_pipe2, of_pipe, of_fcntl, of_write,
    of_read;

int __real_eventfd(unsigned count, int flags);
int __wrap_eventfd(unsigned count, int flags);
int __real_pipe2(int fds[2], int flags);
int __wrap_pipe2(int fds[2], int flags);
int __real_pipe(int fds[2]);
long __real_syscall(long number, int fds[2]);
long __wrap_syscall(long number, int fds[2]);
int __wrap_pipe(int fds[2]);
int __real_fcntl(int fd, int operation, ...);
int __wrap_fcntl(int fd, int operation, long argument);
int __wrap_fcntl64(int fd, int operation, long argument);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);

static bool refused(struct refusal *refusal)
{
	if (!refusal->code || refusal->after-- > 0)
		return false;
	errno = refusal->code;
	refusal->after = 0;
	return true;
}

/* Refused once only. */
static bool interrupted(struct refusal *refusal)
{
	bool once = refused(refusal);

	if (once && errno == EINTR)
		refusal->code = 0;
	return once;
}

int __wrap_eventfd(unsigned count, int flags)
{
	return refused(&of_eventfd) ? -1 : __real_eventfd(count, flags);
}

int __wrap_pipe2(int fds[2], int flags)
{
	return refused(&of_pipe2) ? -1 : __real_pipe2(fds, flags);
}

int __wrap_pipe(int fds[2])
{
	return refused(&of_pipe) ? -1 : __real_pipe(fds);
}

/* pipe(2) without libc's help. */
long __wrap_syscall(long number, int fds[2])
{
	return refused(&of_pipe) ? -1 : __real_syscall(number, fds);
}

int __wrap_fcntl(int fd, int operation, long argument)
{
	return refused(&of_fcntl) ? -1 : __real_fcntl(fd, operation, argument);
}

int __wrap_fcntl64(int fd, int operation, long argument)
{
	return __wrap_fcntl(fd, operation, argument);
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	return interrupted(&of_write) ? -1 : __real_write(fd, data, size);
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	return interrupted(&of_read) ? -1 : __real_read(fd, data, size);
}

static int nothing_refused(void **state)
{
	const struct refusal none = { 0, 0 };

	of_eventfd = of_pipe2 = of_pipe = of_fcntl = of_write = of_read = none;
	return core_setup(state);
}

/* ---- helpers ---- */

static bool is_readable(const struct iosrc__notify *notify)
{
	struct pollfd fd = { notify->read_fd, POLLIN, 0 };

	return poll(&fd, 1, 0) == 1;
}

static void expect_flags(int fd)
{
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* Opens, shows that it works in full, and closes. */
static void works(bool is_eventfd)
{
	struct iosrc__notify notify;

	assert_int_equal(iosrc__notify_open(&notify), IOSRC_OK);
	assert_int_equal(iosrc__notify_edges(&notify), is_eventfd);
	expect_flags(notify.read_fd);
	expect_flags(notify.write_fd);
	assert_true(iosrc__notify_owns(&notify, notify.read_fd));
	assert_true(iosrc__notify_owns(&notify, notify.write_fd));
	assert_false(iosrc__notify_owns(&notify, 0));
	for (unsigned i = 0; i < 3; i++) {
		assert_false(is_readable(&notify));
		assert_int_equal(iosrc__notify_send(&notify), IOSRC_OK);
		assert_int_equal(iosrc__notify_send(&notify), IOSRC_OK);
		assert_true(is_readable(&notify));
		iosrc__notify_drain(&notify);
	}
	assert_false(is_readable(&notify));
	iosrc__notify_close(&notify);
	assert_int_equal(fcntl(notify.read_fd, F_GETFD), -1);
	assert_int_equal(fcntl(notify.write_fd, F_GETFD), -1);
}

static void fails(int code)
{
	int probe = open("/dev/null", O_RDONLY), after;
	struct iosrc__notify notify;

	close(probe);
	assert_int_equal(iosrc__notify_open(&notify),
	    iosrc__status_from_errno(code));
	/* Nothing stays open. */
	after = open("/dev/null", O_RDONLY);
	assert_int_equal(after, probe);
	close(after);
}

/* ---- the ways ---- */

#if IOSRC_USE_EVENTFD
#define HAS_EVENTFD true
#else
#define HAS_EVENTFD false
#endif

static const int refusals[] = { ENOSYS, EPERM, EACCES, EINVAL };

static void contract_X4_with_everything(void **state)
{
	(void)state;
	works(HAS_EVENTFD);
}

static void contract_X4_without_eventfd(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		of_eventfd.code = refusals[i];
		works(false);
	}
}

static void contract_X4_without_eventfd_and_pipe2(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		of_eventfd.code = of_pipe2.code = refusals[i];
		works(false);
	}
}

static void contract_X3_a_limit_is_told_at_once(void **state)
{
	(void)state;
	of_eventfd.code = of_pipe2.code = of_pipe.code = EMFILE;
	fails(EMFILE);
	of_eventfd.code = ENOSYS;
	fails(EMFILE);
	of_pipe2.code = ENOSYS;
	fails(EMFILE);
}

static void test_flags_that_cannot_be_set_are_told(void **state)
{
	(void)state;
	of_eventfd.code = of_pipe2.code = ENOSYS;
	for (unsigned after = 0; after < 6; after++) {
		of_fcntl = (struct refusal){ EIO, after };
		fails(EIO);
	}
	of_fcntl.code = 0;
	works(false);
}

/* ---- full, interrupted, failed ---- */

static void test_a_full_pipe_is_a_success_and_drains_whole(void **state)
{
	struct iosrc__notify notify;

	(void)state;
	of_eventfd.code = ENOSYS;
	assert_int_equal(iosrc__notify_open(&notify), IOSRC_OK);
	for (unsigned i = 0; i < 65536 / 8 + 10; i++)
		assert_int_equal(iosrc__notify_send(&notify), IOSRC_OK);
	assert_true(is_readable(&notify));
	of_read.code = EINTR;
	iosrc__notify_drain(&notify);
	assert_false(is_readable(&notify));
	iosrc__notify_close(&notify);
}

static void contract_W9_send_leaves_errno_alone(void **state)
{
	struct iosrc__notify notify;

	(void)state;
	assert_int_equal(iosrc__notify_open(&notify), IOSRC_OK);
	errno = 4711;
	of_write.code = EINTR;
	assert_int_equal(iosrc__notify_send(&notify), IOSRC_OK);
	assert_int_equal(errno, 4711);
	assert_true(is_readable(&notify));
	of_write.code = EIO;
	assert_int_equal(iosrc__notify_send(&notify),
	    iosrc__status_from_errno(EIO));
	assert_int_equal(errno, 4711);
	of_write.code = EAGAIN;
	assert_int_equal(iosrc__notify_send(&notify), IOSRC_OK);
	assert_int_equal(errno, 4711);
	of_write.code = 0;
	iosrc__notify_close(&notify);
}

#define NOTIFY_TEST(name) \
	cmocka_unit_test_setup_teardown(name, nothing_refused, core_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NOTIFY_TEST(contract_X4_with_everything),
		NOTIFY_TEST(contract_X4_without_eventfd),
		NOTIFY_TEST(contract_X4_without_eventfd_and_pipe2),
		NOTIFY_TEST(contract_X3_a_limit_is_told_at_once),
		NOTIFY_TEST(test_flags_that_cannot_be_set_are_told),
		NOTIFY_TEST(test_a_full_pipe_is_a_success_and_drains_whole),
		NOTIFY_TEST(contract_W9_send_leaves_errno_alone),
	};

	return CORE_RUN(tests);
}
