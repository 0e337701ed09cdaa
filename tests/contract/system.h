/* SPDX-License-Identifier: MIT
 *
 * system.h: what tests and their runner need of the operating system, beside
 * the library that they test. unix/ and windows/ have the same files, and the
 * build takes one of the two. Answers are counts and statuses of the library,
 * so that a test compares kinds, never an errno. What "fails the test" says so.
 */
#ifndef CONTRACT_SYSTEM_H
#define CONTRACT_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>
#include <iosrc_net.h>

/* ---- handle.c: any handle ---- */

/* Sockets and pipes: counts or statuses, without the library. */
int64_t system_read(iosrc_handle handle, void *data, size_t size);
int64_t system_write(iosrc_handle handle, const void *data, size_t size);
iosrc_status system_close(iosrc_handle handle);
int system_is_open(iosrc_handle handle);
/* Another handle of the same description, not inherited. Fails the test. */
iosrc_handle system_duplicate(iosrc_handle handle);
/* What iosrc_create is to be told of the handle: IOSRC_HANDLE_*. */
iosrc_handle_type system_handle_type(iosrc_handle handle);
/* Waits until the system itself says that the handle is ready for one of the
 * directions, and has asked nobody else; answers whether it is. */
int system_await(iosrc_handle handle, iosrc_bits directions,
    int64_t timeout_ms);
int system_is_nonblocking(iosrc_handle handle);
int system_is_inherited(iosrc_handle handle);
/* Makes the number a handle of what `handle` is; what it was before is closed.
 * Fails the test. */
void system_take_over(iosrc_handle handle, iosrc_handle number);
/* The system's other interfaces work with the end of a pair: one byte sent by
 * `peer` is waited for and read by them. Fails the test. */
void system_works_elsewhere(iosrc_handle handle, iosrc_handle peer);
/* A handle that is no socket, pipe or waitable; to be closed. */
iosrc_handle system_file(void);

/* ---- handle.c: pairs; they fail the test ---- */

/* A pair of this type (IOSRC_TYPE_*) as near as the system has it: AF_UNIX on
 * Unix, the loopback on Windows. Skips the test where there is none. */
void system_pair(uint32_t type, iosrc_handle handles[2]);
/* Rooms that a test can fill, of a connection that has just been made. */
void system_small_rooms(const iosrc_handle handles[2]);
/* How long one of them is not quite full after it would block, ns. */
extern const int64_t system_settling;
/* A pipe: [0] is read, [1] written. Answers 0, or -1 when there is none. */
int system_pipe(iosrc_handle handles[2]);

/* ---- socket.c: sockets of the loopback, 127.0.0.1 ---- */

/* Non-blocking, not inherited; type is IOSRC_TYPE_*. Fails the test. */
iosrc_handle system_socket(uint32_t type);
iosrc_status system_bind(iosrc_handle handle, uint16_t port);
iosrc_status system_listen(iosrc_handle handle, int backlog);
/* Of the connection under way or made, as the library sees the answer. */
iosrc_status system_connect(iosrc_handle handle, uint16_t port);
int system_is_under_way(iosrc_status status);
/* Non-blocking, not inherited, or -1, and then a status if it is asked for. */
iosrc_handle system_accept(iosrc_handle listener, iosrc_status *out_status);
uint16_t system_port(iosrc_handle handle); /* its own; fails the test */
/* Connects a datagram socket to whatever address another one has. */
iosrc_status system_connect_back(iosrc_handle handle, iosrc_handle other);
int system_has_peer(iosrc_handle handle);
/* SO_ERROR, which is forgotten thereby. */
iosrc_status system_take_error(iosrc_handle handle);
iosrc_status system_shutdown(iosrc_handle handle, iosrc_bits directions);
/* flags: IOSRC_RECV_*, IOSRC_SEND_*. No signal is raised. */
int64_t system_recv(iosrc_handle handle, void *data, size_t size,
    iosrc_flags flags);
int64_t system_send(iosrc_handle handle, const void *data, size_t size,
    iosrc_flags flags);
int64_t system_send_to(iosrc_handle handle, const void *data, size_t size,
    uint16_t port);

