/* SPDX-License-Identifier: MIT
 *
 * family_s_streams.h: kinds of handles with short counts (S7): those that
 * every system has stand in family_s_io.c, the system's own in
 * family_s_streams.c of unix/ and windows/.
 */
#ifndef CONTRACT_FAMILY_S_STREAMS_H
#define CONTRACT_FAMILY_S_STREAMS_H

#include "suite.h"

/* handles[0] is read, handles[1] written. */
struct stream_kind {
	const char *name;
	void (*open)(iosrc_handle handles[2]);
	int in_lines; /* nothing arrives before the end of a line */
};

/* Each gives a short count at first with something left behind it. */
struct stream_leaving {
	void (*open)(iosrc_handle handles[2]);
	void (*send)(iosrc_handle handle);
	size_t size; /* bytes a reader gets */
	int ends;
};

/* Both end with NULL. */
extern const struct stream_kind system_stream_kinds[];
extern const struct stream_leaving system_stream_leavings[];

/* Three pieces, 14 bytes, each with an end of line. */
void send_three(iosrc_handle handle);

#endif
