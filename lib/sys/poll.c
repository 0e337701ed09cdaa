/* SPDX-License-Identifier: MIT
 *
 * poll.c: poll(2), for every Unix.
 *
 * 1. A dense array holds the armed sources and no others: hang-ups and errors
 *    cannot be masked, and what is not armed must not spin.
 * 2. poll is level-triggered. An edge source's reported directions are
 *    disarmed and come back by rearm; a oneshot source's all, by modify; a
 *    level source stays armed. So whatever is dropped is polled again.
 * 3. One thread at a time, the leader, blocks in poll, with a copy of the
 *    array and without the lock. The others stand by in a poll of their own
 *    (a condition variable knows no EINTR) on `turn`; who leaves hands the
 *    lead over.
 * 4. A change made while the leader is blocked kicks it, once: it comes back
 *    with what is due and takes a new copy. What its copy saw of a source that
 *    was changed, claimed or armed meanwhile is old and thrown away.
 * 5. A blocked poll holds the files it polls. So what removes a source from
 *    under the leader waits until the leader is back.
 *
 * tests/model/poll.pml checks 3 and 4.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "association.h"
#include "backend.h"
#include "poller.h"
#include "status.h"
#include "sys/clock.h"
#include "sys/notify.h"
#include "sys/thread.h"
#include "wait.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* Linux alone tells a half-closed peer apart */
#endif

/* Directions are IOSRC_READABLE, WRITABLE, PRIORITY; they fit three bits. */
struct entry {
	uint32_t generation; /* 0: not registered */
	int fd;
	uint32_t dense;      /* place in the dense array + 1, 0: not armed */
	uint32_t copied;     /* the epoch in which the leader's copy got it */
	uint8_t interest;    /* directions */
	uint8_t armed;       /* directions */
	uint8_t hidden;      /* disarmed by a hang-up, but never reported */
	unsigned closed : 3; /* directions reported as closed */
	unsigned level : 1;
	unsigned oneshot : 1;
	unsigned touched : 1; /* since the copy: what the copy saw is old */
};

/* A pollfd array with a place for the kick behind it, and the slots of its
 * items. */
struct array {
	struct pollfd *fds;
	uint32_t *slots;
};

struct poll {
	pthread_mutex_t lock;
	pthread_cond_t returned; /* the leader came back from its poll */
	struct entry *entries;   /* by slot */
	size_t entry_count;
	size_t registered;
	size_t capacity; /* of both arrays; registered <= capacity */
	struct array dense;
	size_t armed_count;
	struct array copy;
	struct array leaders; /* the copy that the leader is blocked with */
	size_t turn_at;       /* where the next claim begins, for fairness */
	struct iosrc__notify kick;
	struct iosrc__notify turn;
	uint32_t standby;
	uint32_t epoch;
	bool leader;
	bool in_poll;
	bool kicked;
	bool turn_given;
};

static struct poll *state_of(const iosrc_poller *poller)
{
	return poller->state;
}

/* ---- growing; the lock is held, or nobody knows of the poller yet ---- */

static void array_free(struct array *array)
{
	free(array->fds);
	free(array->slots);
}

static bool array_alloc(struct array *array, size_t capacity)
{
	array->fds = malloc((capacity + 1) * sizeof(*array->fds));
	array->slots = malloc(capacity * sizeof(*array->slots));
	if (array->fds && array->slots)
		return true;
	array_free(array);
	return false;
}

/* Both arrays at once, so that arming and leading never have to allocate. The
 * first time there is nothing in them but the kick's place. */
static bool grow_arrays(struct poll *poll)
{
	size_t capacity = poll->capacity ? poll->capacity * 3 / 2 : 16;
	struct array dense, copy;

	if (poll->registered < poll->capacity)
		return true;
	if (!array_alloc(&dense, capacity))
		return false;
	if (!array_alloc(&copy, capacity)) {
		array_free(&dense);
		return false;
	}
	if (poll->armed_count) {
		memcpy(dense.fds, poll->dense.fds,
		    poll->armed_count * sizeof(*dense.fds));
		memcpy(dense.slots, poll->dense.slots,
		    poll->armed_count * sizeof(*dense.slots));
	}
	array_free(&poll->dense);
	/* The leader frees the one that it is blocked with. */
	if (!poll->in_poll || poll->copy.fds != poll->leaders.fds)
		array_free(&poll->copy);
	poll->dense = dense;
	poll->copy = copy;
	poll->capacity = capacity;
	return true;
}

