/* SPDX-License-Identifier: MIT
 *
 * core.c: the loads of the core benchmark, once over raw epoll as one would
 * write it by hand and once over the library. core.py runs and compares them.
 *
 *     core API LOAD [LOOPS]     API: raw, iosrc    LOAD: see `loads`
 *
 * A process measures one load and prints "NAME NANOSECONDS" of its own CPU
 * time per operation (memory: bytes per source). Each load is one function
 * that is inlined with either API, so neither pays for the comparison.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <iosrc.h>

#define CAPACITY 256
#define MOST 9000

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static int fds[MOST];
static int peers[MOST];

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

/* ---- the two ways ---- */

struct api {
	void (*open)(void);
	void (*create)(size_t i);
	void (*add)(size_t i);
	void (*modify)(size_t i);
	void (*remove)(size_t i);
	int (*wait)(int timeout_ms);
	uint64_t (*token)(int event);
};

static int epfd;
static struct epoll_event items[CAPACITY];

static void raw_open(void)
{
	epfd = epoll_create1(EPOLL_CLOEXEC);
	check(epfd >= 0, "epoll_create1");
}

static void raw_create(size_t i)
{
	(void)i;
}

ALWAYS_INLINE void raw_control(size_t i, int operation)
{
	struct epoll_event item = { EPOLLIN | EPOLLRDHUP | EPOLLET,
		{ .u64 = i } };

	check(epoll_ctl(epfd, operation, fds[i], &item) == 0, "epoll_ctl");
}

ALWAYS_INLINE void raw_add(size_t i)
{
	raw_control(i, EPOLL_CTL_ADD);
}

ALWAYS_INLINE void raw_modify(size_t i)
{
	raw_control(i, EPOLL_CTL_MOD);
}

ALWAYS_INLINE void raw_remove(size_t i)
{
	raw_control(i, EPOLL_CTL_DEL);
}

ALWAYS_INLINE int raw_wait(int timeout_ms)
{
	return epoll_wait(epfd, items, CAPACITY, timeout_ms);
}

ALWAYS_INLINE uint64_t raw_token(int event)
{
	return items[event].data.u64;
}

static const struct api raw = { raw_open, raw_create, raw_add, raw_modify,
	raw_remove, raw_wait, raw_token };

static iosrc_poller *poller;
static iosrc_source *sources[MOST];
static iosrc_event events[CAPACITY];

static void lib_open(void)
{
	check(iosrc_poller_create(NULL, 0, &poller) == 0, "poller_create");
}

static void lib_create(size_t i)
{
	check(iosrc_create(fds[i], IOSRC_HANDLE_DEFAULT, &sources[i]) == 0,
	    "iosrc_create");
}

ALWAYS_INLINE void lib_add(size_t i)
{
	check(iosrc_register(sources[i], poller, i, IOSRC_READABLE) == 0,
	    "iosrc_register");
}

ALWAYS_INLINE void lib_modify(size_t i)
{
	check(iosrc_reregister(sources[i], poller, i, IOSRC_READABLE) == 0,
	    "iosrc_reregister");
}

ALWAYS_INLINE void lib_remove(size_t i)
{
	check(iosrc_deregister(sources[i], poller) == 0, "iosrc_deregister");
}

ALWAYS_INLINE int lib_wait(int timeout_ms)
{
	return (int)iosrc_poller_wait(poller, events, CAPACITY,
	    timeout_ms < 0 ? -1 : timeout_ms * INT64_C(1000000));
}

ALWAYS_INLINE uint64_t lib_token(int event)
{
	return events[event].token;
}

static const struct api lib = { lib_open, lib_create, lib_add, lib_modify,
	lib_remove, lib_wait, lib_token };

/* ---- what the loads share ---- */

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void report(const char *name, uint64_t ns, double operations)
{
	printf("%s %.2f\n", name, (double)ns / operations);
}

static void open_eventfds(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fds[i] = peers[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		check(fds[i] >= 0, "eventfd");
	}
}

static void open_pairs(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int pair[2];

		check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
		          pair) == 0,
		    "socketpair");
		fds[i] = pair[0];
		peers[i] = pair[1];
	}
}

ALWAYS_INLINE void create_all(const struct api *api, size_t count)
{
	api->open();
	for (size_t i = 0; i < count; i++)
		api->create(i);
}

ALWAYS_INLINE void add_all(const struct api *api, size_t count)
{
	create_all(api, count);
	for (size_t i = 0; i < count; i++)
		api->add(i);
}

/* ---- loads ---- */

/* `active` of `count` socket pairs have a byte each: write, wait, dispatch,
 * read. */
ALWAYS_INLINE void cycle(const struct api *api, size_t count, size_t active,
    size_t loops)
{
	size_t step = count / active;
	uint64_t start, done = 0;
	unsigned char byte = 0;

	open_pairs(count);
	add_all(api, count);
	start = cpu_ns();
	for (size_t loop = 0; loop < loops; loop++) {
		size_t left = active;

		for (size_t i = 0; i < active; i++) {
			size_t to = (i * step + loop) % count;

			check(write(peers[to], &byte, 1) == 1, "write");
		}
		while (left > 0) {
			int got = api->wait(-1);

			check(got > 0, "wait");
			for (int i = 0; i < got; i++)
				check(read(fds[api->token(i)], &byte, 1) == 1,
				    "read");
			left -= (size_t)got;
		}
		done += active;
	}
	report("op", cpu_ns() - start, (double)done);
}

/* Every one of `count` eventfds gets an edge; only the waits that fetch them
 * and the dispatch are timed. */
