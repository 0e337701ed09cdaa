/* SPDX-License-Identifier: MIT
 *
 * chat.c: every line that a client sends goes to all clients, in one order.
 *
 *	cc chat.c -o chat $(pkg-config --cflags --libs iosrc)
 *	./chat 127.0.0.1:7000
 *
 * Memory is bounded. All that was said lies in one ring, and each client has
 * its own place in it. When the ring is full, nobody is read from
 * (back-pressure), and whoever has not caught up to half of it within 250 ms is
 * dropped: one who does not read cannot stop the others.
 *
 * Edge mode with two flags a client: an event sets them, a call that would
 * block clears them. So each turn of the loop gives every client one turn.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <iosrc_net.h>

#define RING_SIZE (1 << 20)           /* a power of two */
#define LINE_SIZE 1000                /* a longer line is cut in pieces */
#define MESSAGE_SIZE (LINE_SIZE + 24) /* of a line with its number */
#define MOST_CLIENTS 10000
#define EVENT_COUNT 256
#define PAUSE_NS 100000000 /* of accepting, when we are out of handles */

struct client {
	iosrc_source *source;
	struct client *next;
	unsigned number;
	int can_read, can_write;
	int has_left, is_gone;
	uint64_t place;   /* in all that was ever said: what comes next */
	uint64_t last;    /* of it: where a client that has left stops */
	size_t line_size; /* what has come of its next line */
	char line[LINE_SIZE];
};

enum { TOKEN_STOP, TOKEN_LISTENER, FIRST_CLIENT };

static char ring[RING_SIZE];
static uint64_t said; /* bytes, ever; the ring holds the last of them */
static struct client *clients;
static size_t client_count, dropped;
static int can_accept;
static int64_t held_since_ns; /* 0: the ring is not full */
static int64_t patience_ns = 250000000;

static iosrc_poller *poller;
static iosrc_waker *waker;
static iosrc_source *listener;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "chat: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- the ring ---- */

/* How far behind the slowest client is. */
static size_t backlog(void)
{
	uint64_t slowest = said;
	struct client *c;

	for (c = clients; c; c = c->next)
		if (slowest > c->place)
			slowest = c->place;
	return (size_t)(said - slowest);
}

static void say(const char *text, size_t size)
{
	size_t at = said % RING_SIZE;
	size_t first = size < RING_SIZE - at ? size : RING_SIZE - at;

	memcpy(ring + at, text, first);
	memcpy(ring, text + first, size - first);
	said += size;
}

static void say_line(const struct client *c, size_t size)
{
	char number[16];

	say(number, (size_t)snprintf(number, sizeof number, "%u: ", c->number));
	say(c->line, size);
	say("\n", 1);
}

/* ---- clients ---- */

static void client_open(iosrc_source *source)
{
	static unsigned number;
	struct client *c = calloc(1, sizeof *c);

	if (!c ||
	    iosrc_register(source, poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE)) {
		iosrc_close(source);
		free(c);
		return;
	}
	c->source = source;
	c->number = ++number;
	c->place = said;
	c->next = clients;
	clients = c;
	client_count++;
}

/* Says the first whole line of what has come. Answers 0 when there is none.
 * The end of what a client sends ends a line too, and so does a full buffer. */
static int take_line(struct client *c)
{
	char *end = memchr(c->line, '\n', c->line_size);
	size_t size = end ? (size_t)(end - c->line) : c->line_size;
	size_t used = end ? size + 1 : size;

	if (!end && (size == 0 || (size < LINE_SIZE && !c->has_left)))
		return 0;
	say_line(c, size);
	c->line_size -= used;
	memmove(c->line, c->line + used, c->line_size);
	return 1;
}

/* One read, when all lines of the one before are said. */
static void take(struct client *c, size_t room)
{
	int64_t count;

	for (; room >= MESSAGE_SIZE; room -= MESSAGE_SIZE)
		if (!take_line(c))
			break;
	if (room < MESSAGE_SIZE)
		return;
	if (c->has_left) {
		c->can_read = 0;
		c->last = said;
		return;
	}
	count = iosrc_read(c->source, c->line + c->line_size,
	    LINE_SIZE - c->line_size);
	if (count > 0)
		c->line_size += (size_t)count;
	else if (count == 0) /* it still gets what was said until now */
		c->has_left = 1;
	else if (count == IOSRC_E_WOULD_BLOCK)
		c->can_read = 0;
	else
		c->is_gone = 1;
}

/* Writes what the client has not got, in the one or two pieces that the ring
 * has it in, until that would block. */
static void give(struct client *c)
{
	while (c->can_write && !c->is_gone && c->place < said) {
		size_t at = c->place % RING_SIZE;
		size_t size = (size_t)(said - c->place);
		size_t first = size < RING_SIZE - at ? size : RING_SIZE - at;
		iosrc_buffer pieces[2] = { { ring + at, first },
			{ ring, size - first } };
		int64_t count = iosrc_writev(c->source, pieces, 2);

		if (count >= 0)
			c->place += (uint64_t)count;
		else if (count == IOSRC_E_WOULD_BLOCK)
			c->can_write = 0;
		else
			c->is_gone = 1;
	}
}

static int is_over(const struct client *c)
{
	return c->is_gone ||
	    (c->has_left && !c->can_read && c->place >= c->last);
}

