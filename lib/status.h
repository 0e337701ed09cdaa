/* SPDX-License-Identifier: MIT
 *
 * status.h: how the library makes statuses, and the seam to the one file
 * that knows the error numbers of the system (sys/unix/status.c).
 * A status is 0, a library code of iosrc.h, or INT32_MIN + an OS code of 30
 * bits: never positive.
 */
#ifndef IOSRC_STATUS_H
#define IOSRC_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

/* The status of an errno value, and of the calling thread's errno now. */
iosrc_status iosrc__status_from_errno(int code);
iosrc_status iosrc__status_errno(void);

/* ---- what the system's file provides; codes are OS codes above 0 ---- */

/* The status that stands for the code on every system (WOULD_BLOCK), else
 * IOSRC_OK: the code has to be carried itself. */
iosrc_status iosrc__os_status_portable(int32_t code);

/* IOSRC_KIND_OTHER for a code that the table does not have. */
iosrc_kind iosrc__os_status_kind(int32_t code);

/* The constant's name ("ECONNREFUSED"), or NULL. */
const char *iosrc__os_status_name(int32_t code);

/* The system's text in out_text, ended with NUL, answering 1; or 0, when it
 * has none or it does not fit. Leaves errno as it was. */
int iosrc__os_status_message(int32_t code, char *out_text, size_t size);

/* The usual OS code of a library status, 0 where there is none. */
int32_t iosrc__os_status_usual(iosrc_status status);

/* The calling thread's last OS code. */
int32_t iosrc__os_status_last(void);

#endif
