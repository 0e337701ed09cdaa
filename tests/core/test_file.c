/* SPDX-License-Identifier: MIT
 *
 * test_file.c: handles that the kernel refuses to watch: contract R13, and
 * what becomes of their posts.
 */
#include "tests/core/core.h"

#include <pthread.h>
#include <string.h>

#include "file.h"

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)

static iosrc_source *file_registered(iosrc_poller *poller, iosrc_handle handle,
    uint64_t token, iosrc_bits interest)
{
	fake_set_file(poller, handle, true);
	return core_registered(poller, handle, token, interest);
}

static void contract_R13_edge_reports_a_file_once(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, BOTH);
	uint64_t first, second;

	(void)state;
	first = core_expect(poller, 1, BOTH);
	assert_true(first == iosrc_source_registration(source));
	core_expect_quiet(poller);
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_READABLE),
	    IOSRC_OK);
	second = core_expect(poller, 2, IOSRC_READABLE);
	assert_true(first != second);
	assert_int_equal(iosrc_is_current(poller, first), 0);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	assert_true(core_expect(poller, 2, IOSRC_READABLE) == second);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_rearm(source, IOSRC_WRITABLE), IOSRC_OK);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

static void contract_R13_level_reports_a_file_at_every_wait(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1,
	    BOTH | IOSRC_LEVEL);

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		core_expect(poller, 1, BOTH);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	core_expect(poller, 1, BOTH);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

static void contract_R13_oneshot_reports_a_file_once(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1,
	    BOTH | IOSRC_ONESHOT);

	(void)state;
	core_expect(poller, 1, BOTH);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	core_expect_quiet(poller);
	assert_int_equal(
	    iosrc_reregister(source, poller, 2, IOSRC_WRITABLE | IOSRC_ONESHOT),
	    IOSRC_OK);
	core_expect(poller, 2, IOSRC_WRITABLE);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

static void contract_R14_a_paused_file_is_silent(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, BOTH);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(iosrc_reregister(source, poller, 1, modes[i]),
		    IOSRC_OK);
		core_expect_quiet(poller);
		assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
		core_expect_quiet(poller);
		assert_int_equal(iosrc_reregister(source, poller, 2,
		                     modes[i] | IOSRC_READABLE),
		    IOSRC_OK);
		core_expect(poller, 2, IOSRC_READABLE);
	}
	assert_int_equal(iosrc_reregister(source, poller, 1, IOSRC_PRIORITY),
	    IOSRC_OK);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

static void contract_P6_only_what_was_armed_counts_as_rearmed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	assert_int_equal(core_stats(poller).rearms, 1);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_rearm(source, 0), IOSRC_OK);
	assert_int_equal(iosrc_rearm(source, IOSRC_WRITABLE), IOSRC_OK);
	assert_int_equal(core_stats(poller).rearms, 1);
	assert_int_equal(
	    iosrc_reregister(source, poller, 1, IOSRC_READABLE | IOSRC_ONESHOT),
	    IOSRC_OK);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	assert_int_equal(core_stats(poller).rearms, 1);
	core_end(source);
	core_release(poller);
}

static void contract_P6_a_file_is_no_wake(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	assert_int_equal(core_stats(poller).coalesced_wakes, 0);
	assert_int_equal(core_stats(poller).kernel_wakes, 0);
	core_end(source);
	core_release(poller);
}

/* ---- the same handle number ---- */

static void contract_R18_a_file_takes_over_from_a_file(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *first = file_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);
	iosrc_source *second = file_registered(poller, 9, 2,
	    IOSRC_READABLE | IOSRC_LEVEL);

	(void)state;
	assert_true(iosrc_source_registration(first) == 0);
	for (unsigned i = 0; i < 3; i++)
		core_expect(poller, 2, IOSRC_READABLE);
	assert_int_equal(iosrc_reregister(first, poller, 3, BOTH),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_deregister(first, poller),
	    IOSRC_E_NOT_REGISTERED);
	core_expect(poller, 2, IOSRC_READABLE);
	assert_int_equal(iosrc_register(first, poller, 1, IOSRC_WRITABLE),
	    IOSRC_OK);
	core_expect(poller, 1, IOSRC_WRITABLE);
	core_expect_quiet(poller);
	core_end(second);
	core_end(first);
	core_release(poller);
}

