/* SPDX-License-Identifier: MIT
 *
 * socket.c: accept, send and receive on file descriptors.
 *
 * accept4 gives a handle its flags at birth. Where a kernel or a sandbox
 * refuses it, accept and fcntl do the same, a moment later.
 */
#include <config.h>

#include "sys/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "source.h"
#include "status.h"
#include "sys/handle.h"
#include "sys/unix/handle_flags.h"
#include "sys/unix/sockaddr.h"

static int64_t answer(ssize_t result)
{
	return result < 0 ? iosrc__status_errno() : (int64_t)result;
}

/* Systems say how long the address is, also where they stored less of it. */
static void tell_address(struct iosrc__socket_address *system, socklen_t size,
    iosrc_address *out_address)
{
	system->size = size < sizeof(system->u) ? size : sizeof(system->u);
	iosrc__sockaddr_to(system, out_address);
}

/* ---- accept ---- */

#if IOSRC_USE_ACCEPT4

static int accept_with_flags(int fd, union iosrc__sockaddr *address,
    socklen_t *size)
{
	return accept4(fd, &address->any, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

#else

static int accept_with_flags(int fd, union iosrc__sockaddr *address,
    socklen_t *size)
{
	(void)fd;
	(void)address;
	(void)size;
	errno = ENOSYS;
	return -1;
}

#endif

static int accept_plainly(int fd, union iosrc__sockaddr *address,
    socklen_t *size)
{
	iosrc_status status;
	int accepted;

	*size = sizeof(*address);
	accepted = accept(fd, &address->any, size);
	if (accepted < 0)
		return -1;
	status = iosrc__handle_set_flags(accepted);
	if (status == IOSRC_OK)
		return accepted;
	close(accepted);
	errno = iosrc_status_os(status);
	return -1;
}

/* EPERM may be a sandbox that knows no accept4, or a rule that forbids this
 * one connection: accept tells. */
static int accept_once(iosrc_source *source, union iosrc__sockaddr *address,
    socklen_t *size)
{
	int fd = (int)source->handle;
	int accepted;

	if (iosrc__source_has(source, IOSRC__SOURCE_NO_ACCEPT4))
		return accept_plainly(fd, address, size);
	*size = sizeof(*address);
	accepted = accept_with_flags(fd, address, size);
	if (accepted >= 0 || (errno != ENOSYS && errno != EPERM))
		return accepted;
	if (errno == ENOSYS)
		iosrc__source_set_traits(source, IOSRC__SOURCE_NO_ACCEPT4, 0);
	return accept_plainly(fd, address, size);
}

iosrc_status iosrc__socket_accept(iosrc_source *source, iosrc_address *out_peer,
    iosrc_handle *out_handle)
{
	struct iosrc__socket_address system;
	socklen_t size;
	int accepted;

	do {
		accepted = accept_once(source, &system.u, &size);
	} while (accepted < 0 && errno == EINTR);
	if (accepted < 0)
		return iosrc__status_errno();
	if (out_peer)
		tell_address(&system, size, out_peer);
	*out_handle = accepted;
	return IOSRC_OK;
}

/* ---- receive ---- */

static int recv_flags(iosrc_flags flags)
{
	return (flags & IOSRC_RECV_PEEK ? MSG_PEEK : 0) |
	    (flags & IOSRC_RECV_OOB ? MSG_OOB : 0);
}

int64_t iosrc__socket_recv(iosrc_handle handle, void *out_data, size_t size,
    iosrc_flags flags)
{
	ssize_t result;

	do {
		result = recv((int)handle, out_data, size, recv_flags(flags));
	} while (result < 0 && errno == EINTR);
	return answer(result);
}

int64_t iosrc__socket_recv_message(iosrc_handle handle, void *out_data,
    size_t size, iosrc_flags flags, iosrc_address *out_peer,
    iosrc_flags *out_flags)
{
	struct iosrc__socket_address peer;
	struct iovec data = { out_data, size };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t result;

	do {
		message.msg_name = out_peer ? &peer.u : NULL;
		message.msg_namelen = out_peer ? sizeof(peer.u) : 0;
		result = recvmsg((int)handle, &message, recv_flags(flags));
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		return iosrc__status_errno();
	if (out_peer)
		tell_address(&peer, message.msg_namelen, out_peer);
	if (out_flags)
		*out_flags = message.msg_flags & MSG_TRUNC ? IOSRC_OUT_TRUNCATED
		                                           : 0;
	return result;
}

/* ---- send ---- */

static int send_flags(iosrc_flags flags)
{
	return MSG_NOSIGNAL | (flags & IOSRC_SEND_OOB ? MSG_OOB : 0);
}

int64_t iosrc__socket_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags)
{
	ssize_t result;

	do {
		result = send((int)handle, data, size, send_flags(flags));
	} while (result < 0 && errno == EINTR);
	return answer(result);
}

/* Unix sockets call an address of another family an invalid argument, others
 * a family that is not supported. */
static int code_of_family(int fd, const struct iosrc__socket_address *peer,
    int code)
{
	union iosrc__sockaddr own;
	socklen_t size = sizeof(own);

	if (code != EINVAL || getsockname(fd, &own.any, &size) < 0 ||
	    own.any.sa_family == peer->u.any.sa_family)
		return code;
	return EAFNOSUPPORT;
}

int64_t iosrc__socket_send_to(iosrc_handle handle, const void *data,
    size_t size, iosrc_flags flags, const iosrc_address *peer)
{
	struct iosrc__socket_address to;
	iosrc_status status = iosrc__sockaddr_from(peer, &to);
	int fd = (int)handle;
	ssize_t result;

	if (status < 0)
		return status;
	do {
		result = sendto(fd, data, size, send_flags(flags), &to.u.any,
		    to.size);
	} while (result < 0 && errno == EINTR);
	if (result >= 0)
		return result;
	return iosrc__status_from_errno(code_of_family(fd, &to, errno));
}

/* ---- the rest ---- */

iosrc_status iosrc__socket_shutdown(iosrc_handle handle, iosrc_bits directions)
{
	int how = directions == IOSRC_READABLE ? SHUT_RD
	    : directions == IOSRC_WRITABLE     ? SHUT_WR
	                                       : SHUT_RDWR;

	return shutdown((int)handle, how) == 0 ? IOSRC_OK
	                                       : iosrc__status_errno();
}

iosrc_status iosrc__socket_take_error(iosrc_source *source,
    iosrc_status *out_error)
{
	int code = 0;
	socklen_t size = sizeof(code);

	if (getsockopt((int)source->handle, SOL_SOCKET, SO_ERROR, &code,
	        &size) < 0)
		return iosrc__status_errno();
	*out_error = code ? iosrc__status_from_errno(code) : IOSRC_OK;
	return IOSRC_OK;
}
