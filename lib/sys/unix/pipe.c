/* SPDX-License-Identifier: MIT
 *
 * pipe.c: pipe2, else pipe and fcntl: what a sandbox or an old kernel refuses
 * is done by the next.
 */
#include <config.h>

#include "sys/unix/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "status.h"
#include "sys/unix/handle_flags.h"

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

#if defined(SYS_pipe) && \
    (defined(__x86_64__) || defined(__i386__) || defined(__arm__) || \
        defined(__powerpc__) || defined(__s390__))

/* glibc's pipe() is the system call pipe2, which is what was refused. */
static int open_plainly(int fds[2])
{
	return (int)syscall(SYS_pipe, fds);
}

#else

/* Newer processors have pipe2 alone; that of older ones answers in registers,
 * which their libc knows. */
static int open_plainly(int fds[2])
{
	return pipe(fds);
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
	if (!refused() || open_plainly(fds) < 0)
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
