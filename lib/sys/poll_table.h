/* SPDX-License-Identifier: MIT
 *
 * poll_table.h: what a poll(2) poller watches: an entry a registration, the
 * dense array of those that are armed, and the copy of it that a blocked poll
 * is lent.
 *
 * 1. The dense array has the handles of armed sources and no others: hang-ups
 *    and errors cannot be masked, and what is not armed must not spin. What is
 *    disarmed leaves a hole, handle -1, and comes back to its place: in an
 *    array that is stirred up the kernel jumps from file to file, which took
 *    1.5 times as long for 9,000 of them.
 * 2. poll is level-triggered. An edge source's reported directions are
 *    disarmed and come back by rearm; a oneshot source's all, by modify; a
 *    level source stays armed. So whatever is dropped is polled again.
 * 3. What the copy saw of a source that was changed, claimed or armed since it
 *    was lent is old and thrown away.
 *
 * No lock and no system call in here: poll.c, which has the one and makes the
 * others, holds its lock around each call.
 */
#ifndef IOSRC_SYS_POLL_TABLE_H
#define IOSRC_SYS_POLL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <poll.h>

#include <iosrc.h>

#include "backend.h"

struct iosrc__poll_entry;

struct iosrc__poll_table {
	struct iosrc__poll_entry *entries; /* by slot */
	size_t entry_count;
	size_t registered;
	struct pollfd *dense;
	uint32_t *slots;    /* of the dense array's items */
	size_t capacity;    /* of both; registered <= capacity */
	size_t dense_count; /* with holes */
	size_t holes;
	struct pollfd *lent;  /* what a poll blocks with; its thread's alone */
	struct pollfd *spare; /* what is lent next, where that has to grow */
	size_t turn_at;       /* where the next claim begins, for fairness */
	uint32_t epoch;       /* counts what was lent */
	bool is_lent;
};

void iosrc__poll_table_free(struct iosrc__poll_table *table);

/* A new registration; false: no memory. One whose handle it takes over is
 * cleared. */
bool iosrc__poll_table_add(struct iosrc__poll_table *table,
    const struct iosrc__change *change);
void iosrc__poll_table_set(struct iosrc__poll_table *table,
    const struct iosrc__change *change);
/* Answers whether a blocked poll holds on to its file. */
bool iosrc__poll_table_clear(struct iosrc__poll_table *table, uint32_t slot);
/* Answers whether any direction was armed that was not. */
bool iosrc__poll_table_rearm(struct iosrc__poll_table *table,
    const struct iosrc__change *change, iosrc_bits directions,
    enum iosrc__rearm why);

/* Copies the dense array for a poll that blocks, a place for the kick behind
 * it. False: no memory, which the first time alone needs. */
bool iosrc__poll_table_lend(struct iosrc__poll_table *table, int kick_fd);

/* Turns what a poll of `fds`, the dense array or what was lent of it, found
 * into events, round-robin. Of what was lent, items that have changed or moved
 * since are left out: they are polled again. */
size_t iosrc__poll_table_claim(struct iosrc__poll_table *table,
    iosrc_poller *poller, const struct pollfd *fds, size_t count, int ready,
    iosrc_event *out_events, size_t room);

#endif
