/* SPDX-License-Identifier: MIT
 *
 * waitable.c: waiting for the handles of the system's own objects.
 *
 * 1. What is signalled when it is asked about has its packet at once. Else the
 *    system waits: by a wait-completion packet where it has them (Windows 8),
 *    else by a thread of the process's pool, which sends the packet.
 * 2. To wait for an auto-reset event, a semaphore or a synchronization timer
 *    takes its signal away. What was taken and finds nobody to report it to is
 *    given back, but for a timer's, which nothing can give back. The pool may
 *    have taken one of which UnregisterWaitEx then tells nothing: it is lost.
 * 3. Both kinds of wait are ended by a cancel, at once, unless the signal was
 *    there before.
 * 4. The record has a duplicate of the handle: a wait goes on to be about the
 *    same object when the handle is closed behind our back.
 */
#include <config.h>

#include "sys/windows/waitable.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "status.h"
#include "sys/windows/nt_status.h"
#include "sys/windows/port.h"

enum kind {
	KIND_STAYS, /* manual-reset event, process, thread, job */
	KIND_EVENT, /* auto-reset */
	KIND_SEMAPHORE,
	KIND_TIMER, /* of either kind: which, tell the first waits */
};

struct waitable {
	struct iosrc__watch watch;
	const struct iosrc__nt_waits *waits;
	HANDLE port;
	HANDLE handle; /* our duplicate */
	HANDLE packet; /* wait-completion packet; NULL: the pool waits */
	HANDLE pool_wait;
	enum kind kind;
	volatile LONG fired; /* the packet was sent: what is out is over */
	bool given_back;     /* before the packet came */
};

static struct waitable *waitable_of(const struct iosrc__watch *watch)
{
	return (struct waitable *)(uintptr_t)watch;
}

/* ---- what a handle is ---- */

struct type_name {
	UNICODE_STRING name;
	WCHAR room[128];
};

static bool is_type(const struct type_name *type, const WCHAR *name)
{
	size_t size = wcslen(name) * sizeof(*name);

	return type->name.Length == size &&
	    memcmp(type->name.Buffer, name, size) == 0;
}

/* What is waited for, and the rights without which a signal would be lost: to
 * ask whether a wait takes it, and to give it back. */
static const struct type {
	const WCHAR *name;
	enum kind kind;
	ACCESS_MASK needs;
} types[] = {
	{ L"Event", KIND_EVENT, SYNCHRONIZE | IOSRC__NT_EVENT_QUERY },
	{ L"Semaphore", KIND_SEMAPHORE, SYNCHRONIZE | SEMAPHORE_MODIFY_STATE },
	{ L"Timer", KIND_TIMER, SYNCHRONIZE },
	{ L"IRTimer", KIND_TIMER, SYNCHRONIZE }, /* of high resolution */
	{ L"Process", KIND_STAYS, SYNCHRONIZE },
	{ L"Thread", KIND_STAYS, SYNCHRONIZE },
	{ L"Job", KIND_STAYS, SYNCHRONIZE },
};

/* NULL in `out`: a mutex, which belongs to the thread that waits for it, a
 * file, which is signalled by whatever operation ends, or what else cannot be
 * watched. */
static iosrc_status find_type(HANDLE handle, const struct type **out)
{
	struct type_name name;
	NTSTATUS status = NtQueryObject(handle, ObjectTypeInformation, &name,
	    sizeof(name), NULL);

	*out = NULL;
	if (status < 0)
		return iosrc__status_from_nt(status);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(&name, types[i].name))
			*out = &types[i];
	return IOSRC_OK;
}

/* A handle without the rights that it needs is told now. */
static iosrc_status check_access(HANDLE handle, ACCESS_MASK needs)
{
	PUBLIC_OBJECT_BASIC_INFORMATION about;
	NTSTATUS status = NtQueryObject(handle, ObjectBasicInformation, &about,
	    sizeof(about), NULL);

	if (status < 0)
		return iosrc__status_from_nt(status);
	return (about.GrantedAccess & needs) == needs
	    ? IOSRC_OK
	    : iosrc_status_from_os(ERROR_ACCESS_DENIED);
}

