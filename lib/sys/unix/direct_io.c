/* SPDX-License-Identifier: MIT
 *
 * direct_io.c: read and write on file descriptors.
 *
 * A write to a closed peer must not raise SIGPIPE. Sockets take send with
 * MSG_NOSIGNAL; what is no socket says so (ENOTSOCK) and gets RWF_NOSIGNAL,
 * which Linux 6.18 knows; what refuses that too is written plainly. What was
 * learnt stays in the source's traits.
 */
#include <config.h>

#include "sys/direct_io.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "source.h"
#include "status.h"

/* iosrc_buffer is struct iovec under a name that every system has. */
_Static_assert(sizeof(iosrc_buffer) == sizeof(struct iovec), "buffer size");
_Static_assert(offsetof(iosrc_buffer, data) == offsetof(struct iovec, iov_base),
    "buffer data");
_Static_assert(offsetof(iosrc_buffer, size) == offsetof(struct iovec, iov_len),
    "buffer size");

static const struct iovec *as_iovec(const iosrc_buffer *buffers)
{
	return (const struct iovec *)(const void *)buffers;
}

/* False: it was interrupted and has to be done again. What would block is the
 * most common of failures, and so has a short way. */
static inline bool is_done(ssize_t result, int64_t *out_answer)
{
	int code;

	*out_answer = result;
	if (result >= 0)
		return true;
	code = errno;
	if (code == EINTR)
		return false;
	*out_answer = code == EAGAIN ? IOSRC_E_WOULD_BLOCK
	                             : iosrc__status_from_errno(code);
	return true;
}

int64_t iosrc__direct_read_failed(iosrc_source *source, void *out_data,
    size_t size)
{
	int64_t answer;

	if (errno != EINTR)
		return iosrc__status_errno();
	while (!is_done(read((int)source->handle, out_data, size), &answer))
		;
	return answer;
}

int64_t iosrc__direct_readv(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	int64_t answer;

	while (!is_done(
	    readv((int)source->handle, as_iovec(buffers), (int)count), &answer))
		;
	return answer;
}

/* ---- writing ---- */

static ssize_t send_buffers(int fd, const iosrc_buffer *buffers, size_t count)
{
	struct msghdr message = {
		.msg_iov = (struct iovec *)(uintptr_t)as_iovec(buffers),
		.msg_iovlen = (uint16_t)count, /* an int in musl */
	};

	if (count == 1)
		return send(fd, buffers->data, buffers->size, MSG_NOSIGNAL);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

#if IOSRC_USE_PWRITEV2

#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100
#endif

static ssize_t write_silently(int fd, const iosrc_buffer *buffers, size_t count)
{
	return pwritev2(fd, as_iovec(buffers), (int)count, -1, RWF_NOSIGNAL);
}

#else

static ssize_t write_silently(int fd, const iosrc_buffer *buffers, size_t count)
{
	(void)fd;
	(void)buffers;
	(void)count;
	errno = EOPNOTSUPP;
	return -1;
}

#endif

static uint32_t nature(const iosrc_source *source)
{
	return atomic_load_explicit(&source->traits, memory_order_relaxed);
}

static void learn(iosrc_source *source, uint32_t trait)
{
	atomic_fetch_or_explicit(&source->traits, trait, memory_order_relaxed);
}

/* Refused as such, before anything was moved? */
static bool flag_refused(int code)
{
	return code == EOPNOTSUPP || code == ENOSYS || code == EINVAL ||
	    code == EPERM || code == ESPIPE;
}

static ssize_t write_plainly(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	int fd = (int)source->handle;

	if (!(nature(source) & IOSRC__SOURCE_SIGNALS)) {
		ssize_t result = write_silently(fd, buffers, count);

		if (result >= 0 || !flag_refused(errno))
			return result;
		learn(source, IOSRC__SOURCE_SIGNALS);
	}
	return writev(fd, as_iovec(buffers), (int)count);
}

static ssize_t write_once(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	ssize_t result;

	if (nature(source) & IOSRC__SOURCE_STREAM)
		return write_plainly(source, buffers, count);
	result = send_buffers((int)source->handle, buffers, count);
	if (result >= 0 || errno != ENOTSOCK)
		return result;
	learn(source, IOSRC__SOURCE_STREAM);
	return write_plainly(source, buffers, count);
}

int64_t iosrc__direct_writev(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	int64_t answer;

	while (!is_done(write_once(source, buffers, count), &answer))
		;
	return answer;
}

int64_t iosrc__direct_write_stream(iosrc_source *source, const void *data,
    size_t size)
{
	iosrc_buffer buffer = { (void *)(uintptr_t)data, size };

	return iosrc__direct_writev(source, &buffer, 1);
}

int64_t iosrc__direct_write_failed(iosrc_source *source, const void *data,
    size_t size)
{
	if (errno == ENOTSOCK)
		learn(source, IOSRC__SOURCE_STREAM);
	else if (errno != EINTR)
		return iosrc__status_errno();
	return iosrc__direct_write_stream(source, data, size);
}
