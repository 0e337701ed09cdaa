/* SPDX-License-Identifier: MIT
 *
 * latch.h: readiness that arises in user space, and the word that keeps it
 * from being lost.
 *
 * A post is something that user space may make due: a waker, or a file that
 * the kernel refuses to watch because it is always ready. Making it due sets
 * its bit and latches PENDING in the word; the kernel is entered only when
 * some thread is blocked in a wait. PENDING and the count of blocked threads
 * share one word, so their read-modify-writes are ordered and no fence is
 * needed: a wait that is about to block either sees PENDING or is seen.
 * tests/model/ has the model that checks this.
 */
#ifndef IOSRC_LATCH_H
#define IOSRC_LATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <iosrc.h>

#include "lock.h"

#define IOSRC__LATCH_SLEEPERS UINT32_C(0x0000ffff) /* threads blocked */
#define IOSRC__LATCH_PENDING UINT32_C(0x00010000)  /* something is due */
#define IOSRC__LATCH_EXPOSED UINT32_C(0x00020000)  /* a foreign loop watches */
#define IOSRC__LATCH_RETRY UINT32_C(0x00040000)    /* the last kick failed */
#define IOSRC__LATCH_CLOSED UINT32_C(0x00080000)

/* One post. It belongs to one slot for ever (`slot`, once given out), so a
 * generation left behind by an earlier owner never fits a later one. */
struct iosrc__post {
	uint32_t slot;
	_Atomic uint32_t due;    /* the generation in which it is due, or 0 */
	struct iosrc__lock lock; /* guards `ready`; never taken for a waker */
	iosrc_bits ready;        /* a file: directions to report */
};

#define IOSRC__POSTS_PER_BLOCK 32

struct iosrc__post_block {
	_Atomic uint32_t bits; /* which posts were made due */
	uint32_t used;         /* given out; guarded by the latch's lock */
	uint32_t made;         /* have a slot; guarded likewise */
	_Atomic(struct iosrc__post_block *) next;
	struct iosrc__post posts[IOSRC__POSTS_PER_BLOCK];
};

struct iosrc__latch {
	_Atomic uint32_t word;
	_Atomic uint32_t turn;    /* where the next scan begins, for fairness */
	_Atomic uint32_t reserve; /* whose turn it is at capacity 1 */
	struct iosrc__lock lock;  /* guards giving out and taking back */
	struct iosrc__post_block first;
};

/* Where a post is. */
struct iosrc__post_place {
	struct iosrc__post_block *block;
	uint32_t bit; /* its number in the block */
};

static inline struct iosrc__post *iosrc__post_at(struct iosrc__post_place place)
{
	return &place.block->posts[place.bit];
}

static inline bool iosrc__latch_is_pending(struct iosrc__latch *latch)
{
	return (atomic_load_explicit(&latch->word, memory_order_acquire) &
	           IOSRC__LATCH_PENDING) != 0;
}

/* Nothing is pending and the poller is open. */
static inline bool iosrc__latch_is_quiet(struct iosrc__latch *latch)
{
	return !(atomic_load_explicit(&latch->word, memory_order_acquire) &
	    (IOSRC__LATCH_PENDING | IOSRC__LATCH_CLOSED));
}

/* Gives out a post with its slot, which is dead; false: no memory. */
bool iosrc__latch_alloc(iosrc_poller *poller, struct iosrc__post_place *out);
/* Takes it back. Its registration has ended. */
void iosrc__latch_free(iosrc_poller *poller, struct iosrc__post_place place);

/* Makes a post due in the given generation: a wake; `*out_kicked` tells
 * whether the kernel was entered for it. Async-signal-safe. */
iosrc_status iosrc__latch_post(iosrc_poller *poller,
    struct iosrc__post_place place, uint32_t generation, bool *out_kicked);

/* Takes what is due, `room` events at most (at least 1); answers how many. */
size_t iosrc__latch_take(iosrc_poller *poller, iosrc_event *out, size_t room);

/* Passes the word on to another sleeping thread, or to who watches. */
iosrc_status iosrc__latch_kick(iosrc_poller *poller);

/* From now on every first post enters the kernel. */
iosrc_status iosrc__latch_expose(iosrc_poller *poller);

void iosrc__latch_destroy(struct iosrc__latch *latch);

#endif
