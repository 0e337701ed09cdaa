/* SPDX-License-Identifier: MIT
 *
 * loads.c: what gates.py counts.
 *
 *     loads LOAD LOOPS
 *
 * A load does one operation again and again and prints how often. What it
 * costs besides is the same for every length, so the difference of two lengths
 * is that of the operations alone, with the few instructions of the loop
 * around them. Writes and reads that are not the library's are the system's.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc.h>

#define EDGES 1000
#define CAPACITY 256
#define BATCH 64

#define check(condition) check_at((condition) != 0, #condition, __LINE__)

static int fds[EDGES];
static uint32_t seen[EDGES];

static iosrc_poller *poller;
static iosrc_source *sources[EDGES];
static iosrc_waker *waker;
static iosrc_event events[CAPACITY];
static iosrc_register_item registrations[BATCH];
static iosrc_io_item items[BATCH];
static char bytes[BATCH];

static void check_at(int condition, const char *text, int line)
{
	if (condition)
		return;
	fprintf(stderr, "loads.c:%d: %s\n", line, text);
	exit(1);
}

/* ---- what the loads stand on ---- */

static void open_poller(uint32_t backend, iosrc_flags flags)
{
	iosrc_poller_options options = { .flags = flags, .backend = backend };

	check(iosrc_poller_create(&options, sizeof(options), &poller) ==
	    IOSRC_OK);
}

static void create(size_t i)
{
	check(iosrc_create(fds[i], IOSRC_HANDLE_DEFAULT, &sources[i]) ==
	    IOSRC_OK);
}

static void add(size_t i)
{
	check(
	    iosrc_register(sources[i], poller, i, IOSRC_READABLE) == IOSRC_OK);
}

static void open_eventfds(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		check(fds[i] >= 0);
		create(i);
	}
}

/* Both ends are sources and registered: 2i and 2i + 1. */
static void open_pairs(size_t count)
{
	for (size_t i = 0; i < 2 * count; i += 2) {
		check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
		          &fds[i]) == 0);
		create(i);
		create(i + 1);
		add(i);
		add(i + 1);
	}
}

static void write_edge(size_t i)
{
	static const uint64_t one = 1;

	check(write(fds[i], &one, sizeof(one)) > 0);
}

/* Every handle gets an edge, which a wait fetches and a handler counts. On a
 * backend that has to be told, the handler re-arms. */
static inline __attribute__((always_inline)) uint64_t edges(uint32_t backend,
    size_t loops)
{
	int rearms = backend == IOSRC_BACKEND_POLL;

	open_poller(backend, 0);
	open_eventfds(EDGES);
	for (size_t i = 0; i < EDGES; i++)
		add(i);
	for (size_t loop = 0; loop < loops; loop++) {
		size_t left = EDGES;

		for (size_t i = 0; i < EDGES; i++)
			write_edge(i);
		while (left > 0) {
			int got = (int)iosrc_poller_wait(poller, events,
			    CAPACITY, -1);

			check(got > 0);
			for (int i = 0; i < got; i++)
				seen[events[i].token]++;
			left -= (size_t)got;
		}
		for (size_t i = 0; i < EDGES && rearms; i++)
			check(iosrc_rearm(sources[i], IOSRC_READABLE) ==
			    IOSRC_OK);
	}
	for (size_t i = 0; i < EDGES; i++)
		check(seen[i] >= loops);
	return loops * EDGES;
}

/* ---- the loads ---- */

static uint64_t edge_event(size_t loops)
{
	return edges(IOSRC_BACKEND_EPOLL, loops);
}

static uint64_t poll_edge_event(size_t loops)
{
	return edges(IOSRC_BACKEND_POLL, loops);
}

static uint64_t empty_wait(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_eventfds(EDGES);
	for (size_t i = 0; i < EDGES; i++)
		add(i);
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_poller_wait(poller, events, CAPACITY, 0) == 0);
	return loops;
}

static uint64_t change(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_eventfds(1);
	for (size_t loop = 0; loop < loops; loop++) {
		add(0);
		check(iosrc_reregister(sources[0], poller, 0, IOSRC_READABLE) ==
		    IOSRC_OK);
		check(iosrc_reregister(sources[0], poller, 0, IOSRC_READABLE) ==
		    IOSRC_OK);
		check(iosrc_deregister(sources[0], poller) == IOSRC_OK);
	}
	return loops;
}

static uint64_t add_delete(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_eventfds(1);
	for (size_t loop = 0; loop < loops; loop++) {
		add(0);
		check(iosrc_deregister(sources[0], poller) == IOSRC_OK);
	}
	return loops;
}

