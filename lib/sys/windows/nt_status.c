/* SPDX-License-Identifier: MIT
 *
 * nt_status.c: NTSTATUS to Winsock's and Win32's numbers.
 */
#include <config.h>

#include "sys/windows/nt_status.h"

#include <winsock2.h>

#include <windows.h>
#include <winternl.h>

#include "status.h"

struct nt_code {
	uint32_t nt;
	int32_t winsock;
};

/* As Winsock answers them; the numbers of [MS-ERREF] 2.3.1. */
static const struct nt_code nt_codes[] = {
	{ 0xc0000008, WSAENOTSOCK },      /* INVALID_HANDLE */
	{ 0xc0000024, WSAENOTSOCK },      /* OBJECT_TYPE_MISMATCH */
	{ 0xc000009a, WSAENOBUFS },       /* INSUFFICIENT_RESOURCES */
	{ 0xc00000b5, WSAETIMEDOUT },     /* IO_TIMEOUT */
	{ 0xc000013b, WSAENETRESET },     /* LOCAL_DISCONNECT */
	{ 0xc000013c, WSAECONNRESET },    /* REMOTE_DISCONNECT */
	{ 0xc0000207, WSAEADDRNOTAVAIL }, /* INVALID_ADDRESS_COMPONENT */
	{ 0xc000020a, WSAEADDRINUSE },    /* ADDRESS_ALREADY_EXISTS */
	{ 0xc000020b, WSAENETRESET },     /* ADDRESS_CLOSED */
	{ 0xc000020c, WSAENETRESET },     /* CONNECTION_DISCONNECTED */
	{ 0xc000020d, WSAECONNRESET },    /* CONNECTION_RESET */
	{ 0xc0000236, WSAECONNREFUSED },  /* CONNECTION_REFUSED */
	{ 0xc000023a, WSAENOTCONN },      /* CONNECTION_INVALID */
	{ 0xc000023c, WSAENETUNREACH },   /* NETWORK_UNREACHABLE */
	{ 0xc000023d, WSAEHOSTUNREACH },  /* HOST_UNREACHABLE */
	{ 0xc000023e, WSAENETUNREACH },   /* PROTOCOL_UNREACHABLE */
	{ 0xc000023f, WSAECONNRESET },    /* PORT_UNREACHABLE */
	{ 0xc0000241, WSAECONNABORTED },  /* CONNECTION_ABORTED */
	{ 0x80000005, WSAEMSGSIZE },      /* BUFFER_OVERFLOW */
};

iosrc_status iosrc__status_from_nt(int32_t code)
{
	for (size_t i = 0; i < sizeof nt_codes / sizeof *nt_codes; i++)
		if (nt_codes[i].nt == (uint32_t)code)
			return iosrc_status_from_os(nt_codes[i].winsock);
	return iosrc_status_from_os((int32_t)RtlNtStatusToDosError(code));
}
