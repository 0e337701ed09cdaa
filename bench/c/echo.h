/* SPDX-License-Identifier: MIT
 *
 * echo.h: connections on which a message of 64 bytes goes to and fro. An
 * operation is one message read and written back, with its share of a wait.
 *
 *     echo-together COUNT tcp|unix    both ends on this loop
 *     echo-apart COUNT tcp|unix       the other ends are in the client program
 *     accept COUNT    batches of COUNT connects; each is accepted, watched,
 *                     read once and closed
 */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "bench/c/load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

struct echo {
	struct loop *loop;
	size_t seen;
	/* For batches: who is ready, and a place each. */
	size_t *ready;
	ssize_t *sizes;
	unsigned char *memory;
	size_t count;
};

static inline void echo_one(size_t i, void *user)
{
	struct echo *echo = user;
	unsigned char bytes[ROOM];
	ssize_t size = adapter.read(echo->loop, i, bytes, sizeof(bytes));

	check(size > 0, "read");
	check(adapter.write(echo->loop, i, bytes, (size_t)size) == size,
	    "write");
	echo->seen++;
}

static inline void echo_collect(size_t i, void *user)
{
	struct echo *echo = user;

	echo->ready[echo->count++] = i;
}

ALWAYS_INLINE void echo_batch(struct echo *echo)
{
	echo->count = 0;
	adapter.wait(echo->loop, -1, echo_collect, echo);
	for (size_t i = 0; i < echo->count; i++)
		echo->sizes[i] = ROOM;
	adapter.read_many(echo->loop, echo->ready, echo->memory, ROOM,
	    echo->sizes, echo->count);
	for (size_t i = 0; i < echo->count; i++)
		check(echo->sizes[i] > 0, "read");
	adapter.write_many(echo->loop, echo->ready, echo->memory, ROOM,
	    echo->sizes, echo->count);
	for (size_t i = 0; i < echo->count; i++)
		check(echo->sizes[i] > 0, "write");
	echo->seen += echo->count;
}

ALWAYS_INLINE void echo_turn(struct echo *echo)
{
	if (adapter.read_many)
		echo_batch(echo);
	else
		adapter.wait(echo->loop, -1, echo_one, echo);
}

static void echo_run(struct echo *echo, size_t warm, size_t wanted)
{
	int64_t began;

	echo->ready = allocate(CAPACITY, sizeof(*echo->ready));
	echo->sizes = allocate(CAPACITY, sizeof(*echo->sizes));
	echo->memory = allocate(CAPACITY, ROOM);
	while (echo->seen < warm)
		echo_turn(echo);
	echo->seen = 0;
	began = cpu_ns();
	while (echo->seen < wanted)
		echo_turn(echo);
	each("message", cpu_ns() - began, echo->seen);
	operations(echo->seen);
}

/* ---- both ends here ---- */

static void connect_pairs(int *ends, int *peers, size_t count, int tcp)
{
	struct sockaddr_in address;
	int listener = listen_tcp(&address, 0);

	for (size_t i = 0; i < count; i++) {
		int pair[2];

		if (tcp) {
			pair[0] = connect_tcp(&address);
			fcntl(pair[0], F_SETFL, O_NONBLOCK);
			pair[1] = accept4(listener, NULL, NULL,
			    SOCK_NONBLOCK | SOCK_CLOEXEC);
			check(pair[1] >= 0, "accept");
			tune_tcp(pair[1]);
		} else {
			open_unix_pair(pair);
		}
		ends[i] = pair[0];
		peers[i] = pair[1];
	}
	close(listener);
}

static void load_echo_together(const struct request *request)
{
	size_t count = request->number[0];
	int *ends = allocate(2 * count, sizeof(int));
	struct echo echo = { 0 };
	unsigned char bytes[MESSAGE] = { 0 };

	connect_pairs(ends, ends + count, count,
	    strcmp(request->word, "tcp") == 0);
	echo.loop = watch(ends, 2 * count, EDGE);
	for (size_t i = 0; i < count; i++)
		check(write(ends[i], bytes, MESSAGE) == MESSAGE, "write");
	echo_run(&echo, 2 * count, request->operations);
}

