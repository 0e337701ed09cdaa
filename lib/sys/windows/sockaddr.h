/* SPDX-License-Identifier: MIT
 *
 * sockaddr.h: addresses as Winsock has them.
 */
#ifndef IOSRC_WINDOWS_SOCKADDR_H
#define IOSRC_WINDOWS_SOCKADDR_H

#include <winsock2.h>

#include <afunix.h>
#include <ws2tcpip.h>

#include <iosrc_net.h>

union iosrc__sockaddr {
	struct sockaddr any;
	struct sockaddr_in inet;
	struct sockaddr_in6 inet6;
	struct sockaddr_un path;
	struct sockaddr_storage room;
};

struct iosrc__socket_address {
	union iosrc__sockaddr u;
	int size; /* used in u */
};

/* The address was checked (iosrc__address_check). UNSUPPORTED: the system has
 * no such family. NO_SPACE: the path is longer than it takes. *out is written
 * on success only. */
iosrc_status iosrc__sockaddr_from(const iosrc_address *address,
    struct iosrc__socket_address *out);

/* Size 0 is family NONE; what is not known is OTHER, as it is. */
void iosrc__sockaddr_to(const struct iosrc__socket_address *system,
    iosrc_address *out);

/* The address of a socket that was not bound: port 0 of any of its family. */
void iosrc__sockaddr_any(int family, struct iosrc__socket_address *out);

#endif
