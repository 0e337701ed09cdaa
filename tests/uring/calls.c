/* SPDX-License-Identifier: MIT
 *
 * calls.c: what stands in front of syscall(2) and madvise(2).
 */
#include "tests/uring/calls.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_uint enters;
static atomic_ulong submitted;
static int setup_error;
static int probe_error;
static int dontfork_error;
static bool nothing_known;
static bool enter_fails;
static unsigned enter_first;
static int enter_error;
static int enter_times;

unsigned calls_enters(void)
{
	return enters;
}

unsigned long calls_submitted(void)
{
	return submitted;
}

void calls_fail_setup(int error)
{
	setup_error = error;
}

void calls_fail_probe(int error)
{
	probe_error = error;
}

void calls_fail_dontfork(int error)
{
	dontfork_error = error;
}

void calls_know_nothing(bool nothing)
{
	nothing_known = nothing;
}

void calls_fail_enter(unsigned first, int error, int times)
{
	enter_fails = true;
	enter_first = first;
	enter_error = error;
	enter_times = times;
}

void calls_reset(void)
{
	enters = 0;
	submitted = 0;
	setup_error = probe_error = dontfork_error = 0;
	nothing_known = false;
	enter_fails = false;
}

static long fails(int error)
{
	errno = error;
	return -1;
}

int __real_madvise(void *memory, size_t size, int advice);
int __wrap_madvise(void *memory, size_t size, int advice);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

int __wrap_madvise(void *memory, size_t size, int advice)
{
	return advice == MADV_DONTFORK && dontfork_error
	    ? (int)fails(dontfork_error)
	    : __real_madvise(memory, size, advice);
}

static long enter(long fd, unsigned long count, unsigned long wait,
    unsigned long flags)
{
	long taken;

	enters++;
	if (enter_fails && enter_first == 0 && enter_times != 0) {
		enter_times -= enter_times > 0;
		return fails(enter_error);
	}
	if (enter_fails && enter_first > 0) {
		count = count < enter_first ? count : enter_first;
		enter_first = 0;
		wait = 0;
	}
	taken = __real_syscall(SYS_io_uring_enter, fd, count, wait, flags, NULL,
	    0L);
	submitted += taken > 0 ? (unsigned long)taken : 0;
	return taken;
}

long __wrap_syscall(long number, ...)
{
	unsigned long a[6];
	va_list list;
	long result;

	va_start(list, number);
	for (unsigned i = 0; i < 6; i++)
		a[i] = va_arg(list, unsigned long);
	va_end(list);
	/* Ints come with their upper halves undefined. */
	if (number == SYS_io_uring_enter)
		return enter((int)a[0], (unsigned)a[1], (unsigned)a[2],
		    (unsigned)a[3]);
	if (number == SYS_io_uring_setup && setup_error)
		return fails(setup_error);
	if (number == SYS_io_uring_register && probe_error)
		return fails(probe_error);
	if (number == SYS_io_uring_setup)
		return __real_syscall(number, (unsigned)a[0], a[1]);
	result = __real_syscall(number, (int)a[0], (unsigned)a[1], a[2],
	    (unsigned)a[3]);
	if (number == SYS_io_uring_register && nothing_known)
		memset((void *)(uintptr_t)a[2], 0, 16);
	return result;
}
