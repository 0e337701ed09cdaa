/* SPDX-License-Identifier: MIT
 *
 * version.c: what this library is. The numbers exist once, in iosrc.h; the
 * text is put together from the same macros.
 */
#include <iosrc.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define DOTTED(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

_Static_assert(IOSRC_VERSION ==
        ((uint32_t)IOSRC_VERSION_MAJOR << 24 |
            (uint32_t)IOSRC_VERSION_MINOR << 16 |
            (uint32_t)IOSRC_VERSION_PATCH),
    "iosrc.h states its version twice, differently");

uint32_t iosrc_version(void)
{
	return IOSRC_VERSION;
}

const char *iosrc_version_string(void)
{
	return DOTTED(IOSRC_VERSION_MAJOR, IOSRC_VERSION_MINOR,
	    IOSRC_VERSION_PATCH);
}

uint32_t iosrc_abi(void)
{
	return IOSRC_ABI;
}
