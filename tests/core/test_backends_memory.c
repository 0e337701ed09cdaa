/* SPDX-License-Identifier: MIT
 *
 * test_backends_memory.c: contract X2 on the backends that are installed:
 * each allocation failing in turn. This program has them in place of the
 * fake, and real sockets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <iosrc.h>

#include "backend.h"
#include "tests/support/allocations.h"

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)
#define PAIRS 100

static const struct iosrc__backend *backend; /* under test */

static iosrc_status create(iosrc_poller **out_poller)
{
	const iosrc_poller_options options = { 0, backend->id };

	return iosrc_poller_create(&options, sizeof(options), out_poller);
}

/* How many descriptors are open, of the first hundreds. */
static unsigned open_count(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 1000; fd++) {
		int copy = dup(fd);

		count += copy >= 0;
		if (copy >= 0)
			close(copy);
	}
	return count;
}

static void contract_X2_poller_create(void **state)
{
	iosrc_poller *poller = NULL;
	size_t live = allocations_live();
	unsigned descriptors = open_count();
	iosrc_status status;
	unsigned nth;

	(void)state;
	for (nth = 1;; nth++) {
		allocations_fail(nth);
		status = create(&poller);
		if (!allocations_failed())
			break;
		assert_int_equal(status, IOSRC_E_NO_MEMORY);
		assert_null(poller);
		assert_int_equal(allocations_live(), live);
		assert_int_equal(open_count(), descriptors);
	}
	allocations_fail(0);
	assert_int_equal(status, IOSRC_OK);
	assert_true(nth >= 3);
	assert_int_equal(iosrc_poller_release(poller), IOSRC_OK);
	assert_int_equal(allocations_live(), live);
	assert_int_equal(open_count(), descriptors);
}

/* ---- many sources, so that arrays grow ---- */

struct crowd {
	iosrc_poller *poller;
	iosrc_source *sources[PAIRS];
	int peers[PAIRS];
	unsigned failures;
};

/* Registers with each allocation failing once; it takes till there is nothing
 * left to allocate. */
static void register_at_last(struct crowd *crowd, uint64_t token)
{
	iosrc_source *source = crowd->sources[token];
	iosrc_status status = IOSRC_E_NO_MEMORY;

	for (unsigned nth = 1; status; nth++) {
		allocations_fail(nth);
		status = iosrc_register(source, crowd->poller, token,
		    IOSRC_READABLE);
		if (!allocations_failed())
			break;
		assert_int_equal(status, IOSRC_E_NO_MEMORY);
		assert_true(iosrc_source_registration(source) == 0);
		crowd->failures++;
	}
	allocations_fail(0);
	assert_int_equal(status, IOSRC_OK);
}

static void crowd_make(struct crowd *crowd)
{
	memset(crowd, 0, sizeof(*crowd));
	assert_int_equal(create(&crowd->poller), IOSRC_OK);
	for (unsigned i = 0; i < PAIRS; i++) {
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX,
		                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		                     0, fds),
		    0);
		assert_int_equal(iosrc_create(fds[0], IOSRC_HANDLE_SOCKET,
		                     &crowd->sources[i]),
		    IOSRC_OK);
		crowd->peers[i] = fds[1];
	}
}

/* One byte to each, one event from each. */
static void crowd_delivers(struct crowd *crowd)
{
	unsigned seen[PAIRS] = { 0 };
	unsigned count = 0;

	for (unsigned i = 0; i < PAIRS; i++)
		assert_int_equal(write(crowd->peers[i], "x", 1), 1);
	while (count < PAIRS) {
		iosrc_event events[16];
		int64_t got = iosrc_poller_wait(crowd->poller, events, 16,
		    INT64_C(5000000000));

		assert_true(got > 0);
		for (int64_t i = 0; i < got; i++) {
			char data[2];
			iosrc_source *source = crowd->sources[events[i].token];

			assert_int_equal(events[i].ready, IOSRC_READABLE);
			assert_int_equal(iosrc_read(source, data, 2), 1);
			count += seen[events[i].token]++ == 0;
		}
	}
}

static void crowd_end(struct crowd *crowd)
{
	for (unsigned i = 0; i < PAIRS; i++) {
		assert_int_equal(iosrc_close(crowd->sources[i]), IOSRC_OK);
		close(crowd->peers[i]);
	}
	assert_int_equal(iosrc_poller_release(crowd->poller), IOSRC_OK);
}

