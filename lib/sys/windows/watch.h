/* SPDX-License-Identifier: MIT
 *
 * watch.h: what a poller of Windows watches: one record a handle, and the
 * state machine that keeps one request of the system's out for it.
 *
 * 1. A request asks for directions, answers once, by a packet, and cannot be
 *    edited: what is to ask for more is cancelled, and another one goes out
 *    when the packet of the first has come back. Never are two out.
 * 2. A record with a packet under way is never freed, whatever becomes of its
 *    registration: the packet frees it, or a new registration of the same
 *    handle number takes it over.
 * 3. Requests tell of levels. So an edge's reported directions leave `armed`
 *    until a rearm, a oneshot's all of them until it is registered anew, and a
 *    level's never; and whatever is dropped is asked for again.
 * 4. What was armed waits in a queue, so that many changes make one request;
 *    who waits, or changes something while others are blocked, flushes it.
 *
 *           register, reregister: armed, queued
 *              |
 *      +---> IDLE --flush: ask--> ASKED --packet--> IDLE, an event
 *      |       |                    |
 *      |       | refused            | flush: more is armed, or nothing: cancel
 *      |       v                    v  (IDLE where no packet comes then)
 *      +---- TOLD               CANCELLED --packet--> IDLE, queued
 *    packet, an error event         ^
 *                                   | the number is registered again
 *   deregister: no packet under way: freed; else LEAVING --packet--> freed
 *   the handle was closed behind our back: CLOSED, silent until registered
 *
 *   state      packet under way  flush            register        deregister
 *   IDLE       no                asks             armed           freed
 *   ASKED      yes               cancels, or not  armed           LEAVING
 *   CANCELLED  yes               waits            armed           LEAVING
 *   TOLD       yes, our own      waits            armed           LEAVING
 *   LEAVING    yes               waits            CANCELLED       -
 *   CLOSED     no                nothing          IDLE            freed
 *
 * No lock and no system call in here: poller.c holds its lock around each
 * call, and the calls of the record's sort ask the system (sock.c and others).
 * So it is built on every system, for its test.
 */
#ifndef IOSRC_SYS_WINDOWS_WATCH_H
#define IOSRC_SYS_WINDOWS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "backend.h"

enum iosrc__watch_state {
	IOSRC__WATCH_IDLE,      /* no request is out */
	IOSRC__WATCH_ASKED,     /* one is, for `asked` */
	IOSRC__WATCH_CANCELLED, /* one is, cancelled; then another goes out */
	IOSRC__WATCH_TOLD,      /* one was refused: a packet of ours tells */
	IOSRC__WATCH_LEAVING,   /* not registered; what is out frees it */
	IOSRC__WATCH_CLOSED,    /* the handle was closed behind our back */
};

/* What became of asking. */
enum iosrc__watch_asked {
	IOSRC__ASK_OUT,     /* a packet comes, exactly one */
	IOSRC__ASK_CLOSED,  /* there is no such handle any more; none comes */
	IOSRC__ASK_REFUSED, /* the system failed us; none comes */
};

/* What a packet says. */
enum iosrc__watch_outcome {
	IOSRC__ANSWER_READY,     /* `ready` */
	IOSRC__ANSWER_CANCELLED, /* nothing */
	IOSRC__ANSWER_CLOSED,    /* the handle was closed meanwhile */
	IOSRC__ANSWER_FAILED,    /* the system failed us */
};

struct iosrc__watch_answer {
	enum iosrc__watch_outcome outcome;
	iosrc_bits ready; /* directions, error and closed bits */
	bool consumed;    /* what it tells of is gone by being told */
};

struct iosrc__watch;

