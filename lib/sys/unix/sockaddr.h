/* SPDX-License-Identifier: MIT
 *
 * sockaddr.h: addresses as this system has them.
 */
#ifndef IOSRC_UNIX_SOCKADDR_H
#define IOSRC_UNIX_SOCKADDR_H

#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

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
	uint32_t
	    size; /* used in u; what a call answers may be above its room */
};

/* The address was checked (iosrc__address_check). UNSUPPORTED: the system has
 * no such family. NO_SPACE: the path or name is longer than it takes. *out is
 * written on success only. */
iosrc_status iosrc__sockaddr_from(const iosrc_address *address,
    struct iosrc__socket_address *out);

/* Size 0 is family NONE; what is not known is OTHER, as it is. */
void iosrc__sockaddr_to(const struct iosrc__socket_address *system,
    iosrc_address *out);

#endif
