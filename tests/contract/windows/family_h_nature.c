/* SPDX-License-Identifier: MIT
 *
 * family_h_nature.c: what a waitable handle is, and the rights that it has.
 * Timers of high resolution have a type of their own on Windows, which Wine 8
 * has not and a double of NtQueryObject answers.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

#include <string.h>
#include <winternl.h>

/* ---- the double ---- */

static unsigned renamed;

static NTSTATUS NTAPI query(HANDLE handle, OBJECT_INFORMATION_CLASS what,
    PVOID out, ULONG size, PULONG out_size)
{
	static WCHAR name[] = L"IRTimer";
	NTSTATUS status = NtQueryObject(handle, what, out, size, out_size);
	UNICODE_STRING *type = out;

	if (status < 0 || what != ObjectTypeInformation ||
	    type->Length != 5 * sizeof(WCHAR) ||
	    memcmp(type->Buffer, L"Timer", type->Length) != 0)
		return status;
	type->Buffer = name;
	type->Length = sizeof(name) - sizeof(WCHAR);
	renamed++;
	return status;
}

static void set_timer(HANDLE timer, long period_ms)
{
	LARGE_INTEGER due = { .QuadPart = -50000 };

	native_must(SetWaitableTimer(timer, &due, period_ms, NULL, NULL, FALSE),
	    "SetWaitableTimer");
}

/* ---- H1, H2 ---- */

/* In edge mode each time of one that is reset gives an event; one that stays
 * signalled gives one. */
void contract_H1_H2_timers_of_another_type(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source;
	unsigned round;
	HANDLE timer;

	(void)state;
	native_double("NtQueryObject", (void (*)(void))query);
	timer = CreateWaitableTimerW(NULL, FALSE, NULL);
	source = native_waitable(timer);
	assert_ok(iosrc_register(source, poller, 1, IOSRC_READABLE));
	for (round = 0; round < 5; round++) {
		set_timer(timer, 0);
		contract_expect(poller, 1);
		contract_expect_quiet(poller);
	}
	assert_ok(iosrc_close(source));
	timer = CreateWaitableTimerW(NULL, TRUE, NULL);
	source = native_waitable(timer);
	assert_ok(iosrc_register(source, poller, 2, IOSRC_READABLE));
	set_timer(timer, 0);
	contract_expect(poller, 2);
	contract_expect_quiet(poller);
	assert_ok(iosrc_rearm(source, IOSRC_READABLE));
	contract_expect(poller, 2);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
	assert_true(renamed >= 2);
}

static HANDLE make_event(BOOL stays)
{
	return CreateEventW(NULL, stays, FALSE, NULL);
}

/* Without a right that it takes to lose no signal, a handle is refused: to ask
 * an event whether it is reset by a wait, and to give back what was taken. */
void contract_H1_H2_rights_that_a_handle_needs(void **state)
{
	static const DWORD query = 1; /* EVENT_QUERY_STATE */
	struct {
		HANDLE handle;
		DWORD access;
		iosrc_kind kind;
	} cases[] = {
		{ make_event(TRUE), 0, IOSRC_KIND_PERMISSION },
		{ make_event(TRUE), query, IOSRC_KIND_OK },
		{ make_event(FALSE), 0, IOSRC_KIND_PERMISSION },
		{ make_event(FALSE), query, IOSRC_KIND_PERMISSION },
		{ make_event(FALSE), EVENT_MODIFY_STATE,
		    IOSRC_KIND_PERMISSION },
		{ make_event(FALSE), query | EVENT_MODIFY_STATE,
		    IOSRC_KIND_OK },
		{ CreateSemaphoreW(NULL, 0, 9, NULL), 0,
		    IOSRC_KIND_PERMISSION },
		{ CreateSemaphoreW(NULL, 0, 9, NULL), SEMAPHORE_MODIFY_STATE,
		    IOSRC_KIND_OK },
		{ CreateWaitableTimerW(NULL, FALSE, NULL), 0, IOSRC_KIND_OK },
	};
	iosrc_poller *poller = contract_poller(0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		HANDLE self = GetCurrentProcess(), less;
		iosrc_source *source;
		iosrc_kind kind;

		native_must(DuplicateHandle(self, cases[i].handle, self, &less,
		                SYNCHRONIZE | cases[i].access, FALSE, 0),
		    "DuplicateHandle");
		source = native_waitable(less);
		kind = iosrc_status_kind(
		    iosrc_register(source, poller, 1, IOSRC_READABLE));
		if (kind != cases[i].kind)
			fail_msg("case %u: kind %ld", (unsigned)i, (long)kind);
		contract_expect_quiet(poller);
		assert_ok(iosrc_close(source));
		CloseHandle(cases[i].handle);
	}
	assert_ok(iosrc_poller_release(poller));
}
