/* SPDX-License-Identifier: MIT
 *
 * poller.c: making, sharing and ending pollers, and what they tell of
 * themselves. Waiting is in wait.c.
 */
#include "poller.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "options.h"
#include "sys/environment.h"
#include "sys/thread.h"
#include "wait.h"

#define GATE_CLOSED UINT32_C(0x80000000)

#define NAME_ROOM 32 /* more than any backend's name */

#define KNOWN_FLAGS (IOSRC_POLLER_INTERRUPTIBLE | IOSRC_POLLER_IO_URING)

/* ---- the backends that are linked in ---- */

static const struct iosrc__backend *backend_by_id(uint32_t id)
{
	for (size_t i = 0; iosrc__backends[i]; i++)
		if (iosrc__backends[i]->id == id)
			return iosrc__backends[i];
	return NULL;
}

static const struct iosrc__backend *backend_by_name(const char *name)
{
	for (size_t i = 0; iosrc__backends[i]; i++)
		if (strcmp(iosrc__backends[i]->name, name) == 0)
			return iosrc__backends[i];
	return NULL;
}

const char *iosrc_backend_name(uint32_t backend)
{
	const struct iosrc__backend *found = backend_by_id(backend);

	return found ? found->name : NULL;
}

/* ---- making ---- */

static iosrc_poller *poller_new(iosrc_flags flags)
{
	iosrc_poller *poller = calloc(1, sizeof(*poller));

	if (!poller)
		return NULL;
	poller->flags = flags;
	poller->look = iosrc__wait_look;
	atomic_init(&poller->references, 1);
	atomic_init(&poller->holders, 1);
	iosrc__fork_mark_set(&poller->fork);
	return poller;
}

static void poller_free(iosrc_poller *poller)
{
	iosrc__registrations_free(&poller->registrations);
	iosrc__handle_map_free(&poller->handles);
	iosrc__latch_destroy(&poller->latch);
	iosrc__fork_mark_free(&poller->fork);
	free(poller);
}

static iosrc_status open_on(iosrc_poller *poller,
    const struct iosrc__backend *backend)
{
	poller->backend = backend;
	return backend->open(poller);
}

/* The best backend that works. Only what says "not on this system" moves on
 * to the next: out of handles or memory is told. */
static iosrc_status open_best(iosrc_poller *poller)
{
	iosrc_status status = IOSRC_E_UNSUPPORTED;

	for (size_t i = 0; iosrc__backends[i]; i++) {
		iosrc_kind kind;

		status = open_on(poller, iosrc__backends[i]);
		kind = iosrc_status_kind(status);
		if (kind != IOSRC_KIND_UNSUPPORTED &&
		    kind != IOSRC_KIND_PERMISSION)
			break;
	}
	return status;
}

/* What was asked for: by the options, else by the environment. NULL and OK:
 * nothing was. */
static iosrc_status backend_wanted(uint32_t id,
    const struct iosrc__backend **out)
{
	char name[NAME_ROOM];

	*out = NULL;
	if (id != IOSRC_BACKEND_DEFAULT) {
		*out = backend_by_id(id);
		return *out ? IOSRC_OK : IOSRC_E_UNSUPPORTED;
	}
	if (!iosrc__environment_get("IOSRC_BACKEND", name, sizeof(name)) ||
	    name[0] == '\0')
		return IOSRC_OK;
	*out = backend_by_name(name);
	return *out ? IOSRC_OK : IOSRC_E_UNSUPPORTED;
}

iosrc_status iosrc_poller_create(const iosrc_poller_options *options,
    size_t options_size, iosrc_poller **out_poller)
{
	const struct iosrc__backend *wanted;
	iosrc_poller_options known;
	iosrc_poller *poller;
	iosrc_status status;

	if (!out_poller)
		return IOSRC_E_INVALID;
	status = iosrc__options_read(&known, sizeof(known), options,
	    options_size);
	if (status < 0)
		return status;
	if (known.flags & ~KNOWN_FLAGS)
		return IOSRC_E_UNSUPPORTED;
	status = backend_wanted(known.backend, &wanted);
	if (status < 0)
		return status;
	poller = poller_new(known.flags);
	if (!poller)
		return IOSRC_E_NO_MEMORY;
	status = wanted ? open_on(poller, wanted) : open_best(poller);
	if (status < 0) {
		poller_free(poller);
		return status;
	}
	*out_poller = poller;
	return IOSRC_OK;
}

/* ---- sharing ---- */

void iosrc__poller_free(iosrc_poller *poller)
{
	poller->backend->free(poller);
	poller_free(poller);
}

bool iosrc__poller_enter(iosrc_poller *poller)
{
	if (!(atomic_fetch_add_explicit(&poller->gate, 1,
	          memory_order_acquire) &
	        GATE_CLOSED))
		return true;
	iosrc__poller_leave(poller);
	return false;
}

