/* SPDX-License-Identifier: MIT
 *
 * notify.c: eventfd, else pipe2, else pipe and fcntl: what a sandbox or an old
 * kernel refuses is done by the next.
 */
#include <config.h>

#include "sys/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#if IOSRC_USE_EVENTFD
#include <sys/eventfd.h>
#endif

#include "status.h"
#include "sys/thread.h"

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

#if IOSRC_USE_PIPE2

static int open_pipe2(int fds[2])
{
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK);
}

#else

static int open_pipe2(int fds[2])
{
	(void)fds;
	errno = ENOSYS;
	return -1;
}

#endif

/* Refused as a call, by the kernel or a sandbox: the next one may work. */
static bool refused(void)
{
	return errno == ENOSYS || errno == EPERM || errno == EACCES ||
	    errno == EINVAL;
}

static int set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -1;
	return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int open_pipe(int fds[2])
{
	int code;

	if (pipe(fds) < 0)
		return -1;
	if (set_flags(fds[0]) == 0 && set_flags(fds[1]) == 0)
		return 0;
	code = errno;
	close(fds[0]);
	close(fds[1]);
	errno = code;
	return -1;
}

iosrc_status iosrc__notify_open(struct iosrc__notify *notify)
{
	int fds[2];

	fds[0] = open_eventfd();
	if (fds[0] >= 0) {
		notify->read_fd = notify->write_fd = fds[0];
		return IOSRC_OK;
	}
	if (!refused())
		return iosrc__status_errno();
	if (open_pipe2(fds) < 0 && (!refused() || open_pipe(fds) < 0))
		return iosrc__status_errno();
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