/* Clients end here alone, when no event of them is still to be looked at. */
static void sweep(void)
{
	struct client **link = &clients;

	while (*link) {
		struct client *c = *link;

		if (is_over(c)) {
			*link = c->next;
			iosrc_close(c->source);
			free(c);
			client_count--;
		} else {
			link = &c->next;
		}
	}
}

/* ---- turns ---- */

/* Out of handles we try again a little later; edge mode does not repeat
 * itself, so there is nothing to switch off. */
static void accept_some(void)
{
	iosrc_source *source;

	while (can_accept && client_count < MOST_CLIENTS) {
		iosrc_status status = iosrc_accept(listener, NULL, &source);
		iosrc_kind kind = iosrc_status_kind(status);

		if (status == IOSRC_OK)
			client_open(source);
		else if (status == IOSRC_E_WOULD_BLOCK)
			can_accept = 0;
		else if (kind == IOSRC_KIND_LIMIT ||
		    kind == IOSRC_KIND_NO_MEMORY)
			return;
	}
}

static void hold_or_go_on(void)
{
	size_t behind = backlog();
	struct client *c;

	if (behind > RING_SIZE - MESSAGE_SIZE && !held_since_ns)
		held_since_ns = now_ns();
	if (held_since_ns && now_ns() - held_since_ns >= patience_ns) {
		for (c = clients; c; c = c->next) {
			if (said - c->place > RING_SIZE / 2) {
				c->is_gone = 1;
				dropped++;
			}
		}
		sweep();
		behind = backlog();
	}
	if (behind <= RING_SIZE / 2)
		held_since_ns = 0;
}

static void serve_all(void)
{
	size_t room = RING_SIZE - backlog();
	uint64_t before = said;
	struct client *c;

	for (c = clients; c && !held_since_ns; c = c->next)
		if (c->can_read && !c->is_gone)
			take(c, room - (size_t)(said - before));
	for (c = clients; c; c = c->next)
		give(c);
	sweep();
	hold_or_go_on();
}

static int64_t timeout(void)
{
	int64_t left = held_since_ns + patience_ns - now_ns();
	struct client *c;

	if (held_since_ns)
		return left > 0 ? left : 0;
	for (c = clients; c; c = c->next)
		if (c->can_read)
			return 0;
	return can_accept ? PAUSE_NS : -1;
}

/* Answers 0 when the program shall end. */
static int handle_event(const iosrc_event *event)
{
	struct client *c = (void *)(uintptr_t)event->token;

	if (event->token == TOKEN_STOP)
		return 0;
	if (event->token == TOKEN_LISTENER) {
		can_accept = 1;
		return 1;
	}
	/* Errors and closed ends are for the next call to tell. */
	if (event->ready & ~IOSRC_WRITABLE)
		c->can_read = 1;
	if (event->ready & ~IOSRC_READABLE)
		c->can_write = 1;
	return 1;
}

static void run(void)
{
	iosrc_event events[EVENT_COUNT];
	int64_t count, i;
	int going = 1;

	while (going) {
		count = check("wait",
		    iosrc_poller_wait(poller, events, EVENT_COUNT, timeout()));
		for (i = 0; i < count; i++)
			going &= handle_event(&events[i]);
		accept_some();
		serve_all();
	}
}

/* ---- the program ---- */

static void listen_on(const char *text)
{
	iosrc_listen_options options = { 0 };
	char where[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	if (address.family == IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_LISTEN_UNLINK_STALE;
	check(text,
	    iosrc_listen(&address, &options, sizeof options, &listener));
	check("register",
	    iosrc_register(listener, poller, TOKEN_LISTENER, IOSRC_READABLE));
	check(text, iosrc_local_address(listener, &address));
	check(text, iosrc_address_format(&address, where, sizeof where));
	printf("listening on %s\n", where);
	fflush(stdout);
}

/* Of all calls this one may be made by a signal handler. */
static void stop(int signal_number)
{
	int saved_errno = errno;

	(void)signal_number;
	iosrc_waker_wake(waker);
	errno = saved_errno;
}

static void handle_signals(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void raise_handle_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static _Noreturn void usage(int status)
{
	fputs("usage: chat [-p MILLISECONDS] [ADDRESS]\n"
	      "ADDRESS is 127.0.0.1:7000, [::1]:7000 or unix:/path; the\n"
	      "default is 127.0.0.1:0, any free port. -p is the patience with\n"
	      "clients that are slow, 250 at first.\n",
	    status ? stderr : stdout);
	exit(status);
}

int main(int argc, char **argv)
{
	struct client *c;
	int option;

	while ((option = getopt(argc, argv, "p:h")) != -1) {
		if (option != 'p')
			usage(option == 'h' ? 0 : 2);
		patience_ns = (int64_t)strtoul(optarg, NULL, 10) * 1000000;
	}
	if (argc - optind > 1)
		usage(2);
	raise_handle_limit();
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("waker", iosrc_waker_create(poller, TOKEN_STOP, &waker));
	handle_signals(stop);
	listen_on(optind < argc ? argv[optind] : "127.0.0.1:0");
	run();

	handle_signals(SIG_IGN); /* before the waker is gone */
	printf("%llu bytes said, %zu clients dropped\n",
	    (unsigned long long)said, dropped);
	for (c = clients; c; c = c->next)
		c->is_gone = 1;
	sweep();
	iosrc_close(listener);
	iosrc_waker_release(waker);
	iosrc_poller_release(poller);
	return 0;
}
