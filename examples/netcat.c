/* SPDX-License-Identifier: MIT
 *
 * netcat.c: standard input to a connection, the connection to standard output.
 *
 * One poller watches all three. The connection is ours: non-blocking, in edge
 * mode. Standard input and output are not, for a terminal is shared with the
 * shell: they stay blocking, and level mode with one call per event, no larger
 * than what is sure to be taken, never blocks on them.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

/* What one way of the traffic holds. It is filled only when it is empty, so a
 * side that does not take its data is not sent more: that is back-pressure. */
struct flow {
	size_t begin, end;
	int ended;
	char data[65536];
};

/* A source with the interest it has at the moment. */
struct watched {
	iosrc_source *source;
	uint64_t token;
	iosrc_bits interest;
};

enum { INPUT, OUTPUT, CONNECTION };

static struct flow up, down;

static int is_empty(const struct flow *flow)
{
	return flow->begin == flow->end;
}

/* One read. A would-block is fine: the poller will tell. */
static iosrc_status fill(struct flow *flow, iosrc_source *source)
{
	int64_t count = iosrc_read(source, flow->data, sizeof flow->data);

	if (count == IOSRC_E_WOULD_BLOCK)
		return IOSRC_OK;
	if (count < 0)
		return (iosrc_status)count;
	flow->begin = 0;
	flow->end = (size_t)count;
	flow->ended = count == 0;
	return IOSRC_OK;
}

/* One write, of at most that many bytes; answers like iosrc_write. */
static int64_t spill(struct flow *flow, iosrc_source *source, size_t most)
{
	size_t size = flow->end - flow->begin;
	int64_t count = iosrc_write(source, flow->data + flow->begin,
	    size < most ? size : most);

	if (count > 0)
		flow->begin += (size_t)count;
	return count;
}

static struct watched watch(iosrc_poller *poller, int fd, uint64_t token,
    iosrc_bits interest, const char *name)
{
	struct watched watched = { NULL, token, interest };
	iosrc_status status = iosrc_create(fd, IOSRC_HANDLE_DEFAULT,
	    &watched.source);

	if (status == IOSRC_OK)
		status = iosrc_register(watched.source, poller, token,
		    interest);
	if (status)
		fail(name, status);
	return watched;
}

/* Level mode repeats itself, so a direction we have no use for now is taken
 * out of the interest; an empty interest is a pause. */
static void want(iosrc_poller *poller, struct watched *watched,
    iosrc_bits interest)
{
	iosrc_status status;

	if (watched->interest == interest)
		return;
	status = iosrc_reregister(watched->source, poller, watched->token,
	    interest);
	if (status)
		fail("reregister", status);
	watched->interest = interest;
}

/* Sends what came from the input, and passes its end on. A failure is not the
 * end: what the peer has sent before is still to be read, and reading tells. */
static void send_up(iosrc_source *connection)
{
	static int has_ended;

	while (!is_empty(&up) && spill(&up, connection, SIZE_MAX) >= 0)
		;
	if (up.ended && is_empty(&up) && !has_ended) {
		shutdown((int)iosrc_source_handle(connection), SHUT_WR);
		has_ended = 1;
	}
}

static void handle_event(const iosrc_event *event, struct watched *input,
    struct watched *output)
{
	iosrc_status status = IOSRC_OK;
	int64_t count = 0;

	if (event->token == INPUT)
		status = fill(&up, input->source);
	if (event->token == OUTPUT)
		count = spill(&down, output->source, PIPE_BUF);
	if (status)
		fail("standard input", status);
	if (count < 0 && count != IOSRC_E_WOULD_BLOCK)
		fail("standard output", (iosrc_status)count);
}

/* Carries both ways until the peer has ended and all it sent is written. */
static void run(iosrc_poller *poller, int fd)
{
	struct watched input = watch(poller, STDIN_FILENO, INPUT,
	    IOSRC_READABLE | IOSRC_LEVEL, "standard input");
	struct watched output = watch(poller, STDOUT_FILENO, OUTPUT,
	    IOSRC_LEVEL, "standard output");
	iosrc_source *connection = watch(poller, fd, CONNECTION,
	    IOSRC_READABLE | IOSRC_WRITABLE, "the connection")
	                               .source;
	iosrc_event events[3];
	iosrc_status status;
	int64_t count, i;

	while (!down.ended) {
		count = iosrc_poller_wait(poller, events, 3, -1);
		if (count < 0)
			fail("wait", (iosrc_status)count);
		for (i = 0; i < count; i++)
			handle_event(&events[i], &input, &output);

		/* The connection has edges only. Rather than remember them we
		 * just try, each time: what would block is reported. */
		send_up(connection);
		if (is_empty(&down)) {
			status = fill(&down, connection);
			if (status)
				fail("the connection", status);
		}
		want(poller, &input,
		    IOSRC_LEVEL |
		        (is_empty(&up) && !up.ended ? IOSRC_READABLE : 0));
		want(poller, &output,
		    IOSRC_LEVEL | (is_empty(&down) ? 0 : IOSRC_WRITABLE));
	}

	/* These two are not ours to close: take the handles back out. */
	iosrc_into_inner(input.source, NULL);
	iosrc_into_inner(output.source, NULL);
	iosrc_close(connection);
}

/* ---- the program ---- */

static int connect_tcp(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *next;
	int fd = -1, error = getaddrinfo(host, port, &hints, &found);

	if (error) {
		fprintf(stderr, "%s %s: %s\n", host, port, gai_strerror(error));
		exit(1);
	}
	for (next = found; next && fd < 0; next = next->ai_next) {
		fd = socket(next->ai_family, SOCK_STREAM, 0);
		if (fd >= 0 &&
		    connect(fd, next->ai_addr, next->ai_addrlen) != 0) {
			error = errno;
			close(fd);
			errno = error;
			fd = -1;
		}
	}
	if (fd < 0)
		fail_errno(host);
	freeaddrinfo(found);
	return fd;
}

static int connect_unix(const char *path)
{
	struct address address = unix_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address.storage, address.size) != 0)
		fail_errno(path);
	return fd;
}

/* A program may be started with these closed; then our socket must not come
 * to stand in for one of them. */
static void open_standard_handles(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

static _Noreturn void usage(int status)
{
	fputs("usage: netcat [--backend NAME] HOST PORT\n"
	      "       netcat [--backend NAME] -U PATH\n"
	      "Sends standard input, ends its half of the connection with it,\n"
	      "and writes what comes back, until the peer closes.\n",
	    status ? stderr : stdout);
	exit(status);
}

int main(int argc, char **argv)
{
	static const struct option known[] = { { "backend", required_argument,
		                                   NULL, 'b' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	uint32_t backend = IOSRC_BACKEND_DEFAULT;
	const char *path = NULL;
	iosrc_poller *poller;
	int option, fd;

	while ((option = getopt_long(argc, argv, "U:h", known, NULL)) != -1) {
		if (option == 'b')
			backend = backend_by_name(optarg);
		else if (option == 'U')
			path = optarg;
		else
			usage(option == 'h' ? 0 : 2);
	}
	if (argc - optind != (path ? 0 : 2))
		usage(2);

	open_standard_handles();
	fd = path ? connect_unix(path)
	          : connect_tcp(argv[optind], argv[optind + 1]);
	if (prepare_socket(fd) != 0)
		fail_errno("the connection");
	poller = open_poller(backend);
	run(poller, fd);
	iosrc_poller_release(poller);

	if (is_empty(&up))
		return 0;
	fputs("the peer ended before it had taken all input\n", stderr);
	return 1;
}
