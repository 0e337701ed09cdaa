/* SPDX-License-Identifier: MIT
 *
 * suite.h: what a contract test may use. Tests know the public ABI alone;
 * each runs in a process of its own, on the backend that the runner chose,
 * with an alarm, and must leave no descriptor and no live allocation of the
 * library behind.
 */
#ifndef CONTRACT_SUITE_H
#define CONTRACT_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iosrc.h>

#include "system.h"

/* One test: the name opens with the contract line, "contract_S7_...". */
struct contract_test {
	const char *name;
	void (*body)(void **state);
	unsigned seconds; /* alarm; 0 is the suite's default, 20 */
};

#define CONTRACT_TEST(test) \
	{ \
#test, test, 0 \
	}
#define CONTRACT_TEST_SECONDS(test, seconds) \
	{ \
#test, test, seconds \
	}

/* Each family's file exports one table that ends with a NULL name. */
extern const struct contract_test contract_family_s[];
extern const struct contract_test contract_family_r[];
extern const struct contract_test contract_family_e[];
extern const struct contract_test contract_family_v[];
extern const struct contract_test contract_family_t[];
extern const struct contract_test contract_family_w[];
extern const struct contract_test contract_family_p[];
extern const struct contract_test contract_family_n[];
extern const struct contract_test contract_family_b[];
extern const struct contract_test contract_family_h[];
extern const struct contract_test contract_family_x[];
/* Differences of the system; no lines of the contract. */
extern const struct contract_test contract_family_d[];

/* The backend under test. */
uint32_t contract_backend(void);
/* A poller on it (fails the test when that fails); flags: IOSRC_POLLER_*. */
iosrc_poller *contract_poller(iosrc_flags flags);
/* Does it have the capability (IOSRC_CAN_* or interest and mode bits)? */
int contract_can(uint64_t capability);
/* Ends the test as skipped; the reason is printed and goes into the table. */
void contract_skip(const char *reason);
/* The test goes on without something that this system, or this backend, lacks:
 * it is named in the table beside what is proved. */
void contract_without(const char *what);
/* Scales counts down under sanitizers and valgrind (IOSRC_TEST_SCALE, 1..100
 * percent, default 100); never below 1. */
uint64_t contract_scale(uint64_t count);
/* Upper bounds on time are stretched by this factor on slow runs
 * (sanitizers, valgrind, emulators); lower bounds never are. */
uint64_t contract_slowness(void);
/* Is a sanitizer or valgrind in this process? It makes system calls and
 * allocations of its own, and takes CPU. */
int contract_is_watched(void);

/* May a test make this system call itself? Where it would be killed by a
 * filter around the suite (tests/seccomp) it must not. */
int contract_may_call(const char *name);

/* ---- handles ---- */

/* What system_pair and system_pipe give, or the test fails. */
void contract_pair(uint32_t type, iosrc_handle handles[2]);
void contract_pipe(iosrc_handle handles[2]);
/* Connected loopback TCP, non-blocking, without delay. */
void contract_tcp_pair(iosrc_handle handles[2]);
/* 127.0.0.1, non-blocking, backlog 64. */
iosrc_handle contract_tcp_listener(uint16_t *port);
void contract_fill(iosrc_handle handle);    /* until not one byte fits */
void contract_stuff(iosrc_handle handle);   /* until it would block once */
size_t contract_drain(iosrc_handle handle); /* read until would-block or end */
/* All of it or fail. */
void contract_write(iosrc_handle handle, const void *data, size_t size);
iosrc_source *contract_source(iosrc_handle handle); /* create or fail */

/* ---- waiting ---- */

#define CONTRACT_MS INT64_C(1000000)
#define CONTRACT_QUIET (30 * CONTRACT_MS)  /* long enough to call it quiet */
#define CONTRACT_SOON (5000 * CONTRACT_MS) /* an event that must come */

int64_t contract_now(void); /* monotonic, ns */
/* Waits until one event came (CONTRACT_SOON at most) and answers it; fails
 * the test when none came or when its token is not `token`. */
iosrc_event contract_expect(iosrc_poller *poller, uint64_t token);
/* Fails the test when an event comes within CONTRACT_QUIET. */
void contract_expect_quiet(iosrc_poller *poller);
/* An upper bound on time. A busy machine may be late: a test that was is run
 * again from its beginning, and fails when it was late five times in a row. */
void contract_in_time(int64_t took_ns, int64_t most_ns);

/* ---- counters and leaks ---- */

/* The poller's counters now. */
iosrc_poller_counters contract_counters(iosrc_poller *poller);
/* Open handles of this process. */
size_t contract_open_handles(void);

/* The library's own calls of malloc and its like. They are not counted under
 * sanitizers nor where the library is linked statically: then `counted` is 0,
 * the others answer 0 and nothing fails. */
int contract_allocations_counted(void);
size_t contract_allocations_live(void);   /* blocks not yet freed */
uint64_t contract_allocations_made(void); /* since the program began */
/* The nth allocation from here on fails, once (1: the next; 0: none). */
void contract_allocations_fail(uint64_t nth);

/* ---- assertions ---- */

#define assert_ok(call) assert_int_equal((call), IOSRC_OK)
#define assert_status(call, status) assert_int_equal((call), (status))
#define assert_kind(call, kind) \
	assert_int_equal(iosrc_status_kind((iosrc_status)(call)), (kind))
#define assert_bits(value, bits) assert_int_equal((value) & (bits), (bits))
#define assert_no_bits(value, bits) assert_int_equal((value) & (bits), 0)

#endif
