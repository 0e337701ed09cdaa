/* SPDX-License-Identifier: MIT
 *
 * unix_path.h: the files that sockets of AF_UNIX are bound to.
 */
#ifndef IOSRC_WINDOWS_UNIX_PATH_H
#define IOSRC_WINDOWS_UNIX_PATH_H

#include <stdbool.h>

#include "sys/windows/sockaddr.h"

/* Removes the address's path, if it has one. */
void iosrc__unix_path_remove(const struct iosrc__socket_address *address);

/* Removes a path that is a socket's on which nobody answers: a connect of the
 * same type is refused. False: it was left as it is. */
bool iosrc__unix_path_remove_stale(const struct iosrc__socket_address *address,
    int type);

#endif
