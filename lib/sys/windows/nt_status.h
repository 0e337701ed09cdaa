/* SPDX-License-Identifier: MIT
 *
 * nt_status.h: what calls of ntdll answer, as statuses.
 */
#ifndef IOSRC_WINDOWS_NT_STATUS_H
#define IOSRC_WINDOWS_NT_STATUS_H

#include <stdint.h>

#include <iosrc.h>

/* The status of an NTSTATUS that says failure: never IOSRC_OK. What a poll says
 * of a connection is no status: its error is Winsock's to tell. */
iosrc_status iosrc__status_from_nt(int32_t code);

#endif
