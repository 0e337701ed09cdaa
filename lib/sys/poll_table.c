/* SPDX-License-Identifier: MIT
 *
 * poll_table.c: arming, disarming and claiming in a poll(2) poller's table.
 *
 * It is kept small, for it is the most that a source costs: an entry has no
 * handle (who arms it knows that) and no token, what is lent has no slots, and
 * arrays grow by a thirty-second, which realloc makes cheap where they are big.
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
#define DIRECTIONS(bits) ((bits)&7u)

/* An epoch in an entry has 16 bits. One that comes round again says that an
 * entry is held when it is not, which costs its remover a kick. */
#define LENT(epoch) ((epoch)&0xffffu)

struct iosrc__poll_entry {
	uint32_t generation;   /* 0: not registered */
	uint32_t dense;        /* place in the dense array + 1, 0: none */
	unsigned lent : 16;    /* the epoch in which it was lent */
	unsigned interest : 3; /* directions */
	unsigned armed : 3;    /* directions */
	unsigned hidden : 3;   /* disarmed by a hang-up, but never reported */
	unsigned closed : 3;   /* directions reported as closed */
	unsigned level : 1;
	unsigned oneshot : 1;
	unsigned touched : 1; /* since it was lent */
};

/* Holes are let be up to these, and up to half of the array. */
#define HOLES_LEAST 64

/* ---- growing ---- */

/* The first steps are as big as a leaf of slots: small blocks that are left
 * behind stay with the allocator. */
static size_t grown(size_t count)
{
	return count + count / 32 + 64;
}

/* With a place for the kick. */
static struct pollfd *make_lent(size_t capacity)
{
	return malloc((capacity + 1) * sizeof(struct pollfd));
}

/* At a registration, so that arming never has to allocate, and lending the
 * first time alone: pollers that never block need nothing for it. */
static bool grow_dense(struct iosrc__poll_table *table)
{
	size_t capacity = grown(table->capacity);
	struct pollfd *dense, *spare;
	uint32_t *slots;

	if (table->registered < table->capacity)
		return true;
	dense = realloc(table->dense, capacity * sizeof(*dense));
	if (!dense)
		return false;
	table->dense = dense;
	slots = realloc(table->slots, capacity * sizeof(*slots));
	if (!slots)
		return false;
	table->slots = slots;
	if (table->lent) {
		spare = make_lent(capacity);
		if (!spare)
			return false;
		free(table->spare);
		table->spare = spare;
	}
	table->capacity = capacity;
	return true;
}

static bool grow_entries(struct iosrc__poll_table *table, uint32_t slot)
{
	size_t count = table->entry_count;
	struct iosrc__poll_entry *entries;

	if (slot < count)
		return true;
	while (count <= slot)
		count = grown(count);
	entries = realloc(table->entries, count * sizeof(*entries));
	if (!entries)
		return false;
	memset(entries + table->entry_count, 0,
	    (count - table->entry_count) * sizeof(*entries));
	table->entries = entries;
	table->entry_count = count;
	return true;
}

void iosrc__poll_table_free(struct iosrc__poll_table *table)
{
	free(table->dense);
	free(table->slots);
	free(table->lent);
	free(table->spare);
	free(table->entries);
}

/* ---- the dense array ---- */

static short poll_events(unsigned armed)
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

/* A place without a handle, which poll passes over: of what is not armed now
 * and will be again. */
static bool is_hole(const struct pollfd *fd)
{
	return fd->fd < 0;
}

static void make_hole(struct iosrc__poll_table *table, size_t place)
{
	table->dense[place] = (struct pollfd){ .fd = -1 };
	table->holes++;
}

static void dense_remove(struct iosrc__poll_table *table, size_t place)
{
	size_t last = --table->dense_count;

	table->entries[table->slots[place]].dense = 0;
	table->holes -= is_hole(&table->dense[place]);
	if (place == last)
		return;
	table->dense[place] = table->dense[last];
	table->slots[place] = table->slots[last];
	table->entries[table->slots[place]].dense = (uint32_t)place + 1;
}

/* Without the holes, in the same order. */
static void dense_compact(struct iosrc__poll_table *table)
{
	size_t kept = 0;

	for (size_t place = 0; place < table->dense_count; place++) {
		uint32_t slot = table->slots[place];

		table->entries[slot].dense = 0;
		if (is_hole(&table->dense[place]))
			continue;
		table->dense[kept] = table->dense[place];
		table->slots[kept] = slot;
		table->entries[slot].dense = (uint32_t)++kept;
	}
	table->dense_count = kept;
	table->holes = 0;
}

