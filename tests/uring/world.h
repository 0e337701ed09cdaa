/* SPDX-License-Identifier: MIT
 *
 * world.h: a poller and one source of every sort, and batches on them. Two
 * worlds that are made alike and do alike must answer alike.
 */
#ifndef TESTS_URING_WORLD_H
#define TESTS_URING_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include <iosrc.h>

#define ROOM 512       /* bytes of memory an item */
#define BATCH_MOST 400 /* items */

/* Many TCP connections, and one of each other sort. */
enum sort {
	TCP,
	TCP_LAST = TCP + 39,
	UNIX_STREAM,
	UNIX_DATAGRAM,
	UNIX_PACKET,
	UDP,
	PIPE_READ,
	PIPE_WRITE,
	FILE_BOTH,
	NULL_DEVICE,
	LISTENER,
	UNCONNECTED,
	ENDED,  /* the peer closed */
	RESET,  /* and reset the connection */
	HALF,   /* the peer writes no more */
	DEAF,   /* a pipe without a reader */
	CLOSED, /* behind the library's back */
	EVENTS, /* an eventfd */
	FULL,   /* a socket that takes no more */
	SORTS
};

struct world {
	iosrc_poller *poller;
	iosrc_source *sources[SORTS];
	uint64_t registrations[SORTS];
	int peers[SORTS]; /* -1: none */
	unsigned char memory[BATCH_MOST * ROOM];
	iosrc_io_item items[BATCH_MOST];
};

void world_open(struct world *world, uint32_t backend, iosrc_flags flags);
void world_close(struct world *world);

/* The nth item: opcode on a source, at its own place in the memory. */
void world_item(struct world *world, unsigned n, enum sort sort,
    uint32_t opcode, uint64_t size);
int64_t world_run(struct world *world, unsigned count);

/* As many bytes, told by the seed, from the peer. */
void world_feed(struct world *world, enum sort sort, unsigned size,
    unsigned seed);
/* What the peer has got; the bytes go into `out`. */
long world_drain(struct world *world, enum sort sort, void *out, size_t room);

/* Equal results, items and memory. */
void world_expect_equal(const struct world *a, const struct world *b,
    unsigned count);

bool world_has_ring(const struct world *world);
/* Skips the test with a word where the system has no rings. */
void world_need_ring(const struct world *world);

/* Does the thread sanitizer watch? In a forked child it still sees the threads
 * that only the parent has. */
bool threads_are_watched(void);
unsigned open_count(void);           /* descriptors */
unsigned mapping_count(void);        /* of rings, in this process */
unsigned test_rounds(unsigned full); /* IOSRC_TEST_SCALE percent */
unsigned test_slowness(void);        /* IOSRC_TEST_SLOWNESS */

#endif
