/* SPDX-License-Identifier: MIT
 *
 * test_source.c: sources and their association with a poller, in one thread.
 */
#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "status.h"

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)

/* ---- making ---- */

static void contract_S1_create_takes_what_an_int_holds(void **state)
{
	static const iosrc_handle good[] = { 0, 3, INT_MAX };
	static const iosrc_handle bad[] = { -1, INT_MIN,
		(iosrc_handle)INT_MAX + 1, INTPTR_MAX, INTPTR_MIN };
	iosrc_source *source = NULL;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		source = core_source(good[i]);
		assert_int_equal(iosrc_source_handle(source), good[i]);
		core_end(source);
	}
	source = NULL;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(
		    iosrc_create(bad[i], IOSRC_HANDLE_DEFAULT, &source),
		    IOSRC_E_INVALID);
	assert_int_equal(iosrc_create(3, IOSRC_HANDLE_WAITABLE, &source),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_create(3, 4, &source), IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_create(3, IOSRC_HANDLE_DEFAULT, NULL),
	    IOSRC_E_INVALID);
	assert_null(source);
	for (iosrc_handle_type type = 0; type < 3; type++) {
		assert_int_equal(iosrc_create(3, type, &source), IOSRC_OK);
		core_end(source);
	}
}

static void test_null_is_told(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_source(9);
	iosrc_handle handle = 5;

	(void)state;
	assert_int_equal(iosrc_source_handle(NULL), -1);
	assert_true(iosrc_source_registration(NULL) == 0);
	assert_int_equal(iosrc_register(NULL, poller, 0, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_register(source, NULL, 0, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_reregister(NULL, poller, 0, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_reregister(source, NULL, 0, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_deregister(NULL, poller), IOSRC_E_INVALID);
	assert_int_equal(iosrc_deregister(source, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_rearm(NULL, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_into_inner(NULL, &handle), IOSRC_E_INVALID);
	assert_int_equal(iosrc_close(NULL), IOSRC_OK);
	assert_int_equal(handle, 5);
	core_end(source);
	core_release(poller);
}

static void contract_S8_into_inner_leaves_the_handle_open(void **state)
{
	iosrc_poller *poller = core_poller();
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	iosrc_source *source = core_registered(poller, fd, 1, IOSRC_READABLE);
	iosrc_handle handle = -1;

	(void)state;
	fake_set_ready(poller, fd, IOSRC_READABLE);
	assert_int_equal(iosrc_into_inner(source, &handle), IOSRC_OK);
	assert_int_equal(handle, fd);
	core_expect_quiet(poller);
	assert_true(fake_registration(poller, fd) == 0);
	assert_int_equal(close(fd), 0);
	core_release(poller);
}

static void contract_S9_close_deregisters_and_closes(void **state)
{
	iosrc_poller *poller = core_poller();
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	iosrc_source *source = core_registered(poller, fd, 1, IOSRC_READABLE);
	uint64_t registration = iosrc_source_registration(source);

	(void)state;
	fake_set_ready(poller, fd, IOSRC_READABLE);
	assert_int_equal(iosrc_close(source), IOSRC_OK);
	assert_int_equal(iosrc_is_current(poller, registration), 0);
	core_expect_quiet(poller);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	source = core_registered(poller, fd, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_status_kind(iosrc_close(source)),
	    IOSRC_KIND_BAD_HANDLE);
	core_release(poller);
}

/* ---- interests ---- */

static void contract_R16_interests_that_are_refused(void **state)
{
	static const struct {
		iosrc_bits interest;
		iosrc_status status;
	} cases[] = {
		{ IOSRC_ERROR, IOSRC_E_INVALID },
		{ IOSRC_READABLE | 0x8000, IOSRC_E_INVALID },
		{ IOSRC_READABLE | IOSRC_LEVEL | IOSRC_ONESHOT,
		    IOSRC_E_INVALID },
		{ 0x8, IOSRC_E_UNSUPPORTED },
		{ 0x80, IOSRC_E_UNSUPPORTED },
		{ 0x80000000u | IOSRC_READABLE, IOSRC_E_UNSUPPORTED },
		{ 0x80000000u | IOSRC_ERROR, IOSRC_E_INVALID },
		{ BOTH | IOSRC_EXCLUSIVE | IOSRC_ONESHOT, IOSRC_E_UNSUPPORTED },
		{ BOTH | IOSRC_EXCLUSIVE | IOSRC_PRIORITY,
		    IOSRC_E_UNSUPPORTED },
	};
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_source(9);
	iosrc_source *registered = core_registered(poller, 10, 1, BOTH);
	uint64_t registration = iosrc_source_registration(registered);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
		    iosrc_register(source, poller, 1, cases[i].interest),
		    cases[i].status);
		assert_int_equal(
		    iosrc_reregister(registered, poller, 1, cases[i].interest),
		    cases[i].status);
	}
	assert_true(iosrc_source_registration(source) == 0);
	assert_true(iosrc_source_registration(registered) == registration);
	assert_int_equal(fake_count(poller, FAKE_ADD), 1);
	assert_int_equal(fake_count(poller, FAKE_MODIFY), 0);
	poller->capabilities &= ~(uint64_t)(IOSRC_EXCLUSIVE | IOSRC_PRIORITY);
	assert_int_equal(iosrc_register(source, poller, 1, IOSRC_PRIORITY),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(
	    iosrc_register(source, poller, 1, BOTH | IOSRC_EXCLUSIVE),
	    IOSRC_E_UNSUPPORTED);
	core_end(registered);
	core_end(source);
	core_release(poller);
}

static void contract_R4_an_exclusive_registration_stays_as_it_is(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_EXCLUSIVE | IOSRC_LEVEL);
	uint64_t registration = iosrc_source_registration(source);

	(void)state;
	assert_int_equal(iosrc_reregister(source, poller, 2, BOTH),
	    IOSRC_E_UNSUPPORTED);
	assert_true(iosrc_source_registration(source) == registration);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(iosrc_register(source, poller, 2, BOTH), IOSRC_OK);
	assert_int_equal(iosrc_reregister(source, poller, 2,
	                     IOSRC_READABLE | IOSRC_EXCLUSIVE),
	    IOSRC_E_UNSUPPORTED);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 2, IOSRC_READABLE);
	core_end(source);
	core_release(poller);
}

static void test_the_interest_reaches_the_kernel_whole(void **state)
{
	static const iosrc_bits interests[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT,
		IOSRC_READABLE, BOTH | IOSRC_PRIORITY | IOSRC_LEVEL,
		BOTH | IOSRC_PRIORITY | IOSRC_ONESHOT };
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_EXCLUSIVE);

	(void)state;
	assert_int_equal(fake_interest(poller, 9), IOSRC_EXCLUSIVE);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(iosrc_register(source, poller, 1, BOTH), IOSRC_OK);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(
		    iosrc_reregister(source, poller, 1, interests[i]),
		    IOSRC_OK);
		assert_int_equal(fake_interest(poller, 9), interests[i]);
		assert_true(fake_registration(poller, 9) ==
		    iosrc_source_registration(source));
	}
	core_end(source);
	core_release(poller);
}

/* ---- association ---- */

static void contract_R1_R2_a_second_register_changes_nothing(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t registration = iosrc_source_registration(source);

	(void)state;
	assert_int_equal(iosrc_register(source, poller, 2, BOTH),
	    IOSRC_E_ALREADY_REGISTERED);
	assert_int_equal(iosrc_register(source, other, 2, BOTH),
	    IOSRC_E_ALREADY_REGISTERED);
	assert_true(iosrc_source_registration(source) == registration);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	assert_true(core_expect(poller, 1, IOSRC_READABLE) == registration);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(iosrc_register(source, other, 2, BOTH), IOSRC_OK);
	core_end(source);
	core_release(other);
	core_release(poller);
}

static void contract_R3_each_misuse_has_its_status(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *source = core_source(9);

	(void)state;
	assert_int_equal(iosrc_reregister(source, poller, 1, BOTH),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_deregister(source, poller),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	assert_int_equal(iosrc_register(source, poller, 1, IOSRC_READABLE),
	    IOSRC_OK);
	assert_int_equal(iosrc_reregister(source, other, 1, BOTH),
	    IOSRC_E_WRONG_POLLER);
	assert_int_equal(iosrc_deregister(source, other), IOSRC_E_WRONG_POLLER);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(iosrc_deregister(source, poller),
	    IOSRC_E_NOT_REGISTERED);
	core_end(source);
	core_release(other);
	core_release(poller);
}

static void contract_P1_the_end_of_a_poller_unregisters(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	core_release(poller);
	assert_int_equal(iosrc_deregister(source, other),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_register(source, other, 1, IOSRC_READABLE),
	    IOSRC_OK);
	fake_set_ready(other, 9, IOSRC_READABLE);
	core_expect(other, 1, IOSRC_READABLE);
	core_release(other);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	core_end(source);
}

static void contract_R15_all_bits_of_a_token_come_back(void **state)
{
	static const uint64_t tokens[] = { 0, 1, UINT64_MAX,
		UINT64_C(0x8000000000000000), UINT64_C(0x00000000ffffffff),
		UINT64_C(0xffffffff00000000) };
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 7,
	    IOSRC_READABLE | IOSRC_LEVEL);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(iosrc_reregister(source, poller, tokens[i],
		                     IOSRC_READABLE | IOSRC_LEVEL),
		    IOSRC_OK);
		core_expect(poller, tokens[i], IOSRC_READABLE);
	}
	core_end(source);
	core_release(poller);
}

