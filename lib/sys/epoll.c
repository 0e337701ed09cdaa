/* SPDX-License-Identifier: MIT
 *
 * epoll.c: Linux's epoll(7).
 *
 * The kernel carries the registration (slot and generation) as its data, so a
 * wait needs no lock. Its items are smaller than our events: they are written
 * into the tail of the caller's own array and widened in place, front to back.
 * Kicks go through an eventfd in edge mode that is never read: each write is
 * a new edge. One system call a wait, one a change.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "association.h"
#include "backend.h"
#include "direct_call.h"
#include "poller.h"
#include "status.h"
#include "sys/unix/notify.h"
#include "sys/unix/timeout.h"
#include "wait_latched.h"

/* A slot that is there whenever something kicks, in no generation of its. */
#define KICK_DATA ((uint64_t)UINT32_MAX << 32)

struct epoll {
	int fd;
	_Atomic int has_pwait2; /* cleared when the kernel refuses it */
	struct iosrc__notify notify;
};

static struct epoll *state_of(const iosrc_poller *poller)
{
	return poller->state;
}

/* ---- timeouts ---- */

#if IOSRC_USE_EPOLL_PWAIT2

static int wait_ns(int fd, struct epoll_event *items, int count,
    int64_t left_ns)
{
	struct timespec left = iosrc__timeout_of(left_ns);

	return epoll_pwait2(fd, items, count, &left, NULL);
}

#else

static int wait_ns(int fd, struct epoll_event *items, int count,
    int64_t left_ns)
{
	(void)fd;
	(void)items;
	(void)count;
	(void)left_ns;
	errno = ENOSYS;
	return -1;
}

#endif

/* epoll_wait where whole milliseconds do, for it is the cheaper call and the
 * one that every sandbox knows. */
static inline int wait_items(struct epoll *epoll, struct epoll_event *items,
    int count, int64_t left_ns)
{
	if (left_ns > 0 && left_ns % 1000000 != 0 &&
	    atomic_load_explicit(&epoll->has_pwait2, memory_order_relaxed)) {
		int got = wait_ns(epoll->fd, items, count, left_ns);

		if (got >= 0 || (errno != ENOSYS && errno != EPERM))
			return got;
		atomic_store_explicit(&epoll->has_pwait2, 0,
		    memory_order_relaxed);
	}
	return epoll_wait(epoll->fd, items, count,
	    left_ns == 0 ? 0 : iosrc__deadline_ms(left_ns));
}

/* ---- open and close ---- */

static iosrc_status watch_kicks(struct epoll *epoll)
{
	struct epoll_event item = { .events = EPOLLIN | EPOLLET,
		.data.u64 = KICK_DATA };

	if (epoll_ctl(epoll->fd, EPOLL_CTL_ADD, epoll->notify.read_fd, &item) <
	    0)
		return iosrc__status_errno();
	return IOSRC_OK;
}

static int64_t epoll_look(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity);

static bool probe_pwait2(struct epoll *epoll)
{
	struct epoll_event item;
	int cancel = iosrc__thread_cancel_disable();
	bool works = wait_ns(epoll->fd, &item, 1, 0) >= 0;

	iosrc__thread_cancel_restore(cancel);
	return works;
}

static iosrc_status epoll_open(iosrc_poller *poller)
{
	struct epoll *epoll = calloc(1, sizeof(*epoll));
	iosrc_status status;

	if (!epoll)
		return IOSRC_E_NO_MEMORY;
	epoll->fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll->fd < 0) {
		status = iosrc__status_errno();
		goto free_epoll;
	}
	status = iosrc__notify_open(&epoll->notify);
	if (status < 0)
		goto close_fd;
	status = watch_kicks(epoll);
	if (status < 0)
		goto close_notify;
	poller->state = epoll;
	poller->look = epoll_look;
	poller->capabilities = IOSRC__BACKEND_INTERESTS | IOSRC_EXCLUSIVE |
	    IOSRC_CAN_EXPOSE | IOSRC_CAN_SHARE_WAIT | IOSRC_CAN_POLL_FILES;
	if (probe_pwait2(epoll)) {
		atomic_init(&epoll->has_pwait2, 1);
		poller->capabilities |= IOSRC_CAN_WAIT_BELOW_MS;
	}
	return IOSRC_OK;

close_notify:
	iosrc__notify_close(&epoll->notify);
close_fd:
	close(epoll->fd);
