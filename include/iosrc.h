/* SPDX-License-Identifier: MIT */
/**
 * iosrc.h: I/O sources, pollers and wakers. This header is the manual.
 *
 * SOURCES AND POLLERS
 *
 * A source (iosrc_source) wraps a handle of the system: a file descriptor on
 * Unix. A poller (iosrc_poller) waits for many sources at once. A program
 * registers a source with a poller under a token, 64 bits of its own choice,
 * and says what it is interested in. iosrc_poller_wait then answers events:
 * a token and what became ready. The I/O itself goes through the source, by
 * iosrc_read and its like, by iosrc_do_io, or by calls of the program's own
 * that are followed by iosrc_rearm when they would have blocked. A source
 * belongs to at most one poller at a time, and every call checks that.
 *
 * A waker (iosrc_waker) ends a wait from another thread or from a signal
 * handler. It arrives as an event of its own token.
 *
 * HOW TO START: copy standard input to standard output
 *
 *	#include <iosrc.h>
 *	#include <stdio.h>
 *
 *	int main(void)
 *	{
 *		iosrc_poller *poller;
 *		iosrc_source *in;
 *		iosrc_event event;
 *		char data[4096];
 *		int64_t n = IOSRC_E_WOULD_BLOCK;
 *
 *		if (iosrc_poller_create(NULL, 0, &poller) ||
 *		    iosrc_create(0, IOSRC_HANDLE_DEFAULT, &in) ||
 *		    iosrc_register(in, poller, 1, IOSRC_READABLE | IOSRC_LEVEL))
 *			return 1;
 *		while (n > 0 || n == IOSRC_E_WOULD_BLOCK) {
 *			iosrc_poller_wait(poller, &event, 1, -1);
 *			n = iosrc_read(in, data, sizeof data);
 *			if (n > 0 && fwrite(data, (size_t)n, 1, stdout) != 1)
 *				return 1;
 *			fflush(stdout);
 *		}
 *		iosrc_close(in);
 *		iosrc_poller_release(poller);
 *		return n == 0 ? 0 : 1;
 *	}
 *
 * Build it with: cc copy.c $(pkg-config --cflags --libs iosrc)
 *
 * In level mode, with one read an event, the handle may stay blocking, as the
 * one that a shell shares with its terminal must. Elsewhere handles are made
 * non-blocking and edge mode costs less.
 *
 * MODES
 *
 * edge     The default. One event when something becomes ready. The next one
 *          comes after new activity, after an operation would have blocked,
 *          or after iosrc_reregister. New activity on a direction that was
 *          reported and not yet drained may or may not give an event.
 * level    IOSRC_LEVEL. An event at every wait while something is ready.
 * oneshot  IOSRC_ONESHOT. One event, whichever direction, then the whole
 *          registration sleeps until iosrc_reregister. With several threads
 *          this gives one handler at a time.
 *
 * The modes mean the same on every backend. What a backend cannot give it
 * refuses with IOSRC_E_UNSUPPORTED, and its capabilities say so beforehand.
 * A wait answers at most one event per registration. A spurious event, after
 * which nothing makes progress, is rare and harmless in edge mode, and
 * programs must bear it.
 *
 * THE DRAIN RULE
 *
 * In edge mode, go on until the operation would block, answers 0 or fails. A
 * short count means "drained" only on a stream socket or a plain pipe, without
 * descriptor passing, and when the last event carried none of
 * IOSRC_READ_CLOSED, IOSRC_ERROR and IOSRC_PRIORITY. Otherwise something may
 * be left with no further edge to tell of it: data with the end of the stream
 * behind it, ancillary data of an AF_UNIX socket (unix(7)), an urgent mark
 * (tcp(7)), a line of a terminal, a record of a SOCK_SEQPACKET socket, a
 * packet of an O_DIRECT pipe (pipe(2)): seen on Linux 6.18.
 * In level mode the rule does not matter.
 *
 * The library leaves the handle's flags alone. Making it non-blocking is the
 * caller's job; a blocking handle makes the I/O calls block.
 *
 * STALE EVENTS
 *
 * A wait that begins after iosrc_deregister, iosrc_reregister, iosrc_close or
 * iosrc_into_inner returned never reports the registration that ended, even
 * if the handle's number was reused or a duplicate of it lives on. Events
 * that a program already holds can go stale while it works through them:
 * iosrc_is_current tells, before a token is followed.
 *
 * Close handles through their sources. When a handle is closed behind the
 * library's back and its number opened anew by somebody else, the registration
 * still stands, and on poll(2), which knows numbers alone, it reports what the
 * new handle has; epoll(7) knows the file and is silent.
 *
 * THREADS
 *
 * The thread word of each call is one of two:
 *
 * any   may be called from any thread at any time, also on the same object at
 *       the same time, also while another thread waits. It takes effect in
 *       that wait.
 * last  no other call on that source is in progress or comes later:
 *       iosrc_close and iosrc_into_inner.
 *
 * Objects that are counted (pollers, wakers) may be named only by who holds
 * a reference. iosrc_waker_wake alone may be called from a signal handler.
 *
 * OWNERSHIP
 *
 * A source is owned by its caller and ended by iosrc_close, which closes the
 * handle, or iosrc_into_inner, which gives it back. Pollers and wakers are
 * counted: create answers the first reference, retain adds one, release drops
 * one. A consuming call ends the object, or the reference, with every status
 * but IOSRC_E_INVALID for NULL. A call that fails leaves everything as it
 * was, and writes no output parameter.
 *
 * Sources and wakers hold on to their poller weakly: its last release closes
 * it whatever is registered. On survivors, I/O and close go on to work, a
 * source counts as unregistered and may register elsewhere, and each call
 * that names the closed poller, or wakes it, answers IOSRC_E_CLOSED.
 *
 * In the parameter lists below: in, out, inout is the direction; borrowed is
 * used during the call alone, consumed is gone after it, owned becomes the
 * caller's, shared gains a reference; nullable may be NULL; ns, bytes, items
 * are units.
 *
 * FORK
 *
 * A poller belongs to the process that made it. In a forked child (fork(2),
 * not vfork(2)) close, into_inner and release succeed: they free the child's
 * memory and its copies of handles and touch nothing of the parent's. Plain
 * I/O through an inherited source works. A source that was not registered is
 * a normal source and may register with a poller of the child's own. Every
 * other call on an inherited poller or waker, or on a source that was
 * registered, answers IOSRC_E_FORKED; iosrc_source_registration answers 0,
 * iosrc_is_current answers 0; iosrc_poller_backend and
 * iosrc_poller_capabilities still answer.
 *
 * PIPES AND WAITABLE HANDLES OF WINDOWS
 *
 * What is no socket there has to be named when its source is made:
 * IOSRC_HANDLE_PIPE, IOSRC_HANDLE_WAITABLE. Console input is neither.
 *
 * A pipe is read and written by the direct calls. They never block on a handle
 * that was opened with FILE_FLAG_OVERLAPPED, as one that is to be registered
 * has to be (else: IOSRC_E_UNSUPPORTED). Others, as those of CreatePipe, wait
 * in a write for room, and in a read if another process takes what was there;
 * meanwhile the system may let other calls on the same handle wait, too. A
 * handle that is to be registered is not bound to a completion port of the
 * caller's. Reading ahead is never done: to learn of data, a read
 * of 0 bytes is left pending, so that iosrc_into_inner loses nothing. A write
 * copies; what the pipe has no room for stays pending, counts as written, goes
 * on after iosrc_close and is lost when the process ends; until it is done
 * further writes would block. Messages are written whole, and read in pieces
 * where the buffer is smaller. Those of 0 bytes, which iosrc_write never sends,
 * are read past: a read answers with what is behind, so that 0 is the end and
 * nothing else. One may give an event after which a read would block. An accept
 * on a listener (a pipe: address, or the waiting server end of a named pipe)
 * gives its handle to the new source, and the listener goes on with another one
 * under the same registration. A registration for IOSRC_WRITABLE alone that was
 * told so in edge mode is not told that the reader closes: the next write says
 * it, or an event after iosrc_rearm.
 *
 * From its first use on a pipe's handle is bound to the port of the process's
 * thread pool, and calls on it that end at once send no packet there. The
 * program's own overlapped calls may be made with it, beside the library's and
 * after iosrc_into_inner. That takes it from the port on Windows 8.1 and later;
 * before, it cannot be bound to another one. A process that has used a pipe
 * keeps the library in memory, whoever unloads it.
 *
 * A waitable handle is IOSRC_READABLE while it is signalled. An event of an
 * auto-reset event, a semaphore or a synchronization timer consumes one
 * signal; in edge mode each signal gives one. What stays signalled (a
 * manual-reset event, a process, a thread) gives one event in edge mode, and
 * the next one after iosrc_rearm or iosrc_reregister. Nothing is consumed for a
 * registration that is paused or has ended: a signal that was taken in vain is
 * given back, but for a timer's, and before Windows 8 but for one that comes in
 * the very moment in which the registration is paused or ended: the system may
 * have taken it then and tells nobody (under Wine 8, one in about 1,800 of such
 * moments). A mutex, and files of any kind, are IOSRC_E_UNSUPPORTED. A handle
 * needs the right SYNCHRONIZE, that of an event EVENT_QUERY_STATE as well, and
 * to give back a signal EVENT_MODIFY_STATE (of an auto-reset event alone) or
 * SEMAPHORE_MODIFY_STATE: else register has IOSRC_KIND_PERMISSION.
 *
 * STATUSES
 *
 * A call answers IOSRC_OK or a negative status, or a count that is zero or
 * more and a negative status. Nothing depends on errno or on the calling
 * thread afterwards. Branch on IOSRC_E_WOULD_BLOCK and the other library
 * statuses by value, and on all else by iosrc_status_kind, which is portable.
 * IOSRC_KIND_x in an error list stands for an OS code of that kind.
 *
 * Calls check in this order: NULL and contradictions (IOSRC_E_INVALID), what
 * this version or backend does not know (IOSRC_E_UNSUPPORTED),
 * IOSRC_E_FORKED, IOSRC_E_CLOSED, the association (ALREADY_REGISTERED,
 * NOT_REGISTERED, WRONG_POLLER), and at last the system. Sizes and counts
 * above 2^31-1 are IOSRC_E_INVALID everywhere.
 *
 * Structs come with their size. NULL and 0 mean defaults, a field that is
 * zero means its default, and bytes that this version does not know must be
 * zero. Structs that the library fills are filled up to the smaller size, and
 * the rest is zeroed. So old programs work with new libraries and the reverse.
 *
 * The library never aborts, exits, prints, or installs a signal handler. It
 * keeps no state of its own outside the objects that it makes.
 */
