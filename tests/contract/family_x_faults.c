/* SPDX-License-Identifier: MIT
 *
 * family_x_faults.c: X2, allocations that fail, one after the other, by the
 * suite's counter.
 */
#include "family_rig.h"

#include "family_x.h"
#include "family_x_door.h"

#include <string.h>

static void need_counted_allocations(void)
{
	if (!contract_allocations_counted() || contract_is_watched())
		contract_skip("allocations are not counted in this build");
}

void contract_X2_poller_create_without_memory(void **state)
{
	size_t handles = contract_open_handles();
	iosrc_status status = IOSRC_E_UNKNOWN;
	iosrc_poller *poller;
	unsigned nth;

	(void)state;
	need_counted_allocations();
	for (nth = 1; status != IOSRC_OK; nth++) {
		size_t live = contract_allocations_live();

		assert_true(nth < 100);
		contract_allocations_fail(nth);
		status = try_create(&poller);
		contract_allocations_fail(0);
		if (status == IOSRC_OK) {
			assert_ok(iosrc_poller_release(poller));
		} else {
			assert_status(status, IOSRC_E_NO_MEMORY);
			assert_null(poller);
		}
		assert_int_equal(contract_allocations_live(), live);
		assert_int_equal(contract_open_handles(), handles);
	}
	assert_true(nth > 2);
}

#define MANY 150 /* enough for every table to grow */

struct hungry {
	iosrc_poller *poller;
	iosrc_source *sources[MANY];
	iosrc_waker *wakers[MANY];
	iosrc_handle fds[2];
	unsigned failures;
};

/* A call that fails for want of memory has changed nothing: it works when it
 * is made again. */
static void fed(struct hungry *hungry, iosrc_status *status)
{
	if (*status == IOSRC_OK)
		return;
	assert_status(*status, IOSRC_E_NO_MEMORY);
	*status = IOSRC_E_UNKNOWN;
	hungry->failures++;
}

#define FED(hungry, call) \
	do { \
		iosrc_status status_ = (call); \
		fed(hungry, &status_); \
		if (status_ != IOSRC_OK) \
			assert_ok(call); \
	} while (0)

static void hungry_wait(struct hungry *hungry, unsigned expected)
{
	iosrc_event events[2 * MANY];
	int64_t got = iosrc_poller_wait(hungry->poller, events, 2 * MANY, 0);

	if (got < 0) {
		assert_status(got, IOSRC_E_NO_MEMORY);
		hungry->failures++;
		got = iosrc_poller_wait(hungry->poller, events, 2 * MANY, 0);
	}
	assert_int_equal(got, expected);
	/* And once more where it has to block. */
	got = iosrc_poller_wait(hungry->poller, events, 2, CONTRACT_MS);
	if (got < 0) {
		assert_status(got, IOSRC_E_NO_MEMORY);
		hungry->failures++;
	}
}

static void hungry_run(struct hungry *hungry)
{
	unsigned i;

	for (i = 0; i < MANY; i++) {
		iosrc_handle fd = system_duplicate(hungry->fds[0]);

		assert_true(fd >= 0);
		FED(hungry, iosrc_create(fd, 0, &hungry->sources[i]));
		FED(hungry,
		    iosrc_register(hungry->sources[i], hungry->poller, i,
		        IOSRC_READABLE | IOSRC_ONESHOT));
		FED(hungry,
		    iosrc_waker_create(hungry->poller, i, &hungry->wakers[i]));
		assert_ok(iosrc_waker_wake(hungry->wakers[i]));
	}
	hungry_wait(hungry, 2 * MANY);
	for (i = 0; i < MANY; i++) {
		FED(hungry,
		    iosrc_reregister(hungry->sources[i], hungry->poller, i,
		        IOSRC_READABLE | IOSRC_ONESHOT));
		assert_ok(iosrc_waker_release(hungry->wakers[i]));
	}
	hungry_wait(hungry, MANY);
	for (i = 0; i < MANY; i++)
		assert_ok(iosrc_close(hungry->sources[i]));
}

void contract_X2_every_allocation_failing_once(void **state)
{
	struct hungry hungry;
	unsigned nth, failed = 1;
	uint64_t made;

	(void)state;
	need_counted_allocations();
	contract_pair(IOSRC_TYPE_STREAM, hungry.fds);
	contract_write(hungry.fds[1], "x", 1);
	for (nth = 1; failed; nth += nth < 40 ? 1 : 7) {
		assert_true(nth < 2000);
		hungry.poller = contract_poller(0);
		hungry.failures = 0;
		made = contract_allocations_made();
		contract_allocations_fail(nth);
		hungry_run(&hungry);
		contract_allocations_fail(0);
		failed = contract_allocations_made() - made >= nth;
		assert_true(hungry.failures <= failed);
		assert_ok(iosrc_poller_release(hungry.poller));
	}
	system_close(hungry.fds[0]);
	system_close(hungry.fds[1]);
}

/* ---- the calls of iosrc_net.h ---- */

void contract_X2_making_without_memory(void **state)
{
	struct makings m;
	iosrc_source *listener;
	size_t handles, i;

	(void)state;
	need_counted_allocations();
	listener = makings_open(&m);
	handles = contract_open_handles();
	for (i = 0; i < MAKINGS; i++) {
		iosrc_status status = IOSRC_E_UNKNOWN;
		size_t live = contract_allocations_live();
		unsigned nth;

		if (!net_has(makings[i].kind))
			continue;
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
	need_counted_allocations();
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
