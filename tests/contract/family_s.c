/* SPDX-License-Identifier: MIT
 *
 * family_s.c: S2 and S3, the plain I/O of sources. Beside it:
 * family_s_create.c (S1, of each system), family_s_arm.c (what arms again), family_s_io.c (short counts) and
 * family_s_end.c (how sources end).
 */
#include "family_s.h"

#include "family_sr.h"

/* ---- S2 ---- */

static void plain_io_works(iosrc_source *source, iosrc_handle peer)
{
	char data[8] = "";
	iosrc_buffer in[2] = { { data, 2 }, { data + 2, 6 } };
	iosrc_buffer out[2] = { { data, 3 }, { data + 3, 5 } };
	struct rig_io io = { data, sizeof(data), 0 };

	assert_status(iosrc_read(source, data, 8), IOSRC_E_WOULD_BLOCK);
	contract_write(peer, "abc", 3);
	assert_int_equal(iosrc_read(source, data, 8), 3);
	contract_write(peer, "defgh", 5);
	assert_int_equal(iosrc_readv(source, in, 2), 5);
	assert_memory_equal(data, "defgh", 5);
	assert_int_equal(iosrc_write(source, "xyz", 3), 3);
	assert_int_equal(iosrc_writev(source, out, 2), 8);
	assert_int_equal(contract_drain(peer), 11);
	contract_write(peer, "io", 2);
	assert_int_equal(iosrc_do_io(source, IOSRC_READABLE, rig_io_read, &io),
	    2);
	assert_status(iosrc_do_io(source, RIG_BOTH, rig_io_read, &io),
	    IOSRC_E_WOULD_BLOCK);
	assert_ok(iosrc_rearm(source, RIG_BOTH | IOSRC_PRIORITY));
	assert_ok(iosrc_rearm(source, 0));
	contract_fill(iosrc_source_handle(source));
	assert_status(iosrc_write(source, "x", 1), IOSRC_E_WOULD_BLOCK);
	contract_drain(peer);
	assert_int_equal(iosrc_source_registration(source), 0);
}

static void contract_S2_io_without_a_registration(void **state)
{
	iosrc_source *source;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = contract_source(fds[0]);
	plain_io_works(source, fds[1]);
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
}

static void contract_S2_io_after_the_registration_ended(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	plain_io_works(rig.source, rig.peer);
	contract_expect_quiet(rig.poller);
	assert_ok(iosrc_register(rig.source, rig.poller, 1, RIG_BOTH));
	assert_ok(iosrc_poller_release(rig.poller));
	plain_io_works(rig.source, rig.peer);
	assert_ok(iosrc_close(rig.source));
	system_close(rig.peer);
}

/* ---- S3 ---- */

static void hands_all_through(iosrc_source *source)
{
	static const iosrc_bits directions[] = { 0, IOSRC_READABLE,
		IOSRC_WRITABLE, IOSRC_PRIORITY, RIG_BOTH | IOSRC_PRIORITY };
	size_t a, d;

	for (a = 0; a < SR_ANSWERS; a++) {
		for (d = 0; d < sizeof(directions) / sizeof(directions[0]);
		     d++) {
			struct sr_call call = { sr_answers[a], 0, -1 };
			int64_t got = iosrc_do_io(source, directions[d],
			    sr_answer, &call);

			assert_true(got == sr_answers[a]);
			assert_int_equal(call.calls, 1);
			assert_int_equal(call.handle,
			    iosrc_source_handle(source));
		}
	}
}

static void contract_S3_do_io_hands_everything_through(void **state)
{
	struct rig rig;
	size_t m;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	hands_all_through(rig.source);
	for (m = 0; m < SR_MODES; m++) {
		rig_again(&rig, RIG_BOTH | sr_modes[m]);
		hands_all_through(rig.source);
	}
	rig_again(&rig, 0);
	hands_all_through(rig.source);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	hands_all_through(rig.source);
	rig_shut(&rig);
}

static int64_t IOSRC_CALL is_null(iosrc_handle handle, void *user)
{
	return handle >= 0 && user == NULL ? 42 : -1;
}

static void contract_S3_do_io_with_bad_directions_does_not_call(void **state)
{
	static const struct {
		iosrc_bits directions;
		iosrc_status status;
	} bad[] = { { IOSRC_ERROR, IOSRC_E_INVALID },
		{ IOSRC_READABLE | IOSRC_READ_CLOSED, IOSRC_E_INVALID },
		{ IOSRC_WRITE_CLOSED, IOSRC_E_INVALID },
		{ 0x8000, IOSRC_E_INVALID }, { IOSRC_LEVEL, IOSRC_E_INVALID },
		{ IOSRC_ONESHOT | IOSRC_READABLE, IOSRC_E_INVALID },
		{ IOSRC_EXCLUSIVE, IOSRC_E_INVALID },
		{ 0x8, IOSRC_E_UNSUPPORTED }, { 0x10, IOSRC_E_UNSUPPORTED },
		{ 0x80000000, IOSRC_E_UNSUPPORTED } };
	struct sr_call call = { 7, 0, -1 };
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_status(iosrc_do_io(rig.source, bad[i].directions,
		                  sr_answer, &call),
		    bad[i].status);
		assert_status(iosrc_rearm(rig.source, bad[i].directions),
		    bad[i].status);
	}
	assert_int_equal(call.calls, 0);
	assert_status(iosrc_do_io(rig.source, RIG_BOTH, NULL, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_do_io(rig.source, 0, is_null, NULL), 42);
	rig_shut(&rig);
}

