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
void contract_B3_large_batches_with_and_without_the_flag(void **state);
void contract_B3_spoilt_items_with_and_without_the_flag(void **state);
void contract_B3_no_ring_without_the_flag(void **state);

#endif
