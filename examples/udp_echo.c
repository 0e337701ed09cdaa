/* SPDX-License-Identifier: MIT
 *
 * udp_echo.c: sends every datagram back to its sender, on UDP or unix(7).
 *
 *	cc udp_echo.c -o udp_echo $(pkg-config --cflags --libs iosrc)
 *	./udp_echo 127.0.0.1:7000
 *
 * One datagram is held at a time: while it cannot be sent nothing is received,
 * and what comes meanwhile is the kernel's to keep or to drop.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <iosrc_net.h>

#define LARGEST 65536 /* than which no datagram of UDP is larger */
#define ROUNDS 256    /* of receiving, before we look for a wake */

enum { TOKEN_STOP, TOKEN_SOCKET };

static iosrc_waker *waker;
static uint64_t answered, failed;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "udp_echo: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

/* Of all calls this one may be made by a signal handler. */
static void stop(int signal_number)
{
	int saved_errno = errno;

	(void)signal_number;
	iosrc_waker_wake(waker);
	errno = saved_errno;
}

/* ---- datagrams ---- */

static struct {
	char data[LARGEST];
	size_t size;
	iosrc_address peer;
	int is_held;
} datagram;

/* Answers 0 when the call would block. */
static int receive(iosrc_source *source)
{
	iosrc_flags flags;
	int64_t count = iosrc_recv_from(source, datagram.data,
	    sizeof datagram.data, 0, &datagram.peer, &flags);

	if (count == IOSRC_E_WOULD_BLOCK)
		return 0;
	/* A failure is that of a datagram sent before (udp(7)), so we go on;
	 * nor is there an answer to a part, or to who has no address. */
	datagram.is_held = count >= 0 && !(flags & IOSRC_OUT_TRUNCATED) &&
	    datagram.peer.family != IOSRC_FAMILY_NONE;
	if (!datagram.is_held)
		failed++;
	datagram.size = count >= 0 ? (size_t)count : 0;
	return 1;
}

/* Answers 0 when the call would block. */
static int answer(iosrc_source *source)
{
	int64_t count = iosrc_send_to(source, datagram.data, datagram.size, 0,
	    &datagram.peer);

	/* On unix(7) it may be the peer that has no room, and of that no event
	 * tells: a peer that does not read loses its answer, as on UDP. */
	if (count == IOSRC_E_WOULD_BLOCK &&
	    datagram.peer.family != IOSRC_FAMILY_UNIX &&
	    datagram.peer.family != IOSRC_FAMILY_UNIX_ABSTRACT)
		return 0;
	if (count < 0)
		failed++;
	else
		answered++;
	datagram.is_held = 0;
	return 1;
}

/* Edge mode: on until a call would block. Who sends without end is left after
 * some rounds; reregister reports what is ready once more. */
static void serve(iosrc_source *source, iosrc_poller *poller)
{
	int round, going = 1;

	for (round = 0; round < ROUNDS && going; round++)
		going = datagram.is_held ? answer(source) : receive(source);
	if (going)
		check("reregister",
		    iosrc_reregister(source, poller, TOKEN_SOCKET,
		        IOSRC_READABLE | IOSRC_WRITABLE));
}

/* ---- the program ---- */

static iosrc_source *bind_to(const char *text)
{
	iosrc_datagram_options options = { 0 };
	char where[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;
	iosrc_source *source;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	if (address.family == IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_LISTEN_UNLINK_STALE;
	check(text,
	    iosrc_bind_datagram(&address, &options, sizeof options, &source));
	check(text, iosrc_local_address(source, &address));
	check(text, iosrc_address_format(&address, where, sizeof where));
	printf("listening on %s\n", where);
	fflush(stdout);
	return source;
}

static void handle_signals(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int main(int argc, char **argv)
{
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_event event = { .token = TOKEN_SOCKET };

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fputs(
		    "usage: udp_echo [ADDRESS]\n"
		    "ADDRESS is 127.0.0.1:7000, [::1]:7000 or unix:/path; the\n"
		    "default is 127.0.0.1:0, any free port.\n",
		    stderr);
		return 2;
	}
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("waker", iosrc_waker_create(poller, TOKEN_STOP, &waker));
	handle_signals(stop);
	source = bind_to(argc == 2 ? argv[1] : "127.0.0.1:0");
	check("register",
	    iosrc_register(source, poller, TOKEN_SOCKET,
	        IOSRC_READABLE | IOSRC_WRITABLE));

	while (event.token != TOKEN_STOP) {
		check("wait", iosrc_poller_wait(poller, &event, 1, -1));
		if (event.token == TOKEN_SOCKET)
			serve(source, poller);
	}
	handle_signals(SIG_IGN); /* before the waker is gone */
	printf("%" PRIu64 " datagrams answered, %" PRIu64 " not\n", answered,
	    failed);
	iosrc_close(source);
	iosrc_waker_release(waker);
	iosrc_poller_release(poller);
	return 0;
}