void iosrc__poller_leave(iosrc_poller *poller)
{
	atomic_fetch_sub_explicit(&poller->gate, 1, memory_order_release);
}

/* Nobody is inside any more when this returns; calls inside are short. */
static void gate_close(iosrc_poller *poller)
{
	unsigned attempt = 0;

	atomic_fetch_or_explicit(&poller->gate, GATE_CLOSED,
	    memory_order_acq_rel);
	while (atomic_load_explicit(&poller->gate, memory_order_acquire) !=
	    GATE_CLOSED)
		iosrc__lock_pause(attempt++);
}

iosrc_status iosrc_poller_retain(iosrc_poller *poller)
{
	uint32_t references;

	if (!poller)
		return IOSRC_E_INVALID;
	if (iosrc__poller_forked(poller))
		return IOSRC_E_FORKED;
	references = atomic_load_explicit(&poller->references,
	    memory_order_relaxed);
	do {
		if (references == 0)
			return IOSRC_E_CLOSED;
	} while (!atomic_compare_exchange_weak_explicit(&poller->references,
	    &references, references + 1, memory_order_relaxed,
	    memory_order_relaxed));
	return IOSRC_OK;
}

/* In a forked child only its copies of the handles go: a thread of the parent
 * may have been inside the gate when the child was made. */
static void poller_close(iosrc_poller *poller)
{
	int cancel = iosrc__thread_cancel_disable();

	atomic_fetch_or_explicit(&poller->latch.word, IOSRC__LATCH_CLOSED,
	    memory_order_acq_rel);
	if (!iosrc__poller_forked(poller))
		gate_close(poller);
	iosrc__ring_close(poller);
	poller->backend->close(poller);
	iosrc__thread_cancel_restore(cancel);
}

iosrc_status iosrc_poller_release(iosrc_poller *poller)
{
	uint32_t references;

	if (!poller)
		return IOSRC_OK;
	references = atomic_load_explicit(&poller->references,
	    memory_order_relaxed);
	do {
		if (references == 0)
			return IOSRC_E_CLOSED;
	} while (!atomic_compare_exchange_weak_explicit(&poller->references,
	    &references, references - 1, memory_order_acq_rel,
	    memory_order_relaxed));
	if (references == 1) {
		poller_close(poller);
		iosrc__poller_let_go(poller, iosrc__thread_alone());
	}
	return IOSRC_OK;
}

/* ---- what it tells ---- */

uint32_t iosrc_is_current(iosrc_poller *poller, uint64_t registration)
{
	if (!poller || iosrc__poller_check(poller) < 0)
		return 0;
	return iosrc__registration_is_live(&poller->registrations,
	    registration);
}

iosrc_status iosrc_poller_expose(iosrc_poller *poller, iosrc_handle *out_handle)
{
	iosrc_handle handle;
	iosrc_status status;

	if (!poller || !out_handle)
		return IOSRC_E_INVALID;
	if (!(poller->capabilities & IOSRC_CAN_EXPOSE))
		return IOSRC_E_UNSUPPORTED;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	status = poller->backend->expose(poller, &handle);
	if (status < 0)
		return status;
	status = iosrc__latch_expose(poller);
	if (status < 0)
		return status;
	*out_handle = handle;
	return IOSRC_OK;
}

uint32_t iosrc_poller_backend(const iosrc_poller *poller)
{
	return poller ? poller->backend->id : IOSRC_BACKEND_DEFAULT;
}

uint64_t iosrc_poller_capabilities(const iosrc_poller *poller)
{
	/* Whether there is a ring is known only once it was made. */
	iosrc_poller *asked = (iosrc_poller *)(uintptr_t)poller;

	if (!poller)
		return 0;
	return poller->capabilities |
	    (iosrc__ring_works(asked) ? IOSRC_CAN_IO_URING : 0);
}

static uint64_t counted(_Atomic uintptr_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

iosrc_status iosrc_poller_stats(iosrc_poller *poller,
    iosrc_poller_counters *out_counters, size_t counters_size)
{
	iosrc_poller_counters known;
	iosrc_status status;

	if (!poller || !out_counters || counters_size == 0 ||
	    counters_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	known.waits = counted(&poller->counters.waits);
	known.events = counted(&poller->counters.events);
	known.kernel_wakes = counted(&poller->counters.kernel_wakes);
	known.coalesced_wakes = counted(&poller->counters.coalesced_wakes);
	known.spurious = counted(&poller->counters.spurious);
	known.stale = counted(&poller->counters.stale);
	known.rearms = counted(&poller->counters.rearms);
	return iosrc__options_write(out_counters, counters_size, &known,
	    sizeof(known));
}
