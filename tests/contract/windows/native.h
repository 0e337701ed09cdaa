/* SPDX-License-Identifier: MIT
 *
 * native.h: what the files of this folder share: the system's headers, and
 * what a handle is.
 */
#ifndef CONTRACT_WINDOWS_NATIVE_H
#define CONTRACT_WINDOWS_NATIVE_H

#include "suite.h"

#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

/* Fails the test with GetLastError. */
void native_must(int ok, const char *what);
/* In the child, before its handles are counted. */
void native_start(void);
/* A source of a handle that is waited for. Fails the test for NULL. */
iosrc_source *native_waitable(HANDLE handle);
/* This program once more, with these arguments; out_thread may be NULL. */
HANDLE native_process(const WCHAR *arguments, DWORD flags, HANDLE *out_thread);
int native_is_socket(iosrc_handle handle);
int native_is_pipe(iosrc_handle handle);
/* Wine tells by a call of its own. Tests bear what is on the list in
 * differences.c, and nothing else. */
int native_is_wine(void);

/* ---- imports.c: the library calls our functions for the system's ---- */

struct native_import {
	const char *name;
	void (*function)(void);
};

/* How many places were found; none, if the library is no DLL. */
size_t native_import(const struct native_import *ours, size_t count);
/* The library calls this for the system's function of the name from here on.
 * Skips the test where the library is no DLL. */
void native_double(const char *name, void (*function)(void));

/* ---- wait_packets.c ---- */

/* Puts the double in the system's place, if IOSRC_TEST_WAIT_PACKETS is set. */
void native_wait_packets_start(void);
/* Does the library use it? */
int native_wait_packets_doubled(void);

static inline HANDLE native_handle(iosrc_handle handle)
{
	return (HANDLE)handle;
}

#endif
