/* SPDX-License-Identifier: MIT
 *
 * family_r.c: R1 to R6, association and replacement. Beside it:
 * family_r_threads.c (changes while others wait), family_r_handles.c (what
 * can happen to a handle), family_r_files.c and family_r_values.c.
 */
#include "family_r.h"

#include "family_sr.h"

#include <string.h>

/* ---- R1, R2, R3 ---- */

/* The registration is the one it was, and delivers its own token. */
static void still_delivers(struct rig *rig, uint64_t registration)
{
	iosrc_event event;

	assert_true(iosrc_source_registration(rig->source) == registration);
	contract_write(rig->peer, "x", 1);
	event = rig_expect(rig);
	assert_true(event.registration == registration);
	assert_bits(event.ready, IOSRC_READABLE);
	assert_int_equal(rig_drain(rig->source), 1);
	contract_expect_quiet(rig->poller);
}

static void contract_R1_a_second_register_changes_nothing(void **state)
{
	struct rig rig;
	uint64_t registration;
	size_t m, other;

	(void)state;
	for (m = 0; m < 2; m++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE | sr_modes[m]);
		registration = iosrc_source_registration(rig.source);
		assert_true(registration != 0);
		for (other = 0; other < SR_MODES; other++) {
			assert_status(iosrc_register(rig.source, rig.poller, 1,
			                  RIG_BOTH | sr_modes[other]),
			    IOSRC_E_ALREADY_REGISTERED);
			assert_status(
			    iosrc_register(rig.source, rig.poller, 1, 0),
			    IOSRC_E_ALREADY_REGISTERED);
			still_delivers(&rig, registration);
		}
		rig_shut(&rig);
	}
}

static void contract_R1_a_second_register_keeps_what_is_pending(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_ONESHOT);
	contract_write(rig.peer, "x", 1);
	assert_status(iosrc_register(rig.source, rig.poller, 1, IOSRC_WRITABLE),
	    IOSRC_E_ALREADY_REGISTERED);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_status(iosrc_register(rig.source, rig.poller, 1, RIG_BOTH),
	    IOSRC_E_ALREADY_REGISTERED);
	contract_expect_quiet(rig.poller); /* spent, and not revived */
	rig_shut(&rig);
}

static void contract_R2_another_poller_is_refused(void **state)
{
	iosrc_poller *other = contract_poller(0);
	uint64_t registration;
	struct rig rig;
	size_t m;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	registration = iosrc_source_registration(rig.source);
	for (m = 0; m < SR_MODES; m++) {
		assert_status(iosrc_register(rig.source, other, 1,
		                  RIG_BOTH | sr_modes[m]),
		    IOSRC_E_ALREADY_REGISTERED);
		contract_expect_quiet(other);
		still_delivers(&rig, registration);
		assert_int_equal(iosrc_is_current(rig.poller, registration), 1);
	}
	rig_shut(&rig);
	assert_ok(iosrc_poller_release(other));
}

static void contract_R2_after_deregister_another_poller_is_fine(void **state)
{
	iosrc_poller *pollers[2], *spare;
	struct rig rig;
	int i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	spare = contract_poller(0);
	pollers[0] = rig.poller;
	pollers[1] = spare;
	contract_write(rig.peer, "x", 1);
	for (i = 1; i < 8; i++) {
		uint64_t token = (uint64_t)i;

		assert_ok(iosrc_deregister(rig.source, pollers[!(i & 1)]));
		assert_ok(iosrc_register(rig.source, pollers[i & 1], token,
		    IOSRC_READABLE));
		contract_expect_quiet(pollers[!(i & 1)]);
		contract_expect(pollers[i & 1], token);
	}
	rig_shut(&rig);
	assert_ok(iosrc_poller_release(spare));
}

