/* SPDX-License-Identifier: MIT
 *
 * system.c: what iosrc-info asks of Windows. Here nothing is a file for which
 * the system never waits and that a poller takes.
 */
#include "system.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

int64_t system_now_ns(void)
{
	LARGE_INTEGER now, second;

	QueryPerformanceCounter(&now);
	QueryPerformanceFrequency(&second);
	return now.QuadPart / second.QuadPart * 1000000000 +
	    now.QuadPart % second.QuadPart * 1000000000 / second.QuadPart;
}

void system_sleep_ms(unsigned ms)
{
	Sleep(ms);
}

struct system_thread {
	HANDLE handle;
	void *(*run)(void *user);
	void *user; /* and then what the function answered */
};

static DWORD WINAPI run_thread(LPVOID argument)
{
	struct system_thread *thread = argument;

	thread->user = thread->run(thread->user);
	return 0;
}

struct system_thread *system_thread_start(void *(*run)(void *user), void *user)
{
	struct system_thread *thread = malloc(sizeof *thread);

	if (!thread)
		return NULL;
	thread->run = run;
	thread->user = user;
	thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
	if (thread->handle)
		return thread;
	free(thread);
	return NULL;
}

void *system_thread_join(struct system_thread *thread)
{
	void *result;

	WaitForSingleObject(thread->handle, INFINITE);
	CloseHandle(thread->handle);
	result = thread->user;
	free(thread);
	return result;
}

iosrc_handle system_open_file(void)
{
	return -1;
}

static const char *last_words;

static VOID CALLBACK give_up(PVOID unused, BOOLEAN timed_out)
{
	DWORD written;

	(void)unused;
	(void)timed_out;
	WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), last_words,
	    (DWORD)strlen(last_words), &written, NULL);
	TerminateProcess(GetCurrentProcess(), 1);
}

void system_give_up_after(unsigned seconds, const char *words)
{
	HANDLE timer;

	last_words = words;
	CreateTimerQueueTimer(&timer, NULL, give_up, NULL, seconds * 1000, 0,
	    WT_EXECUTEONLYONCE);
}