/* ---- failures of the kernel ---- */

static void contract_X2_a_register_that_the_kernel_refuses(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *source = core_source(9);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		fake_fail(poller, FAKE_ADD, 1, IOSRC_E_UNKNOWN);
		assert_int_equal(
		    iosrc_register(source, poller, 1, IOSRC_READABLE),
		    IOSRC_E_UNKNOWN);
		assert_true(iosrc_source_registration(source) == 0);
	}
	assert_int_equal(poller->registrations.used, 1);
	assert_int_equal(iosrc_deregister(source, poller),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_register(source, other, 1, IOSRC_READABLE),
	    IOSRC_OK);
	core_end(source);
	core_release(other);
	core_release(poller);
}

static void contract_X2_a_takeover_that_the_kernel_refuses(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *first = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_source *second = core_source(9);

	(void)state;
	fake_fail(poller, FAKE_ADD, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_register(second, poller, 2, BOTH),
	    IOSRC_E_UNKNOWN);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_reregister(first, poller, 3, IOSRC_READABLE),
	    IOSRC_OK);
	core_expect(poller, 3, IOSRC_READABLE);
	core_end(second);
	core_end(first);
	core_release(poller);
}

static void contract_X2_a_reregister_that_the_kernel_refuses(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t registration = iosrc_source_registration(source);

	(void)state;
	fake_fail(poller, FAKE_MODIFY, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_reregister(source, poller, 2, IOSRC_WRITABLE),
	    IOSRC_E_UNKNOWN);
	assert_true(iosrc_source_registration(source) == registration);
	assert_int_equal(iosrc_is_current(poller, registration), 1);
	fake_set_ready(poller, 9, BOTH);
	assert_true(core_expect(poller, 1, IOSRC_READABLE) == registration);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_reregister(source, poller, 3, IOSRC_WRITABLE),
	    IOSRC_OK);
	core_expect(poller, 3, IOSRC_WRITABLE);
	core_end(source);
	core_release(poller);
}

