/* SPDX-License-Identifier: MIT
 *
 * family_w_threads.c: wakes from many threads. A waking thread counts up,
 * wakes, and goes on only when a waiter has seen the count: a wake that gets
 * lost leaves it there until it gives up. Threads count what went wrong, the
 * test's own thread asserts.
 */
#include "family_rig.h"

#include "family_w.h"

#include <stdatomic.h>
#include <string.h>

#define WAKING 4
#define WAITING 3
#define STOP UINT64_C(100)
#define TRAFFIC UINT64_C(101)

/* Spins until *value is at least `least`; 0 when it takes too long. */
static int comes_to(_Atomic uint64_t *value, uint64_t least)
{
	int64_t end = contract_now() +
	    CONTRACT_SOON * (int64_t)contract_slowness();
	unsigned spins;

	for (spins = 1; atomic_load(value) < least; spins++) {
		if (spins % 1024 == 0 && contract_now() > end)
			return 0;
		system_yield();
	}
	return 1;
}

static void raise_to(_Atomic uint64_t *value, uint64_t least)
{
	uint64_t now = atomic_load(value);

	while (now < least && !atomic_compare_exchange_weak(value, &now, least))
		continue;
}

/* ---- W1 ---- */

struct sleeper {
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_event event;
	int64_t got;
};

static void *sleeper_run(void *user)
{
	struct sleeper *sleeper = user;

	sleeper->got = iosrc_poller_wait(sleeper->poller, &sleeper->event, 1,
	    -1);
	if (sleeper->waker)
		iosrc_waker_wake(sleeper->waker);
	return NULL;
}

void contract_W1_a_wake_ends_a_blocked_wait(void **state)
{
	struct sleeper sleeper = { contract_poller(0), NULL, { 0 }, 0 };
	iosrc_waker *waker = waker_of(sleeper.poller, 5);
	unsigned round;
	system_thread thread;

	(void)state;
	for (round = 0; round < 20; round++) {
		rig_start(&thread, sleeper_run, &sleeper);
		system_sleep((round % 4) * 2 * CONTRACT_MS);
		assert_ok(iosrc_waker_wake(waker));
		system_thread_join(thread);
		assert_int_equal(sleeper.got, 1);
		assert_int_equal(sleeper.event.token, 5);
		assert_int_equal(sleeper.event.ready, IOSRC_READABLE);
	}
	contract_expect_quiet(sleeper.poller);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(sleeper.poller));
}

/* Wakes coalesce, so one wake ends one wait; each woken thread wakes the
 * next. */
void contract_W1_each_woken_thread_wakes_the_next(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, STOP);
	struct sleeper sleepers[8];
	system_thread threads[8];
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) {
		sleepers[i] = (struct sleeper){ poller, waker, { 0 }, 0 };
		rig_start(&threads[i], sleeper_run, &sleepers[i]);
	}
	system_sleep(20 * CONTRACT_MS);
	assert_ok(iosrc_waker_wake(waker));
	for (i = 0; i < 8; i++) {
		system_thread_join(threads[i]);
		assert_int_equal(sleepers[i].got, 1);
		assert_int_equal(sleepers[i].event.token, STOP);
	}
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- W2 ---- */

struct race {
	iosrc_poller *poller;
	iosrc_waker *wakers[WAKING];
	iosrc_waker *stop;
	iosrc_source *source; /* NULL without traffic */
	iosrc_handle peer;
	uint64_t each; /* wakes of one thread */
	_Atomic uint64_t sent[WAKING];
	_Atomic uint64_t seen[WAKING];
	_Atomic uint64_t bytes;
	_Atomic unsigned lost;
	_Atomic unsigned errors;
	_Atomic unsigned quit;
};

struct racer {
	struct race *race;
	unsigned index;
	system_thread thread;
};

static void *waking_run(void *user)
{
	struct racer *racer = user;
	struct race *race = racer->race;
	unsigned k = racer->index;
	uint64_t seed = k + 1, sent = 0;

	while (sent < race->each) {
		uint64_t burst = 1 + rig_random(&seed) % 16;

		for (; burst > 0 && sent < race->each; burst--) {
			atomic_store(&race->sent[k], ++sent);
			if (iosrc_waker_wake(race->wakers[k]) != IOSRC_OK)
				atomic_fetch_add(&race->errors, 1);
		}
		if (!comes_to(&race->seen[k], sent)) {
			atomic_fetch_add(&race->lost, 1);
			break;
		}
	}
	return NULL;
}

