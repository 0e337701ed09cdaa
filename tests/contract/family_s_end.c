/* SPDX-License-Identifier: MIT
 *
 * family_s_end.c: S8 to S10, how sources end: handed back, closed, and
 * before or after their poller.
 */
#include "family_s.h"

#include "family_sr.h"

#include <string.h>

/* The longest that an end may take, beside a blocked wait. */
static int64_t prompt(void)
{
	return sr_slow(100 * CONTRACT_MS);
}

/* ---- S8 ---- */

/* Data is pending when the source ends, if `pending`. */
static void hand_back(iosrc_bits interest, int pending)
{
	iosrc_handle handle = -1;
	struct rig rig;
	iosrc_handle fd;
	int nonblocking;

	rig_open(&rig, RIG_UNIX, interest);
	fd = rig_handle(&rig);
	nonblocking = system_is_nonblocking(fd);
	if (pending)
		contract_write(rig.peer, "abc", 3);
	assert_ok(iosrc_into_inner(rig.source, &handle));
	assert_int_equal(handle, fd);
	contract_expect_quiet(rig.poller);
	assert_true(system_is_open(fd));
	assert_int_equal(system_is_nonblocking(fd), nonblocking);
	assert_int_equal(contract_drain(fd), pending ? 3 : 0);
	system_works_elsewhere(fd, rig.peer);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN, IOSRC_READABLE);
	contract_write(rig.peer, "again", 5);
	rig_expect(&rig);
	rig_shut(&rig);
}

void contract_S8_into_inner_gives_back_a_usable_handle(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		hand_back(IOSRC_READABLE | sr_modes[m], 0);
		hand_back(RIG_BOTH | sr_modes[m], 1);
		hand_back(sr_modes[m], 1);
	}
}

void contract_S8_no_event_after_into_inner(void **state)
{
	struct rig rig;
	uint64_t registration;
	iosrc_handle fd;
	int kind;
	size_t m;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		for (m = 0; m < SR_MODES; m++) {
			rig_open(&rig, (enum rig_kind)kind,
			    IOSRC_READABLE | sr_modes[m]);
			registration = iosrc_source_registration(rig.source);
			fd = rig_handle(&rig);
			contract_write(rig.peer, "x", 1);
			assert_int_equal(
			    iosrc_is_current(rig.poller, registration), 1);
			assert_ok(iosrc_into_inner(rig.source, NULL));
			assert_int_equal(
			    iosrc_is_current(rig.poller, registration), 0);
			contract_expect_quiet(rig.poller);
			contract_write(rig.peer, "y", 1);
			system_close(rig.peer);
			contract_expect_quiet(rig.poller);
			system_close(fd);
			assert_ok(iosrc_poller_release(rig.poller));
		}
	}
}

void contract_S8_into_inner_during_a_wait(void **state)
{
	struct sr_waiter waiter;
	iosrc_handle handle;
	struct rig rig;
	int64_t began;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE | sr_modes[m]);
		sr_waiter_start(&waiter, rig.poller,
		    sr_while(200 * CONTRACT_MS));
		began = contract_now();
		assert_ok(iosrc_into_inner(rig.source, &handle));
		contract_in_time(contract_now() - began, prompt());
		contract_write(rig.peer, "x", 1);
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 0);
		assert_int_equal(contract_drain(handle), 1);
		system_close(handle);
		system_close(rig.peer);
		assert_ok(iosrc_poller_release(rig.poller));
	}
}

void contract_S8_out_handle_may_be_null(void **state)
{
	iosrc_handle handle = 123;
	iosrc_source *source;
	iosrc_handle fds[2];

	(void)state;
	contract_pipe(fds);
	source = contract_source(fds[0]);
	assert_ok(iosrc_into_inner(source, NULL));
	assert_true(system_is_open(fds[0]));
	assert_status(iosrc_into_inner(NULL, &handle), IOSRC_E_INVALID);
	assert_status(iosrc_into_inner(NULL, NULL), IOSRC_E_INVALID);
	assert_int_equal(handle, 123);
	system_close(fds[0]);
	system_close(fds[1]);
}

/* ---- S9 ---- */

