/* SPDX-License-Identifier: MIT
 *
 * family_r_handles.c: R10 to R12, handles that are duplicated, closed behind
 * the library's back, and whose numbers come back.
 */
#include "family_r.h"

#include "family_sr.h"

/* ---- R10 ---- */

/* Both tokens come, in one wait or in two. */
static void both_come(iosrc_poller *poller, uint64_t one, uint64_t two)
{
	int64_t until = contract_now() + sr_slow(CONTRACT_SOON);
	int seen_one = 0, seen_two = 0;
	iosrc_event events[2];

	while (!seen_one || !seen_two) {
		int64_t count = iosrc_poller_wait(poller, events, 2,
		    100 * CONTRACT_MS);

		assert_true(count >= 0 && contract_now() < until);
		while (count-- > 0) {
			seen_one |= events[count].token == one;
			seen_two |= events[count].token == two;
			assert_true(events[count].token == one ||
			    events[count].token == two);
		}
	}
}

void contract_R10_duplicates_register_apart(void **state)
{
	iosrc_source *second;
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE | sr_modes[m]);
		second = rig_watch(rig.poller,
		    system_duplicate(rig_handle(&rig)), 2,
		    IOSRC_READABLE | sr_modes[m]);
		contract_write(rig.peer, "x", 1);
		both_come(rig.poller, RIG_TOKEN, 2);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		rig_drain(second);
		assert_ok(iosrc_reregister(second, rig.poller, 3,
		    IOSRC_READABLE | sr_modes[m]));
		contract_write(rig.peer, "y", 1);
		assert_bits(contract_expect(rig.poller, 3).ready,
		    IOSRC_READABLE);
		assert_ok(iosrc_close(rig.source));
		assert_ok(iosrc_reregister(second, rig.poller, 4,
		    IOSRC_READABLE | sr_modes[m]));
		contract_expect(rig.poller, 4);
		rig.source = second;
		rig_shut(&rig);
	}
}

/* A handle that was closed raw while a duplicate lives, in level mode with
 * data pending: the kernel has an event at every call. */
struct storm {
	struct rig rig;
	iosrc_handle copy;
};

static void storm_begin(struct storm *storm, int hang_up)
{
	rig_open(&storm->rig, RIG_UNIX, IOSRC_READABLE | IOSRC_LEVEL);
	storm->copy = system_duplicate(rig_handle(&storm->rig));
	contract_write(storm->rig.peer, "x", 1);
	if (hang_up) {
		system_close(storm->rig.peer);
		storm->rig.peer = -1;
	}
	rig_expect(&storm->rig);
	system_close(rig_handle(&storm->rig));
	assert_ok(iosrc_deregister(storm->rig.source, storm->rig.poller));
}

static void storm_end(struct storm *storm)
{
	assert_ok(iosrc_into_inner(storm->rig.source, NULL));
	system_close(storm->copy);
	if (storm->rig.peer >= 0)
		system_close(storm->rig.peer);
	assert_ok(iosrc_poller_release(storm->rig.poller));
}

/* Each call of the kernel gives at least one stale item, so the counter
 * bounds the calls; it is 0 where the kernel lets go of the handle. */
void contract_R10_a_raw_close_beside_a_duplicate_does_not_spin(void **state)
{
	struct sr_cost before, after;
	uint64_t stale;
	struct storm storm;
	int64_t began, took;
	int hang_up;

	(void)state;
	for (hang_up = 0; hang_up < 2; hang_up++) {
		storm_begin(&storm, hang_up);
		stale = contract_counters(storm.rig.poller).stale;
		before = sr_cost_now();
		began = contract_now();
		assert_int_equal(iosrc_poller_wait(storm.rig.poller,
		                     &(iosrc_event){ 0 }, 1, SR_SECOND),
		    0);
		took = contract_now() - began;
		after = sr_cost_now();
		stale = contract_counters(storm.rig.poller).stale - stale;
		print_message("%llu stale, %lld us of CPU, %ld switches\n",
		    (unsigned long long)stale,
		    (long long)(after.cpu - before.cpu) / 1000,
		    after.switches - before.switches);
		assert_true(took >= SR_SECOND);
		contract_in_time(took, SR_SECOND + sr_slow(300 * CONTRACT_MS));
		assert_true(stale <= 2000);
		assert_true(after.switches - before.switches <= 2100);
		if (!contract_is_watched())
			contract_in_time(after.cpu - before.cpu,
			    sr_slow(SR_SECOND / 4));
		storm_end(&storm);
	}
}

