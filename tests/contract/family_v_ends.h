/* SPDX-License-Identifier: MIT
 *
 * family_v_ends.h: the ways in which a stream ends, and what a registration
 * is told of each: tables of the system, in family_v_tables.c.
 */
#ifndef CONTRACT_FAMILY_V_ENDS_H
#define CONTRACT_FAMILY_V_ENDS_H

#include "family_rig.h"

#define CLOSED RIG_CLOSED
#define HUNG_UP (RIG_BOTH | CLOSED)
#define BROKEN (HUNG_UP | IOSRC_ERROR)

struct change {
	const char *name;
	enum rig_kind kind;
	void (*apply)(iosrc_handle self, iosrc_handle *peer);
	iosrc_bits required; /* of a registration in both directions */
	iosrc_bits forbidden;
	int behind_data; /* the end comes behind data (SYSTEM_END_BEHIND_DATA) */
};

void peer_shuts_writing(iosrc_handle self, iosrc_handle *peer);
void peer_writes_and_shuts_writing(iosrc_handle self, iosrc_handle *peer);
void peer_shuts_reading(iosrc_handle self, iosrc_handle *peer);
void peer_shuts_both(iosrc_handle self, iosrc_handle *peer);
void peer_closes(iosrc_handle self, iosrc_handle *peer);
void peer_writes_and_closes(iosrc_handle self, iosrc_handle *peer);
void peer_closes_without_reading(iosrc_handle self, iosrc_handle *peer);
void peer_resets(iosrc_handle self, iosrc_handle *peer);
void self_shuts_reading(iosrc_handle self, iosrc_handle *peer);
void self_shuts_writing(iosrc_handle self, iosrc_handle *peer);
void self_shuts_both(iosrc_handle self, iosrc_handle *peer);
void self_shuts_one_after_the_other(iosrc_handle self, iosrc_handle *peer);
void both_ends_shut_writing(iosrc_handle self, iosrc_handle *peer);
void call_shuts_reading(iosrc_handle self, iosrc_handle *peer);
void call_shuts_writing(iosrc_handle self, iosrc_handle *peer);
void call_shuts_both(iosrc_handle self, iosrc_handle *peer);

#define HALF (RIG_BOTH | IOSRC_READ_CLOSED)
#define NOT_HALF (IOSRC_ERROR | IOSRC_WRITE_CLOSED | IOSRC_PRIORITY)
#define NOT_OPEN (IOSRC_READABLE | IOSRC_ERROR | CLOSED | IOSRC_PRIORITY)
#define NOT_ERROR (IOSRC_ERROR | IOSRC_PRIORITY)

/* Each ends with a NULL name. */
extern const struct change system_by_peer[];
extern const struct change system_by_self[];
extern const struct change system_by_call[];
extern const struct change system_by_reset[];

#endif