void contract_S9_no_event_after_close(void **state)
{
	struct rig rig;
	uint64_t registration;
	iosrc_handle fd;
	int kind;
	size_t m;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		for (m = 0; m < SR_MODES; m++) {
			rig_open(&rig, (enum rig_kind)kind,
			    IOSRC_READABLE | sr_modes[m]);
			registration = iosrc_source_registration(rig.source);
			fd = rig_handle(&rig);
			contract_write(rig.peer, "x", 1);
			assert_ok(iosrc_close(rig.source));
			assert_false(system_is_open(fd));
			assert_int_equal(
			    iosrc_is_current(rig.poller, registration), 0);
			contract_expect_quiet(rig.poller);
			system_close(rig.peer);
			assert_ok(iosrc_poller_release(rig.poller));
		}
	}
}

/* A duplicate keeps the description alive: still no event. */
void contract_S9_the_number_is_free(void **state)
{
	struct rig rig;
	iosrc_handle fd, copy;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_LEVEL);
	fd = rig_handle(&rig);
	copy = system_duplicate(fd);
	contract_write(rig.peer, "x", 1);
	rig_expect(&rig);
	assert_ok(iosrc_close(rig.source));
	assert_false(system_is_open(fd));
	system_take_over(copy, fd);
	contract_expect_quiet(rig.poller);
	sr_expect_idle(rig.poller, 100 * CONTRACT_MS);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN + 1, IOSRC_READABLE);
	contract_expect(rig.poller, RIG_TOKEN + 1);
	system_close(copy);
	rig_shut(&rig);
	assert_ok(iosrc_close(NULL));
}

/* Answers how long the peer took to see the end, from before the close. */
static int64_t end_seen(struct rig *rig)
{
	int64_t began = contract_now();
	char byte;

	assert_ok(iosrc_close(rig->source));
	assert_true(system_await(rig->peer, IOSRC_READABLE, 5000));
	assert_int_equal(system_read(rig->peer, &byte, 1), 0);
	return contract_now() - began;
}

/* The source is the writing end of a pipe, which the reader sees end. */
static void turn_pipe(struct rig *rig)
{
	static const char data[4096];
	iosrc_handle fds[2];

	rig_shut(rig);
	contract_pipe(fds);
	rig->poller = contract_poller(0);
	rig->source = contract_source(fds[1]);
	/* By the library, which may keep what the pipe has no room for. */
	while (iosrc_write(rig->source, data, sizeof(data)) > 0)
		continue;
	assert_ok(iosrc_register(rig->source, rig->poller, RIG_TOKEN,
	    IOSRC_WRITABLE));
	rig->peer = fds[0];
}

/* A pipe that is full: nothing to report until the close, no data after. */
static void drain_before_end(struct rig *rig)
{
	assert_ok(iosrc_reregister(rig->source, rig->poller, RIG_TOKEN, 0));
	contract_drain(rig->peer);
}

void contract_S9_peer_sees_the_end_during_a_wait(void **state)
{
	struct sr_waiter waiter;
	struct rig rig;
	int kind, round;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		for (round = 0; round < (int)SR_MODES; round++) {
			rig_open(&rig, (enum rig_kind)kind,
			    IOSRC_READABLE | sr_modes[round]);
			if (kind == RIG_PIPE)
				turn_pipe(&rig);
			sr_waiter_start(&waiter, rig.poller,
			    sr_while(300 * CONTRACT_MS));
			if (kind == RIG_PIPE)
				drain_before_end(&rig);
			contract_in_time(end_seen(&rig), prompt());
			sr_waiter_join(&waiter);
			assert_int_equal(waiter.count, 0);
			system_close(rig.peer);
			assert_ok(iosrc_poller_release(rig.poller));
		}
	}
}

static void bind_soon(iosrc_handle handle, uint16_t port)
{
	int64_t end = contract_now() + prompt();
	iosrc_status status = system_bind(handle, port);

	if (status != IOSRC_OK && system_differs(SYSTEM_LATE_CLOSE))
		while (status != IOSRC_OK && contract_now() < end)
			status = system_bind(handle, port);
	assert_ok(status);
}

