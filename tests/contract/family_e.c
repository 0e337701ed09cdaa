/* SPDX-License-Identifier: MIT
 *
 * family_e.c: level and oneshot, one source at a time; the table of the
 * family. Edge is in family_e_edge.c.
 */
#include "family_rig.h"

#include "family_e.h"

#include <string.h>

/* ---- E7: level ---- */

static void level_repeats(enum rig_kind kind)
{
	struct rig rig;
	char data[2];
	unsigned i;

	rig_open(&rig, kind, IOSRC_READABLE | IOSRC_LEVEL);
	contract_expect_quiet(rig.poller);
	contract_write(rig.peer, "0123456789", 10);
	for (i = 0; i < 10; i++) {
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		/* Behind the library's back: level needs no report. */
		assert_int_equal(system_read(rig_handle(&rig), data, 1), 1);
	}
	contract_expect_quiet(rig.poller);
	contract_write(rig.peer, "z", 1);
	for (i = 0; i < 5; i++)
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_int_equal(rig_drain(rig.source), 1);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void contract_E7_level_reports_while_data_is_left(void **state)
{
	(void)state;
	rig_each_kind(level_repeats);
}

static void contract_E7_level_reports_writable_at_every_wait(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_WRITABLE | IOSRC_LEVEL);
	for (i = 0; i < 10; i++)
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	contract_fill(rig_handle(&rig));
	contract_expect_quiet(rig.poller);
	assert_true(contract_drain(rig.peer) > 0);
	for (i = 0; i < 10; i++)
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	rig_shut(&rig);
}

static void contract_E7_level_both_ways(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH | IOSRC_LEVEL);
	for (i = 0; i < 3; i++)
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	contract_write(rig.peer, "x", 1);
	for (i = 0; i < 3; i++)
		assert_int_equal(rig_expect(&rig).ready, RIG_BOTH);
	contract_fill(rig_handle(&rig));
	for (i = 0; i < 3; i++)
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_int_equal(contract_drain(rig_handle(&rig)), 1);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

/* ---- E8: oneshot ---- */

static void oneshot_fires_once(enum rig_kind kind)
{
	struct rig rig;
	unsigned round;

	rig_open(&rig, kind, IOSRC_READABLE | IOSRC_ONESHOT);
	for (round = 0; round < 3; round++) {
		contract_write(rig.peer, "one", 3);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		contract_write(rig.peer, "two", 3);
		contract_expect_quiet(rig.poller);
		/* Neither would-block nor rearm revives it. */
		rig_drain(rig.source);
		assert_ok(iosrc_rearm(rig.source, RIG_BOTH));
		contract_write(rig.peer, "three", 5);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		rig_drain(rig.source);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

static void contract_E8_oneshot_fires_once_until_reregister(void **state)
{
	(void)state;
	rig_each_kind(oneshot_fires_once);
}

static void contract_E8_writable_shot_silences_readable(void **state)
{
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, RIG_BOTH | IOSRC_ONESHOT);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
		contract_write(rig.peer, "unseen", 6);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, RIG_BOTH | IOSRC_ONESHOT);
		assert_int_equal(rig_expect(&rig).ready, RIG_BOTH);
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
}

static void contract_E8_readable_shot_silences_writable(void **state)
{
	struct rig rig;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	contract_fill(fds[0]);
	rig.poller = contract_poller(0);
	rig.peer = fds[1];
	rig.source = rig_watch(rig.poller, fds[0], RIG_TOKEN,
	    RIG_BOTH | IOSRC_ONESHOT);
	contract_expect_quiet(rig.poller);
	contract_write(rig.peer, "shot", 4);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_true(contract_drain(rig.peer) > 0);
	contract_expect_quiet(rig.poller);
	rig_again(&rig, RIG_BOTH | IOSRC_ONESHOT);
	assert_int_equal(rig_expect(&rig).ready, RIG_BOTH);
	rig_shut(&rig);
}

static void contract_E8_hang_up_is_a_shot_too(void **state)
{
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind,
		    IOSRC_READABLE | IOSRC_ONESHOT);
		contract_write(rig.peer, "last", 4);
		rig_expect(&rig);
		system_close(rig.peer);
		rig.peer = -1;
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		assert_bits(rig_expect(&rig).ready,
		    IOSRC_READABLE |
		        (system_differs(SYSTEM_END_BEHIND_DATA)
		                ? 0
		                : IOSRC_READ_CLOSED));
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
}

/* ---- E14, E15 ---- */

static void one_event_with_both_bits(enum rig_kind kind, iosrc_bits mode)
{
	iosrc_event events[16];
	struct rig rig;

	rig_open(&rig, kind, IOSRC_READABLE | mode);
	contract_write(rig.peer, "both", 4);
	rig_expect(&rig);
	rig_again(&rig, RIG_BOTH | mode);
	/* Each direction is given one more cause of its own. */
	contract_write(rig.peer, "ways", 4);
	assert_ok(iosrc_rearm(rig.source, IOSRC_READABLE));
	assert_ok(iosrc_rearm(rig.source, IOSRC_WRITABLE));
	memset(events, 0xff, sizeof(events));
	assert_int_equal(rig_wait(rig.poller, events, 16, 5000), 1);
	assert_int_equal(events[0].ready, RIG_BOTH);
	assert_int_equal(events[0].token, RIG_TOKEN);
	assert_int_equal(events[0].reserved, 0);
	assert_int_equal(events[0].registration,
	    iosrc_source_registration(rig.source));
	rig_shut(&rig);
}

