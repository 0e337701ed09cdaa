/* SPDX-License-Identifier: MIT
 *
 * family_w_outside.c: wakes seen by a foreign loop that watches the exposed
 * handle with calls of its own, and wakes made by a signal handler.
 */
#include "family_rig.h"

#include "family_w.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define TOKEN UINT64_C(0x0123456789abcdef)

/* ---- W8 ---- */

/* A foreign loop around the exposed handle. */
struct watcher {
	iosrc_poller *poller;
	int handle;
	int epoll;
};

static void watcher_open(struct watcher *watcher, uint32_t mode)
{
	struct epoll_event event = { .events = EPOLLIN | mode };
	iosrc_handle handle = -1;

	if (!contract_can(IOSRC_CAN_EXPOSE))
		contract_skip("this backend has no handle to expose");
	watcher->poller = contract_poller(0);
	assert_ok(iosrc_poller_expose(watcher->poller, &handle));
	watcher->handle = handle;
	watcher->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_true(watcher->epoll >= 0);
	assert_int_equal(
	    epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, watcher->handle, &event),
	    0);
}

static void watcher_close(struct watcher *watcher)
{
	system_close(watcher->epoll);
	assert_ok(iosrc_poller_release(watcher->poller));
}

static int watcher_sees(struct watcher *watcher, int timeout_ms)
{
	struct epoll_event event;

	return epoll_wait(watcher->epoll, &event, 1, timeout_ms);
}

static int poll_sees(struct watcher *watcher, int timeout_ms)
{
	struct pollfd item = { .fd = watcher->handle, .events = POLLIN };

	return poll(&item, 1, timeout_ms);
}

/* As the header says: timeout 0 until fewer than capacity come. */
static unsigned harvest(iosrc_poller *poller, size_t capacity)
{
	iosrc_event events[16];
	unsigned total = 0;
	int64_t got;

	do {
		got = iosrc_poller_wait(poller, events, capacity, 0);
		assert_true(got >= 0 && got <= (int64_t)capacity);
		total += (unsigned)got;
	} while (got == (int64_t)capacity);
	return total;
}

void contract_W8_expose_is_refused_where_there_is_none(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle first = -7, second = -7;

	(void)state;
	if (contract_can(IOSRC_CAN_EXPOSE)) {
		assert_ok(iosrc_poller_expose(poller, &first));
		assert_ok(iosrc_poller_expose(poller, &second));
		assert_true(first >= 0);
		assert_int_equal(first, second);
	} else {
		assert_status(iosrc_poller_expose(poller, &first),
		    IOSRC_E_UNSUPPORTED);
		assert_int_equal(first, -7);
	}
	assert_ok(iosrc_poller_release(poller));
}

static void watch_wakes(uint32_t mode,
    int (*sees)(struct watcher *watcher, int timeout_ms))
{
	uint64_t round, rounds = contract_scale(5000);
	struct watcher watcher;
	iosrc_waker *waker;
	unsigned i;

	watcher_open(&watcher, mode);
	waker = waker_of(watcher.poller, TOKEN);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i <= round % 3; i++)
			assert_ok(iosrc_waker_wake(waker));
		assert_int_equal(sees(&watcher, 5000), 1);
		assert_int_equal(harvest(watcher.poller, 1 + round % 2), 1);
	}
	/* Spurious readability is allowed; it must come to rest. */
	for (i = 0; i < 10 && sees(&watcher, 0) != 0; i++)
		assert_int_equal(harvest(watcher.poller, 2), 0);
	assert_true(i < 10);
	assert_true(contract_counters(watcher.poller).kernel_wakes >= rounds);
	assert_ok(iosrc_waker_release(waker));
	watcher_close(&watcher);
}

void contract_W8_level_watcher_sees_every_wake(void **state)
{
	(void)state;
	watch_wakes(0, watcher_sees);
}

void contract_W8_poll_watcher_sees_every_wake(void **state)
{
	(void)state;
	watch_wakes(0, poll_sees);
}

void contract_W8_edge_watcher_sees_every_wake(void **state)
{
	(void)state;
	watch_wakes(EPOLLET, watcher_sees);
}

static void watch_events(uint32_t mode, iosrc_bits interest_mode)
{
	uint64_t round, rounds = contract_scale(1000);
	struct watcher watcher;
	iosrc_source *source;
	iosrc_handle fds[2];

	watcher_open(&watcher, mode);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = rig_watch(watcher.poller, fds[0], 1,
	    IOSRC_READABLE | interest_mode);
	for (round = 0; round < rounds; round++) {
		contract_write(fds[1], "x", 1);
		assert_int_equal(watcher_sees(&watcher, 5000), 1);
		assert_int_equal(harvest(watcher.poller, 4), 1);
		assert_int_equal(rig_drain(source), 1);
		if (interest_mode == IOSRC_ONESHOT)
			assert_ok(iosrc_reregister(source, watcher.poller, 1,
			    IOSRC_READABLE | interest_mode));
	}
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	watcher_close(&watcher);
}

