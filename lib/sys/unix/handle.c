/* SPDX-License-Identifier: MIT
 *
 * handle.c: file descriptors.
 */
#include <config.h>

#include "sys/handle.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "source.h"
#include "status.h"

iosrc_status iosrc__handle_check(iosrc_handle handle, iosrc_handle_type type)
{
	if (handle < 0 || handle > INT_MAX)
		return IOSRC_E_INVALID;
	return type == IOSRC_HANDLE_DEFAULT || type == IOSRC_HANDLE_SOCKET ||
	        type == IOSRC_HANDLE_PIPE
	    ? IOSRC_OK
	    : IOSRC_E_UNSUPPORTED;
}

/* An fd is an fd. */
uint32_t iosrc__handle_traits(iosrc_handle_type type)
{
	(void)type;
	return 0;
}

iosrc_status iosrc__handle_close(iosrc_source *source)
{
	/* Linux and the BSDs have given the number back on EINTR too. */
	if (close((int)source->handle) == 0 || errno == EINTR)
		return IOSRC_OK;
	return iosrc__status_errno();
}

void iosrc__handle_let_go(iosrc_source *source)
{
	(void)source;
}