static void contract_R3_nothing_registered(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source;
	iosrc_handle fds[2], i;

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = contract_source(fds[0]);
	for (i = 0; i < 3; i++) {
		assert_status(iosrc_reregister(source, poller, 1, RIG_BOTH),
		    IOSRC_E_NOT_REGISTERED);
		assert_status(iosrc_deregister(source, poller),
		    IOSRC_E_NOT_REGISTERED);
		assert_int_equal(iosrc_source_registration(source), 0);
		contract_expect_quiet(poller);
		assert_ok(iosrc_register(source, poller, 1, 0));
		assert_ok(iosrc_deregister(source, poller));
	}
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_R3_the_wrong_poller(void **state)
{
	iosrc_poller *other = contract_poller(0);
	uint64_t registration;
	struct rig rig;
	int i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	registration = iosrc_source_registration(rig.source);
	for (i = 0; i < 3; i++) {
		assert_status(iosrc_reregister(rig.source, other, 1, RIG_BOTH),
		    IOSRC_E_WRONG_POLLER);
		assert_status(iosrc_deregister(rig.source, other),
		    IOSRC_E_WRONG_POLLER);
		contract_expect_quiet(other);
		still_delivers(&rig, registration);
	}
	rig_shut(&rig);
	assert_ok(iosrc_poller_release(other));
}

/* ---- R4 ---- */

static void contract_R4_reregister_reports_again(void **state)
{
	struct rig rig;
	uint64_t token, before;
	iosrc_event event;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "x", 1);
	rig_expect(&rig);
	for (token = 1; token < 20; token++) {
		before = iosrc_source_registration(rig.source);
		assert_ok(iosrc_reregister(rig.source, rig.poller, token,
		    IOSRC_READABLE));
		event = contract_expect(rig.poller, token);
		assert_true(event.registration ==
		    iosrc_source_registration(rig.source));
		assert_true(event.registration != before);
		assert_int_equal(iosrc_is_current(rig.poller, before), 0);
		assert_int_equal(sr_take(rig.poller, token), 0);
	}
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void contract_R4_a_pending_event_takes_the_new_token(void **state)
{
	struct rig rig;
	uint64_t token;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE | sr_modes[m]);
		for (token = 1; token < 20; token++) {
			contract_write(rig.peer, "x", 1);
			assert_ok(iosrc_reregister(rig.source, rig.poller,
			    token, IOSRC_READABLE | sr_modes[m]));
			contract_expect(rig.poller, token);
			rig_drain(rig.source);
			contract_expect_quiet(rig.poller);
			rig_again(&rig, IOSRC_READABLE | sr_modes[m]);
		}
		rig_shut(&rig);
	}
}

static void contract_R4_mode_and_interest_are_replaced_whole(void **state)
{
	struct rig rig;
	int i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_LEVEL);
	contract_write(rig.peer, "unread", 6);
	for (i = 0; i < 3; i++) {
		rig_again(&rig, IOSRC_READABLE | IOSRC_LEVEL);
		rig_expect(&rig);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		rig_again(&rig, IOSRC_WRITABLE);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		contract_expect_quiet(rig.poller);
		contract_write(rig.peer, "x", 1);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_WRITABLE | IOSRC_LEVEL);
		rig_expect(&rig);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
		rig_again(&rig, RIG_BOTH);
		assert_int_equal(rig_expect(&rig).ready, RIG_BOTH);
		contract_expect_quiet(rig.poller);
		contract_write(rig.peer, "x", 1);
	}
	rig_shut(&rig);
}

