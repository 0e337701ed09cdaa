/* SPDX-License-Identifier: MIT
 *
 * socket.h: the system's socket calls. Each answers a count or a status and
 * retries what a signal interrupted; none raises SIGPIPE. Outputs are written
 * on success only, and may be NULL where that is said.
 */
#ifndef IOSRC_SYS_SOCKET_H
#define IOSRC_SYS_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc_net.h>

/* The new handle is non-blocking and close-on-exec; out_peer may be NULL. What
 * the system lacks is learnt once, in source->traits. */
iosrc_status iosrc__socket_accept(iosrc_source *source, iosrc_address *out_peer,
    iosrc_handle *out_handle);

int64_t iosrc__socket_recv(iosrc_handle handle, void *out_data, size_t size,
    iosrc_flags flags);
/* out_peer and out_flags may be NULL. */
int64_t iosrc__socket_recv_message(iosrc_handle handle, void *out_data,
    size_t size, iosrc_flags flags, iosrc_address *out_peer,
    iosrc_flags *out_flags);
int64_t iosrc__socket_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags);
/* IOSRC_E_NO_SPACE and IOSRC_E_UNSUPPORTED: the system was not asked. */
int64_t iosrc__socket_send_to(iosrc_handle handle, const void *data,
    size_t size, iosrc_flags flags, const iosrc_address *peer);

/* READABLE, WRITABLE or both. */
iosrc_status iosrc__socket_shutdown(iosrc_handle handle, iosrc_bits directions);
/* An error is answered once, also by a system that keeps it: the source
 * remembers then. */
iosrc_status iosrc__socket_take_error(iosrc_source *source,
    iosrc_status *out_error);

#endif
