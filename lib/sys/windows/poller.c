/* SPDX-License-Identifier: MIT
 *
 * poller.c: the backend of Windows: polls of AFD that end on a completion port.
 *
 *  1. A poller is a completion port. Its threads wait in it for packets, and
 *     each packet goes to one of them.
 *  2. Sockets are polled by requests to AFD, the driver below Winsock, through
 *     handles of AFD that 32 sockets share (group.c); the sockets themselves
 *     are never bound to the port. A request asks for the directions that are
 *     armed, pends until one is ready, and ends by a packet that names the
 *     socket's record.
 *  3. One request is out for a socket, never two: they would be taken for each
 *     other. To ask for more is to cancel, and to ask again when the packet of
 *     the cancelled one has come (watch.h has the states and a table of them).
 *  4. A request tells of a level. Edge mode is made of it: what was reported
 *     is not asked for again until I/O in that direction would have blocked,
 *     which do_io, rearm, the direct calls and batches tell us. Oneshot asks
 *     for nothing until reregister, and level for all at each wait.
 *  5. What is to be asked waits in a queue until a wait begins, or goes out at
 *     once while a thread is blocked. A thread counts itself as a sleeper
 *     before it flushes the queue, and who changes something looks for sleepers
 *     after it has put that into the queue, both under the lock: so either the
 *     one or the other sends it.
 *  6. A record is found by its handle and lives until no packet knows of it.
 *     Deregister cancels and waits for nothing; the next packet frees the
 *     record, or the next registration of that handle number takes it over.
 *     Its packet says nothing of a registration: whether that is live is asked
 *     at delivery, under the lock that deregister takes, so no wait that begins
 *     later reports it.
 *  7. Wakers are the latch's business (latch.h); a kick is a packet that names
 *     nothing.
 *
 * One lock guards all but the port. No thread blocks while it holds it.
 */
#include <config.h>

#include <stdlib.h>

#include <winsock2.h>

#include <windows.h>

#include "association.h"
#include "backend.h"
#include "poller.h"
#include "sys/windows/port.h"
#include "sys/windows/records.h"
#include "sys/windows/watch.h"
#include "wait_latched.h"

#define PACKETS_MOST 256  /* of one call of the system; 8 KiB of stack */
#define RETRY_NS 10000000 /* while the system has no memory to be asked */

struct windows {
	SRWLOCK lock;
	HANDLE port;
	struct iosrc__records records;
};

static struct windows *state_of(const iosrc_poller *poller)
{
	return poller->state;
}

/* ---- open and close ---- */

static iosrc_status windows_open(iosrc_poller *poller)
{
	struct windows *windows = calloc(1, sizeof(*windows));
	iosrc_status status;

	if (!windows)
		return IOSRC_E_NO_MEMORY;
	status = iosrc__port_open(&windows->port);
	if (status < 0)
		goto free_windows;
	status = iosrc__records_open(&windows->records, windows->port);
	if (status < 0)
		goto close_port;
	InitializeSRWLock(&windows->lock);
	poller->state = windows;
	/* No handle for another loop: that a port may be waited for is nowhere
	 * documented. */
	poller->capabilities = IOSRC__BACKEND_INTERESTS | IOSRC_CAN_SHARE_WAIT;
	return IOSRC_OK;

close_port:
	CloseHandle(windows->port);
free_windows:
	free(windows);
	return status;
}

static size_t deliver(iosrc_poller *poller, const OVERLAPPED_ENTRY *packets,
    size_t count, iosrc_event *out_events, bool *dropped);

/* Requests are cancelled, so their packets come soon. If the system fails us,
 * it may write to a record still: those that are left are not freed. */
