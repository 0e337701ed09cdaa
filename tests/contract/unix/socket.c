/* SPDX-License-Identifier: MIT
 *
 * socket.c: sockets of the loopback as tests use them, without the library.
 */
#include "../suite.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
	if (!ok)
		fail_msg("%s: %s", what, strerror(errno));
}

static iosrc_status status_of(int result)
{
	return result == 0 ? IOSRC_OK : iosrc_status_last_os();
}

static int64_t answer(ssize_t count)
{
	return count >= 0 ? (int64_t)count : iosrc_status_last_os();
}

/* accept4 and SOCK_NONBLOCK would do it in one, but may be denied. */
static void make_ours(int fd)
{
	must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
	must(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0, "FD_CLOEXEC");
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	return address;
}

iosrc_handle system_socket(uint32_t type)
{
	int fd = socket(AF_INET,
	    type == IOSRC_TYPE_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	make_ours(fd);
	return fd;
}

iosrc_status system_bind(iosrc_handle handle, uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return status_of(
	    bind((int)handle, (struct sockaddr *)&address, sizeof(address)));
}

iosrc_status system_listen(iosrc_handle handle, int backlog)
{
	return status_of(listen((int)handle, backlog));
}

iosrc_status system_connect(iosrc_handle handle, uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return status_of(
	    connect((int)handle, (struct sockaddr *)&address, sizeof(address)));
}

int system_is_under_way(iosrc_status status)
{
	return iosrc_status_kind(status) == IOSRC_KIND_IN_PROGRESS;
}

iosrc_handle system_accept(iosrc_handle listener, iosrc_status *out_status)
{
	int fd = accept((int)listener, NULL, NULL);

	if (out_status)
		*out_status = fd >= 0 ? IOSRC_OK : iosrc_status_last_os();
	if (fd >= 0) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return fd;
}

uint16_t system_port(iosrc_handle handle)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	must(getsockname((int)handle, (struct sockaddr *)&address, &size) == 0,
	    "getsockname");
	return ntohs(address.sin_port);
}

iosrc_status system_connect_back(iosrc_handle handle, iosrc_handle other)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	must(getsockname((int)other, (struct sockaddr *)&name, &size) == 0,
	    "getsockname");
	return status_of(connect((int)handle, (struct sockaddr *)&name, size));
}

int system_has_peer(iosrc_handle handle)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	return getpeername((int)handle, (struct sockaddr *)&address, &size) ==
	    0;
}

iosrc_status system_take_error(iosrc_handle handle)
{
	int error = -1;
	socklen_t size = sizeof(error);

	must(getsockopt((int)handle, SOL_SOCKET, SO_ERROR, &error, &size) == 0,
	    "SO_ERROR");
	return error == 0 ? IOSRC_OK : iosrc_status_from_os(error);
}

iosrc_status system_shutdown(iosrc_handle handle, iosrc_bits directions)
{
	int how = SHUT_RDWR;

	if (directions == IOSRC_READABLE)
		how = SHUT_RD;
	else if (directions == IOSRC_WRITABLE)
		how = SHUT_WR;
	return status_of(shutdown((int)handle, how));
}

int64_t system_recv(iosrc_handle handle, void *data, size_t size,
    iosrc_flags flags)
{
	int how = 0;

	if (flags & IOSRC_RECV_PEEK)
		how |= MSG_PEEK;
	if (flags & IOSRC_RECV_OOB)
		how |= MSG_OOB;
	return answer(recv((int)handle, data, size, how));
}

int64_t system_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags)
{
	int how = MSG_NOSIGNAL | (flags & IOSRC_SEND_OOB ? MSG_OOB : 0);

	return answer(send((int)handle, data, size, how));
}

int64_t system_send_to(iosrc_handle handle, const void *data, size_t size,
    uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return answer(sendto((int)handle, data, size, MSG_NOSIGNAL,
	    (struct sockaddr *)&address, sizeof(address)));
}

/* ---- options ---- */

static void set(iosrc_handle handle, int level, int name, const void *value,
    socklen_t size)
{
	must(setsockopt((int)handle, level, name, value, size) == 0,
	    "setsockopt");
}