void contract_W8_watchers_see_every_event(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		watch_events(0, modes[i]);
		watch_events(EPOLLET, modes[i]);
	}
}

void contract_W8_a_wake_from_before_expose_shows(void **state)
{
	struct watcher watcher;
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_handle handle;

	(void)state;
	if (!contract_can(IOSRC_CAN_EXPOSE))
		contract_skip("this backend has no handle to expose");
	poller = contract_poller(0);
	waker = waker_of(poller, TOKEN);
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_poller_expose(poller, &handle));
	watcher = (struct watcher){ poller, handle, -1 };
	assert_int_equal(poll_sees(&watcher, 5000), 1);
	contract_expect(poller, TOKEN);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* More is due than one wait takes: what is left keeps a level watcher up,
 * and an always-ready file is due like a wake. */
void contract_W8_what_does_not_fit_still_shows(void **state)
{
	struct watcher watcher;
	iosrc_waker *wakers[40];
	unsigned i, round, taken;

	(void)state;
	watcher_open(&watcher, 0);
	for (i = 0; i < 40; i++)
		wakers[i] = waker_of(watcher.poller, i);
	for (round = 0; round < 20; round++) {
		iosrc_event events[3];

		for (i = 0; i < 40; i++)
			assert_ok(iosrc_waker_wake(wakers[i]));
		for (taken = 0; taken < 40;) {
			int64_t got;

			assert_int_equal(watcher_sees(&watcher, 5000), 1);
			got = iosrc_poller_wait(watcher.poller, events, 3, 0);
			assert_true(got >= 0 && got <= 3);
			taken += (unsigned)got;
		}
		assert_int_equal(taken, 40);
	}
	for (i = 0; i < 40; i++)
		assert_ok(iosrc_waker_release(wakers[i]));
	watcher_close(&watcher);
}

/* Waking threads count up and stay until the foreign loop has seen it. */
struct remote {
	iosrc_waker *waker;
	uint64_t rounds;
	_Atomic uint64_t sent;
	_Atomic uint64_t seen;
	_Atomic unsigned lost;
	_Atomic unsigned done;
};

static void *remote_run(void *user)
{
	struct remote *remote = user;
	uint64_t sent, spins;
	int64_t end;

	for (sent = 1; sent <= remote->rounds; sent++) {
		atomic_store(&remote->sent, sent);
		if (iosrc_waker_wake(remote->waker) != IOSRC_OK)
			atomic_fetch_add(&remote->lost, 1);
		end = contract_now() +
		    CONTRACT_SOON * (int64_t)contract_slowness();
		for (spins = 1; atomic_load(&remote->seen) < sent; spins++) {
			if (spins % 1024 == 0 && contract_now() > end) {
				atomic_fetch_add(&remote->lost, 1);
				break;
			}
			system_yield();
		}
	}
	atomic_store(&remote->done, 1);
	return NULL;
}

static void remote_collect(struct watcher *watcher, struct remote *remotes)
{
	iosrc_event events[2];
	int64_t got, i;

	do {
		got = iosrc_poller_wait(watcher->poller, events, 2, 0);
		assert_true(got >= 0);
		for (i = 0; i < got; i++) {
			struct remote *remote = &remotes[events[i].token];

			atomic_store(&remote->seen, atomic_load(&remote->sent));
		}
	} while (got == 2);
}

void contract_W8_edge_watcher_misses_no_wake_of_threads(void **state)
{
	struct watcher watcher;
	struct remote remotes[3];
	system_thread threads[3];
	unsigned i;

	(void)state;
	watcher_open(&watcher, EPOLLET);
	memset(remotes, 0, sizeof(remotes));
	for (i = 0; i < 3; i++) {
		remotes[i].waker = waker_of(watcher.poller, i);
		remotes[i].rounds = contract_scale(50000);
		rig_start(&threads[i], remote_run, &remotes[i]);
	}
	while (!atomic_load(&remotes[0].done) ||
	    !atomic_load(&remotes[1].done) || !atomic_load(&remotes[2].done)) {
		/* A timeout is for the end alone: it must not rescue. */
		if (watcher_sees(&watcher, 200) == 1)
			remote_collect(&watcher, remotes);
	}
	for (i = 0; i < 3; i++) {
		system_thread_join(threads[i]);
		assert_int_equal(atomic_load(&remotes[i].lost), 0);
		assert_ok(iosrc_waker_release(remotes[i].waker));
	}
	watcher_close(&watcher);
}

/* ---- W9 ---- */

static iosrc_waker *handler_waker;
static _Atomic uint64_t handler_runs;
static _Atomic unsigned handler_errors;

static void on_signal(int number)
{
	int saved = errno;

	(void)number;
	errno = 4711;
	if (iosrc_waker_wake(handler_waker) != IOSRC_OK)
		atomic_fetch_add(&handler_errors, 1);
	if (errno != 4711)
		atomic_fetch_add(&handler_errors, 0x10000);
	atomic_fetch_add(&handler_runs, 1);
	errno = saved;
}

