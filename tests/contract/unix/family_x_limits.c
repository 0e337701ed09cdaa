/* SPDX-License-Identifier: MIT
 *
 * family_x_limits.c: X3, no descriptor for what is made or accepted: the
 * status, and nothing lost.
 */
#include "family_rig.h"

#include "family_x.h"
#include "family_x_door.h"
#include "hoard.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* valgrind has limits of its own: it accepts first and then closes what is
 * above, and lets pairs pass. */
static void need_whole_limits(void)
{
	if (contract_is_watched())
		contract_skip("a tool has limits of its own");
}

/* ---- accepting ---- */

/* No descriptor for a connection: the status says so, every time. */
static void door_blocked(struct door *door)
{
	iosrc_source *out = NULL;
	iosrc_address peer;
	struct hoard hoard;
	unsigned i;

	contract_expect(door->poller, 1);
	hoard_take(&hoard);
	for (i = 0; i < 3; i++)
		assert_kind(iosrc_accept(door->listener, &peer, &out),
		    IOSRC_KIND_LIMIT);
	assert_null(out);
	hoard_give(&hoard, hoard.count);
}

static void blocked_in_level_mode(enum net_kind kind)
{
	struct door door;

	door_open(&door, kind, IOSRC_LEVEL);
	door_blocked(&door);
	contract_expect(door.poller, 1);
	door_accept(&door, 3);
	contract_expect_quiet(door.poller);
	door_close(&door);
}

void contract_X3_accept_without_descriptors_level(void **state)
{
	(void)state;
	need_whole_limits();
	blocked_in_level_mode(NET_TCP);
	blocked_in_level_mode(NET_UNIX);
}

/* The failing accept itself arms, so the next connection gives its event; a
 * reregister does without one. */
static void blocked_in_edge_mode(enum net_kind kind)
{
	struct door door;

	door_open(&door, kind, 0);
	door_blocked(&door);
	door_knock(&door, 1);
	contract_expect(door.poller, 1);
	door_accept(&door, 4);
	contract_expect_quiet(door.poller);
	door_knock(&door, 2);
	door_blocked(&door);
	assert_ok(
	    iosrc_reregister(door.listener, door.poller, 1, IOSRC_READABLE));
	contract_expect(door.poller, 1);
	door_accept(&door, 2);
	contract_expect_quiet(door.poller);
	door_close(&door);
}

void contract_X3_accept_without_descriptors_edge(void **state)
{
	(void)state;
	need_whole_limits();
	blocked_in_edge_mode(NET_TCP);
	blocked_in_edge_mode(NET_UNIX);
}

/* By a call of the caller's own it is the caller who says so (rearm). */
void contract_X3_accept_in_do_io_without_descriptors(void **state)
{
	struct rig_io io = { NULL, 0, -1 };
	struct hoard hoard;
	struct door door;

	(void)state;
	need_whole_limits();
	door_open(&door, NET_TCP, 0);
	contract_expect(door.poller, 1);
	hoard_take(&hoard);
	assert_kind(
	    iosrc_do_io(door.listener, IOSRC_READABLE, rig_io_accept, &io),
	    IOSRC_KIND_LIMIT);
	assert_int_equal(io.result, -1);
	hoard_give(&hoard, hoard.count);
	assert_ok(iosrc_rearm(door.listener, IOSRC_READABLE));
	door_knock(&door, 1);
	contract_expect(door.poller, 1);
	door_accept(&door, 4);
	door_close(&door);
}

/* Spare descriptors are used to the last one, and no more is taken. */
void contract_X3_accept_with_one_descriptor_left(void **state)
{
	iosrc_source *first, *second = NULL;
	struct hoard hoard;
	struct door door;

	(void)state;
	need_whole_limits();
	door_open(&door, NET_TCP, 0);
	hoard_take(&hoard);
	hoard_give(&hoard, 1);
	assert_ok(iosrc_accept(door.listener, NULL, &first));
	assert_kind(iosrc_accept(door.listener, NULL, &second),
	    IOSRC_KIND_LIMIT);
	assert_null(second);
	hoard_expect_free(&hoard, 0);
	assert_ok(iosrc_close(first));
	hoard_expect_free(&hoard, 1);
	hoard_give(&hoard, hoard.count);
	door_accept(&door, 2);
	door_close(&door);
}

/* ---- making ---- */

void contract_X3_making_without_descriptors(void **state)
{
	struct makings m;
	struct hoard hoard;
	iosrc_source *listener;
	unsigned spare;
	size_t i;

	(void)state;
	need_whole_limits();
	listener = makings_open(&m);
	hoard_take(&hoard);
	for (i = 0; i < MAKINGS; i++) {
		for (spare = 0; spare < makings[i].handles; spare++) {
			hoard_give(&hoard, spare);
			assert_kind(makings[i].make(&m), IOSRC_KIND_LIMIT);
			assert_null(m.a);
			assert_null(m.b);
			hoard_expect_free(&hoard, spare);
		}
		hoard_give(&hoard, makings[i].handles);
		assert_ok(makings[i].make(&m));
		makings_end(&m);
		hoard_expect_free(&hoard, makings[i].handles);
	}
	hoard_give(&hoard, hoard.count);
	assert_ok(iosrc_close(listener));
}

/* ---- by a filter: the whole system has none, or no memory ---- */

struct refusal {
	int error;
	iosrc_kind kind;
	struct makings m;
	struct door door;
	int denied;
	int64_t results[MAKINGS + 1];
};

static void *refused_thread(void *user)
{
	static const int calls[] = {
#ifdef SYS_accept
		SYS_accept,
#endif
#ifdef SYS_pipe
		SYS_pipe,
#endif
		SYS_socket, SYS_socketpair, SYS_accept4, SYS_pipe2, -1
	};
	struct refusal *refusal = user;
	iosrc_source *out = NULL;
	size_t i;

	refusal->denied = deny_calls_here(calls, refusal->error);
	if (!refusal->denied)
		return NULL;
	for (i = 0; i < MAKINGS; i++)
		refusal->results[i] = makings[i].make(&refusal->m);
	refusal->results[MAKINGS] = iosrc_accept(refusal->door.listener, NULL,
	    &out);
	return out;
}

void contract_X3_the_system_has_none_left(void **state)
{
	static struct refusal cases[] = { { .error = ENFILE,
		                              .kind = IOSRC_KIND_LIMIT },
		{ .error = EMFILE, .kind = IOSRC_KIND_LIMIT },
		{ .error = ENOMEM, .kind = IOSRC_KIND_NO_MEMORY } };
	iosrc_source *listener;
	system_thread thread;
	void *accepted;
	size_t i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		struct refusal *refusal = &cases[k];

		listener = makings_open(&refusal->m);
		door_open(&refusal->door, NET_TCP, 0);
		contract_expect(refusal->door.poller, 1);
		rig_start(&thread, refused_thread, refusal);
		system_thread_result(thread, &accepted);
		if (!refusal->denied)
			contract_skip("no seccomp filter can be set here");
		assert_null(accepted);
		assert_null(refusal->m.a);
		assert_null(refusal->m.b);
		for (i = 0; i <= MAKINGS; i++)
			assert_kind(refusal->results[i], refusal->kind);
		door_knock(&refusal->door, 1);
		contract_expect(refusal->door.poller, 1);
		door_accept(&refusal->door, 4);
		door_close(&refusal->door);
		assert_ok(iosrc_close(listener));
	}
}
