/* SPDX-License-Identifier: MIT
 *
 * file.c: always-ready files.
 *
 * The post's lock makes one thing of the generation, the directions to report
 * and the due word, so that a wait which found the file due under its old
 * registration cannot undo what a reregister has just made due.
 */
#include "file.h"

#include "poller.h"
#include "source.h"

#define FILE_DIRECTIONS (IOSRC_READABLE | IOSRC_WRITABLE)
#define FILE_MODES (IOSRC_LEVEL | IOSRC_ONESHOT)

/* The lock is held. A failed kick is tried again by the next post. */
static void make_due(iosrc_poller *poller, struct iosrc__post_place place,
    uint64_t registration)
{
	bool kicked;

	if (iosrc__post_at(place)->ready)
		iosrc__latch_post(poller, place,
		    iosrc__registration_generation(registration), &kicked);
}

uint64_t iosrc__file_publish(iosrc_poller *poller,
    struct iosrc__post_place place, const struct iosrc__registered *what)
{
	struct iosrc__post *post = iosrc__post_at(place);
	uint64_t registration;

	iosrc__lock_acquire(&post->lock);
	registration = iosrc__registration_publish(&poller->registrations,
	    post->slot, what);
	post->ready = what->interest & FILE_DIRECTIONS;
	make_due(poller, place, registration);
	iosrc__lock_release(&post->lock);
	return registration;
}

void iosrc__file_end(iosrc_poller *poller, struct iosrc__post_place place,
    uint64_t registration)
{
	struct iosrc__post *post = iosrc__post_at(place);

	iosrc__lock_acquire(&post->lock);
	iosrc__registration_end(&poller->registrations, registration);
	post->ready = 0;
	iosrc__lock_release(&post->lock);
}

bool iosrc__file_rearm(iosrc_poller *poller, struct iosrc__post_place place,
    uint64_t registration, iosrc_bits directions)
{
	struct iosrc__post *post = iosrc__post_at(place);
	struct iosrc__registered what;

	iosrc__lock_acquire(&post->lock);
	directions &= FILE_DIRECTIONS & ~post->ready;
	if (!iosrc__registration_read(&poller->registrations, registration,
	        &what) ||
	    what.interest & FILE_MODES)
		directions = 0;
	else
		directions &= what.interest;
	if (directions) {
		post->ready |= directions;
		make_due(poller, place, registration);
	}
	iosrc__lock_release(&post->lock);
	return directions != 0;
}

/* Only where nothing was made due meanwhile: the post may have changed hands
 * under us, when another source took the file's handle over, and a waker that
 * has it now must not lose its wake. */
static void stay_due(struct iosrc__post *post, uint32_t generation)
{
	uint32_t none = 0;

	atomic_compare_exchange_strong_explicit(&post->due, &none, generation,
	    memory_order_release, memory_order_relaxed);
}

iosrc_bits iosrc__file_take(iosrc_poller *poller, struct iosrc__post *post,
    uint64_t registration, bool *again)
{
	struct iosrc__registered what;
	iosrc_bits ready = 0;

	iosrc__lock_acquire(&post->lock);
	if (iosrc__registration_read(&poller->registrations, registration,
	        &what) &&
	    poller->backend->is_open(poller, what.source->handle)) {
		ready = post->ready;
		*again = ready && what.interest & IOSRC_LEVEL;
		if (*again)
			stay_due(post,
			    iosrc__registration_generation(registration));
		else
			post->ready = 0;
	}
	iosrc__lock_release(&post->lock);
	return ready;
}
