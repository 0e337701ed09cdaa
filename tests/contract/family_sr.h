/* SPDX-License-Identifier: MIT
 *
 * family_sr.h: what the families S and R share beyond family_rig.h: a thread
 * that waits, what waiting costs, callbacks that answer what they are told.
 */
#ifndef CONTRACT_FAMILY_SR_H
#define CONTRACT_FAMILY_SR_H

#include "family_rig.h"

#include <stdatomic.h>

/* Every mode that both backends have. */
static const iosrc_bits sr_modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
#define SR_MODES (sizeof(sr_modes) / sizeof(sr_modes[0]))

#define SR_SECOND (1000 * CONTRACT_MS)

/* An upper bound on time, for this run. */
static inline int64_t sr_slow(int64_t ns)
{
	return ns * (int64_t)contract_slowness();
}

/* How long a wait beside the test goes on: long beside what the test does
 * meanwhile, but it is waited for, so a slow tool does not stretch it whole. */
static inline int64_t sr_while(int64_t ns)
{
	return contract_slowness() < 4 ? sr_slow(ns) : 4 * ns;
}

/* ---- a thread that waits once ---- */

#define SR_CAPACITY 8

struct sr_waiter {
	iosrc_poller *poller;
	int64_t timeout;
	iosrc_event events[SR_CAPACITY];
	int64_t count;
	int64_t began, ended;
	_Atomic int waiting;
	system_thread thread;
};

static inline void *sr_wait_once(void *user)
{
	struct sr_waiter *waiter = user;

	waiter->began = contract_now();
	atomic_store(&waiter->waiting, 1);
	waiter->count = iosrc_poller_wait(waiter->poller, waiter->events,
	    SR_CAPACITY, waiter->timeout);
	waiter->ended = contract_now();
	return NULL;
}

/* On return the thread is, as far as can be told, blocked in its wait. */
static inline void sr_waiter_start(struct sr_waiter *waiter,
    iosrc_poller *poller, int64_t timeout)
{
	waiter->poller = poller;
	waiter->timeout = timeout;
	waiter->count = 0;
	atomic_init(&waiter->waiting, 0);
	rig_start(&waiter->thread, sr_wait_once, waiter);
	while (!atomic_load(&waiter->waiting))
		system_sleep(CONTRACT_MS);
	system_sleep(sr_while(20 * CONTRACT_MS));
}

static inline void sr_waiter_join(struct sr_waiter *waiter)
{
	assert_int_equal(system_thread_join(waiter->thread), 0);
}

/* ---- what waiting costs ---- */

struct sr_cost {
	int64_t cpu;   /* ns of the whole process */
	long switches; /* of the calling thread, voluntary */
};

static inline struct sr_cost sr_cost_now(void)
{
	return (
	    struct sr_cost){ system_process_cpu(), system_thread_switches() };
}

/* The poller is quiet for so long, and it neither spins nor blocks longer. */
static inline void sr_expect_idle(iosrc_poller *poller, int64_t ns)
{
	struct sr_cost before = sr_cost_now(), after;
	int64_t began = contract_now(), took;
	iosrc_event event;

	assert_int_equal(iosrc_poller_wait(poller, &event, 1, ns), 0);
	took = contract_now() - began;
	after = sr_cost_now();
	assert_true(took >= ns);
	contract_in_time(took, ns + sr_slow(300 * CONTRACT_MS));
	assert_true(after.switches - before.switches < 10);
	contract_in_time(after.cpu - before.cpu,
	    sr_slow(ns / 4) + system_cpu_grain);
}

/* ---- events ---- */

/* Takes what is ready now, without blocking; answers the ready bits of the
 * token, 0 when it did not come. Other tokens fail the test. */
static inline iosrc_bits sr_take(iosrc_poller *poller, uint64_t token)
{
	iosrc_event events[2];
	int64_t count = iosrc_poller_wait(poller, events, 2, 0);

	assert_in_range(count, 0, 1);
	if (count == 0)
		return 0;
	assert_true(events[0].token == token);
	return events[0].ready;
}

/* ---- reregister beside threads that wait ---- */

struct sr_turns {
	iosrc_poller *poller;
	_Atomic uint64_t got; /* the token that came last */
	_Atomic uint64_t strange;
	_Atomic int stop;
};

static inline void *sr_turns_wait(void *user)
{
	struct sr_turns *turns = user;
	iosrc_event event;

	while (!atomic_load(&turns->stop)) {
		if (iosrc_poller_wait(turns->poller, &event, 1,
		        20 * CONTRACT_MS) != 1)
			continue;
		if (event.token != atomic_load(&turns->got) + 1)
			atomic_fetch_add(&turns->strange, 1);
		atomic_store(&turns->got, event.token);
	}
	return NULL;
}

/* Every reregister of a ready source, in edge and in oneshot, gives one event
 * of its own token, to one of the waiting threads. */
static inline void sr_take_turns(iosrc_poller *poller, iosrc_source *source)
{
	uint64_t token, rounds = contract_scale(20000);
	struct sr_turns turns = { .poller = poller };
	system_thread threads[2];
	int64_t until;
	int i;

	for (i = 0; i < 2; i++)
		rig_start(&threads[i], sr_turns_wait, &turns);
	for (token = 1; token <= rounds; token++) {
		assert_ok(iosrc_reregister(source, poller, token,
		    IOSRC_READABLE | (token % 2 ? IOSRC_ONESHOT : 0)));
		until = contract_now() + sr_slow(CONTRACT_SOON);
		while (atomic_load(&turns.got) != token) {
			if (contract_now() > until)
				fail_msg("the event of %llu did not come",
				    (unsigned long long)token);
			system_yield();
		}
	}
	atomic_store(&turns.stop, 1);
	for (i = 0; i < 2; i++)
		assert_int_equal(system_thread_join(threads[i]), 0);
	assert_int_equal(atomic_load(&turns.strange), 0);
}

#define SR_IN_PROGRESS 115 /* of Linux; a number like any other elsewhere */

/* What a callback may answer, sense or none. Two of them have the low half of
 * would-block and of in-progress. */
static const int64_t sr_answers[] = { 0, 1, 4096, INT32_MAX,
	INT64_C(0x80000000), INT64_MAX, -1, -11, INT32_MIN, INT64_MIN,
	INT64_MIN + 1, -INT64_C(0x100010001), IOSRC_E_WOULD_BLOCK,
	IOSRC_E_INVALID, IOSRC_E_INTERRUPTED, IOSRC_E_UNKNOWN, -65600,
	INT64_C(-0x100000000) + INT32_MIN + SR_IN_PROGRESS };
#define SR_ANSWERS (sizeof(sr_answers) / sizeof(sr_answers[0]))

/* ---- callbacks that say what they are told, and how often they ran ---- */

struct sr_call {
	int64_t answer;
	unsigned calls;
	iosrc_handle handle;
};

static inline int64_t IOSRC_CALL sr_answer(iosrc_handle handle, void *user)
{
	struct sr_call *call = user;

	call->calls++;
	call->handle = handle;
	return call->answer;
}

static inline int64_t sr_do_io(iosrc_source *source, iosrc_bits directions,
    int64_t answer)
{
	struct sr_call call = { answer, 0, -1 };
	int64_t got = iosrc_do_io(source, directions, sr_answer, &call);

	assert_int_equal(call.calls, 1);
	return got;
}

#endif
