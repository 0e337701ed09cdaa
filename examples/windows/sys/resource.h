/* SPDX-License-Identifier: MIT
 *
 * resource.h: limits of a process, in unix.h.
 */
