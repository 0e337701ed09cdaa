/* SPDX-License-Identifier: MIT
 *
 * handle.h: what a raw handle is on this system. handle_number.h, from the
 * system's folder, has inline
 *
 *	uint32_t iosrc__handle_number(iosrc_handle handle);
 *		the key of a checked handle in the handle map
 */
#ifndef IOSRC_SYS_HANDLE_H
#define IOSRC_SYS_HANDLE_H

#include <iosrc.h>

#include "handle_number.h"

/* INVALID for what no handle of the system can be, UNSUPPORTED for a type
 * that the system does not have. Makes no system call. */
iosrc_status iosrc__handle_check(iosrc_handle handle, iosrc_handle_type type);

iosrc_status iosrc__handle_close(iosrc_handle handle);

#endif