/* Short waits storm no more than one long one does. */
static void short_waits(struct storm *storm)
{
	uint64_t stale = contract_counters(storm->rig.poller).stale;
	int64_t until = contract_now() + SR_SECOND / 2;
	iosrc_event event;

	while (contract_now() < until)
		assert_int_equal(iosrc_poller_wait(storm->rig.poller, &event, 1,
		                     5 * CONTRACT_MS),
		    0);
	assert_true(contract_counters(storm->rig.poller).stale - stale <= 2000);
}

void contract_R10_a_storm_delays_nobody(void **state)
{
	int64_t most = sr_slow(200 * CONTRACT_MS);
	struct sr_waiter waiter;
	iosrc_source *other;
	struct storm storm;
	iosrc_waker *waker;
	iosrc_handle fds[2], round;
	int64_t began;

	(void)state;
	storm_begin(&storm, 0);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	other = rig_watch(storm.rig.poller, fds[0], 8, IOSRC_READABLE);
	assert_ok(iosrc_waker_create(storm.rig.poller, 9, &waker));
	for (round = 0; round < 6; round++) {
		sr_waiter_start(&waiter, storm.rig.poller,
		    sr_slow(5 * SR_SECOND));
		began = contract_now();
		if (round & 1)
			assert_ok(iosrc_waker_wake(waker));
		else
			contract_write(fds[1], "x", 1);
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 1);
		assert_int_equal(waiter.events[0].token, 8 + (round & 1));
		contract_in_time(waiter.ended - began, most);
		rig_drain(other);
	}
	short_waits(&storm);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_close(other));
	system_close(fds[1]);
	storm_end(&storm);
}

/* ---- R11 ---- */

/* A source whose handle was closed raw, its number taken by a second one. */
struct reuse {
	iosrc_poller *poller;
	iosrc_source *old, *fresh;
	iosrc_handle peer;
	uint64_t token;
};

static void fresh_delivers(struct reuse *reuse)
{
	contract_write(reuse->peer, "x", 1);
	assert_bits(contract_expect(reuse->poller, reuse->token).ready,
	    IOSRC_READABLE);
	assert_int_equal(rig_drain(reuse->fresh), 1);
}

/* Opens a pair again until it has the number. */
static iosrc_handle same_number(iosrc_handle fd, iosrc_handle *out_peer)
{
	iosrc_handle fds[2];

	contract_pair(IOSRC_TYPE_STREAM, fds);
	if (fds[0] != fd && fds[1] == fd) {
		fds[1] = fds[0];
		fds[0] = fd;
	}
	if (fds[0] != fd) {
		system_take_over(fds[0], fd);
		system_close(fds[0]);
	}
	*out_peer = fds[1];
	return fd;
}

static void reuse_begin(struct reuse *reuse, uint64_t round, int raw)
{
	iosrc_handle fds[2], fd;

	contract_pair(IOSRC_TYPE_STREAM, fds);
	reuse->token = 2 * round + 1;
	reuse->old = rig_watch(reuse->poller, fds[0], 2 * round,
	    IOSRC_READABLE | sr_modes[round % SR_MODES]);
	if (round % 2)
		contract_write(fds[1], "x", 1);
	if (raw) {
		system_close(fds[0]);
	} else {
		assert_ok(iosrc_close(reuse->old));
		reuse->old = NULL;
	}
	system_close(fds[1]);
	fd = same_number(fds[0], &reuse->peer);
	reuse->fresh = contract_source(fd);
}

/* What the old source is asked late, before or after the new one registers:
 * it answers, and the new one delivers all the same. */
static void late_call(struct reuse *reuse, unsigned what, int taken)
{
	iosrc_status status;

	if (what == 0) {
		status = iosrc_deregister(reuse->old, reuse->poller);
		assert_status(status,
		    taken ? IOSRC_E_NOT_REGISTERED : IOSRC_OK);
	} else if (what == 1) {
		/* Before the new one registers, the number is still its. */
		status = iosrc_reregister(reuse->old, reuse->poller, 99,
		    IOSRC_READABLE);
		assert_status(status,
		    taken ? IOSRC_E_NOT_REGISTERED : IOSRC_OK);
	} else if (what == 2) {
		assert_ok(iosrc_rearm(reuse->old, RIG_BOTH));
	} else {
		assert_ok(iosrc_into_inner(reuse->old, NULL));
		reuse->old = NULL;
	}
}

