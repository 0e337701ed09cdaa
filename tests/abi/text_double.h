/* SPDX-License-Identifier: MIT
 *
 * text_double.h: what stands in for the system's call that tells the text of a
 * code. It changes the thread's last code, as such calls may. text_bytes.h,
 * from the system's folder, says whether texts are bytes of any encoding.
 */
#ifndef TESTS_ABI_TEXT_DOUBLE_H
#define TESTS_ABI_TEXT_DOUBLE_H

#include <stdbool.h>

#include "text_bytes.h"

extern const char *text_double_text; /* UTF-8, but where texts are bytes */
extern bool text_double_fails;
extern int text_double_calls;

#endif
