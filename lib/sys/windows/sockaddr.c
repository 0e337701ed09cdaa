/* SPDX-License-Identifier: MIT
 *
 * sockaddr.c: addresses to and from Winsock's struct sockaddr.
 *
 * Paths of AF_UNIX are UTF-8 and end with NUL; there are no abstract names. A
 * pipe is a file's name and no socket's address.
 */
#include <config.h>

#include "sys/windows/sockaddr.h"

#include <stddef.h>
#include <string.h>

#define PATH_AT offsetof(struct sockaddr_un, sun_path)
#define PATH_MOST (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

_Static_assert(sizeof(union iosrc__sockaddr) == 128, "the room of OTHER");

/* ---- from an address ---- */

static iosrc_status from_inet(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	struct sockaddr_in *inet = &out->u.inet;

	inet->sin_family = AF_INET;
	inet->sin_port = htons((uint16_t)address->port);
	memcpy(&inet->sin_addr, address->data, sizeof inet->sin_addr);
	out->size = sizeof *inet;
	return IOSRC_OK;
}

static iosrc_status from_inet6(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	struct sockaddr_in6 *inet6 = &out->u.inet6;

	inet6->sin6_family = AF_INET6;
	inet6->sin6_port = htons((uint16_t)address->port);
	inet6->sin6_flowinfo = htonl(address->flow);
	inet6->sin6_scope_id = address->scope;
	memcpy(&inet6->sin6_addr, address->data, sizeof inet6->sin6_addr);
	out->size = sizeof *inet6;
	return IOSRC_OK;
}

static iosrc_status from_path(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	if (address->size > PATH_MOST)
		return IOSRC_E_NO_SPACE;
	out->u.path.sun_family = AF_UNIX;
	memcpy(out->u.path.sun_path, address->data, address->size);
	out->size = sizeof out->u.path;
	return IOSRC_OK;
}

static iosrc_status from_other(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	memcpy(&out->u, address->data, address->size);
	out->size = (int)address->size;
	return IOSRC_OK;
}

static iosrc_status from(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	switch (address->family) {
	case IOSRC_FAMILY_INET:
		return from_inet(address, out);
	case IOSRC_FAMILY_INET6:
		return from_inet6(address, out);
	case IOSRC_FAMILY_UNIX:
		return from_path(address, out);
	case IOSRC_FAMILY_OTHER:
		return from_other(address, out);
	default: /* IOSRC_FAMILY_UNIX_ABSTRACT, IOSRC_FAMILY_PIPE */
		return IOSRC_E_UNSUPPORTED;
	}
}

iosrc_status iosrc__sockaddr_from(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	struct iosrc__socket_address made;
	iosrc_status status;

	memset(&made, 0, sizeof made);
	status = from(address, &made);
	if (status == IOSRC_OK)
		*out = made;
	return status;
}

void iosrc__sockaddr_any(int family, struct iosrc__socket_address *out)
{
	memset(out, 0, sizeof *out);
	out->u.any.sa_family = (ADDRESS_FAMILY)family;
	out->size = family == AF_INET ? (int)sizeof out->u.inet
	    : family == AF_INET6      ? (int)sizeof out->u.inet6
	                              : (int)PATH_AT;
}

/* ---- to an address, which is zero before ---- */

static void to_inet(const struct sockaddr_in *inet, iosrc_address *out)
{
	out->family = IOSRC_FAMILY_INET;
	out->port = ntohs(inet->sin_port);
	out->size = sizeof inet->sin_addr;
	memcpy(out->data, &inet->sin_addr, out->size);
}

static void to_inet6(const struct sockaddr_in6 *inet6, iosrc_address *out)
{
	out->family = IOSRC_FAMILY_INET6;
	out->port = ntohs(inet6->sin6_port);
	out->scope = inet6->sin6_scope_id;
	out->flow = ntohl(inet6->sin6_flowinfo);
	out->size = sizeof inet6->sin6_addr;
	memcpy(out->data, &inet6->sin6_addr, out->size);
}

static void to_unix(const char *path, size_t size, iosrc_address *out)
{
	out->family = IOSRC_FAMILY_UNIX;
	out->size = (uint32_t)strnlen(path, size);
	memcpy(out->data, path, out->size);
}

static void to_other(const union iosrc__sockaddr *u, size_t size,
    iosrc_address *out)
{
	out->family = IOSRC_FAMILY_OTHER;
	out->size = (uint32_t)size;
	memcpy(out->data, u, size);
}

void iosrc__sockaddr_to(const struct iosrc__socket_address *system,
    iosrc_address *out)
{
	const union iosrc__sockaddr *u = &system->u;
	size_t size = (size_t)system->size;

	if (size > sizeof *u)
		size = sizeof *u;
	memset(out, 0, sizeof *out);
	if (size < offsetof(struct sockaddr, sa_data))
		return;
	if (u->any.sa_family == AF_INET && size >= sizeof u->inet)
		to_inet(&u->inet, out);
	else if (u->any.sa_family == AF_INET6 && size >= sizeof u->inet6)
		to_inet6(&u->inet6, out);
	else if (u->any.sa_family == AF_UNIX)
		to_unix((const char *)u + PATH_AT, size - PATH_AT, out);
	else
		to_other(u, size, out);
}
