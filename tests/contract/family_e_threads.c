/* SPDX-License-Identifier: MIT
 *
 * family_e_threads.c: the lines of family E about several waiting threads:
 * who gets a oneshot, how many wake for an exclusive registration, and how
 * many handlers run. Threads count what they see, the test asserts.
 */
#include "family_rig.h"

#include "family_e.h"

#include <stdatomic.h>
#include <string.h>

#define THREADS 4

/* Waits until the counter is at its goal, CONTRACT_SOON at most. */
static int reached(const atomic_uint *counter, unsigned goal)
{
	int64_t end = contract_now() +
	    CONTRACT_SOON * (int64_t)contract_slowness();

	while (atomic_load(counter) < goal) {
		if (contract_now() > end)
			return 0;
		system_yield();
	}
	return 1;
}

/* ---- E9: one of several waiting threads ---- */

struct crowd {
	iosrc_poller *poller;
	atomic_uint stop;
	atomic_uint taken;
	atomic_uint bad;
	system_thread threads[THREADS];
};

static void *crowd_body(void *user)
{
	struct crowd *crowd = user;
	iosrc_event events[4];
	int64_t count;
	int64_t i;

	while (!atomic_load(&crowd->stop)) {
		count = rig_wait(crowd->poller, events, 4, 20);
		if (count < 0 || count > 1)
			atomic_fetch_add(&crowd->bad, 1);
		for (i = 0; i < count; i++) {
			if ((events[i].ready & RIG_BOTH) == 0 ||
			    events[i].token != RIG_TOKEN)
				atomic_fetch_add(&crowd->bad, 1);
			atomic_fetch_add(&crowd->taken, 1);
		}
	}
	return NULL;
}

static void crowd_start(struct crowd *crowd, void *(*body)(void *))
{
	unsigned i;

	for (i = 0; i < THREADS; i++)
		rig_start(&crowd->threads[i], body, crowd);
}

static void crowd_stop(struct crowd *crowd)
{
	unsigned i;

	atomic_store(&crowd->stop, 1);
	for (i = 0; i < THREADS; i++)
		system_thread_join(crowd->threads[i]);
}

static void oneshot_in_a_crowd(enum rig_kind kind, iosrc_bits directions)
{
	static struct crowd crowd;
	unsigned rounds = (unsigned)contract_scale(1000);
	struct rig rig;
	unsigned round;

	memset(&crowd, 0, sizeof(crowd));
	rig_open(&rig, kind, 0);
	crowd.poller = rig.poller;
	crowd_start(&crowd, crowd_body);
	for (round = 0; round < rounds; round++) {
		contract_write(rig.peer, "x", 1);
		rig_again(&rig, directions | IOSRC_ONESHOT);
		if (round % 2 == 0)
			contract_write(rig.peer, "y", 1);
		assert_true(reached(&crowd.taken, round + 1));
		contract_write(rig.peer, "z", 1);
		if (round % 64 == 0)
			system_sleep(2 * CONTRACT_MS);
		assert_int_equal(atomic_load(&crowd.taken), round + 1);
		rig_drain(rig.source);
	}
	system_sleep(CONTRACT_QUIET);
	crowd_stop(&crowd);
	assert_int_equal(atomic_load(&crowd.taken), rounds);
	assert_int_equal(atomic_load(&crowd.bad), 0);
	rig_shut(&rig);
}

void contract_E9_oneshot_goes_to_one_of_four_threads(void **state)
{
	(void)state;
	oneshot_in_a_crowd(RIG_UNIX, IOSRC_READABLE);
	oneshot_in_a_crowd(RIG_PIPE, IOSRC_READABLE);
}

void contract_E9_oneshot_both_ways_goes_to_one_of_four_threads(void **state)
{
	(void)state;
	oneshot_in_a_crowd(RIG_UNIX, RIG_BOTH);
	oneshot_in_a_crowd(RIG_TCP, RIG_BOTH);
}

/* Who has left does not come back: the next event is for one of the rest,
 * however the backend shares out the waiting. */