#ifndef IOSRC_H
#define IOSRC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- linkage ---- */

/** The calling convention of functions, callbacks and table slots alike. */
#if defined(_WIN32) && (defined(_M_IX86) || defined(__i386__))
#  define IOSRC_CALL __cdecl
#else
#  define IOSRC_CALL
#endif

/** Export or import; define IOSRC_STATIC to link the static library. */
#if defined(IOSRC_STATIC)
#  define IOSRC_API
#elif defined(_WIN32) && defined(IOSRC_BUILD)
#  define IOSRC_API __declspec(dllexport)
#elif defined(_WIN32)
#  define IOSRC_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define IOSRC_API __attribute__((__visibility__("default")))
#else
#  define IOSRC_API
#endif

/* ---- scalars ---- */

/** A handle of the system: an fd, a SOCKET, a pipe or waitable HANDLE. -1 is
 * none. */
typedef intptr_t iosrc_handle;
/** 0 or negative, never positive: IOSRC_OK, IOSRC_E_* or an OS code. */
typedef int32_t iosrc_status;
/** IOSRC_KIND_*. An open set: treat one that you do not know as OTHER. */
typedef int32_t iosrc_kind;
/** Interest, mode, direction and ready bits: one space. IOSRC_READABLE... */
typedef uint32_t iosrc_bits;
/** Flags of one call or struct. */
typedef uint32_t iosrc_flags;
/** IOSRC_HANDLE_*. */
typedef uint32_t iosrc_handle_type;

/* ---- version ---- */

/** Version of this header. The library's own: iosrc_version. */
#define IOSRC_VERSION_MAJOR 0
/** Raised when calls or constants are added. */
#define IOSRC_VERSION_MINOR 9
/** Raised when only the inside changes. */
#define IOSRC_VERSION_PATCH 0
/** The three in one number that compares: 0xMMmmpppp. */
#define IOSRC_VERSION       0x00090000u
/** Number of the binary interface, that of the soname. */
#define IOSRC_ABI           1

/* ---- statuses ----
 * In 32 bits:
 *   all zero       success
 *   10 + 30 bits   an OS code (errno, Win32 or Winsock, WASI errno): made by
 *                  the library, not portable, compare kinds
 *   11 + 30 bits   decided by the library; they start at -65537, so that a
 *                  stray -errno is never one of them
 */

/** Success. */
#define IOSRC_OK                   0
/** Nothing to do now; wait for the next event. */
#define IOSRC_E_WOULD_BLOCK        (-65537)
/** A NULL, a contradiction, a size or count out of range, or a ready-only bit
 * in an interest. */
#define IOSRC_E_INVALID            (-65538)
/** Something that this version, backend or system does not know or lacks. */
#define IOSRC_E_UNSUPPORTED        (-65539)
/** The library could not allocate. The system's own answer (ENOMEM) has the
 * same kind. */
