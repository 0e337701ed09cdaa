/* SPDX-License-Identifier: MIT
 *
 * socket_name.h: the addresses of a socket's two ends. Written on success
 * only.
 */
#ifndef IOSRC_SYS_SOCKET_NAME_H
#define IOSRC_SYS_SOCKET_NAME_H

#include <iosrc_net.h>

iosrc_status iosrc__socket_name_local(iosrc_handle handle,
    iosrc_address *out_address);
iosrc_status iosrc__socket_name_peer(iosrc_handle handle,
    iosrc_address *out_address);

#endif
