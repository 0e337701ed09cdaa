/* SPDX-License-Identifier: MIT
 *
 * netdb.h: names of hosts, in unix.h.
 */