#define IOSRC_E_NO_MEMORY          (-65540)
/** The source is registered already, with this poller or another. */
#define IOSRC_E_ALREADY_REGISTERED (-65541)
/** The source, or the registration, is not registered (any more). */
#define IOSRC_E_NOT_REGISTERED     (-65542)
/** The source is registered, with another poller. */
#define IOSRC_E_WRONG_POLLER       (-65543)
/** The poller had its last release. */
#define IOSRC_E_CLOSED             (-65544)
/** The object was inherited through fork(2); see FORK above. */
#define IOSRC_E_FORKED             (-65545)
/** A signal ended the wait of an IOSRC_POLLER_INTERRUPTIBLE poller. */
#define IOSRC_E_INTERRUPTED        (-65546)
/** The room given is too small, or an address has too long a path or name
 * for the system: iosrc_net.h. */
#define IOSRC_E_NO_SPACE           (-65547)
/** An error whose code is not known or makes no sense. */
#define IOSRC_E_UNKNOWN            (-65548)

/* ---- kinds: what a program may branch on, the same on every system ---- */

/** IOSRC_OK. */
#define IOSRC_KIND_OK                 0
/** None of the kinds here. */
#define IOSRC_KIND_OTHER              1
/** IOSRC_E_WOULD_BLOCK. */
#define IOSRC_KIND_WOULD_BLOCK        2
/** IOSRC_E_INVALID, EINVAL, EFAULT: an argument is wrong. */
#define IOSRC_KIND_INVALID            3
/** IOSRC_E_UNSUPPORTED, EOPNOTSUPP, ENOSYS, EAFNOSUPPORT, EPFNOSUPPORT,
 * EPROTONOSUPPORT, ESOCKTNOSUPPORT, ENOPROTOOPT. */
#define IOSRC_KIND_UNSUPPORTED        4
/** IOSRC_E_NO_MEMORY, ENOMEM. */
#define IOSRC_KIND_NO_MEMORY          5
/** A limit is reached: EMFILE, ENFILE, ENOBUFS, ENOSPC; IOSRC_E_NO_SPACE. */
#define IOSRC_KIND_LIMIT              6
/** ALREADY_REGISTERED, NOT_REGISTERED, WRONG_POLLER. */
#define IOSRC_KIND_MISUSE             7
/** IOSRC_E_CLOSED. */
#define IOSRC_KIND_CLOSED             8
/** IOSRC_E_FORKED. */
#define IOSRC_KIND_FORKED             9
/** IOSRC_E_INTERRUPTED, EINTR. */
#define IOSRC_KIND_INTERRUPTED        10
/** The handle is closed or of the wrong sort: EBADF, ENOTSOCK. */
#define IOSRC_KIND_BAD_HANDLE         11
/** ENOTCONN, EDESTADDRREQ. */
#define IOSRC_KIND_NOT_CONNECTED      12
/** EINPROGRESS, EALREADY: a connect goes on; wait for writable. */
#define IOSRC_KIND_IN_PROGRESS        13
/** ECONNREFUSED. */
#define IOSRC_KIND_CONNECTION_REFUSED 14
/** ECONNRESET, ENETRESET. */
#define IOSRC_KIND_CONNECTION_RESET   15
/** ECONNABORTED. */
#define IOSRC_KIND_CONNECTION_ABORTED 16
/** EPIPE, ESHUTDOWN. */
#define IOSRC_KIND_BROKEN_PIPE        17
/** ETIMEDOUT: the peer did not answer. Not a timeout of a wait. */
#define IOSRC_KIND_TIMED_OUT          18
/** EADDRINUSE. */
#define IOSRC_KIND_ADDRESS_IN_USE     19
/** EADDRNOTAVAIL. */
#define IOSRC_KIND_ADDRESS_INVALID    20
/** EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN. */
#define IOSRC_KIND_UNREACHABLE        21
/** EACCES, EPERM, EROFS. */
#define IOSRC_KIND_PERMISSION         22
/** ENOENT, ENOTDIR, ENODEV, ENXIO. */
#define IOSRC_KIND_NOT_FOUND          23
/** EEXIST. */
#define IOSRC_KIND_EXISTS             24
/** EMSGSIZE. */
#define IOSRC_KIND_MESSAGE_SIZE       25

/* ---- bits ----
 *  0..7   interest = direction = ready: one name, one value
 *  8..15  ready only; in an interest they are INVALID, which catches
 *         reregister(source, poller, token, event.ready)
 * 16..23  mode, in an interest only
 * Ready bits that a program does not know are to be ignored. An interest
 * without a direction is a pause: no event of any kind.
 */

/** Something can be read or accepted, or reading fails or is at its end. */
#define IOSRC_READABLE     0x00000001u
/** Something can be written, a connect ended, or writing fails. */
#define IOSRC_WRITABLE     0x00000002u
/** Exceptional data: out-of-band data of TCP (tcp(7), poll(2) POLLPRI). */
#define IOSRC_PRIORITY     0x00000004u
/** The handle has an error (poll(2) POLLERR): the next operation, or
 * SO_ERROR, tells which. Comes without being asked for. */
#define IOSRC_ERROR        0x00000100u
/** Nothing will come any more after what is queued (epoll_ctl(2) EPOLLRDHUP,
 * EPOLLHUP). Comes without being asked for. */
#define IOSRC_READ_CLOSED  0x00000200u
/** Nothing can be written any more (EPOLLHUP, EPOLLERR). Comes without being
 * asked for. */
#define IOSRC_WRITE_CLOSED 0x00000400u
/** Report at every wait while it is ready. Not together with ONESHOT. */
#define IOSRC_LEVEL        0x00010000u
/** Report once, then sleep until iosrc_reregister. */
#define IOSRC_ONESHOT      0x00020000u
/** Of several pollers that watch one description, wake at least one and not
 * all (epoll_ctl(2) EPOLLEXCLUSIVE, Linux 4.5). Not with ONESHOT, not with
 * PRIORITY, no IOSRC_READ_CLOSED for a half-closed peer, no reregister: the
 * kernel refuses all of them. */
#define IOSRC_EXCLUSIVE    0x00040000u

/* ---- handle types ---- */

/** An fd on Unix, a SOCKET on Windows. */
#define IOSRC_HANDLE_DEFAULT  0u
/** A socket. */
#define IOSRC_HANDLE_SOCKET   1u
/** A pipe. Accepted on Unix too: an fd is an fd there. On Windows see
 * PIPES AND WAITABLE HANDLES OF WINDOWS above. */
#define IOSRC_HANDLE_PIPE     2u
/** Windows events, semaphores, timers, processes, threads and jobs;
 * UNSUPPORTED elsewhere. */
#define IOSRC_HANDLE_WAITABLE 3u

/* ---- backends ---- */