static uint64_t register_batches(iosrc_flags flags, size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, flags);
	open_eventfds(BATCH);
	for (size_t i = 0; i < BATCH; i++) {
		registrations[i].source = sources[i];
		registrations[i].token = i;
		registrations[i].interest = IOSRC_READABLE;
	}
	for (size_t loop = 0; loop < loops; loop++) {
		check(iosrc_register_many(poller, registrations, BATCH,
		          sizeof(registrations[0])) == BATCH);
		for (size_t i = 0; i < BATCH; i++)
			check(iosrc_deregister(sources[i], poller) == IOSRC_OK);
	}
	return loops * BATCH;
}

static uint64_t register_many(size_t loops)
{
	return register_batches(0, loops);
}

static uint64_t register_many_direct(size_t loops)
{
	return register_batches(IOSRC_POLLER_IO_URING, loops);
}

static uint64_t write_read(size_t loops)
{
	char byte;

	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_pairs(1);
	for (size_t loop = 0; loop < loops; loop++) {
		check(iosrc_write(sources[0], "x", 1) == 1);
		check(iosrc_read(sources[1], &byte, 1) == 1);
	}
	return loops;
}

static uint64_t would_block(size_t loops)
{
	char byte;

	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_pairs(1);
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_read(sources[0], &byte, 1) == IOSRC_E_WOULD_BLOCK);
	return loops;
}

static uint64_t rearm(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_pairs(1);
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_rearm(sources[0], IOSRC_READABLE) == IOSRC_OK);
	return loops;
}

static int64_t IOSRC_CALL blocks(iosrc_handle handle, void *user)
{
	(void)handle;
	(void)user;
	return IOSRC_E_WOULD_BLOCK;
}

static uint64_t do_io(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	open_pairs(1);
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_do_io(sources[0], IOSRC_READABLE, blocks, NULL) ==
		    IOSRC_E_WOULD_BLOCK);
	return loops;
}

static uint64_t coalesced_wake(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	check(iosrc_waker_create(poller, 1, &waker) == IOSRC_OK);
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_waker_wake(waker) == IOSRC_OK);
	return loops;
}

static uint64_t wake_and_wait(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	check(iosrc_waker_create(poller, 1, &waker) == IOSRC_OK);
	for (size_t loop = 0; loop < loops; loop++) {
		check(iosrc_waker_wake(waker) == IOSRC_OK);
		check(iosrc_poller_wait(poller, events, CAPACITY, 0) == 1);
	}
	return loops;
}

/* Each second item reads what the one before it has written. */
static uint64_t write_and_read_many(size_t loops)
{
	open_pairs(BATCH / 2);
	for (size_t i = 0; i < BATCH; i++) {
		items[i].registration = iosrc_source_registration(sources[i]);
		items[i].opcode = i % 2 ? IOSRC_OP_READ : IOSRC_OP_WRITE;
		items[i].size = 1;
		items[i].data = i;
	}
	for (size_t loop = 0; loop < loops; loop++)
		check(iosrc_io_many(poller, items, BATCH, sizeof(items[0]),
		          bytes, sizeof(bytes)) == BATCH);
	return loops * BATCH;
}

static uint64_t io_many(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, 0);
	return write_and_read_many(loops);
}

static uint64_t io_many_ring(size_t loops)
{
	open_poller(IOSRC_BACKEND_EPOLL, IOSRC_POLLER_IO_URING);
	if (!(iosrc_poller_capabilities(poller) & IOSRC_CAN_IO_URING))
		exit(77);
	return write_and_read_many(loops);
}

/* ---- choosing ---- */

static const struct {
	const char *name;
	uint64_t (*run)(size_t loops);
} loads[] = {
	{ "edge-event", edge_event },
	{ "poll-edge-event", poll_edge_event },
	{ "empty-wait", empty_wait },
	{ "change", change },
	{ "add-delete", add_delete },
	{ "register-many", register_many },
	{ "register-many-direct", register_many_direct },
	{ "write-read", write_read },
	{ "would-block", would_block },
	{ "rearm", rearm },
	{ "do-io", do_io },
	{ "coalesced-wake", coalesced_wake },
	{ "wake-and-wait", wake_and_wait },
	{ "io-many", io_many },
	{ "io-many-ring", io_many_ring },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(loads) / sizeof(*loads);
	     i++) {
		size_t loops = strtoul(argv[2], NULL, 10);

		if (strcmp(argv[1], loads[i].name) != 0)
			continue;
		printf("%llu\n", (unsigned long long)loads[i].run(loops));
		return 0;
	}
	fprintf(stderr, "usage: loads LOAD LOOPS\n");
	return 2;
}
