/* SPDX-License-Identifier: MIT
 *
 * text_double.c: a strerror_r in the form of POSIX: this file must not be built
 * as GNU source.
 */
#include "text_double.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *text_double_text;
bool text_double_fails;
int text_double_calls;

int strerror_r(int code, char *text, size_t size)
{
	(void)code;
	text_double_calls++;
	snprintf(text, size, "%s", text_double_text);
	errno = EIO;
	return text_double_fails ? EINVAL : 0;
}
