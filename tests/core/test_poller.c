/* SPDX-License-Identifier: MIT
 *
 * test_poller.c: making, sharing and ending pollers, and what they tell.
 */
#include "tests/core/core.h"
#include "tests/core/system.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "status.h"

static iosrc_status create(iosrc_poller **out_poller)
{
	return iosrc_poller_create(NULL, 0, out_poller);
}

/* ---- which backend ---- */

static void test_the_first_backend_is_the_default(void **state)
{
	iosrc_poller *poller = NULL;

	(void)state;
	assert_int_equal(create(&poller), IOSRC_OK);
	assert_int_equal(iosrc_poller_backend(poller), IOSRC_BACKEND_FAKE);
	core_release(poller);
}

static void test_an_option_picks_the_backend(void **state)
{
	iosrc_poller *poller = core_poller_with(0, FAKE_EDGES_ID);
	iosrc_poller_options unknown = { 0, 12345 };

	(void)state;
	assert_int_equal(iosrc_poller_backend(poller), FAKE_EDGES_ID);
	core_release(poller);
	poller = NULL;
	assert_int_equal(
	    iosrc_poller_create(&unknown, sizeof(unknown), &poller),
	    IOSRC_E_UNSUPPORTED);
	assert_null(poller);
}

static void test_the_environment_picks_the_backend(void **state)
{
	iosrc_poller *poller = NULL;

	(void)state;
	system_set_variable("IOSRC_BACKEND", "fake-edges");
	assert_int_equal(create(&poller), IOSRC_OK);
	assert_int_equal(iosrc_poller_backend(poller), FAKE_EDGES_ID);
	core_release(poller);
	poller = core_poller_with(0, IOSRC_BACKEND_FAKE);
	assert_int_equal(iosrc_poller_backend(poller), IOSRC_BACKEND_FAKE);
	core_release(poller);
	poller = NULL;
	system_set_variable("IOSRC_BACKEND", "fak");
	assert_int_equal(create(&poller), IOSRC_E_UNSUPPORTED);
	assert_null(poller);
	/* Longer than any name is, and than the room for one. */
	system_set_variable("IOSRC_BACKEND",
	    "fake------------------------------------------------");
	assert_int_equal(create(&poller), IOSRC_E_UNSUPPORTED);
	assert_null(poller);
	system_set_variable("IOSRC_BACKEND", "");
	assert_int_equal(create(&poller), IOSRC_OK);
	assert_int_equal(iosrc_poller_backend(poller), IOSRC_BACKEND_FAKE);
	core_release(poller);
	system_set_variable("IOSRC_BACKEND", NULL);
}

static void test_a_backend_that_is_not_on_this_system_is_passed_by(void **state)
{
	static const int codes[] = { ENOSYS, EPERM };
	iosrc_poller *poller = NULL;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		fake_set_open_status(&iosrc__fake_backend,
		    iosrc__status_from_errno(codes[i]));
		assert_int_equal(create(&poller), IOSRC_OK);
		assert_int_equal(iosrc_poller_backend(poller), FAKE_EDGES_ID);
		core_release(poller);
		poller = NULL;
	}
	fake_set_open_status(&iosrc__fake_edges_backend, IOSRC_E_UNSUPPORTED);
	assert_int_equal(create(&poller), IOSRC_E_UNSUPPORTED);
	assert_null(poller);
}

static void test_other_failures_to_open_are_told(void **state)
{
	static const int codes[] = { EMFILE, ENOMEM, EINVAL };
	iosrc_poller_options options = { 0, IOSRC_BACKEND_FAKE };
	iosrc_poller *poller = NULL;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		iosrc_status status = iosrc__status_from_errno(codes[i]);

		fake_set_open_status(&iosrc__fake_backend, status);
		assert_int_equal(create(&poller), status);
	}
	fake_set_open_status(&iosrc__fake_backend, IOSRC_E_UNSUPPORTED);
	assert_int_equal(
	    iosrc_poller_create(&options, sizeof(options), &poller),
	    IOSRC_E_UNSUPPORTED);
	assert_null(poller);
}

static void test_backends_have_names(void **state)
{
	(void)state;
	assert_string_equal(iosrc_backend_name(IOSRC_BACKEND_FAKE), "fake");
	assert_string_equal(iosrc_backend_name(FAKE_EDGES_ID), "fake-edges");
	assert_null(iosrc_backend_name(IOSRC_BACKEND_DEFAULT));
	assert_null(iosrc_backend_name(IOSRC_BACKEND_EPOLL));
	assert_null(iosrc_backend_name(UINT32_MAX));
}

/* ---- options ---- */

