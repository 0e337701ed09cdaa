/* SPDX-License-Identifier: MIT
 *
 * family_p.c: what a poller leaves when it ends, what it counts, and whether
 * a registration still is the one of an event.
 */
#include "family_rig.h"

#include "family_p.h"

#include <string.h>

#define TOKEN UINT64_C(0xabcdef0123456789)

static iosrc_waker *latched_waker(iosrc_poller *poller, uint64_t token)
{
	iosrc_waker *waker = NULL;

	assert_ok(iosrc_waker_create(poller, token, &waker));
	assert_ok(iosrc_waker_wake(waker));
	return waker;
}

/* ---- P1 ---- */

#define SOURCES 3

/* A poller with a pending event, a spent oneshot, a pause and a latched wake;
 * each part can end by itself. */
struct estate {
	iosrc_poller *poller;
	iosrc_poller *other; /* where survivors register */
	iosrc_source *sources[SOURCES];
	iosrc_waker *waker;
	iosrc_handle peers[SOURCES];
};

enum { END_POLLER = SOURCES, END_WAKER, ENDS };

static void estate_open(struct estate *estate)
{
	static const iosrc_bits interests[SOURCES] = {
		IOSRC_READABLE | IOSRC_ONESHOT, IOSRC_READABLE, 0
	};
	unsigned i;
	iosrc_handle fds[2];

	estate->poller = contract_poller(0);
	estate->other = contract_poller(0);
	for (i = 0; i < SOURCES; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		estate->peers[i] = fds[1];
		contract_write(fds[1], "x", 1);
		estate->sources[i] = rig_watch(estate->poller, fds[0], i,
		    interests[i]);
		if (i == 0)
			contract_expect(estate->poller, 0);
	}
	estate->waker = latched_waker(estate->poller, TOKEN);
}

