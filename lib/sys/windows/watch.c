/* SPDX-License-Identifier: MIT
 *
 * watch.c: the records of what is watched, and their state machine. The states
 * are in watch.h.
 */
#include <config.h>

#include "sys/windows/watch.h"

#include <assert.h>
#include <stdlib.h>

#include "poller.h"
#include "registration.h"

#define HANG_UP (IOSRC_ERROR | IOSRC_WRITE_CLOSED)

/* ---- the queue: a ring with a head ---- */

void iosrc__watches_init(struct iosrc__watches *set)
{
	*set = (struct iosrc__watches){ 0 };
	set->queue.before = set->queue.behind = &set->queue;
}

static void enqueue(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	struct iosrc__watch *head = &set->queue;

	if (watch->behind)
		return;
	watch->before = head->before;
	watch->behind = head;
	head->before->behind = watch;
	head->before = watch;
}

static void dequeue(struct iosrc__watch *watch)
{
	if (!watch->behind)
		return;
	watch->before->behind = watch->behind;
	watch->behind->before = watch->before;
	watch->before = watch->behind = NULL;
}

/* ---- the table ---- */

static struct iosrc__watch **bucket_of(const struct iosrc__watches *set,
    uint32_t number)
{
	return &set->buckets[number & (set->bucket_count - 1)];
}

struct iosrc__watch *iosrc__watches_find(const struct iosrc__watches *set,
    uint32_t number, const struct iosrc__watch_calls *calls)
{
	struct iosrc__watch *found = NULL;
	struct iosrc__watch *watch;

	if (set->bucket_count == 0)
		return NULL;
	for (watch = *bucket_of(set, number); watch; watch = watch->next) {
		if (watch->number != number || watch->calls != calls)
			continue;
		if (watch->registration)
			return watch;
		found = watch;
	}
	return found;
}

static void link_bucket(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	struct iosrc__watch **bucket = bucket_of(set, watch->number);

	watch->next = *bucket;
	*bucket = watch;
}

/* Doubles the table. Without memory it stays as it is and gets slower, but for
 * the first time. */
static bool grow(struct iosrc__watches *set)
{
	struct iosrc__watches grown = *set;

	grown.bucket_count = set->bucket_count ? set->bucket_count * 2 : 16;
	grown.buckets = calloc(grown.bucket_count,
	    sizeof(struct iosrc__watch *));
	if (!grown.buckets)
		return set->bucket_count != 0;
	for (size_t i = 0; i < set->bucket_count; i++) {
		while (set->buckets[i]) {
			struct iosrc__watch *watch = set->buckets[i];

			set->buckets[i] = watch->next;
			link_bucket(&grown, watch);
		}
	}
	free(set->buckets);
	set->buckets = grown.buckets;
	set->bucket_count = grown.bucket_count;
	return true;
}

bool iosrc__watches_insert(struct iosrc__watches *set,
    struct iosrc__watch *watch)
{
	if (set->count >= set->bucket_count && !grow(set))
		return false;
	link_bucket(set, watch);
	set->count++;
	return true;
}

static void unlink_bucket(struct iosrc__watches *set,
    struct iosrc__watch *watch)
{
	struct iosrc__watch **link = bucket_of(set, watch->number);

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
}

void iosrc__watches_renumber(struct iosrc__watches *set,
    struct iosrc__watch *watch, uint32_t number)
{
	unlink_bucket(set, watch);
	watch->number = number;
	link_bucket(set, watch);
}

static void discard(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	unlink_bucket(set, watch);
	dequeue(watch);
	set->count--;
	watch->calls->free(watch);
}

void iosrc__watches_destroy(struct iosrc__watches *set)
{
	free(set->buckets);
	set->buckets = NULL;
	set->bucket_count = 0;
}

/* ---- what is out ---- */

static void set_state(struct iosrc__watches *set, struct iosrc__watch *watch,
    enum iosrc__watch_state state)
{
	set->cancelled -= watch->state == IOSRC__WATCH_CANCELLED;
	set->cancelled += state == IOSRC__WATCH_CANCELLED;
	watch->state = state;
}

static void sent(struct iosrc__watches *set, struct iosrc__watch *watch,
    enum iosrc__watch_state state)
{
	set->under_way++;
	watch->asked = watch->armed;
	watch->asked_by = watch->registration;
	set_state(set, watch, state);
}

static void ask(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	switch (watch->calls->ask(watch, watch->armed)) {
	case IOSRC__ASK_OUT:
		sent(set, watch, IOSRC__WATCH_ASKED);
		break;
	case IOSRC__ASK_CLOSED:
		set_state(set, watch, IOSRC__WATCH_CLOSED);
		break;
	case IOSRC__ASK_REFUSED:
		/* The caller of a rearm has gone; an event has to tell. If not
		 * even a packet can be sent, the next flush tries it all
		 * again. */
		if (watch->calls->tell(watch))
			sent(set, watch, IOSRC__WATCH_TOLD);
		else
			enqueue(set, watch);
		break;
	}
}

/* Cancels what is out. The state is the given one while its packet is under
 * way, IDLE where none comes. */
