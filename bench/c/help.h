/* SPDX-License-Identifier: MIT
 *
 * help.h: what loads and adapters share: checks, clocks, descriptors, figures.
 */
#ifndef BENCH_HELP_H
#define BENCH_HELP_H

#include "bench/c/adapter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static inline void check(int good, const char *what)
{
	if (__builtin_expect(good, 1))
		return;
	perror(what);
	exit(1);
}

UNUSED static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	check(memory != NULL, "calloc");
	return memory;
}

/* ---- clocks ---- */

UNUSED static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

UNUSED static int64_t cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

UNUSED static int64_t thread_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

UNUSED static int64_t wall_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* ---- what a program prints ---- */

UNUSED static void figure(const char *name, double value)
{
	printf("%s %.3f\n", name, value);
}

/* How many operations were seen to happen, by whoever handles events. */
UNUSED static void operations(size_t count)
{
	printf("operations %zu\n", count);
}

UNUSED static void each(const char *name, int64_t ns, size_t count)
{
	figure(name, (double)ns / (double)count);
}

/* ---- descriptors ---- */

UNUSED static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

UNUSED static void open_unix_pair(int pair[2])
{
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	          pair) == 0,
	    "socketpair");
}

UNUSED static void tune_tcp(int fd)
{
	const struct linger reset = { .l_onoff = 1 };
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* No TIME_WAIT: the next run needs the ports. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

/* The address of a loopback listener of one's own. */
UNUSED static int listen_tcp(struct sockaddr_in *address, int flags)
{
	socklen_t size = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check(bind(fd, (struct sockaddr *)address, size) == 0 &&
	        listen(fd, 1024) == 0 &&
	        getsockname(fd, (struct sockaddr *)address, &size) == 0,
	    "listen");
	return fd;
}

UNUSED static int connect_tcp(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	tune_tcp(fd);
	check(connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	        0,
	    "connect");
	return fd;
}

#endif
