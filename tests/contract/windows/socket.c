/* SPDX-License-Identifier: MIT
 *
 * socket.c: sockets of the loopback as tests use them, without the library.
 */
#include "native.h"

#include <stdio.h>

static iosrc_status status_of(int result)
{
	return result == 0 ? IOSRC_OK : iosrc_status_from_os(WSAGetLastError());
}

static int64_t answer(int count)
{
	return count >= 0 ? (int64_t)count
	                  : iosrc_status_from_os(WSAGetLastError());
}

static void must(int ok, const char *what)
{
	if (!ok)
		fail_msg("%s: Winsock error %d", what, WSAGetLastError());
}

static void set_blocking(SOCKET socket, u_long nonblocking)
{
	must(ioctlsocket(socket, (long)FIONBIO, &nonblocking) == 0, "FIONBIO");
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	return address;
}

static SOCKET open_socket(int family, int type)
{
	SOCKET socket = WSASocketW(family, type, 0, NULL, 0,
	    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

	must(socket != INVALID_SOCKET, "WSASocket");
	set_blocking(socket, 1);
	return socket;
}

iosrc_handle system_socket(uint32_t type)
{
	return (iosrc_handle)open_socket(AF_INET,
	    type == IOSRC_TYPE_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM);
}

iosrc_status system_bind(iosrc_handle handle, uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return status_of(
	    bind((SOCKET)handle, (struct sockaddr *)&address, sizeof(address)));
}

iosrc_status system_listen(iosrc_handle handle, int backlog)
{
	return status_of(listen((SOCKET)handle, backlog));
}

iosrc_status system_connect(iosrc_handle handle, uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return status_of(connect((SOCKET)handle, (struct sockaddr *)&address,
	    sizeof(address)));
}

/* Winsock has no in-progress: a connect that goes on would block. */
int system_is_under_way(iosrc_status status)
{
	return status == IOSRC_E_WOULD_BLOCK ||
	    iosrc_status_kind(status) == IOSRC_KIND_IN_PROGRESS;
}

iosrc_handle system_accept(iosrc_handle listener, iosrc_status *out_status)
{
	SOCKET socket = accept((SOCKET)listener, NULL, NULL);

	if (out_status)
		*out_status = socket != INVALID_SOCKET
		    ? IOSRC_OK
		    : iosrc_status_from_os(WSAGetLastError());
	if (socket != INVALID_SOCKET) {
		set_blocking(socket, 1);
		SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0);
	}
	return (iosrc_handle)socket;
}

uint16_t system_port(iosrc_handle handle)
{
	struct sockaddr_in address;
	int size = sizeof(address);

	must(getsockname((SOCKET)handle, (struct sockaddr *)&address, &size) ==
	        0,
	    "getsockname");
	return ntohs(address.sin_port);
}

iosrc_status system_connect_back(iosrc_handle handle, iosrc_handle other)
{
	struct sockaddr_storage name;
	int size = sizeof(name);

	must(getsockname((SOCKET)other, (struct sockaddr *)&name, &size) == 0,
	    "getsockname");
	return status_of(
	    connect((SOCKET)handle, (struct sockaddr *)&name, size));
}

int system_has_peer(iosrc_handle handle)
{
	struct sockaddr_storage address;
	int size = sizeof(address);

	return getpeername((SOCKET)handle, (struct sockaddr *)&address,
	           &size) == 0;
}

iosrc_status system_take_error(iosrc_handle handle)
{
	int error = -1, size = sizeof(error);

	must(getsockopt((SOCKET)handle, SOL_SOCKET, SO_ERROR, (char *)&error,
	         &size) == 0,
	    "SO_ERROR");
	return error == 0 ? IOSRC_OK : iosrc_status_from_os(error);
}

iosrc_status system_shutdown(iosrc_handle handle, iosrc_bits directions)
{
	int how = SD_BOTH;

	if (directions == IOSRC_READABLE)
		how = SD_RECEIVE;
	else if (directions == IOSRC_WRITABLE)
		how = SD_SEND;
	return status_of(shutdown((SOCKET)handle, how));
}

int64_t system_recv(iosrc_handle handle, void *data, size_t size,
    iosrc_flags flags)
{
	int how = 0;

	if (flags & IOSRC_RECV_PEEK)
		how |= MSG_PEEK;
	if (flags & IOSRC_RECV_OOB)
		how |= MSG_OOB;
	return answer(recv((SOCKET)handle, data, (int)size, how));
}

int64_t system_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags)
{
	return answer(send((SOCKET)handle, data, (int)size,
	    flags & IOSRC_SEND_OOB ? MSG_OOB : 0));
}

