/* SPDX-License-Identifier: MIT
 *
 * poll_table.c: arming, disarming and claiming in a poll(2) poller's table.
 *
 * Growing happens at a registration alone: arming and lending never have to
 * allocate.
 */
#include <config.h>

#include "sys/poll_table.h"

#include <stdlib.h>
#include <string.h>

#include "poller.h"
#include "registration.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* Linux alone tells a half-closed peer apart */
#endif

/* Directions are IOSRC_READABLE, WRITABLE, PRIORITY; they fit three bits. */
struct iosrc__poll_entry {
	uint32_t generation; /* 0: not registered */
	int fd;
	uint32_t dense;      /* place in the dense array + 1, 0: not armed */
	uint32_t copied;     /* the epoch in which it was lent */
	uint8_t interest;    /* directions */
	uint8_t armed;       /* directions */
	uint8_t hidden;      /* disarmed by a hang-up, but never reported */
	unsigned closed : 3; /* directions reported as closed */
	unsigned level : 1;
	unsigned oneshot : 1;
	unsigned touched : 1; /* since the copy: what the copy saw is old */
};

/* ---- growing ---- */

static void array_free(struct iosrc__poll_array *array)
{
	free(array->fds);
	free(array->slots);
}

static bool array_alloc(struct iosrc__poll_array *array, size_t capacity)
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
static bool grow_arrays(struct iosrc__poll_table *table)
{
	size_t capacity = table->capacity ? table->capacity * 3 / 2 : 16;
	struct iosrc__poll_array dense, copy;

	if (table->registered < table->capacity)
		return true;
	if (!array_alloc(&dense, capacity))
		return false;
	if (!array_alloc(&copy, capacity)) {
		array_free(&dense);
		return false;
	}
	if (table->armed_count) {
		memcpy(dense.fds, table->dense.fds,
		    table->armed_count * sizeof(*dense.fds));
		memcpy(dense.slots, table->dense.slots,
		    table->armed_count * sizeof(*dense.slots));
	}
	array_free(&table->dense);
	/* One that is lent is freed when it is taken back. */
	if (!table->is_lent || table->copy.fds != table->lent.fds)
		array_free(&table->copy);
	table->dense = dense;
	table->copy = copy;
	table->capacity = capacity;
	return true;
}

static bool grow_entries(struct iosrc__poll_table *table, uint32_t slot)
{
	size_t count = table->entry_count ? table->entry_count : 16;
	struct iosrc__poll_entry *entries;

	if (slot < table->entry_count)
		return true;
	while (count <= slot)
		count = count * 3 / 2;
	entries = realloc(table->entries, count * sizeof(*entries));
	if (!entries)
		return false;
	memset(entries + table->entry_count, 0,
	    (count - table->entry_count) * sizeof(*entries));
	table->entries = entries;
	table->entry_count = count;
	return true;
}

bool iosrc__poll_table_init(struct iosrc__poll_table *table)
{
	return grow_arrays(table);
}

void iosrc__poll_table_free(struct iosrc__poll_table *table)
{
	array_free(&table->dense);
	array_free(&table->copy);
	free(table->entries);
}

/* ---- the dense array ---- */

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

static void dense_remove(struct iosrc__poll_table *table, size_t place)
{
	size_t last = --table->armed_count;

	table->entries[table->dense.slots[place]].dense = 0;
	if (place == last)
		return;
	table->dense.fds[place] = table->dense.fds[last];
	table->dense.slots[place] = table->dense.slots[last];
	table->entries[table->dense.slots[place]].dense = (uint32_t)place + 1;
}

/* Brings the dense array in line with what an entry has armed. */
static void sync_entry(struct iosrc__poll_table *table, uint32_t slot)
{
	struct iosrc__poll_entry *entry = &table->entries[slot];
	struct pollfd *fd;

	if (!entry->armed) {
		if (entry->dense)
			dense_remove(table, entry->dense - 1);
		return;
	}
	if (!entry->dense) {
		entry->dense = (uint32_t)++table->armed_count;
		table->dense.slots[entry->dense - 1] = slot;
	}
	fd = &table->dense.fds[entry->dense - 1];
	fd->fd = entry->fd;
	fd->events = poll_events(entry->armed);
	fd->revents = 0;
}

/* ---- changes ---- */

void iosrc__poll_table_set(struct iosrc__poll_table *table,
    const struct iosrc__change *change)
{
	uint32_t slot = iosrc__registration_index(change->registration);
	struct iosrc__poll_entry *entry = &table->entries[slot];

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
	sync_entry(table, slot);
}

