/* SPDX-License-Identifier: MIT
 *
 * pipe.h: pipes, whose calls of the system do not refuse to wait: what a
 * source over one keeps, and reads and writes that do not block.
 *
 * 1. A read asks first what is there and takes no more. To learn of data that
 *    is to come, a read of nothing is left pending: it takes nothing, so
 *    nothing is lost to whoever gets the handle back, but for messages of 0
 *    bytes, past which reads go anyway.
 * 2. A write goes out of memory of our own. What the pipe cannot take at once
 *    stays pending and counts as written; until it is, further writes would
 *    block.
 * 3. Directions are apart: each has its own operation, event and state.
 * 4. What is pending ends in a thread of the process's pool, to whose port the
 *    handle is bound (BindIoCompletionCallback): a pipe may go from poller to
 *    poller, and no operation is lost when the thread that began it ends, as
 *    the system ends those of a handle without a port. The program's own calls
 *    with the handle, beside ours or after it was given back, have their ends
 *    on that port, too: they are told by operation.h and left alone.
 * 5. Before Windows 8.1 a handle never leaves the port: whoever has used a pipe
 *    keeps the library in memory, for the packets that are still to come.
 */
#ifndef IOSRC_SYS_WINDOWS_PIPE_H
#define IOSRC_SYS_WINDOWS_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <winsock2.h>

#include <windows.h>

#include <iosrc_net.h>

#include "source.h"
#include "sys/windows/operation.h"

struct iosrc__pipe;

/* One direction: its operation, which is the system's while it is pending. */
struct iosrc__pipe_end {
	struct iosrc__operation operation;
	struct iosrc__pipe *pipe;
	bool pending;
};

/* Who is told, once, that an operation of one of these directions has ended. */
struct iosrc__pipe_watcher {
	void (*tell)(struct iosrc__pipe_watcher *watcher);
	iosrc_bits directions;
};

struct iosrc__pipe {
	SRWLOCK lock;
	CONDITION_VARIABLE ended; /* an operation has */
	HANDLE handle;
	unsigned references; /* the source's, and one an operation */
	unsigned records;    /* of pollers, which need the memory alone */
	bool reads;
	bool writes;
	bool blocks;  /* opened without FILE_FLAG_OVERLAPPED */
	bool message; /* what is written at once is read at once */
	bool empty;   /* a message of 0 bytes may be the next one */
	bool listens;
	bool accepting; /* a thread is about to change the handle */
	bool closes;    /* the last operation closes the handle */
	struct iosrc__pipe_end read;
	struct iosrc__pipe_end write;
	struct iosrc__pipe_watcher *watcher;
	void *room; /* of the write */
	size_t room_size;
	iosrc_status failed; /* what became of a write that was pending */
};

/* What a source over a pipe keeps, made on demand. */
iosrc_status iosrc__pipe_of(iosrc_source *source, struct iosrc__pipe **out);

int64_t iosrc__pipe_read(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count);
int64_t iosrc__pipe_write(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count);

static inline bool iosrc__pipe_is(const iosrc_source *source)
{
	return iosrc__source_has(source, IOSRC__SOURCE_PIPE);
}

/* A record of a poller that names the pipe: the source may be closed while
 * another thread ends the poller. */
void iosrc__pipe_hold(struct iosrc__pipe *pipe);
void iosrc__pipe_let_go(struct iosrc__pipe *pipe);

/* Ready bits as they are now. */
iosrc_bits iosrc__pipe_ready(struct iosrc__pipe *pipe);
/* Begins what tells of readiness in the watcher's directions. True: there is
 * something to be told now, and the watcher is not told later. */
bool iosrc__pipe_watch(struct iosrc__pipe *pipe,
    struct iosrc__pipe_watcher *watcher);
/* True: the watcher will not be told. False: it was, or is being told. */
bool iosrc__pipe_unwatch(struct iosrc__pipe *pipe,
    struct iosrc__pipe_watcher *watcher);

/* Ends what is pending, a write excepted: that goes on, and with it the handle
 * if it shall be closed. */
iosrc_status iosrc__pipe_end(iosrc_source *source, bool closes);

/* Takes the client of a listener, whose handle it gets, and goes on listening
 * with a new one. */
iosrc_status iosrc__pipe_accept(iosrc_source *source, iosrc_handle *out_handle);

/* ---- pipe_open.c ---- */

/* Two ends, the second one to write to. */
iosrc_status iosrc__pipe_open(iosrc_handle out_handles[2]);
iosrc_status iosrc__pipe_listen(const iosrc_address *address, uint32_t type,
    iosrc_handle *out_handle);
iosrc_status iosrc__pipe_connect(const iosrc_address *address, uint32_t type,
    iosrc_handle *out_handle);
/* Another instance of the pipe that a listener's handle is one of. */
iosrc_status iosrc__pipe_listen_again(const struct iosrc__pipe *pipe,
    HANDLE *out_handle);

#endif
