/* SPDX-License-Identifier: MIT
 *
 * environment.c: secure_getenv, or its like.
 */
#include <config.h>

#include "sys/environment.h"

#include <stdlib.h>
#include <unistd.h>

#ifdef HAVE_SECURE_GETENV

const char *iosrc__environment_get(const char *name)
{
	return secure_getenv(name);
}

#else

const char *iosrc__environment_get(const char *name)
{
	if (geteuid() != getuid() || getegid() != getgid())
		return NULL;
	return getenv(name);
}

#endif
