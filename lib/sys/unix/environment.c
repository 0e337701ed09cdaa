/* SPDX-License-Identifier: MIT
 *
 * environment.c: secure_getenv, or its like.
 */
#include <config.h>

#include "sys/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SECURE_GETENV

static const char *find(const char *name)
{
	return secure_getenv(name);
}

#else

static const char *find(const char *name)
{
	if (geteuid() != getuid() || getegid() != getgid())
		return NULL;
	return getenv(name);
}

#endif

bool iosrc__environment_get(const char *name, char *out_text, size_t size)
{
	const char *text = find(name);
	size_t length;

	if (!text)
		return false;
	length = strnlen(text, size - 1);
	memcpy(out_text, text, length);
	out_text[length] = '\0';
	return true;
}