/* ---- handle numbers: closed behind our back, used again ---- */

static void contract_R12_a_handle_closed_behind_our_back(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_source *other = core_source(9);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	fake_set_closed(poller, 9, true);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_status_kind(iosrc_reregister(source, poller, 1,
	                     IOSRC_READABLE)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(
	    iosrc_status_kind(iosrc_register(other, poller, 1, IOSRC_READABLE)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	core_end(other);
	core_end(source);
	core_release(poller);
}

static void contract_R18_a_second_source_takes_the_handle_over(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *first = core_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t old = iosrc_source_registration(first);
	iosrc_source *second = core_registered(poller, 9, 2, IOSRC_READABLE);
	uint64_t taken = iosrc_source_registration(second);

	(void)state;
	assert_true(iosrc_source_registration(first) == 0);
	assert_int_equal(iosrc_is_current(poller, old), 0);
	assert_int_equal(iosrc_rearm(first, BOTH), IOSRC_OK);
	assert_int_equal(iosrc_reregister(first, poller, 3, BOTH),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_deregister(first, poller),
	    IOSRC_E_NOT_REGISTERED);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	assert_true(core_expect(poller, 2, IOSRC_READABLE) == taken);
	assert_int_equal(fake_count(poller, FAKE_REMOVE), 0);
	/* And back again. */
	assert_int_equal(iosrc_register(first, poller, 3, IOSRC_READABLE),
	    IOSRC_OK);
	core_expect(poller, 3, IOSRC_READABLE);
	assert_true(iosrc_source_registration(second) == 0);
	core_end(second);
	assert_true(
	    fake_registration(poller, 9) == iosrc_source_registration(first));
	core_end(first);
	assert_true(fake_registration(poller, 9) == 0);
	core_release(poller);
}

static void contract_R11_a_late_call_of_the_old_source_leaves_the_new_one(
    void **state)
{
	iosrc_poller *poller = core_poller();

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned i = 0; i < 40; i++) {
		iosrc_source *old = core_registered(poller, 9, 1, BOTH);
		iosrc_source *new;

		fake_set_closed(poller, 9, true);
		fake_set_closed(poller, 9, false);
		new = core_registered(poller, 9, 2, IOSRC_READABLE);
		if (i % 4 == 0)
			iosrc_deregister(old, poller);
		else if (i % 4 == 1)
			iosrc_reregister(old, poller, 3, BOTH);
		else if (i % 4 == 2)
			iosrc_rearm(old, BOTH);
		core_end(old);
		core_expect(poller, 2, IOSRC_READABLE);
		assert_int_equal(
		    iosrc_reregister(new, poller, 4, IOSRC_READABLE), IOSRC_OK);
		core_expect(poller, 4, IOSRC_READABLE);
		core_end(new);
	}
	assert_true(poller->registrations.used <= 3);
	core_release(poller);
}

static void contract_R18_who_was_replaced_goes_elsewhere(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *first = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_source *second = core_registered(poller, 9, 2, IOSRC_READABLE);

	(void)state;
	assert_int_equal(iosrc_register(first, other, 1, IOSRC_READABLE),
	    IOSRC_OK);
	fake_set_ready(other, 9, IOSRC_READABLE);
	core_expect(other, 1, IOSRC_READABLE);
	core_end(first);
	core_end(second);
	core_release(other);
	core_release(poller);
}

/* The takeover is through the kernel and has ended the first one, while that
 * one is already past the look at its own state. */
static void contract_R18_a_reregister_that_finds_the_handle_taken(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	uint32_t named = iosrc__handle_map_hold(source->entry, false);

	(void)state;
	iosrc__handle_map_let_go(source->entry, named + 1);
	assert_int_equal(iosrc_reregister(source, poller, 2, BOTH),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(fake_count(poller, FAKE_MODIFY), 0);
	assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
	assert_int_equal(fake_count(poller, FAKE_REMOVE), 0);
	core_end(source);
	core_release(poller);
}

/* ---- generations ---- */

static void contract_R17_a_source_moves_to_another_slot(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 0, BOTH);
	uint64_t old = core_age_source(source, 2), registration = old;
	uint32_t index = iosrc__registration_index(old);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (uint64_t token = 1; token < 100; token++) {
		uint64_t before = registration;

		assert_int_equal(iosrc_reregister(source, poller, token, BOTH),
		    IOSRC_OK);
		registration = core_expect(poller, token, IOSRC_READABLE);
		assert_true(registration == iosrc_source_registration(source));
		assert_true((iosrc__registration_index(registration) ==
		                index) == (token <= 2));
		assert_int_equal(iosrc_is_current(poller, before), 0);
		assert_int_equal(iosrc_is_current(poller, old), 0);
		fake_inject(poller, before, BOTH, 1);
		core_expect_quiet(poller);
	}
	assert_int_equal(core_stats(poller).stale, 99);
	core_end(source);
	core_release(poller);
}

static void contract_R17_registering_past_the_end_takes_another_slot(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 0, BOTH);
	uint64_t registration = core_age_source(source, 2);
	uint32_t index = iosrc__registration_index(registration);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (uint64_t token = 1; token < 20; token++) {
		uint64_t before = registration;

		assert_int_equal(iosrc_deregister(source, poller), IOSRC_OK);
		assert_int_equal(iosrc_register(source, poller, token, BOTH),
		    IOSRC_OK);
		registration = core_expect(poller, token, IOSRC_READABLE);
		assert_true((iosrc__registration_index(registration) ==
		                index) == (token <= 1));
		fake_inject(poller, before, BOTH, 1);
		core_expect_quiet(poller);
	}
	assert_int_equal(poller->registrations.used, 2);
	core_end(source);
	core_release(poller);
}

static void contract_R17_a_source_in_its_last_generation_goes_away(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 0, BOTH);
	uint64_t last = core_age_source(source, 0);

	(void)state;
	assert_int_equal(iosrc_is_current(poller, last), 1);
	core_end(source);
	assert_int_equal(iosrc_is_current(poller, last), 0);
	source = core_registered(poller, 9, 0, BOTH);
	assert_int_not_equal(
	    iosrc__registration_index(iosrc_source_registration(source)),
	    iosrc__registration_index(last));
	core_end(source);
	core_release(poller);
}

