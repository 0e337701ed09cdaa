/* SPDX-License-Identifier: MIT
 *
 * environment.c: how slow this run is, and which tool watches over it.
 * IOSRC_TEST_SCALE and IOSRC_TEST_SLOWNESS have the last word.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#elif __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#elif __has_feature(memory_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(UNDER_ASAN)
#define UNDER_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(UNDER_TSAN)
#define UNDER_TSAN 1
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

enum tool { NO_TOOL, ASAN, TSAN, VALGRIND };

static const struct {
	uint64_t scale;    /* percent */
	uint64_t slowness; /* factor */
} defaults[] = { { 100, 1 }, { 50, 4 }, { 10, 10 }, { 2, 20 } };

/* valgrind shows itself by what it preloads. */
static enum tool tool(void)
{
	const char *preload = getenv("LD_PRELOAD");

	if (UNDER_ASAN)
		return ASAN;
	if (UNDER_TSAN)
		return TSAN;
	if (preload && strstr(preload, "vgpreload"))
		return VALGRIND;
	return NO_TOOL;
}

static uint64_t number(const char *name, uint64_t usual, uint64_t most)
{
	const char *text = getenv(name);
	unsigned long value;
	char *end;

	if (!text || !*text)
		return usual;
	value = strtoul(text, &end, 10);
	if (*end || value < 1 || value > most)
		return usual;
	return value;
}

uint64_t contract_scale(uint64_t count)
{
	uint64_t percent = number("IOSRC_TEST_SCALE", defaults[tool()].scale,
	    100);
	uint64_t scaled = count / 100 * percent + count % 100 * percent / 100;

	return scaled > 0 ? scaled : 1;
}

uint64_t contract_slowness(void)
{
	return number("IOSRC_TEST_SLOWNESS", defaults[tool()].slowness, 1000);
}

int contract_is_watched(void)
{
	return tool() != NO_TOOL;
}

int contract_may_call(const char *name)
{
	const char *forbidden = getenv("IOSRC_TEST_FORBIDDEN");

	return !forbidden || !*forbidden ||
	    (strcmp(forbidden, "all") != 0 && !strstr(forbidden, name));
}

#if UNDER_ASAN

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void contract_check_leaks(void)
{
	if (__lsan_do_recoverable_leak_check &&
	    __lsan_do_recoverable_leak_check() != 0)
		fail_msg("LeakSanitizer found leaks");
}

#else

void contract_check_leaks(void)
{
}

#endif
