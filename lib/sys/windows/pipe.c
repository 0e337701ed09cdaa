/* SPDX-License-Identifier: MIT
 *
 * pipe.c: reads, writes and readiness of pipes. The ways are told in pipe.h.
 *
 * The lock is held around the calls of the system, none of which waits: the
 * write of a handle that can only block does, without it. The memory lives
 * until the last operation has ended.
 */
#include <config.h>

#include "sys/windows/pipe.h"

#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "status.h"
#include "sys/windows/nt.h"
#include "sys/windows/nt_status.h"

/* What one write of a byte pipe carries at most. Messages are never cut. */
#define WRITE_MOST 65536

#define ALL_CLOSED (IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)

/* Of the system's answers to one who waits for nothing. */
static bool is_over(DWORD code)
{
	return code == ERROR_BROKEN_PIPE || code == ERROR_PIPE_NOT_CONNECTED ||
	    code == ERROR_HANDLE_EOF;
}

/* ---- making ---- */

/* Which ways a handle is open. If it cannot be asked, a call will tell. */
static void find_access(struct iosrc__pipe *pipe)
{
	PUBLIC_OBJECT_BASIC_INFORMATION about = {
		.GrantedAccess = FILE_READ_DATA | FILE_WRITE_DATA
	};

	NtQueryObject(pipe->handle, ObjectBasicInformation, &about,
	    sizeof(about), NULL);
	pipe->reads = (about.GrantedAccess & FILE_READ_DATA) != 0;
	pipe->writes = (about.GrantedAccess & FILE_WRITE_DATA) != 0;
}

/* Is it a pipe, and how was it opened? */
static iosrc_status find_nature(struct iosrc__pipe *pipe)
{
	FILE_PIPE_LOCAL_INFORMATION about;
	ULONG mode = 0;
	IO_STATUS_BLOCK done;
	NTSTATUS status = NtQueryInformationFile(pipe->handle, &done, &about,
	    sizeof(about), FilePipeLocalInformation);

	if (status == IOSRC__NT_INVALID_HANDLE ||
	    status == IOSRC__NT_WRONG_TYPE)
		return iosrc__status_from_nt(status);
	/* One that was disconnected is a pipe still; what is no pipe is not
	 * asked for its state. */
	if (status < 0 && GetFileType(pipe->handle) != FILE_TYPE_PIPE)
		return iosrc_status_from_os(ERROR_INVALID_HANDLE);
	if (NtQueryInformationFile(pipe->handle, &done, &mode, sizeof(mode),
	        FileModeInformation) < 0)
		mode = 0;
	find_access(pipe);
	pipe->listens |= status >= 0 &&
	    about.NamedPipeState == IOSRC__NT_PIPE_LISTENING;
	pipe->message = status >= 0 &&
	    about.NamedPipeType == IOSRC__NT_PIPE_MESSAGES;
	pipe->blocks = (mode &
	                   (FILE_SYNCHRONOUS_IO_ALERT |
	                       FILE_SYNCHRONOUS_IO_NONALERT)) != 0;
	return IOSRC_OK;
}

static void free_pipe(struct iosrc__pipe *pipe)
{
	free(pipe->room);
	free(pipe);
}

/* Lets go of the lock, and of what nobody needs any more. */
static void leave(struct iosrc__pipe *pipe)
{
	bool unused = pipe->references == 0;
	bool closes = unused && pipe->closes;
	bool last = unused && pipe->records == 0;
	HANDLE handle = pipe->handle;

	if (closes)
		pipe->closes = false;
	ReleaseSRWLockExclusive(&pipe->lock);
	if (closes)
		CloseHandle(handle);
	if (last)
		free_pipe(pipe);
}

/* Lets go of the lock and of a reference. */
static void let_go(struct iosrc__pipe *pipe)
{
	pipe->references--;
	leave(pipe);
}

void iosrc__pipe_hold(struct iosrc__pipe *pipe)
{
	AcquireSRWLockExclusive(&pipe->lock);
	pipe->records++;
	ReleaseSRWLockExclusive(&pipe->lock);
}

void iosrc__pipe_let_go(struct iosrc__pipe *pipe)
{
	AcquireSRWLockExclusive(&pipe->lock);
	pipe->records--;
	leave(pipe);
}

