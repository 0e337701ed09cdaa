// SPDX-License-Identifier: MIT

//go:build !windows

package iosrc

import (
	"errors"
	"syscall"
)

func kindOfErrno(code syscall.Errno) Kind {
	return rawStatusFromOS(int32(code)).Kind()
}

func isWouldBlock(err error) bool {
	return errors.Is(err, syscall.EAGAIN)
}

// The system's numbers are those that Go names: comparing them is enough.
func (s Status) isErrno(error) bool {
	return false
}
