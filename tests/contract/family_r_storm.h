/* SPDX-License-Identifier: MIT
 *
 * family_r_storm.h: what the storm of family_r_storm.c may be made of: sorts of
 * sources, each with what wakes it and what is done with it.
 */
#ifndef CONTRACT_FAMILY_R_STORM_H
#define CONTRACT_FAMILY_R_STORM_H

#include "suite.h"

struct storm_sort {
	/* A source and what is at its other end, or -1. */
	void (*open)(iosrc_source **out_source, iosrc_handle *out_peer);
	/* Makes it ready, as the case may be. */
	void (*stir)(iosrc_source *source, iosrc_handle peer);
	/* Until nothing is ready; from a thread. */
	void (*use)(iosrc_source *source);
};

extern const struct storm_sort storm_socket;
extern const struct storm_sort storm_pipe_reader;
extern const struct storm_sort storm_pipe_writer;

/* Each worker has sources of all these sorts. */
void storm_run(const struct storm_sort *const *sorts, size_t count);

#endif
