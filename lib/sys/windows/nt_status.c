/* SPDX-License-Identifier: MIT
 *
 * nt_status.c: NTSTATUS to Win32's numbers, as the system maps them.
 */
#include <config.h>

#include "sys/windows/nt_status.h"

#include <winsock2.h>

#include <windows.h>
#include <winternl.h>

#include "status.h"

iosrc_status iosrc__status_from_nt(int32_t code)
{
	return iosrc_status_from_os((int32_t)RtlNtStatusToDosError(code));
}