static void contract_R4_no_longer_ready_is_not_reported(void **state)
{
	struct rig rig;
	size_t m;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (m = 0; m < SR_MODES; m++) {
		contract_write(rig.peer, "x", 1);
		rig_expect(&rig);
		contract_drain(rig_handle(&rig));
		rig_again(&rig, IOSRC_READABLE | sr_modes[m]);
		contract_expect_quiet(rig.poller);
	}
	contract_write(rig.peer, "x", 1);
	rig_again(&rig, IOSRC_WRITABLE);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void contract_R4_an_exclusive_registration_is_refused(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source;
	iosrc_handle fds[2];
	size_t m;

	(void)state;
	if (!(iosrc_poller_capabilities(poller) & IOSRC_EXCLUSIVE))
		contract_skip("no exclusive mode");
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = rig_watch(poller, fds[0], 4, IOSRC_READABLE | IOSRC_EXCLUSIVE);
	for (m = 0; m < SR_MODES; m++) {
		uint64_t registration = iosrc_source_registration(source);

		assert_status(iosrc_reregister(source, poller, 1,
		                  IOSRC_READABLE | sr_modes[m]),
		    IOSRC_E_UNSUPPORTED);
		assert_status(iosrc_reregister(source, poller, 1,
		                  IOSRC_READABLE | IOSRC_EXCLUSIVE),
		    IOSRC_E_UNSUPPORTED);
		contract_write(fds[1], "x", 1);
		assert_true(
		    contract_expect(poller, 4).registration == registration);
		rig_drain(source);
		contract_expect_quiet(poller);
	}
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

struct chatter {
	iosrc_handle fd;
	_Atomic int stop;
};

static void *chat(void *user)
{
	struct chatter *chatter = user;

	while (!atomic_load(&chatter->stop)) {
		int64_t sent = system_write(chatter->fd, "x", 1);

		if (sent < 0)
			system_sleep(CONTRACT_MS / 10);
	}
	return NULL;
}

/* Not all: on two processors reader and writer can keep step for ever. */
static void take_some(iosrc_handle fd)
{
	static char data[65536];

	for (int i = 0; i < 8; i++)
		if (system_read(fd, data, sizeof(data)) < 0)
			return;
}

/* Each reregister reports the data that is there, under its own token, while
 * more of it arrives and some is taken. */
static void contract_R4_no_event_lost_while_data_arrives(void **state)
{
	uint64_t token, rounds = contract_scale(20000);
	struct chatter chatter;
	system_thread thread;
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	chatter.fd = rig.peer;
	atomic_init(&chatter.stop, 0);
	rig_start(&thread, chat, &chatter);
	for (token = 1; token <= rounds; token++) {
		iosrc_event event;

		assert_ok(iosrc_reregister(rig.source, rig.poller, token,
		    IOSRC_READABLE));
		if (iosrc_poller_wait(rig.poller, &event, 1,
		        sr_slow(CONTRACT_SOON)) != 1 ||
		    event.token != token)
			break;
		if (token % 16 == 0)
			take_some(rig_handle(&rig));
	}
	atomic_store(&chatter.stop, 1);
	assert_int_equal(system_thread_join(thread), 0);
	if (token <= rounds)
		fail_msg("round %llu lost or mixed up its event",
		    (unsigned long long)token);
	rig_shut(&rig);
}

/* ---- R5 ---- */

static iosrc_handle ready_listener(iosrc_handle *out_client)
{
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);

	*out_client = rig_client(port);
	system_sleep(5 * CONTRACT_MS);
	return listener;
}

static iosrc_handle ready_pair(enum rig_kind kind, int ended,
    iosrc_handle *out_peer)
{
	iosrc_handle fds[2];

	rig_handles(kind, fds);
	contract_write(fds[1], "x", 1);
	*out_peer = fds[1];
	if (ended) {
		system_close(fds[1]);
		*out_peer = -1;
	}
	system_sleep(5 * CONTRACT_MS);
	return fds[0];
}

static iosrc_handle ready_handle(unsigned what, iosrc_handle *out_peer)
{
	if (what == 0)
		return ready_listener(out_peer);
	return ready_pair((enum rig_kind)((what - 1) / 2), (what - 1) % 2,
	    out_peer);
}

static void contract_R5_what_is_ready_arrives_at_the_next_wait(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	unsigned what;
	size_t m;

	(void)state;
	for (what = 0; what < 7; what++) {
		for (m = 0; m < SR_MODES; m++) {
			iosrc_handle peer, fd = ready_handle(what, &peer);
			iosrc_source *source = rig_watch(poller, fd, what,
			    IOSRC_READABLE | sr_modes[m]);

			assert_bits(sr_take(poller, what), IOSRC_READABLE);
			assert_ok(iosrc_close(source));
			if (peer >= 0)
				system_close(peer);
		}
	}
	assert_ok(iosrc_poller_release(poller));
}

/* ---- R6 ---- */

static void contract_R6_deregister_silences(void **state)
{
	struct rig rig;
	uint64_t registration;
	size_t m;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	for (m = 0; m < SR_MODES; m++) {
		rig_again(&rig, RIG_BOTH | sr_modes[m]);
		contract_write(rig.peer, "x", 1);
		registration = iosrc_source_registration(rig.source);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_int_equal(iosrc_source_registration(rig.source), 0);
		assert_int_equal(iosrc_is_current(rig.poller, registration), 0);
		contract_write(rig.peer, "y", 1);
		contract_expect_quiet(rig.poller);
		assert_status(iosrc_deregister(rig.source, rig.poller),
		    IOSRC_E_NOT_REGISTERED);
		assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
		    RIG_BOTH | sr_modes[m]));
		assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	}
	rig_shut(&rig);
}