static void *traffic_run(void *user)
{
	struct race *race = user;
	uint64_t sent = 0;

	while (!atomic_load(&race->quit)) {
		if (system_write(race->peer, "x", 1) != 1 ||
		    !comes_to(&race->bytes, ++sent)) {
			atomic_fetch_add(&race->lost, 1);
			break;
		}
	}
	return NULL;
}

/* Answers whether the waiting thread shall go on. */
static int handle(struct race *race, const iosrc_event *event)
{
	int64_t last = IOSRC_E_WOULD_BLOCK;

	if (event->token == STOP) {
		iosrc_waker_wake(race->stop);
		return 0;
	}
	if (event->token == TRAFFIC) {
		atomic_fetch_add(&race->bytes, rig_pull(race->source, &last));
		if (last != IOSRC_E_WOULD_BLOCK)
			atomic_fetch_add(&race->errors, 1);
	} else if (event->token < WAKING) {
		raise_to(&race->seen[event->token],
		    atomic_load(&race->sent[event->token]));
	} else {
		atomic_fetch_add(&race->errors, 1);
	}
	return 1;
}

/* The first waits for ever; the others come and go, so that a wake which
 * reaches one that is about to leave has to reach another. */
static void *waiting_run(void *user)
{
	struct racer *racer = user;
	struct race *race = racer->race;
	uint64_t seed = racer->index + 77;
	iosrc_event events[4];
	int64_t got, timeout, i;
	int going = 1;

	while (going) {
		timeout = -1;
		if (racer->index > 0 && rig_random(&seed) % 4 == 0)
			timeout = (int64_t)(rig_random(&seed) % 300000);
		got = iosrc_poller_wait(race->poller, events,
		    1 + rig_random(&seed) % 4, timeout);
		if (got < 0 || (got == 0 && timeout == -1)) {
			atomic_fetch_add(&race->errors, 1);
			break;
		}
		for (i = 0; i < got; i++)
			going &= handle(race, &events[i]);
	}
	return NULL;
}

static void race_open(struct race *race, uint64_t wakes, int traffic)
{
	unsigned i;
	iosrc_handle fds[2];

	memset(race, 0, sizeof(*race));
	race->poller = contract_poller(0);
	race->each = (wakes + WAKING - 1) / WAKING;
	for (i = 0; i < WAKING; i++)
		race->wakers[i] = waker_of(race->poller, i);
	race->stop = waker_of(race->poller, STOP);
	if (!traffic)
		return;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	race->peer = fds[1];
	race->source = rig_watch(race->poller, fds[0], TRAFFIC, IOSRC_READABLE);
}

static void race_close(struct race *race)
{
	unsigned i;

	for (i = 0; i < WAKING; i++) {
		assert_int_equal(atomic_load(&race->seen[i]), race->each);
		assert_ok(iosrc_waker_release(race->wakers[i]));
	}
	assert_ok(iosrc_waker_release(race->stop));
	if (race->source) {
		assert_ok(iosrc_close(race->source));
		system_close(race->peer);
	}
	assert_ok(iosrc_poller_release(race->poller));
}

static void race_run(struct race *race, unsigned waiting)
{
	struct racer wakers[WAKING], waiters[WAITING];
	system_thread traffic;
	unsigned i;

	for (i = 0; i < waiting; i++) {
		waiters[i] = (struct racer){ .race = race, .index = i };
		rig_start(&waiters[i].thread, waiting_run, &waiters[i]);
	}
	if (race->source)
		rig_start(&traffic, traffic_run, race);
	for (i = 0; i < WAKING; i++) {
		wakers[i] = (struct racer){ .race = race, .index = i };
		rig_start(&wakers[i].thread, waking_run, &wakers[i]);
	}
	for (i = 0; i < WAKING; i++)
		system_thread_join(wakers[i].thread);
	atomic_store(&race->quit, 1);
	if (race->source)
		system_thread_join(traffic);
	assert_int_equal(atomic_load(&race->lost), 0);
	assert_ok(iosrc_waker_wake(race->stop));
	for (i = 0; i < waiting; i++)
		system_thread_join(waiters[i].thread);
	assert_int_equal(atomic_load(&race->errors), 0);
}

static void race_of(uint64_t wakes, unsigned waiting, int traffic)
{
	struct race race;

	race_open(&race, contract_scale(wakes), traffic);
	race_run(&race, waiting);
	race_close(&race);
}