static void contract_R18_a_file_and_a_socket_take_over_from_each_other(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *file = file_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);
	iosrc_source *socket;

	(void)state;
	fake_set_file(poller, 9, false);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	socket = core_registered(poller, 9, 2, IOSRC_READABLE | IOSRC_LEVEL);
	core_expect(poller, 2, IOSRC_READABLE);
	core_expect(poller, 2, IOSRC_READABLE);
	fake_set_file(poller, 9, true);
	fake_set_closed(poller, 9, true);
	fake_set_closed(poller, 9, false);
	assert_int_equal(
	    iosrc_register(file, poller, 3, IOSRC_READABLE | IOSRC_LEVEL),
	    IOSRC_OK);
	core_expect(poller, 3, IOSRC_READABLE);
	assert_int_equal(iosrc_deregister(socket, poller),
	    IOSRC_E_NOT_REGISTERED);
	core_expect(poller, 3, IOSRC_READABLE);
	core_end(socket);
	core_end(file);
	core_release(poller);
}

static void contract_R12_a_file_closed_behind_the_back_is_silent(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *file = file_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);

	(void)state;
	core_expect(poller, 1, IOSRC_READABLE);
	fake_set_closed(poller, 9, true);
	core_expect_quiet(poller);
	core_expect_quiet(poller);
	assert_int_equal(
	    iosrc_status_kind(iosrc_reregister(file, poller, 2, BOTH)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(iosrc_deregister(file, poller), IOSRC_OK);
	core_end(file);
	core_release(poller);
}

/* The number was opened anew, as something that the kernel watches; and then
 * as a file again. Each reregister finds out. */
static void contract_R11_a_number_turns_from_file_to_socket_and_back(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t old;

	(void)state;
	core_expect(poller, 1, IOSRC_READABLE);
	for (unsigned i = 0; i < 40; i++) {
		fake_set_file(poller, 9, false);
		fake_set_ready(poller, 9, 0);
		old = iosrc_source_registration(source);
		assert_int_equal(
		    iosrc_reregister(source, poller, 2, IOSRC_READABLE),
		    IOSRC_OK);
		assert_int_equal(iosrc_is_current(poller, old), 0);
		core_expect_quiet(poller);
		fake_set_ready(poller, 9, IOSRC_READABLE);
		core_expect(poller, 2, IOSRC_READABLE);
		fake_set_closed(poller, 9, true);
		fake_set_closed(poller, 9, false);
		fake_set_file(poller, 9, true);
		old = iosrc_source_registration(source);
		assert_int_equal(
		    iosrc_reregister(source, poller, 3, IOSRC_READABLE),
		    IOSRC_OK);
		assert_int_equal(iosrc_is_current(poller, old), 0);
		core_expect(poller, 3, IOSRC_READABLE);
		core_expect_quiet(poller);
		assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
		core_expect(poller, 3, IOSRC_READABLE);
	}
	core_end(source);
	core_release(poller);
}

/* The first file's post is given back by whoever finds out: its own close. */
static void contract_R18_a_file_that_was_replaced_can_be_closed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *first = file_registered(poller, 9, 1, BOTH);
	iosrc_source *second = file_registered(poller, 9, 2, BOTH);
	iosrc_waker *waker;

	(void)state;
	core_end(first);
	waker = core_waker(poller, 3);
	core_expect(poller, 2, BOTH);
	core_expect_quiet(poller);
	iosrc_waker_wake(waker);
	core_expect(poller, 3, IOSRC_READABLE);
	iosrc_waker_release(waker);
	core_end(second);
	core_release(poller);
}

