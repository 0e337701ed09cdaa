/* SPDX-License-Identifier: MIT
 *
 * ffi_world.h: objects and memory for one call of each function: a world. A
 * case prepares the arguments of a valid call in a world, and tells afterwards
 * whether the call did what it is for.
 */
#ifndef TESTS_ABI_FFI_WORLD_H
#define TESTS_ABI_FFI_WORLD_H

#include <stdbool.h>

#include "ffi_call.h"

#define WORLD_TOKEN 0xfedcba9876543210u
#define WORLD_WAKER_TOKEN 0xffffffffffffffffu
#define WORLD_LONGEST INT64_C(30000000000)
#define WORLD_TEXT "iosrc"
#define WORLD_TEXT_SIZE (sizeof WORLD_TEXT - 1)

struct world {
	const struct ffi_function *function;
	union ffi_argument arguments[FFI_MOST];
	uint32_t backend;

	/* Objects. Those that a call has ended are NULL. */
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *near, *far;        /* a pair; near is registered */
	iosrc_source *spare, *beyond;    /* a pair that is not */
	iosrc_source *datagram, *other;  /* bound datagram sockets */
	iosrc_source *listener, *client; /* NULL until world_connect */
	iosrc_handle handle;             /* nobody's, or -1 */
	iosrc_handle given;              /* by a case, to look at later */
	unsigned calls;                  /* of the callback */

	/* What goes in. */
	iosrc_address address;
	iosrc_buffer buffers[2];
	iosrc_poller_options poller_options;
	iosrc_listen_options listen_options;
	iosrc_connect_options connect_options;
	iosrc_datagram_options datagram_options;
	iosrc_register_item register_items[2];
	iosrc_io_item io_items[2];
	char text_in[64];

	/* What comes out: filled with a pattern at first. */
	struct world_out {
		iosrc_source *sources[2];
		iosrc_poller *poller;
		iosrc_waker *waker;
		iosrc_handle handle;
		iosrc_address address;
		iosrc_event events[8];
		iosrc_poller_counters counters;
		iosrc_api api;
		int64_t value;
		iosrc_status error;
		iosrc_flags flags;
		char text[IOSRC_ADDRESS_TEXT_SIZE];
		char data[64];
	} out;
};

struct ffi_case {
	const char *name;
	void (*prepare)(struct world *world);
	void (*check)(struct world *world, struct ffi_answer answer);
};

extern const struct ffi_case ffi_core_cases[];
extern const struct ffi_case ffi_poller_cases[];
extern const struct ffi_case ffi_net_cases[];
/* The case of a function, NULL when it has none. */
const struct ffi_case *ffi_case_of(const char *name);
size_t ffi_case_count(void);

void world_make(struct world *world, uint32_t backend);
void world_end(struct world *world);
/* A listener on the loopback, and a connection that waits there. */
void world_connect(struct world *world);
/* TCP takes its time even on the loopback. */
void world_await(iosrc_source *source);
/* Sends WORLD_TEXT, until it has come. */
void world_send_text(iosrc_source *from, iosrc_source *to);
/* Has WORLD_TEXT come, and nothing else? */
void world_expect_text(iosrc_source *source);

/* What a call that is refused may not change. */
struct world_state {
	struct world bytes;
	unsigned handles;
	iosrc_poller_counters counters;
	uint64_t registrations[3];
};

void world_save(const struct world *world, struct world_state *out_state);
/* The name of what changed, NULL when nothing did. */
const char *world_changed(const struct world *world,
    const struct world_state *state);

#endif