static bool grow_entries(struct poll *poll, uint32_t slot)
{
	size_t count = poll->entry_count ? poll->entry_count : 16;
	struct entry *entries;

	if (slot < poll->entry_count)
		return true;
	while (count <= slot)
		count = count * 3 / 2;
	entries = realloc(poll->entries, count * sizeof(*entries));
	if (!entries)
		return false;
	memset(entries + poll->entry_count, 0,
	    (count - poll->entry_count) * sizeof(*entries));
	poll->entries = entries;
	poll->entry_count = count;
	return true;
}

/* ---- open and close ---- */

static iosrc_status poll_open(iosrc_poller *poller)
{
	struct poll *poll = calloc(1, sizeof(*poll));
	iosrc_status status;

	if (!poll)
		return IOSRC_E_NO_MEMORY;
	status = iosrc__notify_open(&poll->kick);
	if (status < 0)
		goto free_poll;
	status = iosrc__notify_open(&poll->turn);
	if (status < 0)
		goto close_kick;
	if (!grow_arrays(poll)) {
		status = IOSRC_E_NO_MEMORY;
		goto close_turn;
	}
	pthread_mutex_init(&poll->lock, NULL);
	pthread_cond_init(&poll->returned, NULL);
	poller->state = poll;
	poller->capabilities = IOSRC__BACKEND_INTERESTS |
	    IOSRC_CAN_WAIT_BELOW_MS | IOSRC_CAN_SHARE_WAIT |
	    IOSRC_CAN_POLL_FILES;
	return IOSRC_OK;

close_turn:
	iosrc__notify_close(&poll->turn);
close_kick:
	iosrc__notify_close(&poll->kick);
free_poll:
	free(poll);
	return status;
}

static void poll_close(iosrc_poller *poller)
{
	struct poll *poll = state_of(poller);

	iosrc__notify_close(&poll->turn);
	iosrc__notify_close(&poll->kick);
}

static void poll_free(iosrc_poller *poller)
{
	struct poll *poll = state_of(poller);

	if (!iosrc__poller_forked(poller)) {
		pthread_cond_destroy(&poll->returned);
		pthread_mutex_destroy(&poll->lock);
	}
	array_free(&poll->dense);
	array_free(&poll->copy);
	free(poll->entries);
	free(poll);
}

/* ---- the dense array; the lock is held from here on ---- */

static short poll_events(uint8_t armed)
{
	short events = 0;

	if (armed & IOSRC_READABLE)
		events |= POLLIN | POLLRDHUP;
	if (armed & IOSRC_WRITABLE)
		events |= POLLOUT;
	if (armed & IOSRC_PRIORITY)
		events |= POLLPRI;
	return events;
}

static void dense_remove(struct poll *poll, size_t place)
{
	size_t last = --poll->armed_count;

	poll->entries[poll->dense.slots[place]].dense = 0;
	if (place == last)
		return;
	poll->dense.fds[place] = poll->dense.fds[last];
	poll->dense.slots[place] = poll->dense.slots[last];
	poll->entries[poll->dense.slots[place]].dense = (uint32_t)place + 1;
}

/* Brings the dense array in line with what an entry has armed. */
static void sync_entry(struct poll *poll, uint32_t slot)
{
	struct entry *entry = &poll->entries[slot];
	struct pollfd *fd;

	if (!entry->armed) {
		if (entry->dense)
			dense_remove(poll, entry->dense - 1);
		return;
	}
	if (!entry->dense) {
		entry->dense = (uint32_t)++poll->armed_count;
		poll->dense.slots[entry->dense - 1] = slot;
	}
	fd = &poll->dense.fds[entry->dense - 1];
	fd->fd = entry->fd;
	fd->events = poll_events(entry->armed);
	fd->revents = 0;
}