static void *leaver_body(void *user)
{
	struct crowd *crowd = user;
	iosrc_event event;

	if (iosrc_poller_wait(crowd->poller, &event, 1, -1) != 1 ||
	    event.token != RIG_TOKEN || (event.ready & RIG_BOTH) == 0)
		atomic_fetch_add(&crowd->bad, 1);
	atomic_fetch_add(&crowd->taken, 1);
	return NULL;
}

static void leave_one_by_one(iosrc_bits mode)
{
	static struct crowd crowd;
	struct rig rig;
	unsigned i;

	memset(&crowd, 0, sizeof(crowd));
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | mode);
	crowd.poller = rig.poller;
	crowd_start(&crowd, leaver_body);
	for (i = 0; i < THREADS; i++) {
		system_sleep(CONTRACT_QUIET);
		assert_int_equal(atomic_load(&crowd.taken), i);
		contract_write(rig.peer, "next", 4);
		assert_true(reached(&crowd.taken, i + 1));
		rig_drain(rig.source);
		rig_again(&rig, IOSRC_READABLE | mode);
	}
	crowd_stop(&crowd);
	assert_int_equal(atomic_load(&crowd.taken), THREADS);
	assert_int_equal(atomic_load(&crowd.bad), 0);
	rig_shut(&rig);
}

void contract_E9_each_event_ends_one_of_the_waits_that_are_left(void **state)
{
	uint64_t rounds = contract_scale(5);

	(void)state;
	while (rounds-- > 0) {
		leave_one_by_one(IOSRC_ONESHOT);
		leave_one_by_one(0);
	}
}

/* ---- E10: exclusive ---- */

struct sleeper {
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_waker *waker;
	atomic_uint woken;
	atomic_uint bad;
	system_thread thread;
};

static void *sleeper_body(void *user)
{
	struct sleeper *sleeper = user;
	iosrc_event event;

	for (;;) {
		if (iosrc_poller_wait(sleeper->poller, &event, 1, -1) != 1) {
			atomic_fetch_add(&sleeper->bad, 1);
			return NULL;
		}
		if (event.token != RIG_TOKEN)
			return NULL;
		atomic_fetch_add(&sleeper->woken, 1);
	}
}

static void sleepers_start(struct sleeper *sleepers, iosrc_handle listener)
{
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		struct sleeper *sleeper = &sleepers[i];

		sleeper->poller = contract_poller(0);
		sleeper->source = rig_watch(sleeper->poller, listener,
		    RIG_TOKEN, IOSRC_READABLE | IOSRC_EXCLUSIVE);
		assert_ok(iosrc_waker_create(sleeper->poller, RIG_TOKEN + 1,
		    &sleeper->waker));
		rig_start(&sleeper->thread, sleeper_body, sleeper);
	}
}

static void sleepers_stop(struct sleeper *sleepers)
{
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		assert_ok(iosrc_waker_wake(sleepers[i].waker));
		system_thread_join(sleepers[i].thread);
		assert_int_equal(atomic_load(&sleepers[i].bad), 0);
		assert_ok(iosrc_waker_release(sleepers[i].waker));
		assert_ok(iosrc_into_inner(sleepers[i].source, NULL));
		assert_ok(iosrc_poller_release(sleepers[i].poller));
	}
}

/* How many of the blocked pollers woke for one connection. */
static unsigned woken_by_a_connection(struct sleeper *sleepers, uint16_t port)
{
	int64_t end = contract_now() + CONTRACT_SOON;
	unsigned before[THREADS];
	unsigned woken = 0;
	unsigned i;
	iosrc_handle client;

	/* Time for all of them to be blocked. */
	system_sleep(2 * CONTRACT_QUIET * (int64_t)contract_slowness());
	for (i = 0; i < THREADS; i++)
		before[i] = atomic_load(&sleepers[i].woken);
	client = rig_client(port);
	while (woken == 0 && contract_now() < end) {
		system_sleep(CONTRACT_QUIET);
		for (i = 0; i < THREADS; i++)
			woken += atomic_load(&sleepers[i].woken) > before[i];
	}
	system_close(client);
	return woken;
}

