/* SPDX-License-Identifier: MIT
 *
 * fake.c: a kernel in memory, for the tests of the core; never installed.
 *
 * A handle has an entry at most: its registration, and what of its interest is
 * armed. An edge disarms the directions that it reported and oneshot all of
 * them; level keeps them. A wait blocks on a condition variable. Between what
 * the kernel has given and its translation no lock is held, as in epoll, so
 * that a test can end a registration there.
 */
#include <config.h>

#include "sys/fake.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "association.h"
#include "poller.h"
#include "status.h"
#include "wait_latched.h"

#define DIRECTIONS (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_PRIORITY)
#define UNASKED (IOSRC_ERROR | IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)

#define KICK_DATA 0 /* no registration has generation 0 */

struct handle {
	uint64_t registration; /* of its entry, 0: it has none */
	iosrc_bits interest;   /* with its mode */
	iosrc_bits armed;      /* directions */
	iosrc_bits over;       /* directions reported as closed */
	iosrc_bits ready;      /* of the handle itself */
	bool file;
	bool closed;   /* behind our back */
	bool changing; /* add, modify or remove is in progress */
};

struct call {
	uint64_t count;
	unsigned fails_in;
	iosrc_status fails_with;
};

struct fake {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* for threads blocked in the kernel */
	pthread_cond_t watched; /* for the test */
	struct handle *handles;
	size_t handle_count;
	size_t turn; /* where the next harvest begins */
	struct call calls[FAKE_CALLS];
	iosrc_event injected;
	unsigned inject_times;
	unsigned interrupts;
	unsigned sleepers;
	enum fake_call hold; /* FAKE_CALLS: none */
	enum iosrc__rearm last_why;
	bool keeps_edges;
	bool kicked;
	bool kick_is_next; /* it had to stand back for a handle */
	bool held;
	_Atomic bool closed;
};

static _Atomic iosrc_status open_status;
static _Atomic iosrc_status edges_open_status;
static _Atomic unsigned misuses;

static struct fake *state_of(const iosrc_poller *poller)
{
	return poller->state;
}

static void expect(bool kept)
{
	if (!kept)
		atomic_fetch_add(&misuses, 1);
}

/* ---- open and close ---- */

static struct fake *fake_new(bool keeps_edges)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	pthread_condattr_t monotonic;

	if (!fake)
		return NULL;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&fake->lock, NULL);
	pthread_cond_init(&fake->changed, &monotonic);
	pthread_cond_init(&fake->watched, NULL);
	pthread_condattr_destroy(&monotonic);
	fake->hold = FAKE_CALLS;
	fake->keeps_edges = keeps_edges;
	return fake;
}

static iosrc_status open_as(iosrc_poller *poller, bool keeps_edges,
    iosrc_status status)
{
	struct fake *fake;

	if (status < 0)
		return status;
	fake = fake_new(keeps_edges);
	if (!fake)
		return IOSRC_E_NO_MEMORY;
	poller->state = fake;
	poller->capabilities = IOSRC__BACKEND_INTERESTS | IOSRC_EXCLUSIVE |
	    IOSRC_CAN_EXPOSE | IOSRC_CAN_WAIT_BELOW_MS | IOSRC_CAN_SHARE_WAIT |
	    IOSRC_CAN_POLL_FILES;
	return IOSRC_OK;
}

static iosrc_status fake_open(iosrc_poller *poller)
{
	return open_as(poller, false, atomic_load(&open_status));
}

static iosrc_status fake_edges_open(iosrc_poller *poller)
{
	return open_as(poller, true, atomic_load(&edges_open_status));
}

/* Takes no lock: in a forked child it may be held. */
static void fake_close(iosrc_poller *poller)
{
	struct fake *fake = state_of(poller);

	expect(!atomic_exchange(&fake->closed, true));
}

static void fake_free(iosrc_poller *poller)
{
	struct fake *fake = state_of(poller);

	expect(atomic_load(&fake->closed));
	if (!iosrc__poller_forked(poller)) {
		expect(fake->sleepers == 0);
		pthread_cond_destroy(&fake->watched);
		pthread_cond_destroy(&fake->changed);
		pthread_mutex_destroy(&fake->lock);
	}
	free(fake->handles);
	free(fake);
}

/* ---- what every call does ---- */