free_epoll:
	free(epoll);
	return status;
}

static void epoll_close(iosrc_poller *poller)
{
	struct epoll *epoll = state_of(poller);

	iosrc__notify_close(&epoll->notify);
	close(epoll->fd);
}

static void epoll_free(iosrc_poller *poller)
{
	free(state_of(poller));
}

/* ---- changes ---- */

/* What the kernel is asked for, by directions and mode, which fit six bits.
 * RDHUP always goes with reading: after a short read nothing else tells of the
 * end of file; with EXCLUSIVE the kernel refuses it. A paused registration
 * keeps edge mode: the kernel reports hang-ups and errors unasked, and would
 * do so at every wait. */
#define MODE_SHIFT 13 /* brings LEVEL, the lowest mode, behind PRIORITY */
#define ASKS(i, bit) ((i) & ((bit) < IOSRC_LEVEL ? (bit) : (bit) >> MODE_SHIFT))
#define EVENTS(i) \
	((ASKS(i, IOSRC_READABLE) ? EPOLLIN : 0u) | \
	    (ASKS(i, IOSRC_READABLE) && !ASKS(i, IOSRC_EXCLUSIVE) ? EPOLLRDHUP \
	                                                          : 0u) | \
	    (ASKS(i, IOSRC_WRITABLE) ? EPOLLOUT : 0u) | \
	    (ASKS(i, IOSRC_PRIORITY) ? EPOLLPRI : 0u) | \
	    (ASKS(i, IOSRC_EXCLUSIVE) ? EPOLLEXCLUSIVE : 0u) | \
	    (ASKS(i, IOSRC_ONESHOT)                   ? EPOLLONESHOT \
	            : ASKS(i, IOSRC_LEVEL) && ((i)&7) ? 0u \
	                                              : EPOLLET))

#define TABLE4(of, i) of(i), of((i) + 1), of((i) + 2), of((i) + 3)
#define TABLE16(of, i) \
	TABLE4(of, i), TABLE4(of, (i) + 4), TABLE4(of, (i) + 8), \
	    TABLE4(of, (i) + 12)
#define TABLE64(of) \
	{ \
		TABLE16(of, 0), TABLE16(of, 16), TABLE16(of, 32), \
		    TABLE16(of, 48) \
	}

static const uint32_t events_table[64] = TABLE64(EVENTS);

static uint32_t kernel_events(iosrc_bits interest)
{
	return events_table[(interest & 7) | (interest >> MODE_SHIFT & 0x38)];
}

/* Answers 0 or the errno. */
static inline int control(const struct epoll *epoll, int operation, int fd,
    struct epoll_event *item)
{
	return epoll_ctl(epoll->fd, operation, fd, item) == 0 ? 0 : errno;
}

#if IOSRC__HAS_DIRECT_CALL

static inline __attribute__((always_inline)) int control_directly(
    const struct epoll *epoll, int operation, int fd, struct epoll_event *item)
{
	return (int)-iosrc__direct_call(SYS_epoll_ctl, epoll->fd, operation, fd,
	    (long)item);
}

#else

#define control_directly control

#endif

static inline struct epoll_event item_of(const struct iosrc__change *change)
{
	return (struct epoll_event){ .events = kernel_events(change->interest),
		.data.u64 = change->registration };
}

/* The kernel has an entry for this number and file already: another source's,
 * or one that a raw close left behind. Exclusive entries cannot be modified:
 * they are made anew. */
static int take_over(const struct epoll *epoll, int fd,
    struct epoll_event *item)
{
	int code = control(epoll, EPOLL_CTL_MOD, fd, item);

	if (code == EINVAL)
		code = control(epoll, EPOLL_CTL_DEL, fd, item);
	else
		return code;
	return code ? code : control(epoll, EPOLL_CTL_ADD, fd, item);
}

/* What failed is out of line, so that what succeeds has little to save. */
static __attribute__((noinline)) iosrc_status add_failed(
    const struct epoll *epoll, int fd, struct epoll_event *item, int code)
{
	if (code == EEXIST)
		code = take_over(epoll, fd, item);
	if (code == EPERM)
		return IOSRC__ALWAYS_READY;
	return code ? iosrc__status_from_errno(code) : IOSRC_OK;
}

