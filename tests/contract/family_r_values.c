/* SPDX-License-Identifier: MIT
 *
 * family_r_values.c: R14 to R18, what a registration is made of: an empty
 * interest, the token, the bits, its own number, and the handle's number.
 */
#include "family_r.h"

#include "family_sr.h"

/* ---- R14 ---- */

static void end_hard(struct rig *rig, enum rig_kind kind)
{
	if (kind == RIG_TCP)
		system_reset_on_close(rig->peer);
	system_close(rig->peer);
	rig->peer = -1;
}

static void pause_bears_all(enum rig_kind kind, iosrc_bits mode, int late)
{
	iosrc_event event;
	struct rig rig;

	rig_open(&rig, kind, late ? IOSRC_READABLE | mode : mode);
	if (late)
		rig_again(&rig, mode);
	contract_write(rig.peer, "abc", 3);
	sr_expect_idle(rig.poller, CONTRACT_QUIET);
	end_hard(&rig, kind);
	sr_expect_idle(rig.poller, 60 * CONTRACT_MS);
	assert_ok(iosrc_rearm(rig.source, RIG_BOTH));
	sr_expect_idle(rig.poller, CONTRACT_QUIET);
	rig_again(&rig, IOSRC_READABLE | mode);
	event = rig_expect(&rig);
	assert_bits(event.ready, IOSRC_READABLE);
	if (!system_differs(SYSTEM_END_BEHIND_DATA))
		assert_bits(event.ready, IOSRC_READ_CLOSED);
	rig_shut(&rig);
}

void contract_R14_a_pause_reports_nothing_and_costs_nothing(void **state)
{
	int kind, late;
	size_t m;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++)
		for (m = 0; m < SR_MODES; m++)
			for (late = 0; late < 2; late++)
				pause_bears_all((enum rig_kind)kind,
				    sr_modes[m], late);
}

void contract_R14_a_pause_keeps_what_was_pending_back(void **state)
{
	struct rig rig;
	size_t m;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	for (m = 0; m < SR_MODES; m++) {
		rig_again(&rig, RIG_BOTH | sr_modes[m]);
		rig_again(&rig, sr_modes[m]);
		contract_expect_quiet(rig.poller);
		rig_again(&rig, RIG_BOTH | sr_modes[m]);
		assert_int_equal(rig_expect(&rig).ready, RIG_BOTH);
	}
	rig_shut(&rig);
}

void contract_R14_an_exclusive_pause(void **state)
{
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_handle fds[2];

	(void)state;
	if (!contract_can(IOSRC_EXCLUSIVE))
		contract_skip("no exclusive mode");
	poller = contract_poller(0);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = rig_watch(poller, fds[0], 4, IOSRC_EXCLUSIVE);
	contract_write(fds[1], "x", 1);
	sr_expect_idle(poller, CONTRACT_QUIET);
	system_close(fds[1]);
	sr_expect_idle(poller, 60 * CONTRACT_MS);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- R15 ---- */

static uint64_t nth_token(unsigned nth, uint64_t *seed)
{
	if (nth < 64)
		return UINT64_C(1) << nth;
	if (nth < 128)
		return ~(UINT64_C(1) << (nth - 64));
	if (nth == 128)
		return 0;
	if (nth == 129)
		return UINT64_MAX;
	return rig_random(seed);
}

void contract_R15_all_token_bits_come_back(void **state)
{
	uint64_t token, seed = 88172645463325252u;
	iosrc_waker *waker;
	struct rig rig;
	unsigned nth;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	for (nth = 0; nth < 300; nth++) {
		token = nth_token(nth, &seed);
		assert_ok(iosrc_reregister(rig.source, rig.poller, token,
		    IOSRC_READABLE | sr_modes[nth % SR_MODES]));
		contract_expect(rig.poller, token);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_ok(iosrc_register(rig.source, rig.poller, ~token,
		    IOSRC_READABLE));
		contract_expect(rig.poller, ~token);
		assert_ok(iosrc_waker_create(rig.poller, token, &waker));
		assert_ok(iosrc_waker_wake(waker));
		contract_expect(rig.poller, token);
		assert_ok(iosrc_waker_release(waker));
	}
	rig_shut(&rig);
}

void contract_R15_two_sources_may_share_a_token(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *sources[2];
	iosrc_event events[4];
	iosrc_handle fds[2][2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds[i]);
		sources[i] = rig_watch(poller, fds[i][0], 7, IOSRC_READABLE);
		contract_write(fds[i][1], "x", 1);
	}
	assert_int_equal(iosrc_poller_wait(poller, events, 4, 0), 2);
	assert_true(events[0].token == 7 && events[1].token == 7);
	assert_true(events[0].registration != events[1].registration);
	assert_ok(iosrc_deregister(sources[0], poller));
	for (i = 0; i < 2; i++) {
		rig_drain(sources[i]);
		contract_write(fds[i][1], "y", 1);
	}
	assert_true(contract_expect(poller, 7).registration ==
	    iosrc_source_registration(sources[1]));
	contract_expect_quiet(poller);
	for (i = 0; i < 2; i++) {
		assert_ok(iosrc_close(sources[i]));
		system_close(fds[i][1]);
	}
	assert_ok(iosrc_poller_release(poller));
}