/* The blocked leader has to look again. */
static void kick_leader(struct poll *poll)
{
	if (!poll->in_poll || poll->kicked)
		return;
	poll->kicked = true;
	iosrc__notify_send(&poll->kick);
}

/* ---- changes ---- */

static void entry_set(struct poll *poll, const struct iosrc__change *change)
{
	uint32_t slot = iosrc__registration_index(change->registration);
	struct entry *entry = &poll->entries[slot];

	entry->generation = iosrc__registration_generation(
	    change->registration);
	entry->fd = (int)change->handle;
	entry->interest = change->interest &
	    (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_PRIORITY);
	entry->armed = entry->interest;
	entry->hidden = 0;
	entry->closed = 0;
	entry->level = (change->interest & IOSRC_LEVEL) != 0;
	entry->oneshot = (change->interest & IOSRC_ONESHOT) != 0;
	entry->touched = true;
	sync_entry(poll, slot);
	kick_leader(poll);
}

/* Is the blocked leader's copy holding its file? */
static bool is_pinned(const struct poll *poll, const struct entry *entry)
{
	return poll->in_poll && entry->copied == poll->epoch;
}

static void entry_clear(struct poll *poll, uint32_t slot)
{
	struct entry *entry = &poll->entries[slot];

	entry->generation = 0;
	entry->armed = 0;
	entry->touched = true;
	sync_entry(poll, slot);
	poll->registered--;
	if (is_pinned(poll, entry))
		kick_leader(poll);
}

/* Another slot takes the handle over: what pins the one pins the other. */
static void entry_replace(struct poll *poll, uint32_t old, uint32_t slot)
{
	poll->entries[slot].copied = poll->entries[old].copied;
	entry_clear(poll, old);
}

static iosrc_status check_handle(const struct poll *poll, iosrc_handle handle)
{
	if (iosrc__notify_owns(&poll->kick, handle) ||
	    iosrc__notify_owns(&poll->turn, handle))
		return iosrc__status_from_errno(EBADF);
	if (fcntl((int)handle, F_GETFD) < 0)
		return iosrc__status_errno();
	return IOSRC_OK;
}

static iosrc_status add_locked(struct poll *poll,
    const struct iosrc__change *change)
{
	uint32_t slot = iosrc__registration_index(change->registration);

	if (!grow_entries(poll, slot) || !grow_arrays(poll))
		return IOSRC_E_NO_MEMORY;
	if (change->replaced && poll->entries[change->replaced - 1].generation)
		entry_replace(poll, change->replaced - 1, slot);
	poll->registered++;
	entry_set(poll, change);
	return IOSRC_OK;
}

static iosrc_status iosrc__add(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct poll *poll = state_of(poller);
	iosrc_status status = check_handle(poll, change->handle);

	if (status < 0)
		return status;
	pthread_mutex_lock(&poll->lock);
	status = add_locked(poll, change);
	pthread_mutex_unlock(&poll->lock);
	return status;
}

static iosrc_status iosrc__modify(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct poll *poll = state_of(poller);
	iosrc_status status;

	if (change->replaced)
		return iosrc__add(poller, change);
	status = check_handle(poll, change->handle);
	if (status < 0)
		return status;
	pthread_mutex_lock(&poll->lock);
	entry_set(poll, change);
	pthread_mutex_unlock(&poll->lock);
	return IOSRC_OK;
}

static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct poll *poll = state_of(poller);
	uint32_t slot = iosrc__registration_index(change->registration);
	uint32_t epoch;
	bool pinned;

	pthread_mutex_lock(&poll->lock);
	pinned = is_pinned(poll, &poll->entries[slot]);
	epoch = poll->epoch;
	entry_clear(poll, slot);
	while (pinned && poll->in_poll && poll->epoch == epoch)
		pthread_cond_wait(&poll->returned, &poll->lock);
	pthread_mutex_unlock(&poll->lock);
}

