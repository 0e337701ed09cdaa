/* SPDX-License-Identifier: MIT
 *
 * thread.c: threads of the C runtime, and queued procedure calls as what
 * disturbs them: they run where a thread waits alertably, which the library
 * never does.
 */
#include "native.h"

#include <process.h>
#include <stdlib.h>

struct system_thread_state {
	HANDLE handle;
	unsigned id;
	void *(*body)(void *);
	void *user;
	void *result;
};

static unsigned __stdcall run(void *user)
{
	struct system_thread_state *state = user;

	state->result = state->body(state->user);
	return 0;
}

int system_thread_start(system_thread *out, void *(*body)(void *), void *user)
{
	system_thread state = calloc(1, sizeof(*state));

	if (!state)
		return -1;
	state->body = body;
	state->user = user;
	*out = state;
	state->handle = (HANDLE)_beginthreadex(NULL, 0, run, state, 0,
	    &state->id);
	if (state->handle)
		return 0;
	free(state);
	return -1;
}

int system_thread_join(system_thread thread)
{
	return system_thread_result(thread, NULL);
}

int system_thread_result(system_thread thread, void **out)
{
	DWORD waited = WaitForSingleObject(thread->handle, INFINITE);

	CloseHandle(thread->handle);
	if (out)
		*out = thread->result;
	free(thread);
	return waited == WAIT_OBJECT_0 ? 0 : -1;
}

void system_yield(void)
{
	SwitchToThread();
}

void system_bear_disturbances(void)
{
}

system_target system_this_thread(void)
{
	return GetCurrentThreadId();
}

system_target system_thread_target(system_thread thread)
{
	return thread->id;
}

static void CALLBACK do_nothing(ULONG_PTR user)
{
	(void)user;
}

void system_disturb(system_target target)
{
	HANDLE thread = OpenThread(THREAD_SET_CONTEXT, FALSE, (DWORD)target);

	if (!thread)
		return;
	QueueUserAPC(do_nothing, thread, 0);
	CloseHandle(thread);
}

void system_default_broken_pipe(void)
{
}

/* A poll that names a number whose socket is half made (another thread is
 * inside socket()) ends wineserver at server/fd.c:1644. */
static SRWLOCK gate = SRWLOCK_INIT;

void system_gate_enter(void)
{
	if (native_is_wine())
		AcquireSRWLockExclusive(&gate);
}

void system_gate_leave(void)
{
	if (native_is_wine())
		ReleaseSRWLockExclusive(&gate);
}
