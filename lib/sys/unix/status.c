/* SPDX-License-Identifier: MIT
 *
 * status.c: the one file that knows errno numbers. One row for each
 * errno that sockets, pipes, pollers and the files behind them give; a number
 * without a row is carried all the same, with kind OTHER and no name.
 *
 * strerror_r has two shapes. This file asks for that of POSIX, which answers
 * an int, on every libc: glibc gives its own one under _GNU_SOURCE, so
 * config.h is not included here.
 */
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L

#include "status.h"

#include <errno.h>
#include <string.h>

struct os_status {
	int32_t code;
	iosrc_kind kind;
	const char *name;
};

struct usual_code {
	iosrc_status status;
	int32_t code;
};

#define OS_STATUS(name, kind) \
	{ \
		name, IOSRC_KIND_##kind, #name \
	}

/* Where two names share a number the first row wins: EAGAIN, EOPNOTSUPP. */
static const struct os_status os_statuses[] = {
	OS_STATUS(E2BIG, INVALID),
	OS_STATUS(EACCES, PERMISSION),
	OS_STATUS(EADDRINUSE, ADDRESS_IN_USE),
	OS_STATUS(EADDRNOTAVAIL, ADDRESS_INVALID),
	OS_STATUS(EAFNOSUPPORT, UNSUPPORTED),
	OS_STATUS(EAGAIN, WOULD_BLOCK),
	OS_STATUS(EALREADY, IN_PROGRESS),
	OS_STATUS(EBADF, BAD_HANDLE),
	OS_STATUS(EBADMSG, OTHER),
	OS_STATUS(EBUSY, OTHER),
	OS_STATUS(ECANCELED, OTHER),
	OS_STATUS(ECHILD, OTHER),
	OS_STATUS(ECONNABORTED, CONNECTION_ABORTED),
	OS_STATUS(ECONNREFUSED, CONNECTION_REFUSED),
	OS_STATUS(ECONNRESET, CONNECTION_RESET),
	OS_STATUS(EDEADLK, OTHER),
	OS_STATUS(EDESTADDRREQ, NOT_CONNECTED),
	OS_STATUS(EDOM, INVALID),
	OS_STATUS(EDQUOT, LIMIT),
	OS_STATUS(EEXIST, EXISTS),
	OS_STATUS(EFAULT, INVALID),
	OS_STATUS(EFBIG, LIMIT),
	OS_STATUS(EHOSTUNREACH, UNREACHABLE),
	OS_STATUS(EIDRM, OTHER),
	OS_STATUS(EILSEQ, INVALID),
	OS_STATUS(EINPROGRESS, IN_PROGRESS),
	OS_STATUS(EINTR, INTERRUPTED),
	OS_STATUS(EINVAL, INVALID),
	OS_STATUS(EIO, OTHER),
	OS_STATUS(EISCONN, OTHER),
	OS_STATUS(EISDIR, OTHER),
	OS_STATUS(ELOOP, INVALID),
	OS_STATUS(EMFILE, LIMIT),
	OS_STATUS(EMLINK, LIMIT),
	OS_STATUS(EMSGSIZE, MESSAGE_SIZE),
	OS_STATUS(ENAMETOOLONG, INVALID),
	OS_STATUS(ENETDOWN, UNREACHABLE),
	OS_STATUS(ENETRESET, CONNECTION_RESET),
	OS_STATUS(ENETUNREACH, UNREACHABLE),
	OS_STATUS(ENFILE, LIMIT),
	OS_STATUS(ENOBUFS, LIMIT),
	OS_STATUS(ENODEV, NOT_FOUND),
	OS_STATUS(ENOENT, NOT_FOUND),
	OS_STATUS(ENOEXEC, OTHER),
	OS_STATUS(ENOLCK, LIMIT),
	OS_STATUS(ENOMEM, NO_MEMORY),
	OS_STATUS(ENOMSG, OTHER),
	OS_STATUS(ENOPROTOOPT, UNSUPPORTED),
	OS_STATUS(ENOSPC, LIMIT),
	OS_STATUS(ENOSYS, UNSUPPORTED),
	OS_STATUS(ENOTCONN, NOT_CONNECTED),
	OS_STATUS(ENOTDIR, NOT_FOUND),
	OS_STATUS(ENOTEMPTY, OTHER),
	OS_STATUS(ENOTRECOVERABLE, OTHER),
	OS_STATUS(ENOTSOCK, BAD_HANDLE),
	OS_STATUS(ENOTTY, UNSUPPORTED),
	OS_STATUS(ENXIO, NOT_FOUND),
	OS_STATUS(EOPNOTSUPP, UNSUPPORTED),
	OS_STATUS(ENOTSUP, UNSUPPORTED),
	OS_STATUS(EOVERFLOW, INVALID),
	OS_STATUS(EOWNERDEAD, OTHER),
	OS_STATUS(EPERM, PERMISSION),
	OS_STATUS(EPIPE, BROKEN_PIPE),
	OS_STATUS(EPROTO, OTHER),
	OS_STATUS(EPROTONOSUPPORT, UNSUPPORTED),
	OS_STATUS(EPROTOTYPE, INVALID),
	OS_STATUS(ERANGE, LIMIT),
	OS_STATUS(EROFS, PERMISSION),
	OS_STATUS(ESPIPE, UNSUPPORTED),
	OS_STATUS(ESRCH, NOT_FOUND),
	OS_STATUS(ESTALE, OTHER),
	OS_STATUS(ETIMEDOUT, TIMED_OUT),
	OS_STATUS(ETXTBSY, OTHER),
	OS_STATUS(EWOULDBLOCK, WOULD_BLOCK),
	OS_STATUS(EXDEV, OTHER),
#ifdef __linux__
	OS_STATUS(EADV, OTHER),
	OS_STATUS(EBADFD, BAD_HANDLE),
	OS_STATUS(ECOMM, OTHER),
	OS_STATUS(EHOSTDOWN, UNREACHABLE),
	OS_STATUS(EKEYEXPIRED, OTHER),
	OS_STATUS(EKEYREJECTED, OTHER),
	OS_STATUS(EKEYREVOKED, OTHER),
	OS_STATUS(EMULTIHOP, OTHER),
	OS_STATUS(ENODATA, OTHER),
	OS_STATUS(ENOKEY, OTHER),
	OS_STATUS(ENOLINK, OTHER),
	OS_STATUS(ENONET, UNREACHABLE),
	OS_STATUS(ENOPKG, UNSUPPORTED),
	OS_STATUS(ENOSR, LIMIT),
	OS_STATUS(ENOSTR, UNSUPPORTED),
	OS_STATUS(ENOTUNIQ, OTHER),
	OS_STATUS(EPFNOSUPPORT, UNSUPPORTED),
	OS_STATUS(EREMOTEIO, OTHER),
	OS_STATUS(ERESTART, INTERRUPTED),
	OS_STATUS(ERFKILL, UNREACHABLE),
	OS_STATUS(ESHUTDOWN, BROKEN_PIPE),
	OS_STATUS(ESOCKTNOSUPPORT, UNSUPPORTED),
	OS_STATUS(ETIME, TIMED_OUT),
	OS_STATUS(ETOOMANYREFS, LIMIT),
	OS_STATUS(EUNATCH, OTHER),
	OS_STATUS(EUSERS, LIMIT),
#endif
};

