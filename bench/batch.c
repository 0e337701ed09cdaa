/* SPDX-License-Identifier: MIT
 *
 * batch.c: echoing over loopback TCP and batches of every size, by raw epoll
 * with read and write, by iosrc_read and iosrc_write, by iosrc_io_many as a
 * loop, and by iosrc_io_many through a ring. batch.py runs and compares them.
 *
 *     batch WAY LOAD COUNT [LOOPS]
 *
 *     WAY   raw, direct (together and apart), loop, ring
 *     LOAD  together: COUNT connections, both ends on this loop
 *           apart: their other ends are in another process
 *           size: batches of COUNT writes, then of COUNT reads, no waiting
 *           dry: batches of COUNT reads that all would block
 *           register: COUNT sources registered; raw is one by one
 *
 * Prints the nanoseconds of this process's CPU time per operation: a message
 * echoed, an item, a registration.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <iosrc.h>

#define MOST 2048
#define ROOM 128   /* more than comes, so that a read ends short */
#define MESSAGE 64 /* bytes */

enum way { RAW, DIRECT, LOOP, RING };

static int fds[MOST];
static int peers[MOST];
static unsigned char memory[MOST * ROOM];

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void report(uint64_t ns, double operations)
{
	printf("%.2f\n", (double)ns / operations);
}

/* ---- connections ---- */

