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

#endif
