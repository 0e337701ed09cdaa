/* SPDX-License-Identifier: MIT
 *
 * sock.h: sockets, as a sort of what is watched: polls of AFD.
 */
#ifndef IOSRC_SYS_WINDOWS_SOCK_H
#define IOSRC_SYS_WINDOWS_SOCK_H

#include <iosrc.h>

#include "sys/windows/group.h"
#include "sys/windows/nt.h"
#include "sys/windows/watch.h"

extern const struct iosrc__watch_calls iosrc__sock_calls;

/* The system's own socket below a number, which AFD knows; what is no open
 * socket gets the status that a register answers. No lock is needed. */
iosrc_status iosrc__sock_find_base(iosrc_handle handle, SOCKET *out_base);

/* The record of a socket, not in a set yet. */
iosrc_status iosrc__sock_make(struct iosrc__groups *groups,
    struct iosrc__watch **out_watch);
void iosrc__sock_set_base(struct iosrc__watch *watch, SOCKET base);
/* The handle of AFD that a socket is polled through. */
HANDLE iosrc__sock_afd(const struct iosrc__watch *watch);

/* What a poll that ended so says. */
struct iosrc__watch_answer iosrc__sock_answer_of(NTSTATUS status,
    const struct iosrc__afd_poll *poll);
/* What the packet of a poll says. */
struct iosrc__watch_answer iosrc__sock_answer(const struct iosrc__watch *watch);

#endif