void contract_W2_no_wake_is_lost_one_waiter(void **state)
{
	(void)state;
	race_of(1000000, 1, 0);
}

void contract_W2_no_wake_is_lost_three_waiters(void **state)
{
	(void)state;
	race_of(1000000, WAITING, 0);
}

void contract_W2_no_wake_is_lost_beside_source_traffic(void **state)
{
	(void)state;
	race_of(500000, WAITING, 1);
}

/* `payload` is an ordinary variable: the wake alone orders it. */
struct handoff {
	iosrc_poller *poller;
	uint64_t rounds;
	uint64_t payload;
	_Atomic uint64_t taken;
	_Atomic unsigned wrong;
};

static void *handoff_run(void *user)
{
	struct handoff *handoff = user;
	iosrc_event event;
	uint64_t round;

	for (round = 1; round <= handoff->rounds; round++) {
		if (iosrc_poller_wait(handoff->poller, &event, 1, -1) != 1 ||
		    handoff->payload != round)
			atomic_fetch_add(&handoff->wrong, 1);
		atomic_store(&handoff->taken, round);
	}
	return NULL;
}

void contract_W2_what_was_written_before_a_wake_is_seen(void **state)
{
	struct handoff handoff = { .poller = contract_poller(0) };
	iosrc_waker *waker = waker_of(handoff.poller, 1);
	system_thread thread;
	uint64_t round;

	(void)state;
	handoff.rounds = contract_scale(50000);
	rig_start(&thread, handoff_run, &handoff);
	for (round = 1; round <= handoff.rounds; round++) {
		handoff.payload = round;
		assert_ok(iosrc_waker_wake(waker));
		assert_true(comes_to(&handoff.taken, round));
	}
	system_thread_join(thread);
	assert_int_equal(atomic_load(&handoff.wrong), 0);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(handoff.poller));
}

/* ---- W5 ---- */

static void *own_reference_run(void *user)
{
	iosrc_waker *waker = user;
	unsigned i;
	uintptr_t failed = 0;

	for (i = 0; i < 50; i++)
		failed |= iosrc_waker_wake(waker) != IOSRC_OK;
	failed |= iosrc_waker_release(waker) != IOSRC_OK;
	return (void *)failed;
}

