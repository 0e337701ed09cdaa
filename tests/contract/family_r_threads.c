/* SPDX-License-Identifier: MIT
 *
 * family_r_threads.c: R4 and R7 to R9, registrations that change while other
 * threads wait.
 */
#include "family_r.h"

#include "family_sr.h"

/* ---- R4 ---- */

/* With the kernel told first and the new generation published after, a thread
 * that waits took the event for a stale one: 17 of 20,000 were lost. */
void contract_R4_each_reregister_beside_waits_reports_once(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	sr_take_turns(rig.poller, rig.source);
	rig_shut(&rig);
}

/* ---- R7 ---- */

/* Waits again and again. Tokens grow with each registration, and `ended` is
 * the highest one that was deregistered: read before a wait begins, it bounds
 * from below what the wait may report. */
struct r7 {
	iosrc_poller *poller;
	_Atomic uint64_t ended;
	_Atomic int stop;
	_Atomic uint64_t stale, events;
};

static void *r7_wait(void *user)
{
	struct r7 *r7 = user;

	while (!atomic_load(&r7->stop)) {
		uint64_t ended = atomic_load(&r7->ended);
		iosrc_event event;

		if (iosrc_poller_wait(r7->poller, &event, 1,
		        20 * CONTRACT_MS) != 1)
			continue;
		atomic_fetch_add(&r7->events, 1);
		if (event.token <= ended)
			atomic_fetch_add(&r7->stale, 1);
	}
	return NULL;
}

static void r7_rounds(struct rig *rig, struct r7 *r7, iosrc_bits mode,
    uint64_t *token)
{
	uint64_t i, rounds = contract_scale(3000);
	int64_t began = contract_now();

	for (i = 0; i < rounds || rig_is_untouched(&r7->events, began); i++) {
		uint64_t mine = ++*token;

		assert_ok(iosrc_register(rig->source, rig->poller, mine,
		    IOSRC_READABLE | mode));
		if (i % 4 == 0)
			system_sleep(CONTRACT_MS / 20);
		if (i % 8 == 7)
			assert_ok(iosrc_reregister(rig->source, rig->poller,
			    mine, RIG_BOTH | mode));
		assert_ok(iosrc_deregister(rig->source, rig->poller));
		atomic_store(&r7->ended, mine);
	}
}

void contract_R7_no_wait_that_begins_later_reports_it(void **state)
{
	system_thread threads[2];
	uint64_t token = 0;
	struct rig rig;
	struct r7 r7;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	r7.poller = rig.poller;
	atomic_init(&r7.ended, 0);
	atomic_init(&r7.stop, 0);
	atomic_init(&r7.stale, 0);
	atomic_init(&r7.events, 0);
	for (i = 0; i < 2; i++)
		rig_start(&threads[i], r7_wait, &r7);
	for (i = 0; i < SR_MODES; i++)
		r7_rounds(&rig, &r7, sr_modes[i], &token);
	atomic_store(&r7.stop, 1);
	for (i = 0; i < 2; i++)
		assert_int_equal(system_thread_join(threads[i]), 0);
	assert_int_equal(atomic_load(&r7.stale), 0);
	assert_true(atomic_load(&r7.events) > 0);
	rig_shut(&rig);
}

/* ---- R8 ---- */

static void woke_for(struct sr_waiter *waiter, uint64_t token, int64_t since)
{
	sr_waiter_join(waiter);
	assert_int_equal(waiter->count, 1);
	assert_true(waiter->events[0].token == token);
	contract_in_time(waiter->ended - since, sr_slow(500 * CONTRACT_MS));
}

void contract_R8_register_takes_effect_in_a_blocked_wait(void **state)
{
	struct sr_waiter waiter;
	struct rig rig;
	int64_t began;
	size_t m;
	int late;

	(void)state;
	for (m = 0; m < SR_MODES * 2; m++) {
		late = m >= SR_MODES; /* ready only after register */
		rig_open(&rig, RIG_UNIX, 0);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		if (!late)
			contract_write(rig.peer, "x", 1);
		sr_waiter_start(&waiter, rig.poller, sr_slow(CONTRACT_SOON));
		began = contract_now();
		assert_ok(iosrc_register(rig.source, rig.poller, 3,
		    IOSRC_READABLE | sr_modes[m % SR_MODES]));
		if (late)
			contract_write(rig.peer, "x", 1);
		woke_for(&waiter, 3, began);
		rig_shut(&rig);
	}
}

