/* SPDX-License-Identifier: MIT
 *
 * socket_name.c: getsockname and getpeername.
 */
#include <config.h>

#include "sys/socket_name.h"

#include "status.h"
#include "sys/unix/sockaddr.h"

iosrc_status iosrc__socket_name_local(iosrc_handle handle,
    iosrc_address *out_address)
{
	struct iosrc__socket_address name;
	socklen_t size = sizeof name.u;

	if (getsockname((int)handle, &name.u.any, &size) < 0)
		return iosrc__status_errno();
	name.size = size;
	iosrc__sockaddr_to(&name, out_address);
	return IOSRC_OK;
}

iosrc_status iosrc__socket_name_peer(iosrc_handle handle,
    iosrc_address *out_address)
{
	struct iosrc__socket_address name;
	socklen_t size = sizeof name.u;

	if (getpeername((int)handle, &name.u.any, &size) < 0)
		return iosrc__status_errno();
	name.size = size;
	iosrc__sockaddr_to(&name, out_address);
	return IOSRC_OK;
}
