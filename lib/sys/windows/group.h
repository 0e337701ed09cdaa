/* SPDX-License-Identifier: MIT
 *
 * group.h: handles of AFD, the driver below Winsock, through which sockets are
 * polled. What is polled and cancelled through one handle is on one list of
 * the driver, so no more than 32 sockets share one.
 */
#ifndef IOSRC_SYS_WINDOWS_GROUP_H
#define IOSRC_SYS_WINDOWS_GROUP_H

#include <stdint.h>

#include <winsock2.h>

#include <windows.h>

#include <iosrc.h>

#define IOSRC__GROUP_SOCKETS 32

struct iosrc__group {
	HANDLE afd;
	HANDLE port; /* where its polls end */
	uint32_t used;
	struct iosrc__group *before, *behind; /* of those with room */
	struct iosrc__groups *groups;
};

/* Those with room are a ring with a head; the lock is the poller's. */
struct iosrc__groups {
	HANDLE port;
	struct iosrc__group with_room;
};

/* With a first group, so that a system whose AFD cannot be opened is told when
 * the poller is made. */
iosrc_status iosrc__groups_open(struct iosrc__groups *groups, HANDLE port);
/* Closes what was kept. Groups in use are not known here. */
void iosrc__groups_close(struct iosrc__groups *groups);

/* A place in a group, whose handle is opened on demand. */
iosrc_status iosrc__group_join(struct iosrc__groups *groups,
    struct iosrc__group **out_group);
void iosrc__group_leave(struct iosrc__group *group);

#endif