static void reuse_round(struct reuse *reuse, uint64_t round)
{
	unsigned what = (unsigned)(round % 4), when = (round / 4) % 2;
	int raw = round / 8 % 4 != 0;

	reuse_begin(reuse, round, raw);
	if (raw && when == 0)
		late_call(reuse, what, 0);
	assert_ok(iosrc_register(reuse->fresh, reuse->poller, reuse->token,
	    IOSRC_READABLE | IOSRC_LEVEL));
	fresh_delivers(reuse);
	if (raw && when == 1) {
		late_call(reuse, what, 1);
		fresh_delivers(reuse);
	}
	if (reuse->old)
		assert_ok(iosrc_into_inner(reuse->old, NULL));
	fresh_delivers(reuse);
	assert_int_equal(sr_take(reuse->poller, reuse->token), 0);
	assert_ok(iosrc_close(reuse->fresh));
	system_close(reuse->peer);
}

void contract_R11_late_calls_of_the_old_source_touch_nothing(void **state)
{
	uint64_t round, rounds = contract_scale(10000);
	struct reuse reuse;

	(void)state;
	reuse.poller = contract_poller(0);
	for (round = 0; round < rounds; round++)
		reuse_round(&reuse, round);
	contract_expect_quiet(reuse.poller);
	assert_ok(iosrc_poller_release(reuse.poller));
}

/* A number that is a file's and a socket's in turn: the kernel watches the
 * one and not the other. */
void contract_R11_a_number_is_a_file_and_a_socket_in_turn(void **state)
{
	iosrc_source *sources[2] = { NULL, NULL };
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle pair[2], file, fd;
	iosrc_event event;
	uint64_t i;

	(void)state;
	if (!(iosrc_poller_capabilities(poller) & IOSRC_CAN_POLL_FILES))
		contract_skip("regular files are not accepted");
	file = system_file();
	contract_pair(IOSRC_TYPE_STREAM, pair);
	contract_write(pair[1], "x", 1);
	fd = system_duplicate(file);
	for (i = 0; i < contract_scale(2000); i++) {
		int of_file = i / 3 % 2;
		iosrc_source **source = &sources[i % 2];

		system_take_over(of_file ? file : pair[0], fd);
		if (*source)
			assert_ok(iosrc_into_inner(*source, NULL));
		*source = rig_watch(poller, fd, i,
		    RIG_BOTH | sr_modes[i % SR_MODES]);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		assert_true(event.token == i);
		assert_int_equal(event.ready, RIG_BOTH);
		if (sr_modes[i % SR_MODES] != IOSRC_LEVEL)
			assert_int_equal(sr_take(poller, i), 0);
	}
	assert_ok(iosrc_into_inner(sources[0], NULL));
	assert_ok(iosrc_into_inner(sources[1], NULL));
	contract_expect_quiet(poller);
	system_close(fd);
	system_close(file);
	system_close(pair[0]);
	system_close(pair[1]);
	assert_ok(iosrc_poller_release(poller));
}

/* The closing thread ends what it is given, while the other one makes new
 * sources that get the numbers. Everything is ready in level mode; tokens
 * grow, and `closed` is the highest one that has ended. */
struct closer {
	iosrc_poller *poller;
	_Atomic(iosrc_source *) next;
	_Atomic uint64_t next_token; /* written before `next` */
	_Atomic uint64_t closed;
	_Atomic int stop;
	_Atomic int trouble;
};

/* The thread sanitizer keeps a state for each descriptor number, and calls it a
 * race when one thread asks the kernel about a number that another has just
 * opened anew: which is what this test is about. Nothing else is suppressed. */
#if defined(__SANITIZE_THREAD__)
const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
	return "race:^close_number_behind_its_back$\n";
}
#endif

static void close_number_behind_its_back(struct closer *closer,
    iosrc_source *source, uint64_t token)
{
	iosrc_status status;

	if (token % 3 == 0) {
		if (iosrc_close(source) != IOSRC_OK)
			atomic_store(&closer->trouble, 1);
		return;
	}
	system_close(iosrc_source_handle(source));
	if (token % 3 == 1) {
		status = iosrc_deregister(source, closer->poller);
		if (status != IOSRC_OK && status != IOSRC_E_NOT_REGISTERED)
			atomic_store(&closer->trouble, 2);
	}
	if (iosrc_into_inner(source, NULL) != IOSRC_OK)
		atomic_store(&closer->trouble, 3);
}

static void *close_all(void *user)
{
	struct closer *closer = user;

	while (!atomic_load(&closer->stop)) {
		iosrc_source *source = atomic_load(&closer->next);
		uint64_t token = atomic_load(&closer->next_token);

		if (!source) {
			system_yield();
			continue;
		}
		system_gate_enter();
		close_number_behind_its_back(closer, source, token);
		system_gate_leave();
		atomic_store(&closer->closed, token);
		atomic_store(&closer->next, NULL);
	}
	return NULL;
}

