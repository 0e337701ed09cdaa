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
int native_is_socket(iosrc_handle handle);
int native_is_pipe(iosrc_handle handle);
/* Wine tells by a call of its own. Tests bear what is on the list in
 * divergences.h there, and nothing else. */
int native_is_wine(void);

static inline HANDLE native_handle(iosrc_handle handle)
{
	return (HANDLE)handle;
}

#endif
