/* SPDX-License-Identifier: MIT
 *
 * thread_alone.h: glibc tells whether there is one thread, for sys/thread.h.
 */
#ifndef IOSRC_UNIX_THREAD_ALONE_H
#define IOSRC_UNIX_THREAD_ALONE_H

#include <stdbool.h>
#include <stdint.h> /* brings __GLIBC__ */

#if defined(__GLIBC__) && defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h> /* glibc 2.32 */
#define IOSRC__HAS_SINGLE_THREADED
#endif
#endif

#ifdef IOSRC__HAS_SINGLE_THREADED
static inline bool iosrc__thread_alone(void)
{
	return __libc_single_threaded;
}
#else
static inline bool iosrc__thread_alone(void)
{
	return false;
}
#endif

#endif