static void contract_E14_both_ways_is_one_event(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	unsigned kind;
	size_t i;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++)
		for (i = 0; i < 3; i++)
			one_event_with_both_bits((enum rig_kind)kind, modes[i]);
}

static void undrained_edge_may_fire(enum rig_kind kind)
{
	struct rig rig;
	iosrc_event event;
	unsigned round;
	int64_t count;

	rig_open(&rig, kind, IOSRC_READABLE);
	for (round = 0; round < 10; round++) {
		contract_write(rig.peer, "first", 5);
		rig_expect(&rig);
		contract_write(rig.peer, "second", 6);
		count = rig_wait(rig.poller, &event, 1, 5);
		assert_in_range(count, 0, 1);
		if (count == 1)
			assert_int_equal(event.token, RIG_TOKEN);
		/* Whichever it was, draining makes it portable. */
		rig_take(&rig, 11);
	}
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void contract_E15_undrained_edge_may_or_may_not_fire(void **state)
{
	(void)state;
	rig_each_kind(undrained_edge_may_fire);
}

const struct contract_test contract_family_e[] = {
	CONTRACT_TEST(contract_E1_drained_edge_fires_for_new_data),
	CONTRACT_TEST(contract_E1_filled_edge_fires_when_there_is_room),
	CONTRACT_TEST(contract_E2_undrained_edge_stays_quiet),
	CONTRACT_TEST(contract_E2_writable_edge_reports_once),
	CONTRACT_TEST(contract_E2_reregister_reports_undrained_edge_again),
	CONTRACT_TEST(contract_E3_1_2_and_100_writes_before_a_wait),
	CONTRACT_TEST(contract_E4_fewer_bytes_after_drain_fire_unix),
	CONTRACT_TEST(contract_E4_fewer_bytes_after_drain_fire_tcp),
	CONTRACT_TEST(contract_E4_fewer_bytes_after_drain_fire_pipe),
	CONTRACT_TEST(contract_E4_equal_bytes_after_drain_fire),
	CONTRACT_TEST(contract_E5_peek_that_would_block_arms_again),
	CONTRACT_TEST(contract_E5_peek_that_succeeds_consumes_nothing),
	CONTRACT_TEST(contract_E5_recv_peek_that_would_block_arms_again),
	CONTRACT_TEST(contract_E5_recv_peek_that_succeeds_consumes_nothing),
	CONTRACT_TEST(contract_E6_accept_after_drained_accept_gets_its_event),
	CONTRACT_TEST(contract_E6_empty_datagram_is_readable),
	CONTRACT_TEST(contract_E6_second_accept_by_call_gets_its_event),
	CONTRACT_TEST(contract_E6_empty_datagrams_by_send_and_recv),
	CONTRACT_TEST(contract_E7_level_reports_while_data_is_left),
	CONTRACT_TEST(contract_E7_level_reports_writable_at_every_wait),
	CONTRACT_TEST(contract_E7_level_both_ways),
	CONTRACT_TEST(contract_E8_oneshot_fires_once_until_reregister),
	CONTRACT_TEST(contract_E8_writable_shot_silences_readable),
	CONTRACT_TEST(contract_E8_readable_shot_silences_writable),
	CONTRACT_TEST(contract_E8_hang_up_is_a_shot_too),
	CONTRACT_TEST_SECONDS(contract_E9_oneshot_goes_to_one_of_four_threads,
	    60),
	CONTRACT_TEST_SECONDS(
	    contract_E9_oneshot_both_ways_goes_to_one_of_four_threads, 60),
	CONTRACT_TEST(
	    contract_E9_each_event_ends_one_of_the_waits_that_are_left),
	CONTRACT_TEST(contract_E10_exclusive_wakes_some_but_not_all),
	CONTRACT_TEST(
	    contract_E10_exclusive_refuses_what_it_cannot_be_joined_with),
	CONTRACT_TEST_SECONDS(
	    contract_E11_echo_load_has_almost_no_spurious_event_unix, 60),
	CONTRACT_TEST_SECONDS(
	    contract_E11_echo_load_has_almost_no_spurious_event_tcp, 60),
	CONTRACT_TEST(contract_E11_a_spurious_event_is_harmless),
	CONTRACT_TEST(contract_E12_flood_does_not_starve_slow_sources_edge),
	CONTRACT_TEST(contract_E12_flood_does_not_starve_slow_sources_level),
	CONTRACT_TEST(contract_E13_small_capacity_edge_none_twice_none_lost),
	CONTRACT_TEST(contract_E13_small_capacity_oneshot_none_twice_none_lost),
	CONTRACT_TEST(contract_E13_small_capacity_level_none_lost),
	CONTRACT_TEST(contract_E13_new_activity_between_small_waits_is_kept),
	CONTRACT_TEST(contract_E14_both_ways_is_one_event),
	CONTRACT_TEST(contract_E14_random_activity_one_event_per_registration),
	CONTRACT_TEST(contract_E15_undrained_edge_may_or_may_not_fire),
	CONTRACT_TEST_SECONDS(contract_E15_oneshot_one_handler_at_a_time, 60),
	CONTRACT_TEST_SECONDS(contract_E15_two_threads_drain_one_edge_source,
	    60),
	{ NULL, NULL, 0 }
};