/** The environment's IOSRC_BACKEND, else the best that works. */
#define IOSRC_BACKEND_DEFAULT 0u
/** epoll(7), Linux. */
#define IOSRC_BACKEND_EPOLL   1u
/** poll(2), POSIX.1-2017 poll. */
#define IOSRC_BACKEND_POLL    2u
/** kqueue(2), the BSDs and macOS. */
#define IOSRC_BACKEND_KQUEUE  3u
/** Event ports, port_create(3C), illumos and Solaris. */
#define IOSRC_BACKEND_EVPORT  4u
/** AFD polls on an I/O completion port, Windows. */
#define IOSRC_BACKEND_AFD     5u
/** poll_oneoff of WASI preview 1. */
#define IOSRC_BACKEND_WASI    6u
/** In memory, for tests; not linked into an installed library. */
#define IOSRC_BACKEND_FAKE    7u

/* ---- objects ---- */

/** A handle that can be registered. Made by iosrc_create, ended by
 * iosrc_close or iosrc_into_inner. */
typedef struct iosrc_source iosrc_source;
/** Waits for sources and wakers. Counted. */
typedef struct iosrc_poller iosrc_poller;
/** Ends a wait. Counted. */
typedef struct iosrc_waker iosrc_waker;

/* ---- plain data ----
 * No implicit padding on any target, no pointer or handle in options.
 */

/** What iosrc_poller_wait reports. 24 bytes with the same offsets everywhere,
 * for ever (alignment 4 on i386, 8 elsewhere). */
typedef struct iosrc_event {
	uint64_t token;        /**< as registered */
	uint64_t registration; /**< for iosrc_is_current; never 0 */
	iosrc_bits ready;      /**< directions, error and closed bits */
	uint32_t reserved;     /**< 0, unless an option gives it a meaning */
} iosrc_event;

/** A piece of memory: the order of POSIX struct iovec, on Windows too. */
typedef struct iosrc_buffer {
	void *data;  /**< may be NULL when size is 0 */
	size_t size; /**< in bytes */
} iosrc_buffer;

/** Options of iosrc_poller_create; all zero is the default. 8 bytes. */
typedef struct iosrc_poller_options {
	iosrc_flags flags; /**< IOSRC_POLLER_* */
	uint32_t backend;  /**< IOSRC_BACKEND_* */
} iosrc_poller_options;

/** A signal ends a wait with IOSRC_E_INTERRUPTED. Without it, a wait goes on
 * against the same deadline. */
#define IOSRC_POLLER_INTERRUPTIBLE 0x00000001u
/** Batches may reach the kernel past the C library. A permission, not a demand.
 * iosrc_io_many may use an io_uring (io_uring(7)): without IOSRC_CAN_IO_URING
 * in the capabilities it is a loop. A handle has to be non-blocking before its
 * first batch and to stay so, or would-block is answered where the loop would
 * block. iosrc_register_many may make the calls behind its first one itself,
 * which who stands between a program and its C library (LD_PRELOAD) does not
 * see. */
#define IOSRC_POLLER_IO_URING      0x00000002u

/** What a poller has counted since it was made. 56 bytes. Where pointers have
 * 32 bits the counters begin anew at 2^32. */
typedef struct iosrc_poller_counters {
	uint64_t waits;           /**< calls of iosrc_poller_wait */
	uint64_t events;          /**< events answered */
	uint64_t kernel_wakes;    /**< wakes that made a system call */
	uint64_t coalesced_wakes; /**< wakes that made none */
	uint64_t spurious;        /**< kernel events that said nothing */
	uint64_t stale;           /**< kernel events of a registration gone */
	uint64_t rearms;          /**< directions armed again */
} iosrc_poller_counters;

/* ---- capabilities ----
 * The low 32 bits are the interest and mode bits that iosrc_register accepts,
 * so `interest & ~capabilities` is what the poller lacks.
 */

/** iosrc_poller_expose works. */
#define IOSRC_CAN_EXPOSE        0x0000000100000000
/** Timeouts finer than a millisecond are kept: epoll_pwait2(2), ppoll(2). */
#define IOSRC_CAN_WAIT_BELOW_MS 0x0000000200000000
/** Several threads may wait, others may register meanwhile. */
#define IOSRC_CAN_SHARE_WAIT    0x0000000400000000
/** Regular files and other handles that the kernel refuses to watch
 * (epoll_ctl(2) EPERM) are accepted and always ready. */
#define IOSRC_CAN_POLL_FILES    0x0000000800000000
/** iosrc_io_many does use an io_uring, where a batch has enough sockets for it
 * to pay. May go away when the kernel begins to refuse it. */
#define IOSRC_CAN_IO_URING      0x0000001000000000

/** One registration of iosrc_register_many. 32 bytes, 24 where pointers have
 * 32 bits. */
typedef struct iosrc_register_item {
	uint64_t token;          /**< as for iosrc_register */
	iosrc_bits interest;     /**< as for iosrc_register */
	iosrc_status out_status; /**< what iosrc_register would have answered */
	iosrc_source *source;    /**< borrowed */
	size_t reserved;         /**< zero, else UNSUPPORTED */
} iosrc_register_item;

/** One operation of iosrc_io_many. 64 bytes everywhere. There is no pointer
 * inside, so that a batch may be handed over without pinning. The source is
 * named by its registration: one that is gone answers NOT_REGISTERED. */
typedef struct iosrc_io_item {
	uint64_t registration;     /**< iosrc_source_registration */
	uint64_t data;             /**< offset into the call's memory, or an
	                            * address when that memory is NULL */
	uint64_t size;             /**< in bytes, at most 2^31-1 */
	int64_t out_result;        /**< a count or a status */
	uint32_t opcode;           /**< IOSRC_OP_* */
	iosrc_flags flags;         /**< IOSRC_RECV_* or IOSRC_SEND_* of
	                            * iosrc_net.h; READ, WRITE: zero */
	iosrc_flags out_flags;     /**< IOSRC_OUT_TRUNCATED or 0 for RECV, else
	                            * 0 */
	uint32_t reserved;         /**< zero, else UNSUPPORTED */
	uint64_t reserved_more[2]; /**< zero, else UNSUPPORTED */
} iosrc_io_item;

/** As iosrc_read. */
#define IOSRC_OP_READ  1u
/** As iosrc_write. */
#define IOSRC_OP_WRITE 2u
/** As iosrc_recv of iosrc_net.h. */
#define IOSRC_OP_RECV  3u
/** As iosrc_send of iosrc_net.h. */
#define IOSRC_OP_SEND  4u

/** Room in bytes for any text of iosrc_status_message. */
#define IOSRC_MESSAGE_SIZE 256

/** The I/O that iosrc_do_io runs: one operation on the handle, answering a
 * count or a status (iosrc_status_last_os makes one of errno). It may not
 * close the source, nor leave by longjmp or an exception. user is what the
 * caller gave. */
typedef int64_t(IOSRC_CALL *iosrc_io_fn)(iosrc_handle handle, void *user);

/* ---- library ---- */