/* ---- R16 ---- */

#define READY_ONLY 0xff00u
#define MODES (IOSRC_LEVEL | IOSRC_ONESHOT | IOSRC_EXCLUSIVE)

static iosrc_status interest_status(uint64_t capabilities, iosrc_bits bits)
{
	if (bits & READY_ONLY)
		return IOSRC_E_INVALID;
	if ((bits & IOSRC_LEVEL) && (bits & IOSRC_ONESHOT))
		return IOSRC_E_INVALID;
	if (bits & ~capabilities)
		return IOSRC_E_UNSUPPORTED;
	if ((bits & IOSRC_EXCLUSIVE) &&
	    (bits & (IOSRC_ONESHOT | IOSRC_PRIORITY)))
		return IOSRC_E_UNSUPPORTED;
	return IOSRC_OK;
}

static void refused_everywhere(struct rig *rig, iosrc_bits bits,
    iosrc_status status)
{
	uint64_t registration = iosrc_source_registration(rig->source);

	assert_status(iosrc_reregister(rig->source, rig->poller, 1, bits),
	    status);
	assert_true(iosrc_source_registration(rig->source) == registration);
	assert_ok(iosrc_deregister(rig->source, rig->poller));
	assert_status(iosrc_register(rig->source, rig->poller, 1, bits),
	    status);
	assert_int_equal(iosrc_source_registration(rig->source), 0);
	assert_status(iosrc_reregister(rig->source, rig->poller, 1, bits),
	    status); /* before the association is looked at */
	assert_ok(iosrc_register(rig->source, rig->poller, RIG_TOKEN,
	    IOSRC_READABLE));
}

/* Every pair of bits, and each bit alone. */
void contract_R16_every_bit_has_its_status(void **state)
{
	struct rig rig;
	uint64_t capabilities;
	unsigned high, low;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	capabilities = iosrc_poller_capabilities(rig.poller);
	for (high = 0; high < 32; high++) {
		for (low = 0; low <= high; low++) {
			iosrc_bits bits = UINT32_C(1) << high |
			    UINT32_C(1) << low;
			iosrc_status status = interest_status(capabilities,
			    bits);

			if (status != IOSRC_OK) {
				refused_everywhere(&rig, bits, status);
				continue;
			}
			assert_ok(iosrc_deregister(rig.source, rig.poller));
			assert_ok(iosrc_register(rig.source, rig.poller,
			    RIG_TOKEN, bits));
			assert_ok(iosrc_deregister(rig.source, rig.poller));
			assert_ok(iosrc_register(rig.source, rig.poller,
			    RIG_TOKEN, IOSRC_READABLE));
		}
	}
	contract_write(rig.peer, "x", 1);
	rig_expect(&rig);
	rig_shut(&rig);
}