static iosrc_status find_kind_of_event(HANDLE handle, enum kind *out)
{
	struct iosrc__nt_event event;
	NTSTATUS status = NtQueryEvent(handle, 0, &event, sizeof(event), NULL);

	if (status < 0)
		return iosrc__status_from_nt(status);
	if (event.type == IOSRC__NT_EVENT_STAYS) {
		*out = KIND_STAYS;
		return IOSRC_OK;
	}
	*out = KIND_EVENT;
	return check_access(handle, EVENT_MODIFY_STATE);
}

static iosrc_status find_kind(HANDLE handle, enum kind *out)
{
	const struct type *type;
	iosrc_status status = find_type(handle, &type);

	if (status < 0)
		return status;
	if (!type)
		return IOSRC_E_UNSUPPORTED;
	status = check_access(handle, type->needs);
	if (status < 0)
		return status;
	*out = type->kind;
	return type->kind == KIND_EVENT ? find_kind_of_event(handle, out)
	                                : IOSRC_OK;
}

static iosrc_status duplicate(iosrc_handle handle, HANDLE *out)
{
	HANDLE process = GetCurrentProcess();

	return DuplicateHandle(process, (HANDLE)handle, process, out, 0, FALSE,
	           DUPLICATE_SAME_ACCESS)
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

static iosrc_status adopt(struct waitable *waitable, iosrc_handle handle)
{
	iosrc_status status = duplicate(handle, &waitable->handle);

	if (status < 0)
		return status;
	status = find_kind(waitable->handle, &waitable->kind);
	if (status < 0)
		CloseHandle(waitable->handle);
	return status;
}

iosrc_status iosrc__waitable_make(const struct iosrc__nt_waits *waits,
    HANDLE port, iosrc_handle handle, struct iosrc__watch **out_watch)
{
	struct waitable *waitable = calloc(1, sizeof(*waitable));
	iosrc_status status;

	if (!waitable)
		return IOSRC_E_NO_MEMORY;
	waitable->watch.calls = &iosrc__waitable_calls;
	waitable->waits = waits;
	waitable->port = port;
	status = adopt(waitable, handle);
	if (status < 0) {
		free(waitable);
		return status;
	}
	if (waits->create &&
	    waits->create(&waitable->packet, GENERIC_READ | GENERIC_WRITE,
	        NULL) < 0)
		waitable->packet = NULL;
	*out_watch = &waitable->watch;
	return IOSRC_OK;
}

void iosrc__waitable_swap(struct iosrc__watch *one, struct iosrc__watch *other)
{
	struct waitable *first = waitable_of(one);
	struct waitable *second = waitable_of(other);
	HANDLE handle = first->handle;
	enum kind kind = first->kind;

	first->handle = second->handle;
	first->kind = second->kind;
	second->handle = handle;
	second->kind = kind;
}

iosrc_status iosrc__waitable_check(iosrc_handle handle)
{
	DWORD flags;

	return GetHandleInformation((HANDLE)handle, &flags)
	    ? IOSRC_OK
	    : iosrc_status_last_os();
}

bool iosrc__waitable_is(const struct iosrc__watch *watch, iosrc_handle handle)
{
	return iosrc__nt_is_same(waitable_of(watch)->handle, (HANDLE)handle);
}

/* ---- asking ---- */

static bool post(struct waitable *waitable, ULONG_PTR key)
{
	return iosrc__port_post(waitable->port, key, &waitable->watch) ==
	    IOSRC_OK;
}

/* The signal that was taken; that of a timer cannot be given back, those that
 * stay were not taken. */
static void waitable_give_back(struct iosrc__watch *watch)
{
	struct waitable *waitable = waitable_of(watch);

	if (waitable->kind == KIND_EVENT)
		SetEvent(waitable->handle);
	else if (waitable->kind == KIND_SEMAPHORE)
		ReleaseSemaphore(waitable->handle, 1, NULL);
}

/* In a thread of the pool, which other waits share. Nobody else would send the
 * packet, so it has to go out, if the system has no memory now, then soon. */
static VOID CALLBACK signalled(PVOID context, BOOLEAN timed_out)
{
	enum { ATTEMPTS = 1000 };
	struct waitable *waitable = context;

	(void)timed_out;
	InterlockedExchange(&waitable->fired, 1);
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (post(waitable, IOSRC__PORT_WAIT))
			break;
		Sleep(1);
	}
}

