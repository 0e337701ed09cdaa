/* SPDX-License-Identifier: MIT
 *
 * family_x_memory.c: X2 and the system's own memory, which ends for packets: a
 * double of PostQueuedCompletionStatus refuses. What is ready meanwhile is told
 * when there is memory again, and no wait is longer than it was to be.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

static _Atomic int refuses;
static _Atomic unsigned refused;

static BOOL WINAPI post(HANDLE port, DWORD count, ULONG_PTR key,
    LPOVERLAPPED overlapped)
{
	if (!atomic_load(&refuses))
		return PostQueuedCompletionStatus(port, count, key, overlapped);
	atomic_fetch_add(&refused, 1);
	SetLastError(ERROR_NO_SYSTEM_RESOURCES);
	return FALSE;
}

/* An auto-reset event that is set, and whose packet was refused. */
static iosrc_source *set_event(iosrc_poller *poller)
{
	iosrc_source *source = native_waitable(
	    CreateEventW(NULL, FALSE, TRUE, NULL));

	atomic_store(&refuses, 1);
	assert_ok(iosrc_register(source, poller, RIG_TOKEN, IOSRC_READABLE));
	return source;
}

void contract_X2_packets_that_the_system_refuses(void **state)
{
	static const int64_t timeouts[] = { 0, 1, 100 };
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source;
	iosrc_event event;
	int64_t began, took;
	unsigned before;
	size_t i;

	(void)state;
	native_double("PostQueuedCompletionStatus", (void (*)(void))post);
	source = set_event(poller);
	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		before = atomic_load(&refused);
		began = contract_now();
		assert_int_equal(rig_wait(poller, &event, 1, timeouts[i]), 0);
		took = contract_now() - began;
		assert_true(took >= timeouts[i] * CONTRACT_MS);
		contract_in_time(took,
		    sr_slow((timeouts[i] + 200) * CONTRACT_MS));
		assert_true(atomic_load(&refused) > before);
		/* It was tried now and again, not all the time. */
		assert_true(atomic_load(&refused) - before <= 200);
	}
	atomic_store(&refuses, 0);
	contract_expect(poller, RIG_TOKEN);
	contract_expect_quiet(poller);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}

/* A wait that has no end finds it, too. */
void contract_X2_packets_that_the_system_refuses_at_first(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	struct sr_waiter waiter;
	iosrc_source *source;

	(void)state;
	native_double("PostQueuedCompletionStatus", (void (*)(void))post);
	source = set_event(poller);
	sr_waiter_start(&waiter, poller, -1);
	system_sleep(CONTRACT_QUIET);
	assert_true(atomic_load(&refused) > 0);
	atomic_store(&refuses, 0);
	sr_waiter_join(&waiter);
	assert_int_equal(waiter.count, 1);
	assert_true(waiter.events[0].token == RIG_TOKEN);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}
