/* SPDX-License-Identifier: MIT
 *
 * soak.h: what the long runs share: the poller of the backend under test, a
 * patient wait for a counter, and progress lines.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdatomic.h>
#include <stdint.h>

#include <iosrc.h>

/* Ends the program unless the condition holds. */
void soak_check_at(int condition, const char *text, const char *file, int line);
#define soak_check(condition) \
	soak_check_at((condition) != 0, #condition, __FILE__, __LINE__)

iosrc_poller *soak_poller(void);
int64_t soak_now(void); /* CLOCK_MONOTONIC, ns */
uint64_t soak_random(uint64_t *seed);

/* Until *value is at least `least`; 0 when it takes a minute. */
int soak_comes_to(_Atomic uint64_t *value, uint64_t least);

/* A line for every tenth that is done. */
struct soak_progress {
	const char *name;
	uint64_t total;
	uint64_t tenths;
	int64_t began;
};

void soak_progress_begin(struct soak_progress *progress, const char *name,
    uint64_t total);
void soak_progress_to(struct soak_progress *progress, uint64_t done);

/* The runs; each answers how many things went wrong. */
uint64_t soak_wakes(uint64_t wakes, unsigned waiting);
uint64_t soak_reuse(uint64_t rounds);

#endif