void contract_R8_reregister_takes_effect_in_a_blocked_wait(void **state)
{
	struct sr_waiter waiter;
	struct rig rig;
	int64_t began;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, 0);
		contract_write(rig.peer, "x", 1);
		sr_waiter_start(&waiter, rig.poller, sr_slow(CONTRACT_SOON));
		began = contract_now();
		assert_ok(iosrc_reregister(rig.source, rig.poller, 4,
		    IOSRC_READABLE | sr_modes[m]));
		woke_for(&waiter, 4, began);
		assert_ok(iosrc_reregister(rig.source, rig.poller, 5, 0));
		sr_waiter_start(&waiter, rig.poller, sr_slow(CONTRACT_SOON));
		began = contract_now();
		assert_ok(iosrc_reregister(rig.source, rig.poller, 6,
		    IOSRC_WRITABLE | sr_modes[m]));
		woke_for(&waiter, 6, began);
		rig_shut(&rig);
	}
}

/* Readable only after the deregister: the wait goes on to its end. */
void contract_R8_deregister_takes_effect_in_a_blocked_wait(void **state)
{
	int64_t timeout = sr_while(200 * CONTRACT_MS);
	struct sr_waiter waiter;
	struct rig rig;
	size_t m;
	int pause;

	(void)state;
	for (m = 0; m < SR_MODES * 2; m++) {
		pause = m >= SR_MODES;
		rig_open(&rig, RIG_UNIX,
		    IOSRC_READABLE | sr_modes[m % SR_MODES]);
		sr_waiter_start(&waiter, rig.poller, timeout);
		if (pause)
			rig_again(&rig, sr_modes[m % SR_MODES]);
		else
			assert_ok(iosrc_deregister(rig.source, rig.poller));
		contract_write(rig.peer, "x", 1);
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 0);
		assert_true(waiter.ended - waiter.began >= timeout);
		rig_shut(&rig);
	}
}

void contract_R8_changes_do_not_lengthen_the_timeout(void **state)
{
	int64_t timeout = sr_while(300 * CONTRACT_MS), stop;
	struct sr_waiter waiter;
	uint64_t token = 0;
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	sr_waiter_start(&waiter, rig.poller, timeout);
	stop = contract_now() + 2 * timeout;
	while (contract_now() < stop) {
		token++;
		assert_ok(iosrc_reregister(rig.source, rig.poller, token,
		    IOSRC_READABLE | sr_modes[token % SR_MODES]));
		assert_ok(iosrc_rearm(rig.source, IOSRC_READABLE));
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_ok(iosrc_register(rig.source, rig.poller, token,
		    IOSRC_READABLE));
		system_sleep(CONTRACT_MS);
	}
	sr_waiter_join(&waiter);
	assert_int_equal(waiter.count, 0);
	assert_true(waiter.ended - waiter.began >= timeout);
	contract_in_time(waiter.ended - waiter.began,
	    timeout + sr_slow(150 * CONTRACT_MS));
	rig_shut(&rig);
}

/* ---- R9 ---- */

#define R9_THREADS 3
#define R9_SOURCES 8
#define R9_STEPS 4000

struct r9_worker {
	iosrc_poller *poller;
	iosrc_source *sources[R9_SOURCES];
	iosrc_handle peers[R9_SOURCES];
	uint64_t base; /* tokens base .. base + R9_SOURCES - 1 */
	uint64_t steps;
	const char *trouble;
	system_thread thread;
};

static struct {
	iosrc_poller *poller;
	_Atomic int stop;
	_Atomic uint64_t seen[R9_THREADS * R9_SOURCES];
	_Atomic uint64_t strange;
} r9;

static void *r9_wait(void *unused)
{
	iosrc_event events[4];
	int64_t count, i;

	while (!atomic_load(&r9.stop)) {
		count = iosrc_poller_wait(r9.poller, events, 4,
		    10 * CONTRACT_MS);
		if (count < 0)
			atomic_fetch_add(&r9.strange, 1);
		for (i = 0; i < count; i++) {
			if (events[i].token < R9_THREADS * R9_SOURCES)
				atomic_fetch_add(&r9.seen[events[i].token], 1);
			else
				atomic_fetch_add(&r9.strange, 1);
		}
	}
	return unused;
}

