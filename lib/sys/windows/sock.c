/* SPDX-License-Identifier: MIT
 *
 * sock.c: sockets by polls of AFD.
 *
 * AFD knows its own sockets alone, so what a layered provider has put above
 * one is looked through first. The socket itself never meets our port: who gets
 * it back by iosrc_into_inner may use it with a port of their own.
 */
#include <config.h>

#include "sys/windows/sock.h"

#include <limits.h>
#include <stdlib.h>

#include "sys/windows/nt.h"
#include "sys/windows/port.h"
#include "sys/windows/winsock.h"

#include <mswsock.h>

#ifndef SIO_BASE_HANDLE
#define SIO_BASE_HANDLE 0x48000022
#endif

struct sock {
	struct iosrc__watch watch;
	SOCKET base;
	struct iosrc__group *group;
	/* The system's from a poll's beginning to its packet. */
	IO_STATUS_BLOCK done;
	struct iosrc__afd_poll poll;
};

static struct sock *sock_of(const struct iosrc__watch *watch)
{
	return (struct sock *)(uintptr_t)watch;
}

/* ---- which socket ---- */

/* A closed handle has no type, nor has what is no socket. SIO_BASE_HANDLE does
 * not tell: Wine answers it for anything. */
static iosrc_status check(SOCKET socket)
{
	int type;
	int size = sizeof(type);

	if (getsockopt(socket, SOL_SOCKET, SO_TYPE, (char *)&type, &size) == 0)
		return IOSRC_OK;
	return iosrc__winsock_failed((iosrc_handle)socket);
}

static bool look_below(SOCKET above, DWORD code, SOCKET *out_below)
{
	DWORD size = 0;

	*out_below = INVALID_SOCKET;
	return WSAIoctl(above, code, NULL, 0, out_below, sizeof(*out_below),
	           &size, NULL, NULL) == 0 &&
	    *out_below != INVALID_SOCKET;
}

/* Some layered providers refuse SIO_BASE_HANDLE, against the rules, but let one
 * look through themselves: then what is below is asked again. */
static iosrc_status find_base(SOCKET above, SOCKET *out_base)
{
	static const DWORD below[] = { SIO_BSP_HANDLE_POLL,
		SIO_BSP_HANDLE_SELECT, SIO_BSP_HANDLE };
	enum { LAYERS_MOST = 16 };
	iosrc_status status = IOSRC_OK;

	for (unsigned layer = 0; layer < LAYERS_MOST; layer++) {
		SOCKET next = above;

		if (look_below(above, SIO_BASE_HANDLE, out_base))
			return IOSRC_OK;
		if (status == IOSRC_OK)
			status = iosrc_status_from_os(WSAGetLastError());
		for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
			if (look_below(above, below[i], &next) && next != above)
				break;
		if (next == above || next == INVALID_SOCKET)
			break;
		above = next;
	}
	return status;
}

iosrc_status iosrc__sock_find_base(iosrc_handle handle, SOCKET *out_base)
{
	iosrc_status status = check((SOCKET)handle);

	return status < 0 ? status : find_base((SOCKET)handle, out_base);
}

iosrc_status iosrc__sock_make(struct iosrc__groups *groups,
    struct iosrc__watch **out_watch)
{
	struct sock *sock = calloc(1, sizeof(*sock));
	iosrc_status status;

	if (!sock)
		return IOSRC_E_NO_MEMORY;
	status = iosrc__group_join(groups, &sock->group);
	if (status < 0) {
		free(sock);
		return status;
	}
	sock->watch.calls = &iosrc__sock_calls;
	*out_watch = &sock->watch;
	return IOSRC_OK;
}

void iosrc__sock_set_base(struct iosrc__watch *watch, SOCKET base)
{
	sock_of(watch)->base = base;
}

HANDLE iosrc__sock_afd(const struct iosrc__watch *watch)
{
	return sock_of(watch)->group->afd;
}

/* ---- asking ---- */

/* The bits of one direction go together: Wine spins on a poll that asks for
 * one of reading's and not for the others while it is those that are true.
 * CONNECT is never asked for: it stays true. */
static ULONG events_of(iosrc_bits directions)
{
	ULONG events = IOSRC__AFD_LOCAL_CLOSE | IOSRC__AFD_ABORT |
	    IOSRC__AFD_CONNECT_FAIL;

	if (directions & IOSRC_READABLE)
		events |= IOSRC__AFD_RECEIVE | IOSRC__AFD_ACCEPT |
		    IOSRC__AFD_DISCONNECT;
	if (directions & IOSRC_WRITABLE)
		events |= IOSRC__AFD_SEND;
	if (directions & IOSRC_PRIORITY)
		events |= IOSRC__AFD_RECEIVE_EXPEDITED;
	return events;
}

