/* SPDX-License-Identifier: MIT
 *
 * imports.c: the import table of the library's DLL, which is made to name
 * functions of the tests. Only the library calls through it.
 */
#include "native.h"

#include <string.h>

static int replace(ULONG_PTR *slot, const char *name,
    const struct native_import *ours, size_t count)
{
	size_t i;
	DWORD before;

	for (i = 0; i < count; i++) {
		if (strcmp(ours[i].name, name) != 0)
			continue;
		if (!VirtualProtect(slot, sizeof(*slot), PAGE_READWRITE,
		        &before))
			return 0;
		*slot = (ULONG_PTR)ours[i].function;
		VirtualProtect(slot, sizeof(*slot), before, &before);
		return 1;
	}
	return 0;
}

static size_t walk_functions(unsigned char *base,
    const IMAGE_IMPORT_DESCRIPTOR *from, const struct native_import *ours,
    size_t count)
{
	IMAGE_THUNK_DATA *name = (void *)(base + from->OriginalFirstThunk);
	IMAGE_THUNK_DATA *slot = (void *)(base + from->FirstThunk);
	size_t replaced = 0;

	for (; name->u1.AddressOfData; name++, slot++) {
		const IMAGE_IMPORT_BY_NAME *by_name;

		if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal))
			continue;
		by_name = (void *)(base + name->u1.AddressOfData);
		replaced += replace((ULONG_PTR *)&slot->u1.Function,
		    (const char *)by_name->Name, ours, count);
	}
	return replaced;
}

static size_t walk_libraries(unsigned char *base,
    const struct native_import *ours, size_t count)
{
	const IMAGE_DOS_HEADER *dos = (void *)base;
	const IMAGE_NT_HEADERS *nt = (void *)(base + dos->e_lfanew);
	const IMAGE_DATA_DIRECTORY *where =
	    &nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
	const IMAGE_IMPORT_DESCRIPTOR *from;
	size_t replaced = 0;

	if (where->Size == 0)
		return 0;
	from = (void *)(base + where->VirtualAddress);
	for (; from->Name; from++)
		replaced += walk_functions(base, from, ours, count);
	return replaced;
}

/* NULL, if it is a part of this program. */
static unsigned char *library_base(void)
{
	HMODULE library = NULL;

	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
	        GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
	    (const WCHAR *)(uintptr_t)iosrc_version, &library);
	return library == GetModuleHandleW(NULL) ? NULL
	                                         : (unsigned char *)library;
}

size_t native_import(const struct native_import *ours, size_t count)
{
	unsigned char *base = library_base();

	return base ? walk_libraries(base, ours, count) : 0;
}

void native_double(const char *name, void (*function)(void))
{
	const struct native_import ours = { name, function };

	if (!library_base())
		contract_skip("the library is no DLL: it cannot be given a "
		              "double");
	if (native_import(&ours, 1) != 1)
		fail_msg("the library does not import %s", name);
}