void system_no_delay(iosrc_handle handle)
{
	int one = 1;

	set(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

void system_reset_on_close(iosrc_handle handle)
{
	struct linger at_once = { 1, 0 };

	set(handle, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void system_send_buffer(iosrc_handle handle, int size)
{
	set(handle, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

void system_block(iosrc_handle handle)
{
	must(fcntl((int)handle, F_SETFL, 0) == 0, "F_SETFL");
}

void system_block_for(iosrc_handle handle, int64_t seconds)
{
	struct timeval limit = { .tv_sec = (time_t)seconds };

	system_block(handle);
	set(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* All of 127/8 is the loopback on Linux. With an address of its own a test
 * finds no port taken by others, and none of its own that it gave back. */
void system_own_loopback(char *text, size_t size)
{
	unsigned id = (unsigned)system_process_id();

	snprintf(text, size, "127.%u.%u.%u:0", 1 + (id >> 14) % 250,
	    (id >> 7) & 127, 1 + (id & 127));
}

/* Asked without the library, whose refusal would be a failure. */
int system_has_inet6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), bound;

	if (fd < 0)
		return 0;
	bound = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return bound;
}

iosrc_handle system_socket_inet6(void)
{
	return socket(AF_INET6, SOCK_STREAM, 0);
}

static int64_t get(iosrc_handle handle, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	must(getsockopt((int)handle, level, name, &value, &size) == 0,
	    "getsockopt");
	return value;
}

static int64_t linger_of(iosrc_handle handle)
{
	struct linger linger = { 0, 0 };
	socklen_t size = sizeof(linger);

	must(getsockopt((int)handle, SOL_SOCKET, SO_LINGER, &linger, &size) ==
	        0,
	    "SO_LINGER");
	return linger.l_onoff ? linger.l_linger : -1;
}

int64_t system_option(iosrc_handle handle, uint32_t option)
{
	switch (option) {
	case IOSRC_OPTION_NO_DELAY:
		return get(handle, IPPROTO_TCP, TCP_NODELAY);
	case IOSRC_OPTION_KEEP_ALIVE:
		return get(handle, SOL_SOCKET, SO_KEEPALIVE);
	case IOSRC_OPTION_KEEP_ALIVE_COUNT:
		return get(handle, IPPROTO_TCP, TCP_KEEPCNT);
	case IOSRC_OPTION_LINGER:
		return linger_of(handle);
	case IOSRC_OPTION_TTL:
		return get(handle, IPPROTO_IP, IP_TTL);
	case IOSRC_OPTION_BROADCAST:
		return get(handle, SOL_SOCKET, SO_BROADCAST);
	default:
		fail_msg("option %u is not known here", (unsigned)option);
		return -1;
	}
}

const int32_t system_error_codes[SYSTEM_ERROR_CODES] = { EINTR, ENOTCONN,
	ECONNRESET, EPIPE, ECONNREFUSED, ECONNABORTED, ETIMEDOUT, EBADF, EINVAL,
	EMSGSIZE, ENOMEM, ENOBUFS, EMFILE, EACCES, EHOSTUNREACH, EIO };
const int32_t system_in_progress = EINPROGRESS;

/* An emulator's own answer, which no kernel with inet gives. */
int system_has_multicast(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), refused;
	struct in_addr none = { 0 };

	must(fd >= 0, "socket");
	refused = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &none,
	              sizeof(none)) < 0 &&
	    errno == ENOPROTOOPT;
	close(fd);
	return !refused;
}

uint32_t system_loopback_index(void)
{
	return if_nametoindex("lo");
}

int system_has_unix(uint32_t type)
{
	(void)type;
	return 1;
}

int system_has_pairs(uint32_t type)
{
	(void)type;
	return 1;
}

#ifdef __linux__

int system_has_abstract(void)
{
	return 1;
}

#else

int system_has_abstract(void)
{
	return 0;
}

#endif

const int system_keeps_ports = 1;

void system_small_rooms(const iosrc_handle handles[2])
{
	(void)handles;
}

const int system_resets_for_good = 0;
const int system_has_pipe_addresses = 0;
