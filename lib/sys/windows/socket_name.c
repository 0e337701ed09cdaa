/* SPDX-License-Identifier: MIT
 *
 * socket_name.c: getsockname and getpeername.
 *
 * Winsock has no name for a socket that was not bound; Unix has port 0 of any
 * address, and so has the library.
 */
#include <config.h>

#include "sys/socket_name.h"

#include "status.h"
#include "sys/windows/sockaddr.h"
#include "sys/windows/winsock.h"

static iosrc_status name_unbound(iosrc_handle handle,
    struct iosrc__socket_address *out_name)
{
	WSAPROTOCOL_INFOW protocol;
	iosrc_status status = iosrc__winsock_protocol(handle, &protocol);

	if (status == IOSRC_OK)
		iosrc__sockaddr_any(protocol.iAddressFamily, out_name);
	return status;
}

iosrc_status iosrc__socket_name_local(iosrc_handle handle,
    iosrc_address *out_address)
{
	struct iosrc__socket_address name = { .size = sizeof name.u };
	iosrc_status status = IOSRC_OK;

	if (getsockname((SOCKET)handle, &name.u.any, &name.size) != 0)
		status = WSAGetLastError() == WSAEINVAL
		    ? name_unbound(handle, &name)
		    : iosrc__winsock_failed(handle);
	if (status == IOSRC_OK)
		iosrc__sockaddr_to(&name, out_address);
	return status;
}

iosrc_status iosrc__socket_name_peer(iosrc_handle handle,
    iosrc_address *out_address)
{
	struct iosrc__socket_address name = { .size = sizeof name.u };

	if (getpeername((SOCKET)handle, &name.u.any, &name.size) != 0)
		return iosrc__winsock_failed(handle);
	iosrc__sockaddr_to(&name, out_address);
	return IOSRC_OK;
}