/**
 * Answers the version of the library that runs.
 *
 * Compare it with IOSRC_VERSION, the version of the header that the program
 * was built with.
 *
 * @return the version as 0xMMmmpppp
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint32_t IOSRC_CALL iosrc_version(void);

/**
 * Answers the version of the library that runs, as text ("0.9.0").
 *
 * @return static text, ended with NUL, never NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API const char *IOSRC_CALL iosrc_version_string(void);

/**
 * Answers the number of the binary interface, that of the soname.
 *
 * @return IOSRC_ABI of the library that runs
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint32_t IOSRC_CALL iosrc_abi(void);

/**
 * Answers the name of a backend that is linked into the library ("epoll").
 *
 * The name is what the environment variable IOSRC_BACKEND takes. Asking for
 * each number in turn lists the backends of this library.
 *
 * @param backend in: IOSRC_BACKEND_*
 * @return static text, ended with NUL; NULL when the backend is not linked
 *   in, is not known, or is IOSRC_BACKEND_DEFAULT
 * @thread any
 * @since 0.9.0
 */
IOSRC_API const char *IOSRC_CALL iosrc_backend_name(uint32_t backend);

/* ---- status ---- */

/**
 * Answers the portable kind of a status.
 *
 * @param status in: any number
 * @return IOSRC_KIND_*; IOSRC_KIND_OTHER for whatever is not known, positive
 *   numbers among them
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_kind IOSRC_CALL iosrc_status_kind(iosrc_status status);

/**
 * Answers the system's own number of a status.
 *
 * An OS status answers the code that it was made from. A library status
 * answers the usual errno: WOULD_BLOCK EAGAIN, INVALID EINVAL, UNSUPPORTED
 * EOPNOTSUPP, NO_MEMORY ENOMEM, ALREADY_REGISTERED EEXIST, NOT_REGISTERED
 * ENOENT, WRONG_POLLER EXDEV, CLOSED EBADF, FORKED ECHILD, INTERRUPTED EINTR,
 * NO_SPACE ERANGE; on Windows WOULD_BLOCK WSAEWOULDBLOCK, INTERRUPTED WSAEINTR,
 * and the rest, in the same order: ERROR_INVALID_PARAMETER, _NOT_SUPPORTED,
 * _NOT_ENOUGH_MEMORY, _ALREADY_EXISTS, _NOT_FOUND, _NOT_SAME_DEVICE,
 * _INVALID_HANDLE, _WAIT_NO_CHILDREN, _INSUFFICIENT_BUFFER.
 *
 * @param status in: any number
 * @return the code; 0 for IOSRC_OK, IOSRC_E_UNKNOWN and whatever is not known
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int32_t IOSRC_CALL iosrc_status_os(iosrc_status status);

/**
 * Answers the name of a status, for logs.
 *
 * @param status in: any number
 * @return static text, ended with NUL, never NULL: the constant's name
 *   ("IOSRC_E_WOULD_BLOCK"), for an OS status the name of its code
 *   ("ECONNREFUSED"), else "IOSRC_UNKNOWN_STATUS"
 * @thread any
 * @since 0.9.0
 */
IOSRC_API const char *IOSRC_CALL iosrc_status_name(iosrc_status status);

/**
 * Stores a text that describes a status, for people.
 *
 * The text of an OS status is the system's (POSIX.1-2017 strerror_r), in the
 * language of the process's locale; where the system has none, the name is
 * stored. The text always ends with NUL. It is cut at a character of UTF-8
 * when the room is too small; IOSRC_MESSAGE_SIZE is always enough.
 * With size 0 nothing is stored.
 *
 * @param status in: any number
 * @param out_text out,borrowed,nullable: where the text is stored; NULL only
 *   when size is 0
 * @param size in,bytes: the room, with that for the NUL
 * @return the bytes stored, without the closing NUL
 * @error IOSRC_E_INVALID out_text is NULL and size is not 0, or size is above
 *   2^31-1
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_status_message(iosrc_status status,
    char *out_text, size_t size);

/**
 * Makes a status of a code of the system: errno, or a Win32 or Winsock code.
 *
 * EAGAIN and EWOULDBLOCK become IOSRC_E_WOULD_BLOCK. All other codes are
 * carried in the status: iosrc_status_os gives them back.
 *
 * @param code in: the code, from 1 to 2^30-1
 * @return a status, never IOSRC_OK
 * @error IOSRC_E_UNKNOWN the code is 0, negative or above 2^30-1
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_status_from_os(int32_t code);

/**
 * Makes a status of the calling thread's last error: errno, on Windows
 * GetLastError.
 *
 * For an iosrc_io_fn written in C, right after the call that failed.
 *
 * @return as iosrc_status_from_os
 * @error IOSRC_E_UNKNOWN the last error is 0 or out of range
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_status_last_os(void);

/* ---- source ---- */

