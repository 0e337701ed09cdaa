/* SPDX-License-Identifier: MIT
 *
 * family_v.h: the tests of family V that do not stand beside its table.
 */
#ifndef CONTRACT_FAMILY_V_H
#define CONTRACT_FAMILY_V_H

void contract_V2_peer_shuts_down_or_closes(void **state);
void contract_V2_data_before_the_end_is_readable(void **state);
void contract_V6_local_shutdown(void **state);
void contract_V3_reset_by_peer(void **state);
void contract_V3_reset_ends_both_directions_then_quiet(void **state);
void contract_V9_reset_before_registration_is_readable(void **state);
void contract_V7_reader_sees_read_closed(void **state);
void contract_V7_reader_sees_the_last_writer_close(void **state);
void contract_V7_writer_sees_write_closed(void **state);
void contract_V8_out_of_band_data_is_priority(void **state);
void contract_V8_priority_alone_and_absent(void **state);
void contract_V10_refused_datagram_is_told_and_survived(void **state);
void contract_V10_caller_that_stops_at_the_error(void **state);
void contract_V10_refused_datagram_in_level_mode(void **state);
void contract_V4_refusal_by_take_error(void **state);
void contract_V4_unix_refusal_is_answered_at_once(void **state);
void contract_V5_connected_by_take_error_and_peer_address(void **state);
void contract_V5_in_progress_has_no_peer_yet(void **state);
void contract_V6_local_shutdown_by_call(void **state);
void contract_V6_shutdown_ends_what_it_names(void **state);
void contract_V6_shutdown_of_what_cannot_be(void **state);
void contract_V8_urgent_data_by_send_and_recv(void **state);
void contract_V8_urgent_data_by_recv_from_and_batches(void **state);
void contract_V8_no_urgent_data_on_datagrams(void **state);
void contract_V10_refusal_by_the_calls_of_sockets(void **state);

#endif
