/* SPDX-License-Identifier: MIT
 *
 * world.c: sources of every sort.
 */
#include "tests/uring/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- handles ---- */

static struct sockaddr_in loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int inet_socket(int type, bool listens, struct sockaddr_in *out)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*out);

	*out = loopback();
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)out, size), 0);
	assert_true(!listens || listen(fd, 8) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)out, &size), 0);
	return fd;
}

static void tcp_pair(int fds[2])
{
	struct sockaddr_in address;
	int listener = inet_socket(SOCK_STREAM, true, &address);
	const int on = 1;

	fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    connect(fds[1], (struct sockaddr *)&address, sizeof(address)), 0);
	fds[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(fds[0] >= 0);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	/* What is written arrives at once, in either world. */
	for (unsigned i = 0; i < 2; i++)
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	close(listener);
}

static void udp_pair(int fds[2])
{
	struct sockaddr_in addresses[2];

	for (unsigned i = 0; i < 2; i++)
		fds[i] = inet_socket(SOCK_DGRAM, false, &addresses[i]);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(connect(fds[i],
		                     (struct sockaddr *)&addresses[1 - i],
		                     sizeof(addresses[0])),
		    0);
}

static void unix_pair(int type, int fds[2])
{
	assert_int_equal(
	    socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
	    0);
}

static void pipe_pair(bool writes, int fds[2])
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	fds[0] = ends[writes];
	fds[1] = ends[!writes];
}

static int file(void)
{
	char name[] = "/tmp/iosrc-uring-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void open_ended(enum sort sort, int fds[2])
{
	const struct linger abort = { 1, 0 };

	if (sort == DEAF)
		pipe_pair(true, fds);
	else
		tcp_pair(fds);
	assert_true(sort == DEAF || write(fds[1], "last", 4) == 4);
	if (sort == RESET)
		setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &abort,
		    sizeof(abort));
	if (sort == HALF) {
		shutdown(fds[1], SHUT_WR);
		return;
	}
	close(fds[1]);
	fds[1] = -1;
}

static void fill(int fd)
{
	char zeroes[4096] = "";

	while (write(fd, zeroes, sizeof(zeroes)) > 0)
		;
	while (write(fd, zeroes, 1) > 0)
		;
}

