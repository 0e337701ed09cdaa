/* SPDX-License-Identifier: MIT
 *
 * socket_option.c: options and multicast groups of a source's socket: what
 * can be told without the system.
 */
#include <iosrc_net.h>

#include "address.h"
#include "source.h"
#include "sys/socket_option.h"

#define INDEX_MAX 0x7fffffffu

iosrc_status iosrc_set_option(iosrc_source *source, uint32_t option,
    int64_t value)
{
	if (!source)
		return IOSRC_E_INVALID;
	return iosrc__socket_option_set(source, option, value);
}

iosrc_status iosrc_get_option(iosrc_source *source, uint32_t option,
    int64_t *out_value)
{
	if (!source || !out_value)
		return IOSRC_E_INVALID;
	return iosrc__socket_option_get(source, option, out_value);
}

/* ---- groups ---- */

/* 224.0.0.0/4 and ff00::/8 */
static bool is_group(const iosrc_address *address)
{
	return address->family == IOSRC_FAMILY_INET
	    ? address->data[0] >> 4 == 0xe
	    : address->data[0] == 0xff;
}

/* A group that names its interface contradicts any other, and "any" too. */
static iosrc_status check_group(const iosrc_address *group,
    uint32_t interface_index)
{
	iosrc_status status = iosrc__address_check(group);

	if (status < 0)
		return status;
	if (group->family != IOSRC_FAMILY_INET &&
	    group->family != IOSRC_FAMILY_INET6)
		return IOSRC_E_UNSUPPORTED;
	if (group->scope != 0 && group->scope != interface_index)
		return IOSRC_E_INVALID;
	return is_group(group) ? IOSRC_OK : IOSRC_E_INVALID;
}

static iosrc_status change_group(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index, bool joins)
{
	iosrc_status status;

	if (!source || interface_index > INDEX_MAX)
		return IOSRC_E_INVALID;
	status = check_group(group, interface_index);
	if (status < 0)
		return status;
	return iosrc__socket_option_group(source, group, interface_index,
	    joins);
}

iosrc_status iosrc_multicast_join(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index)
{
	return change_group(source, group, interface_index, true);
}

iosrc_status iosrc_multicast_leave(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index)
{
	return change_group(source, group, interface_index, false);
}
