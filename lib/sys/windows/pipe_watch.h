/* SPDX-License-Identifier: MIT
 *
 * pipe_watch.h: pipes, as a sort of what is watched.
 */
#ifndef IOSRC_SYS_WINDOWS_PIPE_WATCH_H
#define IOSRC_SYS_WINDOWS_PIPE_WATCH_H

#include <winsock2.h>

#include <windows.h>

#include <iosrc.h>

#include "sys/windows/watch.h"

struct iosrc__pipe;

extern const struct iosrc__watch_calls iosrc__pipe_calls;

/* OK for a source over a pipe that can be watched. */
iosrc_status iosrc__pipe_watch_check(iosrc_source *source);

/* The record of a pipe, not in a set yet; NULL: no memory. */
struct iosrc__watch *iosrc__pipe_watch_make(HANDLE port);
/* Nothing is out, though a packet may be under way. The pipe outlives its
 * registration. */
void iosrc__pipe_watch_set(struct iosrc__watch *watch, iosrc_source *source);

/* What the packet of a wait says. */
struct iosrc__watch_answer iosrc__pipe_watch_answer(struct iosrc__watch *watch);

#endif