static void contract_R17_R18_a_takeover_of_a_source_in_its_last_generation(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *first = core_registered(poller, 9, 1, BOTH);
	uint64_t last = core_age_source(first, 0);
	iosrc_source *second = core_registered(poller, 9, 2, BOTH);

	(void)state;
	assert_int_equal(iosrc_is_current(poller, last), 0);
	assert_int_equal(iosrc_deregister(first, poller),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_register(first, poller, 1, 0), IOSRC_OK);
	assert_int_not_equal(
	    iosrc__registration_index(iosrc_source_registration(first)),
	    iosrc__registration_index(last));
	core_end(second);
	core_end(first);
	core_release(poller);
}

static void contract_R17_X2_a_source_that_cannot_move_stays(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	uint64_t last = core_age_source(source, 0);

	(void)state;
	poller->registrations.used = 64;
	allocations_fail(1);
	assert_int_equal(iosrc_reregister(source, poller, 2, BOTH),
	    IOSRC_E_NO_MEMORY);
	fake_fail(poller, FAKE_MODIFY, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_reregister(source, poller, 2, BOTH),
	    IOSRC_E_UNKNOWN);
	assert_true(iosrc_source_registration(source) == last);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	assert_true(core_expect(poller, 1, IOSRC_READABLE) == last);
	assert_int_equal(iosrc_reregister(source, poller, 3, BOTH), IOSRC_OK);
	core_expect(poller, 3, IOSRC_READABLE);
	assert_int_equal(iosrc_reregister(source, poller, 4, BOTH), IOSRC_OK);
	core_expect(poller, 4, IOSRC_READABLE);
	core_end(source);
	core_release(poller);
}

