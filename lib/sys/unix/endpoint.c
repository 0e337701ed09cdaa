/* SPDX-License-Identifier: MIT
 *
 * endpoint.c: sockets that listen, connect or take datagrams, and pairs.
 *
 * What the system calls a family decides here, not what the caller called it:
 * an address of family OTHER may be an inet one. A path that bind has made is
 * removed again when a later step fails.
 */
#include <config.h>

#include "sys/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "status.h"
#include "sys/unix/pipe.h"
#include "sys/unix/sockaddr.h"

#define PERMISSIONS 0777u

/* What an address of family OTHER is, if the library has a name for it. */
static iosrc_address known(const iosrc_address *address)
{
	struct iosrc__socket_address system;
	iosrc_address known = *address;

	if (address->family == IOSRC_FAMILY_OTHER &&
	    iosrc__sockaddr_from(address, &system) == IOSRC_OK)
		iosrc__sockaddr_to(&system, &known);
	return known;
}

uint32_t iosrc__endpoint_family(const iosrc_address *address)
{
	return known(address).family;
}

bool iosrc__endpoint_is_unnamed(const iosrc_address *address)
{
	iosrc_address what = known(address);

	return what.family == IOSRC_FAMILY_UNIX && what.size == 0;
}

/* ---- making a socket ---- */

static int system_type(uint32_t type)
{
	switch (type) {
	case IOSRC_TYPE_DATAGRAM:
		return SOCK_DGRAM;
	case IOSRC_TYPE_SEQPACKET:
		return SOCK_SEQPACKET;
	default:
		return SOCK_STREAM;
	}
}

/* A system without the family, or a family without the type, is something
 * that the library cannot give here. */
static iosrc_status open_socket(const struct iosrc__socket_address *address,
    int type, int *out_fd)
{
	iosrc_status status;

	*out_fd = socket(address->u.any.sa_family,
	    type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*out_fd >= 0)
		return IOSRC_OK;
	status = iosrc__status_errno();
	return iosrc_status_kind(status) == IOSRC_KIND_UNSUPPORTED
	    ? IOSRC_E_UNSUPPORTED
	    : status;
}

/* A socket for an address, which becomes the system's. */
static iosrc_status open_for(const iosrc_address *address, int type,
    struct iosrc__socket_address *out_system, int *out_fd)
{
	iosrc_status status = iosrc__sockaddr_from(address, out_system);

	return status < 0 ? status : open_socket(out_system, type, out_fd);
}

static iosrc_status set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)) == 0)
		return IOSRC_OK;
	return iosrc__status_errno();
}

static bool is_inet(const struct iosrc__socket_address *address)
{
	return address->u.any.sa_family == AF_INET ||
	    address->u.any.sa_family == AF_INET6;
}

/* Inet6 takes inet too unless told otherwise, whatever the system's default.
 * A system that refuses 0 has no sockets of both sorts. */
static iosrc_status set_v6_only(int fd,
    const struct iosrc__socket_address *address, bool only)
{
	iosrc_status status;

	if (address->u.any.sa_family != AF_INET6)
		return IOSRC_OK;
	status = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, only);
	return only ? status : IOSRC_OK;
}

/* What has to be set before the socket is bound. */
static iosrc_status set_flags(int fd,
    const struct iosrc__socket_address *address, int type, iosrc_flags flags)
{
	iosrc_status status = set_v6_only(fd, address,
	    (flags & IOSRC_LISTEN_V6_ONLY) != 0);

	if (status == IOSRC_OK && flags & IOSRC_LISTEN_REUSE_PORT)
		status = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (status == IOSRC_OK && is_inet(address) && type == SOCK_STREAM &&
	    !(flags & IOSRC_LISTEN_EXCLUSIVE_USE))
		status = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	return status;
}

/* ---- unix paths ---- */

/* One more than a path that fills sun_path, which has no NUL then. */
struct path {
	char text[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
};

/* False: the address has no path. */
static bool path_of(const struct iosrc__socket_address *address,
    struct path *out_path)
{
	const size_t before = offsetof(struct sockaddr_un, sun_path);
	size_t size = address->size > before ? address->size - before : 0;

