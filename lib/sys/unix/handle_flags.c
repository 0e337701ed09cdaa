/* SPDX-License-Identifier: MIT
 *
 * handle_flags.c: fcntl, for want of a call that opens with the flags.
 */
#include <config.h>

#include "sys/unix/handle_flags.h"

#include <fcntl.h>

#include "status.h"

iosrc_status iosrc__handle_set_flags(iosrc_handle handle)
{
	int fd = (int)handle;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return iosrc__status_errno();
	return IOSRC_OK;
}
