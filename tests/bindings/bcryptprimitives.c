/* SPDX-License-Identifier: MIT
 *
 * bcryptprimitives.c: the one function of bcryptprimitives.dll that programs
 * of Go 1.20 and newer cannot start without, for Wines that lack the DLL (8.0
 * does). Put into a test's own Wine, and nowhere else.
 */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
	while (size > 0) {
		ULONG part = size > MAXLONG ? MAXLONG : (ULONG)size;

		if (!RtlGenRandom(data, part))
			return FALSE;
		data += part;
		size -= part;
	}
	return TRUE;
}
