/* SPDX-License-Identifier: MIT
 *
 * test_answer.c: what the answers of the native API mean: statuses of failed
 * calls, and polls of AFD that ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/windows/nt_status.h"
#include "sys/windows/sock.h"

#define SUCCESS 0
#define CLOSED (IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)
#define HUNG_UP (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_ERROR | CLOSED)

/* The numbers of [MS-ERREF] 2.3.1. */
static void test_failures_have_their_kinds(void **state)
{
	static const struct {
		uint32_t nt;
		iosrc_kind kind;
	} rows[] = {
		{ 0xc0000008, IOSRC_KIND_BAD_HANDLE },  /* INVALID_HANDLE */
		{ 0xc0000024, IOSRC_KIND_BAD_HANDLE },  /* TYPE_MISMATCH */
		{ 0xc0000022, IOSRC_KIND_PERMISSION },  /* ACCESS_DENIED */
		{ 0xc0000017, IOSRC_KIND_NO_MEMORY },   /* NO_MEMORY */
		{ 0xc000009a, IOSRC_KIND_LIMIT },       /* NO RESOURCES */
		{ 0xc0000034, IOSRC_KIND_NOT_FOUND },   /* NAME_NOT_FOUND */
		{ 0xc000000d, IOSRC_KIND_INVALID },     /* INVALID_PARAMETER */
		{ 0xc00000bb, IOSRC_KIND_UNSUPPORTED }, /* NOT_SUPPORTED */
		{ 0xcfffffff, IOSRC_KIND_OTHER },       /* nothing */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		iosrc_status status = iosrc__status_from_nt(
		    (int32_t)rows[i].nt);

		assert_true(status < 0);
		if (iosrc_status_kind(status) != rows[i].kind)
			fail_msg("%#lx: kind %ld", (unsigned long)rows[i].nt,
			    (long)iosrc_status_kind(status));
	}
}

static void polled(uint32_t status, ULONG count, ULONG events,
    enum iosrc__watch_outcome outcome, iosrc_bits ready)
{
	struct iosrc__afd_poll poll = { .handle_count = count };
	struct iosrc__watch_answer answer;

	poll.handles[0].events = events;
	answer = iosrc__sock_answer_of((NTSTATUS)status, &poll);
	assert_int_equal(answer.outcome, outcome);
	assert_int_equal(answer.ready, ready);
	assert_false(answer.consumed);
}

static void test_events_are_ready_bits(void **state)
{
	static const struct {
		ULONG events;
		iosrc_bits ready;
	} rows[] = {
		{ IOSRC__AFD_RECEIVE, IOSRC_READABLE },
		{ IOSRC__AFD_ACCEPT, IOSRC_READABLE },
		{ IOSRC__AFD_SEND, IOSRC_WRITABLE },
		{ IOSRC__AFD_RECEIVE_EXPEDITED, IOSRC_PRIORITY },
		{ IOSRC__AFD_DISCONNECT, IOSRC_READABLE | IOSRC_READ_CLOSED },
		{ IOSRC__AFD_ABORT, HUNG_UP },
		{ IOSRC__AFD_CONNECT_FAIL, HUNG_UP },
		{ IOSRC__AFD_RECEIVE | IOSRC__AFD_SEND,
		    IOSRC_READABLE | IOSRC_WRITABLE },
		{ IOSRC__AFD_SEND | IOSRC__AFD_DISCONNECT,
		    IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_READ_CLOSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		polled(SUCCESS, 1, rows[i].events, IOSRC__ANSWER_READY,
		    rows[i].ready);
}

/* What is left in the poll then says nothing. */
static void test_other_ends_of_a_poll(void **state)
{
	const ULONG old = IOSRC__AFD_RECEIVE | IOSRC__AFD_ABORT;

	(void)state;
	polled(SUCCESS, 0, old, IOSRC__ANSWER_CANCELLED, 0);
	polled(0x00000102, 0, old, IOSRC__ANSWER_CANCELLED, 0); /* TIMEOUT */
	polled(0xc0000120, 1, old, IOSRC__ANSWER_CANCELLED, 0);
	polled(0x8000000a, 1, old, IOSRC__ANSWER_CANCELLED, 0);
	polled(0xc000009a, 1, old, IOSRC__ANSWER_FAILED, 0);
	polled(0xc0000008, 1, old, IOSRC__ANSWER_FAILED, 0);
	polled(SUCCESS, 1, IOSRC__AFD_LOCAL_CLOSE, IOSRC__ANSWER_CLOSED, 0);
	polled(SUCCESS, 1, old | IOSRC__AFD_LOCAL_CLOSE, IOSRC__ANSWER_CLOSED,
	    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures_have_their_kinds),
		cmocka_unit_test(test_events_are_ready_bits),
		cmocka_unit_test(test_other_ends_of_a_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
