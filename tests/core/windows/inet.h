/* SPDX-License-Identifier: MIT
 *
 * inet.h: what Winsock knows of addresses. It writes some of them in part like
 * inet (those of ISATAP, RFC 5214), which no libc does.
 */
#define INET_TEXT_IS_PLAIN 0

#include <winsock2.h>

#include <ws2tcpip.h>
