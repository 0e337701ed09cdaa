/* SPDX-License-Identifier: MIT
 *
 * in.h: addresses of the Internet, in unix.h.
 */
