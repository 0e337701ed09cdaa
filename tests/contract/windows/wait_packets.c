/* SPDX-License-Identifier: MIT
 *
 * wait_packets.c: a double, in this process, of the system's wait-completion
 * packets, for systems that have none (before Windows 8, and Wine 8). A thread
 * waits for each packet that is out. What it has taken is on the port before
 * anybody can be told of the packet, so that no signal is lost: that is what
 * the library relies on.
 */
#include "native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winternl.h>

#define SUCCESS ((NTSTATUS)0)
#define PENDING ((NTSTATUS)0x00000103)
#define INVALID ((NTSTATUS)0xc000000d)
#define NO_MEMORY ((NTSTATUS)0xc0000017)

struct packet {
	struct packet *next;
	HANDLE wake; /* ends the wait; the packet's own handle, too */
	HANDLE port, object;
	void *key, *context;
	ULONG_PTR information;
	int waiting; /* a thread does */
	int fired;
};

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE ended = CONDITION_VARIABLE_INIT;
static struct packet *packets;
static int found; /* how many of the three the library has looked up */

/* ---- with the lock held ---- */

static struct packet **place_of(HANDLE handle)
{
	struct packet **at = &packets;

	while (*at && (*at)->wake != handle)
		at = &(*at)->next;
	return at;
}

static void fire(struct packet *packet)
{
	packet->fired = 1;
	PostQueuedCompletionStatus(packet->port, (DWORD)packet->information,
	    (ULONG_PTR)packet->key, packet->context);
}

/* Whether the wait was taken back. */
static int take_back(struct packet *packet)
{
	if (!packet->waiting)
		return 0;
	SetEvent(packet->wake);
	while (packet->waiting)
		SleepConditionVariableSRW(&ended, &lock, INFINITE, 0);
	ResetEvent(packet->wake);
	return !packet->fired;
}

/* ---- the calls ---- */

static DWORD WINAPI wait_for_one(LPVOID user)
{
	struct packet *packet = user;
	HANDLE both[2] = { packet->object, packet->wake };
	DWORD which = WaitForMultipleObjects(2, both, FALSE, INFINITE);

	AcquireSRWLockExclusive(&lock);
	if (which == WAIT_OBJECT_0)
		fire(packet);
	packet->waiting = 0;
	WakeAllConditionVariable(&ended);
	ReleaseSRWLockExclusive(&lock);
	return 0;
}

static NTSTATUS NTAPI create(HANDLE *out_handle, ACCESS_MASK access,
    POBJECT_ATTRIBUTES attributes)
{
	struct packet *packet = calloc(1, sizeof(*packet));

	(void)access;
	(void)attributes;
	if (!packet)
		return NO_MEMORY;
	packet->wake = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!packet->wake) {
		free(packet);
		return NO_MEMORY;
	}
	AcquireSRWLockExclusive(&lock);
	packet->next = packets;
	packets = packet;
	ReleaseSRWLockExclusive(&lock);
	*out_handle = packet->wake;
	return SUCCESS;
}

static NTSTATUS begin(struct packet *packet, BOOLEAN *out_signalled)
{
	HANDLE thread;

	packet->fired = 0;
	if (out_signalled)
		*out_signalled = FALSE;
	if (WaitForSingleObject(packet->object, 0) == WAIT_OBJECT_0) {
		fire(packet);
		if (out_signalled)
			*out_signalled = TRUE;
		return SUCCESS;
	}
	thread = CreateThread(NULL, 65536, wait_for_one, packet, 0, NULL);
	if (!thread)
		return NO_MEMORY;
	packet->waiting = 1;
	CloseHandle(thread);
	return SUCCESS;
}

static NTSTATUS NTAPI associate(HANDLE handle, HANDLE port, HANDLE object,
    void *key, void *context, NTSTATUS status, ULONG_PTR information,
    BOOLEAN *out_signalled)
{
	NTSTATUS answer = INVALID;
	struct packet *packet;

	(void)status;
	AcquireSRWLockExclusive(&lock);
	packet = *place_of(handle);
	if (packet && !packet->waiting) {
		packet->port = port;
		packet->object = object;
		packet->key = key;
		packet->context = context;
		packet->information = information;
		answer = begin(packet, out_signalled);
	}
	ReleaseSRWLockExclusive(&lock);
	return answer;
}

/* One that is on the port stays there: the library never asks for another. */
static NTSTATUS NTAPI cancel(HANDLE handle, BOOLEAN removes_signalled)
{
	NTSTATUS answer = INVALID;
	struct packet *packet;

	AcquireSRWLockExclusive(&lock);
	packet = *place_of(handle);
	if (packet && !removes_signalled)
		answer = take_back(packet) ? SUCCESS : PENDING;
	ReleaseSRWLockExclusive(&lock);
	return answer;
}

/* A packet that is closed waits no longer. */
static BOOL WINAPI close_handle(HANDLE handle)
{
	struct packet **place, *packet;

	AcquireSRWLockExclusive(&lock);
	packet = *place_of(handle);
	if (packet) {
		take_back(packet);
		place = place_of(handle);
		*place = packet->next;
		free(packet);
	}
	ReleaseSRWLockExclusive(&lock);
	return CloseHandle(handle);
}

/* ---- in the system's place ---- */

typedef void (*function)(void);

static const struct native_import calls[] = {
	{ "NtCreateWaitCompletionPacket", (function)create },
	{ "NtAssociateWaitCompletionPacket", (function)associate },
	{ "NtCancelWaitCompletionPacket", (function)cancel },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static FARPROC WINAPI find(HMODULE library, LPCSTR name)
{
	size_t i;

	for (i = 0; i < CALLS && !IS_INTRESOURCE(name); i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		found |= 1 << i;
		return (FARPROC)calls[i].function;
	}
	return GetProcAddress(library, name);
}

int native_wait_packets_doubled(void)
{
	return found == (1 << CALLS) - 1;
}

void native_wait_packets_start(void)
{
	static const struct native_import ours[] = {
		{ "GetProcAddress", (function)find },
		{ "CloseHandle", (function)close_handle },
	};

	if (!getenv("IOSRC_TEST_WAIT_PACKETS"))
		return;
	if (native_import(ours, 2) != 2) {
		printf("wait packets: the library cannot be given a double\n");
		exit(1);
	}
}