const struct contract_test contract_family_s[] = {
	CONTRACT_TEST(contract_S1_create_makes_no_system_call),
	CONTRACT_TEST(contract_S1_handle_is_what_was_given),
	CONTRACT_TEST(contract_S1_bad_handles_and_types_write_nothing),
	CONTRACT_TEST(contract_S1_a_closed_handle_is_not_looked_at),
	CONTRACT_TEST(contract_S2_io_without_a_registration),
	CONTRACT_TEST(contract_S2_io_after_the_registration_ended),
	CONTRACT_TEST(contract_S3_do_io_hands_everything_through),
	CONTRACT_TEST(contract_S3_do_io_with_bad_directions_does_not_call),
	CONTRACT_TEST(contract_S4_would_block_on_read_raises_no_writable),
	CONTRACT_TEST(contract_S4_would_block_on_write_raises_no_readable),
	CONTRACT_TEST(contract_S4_directions_outside_the_interest_stay_out),
	CONTRACT_TEST(contract_S4_a_spent_oneshot_stays_spent),
	CONTRACT_TEST(contract_S4_a_spent_oneshot_is_spent_both_ways),
	CONTRACT_TEST(contract_S4_a_pause_stays_a_pause),
	CONTRACT_TEST(contract_S4_level_needs_no_report_and_bears_one),
	CONTRACT_TEST(contract_S5_would_block_whatever_was_spoiled),
	CONTRACT_TEST(contract_S5_would_block_without_memory),
	CONTRACT_TEST(contract_S6_other_answers_of_do_io_change_nothing),
	CONTRACT_TEST(contract_S6_in_progress_arms_writing_only),
	CONTRACT_TEST(contract_S6_connect_through_do_io_becomes_writable),
	CONTRACT_TEST(contract_S6_whole_counts_change_nothing),
	CONTRACT_TEST(contract_S6_not_connected_changes_nothing),
	CONTRACT_TEST(contract_S6_an_error_of_a_direct_call_arms_again),
	CONTRACT_TEST(contract_S6_no_arming_behind_a_closed_bit),
	CONTRACT_TEST(contract_S7_short_reads_of_every_kind_arm_again),
	CONTRACT_TEST(contract_S7_short_vectored_reads_arm_again),
	CONTRACT_TEST(contract_S7_short_writes_arm_again),
	CONTRACT_TEST(contract_S7_going_on_finds_all_that_is_left),
	CONTRACT_TEST(contract_S7_end_of_file_never_arms_again),
	CONTRACT_TEST(contract_S7_a_short_count_revives_no_oneshot),
	CONTRACT_TEST(contract_S7_a_short_count_in_do_io_arms_nothing),
	CONTRACT_TEST(contract_S7_short_counts_of_recv_arm_again),
	CONTRACT_TEST_SECONDS(contract_S7_peeks_never_arm, 60),
	CONTRACT_TEST(contract_S7_whole_counts_of_recv_arm_nothing),
	CONTRACT_TEST(contract_S7_end_of_stream_by_recv_never_arms),
	CONTRACT_TEST(contract_S7_a_short_recv_revives_no_oneshot),
	CONTRACT_TEST(contract_S7_short_sends_arm_again),
	CONTRACT_TEST(contract_S8_into_inner_gives_back_a_usable_handle),
	CONTRACT_TEST(contract_S8_no_event_after_into_inner),
	CONTRACT_TEST(contract_S8_into_inner_during_a_wait),
	CONTRACT_TEST(contract_S8_out_handle_may_be_null),
	CONTRACT_TEST(contract_S9_no_event_after_close),
	CONTRACT_TEST(contract_S9_the_number_is_free),
	CONTRACT_TEST(contract_S9_peer_sees_the_end_during_a_wait),
	CONTRACT_TEST(contract_S9_port_is_free_during_a_wait),
	CONTRACT_TEST(contract_S9_close_beside_three_waiting_threads),
	CONTRACT_TEST(contract_S10_every_order_of_ends),
	CONTRACT_TEST(contract_S10_survivors_move_to_another_poller),
	{ NULL, NULL, 0 }
};