/* ---- arming again ---- */

static void contract_S4_rearm_arms_what_is_named_and_wanted(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, BOTH);

	(void)state;
	fake_set_ready(poller, 9, BOTH);
	core_expect(poller, 1, BOTH);
	assert_int_equal(fake_armed(poller, 9), 0);
	assert_int_equal(iosrc_rearm(source, 0), IOSRC_OK);
	assert_int_equal(iosrc_rearm(source, IOSRC_PRIORITY), IOSRC_OK);
	assert_int_equal(fake_armed(poller, 9), 0);
	assert_int_equal(core_stats(poller).rearms, 0);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE | IOSRC_PRIORITY),
	    IOSRC_OK);
	assert_int_equal(fake_armed(poller, 9), IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_rearm(source, IOSRC_WRITABLE), IOSRC_OK);
	core_expect(poller, 1, IOSRC_WRITABLE);
	assert_int_equal(core_stats(poller).rearms, 2);
	assert_int_equal(iosrc_rearm(source, IOSRC_ERROR), IOSRC_E_INVALID);
	assert_int_equal(iosrc_rearm(source, IOSRC_LEVEL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_rearm(source, 0x8), IOSRC_E_UNSUPPORTED);
	core_end(source);
	core_release(poller);
}

static void contract_S4_a_spent_oneshot_stays_spent(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1,
	    BOTH | IOSRC_ONESHOT);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	assert_int_equal(iosrc_rearm(source, BOTH), IOSRC_OK);
	fake_set_ready(poller, 9, BOTH);
	core_expect_quiet(poller);
	assert_int_equal(
	    iosrc_reregister(source, poller, 1, BOTH | IOSRC_ONESHOT),
	    IOSRC_OK);
	core_expect(poller, 1, BOTH);
	core_end(source);
	core_release(poller);
}