/* What the system is told about a sort of handle. */
struct iosrc__watch_calls {
	iosrc_bits directions; /* others are never ready */
	enum iosrc__watch_asked (
	    *ask)(struct iosrc__watch *watch, iosrc_bits directions);
	/* Of the request that is out. True: no packet comes of it any more.
	 * False: it comes soon, or is there. */
	bool (*cancel)(struct iosrc__watch *watch);
	/* Sends a packet of our own; false: the system failed us. */
	bool (*tell)(struct iosrc__watch *watch);
	/* A consumed answer found nobody to report it to. May be NULL. */
	void (*give_back)(struct iosrc__watch *watch);
	/* No packet is under way. */
	void (*free)(struct iosrc__watch *watch);
};

/* Directions are IOSRC_READABLE, WRITABLE, PRIORITY. */
struct iosrc__watch {
	const struct iosrc__watch_calls *calls;
	uint32_t number;           /* iosrc__handle_number */
	struct iosrc__watch *next; /* of its bucket */
	struct iosrc__watch *before,
	    *behind;           /* in the queue; NULL: not in it */
	uint64_t registration; /* 0: none */
	uint64_t asked_by;     /* the registration when the request went out */
	enum iosrc__watch_state state;
	iosrc_bits interest; /* directions */
	iosrc_bits armed;    /* directions to be reported */
	iosrc_bits asked;    /* directions that what is out answers for; 0: it
	                      * may be about an earlier file of the number */
	iosrc_bits hidden;   /* disarmed by a hang-up, but never reported */
	iosrc_bits closed;   /* directions reported as closed */
	bool level;
	bool oneshot;
};

struct iosrc__watches {
	struct iosrc__watch **buckets; /* by number */
	size_t bucket_count;           /* a power of two, or 0 */
	size_t count;
	size_t under_way;          /* records with a packet under way */
	size_t cancelled;          /* of those, in state CANCELLED */
	struct iosrc__watch queue; /* its ring's head */
};

void iosrc__watches_init(struct iosrc__watches *set);
/* The set is empty, or its records are left to their fate. */
void iosrc__watches_destroy(struct iosrc__watches *set);

/* The record of a handle number and sort, or NULL: the one that is registered,
 * if there are two. */
struct iosrc__watch *iosrc__watches_find(const struct iosrc__watches *set,
    uint32_t number, const struct iosrc__watch_calls *calls);
/* Adds a record, zeroed but for its calls and number; false: no memory. */
bool iosrc__watches_insert(struct iosrc__watches *set,
    struct iosrc__watch *watch);

/* The record goes on under another number. One that a packet has to free may
 * have it still: it is not found any more. */
void iosrc__watches_renumber(struct iosrc__watches *set,
    struct iosrc__watch *watch, uint32_t number);

/* A registration that is new to the record: what is out, if anything, may be
 * about another file of the same number. */
void iosrc__watch_add(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change);
/* A registration in place of its earlier one. */
void iosrc__watch_modify(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change);
/* Unregistered: the record is freed, or left to its packet. */
void iosrc__watch_remove(struct iosrc__watches *set,
    struct iosrc__watch *watch);
void iosrc__watches_remove_all(struct iosrc__watches *set);

/* Answers whether any direction was armed that was not. */
bool iosrc__watch_rearm(struct iosrc__watches *set, struct iosrc__watch *watch,
    const struct iosrc__change *change, iosrc_bits directions,
    enum iosrc__rearm why);

static inline bool iosrc__watches_are_queued(const struct iosrc__watches *set)
{
	return set->queue.behind != &set->queue;
}

/* Brings what is out in line with what is armed. */
void iosrc__watches_flush(struct iosrc__watches *set);

enum iosrc__watch_came {
	IOSRC__CAME_EVENT,   /* one that was written */
	IOSRC__CAME_NOTHING, /* a cancelled request, or a record's last packet */
	IOSRC__CAME_DROPPED, /* stale or spurious; counted */
};

/* A record's packet has come. The record may be gone afterwards. */
enum iosrc__watch_came iosrc__watch_come(struct iosrc__watches *set,
    iosrc_poller *poller, struct iosrc__watch *watch,
    struct iosrc__watch_answer answer, iosrc_event *out);

#endif
