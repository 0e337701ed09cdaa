/* SPDX-License-Identifier: MIT
 *
 * loading.c: LoadLibrary, and what the system tells of a process.
 */
#include "loading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#include "handles.h"

void *loading_open(const char *path, bool global)
{
	HMODULE library = LoadLibraryA(path);

	(void)global;
	if (!library)
		fail_msg("%s: error %lu", path, GetLastError());
	return library;
}

void loading_close(void *library)
{
	assert_true(FreeLibrary(library));
}

bool loading_has_global(void)
{
	return false;
}

void *loading_find(void *library, const char *name)
{
	FARPROC function = GetProcAddress(library, name);
	void *address;

	memcpy(&address, &function, sizeof address);
	return address;
}

void loading_path_of(void *function, char *out_path)
{
	HMODULE library;

	assert_true(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
	        GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
	    function, &library));
	assert_int_not_equal(
	    GetModuleFileNameA(library, out_path, LOADING_PATH_SIZE), 0);
}

void loading_built(const char *build, char *out_path)
{
	char path[LOADING_PATH_SIZE];

	snprintf(path, sizeof path, "%s/lib/.libs/iosrc.dll", build);
	if (GetFullPathNameA(path, LOADING_PATH_SIZE, out_path, NULL) == 0)
		snprintf(out_path, LOADING_PATH_SIZE, "%s", path);
}

bool loading_is_there(const char *path)
{
	return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

void loading_copy(const char *path, char *out_copy)
{
	char folder[LOADING_PATH_SIZE];

	assert_int_not_equal(GetTempPathA(sizeof folder, folder), 0);
	snprintf(out_copy, LOADING_PATH_SIZE, "%siosrc-copy-%lu.dll", folder,
	    GetCurrentProcessId());
	assert_true(CopyFileA(path, out_copy, FALSE));
}

/* A library that is loaded cannot be removed. */
void loading_remove_loaded(const char *copy)
{
	(void)copy;
}

void loading_remove_unloaded(const char *copy)
{
	assert_true(DeleteFileA(copy));
}

int loading_handles(void)
{
	return (int)handles_count();
}

int loading_mappings(void)
{
	MEMORY_BASIC_INFORMATION piece;
	char *address = NULL;
	int count = 0;

	while (VirtualQuery(address, &piece, sizeof piece) != 0) {
		count += piece.State != MEM_FREE;
		address = (char *)piece.BaseAddress + piece.RegionSize;
	}
	return count;
}

int loading_mappings_of(const char *path)
{
	return GetModuleHandleA(path) != NULL;
}

size_t loading_heap(void)
{
	return 0;
}

struct thread {
	HANDLE handle;
	void (*work)(void *user);
	void *user;
};

static DWORD WINAPI run(void *argument)
{
	struct thread *thread = argument;

	Sleep(1);
	thread->work(thread->user);
	return 0;
}

void *loading_thread(void (*work)(void *user), void *user)
{
	struct thread *thread = malloc(sizeof *thread);

	assert_non_null(thread);
	thread->work = work;
	thread->user = user;
	thread->handle = CreateThread(NULL, 0, run, thread, 0, NULL);
	assert_non_null(thread->handle);
	return thread;
}

void loading_join(void *thread)
{
	HANDLE handle = ((struct thread *)thread)->handle;

	assert_int_equal(WaitForSingleObject(handle, INFINITE), WAIT_OBJECT_0);
	assert_true(CloseHandle(handle));
	free(thread);
}
