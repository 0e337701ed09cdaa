/* SPDX-License-Identifier: MIT
 *
 * options.c: copies size-tagged structs in and out. What this version does
 * not know is refused on the way in (unless it is zero, its default) and
 * zeroed on the way out: nothing is silently ignored.
 */
#include "options.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int is_zero(const unsigned char *bytes, size_t size)
{
	while (size > 0 && bytes[size - 1] == 0)
		size--;
	return size == 0;
}

iosrc_status iosrc__options_read(void *out_known, size_t known_size,
    const void *given, size_t given_size)
{
	const unsigned char *bytes = given;
	size_t size = smaller(known_size, given_size);

	if ((!given && given_size > 0) || given_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	if (given_size > size && !is_zero(bytes + size, given_size - size))
		return IOSRC_E_UNSUPPORTED;

	memset(out_known, 0, known_size);
	if (size > 0)
		memcpy(out_known, given, size);
	return IOSRC_OK;
}

iosrc_status iosrc__options_write(void *out_given, size_t given_size,
    const void *known, size_t known_size)
{
	unsigned char *bytes = out_given;
	size_t size = smaller(known_size, given_size);

	if (!out_given || given_size == 0 || given_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;

	memcpy(bytes, known, size);
	memset(bytes + size, 0, given_size - size);
	return IOSRC_OK;
}
