/* SPDX-License-Identifier: MIT
 *
 * family_x_limits.c: X3, no descriptor for what is made or accepted, and X2
 * for the calls of iosrc_net.h: the status, and nothing lost.
 */
#include "family_rig.h"

#include "endpoints.h"
#include "family_x.h"
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

#define CLIENTS 8

struct door {
	enum net_kind kind;
	iosrc_poller *poller;
	iosrc_source *listener;
	iosrc_address address;
	iosrc_source *clients[CLIENTS];
	unsigned client_count;
	struct hoard hoard;
};

static void door_knock(struct door *door, unsigned count)
{
	for (; count > 0; count--)
		door->clients[door->client_count++] = net_connect(
		    &door->address, net_type(door->kind));
}

static void door_open(struct door *door, enum net_kind kind, iosrc_bits mode)
{
	memset(door, 0, sizeof(*door));
	door->kind = kind;
	door->poller = contract_poller(0);
	door->listener = net_listener(kind, &door->address);
	assert_ok(iosrc_register(door->listener, door->poller, 1,
	    IOSRC_READABLE | mode));
	door_knock(door, 3);
	net_await(door->listener);
}

/* No descriptor for a connection: the status says so, every time. */
static void door_blocked(struct door *door)
{
	iosrc_source *out = NULL;
	iosrc_address peer;
	unsigned i;

	contract_expect(door->poller, 1);
	hoard_take(&door->hoard);
	for (i = 0; i < 3; i++)
		assert_kind(iosrc_accept(door->listener, &peer, &out),
		    IOSRC_KIND_LIMIT);
	assert_null(out);
	hoard_give(&door->hoard, door->hoard.count);
}

static void door_accept(struct door *door, unsigned expected)
{
	iosrc_source *served = NULL;

	for (; expected > 0; expected--) {
		served = net_accept(door->listener, NULL);
		assert_ok(iosrc_close(served));
	}
	assert_status(iosrc_accept(door->listener, NULL, &served),
	    IOSRC_E_WOULD_BLOCK);
}

static void door_close(struct door *door)
{
	while (door->client_count > 0)
		assert_ok(iosrc_close(door->clients[--door->client_count]));
	assert_ok(iosrc_close(door->listener));
	if (door->address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&door->address);
	assert_ok(iosrc_poller_release(door->poller));
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
	struct door door;

	(void)state;
	need_whole_limits();
	door_open(&door, NET_TCP, 0);
	contract_expect(door.poller, 1);
	hoard_take(&door.hoard);
	assert_kind(
	    iosrc_do_io(door.listener, IOSRC_READABLE, rig_io_accept, &io),
	    IOSRC_KIND_LIMIT);
	assert_int_equal(io.result, -1);
	hoard_give(&door.hoard, door.hoard.count);
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
	struct door door;

	(void)state;
	need_whole_limits();
	door_open(&door, NET_TCP, 0);
	hoard_take(&door.hoard);
	hoard_give(&door.hoard, 1);
	assert_ok(iosrc_accept(door.listener, NULL, &first));
	assert_kind(iosrc_accept(door.listener, NULL, &second),
	    IOSRC_KIND_LIMIT);
	assert_null(second);
	hoard_expect_free(&door.hoard, 0);
	assert_ok(iosrc_close(first));
	hoard_expect_free(&door.hoard, 1);
	hoard_give(&door.hoard, door.hoard.count);
	door_accept(&door, 2);
	door_close(&door);
}

/* ---- making ---- */

struct makings {
	iosrc_address inet, path, served;
	iosrc_source *a, *b;
};

static iosrc_status make_listener(struct makings *m)
{
	return iosrc_listen(&m->inet, NULL, 0, &m->a);
}

static iosrc_status make_unix_listener(struct makings *m)
{
	iosrc_status status = iosrc_listen(&m->path, NULL, 0, &m->a);

	if (status == IOSRC_OK)
		net_unlink(&m->path);
	return status;
}

static iosrc_status make_connection(struct makings *m)
{
	return iosrc_connect(&m->served, NULL, 0, &m->a);
}

static iosrc_status make_datagrams(struct makings *m)
{
	return iosrc_bind_datagram(&m->inet, NULL, 0, &m->a);
}

static iosrc_status make_pair(struct makings *m)
{
	return iosrc_pair(IOSRC_TYPE_STREAM, &m->a, &m->b);
}

static iosrc_status make_pipe(struct makings *m)
{
	return iosrc_pipe(&m->a, &m->b);
}

static const struct making {
	iosrc_status (*make)(struct makings *m);
	unsigned handles;
} makings[] = { { make_listener, 1 }, { make_unix_listener, 1 },
	{ make_connection, 1 }, { make_datagrams, 1 }, { make_pair, 2 },
	{ make_pipe, 2 } };
#define MAKINGS (sizeof(makings) / sizeof(makings[0]))

static iosrc_source *makings_open(struct makings *m)
{
	memset(m, 0, sizeof(*m));
	m->inet = net_address("127.0.0.1:0");
	m->path = net_path();
	return net_listener(NET_TCP, &m->served);
}

static void makings_end(struct makings *m)
{
	assert_ok(iosrc_close(m->a));
	assert_ok(iosrc_close(m->b));
	m->a = m->b = NULL;
}

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

/* ---- X2: the library's own memory ---- */

void contract_X2_making_without_memory(void **state)
{
	struct makings m;
	iosrc_source *listener = makings_open(&m);
	size_t handles = contract_open_handles(), i;

	(void)state;
	if (!contract_allocations_counted() || contract_is_watched())
		contract_skip("allocations are not counted in this build");
	for (i = 0; i < MAKINGS; i++) {
		iosrc_status status = IOSRC_E_UNKNOWN;
		size_t live = contract_allocations_live();
		unsigned nth;

		for (nth = 1; status != IOSRC_OK; nth++) {
			assert_true(nth < 10);
			contract_allocations_fail(nth);
			status = makings[i].make(&m);
			contract_allocations_fail(0);
			if (status == IOSRC_OK)
				break;
			assert_status(status, IOSRC_E_NO_MEMORY);
			assert_null(m.a);
			assert_null(m.b);
			assert_int_equal(contract_allocations_live(), live);
			assert_int_equal(contract_open_handles(), handles);
		}
		assert_true(nth > makings[i].handles);
		makings_end(&m);
	}
	assert_ok(iosrc_close(listener));
}

/* No connection is lost to it. */
void contract_X2_accept_without_memory(void **state)
{
	iosrc_source *out = NULL;
	struct door door;

	(void)state;
	if (!contract_allocations_counted() || contract_is_watched())
		contract_skip("allocations are not counted in this build");
	door_open(&door, NET_TCP, 0);
	contract_expect(door.poller, 1);
	contract_allocations_fail(1);
	assert_status(iosrc_accept(door.listener, NULL, &out),
	    IOSRC_E_NO_MEMORY);
	contract_allocations_fail(0);
	assert_null(out);
	door_accept(&door, 3);
	door_close(&door);
}
