/* SPDX-License-Identifier: MIT
 *
 * nt.c: functions of ntdll that not every system has, looked up by name.
 */
#include <config.h>

#include "sys/windows/nt.h"

/* All three or none. A pointer to any function is cast by way of one without
 * a prototype, which compilers take for intended. */
void iosrc__nt_waits_find(struct iosrc__nt_waits *out)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	struct iosrc__nt_waits found;

	*out = (struct iosrc__nt_waits){ 0 };
	if (!ntdll)
		return;
#define FIND(name) (void (*)(void)) GetProcAddress(ntdll, name)
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
