/* SPDX-License-Identifier: MIT
 *
 * operation.h: overlapped operations of our own that the system has, and which
 * of the packets on the pool's port are theirs.
 *
 * A handle on that port brings us the end of whatever is begun with it, of the
 * program's own calls as well, and for as long as it lives where it cannot be
 * taken from the port again. So an OVERLAPPED is known by its address, and a
 * foreign one is never looked into: its memory may be gone.
 */
#ifndef IOSRC_SYS_WINDOWS_OPERATION_H
#define IOSRC_SYS_WINDOWS_OPERATION_H

#include <stdbool.h>

#include <winsock2.h>

#include <windows.h>

struct iosrc__operation {
	OVERLAPPED overlapped;
	struct iosrc__operation *next; /* of those that are known */
};

/* Before the call of the system that begins it: from here on it is known. */
void iosrc__operation_begin(struct iosrc__operation *operation);

/* No packet is to come: it ended at once, or was not begun. False: a packet of
 * somebody else's was taken for its own, and whoever took it has it. */
bool iosrc__operation_forget(struct iosrc__operation *operation);

/* Which one has a packet told the end of? It is known no longer. NULL: none of
 * ours. */
struct iosrc__operation *iosrc__operation_take(const OVERLAPPED *overlapped);

#endif
