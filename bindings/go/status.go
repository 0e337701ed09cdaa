// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// ErrEnded says that a source or waker was used after Close or IntoInner.
// errors.Is(ErrEnded, fs.ErrClosed) is true.
var ErrEnded = fmt.Errorf("iosrc: used after its end: %w", fs.ErrClosed)

// ErrBusy says that a handle cannot be given back while a call uses it.
var ErrBusy = errors.New("iosrc: a call on the source is in progress")

// Error describes the status: the system's text for an error of the system, and
// the name.
func (s Status) Error() string {
	var text [MessageSize]C.char

	rawStatusMessage(s, &text[0], MessageSize)
	return "iosrc: " + C.GoString(&text[0]) + " (" + s.Name() + ")"
}

// Name answers the name of the status: "IOSRC_E_WOULD_BLOCK", "ECONNREFUSED".
func (s Status) Name() string {
	return C.GoString(rawStatusName(s))
}

// Kind answers the portable kind of the status.
func (s Status) Kind() Kind {
	return rawStatusKind(s)
}

// OS answers the system's number of the status: the one that it was made from,
// else the usual one (EAGAIN for ErrWouldBlock), or 0 where there is none.
func (s Status) OS() int {
	return int(rawStatusOS(s))
}

// Unwrap answers the system's number as a syscall.Errno, for errors.Is and
// errors.As.
func (s Status) Unwrap() error {
	if code := s.OS(); code != 0 {
		return syscall.Errno(code)
	}
	return nil
}

// Is says that ErrClosed is fs.ErrClosed. On Windows a status also is the number
// that Go makes up for a name of Unix, such as syscall.ECONNREFUSED, when both
// are of one kind.
func (s Status) Is(target error) bool {
	return s == ErrClosed && target == fs.ErrClosed || s.isErrno(target)
}

// KindOf answers the portable kind of any error: of this package, or of the
// package syscall; KindOther for all else.
func KindOf(err error) Kind {
	var status Status
	var code syscall.Errno

	switch {
	case err == nil:
		return KindOk
	case errors.As(err, &status):
		return status.Kind()
	case errors.As(err, &code):
		return kindOfErrno(code)
	case errors.Is(err, ErrEnded):
		return KindClosed
	case errors.Is(err, ErrBusy):
		return KindMisuse
	}
	return KindOther
}

// The library's statuses, counted down from the first: as errors that are made
// once, so that a would-block allocates nothing.
var libraryErrors = [...]error{
	ErrWouldBlock, ErrInvalid, ErrUnsupported, ErrNoMemory,
	ErrAlreadyRegistered, ErrNotRegistered, ErrWrongPoller, ErrClosed,
	ErrForked, ErrInterrupted, ErrNoSpace, ErrUnknown,
}

// errorOf makes an error of a status, nil of OK.
func errorOf(status Status) error {
	if status == OK {
		return nil
	}
	if i := int(ErrWouldBlock - status); i >= 0 && i < len(libraryErrors) {
		return libraryErrors[i]
	}
	return status
}

// countOf splits what a call answers: a count or a status.
func countOf(result int64) (int, error) {
	if result < 0 {
		return 0, errorOf(Status(result))
	}
	return int(result), nil
}

// LibraryVersion answers the version of the library that runs: "0.9.0".
func LibraryVersion() string {
	return C.GoString(rawVersionString())
}

// BackendName answers the name of a backend, BackendEpoll and so on, that is
// linked into the library; "" when it is not.
func BackendName(backend uint32) string {
	name := rawBackendName(backend)
	if name == nil {
		return ""
	}
	return C.GoString(name)
}
