/* SPDX-License-Identifier: MIT
 *
 * reuse.c: handle numbers that are reused at once. Each round opens a pair of
 * sockets, registers one end with a token of the round and waits until the event
 * was seen; then another thread ends it, in one of three ways, while
 * the next round already opens the same number. A wait that begins after a
 * registration ended must not report its token.
 */
#include "soak.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAITING 2
#define STOP UINT64_MAX
#define FIRST UINT64_C(0x5eed000000000000) /* the token of round 0 */

enum way { CLOSE, RAW_CLOSE, DEREGISTER, WAYS };

struct reuse {
	iosrc_poller *poller;
	iosrc_waker *stop;
	uint64_t rounds;
	/* What the opener hands to the closer, one at a time. */
	iosrc_source *source;
	int peer;
	_Atomic uint64_t handed;     /* rounds handed over */
	_Atomic uint64_t registered; /* rounds that are or were registered */
	_Atomic uint64_t seen;       /* 1 + the highest round reported */
	_Atomic uint64_t ended;      /* rounds below it have ended */
	_Atomic uint64_t numbers;    /* rounds with the number of the last */
	_Atomic uint64_t stale;
	_Atomic uint64_t wrong;
};

/* ---- waiting ---- */

static void look(struct reuse *reuse, uint64_t token, uint64_t ended)
{
	uint64_t round = token - FIRST;
	uint64_t seen = atomic_load(&reuse->seen);

	if (round >= reuse->rounds) {
		fprintf(stderr, "nobody registered the token %#llx\n",
		    (unsigned long long)token);
		atomic_fetch_add(&reuse->wrong, 1);
		return;
	}
	if (round < ended) {
		fprintf(stderr, "round %llu is reported after its end\n",
		    (unsigned long long)round);
		atomic_fetch_add(&reuse->stale, 1);
	}
	while (seen < round + 1 &&
	    !atomic_compare_exchange_weak(&reuse->seen, &seen, round + 1))
		continue;
}

static void *waiting_run(void *user)
{
	struct reuse *reuse = user;
	iosrc_event events[4];

	for (;;) {
		uint64_t ended = atomic_load(&reuse->ended);
		int64_t got = iosrc_poller_wait(reuse->poller, events, 4, -1);

		if (got < 1)
			atomic_fetch_add(&reuse->wrong, 1);
		for (int64_t i = 0; i < got; i++) {
			if (events[i].token == STOP) {
				iosrc_waker_wake(reuse->stop);
				return NULL;
			}
			look(reuse, events[i].token, ended);
		}
	}
}

/* ---- ending ---- */

/* The number is closed behind the library's back, and reused by the next
 * round, before the source ends. */
static void end_raw(struct reuse *reuse, iosrc_source *source, uint64_t round)
{
	close((int)iosrc_source_handle(source));
	if (round + 1 < reuse->rounds)
		soak_comes_to(&reuse->registered, round + 2);
	soak_check(iosrc_into_inner(source, NULL) == IOSRC_OK);
}

static void end_round(struct reuse *reuse, uint64_t round)
{
	iosrc_source *source = reuse->source;
	int peer = reuse->peer;

	atomic_store(&reuse->handed, 2 * round + 2); /* taken over */
	if (round % 2)
		close(peer);
	if (round % WAYS == RAW_CLOSE) {
		end_raw(reuse, source, round);
	} else {
		if (round % WAYS == DEREGISTER)
			soak_check(iosrc_deregister(source, reuse->poller) ==
			    IOSRC_OK);
		soak_check(iosrc_close(source) == IOSRC_OK);
	}
	atomic_store(&reuse->ended, round + 1);
	if (round % 2 == 0)
		close(peer);
}

static void *closing_run(void *user)
{
	struct reuse *reuse = user;

	for (uint64_t round = 0; round < reuse->rounds; round++) {
		while (atomic_load(&reuse->handed) < 2 * round + 1)
			sched_yield();
		end_round(reuse, round);
	}
	return NULL;
}

/* ---- opening ---- */

static iosrc_source *open_round(struct reuse *reuse, uint64_t round, int *peer)
{
	iosrc_bits mode = round % 16 == 0 ? IOSRC_LEVEL : 0;
	iosrc_source *source = NULL;
	int fds[2];

	soak_check(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	        fds) == 0);
	*peer = fds[1];
	soak_check(
	    iosrc_create(fds[0], IOSRC_HANDLE_DEFAULT, &source) == IOSRC_OK);
	soak_check(iosrc_register(source, reuse->poller, FIRST + round,
	               IOSRC_READABLE | mode) == IOSRC_OK);
	atomic_store(&reuse->registered, round + 1);
	soak_check(write(fds[1], "x", 1) == 1);
	return source;
}

/* Most rounds wait until the last number is free, and so get it, while the
 * closing thread may still be inside the call that freed it. */
static void await_number(uint64_t round, iosrc_handle last)
{
	if (last < 0 || round % 8 == 0)
		return;
	while (fcntl((int)last, F_GETFD) >= 0)
		sched_yield();
}

static void open_all(struct reuse *reuse)
{
	struct soak_progress progress;
	iosrc_handle last = -1;

	soak_progress_begin(&progress, "rounds of reuse", reuse->rounds);
	for (uint64_t round = 0; round < reuse->rounds; round++) {
		iosrc_source *source;
		int peer;

		await_number(round, last);
		source = open_round(reuse, round, &peer);
		if (iosrc_source_handle(source) == last)
			atomic_fetch_add(&reuse->numbers, 1);
		last = iosrc_source_handle(source);
		if (!soak_comes_to(&reuse->seen, round + 1)) {
			fprintf(stderr, "the event of round %llu is lost\n",
			    (unsigned long long)round);
			soak_check(0);
		}
		/* The closer may still be at the end of the last one. */
		soak_check(soak_comes_to(&reuse->handed, 2 * round));
		soak_check(soak_comes_to(&reuse->ended, round));
		reuse->source = source;
		reuse->peer = peer;
		atomic_store(&reuse->handed, 2 * round + 1);
		soak_progress_to(&progress, round + 1);
	}
}

uint64_t soak_reuse(uint64_t rounds)
{
	pthread_t waiting[WAITING], closing;
	struct reuse reuse;

	memset(&reuse, 0, sizeof(reuse));
	reuse.poller = soak_poller();
	reuse.rounds = rounds;
	soak_check(
	    iosrc_waker_create(reuse.poller, STOP, &reuse.stop) == IOSRC_OK);
	for (unsigned i = 0; i < WAITING; i++)
		soak_check(pthread_create(&waiting[i], NULL, waiting_run,
		               &reuse) == 0);
	soak_check(pthread_create(&closing, NULL, closing_run, &reuse) == 0);
	open_all(&reuse);
	pthread_join(closing, NULL);
	soak_check(iosrc_waker_wake(reuse.stop) == IOSRC_OK);
	for (unsigned i = 0; i < WAITING; i++)
		pthread_join(waiting[i], NULL);
	printf("\t%llu rounds had the number of the round before, %llu stale\n",
	    (unsigned long long)atomic_load(&reuse.numbers),
	    (unsigned long long)atomic_load(&reuse.stale));
	soak_check(iosrc_waker_release(reuse.stop) == IOSRC_OK);
	soak_check(iosrc_poller_release(reuse.poller) == IOSRC_OK);
	return atomic_load(&reuse.stale) + atomic_load(&reuse.wrong);
}
