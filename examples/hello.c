/* SPDX-License-Identifier: MIT
 *
 * hello.c: read this first. One pipe, one poller, one event.
 *
 *	cc hello.c -o hello $(pkg-config --cflags --libs iosrc)
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <iosrc.h>

/* Every call answers a status: zero is success, failures are negative. */
static void check(const char *what, int64_t status)
{
	if (status >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what,
	    iosrc_status_name((iosrc_status)status));
	exit(1);
}

int main(void)
{
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_event event;
	int64_t count;
	char text[64];
	int ends[2];

	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return 1;

	/* A source takes a handle in; the token is ours, it comes back. */
	check("create", iosrc_create(ends[0], IOSRC_HANDLE_PIPE, &source));
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("register", iosrc_register(source, poller, 42, IOSRC_READABLE));

	if (write(ends[1], "hello\n", 6) != 6)
		return 1;

	check("wait", iosrc_poller_wait(poller, &event, 1, -1));
	printf("token %" PRIu64 " is ready to read: ", event.token);

	/* Edge mode, the default, reports what is new: so read it all. */
	while ((count = iosrc_read(source, text, sizeof text)) > 0)
		printf("%.*s", (int)count, text);
	if (count != IOSRC_E_WOULD_BLOCK)
		check("read", count);

	check("close", iosrc_close(source)); /* ends[0] too */
	check("release", iosrc_poller_release(poller));
	return close(ends[1]) != 0;
}