static void contract_X6_options_of_every_size(void **state)
{
	struct {
		iosrc_poller_options known;
		uint64_t unknown;
	} more = { .unknown = 0 };
	iosrc_poller *poller = NULL;

	(void)state;
	assert_int_equal(iosrc_poller_create(NULL, 0, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_create(NULL, 8, &poller),
	    IOSRC_E_INVALID);
	more.unknown = 1;
	assert_int_equal(
	    iosrc_poller_create(&more.known, sizeof(more), &poller),
	    IOSRC_E_UNSUPPORTED);
	more.unknown = 0;
	more.known.flags = 4;
	assert_int_equal(
	    iosrc_poller_create(&more.known, sizeof(more), &poller),
	    IOSRC_E_UNSUPPORTED);
	assert_null(poller);
	more.known.flags = IOSRC_POLLER_INTERRUPTIBLE | IOSRC_POLLER_IO_URING;
	assert_int_equal(
	    iosrc_poller_create(&more.known, sizeof(more), &poller), IOSRC_OK);
	core_release(poller);
	more.known.flags = IOSRC_POLLER_INTERRUPTIBLE;
	assert_int_equal(
	    iosrc_poller_create(&more.known, sizeof(more), &poller), IOSRC_OK);
	assert_true(!(iosrc_poller_capabilities(poller) & IOSRC_CAN_IO_URING));
	core_release(poller);
}

/* ---- counting references ---- */

static void contract_P2_the_last_release_closes(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_handle handle = 5;
	iosrc_poller_counters counters;

	(void)state;
	assert_int_equal(iosrc_poller_retain(NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_release(NULL), IOSRC_OK);
	assert_int_equal(iosrc_poller_retain(poller), IOSRC_OK);
	core_release(poller);
	assert_false(fake_is_closed(poller));
	core_release(poller);
	assert_true(fake_is_closed(poller));
	assert_int_equal(iosrc_poller_retain(poller), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_poller_release(poller), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_E_CLOSED);
	assert_int_equal(handle, 5);
	assert_int_equal(
	    iosrc_poller_stats(poller, &counters, sizeof(counters)),
	    IOSRC_E_CLOSED);
	assert_int_equal(iosrc_poller_backend(poller), IOSRC_BACKEND_FAKE);
	assert_true(iosrc_poller_capabilities(poller) != 0);
	core_end(source);
}

struct share {
	iosrc_poller *poller;
	unsigned rounds;
};

static void *share_on(void *user)
{
	struct share *share = user;

	for (unsigned i = 0; i < share->rounds; i++) {
		if (iosrc_poller_retain(share->poller) != IOSRC_OK)
			return user;
		iosrc_poller_release(share->poller);
	}
	iosrc_poller_release(share->poller);
	return NULL;
}

static void contract_P2_threads_share_a_poller_and_the_last_one_ends_it(
    void **state)
{
	struct share share = { core_poller(), core_rounds(50000) };
	pthread_t threads[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(iosrc_poller_retain(share.poller), IOSRC_OK);
		pthread_create(&threads[i], NULL, share_on, &share);
	}
	core_release(share.poller);
	for (unsigned i = 0; i < 3; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static void contract_P1_survivors_of_a_closed_poller(void **state)
{
	iosrc_poller *poller = core_poller(), *other = core_poller();
	iosrc_source *first = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_source *second = core_registered(poller, 10, 2, IOSRC_READABLE);
	iosrc_source *file;
	iosrc_waker *waker = core_waker(poller, 3);

	(void)state;
	fake_set_file(poller, 11, true);
	file = core_registered(poller, 11, 3, IOSRC_READABLE);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	iosrc_waker_wake(waker);
	core_release(poller);
	assert_true(iosrc_source_registration(first) == 0);
	assert_int_equal(iosrc_is_current(poller, 1), 0);
	assert_int_equal(iosrc_reregister(first, poller, 1, IOSRC_READABLE),
	    IOSRC_E_CLOSED);
	assert_int_equal(iosrc_register(first, poller, 1, IOSRC_READABLE),
	    IOSRC_E_CLOSED);
	assert_int_equal(iosrc_deregister(first, poller), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_reregister(first, other, 1, IOSRC_READABLE),
	    IOSRC_E_NOT_REGISTERED);
	assert_int_equal(iosrc_rearm(second, IOSRC_READABLE), IOSRC_OK);
	assert_int_equal(iosrc_register(second, other, 1, IOSRC_READABLE),
	    IOSRC_OK);
	assert_int_equal(iosrc_register(first, other, 1, IOSRC_READABLE),
	    IOSRC_OK);
	core_end(second);
	core_end(first);
	iosrc_waker_release(waker);
	core_end(file);
	core_release(other);
}

/* ---- the gate ---- */

static void *end_source(void *user)
{
	return (void *)(intptr_t)iosrc_into_inner(user, NULL);
}

static void *release_poller(void *user)
{
	return (void *)(intptr_t)iosrc_poller_release(user);
}

/* A source that goes away is inside the kernel when the poller ends: the
 * kernel's object stays until it is out. */
static void contract_S10_a_close_in_progress_holds_the_kernels_object(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	iosrc_source *witness = core_registered(poller, 10, 1, 0);
	pthread_t ending, releasing;
	void *status;

	(void)state;
	fake_hold(poller, FAKE_REMOVE);
	pthread_create(&ending, NULL, end_source, source);
	fake_await_held(poller);
	pthread_create(&releasing, NULL, release_poller, poller);
	while (!(atomic_load(&poller->gate) & 0x80000000u))
		core_sleep(MS);
	core_sleep(20 * MS);
	assert_false(fake_is_closed(poller));
	fake_let_go(poller);
	pthread_join(ending, &status);
	assert_int_equal((intptr_t)status, IOSRC_OK);
	pthread_join(releasing, &status);
	assert_int_equal((intptr_t)status, IOSRC_OK);
	assert_true(fake_is_closed(poller));
	core_end(witness);
}

static void test_the_gate_shut_means_closed(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);

	(void)state;
	assert_true(iosrc__poller_enter(poller));
	iosrc__poller_leave(poller);
	atomic_fetch_or(&poller->gate, 0x80000000u);
	assert_false(iosrc__poller_enter(poller));
	/* As if the release were under way: the source is let go of. */
	assert_int_equal(iosrc_rearm(source, IOSRC_READABLE), IOSRC_OK);
	core_end(source);
	assert_int_equal(fake_count(poller, FAKE_REARM), 0);
	assert_int_equal(fake_count(poller, FAKE_REMOVE), 0);
	atomic_store(&poller->gate, 0);
	core_release(poller);
}

/* ---- what it tells ---- */

static void test_getters_of_nothing(void **state)
{
	iosrc_handle handle;
	iosrc_poller_counters counters;

	(void)state;
	assert_int_equal(iosrc_poller_backend(NULL), 0);
	assert_true(iosrc_poller_capabilities(NULL) == 0);
	assert_int_equal(iosrc_is_current(NULL, 1), 0);
	assert_int_equal(iosrc_poller_expose(NULL, &handle), IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_stats(NULL, &counters, sizeof(counters)),
	    IOSRC_E_INVALID);
}

static void contract_P4_expose_answers_the_same_handle_each_time(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_handle handle = 0;

	(void)state;
	assert_int_equal(iosrc_poller_expose(poller, NULL), IOSRC_E_INVALID);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(iosrc_poller_expose(poller, &handle),
		    IOSRC_OK);
		assert_int_equal(handle, FAKE_EXPOSED_HANDLE);
	}
	fake_fail(poller, FAKE_EXPOSE, 1, IOSRC_E_UNKNOWN);
	handle = 5;
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_E_UNKNOWN);
	assert_int_equal(handle, 5);
	core_release(poller);
}

static void contract_P4_a_backend_without_a_handle_is_not_asked(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_handle handle = 5;

	(void)state;
	poller->capabilities &= ~(uint64_t)IOSRC_CAN_EXPOSE;
	assert_int_equal(iosrc_poller_expose(poller, &handle),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(handle, 5);
	assert_int_equal(fake_count(poller, FAKE_EXPOSE), 0);
	core_release(poller);
}

static void contract_P6_stats_of_every_size(void **state)
{
	iosrc_poller *poller = core_poller();
	struct {
		iosrc_poller_counters known;
		uint64_t more;
	} counters;
	iosrc_poller_counters *known = &counters.known;

	(void)state;
	core_expect_quiet(poller);
	memset(&counters, 0xff, sizeof(counters));
	assert_int_equal(iosrc_poller_stats(poller, known, sizeof(counters)),
	    IOSRC_OK);
	assert_true(known->waits == 1 && known->rearms == 0);
	assert_true(counters.more == 0);
	memset(&counters, 0xff, sizeof(counters));
	assert_int_equal(iosrc_poller_stats(poller, known, 8), IOSRC_OK);
	assert_true(known->waits == 1);
	assert_true(known->events == UINT64_MAX);
	assert_int_equal(iosrc_poller_stats(poller, known, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_stats(poller, known, 0x80000000u),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_stats(poller, NULL, 8), IOSRC_E_INVALID);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_the_first_backend_is_the_default),
		CORE_TEST(test_an_option_picks_the_backend),
		CORE_TEST(test_the_environment_picks_the_backend),
		CORE_TEST(
		    test_a_backend_that_is_not_on_this_system_is_passed_by),
		CORE_TEST(test_other_failures_to_open_are_told),
		CORE_TEST(test_backends_have_names),
		CORE_TEST(contract_X6_options_of_every_size),
		CORE_TEST(contract_P2_the_last_release_closes),
		CORE_TEST(
		    contract_P2_threads_share_a_poller_and_the_last_one_ends_it),
		CORE_TEST(contract_P1_survivors_of_a_closed_poller),
		CORE_TEST(
		    contract_S10_a_close_in_progress_holds_the_kernels_object),
		CORE_TEST(test_the_gate_shut_means_closed),
		CORE_TEST(test_getters_of_nothing),
		CORE_TEST(contract_P4_expose_answers_the_same_handle_each_time),
		CORE_TEST(contract_P4_a_backend_without_a_handle_is_not_asked),
		CORE_TEST(contract_P6_stats_of_every_size),
	};

	return CORE_RUN(tests);
}