static void open_other(enum sort sort, int fds[2])
{
	struct sockaddr_in address;

	fds[1] = -1;
	switch ((int)sort) {
	case FILE_BOTH:
		fds[0] = file();
		break;
	case NULL_DEVICE:
		fds[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
		break;
	case LISTENER:
		fds[0] = inet_socket(SOCK_STREAM, true, &address);
		break;
	case UNCONNECTED:
		fds[0] = inet_socket(SOCK_STREAM, false, &address);
		break;
	case EVENTS:
		fds[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		break;
	default:
		open_ended(sort, fds);
		break;
	}
}

static void open_sort(enum sort sort, int fds[2])
{
	if (sort <= TCP_LAST)
		tcp_pair(fds);
	else if (sort == UNIX_STREAM || sort == CLOSED || sort == FULL)
		unix_pair(SOCK_STREAM, fds);
	else if (sort == UNIX_DATAGRAM)
		unix_pair(SOCK_DGRAM, fds);
	else if (sort == UNIX_PACKET)
		unix_pair(SOCK_SEQPACKET, fds);
	else if (sort == UDP)
		udp_pair(fds);
	else if (sort == PIPE_READ || sort == PIPE_WRITE)
		pipe_pair(sort == PIPE_WRITE, fds);
	else
		open_other(sort, fds);
	assert_true(fds[0] >= 0);
	if (sort == FULL)
		fill(fds[0]);
}

/* ---- worlds ---- */

void world_open(struct world *world, uint32_t backend, iosrc_flags flags)
{
	const iosrc_poller_options options = { flags, backend };
	int events;

	memset(world, 0, sizeof(*world));
	assert_int_equal(
	    iosrc_poller_create(&options, sizeof(options), &world->poller), 0);
	for (unsigned sort = 0; sort < SORTS; sort++) {
		int fds[2];

		open_sort((enum sort)sort, fds);
		world->peers[sort] = fds[1];
		assert_int_equal(iosrc_create(fds[0], IOSRC_HANDLE_DEFAULT,
		                     &world->sources[sort]),
		    0);
		assert_int_equal(iosrc_register(world->sources[sort],
		                     world->poller, sort,
		                     IOSRC_READABLE | IOSRC_WRITABLE),
		    0);
		world->registrations[sort] = iosrc_source_registration(
		    world->sources[sort]);
	}
	/* Its number stays taken: by what is no socket. */
	events = eventfd(0, EFD_CLOEXEC);
	dup2(events, (int)iosrc_source_handle(world->sources[CLOSED]));
	close(events);
}

/* Ports are not kept for a minute after that. */
static void abort_connection(int fd)
{
	const struct linger abort = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
}

void world_close(struct world *world)
{
	for (unsigned sort = 0; sort < SORTS; sort++) {
		abort_connection(
		    (int)iosrc_source_handle(world->sources[sort]));
		iosrc_close(world->sources[sort]);
		if (world->peers[sort] >= 0)
			close(world->peers[sort]);
	}
	assert_int_equal(iosrc_poller_release(world->poller), 0);
}

void world_item(struct world *world, unsigned n, enum sort sort,
    uint32_t opcode, uint64_t size)
{
	world->items[n] = (iosrc_io_item){
		.registration = world->registrations[sort],
		.data = n * ROOM,
		.size = size,
		.opcode = opcode,
		.out_result = 77,
		.out_flags = 77,
	};
}

int64_t world_run(struct world *world, unsigned count)
{
	return iosrc_io_many(world->poller, world->items, count,
	    sizeof(world->items[0]), world->memory, sizeof(world->memory));
}

void world_feed(struct world *world, enum sort sort, unsigned size,
    unsigned seed)
{
	unsigned char bytes[ROOM];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (unsigned char)(seed + i * 7);
	if (world->peers[sort] < 0)
		return;
	/* Where the peer's own direction is shut there is nothing to feed. */
	assert_true(send(world->peers[sort], bytes, size, MSG_NOSIGNAL) != 0 ||
	    size == 0);
}

long world_drain(struct world *world, enum sort sort, void *out, size_t room)
{
	unsigned char *bytes = out;
	size_t total = 0;

	if (world->peers[sort] < 0)
		return 0;
	while (total < room) {
		ssize_t got = read(world->peers[sort], bytes + total,
		    room - total);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		total += (size_t)got;
	}
	return (long)total;
}

void world_expect_equal(const struct world *a, const struct world *b,
    unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (a->items[i].out_result != b->items[i].out_result)
			print_error("item %u of %u: sort %d, opcode %u\n", i,
			    count, (int)(uint32_t)a->items[i].registration,
			    a->items[i].opcode);
		assert_int_equal(a->items[i].out_result,
		    b->items[i].out_result);
		assert_int_equal(a->items[i].out_flags, b->items[i].out_flags);
	}
	assert_memory_equal(a->memory, b->memory, sizeof(a->memory));
}

bool world_has_ring(const struct world *world)
{
	return (iosrc_poller_capabilities(world->poller) &
	           IOSRC_CAN_IO_URING) != 0;
}

void world_need_ring(const struct world *world)
{
	if (world_has_ring(world))
		return;
	printf("SKIP: no io_uring here, or it is switched off\n");
	skip();
}

/* ---- the process ---- */

#if defined(__SANITIZE_THREAD__)
#define THREADS_WATCHED true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_WATCHED true
#endif
#endif

#ifndef THREADS_WATCHED
#define THREADS_WATCHED false
#endif

bool threads_are_watched(void)
{
	return THREADS_WATCHED;
}

unsigned open_count(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

unsigned mapping_count(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, "io_uring") != NULL;
	fclose(maps);
	return count;
}

unsigned test_rounds(unsigned full)
{
	const char *text = getenv("IOSRC_TEST_SCALE");
	unsigned long scale = text ? strtoul(text, NULL, 10) : 100;
	unsigned rounds = (unsigned)(full * (scale ? scale : 100) / 100);

	return rounds ? rounds : 1;
}

unsigned test_slowness(void)
{
	const char *text = getenv("IOSRC_TEST_SLOWNESS");
	unsigned long factor = text ? strtoul(text, NULL, 10) : 1;

	return factor ? (unsigned)factor : 1;
}