/* One random step of a worker; the source is registered or not, as `is`. */
static int r9_step(struct r9_worker *worker, size_t which, int is,
    uint64_t random)
{
	iosrc_source *source = worker->sources[which];
	iosrc_bits mode = sr_modes[random % SR_MODES];
	uint64_t token = worker->base + which;

	if (!is)
		return iosrc_register(source, worker->poller, token,
		           RIG_BOTH | mode) == IOSRC_OK;
	if (random % 5 == 0)
		return iosrc_deregister(source, worker->poller) == IOSRC_OK;
	if (random % 5 == 1)
		return iosrc_register(source, worker->poller, token,
		           RIG_BOTH) == IOSRC_E_ALREADY_REGISTERED;
	return iosrc_reregister(source, worker->poller, token,
	           (random % 7 ? IOSRC_READABLE : 0) | mode) == IOSRC_OK;
}

static void *r9_work(void *user)
{
	struct r9_worker *worker = user;
	uint64_t seed = worker->base + 12345, i;
	int is[R9_SOURCES] = { 0 };

	for (i = 0; i < worker->steps; i++) {
		uint64_t random = rig_random(&seed) >> 16;
		size_t which = random % R9_SOURCES;

		random /= R9_SOURCES;
		if (!r9_step(worker, which, is[which], random))
			worker->trouble = "a step answered the wrong status";
		is[which] = iosrc_source_registration(worker->sources[which]) !=
		    0;
	}
	return NULL;
}

static void r9_open(struct r9_worker *worker, uint64_t base)
{
	iosrc_handle fds[2];
	int i;

	worker->poller = r9.poller;
	worker->base = base;
	worker->steps = contract_scale(R9_STEPS);
	worker->trouble = NULL;
	for (i = 0; i < R9_SOURCES; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		worker->sources[i] = contract_source(fds[0]);
		worker->peers[i] = fds[1];
		contract_write(fds[1], "x", 1);
	}
}

/* After all the changes each source still delivers. */
static void r9_deliver(struct r9_worker *worker, size_t i)
{
	uint64_t token = worker->base + i,
	         before = atomic_load(&r9.seen[token]);
	int64_t deadline = contract_now() + sr_slow(CONTRACT_SOON);
	iosrc_status (*call)(iosrc_source *, iosrc_poller *, uint64_t,
	    iosrc_bits) = iosrc_register;

	if (iosrc_source_registration(worker->sources[i]) != 0)
		call = iosrc_reregister;
	assert_ok(call(worker->sources[i], worker->poller, token,
	    IOSRC_READABLE | IOSRC_LEVEL));
	while (atomic_load(&r9.seen[token]) == before) {
		assert_true(contract_now() < deadline);
		system_sleep(CONTRACT_MS / 2);
	}
	assert_ok(iosrc_close(worker->sources[i]));
	system_close(worker->peers[i]);
}

void contract_R9_three_threads_change_while_a_fourth_waits(void **state)
{
	struct r9_worker workers[R9_THREADS];
	system_thread waiter;
	size_t i, k;

	(void)state;
	r9.poller = contract_poller(0);
	for (i = 0; i < R9_THREADS; i++)
		r9_open(&workers[i], i * R9_SOURCES);
	rig_start(&waiter, r9_wait, NULL);
	for (i = 0; i < R9_THREADS; i++)
		rig_start(&workers[i].thread, r9_work, &workers[i]);
	for (i = 0; i < R9_THREADS; i++)
		assert_int_equal(system_thread_join(workers[i].thread), 0);
	for (i = 0; i < R9_THREADS; i++) {
		if (workers[i].trouble)
			fail_msg("%s", workers[i].trouble);
		for (k = 0; k < R9_SOURCES; k++)
			r9_deliver(&workers[i], k);
	}
	atomic_store(&r9.stop, 1);
	assert_int_equal(system_thread_join(waiter), 0);
	assert_int_equal(atomic_load(&r9.strange), 0);
	assert_ok(iosrc_poller_release(r9.poller));
}