static void reap(iosrc_poller *poller)
{
	enum { PATIENCE = 50 };
	struct windows *windows = state_of(poller);
	OVERLAPPED_ENTRY packets[PACKETS_MOST];
	iosrc_event unused[PACKETS_MOST];

	for (unsigned attempt = 0;
	     windows->records.watches.under_way && attempt < PATIENCE;
	     attempt++) {
		bool dropped = false;
		int64_t taken = iosrc__port_take(windows->port, packets,
		    PACKETS_MOST, 100000000);

		if (taken > 0) {
			deliver(poller, packets, (size_t)taken, unused,
			    &dropped);
			attempt = 0;
		}
	}
}

static void windows_close(iosrc_poller *poller)
{
	struct windows *windows = state_of(poller);

	iosrc__watches_remove_all(&windows->records.watches);
	reap(poller);
	iosrc__groups_close(&windows->records.groups);
	CloseHandle(windows->port);
}

static void windows_free(iosrc_poller *poller)
{
	struct windows *windows = state_of(poller);

	iosrc__watches_destroy(&windows->records.watches);
	free(windows);
}

/* ---- changes ---- */

/* The lock is held. Somebody who sleeps would not send what is queued. */
static void settle(iosrc_poller *poller)
{
	if (atomic_load_explicit(&poller->latch.word, memory_order_acquire) &
	    IOSRC__LATCH_SLEEPERS)
		iosrc__watches_flush(&state_of(poller)->records.watches);
}

static iosrc_status iosrc__add(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct windows *windows = state_of(poller);
	struct iosrc__looked looked;
	iosrc_status status = iosrc__record_look(change, &looked);

	if (status < 0)
		return status;
	AcquireSRWLockExclusive(&windows->lock);
	status = iosrc__record_add(&windows->records, change, &looked);
	settle(poller);
	ReleaseSRWLockExclusive(&windows->lock);
	return status;
}

/* A pause ends what is out at once: an auto-reset event that is signalled
 * from now on must keep its signal. */
static iosrc_status iosrc__modify(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct windows *windows = state_of(poller);
	struct iosrc__looked looked;
	iosrc_status status = iosrc__record_look(change, &looked);

	if (status < 0)
		return status;
	AcquireSRWLockExclusive(&windows->lock);
	status = iosrc__record_modify(&windows->records, change, &looked);
	if (change->interest & IOSRC__DIRECTIONS)
		settle(poller);
	else
		iosrc__watches_flush(&windows->records.watches);
	ReleaseSRWLockExclusive(&windows->lock);
	return status;
}

static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct windows *windows = state_of(poller);

	AcquireSRWLockExclusive(&windows->lock);
	iosrc__record_remove(&windows->records, change);
	ReleaseSRWLockExclusive(&windows->lock);
}

static bool windows_rearm(iosrc_poller *poller,
    const struct iosrc__change *change, iosrc_bits directions,
    enum iosrc__rearm why)
{
	struct windows *windows = state_of(poller);
	struct iosrc__watch *watch;
	bool armed;

	AcquireSRWLockExclusive(&windows->lock);
	watch = iosrc__record_find(&windows->records, change);
	armed = watch &&
	    iosrc__watch_rearm(&windows->records.watches, watch, change,
	        directions, why);
	if (armed)
		settle(poller);
	ReleaseSRWLockExclusive(&windows->lock);
	return armed;
}

/* ---- waiting ---- */

/* The lock is held, or nobody else is there. Answers the count of events. */
static size_t deliver(iosrc_poller *poller, const OVERLAPPED_ENTRY *packets,
    size_t count, iosrc_event *out_events, bool *dropped)
{
	struct windows *windows = state_of(poller);
	size_t events = 0;

	for (size_t i = 0; i < count; i++) {
		struct iosrc__watch *watch =
		    (struct iosrc__watch *)(void *)packets[i].lpOverlapped;

		if (packets[i].lpCompletionKey == IOSRC__PORT_KICK)
			continue;
		switch (iosrc__watch_come(&windows->records.watches, poller,
		    watch, iosrc__record_answer(&packets[i]),
		    &out_events[events])) {
		case IOSRC__CAME_EVENT:
			events++;
			break;
		case IOSRC__CAME_NOTHING:
			break;
		case IOSRC__CAME_DROPPED:
			*dropped = true;
			break;
		}
	}
	return events;
}