/* ---- the client apart ---- */

static int listen_unix(char *path, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* The abstract namespace: no file is left over. */
	snprintf(path, size, "@iosrc-bench-%ld", (long)getpid());
	memcpy(address.sun_path + 1, path + 1, strlen(path + 1));
	check(bind(fd, (struct sockaddr *)&address,
	          (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	              strlen(path))) == 0 &&
	        listen(fd, 1024) == 0,
	    "listen");
	return fd;
}

/* Runs the client: it connects, and sends the first message on each. */
static pid_t start_client(const char *program, char *where, size_t count)
{
	extern char **environ;
	char number[24];
	char name[] = "client";
	char *arguments[] = { name, where, number, NULL };
	pid_t child;

	snprintf(number, sizeof(number), "%zu", count);
	check((errno = posix_spawn(&child, program, NULL, NULL, arguments,
	           environ)) == 0,
	    "client");
	return child;
}

static void load_echo_apart(const struct request *request)
{
	size_t count = request->number[0];
	int tcp = strcmp(request->word, "tcp") == 0;
	int *ends = allocate(count, sizeof(int));
	struct echo echo = { 0 };
	struct sockaddr_in address;
	char where[64];
	int listener = tcp ? listen_tcp(&address, 0)
	                   : listen_unix(where, sizeof(where));
	pid_t child;

	if (tcp)
		snprintf(where, sizeof(where), "%d", ntohs(address.sin_port));
	child = start_client(request->client, where, count);
	for (size_t i = 0; i < count; i++) {
		ends[i] = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		check(ends[i] >= 0, "accept");
		if (tcp)
			tune_tcp(ends[i]);
	}
	close(listener);
	echo.loop = watch(ends, count, EDGE);
	echo_run(&echo, 2 * count, request->operations);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* ---- accepting ---- */

struct accepting {
	struct loop *loop;
	size_t accepted; /* of this batch */
	size_t seen;     /* connections that gave their message */
};

/* Source 0 is the listener. */
static inline void accept_handle(size_t i, void *user)
{
	struct accepting *accepting = user;
	unsigned char bytes[ROOM];

	if (i == 0) {
		int fd;

		while ((fd = adapter.accept(accepting->loop, 0)) >= 0) {
			adapter.create(accepting->loop, ++accepting->accepted,
			    fd);
			adapter.add(accepting->loop, accepting->accepted);
		}
		return;
	}
	check(adapter.read(accepting->loop, i, bytes, sizeof(bytes)) == MESSAGE,
	    "read");
	adapter.remove(accepting->loop, i);
	adapter.destroy(accepting->loop, i);
	accepting->seen++;
}

static void load_accept(const struct request *request)
{
	size_t batch = request->number[0];
	struct accepting accepting = { 0 };
	int *clients = allocate(batch, sizeof(int));
	const unsigned char bytes[MESSAGE] = { 0 };
	struct sockaddr_in address;
	int64_t began;
	int listener;

	listener = listen_tcp(&address, SOCK_NONBLOCK);
	accepting.loop = adapter.open(batch + 1, EDGE, NOTHING);
	adapter.create(accepting.loop, 0, listener);
	adapter.add(accepting.loop, 0);
	began = cpu_ns();
	while (accepting.seen < request->operations) {
		size_t until = accepting.seen + batch;

		accepting.accepted = 0;
		for (size_t i = 0; i < batch; i++) {
			clients[i] = connect_tcp(&address);
			check(write(clients[i], bytes, MESSAGE) == MESSAGE,
			    "write");
		}
		while (accepting.seen < until)
			adapter.wait(accepting.loop, -1, accept_handle,
			    &accepting);
		for (size_t i = 0; i < batch; i++)
			close(clients[i]);
	}
	each("connection", cpu_ns() - began, accepting.seen);
	operations(accepting.seen);
}

#endif
