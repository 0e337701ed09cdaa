/* SPDX-License-Identifier: MIT
 *
 * nt.c: functions of ntdll that not every system has, looked up by name.
 */
#include <config.h>

#include "sys/windows/nt.h"

static FARPROC look_up(const char *name)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

	return ntdll ? GetProcAddress(ntdll, name) : NULL;
}

bool iosrc__nt_is_same(HANDLE one, HANDLE other)
{
	NTSTATUS(NTAPI * compare)
	(HANDLE, HANDLE) = (NTSTATUS(NTAPI *)(HANDLE, HANDLE))(
	    void (*)(void))look_up("NtCompareObjects");

	return !compare || compare(one, other) == 0;
}

/* All three or none. A pointer to any function is cast by way of one without
 * a prototype, which compilers take for intended. */
void iosrc__nt_waits_find(struct iosrc__nt_waits *out)
{
	struct iosrc__nt_waits found;

	*out = (struct iosrc__nt_waits){ 0 };
#define FIND(name) (void (*)(void)) look_up(name)
	found.create = (NTSTATUS(NTAPI *)(HANDLE *, ACCESS_MASK,
	    POBJECT_ATTRIBUTES))FIND("NtCreateWaitCompletionPacket");
	found.associate = (NTSTATUS(NTAPI *)(HANDLE, HANDLE, HANDLE, void *,
	    void *, NTSTATUS, ULONG_PTR,
	    BOOLEAN *))FIND("NtAssociateWaitCompletionPacket");
	found.cancel = (NTSTATUS(NTAPI *)(HANDLE, BOOLEAN))FIND(
	    "NtCancelWaitCompletionPacket");
#undef FIND
	if (found.create && found.associate && found.cancel)
		*out = found;
}
