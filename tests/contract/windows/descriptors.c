/* SPDX-License-Identifier: MIT
 *
 * descriptors.c: which handles are open. The system counts all; of the lower
 * numbers each is asked for, so that what was left open can be named.
 */
#include "runner.h"

#include "native.h"

#include <stdlib.h>
#include <winternl.h>

#define LOOKED_AT 512 /* handles, whose numbers are multiples of 4 */

static HANDLE nth_handle(size_t nth)
{
	return (HANDLE)(uintptr_t)(4 * (nth + 1));
}

size_t contract_open_handles(void)
{
	DWORD count = 0;

	native_must(GetProcessHandleCount(GetCurrentProcess(), &count),
	    "GetProcessHandleCount");
	return count;
}

void contract_descriptors_take(struct contract_descriptors *out)
{
	DWORD flags;
	size_t i;

	out->open = calloc(LOOKED_AT, 1);
	assert_non_null(out->open);
	for (i = 0; i < LOOKED_AT; i++)
		out->open[i] = GetHandleInformation(nth_handle(i), &flags) != 0;
	out->count = contract_open_handles();
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

static size_t name_them(const struct contract_descriptors *then,
    const struct contract_descriptors *now)
{
	size_t i, found = 0;

	for (i = 0; i < LOOKED_AT; i++) {
		if (now->open[i] == then->open[i])
			continue;
		print_one(nth_handle(i),
		    now->open[i] ? "left open" : "closed, which was not ours");
		found++;
	}
	return found;
}

/* What ends by itself, as a thread of the system does, is given a second. */
size_t contract_descriptors_compare(const struct contract_descriptors *then)
{
	struct contract_descriptors now;
	unsigned tries;

	for (tries = 0; tries < 100; tries++) {
		if (contract_open_handles() == then->count)
			return 0;
		Sleep(10);
	}
	contract_descriptors_take(&now);
	print_error("%llu handles, %llu before the test\n",
	    (unsigned long long)now.count, (unsigned long long)then->count);
	name_them(then, &now);
	contract_descriptors_free(&now);
	return 1;
}

void contract_descriptors_free(struct contract_descriptors *then)
{
	free(then->open);
	then->open = NULL;
}