/* What a program that only knows errno would expect of a library status. */
static const struct usual_code usual_codes[] = {
	{ IOSRC_E_WOULD_BLOCK, EAGAIN },
	{ IOSRC_E_INVALID, EINVAL },
	{ IOSRC_E_UNSUPPORTED, EOPNOTSUPP },
	{ IOSRC_E_NO_MEMORY, ENOMEM },
	{ IOSRC_E_ALREADY_REGISTERED, EEXIST },
	{ IOSRC_E_NOT_REGISTERED, ENOENT },
	{ IOSRC_E_WRONG_POLLER, EXDEV },
	{ IOSRC_E_CLOSED, EBADF },
	{ IOSRC_E_FORKED, ECHILD },
	{ IOSRC_E_INTERRUPTED, EINTR },
	{ IOSRC_E_NO_SPACE, ERANGE },
};

static const struct os_status *find(int32_t code)
{
	size_t count = sizeof os_statuses / sizeof *os_statuses;

	for (size_t i = 0; i < count; i++)
		if (os_statuses[i].code == code)
			return &os_statuses[i];
	return NULL;
}

iosrc_status iosrc__os_status_portable(int32_t code)
{
	/* The common case, first. POSIX lets EWOULDBLOCK be another number;
	 * the table knows it then. */
	if (code == EAGAIN)
		return IOSRC_E_WOULD_BLOCK;
	if (iosrc__os_status_kind(code) == IOSRC_KIND_WOULD_BLOCK)
		return IOSRC_E_WOULD_BLOCK;
	return IOSRC_OK;
}

iosrc_kind iosrc__os_status_kind(int32_t code)
{
	const struct os_status *row = find(code);

	return row ? row->kind : IOSRC_KIND_OTHER;
}

const char *iosrc__os_status_name(int32_t code)
{
	const struct os_status *row = find(code);

	return row ? row->name : NULL;
}

int iosrc__os_status_message(int32_t code, char *out_text, size_t size)
{
	int saved = errno;
	int failed;

	if (code <= 0)
		return 0;
	failed = strerror_r(code, out_text, size);
	errno = saved;
	return !failed && out_text[0] != '\0';
}

int32_t iosrc__os_status_usual(iosrc_status status)
{
	size_t count = sizeof usual_codes / sizeof *usual_codes;

	for (size_t i = 0; i < count; i++)
		if (usual_codes[i].status == status)
			return usual_codes[i].code;
	return 0;
}

int32_t iosrc__os_status_last(void)
{
	return errno;
}
