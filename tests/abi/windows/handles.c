/* SPDX-License-Identifier: MIT
 *
 * handles.c: counts what is this process's in the system's list.
 */
#include "handles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <windows.h>
#include <winternl.h>

#include <cmocka.h>

#define TOO_SHORT ((NTSTATUS)0xc0000004)
#define ALL_HANDLES ((SYSTEM_INFORMATION_CLASS)64) /* extended */

struct list {
	ULONG_PTR count, reserved;
	struct {
		void *object;
		ULONG_PTR process, handle;
		ULONG access;
		USHORT creator, type;
		ULONG attributes, reserved;
	} entries[];
};

/* To be freed. */
static struct list *take_list(void)
{
	struct list *list = NULL;
	ULONG size = 1 << 18, needed;
	NTSTATUS status = TOO_SHORT;

	for (; status == TOO_SHORT; size *= 2) {
		free(list);
		list = malloc(size);
		assert_non_null(list);
		status = NtQuerySystemInformation(ALL_HANDLES, list, size,
		    &needed);
	}
	assert_int_equal(status, 0);
	return list;
}

unsigned handles_count(void)
{
	struct list *list = take_list();
	unsigned count = 0;

	for (ULONG_PTR i = 0; i < list->count; i++)
		count += list->entries[i].process == GetCurrentProcessId();
	free(list);
	assert_true(count > 0);
	return count;
}