void contract_S9_port_is_free_during_a_wait(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	struct sr_waiter waiter;
	uint16_t port;
	size_t m;

	(void)state;
	/* Every other time in two steps: a deregister must not leave the
	 * handle in a wait either. */
	for (m = 0; m < 6 * SR_MODES; m++) {
		iosrc_source *source = rig_watch(poller,
		    contract_tcp_listener(&port), m,
		    IOSRC_READABLE | sr_modes[m / 2 % SR_MODES]);
		iosrc_handle again = system_socket(IOSRC_TYPE_STREAM);

		sr_waiter_start(&waiter, poller, sr_while(60 * CONTRACT_MS));
		if (m % 2)
			assert_ok(iosrc_deregister(source, poller));
		assert_ok(iosrc_close(source));
		bind_soon(again, port);
		assert_ok(system_listen(again, 5));
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 0);
		system_close(again);
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_S9_close_beside_three_waiting_threads(void **state)
{
	int64_t timeout = sr_while(400 * CONTRACT_MS);
	iosrc_poller *poller = contract_poller(0);
	struct sr_waiter waiters[3];
	struct rig rigs[4];
	iosrc_handle fds[2];
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		rig_handles(i & 1 ? RIG_TCP : RIG_UNIX, fds);
		rigs[i].poller = poller;
		rigs[i].peer = fds[1];
		rigs[i].source = rig_watch(poller, fds[0], (uint64_t)i,
		    IOSRC_READABLE | sr_modes[(size_t)i % SR_MODES]);
	}
	for (i = 0; i < 3; i++)
		sr_waiter_start(&waiters[i], poller, timeout);
	for (i = 0; i < 4; i++)
		contract_in_time(end_seen(&rigs[i]), prompt());
	for (i = 0; i < 3; i++) {
		sr_waiter_join(&waiters[i]);
		assert_int_equal(waiters[i].count, 0);
		assert_true(waiters[i].ended - waiters[i].began >= timeout);
	}
	for (i = 0; i < 4; i++)
		system_close(rigs[i].peer);
	assert_ok(iosrc_poller_release(poller));
}

/* ---- S10 ---- */

#define S10_OBJECTS 5 /* poller, a second reference to it, waker, sources */

struct family {
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *sources[2];
	iosrc_handle peers[2];
};

static void make_family(struct family *family, iosrc_bits mode, int busy)
{
	iosrc_handle fds[2];
	int i;

	family->poller = contract_poller(0);
	assert_ok(iosrc_poller_retain(family->poller));
	assert_ok(iosrc_waker_create(family->poller, 9, &family->waker));
	for (i = 0; i < 2; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		family->peers[i] = fds[1];
		family->sources[i] = rig_watch(family->poller, fds[0],
		    (uint64_t)i, RIG_BOTH | mode);
		if (busy)
			contract_write(fds[1], "x", 1);
	}
	if (busy)
		assert_ok(iosrc_waker_wake(family->waker));
}

static void end_one(struct family *family, unsigned which)
{
	if (which < 2)
		assert_ok(iosrc_poller_release(family->poller));
	else if (which == 2)
		assert_ok(iosrc_waker_release(family->waker));
	else if (which == 3)
		assert_ok(iosrc_close(family->sources[0]));
	else
		assert_ok(iosrc_into_inner(family->sources[1], NULL));
}

/* The nth of all orders of the objects. */
static void end_in_order(struct family *family, unsigned nth)
{
	unsigned left[S10_OBJECTS] = { 0, 1, 2, 3, 4 }, count, at;

	for (count = S10_OBJECTS; count > 0; count--) {
		at = nth % count;
		nth /= count;
		end_one(family, left[at]);
		memmove(left + at, left + at + 1,
		    (count - at - 1) * sizeof(left[0]));
	}
}

void contract_S10_every_order_of_ends(void **state)
{
	struct family family;
	unsigned nth;
	iosrc_handle fd;

	(void)state;
	for (nth = 0; nth < 120; nth++) {
		make_family(&family, sr_modes[nth % SR_MODES], nth / 3 % 2);
		fd = iosrc_source_handle(family.sources[1]);
		end_in_order(&family, nth);
		system_close(fd);
		system_close(family.peers[0]);
		system_close(family.peers[1]);
	}
}

void contract_S10_survivors_move_to_another_poller(void **state)
{
	iosrc_poller *next = contract_poller(0);
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, RIG_BOTH | sr_modes[m]);
		contract_write(rig.peer, "x", 1);
		assert_status(iosrc_register(rig.source, next, 3, RIG_BOTH),
		    IOSRC_E_ALREADY_REGISTERED);
		assert_ok(iosrc_poller_release(rig.poller));
		assert_int_equal(iosrc_source_registration(rig.source), 0);
		assert_status(iosrc_reregister(rig.source, next, 3, RIG_BOTH),
		    IOSRC_E_NOT_REGISTERED);
		assert_ok(iosrc_register(rig.source, next, 3, RIG_BOTH));
		assert_bits(contract_expect(next, 3).ready, RIG_BOTH);
		assert_ok(iosrc_close(rig.source));
		system_close(rig.peer);
	}
	assert_ok(iosrc_poller_release(next));
}