/* Waits until the event of `token` came; what had ended before a wait began
 * must not be reported by it. */
static void expect_none_closed(struct closer *closer, uint64_t token)
{
	int64_t until = contract_now() + sr_slow(CONTRACT_SOON);
	iosrc_event events[4];
	int64_t count, i;

	for (;;) {
		uint64_t closed = atomic_load(&closer->closed);
		int seen = 0;

		count = iosrc_poller_wait(closer->poller, events, 4,
		    100 * CONTRACT_MS);
		assert_true(count >= 0 && contract_now() < until);
		for (i = 0; i < count; i++) {
			if (events[i].token <= closed)
				fail_msg("token %llu is stale, %llu closed",
				    (unsigned long long)events[i].token,
				    (unsigned long long)closed);
			seen |= events[i].token == token;
		}
		if (seen)
			return;
	}
}

static void hand_over(struct closer *closer, iosrc_source *source,
    uint64_t token)
{
	while (atomic_load(&closer->next))
		system_yield();
	atomic_store(&closer->next_token, token);
	atomic_store(&closer->next, source);
}

void contract_R11_numbers_reused_beside_a_closing_thread(void **state)
{
	uint64_t round, rounds = contract_scale(10000);
	iosrc_source *previous = NULL, *source;
	struct closer closer = { 0 };
	system_thread thread;
	iosrc_handle fds[2];

	(void)state;
	closer.poller = contract_poller(0);
	rig_start(&thread, close_all, &closer);
	for (round = 1; round <= rounds; round++) {
		if (previous)
			hand_over(&closer, previous, round - 1);
		system_gate_enter();
		contract_pair(IOSRC_TYPE_STREAM, fds);
		system_gate_leave();
		contract_write(fds[1], "x", 1);
		source = rig_watch(closer.poller, fds[0], round,
		    IOSRC_READABLE | IOSRC_LEVEL);
		expect_none_closed(&closer, round);
		previous = source;
		system_close(fds[1]);
	}
	hand_over(&closer, previous, rounds);
	while (atomic_load(&closer.next))
		system_yield();
	atomic_store(&closer.stop, 1);
	assert_int_equal(system_thread_join(thread), 0);
	assert_int_equal(atomic_load(&closer.trouble), 0);
	contract_expect_quiet(closer.poller);
	assert_ok(iosrc_poller_release(closer.poller));
}

/* ---- R12 ---- */

static void closed_raw(iosrc_bits interest, int pending)
{
	struct rig rig;
	iosrc_handle fd;

	rig_open(&rig, RIG_UNIX, interest);
	fd = rig_handle(&rig);
	if (pending)
		contract_write(rig.peer, "x", 1);
	system_close(fd);
	sr_expect_idle(rig.poller, 60 * CONTRACT_MS);
	assert_ok(iosrc_rearm(rig.source, RIG_BOTH));
	sr_expect_idle(rig.poller, CONTRACT_QUIET);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	contract_expect_quiet(rig.poller);
	assert_kind(iosrc_register(rig.source, rig.poller, 1, interest),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(iosrc_source_registration(rig.source), 0);
	assert_ok(iosrc_into_inner(rig.source, NULL));
	system_close(rig.peer);
	assert_ok(iosrc_poller_release(rig.poller));
}

void contract_R12_a_raw_close_is_silent(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		closed_raw(IOSRC_READABLE | sr_modes[m], 0);
		closed_raw(RIG_BOTH | sr_modes[m], 1);
		closed_raw(sr_modes[m], 1);
	}
}

/* A wait that blocks in poll(2) may hold on to the file for a while; it must
 * neither spin nor outlast its timeout, and what was closed before the next
 * wait began is not reported by that. */
void contract_R12_a_raw_close_during_a_wait_is_silent(void **state)
{
	int64_t timeout = sr_while(200 * CONTRACT_MS);
	struct sr_waiter waiter;
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig_open(&rig, RIG_UNIX, IOSRC_READABLE | sr_modes[m]);
		sr_waiter_start(&waiter, rig.poller, timeout);
		system_close(rig_handle(&rig));
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 0);
		assert_true(waiter.ended - waiter.began >= timeout);
		contract_write(rig.peer, "", 0);
		sr_expect_idle(rig.poller, 60 * CONTRACT_MS);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_ok(iosrc_into_inner(rig.source, NULL));
		system_close(rig.peer);
		assert_ok(iosrc_poller_release(rig.poller));
	}
}