static void survivor_works(struct estate *estate, unsigned i)
{
	iosrc_source *source = estate->sources[i];
	char byte = 0;

	assert_int_equal(iosrc_source_registration(source), 0);
	assert_int_equal(iosrc_read(source, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_status(iosrc_read(source, &byte, 1), IOSRC_E_WOULD_BLOCK);
	assert_ok(iosrc_rearm(source, IOSRC_READABLE));
	assert_int_equal(iosrc_write(source, "y", 1), 1);
	assert_int_equal(contract_drain(estate->peers[i]), 1);
	contract_write(estate->peers[i], "z", 1);
	assert_ok(
	    iosrc_register(source, estate->other, 50 + i, IOSRC_READABLE));
	contract_expect(estate->other, 50 + i);
	if (i % 2)
		assert_ok(iosrc_deregister(source, estate->other));
}

static void estate_end(struct estate *estate, unsigned part)
{
	iosrc_handle handle = -1;
	unsigned i;

	if (part == END_WAKER) {
		assert_ok(iosrc_waker_release(estate->waker));
		estate->waker = NULL;
	} else if (part == END_POLLER) {
		assert_ok(iosrc_poller_release(estate->poller));
		for (i = 0; i < SOURCES; i++)
			if (estate->sources[i])
				survivor_works(estate, i);
		if (estate->waker)
			assert_status(iosrc_waker_wake(estate->waker),
			    IOSRC_E_CLOSED);
	} else if (part == 1) {
		iosrc_handle fd = rig_handle(
		    &(struct rig){ .source = estate->sources[1] });

		assert_ok(iosrc_into_inner(estate->sources[1], &handle));
		assert_int_equal(handle, fd);
		assert_int_equal(system_close(fd), 0);
		estate->sources[1] = NULL;
	} else {
		assert_ok(iosrc_close(estate->sources[part]));
		estate->sources[part] = NULL;
	}
}

/* The parts in the order of permutation `number`, from 0 to ENDS! - 1. */
static void estate_end_all(struct estate *estate, unsigned number)
{
	unsigned parts[ENDS], left, i;

	for (i = 0; i < ENDS; i++)
		parts[i] = i;
	for (left = ENDS; left > 0; left--) {
		unsigned pick = number % left;

		number /= left;
		estate_end(estate, parts[pick]);
		memmove(&parts[pick], &parts[pick + 1],
		    (left - pick - 1) * sizeof(parts[0]));
	}
	for (i = 0; i < SOURCES; i++)
		system_close(estate->peers[i]);
	assert_ok(iosrc_poller_release(estate->other));
}

static void contract_P1_every_order_of_ending(void **state)
{
	size_t before = contract_open_handles();
	struct estate estate;
	unsigned number;

	(void)state;
	for (number = 0; number < 120; number++) {
		estate_open(&estate);
		estate_end_all(&estate, number);
		assert_int_equal(contract_open_handles(), before);
	}
}

static void contract_P1_last_release_closes_the_handles(void **state)
{
	size_t before;
	struct rig rig;
	iosrc_waker *waker;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	before = contract_open_handles();
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fds[0], 1, IOSRC_READABLE);
	waker = latched_waker(rig.poller, 2);
	assert_ok(iosrc_poller_release(rig.poller));
	assert_int_equal(contract_open_handles(), before);
	assert_ok(iosrc_close(rig.source));
	assert_ok(iosrc_waker_release(waker));
	assert_int_equal(contract_open_handles(), before - 1);
	system_close(fds[1]);
}

static void many_on_closed(iosrc_poller *poller, uint64_t registration)
{
	iosrc_register_item item = { .token = 1, .interest = IOSRC_READABLE };
	iosrc_io_item io = { .registration = registration,
		.opcode = IOSRC_OP_READ };

	assert_status(iosrc_register_many(poller, &item, 1, sizeof(item)),
	    IOSRC_E_CLOSED);
	assert_status(iosrc_io_many(poller, &io, 1, sizeof(io), NULL, 0),
	    IOSRC_E_CLOSED);
}

/* Survivors hold on to the poller's memory, so these calls are legal. */
static void contract_P1_calls_on_a_closed_poller_answer_closed(void **state)
{
	struct rig rig;
	iosrc_poller_counters counters;
	iosrc_waker *waker = NULL, *latched;
	iosrc_handle handle;
	iosrc_event event;
	uint64_t registration;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	registration = iosrc_source_registration(rig.source);
	latched = latched_waker(rig.poller, 2);
	assert_ok(iosrc_poller_release(rig.poller));
	assert_status(iosrc_poller_wait(rig.poller, &event, 1, -1),
	    IOSRC_E_CLOSED);
	assert_status(iosrc_register(rig.source, rig.poller, 1, 1),
	    IOSRC_E_CLOSED);
	assert_status(iosrc_reregister(rig.source, rig.poller, 1, 1),
	    IOSRC_E_CLOSED);
	assert_status(iosrc_deregister(rig.source, rig.poller), IOSRC_E_CLOSED);
	assert_status(iosrc_waker_create(rig.poller, 1, &waker),
	    IOSRC_E_CLOSED);
	assert_null(waker);
	assert_status(iosrc_poller_expose(rig.poller, &handle),
	    contract_can(IOSRC_CAN_EXPOSE) ? IOSRC_E_CLOSED
	                                   : IOSRC_E_UNSUPPORTED);
	assert_status(
	    iosrc_poller_stats(rig.poller, &counters, sizeof(counters)),
	    IOSRC_E_CLOSED);
	assert_status(iosrc_poller_retain(rig.poller), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_is_current(rig.poller, registration), 0);
	many_on_closed(rig.poller, registration);
	assert_status(iosrc_waker_wake(latched), IOSRC_E_CLOSED);
	assert_ok(iosrc_waker_release(latched));
	assert_ok(iosrc_close(rig.source));
	system_close(rig.peer);
}

/* ---- P2 ---- */

static void contract_P2_poller_lives_until_the_last_release(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < 10; i++)
		assert_ok(iosrc_poller_retain(rig.poller));
	for (i = 0; i < 10; i++) {
		assert_ok(iosrc_poller_release(rig.poller));
		contract_write(rig.peer, "x", 1);
		rig_expect(&rig);
		assert_int_equal(rig_drain(rig.source), 1);
		assert_true(iosrc_source_registration(rig.source) != 0);
	}
	assert_ok(iosrc_poller_release(rig.poller));
	assert_int_equal(iosrc_source_registration(rig.source), 0);
	assert_ok(iosrc_close(rig.source));
	system_close(rig.peer);
}

/* ---- P6 ---- */