static enum iosrc__watch_asked sock_ask(struct iosrc__watch *watch,
    iosrc_bits directions)
{
	struct sock *sock = sock_of(watch);
	NTSTATUS status;

	if (sock->base == INVALID_SOCKET)
		return IOSRC__ASK_CLOSED;
	sock->poll = (struct iosrc__afd_poll){
		.timeout.QuadPart = INT64_MAX,
		.handle_count = 1,
		.handles[0] = { .handle = (HANDLE)sock->base,
		    .events = events_of(directions) },
	};
	sock->done.Status = IOSRC__NT_PENDING;
	status = NtDeviceIoControlFile(sock->group->afd, NULL, NULL, watch,
	    &sock->done, IOSRC__IOCTL_AFD_POLL, &sock->poll, sizeof(sock->poll),
	    &sock->poll, sizeof(sock->poll));
	/* A poll that ends at once sends its packet all the same. */
	if (IOSRC__NT_SUCCEEDED(status))
		return IOSRC__ASK_OUT;
	if (status == IOSRC__NT_INVALID_HANDLE ||
	    status == IOSRC__NT_WRONG_TYPE)
		return IOSRC__ASK_CLOSED;
	return IOSRC__ASK_REFUSED;
}

/* Not found: the poll has ended, and its packet is there. */
static bool sock_cancel(struct iosrc__watch *watch)
{
	struct sock *sock = sock_of(watch);
	IO_STATUS_BLOCK done;

	(void)NtCancelIoFileEx(sock->group->afd, &sock->done, &done);
	return false;
}

static bool sock_tell(struct iosrc__watch *watch)
{
	return iosrc__port_post(sock_of(watch)->group->port, IOSRC__PORT_TOLD,
	           watch) == IOSRC_OK;
}

static void sock_free(struct iosrc__watch *watch)
{
	struct sock *sock = sock_of(watch);

	iosrc__group_leave(sock->group);
	free(sock);
}

const struct iosrc__watch_calls iosrc__sock_calls = {
	.directions = IOSRC__DIRECTIONS,
	.ask = sock_ask,
	.cancel = sock_cancel,
	.tell = sock_tell,
	.give_back = NULL,
	.free = sock_free,
};

/* ---- answers ---- */

#define ALL_CLOSED (IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)
#define HUNG_UP (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_ERROR | ALL_CLOSED)

static iosrc_bits ready_of(ULONG events)
{
	iosrc_bits ready = 0;

	if (events & (IOSRC__AFD_RECEIVE | IOSRC__AFD_ACCEPT))
		ready |= IOSRC_READABLE;
	if (events & IOSRC__AFD_SEND)
		ready |= IOSRC_WRITABLE;
	if (events & IOSRC__AFD_RECEIVE_EXPEDITED)
		ready |= IOSRC_PRIORITY;
	if (events & IOSRC__AFD_DISCONNECT)
		ready |= IOSRC_READABLE | IOSRC_READ_CLOSED;
	if (events & (IOSRC__AFD_ABORT | IOSRC__AFD_CONNECT_FAIL))
		ready |= HUNG_UP;
	return ready;
}

struct iosrc__watch_answer iosrc__sock_answer_of(NTSTATUS status,
    const struct iosrc__afd_poll *poll)
{
	struct iosrc__watch_answer answer = { IOSRC__ANSWER_CANCELLED, 0,
		false };

	/* What is in the poll is old when it was cancelled. */
	if (status == IOSRC__NT_CANCELLED || status == IOSRC__NT_HANDLES_CLOSED)
		return answer;
	if (!IOSRC__NT_SUCCEEDED(status)) {
		answer.outcome = IOSRC__ANSWER_FAILED;
		return answer;
	}
	/* The count tells, not the events, which stay when it timed out. */
	if (poll->handle_count == 0)
		return answer;
	if (poll->handles[0].events & IOSRC__AFD_LOCAL_CLOSE) {
		answer.outcome = IOSRC__ANSWER_CLOSED;
		return answer;
	}
	answer.outcome = IOSRC__ANSWER_READY;
	answer.ready = ready_of(poll->handles[0].events);
	return answer;
}

struct iosrc__watch_answer iosrc__sock_answer(const struct iosrc__watch *watch)
{
	const struct sock *sock = sock_of(watch);

	return iosrc__sock_answer_of(sock->done.Status, &sock->poll);
}
