/* SPDX-License-Identifier: MIT
 *
 * sockaddr.c: addresses to and from struct sockaddr.
 *
 * A unix(7) address is told by its size: nothing behind the family is unnamed,
 * a NUL in front is an abstract name up to the size, all else is a path up to
 * its NUL, or up to the size where the path fills sun_path: Linux takes that
 * too, and answers it with a NUL behind sun_path.
 */
#include <config.h>

#include "sys/unix/sockaddr.h"

#include <stddef.h>
#include <string.h>

#define PATH_AT offsetof(struct sockaddr_un, sun_path)
#define PATH_ROOM sizeof(((struct sockaddr_un *)0)->sun_path)

#ifdef __linux__
#define HAS_ABSTRACT_NAMES 1
#define PATH_MOST PATH_ROOM
#else
#define HAS_ABSTRACT_NAMES 0
#define PATH_MOST (PATH_ROOM - 1)
#endif

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

/* A path goes with its NUL where there is room for it. */
static iosrc_status from_path(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	size_t size = address->size;

	if (size > PATH_MOST)
		return IOSRC_E_NO_SPACE;
	out->u.path.sun_family = AF_UNIX;
	memcpy(out->u.path.sun_path, address->data, size);
	if (size > 0 && size < PATH_ROOM)
		size++;
	out->size = (uint32_t)(PATH_AT + size);
	return IOSRC_OK;
}

static iosrc_status from_abstract(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	if (!HAS_ABSTRACT_NAMES)
		return IOSRC_E_UNSUPPORTED;
	if (address->size > PATH_ROOM - 1)
		return IOSRC_E_NO_SPACE;
	out->u.path.sun_family = AF_UNIX;
	memcpy(out->u.path.sun_path + 1, address->data, address->size);
	out->size = (uint32_t)(PATH_AT + 1 + address->size);
	return IOSRC_OK;
}

static iosrc_status from_other(const iosrc_address *address,
    struct iosrc__socket_address *out)
{
	memcpy(&out->u, address->data, address->size);
	out->size = address->size;
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
	case IOSRC_FAMILY_UNIX_ABSTRACT:
		return from_abstract(address, out);
	case IOSRC_FAMILY_OTHER:
		return from_other(address, out);
	default: /* IOSRC_FAMILY_PIPE */
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

/* `size` is that of what stands at `path`, which may go on behind sun_path. */
static void to_unix(const char *path, size_t size, iosrc_address *out)
{
	out->family = IOSRC_FAMILY_UNIX;
	if (HAS_ABSTRACT_NAMES && size > 0 && path[0] == '\0') {
		out->family = IOSRC_FAMILY_UNIX_ABSTRACT;
		out->size = (uint32_t)size - 1;
		memcpy(out->data, path + 1, out->size);
		return;
	}
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
	size_t size = system->size < sizeof *u ? system->size : sizeof *u;

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
