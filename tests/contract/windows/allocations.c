/* SPDX-License-Identifier: MIT
 *
 * allocations.c: counts the library's own allocations, from outside: the
 * import table of the DLL is made to name the functions here. Only the library
 * calls through it, so each call counts, and each block comes back here.
 */
#include "runner.h"

#include "native.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic size_t live;
static _Atomic uint64_t made;
static _Atomic uint64_t failing; /* number of the allocation to fail */
static int counted;

/* ---- what the library calls ---- */

static int may_be_made(void)
{
	uint64_t number = atomic_fetch_add(&made, 1) + 1;

	if (number != atomic_load(&failing))
		return 1;
	errno = ENOMEM;
	return 0;
}

static void *kept(void *block)
{
	if (block)
		atomic_fetch_add(&live, 1);
	return block;
}

static void *__cdecl count_malloc(size_t size)
{
	return may_be_made() ? kept(malloc(size)) : NULL;
}

static void *__cdecl count_calloc(size_t count, size_t size)
{
	return may_be_made() ? kept(calloc(count, size)) : NULL;
}

static void *__cdecl count_realloc(void *old, size_t size)
{
	void *block;

	if (!may_be_made())
		return NULL;
	block = realloc(old, size);
	if (block && !old)
		atomic_fetch_add(&live, 1);
	return block;
}

static void __cdecl count_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	free(block);
}

static void *__cdecl count_aligned(size_t size, size_t alignment)
{
	return may_be_made() ? kept(_aligned_malloc(size, alignment)) : NULL;
}

static void __cdecl count_aligned_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	_aligned_free(block);
}

typedef void (*function)(void);

static const struct {
	const char *name;
	function ours;
} counters[] = { { "malloc", (function)count_malloc },
	{ "calloc", (function)count_calloc },
	{ "realloc", (function)count_realloc },
	{ "free", (function)count_free },
	{ "_aligned_malloc", (function)count_aligned },
	{ "_aligned_free", (function)count_aligned_free } };
#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

/* ---- the import table ---- */

static int replace(ULONG_PTR *slot, const char *name)
{
	size_t i;
	DWORD before;

	for (i = 0; i < COUNTERS; i++) {
		if (strcmp(counters[i].name, name) != 0)
			continue;
		if (!VirtualProtect(slot, sizeof(*slot), PAGE_READWRITE,
		        &before))
			return 0;
		*slot = (ULONG_PTR)counters[i].ours;
		VirtualProtect(slot, sizeof(*slot), before, &before);
		return 1;
	}
	return 0;
}

static int walk_functions(unsigned char *base,
    const IMAGE_IMPORT_DESCRIPTOR *from)
{
	IMAGE_THUNK_DATA *name = (void *)(base + from->OriginalFirstThunk);
	IMAGE_THUNK_DATA *slot = (void *)(base + from->FirstThunk);
	int replaced = 0;

	for (; name->u1.AddressOfData; name++, slot++) {
		const IMAGE_IMPORT_BY_NAME *by_name;

		if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal))
			continue;
		by_name = (void *)(base + name->u1.AddressOfData);
		replaced += replace((ULONG_PTR *)&slot->u1.Function,
		    (const char *)by_name->Name);
	}
	return replaced;
}

static int walk_libraries(unsigned char *base)
{
	const IMAGE_DOS_HEADER *dos = (void *)base;
	const IMAGE_NT_HEADERS *nt = (void *)(base + dos->e_lfanew);
	const IMAGE_DATA_DIRECTORY *where =
	    &nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
	const IMAGE_IMPORT_DESCRIPTOR *from;
	int replaced = 0;

	if (where->Size == 0)
		return 0;
	from = (void *)(base + where->VirtualAddress);
	for (; from->Name; from++)
		replaced += walk_functions(base, from);
	return replaced;
}

void contract_allocations_start(void)
{
	HMODULE library = NULL, self = GetModuleHandleW(NULL);

	if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
	            GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
	        (const WCHAR *)(uintptr_t)iosrc_version, &library) ||
	    library == self)
		return;
	counted = walk_libraries((unsigned char *)library) >= 2;
}

/* ---- counts ---- */

int contract_allocations_counted(void)
{
	return counted;
}

size_t contract_allocations_live(void)
{
	return atomic_load(&live);
}

uint64_t contract_allocations_made(void)
{
	return atomic_load(&made);
}

void contract_allocations_fail(uint64_t nth)
{
	atomic_store(&failing, nth ? atomic_load(&made) + nth : 0);
}

void contract_allocations_print(uint64_t since)
{
	print_error("%llu allocations were made by the test\n",
	    (unsigned long long)(atomic_load(&made) - since));
}