static void contract_X2_registers_that_make_everything_grow(void **state)
{
	size_t live = allocations_live();
	struct crowd crowd;

	(void)state;
	crowd_make(&crowd);
	for (unsigned i = 0; i < PAIRS; i++)
		register_at_last(&crowd, i);
	assert_true(crowd.failures >= 3);
	crowd_delivers(&crowd);
	crowd_delivers(&crowd);
	crowd_end(&crowd);
	assert_int_equal(allocations_live(), live);
}

/* Where the first wait that blocks allocates it may fail, and nothing is lost;
 * later ones need nothing. */
static void contract_X2_a_wait_that_blocks(void **state)
{
	size_t live = allocations_live();
	struct crowd crowd;
	iosrc_event event;

	(void)state;
	crowd_make(&crowd);
	for (unsigned i = 0; i < PAIRS; i++)
		assert_int_equal(iosrc_register(crowd.sources[i], crowd.poller,
		                     i, IOSRC_READABLE),
		    IOSRC_OK);
	for (unsigned round = 0; round < 2; round++) {
		int64_t got;

		allocations_fail(1);
		got = iosrc_poller_wait(crowd.poller, &event, 1, 1000000);
		assert_int_equal(got,
		    allocations_failed() ? IOSRC_E_NO_MEMORY : 0);
		assert_true(round == 0 || !allocations_failed());
		allocations_fail(0);
		assert_int_equal(
		    iosrc_poller_wait(crowd.poller, &event, 1, 1000000), 0);
		crowd_delivers(&crowd);
	}
	crowd_end(&crowd);
	assert_int_equal(allocations_live(), live);
}

/* Registers beside a thread that is blocked in the kernel, and that may hold
 * what grows. */
static void *wait_for_one(void *user)
{
	iosrc_event event;

	iosrc_poller_wait(user, &event, 1, -1);
	return NULL;
}

static void contract_X2_registers_beside_a_blocked_wait(void **state)
{
	const struct timespec moment = { 0, 2000000 };
	size_t live = allocations_live();
	struct crowd crowd;
	iosrc_waker *waker;
	pthread_t thread;

	(void)state;
	crowd_make(&crowd);
	assert_int_equal(iosrc_waker_create(crowd.poller, UINT64_MAX, &waker),
	    IOSRC_OK);
	pthread_create(&thread, NULL, wait_for_one, crowd.poller);
	for (unsigned i = 0; i < PAIRS; i++) {
		if (i % 10 == 0)
			nanosleep(&moment, NULL);
		register_at_last(&crowd, i);
	}
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_OK);
	pthread_join(thread, NULL);
	iosrc_waker_release(waker);
	crowd_delivers(&crowd);
	crowd_end(&crowd);
	assert_int_equal(allocations_live(), live);
}

/* What goes on once it is registered needs no memory at all. */
static void contract_X2_nothing_else_allocates(void **state)
{
	struct crowd crowd;

	(void)state;
	crowd_make(&crowd);
	for (unsigned i = 0; i < PAIRS; i++)
		register_at_last(&crowd, i);
	allocations_fail(1);
	crowd_delivers(&crowd);
	for (unsigned i = 0; i < PAIRS; i++) {
		assert_int_equal(iosrc_reregister(crowd.sources[i],
		                     crowd.poller, i, BOTH | IOSRC_ONESHOT),
		    IOSRC_OK);
		assert_int_equal(
		    iosrc_deregister(crowd.sources[i], crowd.poller), IOSRC_OK);
		assert_int_equal(iosrc_register(crowd.sources[i], crowd.poller,
		                     i, IOSRC_READABLE),
		    IOSRC_OK);
	}
	crowd_delivers(&crowd);
	crowd_end(&crowd);
	assert_false(allocations_failed());
	allocations_fail(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_X2_poller_create),
		cmocka_unit_test(
		    contract_X2_registers_that_make_everything_grow),
		cmocka_unit_test(contract_X2_a_wait_that_blocks),
		cmocka_unit_test(contract_X2_registers_beside_a_blocked_wait),
		cmocka_unit_test(contract_X2_nothing_else_allocates),
	};
	int failed = 0;

	alarm(120);
	for (unsigned i = 0; iosrc__backends[i]; i++) {
		backend = iosrc__backends[i];
		failed += cmocka_run_group_tests_name(backend->name, tests,
		    NULL, NULL);
	}
	return failed;
}