static bool rearm_locked(struct poll *poll, const struct iosrc__change *change,
    iosrc_bits directions, enum iosrc__rearm why)
{
	uint32_t slot = iosrc__registration_index(change->registration);
	struct entry *entry = &poll->entries[slot];

	if (entry->generation !=
	        iosrc__registration_generation(change->registration) ||
	    entry->level || entry->oneshot)
		return false;
	if (why == IOSRC__REARM_FAILED)
		directions &= ~(iosrc_bits)entry->closed;
	directions = (directions | entry->hidden) & entry->interest;
	if (!(directions & ~(iosrc_bits)entry->armed))
		return false;
	entry->armed |= (uint8_t)directions;
	entry->hidden = 0;
	entry->touched = true;
	sync_entry(poll, slot);
	kick_leader(poll);
	return true;
}

static bool poll_rearm(iosrc_poller *poller, const struct iosrc__change *change,
    iosrc_bits directions, enum iosrc__rearm why)
{
	struct poll *poll = state_of(poller);
	bool armed;

	pthread_mutex_lock(&poll->lock);
	armed = rearm_locked(poll, change, directions, why);
	pthread_mutex_unlock(&poll->lock);
	return armed;
}

/* ---- claiming ---- */

/* poll(2) in nanoseconds; none to poll and no time is no call. */
static int poll_for(struct pollfd *fds, size_t count, int64_t left_ns)
{
	struct timespec left = iosrc__clock_timeout(left_ns);

	if (count == 0 && left_ns == 0)
		return 0;
	return ppoll(fds, (nfds_t)count, left_ns < 0 ? NULL : &left, NULL);
}

static iosrc_bits ready_of(short revents, iosrc_bits armed)
{
	iosrc_bits ready = 0;

	if (revents & (POLLIN | POLLRDHUP | POLLHUP | POLLERR))
		ready |= IOSRC_READABLE;
	if (revents & (POLLOUT | POLLHUP | POLLERR))
		ready |= IOSRC_WRITABLE;
	if (revents & POLLPRI)
		ready |= IOSRC_PRIORITY;
	ready &= armed;
	if (revents & POLLERR)
		ready |= IOSRC_ERROR;
	if (revents & (POLLRDHUP | POLLHUP))
		ready |= IOSRC_READ_CLOSED;
	if (revents & (POLLHUP | POLLERR))
		ready |= IOSRC_WRITE_CLOSED;
	return ready;
}

static void disarm(struct entry *entry, iosrc_bits ready)
{
	if (ready & IOSRC_READ_CLOSED)
		entry->closed |= IOSRC_READABLE;
	if (ready & IOSRC_WRITE_CLOSED)
		entry->closed |= IOSRC_WRITABLE;
	if (entry->level)
		return;
	if (entry->oneshot) {
		entry->armed = 0;
		return;
	}
	entry->armed &= (uint8_t)~ready;
	/* A hang-up or an error cannot be masked: nothing may stay armed. */
	if (ready & (IOSRC_ERROR | IOSRC_WRITE_CLOSED)) {
		entry->hidden |= entry->armed;
		entry->armed = 0;
	}
}

/* What poll said of one slot, as an event; false: nothing to report. */
static bool claim(iosrc_poller *poller, uint32_t slot, short revents,
    iosrc_event *out)
{
	struct entry *entry = &state_of(poller)->entries[slot];
	struct iosrc__registered what;
	iosrc_bits ready;

	/* Closed behind our back: silent until it is registered anew. */
	if (revents & POLLNVAL) {
		entry->armed = 0;
		return false;
	}
	ready = ready_of(revents, entry->armed);
	if (!ready)
		return false;
	out->registration = iosrc__registration_make(slot, entry->generation);
	/* Dying or being renewed in another thread, which waits for our
	 * lock. */
	if (!iosrc__registration_read(&poller->registrations, out->registration,
	        &what)) {
		iosrc__count(&poller->counters.stale, 1);
		return false;
	}
	disarm(entry, ready);
	entry->touched = true;
	out->token = what.token;
	out->ready = ready;
	out->reserved = 0;
	return true;
}

/* Takes what was disarmed out of the dense array, which could not be done
 * while it was walked. */
static void dense_compact(struct poll *poll)
{
	for (size_t place = 0; place < poll->armed_count;) {
		if (poll->dense.fds[place].events == 0)
			dense_remove(poll, place);
		else
			place++;
	}
}

