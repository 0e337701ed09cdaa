/* SPDX-License-Identifier: MIT
 *
 * handle_number.h: a file descriptor is its own key, for sys/handle.h.
 */
#ifndef IOSRC_UNIX_HANDLE_NUMBER_H
#define IOSRC_UNIX_HANDLE_NUMBER_H

#include <stdint.h>

#include <iosrc.h>

static inline uint32_t iosrc__handle_number(iosrc_handle handle)
{
	return (uint32_t)handle;
}

#endif