/* Counts the call, and fails it if the test wants that. */
static iosrc_status call_begin(struct fake *fake, enum fake_call kind)
{
	struct call *call = &fake->calls[kind];

	expect(!atomic_load(&fake->closed));
	pthread_mutex_lock(&fake->lock);
	call->count++;
	if (call->fails_in && --call->fails_in == 0)
		return call->fails_with;
	return IOSRC_OK;
}

static void call_end(struct fake *fake, enum fake_call kind)
{
	if (fake->hold == kind) {
		fake->hold = FAKE_CALLS;
		fake->held = true;
		pthread_cond_broadcast(&fake->watched);
		while (fake->held)
			pthread_cond_wait(&fake->watched, &fake->lock);
	}
	pthread_mutex_unlock(&fake->lock);
}

/* The lock is held from here on. NULL: no memory, or no such number. */
static struct handle *handle_at(struct fake *fake, iosrc_handle number)
{
	size_t count = fake->handle_count ? fake->handle_count : 64;
	struct handle *handles;

	if ((size_t)number >= FAKE_HANDLES)
		return NULL;
	while (count <= (size_t)number)
		count *= 2;
	if (count > fake->handle_count) {
		handles = realloc(fake->handles, count * sizeof(*handles));
		if (!handles)
			return NULL;
		memset(handles + fake->handle_count, 0,
		    (count - fake->handle_count) * sizeof(*handles));
		fake->handles = handles;
		fake->handle_count = count;
	}
	return &fake->handles[number];
}

/* ---- changes ---- */

/* Changes of one handle never overlap: the core holds its entry. The lock is
 * let go meanwhile, so that an overlap could be seen. */
static void change_begin(struct fake *fake, const struct iosrc__change *change)
{
	struct handle *handle = &fake->handles[change->handle];

	expect(!handle->changing);
	handle->changing = true;
	pthread_mutex_unlock(&fake->lock);
	pthread_mutex_lock(&fake->lock);
}

static void change_end(struct fake *fake, const struct iosrc__change *change)
{
	if ((size_t)change->handle < fake->handle_count)
		fake->handles[change->handle].changing = false;
}

static iosrc_status set_entry(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct fake *fake = state_of(poller);
	struct handle *handle = handle_at(fake, change->handle);

	if (!handle)
		return IOSRC_E_NO_MEMORY;
	expect(iosrc__registration_is_live(&poller->registrations,
	    change->registration));
	expect(!handle->registration || !change->replaced ||
	    iosrc__registration_index(handle->registration) + 1 ==
	        change->replaced);
	change_begin(fake, change);
	handle = &fake->handles[change->handle];
	if (handle->closed)
		return iosrc__status_from_errno(EBADF);
	handle->registration = change->registration;
	handle->interest = change->interest;
	handle->armed = change->interest & DIRECTIONS;
	handle->over = 0;
	pthread_cond_broadcast(&fake->changed);
	return IOSRC_OK;
}

static iosrc_status iosrc__add(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct fake *fake = state_of(poller);
	iosrc_status status = call_begin(fake, FAKE_ADD);
	struct handle *handle = handle_at(fake, change->handle);

	if (status == IOSRC_OK && !handle)
		status = IOSRC_E_NO_MEMORY;
	else if (status == IOSRC_OK && handle->file && !handle->closed)
		status = IOSRC__ALWAYS_READY;
	else if (status == IOSRC_OK)
		status = set_entry(poller, change);
	change_end(fake, change);
	call_end(fake, FAKE_ADD);
	return status;
}

static iosrc_status iosrc__modify(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct fake *fake = state_of(poller);
	iosrc_status status = call_begin(fake, FAKE_MODIFY);
	struct handle *handle = handle_at(fake, change->handle);

	/* It was something else when it was added. */
	if (status == IOSRC_OK && handle && handle->file && !handle->closed)
		status = IOSRC__ALWAYS_READY;
	else if (status == IOSRC_OK)
		status = set_entry(poller, change);
	change_end(fake, change);
	call_end(fake, FAKE_MODIFY);
	return status;
}

/* By number, as kernels do: the core may ask only for what is its own. */
static void iosrc__remove(iosrc_poller *poller,
    const struct iosrc__change *change)
{
	struct fake *fake = state_of(poller);
	struct handle *handle;

	call_begin(fake, FAKE_REMOVE);
	change_begin(fake, change);
	handle = &fake->handles[change->handle];
	expect(handle->registration == change->registration ||
	    !handle->registration);
	expect(!iosrc__registration_is_live(&poller->registrations,
	    change->registration));
	handle->registration = 0;
	handle->armed = 0;
	change_end(fake, change);
	call_end(fake, FAKE_REMOVE);
}