/* Polls the dense array in place and claims, round-robin. */
static size_t claim_dense(iosrc_poller *poller, iosrc_event *out_events,
    size_t room, iosrc_status *status)
{
	struct poll *poll = state_of(poller);
	size_t count = poll->armed_count;
	size_t place = poll->turn_at < count ? poll->turn_at : 0;
	size_t claimed = 0;
	bool disarmed = false;
	int ready = poll_for(poll->dense.fds, count, 0);

	if (ready < 0)
		*status = iosrc__status_errno();
	for (size_t seen = 0; seen < count && ready > 0 && claimed < room;
	     seen++) {
		struct pollfd *fd = &poll->dense.fds[place];
		uint32_t slot = poll->dense.slots[place];

		place = place + 1 < count ? place + 1 : 0;
		if (!fd->revents)
			continue;
		ready--;
		claimed += claim(poller, slot, fd->revents,
		    &out_events[claimed]);
		fd->events = poll_events(poll->entries[slot].armed);
		disarmed |= fd->events == 0;
	}
	poll->turn_at = place;
	if (disarmed)
		dense_compact(poll);
	return claimed;
}

/* Claims what the leader's blocking poll found, but for what has changed
 * since: that is polled again. */
static size_t claim_copy(iosrc_poller *poller, size_t count, int ready,
    iosrc_event *out_events, size_t room)
{
	struct poll *poll = state_of(poller);
	const struct array *copy = &poll->leaders;
	size_t place = poll->turn_at < count ? poll->turn_at : 0;
	size_t claimed = 0;

	for (size_t seen = 0; seen < count && ready > 0 && claimed < room;
	     seen++) {
		short revents = copy->fds[place].revents;
		uint32_t slot = copy->slots[place];
		struct entry *entry = &poll->entries[slot];

		place = place + 1 < count ? place + 1 : 0;
		if (!revents)
			continue;
		ready--;
		if (entry->touched || !entry->generation)
			continue;
		claimed += claim(poller, slot, revents, &out_events[claimed]);
		sync_entry(poll, slot);
	}
	poll->turn_at = place;
	return claimed;
}

/* ---- waiting ---- */

/* Claims and takes without blocking. */
static size_t pass(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, iosrc_status *status)
{
	_Atomic uint32_t *word = &poller->latch.word;
	size_t room, count;

	do {
		room = iosrc__wait_room(poller, capacity,
		    atomic_load_explicit(word, memory_order_acquire));
		count = room ? claim_dense(poller, out_events, room, status)
		             : 0;
		count = iosrc__wait_take(poller, out_events, capacity, count,
		    atomic_load_explicit(word, memory_order_acquire));
	} while (count == 0 && room == 0);
	return count;
}

/* Another thread leads: sleeps until the lead is handed over. */
static iosrc_status stand_by(struct poll *poll, int64_t left_ns)
{
	struct pollfd turn = { poll->turn.read_fd, POLLIN, 0 };
	iosrc_status status = IOSRC_OK;

	poll->standby++;
	pthread_mutex_unlock(&poll->lock);
	if (poll_for(&turn, 1, left_ns) < 0)
		status = iosrc__status_errno();
	pthread_mutex_lock(&poll->lock);
	poll->standby--;
	return status;
}

static void hand_over(struct poll *poll)
{
	if (poll->leader || poll->standby == 0 || poll->turn_given)
		return;
	poll->turn_given = true;
	iosrc__notify_send(&poll->turn);
}

/* The leader's copy, the kick behind it; answers the count without that. */
static size_t copy_dense(struct poll *poll)
{
	size_t count = poll->armed_count;

	poll->epoch++;
	poll->leaders = poll->copy;
	for (size_t i = 0; i < count; i++) {
		struct entry *entry = &poll->entries[poll->dense.slots[i]];

		entry->copied = poll->epoch;
		entry->touched = false;
		poll->leaders.fds[i] = poll->dense.fds[i];
		poll->leaders.slots[i] = poll->dense.slots[i];
	}
	poll->leaders.fds[count].fd = poll->kick.read_fd;
	poll->leaders.fds[count].events = POLLIN;
	return count;
}

/* Blocks in poll with a copy, without the lock. The kick's own item falls out
 * of the answer; `*status` is that of the call. */
