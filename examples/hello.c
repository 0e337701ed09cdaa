/* SPDX-License-Identifier: MIT
 *
 * hello.c: read this first. One pipe, one poller, one event.
 *
 *	cc hello.c -o hello $(pkg-config --cflags --libs iosrc)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <iosrc_net.h>

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
	iosrc_source *reader, *writer;
	iosrc_event event;
	int64_t count;
	char text[64];

	/* A source is a handle that can be watched; the token is ours, it
	 * comes back. */
	check("pipe", iosrc_pipe(&reader, &writer));
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	check("register", iosrc_register(reader, poller, 42, IOSRC_READABLE));

	check("write", iosrc_write(writer, "hello\n", 6));

	check("wait", iosrc_poller_wait(poller, &event, 1, -1));
	printf("token %" PRIu64 " is ready to read: ", event.token);

	/* Edge mode, the default, reports what is new: so read it all. */
	while ((count = iosrc_read(reader, text, sizeof text)) > 0)
		printf("%.*s", (int)count, text);
	if (count != IOSRC_E_WOULD_BLOCK)
		check("read", count);

	check("close", iosrc_close(writer));
	check("close", iosrc_close(reader));
	check("release", iosrc_poller_release(poller));
	return 0;
}