/* They fail the test. */
void system_no_delay(iosrc_handle handle);
void system_reset_on_close(iosrc_handle handle);
void system_send_buffer(iosrc_handle handle, int size);
void system_block(iosrc_handle handle); /* its calls block from here on */
void system_block_for(iosrc_handle handle, int64_t seconds);
/* An address of the loopback that this process alone uses, if there are
 * several, with port 0. */
void system_own_loopback(char *text, size_t size);
/* Is a port kept for a while from whoever wants it alone, after a connection
 * was closed from there (TIME_WAIT)? */
extern const int system_keeps_ports;
/* Is whoever has gone told to a writer as a reset, and not as a broken pipe,
 * each time? */
extern const int system_resets_for_good;
extern const int system_has_pipe_addresses; /* "pipe:..." */
int system_has_inet6(void);
int system_has_unix(uint32_t type); /* AF_UNIX sockets of an IOSRC_TYPE_* */
int system_has_pairs(uint32_t type);
int system_has_abstract(void);          /* names of AF_UNIX that are no paths */
iosrc_handle system_socket_inet6(void); /* a stream socket */
/* What the system itself says of an IOSRC_OPTION_*: of LINGER the seconds, of
 * flags 0 or 1. */
int64_t system_option(iosrc_handle handle, uint32_t option);
int system_has_multicast(void);       /* IP_MULTICAST_IF, asked of the system */
uint32_t system_loopback_index(void); /* of its interface; 0: none */

/* Codes of the system that change no readiness when do_io hears them, and
 * the one that means a connection under way. */
#define SYSTEM_ERROR_CODES 16
extern const int32_t system_error_codes[SYSTEM_ERROR_CODES];
extern const int32_t system_in_progress;

/* ---- thread.c ---- */

typedef struct system_thread_state *system_thread;

/* Both answer 0 when all is well. */
int system_thread_start(system_thread *out, void *(*body)(void *), void *user);
int system_thread_join(system_thread thread);
/* Joins it, and hands out what its body answered. */
int system_thread_result(system_thread thread, void **out);
void system_yield(void);

/* The signal of a broken pipe, if there is one, does what it usually does. */
void system_default_broken_pipe(void);

/* A handle that is closed behind the library's back, and its source that ends
 * then: between the two no other thread may open a socket where that kills the
 * system's server (Wine 8). Nothing is kept apart elsewhere. */
void system_gate_enter(void);
void system_gate_leave(void);

/* What disturbs a blocked thread and means nothing: a signal, a procedure call
 * that is queued to it. Caught and ignored from system_bear_disturbances on. */
typedef uintptr_t system_target;
void system_bear_disturbances(void);
system_target system_this_thread(void);
system_target system_thread_target(system_thread thread);
void system_disturb(system_target target);

/* ---- differences.c ---- */

/* Where what runs here is known not to be quite the system that it is meant to
 * be. A test that bears one is noted as gone without it. */
enum system_difference {
	SYSTEM_END_BEHIND_DATA,
	SYSTEM_RESET_SWALLOWED,
	SYSTEM_REFUSAL_SWALLOWED,
	SYSTEM_LATE_CLOSE,
	SYSTEM_UNCONNECTED_IS_INVALID,
	SYSTEM_FOREIGN_IS_BOUND,
	SYSTEM_NO_KEEP_ALIVE_TIMES,
	SYSTEM_LEFT_GROUP_IS_INVALID,
	SYSTEM_NO_INTERFACE_BY_INDEX,
	SYSTEM_NO_UNIX,
	SYSTEM_BOUND_FOR_GOOD,
	SYSTEM_BASE_OF_ANYTHING,
	SYSTEM_NO_WAIT_PACKETS,
	SYSTEM_DIFFERENCES
};
int system_differs(enum system_difference which);

/* ---- clock.c ---- */

long system_process_id(void);

int64_t system_now(void); /* monotonic, ns */
void system_sleep(int64_t ns);
int64_t system_process_cpu(void);      /* ns */
extern const int64_t system_cpu_grain; /* of either */
int64_t system_thread_cpu(void);       /* ns */
/* How often this thread gave up the processor to wait; 0 where nobody
 * counts. */
long system_thread_switches(void);
int64_t system_resident_size(void); /* bytes; 0 where nobody tells */

#endif
