/* SPDX-License-Identifier: MIT
 *
 * socket.h: one socket call and its re-arming, for the calls and the batches.
 * The arguments were checked.
 */
#ifndef IOSRC_SOCKET_H
#define IOSRC_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc_net.h>

#define IOSRC__RECV_FLAGS (IOSRC_RECV_PEEK | IOSRC_RECV_OOB)
#define IOSRC__SEND_FLAGS IOSRC_SEND_OOB

/* out_flags may be NULL. */
int64_t iosrc__io_recv(iosrc_source *source, void *out_data, size_t size,
    iosrc_flags flags, iosrc_flags *out_flags);
int64_t iosrc__io_send(iosrc_source *source, const void *data, size_t size,
    iosrc_flags flags);

#endif