/**
 * Makes a source of a handle and takes the handle in.
 *
 * Makes no system call: whether the handle is open shows when it is used. The
 * handle's flags stay as they are; make it non-blocking before. On failure
 * the handle stays with the caller.
 *
 * @param handle in,consumed: on Unix an fd, from 0 to INT_MAX; iosrc_close
 *   closes it, iosrc_into_inner gives it back
 * @param type in: IOSRC_HANDLE_DEFAULT, _SOCKET or _PIPE; on Windows _WAITABLE
 *   too
 * @param out_source out,owned: the source, to be ended by iosrc_close or
 *   iosrc_into_inner
 * @return a status
 * @error IOSRC_E_INVALID out_source is NULL, or the handle is negative or
 *   does not fit an int; on Windows it is -1, or 0 and no socket
 * @error IOSRC_E_UNSUPPORTED the type is not known, or is
 *   IOSRC_HANDLE_WAITABLE on a system other than Windows
 * @error IOSRC_E_NO_MEMORY no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_create(iosrc_handle handle,
    iosrc_handle_type type, iosrc_source **out_source);

/**
 * Answers the handle of a source.
 *
 * For calls of one's own: setsockopt, accept and so on. Do not close it.
 *
 * @param source in,borrowed,nullable: the source
 * @return the handle as it was given; -1 for NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_handle IOSRC_CALL iosrc_source_handle(
    const iosrc_source *source);

/**
 * Answers the registration of a source.
 *
 * Register and reregister may each give another one; it is what events of
 * this source carry, and what iosrc_io_item names. A number is not used twice
 * by one poller.
 *
 * @param source in,borrowed,nullable: the source
 * @return the registration; 0 when there is none, when the poller is closed,
 *   when another source over the same handle number took over, in a forked
 *   child, and for NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint64_t IOSRC_CALL iosrc_source_registration(
    const iosrc_source *source);

/**
 * Registers a source with a poller.
 *
 * What is ready already is reported by the next wait. Takes effect in a wait
 * that goes on. A source over a handle number that another source of this
 * poller is registered for takes over; the other answers NOT_REGISTERED from
 * then on. Where IOSRC_CAN_POLL_FILES is set, regular files, directories and
 * /dev/null are accepted and always ready (POSIX.1-2017 poll; epoll_ctl(2)
 * EPERM): edge reports them once per registration, reregister and re-arming,
 * level at every wait, oneshot once.
 *
 * @param source inout,borrowed: the source, unregistered
 * @param poller inout,borrowed: the poller
 * @param token in: 64 bits of the caller's own, given back in events
 * @param interest in: directions, and a mode; 0 directions is a pause
 * @return a status
 * @error IOSRC_E_INVALID an object is NULL, the interest has a ready-only bit,
 *   LEVEL and ONESHOT come together, or the handle is the poller's own
 * @error IOSRC_E_UNSUPPORTED the interest has a bit that the poller's
 *   capabilities lack, or EXCLUSIVE together with ONESHOT or PRIORITY
 * @error IOSRC_E_FORKED the poller, or a registration of the source, was
 *   inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_E_ALREADY_REGISTERED the source is registered, here or
 *   elsewhere; that registration is unchanged
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @error IOSRC_KIND_BAD_HANDLE the handle is not open
 * @error IOSRC_KIND_LIMIT the system watches too many handles (epoll(7),
 *   /proc/sys/fs/epoll/max_user_watches)
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_register(iosrc_source *source,
    iosrc_poller *poller, uint64_t token, iosrc_bits interest);

/**
 * Replaces token, interest and mode of a registration whole.
 *
 * Reports again what is ready at that moment, never with the old token. Wakes
 * a oneshot registration that was spent. Events of before are stale
 * afterwards.
 *
 * @param source inout,borrowed: the source, registered with the poller
 * @param poller inout,borrowed: the poller
 * @param token in: the new token
 * @param interest in: directions, and a mode; 0 directions is a pause
 * @return a status
 * @error IOSRC_E_INVALID as iosrc_register
 * @error IOSRC_E_UNSUPPORTED as iosrc_register, and: the registration is
 *   exclusive, or would become so (epoll_ctl(2) refuses both)
 * @error IOSRC_E_FORKED the poller, or the registration, was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_E_NOT_REGISTERED the source is not registered (any more)
 * @error IOSRC_E_WRONG_POLLER the source is registered with another poller
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @error IOSRC_KIND_BAD_HANDLE the handle was closed behind the library's back
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_reregister(iosrc_source *source,
    iosrc_poller *poller, uint64_t token, iosrc_bits interest);

/**
 * Ends a registration.
 *
 * No wait that begins after the return reports it. Succeeds also when the
 * handle was closed behind the library's back.
 *
 * @param source inout,borrowed: the source, registered with the poller
 * @param poller inout,borrowed: the poller
 * @return a status
 * @error IOSRC_E_INVALID an object is NULL
 * @error IOSRC_E_FORKED the poller, or the registration, was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_E_NOT_REGISTERED the source is not registered (any more)
 * @error IOSRC_E_WRONG_POLLER the source is registered with another poller
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_deregister(iosrc_source *source,
    iosrc_poller *poller);

/**
 * Runs one operation of the caller's on the handle, and arms what would have
 * blocked.
 *
 * Calls fn(handle, user) exactly once and answers what fn answered, all 64
 * bits. When that is IOSRC_E_WOULD_BLOCK, the directions named that are in
 * the interest are armed again, and only those; an answer of kind IN_PROGRESS
 * arms IOSRC_WRITABLE, if named; any other changes nothing. A spent oneshot
 * stays spent. A would-block is answered even where arming fails; that
 * failure comes as an event with IOSRC_ERROR. On a source without a
 * registration, or one that a forked child inherited, it is only the call.
 *
 * @param source inout,borrowed: the source
 * @param directions in: IOSRC_READABLE, _WRITABLE, _PRIORITY: what fn waits
 *   for when it would block; 0 arms nothing
 * @param fn in,borrowed: the operation
 * @param user in,borrowed,nullable: handed to fn as it is
 * @return what fn answered
 * @error IOSRC_E_INVALID source or fn is NULL, or the directions have a
 *   ready-only or mode bit; fn was not called
 * @error IOSRC_E_UNSUPPORTED the directions have a bit that is not known; fn
 *   was not called
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_do_io(iosrc_source *source,
    iosrc_bits directions, iosrc_io_fn fn, void *user);

/**
 * Says that I/O in these directions would have blocked: the second half of
 * iosrc_do_io, for callers that do their I/O themselves.
 *
 * Call it when, and only when, an operation would have blocked (or when a
 * connect is in progress, for IOSRC_WRITABLE); more is harmless. Arms the
 * directions that are in the interest; never wakes a spent oneshot. Does
 * nothing, successfully, on a source without a registration. Makes no system
 * call on epoll.
 *
 * @param source inout,borrowed: the source
 * @param directions in: IOSRC_READABLE, _WRITABLE, _PRIORITY; 0 arms nothing
 * @return a status
 * @error IOSRC_E_INVALID source is NULL, or the directions have a ready-only
 *   or mode bit
 * @error IOSRC_E_UNSUPPORTED the directions have a bit that is not known
 * @error IOSRC_E_FORKED the registration was inherited
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_rearm(iosrc_source *source,
    iosrc_bits directions);

/**
 * Ends a source and gives its handle back.
 *
 * Deregisters first, if needed. The handle stays open and usable, and no
 * later wait reports it. The source is gone with every status but
 * IOSRC_E_INVALID for NULL.
 *
 * @param source in,consumed: the source
 * @param out_handle out,owned,nullable: the handle, the caller's from here on;
 *   NULL when the caller knows it
 * @return a status
 * @error IOSRC_E_INVALID source is NULL
 * @thread last
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_into_inner(iosrc_source *source,
    iosrc_handle *out_handle);

/**
 * Ends a source and closes its handle.
 *
 * Deregisters first, if needed. When it returns, the handle number is free,
 * no wait holds the file open, and no later wait reports it. The source is
 * gone with every status. NULL succeeds and does nothing. In a forked child
 * it closes the child's copy of the handle.
 *
 * @param source in,consumed,nullable: the source
 * @return a status
 * @error IOSRC_KIND_BAD_HANDLE the handle was closed already behind the
 *   library's back
 * @error IOSRC_KIND_OTHER close(2) reported a late error of writing (EIO);
 *   the handle is closed all the same
 * @thread last
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_close(iosrc_source *source);

/* ---- direct I/O: a call and its re-arming in one crossing ----
 *
 * What all four have in common:
 * - A would-block arms the direction again, as iosrc_do_io does. So does a
 *   call that moves at least one byte but fewer than asked, which is harmless,
 *   and an error, unless a closed bit was reported for that direction. An end
 *   of file does not.
 * - An interrupted system call (EINTR) is made again.
 * - They work on a source that is not registered, whose poller is closed, or
 *   that a forked child inherited: then they are only the call.
 * - Writing raises no SIGPIPE on a socket (MSG_NOSIGNAL, POSIX.1-2017 send),
 *   nor on a pipe where the kernel offers that (RWF_NOSIGNAL, Linux 6.18). On
 *   other kernels a program that writes to pipes ignores SIGPIPE.
 * - They block if the handle is not non-blocking.
 */

