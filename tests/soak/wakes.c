/* SPDX-License-Identifier: MIT
 *
 * wakes.c: four threads wake, one or three wait. A waking thread counts up,
 * wakes, and after each burst goes on only when a waiter has seen the count,
 * so that a wake that gets lost is not covered up by the next one.
 */
#include "soak.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define WAKING 4
#define WAITING_MOST 3
#define STOP UINT64_C(100)

struct race {
	iosrc_poller *poller;
	iosrc_waker *wakers[WAKING];
	iosrc_waker *stop;
	uint64_t each;
	_Atomic uint64_t sent[WAKING];
	_Atomic uint64_t seen[WAKING];
	_Atomic uint64_t events;
	_Atomic uint64_t wrong;
};

struct runner {
	struct race *race;
	unsigned index;
	pthread_t thread;
};

static void *waking_run(void *user)
{
	struct runner *runner = user;
	struct race *race = runner->race;
	unsigned k = runner->index;
	uint64_t seed = k + 1, sent = 0;

	while (sent < race->each) {
		uint64_t burst = 1 + soak_random(&seed) % 16;

		for (; burst > 0 && sent < race->each; burst--) {
			atomic_store(&race->sent[k], ++sent);
			if (iosrc_waker_wake(race->wakers[k]) != IOSRC_OK)
				atomic_fetch_add(&race->wrong, 1);
		}
		if (!soak_comes_to(&race->seen[k], sent)) {
			fprintf(stderr, "wake %llu of thread %u is lost\n",
			    (unsigned long long)sent, k);
			atomic_fetch_add(&race->wrong, 1);
			break;
		}
	}
	return NULL;
}

static void see(struct race *race, uint64_t token)
{
	uint64_t sent = atomic_load(&race->sent[token]);
	uint64_t seen = atomic_load(&race->seen[token]);

	atomic_fetch_add(&race->events, 1);
	while (seen < sent &&
	    !atomic_compare_exchange_weak(&race->seen[token], &seen, sent))
		continue;
}

/* The first waits for ever; the others come and go. */
static void *waiting_run(void *user)
{
	struct runner *runner = user;
	struct race *race = runner->race;
	uint64_t seed = runner->index + 77;
	iosrc_event events[4];

	for (;;) {
		int64_t timeout = -1, got;

		if (runner->index > 0 && soak_random(&seed) % 4 == 0)
			timeout = (int64_t)(soak_random(&seed) % 300000);
		got = iosrc_poller_wait(race->poller, events,
		    1 + soak_random(&seed) % 4, timeout);
		if (got < 0 || (got == 0 && timeout < 0))
			atomic_fetch_add(&race->wrong, 1);
		for (int64_t i = 0; i < got; i++) {
			if (events[i].token == STOP) {
				iosrc_waker_wake(race->stop);
				return NULL;
			}
			see(race, events[i].token);
		}
	}
}

static void race_open(struct race *race, uint64_t wakes)
{
	memset(race, 0, sizeof(*race));
	race->poller = soak_poller();
	race->each = (wakes + WAKING - 1) / WAKING;
	for (unsigned i = 0; i < WAKING; i++)
		soak_check(iosrc_waker_create(race->poller, i,
		               &race->wakers[i]) == IOSRC_OK);
	soak_check(
	    iosrc_waker_create(race->poller, STOP, &race->stop) == IOSRC_OK);
}

static void race_close(struct race *race)
{
	for (unsigned i = 0; i < WAKING; i++) {
		soak_check(atomic_load(&race->wrong) ||
		    atomic_load(&race->seen[i]) == race->each);
		soak_check(iosrc_waker_release(race->wakers[i]) == IOSRC_OK);
	}
	soak_check(iosrc_waker_release(race->stop) == IOSRC_OK);
	soak_check(iosrc_poller_release(race->poller) == IOSRC_OK);
}

static void start(struct runner *runner, struct race *race, unsigned index,
    void *(*body)(void *))
{
	runner->race = race;
	runner->index = index;
	soak_check(pthread_create(&runner->thread, NULL, body, runner) == 0);
}

static void follow(struct race *race, const char *name)
{
	struct soak_progress progress;

	soak_progress_begin(&progress, name, race->each * WAKING);
	for (unsigned tenth = 1; tenth <= 10; tenth++) {
		uint64_t part = race->each * tenth / 10;

		/* The threads go at about one pace: watch the first. */
		while (!atomic_load(&race->wrong) &&
		    !soak_comes_to(&race->seen[0], part))
			continue;
		soak_progress_to(&progress, part * WAKING);
	}
}

uint64_t soak_wakes(uint64_t wakes, unsigned waiting)
{
	struct runner wakers[WAKING], waiters[WAITING_MOST];
	struct race race;
	iosrc_poller_counters counters;

	race_open(&race, wakes);
	for (unsigned i = 0; i < waiting; i++)
		start(&waiters[i], &race, i, waiting_run);
	for (unsigned i = 0; i < WAKING; i++)
		start(&wakers[i], &race, i, waking_run);
	follow(&race, waiting == 1 ? "wakes, 1 waiting" : "wakes, 3 waiting");
	for (unsigned i = 0; i < WAKING; i++)
		pthread_join(wakers[i].thread, NULL);
	soak_check(atomic_load(&race.wrong) == 0);
	soak_check(iosrc_waker_wake(race.stop) == IOSRC_OK);
	for (unsigned i = 0; i < waiting; i++)
		pthread_join(waiters[i].thread, NULL);
	soak_check(iosrc_poller_stats(race.poller, &counters,
	               sizeof(counters)) == IOSRC_OK);
	printf("\t%llu events, %llu of %llu wakes entered the kernel\n",
	    (unsigned long long)atomic_load(&race.events),
	    (unsigned long long)counters.kernel_wakes,
	    (unsigned long long)race.each * WAKING);
	race_close(&race);
	return atomic_load(&race.wrong);
}
