/* SPDX-License-Identifier: MIT
 *
 * ring.h: a poller's ring: batches of I/O by one system call, for pollers made
 * with IOSRC_POLLER_IO_URING. Made when it is first wanted, checked out by one
 * thread for the length of a call, given up for the poller's life at the first
 * refusal. Whoever does not get it takes the loop.
 *
 * Operations are collected into runs. A run ends where array order could be
 * broken: it never holds two operations of one source and one direction, and
 * what a ring does not take is done between two runs.
 */
#ifndef IOSRC_RING_H
#define IOSRC_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "lock.h"

struct iosrc__io;
struct iosrc__ring_run;

struct iosrc__ring {
	_Atomic uint32_t state;
	struct iosrc__lock busy;     /* guards what follows */
	struct iosrc__ring_run *run; /* NULL before the ring is made */
};

/* Does the poller have a ring? Makes it, if that was not tried yet. */
bool iosrc__ring_works(iosrc_poller *poller);

/* Checks the ring out for a batch of `count`; false: the loop is to be taken.
 * Then any number of adds, and one give_back, which finishes them. No point of
 * thread cancellation in between: the ring would stay checked out. */
bool iosrc__ring_take(iosrc_poller *poller, size_t count);
/* Does the operation and stores its answer, now or by give_back at the latest.
 */
void iosrc__ring_add(iosrc_poller *poller, const struct iosrc__io *io);
void iosrc__ring_give_back(iosrc_poller *poller);

/* With the poller's last release. */
void iosrc__ring_close(iosrc_poller *poller);

#endif
