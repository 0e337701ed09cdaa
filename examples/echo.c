/* SPDX-License-Identifier: MIT
 *
 * echo.c: an echo server on TCP and on a Unix socket, on several threads.
 *
 * Each thread is a whole server of its own: a poller, a waker that stops it,
 * and the same listening sockets as its neighbours. The kernel hands a new
 * connection to a thread that is free, and there it stays, so that no
 * connection is ever shared and nothing needs a lock.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

#define MOST_THREADS 64
#define BUFFER_SIZE 8192
#define ROUNDS 16          /* of one source, before the others' turn */
#define PAUSE_NS 100000000 /* of accepting, when we are out of handles */

/* One poll(2) looks at every connection, so there it pays to take many events
 * from each; epoll does not mind. */
#define EVENT_COUNT 1024

/* Tokens that are no connection's address. */
#define TOKEN_STOP 0
#define TOKEN_LISTENER 1 /* of any listener: its registration says which */

struct connection {
	iosrc_source *source;
	struct connection *next, *previous;
	size_t begin, end; /* what was read and is not yet written back */
	char buffer[BUFFER_SIZE];
};

struct worker {
	pthread_t thread;
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *listeners[2];
	int listener_count;
	int paused;
	struct connection *connections;
	uint64_t served, bytes;
};

static struct worker workers[MOST_THREADS];
static size_t worker_count = 1;

/* Wakes may be sent from a signal handler. Each thread waits on a poller of
 * its own, so each has its own waker. */
static void stop(int signal_number)
{
	int saved_errno = errno;
	size_t i;

	(void)signal_number;
	for (i = 0; i < worker_count; i++)
		iosrc_waker_wake(workers[i].waker);
	errno = saved_errno;
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

/* From here on `fd` is ours: it is served or closed. */
static void connection_open(struct worker *worker, int fd)
{
	struct connection *c = malloc(sizeof *c);

	if (!c)
		goto close_fd;
	c->begin = c->end = 0;
	if (prepare_socket(fd) != 0 ||
	    iosrc_create(fd, IOSRC_HANDLE_SOCKET, &c->source) != IOSRC_OK)
		goto free_connection;
	c->previous = NULL;
	c->next = worker->connections;
	if (c->next)
		c->next->previous = c;
	worker->connections = c;
	worker->served++;

	if (iosrc_register(c->source, worker->poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE) != IOSRC_OK)
		connection_close(worker, c);
	return;

free_connection:
	free(c);
close_fd:
	close(fd);
}

/* Answers 1 while the connection lives. Edge mode: we leave only when a call
 * would block, for only that makes the next event come. Nothing is read while
 * output is pending, so a peer that does not read is not read from either. */
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
	int i;

	for (i = 0; i < worker->listener_count && status == IOSRC_OK; i++)
		if (iosrc_source_registration(worker->listeners[i]) == 0)
			status = iosrc_register(worker->listeners[i],
			    worker->poller, TOKEN_LISTENER, interest);
	return status;
}

/* Out of descriptors or memory. The connections stay in the kernel's queue,
 * where level mode would report them again and again, and we would spin. So
 * nobody listens for a moment, until others have closed. */
static void listeners_pause(struct worker *worker)
{
	int i;

	worker->paused = 1;
	for (i = 0; i < worker->listener_count; i++)
		iosrc_deregister(worker->listeners[i], worker->poller);
}

/* I/O that libiosrc has no call for goes through iosrc_do_io, which lets the
 * source know when it would have blocked. */
static int64_t IOSRC_CALL accept_one(iosrc_handle listener, void *user)
{
	int fd = accept((int)listener, NULL, NULL);

	(void)user;
	return fd >= 0 ? fd : iosrc_status_last_os();
}

static void listener_accept(struct worker *worker, uint64_t registration)
{
	iosrc_source *listener = worker->listeners[0];
	int64_t fd;
	int round;

	if (iosrc_source_registration(listener) != registration)
		listener = worker->listeners[1];
	for (round = 0; round < ROUNDS; round++) {
		fd = iosrc_do_io(listener, IOSRC_READABLE, accept_one, NULL);
		if (fd < 0)
			break;
		connection_open(worker, (int)fd);
	}
	if (round == ROUNDS)
		return;

	switch (iosrc_status_kind((iosrc_status)fd)) {
	case IOSRC_KIND_LIMIT:
	case IOSRC_KIND_NO_MEMORY:
		listeners_pause(worker);
		break;
	default: /* no more, or one that gave up before we came to it */
		break;
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
	if (event->token == TOKEN_LISTENER)
		listener_accept(worker, event->registration);
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
		count = iosrc_poller_wait(worker->poller, events, EVENT_COUNT,
		    worker->paused ? PAUSE_NS : -1);
		if (count < 0)
			fail("wait", (iosrc_status)count);
		if (worker->paused)
			worker->paused = listeners_register(worker) != 0;
		for (i = 0; i < count && going; i++)
			going = handle_event(worker, &events[i]);
	}
	while (worker->connections)
		connection_close(worker, worker->connections);
	return NULL;
}

