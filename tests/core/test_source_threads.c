/* SPDX-License-Identifier: MIT
 *
 * test_source_threads.c: one source, one handle number and one poller in the
 * hands of several threads.
 */
#include "tests/core/core.h"

#include <pthread.h>
#include <string.h>

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)

static int64_t would_block(iosrc_handle handle, void *user)
{
	(void)handle;
	(void)user;
	return IOSRC_E_WOULD_BLOCK;
}

static void *would_block_in_thread(void *source)
{
	iosrc_do_io(source, IOSRC_READABLE, would_block, NULL);
	return NULL;
}

static void *rearm_in_thread(void *source)
{
	return (void *)(intptr_t)iosrc_rearm(source, IOSRC_READABLE);
}

struct asked {
	iosrc_source *source;
	uint64_t registration;
};

static void *registration_in_thread(void *user)
{
	struct asked *asked = user;

	asked->registration = iosrc_source_registration(asked->source);
	return NULL;
}

struct change {
	iosrc_source *source;
	iosrc_poller *poller;
	uint64_t token;
	iosrc_bits interest;
};

static void *register_in_thread(void *user)
{
	struct change *change = user;

	return (void *)(intptr_t)iosrc_register(change->source, change->poller,
	    change->token, change->interest);
}

static void *reregister_in_thread(void *user)
{
	struct change *change = user;

	return (void *)(intptr_t)iosrc_reregister(change->source,
	    change->poller, change->token, change->interest);
}

static void *deregister_in_thread(void *user)
{
	struct change *change = user;

	return (
	    void *)(intptr_t)iosrc_deregister(change->source, change->poller);
}

static iosrc_status joined(pthread_t thread)
{
	void *status;

	pthread_join(thread, &status);
	return (iosrc_status)(intptr_t)status;
}

/* ---- an event that is there before its register has returned ---- */

/* The kernel knows the source, and another thread has its event, while the
 * thread that registers it is still on its way back. */
struct early {
	struct change change;
	pthread_t registering;
	uint64_t registration;
};

static void early_begin(struct early *early, iosrc_bits mode)
{
	iosrc_poller *poller = core_poller();

	early->change = (struct change){ core_source(9), poller, 1,
		IOSRC_READABLE | mode };
	fake_hold(poller, FAKE_ADD);
	pthread_create(&early->registering, NULL, register_in_thread,
	    &early->change);
	fake_await_held(poller);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	early->registration = core_expect(poller, 1, IOSRC_READABLE);
}

/* Lets the register return, after the other thread has had time to miss it. */
static void early_return(struct early *early)
{
	core_sleep(20 * MS);
	fake_let_go(early->change.poller);
	assert_int_equal(joined(early->registering), IOSRC_OK);
}

static void early_end(struct early *early)
{
	core_end(early->change.source);
	core_release(early->change.poller);
}

static void contract_S4_a_would_block_before_register_returned(void **state)
{
	struct early early;
	pthread_t thread;

	(void)state;
	early_begin(&early, 0);
	pthread_create(&thread, NULL, would_block_in_thread,
	    early.change.source);
	early_return(&early);
	pthread_join(thread, NULL);
	assert_int_equal(fake_armed(early.change.poller, 9), IOSRC_READABLE);
	core_expect(early.change.poller, 1, IOSRC_READABLE);
	early_end(&early);
}

static void contract_S4_a_rearm_before_register_returned(void **state)
{
	struct early early;
	pthread_t thread;

	(void)state;
	early_begin(&early, 0);
	pthread_create(&thread, NULL, rearm_in_thread, early.change.source);
	early_return(&early);
	assert_int_equal(joined(thread), IOSRC_OK);
	assert_int_equal(fake_armed(early.change.poller, 9), IOSRC_READABLE);
	early_end(&early);
}

static void test_the_registration_before_register_returned(void **state)
{
	struct early early;
	pthread_t thread;
	struct asked asked;

	(void)state;
	early_begin(&early, 0);
	asked.source = early.change.source;
	pthread_create(&thread, NULL, registration_in_thread, &asked);
	early_return(&early);
	pthread_join(thread, NULL);
	assert_true(asked.registration == early.registration);
	early_end(&early);
}

static void test_a_reregister_before_register_returned(void **state)
{
	struct early early;
	struct change again;
	pthread_t thread;

	(void)state;
	early_begin(&early, IOSRC_ONESHOT);
	again = early.change;
	again.token = 2;
	pthread_create(&thread, NULL, reregister_in_thread, &again);
	early_return(&early);
	assert_int_equal(joined(thread), IOSRC_OK);
	core_expect(early.change.poller, 2, IOSRC_READABLE);
	early_end(&early);
}

