/* SPDX-License-Identifier: MIT
 *
 * soak.c: the long runs, too long for every day: wakes by the million, none
 * lost, and handle numbers reused by the ten thousand, none stale.
 *
 *	soak [BACKEND [PERCENT]]
 *
 * BACKEND is a name (epoll) or "all", PERCENT of the full size is done.
 */
#include "soak.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAKES UINT64_C(10000000)
#define ROUNDS UINT64_C(100000)
#define PATIENCE INT64_C(60000000000) /* ns */

static uint32_t backend;

void soak_check_at(int condition, const char *text, const char *file, int line)
{
	if (condition)
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s\n", file, line, text);
	exit(1);
}

iosrc_poller *soak_poller(void)
{
	iosrc_poller_options options = { 0, backend };
	iosrc_poller *poller = NULL;

	soak_check(iosrc_poller_create(&options, sizeof(options), &poller) ==
	    IOSRC_OK);
	return poller;
}

int64_t soak_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t soak_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

int soak_comes_to(_Atomic uint64_t *value, uint64_t least)
{
	int64_t end = 0;

	for (unsigned spins = 1; atomic_load(value) < least; spins++) {
		if (spins % 4096 == 0) {
			end = end ? end : soak_now() + PATIENCE;
			if (soak_now() > end)
				return 0;
		}
		sched_yield();
	}
	return 1;
}

void soak_progress_begin(struct soak_progress *progress, const char *name,
    uint64_t total)
{
	*progress = (struct soak_progress){ name, total, 0, soak_now() };
	printf("%s: %s, %llu\n", iosrc_backend_name(backend), name,
	    (unsigned long long)total);
}

void soak_progress_to(struct soak_progress *progress, uint64_t done)
{
	double seconds = (double)(soak_now() - progress->began) / 1e9;

	while (progress->tenths < done * 10 / progress->total) {
		progress->tenths++;
		printf("%s: %s, %llu %% after %.1f s\n",
		    iosrc_backend_name(backend), progress->name,
		    (unsigned long long)progress->tenths * 10, seconds);
	}
}

static uint64_t percent_of(uint64_t count, unsigned percent)
{
	count = count * percent / 100;
	return count ? count : 1;
}

static int run(unsigned percent)
{
	uint64_t wakes = percent_of(WAKES, percent);
	uint64_t rounds = percent_of(ROUNDS, percent);
	uint64_t wrong = 0;

	wrong += soak_wakes(wakes, 1);
	wrong += soak_wakes(wakes, 3);
	wrong += soak_reuse(rounds);
	printf("%s: %s\n", iosrc_backend_name(backend),
	    wrong ? "FAILED" : "nothing lost, nothing stale");
	return wrong != 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: soak [BACKEND|all [PERCENT]]\n");
	return 2;
}

int main(int count, char **texts)
{
	const char *wanted = count > 1 ? texts[1] : "all";
	int percent = count > 2 ? atoi(texts[2]) : 100;
	int failed = 0, found = 0;

	if (count > 3 || percent < 1 || percent > 100)
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (backend = 1; backend < 16; backend++) {
		const char *name = iosrc_backend_name(backend);

		if (!name ||
		    (strcmp(wanted, "all") != 0 && strcmp(wanted, name) != 0))
			continue;
		found = 1;
		failed |= run((unsigned)percent);
	}
	return found ? failed : usage();
}