static int poll_copy(struct poll *poll, size_t count, int64_t left_ns,
    iosrc_status *status)
{
	struct pollfd *fds = poll->leaders.fds;
	int ready;

	poll->in_poll = true;
	poll->kicked = false;
	pthread_mutex_unlock(&poll->lock);
	ready = poll_for(fds, count + 1, left_ns);
	*status = ready < 0 ? iosrc__status_errno() : IOSRC_OK;
	pthread_mutex_lock(&poll->lock);
	poll->in_poll = false;
	pthread_cond_broadcast(&poll->returned);
	if (ready > 0 && fds[count].revents) {
		iosrc__notify_drain(&poll->kick);
		ready--;
	}
	return ready;
}

/* Leads: only who becomes leader drains the token that gave it the turn. */
static size_t lead(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t left_ns, iosrc_status *status)
{
	struct poll *poll = state_of(poller);
	_Atomic uint32_t *latch = &poller->latch.word;
	size_t count, room, claimed = 0;
	uint32_t word;
	int ready;

	if (poll->turn_given) {
		iosrc__notify_drain(&poll->turn);
		poll->turn_given = false;
	}
	if (atomic_fetch_add_explicit(latch, 1, memory_order_acq_rel) &
	    IOSRC__LATCH_PENDING) {
		atomic_fetch_sub_explicit(latch, 1, memory_order_acq_rel);
		return 0;
	}
	poll->leader = true;
	count = copy_dense(poll);
	ready = poll_copy(poll, count, left_ns, status);
	word = atomic_fetch_sub_explicit(latch, 1, memory_order_acq_rel) - 1;
	room = iosrc__wait_room(poller, capacity, word);
	if (ready > 0 && room)
		claimed = claim_copy(poller, count, ready, out_events, room);
	if (poll->leaders.fds != poll->copy.fds)
		array_free(&poll->leaders);
	poll->leader = false;
	return iosrc__wait_take(poller, out_events, capacity, claimed, word);
}

static int64_t wait_locked(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	struct poll *poll = state_of(poller);
	struct iosrc__deadline deadline = iosrc__deadline_after(timeout_ns);
	int64_t left_ns = timeout_ns;

	for (;;) {
		iosrc_status status = IOSRC_OK;
		size_t count = pass(poller, out_events, capacity, &status);
		bool blocks = count == 0 && status == IOSRC_OK;

		if (blocks && left_ns == 0)
			return 0;
		if (blocks && poll->leader)
			status = stand_by(poll, left_ns);
		else if (blocks)
			count = lead(poller, out_events, capacity, left_ns,
			    &status);
		if (count)
			return (int64_t)count;
		if (status < 0 && iosrc__wait_fails(poller, &status))
			return status;
		left_ns = iosrc__deadline_left(&deadline);
	}
}

static int64_t poll_backend_wait(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	struct poll *poll = state_of(poller);
	int cancel = iosrc__thread_cancel_disable();
	int64_t count;

	pthread_mutex_lock(&poll->lock);
	count = wait_locked(poller, out_events, capacity, timeout_ns);
	hand_over(poll);
	pthread_mutex_unlock(&poll->lock);
	iosrc__thread_cancel_restore(cancel);
	if (count > 0)
		iosrc__count(&poller->counters.events, (uintptr_t)count);
	return count;
}

static iosrc_status poll_kick(iosrc_poller *poller)
{
	return iosrc__notify_send(&state_of(poller)->kick);
}

static iosrc_status poll_expose(iosrc_poller *poller, iosrc_handle *out_handle)
{
	(void)poller;
	(void)out_handle;
	return IOSRC_E_UNSUPPORTED; /* no one handle stands for them all */
}

const struct iosrc__backend iosrc__poll_backend = {
	.name = "poll",
	.id = IOSRC_BACKEND_POLL,
	.rearms = true,
	.open = poll_open,
	.close = poll_close,
	.free = poll_free,
	.begin = iosrc__association_begin,
	.renew = iosrc__association_renew,
	.end = iosrc__association_end,
	.leave = iosrc__association_leave,
	.is_open = NULL,
	.rearm = poll_rearm,
	.wait = poll_backend_wait,
	.kick = poll_kick,
	.expose = poll_expose,
};
