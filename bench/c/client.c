/* SPDX-License-Identifier: MIT
 *
 * client.c: the other end of echo-apart, by raw epoll: client WHERE COUNT
 * connects to a port of 127.0.0.1, or to "@NAME", sends a message on each
 * connection and whatever it gets back again. Ends with the first connection.
 */
#include "bench/c/help.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#define MESSAGE 64

static int connect_unix(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, name, strlen(name));
	check(connect(fd, (struct sockaddr *)&address,
	          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	              strlen(name))) == 0,
	    "connect");
	return fd;
}

static int connect_where(const char *where)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (where[0] == '@')
		return connect_unix(where + 1);
	address.sin_port = htons((uint16_t)strtoul(where, NULL, 10));
	return connect_tcp(&address);
}

static void watch(int epfd, int fd)
{
	struct epoll_event item = { EPOLLIN | EPOLLRDHUP | EPOLLET,
		{ .fd = fd } };

	fcntl(fd, F_SETFL, O_NONBLOCK);
	check(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &item) == 0, "epoll_ctl");
}

static void echo_forever(int epfd)
{
	static struct epoll_event events[CAPACITY];
	unsigned char bytes[2 * MESSAGE];

	for (;;) {
		int got = epoll_wait(epfd, events, CAPACITY, -1);

		for (int i = 0; i < got; i++) {
			int fd = events[i].data.fd;
			ssize_t size = read(fd, bytes, sizeof(bytes));

			if (size <= 0 || write(fd, bytes, (size_t)size) != size)
				exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	const unsigned char bytes[MESSAGE] = { 0 };
	int epfd = epoll_create1(EPOLL_CLOEXEC);
	size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	int *fds = allocate(count + 1, sizeof(int));

	check(count > 0, "usage: client WHERE COUNT");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	allow_descriptors();
	for (size_t i = 0; i < count; i++)
		fds[i] = connect_where(argv[1]);
	for (size_t i = 0; i < count; i++) {
		watch(epfd, fds[i]);
		check(write(fds[i], bytes, MESSAGE) == MESSAGE, "write");
	}
	echo_forever(epfd);
}
