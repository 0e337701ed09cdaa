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

#include <stdint.h>

#include <iosrc.h>

#include "handle_number.h"

/* INVALID for what no handle of the system can be, UNSUPPORTED for a type
 * that the system does not have. Makes no system call. */
iosrc_status iosrc__handle_check(iosrc_handle handle, iosrc_handle_type type);

/* The traits of a source over a handle of that type (source.h). */
uint32_t iosrc__handle_traits(iosrc_handle_type type);

/* Closes a source's handle. It is registered nowhere. */
iosrc_status iosrc__handle_close(iosrc_source *source);
/* Lets go of a handle that is given back. Likewise. */
void iosrc__handle_let_go(iosrc_source *source);

#endif
