/* SPDX-License-Identifier: MIT
 *
 * notify.c: an eventfd, or a pipe where the kernel or a sandbox refuses it.
 */
#include <config.h>

#include "sys/unix/notify.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#if IOSRC_USE_EVENTFD
#include <sys/eventfd.h>
#endif

#include "status.h"
#include "sys/thread.h"
#include "sys/unix/pipe.h"

#if IOSRC_USE_EVENTFD

static int open_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

#else

static int open_eventfd(void)
{
	errno = ENOSYS;
	return -1;
}

#endif

/* Refused as a call, by the kernel or a sandbox: a pipe may work. */
static bool refused(void)
{
	return errno == ENOSYS || errno == EPERM || errno == EACCES ||
	    errno == EINVAL;
}

iosrc_status iosrc__notify_open(struct iosrc__notify *notify)
{
	iosrc_status status;
	int fds[2];

	fds[0] = open_eventfd();
	if (fds[0] >= 0) {
		notify->read_fd = notify->write_fd = fds[0];
		return IOSRC_OK;
	}
	if (!refused())
		return iosrc__status_errno();
	status = iosrc__pipe_open(fds);
	if (status < 0)
		return status;
	notify->read_fd = fds[0];
	notify->write_fd = fds[1];
	return IOSRC_OK;
}

void iosrc__notify_close(struct iosrc__notify *notify)
{
	close(notify->read_fd);
	if (notify->write_fd != notify->read_fd)
		close(notify->write_fd);
}

iosrc_status iosrc__notify_send(const struct iosrc__notify *notify)
{
	const uint64_t one = 1;
	iosrc_status status = IOSRC_OK;
	int code = errno;
	int cancel = iosrc__thread_cancel_disable();
	ssize_t written;

	do {
		written = write(notify->write_fd, &one, sizeof(one));
	} while (written < 0 && errno == EINTR);
	if (written < 0 && errno != EAGAIN)
		status = iosrc__status_errno();
	iosrc__thread_cancel_restore(cancel);
	errno = code;
	return status;
}

void iosrc__notify_drain(const struct iosrc__notify *notify)
{
	unsigned char bytes[512];
	ssize_t count;

	do {
		count = read(notify->read_fd, bytes, sizeof(bytes));
	} while (
	    (count == (ssize_t)sizeof(bytes)) || (count < 0 && errno == EINTR));
}