/* Inlined into its callers, as modify is: see association.h. */
static inline __attribute__((always_inline)) iosrc_status iosrc__add(
    iosrc_poller *poller, const struct iosrc__change *change)
{
	const struct epoll *epoll = state_of(poller);
	struct epoll_event item = item_of(change);
	int fd = (int)change->handle;
	int code;

	if (change->handle == epoll->fd)
		return IOSRC_E_INVALID;
	/* The kernel would take it for an entry to modify: ours. */
	if (iosrc__notify_owns(&epoll->notify, change->handle))
		return iosrc__status_from_errno(EBADF);
	code = change->direct
	    ? control_directly(epoll, EPOLL_CTL_ADD, fd, &item)
	    : control(epoll, EPOLL_CTL_ADD, fd, &item);
	return code ? add_failed(epoll, fd, &item, code) : IOSRC_OK;
}

/* No entry: the handle was closed behind our back and its number opened
 * anew. */
static __attribute__((noinline)) iosrc_status modify_failed(
    const struct epoll *epoll, int fd, struct epoll_event *item, int code)
{
	if (code == ENOENT)
		code = control(epoll, EPOLL_CTL_ADD, fd, item);
	if (code == EPERM)
		return IOSRC__ALWAYS_READY;
	return code ? iosrc__status_from_errno(code) : IOSRC_OK;
}

static inline __attribute__((always_inline)) iosrc_status iosrc__modify(
    iosrc_poller *poller, const struct iosrc__change *change)
{
	const struct epoll *epoll = state_of(poller);
	struct epoll_event item = item_of(change);
	int fd = (int)change->handle;
	int code = control(epoll, EPOLL_CTL_MOD, fd, &item);

	return code ? modify_failed(epoll, fd, &item, code) : IOSRC_OK;
}

static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct epoll_event unused = { 0 }; /* Linux before 2.6.9 */

	(void)control(state_of(poller), EPOLL_CTL_DEL, (int)change->handle,
	    &unused);
}

#if IOSRC__HAS_DIRECT_CALL

/* The whole association is in the loop, so that nothing returns between two
 * calls of the kernel. */
static int64_t begin_many(iosrc_poller *poller, iosrc_register_item *items,
    size_t count, size_t item_size)
{
	unsigned char *at = (unsigned char *)items;
	int64_t succeeded = 0;

	for (size_t n = 0; n < count; n++, at += item_size) {
		iosrc_register_item *item = (iosrc_register_item *)(void *)at;

		item->out_status = item->reserved ? IOSRC_E_UNSUPPORTED
		    : item->source ? iosrc__source_check_interest(
		                         poller->capabilities, item->interest)
		                   : IOSRC_E_INVALID;
		if (item->out_status == IOSRC_OK)
			item->out_status = iosrc__association_begin_as(
			    item->source, poller, item->token, item->interest,
			    false, true);
		succeeded += item->out_status == IOSRC_OK;
	}
	return succeeded;
}

#define BEGIN_MANY begin_many

#else

#define BEGIN_MANY NULL

#endif

static bool epoll_is_open(iosrc_poller *poller, iosrc_handle handle)
{
	(void)poller;
	return fcntl((int)handle, F_GETFD) >= 0;
}

/* ---- waiting ---- */

/* The bits of a kernel item that mean something: the low five, and RDHUP,
 * bit 13. One multiplication brings them together at the top of the word: the
 * five by 27, RDHUP by 13. What else it leaves there is below, and no carry
 * reaches them; the 1 in it keeps compilers from making shifts of it. */
#define GATHER ((UINT32_C(1) << 27) + (UINT32_C(1) << 13) + 1)
#define GATHERED(events) ((uint32_t)((events)*GATHER) >> 26)
#define RDHUP_INDEX 0x1
#define LOW_INDEX(bits) ((bits) << 1)

_Static_assert(EPOLLIN == 0x1 && EPOLLPRI == 0x2 && EPOLLOUT == 0x4 &&
        EPOLLERR == 0x8 && EPOLLHUP == 0x10 && EPOLLRDHUP == 0x2000,
    "the table below is laid out for these");

#define TELLS(i, bits, ready) ((i) & (bits) ? (ready) : 0u)
#define READY(i) \
	(TELLS(i, LOW_INDEX(EPOLLIN | EPOLLHUP | EPOLLERR) | RDHUP_INDEX, \
	     IOSRC_READABLE) | \
	    TELLS(i, LOW_INDEX(EPOLLOUT | EPOLLHUP | EPOLLERR), \
	        IOSRC_WRITABLE) | \
	    TELLS(i, LOW_INDEX(EPOLLPRI), IOSRC_PRIORITY) | \
	    TELLS(i, LOW_INDEX(EPOLLERR), IOSRC_ERROR) | \
	    TELLS(i, LOW_INDEX(EPOLLHUP) | RDHUP_INDEX, IOSRC_READ_CLOSED) | \
	    TELLS(i, LOW_INDEX(EPOLLHUP | EPOLLERR), IOSRC_WRITE_CLOSED))

