/* SPDX-License-Identifier: MIT
 *
 * fake.h: the test's hand on the fake backend.
 *
 * Handles are mere numbers below FAKE_HANDLES. The fake keeps its core to the
 * contract in backend.h: whatever breaks it is counted as a misuse.
 */
#ifndef IOSRC_SYS_FAKE_H
#define IOSRC_SYS_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <iosrc.h>

#include "backend.h"

#define FAKE_HANDLES 65536
#define FAKE_EXPOSED_HANDLE 70000

/* Beside iosrc__fake_backend, whose edges are emulated and have to be armed
 * again: one that keeps edges by itself, as epoll does. */
#define FAKE_EDGES_ID 107
extern const struct iosrc__backend iosrc__fake_edges_backend;

enum fake_call {
	FAKE_ADD,
	FAKE_MODIFY,
	FAKE_REMOVE,
	FAKE_REARM,
	FAKE_COLLECT, /* one visit to the kernel by a wait */
	FAKE_KICK,
	FAKE_EXPOSE,
	FAKE_CALLS
};

/* What every open of the backend answers from now on. */
void fake_set_open_status(const struct iosrc__backend *backend,
    iosrc_status status);
/* Breaches of backend.h by the core, in all pollers so far. */
unsigned fake_misuses(void);

/* Has the core closed it? */
bool fake_is_closed(iosrc_poller *poller);
/* Calls so far, those that failed too. */
uint64_t fake_count(iosrc_poller *poller, enum fake_call call);
/* The nth call from now (1: the next one) answers `status`, once. */
void fake_fail(iosrc_poller *poller, enum fake_call call, unsigned nth,
    iosrc_status status);

/* What a handle is ready for, from now on; new activity, too. */
void fake_set_ready(iosrc_poller *poller, iosrc_handle handle,
    iosrc_bits ready);
/* A handle that the kernel refuses to watch: add answers ALWAYS_READY. */
void fake_set_file(iosrc_poller *poller, iosrc_handle handle, bool file);
/* Closed behind the library's back: the kernel's entry is gone, and the handle
 * is bad to add and modify until it is open again. */
void fake_set_closed(iosrc_poller *poller, iosrc_handle handle, bool closed);

/* What the kernel knows of a handle; 0 for nothing. */
uint64_t fake_registration(iosrc_poller *poller, iosrc_handle handle);
iosrc_bits fake_interest(iosrc_poller *poller, iosrc_handle handle);
iosrc_bits fake_armed(iosrc_poller *poller, iosrc_handle handle);
/* Gives the entry another registration, as if it had always had it. */
void fake_rename(iosrc_poller *poller, iosrc_handle handle,
    uint64_t registration);
/* Why it last armed one again. */
enum iosrc__rearm fake_last_why(iosrc_poller *poller);

/* The kernel answers this item as well, `times` times: one by which a
 * duplicate of the description goes on, for example. */
void fake_inject(iosrc_poller *poller, uint64_t registration, iosrc_bits ready,
    unsigned times);
/* One visit, begun or to come, ends as by a signal. */
void fake_interrupt(iosrc_poller *poller);

/* Waits until that many threads are blocked in the kernel. */
void fake_await_sleepers(iosrc_poller *poller, unsigned count);
unsigned fake_sleepers(iosrc_poller *poller);

/* The next call of this kind stops when it has taken effect (a visit: when it
 * has its items and before they are translated), until it is let go. */
void fake_hold(iosrc_poller *poller, enum fake_call call);
void fake_await_held(iosrc_poller *poller);
void fake_let_go(iosrc_poller *poller);

/* What a foreign loop sees that watches the exposed handle. */
bool fake_is_readable(iosrc_poller *poller);

#endif