void contract_E10_exclusive_wakes_some_but_not_all(void **state)
{
	static struct sleeper sleepers[THREADS];
	uint16_t port;
	unsigned round;
	unsigned i;
	iosrc_handle listener;
	int taken;
	iosrc_handle fd;

	(void)state;
	if (!contract_can(IOSRC_EXCLUSIVE))
		contract_skip("the backend lacks IOSRC_EXCLUSIVE");
	listener = contract_tcp_listener(&port);
	sleepers_start(sleepers, listener);
	for (round = 0; round < 5; round++) {
		assert_in_range(woken_by_a_connection(sleepers, port), 1,
		    THREADS - 1);
		for (taken = 0, i = 0; i < THREADS; i++) {
			while ((fd = rig_accept(sleepers[i].source)) >= 0) {
				system_close(fd);
				taken++;
			}
		}
		assert_int_equal(taken, 1);
	}
	sleepers_stop(sleepers);
	system_close(listener);
}

static void refused(struct rig *rig, iosrc_bits interest, iosrc_status status)
{
	assert_status(
	    iosrc_register(rig->source, rig->poller, RIG_TOKEN, interest),
	    status);
	assert_int_equal(iosrc_source_registration(rig->source), 0);
}

static void exclusive_cannot_change(struct rig *rig)
{
	static const iosrc_bits changes[] = { IOSRC_READABLE | IOSRC_EXCLUSIVE,
		IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_EXCLUSIVE,
		IOSRC_READABLE, IOSRC_WRITABLE | IOSRC_LEVEL,
		IOSRC_READABLE | IOSRC_ONESHOT, 0 };
	uint64_t registration = iosrc_source_registration(rig->source);
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_status(
		    iosrc_reregister(rig->source, rig->poller, 99, changes[i]),
		    IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_source_registration(rig->source), registration);
	assert_int_equal(iosrc_is_current(rig->poller, registration), 1);
	contract_expect_quiet(rig->poller);
	contract_write(rig->peer, "same", 4);
	assert_int_equal(rig_expect(rig).ready, IOSRC_READABLE);
}

static void exclusive_where_it_is_known(struct rig *rig)
{
	refused(rig, IOSRC_READABLE | IOSRC_EXCLUSIVE | IOSRC_ONESHOT,
	    IOSRC_E_UNSUPPORTED);
	refused(rig, IOSRC_READABLE | IOSRC_EXCLUSIVE | IOSRC_PRIORITY,
	    IOSRC_E_UNSUPPORTED);
	refused(rig, IOSRC_PRIORITY | IOSRC_EXCLUSIVE, IOSRC_E_UNSUPPORTED);
	assert_ok(iosrc_register(rig->source, rig->poller, RIG_TOKEN,
	    IOSRC_READABLE | IOSRC_EXCLUSIVE));
	exclusive_cannot_change(rig);
	assert_ok(iosrc_deregister(rig->source, rig->poller));
	assert_ok(iosrc_register(rig->source, rig->poller, RIG_TOKEN,
	    IOSRC_READABLE | IOSRC_LEVEL | IOSRC_EXCLUSIVE));
	rig_expect(rig);
	rig_expect(rig);
}

static void exclusive_where_it_is_missing(struct rig *rig)
{
	static const iosrc_bits joined[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT,
		IOSRC_PRIORITY, IOSRC_WRITABLE };
	size_t i;

	for (i = 0; i < sizeof(joined) / sizeof(joined[0]); i++)
		refused(rig, IOSRC_READABLE | IOSRC_EXCLUSIVE | joined[i],
		    IOSRC_E_UNSUPPORTED);
	assert_ok(iosrc_register(rig->source, rig->poller, RIG_TOKEN,
	    IOSRC_READABLE));
}

