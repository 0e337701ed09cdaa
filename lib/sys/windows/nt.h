/* SPDX-License-Identifier: MIT
 *
 * nt.h: what is used of the native API of Windows NT and is in no header of
 * Winsock or Win32: polls of AFD, the driver below Winsock. They are what
 * select is made of.
 */
#ifndef IOSRC_SYS_WINDOWS_NT_H
#define IOSRC_SYS_WINDOWS_NT_H

#include <stdbool.h>

#include <winsock2.h>

#include <windows.h>
#include <winternl.h>

#include <iosrc.h>

/* ---- AFD ---- */

#define IOSRC__IOCTL_AFD_POLL 0x00012024

#define IOSRC__AFD_RECEIVE 0x0001u
#define IOSRC__AFD_RECEIVE_EXPEDITED 0x0002u /* out-of-band data */
#define IOSRC__AFD_SEND 0x0004u
#define IOSRC__AFD_DISCONNECT 0x0008u  /* the peer sends no more */
#define IOSRC__AFD_ABORT 0x0010u       /* reset */
#define IOSRC__AFD_LOCAL_CLOSE 0x0020u /* reported unasked, too */
#define IOSRC__AFD_ACCEPT 0x0080u
#define IOSRC__AFD_CONNECT_FAIL 0x0100u
/* 0x0040, CONNECT, is true of every connected socket for ever. */

struct iosrc__afd_poll {
	LARGE_INTEGER timeout;
	ULONG handle_count;
	ULONG exclusive;
	struct {
		HANDLE handle;
		ULONG events;
		NTSTATUS status;
	} handles[1];
};

/* ---- statuses ---- */

#define IOSRC__NT_SUCCEEDED(status) ((status) >= 0)
#define IOSRC__NT_PENDING ((NTSTATUS)0x00000103)
#define IOSRC__NT_INVALID_HANDLE ((NTSTATUS)0xc0000008)
#define IOSRC__NT_WRONG_TYPE ((NTSTATUS)0xc0000024)
#define IOSRC__NT_CANCELLED ((NTSTATUS)0xc0000120)
#define IOSRC__NT_HANDLES_CLOSED ((NTSTATUS)0x8000000a)

/* ---- objects that are waited for ---- */

#define IOSRC__NT_EVENT_QUERY 0x0001 /* the right EVENT_QUERY_STATE */
#define IOSRC__NT_EVENT_STAYS 0      /* until it is reset */

struct iosrc__nt_event {
	LONG type;
	LONG state;
};

/* Packets that a port gets when an object is signalled: from Windows 8 on, not
 * in Wine 8. NULL where the system has none. */
struct iosrc__nt_waits {
	NTSTATUS(NTAPI *create)
	(HANDLE *out_packet, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
	NTSTATUS(NTAPI *associate)
	(HANDLE packet, HANDLE port, HANDLE object, void *key, void *context,
	    NTSTATUS status, ULONG_PTR information, BOOLEAN *out_signalled);
	NTSTATUS(NTAPI *cancel)(HANDLE packet, BOOLEAN removes_signalled);
};

void iosrc__nt_waits_find(struct iosrc__nt_waits *out);

/* Do two handles name one object? Before Windows 10 nothing tells: then yes. */
bool iosrc__nt_is_same(HANDLE one, HANDLE other);

/* ---- pipes: FILE_PIPE_LOCAL_INFORMATION ---- */

#define IOSRC__NT_PIPE_MESSAGES 1     /* NamedPipeType */
#define IOSRC__NT_PIPE_DISCONNECTED 1 /* NamedPipeState */
#define IOSRC__NT_PIPE_LISTENING 2
#define IOSRC__NT_PIPE_CONNECTED 3
#define IOSRC__NT_PIPE_CLOSING 4

/* ---- ports of files ---- */

#define IOSRC__NT_REPLACE_COMPLETION ((FILE_INFORMATION_CLASS)61)

struct iosrc__nt_completion {
	HANDLE port; /* NULL: none any more */
	void *key;
};

/* ---- functions that no header declares ---- */

NTSYSAPI NTSTATUS NTAPI NtQueryEvent(HANDLE event, int information, void *out,
    ULONG size, ULONG *out_size);

NTSYSAPI NTSTATUS NTAPI NtCancelIoFileEx(HANDLE handle,
    PIO_STATUS_BLOCK request, PIO_STATUS_BLOCK out);

#endif
