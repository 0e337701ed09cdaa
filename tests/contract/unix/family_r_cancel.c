/* SPDX-License-Identifier: MIT
 *
 * family_r_cancel.c: R7, a thread that is cancelled while it deregisters.
 */
#include "family_r.h"

#include "family_sr.h"

#include <pthread.h>

static void *deregister_cancelled(void *user)
{
	struct rig *rig = user;

	pthread_cancel(pthread_self());
	if (iosrc_deregister(rig->source, rig->poller) == IOSRC_OK)
		pthread_testcancel();
	return NULL;
}

/* A thread that is cancelled inside the call finishes it, and leaves no lock
 * behind: where deregister waits for the waiting thread, too. */
void contract_R7_deregister_is_no_cancellation_point(void **state)
{
	struct sr_waiter waiter;
	pthread_t thread;
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (i = 0; i < 10; i++) {
		void *result;

		sr_waiter_start(&waiter, rig.poller, -1);
		system_sleep(5 * CONTRACT_MS);
		assert_int_equal(
		    pthread_create(&thread, NULL, deregister_cancelled, &rig),
		    0);
		assert_int_equal(pthread_join(thread, &result), 0);
		assert_ptr_equal(result, PTHREAD_CANCELED);
		assert_ok(
		    iosrc_register(rig.source, rig.poller, i, IOSRC_READABLE));
		contract_write(rig.peer, "x", 1);
		sr_waiter_join(&waiter);
		assert_int_equal(waiter.count, 1);
		rig_drain(rig.source);
	}
	rig_shut(&rig);
}
