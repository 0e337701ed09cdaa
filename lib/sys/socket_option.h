/* SPDX-License-Identifier: MIT
 *
 * socket_option.h: options and multicast groups of a source's socket.
 */
#ifndef IOSRC_SYS_SOCKET_OPTION_H
#define IOSRC_SYS_SOCKET_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include <iosrc_net.h>

/* As iosrc_set_option and iosrc_get_option say. */
iosrc_status iosrc__socket_option_set(iosrc_source *source, uint32_t option,
    int64_t value);
iosrc_status iosrc__socket_option_get(iosrc_source *source, uint32_t option,
    int64_t *out_value);

/* Joins or leaves. The group is a multicast address of inet or inet6, the
 * index at most 2^31-1. */
iosrc_status iosrc__socket_option_group(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index, bool joins);

#endif