static void test_a_kernel_that_keeps_edges_is_not_asked_to_rearm(void **state)
{
	iosrc_poller *poller = core_edges_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	core_expect_quiet(poller);
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	core_expect_quiet(poller);
	assert_int_equal(fake_count(poller, FAKE_REARM), 0);
	assert_int_equal(core_stats(poller).rearms, 0);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	core_expect(poller, 1, IOSRC_READABLE);
	core_end(source);
	core_release(poller);
}

/* ---- many ---- */

static void contract_X5_a_thousand_sources_leave_nothing_behind(void **state)
{
	enum { COUNT = 1000 };
	iosrc_poller *poller = core_poller();
	iosrc_source *sources[COUNT];
	uint32_t used = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			sources[i] = core_registered(poller,
			    (iosrc_handle)(100 + i), i, IOSRC_READABLE);
			fake_set_ready(poller, (iosrc_handle)(100 + i),
			    IOSRC_READABLE);
		}
		for (unsigned seen = 0; seen < COUNT;) {
			iosrc_event events[64];
			int64_t count = iosrc_poller_wait(poller, events, 64,
			    0);

			assert_true(count > 0);
			seen += (unsigned)count;
		}
		core_expect_quiet(poller);
		for (unsigned i = 0; i < COUNT; i++)
			core_end(sources[i]);
		if (round == 0)
			used = poller->registrations.used;
		assert_int_equal(poller->registrations.used, used);
	}
	assert_int_equal(used, COUNT);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_S1_create_takes_what_an_int_holds),
		CORE_TEST(test_null_is_told),
		CORE_TEST(contract_S8_into_inner_leaves_the_handle_open),
		CORE_TEST(contract_S9_close_deregisters_and_closes),
		CORE_TEST(contract_R16_interests_that_are_refused),
		CORE_TEST(contract_R4_an_exclusive_registration_stays_as_it_is),
		CORE_TEST(test_the_interest_reaches_the_kernel_whole),
		CORE_TEST(contract_R1_R2_a_second_register_changes_nothing),
		CORE_TEST(contract_R3_each_misuse_has_its_status),
		CORE_TEST(contract_P1_the_end_of_a_poller_unregisters),
		CORE_TEST(contract_R15_all_bits_of_a_token_come_back),
		CORE_TEST(contract_X2_a_register_that_the_kernel_refuses),
		CORE_TEST(contract_X2_a_takeover_that_the_kernel_refuses),
		CORE_TEST(contract_X2_a_reregister_that_the_kernel_refuses),
		CORE_TEST(contract_R12_a_handle_closed_behind_our_back),
		CORE_TEST(contract_R18_a_second_source_takes_the_handle_over),
		CORE_TEST(
		    contract_R11_a_late_call_of_the_old_source_leaves_the_new_one),
		CORE_TEST(contract_R18_who_was_replaced_goes_elsewhere),
		CORE_TEST(
		    contract_R18_a_reregister_that_finds_the_handle_taken),
		CORE_TEST(contract_R17_a_source_moves_to_another_slot),
		CORE_TEST(
		    contract_R17_registering_past_the_end_takes_another_slot),
		CORE_TEST(
		    contract_R17_a_source_in_its_last_generation_goes_away),
		CORE_TEST(
		    contract_R17_R18_a_takeover_of_a_source_in_its_last_generation),
		CORE_TEST(contract_R17_X2_a_source_that_cannot_move_stays),
		CORE_TEST(contract_S4_rearm_arms_what_is_named_and_wanted),
		CORE_TEST(contract_S4_a_spent_oneshot_stays_spent),
		CORE_TEST(test_a_kernel_that_keeps_edges_is_not_asked_to_rearm),
		CORE_TEST(contract_X5_a_thousand_sources_leave_nothing_behind),
	};

	return CORE_RUN(tests);
}