bool iosrc__poll_table_clear(struct iosrc__poll_table *table, uint32_t slot)
{
	struct iosrc__poll_entry *entry = &table->entries[slot];

	entry->generation = 0;
	entry->armed = 0;
	entry->touched = true;
	sync_entry(table, slot);
	table->registered--;
	return table->is_lent && entry->copied == table->epoch;
}

/* Another slot takes the handle over: what pins the one pins the other. */
static void entry_replace(struct iosrc__poll_table *table, uint32_t old,
    uint32_t slot)
{
	table->entries[slot].copied = table->entries[old].copied;
	iosrc__poll_table_clear(table, old);
}

bool iosrc__poll_table_add(struct iosrc__poll_table *table,
    const struct iosrc__change *change)
{
	uint32_t slot = iosrc__registration_index(change->registration);

	if (!grow_entries(table, slot) || !grow_arrays(table))
		return false;
	if (change->replaced && table->entries[change->replaced - 1].generation)
		entry_replace(table, change->replaced - 1, slot);
	table->registered++;
	iosrc__poll_table_set(table, change);
	return true;
}

bool iosrc__poll_table_rearm(struct iosrc__poll_table *table,
    const struct iosrc__change *change, iosrc_bits directions,
    enum iosrc__rearm why)
{
	uint32_t slot = iosrc__registration_index(change->registration);
	struct iosrc__poll_entry *entry = &table->entries[slot];

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
	sync_entry(table, slot);
	return true;
}

/* ---- claiming ---- */

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

static void disarm(struct iosrc__poll_entry *entry, iosrc_bits ready)
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
static bool claim(struct iosrc__poll_table *table, iosrc_poller *poller,
    uint32_t slot, short revents, iosrc_event *out)
{
	struct iosrc__poll_entry *entry = &table->entries[slot];
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
static void dense_compact(struct iosrc__poll_table *table)
{
	for (size_t place = 0; place < table->armed_count;) {
		if (table->dense.fds[place].events == 0)
			dense_remove(table, place);
		else
			place++;
	}
}

size_t iosrc__poll_table_claim(struct iosrc__poll_table *table,
    iosrc_poller *poller, int ready, iosrc_event *out_events, size_t room)
{
	size_t count = table->armed_count;
	size_t place = table->turn_at < count ? table->turn_at : 0;
	size_t claimed = 0;
	bool disarmed = false;

	for (size_t seen = 0; seen < count && ready > 0 && claimed < room;
	     seen++) {
		struct pollfd *fd = &table->dense.fds[place];
		uint32_t slot = table->dense.slots[place];

		place = place + 1 < count ? place + 1 : 0;
		if (!fd->revents)
			continue;
		ready--;
		claimed += claim(table, poller, slot, fd->revents,
		    &out_events[claimed]);
		fd->events = poll_events(table->entries[slot].armed);
		disarmed |= fd->events == 0;
	}
	table->turn_at = place;
	if (disarmed)
		dense_compact(table);
	return claimed;
}

/* ---- lending ---- */

size_t iosrc__poll_table_lend(struct iosrc__poll_table *table, int kick_fd)
{
	size_t count = table->armed_count;

	table->epoch++;
	table->is_lent = true;
	table->lent = table->copy;
	for (size_t i = 0; i < count; i++) {
		uint32_t slot = table->dense.slots[i];

		table->entries[slot].copied = table->epoch;
		table->entries[slot].touched = false;
		table->lent.fds[i] = table->dense.fds[i];
		table->lent.slots[i] = slot;
	}
	table->lent.fds[count].fd = kick_fd;
	table->lent.fds[count].events = POLLIN;
	return count;
}

size_t iosrc__poll_table_claim_lent(struct iosrc__poll_table *table,
    iosrc_poller *poller, size_t count, int ready, iosrc_event *out_events,
    size_t room)
{
	const struct iosrc__poll_array *copy = &table->lent;
	size_t place = table->turn_at < count ? table->turn_at : 0;
	size_t claimed = 0;

	for (size_t seen = 0; seen < count && ready > 0 && claimed < room;
	     seen++) {
		short revents = copy->fds[place].revents;
		uint32_t slot = copy->slots[place];
		struct iosrc__poll_entry *entry = &table->entries[slot];

		place = place + 1 < count ? place + 1 : 0;
		if (!revents)
			continue;
		ready--;
		if (entry->touched || !entry->generation)
			continue;
		claimed += claim(table, poller, slot, revents,
		    &out_events[claimed]);
		sync_entry(table, slot);
	}
	table->turn_at = place;
	return claimed;
}

void iosrc__poll_table_take_back(struct iosrc__poll_table *table)
{
	if (table->lent.fds != table->copy.fds)
		array_free(&table->lent);
}