/* Sends what is queued. Answers whether something went back to the queue: the
 * system had no memory for it, and it is to be tried again soon. */
static bool flush(struct windows *windows)
{
	bool refused;

	AcquireSRWLockExclusive(&windows->lock);
	iosrc__watches_flush(&windows->records.watches);
	refused = iosrc__watches_are_queued(&windows->records.watches);
	ReleaseSRWLockExclusive(&windows->lock);
	return refused;
}

/* Without an event, is there more to be had at once? What a packet has put
 * into the queue is ready perhaps; and what was cancelled comes back in no
 * time, to be asked again: a wait that does not block looks out for it a few
 * times, or it would miss what was there before it began. As often it tries
 * what was refused. */
static void look_again(const struct windows *windows, int64_t left_ns,
    bool refused, struct iosrc__collected *got)
{
	if (iosrc__watches_are_queued(&windows->records.watches)) {
		got->full = true;
		got->dropped |= refused;
	} else if (left_ns == 0 && windows->records.watches.cancelled) {
		got->full = true;
		got->dropped = true;
	}
}

static struct iosrc__collected iosrc__collect(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int64_t left_ns)
{
	struct windows *windows = state_of(poller);
	OVERLAPPED_ENTRY packets[PACKETS_MOST];
	size_t most = capacity < PACKETS_MOST ? capacity : PACKETS_MOST;
	struct iosrc__collected got = { 0 };
	bool refused = flush(windows);
	int64_t taken = iosrc__port_take(windows->port, packets, most,
	    refused && (left_ns < 0 || left_ns > RETRY_NS) ? RETRY_NS
	                                                   : left_ns);

	if (taken < 0) {
		got.status = (iosrc_status)taken;
		return got;
	}
	AcquireSRWLockExclusive(&windows->lock);
	got.count = deliver(poller, packets, (size_t)taken, out_events,
	    &got.dropped);
	got.full = (size_t)taken == most;
	if (got.count == 0)
		look_again(windows, left_ns, refused, &got);
	ReleaseSRWLockExclusive(&windows->lock);
	return got;
}

/* What a wait reported and goes on to watch is sent by the next wait, or here
 * while others sleep. */
static int64_t windows_wait(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	struct windows *windows = state_of(poller);
	int64_t count = iosrc__wait_latched(poller, out_events, capacity,
	    timeout_ns);

	if (atomic_load_explicit(&poller->latch.word, memory_order_acquire) &
	    IOSRC__LATCH_SLEEPERS)
		flush(windows);
	return count;
}

static iosrc_status windows_kick(iosrc_poller *poller)
{
	return iosrc__port_post(state_of(poller)->port, IOSRC__PORT_KICK, NULL);
}

static iosrc_status windows_expose(iosrc_poller *poller,
    iosrc_handle *out_handle)
{
	(void)poller;
	(void)out_handle;
	return IOSRC_E_UNSUPPORTED;
}

static void windows_move(iosrc_poller *poller,
    const struct iosrc__change *change, iosrc_handle handle)
{
	struct windows *windows = state_of(poller);

	AcquireSRWLockExclusive(&windows->lock);
	iosrc__record_move(&windows->records, change, handle);
	ReleaseSRWLockExclusive(&windows->lock);
}

const struct iosrc__backend iosrc__afd_backend = {
	.name = "afd",
	.id = IOSRC_BACKEND_AFD,
	.rearms = true,
	.open = windows_open,
	.close = windows_close,
	.free = windows_free,
	.begin = iosrc__association_begin,
	.renew = iosrc__association_renew,
	.end = iosrc__association_end,
	.leave = iosrc__association_leave,
	.begin_many = NULL,
	.is_open = NULL,
	.rearm = windows_rearm,
	.wait = windows_wait,
	.kick = windows_kick,
	.expose = windows_expose,
	.move = windows_move,
};
