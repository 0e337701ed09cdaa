/* SPDX-License-Identifier: MIT
 *
 * family_t_signal.c: T5, signals during a wait, and T4 under them. They end an
 * interruptible wait at once, and neither end nor stretch another.
 */
#include "family_t.h"

#include <pthread.h>
#include <signal.h>

static atomic_uint signals;

static void on_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals, 1);
}

/* Restarting calls would hide the interruption. */
static void catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	atomic_store(&signals, 0);
}

struct kicker {
	system_target target;
	int64_t after_ns;
	int64_t every_ns;
	atomic_uint stop;
	system_thread thread;
};

static void *kicker_body(void *user)
{
	struct kicker *kicker = user;
	int64_t next = contract_now() + kicker->after_ns;

	while (!atomic_load(&kicker->stop)) {
		if (contract_now() < next) {
			system_sleep(kicker->every_ns < 20 * CONTRACT_MS
			        ? kicker->every_ns
			        : 20 * CONTRACT_MS);
			continue;
		}
		pthread_kill((pthread_t)kicker->target, SIGUSR1);
		next += kicker->every_ns;
	}
	return NULL;
}

static void kicker_start(struct kicker *kicker, system_target target,
    int64_t after_ns, int64_t every_ns)
{
	memset(kicker, 0, sizeof(*kicker));
	kicker->target = target;
	kicker->after_ns = after_ns;
	kicker->every_ns = every_ns;
	rig_start(&kicker->thread, kicker_body, kicker);
}

static void kicker_stop(struct kicker *kicker)
{
	atomic_store(&kicker->stop, 1);
	system_thread_join(kicker->thread);
}

/* Each signal makes the library ask how much is left. */
void contract_T4_absurd_timeouts_outlast_signals(void **state)
{
	static struct waiting waiting;
	struct kicker kicker;
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker;
	size_t i;

	(void)state;
	catch_signals();
	assert_ok(iosrc_waker_create(poller, 4, &waker));
	for (i = 0; i < ABSURD; i++) {
		waiting_start(&waiting, poller, absurd[i]);
		kicker_start(&kicker, system_thread_target(waiting.thread), 0,
		    5 * CONTRACT_MS);
		assert_false(waiting_ends_within(&waiting, 50 * CONTRACT_MS));
		kicker_stop(&kicker);
		assert_ok(iosrc_waker_wake(waker));
		waiting_join(&waiting, 4);
	}
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* Answers how late a wait of 200 ms under 1,000 signals a second ends. */
static int64_t late_under_signals(iosrc_poller *poller)
{
	struct kicker kicker;
	iosrc_event event;
	int64_t start;
	int64_t took;

	atomic_store(&signals, 0);
	kicker_start(&kicker, system_this_thread(), 0, CONTRACT_MS);
	start = contract_now();
	assert_int_equal(rig_wait(poller, &event, 1, 200), 0);
	took = contract_now() - start;
	kicker_stop(&kicker);
	print_message("200 ms took %lld us with %u signals\n",
	    (long long)(took / US), atomic_load(&signals));
	assert_true(took >= 200 * CONTRACT_MS);
	/* Fewer than 20 show nothing: who sends them has not had its turns. */
	contract_in_time(took / (1 + (int64_t)atomic_load(&signals)),
	    10 * CONTRACT_MS);
	return took - 200 * CONTRACT_MS;
}

void contract_T5_signals_do_not_end_or_stretch_a_wait(void **state)
{
	struct rig rig;

	(void)state;
	catch_signals();
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_in_time(late_under_signals(rig.poller),
	    time_slow(20 * CONTRACT_MS));
	contract_write(rig.peer, "still", 5);
	rig_expect(&rig);
	rig_shut(&rig);
}

/* All but one of several waiting threads may be standing by: signals there
 * must neither end nor stretch the wait. */
void contract_T5_signals_in_a_crowd_of_waiting_threads(void **state)
{
	static struct waiting waiting[4];
	struct kicker kickers[4];
	iosrc_poller *poller = contract_poller(0);
	unsigned i;

	(void)state;
	catch_signals();
	for (i = 0; i < 4; i++) {
		waiting_start(&waiting[i], poller, 200 * CONTRACT_MS);
		kicker_start(&kickers[i],
		    system_thread_target(waiting[i].thread), 0, CONTRACT_MS);
	}
	for (i = 0; i < 4; i++) {
		assert_true(
		    waiting_ends_within(&waiting[i], time_slow(CONTRACT_SOON)));
		kicker_stop(&kickers[i]);
		system_thread_join(waiting[i].thread);
		assert_int_equal(waiting[i].count, 0);
		assert_true(waiting[i].took_ns >= 200 * CONTRACT_MS);
		contract_in_time(waiting[i].took_ns,
		    200 * CONTRACT_MS + time_slow(500 * CONTRACT_MS));
	}
	assert_ok(iosrc_poller_release(poller));
}

/* Had it missed the first signal, the second would have ended it. */
static void interrupted_at_first_signal(int64_t timeout_ns)
{
	iosrc_poller *poller = contract_poller(IOSRC_POLLER_INTERRUPTIBLE);
	struct kicker kicker;
	iosrc_event event;

	atomic_store(&signals, 0);
	kicker_start(&kicker, system_this_thread(), time_slow(50 * CONTRACT_MS),
	    time_slow(2000 * CONTRACT_MS));
	assert_status(iosrc_poller_wait(poller, &event, 1, timeout_ns),
	    IOSRC_E_INTERRUPTED);
	assert_int_equal(atomic_load(&signals), 1);
	kicker_stop(&kicker);
	/* It is as good as new. */
	assert_int_equal(rig_wait(poller, &event, 1, 5), 0);
	assert_ok(iosrc_poller_release(poller));
}

void contract_T5_interruptible_ends_at_the_first_signal(void **state)
{
	(void)state;
	catch_signals();
	interrupted_at_first_signal(-1);
	interrupted_at_first_signal(10 * CONTRACT_SOON);
	interrupted_at_first_signal(10 * CONTRACT_SOON + 1);
	interrupted_at_first_signal(INT64_MAX);
}

void contract_T5_interruptible_in_a_crowd(void **state)
{
	static struct waiting waiting[3];
	iosrc_poller *poller = contract_poller(IOSRC_POLLER_INTERRUPTIBLE);
	struct kicker kicker;
	unsigned i;

	(void)state;
	catch_signals();
	for (i = 0; i < 3; i++)
		waiting_start(&waiting[i], poller, -1);
	system_sleep(time_slow(50 * CONTRACT_MS));
	/* One at a time, whether it leads or stands by: the others stay. The
	 * last one first, for the first one to wait most likely leads. */
	for (i = 3; i-- > 0;) {
		kicker_start(&kicker, system_thread_target(waiting[i].thread),
		    0, time_slow(100 * CONTRACT_MS));
		assert_true(
		    waiting_ends_within(&waiting[i], time_slow(CONTRACT_SOON)));
		kicker_stop(&kicker);
		system_thread_join(waiting[i].thread);
		assert_status(waiting[i].count, IOSRC_E_INTERRUPTED);
		if (i > 0)
			assert_false(waiting_ends_within(&waiting[i - 1],
			    CONTRACT_QUIET));
	}
	assert_ok(iosrc_poller_release(poller));
}
