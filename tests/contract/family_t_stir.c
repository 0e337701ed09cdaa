/* SPDX-License-Identifier: MIT
 *
 * family_t_stir.c: T8, what stirs a wait without being an event of it:
 * disturbances, changes by other threads, kicks, stale entries of the kernel.
 * None of it ends a wait, shortens or stretches it.
 */
#include "family_t.h"

/* ---- T8: what is no event ---- */

/* Everything that may stir a kernel wait without being an event: signals,
 * changes by other threads, kicks and wakes of wakers that are gone. */
struct stir {
	iosrc_poller *poller;
	system_target target;
	iosrc_source *source;
	iosrc_handle peer;
	atomic_uint stop;
	atomic_uint bad;
	system_thread thread;
};

static void stir_check(struct stir *stir, iosrc_status status)
{
	if (status != IOSRC_OK)
		atomic_fetch_add(&stir->bad, 1);
}

/* A paused registration of a source that is ready. */
static void *stir_body(void *user)
{
	struct stir *stir = user;
	iosrc_source *source = stir->source;
	iosrc_poller *poller = stir->poller;

	while (!atomic_load(&stir->stop)) {
		stir_check(stir, iosrc_register(source, poller, 1, 0));
		stir_check(stir,
		    iosrc_reregister(source, poller, 2, IOSRC_LEVEL));
		stir_check(stir, iosrc_rearm(source, RIG_BOTH));
		stir_check(stir, iosrc_deregister(source, poller));
		system_disturb(stir->target);
		system_sleep(CONTRACT_MS / 4);
	}
	return NULL;
}

static void stir_start(struct stir *stir, iosrc_poller *poller,
    system_target target)
{
	iosrc_handle fds[2];

	memset(stir, 0, sizeof(*stir));
	contract_pair(IOSRC_TYPE_STREAM, fds);
	contract_write(fds[1], "stir", 4);
	stir->source = contract_source(fds[0]);
	stir->peer = fds[1];
	stir->poller = poller;
	stir->target = target;
	rig_start(&stir->thread, stir_body, stir);
}

static void stir_stop(struct stir *stir)
{
	atomic_store(&stir->stop, 1);
	system_thread_join(stir->thread);
	assert_int_equal(atomic_load(&stir->bad), 0);
	assert_ok(iosrc_close(stir->source));
	system_close(stir->peer);
}

void contract_T8_minus_one_never_answers_0(void **state)
{
	static struct waiting waiting;
	struct stir stir;
	iosrc_waker *waker;
	iosrc_poller *poller = contract_poller(0);

	(void)state;
	system_bear_disturbances();
	assert_ok(iosrc_waker_create(poller, 8, &waker));
	waiting_start(&waiting, poller, -1);
	stir_start(&stir, poller, system_thread_target(waiting.thread));
	assert_false(waiting_ends_within(&waiting, 300 * CONTRACT_MS));
	stir_stop(&stir);
	assert_false(waiting_ends_within(&waiting, CONTRACT_QUIET));
	assert_ok(iosrc_waker_wake(waker));
	waiting_join(&waiting, 8);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

void contract_T8_stirred_timeouts_are_checked_by_the_clock(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	struct stir stir;
	unsigned i;

	(void)state;
	system_bear_disturbances();
	stir_start(&stir, poller, system_this_thread());
	for (i = 1; i <= 50; i++)
		wait_times_out(poller, (int64_t)i * 333 * US);
	stir_stop(&stir);
	assert_ok(iosrc_poller_release(poller));
}

/* A wake whose waker is gone kicks the kernel's wait and reports nothing. */
void contract_T8_dropped_wakes_do_not_end_a_wait(void **state)
{
	static struct waiting waiting;
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *kept;
	iosrc_waker *gone;
	unsigned i;

	(void)state;
	assert_ok(iosrc_waker_create(poller, 1, &gone));
	assert_ok(iosrc_waker_wake(gone));
	assert_ok(iosrc_waker_release(gone));
	wait_times_out(poller, 30 * CONTRACT_MS);
	assert_ok(iosrc_waker_create(poller, 2, &kept));
	waiting_start(&waiting, poller, -1);
	for (i = 0; i < 50; i++) {
		assert_ok(iosrc_waker_create(poller, 3, &gone));
		assert_ok(iosrc_waker_release(gone));
		system_sleep(CONTRACT_MS);
	}
	assert_false(waiting_ends_within(&waiting, CONTRACT_QUIET));
	assert_ok(iosrc_waker_wake(kept));
	waiting_join(&waiting, 2);
	assert_ok(iosrc_waker_release(kept));
	assert_ok(iosrc_poller_release(poller));
}

/* Stale entries: the kernel goes on about a description that lives in a
 * duplicate after its number was closed behind the library's back. */
void contract_T8_stale_events_do_not_end_a_wait(void **state)
{
	static struct waiting waiting;
	struct rig rig;
	iosrc_waker *waker;
	iosrc_handle duplicate;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_LEVEL);
	assert_ok(iosrc_waker_create(rig.poller, 9, &waker));
	duplicate = system_duplicate(rig_handle(&rig));
	assert_true(duplicate >= 0);
	system_close(rig_handle(&rig));
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	contract_write(rig.peer, "stale", 5);
	wait_times_out(rig.poller, 50 * CONTRACT_MS);
	waiting_start(&waiting, rig.poller, -1);
	assert_false(waiting_ends_within(&waiting, 100 * CONTRACT_MS));
	assert_ok(iosrc_waker_wake(waker));
	waiting_join(&waiting, 9);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_into_inner(rig.source, NULL));
	system_close(duplicate);
	system_close(rig.peer);
	assert_ok(iosrc_poller_release(rig.poller));
}