static void release_beside_wakes(iosrc_poller *poller, uint64_t token)
{
	iosrc_waker *waker = waker_of(poller, token);
	system_thread threads[WAKING];
	iosrc_event event;
	int64_t got;
	void *failed;
	unsigned i;

	for (i = 0; i < WAKING; i++) {
		assert_ok(iosrc_waker_retain(waker));
		rig_start(&threads[i], own_reference_run, waker);
	}
	got = iosrc_poller_wait(poller, &event, 1,
	    token % 2 ? CONTRACT_SOON : 0);
	assert_true(got >= 0 && got <= 1);
	assert_true(got == 0 || event.token == token);
	assert_ok(iosrc_waker_release(waker));
	for (i = 0; i < WAKING; i++) {
		system_thread_result(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
}

void contract_W5_release_while_others_wake(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t round, rounds = contract_scale(1000);

	(void)state;
	for (round = 0; round < rounds; round++)
		release_beside_wakes(poller, round);
	assert_ok(iosrc_poller_release(poller));
}

/* Two threads make, wake and release wakers with rising tokens; a wait that
 * begins after a release must not report that token. */
struct churn {
	iosrc_poller *poller;
	uint64_t base;
	uint64_t rounds;
	_Atomic uint64_t gone; /* tokens below base + gone are released */
	_Atomic unsigned errors;
};

static void *churn_run(void *user)
{
	struct churn *churn = user;
	uint64_t i;

	for (i = 0; i < churn->rounds; i++) {
		iosrc_waker *waker = NULL;

		if (iosrc_waker_create(churn->poller, churn->base + i,
		        &waker) != IOSRC_OK ||
		    iosrc_waker_wake(waker) != IOSRC_OK ||
		    iosrc_waker_release(waker) != IOSRC_OK)
			atomic_fetch_add(&churn->errors, 1);
		atomic_store(&churn->gone, i + 1);
		if (i % 8 == 0)
			system_yield();
	}
	return NULL;
}

static void churn_check(struct churn *churn, const uint64_t *gone,
    const iosrc_event *event)
{
	unsigned k = event->token >= churn[1].base;

	assert_true(event->token >= churn[k].base + gone[k]);
	assert_true(event->token < churn[k].base + churn[k].rounds);
}

void contract_W5_last_reference_is_dropped_by_any_thread(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t rounds = contract_scale(200000), gone[2] = { 0, 0 };
	struct churn churn[2] = {
		{ .poller = poller, .base = 0, .rounds = rounds },
		{ .poller = poller,
		    .base = UINT64_C(1) << 40,
		    .rounds = rounds }
	};
	system_thread threads[2];
	iosrc_event events[4];
	int64_t got, i;

	(void)state;
	rig_start(&threads[0], churn_run, &churn[0]);
	rig_start(&threads[1], churn_run, &churn[1]);
	while (gone[0] < rounds || gone[1] < rounds) {
		gone[0] = atomic_load(&churn[0].gone);
		gone[1] = atomic_load(&churn[1].gone);
		got = iosrc_poller_wait(poller, events, 4, 10000);
		assert_true(got >= 0);
		for (i = 0; i < got; i++)
			churn_check(churn, gone, &events[i]);
	}
	system_thread_join(threads[0]);
	system_thread_join(threads[1]);
	assert_int_equal(atomic_load(&churn[0].errors), 0);
	assert_int_equal(atomic_load(&churn[1].errors), 0);
	assert_ok(iosrc_poller_release(poller));
}

static void *until_closed_run(void *user)
{
	iosrc_waker *waker = user;
	iosrc_status status = IOSRC_OK;

	while (status == IOSRC_OK)
		status = iosrc_waker_wake(waker);
	iosrc_waker_release(waker);
	return (void *)(uintptr_t)(status != IOSRC_E_CLOSED);
}

/* The handles that the poller had are taken by sockets at once: a late wake
 * must not write into them. */
static void close_beside_wakes(unsigned round)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, 1);
	system_thread threads[2];
	iosrc_event event;
	iosrc_handle fds[4][2];
	void *failed;
	unsigned i;

	for (i = 0; i < 2; i++) {
		assert_ok(iosrc_waker_retain(waker));
		rig_start(&threads[i], until_closed_run, waker);
	}
	for (i = 0; i < round % 4; i++)
		assert_true(
		    iosrc_poller_wait(poller, &event, 1, CONTRACT_SOON) >= 0);
	assert_ok(iosrc_poller_release(poller));
	for (i = 0; i < 4; i++)
		contract_pair(IOSRC_TYPE_STREAM, fds[i]);
	for (i = 0; i < 2; i++) {
		system_thread_result(threads[i], &failed);
		assert_null(failed);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(contract_drain(fds[i][0]), 0);
		assert_int_equal(contract_drain(fds[i][1]), 0);
		system_close(fds[i][0]);
		system_close(fds[i][1]);
	}
	assert_status(iosrc_waker_wake(waker), IOSRC_E_CLOSED);
	assert_ok(iosrc_waker_release(waker));
}

void contract_W5_poller_is_released_while_others_wake(void **state)
{
	unsigned round, rounds = (unsigned)contract_scale(1000);

	(void)state;
	for (round = 0; round < rounds; round++)
		close_beside_wakes(round);
}

/* ---- W6 ---- */

static void *stopper_run(void *user)
{
	iosrc_poller *poller = user;
	iosrc_event event = { .token = 0 };
	uintptr_t failed = 0;

	while (!failed && event.token != STOP)
		failed = iosrc_poller_wait(poller, &event, 1, -1) != 1;
	return (void *)failed;
}

void contract_W6_a_wake_of_a_blocked_thread_enters_the_kernel(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, 1);
	iosrc_waker *stop = waker_of(poller, STOP);
	iosrc_poller_counters stats;
	uint64_t wakes = 0;
	system_thread thread;
	void *failed;

	(void)state;
	rig_start(&thread, stopper_run, poller);
	do {
		system_sleep(5 * CONTRACT_MS);
		assert_ok(iosrc_waker_wake(waker));
		wakes++;
		stats = contract_counters(poller);
	} while (stats.kernel_wakes == 0 && wakes < 1000);
	assert_true(stats.kernel_wakes >= 1);
	assert_int_equal(stats.kernel_wakes + stats.coalesced_wakes, wakes);
	assert_ok(iosrc_waker_wake(stop));
	system_thread_result(thread, &failed);
	assert_null(failed);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_waker_release(stop));
	assert_ok(iosrc_poller_release(poller));
}