/**
 * Reads from a source, once (POSIX.1-2017 read).
 *
 * @param source inout,borrowed: the source
 * @param out_data out,borrowed,nullable: where the bytes go; NULL only when
 *   size is 0
 * @param size in,bytes: at most 2^31-1
 * @return the bytes read; 0 at the end of file, or when size is 0
 * @error IOSRC_E_WOULD_BLOCK nothing to read now
 * @error IOSRC_E_INVALID source is NULL, out_data is NULL and size is not 0,
 *   or size is above 2^31-1
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed, or not open for reading
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED a connect failed, or a datagram sent
 *   before was refused (udp(7)); later datagrams still arrive
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_read(iosrc_source *source, void *out_data,
    size_t size);

/**
 * Writes to a source, once (POSIX.1-2017 write).
 *
 * @param source inout,borrowed: the source
 * @param data in,borrowed,nullable: the bytes; NULL only when size is 0
 * @param size in,bytes: at most 2^31-1
 * @return the bytes written, which may be fewer than size
 * @error IOSRC_E_WOULD_BLOCK no room now
 * @error IOSRC_E_INVALID source is NULL, data is NULL and size is not 0, or
 *   size is above 2^31-1
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed, or not open for writing
 * @error IOSRC_KIND_BROKEN_PIPE the reader is gone
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED a connect failed, or a datagram sent
 *   before was refused (udp(7))
 * @error IOSRC_KIND_MESSAGE_SIZE the datagram is too large
 * @error IOSRC_KIND_LIMIT no buffer space, a full device, or a file too large
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_write(iosrc_source *source, const void *data,
    size_t size);

/**
 * Reads from a source into several buffers, once (POSIX.1-2017 readv).
 *
 * @param source inout,borrowed: the source
 * @param buffers in,borrowed: filled in order; the memory that they name is
 *   written
 * @param count in,items: buffers, from 1 to 1024 (IOV_MAX of Linux)
 * @return the bytes read; 0 at the end of file, or when all sizes are 0
 * @error IOSRC_E_INVALID source or buffers is NULL, count is out of range, a
 *   buffer has NULL with a size, or a size or their sum is above 2^31-1
 * @error IOSRC_E_WOULD_BLOCK nothing to read now
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed, or not open for reading
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED as iosrc_read
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_readv(iosrc_source *source,
    const iosrc_buffer *buffers, size_t count);

/**
 * Writes several buffers to a source, once (POSIX.1-2017 writev).
 *
 * @param source inout,borrowed: the source
 * @param buffers in,borrowed: written in order
 * @param count in,items: buffers, from 1 to 1024 (IOV_MAX of Linux)
 * @return the bytes written, which may be fewer than the sum
 * @error IOSRC_E_INVALID source or buffers is NULL, count is out of range, a
 *   buffer has NULL with a size, or a size or their sum is above 2^31-1
 * @error IOSRC_E_WOULD_BLOCK no room now
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed, or not open for writing
 * @error IOSRC_KIND_BROKEN_PIPE the reader is gone
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED as iosrc_write
 * @error IOSRC_KIND_MESSAGE_SIZE the datagram is too large
 * @error IOSRC_KIND_LIMIT no buffer space, a full device, or a file too large
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_writev(iosrc_source *source,
    const iosrc_buffer *buffers, size_t count);

/* ---- poller ---- */

/**
 * Makes a poller.
 *
 * With backend 0 the environment variable IOSRC_BACKEND picks one by its name
 * (iosrc_backend_name); unset or empty is the best that works. It is read by
 * secure_getenv(3): a set-user-ID program does not see it. Handles that the
 * poller opens are close-on-exec.
 *
 * @param options in,borrowed,nullable: NULL is all defaults
 * @param options_size in,bytes: sizeof *options; 0 is all defaults
 * @param out_poller out,owned: the first reference, to be dropped by
 *   iosrc_poller_release
 * @return a status
 * @error IOSRC_E_INVALID out_poller is NULL, options is NULL and its size is
 *   not 0, or the size is above 2^31-1
 * @error IOSRC_E_UNSUPPORTED a flag or backend is not known, the backend, or
 *   that which IOSRC_BACKEND names, is not linked in, or the options go on
 *   with something that this version does not know
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_poller_create(
    const iosrc_poller_options *options, size_t options_size,
    iosrc_poller **out_poller);

/**
 * Adds a reference to a poller.
 *
 * @param poller inout,shared: the poller
 * @return a status
 * @error IOSRC_E_INVALID poller is NULL
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_poller_retain(iosrc_poller *poller);

/**
 * Drops a reference to a poller; the last one closes it.
 *
 * Sources and wakers of a closed poller live on: see OWNERSHIP above. NULL
 * succeeds and does nothing. In a forked child it closes the child's copies
 * of the poller's handles.
 *
 * @param poller in,consumed,nullable: the reference
 * @return a status
 * @error IOSRC_E_CLOSED the last reference was dropped before, and a source or
 *   waker still holds on to the poller; else the pointer is dead
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_poller_release(iosrc_poller *poller);

/**
 * Waits until something is ready and answers the events.
 *
 * Answers as soon as there is an event, at most one per registration and at
 * most capacity; the rest comes in the following waits. Every ready source
 * gets its turn, and wakers do not take the place of sources, nor the reverse.
 * A timeout is measured on the monotonic clock and never ends early; where
 * the system counts milliseconds it is rounded up. Several threads may wait:
 * in edge and oneshot each event goes to one of them, in level to at least
 * one; which one is not promised. An interrupted wait goes on against the
 * same deadline unless the poller is IOSRC_POLLER_INTERRUPTIBLE. A wait is
 * not a point of thread cancellation, unless the process has one thread alone
 * and that has cancelled itself. A thread that waits holds a reference.
 *
 * @param poller inout,borrowed: the poller
 * @param out_events out,borrowed: room for capacity events
 * @param capacity in,items: from 1 to 2^31-1
 * @param timeout_ns in,ns: 0 does not block, -1 waits for ever
 * @return the events stored; 0 when the time is over, never with timeout -1
 * @error IOSRC_E_INVALID poller or out_events is NULL, capacity is out of
 *   range, or the timeout is below -1
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_E_INTERRUPTED a signal came, and the poller is interruptible
 * @error IOSRC_E_NO_MEMORY no memory; no event is lost
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory; no event is lost
 * @error IOSRC_KIND_INVALID on poll(2), more handles are registered than the
 *   process may open since a limit was lowered (setrlimit(2) RLIMIT_NOFILE)
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_poller_wait(iosrc_poller *poller,
    iosrc_event *out_events, size_t capacity, int64_t timeout_ns);

/**
 * Tells whether a registration still is the one that an event was made for.
 *
 * Ask before the token of an event is followed when an earlier event of the
 * same batch, or another thread, may have ended the registration. Takes no
 * lock. The caller keeps other threads from ending the registration between
 * this call and the use.
 *
 * @param poller in,borrowed,nullable: the poller
 * @param registration in: iosrc_event.registration
 * @return 1; 0 after deregister, reregister, close, into_inner or the
 *   waker's last release, on a closed poller, in a forked child, and for NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint32_t IOSRC_CALL iosrc_is_current(iosrc_poller *poller,
    uint64_t registration);

/**
 * Answers the handle of a poller, for another loop to watch.
 *
 * It becomes readable when an event or a wake is pending, sometimes without
 * one. After it was readable, wait with timeout 0 until fewer events than
 * capacity come. From the first call on, wakes always enter the kernel. The
 * answer is the same each time.
 *
 * @param poller inout,borrowed: the poller
 * @param out_handle out,borrowed: the handle, which stays the poller's: do not
 *   read from it, close it, or register it with this poller
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_E_UNSUPPORTED the capabilities lack IOSRC_CAN_EXPOSE: poll(2)
 *   has no handle
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_poller_expose(iosrc_poller *poller,
    iosrc_handle *out_handle);

/**
 * Answers the backend of a poller.
 *
 * @param poller in,borrowed,nullable: the poller
 * @return IOSRC_BACKEND_*, never IOSRC_BACKEND_DEFAULT; 0 for NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint32_t IOSRC_CALL iosrc_poller_backend(const iosrc_poller *poller);

/**
 * Answers what a poller can do.
 *
 * @param poller in,borrowed,nullable: the poller
 * @return in the low 32 bits the interest and mode bits that iosrc_register
 *   accepts, above them IOSRC_CAN_*; 0 for NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API uint64_t IOSRC_CALL iosrc_poller_capabilities(
    const iosrc_poller *poller);

/**
 * Stores what a poller has counted.
 *
 * The counters are filled up to the smaller of both sizes; the rest of the
 * caller's struct is zeroed.
 *
 * @param poller inout,borrowed: the poller
 * @param out_counters out,borrowed: where the counters go
 * @param counters_size in,bytes: sizeof *out_counters, from 1 to 2^31-1
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL, or the size is out of range
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_poller_stats(iosrc_poller *poller,
    iosrc_poller_counters *out_counters, size_t counters_size);

/* ---- waker ---- */

