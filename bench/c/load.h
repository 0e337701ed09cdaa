/* SPDX-License-Identifier: MIT
 *
 * load.h: what every load does with the adapter of this program.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/c/help.h"

#define MESSAGE 64 /* bytes of an echo */
#define ROOM 128   /* more than comes, so that a read ends short */

static const struct adapter adapter;

/* What the driver asks for: so many operations, and the load's own numbers. */
struct request {
	size_t operations;
	size_t number[3];
	const char *word;
	const char *client; /* a program, for echo-apart */
};

ALWAYS_INLINE struct loop *open_with(const int *fds, size_t count,
    enum mode mode)
{
	struct loop *loop = adapter.open(count, mode, NOTHING);

	for (size_t i = 0; i < count; i++)
		adapter.create(loop, i, fds[i]);
	return loop;
}

ALWAYS_INLINE struct loop *watch(const int *fds, size_t count, enum mode mode)
{
	struct loop *loop = open_with(fds, count, mode);

	for (size_t i = 0; i < count; i++)
		adapter.add(loop, i);
	return loop;
}

UNUSED static void count_event(size_t i, void *user)
{
	(void)i;
	++*(size_t *)user;
}

/* What level-only libraries have queued takes effect, and nothing is ready. */
ALWAYS_INLINE void settle(struct loop *loop)
{
	size_t events = 0;

	adapter.wait(loop, 0, count_event, &events);
	check(events == 0, "an event too many");
}

#endif
