/* SPDX-License-Identifier: MIT
 *
 * waitable.h: events, semaphores, timers, processes and threads, as a sort of
 * what is watched: they are readable while they are signalled.
 */
#ifndef IOSRC_SYS_WINDOWS_WAITABLE_H
#define IOSRC_SYS_WINDOWS_WAITABLE_H

#include <winsock2.h>

#include <windows.h>

#include <iosrc.h>

#include "sys/windows/nt.h"
#include "sys/windows/watch.h"

extern const struct iosrc__watch_calls iosrc__waitable_calls;

/* The record of a waitable handle, not in a set yet. */
iosrc_status iosrc__waitable_make(const struct iosrc__nt_waits *waits,
    HANDLE port, iosrc_handle handle, struct iosrc__watch **out_watch);

/* Swaps what two records wait for. Neither waits, though a packet may be under
 * way. */
void iosrc__waitable_swap(struct iosrc__watch *one, struct iosrc__watch *other);

/* OK for a handle that is open. */
iosrc_status iosrc__waitable_check(iosrc_handle handle);

/* Is what the record waits for still what has the number? */
bool iosrc__waitable_is(const struct iosrc__watch *watch, iosrc_handle handle);

/* What the packet of a wait says. */
struct iosrc__watch_answer iosrc__waitable_answer(struct iosrc__watch *watch);

#endif