ALWAYS_INLINE void edge(const struct api *api, size_t count, size_t loops)
{
	static uint32_t seen[MOST];
	const uint64_t one = 1;
	uint64_t ns = 0;

	open_eventfds(count);
	add_all(api, count);
	for (size_t loop = 0; loop < loops; loop++) {
		size_t left = count;
		uint64_t start;

		for (size_t i = 0; i < count; i++)
			check(write(peers[i], &one, sizeof(one)) > 0, "write");
		start = cpu_ns();
		while (left > 0) {
			int got = api->wait(-1);

			check(got > 0, "wait");
			for (int i = 0; i < got; i++)
				seen[api->token(i)]++;
			left -= (size_t)got;
		}
		ns += cpu_ns() - start;
	}
	for (size_t i = 0; i < count; i++)
		check(seen[i] == loops, "an edge was lost");
	report("op", ns, (double)(loops * count));
}

ALWAYS_INLINE void empty(const struct api *api, size_t count, size_t loops)
{
	uint64_t start;

	open_eventfds(count);
	add_all(api, count);
	start = cpu_ns();
	for (size_t loop = 0; loop < loops; loop++)
		check(api->wait(0) == 0, "wait");
	report("op", cpu_ns() - start, (double)loops);
}

static void *idle(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* As above with a second thread alive, which makes the libc's calls dearer. */
ALWAYS_INLINE void empty_threaded(const struct api *api, size_t count,
    size_t loops)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, idle, NULL) == 0, "thread");
	empty(api, count, loops);
}

ALWAYS_INLINE void change(const struct api *api, size_t count, size_t loops)
{
	uint64_t add = 0, modify = 0, end = 0;

	open_eventfds(count);
	create_all(api, count);
	for (size_t loop = 0; loop < loops; loop++) {
		uint64_t at[4];

		at[0] = cpu_ns();
		for (size_t i = 0; i < count; i++)
			api->add(i);
		at[1] = cpu_ns();
		for (size_t i = 0; i < count; i++)
			api->modify(i);
		at[2] = cpu_ns();
		for (size_t i = 0; i < count; i++)
			api->remove(i);
		at[3] = cpu_ns();
		add += at[1] - at[0];
		modify += at[2] - at[1];
		end += at[3] - at[2];
	}
	report("add", add, (double)(loops * count));
	report("modify", modify, (double)(loops * count));
	report("remove", end, (double)(loops * count));
}

/* For counting instructions: one handle, added, modified twice, deleted. */
ALWAYS_INLINE void quartet(const struct api *api, size_t loops)
{
	open_eventfds(1);
	create_all(api, 1);
	for (size_t loop = 0; loop < loops; loop++) {
		api->add(0);
		api->modify(0);
		api->modify(0);
		api->remove(0);
	}
	report("op", 0, 1);
}

/* What registering costs the heap beyond the sources themselves. */
ALWAYS_INLINE void memory(const struct api *api, size_t count)
{
	struct mallinfo2 before, after;

	open_eventfds(count);
	create_all(api, count);
	before = mallinfo2();
	for (size_t i = 0; i < count; i++)
		api->add(i);
	after = mallinfo2();
	printf("bytes %.1f\n",
	    (double)(after.uordblks + after.hblkhd - before.uordblks -
	        before.hblkhd) /
	        (double)count);
}

/* ---- choosing ---- */

enum load {
	CYCLE_100_1,
	CYCLE_1000_100,
	CYCLE_1000_1000,
	EDGE,
	EMPTY,
	EMPTY_THREADED,
	CHANGE,
	QUARTET,
	MEMORY
};

static const struct {
	const char *name;
	enum load load;
	size_t loops;
} loads[] = {
	{ "cycle-100-1", CYCLE_100_1, 40000 },
	{ "cycle-1000-100", CYCLE_1000_100, 600 },
	{ "cycle-1000-1000", CYCLE_1000_1000, 60 },
	{ "edge", EDGE, 300 },
	{ "empty", EMPTY, 300000 },
	{ "empty-threaded", EMPTY_THREADED, 300000 },
	{ "change", CHANGE, 30 },
	{ "quartet", QUARTET, 1000 },
	{ "memory", MEMORY, 1 },
};

ALWAYS_INLINE void run(const struct api *api, enum load load, size_t loops)
{
	switch (load) {
	case CYCLE_100_1:
		cycle(api, 100, 1, loops);
		break;
	case CYCLE_1000_100:
		cycle(api, 1000, 100, loops);
		break;
	case CYCLE_1000_1000:
		cycle(api, 1000, 1000, loops);
		break;
	case EDGE:
		edge(api, 1000, loops);
		break;
	case EMPTY:
		empty(api, 1000, loops);
		break;
	case EMPTY_THREADED:
		empty_threaded(api, 1000, loops);
		break;
	case CHANGE:
		change(api, 1000, loops);
		break;
	case QUARTET:
		quartet(api, loops);
		break;
	case MEMORY:
		memory(api, MOST);
		break;
	}
}

static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	allow_descriptors();
	for (size_t i = 0; argc > 2 && i < sizeof(loads) / sizeof(*loads);
	     i++) {
		size_t loops = argc > 3 ? strtoul(argv[3], NULL, 10)
		                        : loads[i].loops;

		if (strcmp(argv[2], loads[i].name) != 0)
			continue;
		if (strcmp(argv[1], "raw") == 0)
			run(&raw, loads[i].load, loops);
		else
			run(&lib, loads[i].load, loops);
		return 0;
	}
	fprintf(stderr, "usage: core raw|iosrc LOAD [LOOPS]\n");
	return 2;
}
