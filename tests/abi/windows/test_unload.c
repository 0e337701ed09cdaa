/* SPDX-License-Identifier: MIT
 *
 * test_unload.c: what a program was given back goes on when it has unloaded
 * the library. Before Windows 8.1, and in Wine 8, a pipe stays with the port
 * of the process's pool, whose threads then call the library still.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#include <iosrc_plugin.h>

#include "loading.h"

typedef iosrc_status(IOSRC_CALL *api_get_fn)(uint32_t abi, iosrc_api *out_table,
    size_t table_size);

#define CALLS 200

static char library_path[LOADING_PATH_SIZE];

/* Both ends were used: the one read from, the other written to. */
static void make_pipe(const iosrc_api *api, HANDLE out_ends[2])
{
	iosrc_source *reader, *writer;
	iosrc_handle end;
	char byte;

	assert_int_equal(api->pipe(&reader, &writer), IOSRC_OK);
	assert_int_equal(api->read(reader, &byte, 1), IOSRC_E_WOULD_BLOCK);
	assert_int_equal(api->write(writer, "x", 1), 1);
	assert_int_equal(api->read(reader, &byte, 1), 1);
	assert_int_equal(api->into_inner(reader, &end), IOSRC_OK);
	out_ends[0] = (HANDLE)end;
	assert_int_equal(api->into_inner(writer, &end), IOSRC_OK);
	out_ends[1] = (HANDLE)end;
}

static void load_make_unload(HANDLE out_ends[2])
{
	void *library = loading_open(library_path, false);
	api_get_fn entry;
	iosrc_api api;

	*(void **)&entry = loading_find(library, "iosrc_api_get");
	assert_non_null(entry);
	assert_int_equal(entry(IOSRC_ABI, &api, sizeof api), IOSRC_OK);
	make_pipe(&api, out_ends);
	loading_close(library);
}

static void finish(HANDLE end, OVERLAPPED *call)
{
	DWORD count = 0;

	assert_int_equal(WaitForSingleObject(call->hEvent, 10000),
	    WAIT_OBJECT_0);
	assert_true(GetOverlappedResult(end, call, &count, FALSE));
	assert_int_equal(count, 1);
	CloseHandle(call->hEvent);
}

static OVERLAPPED make_call(void)
{
	return (OVERLAPPED){ .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
}

/* The read is begun first, so that it ends later. */
static void talk(const HANDLE ends[2])
{
	OVERLAPPED reading = make_call();
	OVERLAPPED writing = make_call();
	char byte = 0;

	assert_true(ReadFile(ends[0], &byte, 1, NULL, &reading) ||
	    GetLastError() == ERROR_IO_PENDING);
	assert_true(WriteFile(ends[1], "y", 1, NULL, &writing) ||
	    GetLastError() == ERROR_IO_PENDING);
	finish(ends[1], &writing);
	finish(ends[0], &reading);
	assert_int_equal(byte, 'y');
}

static void test_a_pipe_outlives_the_library(void **state)
{
	HANDLE ends[2];

	(void)state;
	load_make_unload(ends);
	for (int i = 0; i < CALLS; i++)
		talk(ends);
	Sleep(50); /* for the last ones to be told to the pool */
	assert_true(CloseHandle(ends[0]));
	assert_true(CloseHandle(ends[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pipe_outlives_the_library),
	};
	const char *build = getenv("top_builddir");

	loading_built(build ? build : ".", library_path);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
