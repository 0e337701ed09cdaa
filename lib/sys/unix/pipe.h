/* SPDX-License-Identifier: MIT
 *
 * pipe.h: a pipe whose ends are non-blocking and close-on-exec.
 */
#ifndef IOSRC_UNIX_PIPE_H
#define IOSRC_UNIX_PIPE_H

#include <iosrc.h>

/* The end to read from, then the end to write to. */
iosrc_status iosrc__pipe_open(int fds[2]);

#endif
