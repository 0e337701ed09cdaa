/* SPDX-License-Identifier: MIT
 *
 * unix.h: what the examples ask of Unix beside libiosrc and what mingw has of it
 * (threads, getopt): an end by Ctrl-C, a socket's duplicate, more handles, and
 * names of hosts. The build puts it in front of them.
 */
#ifndef EXAMPLES_WINDOWS_UNIX_H
#define EXAMPLES_WINDOWS_UNIX_H

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* ---- signals: Ctrl-C, and the end of what the server is told by ---- */

typedef int windows_signals;
#define sigset_t windows_signals
#define SIG_BLOCK 0

#define sigemptyset(set) ((void)(*(set) = 0))
#define sigaddset(set, number) ((void)(*(set) |= 1 << (number)))
#undef pthread_sigmask /* which does nothing */
#define pthread_sigmask(how, set, old) windows_block()
#define sigwait(set, out_number) windows_wait(set, out_number)

static HANDLE windows_stop;

static inline BOOL WINAPI windows_told(DWORD event)
{
	(void)event;
	return SetEvent(windows_stop);
}

/* A server without a console is told by whoever holds its standard input. */
static inline void *windows_read_to_end(void *unused)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	SetEvent(windows_stop);
	return unused;
}

static inline void windows_block(void)
{
	pthread_t thread;

	windows_stop = CreateEventA(NULL, TRUE, FALSE, NULL);
	SetConsoleCtrlHandler(windows_told, TRUE);
	if (GetFileType(GetStdHandle(STD_INPUT_HANDLE)) == FILE_TYPE_PIPE &&
	    pthread_create(&thread, NULL, windows_read_to_end, NULL) == 0)
		pthread_detach(thread);
}

static inline void windows_wait(const sigset_t *set, int *out_number)
{
	(void)set;
	WaitForSingleObject(windows_stop, INFINITE);
	*out_number = SIGINT;
}

/* One handler for both signals, called once, in a thread of its own. */

struct sigaction {
	void (*sa_handler)(int number);
	sigset_t sa_mask;
};

#define sigaction(number, action, old) windows_handle((action)->sa_handler)

static SRWLOCK windows_handling = SRWLOCK_INIT;
static void (*windows_handler)(int number);

static inline void *windows_call_handler(void *unused)
{
	WaitForSingleObject(windows_stop, INFINITE);
	AcquireSRWLockExclusive(&windows_handling);
	if (windows_handler != SIG_IGN)
		windows_handler(SIGINT);
	ReleaseSRWLockExclusive(&windows_handling);
	return unused;
}

/* When it returns, the handler before does not run. */
static inline void windows_handle(void (*handler)(int number))
{
	pthread_t thread;

	AcquireSRWLockExclusive(&windows_handling);
	windows_handler = handler;
	ReleaseSRWLockExclusive(&windows_handling);
	if (windows_stop)
		return;
	windows_block();
	if (pthread_create(&thread, NULL, windows_call_handler, NULL) == 0)
		pthread_detach(thread);
}

/* ---- another handle of a socket ---- */

static inline int windows_dup(int handle)
{
	WSAPROTOCOL_INFOW info;

	if (WSADuplicateSocketW((SOCKET)handle, GetCurrentProcessId(), &info) !=
	    0)
		return -1;
	return (int)WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
	    FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_NO_HANDLE_INHERIT);
}

#define dup(handle) windows_dup(handle)

/* ---- limits: there are none ---- */

#define RLIMIT_NOFILE 0

struct rlimit {
	int rlim_cur, rlim_max;
};

static inline int getrlimit(int what, struct rlimit *out_limit)
{
	(void)what;
	(void)out_limit;
	return -1;
}

static inline int setrlimit(int what, const struct rlimit *limit)
{
	(void)what;
	(void)limit;
	return -1;
}

#endif
