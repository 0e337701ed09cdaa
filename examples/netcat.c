/* SPDX-License-Identifier: MIT
 *
 * netcat.c: standard input to a connection, the connection to standard output.
 *
 * One poller watches all three. The connection is ours: non-blocking, in edge
 * mode. Standard input and output are not, for a terminal is shared with the
 * shell: they stay blocking, and level mode with one call per event, no larger
 * than what is sure to be taken, never blocks on them.
 *
 *	cc netcat.c -o netcat $(pkg-config --cflags --libs iosrc)
 *	./netcat 127.0.0.1:7000 <file
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <iosrc_net.h>

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
	iosrc_bits interest;
};

static struct flow up, down;
static struct watched input, output;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "netcat: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

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

static void watch(struct watched *watched, iosrc_poller *poller, int fd,
    iosrc_bits interest)
{
	watched->interest = interest;
	check("create",
	    iosrc_create(fd, IOSRC_HANDLE_DEFAULT, &watched->source));
	check("register",
	    iosrc_register(watched->source, poller, (uintptr_t)watched,
	        interest));
}

/* Level mode repeats itself, so a direction we have no use for now is taken
 * out of the interest; an empty interest is a pause. */
static void want(struct watched *watched, iosrc_poller *poller,
    iosrc_bits interest)
{
	if (watched->interest != interest)
		check("reregister",
		    iosrc_reregister(watched->source, poller,
		        (uintptr_t)watched, interest));
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
		(void)iosrc_shutdown(connection, IOSRC_WRITABLE);
		has_ended = 1;
	}
}

static void handle_event(const iosrc_event *event)
{
	int64_t count = 0;

	if (event->token == (uintptr_t)&input)
		check("standard input", fill(&up, input.source));
	if (event->token == (uintptr_t)&output)
		count = spill(&down, output.source, PIPE_BUF);
	if (count != IOSRC_E_WOULD_BLOCK)
		check("standard output", count);
}

/* Carries both ways until the peer has ended and all it sent is written. */
static void run(iosrc_poller *poller, iosrc_source *connection)
{
	iosrc_event events[3];
	int64_t count, i;

	while (!down.ended) {
		count = check("wait", iosrc_poller_wait(poller, events, 3, -1));
		for (i = 0; i < count; i++)
			handle_event(&events[i]);

		/* The connection has edges only. Rather than remember them we
		 * just try, each time: what would block is reported. */
		send_up(connection);
		if (is_empty(&down))
			check("the connection", fill(&down, connection));
		want(&input, poller,
		    IOSRC_LEVEL |
		        (is_empty(&up) && !up.ended ? IOSRC_READABLE : 0));
		want(&output, poller,
		    IOSRC_LEVEL | (is_empty(&down) ? 0 : IOSRC_WRITABLE));
	}
}

/* A connect is over when the source is writable, and take_error tells how. */
static iosrc_source *connect_to(iosrc_poller *poller, const char *text)
{
	iosrc_address address;
	iosrc_source *connection;
	iosrc_event event = { 0 };
	iosrc_status error;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	check(text, iosrc_connect(&address, NULL, 0, &connection));
	check("register",
	    iosrc_register(connection, poller, 0,
	        IOSRC_READABLE | IOSRC_WRITABLE));
	while (!(event.ready & IOSRC_WRITABLE))
		check("wait", iosrc_poller_wait(poller, &event, 1, -1));
	check("take_error", iosrc_take_error(connection, &error));
	check(text, error);
	return connection;
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

int main(int argc, char **argv)
{
	iosrc_poller *poller;
	iosrc_source *connection;

	if (argc != 2 || argv[1][0] == '-') {
		fputs(
		    "usage: netcat ADDRESS\n"
		    "Sends standard input to 127.0.0.1:7000, [::1]:7000 or\n"
		    "unix:/path, ends its half of the connection with it, and\n"
		    "writes what comes back, until the peer closes.\n",
		    stderr);
		return 2;
	}
	open_standard_handles();
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	connection = connect_to(poller, argv[1]);
	watch(&input, poller, STDIN_FILENO, IOSRC_READABLE | IOSRC_LEVEL);
	watch(&output, poller, STDOUT_FILENO, IOSRC_LEVEL);
	run(poller, connection);

	/* These two are not ours to close: take the handles back out. */
	iosrc_into_inner(input.source, NULL);
	iosrc_into_inner(output.source, NULL);
	iosrc_close(connection);
	iosrc_poller_release(poller);
	if (is_empty(&up))
		return 0;
	fputs("netcat: the peer ended before it had taken all input\n", stderr);
	return 1;
}
