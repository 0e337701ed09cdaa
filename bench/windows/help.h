/* SPDX-License-Identifier: MIT
 *
 * help.h: what loads and adapters for Windows share: checks, memory, a clock.
 */
#ifndef BENCH_WINDOWS_HELP_H
#define BENCH_WINDOWS_HELP_H

/* Room in a set of select. Before Winsock's header, which asks for it. */
#define FD_SETSIZE 4096

#include "bench/c/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>

#include <windows.h>

static inline void check(int good, const char *what)
{
	if (__builtin_expect(good, 1))
		return;
	fprintf(stderr, "%s: error %d\n", what, WSAGetLastError());
	exit(1);
}

UNUSED static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	check(memory != NULL, "calloc");
	return memory;
}

UNUSED static int64_t wall_ns(void)
{
	LARGE_INTEGER now, frequency;

	QueryPerformanceCounter(&now);
	QueryPerformanceFrequency(&frequency);
	return (
	    int64_t)((double)now.QuadPart * 1e9 / (double)frequency.QuadPart);
}

/* For adapters that have nothing of their own to read and write by. */
UNUSED static ssize_t plain_read(SOCKET handle, void *data, size_t size)
{
	return recv(handle, data, (int)size, 0);
}

UNUSED static ssize_t plain_write(SOCKET handle, const void *data, size_t size)
{
	return send(handle, data, (int)size, 0);
}

#endif
