/* SPDX-License-Identifier: MIT
 *
 * common.h: what echo, netcat and load share: plain socket chores that have
 * nothing to do with readiness. Nothing here wraps libiosrc.
 */
#ifndef COMMON_H
#define COMMON_H

#include <sys/socket.h>

#include <iosrc.h>

struct address {
	struct sockaddr_storage storage;
	socklen_t size;
	const char *path; /* of a Unix socket, else NULL */
};

/* Says what failed and why, then ends the program with status 1. */
_Noreturn void fail(const char *what, iosrc_status status);
_Noreturn void fail_errno(const char *what);

/* The identity of a backend named on the command line. */
uint32_t backend_by_name(const char *name);

/* A number from the command line, within limits. */
size_t number(const char *option, const char *text, size_t least, size_t most);

/* "ADDRESS:PORT", numeric ("127.0.0.1:0", "[::1]:7"), and a path. */
struct address tcp_address(const char *text);
struct address unix_address(const char *path);

/* Opens a poller of that backend; 0 leaves the choice to the library. */
iosrc_poller *open_poller(uint32_t backend);

/* Non-blocking, and small messages leave at once. */
int prepare_socket(int fd);

/* A program of many connections wants all the descriptors it may have. */
void raise_handle_limit(void);

#endif