static bool fake_is_open(iosrc_poller *poller, iosrc_handle handle)
{
	return !state_of(poller)->handles[handle].closed;
}

static bool rearm_locked(struct fake *fake, const struct iosrc__change *change,
    iosrc_bits directions, enum iosrc__rearm why)
{
	struct handle *handle = &fake->handles[change->handle];

	if (handle->registration != change->registration ||
	    handle->interest & (IOSRC_LEVEL | IOSRC_ONESHOT))
		return false;
	expect(!(directions & ~handle->interest));
	if (why == IOSRC__REARM_FAILED)
		directions &= ~handle->over;
	if (!(directions & ~handle->armed))
		return false;
	handle->armed |= directions;
	fake->last_why = why;
	pthread_cond_broadcast(&fake->changed);
	return true;
}

static bool fake_rearm(iosrc_poller *poller, const struct iosrc__change *change,
    iosrc_bits directions, enum iosrc__rearm why)
{
	struct fake *fake = state_of(poller);
	bool armed;

	call_begin(fake, FAKE_REARM);
	armed = rearm_locked(fake, change, directions, why);
	call_end(fake, FAKE_REARM);
	return armed;
}

/* ---- waiting ---- */

/* What of a handle is due; disarms it. */
static iosrc_bits take_due(struct handle *handle)
{
	iosrc_bits ready = handle->ready & (handle->armed | UNASKED);

	if (!handle->registration || !handle->armed || !ready)
		return 0;
	if (ready & IOSRC_READ_CLOSED)
		handle->over |= IOSRC_READABLE;
	if (ready & IOSRC_WRITE_CLOSED)
		handle->over |= IOSRC_WRITABLE;
	if (handle->interest & IOSRC_ONESHOT)
		handle->armed = 0;
	else if (!(handle->interest & IOSRC_LEVEL))
		handle->armed &= ready & UNASKED ? 0 : ~ready;
	return ready;
}

/* Kernel items: of a registration, what is ready; and the kick's. As in a
 * kernel's queue, no one keeps the others out of a small array. */
static size_t harvest(struct fake *fake, iosrc_event *items, size_t capacity)
{
	size_t count = 0;
	size_t at = fake->turn;

	if (fake->kicked && (fake->kick_is_next || capacity > 1)) {
		fake->kicked = false;
		items[count++] = (iosrc_event){ .registration = KICK_DATA };
	}
	if (fake->inject_times && count < capacity) {
		fake->inject_times--;
		items[count++] = fake->injected;
	}
	for (size_t seen = 0; seen < fake->handle_count && count < capacity;
	     seen++) {
		struct handle *handle;
		iosrc_bits ready;

		at = at + 1 < fake->handle_count ? at + 1 : 0;
		handle = &fake->handles[at];
		ready = take_due(handle);
		if (ready)
			items[count++] = (iosrc_event){
				.registration = handle->registration,
				.ready = ready
			};
	}
	fake->turn = at;
	fake->kick_is_next = fake->kicked && count;
	if (count == 0 && fake->kicked) {
		fake->kicked = false;
		items[count++] = (iosrc_event){ .registration = KICK_DATA };
	}
	return count;
}

static struct timespec time_in(int64_t left_ns)
{
	const int64_t second = 1000000000;
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(left_ns / second);
	at.tv_nsec += (long)(left_ns % second);
	at.tv_sec += at.tv_nsec / second;
	at.tv_nsec %= second;
	return at;
}

/* Blocks until there is something; the lock is held. */
static size_t visit(struct fake *fake, iosrc_event *items, size_t capacity,
    int64_t left_ns, iosrc_status *status)
{
	const struct timespec at = time_in(left_ns < 0 ? 0 : left_ns);
	size_t count;
	int code = left_ns == 0 ? ETIMEDOUT : 0;

	fake->sleepers++;
	pthread_cond_broadcast(&fake->watched);
	for (;;) {
		count = harvest(fake, items, capacity);
		if (count || code == ETIMEDOUT)
			break;
		if (fake->interrupts) {
			fake->interrupts--;
			*status = iosrc__status_from_errno(EINTR);
			break;
		}
		code = left_ns < 0
		    ? pthread_cond_wait(&fake->changed, &fake->lock)
		    : pthread_cond_timedwait(&fake->changed, &fake->lock, &at);
	}
	fake->sleepers--;
	return count;
}

