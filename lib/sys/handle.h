/* SPDX-License-Identifier: MIT
 *
 * handle.h: what a raw handle is on this system.
 */
#ifndef IOSRC_SYS_HANDLE_H
#define IOSRC_SYS_HANDLE_H

#include <stdint.h>

#include <iosrc.h>

/* INVALID for what no handle of the system can be, UNSUPPORTED for a type
 * that the system does not have. Makes no system call. */
iosrc_status iosrc__handle_check(iosrc_handle handle, iosrc_handle_type type);

/* The key of a checked handle in the handle map. */
static inline uint32_t iosrc__handle_number(iosrc_handle handle)
{
	return (uint32_t)handle;
}

/* Non-blocking and close-on-exec, where the call that opened it could not be
 * asked for both. */
iosrc_status iosrc__handle_set_flags(iosrc_handle handle);

iosrc_status iosrc__handle_close(iosrc_handle handle);

#endif
