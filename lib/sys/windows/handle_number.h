/* SPDX-License-Identifier: MIT
 *
 * handle_number.h: the key of a SOCKET or HANDLE, for sys/handle.h.
 *
 * Handles of the kernel have 32 significant bits, of which it ignores the
 * lowest two: 4, 5, 6 and 7 are one handle. What is no such handle may share
 * its key with one, and no harm comes of it: the kernel refuses it before the
 * key's entry changes hands.
 */
#ifndef IOSRC_WINDOWS_HANDLE_NUMBER_H
#define IOSRC_WINDOWS_HANDLE_NUMBER_H

#include <stdint.h>

#include <iosrc.h>

static inline uint32_t iosrc__handle_number(iosrc_handle handle)
{
	return (uint32_t)((uintptr_t)handle >> 2) & UINT32_C(0x7fffffff);
}

#endif
