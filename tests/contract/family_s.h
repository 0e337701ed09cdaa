/* SPDX-License-Identifier: MIT
 *
 * family_s.h: tests of family S that live beside its table.
 */
#ifndef CONTRACT_FAMILY_S_H
#define CONTRACT_FAMILY_S_H

void contract_S1_create_makes_no_system_call(void **state);
void contract_S1_handle_is_what_was_given(void **state);
void contract_S1_bad_handles_and_types_write_nothing(void **state);
void contract_S1_a_closed_handle_is_not_looked_at(void **state);
void contract_S4_would_block_on_read_raises_no_writable(void **state);
void contract_S4_would_block_on_write_raises_no_readable(void **state);
void contract_S4_directions_outside_the_interest_stay_out(void **state);
void contract_S4_a_spent_oneshot_stays_spent(void **state);
void contract_S4_a_spent_oneshot_is_spent_both_ways(void **state);
void contract_S4_a_pause_stays_a_pause(void **state);
void contract_S4_level_needs_no_report_and_bears_one(void **state);
void contract_S5_would_block_whatever_was_spoiled(void **state);
void contract_S5_would_block_without_memory(void **state);
void contract_S6_other_answers_of_do_io_change_nothing(void **state);
void contract_S6_in_progress_arms_writing_only(void **state);
void contract_S6_connect_through_do_io_becomes_writable(void **state);
void contract_S6_whole_counts_change_nothing(void **state);
void contract_S6_not_connected_changes_nothing(void **state);
void contract_S6_an_error_of_a_direct_call_arms_again(void **state);
void contract_S6_no_arming_behind_a_closed_bit(void **state);
void contract_S7_short_reads_of_every_kind_arm_again(void **state);
void contract_S7_short_vectored_reads_arm_again(void **state);
void contract_S7_short_writes_arm_again(void **state);
void contract_S7_going_on_finds_all_that_is_left(void **state);
void contract_S7_end_of_file_never_arms_again(void **state);
void contract_S7_a_short_count_revives_no_oneshot(void **state);
void contract_S7_a_short_count_in_do_io_arms_nothing(void **state);
void contract_S7_short_counts_of_recv_arm_again(void **state);
void contract_S7_peeks_never_arm(void **state);
void contract_S7_whole_counts_of_recv_arm_nothing(void **state);
void contract_S7_end_of_stream_by_recv_never_arms(void **state);
void contract_S7_a_short_recv_revives_no_oneshot(void **state);
void contract_S7_short_sends_arm_again(void **state);
void contract_S8_into_inner_gives_back_a_usable_handle(void **state);
void contract_S8_no_event_after_into_inner(void **state);
void contract_S8_into_inner_during_a_wait(void **state);
void contract_S8_out_handle_may_be_null(void **state);
void contract_S9_no_event_after_close(void **state);
void contract_S9_the_number_is_free(void **state);
void contract_S9_peer_sees_the_end_during_a_wait(void **state);
void contract_S9_port_is_free_during_a_wait(void **state);
void contract_S9_close_beside_three_waiting_threads(void **state);
void contract_S10_every_order_of_ends(void **state);
void contract_S10_survivors_move_to_another_poller(void **state);

#endif