static void open_tcp(size_t count)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	check(bind(listener, (struct sockaddr *)&address, size) == 0 &&
	        listen(listener, 64) == 0 &&
	        getsockname(listener, (struct sockaddr *)&address, &size) == 0,
	    "listen");
	for (size_t i = 0; i < count; i++) {
		peers[i] = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(peers[i], (struct sockaddr *)&address, size) == 0,
		    "connect");
		fds[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		check(fds[i] >= 0, "accept");
		fcntl(peers[i], F_SETFL, O_NONBLOCK);
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(peers[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	close(listener);
}

/* ---- by hand ---- */

static int raw_open(const int *handles, size_t count)
{
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	check(epfd >= 0, "epoll_create1");
	for (size_t i = 0; i < count; i++) {
		struct epoll_event item = { EPOLLIN | EPOLLRDHUP | EPOLLET,
			{ .u64 = (uint64_t)i } };

		check(epoll_ctl(epfd, EPOLL_CTL_ADD, handles[i], &item) == 0,
		    "epoll_ctl");
	}
	return epfd;
}

/* One wait, and an echo for each that is ready. */
static size_t raw_turn(int epfd, const int *handles)
{
	static struct epoll_event events[MOST];
	int got = epoll_wait(epfd, events, MOST, -1);

	for (int i = 0; i < got; i++) {
		int fd = handles[events[i].data.u64];
		ssize_t size = read(fd, memory, ROOM);

		if (size <= 0)
			exit(0);
		check(write(fd, memory, (size_t)size) == size, "write");
	}
	return got > 0 ? (size_t)got : 0;
}

/* ---- by the library ---- */

static iosrc_poller *poller;
static iosrc_source *sources[MOST];
static uint64_t registrations[MOST];
static iosrc_io_item items[MOST];

static void lib_open(enum way way)
{
	const iosrc_poller_options options = {
		.flags = way == RING ? IOSRC_POLLER_IO_URING : 0
	};

	check(iosrc_poller_create(&options, sizeof(options), &poller) == 0,
	    "poller");
	check(way != RING ||
	        iosrc_poller_capabilities(poller) & IOSRC_CAN_IO_URING,
	    "no ring here");
}

static void lib_add(const int *handles, size_t count, size_t first)
{
	for (size_t i = first; i < first + count; i++) {
		check(iosrc_create(handles[i - first], IOSRC_HANDLE_SOCKET,
		          &sources[i]) == 0 &&
		        iosrc_register(sources[i], poller, i, IOSRC_READABLE) ==
		            0,
		    "register");
		registrations[i] = iosrc_source_registration(sources[i]);
	}
}

static void set_item(size_t n, uint64_t registration, uint32_t opcode,
    size_t size)
{
	items[n] = (iosrc_io_item){ .registration = registration,
		.data = n * ROOM,
		.size = size,
		.opcode = opcode };
}

static void lib_many(size_t count)
{
	check(iosrc_io_many(poller, items, count, sizeof(items[0]), memory,
	          sizeof(memory)) >= 0,
	    "io_many");
}

/* One wait, and an echo for each that is ready. */
static size_t direct_turn(void)
{
	static iosrc_event events[MOST];
	int64_t got = iosrc_poller_wait(poller, events, MOST, -1);

	for (int64_t i = 0; i < got; i++) {
		iosrc_source *source = sources[events[i].token];
		int64_t size = iosrc_read(source, memory, ROOM);

		if (size <= 0)
			exit(0);
		check(iosrc_write(source, memory, (size_t)size) == size,
		    "write");
	}
	return got > 0 ? (size_t)got : 0;
}

/* One wait, one batch of reads, one of writes. */
static size_t batch_turn(void)
{
	static iosrc_event events[MOST];
	int64_t got = iosrc_poller_wait(poller, events, MOST, -1);
	size_t count = got > 0 ? (size_t)got : 0;

	for (size_t i = 0; i < count; i++)
		set_item(i, events[i].registration, IOSRC_OP_READ, ROOM);
	lib_many(count);
	for (size_t i = 0; i < count; i++) {
		if (items[i].out_result <= 0)
			exit(0);
		items[i].opcode = IOSRC_OP_WRITE;
		items[i].size = (uint64_t)items[i].out_result;
	}
	lib_many(count);
	for (size_t i = 0; i < count; i++)
		check(items[i].out_result == (int64_t)items[i].size, "echo");
	return count;
}

static size_t lib_turn(enum way way)
{
	return way == DIRECT ? direct_turn() : batch_turn();
}

/* ---- loads ---- */

static void start(const int *handles, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(write(handles[i], memory, MESSAGE) == MESSAGE, "write");
}

static void together(enum way way, size_t count, size_t messages)
{
	static int both[MOST];
	size_t done = 0;
	uint64_t began;
	int epfd = -1;

	open_tcp(count);
	memcpy(both, fds, count * sizeof(int));
	memcpy(both + count, peers, count * sizeof(int));
	if (way == RAW) {
		epfd = raw_open(both, 2 * count);
	} else {
		lib_open(way);
		lib_add(both, 2 * count, 0);
	}
	start(peers, count);
	for (size_t i = 0; i < 4 * count; i += count)
		(void)(way == RAW ? raw_turn(epfd, both) : lib_turn(way));
	began = cpu_ns();
	while (done < messages)
		done += way == RAW ? raw_turn(epfd, both) : lib_turn(way);
	report(cpu_ns() - began, (double)done);
}

/* The other process's part; it ends with the first connection. */
static void echo_forever(size_t count)
{
	int epfd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	epfd = raw_open(peers, count);
	start(peers, count);
	for (;;)
		raw_turn(epfd, peers);
}

static void apart(enum way way, size_t count, size_t messages)
{
	size_t done = 0;
	uint64_t began;
	int epfd = -1;
	pid_t child;

	open_tcp(count);
	child = fork();
	check(child >= 0, "fork");
	if (child == 0)
		echo_forever(count);
	for (size_t i = 0; i < count; i++)
		close(peers[i]);
	if (way == RAW) {
		epfd = raw_open(fds, count);
	} else {
		lib_open(way);
		lib_add(fds, count, 0);
	}
	began = cpu_ns();
	while (done < messages)
		done += way == RAW ? raw_turn(epfd, fds) : lib_turn(way);
	report(cpu_ns() - began, (double)done);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A write and a read of each connection in turn. */
static void size(enum way way, size_t count, size_t loops)
{
	uint64_t began;

	open_tcp(count);
	if (way != RAW) {
		lib_open(way);
		lib_add(fds, count, 0);
		lib_add(peers, count, count);
	}
	began = cpu_ns();
	for (size_t loop = 0; loop < loops; loop++) {
		if (way == RAW) {
			for (size_t i = 0; i < count; i++)
				check(write(fds[i], memory, MESSAGE) > 0,
				    "write");
			for (size_t i = 0; i < count; i++)
				check(read(peers[i], memory, ROOM) > 0, "read");
			continue;
		}
		for (size_t i = 0; i < count; i++)
			set_item(i, registrations[i], IOSRC_OP_WRITE, MESSAGE);
		lib_many(count);
		for (size_t i = 0; i < count; i++)
			set_item(i, registrations[count + i], IOSRC_OP_READ,
			    ROOM);
		lib_many(count);
		check(items[count - 1].out_result > 0, "read");
	}
	report(cpu_ns() - began, (double)(2 * loops * count));
}

static void dry(enum way way, size_t count, size_t loops)
{
	uint64_t began;

	open_tcp(count);
	if (way != RAW) {
		lib_open(way);
		lib_add(fds, count, 0);
	}
	began = cpu_ns();
	for (size_t loop = 0; loop < loops; loop++) {
		for (size_t i = 0; way == RAW && i < count; i++)
			check(read(fds[i], memory, ROOM) < 0, "read");
		for (size_t i = 0; way != RAW && i < count; i++)
			set_item(i, registrations[i], IOSRC_OP_READ, ROOM);
		if (way != RAW)
			lib_many(count);
	}
	report(cpu_ns() - began, (double)(loops * count));
}

static uint64_t raw_register(size_t count)
{
	uint64_t began = cpu_ns(), took;
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	began = cpu_ns();
	for (size_t i = 0; i < count; i++) {
		struct epoll_event item = { EPOLLIN | EPOLLRDHUP | EPOLLET,
			{ .u64 = (uint64_t)i } };

		check(epoll_ctl(epfd, EPOLL_CTL_ADD, fds[i], &item) == 0,
		    "epoll_ctl");
	}
	took = cpu_ns() - began;
	close(epfd);
	return took;
}

static uint64_t lib_register(enum way way, size_t count)
{
	static iosrc_register_item changes[MOST];
	uint64_t began, took;

	lib_open(way);
	for (size_t i = 0; i < count; i++)
		changes[i] = (iosrc_register_item){ .token = i,
			.interest = IOSRC_READABLE,
			.source = sources[i] };
	/* The tables of a poller grow once in its life. */
	check(iosrc_register_many(poller, changes, count, sizeof(*changes)) ==
	        (int64_t)count,
	    "register_many");
	for (size_t i = 0; i < count; i++)
		iosrc_deregister(sources[i], poller);
	began = cpu_ns();
	check(iosrc_register_many(poller, changes, count, sizeof(*changes)) ==
	        (int64_t)count,
	    "register_many");
	took = cpu_ns() - began;
	for (size_t i = 0; i < count; i++)
		iosrc_deregister(sources[i], poller);
	iosrc_poller_release(poller);
	return took;
}

static void registering(enum way way, size_t count, size_t loops)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < count; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		check(iosrc_create(fds[i], IOSRC_HANDLE_DEFAULT, &sources[i]) ==
		        0,
		    "create");
	}
	for (size_t loop = 0; loop < loops; loop++)
		ns += way == RAW ? raw_register(count)
		                 : lib_register(way, count);
	report(ns, (double)(loops * count));
}

/* ---- choosing ---- */

static const struct {
	const char *name;
	void (*run)(enum way way, size_t count, size_t loops);
	size_t operations; /* together */
	size_t most;
} loads[] = {
	{ "together", together, 60000, MOST / 2 },
	{ "apart", apart, 100000, MOST / 2 },
	{ "size", size, 100000, MOST / 2 },
	{ "dry", dry, 300000, MOST },
	{ "register", registering, 60000, MOST },
};

int main(int argc, char **argv)
{
	const char *ways[] = { "raw", "direct", "loop", "ring" };
	struct rlimit limit;
	enum way way = RAW;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
	while (argc > 3 && way < RING && strcmp(argv[1], ways[way]) != 0)
		way++;
	for (size_t i = 0; argc > 3 && i < sizeof(loads) / sizeof(*loads);
	     i++) {
		size_t count = strtoul(argv[3], NULL, 10);
		size_t loops = loads[i].operations;

		if (strcmp(argv[2], loads[i].name) != 0 || count < 1 ||
		    count > loads[i].most)
			continue;
		if (i >= 2)
			loops /= count;
		loads[i].run(way, count,
		    argc > 4 ? strtoul(argv[4], NULL, 10) : loops);
		return 0;
	}
	fprintf(stderr,
	    "usage: batch raw|direct|loop|ring LOAD COUNT [LOOPS]\n");
	return 2;
}
