/* SPDX-License-Identifier: MIT
 *
 * handles.c: the handles that contract tests watch. Everything is
 * non-blocking and close-on-exec, and a call that cannot fail in a sane
 * environment fails the test when it does.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 65536

static void must(int ok, const char *what)
{
	if (!ok)
		fail_msg("%s: %s", what, strerror(errno));
}

static void unblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	must(flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0,
	    "O_NONBLOCK");
	must(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0, "FD_CLOEXEC");
}

int contract_socketpair(int type, int fds[2])
{
	int result = socketpair(AF_UNIX, type, 0, fds);

	must(result == 0, "socketpair");
	unblock(fds[0]);
	unblock(fds[1]);
	return result;
}

static int inet_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	unblock(fd);
	return fd;
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	return address;
}

int contract_tcp_listener(uint16_t *port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int fd = inet_socket();

	must(bind(fd, (struct sockaddr *)&address, size) == 0, "bind");
	must(listen(fd, 64) == 0, "listen");
	must(getsockname(fd, (struct sockaddr *)&address, &size) == 0,
	    "getsockname");
	*port = ntohs(address.sin_port);
	return fd;
}

/* Both ends send at once: a test must not wait for Nagle's algorithm. */
static void no_delay(int fd)
{
	int one = 1;

	must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0,
	    "TCP_NODELAY");
}

void contract_tcp_pair(int fds[2])
{
	uint16_t port;
	int listener = contract_tcp_listener(&port);
	struct sockaddr_in address = loopback(port);

	must(fcntl(listener, F_SETFL, 0) == 0, "F_SETFL");
	fds[0] = inet_socket();
	must(fcntl(fds[0], F_SETFL, 0) == 0, "F_SETFL");
	must(connect(fds[0], (struct sockaddr *)&address, sizeof(address)) == 0,
	    "connect");
	fds[1] = accept(listener, NULL, NULL);
	must(fds[1] >= 0, "accept");
	close(listener);
	unblock(fds[0]);
	unblock(fds[1]);
	no_delay(fds[0]);
	no_delay(fds[1]);
}

/* glibc's pipe is pipe2 underneath. */
#if defined(SYS_pipe) && (defined(__x86_64__) || defined(__i386__))

int contract_try_pipe(int fds[2])
{
	return (int)syscall(SYS_pipe, fds);
}

#else

int contract_try_pipe(int fds[2])
{
	return pipe(fds);
}

#endif

void contract_pipe(int fds[2])
{
	must(contract_try_pipe(fds) == 0, "pipe");
	unblock(fds[0]);
	unblock(fds[1]);
}

/* The last bytes are offered one at a time, so that not one more fits. */
void contract_fill(int fd)
{
	static const char zeros[BLOCK];
	size_t size = sizeof(zeros);

	for (;;) {
		ssize_t sent = write(fd, zeros, size);

		if (sent >= 0 || errno == EINTR)
			continue;
		must(errno == EAGAIN || errno == EWOULDBLOCK, "write");
		if (size == 1)
			return;
		size /= 2;
	}
}

size_t contract_drain(int fd)
{
	char data[BLOCK];
	size_t total = 0;

	for (;;) {
		ssize_t got = read(fd, data, sizeof(data));

		if (got > 0)
			total += (size_t)got;
		else if (got == 0)
			return total;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return total;
		else
			must(errno == EINTR, "read");
	}
}

void contract_write(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t sent = write(fd, at, size);

		if (sent < 0 && errno == EINTR)
			continue;
		must(sent > 0, "write");
		at += sent;
		size -= (size_t)sent;
	}
}

iosrc_source *contract_source(int fd)
{
	iosrc_source *source = NULL;

	assert_ok(iosrc_create(fd, IOSRC_HANDLE_DEFAULT, &source));
	assert_non_null(source);
	return source;
}
