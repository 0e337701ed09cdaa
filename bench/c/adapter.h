/* SPDX-License-Identifier: MIT
 *
 * adapter.h: what a contender in C is to the loads. An adapter is one file: it
 * defines struct loop and one const struct adapter, then includes main.h,
 * which brings every load and main. The loads are inlined with it, so that
 * none pays for a call through a pointer; each adapter is a program.
 *
 * Sources have numbers, from 0: create makes the object that its library wants
 * for an fd, add watches it, and events answer the number. In edge mode
 * handlers read until less than they asked for has come, so one load fits edge
 * and level.
 */
#ifndef BENCH_ADAPTER_H
#define BENCH_ADAPTER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNUSED __attribute__((unused))

/* Number of the event that a wake gives. */
#define WAKER SIZE_MAX
/* Events a wait may answer, where the library lets one choose. */
#define CAPACITY 1024

enum mode { EDGE, LEVEL };
enum interest { READ, READ_WRITE };
/* What a load asks of a loop beyond watching; bits. */
enum wants { NOTHING = 0, WAKES = 1, TIMEOUTS = 2 };

struct loop;

/* Takes the event of source i, with what was given to wait. */
typedef void handler(size_t i, void *user);

/* A load that the contender cannot have, and why. */
struct lack {
	const char *load; /* with its word, if there is one: "ready edge" */
	const char *reason;
};

/* Optional operations are NULL where there is none: a load that needs one is
 * among the lacks, or is done one by one. */
struct adapter {
	const char *(*version)(void);
	/* Room for that many sources. */
	struct loop *(*open)(size_t count, enum mode mode, enum wants wants);
	void (*create)(struct loop *loop, size_t i, int fd);
	void (*add)(struct loop *loop, size_t i);
	void (*modify)(struct loop *loop, size_t i, enum interest interest);
	void (*remove)(struct loop *loop, size_t i);
	/* Ends the object and closes the fd. */
	void (*destroy)(struct loop *loop, size_t i);

	/* One wait, with a call of handle for each event. Timeout 0 does not
	 * block, -1 blocks until something comes. */
	void (*wait)(struct loop *loop, int64_t timeout_ns, handler *handle,
	    void *user);
	ssize_t (*read)(struct loop *loop, size_t i, void *data, size_t size);
	ssize_t (
	    *write)(struct loop *loop, size_t i, const void *data, size_t size);
	/* An accepted fd, or -1 when there is none. */
	int (*accept)(struct loop *loop, size_t i);
	/* From any thread. */
	void (*wake)(struct loop *loop);

	/* Optional: the same poller and sources, for one more thread. */
	struct loop *(*share)(struct loop *loop);
	/* Optional: many at once. Sizes are asked for and answered. */
	void (*add_many)(struct loop *loop, size_t first, size_t count);
	void (*read_many)(struct loop *loop, const size_t *numbers,
	    unsigned char *memory, size_t room, ssize_t *sizes, size_t count);
	void (*write_many)(struct loop *loop, const size_t *numbers,
	    unsigned char *memory, size_t room, ssize_t *sizes, size_t count);

	/* Changes are only noted down until the next wait. */
	int lazy;
	/* Up to a NULL name. */
	struct lack lacks[8];
};

#endif
