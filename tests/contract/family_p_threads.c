/* SPDX-License-Identifier: MIT
 *
 * family_p_threads.c: one poller and several threads: who gets an event, and
 * who may drop the last reference. Threads count, the test's own asserts.
 */
#include "family_rig.h"

#include "family_p.h"

#include <stdatomic.h>
#include <string.h>

#define THREADS 4
#define SOURCES 32
#define STOP UINT64_C(1000)

/* ---- P2 ---- */

struct sharer {
	iosrc_poller *poller; /* a reference of its own */
	uint64_t rounds;
	uint64_t failed;
	system_thread thread;
};

static uint64_t share_once(iosrc_poller *poller, uint64_t round)
{
	iosrc_poller_counters counters;
	iosrc_waker *waker = NULL;
	iosrc_event events[2];
	uint64_t failed = 0;

	failed += iosrc_poller_retain(poller) != IOSRC_OK;
	failed += iosrc_waker_create(poller, round, &waker) != IOSRC_OK;
	failed += iosrc_waker_wake(waker) != IOSRC_OK;
	failed += iosrc_poller_wait(poller, events, 2,
	              (int64_t)(round % 3) * 1000) < 0;
	failed += iosrc_waker_release(waker) != IOSRC_OK;
	failed += iosrc_poller_stats(poller, &counters, sizeof(counters)) !=
	    IOSRC_OK;
	failed += iosrc_poller_release(poller) != IOSRC_OK;
	return failed;
}

static void *sharer_run(void *user)
{
	struct sharer *sharer = user;
	uint64_t round;

	for (round = 0; round < sharer->rounds; round++)
		sharer->failed += share_once(sharer->poller, round);
	sharer->failed += iosrc_poller_release(sharer->poller) != IOSRC_OK;
	return NULL;
}

static void share(uint64_t rounds)
{
	size_t before = contract_open_handles();
	iosrc_poller *poller = contract_poller(0);
	struct sharer sharers[THREADS];
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		assert_ok(iosrc_poller_retain(poller));
		sharers[i] = (struct sharer){ .poller = poller,
			.rounds = rounds };
		rig_start(&sharers[i].thread, sharer_run, &sharers[i]);
	}
	assert_ok(iosrc_poller_release(poller));
	for (i = 0; i < THREADS; i++) {
		system_thread_join(sharers[i].thread);
		assert_int_equal(sharers[i].failed, 0);
	}
	assert_int_equal(contract_open_handles(), before);
}

void contract_P2_last_release_by_any_thread(void **state)
{
	unsigned round;

	(void)state;
	for (round = 0; round < 100; round++)
		share(round % 4);
}

void contract_P2_releases_beside_waits_and_wakes(void **state)
{
	(void)state;
	share(contract_scale(10000));
}

/* ---- P3 ---- */

struct team {
	iosrc_poller *poller;
	iosrc_waker *stop;
	iosrc_bits interest;
	int64_t handling_ns; /* what a handler takes */
	iosrc_source *sources[SOURCES];
	iosrc_handle peers[SOURCES];
	_Atomic uint64_t events[SOURCES];
	_Atomic uint64_t bytes[SOURCES];
	_Atomic uint64_t done[SOURCES];
	_Atomic int64_t came_at[SOURCES];
	_Atomic unsigned errors;
};

static void team_handle(struct team *team, const iosrc_event *event)
{
	uint64_t i = event->token;
	int64_t last;

	if (i >= SOURCES || !(event->ready & IOSRC_READABLE)) {
		atomic_fetch_add(&team->errors, 1);
		return;
	}
	atomic_store(&team->came_at[i], contract_now());
	atomic_fetch_add(&team->events[i], 1);
	atomic_fetch_add(&team->bytes[i], rig_pull(team->sources[i], &last));
	if (last != IOSRC_E_WOULD_BLOCK)
		atomic_fetch_add(&team->errors, 1);
	if (team->interest & IOSRC_ONESHOT &&
	    iosrc_reregister(team->sources[i], team->poller, i,
	        team->interest) != IOSRC_OK)
		atomic_fetch_add(&team->errors, 1);
	atomic_fetch_add(&team->done[i], 1);
	if (team->handling_ns)
		system_sleep(team->handling_ns);
}

static void *team_run(void *user)
{
	struct team *team = user;
	size_t capacity = team->handling_ns ? 1 : 4;
	iosrc_event events[4];
	int64_t got, i;

	for (;;) {
		got = iosrc_poller_wait(team->poller, events, capacity, -1);
		if (got < 1)
			atomic_fetch_add(&team->errors, 1);
		for (i = 0; i < got; i++) {
			if (events[i].token == STOP) {
				iosrc_waker_wake(team->stop);
				return NULL;
			}
			team_handle(team, &events[i]);
		}
	}
}