void contract_E10_exclusive_refuses_what_it_cannot_be_joined_with(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	/* A plain registration does not become an exclusive one. */
	assert_status(iosrc_reregister(rig.source, rig.poller, 99,
	                  IOSRC_READABLE | IOSRC_EXCLUSIVE),
	    IOSRC_E_UNSUPPORTED);
	contract_write(rig.peer, "plain", 5);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_int_equal(rig_drain(rig.source), 5);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	/* Read-closed cannot be asked for in any interest. */
	refused(&rig, IOSRC_READABLE | IOSRC_EXCLUSIVE | IOSRC_READ_CLOSED,
	    IOSRC_E_INVALID);
	if (contract_can(IOSRC_EXCLUSIVE))
		exclusive_where_it_is_known(&rig);
	else
		exclusive_where_it_is_missing(&rig);
	rig_shut(&rig);
}

/* ---- E15: handlers ---- */

#define HANDLED 8

static struct {
	struct crowd crowd; /* the first member: its threads are given it */
	struct herd herd;
	iosrc_bits mode;
	atomic_uint inside[HANDLED];
	atomic_uint received;
} handlers;

static void handle(const iosrc_event *event)
{
	iosrc_source *source = handlers.herd.sources[event->token];
	atomic_uint *inside = &handlers.inside[event->token];
	int oneshot = handlers.mode == IOSRC_ONESHOT;
	int64_t last;

	if (atomic_fetch_add(inside, 1) != 0 && oneshot)
		atomic_fetch_add(&handlers.crowd.bad, 1);
	atomic_fetch_add(&handlers.received, (unsigned)rig_pull(source, &last));
	if (last != IOSRC_E_WOULD_BLOCK)
		atomic_fetch_add(&handlers.crowd.bad, 1);
	atomic_fetch_sub(inside, 1);
	if (oneshot &&
	    iosrc_reregister(source, handlers.herd.poller, event->token,
	        IOSRC_READABLE | IOSRC_ONESHOT) != IOSRC_OK)
		atomic_fetch_add(&handlers.crowd.bad, 1);
}

static void *handler_body(void *user)
{
	struct crowd *crowd = user;
	iosrc_event events[3];
	int64_t count;
	int64_t i;

	while (!atomic_load(&crowd->stop)) {
		count = rig_wait(crowd->poller, events, 3, 20);
		if (count < 0)
			atomic_fetch_add(&crowd->bad, 1);
		for (i = 0; i < count; i++)
			handle(&events[i]);
	}
	return NULL;
}

/* Feeds random sizes to random sources: how many bytes. */
static unsigned feed(unsigned sources, uint64_t writes)
{
	static const char data[64];
	uint64_t seed = UINT64_C(88172645463325252);
	unsigned sent = 0;
	uint64_t i;

	for (i = 0; i < writes; i++) {
		iosrc_handle peer =
		    handlers.herd.peers[rig_random(&seed) % sources];
		size_t size = 1 + rig_random(&seed) % sizeof(data);
		int64_t put = system_send(peer, data, size, 0);

		if (put > 0)
			sent += (unsigned)put;
		else
			system_yield(); /* full: its handlers are behind */
		if (rig_random(&seed) % 256 == 0)
			system_sleep(CONTRACT_MS / 10);
	}
	return sent;
}

static void handle_with_threads(unsigned sources, iosrc_bits mode)
{
	unsigned sent;

	memset(&handlers, 0, sizeof(handlers));
	handlers.mode = mode;
	herd_open(&handlers.herd, sources, IOSRC_READABLE | mode);
	handlers.crowd.poller = handlers.herd.poller;
	crowd_start(&handlers.crowd, handler_body);
	sent = feed(sources, contract_scale(50000));
	assert_true(reached(&handlers.received, sent));
	crowd_stop(&handlers.crowd);
	assert_int_equal(atomic_load(&handlers.received), sent);
	assert_int_equal(atomic_load(&handlers.crowd.bad), 0);
	herd_close(&handlers.herd);
}

void contract_E15_oneshot_one_handler_at_a_time(void **state)
{
	(void)state;
	handle_with_threads(HANDLED, IOSRC_ONESHOT);
	handle_with_threads(1, IOSRC_ONESHOT);
}

void contract_E15_two_threads_drain_one_edge_source(void **state)
{
	(void)state;
	handle_with_threads(HANDLED, 0);
	handle_with_threads(1, 0);
}
