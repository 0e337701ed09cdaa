/* SPDX-License-Identifier: MIT
 *
 * latch.c: posting, taking and passing on.
 *
 * The order is everything:
 *   post: due, bit, then the word; never return on "bit already set", for the
 *         thread that takes it may have looked at the word already.
 *   take: PENDING off, then the scan; what does not fit sets PENDING again.
 *   wait (wait.c): counted as a sleeper before it blocks, unless PENDING.
 */
#include "latch.h"

#include <stdlib.h>

#include "backend.h"
#include "file.h"
#include "poller.h"
#include "registration.h"

/* ---- giving out ---- */

static struct iosrc__post_block *next_block(struct iosrc__post_block *block)
{
	return atomic_load_explicit(&block->next, memory_order_acquire);
}

/* A block with a post that is free; one is added when there is none. */
static struct iosrc__post_block *block_with_room(struct iosrc__latch *latch)
{
	struct iosrc__post_block *block = &latch->first;
	struct iosrc__post_block *last = block;

	for (; block; block = next_block(block)) {
		if (block->used != UINT32_MAX)
			return block;
		last = block;
	}
	block = calloc(1, sizeof(*block));
	if (block)
		atomic_store_explicit(&last->next, block, memory_order_release);
	return block;
}

static bool alloc_held(iosrc_poller *poller, struct iosrc__post_place *out)
{
	struct iosrc__post_block *block = block_with_room(&poller->latch);
	uint32_t mask;

	if (!block)
		return false;
	out->block = block;
	out->bit = (uint32_t)__builtin_ctz(~block->used);
	mask = UINT32_C(1) << out->bit;
	if (!(block->made & mask)) {
		uint32_t slot;

		if (!iosrc__registration_alloc(&poller->registrations, &slot,
		        false))
			return false;
		block->posts[out->bit].slot = slot;
		block->made |= mask;
	}
	block->used |= mask;
	return true;
}

bool iosrc__latch_alloc(iosrc_poller *poller, struct iosrc__post_place *out)
{
	bool found;

	iosrc__lock_acquire(&poller->latch.lock);
	found = alloc_held(poller, out);
	iosrc__lock_release(&poller->latch.lock);
	return found;
}

void iosrc__latch_free(iosrc_poller *poller, struct iosrc__post_place place)
{
	struct iosrc__post *post = iosrc__post_at(place);
	uint32_t mask = UINT32_C(1) << place.bit;

	atomic_store_explicit(&post->due, 0, memory_order_relaxed);
	/* A slot whose generations are used up keeps its post out of use. */
	if (!iosrc__registration_can_renew(&poller->registrations, post->slot))
		return;
	iosrc__lock_acquire(&poller->latch.lock);
	place.block->used &= ~mask;
	iosrc__lock_release(&poller->latch.lock);
}

/* ---- posting ---- */

iosrc_status iosrc__latch_kick(iosrc_poller *poller)
{
	_Atomic uint32_t *latch = &poller->latch.word;
	iosrc_status status;

	if (!iosrc__poller_enter(poller))
		return IOSRC_E_CLOSED;
	/* Before the kick: after it, this could take back what a later kick
	 * that failed has set. */
	if (atomic_load_explicit(latch, memory_order_relaxed) &
	    IOSRC__LATCH_RETRY)
		atomic_fetch_and_explicit(latch, ~IOSRC__LATCH_RETRY,
		    memory_order_acq_rel);
	status = poller->backend->kick(poller);
	if (status < 0)
		atomic_fetch_or_explicit(latch, IOSRC__LATCH_RETRY,
		    memory_order_acq_rel);
	iosrc__poller_leave(poller);
	return status;
}

iosrc_status iosrc__latch_post(iosrc_poller *poller,
    struct iosrc__post_place place, uint32_t generation, bool *out_kicked)
{
	_Atomic uint32_t *latch = &poller->latch.word;
	uint32_t word;

	*out_kicked = false;
	atomic_store_explicit(&iosrc__post_at(place)->due, generation,
	    memory_order_release);
	atomic_fetch_or_explicit(&place.block->bits, UINT32_C(1) << place.bit,
	    memory_order_acq_rel);
	word = atomic_load_explicit(latch, memory_order_acquire);
	if (word & IOSRC__LATCH_CLOSED)
		return IOSRC_E_CLOSED;
	if (word & IOSRC__LATCH_PENDING && !(word & IOSRC__LATCH_RETRY))
		return IOSRC_OK;
	word = atomic_fetch_or_explicit(latch, IOSRC__LATCH_PENDING,
	    memory_order_acq_rel);
	if (word & IOSRC__LATCH_PENDING && !(word & IOSRC__LATCH_RETRY))
		return IOSRC_OK;
	if (!(word & (IOSRC__LATCH_EXPOSED | IOSRC__LATCH_SLEEPERS)))
		return IOSRC_OK;
	*out_kicked = true;
	return iosrc__latch_kick(poller);
}

