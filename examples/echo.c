/* SPDX-License-Identifier: MIT
 *
 * echo.c: an echo server on any number of addresses, on several threads.
 *
 *	cc echo.c -o echo -pthread $(pkg-config --cflags --libs iosrc)
 *	./echo -t 4 127.0.0.1:7000 unix:/tmp/echo
 *
 * Each thread is a whole server of its own: a poller, a waker that stops it,
 * and the same listening sockets as its neighbours. The kernel hands a new
 * connection to a thread that is free, and there it stays, so that no
 * connection is ever shared and nothing needs a lock.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iosrc_net.h>

#define MOST_THREADS 64
#define MOST_LISTENERS 16
#define BUFFER_SIZE 8192
#define ROUNDS 16          /* of one source, before the others' turn */
#define PAUSE_NS 100000000 /* of accepting, when we are out of handles */
#define TOKEN_STOP MOST_LISTENERS

/* One poll(2) looks at every connection, so there it pays to take many events
 * from each; epoll does not mind. */
#define EVENT_COUNT 1024

struct connection {
	iosrc_source *source;
	struct connection *next, *previous;
	size_t begin, end; /* what was read and is not yet written back */
	char buffer[BUFFER_SIZE];
};

/* Tokens are the index of a listener, TOKEN_STOP, or the address of a
 * connection, which is never as small. */
struct worker {
	pthread_t thread;
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *listeners[MOST_LISTENERS];
	size_t listener_count;
	int paused;
	struct connection *connections;
	uint64_t served, bytes;
};

static struct worker workers[MOST_THREADS];

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "echo: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

/* ---- connections ---- */

static void connection_close(struct worker *worker, struct connection *c)
{
	if (c->next)
		c->next->previous = c->previous;
	if (c->previous)
		c->previous->next = c->next;
	else
		worker->connections = c->next;
	iosrc_close(c->source);
	free(c);
}

/* From here on the source is ours: it is served or closed. */
static void connection_open(struct worker *worker, iosrc_source *source)
{
	struct connection *c = malloc(sizeof *c);

	if (!c) {
		iosrc_close(source);
		return;
	}
	c->source = source;
	c->begin = c->end = 0;
	c->previous = NULL;
	c->next = worker->connections;
	if (c->next)
		c->next->previous = c;
	worker->connections = c;
	worker->served++;

	/* Without it an answer may wait for the peer's acknowledgement. A Unix
	 * socket lacks it, and does not need it. */
	(void)iosrc_set_option(source, IOSRC_OPTION_NO_DELAY, 1);
	if (iosrc_register(source, worker->poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE))
		connection_close(worker, c);
}

/* Answers 1 while the connection lives, -1 when it is over, 0 to be called
 * again. Edge mode: we leave only when a call would block, for only that makes
 * the next event come. Nothing is read while output is pending, so a peer that
 * does not read is not read from either. */
static int echo_round(struct worker *worker, struct connection *c)
{
	int64_t count;

	while (c->begin < c->end) {
		count = iosrc_write(c->source, c->buffer + c->begin,
		    c->end - c->begin);
		if (count < 0)
			return count == IOSRC_E_WOULD_BLOCK ? 1 : -1;
		c->begin += (size_t)count;
		worker->bytes += (uint64_t)count;
	}
	count = iosrc_read(c->source, c->buffer, sizeof c->buffer);
	if (count <= 0) /* 0: the peer has ended, and has it all back */
		return count == IOSRC_E_WOULD_BLOCK ? 1 : -1;
	c->begin = 0;
	c->end = (size_t)count;
	return 0;
}

static void connection_serve(struct worker *worker, struct connection *c)
{
	int round, done = 0;

	for (round = 0; round < ROUNDS && !done; round++)
		done = echo_round(worker, c);

	/* Still going: let the others have their turn. To reregister reports
	 * what is ready now once more, in one of the next waits. */
	if (!done &&
	    iosrc_reregister(c->source, worker->poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE))
		done = -1;
	if (done < 0)
		connection_close(worker, c);
}

/* ---- listeners ---- */

/* Level mode: a listener is reported for as long as connections wait, so one
 * event may take a few of them and leave the rest to other threads. Exclusive,
 * where there is such a thing: a connection wakes one thread, not all. */
static iosrc_status listeners_register(struct worker *worker)
{
	iosrc_bits can = (iosrc_bits)iosrc_poller_capabilities(worker->poller);
	iosrc_bits interest = IOSRC_READABLE | IOSRC_LEVEL |
	    (IOSRC_EXCLUSIVE & can);
	iosrc_status status = IOSRC_OK;
	size_t i;

	for (i = 0; i < worker->listener_count && !status; i++)
		if (iosrc_source_registration(worker->listeners[i]) == 0)
			status = iosrc_register(worker->listeners[i],
			    worker->poller, i, interest);
	return status;
}

/* Out of descriptors or memory. The connections stay in the kernel's queue,
 * where level mode would report them again and again, and we would spin. So
 * nobody listens for a moment, until others have closed. */
static void listeners_pause(struct worker *worker)
{
	size_t i;

	worker->paused = 1;
	for (i = 0; i < worker->listener_count; i++)
		(void)iosrc_deregister(worker->listeners[i], worker->poller);
}

