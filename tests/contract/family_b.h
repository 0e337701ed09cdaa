/* SPDX-License-Identifier: MIT
 *
 * family_b.h: tests of family B that live beside its table.
 */
#ifndef CONTRACT_FAMILY_B_H
#define CONTRACT_FAMILY_B_H

#include "suite.h"

void contract_B1_register_many_is_register_each(void **state);
void contract_B1_register_many_without_source_or_with_reserved(void **state);
void contract_B1_register_many_of_hundreds(void **state);
void contract_B1_register_many_of_a_handle_twice_and_a_file(void **state);
void contract_B1_recv_and_send_are_each_call(void **state);
void contract_B1_flags_that_an_opcode_lacks(void **state);
void contract_B1_recv_arms_as_the_single_call(void **state);
void contract_B2_recv_and_send_run_in_array_order(void **state);
void contract_B2_one_direction_by_several_opcodes(void **state);
void contract_B3_recv_and_send_through_ring_and_loop(void **state);
void contract_B3_recv_and_send_of_what_is_gone_or_outside(void **state);
void contract_B3_large_batches_with_and_without_the_flag(void **state);
void contract_B3_spoilt_items_with_and_without_the_flag(void **state);
void contract_B3_no_ring_without_the_flag(void **state);
void contract_B4_longer_items_of_recv_and_send(void **state);

#endif
