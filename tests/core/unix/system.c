/* SPDX-License-Identifier: MIT
 *
 * system.c: the environment, and an alarm that nobody handles.
 */
#include "tests/core/system.h"
#include "tests/core/core.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void system_set_variable(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

void system_end_in(unsigned seconds)
{
	alarm(seconds);
}

bool core_lacks_inet6(void)
{
	struct sockaddr_in6 loopback = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool lacks = fd < 0 ||
	    bind(fd, (struct sockaddr *)&loopback, sizeof loopback) < 0;

	if (fd >= 0)
		close(fd);
	if (lacks)
		print_message("SKIP: the system has no inet6 loopback\n");
	return lacks;
}
