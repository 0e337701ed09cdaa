/* SPDX-License-Identifier: MIT
 *
 * family_s_streams.c: no kind of handle with short counts that other systems
 * do not have.
 */
#include "family_s_streams.h"

const struct stream_kind system_stream_kinds[] = { { NULL, NULL, 0 } };

const struct stream_leaving system_stream_leavings[] = { { NULL, NULL, 0, 0 } };