static void test_a_post_serves_files_and_wakers_in_turn(void **state)
{
	iosrc_poller *poller = core_poller();
	uint64_t before = 0;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		iosrc_source *source = file_registered(poller, 9, 1,
		    IOSRC_READABLE | IOSRC_LEVEL);
		iosrc_waker *waker;
		uint64_t registration = core_expect(poller, 1, IOSRC_READABLE);

		assert_true(registration != before);
		assert_int_equal(iosrc_is_current(poller, before), 0);
		core_end(source);
		waker = core_waker(poller, 2);
		core_expect_quiet(poller);
		iosrc_waker_wake(waker);
		before = core_expect(poller, 2, IOSRC_READABLE);
		assert_int_equal(iosrc__registration_index(before),
		    iosrc__registration_index(registration));
		iosrc_waker_release(waker);
	}
	assert_int_equal(poller->registrations.used, 2);
	core_release(poller);
}

/* ---- generations ---- */

static void contract_R17_a_file_moves_to_another_slot(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);
	uint64_t old = core_age_source(source, 1), last, moved;

	(void)state;
	assert_int_equal(
	    iosrc_reregister(source, poller, 2, IOSRC_READABLE | IOSRC_LEVEL),
	    IOSRC_OK);
	last = core_expect(poller, 2, IOSRC_READABLE);
	assert_int_equal(iosrc__registration_generation(last),
	    IOSRC__GENERATION_LAST);
	allocations_fail(0);
	assert_int_equal(
	    iosrc_reregister(source, poller, 3, IOSRC_READABLE | IOSRC_LEVEL),
	    IOSRC_OK);
	moved = core_expect(poller, 3, IOSRC_READABLE);
	assert_int_not_equal(iosrc__registration_index(moved),
	    iosrc__registration_index(old));
	assert_int_equal(iosrc_is_current(poller, last), 0);
	core_expect(poller, 3, IOSRC_READABLE);
	assert_int_equal(iosrc_reregister(source, poller, 4, IOSRC_READABLE),
	    IOSRC_OK);
	core_expect(poller, 4, IOSRC_READABLE);
	core_expect_quiet(poller);
	for (unsigned i = 0; i < 40; i++) {
		iosrc_waker *waker = core_waker(poller, 5);
		uint64_t registration;

		iosrc_waker_wake(waker);
		registration = core_expect(poller, 5, IOSRC_READABLE);
		assert_int_not_equal(iosrc__registration_index(registration),
		    iosrc__registration_index(old));
		iosrc_waker_release(waker);
	}
	core_end(source);
	core_release(poller);
}

static void contract_R17_a_file_whose_slot_is_used_up_is_not_given_back(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t old = core_age_source(source, 0), next;

	(void)state;
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_register(source, poller, 2, IOSRC_READABLE),
	    IOSRC_OK);
	next = core_expect(poller, 2, IOSRC_READABLE);
	assert_int_not_equal(iosrc__registration_index(next),
	    iosrc__registration_index(old));
	core_end(source);
	core_release(poller);
}

static void contract_R17_X2_a_file_that_cannot_move_stays(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t last;

	(void)state;
	core_expect(poller, 1, IOSRC_READABLE);
	last = core_age_source(source, 0);
	/* The next slot would need a leaf that is not there. */
	poller->registrations.used = 64;
	allocations_fail(1);
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_READABLE),
	    IOSRC_E_NO_MEMORY);
	assert_true(iosrc_source_registration(source) == last);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	assert_true(core_expect(poller, 1, IOSRC_READABLE) == last);
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_READABLE),
	    IOSRC_OK);
	core_expect(poller, 2, IOSRC_READABLE);
	core_end(source);
	core_release(poller);
}

