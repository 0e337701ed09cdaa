/* SPDX-License-Identifier: MIT
 *
 * winsock.h: the process's use of Winsock.
 */
#ifndef IOSRC_WINDOWS_WINSOCK_H
#define IOSRC_WINDOWS_WINSOCK_H

#include <winsock2.h>

#include <iosrc.h>

/* Before the first socket that the library opens itself: whoever hands one in
 * has started Winsock. */
iosrc_status iosrc__winsock_start(void);

/* A socket of the library's own: overlapped, not inherited, blocking until its
 * flags are set. UNSUPPORTED: the system lacks the family, or the family the
 * type. */
iosrc_status iosrc__winsock_open(int family, int type, SOCKET *out_socket);
/* Non-blocking and not inherited. */
iosrc_status iosrc__winsock_set_flags(iosrc_handle handle);

/* The status of a call that just failed on a handle. What is no socket gets
 * that said of it: a pipe answers in Wine that it lacks the operation. */
iosrc_status iosrc__winsock_failed(iosrc_handle handle);

/* What a socket is: its family, type and protocol. */
iosrc_status iosrc__winsock_protocol(iosrc_handle handle,
    WSAPROTOCOL_INFOW *out_protocol);

#endif
