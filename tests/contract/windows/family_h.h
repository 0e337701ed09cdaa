/* SPDX-License-Identifier: MIT
 *
 * family_h.h: tests of Windows alone that do not stand beside family_h.c's
 * table.
 */
#ifndef CONTRACT_WINDOWS_FAMILY_H_H
#define CONTRACT_WINDOWS_FAMILY_H_H

void contract_H1_H2_timers_of_another_type(void **state);
void contract_H1_H2_rights_that_a_handle_needs(void **state);
void contract_N1_named_pipes_talk_both_ways(void **state);
void contract_N4_named_pipes_accept_to_the_last(void **state);
void contract_N7_named_pipes_in_use_and_absent(void **state);
void contract_N3_named_pipes_carry_all_both_ways(void **state);
void contract_N8_messages_of_pipes_keep_their_ends(void **state);
void contract_N8_a_vector_takes_one_message(void **state);
void contract_N8_empty_writes_are_read_past(void **state);
void contract_N8_many_empty_messages_are_read_past(void **state);
void contract_N8_empty_writes_before_a_registration(void **state);
void contract_N8_empty_writes_to_a_registration(void **state);
void contract_N8_empty_writes_step_by_step(void **state);
void contract_N8_empty_messages_that_are_left_are_told(void **state);
void contract_P1_a_poller_ends_beside_its_pipes(void **state);
void contract_V7_named_pipes_tell_the_end(void **state);
void contract_V7_a_told_writer_is_not_told_the_end(void **state);
void contract_V11_directions_of_a_pipe_are_apart(void **state);
void contract_R13_layered_sockets_are_looked_through(void **state);
void contract_R13_no_socket_without_winsock(void **state);
void contract_R13_layers_without_a_bottom_are_told(void **state);
void contract_S2_a_blocking_pipe_carries_vectors(void **state);
void contract_S2_a_blocking_write_holds_up_nobody(void **state);
void contract_S3_own_overlapped_calls_in_do_io(void **state);
void contract_S8_a_pipe_is_given_back_usable(void **state);
void contract_X2_packets_that_the_system_refuses(void **state);
void contract_X2_packets_that_the_system_refuses_at_first(void **state);
void contract_P1_a_process_ends_with_everything_pending(void **state);
void contract_R9_S9_rounds_of_waitables_pipes_and_sockets(void **state);
void contract_R11_a_listener_goes_on_under_a_used_number(void **state);
void contract_R11_reregister_of_another_event_watches_that(void **state);
void contract_R12_a_raw_close_of_a_pipe_is_silent(void **state);
void contract_R12_a_raw_close_of_a_pipe_that_listens_is_silent(void **state);

#endif
