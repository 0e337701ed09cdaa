/* SPDX-License-Identifier: MIT
 *
 * descriptors.c: which handles are open, from the list that the system keeps
 * of all there are: Wine counts those of a process as none.
 */
#include "runner.h"

#include "native.h"

#include <stdlib.h>
#include <winternl.h>

#define MOST 16384 /* numbers that are looked at; handles are multiples of 4 */
#define TOO_SHORT ((NTSTATUS)0xc0000004)
#define ALL_HANDLES 64 /* SystemExtendedHandleInformation */

struct entry {
	void *object;
	ULONG_PTR process, handle;
	ULONG access;
	USHORT creator, type;
	ULONG attributes, reserved;
};

struct list {
	ULONG_PTR count, reserved;
	struct entry entries[];
};

/* To be freed. */
static struct list *take_list(void)
{
	ULONG size = 1 << 18, needed;
	struct list *list;
	NTSTATUS status;

	for (;;) {
		list = malloc(size);
		assert_non_null(list);
		status = NtQuerySystemInformation(
		    (SYSTEM_INFORMATION_CLASS)ALL_HANDLES, list, size, &needed);
		if (status != TOO_SHORT)
			break;
		free(list);
		size *= 2;
	}
	if (status != 0)
		fail_msg("NtQuerySystemInformation: %#lx", (long)status);
	return list;
}

void contract_descriptors_take(struct contract_descriptors *out)
{
	struct list *list = take_list();
	ULONG_PTR i, number;

	out->count = 0;
	out->open = calloc(MOST, 1); /* the type, as a number that is not 0 */
	assert_non_null(out->open);
	for (i = 0; i < list->count; i++) {
		if (list->entries[i].process != GetCurrentProcessId())
			continue;
		number = list->entries[i].handle / 4;
		if (number < MOST)
			out->open[number] = (unsigned char)(1 +
			    list->entries[i].type % 255);
		out->count++;
	}
	free(list);
}

size_t contract_open_handles(void)
{
	struct contract_descriptors now;

	contract_descriptors_take(&now);
	contract_descriptors_free(&now);
	return now.count;
}

/* The name of its type, as the system has it. */
static void print_one(HANDLE handle, const char *what)
{
	union {
		PUBLIC_OBJECT_TYPE_INFORMATION info;
		char room[1024];
	} type = { .room = "" };
	ULONG size = 0;

	NtQueryObject(handle, ObjectTypeInformation, &type, sizeof(type),
	    &size);
	print_error("%s: handle %#llx, %.*ls\n", what,
	    (unsigned long long)(uintptr_t)handle,
	    (int)(type.info.TypeName.Length / sizeof(WCHAR)),
	    type.info.TypeName.Buffer ? type.info.TypeName.Buffer : L"");
}

/* The pool replaces its own: as many of a type are gone as are new. */
static int is_replaced(const int balance[256])
{
	unsigned type;

	for (type = 1; type < 256; type++)
		if (balance[type] != 0)
			return 0;
	return 1;
}

static size_t differences(const struct contract_descriptors *then, int print)
{
	struct contract_descriptors now;
	int balance[256] = { 0 };
	size_t i, found = 0;

	contract_descriptors_take(&now);
	for (i = 0; i < MOST; i++) {
		if (now.open[i] == then->open[i])
			continue;
		found++;
		balance[now.open[i]]++;
		balance[then->open[i]]--;
		if (print)
			print_one((HANDLE)(uintptr_t)(4 * i),
			    now.open[i] ? "left open"
			                : "closed, which was not ours");
	}
	if (now.count == then->count && is_replaced(balance)) {
		found = 0;
	}
	contract_descriptors_free(&now);
	return found;
}

/* What ends by itself, as threads of the system's pool do after five seconds,
 * is given the time. */
size_t contract_descriptors_compare(const struct contract_descriptors *then)
{
	unsigned tries;

	for (tries = 0; tries < 400; tries++) {
		if (differences(then, 0) == 0)
			return 0;
		Sleep(20);
	}
	return differences(then, 1);
}

void contract_descriptors_free(struct contract_descriptors *then)
{
	free(then->open);
	then->open = NULL;
}