static const uint16_t ready_table[64] = TABLE64(READY);

static iosrc_bits ready_of(uint32_t events)
{
	return ready_table[GATHERED(events)];
}

/* Takes what came of a pipe's kicks; the latch's word says what they were
 * about. An eventfd is left alone. */
static void harvest_kick(struct epoll *epoll)
{
	if (!iosrc__notify_edges(&epoll->notify))
		iosrc__notify_drain(&epoll->notify);
}

/* What the loop over the items of a call needs only where one is dropped: in
 * memory, so that it takes the loop no registers. */
struct dropping {
	iosrc_poller *poller;
	bool dropped; /* the call gave something for nothing */
};

/* What is dropped: a kick, whose news the latch has; what was deregistered
 * or renewed since; a hang-up of a paused registration. */
static __attribute__((noinline)) void drop(struct dropping *dropping,
    uint64_t data)
{
	iosrc_poller *poller = dropping->poller;
	bool live;

	if (data == KICK_DATA) {
		harvest_kick(state_of(poller));
		return;
	}
	live = iosrc__registration_is_live(&poller->registrations, data);
	iosrc__count(
	    live ? &poller->counters.spurious : &poller->counters.stale, 1);
	dropping->dropped = true;
}

/* Where the generation is in an item. The loop reads it by itself, which takes
 * less than to take it out of the whole. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define GENERATION_AT offsetof(struct epoll_event, data)
#else
#define GENERATION_AT (offsetof(struct epoll_event, data) + sizeof(uint32_t))
#endif

static inline uint32_t generation_of(const struct epoll_event *item)
{
	uint32_t generation;

	memcpy(&generation, (const unsigned char *)item + GENERATION_AT,
	    sizeof(generation));
	return generation;
}

/* One kernel item into one event; false: there is none in it. Both may be at
 * the same place. */
static inline __attribute__((always_inline)) bool translate(
    _Atomic uintptr_t *leaves, const struct epoll_event *in, iosrc_event *out,
    bool alone)
{
	struct iosrc__slot *slot;
	struct epoll_event item;
	iosrc_bits interest, ready;
	uint32_t live;

	memcpy(&item, in, sizeof(item));
	ready = ready_of(item.events);
	live = generation_of(in);
	slot = iosrc__slot_at(leaves, iosrc__registration_index(item.data.u64));
	if (alone ? !iosrc__slot_read_alone(slot, live, &out->token, &interest)
	          : !iosrc__slot_read(slot, live, &out->token, &interest))
		return false;
	out->registration = item.data.u64;
	out->ready = ready & interest;
	out->reserved = 0;
	return out->ready != 0;
}

/* The kernel takes INT_MAX bytes of items at most. */
#define ITEMS_MOST (INT_MAX / sizeof(struct epoll_event))

/* Where it puts them: in the tail of the array. */
static inline struct epoll_event *items_of(iosrc_event *out_events,
    size_t capacity)
{
	const size_t spare = sizeof(*out_events) - sizeof(struct epoll_event);

	return (struct epoll_event *)(void *)((unsigned char *)out_events +
	    capacity * spare);
}

/* Widens the kernel's items front to back. Event i ends where item i + 1
 * begins, or before: an item is read whole before it is written over. Answers
 * the count of events. */
static inline __attribute__((always_inline)) size_t widen_as(
    struct dropping *dropping, iosrc_event *out_events,
    const struct epoll_event *items, size_t count, bool alone)
{
	/* Asked after the kernel's call: each item's slot is in there. */
	struct iosrc__slot_directory *directory = iosrc__registration_directory(
	    &dropping->poller->registrations);
	const struct epoll_event *end = items + count;
	iosrc_event *out = out_events;

	for (; items != end; items++) {
		uint64_t data;

		memcpy(&data, &items->data, sizeof(data));
		if (translate(directory->bases, items, out, alone))
			out++;
		else
			drop(dropping, data);
	}
	return (size_t)(out - out_events);
}

