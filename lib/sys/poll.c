/* SPDX-License-Identifier: MIT
 *
 * poll.c: poll(2), for every Unix. What is watched is in poll_table.c.
 *
 * 1. One thread at a time, the leader, blocks in poll, with a copy of the
 *    dense array and without the lock. The others stand by in a poll of their
 *    own (a condition variable knows no EINTR) on `turn`; who leaves hands the
 *    lead over.
 * 2. A change made while the leader is blocked kicks it, once: it comes back
 *    with what is due and takes a new copy.
 * 3. A blocked poll holds the files it polls. So what removes a source from
 *    under the leader waits until the leader is back.
 *
 * tests/model/poll.pml checks it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "association.h"
#include "backend.h"
#include "poller.h"
#include "status.h"
#include "sys/poll_table.h"
#include "sys/thread.h"
#include "sys/unix/notify.h"
#include "sys/unix/timeout.h"
#include "wait.h"

struct poll {
	pthread_mutex_t lock;
	pthread_cond_t returned; /* the leader came back from its poll */
	struct iosrc__poll_table table;
	struct iosrc__notify kick;
	struct iosrc__notify turn;
	uint32_t standby;
	bool leader;
	bool kicked;
	bool turn_given;
};

static struct poll *state_of(const iosrc_poller *poller)
{
	return poller->state;
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
	pthread_mutex_init(&poll->lock, NULL);
	pthread_cond_init(&poll->returned, NULL);
	poller->state = poll;
	poller->capabilities = IOSRC__BACKEND_INTERESTS |
	    IOSRC_CAN_WAIT_BELOW_MS | IOSRC_CAN_SHARE_WAIT |
	    IOSRC_CAN_POLL_FILES;
	return IOSRC_OK;

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
	iosrc__poll_table_free(&poll->table);
	free(poll);
}

/* ---- changes; the lock is held where `poll` is handed over ---- */

/* The blocked leader has to look again. */
static void kick_leader(struct poll *poll)
{
	if (!poll->table.is_lent || poll->kicked)
		return;
	/* One that failed is no kick: the next change tries again. */
	poll->kicked = iosrc__notify_send(&poll->kick) == IOSRC_OK;
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

static iosrc_status iosrc__add(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct poll *poll = state_of(poller);
	iosrc_status status = check_handle(poll, change->handle);

	if (status < 0)
		return status;
	pthread_mutex_lock(&poll->lock);
	if (iosrc__poll_table_add(&poll->table, change))
		kick_leader(poll);
	else
		status = IOSRC_E_NO_MEMORY;
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
	iosrc__poll_table_set(&poll->table, change);
	kick_leader(poll);
	pthread_mutex_unlock(&poll->lock);
	return IOSRC_OK;
}

/* Until the leader's poll of that epoch is over. Locks are held here and by
 * our callers: a thread that is cancelled finishes. */
static void await_leader(struct poll *poll, uint32_t epoch)
{
	int cancel = iosrc__thread_cancel_disable();

	while (poll->table.is_lent && poll->table.epoch == epoch)
		pthread_cond_wait(&poll->returned, &poll->lock);
	iosrc__thread_cancel_restore(cancel);
}

static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct poll *poll = state_of(poller);
	uint32_t slot = iosrc__registration_index(change->registration);
	uint32_t epoch;
	bool pinned;

	pthread_mutex_lock(&poll->lock);
	epoch = poll->table.epoch;
	pinned = iosrc__poll_table_clear(&poll->table, slot);
	if (pinned) {
		kick_leader(poll);
		await_leader(poll, epoch);
	}
	pthread_mutex_unlock(&poll->lock);
}

static bool poll_rearm(iosrc_poller *poller, const struct iosrc__change *change,
    iosrc_bits directions, enum iosrc__rearm why)
{
	struct poll *poll = state_of(poller);
	bool armed;

	pthread_mutex_lock(&poll->lock);
	armed = iosrc__poll_table_rearm(&poll->table, change, directions, why);
	if (armed)
		kick_leader(poll);
	pthread_mutex_unlock(&poll->lock);
	return armed;
}

/* ---- waiting ---- */

/* poll(2) in nanoseconds; none to poll and no time is no call. */
static int poll_for(struct pollfd *fds, size_t count, int64_t left_ns)
{
	struct timespec left = iosrc__timeout_of(left_ns);

	if (count == 0 && left_ns == 0)
		return 0;
	return ppoll(fds, (nfds_t)count, left_ns < 0 ? NULL : &left, NULL);
}

/* Polls the dense array in place and claims. */
static size_t claim_dense(iosrc_poller *poller, iosrc_event *out_events,
    size_t room, iosrc_status *status)
{
	struct iosrc__poll_table *table = &state_of(poller)->table;
	/* Nothing but holes is nothing to poll. */
	size_t count = table->holes < table->dense_count ? table->dense_count
	                                                 : 0;
	int ready = poll_for(table->dense, count, 0);

	if (ready < 0)
		*status = iosrc__status_errno();
	return iosrc__poll_table_claim(table, poller, table->dense, count,
	    ready, out_events, room);
}

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

/* Blocks in poll with a copy, without the lock. The kick's own item falls out
 * of the answer; `*status` is that of the call. */
static int poll_copy(struct poll *poll, size_t count, int64_t left_ns,
    iosrc_status *status)
{
	struct pollfd *fds = poll->table.lent;
	int ready;

	poll->kicked = false;
	pthread_mutex_unlock(&poll->lock);
	ready = poll_for(fds, count + 1, left_ns);
	*status = ready < 0 ? iosrc__status_errno() : IOSRC_OK;
	pthread_mutex_lock(&poll->lock);
	poll->table.is_lent = false;
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
	struct iosrc__poll_table *table = &poll->table;
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
	if (!iosrc__poll_table_lend(table, poll->kick.read_fd)) {
		atomic_fetch_sub_explicit(latch, 1, memory_order_acq_rel);
		*status = IOSRC_E_NO_MEMORY;
		return 0;
	}
	poll->leader = true;
	count = table->dense_count;
	ready = poll_copy(poll, count, left_ns, status);
	word = atomic_fetch_sub_explicit(latch, 1, memory_order_acq_rel) - 1;
	room = iosrc__wait_room(poller, capacity, word);
	if (ready > 0 && room)
		claimed = iosrc__poll_table_claim(table, poller, table->lent,
		    count, ready, out_events, room);
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
	.begin_many = NULL,
	.is_open = NULL,
	.rearm = poll_rearm,
	.wait = poll_backend_wait,
	.kick = poll_kick,
	.expose = poll_expose,
};