/**
 * Makes a waker of a poller.
 *
 * A poller may have any number. Its wakes arrive as events with this token,
 * ready IOSRC_READABLE, and a registration of the waker's own.
 *
 * @param poller inout,borrowed: the poller
 * @param token in: 64 bits of the caller's own, given back in events
 * @param out_waker out,owned: the first reference, to be dropped by
 *   iosrc_waker_release
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_E_NO_MEMORY no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_waker_create(iosrc_poller *poller,
    uint64_t token, iosrc_waker **out_waker);

/**
 * Wakes the poller of a waker: one thread that waits, or else the next wait.
 *
 * Never lost while a reference to the waker is held. Wakes of one waker
 * coalesce: n wakes give at least one event. So to stop n waiting threads,
 * each woken one wakes the next. Makes no system call while no thread is
 * blocked in a wait and the poller was never exposed.
 *
 * @param waker inout,borrowed: the waker; each thread that wakes holds a
 *   reference of its own
 * @return a status
 * @error IOSRC_E_INVALID waker is NULL
 * @error IOSRC_E_FORKED the waker was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @error IOSRC_KIND_OTHER (or another kind of an OS code) the kernel refused
 *   to end the wait; the wake stays latched and the next one tries again
 * @thread any
 * @signal safe
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_waker_wake(iosrc_waker *waker);

/**
 * Adds a reference to a waker.
 *
 * @param waker inout,shared: the waker
 * @return a status
 * @error IOSRC_E_INVALID waker is NULL
 * @error IOSRC_E_FORKED the waker was inherited
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_waker_retain(iosrc_waker *waker);

/**
 * Drops a reference to a waker; the last one ends it.
 *
 * The last release drops a wake that was not reported yet: no wait that
 * begins afterwards reports its token. NULL succeeds and does nothing.
 *
 * @param waker in,consumed,nullable: the reference
 * @return IOSRC_OK
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_waker_release(iosrc_waker *waker);

/* ---- batches: many calls in one crossing ----
 *
 * item_size is the stride: sizeof of the caller's struct. Items may be longer
 * than this version knows when what follows is zero. A failing item stops no
 * other. The call itself fails, and does nothing, for what is said below.
 */

/**
 * Registers many sources.
 *
 * Each item is done as iosrc_register would, and gets its status in
 * out_status; an item whose reserved field is not zero gets
 * IOSRC_E_UNSUPPORTED, one with a NULL source IOSRC_E_INVALID.
 *
 * @param poller inout,borrowed: the poller
 * @param items inout,borrowed: the registrations
 * @param count in,items: from 1 to 2^31-1
 * @param item_size in,bytes: sizeof *items
 * @return how many items succeeded
 * @error IOSRC_E_INVALID poller or items is NULL, count is out of range, or
 *   item_size is smaller than iosrc_register_item, no multiple of its
 *   alignment, or above 2^31-1
 * @error IOSRC_E_UNSUPPORTED an item goes on with something that this version
 *   does not know; nothing was done
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_register_many(iosrc_poller *poller,
    iosrc_register_item *items, size_t count, size_t item_size);

/**
 * Reads and writes through many sources.
 *
 * Each item is done as iosrc_read, iosrc_write, iosrc_recv or iosrc_send
 * would, and gets the count or status in out_result. Items of one source and
 * one direction run in array order. A registration that is gone, of another
 * poller, or of a waker gets IOSRC_E_NOT_REGISTERED; data and size that do not
 * lie in the memory get IOSRC_E_INVALID; an opcode or flag that this version
 * does not know, a flag with READ or WRITE, or a reserved field that is not
 * zero get IOSRC_E_UNSUPPORTED. No item's source may be closed during the
 * call.
 *
 * @param poller inout,borrowed: the poller that all sources are registered
 *   with
 * @param items inout,borrowed: the operations
 * @param count in,items: from 1 to 2^31-1
 * @param item_size in,bytes: sizeof *items
 * @param memory inout,borrowed,nullable: what iosrc_io_item.data is an offset
 *   into; with NULL, data is an address
 * @param memory_size in,bytes: size of the memory; 0 with NULL
 * @return how many items have a result of zero or more
 * @error IOSRC_E_INVALID poller or items is NULL, count is out of range,
 *   item_size is smaller than iosrc_io_item or no multiple of its alignment,
 *   memory is NULL and its size is not 0, or a size is above 2^31-1
 * @error IOSRC_E_UNSUPPORTED an item goes on with something that this version
 *   does not know; nothing was done
 * @error IOSRC_E_FORKED the poller was inherited
 * @error IOSRC_E_CLOSED the poller had its last release
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_io_many(iosrc_poller *poller,
    iosrc_io_item *items, size_t count, size_t item_size, void *memory,
    size_t memory_size);

#ifdef __cplusplus
}
#endif
#endif
