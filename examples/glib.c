/* SPDX-License-Identifier: MIT
 *
 * glib.c: a poller inside a GLib main loop, by the handle that
 * iosrc_poller_expose answers. An echo server runs beside a timer of GLib's.
 *
 *	cc glib.c -o glib $(pkg-config --cflags --libs iosrc glib-2.0)
 *	./glib 127.0.0.1:7000
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib-unix.h>
#include <iosrc_net.h>

#define EVENT_COUNT 64
#define ROUNDS 16 /* of one source, before the others' turn */
#define TICK_MS 10

enum { TOKEN_STOP, TOKEN_LISTENER, FIRST_CONNECTION };

struct connection {
	iosrc_source *source;
	size_t begin, end; /* what was read and is not yet written back */
	char buffer[8192];
};

static iosrc_poller *poller;
static iosrc_waker *waker;
static iosrc_source *listener;
static GHashTable *connections;
static GMainLoop *loop;
static guint64 ticks, bytes;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "glib: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

/* ---- the server: see echo.c ---- */

static void connection_free(gpointer data)
{
	struct connection *c = data;

	iosrc_close(c->source);
	g_free(c);
}

static int echo_round(struct connection *c)
{
	int64_t count;

	while (c->begin < c->end) {
		count = iosrc_write(c->source, c->buffer + c->begin,
		    c->end - c->begin);
		if (count < 0)
			return count == IOSRC_E_WOULD_BLOCK ? 1 : -1;
		c->begin += (size_t)count;
		bytes += (guint64)count;
	}
	count = iosrc_read(c->source, c->buffer, sizeof c->buffer);
	if (count <= 0)
		return count == IOSRC_E_WOULD_BLOCK ? 1 : -1;
	c->begin = 0;
	c->end = (size_t)count;
	return 0;
}

static void serve(struct connection *c)
{
	int round, done = 0;

	for (round = 0; round < ROUNDS && !done; round++)
		done = echo_round(c);
	if (!done &&
	    iosrc_reregister(c->source, poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE))
		done = -1;
	if (done < 0)
		g_hash_table_remove(connections, c);
}

static void connection_open(iosrc_source *source)
{
	struct connection *c = g_new0(struct connection, 1);

	c->source = source;
	g_hash_table_add(connections, c);
	if (iosrc_register(source, poller, (uintptr_t)c,
	        IOSRC_READABLE | IOSRC_WRITABLE))
		g_hash_table_remove(connections, c);
}

/* Until it would block, as edge mode asks for, or fails: a connection may have
 * given up, or no handle may be free. Then the next tick goes on here. */
static void accept_all(void)
{
	iosrc_source *source;

	while (iosrc_accept(listener, NULL, &source) == IOSRC_OK)
		connection_open(source);
}

static void handle_event(const iosrc_event *event)
{
	if (!iosrc_is_current(poller, event->registration))
		return;
	if (event->token == TOKEN_STOP)
		g_main_loop_quit(loop);
	else if (event->token == TOKEN_LISTENER)
		accept_all();
	else
		serve((void *)(uintptr_t)event->token);
}

/* ---- the loop ---- */

/* GLib watches the poller's handle, which is readable while something is
 * ready: also when an event remains after this, so GLib's own get a turn. */
static gboolean on_ready(gint fd, GIOCondition condition, gpointer user)
{
	iosrc_event events[EVENT_COUNT];
	int64_t count = check("wait",
	    iosrc_poller_wait(poller, events, EVENT_COUNT, 0));
	int64_t i;

	(void)fd;
	(void)condition;
	(void)user;
	for (i = 0; i < count; i++)
		handle_event(&events[i]);
	return G_SOURCE_CONTINUE;
}

static gboolean on_tick(gpointer user)
{
	(void)user;
	ticks++;
	accept_all();
	return G_SOURCE_CONTINUE;
}

static void stop(int signal_number)
{
	int saved_errno = errno;

	(void)signal_number;
	iosrc_waker_wake(waker); /* it makes the handle readable */
	errno = saved_errno;
}

static void handle_signals(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void listen_on(const char *text)
{
	char where[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	check(text, iosrc_listen(&address, NULL, 0, &listener));
	check("register",
	    iosrc_register(listener, poller, TOKEN_LISTENER, IOSRC_READABLE));
	check(text, iosrc_local_address(listener, &address));
	check(text, iosrc_address_format(&address, where, sizeof where));
	printf("listening on %s\n", where);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	iosrc_handle handle;
	guint watch, timer;

	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("expose", iosrc_poller_expose(poller, &handle));
	check("waker", iosrc_waker_create(poller, TOKEN_STOP, &waker));
	connections = g_hash_table_new_full(NULL, NULL, connection_free, NULL);
	loop = g_main_loop_new(NULL, FALSE);
	watch = g_unix_fd_add((gint)handle, G_IO_IN, on_ready, NULL);
	timer = g_timeout_add(TICK_MS, on_tick, NULL);
	handle_signals(stop);
	listen_on(argc > 1 ? argv[1] : "127.0.0.1:0");

	g_main_loop_run(loop);

	handle_signals(SIG_IGN); /* before the waker is gone */
	printf("%" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT " ticks\n",
	    bytes, ticks);
	g_source_remove(watch);
	g_source_remove(timer);
	g_main_loop_unref(loop);
	g_hash_table_destroy(connections);
	iosrc_close(listener);
	iosrc_waker_release(waker);
	iosrc_poller_release(poller);
	return 0;
}
