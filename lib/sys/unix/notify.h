/* SPDX-License-Identifier: MIT
 *
 * notify.h: a handle that becomes readable when another thread says so: an
 * eventfd, or a pipe where there is none.
 */
#ifndef IOSRC_UNIX_NOTIFY_H
#define IOSRC_UNIX_NOTIFY_H

#include <stdbool.h>

#include <iosrc.h>

struct iosrc__notify {
	int read_fd;
	int write_fd; /* the same as read_fd: an eventfd */
};

iosrc_status iosrc__notify_open(struct iosrc__notify *notify);
void iosrc__notify_close(struct iosrc__notify *notify);

/* A full pipe is a success: it is readable. Async-signal-safe; errno stays. */
iosrc_status iosrc__notify_send(const struct iosrc__notify *notify);
/* Makes it unreadable again. */
void iosrc__notify_drain(const struct iosrc__notify *notify);

/* Does every send make a new edge though nothing was drained? An eventfd
 * does; a pipe does not once it is full. */
static inline bool iosrc__notify_edges(const struct iosrc__notify *notify)
{
	return notify->read_fd == notify->write_fd;
}

/* Is the number one of its own? A source must not hijack it. */
static inline bool iosrc__notify_owns(const struct iosrc__notify *notify,
    iosrc_handle handle)
{
	return handle == notify->read_fd || handle == notify->write_fd;
}

#endif