static void test_a_register_that_fails_late_leaves_nothing_armed(void **state)
{
	iosrc_poller *poller = core_poller();
	struct change change = { core_source(9), poller, 1, IOSRC_READABLE };
	pthread_t thread, rearming;

	(void)state;
	fake_fail(poller, FAKE_ADD, 1, IOSRC_E_UNKNOWN);
	fake_hold(poller, FAKE_ADD);
	pthread_create(&thread, NULL, register_in_thread, &change);
	fake_await_held(poller);
	pthread_create(&rearming, NULL, rearm_in_thread, change.source);
	core_sleep(5 * MS);
	fake_let_go(poller);
	assert_int_equal(joined(thread), IOSRC_E_UNKNOWN);
	assert_int_equal(joined(rearming), IOSRC_OK);
	assert_int_equal(fake_count(poller, FAKE_REARM), 0);
	iosrc_do_io(change.source, BOTH, would_block, NULL);
	assert_int_equal(fake_count(poller, FAKE_REARM), 0);
	core_end(change.source);
	core_release(poller);
}

/* ---- a handle number that changes hands ---- */

static void contract_R18_calls_of_the_first_during_the_takeover(void **state)
{
	static void *(*const calls[])(void *) = { reregister_in_thread,
		deregister_in_thread, register_in_thread };
	iosrc_poller *poller = core_poller();

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned i = 0; i < 3; i++) {
		iosrc_source *first = core_registered(poller, 9, 1, BOTH);
		struct change second = { core_source(9), poller, 2,
			IOSRC_READABLE };
		struct change late = { first, poller, 3, BOTH };
		pthread_t taking, calling, rearming;

		fake_hold(poller, FAKE_ADD);
		pthread_create(&taking, NULL, register_in_thread, &second);
		fake_await_held(poller);
		pthread_create(&calling, NULL, calls[i], &late);
		pthread_create(&rearming, NULL, rearm_in_thread, first);
		core_sleep(10 * MS);
		fake_let_go(poller);
		assert_int_equal(joined(taking), IOSRC_OK);
		assert_int_not_equal(joined(calling), IOSRC_E_UNKNOWN);
		joined(rearming);
		assert_true(iosrc_source_registration(first) == 0);
		core_expect(poller, 2, IOSRC_READABLE);
		core_end(first);
		assert_true(fake_registration(poller, 9) ==
		    iosrc_source_registration(second.source));
		core_end(second.source);
	}
	core_release(poller);
}

/* ---- statuses add up ---- */

struct contest {
	iosrc_poller *poller;
	iosrc_source *sources[2]; /* over one handle number, or the same */
	unsigned rounds;
	_Atomic int64_t registered; /* registers less deregisters */
	_Atomic unsigned strange;   /* statuses that cannot be */
	_Atomic uint64_t seed;
	_Atomic bool over;
};

static void *contend(void *user)
{
	struct contest *contest = user;

	for (unsigned i = 0; i < contest->rounds; i++) {
		iosrc_status status = iosrc_register(contest->sources[0],
		    contest->poller, i, BOTH);

		if (status == IOSRC_OK)
			atomic_fetch_add(&contest->registered, 1);
		else if (status != IOSRC_E_ALREADY_REGISTERED)
			atomic_fetch_add(&contest->strange, 1);
		iosrc_source_registration(contest->sources[0]);
		if (i % 3 == 0)
			iosrc_rearm(contest->sources[0], BOTH);
		status = iosrc_deregister(contest->sources[0], contest->poller);
		if (status == IOSRC_OK)
			atomic_fetch_sub(&contest->registered, 1);
		else if (status != IOSRC_E_NOT_REGISTERED)
			atomic_fetch_add(&contest->strange, 1);
	}
	return NULL;
}

static void *take_events(void *user)
{
	struct contest *contest = user;

	while (!atomic_load(&contest->over)) {
		iosrc_event events[4];
		int64_t count = iosrc_poller_wait(contest->poller, events, 4,
		    MS);

		for (int64_t i = 0; i < count; i++)
			if (events[i].registration == 0 ||
			    events[i].ready & ~BOTH)
				atomic_fetch_add(&contest->strange, 1);
	}
	return NULL;
}

static void run_contest(struct contest *contest, void *(*run)(void *))
{
	pthread_t threads[4], waiting;

	pthread_create(&waiting, NULL, take_events, contest);
	for (unsigned i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run, contest);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&contest->over, true);
	pthread_join(waiting, NULL);
}

