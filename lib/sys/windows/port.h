/* SPDX-License-Identifier: MIT
 *
 * port.h: the completion port of a poller. Several threads may take packets
 * from it at once; each packet goes to one of them.
 */
#ifndef IOSRC_SYS_WINDOWS_PORT_H
#define IOSRC_SYS_WINDOWS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <winsock2.h>

#include <windows.h>

#include <iosrc.h>

struct iosrc__watch;

/* What a packet's key says. */
#define IOSRC__PORT_KICK 0 /* the latch has the news */
#define IOSRC__PORT_SOCK 1 /* a poll of AFD has ended; names its record */
#define IOSRC__PORT_WAIT 2 /* a wait for a handle has; names its record */
#define IOSRC__PORT_PIPE 3 /* one for a pipe has; names its record */
#define IOSRC__PORT_TOLD 4 /* a record's own packet; names it */

iosrc_status iosrc__port_open(HANDLE *out_port);

/* Handles of files whose operations are to end as packets. */
iosrc_status iosrc__port_join(HANDLE port, HANDLE file, ULONG_PTR key);

/* Sends a packet of our own. */
iosrc_status iosrc__port_post(HANDLE port, ULONG_PTR key,
    struct iosrc__watch *watch);

/* Takes at most `count` packets; -1 waits for ever. Answers how many, 0 when
 * the time is over, or a status. */
int64_t iosrc__port_take(HANDLE port, OVERLAPPED_ENTRY *out_packets,
    size_t count, int64_t left_ns);

#endif