static void listener_accept(struct worker *worker, iosrc_source *listener)
{
	iosrc_source *source;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		switch (
		    iosrc_status_kind(iosrc_accept(listener, NULL, &source))) {
		case IOSRC_KIND_OK:
			connection_open(worker, source);
			break;
		case IOSRC_KIND_WOULD_BLOCK:
			return;
		case IOSRC_KIND_LIMIT:
		case IOSRC_KIND_NO_MEMORY:
			listeners_pause(worker);
			return;
		default: /* one that gave up before we came to it */
			break;
		}
	}
}

/* ---- threads ---- */

/* Answers 0 when the thread shall end. */
static int handle_event(struct worker *worker, const iosrc_event *event)
{
	/* What we did for an earlier event of this batch may have closed the
	 * source of a later one. So ask before following the pointer. */
	if (!iosrc_is_current(worker->poller, event->registration))
		return 1;
	if (event->token == TOKEN_STOP)
		return 0;
	if (event->token < MOST_LISTENERS)
		listener_accept(worker, worker->listeners[event->token]);
	else
		connection_serve(worker, (void *)(uintptr_t)event->token);
	return 1;
}

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	iosrc_event events[EVENT_COUNT];
	int64_t count, i;
	int going = 1;

	while (going) {
		count = check("wait",
		    iosrc_poller_wait(worker->poller, events, EVENT_COUNT,
		        worker->paused ? PAUSE_NS : -1));
		if (worker->paused)
			worker->paused = listeners_register(worker) != 0;
		for (i = 0; i < count && going; i++)
			going = handle_event(worker, &events[i]);
	}
	while (worker->connections)
		connection_close(worker, worker->connections);
	return NULL;
}

static void worker_open(struct worker *worker, iosrc_source *const *listeners,
    size_t count)
{
	check("poller", iosrc_poller_create(NULL, 0, &worker->poller));
	check("waker",
	    iosrc_waker_create(worker->poller, TOKEN_STOP, &worker->waker));

	/* A source belongs to one poller, so each thread has its own, over a
	 * duplicate of the one socket. */
	for (; worker->listener_count < count; worker->listener_count++)
		check("listener",
		    iosrc_create(dup((int)iosrc_source_handle(
		                     listeners[worker->listener_count])),
		        IOSRC_HANDLE_SOCKET,
		        &worker->listeners[worker->listener_count]));
	check("register", listeners_register(worker));
	if (pthread_create(&worker->thread, NULL, worker_run, worker))
		check("thread", IOSRC_E_NO_MEMORY);
}

static void worker_end(struct worker *worker)
{
	size_t i;

	check("wake", iosrc_waker_wake(worker->waker));
	pthread_join(worker->thread, NULL);
	printf("thread %d: %" PRIu64 " connections, %" PRIu64 " bytes\n",
	    (int)(worker - workers), worker->served, worker->bytes);
	for (i = 0; i < worker->listener_count; i++)
		iosrc_close(worker->listeners[i]);
	iosrc_waker_release(worker->waker);
	iosrc_poller_release(worker->poller);
}

/* ---- the program ---- */

/* The address is worth printing: its port may have been 0, "any free one". */
static iosrc_source *listen_on(const char *text)
{
	iosrc_listen_options options = { 0 };
	char where[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;
	iosrc_source *listener;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	if (address.family == IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_LISTEN_UNLINK_STALE;
	check(text,
	    iosrc_listen(&address, &options, sizeof options, &listener));
	check(text, iosrc_local_address(listener, &address));
	check(text, iosrc_address_format(&address, where, sizeof where));
	printf("listening on %s\n", where);
	return listener;
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
	fputs(
	    "usage: echo [-t THREADS] [ADDRESS...]\n"
	    "Sends back what it receives, until SIGINT or SIGTERM. Addresses\n"
	    "are 127.0.0.1:7000, [::1]:0, unix:/path; port 0 takes a free\n"
	    "one; the default is 127.0.0.1:0.\n",
	    status ? stderr : stdout);
	exit(status);
}

/* Signals are taken by the main thread alone, which does nothing else. */
static void wait_for_signal(const sigset_t *signals)
{
	int received;

	fflush(stdout);
	sigwait(signals, &received);
}

int main(int argc, char **argv)
{
	iosrc_source *listeners[MOST_LISTENERS];
	size_t count = 0, threads = 1, i;
	sigset_t signals;
	int option;

	while ((option = getopt(argc, argv, "t:h")) != -1) {
		if (option != 't')
			usage(option == 'h' ? 0 : 2);
		threads = strtoul(optarg, NULL, 10);
	}
	if (threads < 1 || threads > MOST_THREADS ||
	    argc - optind > MOST_LISTENERS)
		usage(2);
	raise_handle_limit();
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	if (optind == argc)
		listeners[count++] = listen_on("127.0.0.1:0");
	for (; optind < argc; optind++)
		listeners[count++] = listen_on(argv[optind]);
	for (i = 0; i < threads; i++)
		worker_open(&workers[i], listeners, count);
	wait_for_signal(&signals);
	for (i = 0; i < threads; i++)
		worker_end(&workers[i]);
	while (count > 0)
		iosrc_close(listeners[--count]);
	return 0;
}
