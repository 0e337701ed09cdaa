/* SPDX-License-Identifier: MIT
 *
 * transfer.h: one receive and one send of Winsock, answered as Unix answers
 * them.
 */
#ifndef IOSRC_WINDOWS_TRANSFER_H
#define IOSRC_WINDOWS_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/windows/sockaddr.h"

/* Winsock wants memory for nothing, too, and leaves it alone. */
static inline WSABUF iosrc__transfer_buffer(const void *data, size_t size)
{
	return (WSABUF){ .len = (ULONG)size,
		.buf = (char *)(uintptr_t)(size ? data : "") };
}

struct iosrc__transfer {
	WSABUF *buffers;
	DWORD count;
	DWORD flags; /* MSG_* */
};

/* Counts or statuses. out_peer may be NULL, and gets size 0 where the system
 * tells none. *out_truncated says that a datagram was longer than the room. */
int64_t iosrc__transfer_recv(iosrc_handle handle,
    const struct iosrc__transfer *what, struct iosrc__socket_address *out_peer,
    bool *out_truncated);
/* peer may be NULL. */
int64_t iosrc__transfer_send(iosrc_handle handle,
    const struct iosrc__transfer *what,
    const struct iosrc__socket_address *peer);

#endif