#define R6_SOURCES 16

/* A wait took some of a ready set; the rest is deregistered before the next
 * one, which must report none of it. */
static void contract_R6_deregister_the_rest_of_a_ready_set(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *sources[R6_SOURCES];
	iosrc_handle fds[R6_SOURCES][2], seen[R6_SOURCES];
	iosrc_event events[4];
	int64_t count;
	size_t i, m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < R6_SOURCES; i++) {
			contract_pair(IOSRC_TYPE_STREAM, fds[i]);
			contract_write(fds[i][1], "x", 1);
			sources[i] = rig_watch(poller, fds[i][0], i,
			    IOSRC_READABLE | sr_modes[m]);
		}
		count = iosrc_poller_wait(poller, events, 4, 0);
		assert_int_equal(count, 4);
		for (i = 0; i < 4; i++)
			seen[events[i].token] = 1;
		for (i = 0; i < R6_SOURCES; i++)
			if (!seen[i] || sr_modes[m] == IOSRC_LEVEL)
				assert_ok(iosrc_deregister(sources[i], poller));
		contract_expect_quiet(poller);
		for (i = 0; i < R6_SOURCES; i++) {
			assert_ok(iosrc_close(sources[i]));
			system_close(fds[i][1]);
		}
	}
	assert_ok(iosrc_poller_release(poller));
}