static void worker_open(struct worker *worker, uint32_t backend, const int *fds,
    int fd_count)
{
	iosrc_status status;
	int i;

	worker->poller = open_poller(backend);
	status = iosrc_waker_create(worker->poller, TOKEN_STOP, &worker->waker);

	/* A source owns its handle, so each gets one of its own. */
	for (i = 0; i < fd_count && status == IOSRC_OK; i++)
		status = iosrc_create(dup(fds[i]), IOSRC_HANDLE_SOCKET,
		    &worker->listeners[i]);
	worker->listener_count = i;
	if (status == IOSRC_OK)
		status = listeners_register(worker);
	if (status)
		fail("cannot prepare a thread", status);
}

static void worker_close(struct worker *worker)
{
	int i;

	for (i = 0; i < worker->listener_count; i++)
		iosrc_close(worker->listeners[i]);
	iosrc_waker_release(worker->waker);
	iosrc_poller_release(worker->poller);
}

/* ---- the program ---- */

static int listen_on(const struct address *address)
{
	const struct sockaddr *name = (const void *)&address->storage;
	int fd = socket(name->sa_family, SOCK_STREAM, 0);
	int on = 1;

	if (fd < 0)
		fail_errno("socket");
	if (!address->path)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, name, address->size) != 0 || listen(fd, SOMAXCONN) != 0 ||
	    prepare_socket(fd) != 0)
		fail_errno(address->path ? address->path : "listen");
	return fd;
}

static void usage(FILE *stream)
{
	fputs("usage: echo [--tcp ADDRESS:PORT] [--unix PATH] [--threads N]\n"
	      "            [--backend NAME]\n"
	      "Sends back what it receives, until SIGINT or SIGTERM.\n"
	      "Port 0 takes a free one; the default is 127.0.0.1:0.\n",
	    stream);
}

struct settings {
	const char *tcp, *path;
	uint32_t backend;
};

static struct settings parse(int argc, char **argv)
{
	static const struct option known[] = { { "tcp", required_argument, NULL,
		                                   't' },
		{ "unix", required_argument, NULL, 'u' },
		{ "threads", required_argument, NULL, 'n' },
		{ "backend", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	struct settings settings = { NULL, NULL, IOSRC_BACKEND_DEFAULT };
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 't':
			settings.tcp = optarg;
			break;
		case 'u':
			settings.path = optarg;
			break;
		case 'n':
			worker_count = number("--threads", optarg, 1,
			    MOST_THREADS);
			break;
		case 'b':
			settings.backend = backend_by_name(optarg);
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
	if (!settings.tcp && !settings.path)
		settings.tcp = "127.0.0.1:0";
	return settings;
}

static int open_listeners(const struct settings *settings, int fds[2])
{
	struct address address;
	int count = 0;

	if (settings->tcp) {
		address = tcp_address(settings->tcp);
		fds[count++] = listen_on(&address);
	}
	if (settings->path) {
		address = unix_address(settings->path);
		fds[count++] = listen_on(&address);
	}
	return count;
}

/* The port is worth printing: it may have been 0, "any that is free". */
static void say_where(const struct settings *settings, int fd)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof name;
	in_port_t port;

	if (settings->tcp) {
		if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
			fail_errno("getsockname");
		port = name.ss_family == AF_INET6
		    ? ((struct sockaddr_in6 *)&name)->sin6_port
		    : ((struct sockaddr_in *)&name)->sin_port;
		printf("listening on %.*s:%u\n",
		    (int)(strrchr(settings->tcp, ':') - settings->tcp),
		    settings->tcp, (unsigned)ntohs(port));
	}
	if (settings->path)
		printf("listening on %s\n", settings->path);
	fflush(stdout);
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
	struct settings settings = parse(argc, argv);
	size_t i;
	int fds[2], fd_count;

	raise_handle_limit();
	fd_count = open_listeners(&settings, fds);
	for (i = 0; i < worker_count; i++)
		worker_open(&workers[i], settings.backend, fds, fd_count);
	handle_signals(stop);
	say_where(&settings, fds[0]);
	while (fd_count > 0)
		close(fds[--fd_count]);

	for (i = 0; i < worker_count; i++)
		if (pthread_create(&workers[i].thread, NULL, worker_run,
		        &workers[i]) != 0)
			fail("cannot start a thread", IOSRC_E_NO_MEMORY);
	for (i = 0; i < worker_count; i++)
		pthread_join(workers[i].thread, NULL);

	/* The handler must not meet a waker that is gone. */
	handle_signals(SIG_IGN);
	for (i = 0; i < worker_count; i++) {
		printf("thread %zu: %" PRIu64 " connections, %" PRIu64
		       " bytes\n",
		    i, workers[i].served, workers[i].bytes);
		worker_close(&workers[i]);
	}
	if (settings.path)
		unlink(settings.path);
	return 0;
}
