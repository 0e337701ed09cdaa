/* SPDX-License-Identifier: MIT
 *
 * family_v_tables.c: what Linux tells when streams end.
 */
#include "family_v_ends.h"

const struct change system_by_peer[] = {
	{ "peer SHUT_WR", RIG_TCP, peer_shuts_writing, HALF, NOT_HALF, 0 },
	{ "peer SHUT_WR", RIG_UNIX, peer_shuts_writing, HALF, NOT_HALF, 0 },
	{ "peer data, SHUT_WR", RIG_TCP, peer_writes_and_shuts_writing, HALF,
	    NOT_HALF, 0 },
	{ "peer data, SHUT_WR", RIG_UNIX, peer_writes_and_shuts_writing, HALF,
	    NOT_HALF, 0 },
	{ "peer SHUT_RD", RIG_TCP, peer_shuts_reading, IOSRC_WRITABLE, NOT_OPEN,
	    0 },
	{ "peer SHUT_RD", RIG_UNIX, peer_shuts_reading, IOSRC_WRITABLE,
	    NOT_OPEN & ~IOSRC_WRITE_CLOSED, 0 },
	{ "peer SHUT_RDWR", RIG_TCP, peer_shuts_both, HALF, NOT_HALF, 0 },
	{ "peer SHUT_RDWR", RIG_UNIX, peer_shuts_both, HUNG_UP, NOT_ERROR, 0 },
	/* A TCP close is a half-close until the answer to it is a reset. */
	{ "peer close", RIG_TCP, peer_closes, HALF, NOT_HALF, 0 },
	{ "peer close", RIG_UNIX, peer_closes, HUNG_UP, NOT_ERROR, 0 },
	{ "peer data, close", RIG_TCP, peer_writes_and_closes, HALF, NOT_HALF,
	    0 },
	{ "peer data, close", RIG_UNIX, peer_writes_and_closes, HUNG_UP,
	    NOT_ERROR, 0 },
	{ "peer close, unread data", RIG_TCP, peer_closes_without_reading,
	    BROKEN, IOSRC_PRIORITY, 0 },
	{ "peer close, unread data", RIG_UNIX, peer_closes_without_reading,
	    BROKEN, IOSRC_PRIORITY, 0 },
	{ NULL, 0, NULL, 0, 0, 0 }
};

const struct change system_by_self[] = {
	{ "SHUT_RD", RIG_TCP, self_shuts_reading, HALF, NOT_HALF, 0 },
	{ "SHUT_RD", RIG_UNIX, self_shuts_reading, HALF, NOT_HALF, 0 },
	{ "SHUT_WR", RIG_TCP, self_shuts_writing, IOSRC_WRITABLE,
	    NOT_OPEN & ~IOSRC_WRITE_CLOSED, 0 },
	{ "SHUT_WR", RIG_UNIX, self_shuts_writing, IOSRC_WRITABLE,
	    NOT_OPEN & ~IOSRC_WRITE_CLOSED, 0 },
	{ "SHUT_RDWR", RIG_TCP, self_shuts_both, HUNG_UP, NOT_ERROR, 0 },
	{ "SHUT_RDWR", RIG_UNIX, self_shuts_both, HUNG_UP, NOT_ERROR, 0 },
	{ "SHUT_WR, SHUT_RD", RIG_TCP, self_shuts_one_after_the_other, HUNG_UP,
	    NOT_ERROR, 0 },
	{ "SHUT_WR, SHUT_RD", RIG_UNIX, self_shuts_one_after_the_other, HUNG_UP,
	    NOT_ERROR, 0 },
	{ "both ends SHUT_WR", RIG_TCP, both_ends_shut_writing, HUNG_UP,
	    NOT_ERROR, 0 },
	{ "both ends SHUT_WR", RIG_UNIX, both_ends_shut_writing, HUNG_UP,
	    NOT_ERROR, 0 },
	{ NULL, 0, NULL, 0, 0, 0 }
};

const struct change system_by_call[] = {
	{ "READABLE", RIG_TCP, call_shuts_reading, HALF, NOT_HALF, 0 },
	{ "READABLE", RIG_UNIX, call_shuts_reading, HALF, NOT_HALF, 0 },
	{ "WRITABLE", RIG_TCP, call_shuts_writing, IOSRC_WRITABLE,
	    NOT_OPEN & ~IOSRC_WRITE_CLOSED, 0 },
	{ "WRITABLE", RIG_UNIX, call_shuts_writing, IOSRC_WRITABLE,
	    NOT_OPEN & ~IOSRC_WRITE_CLOSED, 0 },
	{ "both", RIG_TCP, call_shuts_both, HUNG_UP, NOT_ERROR, 0 },
	{ "both", RIG_UNIX, call_shuts_both, HUNG_UP, NOT_ERROR, 0 },
	{ NULL, 0, NULL, 0, 0, 0 }
};

const struct change system_by_reset[] = { { "reset", RIG_TCP, peer_resets,
	                                      BROKEN, IOSRC_PRIORITY, 0 },
	{ NULL, 0, NULL, 0, 0, 0 } };