static void cancel(struct iosrc__watches *set, struct iosrc__watch *watch,
    enum iosrc__watch_state state)
{
	if (watch->calls->cancel(watch)) {
		set->under_way--;
		state = IOSRC__WATCH_IDLE;
	}
	set_state(set, watch, state);
}

static void update(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	switch (watch->state) {
	case IOSRC__WATCH_IDLE:
		/* Nothing is out: what is armed is asked for. A pause, and what
		 * was reported and not drained yet, ask for nothing. */
		if (watch->armed)
			ask(set, watch);
		break;
	case IOSRC__WATCH_ASKED:
		/* What is out answers for all that is armed: nothing to do.
		 * Else it is cancelled, for it cannot be edited; its packet
		 * leads back to IDLE. One that is paused has nothing out, or a
		 * hang-up would cost a packet. */
		if (watch->armed && !(watch->armed & ~watch->asked))
			break;
		cancel(set, watch, IOSRC__WATCH_CANCELLED);
		if (watch->armed && watch->state == IOSRC__WATCH_IDLE)
			ask(set, watch);
		break;
	case IOSRC__WATCH_CANCELLED:
		/* Its packet is under way still, and two may not be out: then
		 * we are asked again. */
	case IOSRC__WATCH_TOLD:
		/* Likewise. */
	case IOSRC__WATCH_LEAVING:
		/* Nobody is registered. */
	case IOSRC__WATCH_CLOSED:
		/* There is nothing to ask about until it is registered. */
		break;
	}
}

void iosrc__watches_flush(struct iosrc__watches *set)
{
	struct iosrc__watch *last = set->queue.before;
	struct iosrc__watch *watch;

	if (!iosrc__watches_are_queued(set))
		return;
	/* As far as the queue goes now: what could not be asked goes back. */
	do {
		watch = set->queue.behind;
		dequeue(watch);
		update(set, watch);
	} while (watch != last);
}

/* ---- changes ---- */

static void take_change(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change)
{
	watch->registration = change->registration;
	watch->interest = change->interest & watch->calls->directions;
	watch->armed = watch->interest;
	watch->hidden = 0;
	watch->closed = 0;
	watch->level = (change->interest & IOSRC_LEVEL) != 0;
	watch->oneshot = (change->interest & IOSRC_ONESHOT) != 0;
	enqueue(set, watch);
}

void iosrc__watch_add(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change)
{
	switch (watch->state) {
	case IOSRC__WATCH_IDLE:
		/* Nothing is out. */
	case IOSRC__WATCH_ASKED:
		/* Another source has had the number, perhaps for another file:
		 * what is out answers for nothing any more, so the flush
		 * cancels it. */
	case IOSRC__WATCH_CANCELLED:
	case IOSRC__WATCH_TOLD:
		/* Its packet is under way. */
		break;
	case IOSRC__WATCH_LEAVING:
		/* It was cancelled when its registration ended, or is a packet
		 * of ours. */
		set_state(set, watch, IOSRC__WATCH_CANCELLED);
		break;
	case IOSRC__WATCH_CLOSED:
		set_state(set, watch, IOSRC__WATCH_IDLE);
		break;
	}
	watch->asked = 0;
	take_change(set, watch, change);
}

/* What is out goes on to be of use: readiness that is there now has either
 * ended it already, or it was not asked for. */
void iosrc__watch_modify(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change)
{
	if (watch->state == IOSRC__WATCH_CLOSED)
		set_state(set, watch, IOSRC__WATCH_IDLE);
	take_change(set, watch, change);
}

void iosrc__watch_remove(struct iosrc__watches *set, struct iosrc__watch *watch)
{
	watch->registration = 0;
	watch->armed = 0;
	watch->asked = 0;
	dequeue(watch);
	switch (watch->state) {
	case IOSRC__WATCH_IDLE:
	case IOSRC__WATCH_CLOSED:
		/* No packet knows of it. */
		discard(set, watch);
		break;
	case IOSRC__WATCH_ASKED:
		/* If a packet comes, it frees it: with the cancel's answer, or
		 * because the request was quicker. */
		cancel(set, watch, IOSRC__WATCH_LEAVING);
		if (watch->state == IOSRC__WATCH_IDLE)
			discard(set, watch);
		break;
	case IOSRC__WATCH_CANCELLED:
	case IOSRC__WATCH_TOLD:
		/* A packet is under way already. */
		set_state(set, watch, IOSRC__WATCH_LEAVING);
		break;
	case IOSRC__WATCH_LEAVING:
		break;
	}
}

void iosrc__watches_remove_all(struct iosrc__watches *set)
{
	for (size_t i = 0; i < set->bucket_count; i++) {
		struct iosrc__watch *watch = set->buckets[i];

		while (watch) {
			struct iosrc__watch *next = watch->next;

			iosrc__watch_remove(set, watch);
			watch = next;
		}
	}
}