/* ---- stale posts: what a take finds that came late ---- */

static void test_a_take_of_an_old_generation_finds_nothing(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	struct iosrc__post *post = iosrc__post_at(source->post);
	uint64_t old = iosrc_source_registration(source);
	bool again = false;

	(void)state;
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_WRITABLE),
	    IOSRC_OK);
	assert_int_equal(iosrc__file_take(poller, post, old, &again), 0);
	assert_false(again);
	iosrc__file_rearm(poller, source->post, old, IOSRC_READABLE);
	core_expect(poller, 2, IOSRC_WRITABLE);
	core_end(source);
	core_release(poller);
}

static void test_a_post_due_in_a_generation_gone_is_dropped(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t old = core_expect(poller, 1, IOSRC_READABLE);
	bool kicked;

	(void)state;
	assert_int_equal(iosrc_reregister(source, poller, 2, 0), IOSRC_OK);
	iosrc__latch_post(poller, source->post,
	    iosrc__registration_generation(old), &kicked);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

static void test_a_file_due_with_nothing_to_say_is_silent(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = file_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t registration = core_expect(poller, 1, IOSRC_READABLE);
	bool kicked;

	(void)state;
	iosrc__latch_post(poller, source->post,
	    iosrc__registration_generation(registration), &kicked);
	core_expect_quiet(poller);
	core_end(source);
	core_release(poller);
}

/* ---- threads ---- */

struct stir {
	iosrc_poller *poller;
	iosrc_source *source;
	_Atomic uint64_t token; /* of the last reregister that has returned */
	_Atomic uint64_t seen;
	_Atomic uint64_t stale;
	_Atomic bool over;
};

static void *watch(void *user)
{
	struct stir *stir = user;

	while (!atomic_load(&stir->over)) {
		uint64_t known = atomic_load(&stir->token);
		iosrc_event event;

		if (iosrc_poller_wait(stir->poller, &event, 1, MS) != 1)
			continue;
		if (event.token < known)
			atomic_fetch_add(&stir->stale, 1);
		if (event.token > atomic_load(&stir->seen))
			atomic_store(&stir->seen, event.token);
	}
	return NULL;
}

/* Every reregister is seen, in the mode: nothing is lost to a wait which found
 * the file due under its registration of before. */
static void stir_in_mode(iosrc_bits mode)
{
	struct stir stir = { .poller = core_poller() };
	unsigned rounds = core_rounds(4000);
	uint64_t lost = 0;
	pthread_t thread;

	stir.source = file_registered(stir.poller, 9, 0, IOSRC_READABLE | mode);
	pthread_create(&thread, NULL, watch, &stir);
	for (uint64_t token = 1; token <= rounds; token++) {
		int64_t late = core_now() + core_patience(2000 * MS);

		iosrc_reregister(stir.source, stir.poller, token,
		    IOSRC_READABLE | mode);
		atomic_store(&stir.token, token);
		while (token % 4 == 0 && atomic_load(&stir.seen) != token &&
		    core_now() < late)
			;
		lost += token % 4 == 0 && atomic_load(&stir.seen) != token;
	}
	atomic_store(&stir.over, true);
	pthread_join(thread, NULL);
	core_end(stir.source);
	core_release(stir.poller);
	assert_int_equal(lost, 0);
	assert_int_equal(atomic_load(&stir.stale), 0);
}

static void contract_R13_no_reregister_is_lost_to_a_wait_in_level_mode(
    void **state)
{
	(void)state;
	stir_in_mode(IOSRC_LEVEL);
}

static void contract_R13_no_reregister_is_lost_to_a_wait_in_edge_mode(
    void **state)
{
	(void)state;
	stir_in_mode(0);
}

static void contract_R13_no_reregister_is_lost_to_a_wait_in_oneshot_mode(
    void **state)
{
	(void)state;
	stir_in_mode(IOSRC_ONESHOT);
}

static void *count_wakes(void *user)
{
	struct stir *stir = user;

	while (!atomic_load(&stir->over)) {
		iosrc_event events[4];
		int64_t count = iosrc_poller_wait(stir->poller, events, 4, MS);

		for (int64_t i = 0; i < count; i++)
			if (events[i].token > atomic_load(&stir->seen) &&
			    events[i].token != UINT64_MAX)
				atomic_store(&stir->seen, events[i].token);
	}
	return NULL;
}

/* A level file whose post is being taken, in another thread, when a second
 * file takes over and the post goes to a waker: the waker's wake stays. */
static void contract_W5_a_post_that_changes_hands_keeps_the_wake(void **state)
{
	struct stir stir = { .poller = core_poller() };
	iosrc_source *sources[2] = { core_source(9), core_source(9) };
	unsigned rounds = core_rounds(4000);
	uint64_t lost = 0;
	pthread_t threads[2];

	(void)state;
	fake_set_file(stir.poller, 9, true);
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, count_wakes, &stir);
	for (uint64_t round = 1; round <= rounds; round++) {
		int64_t late = core_now() + core_patience(2000 * MS);
		iosrc_waker *waker = NULL;

		for (unsigned i = 0; i < 2; i++)
			iosrc_register(sources[i], stir.poller, UINT64_MAX,
			    IOSRC_READABLE | IOSRC_LEVEL);
		iosrc_deregister(sources[0], stir.poller);
		iosrc_waker_create(stir.poller, round, &waker);
		iosrc_waker_wake(waker);
		while (atomic_load(&stir.seen) != round && core_now() < late)
			;
		lost += atomic_load(&stir.seen) != round;
		iosrc_waker_release(waker);
		iosrc_deregister(sources[1], stir.poller);
	}
	atomic_store(&stir.over, true);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	core_end(sources[0]);
	core_end(sources[1]);
	core_release(stir.poller);
	assert_int_equal(lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_R13_edge_reports_a_file_once),
		CORE_TEST(contract_R13_level_reports_a_file_at_every_wait),
		CORE_TEST(contract_R13_oneshot_reports_a_file_once),
		CORE_TEST(contract_R14_a_paused_file_is_silent),
		CORE_TEST(contract_P6_only_what_was_armed_counts_as_rearmed),
		CORE_TEST(contract_P6_a_file_is_no_wake),
		CORE_TEST(contract_R18_a_file_takes_over_from_a_file),
		CORE_TEST(
		    contract_R18_a_file_and_a_socket_take_over_from_each_other),
		CORE_TEST(contract_R12_a_file_closed_behind_the_back_is_silent),
		CORE_TEST(
		    contract_R11_a_number_turns_from_file_to_socket_and_back),
		CORE_TEST(contract_R18_a_file_that_was_replaced_can_be_closed),
		CORE_TEST(test_a_post_serves_files_and_wakers_in_turn),
		CORE_TEST(contract_R17_a_file_moves_to_another_slot),
		CORE_TEST(
		    contract_R17_a_file_whose_slot_is_used_up_is_not_given_back),
		CORE_TEST(contract_R17_X2_a_file_that_cannot_move_stays),
		CORE_TEST(test_a_take_of_an_old_generation_finds_nothing),
		CORE_TEST(test_a_post_due_in_a_generation_gone_is_dropped),
		CORE_TEST(test_a_file_due_with_nothing_to_say_is_silent),
		CORE_TEST(
		    contract_R13_no_reregister_is_lost_to_a_wait_in_level_mode),
		CORE_TEST(
		    contract_R13_no_reregister_is_lost_to_a_wait_in_edge_mode),
		CORE_TEST(
		    contract_R13_no_reregister_is_lost_to_a_wait_in_oneshot_mode),
		CORE_TEST(contract_W5_a_post_that_changes_hands_keeps_the_wake),
	};

	return CORE_RUN(tests);
}
