/* SPDX-License-Identifier: MIT
 *
 * address.c: what an address may hold, on every system.
 */
#include "address.h"

#include <string.h>

/* What a struct sockaddr of any system holds: its family at least, and no
 * more than struct sockaddr_storage. */
#define OTHER_SIZE_MIN 2u
#define OTHER_SIZE_MAX 128u

static const char pipe_prefix[] = "\\\\.\\pipe\\";

static bool is_known(uint32_t family)
{
	return family <= IOSRC_FAMILY_PIPE || family == IOSRC_FAMILY_OTHER;
}

bool iosrc__address_is_pipe(const void *data, size_t size)
{
	const size_t prefix_size = sizeof pipe_prefix - 1;
	const char *name;

	if (size <= prefix_size || memcmp(data, pipe_prefix, prefix_size) != 0)
		return false;
	name = (const char *)data + prefix_size;
	size -= prefix_size;
	return !memchr(name, '\\', size) && !memchr(name, '\0', size);
}

static bool is_data(const iosrc_address *address)
{
	switch (address->family) {
	case IOSRC_FAMILY_INET:
		return address->size == IOSRC__INET_SIZE;
	case IOSRC_FAMILY_INET6:
		return address->size == IOSRC__INET6_SIZE;
	case IOSRC_FAMILY_UNIX:
		return !memchr(address->data, '\0', address->size);
	case IOSRC_FAMILY_UNIX_ABSTRACT:
		return true;
	case IOSRC_FAMILY_PIPE:
		return iosrc__address_is_pipe(address->data, address->size);
	default:
		return address->size >= OTHER_SIZE_MIN &&
		    address->size <= OTHER_SIZE_MAX;
	}
}

/* Every sendto comes this way, so the rest is compared with itself, one byte
 * on: memcmp is many times faster than a loop. */
static bool is_rest_zero(const iosrc_address *address)
{
	const uint8_t *rest = address->data + address->size;
	size_t size = sizeof address->data - address->size;

	return size == 0 ||
	    (rest[0] == 0 && memcmp(rest, rest + 1, size - 1) == 0);
}

static bool is_numbers(const iosrc_address *address)
{
	if (address->family == IOSRC_FAMILY_INET6)
		return address->port <= IOSRC__PORT_MAX;
	if (address->scope != 0 || address->flow != 0)
		return false;
	if (address->family == IOSRC_FAMILY_INET)
		return address->port <= IOSRC__PORT_MAX;
	return address->port == 0;
}

iosrc_status iosrc__address_check(const iosrc_address *address)
{
	if (!address || address->family == IOSRC_FAMILY_NONE)
		return IOSRC_E_INVALID;
	if (!is_known(address->family))
		return IOSRC_E_UNSUPPORTED;
	if (address->size > sizeof address->data || !is_data(address) ||
	    !is_rest_zero(address) || !is_numbers(address))
		return IOSRC_E_INVALID;
	if (address->reserved[0] || address->reserved[1] ||
	    address->reserved[2])
		return IOSRC_E_UNSUPPORTED;
	return IOSRC_OK;
}
