/* SPDX-License-Identifier: MIT
 *
 * endpoint.h: opening sockets and pipes. Arguments were checked by the core.
 * What is opened is non-blocking and close-on-exec; what fails leaves nothing
 * open, and no path that it made.
 */
#ifndef IOSRC_SYS_ENDPOINT_H
#define IOSRC_SYS_ENDPOINT_H

#include <stdbool.h>

#include <iosrc_net.h>

/* The family: for OTHER that of the system's own address inside, which is
 * OTHER still when the library has no name for it. */
uint32_t iosrc__endpoint_family(const iosrc_address *address);
/* A unix address without path or name, OTHER ones looked into likewise. */
bool iosrc__endpoint_is_unnamed(const iosrc_address *address);

iosrc_status iosrc__endpoint_listen(const iosrc_address *address,
    const iosrc_listen_options *options, iosrc_handle *out_handle);
/* The source address of the options may be none. */
iosrc_status iosrc__endpoint_connect(const iosrc_address *address,
    const iosrc_connect_options *options, iosrc_handle *out_handle);
/* Not bound when the address is an unnamed unix one. */
iosrc_status iosrc__endpoint_datagram(const iosrc_address *address,
    iosrc_flags flags, iosrc_handle *out_handle);
iosrc_status iosrc__endpoint_pair(uint32_t type, iosrc_handle out_handles[2]);
/* The end to read from, then the end to write to. */
iosrc_status iosrc__endpoint_pipe(iosrc_handle out_handles[2]);

#endif