static bool wait_by_pool(struct waitable *waitable)
{
	return RegisterWaitForSingleObject(&waitable->pool_wait,
	    waitable->handle, signalled, waitable, INFINITE,
	    WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD);
}

static bool wait_by_packet(struct waitable *waitable)
{
	return waitable->waits->associate(waitable->packet, waitable->port,
	           waitable->handle, (void *)(uintptr_t)IOSRC__PORT_WAIT,
	           &waitable->watch, 0, 0, NULL) >= 0;
}

static enum iosrc__watch_asked waitable_ask(struct iosrc__watch *watch,
    iosrc_bits directions)
{
	struct waitable *waitable = waitable_of(watch);

	(void)directions;
	waitable->given_back = false;
	waitable->fired = 0;
	switch (WaitForSingleObject(waitable->handle, 0)) {
	case WAIT_OBJECT_0:
		waitable->fired = 1;
		if (post(waitable, IOSRC__PORT_WAIT))
			return IOSRC__ASK_OUT;
		waitable_give_back(watch);
		return IOSRC__ASK_REFUSED;
	case WAIT_TIMEOUT:
		return (waitable->packet ? wait_by_packet(waitable)
		                         : wait_by_pool(waitable))
		    ? IOSRC__ASK_OUT
		    : IOSRC__ASK_REFUSED;
	default:
		return IOSRC__ASK_REFUSED;
	}
}

/* Forgets the pool's wait; its function, if it runs, has come to its end. It
 * takes no lock. */
static void end_pool_wait(struct waitable *waitable)
{
	if (!waitable->pool_wait)
		return;
	UnregisterWaitEx(waitable->pool_wait, INVALID_HANDLE_VALUE);
	waitable->pool_wait = NULL;
}

/* Is the packet under way? Then the wait cannot be taken back. */
static bool has_fired(struct waitable *waitable)
{
	if (waitable->fired)
		return true;
	if (waitable->packet)
		return waitable->waits->cancel(waitable->packet, FALSE) != 0;
	return false;
}

static bool waitable_cancel(struct iosrc__watch *watch)
{
	struct waitable *waitable = waitable_of(watch);

	end_pool_wait(waitable);
	if (!has_fired(waitable))
		return true;
	waitable->given_back = true;
	waitable_give_back(watch);
	return false;
}

static bool waitable_tell(struct iosrc__watch *watch)
{
	return post(waitable_of(watch), IOSRC__PORT_TOLD);
}

static void waitable_free(struct iosrc__watch *watch)
{
	struct waitable *waitable = waitable_of(watch);

	if (waitable->packet)
		CloseHandle(waitable->packet);
	CloseHandle(waitable->handle);
	free(waitable);
}

const struct iosrc__watch_calls iosrc__waitable_calls = {
	.directions = IOSRC_READABLE,
	.ask = waitable_ask,
	.cancel = waitable_cancel,
	.tell = waitable_tell,
	.give_back = waitable_give_back,
	.free = waitable_free,
};

/* ---- answers ---- */

/* Was the signal taken by the wait? Of a timer further waits tell, for not
 * every sort can be asked: one that stays signalled outlasts them. A periodic one
 * whose next time has come already is taken by the first; the two are one event
 * then. */
static bool was_taken(const struct waitable *waitable)
{
	if (waitable->kind != KIND_TIMER)
		return waitable->kind != KIND_STAYS;
	for (unsigned i = 0; i < 2; i++)
		if (WaitForSingleObject(waitable->handle, 0) != WAIT_OBJECT_0)
			return true;
	return false;
}

struct iosrc__watch_answer iosrc__waitable_answer(struct iosrc__watch *watch)
{
	struct waitable *waitable = waitable_of(watch);
	struct iosrc__watch_answer answer = { IOSRC__ANSWER_CANCELLED, 0,
		false };

	end_pool_wait(waitable);
	if (waitable->given_back)
		return answer;
	answer.outcome = IOSRC__ANSWER_READY;
	answer.ready = IOSRC_READABLE;
	answer.consumed = was_taken(waitable);
	return answer;
}
