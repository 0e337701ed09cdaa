/* SPDX-License-Identifier: MIT
 *
 * c.c: what the programs for other languages in this folder measure, by C
 * alone: what a crossing from there costs is their figure less this one.
 * bindings.py runs them all. ROUNDS changes how often each is measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <iosrc.h>
#include <iosrc_net.h>

#define BATCH 64
#define CALLS 100000

static iosrc_source *idle, *ready[BATCH];
static iosrc_poller *poller;
static iosrc_event events[BATCH];
static volatile uint64_t sink;

static void check(int64_t good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "c: %s failed\n", what);
	exit(1);
}

static int64_t blocked(iosrc_handle handle, void *user)
{
	(void)handle;
	(void)user;
	return IOSRC_E_WOULD_BLOCK;
}

static void rearm(void)
{
	check(iosrc_rearm(idle, IOSRC_READABLE) == IOSRC_OK, "rearm");
}

static void do_io(void)
{
	check(iosrc_do_io(idle, IOSRC_READABLE, blocked, NULL) < 0, "do_io");
}

static void direct_read(void)
{
	char room[64];

	check(iosrc_read(idle, room, sizeof(room)) < 0, "read");
}

static void look(void)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < BATCH; i++)
		if (events[i].ready & IOSRC_WRITABLE)
			sum += events[i].token;
	sink += sum;
}

static void wait_for_all(void)
{
	check(iosrc_poller_wait(poller, events, BATCH, 0) == BATCH, "wait");
	look();
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure(const char *name, void (*work)(void), int each)
{
	const char *text = getenv("ROUNDS");
	int rounds = text ? atoi(text) : 9, round, i;
	double best = 1e18, began, took;

	for (round = 0; round < rounds; round++) {
		began = now_ns();
		for (i = 0; i < CALLS / each; i++)
			work();
		took = (now_ns() - began) / (CALLS / each * each);
		best = took < best ? took : best;
	}
	printf("%-32s%10.1f\n", name, best);
}

int main(void)
{
	iosrc_source *peer;
	int i;

	check(iosrc_poller_create(NULL, 0, &poller) == 0, "poller_create");
	check(iosrc_pair(IOSRC_TYPE_STREAM, &idle, &peer) == 0, "pair");
	check(iosrc_register(idle, poller, BATCH, IOSRC_READABLE) == 0,
	    "register");
	for (i = 0; i < BATCH; i++) {
		check(iosrc_pair(IOSRC_TYPE_STREAM, &ready[i], &peer) == 0,
		    "pair");
		check(iosrc_register(ready[i], poller, (uint64_t)i,
		          IOSRC_WRITABLE | IOSRC_LEVEL) == 0,
		    "register");
	}
	measure("rearm", rearm, 1);
	measure("do_io, would block", do_io, 1);
	measure("read, would block", direct_read, 1);
	measure("event of 64, wait and all", wait_for_all, BATCH);
	measure("event of 64, looked at", look, BATCH);
	return 0;
}