/* Seldom, so that its share of what made the holes is small. */
static void shed_holes(struct iosrc__poll_table *table)
{
	if (table->holes > HOLES_LEAST && table->holes > table->dense_count / 2)
		dense_compact(table);
}

/* Brings the dense array in line with what an entry has armed. */
static void sync_entry(struct iosrc__poll_table *table, uint32_t slot,
    iosrc_handle handle)
{
	struct iosrc__poll_entry *entry = &table->entries[slot];
	struct pollfd *fd;

	if (!entry->dense) {
		if (!entry->armed)
			return;
		entry->dense = (uint32_t)++table->dense_count;
		table->slots[entry->dense - 1] = slot;
		make_hole(table, entry->dense - 1);
	}
	fd = &table->dense[entry->dense - 1];
	table->holes -= is_hole(fd);
	if (!entry->armed) {
		make_hole(table, entry->dense - 1);
		return;
	}
	fd->fd = (int)handle;
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
	entry->interest = DIRECTIONS(change->interest);
	entry->armed = entry->interest;
	entry->hidden = 0;
	entry->closed = 0;
	entry->level = (change->interest & IOSRC_LEVEL) != 0;
	entry->oneshot = (change->interest & IOSRC_ONESHOT) != 0;
	entry->touched = true;
	sync_entry(table, slot, change->handle);
}

bool iosrc__poll_table_clear(struct iosrc__poll_table *table, uint32_t slot)
{
	struct iosrc__poll_entry *entry = &table->entries[slot];

	entry->generation = 0;
	entry->armed = 0;
	entry->touched = true;
	if (entry->dense)
		dense_remove(table, entry->dense - 1);
	table->registered--;
	return table->is_lent && entry->lent == LENT(table->epoch);
}

/* Another slot takes the handle over: what pins the one pins the other. */
static void entry_replace(struct iosrc__poll_table *table, uint32_t old,
    uint32_t slot)
{
	table->entries[slot].lent = table->entries[old].lent;
	iosrc__poll_table_clear(table, old);
}

bool iosrc__poll_table_add(struct iosrc__poll_table *table,
    const struct iosrc__change *change)
{
	uint32_t slot = iosrc__registration_index(change->registration);

	if (!grow_entries(table, slot) || !grow_dense(table))
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
	entry->armed |= DIRECTIONS(directions);
	entry->hidden = 0;
	entry->touched = true;
	sync_entry(table, slot, change->handle);
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
	entry->armed &= DIRECTIONS(~ready);
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

/* Is the item of a poll still that of the dense array? What was lent is old
 * once the entry was touched; a handle has one entry that is armed. */
static bool is_current(const struct iosrc__poll_table *table,
    const struct pollfd *fds, size_t place)
{
	return fds == table->dense ||
	    (place < table->dense_count &&
	        table->dense[place].fd == fds[place].fd &&
	        !table->entries[table->slots[place]].touched);
}

size_t iosrc__poll_table_claim(struct iosrc__poll_table *table,
    iosrc_poller *poller, const struct pollfd *fds, size_t count, int ready,
    iosrc_event *out_events, size_t room)
{
	size_t place = table->turn_at < count ? table->turn_at : 0;
	size_t claimed = 0;

	for (size_t seen = 0; seen < count && ready > 0 && claimed < room;
	     seen++) {
		size_t at = place;
		uint32_t slot;

		place = place + 1 < count ? place + 1 : 0;
		if (!fds[at].revents)
			continue;
		ready--;
		if (!is_current(table, fds, at))
			continue;
		slot = table->slots[at];
		claimed += claim(table, poller, slot, fds[at].revents,
		    &out_events[claimed]);
		if (table->entries[slot].armed == 0)
			make_hole(table, at);
		else
			table->dense[at].events = poll_events(
			    table->entries[slot].armed);
	}
	table->turn_at = place;
	shed_holes(table);
	return claimed;
}

/* ---- lending ---- */

bool iosrc__poll_table_lend(struct iosrc__poll_table *table, int kick_fd)
{
	size_t count;

	shed_holes(table);
	count = table->dense_count;
	if (table->spare) {
		free(table->lent);
		table->lent = table->spare;
		table->spare = NULL;
	}
	if (!table->lent)
		table->lent = make_lent(table->capacity);
	if (!table->lent)
		return false;
	table->epoch++;
	table->is_lent = true;
	for (size_t i = 0; i < count; i++) {
		struct iosrc__poll_entry *entry =
		    &table->entries[table->slots[i]];

		table->lent[i] = table->dense[i];
		/* No file is held by a hole. */
		if (is_hole(&table->lent[i]))
			continue;
		entry->lent = LENT(table->epoch);
		entry->touched = false;
	}
	table->lent[count].fd = kick_fd;
	table->lent[count].events = POLLIN;
	return true;
}