/* What a write has met is answered by the next. */
static void end_operation(struct iosrc__pipe_end *end, DWORD code)
{
	struct iosrc__pipe *pipe = end->pipe;
	bool writing = end == &pipe->write;
	struct iosrc__pipe_watcher *watcher;

	AcquireSRWLockExclusive(&pipe->lock);
	end->pending = false;
	if (writing && code != ERROR_SUCCESS)
		pipe->failed = iosrc_status_from_os((int32_t)code);
	watcher = pipe->watcher;
	if (watcher &&
	    watcher->directions & (writing ? IOSRC_WRITABLE : IOSRC_READABLE))
		pipe->watcher = NULL;
	else
		watcher = NULL;
	WakeAllConditionVariable(&pipe->ended);
	let_go(pipe);
	if (watcher)
		watcher->tell(watcher);
}

/* In a thread of the pool, to whose port the program's own calls come, too. */
static VOID CALLBACK operation_ended(DWORD code, DWORD count,
    OVERLAPPED *overlapped)
{
	struct iosrc__operation *operation = iosrc__operation_take(overlapped);

	(void)count;
	if (operation)
		end_operation(CONTAINING_RECORD(operation,
		                  struct iosrc__pipe_end, operation),
		    code);
}

/* Packets may come for as long as the handle lives, whoever has it then. */
static bool stay_loaded(void)
{
	HMODULE here;

	return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
	        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
	    (LPCWSTR)(uintptr_t)operation_ended, &here);
}

/* A handle that is bound already is taken for one that we have bound before,
 * for it cannot be asked; the header says that it may have no other port. */
