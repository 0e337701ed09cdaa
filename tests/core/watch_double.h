/* SPDX-License-Identifier: MIT
 *
 * watch_double.h: one handle number, a double of the calls that the system
 * gets for it, and what the contract owes to its registration. Each step checks
 * what was asked, freed and reported; a breach fails the test.
 */
#ifndef TESTS_CORE_WATCH_DOUBLE_H
#define TESTS_CORE_WATCH_DOUBLE_H

#include "tests/core/core.h"

#include "sys/windows/watch.h"

/* What may happen next, in any order. */
enum watch_step {
	STEP_ADD_READ, /* another source registers the number */
	STEP_ADD_BOTH,
	STEP_ADD_LEVEL,
	STEP_ADD_ONESHOT,
	STEP_ADD_PAUSED,
	STEP_MODIFY_READ,
	STEP_MODIFY_WRITE,
	STEP_MODIFY_BOTH,
	STEP_MODIFY_LEVEL,
	STEP_MODIFY_ONESHOT,
	STEP_MODIFY_PAUSED,
	STEP_PUBLISH,   /* a reregister whose backend call comes later */
	STEP_UNPUBLISH, /* ... or never, for it was refused */
	STEP_END,       /* a deregister whose backend call comes later */
	STEP_REMOVE,
	STEP_REARM_READ,
	STEP_REARM_WRITE,
	STEP_FAIL_WRITE,
	STEP_FLUSH,
	STEP_COME, /* a packet is taken from the port */
	STEP_READABLE,
	STEP_DRAINED,
	STEP_WRITABLE,
	STEP_FULL,
	STEP_HANG_UP,
	STEP_CLOSE,  /* behind our back */
	STEP_REOPEN, /* the number is another file's */
	STEP_SYSTEM_CANCELS,
	STEP_REFUSE_ASK,
	STEP_REFUSE_ALL,
	STEPS,
};

enum watch_out { OUT_NONE, OUT_PENDING, OUT_DONE };

/* The record: what the machine keeps, and what the system has of it. */
struct watch_record {
	struct iosrc__watch watch;
	struct watch_double *world;
	enum watch_out out;
	iosrc_bits asked;
	unsigned file; /* that the request is about */
	struct iosrc__watch_answer answer;
	uint64_t told_by; /* the registration whose own packet it is, or 0 */
};

struct watch_double {
	iosrc_poller *poller;
	uint32_t slot;
	struct iosrc__watches set;
	struct watch_record *record; /* NULL: none */
	/* the system */
	bool open;
	bool readable;
	bool writable;
	bool hung_up;
	bool refuse_ask;
	bool refuse_tell;
	bool cancels_at_once; /* without a packet, where it can */
	unsigned file;
	/* the registration, and what is owed to it */
	bool registered;
	bool ahead; /* a reregister was published */
	bool ended;
	bool level;
	bool oneshot;
	uint64_t live;
	uint64_t known; /* to the record */
	iosrc_bits interest;
	iosrc_bits owed;
	iosrc_bits hidden;
	iosrc_bits closed;
	unsigned registered_file;
	unsigned added_file;
	/* what came of the last step */
	iosrc_bits reported;
};

void watch_double_begin(struct watch_double *world, iosrc_poller *poller,
    uint32_t slot, bool cancels_at_once);
/* Unregisters, takes what packets there are and finds nothing left. */
void watch_double_end(struct watch_double *world);

/* Can this happen now? */
bool watch_double_can(const struct watch_double *world, enum watch_step step);
void watch_double_do(struct watch_double *world, enum watch_step step);

/* The directions that are due: ready, and owed to who is registered. */
iosrc_bits watch_double_due(const struct watch_double *world);

#endif
