/* SPDX-License-Identifier: MIT
 *
 * direct_call.h: system calls without the C library.
 *
 * Where a processor guards returns (SRSO on Zen, retbleed), the first return
 * after a system call costs as much as many a call; a loop with the call in it
 * has none. Only for what the user has allowed to go past libc: who stands in
 * between, a sanitizer or another network stack, does not see it.
 */
#ifndef IOSRC_UNIX_DIRECT_CALL_H
#define IOSRC_UNIX_DIRECT_CALL_H

#if IOSRC_USE_DIRECT_CALLS && defined(__x86_64__) && defined(__LP64__)

#define IOSRC__HAS_DIRECT_CALL 1

/* Answers what the kernel does: a negative errno, or the result. */
static inline __attribute__((always_inline)) long iosrc__direct_call(
    long number, long first, long second, long third, long fourth)
{
	register long in_r10 __asm__("r10") = fourth;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(first), "S"(second), "d"(third),
	                 "r"(in_r10)
	                 : "rcx", "r11", "memory");
	return result;
}

#else

#define IOSRC__HAS_DIRECT_CALL 0

#endif

#endif
