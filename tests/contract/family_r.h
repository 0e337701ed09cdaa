/* SPDX-License-Identifier: MIT
 *
 * family_r.h: tests of family R that live beside its table.
 */
#ifndef CONTRACT_FAMILY_R_H
#define CONTRACT_FAMILY_R_H

void contract_R4_each_reregister_beside_waits_reports_once(void **state);
void contract_R7_no_wait_that_begins_later_reports_it(void **state);
void contract_R7_deregister_is_no_cancellation_point(void **state);
void contract_R8_register_takes_effect_in_a_blocked_wait(void **state);
void contract_R8_reregister_takes_effect_in_a_blocked_wait(void **state);
void contract_R8_deregister_takes_effect_in_a_blocked_wait(void **state);
void contract_R8_changes_do_not_lengthen_the_timeout(void **state);
void contract_R9_three_threads_change_while_a_fourth_waits(void **state);
void contract_R9_S9_rounds_of_four_threads_in_random_order(void **state);
void contract_R9_S9_rounds_of_pipes_and_sockets(void **state);
void contract_R10_duplicates_register_apart(void **state);
void contract_R10_a_raw_close_beside_a_duplicate_does_not_spin(void **state);
void contract_R10_a_storm_delays_nobody(void **state);
void contract_R11_late_calls_of_the_old_source_touch_nothing(void **state);
void contract_R11_numbers_reused_beside_a_closing_thread(void **state);
void contract_R11_a_number_is_a_file_and_a_socket_in_turn(void **state);
void contract_R12_a_raw_close_is_silent(void **state);
void contract_R12_a_raw_close_during_a_wait_is_silent(void **state);
void contract_R12_a_file_closed_raw_is_silent(void **state);
void contract_R11_a_number_turns_from_file_to_socket_and_back(void **state);
void contract_R13_bad_handles_have_one_status(void **state);
void contract_R13_own_handle_has_one_status(void **state);
void contract_R13_files_report_once_on_an_edge(void **state);
void contract_R13_files_report_at_every_wait_in_level(void **state);
void contract_R13_files_report_once_in_oneshot(void **state);
void contract_R13_no_wait_blocks_while_a_file_is_due(void **state);
void contract_R13_a_file_ends_a_blocked_wait(void **state);
void contract_R13_a_file_that_ended_is_not_reported(void **state);
void contract_R13_each_reregister_of_a_file_reports_once(void **state);
void contract_R13_files_and_sockets_share_small_capacity(void **state);
void contract_R14_a_pause_reports_nothing_and_costs_nothing(void **state);
void contract_R14_a_pause_keeps_what_was_pending_back(void **state);
void contract_R14_an_exclusive_pause(void **state);
void contract_R15_all_token_bits_come_back(void **state);
void contract_R15_two_sources_may_share_a_token(void **state);
void contract_R16_every_bit_has_its_status(void **state);
void contract_R16_a_refusal_keeps_what_is_pending(void **state);
void contract_R16_capabilities_hold_known_bits_alone(void **state);
void contract_R17_no_registration_comes_back(void **state);
void contract_R17_no_registration_comes_back_after_deregister(void **state);
void contract_R17_made_up_registrations_are_not_current(void **state);
void contract_R18_the_second_source_takes_over(void **state);
void contract_R18_the_first_may_take_it_back(void **state);
void contract_R18_a_file_taken_over_beside_waits(void **state);
void contract_R18_another_poller_takes_nothing_over(void **state);

#endif
