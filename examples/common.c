/* SPDX-License-Identifier: MIT
 *
 * common.c: plain socket chores of echo, netcat and load.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>

void fail(const char *what, iosrc_status status)
{
	char message[IOSRC_MESSAGE_SIZE];

	iosrc_status_message(status, message, sizeof message);
	fprintf(stderr, "%s: %s (%s)\n", what, message,
	    iosrc_status_name(status));
	exit(1);
}

void fail_errno(const char *what)
{
	fail(what, iosrc_status_last_os());
}

uint32_t backend_by_name(const char *name)
{
	uint32_t id;

	for (id = 1; id < 32; id++) {
		const char *linked = iosrc_backend_name(id);

		if (linked && strcmp(linked, name) == 0)
			return id;
	}
	fail(name, IOSRC_E_UNSUPPORTED);
}

size_t number(const char *option, const char *text, size_t least, size_t most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < least ||
	    value > most) {
		fprintf(stderr, "%s: %s is not a number from %zu to %zu\n",
		    option, text, least, most);
		exit(2);
	}
	return value;
}

struct address tcp_address(const char *text)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct address address = { .path = NULL };
	struct addrinfo *found;
	const char *colon = strrchr(text, ':');
	char host[64] = "";
	int error = EAI_NONAME;

	if (colon && (size_t)(colon - text) < sizeof host) {
		size_t bracket = text[0] == '[' && colon[-1] == ']';

		memcpy(host, text + bracket,
		    (size_t)(colon - text) - 2 * bracket);
		error = getaddrinfo(host, colon + 1, &hints, &found);
	}
	if (error) {
		fprintf(stderr, "%s is not ADDRESS:PORT: %s\n", text,
		    gai_strerror(error));
		exit(2);
	}
	memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
	address.size = found->ai_addrlen;
	freeaddrinfo(found);
	return address;
}

struct address unix_address(const char *path)
{
	struct address address = { .path = path };
	struct sockaddr_un *name = (struct sockaddr_un *)&address.storage;

	if (!*path || strlen(path) >= sizeof name->sun_path) {
		fprintf(stderr, "%s: a socket's path has 1 to %zu bytes\n",
		    path, sizeof name->sun_path - 1);
		exit(2);
	}
	name->sun_family = AF_UNIX;
	strcpy(name->sun_path, path);
	address.size = sizeof *name;
	return address;
}

iosrc_poller *open_poller(uint32_t backend)
{
	iosrc_poller_options options = { .backend = backend };
	iosrc_poller *poller;
	iosrc_status status = iosrc_poller_create(&options, sizeof options,
	    &poller);

	if (status)
		fail("cannot open a poller", status);
	return poller;
}

int prepare_socket(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	int on = 1;

	/* A Unix socket refuses this one, and does not need it. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void raise_handle_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}
