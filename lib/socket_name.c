/* SPDX-License-Identifier: MIT
 *
 * socket_name.c: the addresses of a source's two ends.
 */
#include <iosrc_net.h>

#include "source.h"
#include "sys/socket_name.h"

iosrc_status iosrc_local_address(iosrc_source *source,
    iosrc_address *out_address)
{
	if (!source || !out_address)
		return IOSRC_E_INVALID;
	return iosrc__socket_name_local(source->handle, out_address);
}

iosrc_status iosrc_peer_address(iosrc_source *source,
    iosrc_address *out_address)
{
	if (!source || !out_address)
		return IOSRC_E_INVALID;
	return iosrc__socket_name_peer(source->handle, out_address);
}