void contract_R16_a_refusal_keeps_what_is_pending(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(rig.peer, "x", 1);
	assert_status(
	    iosrc_reregister(rig.source, rig.poller, 1, IOSRC_READABLE | 0x80),
	    IOSRC_E_UNSUPPORTED);
	assert_status(iosrc_reregister(rig.source, rig.poller, 1,
	                  IOSRC_READABLE | IOSRC_READ_CLOSED),
	    IOSRC_E_INVALID);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	assert_status(iosrc_reregister(rig.source, rig.poller, 1, 0x80),
	    IOSRC_E_UNSUPPORTED);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_R16_capabilities_hold_known_bits_alone(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t has = iosrc_poller_capabilities(poller);
	uint64_t known = RIG_BOTH | IOSRC_PRIORITY | MODES | IOSRC_CAN_EXPOSE |
	    IOSRC_CAN_WAIT_BELOW_MS | IOSRC_CAN_SHARE_WAIT |
	    IOSRC_CAN_POLL_FILES | IOSRC_CAN_IO_URING;

	(void)state;
	assert_true((has & ~known) == 0);
	assert_bits(has, (uint64_t)(RIG_BOTH | IOSRC_LEVEL | IOSRC_ONESHOT));
	assert_ok(iosrc_poller_release(poller));
	assert_true(iosrc_poller_capabilities(NULL) == 0);
}

/* ---- R17 ---- */

#define R17_KEPT 64

void contract_R17_no_registration_comes_back(void **state)
{
	uint64_t kept[R17_KEPT] = { 0 }, last = 0, now;
	uint64_t i, rounds = contract_scale(100000);
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	for (i = 0; i < rounds; i++) {
		last = iosrc_source_registration(rig.source);
		kept[i % R17_KEPT] = last;
		assert_ok(iosrc_reregister(rig.source, rig.poller, i,
		    IOSRC_READABLE));
		now = iosrc_source_registration(rig.source);
		assert_true(now != 0 && now != last);
		assert_true(iosrc_is_current(rig.poller, now) == 1);
		assert_true(iosrc_is_current(rig.poller, last) == 0);
		assert_true(iosrc_is_current(rig.poller,
		                kept[(i + 1) % R17_KEPT]) == 0);
	}
	rig_shut(&rig);
}

void contract_R17_no_registration_comes_back_after_deregister(void **state)
{
	uint64_t kept[R17_KEPT] = { 0 }, now;
	uint64_t i, rounds = contract_scale(100000);
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	for (i = 0; i < rounds; i++) {
		now = iosrc_source_registration(rig.source);
		assert_true(iosrc_is_current(rig.poller, now) == 1);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_true(iosrc_is_current(rig.poller, now) == 0);
		assert_true(kept[i % R17_KEPT] != now);
		kept[i % R17_KEPT] = now;
		assert_ok(
		    iosrc_register(rig.source, rig.poller, i, IOSRC_READABLE));
		assert_true(iosrc_is_current(rig.poller, now) == 0);
		if (i % 64 == 0)
			assert_true(
			    contract_expect(rig.poller, i).registration !=
			    kept[(i + 1) % R17_KEPT]);
	}
	rig_shut(&rig);
}

void contract_R17_made_up_registrations_are_not_current(void **state)
{
	uint64_t seed = 2463534242u, live, bit;
	struct rig rig;
	int i;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	live = iosrc_source_registration(rig.source);
	assert_int_equal(iosrc_is_current(rig.poller, 0), 0);
	assert_int_equal(iosrc_is_current(rig.poller, UINT64_MAX), 0);
	assert_int_equal(iosrc_is_current(NULL, live), 0);
	for (bit = 1; bit != 0; bit <<= 1)
		assert_int_equal(iosrc_is_current(rig.poller, live ^ bit), 0);
	for (i = 0; i < 1000; i++) {
		uint64_t guess = rig_random(&seed);

		assert_int_equal(iosrc_is_current(rig.poller, guess),
		    guess == live);
	}
	rig_shut(&rig);
}

/* ---- R18 ---- */

static void taken_over(iosrc_bits first_mode, iosrc_bits second_mode)
{
	iosrc_source *second;
	struct rig rig;
	uint64_t old;

	rig_open(&rig, RIG_UNIX, RIG_BOTH | first_mode);
	old = iosrc_source_registration(rig.source);
	contract_write(rig.peer, "x", 1);
	second = rig_watch(rig.poller, rig_handle(&rig), 2,
	    IOSRC_READABLE | second_mode);
	assert_int_equal(iosrc_source_registration(rig.source), 0);
	assert_int_equal(iosrc_is_current(rig.poller, old), 0);
	assert_int_equal(contract_expect(rig.poller, 2).ready, IOSRC_READABLE);
	assert_status(iosrc_reregister(rig.source, rig.poller, 1, RIG_BOTH),
	    IOSRC_E_NOT_REGISTERED);
	assert_status(iosrc_deregister(rig.source, rig.poller),
	    IOSRC_E_NOT_REGISTERED);
	assert_ok(iosrc_rearm(rig.source, RIG_BOTH));
	rig_drain(second);
	assert_int_equal(iosrc_poller_wait(rig.poller, &(iosrc_event){ 0 }, 1,
	                     CONTRACT_QUIET),
	    0);
	assert_ok(iosrc_into_inner(rig.source, NULL));
	assert_ok(iosrc_reregister(second, rig.poller, 3, IOSRC_READABLE));
	contract_write(rig.peer, "y", 1);
	contract_expect(rig.poller, 3);
	rig.source = second;
	rig_shut(&rig);
}

void contract_R18_the_second_source_takes_over(void **state)
{
	size_t a, b;

	(void)state;
	for (a = 0; a < SR_MODES; a++)
		for (b = 0; b < SR_MODES; b++)
			taken_over(sr_modes[a], sr_modes[b]);
}

void contract_R18_the_first_may_take_it_back(void **state)
{
	iosrc_source *second;
	struct rig rig;
	uint64_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	second = contract_source(rig_handle(&rig));
	contract_write(rig.peer, "x", 1);
	for (i = 0; i < 10; i++) {
		assert_ok(
		    iosrc_register(second, rig.poller, i, IOSRC_READABLE));
		contract_expect(rig.poller, i);
		contract_expect_quiet(rig.poller);
		assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
		    IOSRC_READABLE));
		assert_int_equal(iosrc_source_registration(second), 0);
		rig_expect(&rig);
		contract_expect_quiet(rig.poller);
	}
	assert_ok(iosrc_into_inner(second, NULL));
	rig_drain(rig.source);
	contract_write(rig.peer, "y", 1);
	rig_expect(&rig);
	rig_shut(&rig);
}