int64_t system_send_to(iosrc_handle handle, const void *data, size_t size,
    uint16_t port)
{
	struct sockaddr_in address = loopback(port);

	return answer(sendto((SOCKET)handle, data, (int)size, 0,
	    (struct sockaddr *)&address, sizeof(address)));
}

/* ---- options ---- */

static void set(iosrc_handle handle, int level, int name, const void *value,
    int size)
{
	must(setsockopt((SOCKET)handle, level, name, value, size) == 0,
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
	set_blocking((SOCKET)handle, 0);
}

void system_block_for(iosrc_handle handle, int64_t seconds)
{
	DWORD limit = (DWORD)seconds * 1000;

	system_block(handle);
	set(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* Wine sends from 127.0.0.1 whatever the socket is bound to. */
void system_own_loopback(char *text, size_t size)
{
	snprintf(text, size, "127.0.0.1:0");
}

int system_has_inet6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	SOCKET socket = WSASocketW(AF_INET6, SOCK_STREAM, 0, NULL, 0,
	    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	int bound;

	if (socket == INVALID_SOCKET)
		return 0;
	bound = bind(socket, (struct sockaddr *)&address, sizeof(address)) == 0;
	closesocket(socket);
	return bound;
}

iosrc_handle system_socket_inet6(void)
{
	return (iosrc_handle)open_socket(AF_INET6, SOCK_STREAM);
}

static int64_t get(iosrc_handle handle, int level, int name)
{
	DWORD value = 0;
	int size = sizeof(value);

	must(getsockopt((SOCKET)handle, level, name, (char *)&value, &size) ==
	        0,
	    "getsockopt");
	return value;
}

static int64_t linger_of(iosrc_handle handle)
{
	struct linger linger = { 0, 0 };
	int size = sizeof(linger);

	must(getsockopt((SOCKET)handle, SOL_SOCKET, SO_LINGER, (char *)&linger,
	         &size) == 0,
	    "SO_LINGER");
	return linger.l_onoff ? linger.l_linger : -1;
}

#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif

int64_t system_option(iosrc_handle handle, uint32_t option)
{
	switch (option) {
	case IOSRC_OPTION_NO_DELAY:
		return get(handle, IPPROTO_TCP, TCP_NODELAY) != 0;
	case IOSRC_OPTION_KEEP_ALIVE:
		return get(handle, SOL_SOCKET, SO_KEEPALIVE) != 0;
	case IOSRC_OPTION_KEEP_ALIVE_COUNT:
		return get(handle, IPPROTO_TCP, TCP_KEEPCNT);
	case IOSRC_OPTION_LINGER:
		return linger_of(handle);
	case IOSRC_OPTION_TTL:
		return get(handle, IPPROTO_IP, IP_TTL);
	case IOSRC_OPTION_BROADCAST:
		return get(handle, SOL_SOCKET, SO_BROADCAST) != 0;
	default:
		fail_msg("option %u is not known here", (unsigned)option);
		return -1;
	}
}

int system_has_multicast(void)
{
	return 1;
}

/* The loopback is the pseudo-interface 1 of Windows since Vista, and of Wine
 * the one that Linux counts first. */
uint32_t system_loopback_index(void)
{
	return 1;
}

const int32_t system_error_codes[SYSTEM_ERROR_CODES] = { WSAEINTR, WSAENOTCONN,
	WSAECONNRESET, ERROR_BROKEN_PIPE, WSAECONNREFUSED, WSAECONNABORTED,
	WSAETIMEDOUT, WSAEBADF, WSAEINVAL, WSAEMSGSIZE, ERROR_NOT_ENOUGH_MEMORY,
	WSAENOBUFS, WSAEMFILE, WSAEACCES, WSAEHOSTUNREACH, ERROR_IO_DEVICE };
const int32_t system_in_progress = WSAEINPROGRESS;

/* Streams alone, since Windows 10; not in Wine 8. */
int system_has_unix(uint32_t type)
{
	SOCKET socket;

	if (type != IOSRC_TYPE_STREAM)
		return 0;
	socket = WSASocketW(AF_UNIX, SOCK_STREAM, 0, NULL, 0,
	    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	if (socket == INVALID_SOCKET)
		return 0;
	closesocket(socket);
	return 1;
}

/* Made of the loopback. */
int system_has_pairs(uint32_t type)
{
	return type != IOSRC_TYPE_SEQPACKET;
}

int system_has_abstract(void)
{
	return 0;
}

const int system_keeps_ports = 0;

/* Wine has megabytes. */
void system_small_rooms(const iosrc_handle handles[2])
{
	int size = 65536, i;

	for (i = 0; i < 2; i++) {
		set(handles[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		set(handles[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
}

const int system_resets_for_good = 1;
const int system_has_pipe_addresses = 1;