/* One kernel item into one event; false: it is dropped. */
static bool translate(iosrc_poller *poller, const iosrc_event *item,
    iosrc_event *out, bool *dropped)
{
	struct iosrc__registered what;
	iosrc_event event = *item;

	if (event.registration == KICK_DATA)
		return false;
	if (!iosrc__registration_read(&poller->registrations,
	        event.registration, &what)) {
		iosrc__count(&poller->counters.stale, 1);
		*dropped = true;
		return false;
	}
	event.ready &= what.interest;
	if (!event.ready) {
		iosrc__count(&poller->counters.spurious, 1);
		*dropped = true;
		return false;
	}
	event.token = what.token;
	*out = event;
	return true;
}

static struct iosrc__collected iosrc__collect(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int64_t left_ns)
{
	struct fake *fake = state_of(poller);
	struct iosrc__collected got = { 0 };
	size_t count = 0;

	expect(capacity > 0);
	got.status = call_begin(fake, FAKE_COLLECT);
	if (got.status == IOSRC_OK)
		count = visit(fake, out_events, capacity, left_ns, &got.status);
	call_end(fake, FAKE_COLLECT);
	got.full = count == capacity;
	for (size_t i = 0; i < count; i++)
		if (translate(poller, &out_events[i], &out_events[got.count],
		        &got.dropped))
			got.count++;
	return got;
}

static int64_t fake_wait(iosrc_poller *poller, iosrc_event *out_events,
    size_t capacity, int64_t timeout_ns)
{
	return iosrc__wait_latched(poller, out_events, capacity, timeout_ns);
}

static iosrc_status fake_kick(iosrc_poller *poller)
{
	struct fake *fake = state_of(poller);
	iosrc_status status = call_begin(fake, FAKE_KICK);

	if (status == IOSRC_OK) {
		fake->kicked = true;
		pthread_cond_broadcast(&fake->changed);
	}
	call_end(fake, FAKE_KICK);
	return status;
}

static iosrc_status fake_expose(iosrc_poller *poller, iosrc_handle *out_handle)
{
	struct fake *fake = state_of(poller);
	iosrc_status status = call_begin(fake, FAKE_EXPOSE);

	if (status == IOSRC_OK)
		*out_handle = FAKE_EXPOSED_HANDLE;
	call_end(fake, FAKE_EXPOSE);
	return status;
}

const struct iosrc__backend iosrc__fake_backend = {
	.name = "fake",
	.id = IOSRC_BACKEND_FAKE,
	.rearms = true,
	.open = fake_open,
	.close = fake_close,
	.free = fake_free,
	.begin = iosrc__association_begin,
	.renew = iosrc__association_renew,
	.end = iosrc__association_end,
	.leave = iosrc__association_leave,
	.begin_many = NULL,
	.is_open = fake_is_open,
	.rearm = fake_rearm,
	.wait = fake_wait,
	.kick = fake_kick,
	.expose = fake_expose,
};

const struct iosrc__backend iosrc__fake_edges_backend = {
	.name = "fake-edges",
	.id = FAKE_EDGES_ID,
	.rearms = false,
	.open = fake_edges_open,
	.close = fake_close,
	.free = fake_free,
	.begin = iosrc__association_begin,
	.renew = iosrc__association_renew,
	.end = iosrc__association_end,
	.leave = iosrc__association_leave,
	.begin_many = NULL,
	.is_open = fake_is_open,
	.rearm = NULL,
	.wait = fake_wait,
	.kick = fake_kick,
	.expose = fake_expose,
};

/* ---- the test's hand ---- */

void fake_set_open_status(const struct iosrc__backend *backend,
    iosrc_status status)
{
	atomic_store(backend == &iosrc__fake_backend ? &open_status
	                                             : &edges_open_status,
	    status);
}

unsigned fake_misuses(void)
{
	return atomic_load(&misuses);
}

static struct fake *hand_begin(const iosrc_poller *poller)
{
	struct fake *fake = state_of(poller);

	pthread_mutex_lock(&fake->lock);
	return fake;
}

static void hand_end(struct fake *fake)
{
	pthread_cond_broadcast(&fake->changed);
	pthread_cond_broadcast(&fake->watched);
	pthread_mutex_unlock(&fake->lock);
}