const struct contract_test contract_family_r[] = {
	CONTRACT_TEST(contract_R1_a_second_register_changes_nothing),
	CONTRACT_TEST(contract_R1_a_second_register_keeps_what_is_pending),
	CONTRACT_TEST(contract_R2_another_poller_is_refused),
	CONTRACT_TEST(contract_R2_after_deregister_another_poller_is_fine),
	CONTRACT_TEST(contract_R3_nothing_registered),
	CONTRACT_TEST(contract_R3_the_wrong_poller),
	CONTRACT_TEST(contract_R4_reregister_reports_again),
	CONTRACT_TEST(contract_R4_a_pending_event_takes_the_new_token),
	CONTRACT_TEST(contract_R4_mode_and_interest_are_replaced_whole),
	CONTRACT_TEST(contract_R4_no_longer_ready_is_not_reported),
	CONTRACT_TEST(contract_R4_an_exclusive_registration_is_refused),
	CONTRACT_TEST(contract_R4_no_event_lost_while_data_arrives),
	CONTRACT_TEST(contract_R4_each_reregister_beside_waits_reports_once),
	CONTRACT_TEST(contract_R5_what_is_ready_arrives_at_the_next_wait),
	CONTRACT_TEST(contract_R6_deregister_silences),
	CONTRACT_TEST(contract_R6_deregister_the_rest_of_a_ready_set),
	CONTRACT_TEST(contract_R7_no_wait_that_begins_later_reports_it),
	CONTRACT_TEST(contract_R7_deregister_is_no_cancellation_point),
	CONTRACT_TEST(contract_R8_register_takes_effect_in_a_blocked_wait),
	CONTRACT_TEST(contract_R8_reregister_takes_effect_in_a_blocked_wait),
	CONTRACT_TEST(contract_R8_deregister_takes_effect_in_a_blocked_wait),
	CONTRACT_TEST(contract_R8_changes_do_not_lengthen_the_timeout),
	CONTRACT_TEST_SECONDS(
	    contract_R9_three_threads_change_while_a_fourth_waits, 40),
	CONTRACT_TEST_SECONDS(
	    contract_R9_S9_rounds_of_four_threads_in_random_order, 120),
	CONTRACT_TEST_SECONDS(contract_R9_S9_rounds_of_pipes_and_sockets, 300),
	CONTRACT_TEST(contract_R10_duplicates_register_apart),
	CONTRACT_TEST(
	    contract_R10_a_raw_close_beside_a_duplicate_does_not_spin),
	CONTRACT_TEST(contract_R10_a_storm_delays_nobody),
	CONTRACT_TEST_SECONDS(
	    contract_R11_late_calls_of_the_old_source_touch_nothing, 40),
	CONTRACT_TEST_SECONDS(
	    contract_R11_numbers_reused_beside_a_closing_thread, 40),
	CONTRACT_TEST(contract_R11_a_number_is_a_file_and_a_socket_in_turn),
	CONTRACT_TEST(contract_R12_a_raw_close_is_silent),
	CONTRACT_TEST(contract_R11_a_number_turns_from_file_to_socket_and_back),
	CONTRACT_TEST(contract_R12_a_raw_close_during_a_wait_is_silent),
	CONTRACT_TEST(contract_R12_a_file_closed_raw_is_silent),
	CONTRACT_TEST(contract_R13_bad_handles_have_one_status),
	CONTRACT_TEST(contract_R13_own_handle_has_one_status),
	CONTRACT_TEST(contract_R13_files_report_once_on_an_edge),
	CONTRACT_TEST(contract_R13_files_report_at_every_wait_in_level),
	CONTRACT_TEST(contract_R13_files_report_once_in_oneshot),
	CONTRACT_TEST(contract_R13_no_wait_blocks_while_a_file_is_due),
	CONTRACT_TEST(contract_R13_a_file_ends_a_blocked_wait),
	CONTRACT_TEST(contract_R13_a_file_that_ended_is_not_reported),
	CONTRACT_TEST(contract_R13_each_reregister_of_a_file_reports_once),
	CONTRACT_TEST(contract_R13_files_and_sockets_share_small_capacity),
	CONTRACT_TEST(contract_R14_a_pause_reports_nothing_and_costs_nothing),
	CONTRACT_TEST(contract_R14_a_pause_keeps_what_was_pending_back),
	CONTRACT_TEST(contract_R14_an_exclusive_pause),
	CONTRACT_TEST(contract_R15_all_token_bits_come_back),
	CONTRACT_TEST(contract_R15_two_sources_may_share_a_token),
	CONTRACT_TEST(contract_R16_every_bit_has_its_status),
	CONTRACT_TEST(contract_R16_a_refusal_keeps_what_is_pending),
	CONTRACT_TEST(contract_R16_capabilities_hold_known_bits_alone),
	CONTRACT_TEST(contract_R17_no_registration_comes_back),
	CONTRACT_TEST(contract_R17_no_registration_comes_back_after_deregister),
	CONTRACT_TEST(contract_R17_made_up_registrations_are_not_current),
	CONTRACT_TEST(contract_R18_the_second_source_takes_over),
	CONTRACT_TEST(contract_R18_the_first_may_take_it_back),
	CONTRACT_TEST(contract_R18_a_file_taken_over_beside_waits),
	CONTRACT_TEST(contract_R18_another_poller_takes_nothing_over),
	{ NULL, NULL, 0 }
};
