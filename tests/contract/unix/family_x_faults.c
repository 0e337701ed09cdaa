/* SPDX-License-Identifier: MIT
 *
 * family_x_faults.c: descriptors that run out, by a limit; and signals that
 * come while an event is claimed.
 */
#include "family_rig.h"

#include "family_x.h"
#include "hoard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- descriptors ---- */

void hoard_take(struct hoard *hoard)
{
	struct rlimit limit;
	int fd;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = HOARD_LIMIT;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	hoard->count = 0;
	while ((fd = dup(STDIN_FILENO)) >= 0)
		hoard->fds[hoard->count++] = fd;
	assert_int_equal(errno, EMFILE);
}

void hoard_give(struct hoard *hoard, unsigned count)
{
	for (; count > 0; count--) {
		assert_true(hoard->count > 0);
		close(hoard->fds[--hoard->count]);
	}
}

void hoard_expect_free(struct hoard *hoard, unsigned count)
{
	unsigned found = 0;
	int fd;

	while ((fd = dup(STDIN_FILENO)) >= 0) {
		hoard->fds[hoard->count++] = fd;
		found++;
	}
	assert_int_equal(found, count);
}

void contract_X2_no_descriptor_left_at_poller_create(void **state)
{
	struct hoard hoard;
	iosrc_poller *poller = NULL;
	iosrc_status status = IOSRC_E_UNKNOWN;
	unsigned spare;

	(void)state;
	hoard_take(&hoard);
	for (spare = 0; status != IOSRC_OK; spare++) {
		assert_true(spare < 8);
		hoard_give(&hoard, spare);
		status = try_create(&poller);
		if (status == IOSRC_OK) {
			assert_true(spare > 0);
			assert_ok(iosrc_poller_release(poller));
		} else {
			assert_kind(status, IOSRC_KIND_LIMIT);
			assert_null(poller);
		}
		hoard_expect_free(&hoard, spare);
	}
	hoard_give(&hoard, hoard.count);
}

/* Nothing but poller_create needs one. */
void contract_X2_no_descriptor_left_elsewhere(void **state)
{
	struct hoard hoard;
	struct rig rig;
	iosrc_waker *waker = NULL;
	iosrc_source *other;
	iosrc_event event;
	iosrc_handle fds[2];

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	hoard_take(&hoard);
	other = contract_source(fds[0]);
	assert_ok(iosrc_register(other, rig.poller, 1, IOSRC_READABLE));
	assert_ok(iosrc_reregister(other, rig.poller, 2, IOSRC_READABLE));
	assert_ok(iosrc_waker_create(rig.poller, 3, &waker));
	assert_ok(iosrc_waker_wake(waker));
	contract_expect(rig.poller, 3);
	contract_write(fds[1], "x", 1);
	contract_expect(rig.poller, 2);
	contract_expect_quiet(rig.poller);
	assert_int_equal(iosrc_poller_wait(rig.poller, &event, 1, 123456), 0);
	assert_ok(iosrc_deregister(other, rig.poller));
	assert_ok(iosrc_waker_release(waker));
	hoard_expect_free(&hoard, 0);
	hoard_give(&hoard, hoard.count);
	assert_ok(iosrc_close(other));
	system_close(fds[1]);
	rig_shut(&rig);
}

/* ---- X7 ---- */

static _Atomic unsigned signals_seen;

static void on_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals_seen, 1);
}

struct pelter {
	pthread_t target;
	_Atomic unsigned quit;
};

static void *pelter_run(void *user)
{
	struct pelter *pelter = user;

	while (!atomic_load(&pelter->quit)) {
		pthread_kill(pelter->target, SIGUSR1);
		system_sleep(20000);
	}
	return NULL;
}

static void *writes_run(void *user)
{
	struct rig *rig = user;

	system_sleep(50000);
	return (void *)(uintptr_t)(system_write(rig->peer, "x", 1) != 1);
}

/* Waits until the event is there, however often a signal comes first. */
static void event_despite_signals(struct rig *rig, uint64_t *interrupted)
{
	int64_t end = contract_now() +
	    CONTRACT_SOON * (int64_t)contract_slowness();
	iosrc_event event;
	int64_t got;

	do {
		got = iosrc_poller_wait(rig->poller, &event, 1, CONTRACT_SOON);
		*interrupted += got == IOSRC_E_INTERRUPTED;
		assert_true(contract_now() < end);
	} while (got == IOSRC_E_INTERRUPTED);
	assert_int_equal(got, 1);
	assert_int_equal(event.token, RIG_TOKEN);
}

/* Oneshot: an event that is swapped for INTERRUPTED would never come again. */
void contract_X7_signals_take_no_event(void **state)
{
	struct sigaction action;
	struct pelter pelter = { pthread_self(), 0 };
	uint64_t round, rounds = contract_scale(2000), interrupted = 0;
	system_thread pelting, writing;
	struct rig rig;

	(void)state;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	rig_open(&rig, RIG_UNIX, 0);
	assert_ok(iosrc_deregister(rig.source, rig.poller));
	assert_ok(iosrc_poller_release(rig.poller));
	rig.poller = contract_poller(IOSRC_POLLER_INTERRUPTIBLE);
	assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
	    IOSRC_READABLE | IOSRC_ONESHOT));
	rig_start(&pelting, pelter_run, &pelter);
	for (round = 0; round < rounds; round++) {
		rig_start(&writing, writes_run, &rig);
		event_despite_signals(&rig, &interrupted);
		system_thread_join(writing);
		assert_int_equal(rig_drain(rig.source), 1);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
	}
	atomic_store(&pelter.quit, 1);
	system_thread_join(pelting);
	assert_true(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	assert_true(interrupted > 0 || rounds < 100);
	rig_shut(&rig);
}
