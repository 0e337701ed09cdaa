/* SPDX-License-Identifier: MIT
 *
 * resolve.c: looks a name up beside a poller, then connects to the first of
 * its addresses that answers, and prints that one.
 *
 *	cc resolve.c -o resolve -pthread $(pkg-config --cflags --libs iosrc)
 *	./netcat "$(./resolve localhost 7000)"
 *
 * The library resolves no names, for getaddrinfo(3) blocks: here it runs in a
 * thread, and a waker says that it is done. An address goes from one to the
 * other as text.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <iosrc_net.h>

#define SECOND INT64_C(1000000000)
#define LOOKUP_NS (30 * SECOND)
#define CONNECT_NS (5 * SECOND)

enum { TOKEN_FOUND, TOKEN_CONNECTION };

struct lookup {
	const char *host, *port;
	iosrc_waker *waker;
	struct addrinfo *found;
	int error;
};

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "resolve: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

static void *look_up(void *argument)
{
	struct lookup *lookup = argument;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	lookup->error = getaddrinfo(lookup->host, lookup->port, &hints,
	    &lookup->found);
	check("wake", iosrc_waker_wake(lookup->waker));
	return NULL;
}

/* "127.0.0.1:80" or "[fe80::1%2]:80". What getnameinfo(3) writes behind the %
 * is the name of an interface, where the library wants its number. */
static iosrc_status to_address(const struct addrinfo *found,
    iosrc_address *out_address)
{
	char host[NI_MAXHOST], port[NI_MAXSERV], text[IOSRC_ADDRESS_TEXT_SIZE];
	int is_inet6 = found->ai_family == AF_INET6;
	iosrc_status status;

	if (getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host,
	        port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return IOSRC_E_INVALID;
	host[strcspn(host, "%")] = '\0';
	snprintf(text, sizeof text, is_inet6 ? "[%s]:%s" : "%s:%s", host, port);
	status = iosrc_address_parse(text, SIZE_MAX, out_address);
	if (is_inet6 && !status)
		out_address->scope =
		    ((const struct sockaddr_in6 *)(const void *)found->ai_addr)
		        ->sin6_scope_id;
	return status;
}

/* Waits until the connect is over, or for CONNECT_NS, and answers how it
 * ended. */
static iosrc_status try_connect(iosrc_poller *poller,
    const iosrc_address *address)
{
	iosrc_source *connection;
	iosrc_event event;
	iosrc_status error,
	    status = iosrc_connect(address, NULL, 0, &connection);

	if (status)
		return status;
	check("register",
	    iosrc_register(connection, poller, TOKEN_CONNECTION,
	        IOSRC_WRITABLE));
	error = IOSRC_E_WOULD_BLOCK; /* when the time is over */
	if (check("wait", iosrc_poller_wait(poller, &event, 1, CONNECT_NS)) ==
	    1)
		check("take_error", iosrc_take_error(connection, &error));
	iosrc_close(connection);
	return error;
}

/* Answers 0 when one of the addresses answered. */
static int try_each(iosrc_poller *poller, const struct addrinfo *next)
{
	char text[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;
	iosrc_status status;

	for (; next; next = next->ai_next) {
		if (to_address(next, &address))
			continue;
		check("format",
		    iosrc_address_format(&address, text, sizeof text));
		status = try_connect(poller, &address);
		if (!status) {
			puts(text);
			return 0;
		}
		fprintf(stderr, "resolve: %s: %s\n", text,
		    status == IOSRC_E_WOULD_BLOCK ? "no answer in time"
		                                  : iosrc_status_name(status));
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct lookup lookup = { .found = NULL };
	iosrc_poller *poller;
	iosrc_event event;
	pthread_t thread;
	int result;

	if (argc != 3 || argv[1][0] == '-') {
		fputs("usage: resolve HOST PORT\n", stderr);
		return 2;
	}
	lookup.host = argv[1];
	lookup.port = argv[2];
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("waker", iosrc_waker_create(poller, TOKEN_FOUND, &lookup.waker));
	if (pthread_create(&thread, NULL, look_up, &lookup))
		check("thread", IOSRC_E_NO_MEMORY);

	/* Here a server would serve others meanwhile. A thread that is still
	 * in getaddrinfo cannot be stopped; we end, and it with us. */
	if (check("wait", iosrc_poller_wait(poller, &event, 1, LOOKUP_NS)) ==
	    0) {
		fprintf(stderr, "resolve: %s: no answer in time\n", argv[1]);
		return 1;
	}
	pthread_join(thread, NULL);
	if (lookup.error) {
		fprintf(stderr, "resolve: %s: %s\n", argv[1],
		    gai_strerror(lookup.error));
		return 1;
	}
	result = try_each(poller, lookup.found);
	freeaddrinfo(lookup.found);
	iosrc_waker_release(lookup.waker);
	iosrc_poller_release(poller);
	return result;
}
