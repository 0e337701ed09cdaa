/* SPDX-License-Identifier: MIT
 *
 * load.h: the program of an adapter for Windows, which includes this at its
 * end. Adapters are those of bench/c/adapter.h, of which open, create, add,
 * wait, read and write are asked for; an fd is a SOCKET.
 *
 *     PROGRAM list                     as that of bench/c/main.h
 *     PROGRAM LOAD OPERATIONS COUNT
 *         echo    64 bytes to and fro on each of COUNT TCP connections, both
 *                 ends on the loop
 *         idle    the same on one connection, beside COUNT that are silent
 *
 * An operation is one message read and written back. "roundtrip" is two of
 * them, in ns of the clock on the wall: under Wine most of the work is another
 * process's.
 */
#ifndef BENCH_WINDOWS_LOAD_H
#define BENCH_WINDOWS_LOAD_H

#include "bench/windows/help.h"

#define MESSAGE 64 /* bytes of an echo */
#define ROOM 128   /* more than comes, so that a read ends short */

static const struct adapter adapter;

struct echo {
	struct loop *loop;
	size_t seen;
};

static inline void echo_one(size_t i, void *user)
{
	struct echo *echo = user;
	char bytes[ROOM];
	ssize_t size = adapter.read(echo->loop, i, bytes, sizeof bytes);

	check(size > 0, "read");
	check(adapter.write(echo->loop, i, bytes, (size_t)size) == size,
	    "write");
	echo->seen++;
}

static SOCKET listen_tcp(struct sockaddr_in *address)
{
	int size = sizeof *address;
	SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check(bind(listener, (struct sockaddr *)address, size) == 0 &&
	        listen(listener, SOMAXCONN) == 0 &&
	        getsockname(listener, (struct sockaddr *)address, &size) == 0,
	    "listen");
	return listener;
}

static void tune(SOCKET handle)
{
	const struct linger reset = { .l_onoff = 1 };
	const BOOL on = TRUE;
	u_long nonblocking = 1;

	check(handle != INVALID_SOCKET, "socket");
	setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, (const char *)&on,
	    sizeof on);
	/* No TIME_WAIT: the next run needs the ports. */
	setsockopt(handle, SOL_SOCKET, SO_LINGER, (const char *)&reset,
	    sizeof reset);
	check(ioctlsocket(handle, (long)FIONBIO, &nonblocking) == 0, "ioctl");
}

/* Sources 2 * i and 2 * i + 1 are the ends of connection i. */
static SOCKET *watch_pairs(struct loop *loop, size_t count)
{
	SOCKET *ends = allocate(2 * count, sizeof *ends);
	struct sockaddr_in address;
	SOCKET listener = listen_tcp(&address);

	for (size_t i = 0; i < count; i++) {
		SOCKET handle = socket(AF_INET, SOCK_STREAM, 0);

		check(connect(handle, (struct sockaddr *)&address,
		          sizeof address) == 0,
		    "connect");
		ends[2 * i] = handle;
		ends[2 * i + 1] = accept(listener, NULL, NULL);
	}
	closesocket(listener);
	for (size_t i = 0; i < 2 * count; i++) {
		tune(ends[i]);
		adapter.create(loop, i, (int)ends[i]);
		adapter.add(loop, i);
	}
	return ends;
}

static void run(size_t wanted, size_t count, size_t active)
{
	struct echo echo = { .loop = adapter.open(2 * count, EDGE, NOTHING) };
	SOCKET *ends = watch_pairs(echo.loop, count);
	const char bytes[MESSAGE] = { 0 };
	int64_t began;

	for (size_t i = 0; i < active; i++)
		check(send(ends[2 * i], bytes, MESSAGE, 0) == MESSAGE, "send");
	while (echo.seen < 2 * active + 50)
		adapter.wait(echo.loop, -1, echo_one, &echo);
	echo.seen = 0;
	began = wall_ns();
	while (echo.seen < wanted)
		adapter.wait(echo.loop, -1, echo_one, &echo);
	printf("roundtrip %.3f\noperations %u\n",
	    2.0 * (double)(wall_ns() - began) / (double)echo.seen,
	    (unsigned)echo.seen);
}

int main(int argc, char **argv)
{
	WSADATA data;

	check(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		printf("echo\nidle\nversion: %s\n", adapter.version());
		return 0;
	}
	if (argc == 4) {
		size_t wanted = strtoul(argv[2], NULL, 10);
		size_t count = strtoul(argv[3], NULL, 10);

		if (strcmp(argv[1], "echo") == 0) {
			run(wanted, count, count);
			return 0;
		}
		if (strcmp(argv[1], "idle") == 0) {
			run(wanted, count + 1, 1);
			return 0;
		}
	}
	fprintf(stderr, "usage: %s list | echo|idle OPERATIONS COUNT\n",
	    argv[0]);
	return 2;
}

#endif