static void contract_P6_waits_and_events_are_counted(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker;
	iosrc_event events[4];
	iosrc_poller_counters now = contract_counters(poller);
	unsigned i;

	(void)state;
	assert_int_equal(now.waits, 0);
	assert_int_equal(now.events, 0);
	for (i = 1; i <= 5; i++)
		assert_int_equal(iosrc_poller_wait(poller, events, 4, 0), 0);
	waker = latched_waker(poller, 1);
	assert_int_equal(iosrc_poller_wait(poller, events, 4, 0), 1);
	now = contract_counters(poller);
	assert_int_equal(now.waits, 6);
	assert_int_equal(now.events, 1);
	for (i = 0; i < 7; i++)
		assert_ok(iosrc_waker_wake(waker));
	now = contract_counters(poller);
	assert_int_equal(now.kernel_wakes, 0);
	assert_int_equal(now.coalesced_wakes, 8);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* Where edges are emulated a would-block arms; elsewhere nothing has to. */
static void contract_P6_rearms_are_counted(void **state)
{
	struct rig rig;
	uint64_t before;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	before = contract_counters(rig.poller).rearms;
	assert_int_equal(before, 0);
	for (i = 0; i < 10; i++) {
		contract_write(rig.peer, "x", 1);
		rig_expect(&rig);
		assert_int_equal(rig_drain(rig.source), 1);
	}
	if (contract_backend() == IOSRC_BACKEND_EPOLL)
		assert_int_equal(contract_counters(rig.poller).rearms, 0);
	else
		assert_true(contract_counters(rig.poller).rearms >= 10);
	assert_int_equal(contract_counters(rig.poller).events, 10);
	rig_shut(&rig);
}

/* A duplicate keeps the kernel's entry of a dead registration alive (epoll);
 * what it reports is dropped and counted. */
static void contract_P6_stale_events_are_counted(void **state)
{
	struct rig rig;
	iosrc_handle duplicate;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	duplicate = system_duplicate(rig_handle(&rig));
	assert_true(duplicate >= 0);
	system_close(rig_handle(&rig));
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	contract_write(rig.peer, "x", 1);
	contract_expect_quiet(rig.poller);
	assert_int_equal(contract_counters(rig.poller).events, 0);
	if (contract_backend() == IOSRC_BACKEND_EPOLL)
		assert_true(contract_counters(rig.poller).stale >= 1);
	assert_ok(iosrc_into_inner(rig.source, NULL));
	system_close(duplicate);
	system_close(rig.peer);
	assert_ok(iosrc_poller_release(rig.poller));
}

/* ---- P7 ---- */

static iosrc_event fresh_event(struct rig *rig)
{
	iosrc_event event;

	contract_write(rig->peer, "x", 1);
	event = rig_expect(rig);
	assert_int_equal(iosrc_is_current(rig->poller, event.registration), 1);
	assert_true(
	    event.registration == iosrc_source_registration(rig->source));
	return event;
}

static void contract_P7_current_until_changed(void **state)
{
	struct rig rig;
	iosrc_event first, second;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	first = fresh_event(&rig);
	assert_int_equal(rig_drain(rig.source), 1);
	assert_int_equal(iosrc_is_current(rig.poller, first.registration), 1);
	rig_again(&rig, IOSRC_READABLE);
	assert_int_equal(iosrc_is_current(rig.poller, first.registration), 0);
	second = fresh_event(&rig);
	assert_true(second.registration != first.registration);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	assert_int_equal(iosrc_is_current(rig.poller, second.registration), 0);
	assert_int_equal(iosrc_source_registration(rig.source), 0);
	rig_shut(&rig);
}

static void contract_P7_not_current_after_close_or_into_inner(void **state)
{
	struct rig rig;
	iosrc_handle handle;
	iosrc_event event;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
		event = fresh_event(&rig);
		if (i == 0) {
			assert_ok(iosrc_close(rig.source));
		} else {
			assert_ok(iosrc_into_inner(rig.source, &handle));
			system_close(handle);
		}
		assert_int_equal(
		    iosrc_is_current(rig.poller, event.registration), 0);
		system_close(rig.peer);
		assert_ok(iosrc_poller_release(rig.poller));
	}
}

