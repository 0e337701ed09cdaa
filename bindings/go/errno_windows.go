// SPDX-License-Identifier: MIT

package iosrc

import (
	"errors"
	"syscall"
)

// Go's package syscall does not name it.
const wsaeWouldBlock = syscall.Errno(10035)

// Beside the system's numbers Go makes up some for the names of Unix; the
// library does not know those.
func kindOfErrno(code syscall.Errno) Kind {
	switch code {
	case syscall.EAGAIN, syscall.EWOULDBLOCK:
		return KindWouldBlock
	case syscall.EINVAL, syscall.EFAULT:
		return KindInvalid
	case syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EAFNOSUPPORT,
		syscall.EPFNOSUPPORT, syscall.EPROTONOSUPPORT,
		syscall.ESOCKTNOSUPPORT, syscall.ENOPROTOOPT:
		return KindUnsupported
	case syscall.ENOMEM:
		return KindNoMemory
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOSPC:
		return KindLimit
	case syscall.EINTR:
		return KindInterrupted
	case syscall.EBADF, syscall.ENOTSOCK:
		return KindBadHandle
	case syscall.ENOTCONN, syscall.EDESTADDRREQ:
		return KindNotConnected
	case syscall.EINPROGRESS, syscall.EALREADY:
		return KindInProgress
	case syscall.ECONNREFUSED:
		return KindConnectionRefused
	case syscall.ECONNRESET, syscall.ENETRESET:
		return KindConnectionReset
	case syscall.ECONNABORTED:
		return KindConnectionAborted
	case syscall.EPIPE, syscall.ESHUTDOWN:
		return KindBrokenPipe
	case syscall.ETIMEDOUT:
		return KindTimedOut
	case syscall.EADDRINUSE:
		return KindAddressInUse
	case syscall.EADDRNOTAVAIL:
		return KindAddressInvalid
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN,
		syscall.EHOSTDOWN:
		return KindUnreachable
	case syscall.EACCES, syscall.EPERM, syscall.EROFS:
		return KindPermission
	case syscall.ENODEV, syscall.ENXIO:
		return KindNotFound
	case syscall.EEXIST:
		return KindExists
	case syscall.EMSGSIZE:
		return KindMessageSize
	}
	return rawStatusFromOS(int32(code)).Kind()
}

func isWouldBlock(err error) bool {
	return errors.Is(err, wsaeWouldBlock) ||
		errors.Is(err, syscall.EAGAIN) ||
		errors.Is(err, syscall.EWOULDBLOCK)
}

// A status is what Go made up when both are of one kind: a program may compare
// with syscall.ECONNREFUSED everywhere.
func (s Status) isErrno(target error) bool {
	code, is := target.(syscall.Errno)
	if !is || code < syscall.APPLICATION_ERROR {
		return false
	}
	kind := kindOfErrno(code)
	return kind != KindOther && kind == s.Kind()
}