static void team_open(struct team *team, iosrc_bits mode,
    system_thread *threads)
{
	unsigned i;
	iosrc_handle fds[2];

	team->poller = contract_poller(0);
	team->interest = IOSRC_READABLE | mode;
	assert_ok(iosrc_waker_create(team->poller, STOP, &team->stop));
	for (i = 0; i < SOURCES; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		team->peers[i] = fds[1];
		team->sources[i] = rig_watch(team->poller, fds[0], i,
		    team->interest);
	}
	for (i = 0; i < THREADS; i++)
		rig_start(&threads[i], team_run, team);
}

static void team_close(struct team *team, system_thread *threads)
{
	unsigned i;

	assert_ok(iosrc_waker_wake(team->stop));
	for (i = 0; i < THREADS; i++)
		system_thread_join(threads[i]);
	assert_int_equal(atomic_load(&team->errors), 0);
	for (i = 0; i < SOURCES; i++) {
		assert_ok(iosrc_close(team->sources[i]));
		system_close(team->peers[i]);
	}
	assert_ok(iosrc_waker_release(team->stop));
	assert_ok(iosrc_poller_release(team->poller));
}

static void team_await(_Atomic uint64_t *value, uint64_t least)
{
	int64_t end = contract_now() +
	    CONTRACT_SOON * (int64_t)contract_slowness();

	while (atomic_load(value) < least) {
		if (contract_now() > end)
			fail_msg("an event did not come");
		system_yield();
	}
}

/* Writes to random sources in rounds, each round after the last is served. */
static void team_rounds(struct team *team, uint64_t *written)
{
	uint64_t round, rounds = contract_scale(2000), seed = 42;
	unsigned i;

	for (round = 0; round < rounds; round++) {
		uint64_t chosen = rig_random(&seed);

		for (i = 0; i < SOURCES; i++) {
			if (!(chosen >> i & 1))
				continue;
			contract_write(team->peers[i], "x", 1);
			written[i]++;
		}
		for (i = 0; i < SOURCES; i++)
			team_await(team->interest & IOSRC_LEVEL
			        ? &team->bytes[i]
			        : &team->done[i],
			    written[i]);
	}
}

/* One event a write in oneshot; edge may add a spurious one where a thread had
 * the answer of its kernel call in hand while another took the event (E11). */
static void team_of(iosrc_bits mode)
{
	struct team team;
	system_thread threads[THREADS];
	uint64_t written[SOURCES] = { 0 }, writes = 0, extra = 0, events;
	unsigned i;

	memset(&team, 0, sizeof(team));
	team_open(&team, mode, threads);
	team_rounds(&team, written);
	team_close(&team, threads);
	for (i = 0; i < SOURCES; i++) {
		events = atomic_load(&team.events[i]);
		assert_int_equal(atomic_load(&team.bytes[i]), written[i]);
		assert_true(events >= written[i] || mode == IOSRC_LEVEL);
		writes += written[i];
		extra += events > written[i] ? events - written[i] : 0;
	}
	if (mode == IOSRC_ONESHOT)
		assert_int_equal(extra, 0);
	else if (mode == 0)
		assert_true(extra <= writes / 1000 + 1);
}

void contract_P3_each_event_goes_to_one_of_four_threads_edge(void **state)
{
	(void)state;
	team_of(0);
}

void contract_P3_each_event_goes_to_one_of_four_threads_oneshot(void **state)
{
	(void)state;
	team_of(IOSRC_ONESHOT);
}

void contract_P3_each_event_goes_to_some_thread_level(void **state)
{
	(void)state;
	team_of(IOSRC_LEVEL);
}

/* Four events, four blocked threads, room for one event each, and handlers
 * that take long: no event may wait for the handler of another. */
static void team_in_parallel(iosrc_bits mode)
{
	struct team team;
	system_thread threads[THREADS];
	int64_t began, took;
	unsigned i, round;

	memset(&team, 0, sizeof(team));
	/* A slow tool does not stretch it whole: who is late is run again. */
	team.handling_ns = 75 * CONTRACT_MS *
	    (int64_t)(contract_slowness() + 3);
	team_open(&team, mode, threads);
	for (round = 1; round <= 3; round++) {
		system_sleep(team.handling_ns + team.handling_ns / 2);
		began = contract_now();
		for (i = 0; i < THREADS; i++)
			contract_write(team.peers[i], "x", 1);
		for (i = 0; i < THREADS; i++) {
			team_await(&team.done[i], round);
			took = atomic_load(&team.came_at[i]) - began;
			contract_in_time(took, team.handling_ns * 2 / 3);
		}
	}
	team_close(&team, threads);
}

void contract_P3_no_event_waits_while_a_thread_is_blocked(void **state)
{
	(void)state;
	team_in_parallel(0);
	team_in_parallel(IOSRC_ONESHOT);
}
