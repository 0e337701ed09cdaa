/* SPDX-License-Identifier: MIT
 *
 * family_p_exit.c: P1, a process that leaves everything as it is: threads in
 * waits, requests of every sort under way. Nothing may keep it from ending.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAVES L"IOSRC_TEST_LEAVES"
#define STATUS 42
#define SOURCES 100

static void *wait_for_ever(void *user)
{
	iosrc_event events[4];

	while (iosrc_poller_wait(user, events, 4, -1) >= 0)
		continue;
	return NULL;
}

static void leave_all(void)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle pair[2];
	iosrc_source *source;
	system_thread thread;
	iosrc_waker *waker;
	unsigned i;

	for (i = 0; i < SOURCES; i++) {
		contract_tcp_pair(pair);
		rig_watch(poller, pair[0], i,
		    IOSRC_READABLE | sr_modes[i % SR_MODES]);
		source = native_waitable(
		    CreateEventW(NULL, i % 2, FALSE, NULL));
		assert_ok(iosrc_register(source, poller, i, IOSRC_READABLE));
	}
	assert_ok(iosrc_waker_create(poller, 1, &waker));
	for (i = 0; i < 2; i++)
		rig_start(&thread, wait_for_ever, poller);
	system_sleep(50 * CONTRACT_MS);
	exit(STATUS);
}

static HANDLE start_again(const char *name)
{
	WCHAR arguments[MAX_PATH];
	HANDLE process;

	swprintf(arguments, MAX_PATH, L"--one %hs", name);
	SetEnvironmentVariableW(LEAVES, L"1");
	process = native_process(arguments, 0, NULL);
	SetEnvironmentVariableW(LEAVES, NULL);
	return process;
}

void contract_P1_a_process_ends_with_everything_pending(void **state)
{
	WCHAR value[8];
	HANDLE process;
	DWORD status = 0, waited;

	(void)state;
	if (GetEnvironmentVariableW(LEAVES, value, 8) > 0)
		leave_all();
	process = start_again(__func__);
	waited = WaitForSingleObject(process,
	    10000 * (DWORD)contract_slowness());
	if (waited != WAIT_OBJECT_0)
		TerminateProcess(process, 1);
	assert_int_equal(waited, WAIT_OBJECT_0);
	GetExitCodeProcess(process, &status);
	assert_int_equal(status, STATUS);
	CloseHandle(process);
}
