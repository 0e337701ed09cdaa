/* SPDX-License-Identifier: MIT
 *
 * ring.c: runs of operations through a ring, with the answers of the loop.
 */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "poller.h"
#include "source.h"
#include "sys/thread.h"
#include "sys/uring.h"

/* Fewer are no cheaper than single calls ("make bench"): entering a ring costs
 * what four operations save where system calls are cheap, one where they are
 * dear. */
#define RUN_LEAST 8

/* One bit a source and direction, by its slot; two that share a bit only end
 * a run early. */
#define SEEN_BITS 4096
#define SEEN_WORDS (SEEN_BITS / 64)

enum ring_state { UNTRIED, WORKS, REFUSED };

struct iosrc__ring_run {
	struct iosrc__uring *uring;
	int cancel; /* what give_back restores */
	uint32_t count;
	uint64_t seen[SEEN_WORDS];
	struct iosrc__io ios[IOSRC__URING_MOST];
	int32_t codes[IOSRC__URING_MOST];
};

/* ---- making ---- */

static struct iosrc__ring_run *run_new(void)
{
	struct iosrc__ring_run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->uring = iosrc__uring_open();
	if (run->uring)
		return run;
	free(run);
	return NULL;
}

static uint32_t state_of(const struct iosrc__ring *ring)
{
	return atomic_load_explicit(&ring->state, memory_order_acquire);
}

static void set_state(struct iosrc__ring *ring, enum ring_state state)
{
	atomic_store_explicit(&ring->state, state, memory_order_release);
}

/* The ring is checked out. A ring that is refused is closed, which is a point
 * of thread cancellation. */
static bool made(struct iosrc__ring *ring)
{
	if (state_of(ring) == UNTRIED) {
		int cancel = iosrc__thread_cancel_disable();

		ring->run = run_new();
		set_state(ring, ring->run ? WORKS : REFUSED);
		iosrc__thread_cancel_restore(cancel);
	}
	return state_of(ring) == WORKS;
}

bool iosrc__ring_works(iosrc_poller *poller)
{
	struct iosrc__ring *ring = &poller->ring;
	unsigned attempt = 0;

	if (!(poller->flags & IOSRC_POLLER_IO_URING))
		return false;
	while (state_of(ring) == UNTRIED &&
	    iosrc__poller_check(poller) == IOSRC_OK) {
		if (iosrc__lock_try(&ring->busy, 1)) {
			made(ring);
			iosrc__lock_release(&ring->busy);
		} else {
			iosrc__lock_pause(attempt++);
		}
	}
	return state_of(ring) == WORKS;
}

void iosrc__ring_close(iosrc_poller *poller)
{
	struct iosrc__ring_run *run = poller->ring.run;

	if (!run)
		return;
	iosrc__uring_close(run->uring, iosrc__poller_forked(poller));
	poller->ring.run = NULL;
	free(run);
}

/* ---- a run ---- */

static void do_alone(const struct iosrc__io *io)
{
	io->item->out_result = iosrc__io_do(io);
}

static void finish(const struct iosrc__io *io, int32_t code)
{
	int64_t answer;

	if (iosrc__uring_answer(io->source, code, &answer))
		io->item->out_result = iosrc__io_settle(io->source,
		    iosrc__io_direction(io), answer, io->size);
	else
		do_alone(io);
}

static uint64_t *seen_word(struct iosrc__ring_run *run,
    const struct iosrc__io *io, uint64_t *out_mask)
{
	uint32_t bit = (io->slot * 2 +
	                   (iosrc__io_direction(io) == IOSRC_WRITABLE)) %
	    SEEN_BITS;

	*out_mask = UINT64_C(1) << bit % 64;
	return &run->seen[bit / 64];
}

/* Notes the source and direction; false: the run may have them already. */
static bool note(struct iosrc__ring_run *run, const struct iosrc__io *io)
{
	uint64_t mask;
	uint64_t *word = seen_word(run, io, &mask);

	if (*word & mask)
		return false;
	*word |= mask;
	return true;
}

/* Too few, or what the kernel did not take: single calls, in order. */
static void do_rest(struct iosrc__ring_run *run, uint32_t first)
{
	for (uint32_t i = first; i < run->count; i++) {
		uint64_t mask;

		*seen_word(run, &run->ios[i], &mask) = 0;
		do_alone(&run->ios[i]);
	}
}

/* Answers how many the kernel took. */
static uint32_t do_at_once(struct iosrc__ring *ring)
{
	struct iosrc__ring_run *run = ring->run;
	uint32_t done = iosrc__uring_run(run->uring, run->count, run->codes);

	if (done < run->count)
		set_state(ring, REFUSED);
	for (uint32_t i = 0; i < done; i++)
		finish(&run->ios[i], run->codes[i]);
	memset(run->seen, 0, sizeof(run->seen));
	return done;
}

static void end_run(struct iosrc__ring *ring)
{
	struct iosrc__ring_run *run = ring->run;
	uint32_t done = 0;

	if (run->count >= RUN_LEAST && state_of(ring) == WORKS)
		done = do_at_once(ring);
	do_rest(run, done);
	run->count = 0;
}

/* ---- checked out ---- */

bool iosrc__ring_take(iosrc_poller *poller, size_t count)
{
	struct iosrc__ring *ring = &poller->ring;

	if (!(poller->flags & IOSRC_POLLER_IO_URING) || count < RUN_LEAST ||
	    state_of(ring) == REFUSED || !iosrc__lock_try(&ring->busy, 1))
		return false;
	if (made(ring)) {
		ring->run->cancel = iosrc__thread_cancel_disable();
		return true;
	}
	iosrc__lock_release(&ring->busy);
	return false;
}

void iosrc__ring_add(iosrc_poller *poller, const struct iosrc__io *io)
{
	struct iosrc__ring *ring = &poller->ring;
	struct iosrc__ring_run *run = ring->run;

	if (!iosrc__io_fits_ring(io) || !iosrc__uring_takes(io->source)) {
		end_run(ring);
		do_alone(io);
		return;
	}
	if (run->count == IOSRC__URING_MOST || !note(run, io)) {
		end_run(ring);
		note(run, io);
	}
	iosrc__uring_queue(run->uring, run->count, io->source->handle,
	    iosrc__io_direction(io), io->data, io->size);
	run->ios[run->count++] = *io;
}

void iosrc__ring_give_back(iosrc_poller *poller)
{
	struct iosrc__ring *ring = &poller->ring;
	int cancel = ring->run->cancel;

	end_run(ring);
	iosrc__lock_release(&ring->busy);
	iosrc__thread_cancel_restore(cancel);
}