struct watched {
	iosrc_poller *poller;
	_Atomic int stop;
};

static void *wait_on(void *user)
{
	struct watched *watched = user;
	iosrc_event events[4];

	while (!atomic_load(&watched->stop))
		iosrc_poller_wait(watched->poller, events, 4, 0);
	return NULL;
}

/* The first of two sources over one file is gone while waits still report it:
 * no wait may look at it any more (a sanitizer or valgrind tells). */
void contract_R18_a_file_taken_over_beside_waits(void **state)
{
	uint64_t round, rounds = contract_scale(30000);
	iosrc_handle fd;
	struct watched watched;
	system_thread waiting[2];
	size_t i;

	(void)state;
	watched.poller = contract_poller(0);
	if (!(iosrc_poller_capabilities(watched.poller) & IOSRC_CAN_POLL_FILES))
		contract_skip("regular files are not accepted");
	fd = system_file();
	atomic_init(&watched.stop, 0);
	for (i = 0; i < 2; i++)
		rig_start(&waiting[i], wait_on, &watched);
	for (round = 0; round < rounds; round++) {
		iosrc_source *first = rig_watch(watched.poller, fd, 1,
		    IOSRC_READABLE | IOSRC_LEVEL);
		iosrc_source *second = rig_watch(watched.poller, fd, 2,
		    IOSRC_READABLE | IOSRC_LEVEL);

		assert_status(iosrc_deregister(first, watched.poller),
		    IOSRC_E_NOT_REGISTERED);
		assert_ok(iosrc_into_inner(first, NULL));
		assert_ok(iosrc_into_inner(second, NULL));
	}
	atomic_store(&watched.stop, 1);
	for (i = 0; i < 2; i++)
		assert_int_equal(system_thread_join(waiting[i]), 0);
	system_close(fd);
	assert_ok(iosrc_poller_release(watched.poller));
}

void contract_R18_another_poller_takes_nothing_over(void **state)
{
	iosrc_poller *other = contract_poller(0);
	iosrc_source *second;
	struct rig rig;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	second = rig_watch(other, rig_handle(&rig), 2, IOSRC_READABLE);
	contract_write(rig.peer, "x", 1);
	rig_expect(&rig);
	contract_expect(other, 2);
	assert_ok(iosrc_into_inner(second, NULL));
	rig_drain(rig.source);
	contract_write(rig.peer, "y", 1);
	rig_expect(&rig);
	contract_expect_quiet(other);
	rig_shut(&rig);
	assert_ok(iosrc_poller_release(other));
}
