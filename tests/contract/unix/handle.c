/* SPDX-License-Identifier: MIT
 *
 * handle.c: descriptors as tests use them, and the pairs among them.
 * Everything is non-blocking and close-on-exec.
 */
#include "../suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
	if (!ok)
		fail_msg("%s: %s", what, strerror(errno));
}

static int64_t answer(ssize_t count)
{
	return count >= 0 ? (int64_t)count : iosrc_status_last_os();
}

int64_t system_read(iosrc_handle handle, void *data, size_t size)
{
	return answer(read((int)handle, data, size));
}

int64_t system_write(iosrc_handle handle, const void *data, size_t size)
{
	return answer(write((int)handle, data, size));
}

iosrc_status system_close(iosrc_handle handle)
{
	return close((int)handle) == 0 ? IOSRC_OK : iosrc_status_last_os();
}

int system_is_open(iosrc_handle handle)
{
	return fcntl((int)handle, F_GETFD) >= 0;
}

iosrc_handle system_duplicate(iosrc_handle handle)
{
	int copy = fcntl((int)handle, F_DUPFD_CLOEXEC, 0);

	must(copy >= 0, "F_DUPFD_CLOEXEC");
	return copy;
}

iosrc_handle_type system_handle_type(iosrc_handle handle)
{
	(void)handle;
	return IOSRC_HANDLE_DEFAULT;
}

int system_await(iosrc_handle handle, iosrc_bits directions, int64_t timeout_ms)
{
	struct pollfd item = { .fd = (int)handle };
	int got;

	if (directions & IOSRC_READABLE)
		item.events |= POLLIN;
	if (directions & IOSRC_WRITABLE)
		item.events |= POLLOUT;
	if (directions & IOSRC_PRIORITY)
		item.events |= POLLPRI;
	do
		got = poll(&item, 1, (int)timeout_ms);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

int system_is_nonblocking(iosrc_handle handle)
{
	return (fcntl((int)handle, F_GETFL) & O_NONBLOCK) != 0;
}

int system_is_inherited(iosrc_handle handle)
{
	return (fcntl((int)handle, F_GETFD) & FD_CLOEXEC) == 0;
}

void system_take_over(iosrc_handle handle, iosrc_handle number)
{
	must(dup3((int)handle, (int)number, O_CLOEXEC) == (int)number, "dup3");
}

void system_works_elsewhere(iosrc_handle handle, iosrc_handle peer)
{
	struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 77 } };
	int watcher = epoll_create1(EPOLL_CLOEXEC);

	assert_true(watcher >= 0);
	must(epoll_ctl(watcher, EPOLL_CTL_ADD, (int)handle, &event) == 0,
	    "epoll_ctl");
	contract_write(peer, "r", 1);
	assert_int_equal(epoll_wait(watcher, &event, 1, 5000), 1);
	assert_int_equal(event.data.u64, 77);
	assert_int_equal(contract_drain(handle), 1);
	close(watcher);
}

iosrc_handle system_file(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	must(fd >= 0, "/dev/null");
	return fd;
}

/* ---- pairs ---- */

static void unblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	must(flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0,
	    "O_NONBLOCK");
	must(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0, "FD_CLOEXEC");
}

static void hand_out(const int fds[2], iosrc_handle handles[2])
{
	unblock(fds[0]);
	unblock(fds[1]);
	handles[0] = fds[0];
	handles[1] = fds[1];
}

const int64_t system_settling = 0;

void system_pair(uint32_t type, iosrc_handle handles[2])
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int fds[2];

	must(socketpair(AF_UNIX, types[type], 0, fds) == 0, "socketpair");
	hand_out(fds, handles);
}

/* glibc's pipe is pipe2 underneath. */
#if defined(SYS_pipe) && (defined(__x86_64__) || defined(__i386__))

static int plain_pipe(int fds[2])
{
	return (int)syscall(SYS_pipe, fds);
}

#else

static int plain_pipe(int fds[2])
{
	return pipe(fds);
}

#endif

int system_pipe(iosrc_handle handles[2])
{
	int fds[2];

	if (plain_pipe(fds) != 0)
		return -1;
	hand_out(fds, handles);
	return 0;
}
