/* SPDX-License-Identifier: MIT
 *
 * family_n.h: the tests of family N that do not stand beside its table.
 */
#ifndef CONTRACT_FAMILY_N_H
#define CONTRACT_FAMILY_N_H

#include "suite.h"

void contract_N2_sockets_raise_no_signal(void **state);
void contract_N2_sockets_of_inet6_raise_no_signal(void **state);
void contract_N2_handles_that_others_opened_raise_no_signal(void **state);
void contract_N2_own_end_shut_raises_no_signal(void **state);
void contract_N2_batches_raise_no_signal(void **state);
void contract_N2_pipes_raise_no_signal(void **state);

void contract_N3_whole_by_read_and_write(void **state);
void contract_N3_whole_by_readv_and_writev(void **state);
void contract_N3_whole_by_send_and_recv(void **state);
void contract_N3_whole_by_send_and_peek(void **state);
void contract_N3_whole_by_send_and_recv_from(void **state);
void contract_N3_whole_by_batches_of_read_and_write(void **state);
void contract_N3_whole_by_batches_of_recv_and_send(void **state);
void contract_N3_whole_by_batches_through_a_ring(void **state);

void contract_N5_texts_and_addresses_are_inverse(void **state);
void contract_N5_one_address_in_several_texts(void **state);
void contract_N5_random_addresses(void **state);
void contract_N5_bad_texts(void **state);
void contract_N5_sizes_of_texts(void **state);
void contract_N5_room_for_texts(void **state);
void contract_N5_what_is_no_address_has_no_text(void **state);
void contract_N6_unnamed_peers(void **state);
void contract_N6_abstract_names(void **state);
void contract_N6_paths(void **state);
void contract_N6_path_too_long(void **state);
void contract_N6_no_address_of_what_is_no_socket(void **state);

void contract_N7_an_address_in_use(void **state);
void contract_N7_a_port_that_is_shared(void **state);
void contract_N7_a_server_starts_again_at_once(void **state);
void contract_N7_a_unix_path_in_use(void **state);
void contract_N7_a_datagram_path_in_use(void **state);
void contract_N7_permissions_of_a_path(void **state);
void contract_N7_places_that_are_not_there(void **state);
void contract_N7_a_full_backlog_would_block(void **state);
void contract_N7_inet6_with_and_without_inet(void **state);

void contract_N8_datagrams_are_truncated_and_say_so(void **state);
void contract_N8_datagrams_of_inet6_are_truncated_and_say_so(void **state);
void contract_N8_truncated_in_a_batch(void **state);
void contract_N8_peek_tells_it_too_and_loses_nothing(void **state);
void contract_N8_senders_are_told(void **state);
void contract_N8_streams_truncate_nothing(void **state);
void contract_N8_sending_to_nobody(void **state);

void contract_N9_every_option_on_every_endpoint(void **state);
void contract_N9_every_option_on_inet6(void **state);
void contract_N9_v6_only(void **state);
void contract_N9_options_take_effect(void **state);
void contract_N9_multicast_groups(void **state);
void contract_N9_multicast_groups_of_inet6(void **state);
void contract_N9_options_of_what_is_no_socket(void **state);

#endif
