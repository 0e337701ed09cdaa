/* SPDX-License-Identifier: MIT
 *
 * address.h: what an address may hold, and what parsing and formatting share.
 */
#ifndef IOSRC_ADDRESS_H
#define IOSRC_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <iosrc_net.h>

#define IOSRC__INET_SIZE 4u
#define IOSRC__INET6_SIZE 16u
#define IOSRC__PORT_MAX 65535u

/* What every call that takes an address asks of it first.
 * INVALID: NULL, no family, a field out of its range or not the family's.
 * UNSUPPORTED: a family or a reserved field that this version does not know.
 * Whether the system has the family is not asked. */
iosrc_status iosrc__address_check(const iosrc_address *address);

/* All of \\.\pipe\NAME, whatever its length; the name is not empty and has
 * no backslash. */
bool iosrc__address_is_pipe(const void *data, size_t size);

/* Does the text begin with \xHH? */
bool iosrc__address_is_escape(const char *text, size_t size);

#endif
