// SPDX-License-Identifier: MIT

//go:build !windows

package iosrc_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"iosrc"
)

// How often what is raced is tried, and how much each of a thousand connections
// says.
const raceRounds, messages = 200, 5

// What the system says of a handle that is closed, and of handle 0 as one that
// can be waited for.
const errBadHandle = syscall.EBADF

const errWaitable = iosrc.ErrUnsupported

// Where nobody can listen, and what is said to that.
var refused = refusal{"unix:/nonexistent/socket", syscall.ENOENT, "ENOENT",
	iosrc.KindNotFound}

// What writing to a peer that is gone may come to.
var kindsOfGone = []iosrc.Kind{iosrc.KindBrokenPipe}

// More than any stream takes at once.
const tooMuch = 1 << 20

// A stream with a beginning and an end.
func pipe(t testing.TB) (reader, writer *iosrc.Source) {
	t.Helper()
	reader, writer, err := iosrc.Pipe()
	ok(t, err)
	t.Cleanup(func() { reader.Close(); writer.Close() })
	return reader, writer
}

// Ones to listen on.
func addresses(t testing.TB) []string {
	return []string{"127.0.0.1:0",
		"unix:" + filepath.Join(t.TempDir(), "socket")}
}

// A closed handle whose number nobody gets meanwhile, for it is high.
func closedHandle(t testing.TB, like iosrc.Handle) iosrc.Handle {
	t.Helper()
	const number = 500
	ok(t, syscall.Dup3(int(like), number, syscall.O_CLOEXEC))
	ok(t, syscall.Close(number))
	return number
}

func isOpen(handle iosrc.Handle) bool {
	var stat syscall.Stat_t
	return syscall.Fstat(int(handle), &stat) == nil
}

func closeHandle(handle iosrc.Handle) {
	syscall.Close(int(handle))
}

func readHandle(handle iosrc.Handle, data []byte) (int, error) {
	return syscall.Read(int(handle), data)
}

func writeHandle(handle iosrc.Handle, data []byte) (int, error) {
	return syscall.Write(int(handle), data)
}