static __attribute__((noinline)) size_t widen(iosrc_poller *poller,
    iosrc_event *out_events, const struct epoll_event *items, size_t count,
    bool *dropped)
{
	struct dropping dropping = { poller, false };
	size_t widened = iosrc__thread_alone()
	    ? widen_as(&dropping, out_events, items, count, true)
	    : widen_as(&dropping, out_events, items, count, false);

	*dropped = dropping.dropped;
	return widened;
}

/* What came of a kernel call: `count` items, or -1 and errno. */
static inline struct iosrc__collected collected(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int count)
{
	struct iosrc__collected got = { 0 };

	if (count > 0)
		got.count = widen(poller, out_events,
		    items_of(out_events, capacity), (size_t)count,
		    &got.dropped);
	else if (count < 0)
		got.status = iosrc__status_errno();
	got.full = (size_t)count == capacity;
	return got;
}

/* Inlined into the one loop that calls it. */
static inline __attribute__((always_inline)) struct iosrc__collected
iosrc__collect(iosrc_poller *poller, iosrc_event *out_events, size_t capacity,
    int64_t left_ns)
{
	int count = wait_items(state_of(poller), items_of(out_events, capacity),
	    (int)capacity, left_ns);

	return collected(poller, out_events, capacity, count);
}

/* A look's arguments: in memory, so that one that finds nothing has no
 * registers to save for them. */
struct look {
	iosrc_poller *poller;
	iosrc_event *out_events;
	size_t capacity;
};

/* The rest of a look that found something. */
static __attribute__((noinline)) int64_t looked(const struct look *look,
    int found)
{
	iosrc_poller *poller = look->poller;
	iosrc_event *out_events = look->out_events;
	size_t capacity = look->capacity;
	struct iosrc__collected got;
	size_t count;

	/* Refused, for nobody has looked at the capacity before. */
	if (capacity > ITEMS_MOST)
		return iosrc__wait_latched(poller, out_events, ITEMS_MOST, 0);
	got = collected(poller, out_events, capacity, found);
	count = iosrc__wait_take(poller, out_events, capacity, got.count,
	    atomic_load_explicit(&poller->latch.word, memory_order_acquire));
	if (count) {
		iosrc__count_call(&poller->counters.events, count);
		return (int64_t)count;
	}
	if (got.status < 0 && iosrc__wait_fails(poller, &got.status))
		return got.status;
	/* A full array of nothing: more may be behind it. */
	return got.full ? iosrc__wait_latched(poller, out_events, capacity, 0)
	                : 0;
}

/* The kernel, asked without blocking, for nothing is pending. What becomes so
 * meanwhile has come after a look that finds nothing; a kick for it is found. */
static int64_t epoll_look(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity)
{
	struct look look = { poller, out_events, capacity };
	int found = epoll_wait(state_of(poller)->fd,
	    items_of(out_events, capacity), (int)capacity, 0);

	return found == 0 ? 0 : looked(&look, found);
}

static int64_t epoll_backend_wait(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	int64_t count;
	int cancel;

	if (capacity > ITEMS_MOST)
		capacity = ITEMS_MOST;
	if (timeout_ns != 0 || iosrc__latch_is_pending(&poller->latch))
		return iosrc__wait_latched(poller, out_events, capacity,
		    timeout_ns);
	cancel = iosrc__thread_cancel_disable();
	count = epoll_look(poller, out_events, capacity);
	iosrc__thread_cancel_restore(cancel);
	return count;
}

static iosrc_status epoll_kick(iosrc_poller *poller)
{
	return iosrc__notify_send(&state_of(poller)->notify);
}

static iosrc_status epoll_expose(iosrc_poller *poller, iosrc_handle *out_handle)
{
	*out_handle = state_of(poller)->fd;
	return IOSRC_OK;
}

const struct iosrc__backend iosrc__epoll_backend = {
	.name = "epoll",
	.id = IOSRC_BACKEND_EPOLL,
	.rearms = false,
	.open = epoll_open,
	.close = epoll_close,
	.free = epoll_free,
	.begin = iosrc__association_begin,
	.renew = iosrc__association_renew,
	.end = iosrc__association_end,
	.leave = iosrc__association_leave,
	.begin_many = BEGIN_MANY,
	.is_open = epoll_is_open,
	.rearm = NULL,
	.wait = epoll_backend_wait,
	.kick = epoll_kick,
	.expose = epoll_expose,
};