static void handler_install(iosrc_waker *waker)
{
	struct sigaction action;

	handler_waker = waker;
	atomic_store(&handler_runs, 0);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

static void handler_remove(void)
{
	/* One may be under way still: the default would kill. */
	assert_true(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	assert_int_equal(atomic_load(&handler_errors), 0);
}

/* Sends signals to a thread until told to stop: as fast as they are handled,
 * or every `pause_ns`. */
struct pelter {
	pthread_t target;
	int64_t pause_ns;
	_Atomic unsigned quit;
};

static void *pelter_run(void *user)
{
	struct pelter *pelter = user;
	uint64_t runs;

	while (!atomic_load(&pelter->quit)) {
		runs = atomic_load(&handler_runs);
		pthread_kill(pelter->target, SIGUSR1);
		if (pelter->pause_ns)
			system_sleep(pelter->pause_ns);
		while (atomic_load(&handler_runs) == runs &&
		    !atomic_load(&pelter->quit))
			system_yield();
	}
	return NULL;
}

void contract_W9_wake_from_a_signal_handler(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	struct pelter pelter = { pthread_self(), CONTRACT_MS / 10, 0 };
	uint64_t round, rounds = contract_scale(2000);
	system_thread thread;
	iosrc_event event;

	(void)state;
	handler_install(waker);
	raise(SIGUSR1);
	contract_expect(poller, TOKEN);
	contract_expect_quiet(poller);
	rig_start(&thread, pelter_run, &pelter);
	/* Nothing else can end these waits. */
	for (round = 0; round < rounds; round++) {
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1), 1);
		assert_int_equal(event.token, TOKEN);
	}
	atomic_store(&pelter.quit, 1);
	system_thread_join(thread);
	handler_remove();
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

/* What the handler may find half done: every call of this thread. */
static void work_of_a_round(iosrc_poller *poller, iosrc_waker *waker,
    iosrc_source *source)
{
	iosrc_poller_counters counters;
	iosrc_waker *other = waker_of(poller, 2);
	iosrc_event events[4];
	char byte;

	assert_ok(iosrc_register(source, poller, 1, IOSRC_READABLE));
	assert_ok(iosrc_waker_wake(waker));
	assert_ok(iosrc_waker_wake(other));
	assert_true(iosrc_poller_wait(poller, events, 4, 0) >= 1);
	assert_ok(iosrc_reregister(source, poller, 1, IOSRC_READABLE));
	assert_status(iosrc_read(source, &byte, 1), IOSRC_E_WOULD_BLOCK);
	assert_ok(iosrc_waker_retain(other));
	assert_ok(iosrc_waker_release(other));
	assert_ok(iosrc_waker_release(other));
	assert_true(iosrc_poller_wait(poller, events, 1, 20000) >= 0);
	assert_ok(iosrc_poller_stats(poller, &counters, sizeof(counters)));
	assert_ok(iosrc_deregister(source, poller));
}

void contract_W9_handler_interrupts_every_call(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	struct pelter pelter = { pthread_self(), 0, 0 };
	uint64_t round, rounds = contract_scale(10000);
	iosrc_source *source;
	system_thread thread;
	iosrc_handle fds[2];
	int64_t began;

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	source = contract_source(fds[0]);
	handler_install(waker);
	rig_start(&thread, pelter_run, &pelter);
	began = contract_now();
	for (round = 0;
	     round < rounds || rig_is_untouched(&handler_runs, began); round++)
		work_of_a_round(poller, waker, source);
	atomic_store(&pelter.quit, 1);
	system_thread_join(thread);
	assert_true(atomic_load(&handler_runs) > 0);
	harvest(poller, 4);
	raise(SIGUSR1);
	contract_expect(poller, TOKEN);
	handler_remove();
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	assert_ok(iosrc_waker_release(waker));
	assert_ok(iosrc_poller_release(poller));
}

static void *blocked_run(void *user)
{
	iosrc_event event;

	return (void *)(uintptr_t)(iosrc_poller_wait(user, &event, 1, -1) != 1);
}

/* Also where the wake enters the kernel, for a thread that is blocked. */
void contract_W9_wake_in_a_handler_keeps_errno(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_waker *waker = waker_of(poller, TOKEN);
	system_thread thread;
	void *failed;
	unsigned round;

	(void)state;
	handler_install(waker);
	for (round = 0; round < 50; round++) {
		rig_start(&thread, blocked_run, poller);
		system_sleep(CONTRACT_MS);
		errno = ERANGE;
		raise(SIGUSR1);
		assert_int_equal(errno, ERANGE);
		system_thread_result(thread, &failed);
		assert_null(failed);
	}
	handler_remove();
	assert_ok(iosrc_waker_release(waker));
	/* A wake that fails keeps it too. */
	waker = waker_of(poller, TOKEN);
	assert_ok(iosrc_poller_release(poller));
	errno = ERANGE;
	assert_status(iosrc_waker_wake(waker), IOSRC_E_CLOSED);
	assert_int_equal(errno, ERANGE);
	assert_ok(iosrc_waker_release(waker));
}
