/* SPDX-License-Identifier: MIT
 *
 * timeouts.h: how late a wait that finds nothing ends.
 *
 *     timeout NANOSECONDS    prints what share of waits ended early, and the
 *          lateness of the others: median, 99th of 100, worst; in ns
 */
#ifndef BENCH_TIMEOUTS_H
#define BENCH_TIMEOUTS_H

#include "bench/c/load.h"

static int compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void load_timeout(const struct request *request)
{
	int64_t timeout = (int64_t)request->number[0];
	size_t count = request->operations, early = 0, seen = 0;
	int64_t *late = allocate(count, sizeof(*late));
	struct loop *loop = adapter.open(1, EDGE, TIMEOUTS);

	for (size_t i = 0; i < count; i++) {
		int64_t began = wall_ns();

		adapter.wait(loop, timeout, count_event, &seen);
		late[i] = wall_ns() - began - timeout;
		early += late[i] < 0;
	}
	check(seen == 0, "an event too many");
	qsort(late, count, sizeof(*late), compare);
	figure("median", (double)late[count / 2]);
	figure("p99", (double)late[count * 99 / 100]);
	figure("worst", (double)late[count - 1]);
	figure("early", (double)early / (double)count);
	operations(count);
}

#endif
