/* SPDX-License-Identifier: MIT
 *
 * family_h.c: waitable handles, of which Unix has none.
 */
#include "suite.h"

const struct contract_test contract_family_h[] = { { NULL, NULL, 0 } };
