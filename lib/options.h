/* SPDX-License-Identifier: MIT
 *
 * options.h: structs that come with their size, so that old callers work
 * with new libraries and the reverse. Every size-tagged struct of the ABI
 * goes through these two calls.
 */
#ifndef IOSRC_OPTIONS_H
#define IOSRC_OPTIONS_H

#include <stddef.h>

#include <iosrc.h>

/* The largest size or count that any call of the ABI takes. */
#define IOSRC__SIZE_MAX 0x7fffffffu

/* From the caller. NULL and 0 are all defaults, that is zeroes; a struct
 * shorter than known is continued with zeroes. NULL with a size, or a size
 * above IOSRC__SIZE_MAX: INVALID. A byte that is not zero behind known_size:
 * UNSUPPORTED. *out_known is written on success only. */
iosrc_status iosrc__options_read(void *out_known, size_t known_size,
    const void *given, size_t given_size);

/* To the caller: fills up to the smaller size and zeroes the rest. NULL, size
 * 0 or a size above IOSRC__SIZE_MAX: INVALID, nothing written. */
iosrc_status iosrc__options_write(void *out_given, size_t given_size,
    const void *known, size_t known_size);

#endif