static void contract_R9_four_threads_change_one_source(void **state)
{
	struct contest contest = { .poller = core_poller(),
		.sources = { core_source(9) },
		.rounds = core_rounds(20000) };

	(void)state;
	fake_set_ready(contest.poller, 9, BOTH);
	run_contest(&contest, contend);
	assert_int_equal(atomic_load(&contest.strange), 0);
	assert_int_equal(atomic_load(&contest.registered), 0);
	assert_true(fake_registration(contest.poller, 9) == 0);
	assert_true(contest.poller->registrations.used <= 1);
	core_end(contest.sources[0]);
	core_release(contest.poller);
}

/* Any call on either of two sources over one handle number. */
static void *struggle(void *user)
{
	struct contest *contest = user;
	uint64_t random = atomic_fetch_add(&contest->seed, 1);

	for (unsigned i = 0; i < contest->rounds; i++) {
		iosrc_source *source = contest->sources[random >> 33 & 1];
		iosrc_status status;

		switch (random >> 40 & 3) {
		case 0:
			status = iosrc_register(source, contest->poller, i,
			    BOTH);
			break;
		case 1:
			status = iosrc_reregister(source, contest->poller, i,
			    IOSRC_READABLE | IOSRC_ONESHOT);
			break;
		case 2:
			status = iosrc_deregister(source, contest->poller);
			break;
		default:
			status = iosrc_rearm(source, BOTH);
			break;
		}
		if (status && iosrc_status_kind(status) != IOSRC_KIND_MISUSE)
			atomic_fetch_add(&contest->strange, 1);
		random = random * UINT64_C(6364136223846793005) + 1;
	}
	return NULL;
}

static void two_over_one_number(bool file)
{
	struct contest contest = { .poller = core_poller(),
		.sources = { core_source(9), core_source(9) },
		.rounds = core_rounds(20000) };

	fake_set_file(contest.poller, 9, file);
	fake_set_ready(contest.poller, 9, BOTH);
	run_contest(&contest, struggle);
	assert_int_equal(atomic_load(&contest.strange), 0);
	for (unsigned i = 0; i < 2; i++) {
		iosrc_deregister(contest.sources[i], contest.poller);
		assert_true(iosrc_source_registration(contest.sources[i]) == 0);
	}
	assert_true(fake_registration(contest.poller, 9) == 0);
	assert_true(contest.poller->registrations.used <= 4);
	core_expect_quiet(contest.poller);
	core_end(contest.sources[0]);
	core_end(contest.sources[1]);
	core_release(contest.poller);
}

static void contract_R11_R18_two_sources_struggle_for_a_number(void **state)
{
	(void)state;
	two_over_one_number(false);
}

static void contract_R13_R18_two_files_struggle_for_a_number(void **state)
{
	(void)state;
	two_over_one_number(true);
}

/* ---- ends that meet ---- */

static void *end_in_thread(void *source)
{
	return (void *)(intptr_t)iosrc_into_inner(source, NULL);
}

static void *release_waker_in_thread(void *waker)
{
	iosrc_waker_wake(waker);
	return (void *)(intptr_t)iosrc_waker_release(waker);
}

static void contract_S10_a_poller_and_its_dependants_end_at_once(void **state)
{
	unsigned rounds = core_rounds(1000);

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		iosrc_poller *poller = core_poller();
		iosrc_source *source = core_registered(poller, 9, 1, BOTH);
		iosrc_waker *waker = core_waker(poller, 2);
		pthread_t threads[2];

		pthread_create(&threads[0], NULL, end_in_thread, source);
		pthread_create(&threads[1], NULL, release_waker_in_thread,
		    waker);
		core_release(poller);
		assert_int_equal(joined(threads[0]), IOSRC_OK);
		assert_int_equal(joined(threads[1]), IOSRC_OK);
	}
}

static void contract_P1_a_poller_ends_while_its_source_is_used(void **state)
{
	unsigned rounds = core_rounds(1000);

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		iosrc_poller *poller = core_poller(), *other = core_poller();
		iosrc_source *source = core_registered(poller, 9, 1, BOTH);
		pthread_t threads[2];
		iosrc_status status;

		pthread_create(&threads[0], NULL, would_block_in_thread,
		    source);
		pthread_create(&threads[1], NULL, rearm_in_thread, source);
		core_release(poller);
		status = iosrc_register(source, other, 1, BOTH);
		assert_int_equal(status, IOSRC_OK);
		joined(threads[0]);
		assert_int_equal(joined(threads[1]), IOSRC_OK);
		core_end(source);
		core_release(other);
	}
}

