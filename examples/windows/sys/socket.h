/* SPDX-License-Identifier: MIT
 *
 * socket.h: sockets, in unix.h.
 */
