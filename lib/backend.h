/* SPDX-License-Identifier: MIT
 *
 * backend.h: the contract between the core and the systems below it.
 *
 * A backend is one const table, defined in one file (or folder) of lib/sys/
 * and listed in backends.c by the build. The core has checked every argument,
 * holds the source's lock and its handle's entry around add, modify and remove
 * (so changes of one handle never overlap; a rearm holds the lock alone and may
 * be late), and has published the registration before add and modify: an event
 * may come at once. A backend keeps what it needs behind `poller->state`.
 */
#ifndef IOSRC_BACKEND_H
#define IOSRC_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include <iosrc.h>

#define IOSRC__DIRECTIONS (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_PRIORITY)

/* Interest and mode bits that every backend of a Unix has. */
#define IOSRC__BACKEND_INTERESTS \
	(IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_PRIORITY | IOSRC_LEVEL | \
	    IOSRC_ONESHOT)

/* Answered by add and modify (association.h) alone: the system refuses to watch the handle
 * because it is always ready. The core takes it from there. */
#define IOSRC__ALWAYS_READY 1

struct iosrc__change {
	iosrc_handle handle;
	uint64_t registration;
	iosrc_bits interest;  /* with its mode */
	uint32_t replaced;    /* index + 1 of the slot whose place it takes: the
	                      * handle's earlier one; 0 for none */
	iosrc_source *source; /* for what the system keeps with it */
	bool direct; /* by a system call of our own, where there is one */
};

/* Why directions are armed again. */
enum iosrc__rearm {
	IOSRC__REARM_BLOCKED, /* would block, or moved less than asked */
	IOSRC__REARM_FAILED,  /* not where a closed bit was reported */
};

struct iosrc__backend {
	const char *name;
	uint32_t id;
	bool rearms; /* edges are emulated: rearm has to be called */

	/* Makes the kernel's object; sets state and capabilities. */
	iosrc_status (*open)(iosrc_poller *poller);
	/* Closes every handle of the poller, in a forked child its copies.
	 * No other call but free comes later, none is in progress. */
	void (*close)(iosrc_poller *poller);
	/* Frees the state; in a forked child a lock in it may be held. */
	void (*free)(iosrc_poller *poller);

	/* A source's association with the poller, made of association.h,
	 * which asks the backend for an add, a modify and a remove of its
	 * own. begin: register; renew: reregister; end: deregister; leave:
	 * the source goes away, and no other call on it is in progress. */
	iosrc_status (*begin)(iosrc_source *source, iosrc_poller *poller,
	    uint64_t token, iosrc_bits interest);
	iosrc_status (*renew)(iosrc_source *source, iosrc_poller *poller,
	    uint64_t token, iosrc_bits interest);
	iosrc_status (*end)(iosrc_source *source, iosrc_poller *poller);
	void (*leave)(iosrc_source *source);
	/* begin for each item of a checked array, without what one call costs;
	 * answers how many succeeded. NULL: there is no cheaper way. */
	int64_t (*begin_many)(iosrc_poller *poller, iosrc_register_item *items,
	    size_t count, size_t item_size);
	/* Is the handle of an always-ready file open still? NULL where add
	 * never answers ALWAYS_READY. */
	bool (*is_open)(iosrc_poller *poller, iosrc_handle handle);
	/* Arms edge directions of the interest again, if the registration is
	 * the handle's still; answers whether any was not armed. NULL where `rearms` is false. A system call that
	 * fails in here has to surface as an event with IOSRC_ERROR. */
	bool (*rearm)(iosrc_poller *poller, const struct iosrc__change *change,
	    iosrc_bits directions, enum iosrc__rearm why);

	/* Waits as the public call says, and counts the events; protocol in
	 * wait.h and latch.h. No point of thread cancellation. */
	int64_t (*wait)(iosrc_poller *poller, iosrc_event *out_events,
	    size_t capacity, int64_t timeout_ns);
	/* Makes one blocked wait return, or the exposed handle readable.
	 * Async-signal-safe where the header promises it of wake. */
	iosrc_status (*kick)(iosrc_poller *poller);
	/* The handle that another loop may watch, or UNSUPPORTED. */
	iosrc_status (*expose)(iosrc_poller *poller, iosrc_handle *out_handle);
	/* The registration's handle is another one from now on; both entries
	 * are held. NULL where no source changes its handle. */
	void (*move)(iosrc_poller *poller, const struct iosrc__change *change,
	    iosrc_handle handle);
};

extern const struct iosrc__backend iosrc__epoll_backend;
extern const struct iosrc__backend iosrc__poll_backend;
extern const struct iosrc__backend iosrc__afd_backend;
extern const struct iosrc__backend iosrc__fake_backend; /* tests only */

/* The backends that are linked in, best first, ended by NULL. */
extern const struct iosrc__backend *const iosrc__backends[];

#endif