static void contract_P7_not_current_after_slot_reuse(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t round, rounds = contract_scale(20000), old[64] = { 0 };
	iosrc_source *source;
	unsigned i;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = contract_source(fds[0]);
	for (round = 0; round < rounds; round++) {
		assert_ok(iosrc_register(source, poller, 1, IOSRC_READABLE));
		for (i = 0; i < 64; i++) {
			assert_int_equal(iosrc_is_current(poller, old[i]), 0);
			assert_true(
			    iosrc_source_registration(source) != old[i]);
		}
		old[round % 64] = iosrc_source_registration(source);
		assert_int_equal(iosrc_is_current(poller, old[round % 64]), 1);
		assert_ok(iosrc_deregister(source, poller));
	}
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_P7_nothing_else_is_current(void **state)
{
	struct rig rig;
	uint64_t registration, bit;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	registration = iosrc_source_registration(rig.source);
	assert_int_equal(iosrc_is_current(rig.poller, registration), 1);
	assert_int_equal(iosrc_is_current(rig.poller, 0), 0);
	assert_int_equal(iosrc_is_current(rig.poller, UINT64_MAX), 0);
	assert_int_equal(iosrc_is_current(NULL, registration), 0);
	for (bit = 1; bit != 0; bit <<= 1)
		assert_int_equal(
		    iosrc_is_current(rig.poller, registration ^ bit), 0);
	rig_shut(&rig);
}

static void contract_P7_waker_is_current_until_its_last_release(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = latched_waker(poller, TOKEN);
	iosrc_event event = contract_expect(poller, TOKEN);

	(void)state;
	assert_int_equal(iosrc_is_current(poller, event.registration), 1);
	assert_ok(iosrc_waker_retain(waker));
	assert_ok(iosrc_waker_release(waker));
	assert_int_equal(iosrc_is_current(poller, event.registration), 1);
	assert_ok(iosrc_waker_release(waker));
	assert_int_equal(iosrc_is_current(poller, event.registration), 0);
	assert_ok(iosrc_poller_release(poller));
}

/* ---- P8 ---- */

static void stale_in_batch(iosrc_bits mode)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *sources[2];
	iosrc_event events[4];
	unsigned i, first, second;
	iosrc_handle fds[2][2];

	for (i = 0; i < 2; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds[i]);
		contract_write(fds[i][1], "x", 1);
		sources[i] = rig_watch(poller, fds[i][0], i,
		    IOSRC_READABLE | mode);
	}
	assert_int_equal(iosrc_poller_wait(poller, events, 4, CONTRACT_SOON),
	    2);
	first = (unsigned)events[0].token;
	second = (unsigned)events[1].token;
	assert_int_equal(first + second, 1);
	assert_ok(iosrc_close(sources[second]));
	assert_int_equal(iosrc_is_current(poller, events[0].registration), 1);
	assert_int_equal(iosrc_is_current(poller, events[1].registration), 0);
	assert_int_equal(rig_drain(sources[first]), 1);
	contract_expect_quiet(poller);
	assert_ok(iosrc_close(sources[first]));
	system_close(fds[0][1]);
	system_close(fds[1][1]);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_P8_first_handler_closes_the_second(void **state)
{
	(void)state;
	stale_in_batch(0);
	stale_in_batch(IOSRC_LEVEL);
	stale_in_batch(IOSRC_ONESHOT);
}

const struct contract_test contract_family_p[] = {
	CONTRACT_TEST(contract_P1_every_order_of_ending),
	CONTRACT_TEST(contract_P1_last_release_closes_the_handles),
	CONTRACT_TEST(contract_P1_calls_on_a_closed_poller_answer_closed),
	CONTRACT_TEST(contract_P2_poller_lives_until_the_last_release),
	CONTRACT_TEST(contract_P2_last_release_by_any_thread),
	CONTRACT_TEST_SECONDS(contract_P2_releases_beside_waits_and_wakes, 60),
	CONTRACT_TEST_SECONDS(
	    contract_P3_each_event_goes_to_one_of_four_threads_edge, 60),
	CONTRACT_TEST_SECONDS(
	    contract_P3_each_event_goes_to_one_of_four_threads_oneshot, 60),
	CONTRACT_TEST_SECONDS(contract_P3_each_event_goes_to_some_thread_level,
	    60),
	CONTRACT_TEST_SECONDS(
	    contract_P3_no_event_waits_while_a_thread_is_blocked, 60),
	CONTRACT_TEST(contract_P4_exposed_poller_in_another_poller),
	CONTRACT_TEST(contract_P4_exposed_poller_in_a_poll_poller),
	CONTRACT_TEST(contract_P4_exposed_poller_in_a_foreign_loop),
	CONTRACT_TEST(contract_P4_exposed_handle_is_close_on_exec),
	CONTRACT_TEST(contract_P4_nested_pollers_end_in_any_order),
	CONTRACT_TEST(contract_P5_every_call_of_a_child_answers_forked),
	CONTRACT_TEST(contract_P5_io_through_an_inherited_source_works),
	CONTRACT_TEST_SECONDS(contract_P5_child_ends_everything_in_any_order,
	    60),
	CONTRACT_TEST(contract_P5_child_exits_and_leaves_everything),
	CONTRACT_TEST(contract_P5_child_makes_a_poller_of_its_own),
	CONTRACT_TEST(contract_P5_grandchild_of_a_child),
	CONTRACT_TEST_SECONDS(contract_P5_fork_while_a_thread_waits, 60),
	CONTRACT_TEST_SECONDS(contract_P5_fork_in_the_middle_of_churn, 120),
	CONTRACT_TEST(contract_P6_waits_and_events_are_counted),
	CONTRACT_TEST(contract_P6_rearms_are_counted),
	CONTRACT_TEST(contract_P6_stale_events_are_counted),
	CONTRACT_TEST(contract_P7_current_until_changed),
	CONTRACT_TEST(contract_P7_not_current_after_close_or_into_inner),
	CONTRACT_TEST(contract_P7_not_current_after_slot_reuse),
	CONTRACT_TEST(contract_P7_nothing_else_is_current),
	CONTRACT_TEST(contract_P7_waker_is_current_until_its_last_release),
	CONTRACT_TEST(contract_P8_first_handler_closes_the_second),
	{ NULL, NULL, 0 }
};
