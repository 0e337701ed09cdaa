/* SPDX-License-Identifier: MIT
 *
 * inet.h: what libc knows of addresses.
 */
#define INET_TEXT_IS_PLAIN 1

#include <arpa/inet.h>
