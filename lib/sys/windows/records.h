/* SPDX-License-Identifier: MIT
 *
 * records.h: the records of a poller, and which sort of record a source gets.
 */
#ifndef IOSRC_SYS_WINDOWS_RECORDS_H
#define IOSRC_SYS_WINDOWS_RECORDS_H

#include <winsock2.h>

#include <windows.h>

#include <iosrc.h>

#include "backend.h"
#include "sys/windows/group.h"
#include "sys/windows/nt.h"
#include "sys/windows/watch.h"

/* The lock is the poller's. */
struct iosrc__records {
	HANDLE port;
	struct iosrc__groups groups;
	struct iosrc__nt_waits waits;
	struct iosrc__watches watches;
};

/* What was found out about a handle, for which no lock is needed. */
struct iosrc__looked {
	const struct iosrc__watch_calls *calls;
	SOCKET base;
};

iosrc_status iosrc__records_open(struct iosrc__records *records, HANDLE port);

/* OK for a handle of its source's sort that is open; else what a register
 * answers. */
iosrc_status iosrc__record_look(const struct iosrc__change *change,
    struct iosrc__looked *out);

/* The record of a change's handle, or NULL. */
struct iosrc__watch *iosrc__record_find(const struct iosrc__records *records,
    const struct iosrc__change *change);

/* Makes the record, or takes over one that is there. */
iosrc_status iosrc__record_add(struct iosrc__records *records,
    const struct iosrc__change *change, const struct iosrc__looked *looked);
iosrc_status iosrc__record_modify(struct iosrc__records *records,
    const struct iosrc__change *change, const struct iosrc__looked *looked);
void iosrc__record_remove(struct iosrc__records *records,
    const struct iosrc__change *change);
/* The registration goes on under another handle. */
void iosrc__record_move(struct iosrc__records *records,
    const struct iosrc__change *change, iosrc_handle handle);

/* What a packet says of the record that it names. */
struct iosrc__watch_answer iosrc__record_answer(const OVERLAPPED_ENTRY *packet);

#endif
