/* SPDX-License-Identifier: MIT
 *
 * family_x_faults.c: what runs out: descriptors (by a limit), allocations (by
 * the suite's counter); and signals that come while an event is claimed.
 */
#include "family_rig.h"

#include "family_x.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

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
	int fds[2];

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	contract_socketpair(SOCK_STREAM, fds);
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
	close(fds[1]);
	rig_shut(&rig);
}

/* ---- allocations ---- */

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
	int fds[2];
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
		int fd = dup(hungry->fds[0]);

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
	contract_socketpair(SOCK_STREAM, hungry.fds);
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
	close(hungry.fds[0]);
	close(hungry.fds[1]);
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
		rig_sleep(20000);
	}
	return NULL;
}

static void *writes_run(void *user)
{
	struct rig *rig = user;

	rig_sleep(50000);
	return (void *)(uintptr_t)(write(rig->peer, "x", 1) != 1);
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
	pthread_t pelting, writing;
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
		pthread_join(writing, NULL);
		assert_int_equal(rig_drain(rig.source), 1);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
	}
	atomic_store(&pelter.quit, 1);
	pthread_join(pelting, NULL);
	assert_true(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	assert_true(interrupted > 0 || rounds < 100);
	rig_shut(&rig);
}