/* ---- several waiting threads ---- */

struct hall {
	iosrc_poller *poller;
	_Atomic unsigned events;
	_Atomic bool over;
};

static void *count_events(void *user)
{
	struct hall *hall = user;

	while (!atomic_load(&hall->over)) {
		iosrc_event event;

		if (iosrc_poller_wait(hall->poller, &event, 1, 20 * MS) == 1)
			atomic_fetch_add(&hall->events, 1);
	}
	return NULL;
}

static void one_event_each_time(iosrc_bits mode)
{
	struct hall hall = { .poller = core_poller() };
	iosrc_source *source = core_registered(hall.poller, 9, 1, BOTH | mode);
	unsigned rounds = core_rounds(2000);
	unsigned strange = 0;
	pthread_t threads[3];

	for (unsigned i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, count_events, &hall);
	fake_set_ready(hall.poller, 9, IOSRC_READABLE);
	for (unsigned i = 1; i <= rounds; i++) {
		while (atomic_load(&hall.events) < i)
			;
		strange += atomic_load(&hall.events) != i;
		if (i == rounds)
			break;
		strange += (mode ? iosrc_reregister(source, hall.poller, 1,
		                       BOTH | mode)
		                 : iosrc_rearm(source, BOTH)) != IOSRC_OK;
	}
	core_sleep(25 * MS);
	atomic_store(&hall.over, true);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	core_end(source);
	core_release(hall.poller);
	assert_int_equal(strange, 0);
	assert_int_equal(atomic_load(&hall.events), rounds);
}

static void contract_P3_an_edge_goes_to_one_thread(void **state)
{
	(void)state;
	one_event_each_time(0);
}

static void contract_E9_a_oneshot_goes_to_one_thread(void **state)
{
	(void)state;
	one_event_each_time(IOSRC_ONESHOT);
}

static void *wait_forever(void *user)
{
	iosrc_event event;

	if (iosrc_poller_wait(user, &event, 1, -1) != 1)
		return NULL;
	return (void *)(uintptr_t)event.token;
}

static void contract_R8_a_register_takes_effect_in_a_blocked_wait(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_source(9);
	pthread_t thread;
	void *token;

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	pthread_create(&thread, NULL, wait_forever, poller);
	fake_await_sleepers(poller, 1);
	assert_int_equal(iosrc_register(source, poller, 5, IOSRC_READABLE),
	    IOSRC_OK);
	pthread_join(thread, &token);
	assert_int_equal((uintptr_t)token, 5);
	core_end(source);
	core_release(poller);
}

/* ---- cancellation ---- */

/* A thread that is cancelled while it waits for another one inside a call
 * finishes the call: a lock that it holds is never left behind. */
static void test_a_cancelled_thread_leaves_no_lock_behind(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, BOTH);
	struct change change = { source, poller, 2, BOTH };
	iosrc__handle_entry *entry = source->entry;
	uint32_t named = iosrc__handle_map_hold(entry, false);
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, deregister_in_thread, &change);
	while (!atomic_load(&source->lock.held))
		core_sleep(MS);
	core_sleep(10 * MS);
	pthread_cancel(thread);
	core_sleep(10 * MS);
	iosrc__handle_map_let_go(entry, named);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&source->lock.held), 0);
	assert_int_equal(iosrc_deregister(source, poller),
	    IOSRC_E_NOT_REGISTERED);
	core_end(source);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_S4_a_would_block_before_register_returned),
		CORE_TEST(contract_S4_a_rearm_before_register_returned),
		CORE_TEST(test_the_registration_before_register_returned),
		CORE_TEST(test_a_reregister_before_register_returned),
		CORE_TEST(test_a_register_that_fails_late_leaves_nothing_armed),
		CORE_TEST(contract_R18_calls_of_the_first_during_the_takeover),
		CORE_TEST(contract_R9_four_threads_change_one_source),
		CORE_TEST(contract_R11_R18_two_sources_struggle_for_a_number),
		CORE_TEST(contract_R13_R18_two_files_struggle_for_a_number),
		CORE_TEST(contract_S10_a_poller_and_its_dependants_end_at_once),
		CORE_TEST(contract_P1_a_poller_ends_while_its_source_is_used),
		CORE_TEST(contract_P3_an_edge_goes_to_one_thread),
		CORE_TEST(contract_E9_a_oneshot_goes_to_one_thread),
		CORE_TEST(
		    contract_R8_a_register_takes_effect_in_a_blocked_wait),
		CORE_TEST(test_a_cancelled_thread_leaves_no_lock_behind),
	};

	return CORE_RUN(tests);
}