iosrc_status iosrc__latch_expose(iosrc_poller *poller)
{
	uint32_t word = atomic_fetch_or_explicit(&poller->latch.word,
	    IOSRC__LATCH_EXPOSED, memory_order_acq_rel);

	return word & IOSRC__LATCH_PENDING ? iosrc__latch_kick(poller)
	                                   : IOSRC_OK;
}

/* ---- taking ---- */

/* Fills an event from a post whose bit was taken; false: nothing in it.
 * `*again` when it stays due: a file in level mode. */
static bool take_post(iosrc_poller *poller, struct iosrc__post *post,
    iosrc_event *out, bool *again)
{
	struct iosrc__registered what;
	uint32_t generation = atomic_exchange_explicit(&post->due, 0,
	    memory_order_acq_rel);

	*again = false;
	if (!generation)
		return false;
	out->registration = iosrc__registration_make(post->slot, generation);
	if (!iosrc__registration_read(&poller->registrations, out->registration,
	        &what))
		return false;
	out->token = what.token;
	out->reserved = 0;
	out->ready = what.source
	    ? iosrc__file_take(poller, post, out->registration, again)
	    : IOSRC_READABLE;
	return out->ready != 0;
}

/* State of one scan. */
struct scan {
	iosrc_poller *poller;
	iosrc_event *out;
	size_t room;
	size_t count;
	bool left_over; /* something is due still */
};

/* Takes the due posts of a block whose numbers are in `mask`. Answers the
 * number behind the last one taken, or 0 when there was none. */
static uint32_t scan_block(struct scan *scan, struct iosrc__post_block *block,
    uint32_t mask)
{
	/* A read-modify-write, not a load: it has to be ordered with the post
	 * that set its bit and still saw PENDING. */
	uint32_t bits = atomic_fetch_or_explicit(&block->bits, 0,
	                    memory_order_acq_rel) &
	    mask;
	uint32_t behind = 0;

	for (; bits; bits &= bits - 1) {
		uint32_t number = (uint32_t)__builtin_ctz(bits);
		uint32_t bit = UINT32_C(1) << number;
		bool again;

		if (scan->count == scan->room) {
			scan->left_over = true;
			break;
		}
		if (!(atomic_fetch_and_explicit(&block->bits, ~bit,
		          memory_order_acq_rel) &
		        bit))
			continue;
		if (take_post(scan->poller, &block->posts[number],
		        &scan->out[scan->count], &again)) {
			scan->count++;
			behind = number + 1;
		}
		if (again) {
			atomic_fetch_or_explicit(&block->bits, bit,
			    memory_order_acq_rel);
			scan->left_over = true;
		}
	}
	return behind;
}

/* Posts from number `turn` on come first, then those before it. */
static void scan_all(struct scan *scan, uint32_t turn)
{
	uint32_t next = turn;

	for (unsigned round = 0; round < 2; round++) {
		struct iosrc__post_block *block = &scan->poller->latch.first;
		uint32_t base = 0;

		for (; block; block = next_block(block)) {
			uint32_t from = turn > base ? turn - base : 0;
			uint32_t mask = from < IOSRC__POSTS_PER_BLOCK
			    ? UINT32_MAX << from
			    : 0;
			uint32_t behind = scan_block(scan, block,
			    round == 0 ? mask : ~mask);

			if (behind)
				next = base + behind;
			base += IOSRC__POSTS_PER_BLOCK;
		}
		if (turn >= base)
			next = next == turn ? 0 : next;
	}
	if (next != turn)
		atomic_store_explicit(&scan->poller->latch.turn, next,
		    memory_order_relaxed);
}

size_t iosrc__latch_take(iosrc_poller *poller, iosrc_event *out, size_t room)
{
	struct iosrc__latch *latch = &poller->latch;
	struct scan scan = { poller, out, room, 0, false };
	uint32_t word;

	if (!(atomic_load_explicit(&latch->word, memory_order_acquire) &
	        IOSRC__LATCH_PENDING))
		return 0;
	atomic_fetch_and_explicit(&latch->word, ~IOSRC__LATCH_PENDING,
	    memory_order_acq_rel);
	scan_all(&scan,
	    atomic_load_explicit(&latch->turn, memory_order_relaxed));
	if (!scan.left_over)
		return scan.count;
	word = atomic_fetch_or_explicit(&latch->word, IOSRC__LATCH_PENDING,
	    memory_order_acq_rel);
	if (!(word & IOSRC__LATCH_PENDING) &&
	    word & (IOSRC__LATCH_EXPOSED | IOSRC__LATCH_SLEEPERS))
		iosrc__latch_kick(poller);
	return scan.count;
}

void iosrc__latch_destroy(struct iosrc__latch *latch)
{
	struct iosrc__post_block *block = next_block(&latch->first);

	while (block) {
		struct iosrc__post_block *next = next_block(block);

		free(block);
		block = next;
	}
}
