/* SPDX-License-Identifier: MIT
 *
 * pipe.c: pipe2, else pipe and fcntl: what a sandbox or an old kernel refuses
 * is done by the next.
 */
#include <config.h>

#include "sys/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "status.h"
#include "sys/handle.h"

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

iosrc_status iosrc__pipe_open(int fds[2])
{
	iosrc_status status;

	if (open_pipe2(fds) == 0)
		return IOSRC_OK;
	if (!refused() || pipe(fds) < 0)
		return iosrc__status_errno();
	status = iosrc__handle_set_flags(fds[0]);
	if (status == IOSRC_OK)
		status = iosrc__handle_set_flags(fds[1]);
	if (status < 0) {
		close(fds[0]);
		close(fds[1]);
	}
	return status;
}