	if (address->u.any.sa_family != AF_UNIX ||
	    size > sizeof(out_path->text) - 1)
		return false;
	memcpy(out_path->text, address->u.path.sun_path, size);
	out_path->text[size] = '\0';
	return out_path->text[0] != '\0';
}

static void remove_path(const struct iosrc__socket_address *address)
{
	struct path path;

	if (path_of(address, &path))
		unlink(path.text);
}

/* Does a connect of the same type find nobody? Any other answer, also one
 * that forbids to ask, leaves the path to whoever has it. */
static bool nobody_answers(const struct iosrc__socket_address *address,
    int type)
{
	bool refused;
	int fd;

	if (open_socket(address, type, &fd) < 0)
		return false;
	refused = connect(fd, &address->u.any, address->size) < 0 &&
	    errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static bool remove_stale(const struct iosrc__socket_address *address, int type)
{
	struct path path;
	struct stat found;

	return path_of(address, &path) && lstat(path.text, &found) == 0 &&
	    S_ISSOCK(found.st_mode) && nobody_answers(address, type) &&
	    unlink(path.text) == 0;
}

/* The path has what the umask left of the mode: gives it the rest. */
static iosrc_status widen_path(const struct iosrc__socket_address *address,
    uint32_t mode)
{
	struct path path;
	struct stat made;

	if (mode == 0 || !path_of(address, &path))
		return IOSRC_OK;
	if (lstat(path.text, &made) < 0)
		return iosrc__status_errno();
	/* Who may write the folder can put a link there meanwhile. */
	if ((mode & ~made.st_mode & PERMISSIONS) == 0 ||
	    fchmodat(AT_FDCWD, path.text, mode, AT_SYMLINK_NOFOLLOW) == 0)
		return IOSRC_OK;
	return iosrc__status_errno();
}

/* ---- binding ---- */

static iosrc_status bind_socket(int fd,
    const struct iosrc__socket_address *address, int type, iosrc_flags flags)
{
	int code = bind(fd, &address->u.any, address->size) < 0 ? errno : 0;

	if (code == EADDRINUSE && flags & IOSRC_LISTEN_UNLINK_STALE &&
	    remove_stale(address, type))
		code = bind(fd, &address->u.any, address->size) < 0 ? errno : 0;
	return code ? iosrc__status_from_errno(code) : IOSRC_OK;
}

/* The mode is set before the path is there, so that it is never wider. */
static iosrc_status bind_listener(int fd,
    const struct iosrc__socket_address *address, int type,
    const iosrc_listen_options *options)
{
	iosrc_status status = set_flags(fd, address, type, options->flags);

	if (status < 0)
		return status;
	if (options->mode && fchmod(fd, options->mode) < 0)
		return iosrc__status_errno();
	return bind_socket(fd, address, type, options->flags);
}

/* 0 is more than any system takes: each takes its own largest then. */
static iosrc_status start_listening(int fd, uint32_t backlog)
{
	if (listen(fd, backlog ? (int)backlog : INT_MAX) == 0)
		return IOSRC_OK;
	return iosrc__status_errno();
}

iosrc_status iosrc__endpoint_listen(const iosrc_address *address,
    const iosrc_listen_options *options, iosrc_handle *out_handle)
{
	struct iosrc__socket_address system;
	int type = system_type(options->type);
	int fd = -1;
	iosrc_status status = open_for(address, type, &system, &fd);

	if (status < 0)
		return status;
	status = bind_listener(fd, &system, type, options);
	if (status < 0)
		goto close_fd;
	status = widen_path(&system, options->mode);
	if (status == IOSRC_OK)
		status = start_listening(fd, options->backlog);
	if (status < 0)
		goto remove_path;
	*out_handle = fd;
	return IOSRC_OK;

remove_path:
	remove_path(&system);
close_fd:
	close(fd);
	return status;
}

iosrc_status iosrc__endpoint_datagram(const iosrc_address *address,
    iosrc_flags flags, iosrc_handle *out_handle)
{
	struct iosrc__socket_address system;
	int fd = -1;
	iosrc_status status = open_for(address, SOCK_DGRAM, &system, &fd);

	if (status < 0)
		return status;
	status = set_flags(fd, &system, SOCK_DGRAM, flags);
	if (status == IOSRC_OK && !iosrc__endpoint_is_unnamed(address))
		status = bind_socket(fd, &system, SOCK_DGRAM, flags);
	if (status < 0) {
		close(fd);
		return status;
	}
	*out_handle = fd;
	return IOSRC_OK;
}

/* ---- connecting ---- */

/* An interrupted connect goes on by itself. */
static iosrc_status start_connecting(int fd,
    const struct iosrc__socket_address *peer)
{
	if (connect(fd, &peer->u.any, peer->size) == 0 ||
	    errno == EINPROGRESS || errno == EINTR)
		return IOSRC_OK;
	return iosrc__status_errno();
}

/* What comes before the connect, all but the source address. */
static iosrc_status set_connect_flags(int fd,
    const struct iosrc__socket_address *peer, int type, iosrc_flags flags)
{
	iosrc_status status = IOSRC_OK;

	if (type == SOCK_DGRAM)
		status = set_v6_only(fd, peer, false);
	if (status == IOSRC_OK && flags & IOSRC_CONNECT_NO_DELAY)
		status = set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return status;
}

static iosrc_status connect_from(int fd,
    const struct iosrc__socket_address *peer, int type,
    const iosrc_address *source)
{
	struct iosrc__socket_address own;
	iosrc_status status;

	if (source->family == IOSRC_FAMILY_NONE)
		return start_connecting(fd, peer);
	status = iosrc__sockaddr_from(source, &own);
	if (status == IOSRC_OK)
		status = bind_socket(fd, &own, type, 0);
	if (status < 0)
		return status;
	status = start_connecting(fd, peer);
	if (status < 0)
		remove_path(&own);
	return status;
}

iosrc_status iosrc__endpoint_connect(const iosrc_address *address,
    const iosrc_connect_options *options, iosrc_handle *out_handle)
{
	struct iosrc__socket_address peer;
	int type = system_type(options->type);
	int fd = -1;
	iosrc_status status = open_for(address, type, &peer, &fd);

	if (status < 0)
		return status;
	status = set_connect_flags(fd, &peer, type, options->flags);
	if (status == IOSRC_OK)
		status = connect_from(fd, &peer, type, &options->source);
	if (status < 0) {
		close(fd);
		return status;
	}
	*out_handle = fd;
	return IOSRC_OK;
}

/* ---- two ends ---- */

iosrc_status iosrc__endpoint_pair(uint32_t type, iosrc_handle out_handles[2])
{
	int fds[2];

	if (socketpair(AF_UNIX,
	        system_type(type) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		return iosrc__status_errno();
	out_handles[0] = fds[0];
	out_handles[1] = fds[1];
	return IOSRC_OK;
}

iosrc_status iosrc__endpoint_pipe(iosrc_handle out_handles[2])
{
	int fds[2];
	iosrc_status status = iosrc__pipe_open(fds);

	if (status < 0)
		return status;
	out_handles[0] = fds[0];
	out_handles[1] = fds[1];
	return IOSRC_OK;
}