static void bind_handle(struct iosrc__pipe *pipe)
{
	if (pipe->blocks)
		return;
	if (!stay_loaded() ||
	    (!BindIoCompletionCallback(pipe->handle, operation_ended, 0) &&
	        GetLastError() != ERROR_INVALID_PARAMETER))
		pipe->blocks = true;
	else if (!SetFileCompletionNotificationModes(pipe->handle,
	             FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
		pipe->blocks = true;
}

static iosrc_status make_pipe(HANDLE handle, bool listens,
    struct iosrc__pipe **out)
{
	struct iosrc__pipe *pipe = calloc(1, sizeof(*pipe));
	iosrc_status status;

	if (!pipe)
		return IOSRC_E_NO_MEMORY;
	InitializeSRWLock(&pipe->lock);
	InitializeConditionVariable(&pipe->ended);
	pipe->references = 1;
	pipe->handle = handle;
	pipe->listens = listens;
	pipe->read.pipe = pipe;
	pipe->write.pipe = pipe;
	status = find_nature(pipe);
	if (status < 0) {
		free_pipe(pipe);
		return status;
	}
	bind_handle(pipe);
	*out = pipe;
	return IOSRC_OK;
}

/* Two threads may be first: one of their pipes stays. */
iosrc_status iosrc__pipe_of(iosrc_source *source, struct iosrc__pipe **out)
{
	struct iosrc__pipe *pipe = atomic_load_explicit(&source->pipe,
	    memory_order_acquire);
	struct iosrc__pipe *first = NULL;
	iosrc_status status;

	*out = pipe;
	if (pipe)
		return IOSRC_OK;
	status = make_pipe((HANDLE)source->handle,
	    iosrc__source_has(source, IOSRC__SOURCE_LISTENS), &pipe);
	if (status < 0)
		return status;
	*out = pipe;
	if (atomic_compare_exchange_strong_explicit(&source->pipe, &first, pipe,
	        memory_order_acq_rel, memory_order_acquire))
		return IOSRC_OK;
	free_pipe(pipe);
	*out = first;
	return IOSRC_OK;
}

/* ---- operations; the lock is held from here on ---- */

/* What was begun has not ended: end_operation ends it. */
static void leave_pending(struct iosrc__pipe_end *end)
{
	end->pending = true;
	end->pipe->references++;
}

/* Was the operation begun, and has it not ended? */
static bool is_pending(struct iosrc__pipe_end *end, BOOL ended)
{
	DWORD code = ended ? ERROR_SUCCESS : GetLastError();
	bool pending = code == ERROR_IO_PENDING;

	if (pending || !iosrc__operation_forget(&end->operation))
		leave_pending(end);
	SetLastError(code);
	return pending;
}

/* A handle that somebody bound to a port of their own tells nothing: its memory
 * is kept. */
static void take_back(struct iosrc__pipe *pipe, struct iosrc__pipe_end *end)
{
	enum { PATIENCE_MS = 2000 };

	if (end->pending)
		CancelIoEx(pipe->handle, &end->operation.overlapped);
	while (end->pending &&
	    SleepConditionVariableSRW(&pipe->ended, &pipe->lock, PATIENCE_MS,
	        0))
		;
}

/* An operation that is to end while we look. Its event keeps its packet from
 * the port: that is what the low bit is for. */
static DWORD end_now(const struct iosrc__pipe *pipe, OVERLAPPED *operation,
    BOOL begun, bool waits, DWORD *out_count)
{
	DWORD code = begun ? ERROR_SUCCESS : GetLastError();

	if (!begun && code != ERROR_IO_PENDING && code != ERROR_MORE_DATA)
		return code;
	if (code == ERROR_IO_PENDING && !waits)
		CancelIoEx(pipe->handle, operation);
	return GetOverlappedResult(pipe->handle, operation, out_count, TRUE)
	    ? ERROR_SUCCESS
	    : GetLastError();
}

/* The event of one; NULL: none can be had. */
static HANDLE make_event(OVERLAPPED *out)
{
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

	*out = (OVERLAPPED){ .hEvent = (HANDLE)((uintptr_t)event | 1) };
	return event;
}

/* ---- reading ---- */

/* What there is to read, or a Win32 code. */
static DWORD peek(const struct iosrc__pipe *pipe, DWORD *out_count)
{
	return PeekNamedPipe(pipe->handle, NULL, 0, NULL, out_count, NULL)
	    ? ERROR_SUCCESS
	    : GetLastError();
}

/* IOSRC__NT_PIPE_*; what cannot be asked is disconnected. */
static ULONG state_of(const struct iosrc__pipe *pipe)
{
	FILE_PIPE_LOCAL_INFORMATION about;
	IO_STATUS_BLOCK done;

	return NtQueryInformationFile(pipe->handle, &done, &about,
	           sizeof(about), FilePipeLocalInformation) < 0
	    ? IOSRC__NT_PIPE_DISCONNECTED
	    : about.NamedPipeState;
}

static iosrc_status refused(DWORD code)
{
	/* A pipe that is not open for it, as Unix tells it. */
	return iosrc_status_from_os(
	    code == ERROR_ACCESS_DENIED ? ERROR_INVALID_HANDLE : (int32_t)code);
}

/* There was something, but another process with the same pipe may have taken
 * it: then the read is taken back. The answer is a Win32 code. */
static DWORD read_now(const struct iosrc__pipe *pipe, void *out_data,
    DWORD size, DWORD *out_count)
{
	OVERLAPPED operation;
	HANDLE event = make_event(&operation);
	DWORD code;

	*out_count = 0;
	if (!event)
		return GetLastError();
	code = end_now(pipe, &operation,
	    ReadFile(pipe->handle, out_data, size, NULL, &operation), false,
	    out_count);
	CloseHandle(event);
	return code;
}

/* Nothing can be read, yet a read tells more and does not wait: of an empty
 * message, or of the end behind one. Byte pipes keep no empty writes. */
static bool hides_more(struct iosrc__pipe *pipe)
{
	bool empty = pipe->empty;

	pipe->empty = false;
	return empty ||
	    (pipe->message && state_of(pipe) == IOSRC__NT_PIPE_CLOSING);
}

/* A write of nothing is read as nothing, and what is behind it is not seen
 * before. ERROR_IO_PENDING: there is no more for now. */
static DWORD read_past_empty(struct iosrc__pipe *pipe, void *out_data,
    size_t size, DWORD *out_count)
{
	enum { EMPTY_MOST = 1000 }; /* others may write them as fast */
	DWORD most = UINT32_MAX;
	DWORD there;
	DWORD code;

	*out_count = 0;
	for (unsigned i = 0; i < EMPTY_MOST; i++) {
		code = peek(pipe, &there);
		if (code != ERROR_SUCCESS || size == 0)
			return code;
		if (there == 0 && !hides_more(pipe))
			break;
		if (there)
			most = there;
		code = read_now(pipe, out_data,
		    size < most ? (DWORD)size : most, out_count);
		if (code != ERROR_SUCCESS || *out_count)
			return code;
	}
	return ERROR_IO_PENDING;
}

static int64_t read_locked(struct iosrc__pipe *pipe, void *out_data,
    size_t size, bool *out_more)
{
	DWORD count;
	DWORD code = read_past_empty(pipe, out_data, size, &count);

	/* The rest of a message waits for the next read. */
	*out_more = code == ERROR_MORE_DATA;
	if (code == ERROR_SUCCESS || code == ERROR_MORE_DATA)
		return count;
	if (code == ERROR_IO_PENDING || code == ERROR_OPERATION_ABORTED)
		return IOSRC_E_WOULD_BLOCK;
	return is_over(code) ? 0 : refused(code);
}

/* Into one buffer after the other, while there is something for it. A message
 * is not put together with the next one. */
static int64_t read_buffers(struct iosrc__pipe *pipe,
    const iosrc_buffer *buffers, size_t count)
{
	int64_t total = 0;

	for (size_t i = 0; i < count; i++) {
		bool more;
		int64_t got = read_locked(pipe, buffers[i].data,
		    buffers[i].size, &more);

		if (got < 0)
			return total ? total : got;
		total += got;
		if ((size_t)got < buffers[i].size ||
		    (pipe->message && buffers[i].size && !more))
			break;
	}
	return total;
}

int64_t iosrc__pipe_read(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	struct iosrc__pipe *pipe;
	int64_t got = iosrc__pipe_of(source, &pipe);

	if (got < 0)
		return got;
	AcquireSRWLockExclusive(&pipe->lock);
	got = read_buffers(pipe, buffers, count);
	ReleaseSRWLockExclusive(&pipe->lock);
	return got;
}

/* ---- writing ---- */

static bool make_room(struct iosrc__pipe *pipe, size_t size)
{
	void *room;

	if (size <= pipe->room_size)
		return true;
	room = realloc(pipe->room, size);
	if (!room)
		return false;
	pipe->room = room;
	pipe->room_size = size;
	return true;
}

/* `size` bytes, which the buffers have. */
static void gather(void *room, const iosrc_buffer *buffers, size_t size)
{
	for (size_t at = 0; at < size; buffers++) {
		size_t piece = buffers->size < size - at ? buffers->size
		                                         : size - at;

		memcpy((unsigned char *)room + at, buffers->data, piece);
		at += piece;
	}
}

/* How much one write carries. */
static size_t size_of(const struct iosrc__pipe *pipe,
    const iosrc_buffer *buffers, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += buffers[i].size;
	return !pipe->message && size > WRITE_MOST ? WRITE_MOST : size;
}

static int64_t write_new(struct iosrc__pipe *pipe, const iosrc_buffer *buffers,
    size_t size)
{
	DWORD count = 0;
	BOOL ended;

	if (!make_room(pipe, size))
		return IOSRC_E_NO_MEMORY;
	gather(pipe->room, buffers, size);
	iosrc__operation_begin(&pipe->write.operation);
	ended = WriteFile(pipe->handle, pipe->room, (DWORD)size, &count,
	    &pipe->write.operation.overlapped);
	if (is_pending(&pipe->write, ended))
		return (int64_t)size;
	return ended ? (int64_t)count : refused(GetLastError());
}

static int64_t write_locked(struct iosrc__pipe *pipe,
    const iosrc_buffer *buffers, size_t count)
{
	iosrc_status failed = pipe->failed;
	size_t size = size_of(pipe, buffers, count);

	if (pipe->write.pending)
		return IOSRC_E_WOULD_BLOCK;
	pipe->failed = IOSRC_OK;
	if (failed)
		return failed;
	return size == 0 ? 0 : write_new(pipe, buffers, size);
}

/* ---- writing to a handle that can only block; the lock is not held ---- */

static int64_t write_out(const struct iosrc__pipe *pipe, const void *data,
    DWORD size)
{
	OVERLAPPED operation;
	HANDLE event = make_event(&operation);
	DWORD count = 0;
	DWORD code;

	if (!event)
		return iosrc_status_last_os();
	code = end_now(pipe, &operation,
	    WriteFile(pipe->handle, data, size, NULL, &operation), true,
	    &count);
	CloseHandle(event);
	return code == ERROR_SUCCESS ? (int64_t)count : refused(code);
}

/* Several threads may be at it, each with memory of its own. */
static int64_t write_blocking(const struct iosrc__pipe *pipe,
    const iosrc_buffer *buffers, size_t count)
{
	size_t size = size_of(pipe, buffers, count);
	void *room;
	int64_t put;

	if (size == 0)
		return 0;
	if (buffers[0].size >= size)
		return write_out(pipe, buffers[0].data, (DWORD)size);
	room = malloc(size);
	if (!room)
		return IOSRC_E_NO_MEMORY;
	gather(room, buffers, size);
	put = write_out(pipe, room, (DWORD)size);
	free(room);
	return put;
}

int64_t iosrc__pipe_write(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	struct iosrc__pipe *pipe;
	int64_t put = iosrc__pipe_of(source, &pipe);

	if (put < 0)
		return put;
	if (pipe->blocks)
		return write_blocking(pipe, buffers, count);
	AcquireSRWLockExclusive(&pipe->lock);
	put = write_locked(pipe, buffers, count);
	ReleaseSRWLockExclusive(&pipe->lock);
	return put;
}

/* ---- readiness ---- */

/* A client that came and went counts as one that came. */
static bool has_client(const struct iosrc__pipe *pipe)
{
	ULONG state = state_of(pipe);

	return state == IOSRC__NT_PIPE_CONNECTED ||
	    state == IOSRC__NT_PIPE_CLOSING;
}

static iosrc_bits ready_locked(struct iosrc__pipe *pipe)
{
	iosrc_bits ready = 0;
	DWORD there = 0;
	ULONG state;

	if (pipe->listens)
		return has_client(pipe) ? IOSRC_READABLE : 0;
	state = state_of(pipe);
	if (pipe->reads &&
	    (is_over(peek(pipe, &there)) || there > 0 || pipe->empty))
		ready |= IOSRC_READABLE;
	if (pipe->writes && !pipe->write.pending)
		ready |= IOSRC_WRITABLE;
	if (state != IOSRC__NT_PIPE_CLOSING &&
	    state != IOSRC__NT_PIPE_DISCONNECTED)
		return ready;
	/* As poll(2) on Unix: who reads sees the end, who can write alone an
	 * error. */
	if (!pipe->reads)
		return ready | IOSRC_ERROR | IOSRC_WRITE_CLOSED;
	return ready | IOSRC_READABLE | ALL_CLOSED;
}

iosrc_bits iosrc__pipe_ready(struct iosrc__pipe *pipe)
{
	iosrc_bits ready;

	AcquireSRWLockExclusive(&pipe->lock);
	ready = ready_locked(pipe);
	ReleaseSRWLockExclusive(&pipe->lock);
	return ready;
}

/* A read of nothing is left pending; false: it has ended at once. If there is
 * nothing to read all the same, it met an empty message, which some systems
 * leave where it is: then the next read of the caller takes it away. */
static bool read_nothing(struct iosrc__pipe *pipe)
{
	DWORD there = 0;
	BOOL ended;

	pipe->empty = false;
	if (pipe->read.pending || !pipe->reads)
		return true;
	iosrc__operation_begin(&pipe->read.operation);
	ended = ReadFile(pipe->handle, pipe, 0, NULL,
	    &pipe->read.operation.overlapped);
	if (is_pending(&pipe->read, ended))
		return true;
	pipe->empty = ended && pipe->message &&
	    peek(pipe, &there) == ERROR_SUCCESS && there == 0;
	return false;
}

/* A wait for a client is left pending; false: there is one. */
static bool listen_for_client(struct iosrc__pipe *pipe)
{
	if (pipe->read.pending)
		return true;
	iosrc__operation_begin(&pipe->read.operation);
	return is_pending(&pipe->read,
	    ConnectNamedPipe(pipe->handle, &pipe->read.operation.overlapped));
}

/* What ends between the two is seen by the second. */
bool iosrc__pipe_watch(struct iosrc__pipe *pipe,
    struct iosrc__pipe_watcher *watcher)
{
	const iosrc_bits ends = IOSRC_ERROR | ALL_CLOSED;
	bool now = false;

	AcquireSRWLockExclusive(&pipe->lock);
	if (watcher->directions & IOSRC_READABLE)
		now = pipe->listens ? !listen_for_client(pipe)
		                    : !read_nothing(pipe);
	now |= (ready_locked(pipe) & (watcher->directions | ends)) != 0;
	if (!now)
		pipe->watcher = watcher;
	ReleaseSRWLockExclusive(&pipe->lock);
	return now;
}

bool iosrc__pipe_unwatch(struct iosrc__pipe *pipe,
    struct iosrc__pipe_watcher *watcher)
{
	bool found;

	AcquireSRWLockExclusive(&pipe->lock);
	found = pipe->watcher == watcher;
	if (found)
		pipe->watcher = NULL;
	ReleaseSRWLockExclusive(&pipe->lock);
	return found;
}

/* ---- accepting ---- */

/* Is there a client, for this thread to take? Else one is waited for. */
static bool begin_accept(struct iosrc__pipe *pipe)
{
	bool begun;

	AcquireSRWLockExclusive(&pipe->lock);
	begun = !pipe->accepting &&
	    (has_client(pipe) || !listen_for_client(pipe));
	if (begun)
		pipe->accepting = true;
	ReleaseSRWLockExclusive(&pipe->lock);
	return begun;
}

static void end_accept(struct iosrc__pipe *pipe, HANDLE handle)
{
	AcquireSRWLockExclusive(&pipe->lock);
	if (pipe->handle != handle) {
		pipe->handle = handle;
		bind_handle(pipe);
	}
	pipe->accepting = false;
	ReleaseSRWLockExclusive(&pipe->lock);
}

/* The lock is not held while the source changes its handle, for its poller has
 * locks of its own above this one. */
iosrc_status iosrc__pipe_accept(iosrc_source *source, iosrc_handle *out_handle)
{
	struct iosrc__pipe *pipe;
	iosrc_status status = iosrc__pipe_of(source, &pipe);
	HANDLE accepted, next;

	if (status < 0)
		return status;
	if (!pipe->listens)
		return iosrc_status_from_os(ERROR_INVALID_HANDLE);
	if (pipe->blocks)
		return IOSRC_E_UNSUPPORTED;
	if (!begin_accept(pipe))
		return IOSRC_E_WOULD_BLOCK;
	accepted = pipe->handle;
	status = iosrc__pipe_listen_again(pipe, &next);
	if (status < 0)
		goto leave_client;
	status = iosrc__source_move(source, (iosrc_handle)next);
	if (status < 0)
		goto close_next;
	end_accept(pipe, next);
	*out_handle = (iosrc_handle)accepted;
	return IOSRC_OK;

close_next:
	CloseHandle(next);
leave_client:
	end_accept(pipe, accepted);
	return status;
}

/* ---- the end ---- */

static iosrc_status close_if(bool closes, HANDLE handle)
{
	return !closes || CloseHandle(handle) ? IOSRC_OK
	                                      : iosrc_status_last_os();
}

/* From Windows 8.1 on a handle can be taken from its port, so that who gets it
 * back may bind it to another. Elsewhere it stays with that of the pool. */
static void unbind(const struct iosrc__pipe *pipe)
{
	struct iosrc__nt_completion none = { NULL, NULL };
	IO_STATUS_BLOCK done;

	(void)NtSetInformationFile(pipe->handle, &done, &none, sizeof(none),
	    IOSRC__NT_REPLACE_COMPLETION);
}

/* A write that is pending was counted as written: the reader is given it, and
 * then the end. */
iosrc_status iosrc__pipe_end(iosrc_source *source, bool closes)
{
	struct iosrc__pipe *pipe = atomic_load_explicit(&source->pipe,
	    memory_order_acquire);
	iosrc_status status = IOSRC_OK;

	if (!pipe)
		return close_if(closes, (HANDLE)source->handle);
	AcquireSRWLockExclusive(&pipe->lock);
	take_back(pipe, &pipe->read);
	if (pipe->write.pending)
		pipe->closes = closes;
	else if (closes)
		status = close_if(true, pipe->handle);
	else
		unbind(pipe);
	let_go(pipe);
	return status;
}