bool fake_is_closed(iosrc_poller *poller)
{
	return atomic_load(&state_of(poller)->closed);
}

uint64_t fake_count(iosrc_poller *poller, enum fake_call call)
{
	struct fake *fake = hand_begin(poller);
	uint64_t count = fake->calls[call].count;

	hand_end(fake);
	return count;
}

void fake_fail(iosrc_poller *poller, enum fake_call call, unsigned nth,
    iosrc_status status)
{
	struct fake *fake = hand_begin(poller);

	fake->calls[call].fails_in = nth;
	fake->calls[call].fails_with = status;
	hand_end(fake);
}

void fake_set_ready(iosrc_poller *poller, iosrc_handle handle, iosrc_bits ready)
{
	struct fake *fake = hand_begin(poller);
	struct handle *at = handle_at(fake, handle);

	at->ready = ready;
	if (fake->keeps_edges && !(at->interest & IOSRC_ONESHOT))
		at->armed = at->interest & DIRECTIONS;
	hand_end(fake);
}

void fake_set_file(iosrc_poller *poller, iosrc_handle handle, bool file)
{
	struct fake *fake = hand_begin(poller);

	handle_at(fake, handle)->file = file;
	hand_end(fake);
}

void fake_set_closed(iosrc_poller *poller, iosrc_handle handle, bool closed)
{
	struct fake *fake = hand_begin(poller);

	handle_at(fake, handle)->closed = closed;
	if (closed)
		handle_at(fake, handle)->registration = 0;
	hand_end(fake);
}

/* A copy of what the kernel knows. */
static struct handle look_at(iosrc_poller *poller, iosrc_handle handle)
{
	struct fake *fake = hand_begin(poller);
	struct handle found = *handle_at(fake, handle);

	hand_end(fake);
	return found;
}

uint64_t fake_registration(iosrc_poller *poller, iosrc_handle handle)
{
	return look_at(poller, handle).registration;
}

iosrc_bits fake_interest(iosrc_poller *poller, iosrc_handle handle)
{
	return look_at(poller, handle).interest;
}

iosrc_bits fake_armed(iosrc_poller *poller, iosrc_handle handle)
{
	return look_at(poller, handle).armed;
}

void fake_rename(iosrc_poller *poller, iosrc_handle handle,
    uint64_t registration)
{
	struct fake *fake = hand_begin(poller);
	struct handle *at = handle_at(fake, handle);

	if (at->registration)
		at->registration = registration;
	hand_end(fake);
}

enum iosrc__rearm fake_last_why(iosrc_poller *poller)
{
	return state_of(poller)->last_why;
}

void fake_inject(iosrc_poller *poller, uint64_t registration, iosrc_bits ready,
    unsigned times)
{
	struct fake *fake = hand_begin(poller);

	fake->injected = (iosrc_event){ .registration = registration,
		.ready = ready };
	fake->inject_times = times;
	hand_end(fake);
}

void fake_interrupt(iosrc_poller *poller)
{
	struct fake *fake = hand_begin(poller);

	fake->interrupts++;
	hand_end(fake);
}

void fake_await_sleepers(iosrc_poller *poller, unsigned count)
{
	struct fake *fake = hand_begin(poller);

	while (fake->sleepers < count)
		pthread_cond_wait(&fake->watched, &fake->lock);
	hand_end(fake);
}

unsigned fake_sleepers(iosrc_poller *poller)
{
	struct fake *fake = hand_begin(poller);
	unsigned count = fake->sleepers;

	hand_end(fake);
	return count;
}

void fake_hold(iosrc_poller *poller, enum fake_call call)
{
	struct fake *fake = hand_begin(poller);

	fake->hold = call;
	hand_end(fake);
}

void fake_await_held(iosrc_poller *poller)
{
	struct fake *fake = hand_begin(poller);

	while (!fake->held)
		pthread_cond_wait(&fake->watched, &fake->lock);
	hand_end(fake);
}

void fake_let_go(iosrc_poller *poller)
{
	struct fake *fake = hand_begin(poller);

	fake->held = false;
	hand_end(fake);
}

bool fake_is_readable(iosrc_poller *poller)
{
	struct fake *fake = hand_begin(poller);
	bool readable = fake->kicked || fake->inject_times;

	for (size_t i = 0; i < fake->handle_count; i++) {
		struct handle copy = fake->handles[i];

		readable = readable || take_due(&copy);
	}
	hand_end(fake);
	return readable;
}
