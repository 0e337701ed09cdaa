/* SPDX-License-Identifier: MIT
 *
 * core.h: what the tests of the core share. Each test begins and ends with no
 * block allocated and no breach of the backend contract; a test that hangs is
 * ended by an alarm.
 */
#ifndef TESTS_CORE_CORE_H
#define TESTS_CORE_CORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

#include <iosrc.h>

#include "poller.h"
#include "source.h"
#include "sys/fake.h"
#include "tests/support/allocations.h"
#include "wait.h"

#define MS INT64_C(1000000)

#define CORE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, core_setup, core_teardown)
#define CORE_RUN(tests) \
	(core_begin(), cmocka_run_group_tests(tests, NULL, NULL))

void core_begin(void);
int core_setup(void **state);
int core_teardown(void **state);

/* How often a loop of `full` rounds runs: IOSRC_TEST_SCALE percent. */
unsigned core_rounds(unsigned full);
/* A time in which something should have happened: longer on slow builds. */
int64_t core_patience(int64_t ns);
void core_sleep(int64_t ns);
int64_t core_now(void);
/* Says so where the system has no inet6 loopback: what needs it is skipped. */
bool core_lacks_inet6(void);

/* A poller on the fake; one whose kernel keeps edges; one with options. */
iosrc_poller *core_poller(void);
iosrc_poller *core_edges_poller(void);
iosrc_poller *core_poller_with(iosrc_flags flags, uint32_t backend);
void core_release(iosrc_poller *poller);

/* A source over a handle that is a mere number. */
iosrc_source *core_source(iosrc_handle handle);
iosrc_source *core_registered(iosrc_poller *poller, iosrc_handle handle,
    uint64_t token, iosrc_bits interest);
/* Ends it; the number is nobody's. */
void core_end(iosrc_source *source);
iosrc_waker *core_waker(iosrc_poller *poller, uint64_t token);

/* Waits with timeout 0: nothing comes. */
void core_expect_quiet(iosrc_poller *poller);
/* Exactly this comes, and answers its registration. */
uint64_t core_expect(iosrc_poller *poller, uint64_t token, iosrc_bits ready);

iosrc_poller_counters core_stats(iosrc_poller *poller);

/* Puts a live slot near the end of its generations: `left` are left to
 * publish. Answers the registration that it has now; the kernel's entry (of
 * a source) is changed with it. */
uint64_t core_age_source(iosrc_source *source, uint32_t left);

#endif