bool iosrc__watch_rearm(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change, iosrc_bits directions,
    enum iosrc__rearm why)
{
	if (watch->registration != change->registration || watch->level ||
	    watch->oneshot || watch->state == IOSRC__WATCH_CLOSED)
		return false;
	if (why == IOSRC__REARM_FAILED)
		directions &= ~watch->closed;
	directions = (directions | watch->hidden) & watch->interest;
	if (!(directions & ~watch->armed))
		return false;
	watch->armed |= directions;
	watch->hidden = 0;
	enqueue(set, watch);
	return true;
}

/* ---- packets ---- */

static void disarm(struct iosrc__watch *watch, iosrc_bits ready)
{
	if (ready & IOSRC_READ_CLOSED)
		watch->closed |= IOSRC_READABLE;
	if (ready & IOSRC_WRITE_CLOSED)
		watch->closed |= IOSRC_WRITABLE;
	if (watch->level)
		return;
	if (watch->oneshot) {
		watch->armed = 0;
		return;
	}
	watch->armed &= ~ready;
	/* Every request answers a hang-up at once: nothing may stay armed. */
	if (ready & HANG_UP) {
		watch->hidden |= watch->armed;
		watch->armed = 0;
	}
}

/* What a packet found, as an event. A registration that has been paused, and
 * one whose handle had another file when it was asked, have none. */
static enum iosrc__watch_came report(iosrc_poller *poller,
    struct iosrc__watch *watch, struct iosrc__watch_answer answer,
    iosrc_event *out)
{
	iosrc_bits armed = watch->asked ? watch->armed : 0;
	iosrc_bits ready = armed ? answer.ready & (armed | IOSRC__UNASKED) : 0;
	struct iosrc__registered what;

	if (!ready) {
		iosrc__count(&poller->counters.spurious, 1);
		return IOSRC__CAME_DROPPED;
	}
	/* Dying or being renewed in another thread, which waits for our
	 * lock. */
	if (!iosrc__registration_read(&poller->registrations,
	        watch->registration, &what)) {
		iosrc__count(&poller->counters.stale, 1);
		return IOSRC__CAME_DROPPED;
	}
	if (!answer.consumed || watch->oneshot)
		disarm(watch, ready);
	out->token = what.token;
	out->registration = watch->registration;
	out->ready = ready;
	out->reserved = 0;
	return IOSRC__CAME_EVENT;
}

/* What the system has failed to do, as an answer. */
static struct iosrc__watch_answer failure(const struct iosrc__watch *watch)
{
	return (struct iosrc__watch_answer){ IOSRC__ANSWER_READY,
		watch->armed | IOSRC_ERROR, false };
}

/* An answer to what was asked; the record is idle. */
static enum iosrc__watch_came come_answered(struct iosrc__watches *set,
    iosrc_poller *poller, struct iosrc__watch *watch,
    struct iosrc__watch_answer answer, iosrc_event *out)
{
	switch (answer.outcome) {
	case IOSRC__ANSWER_READY:
		return report(poller, watch, answer, out);
	case IOSRC__ANSWER_FAILED:
		return report(poller, watch, failure(watch), out);
	case IOSRC__ANSWER_CLOSED:
		/* Whose number was registered anew since is asked again: there
		 * may be another file behind it. */
		if (watch->asked_by == watch->registration)
			set_state(set, watch, IOSRC__WATCH_CLOSED);
		return IOSRC__CAME_NOTHING;
	case IOSRC__ANSWER_CANCELLED:
		/* By nobody of ours: the system does it when the thread ends
		 * that asked. */
		break;
	}
	return IOSRC__CAME_NOTHING;
}

enum iosrc__watch_came iosrc__watch_come(struct iosrc__watches *set,
    iosrc_poller *poller, struct iosrc__watch *watch,
    struct iosrc__watch_answer answer, iosrc_event *out)
{
	enum iosrc__watch_state was = watch->state;
	enum iosrc__watch_came came = IOSRC__CAME_NOTHING;

	set->under_way--;
	set_state(set, watch, IOSRC__WATCH_IDLE);
	switch (was) {
	case IOSRC__WATCH_ASKED:
		came = come_answered(set, poller, watch, answer, out);
		break;
	case IOSRC__WATCH_CANCELLED:
		/* The request may have been quicker than the cancel; then what
		 * it found counts, if it was about this registration's
		 * file. All else is asked again. */
		if (watch->asked && watch->armed &&
		    answer.outcome != IOSRC__ANSWER_FAILED)
			came = come_answered(set, poller, watch, answer, out);
		break;
	case IOSRC__WATCH_TOLD:
		/* Of a registration that is over, or was renewed: asked
		 * again. */
		if (watch->asked_by == watch->registration && watch->asked)
			came = report(poller, watch, failure(watch), out);
		break;
	case IOSRC__WATCH_LEAVING:
		/* The last that was to be heard of it. */
		break;
	case IOSRC__WATCH_IDLE:
	case IOSRC__WATCH_CLOSED:
		assert(!"no packet is under way");
	}
	if (answer.consumed && came != IOSRC__CAME_EVENT)
		watch->calls->give_back(watch);
	if (was == IOSRC__WATCH_LEAVING)
		discard(set, watch);
	else if (watch->armed && watch->state == IOSRC__WATCH_IDLE)
		enqueue(set, watch);
	return came;
}
