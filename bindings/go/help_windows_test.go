// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"iosrc"
)

// How often what is raced is tried, and how much each of a thousand connections
// says: Wine's server does one thing at a time.
const raceRounds, messages = 20, 2

// What the system says of a handle that is closed (WSAENOTSOCK), and of handle
// 0 as one that can be waited for.
const errBadHandle = syscall.Errno(10038)

const errWaitable = iosrc.ErrInvalid

// Where nobody can listen, and what is said to that.
var refused = refusal{"192.0.2.1:0", syscall.Errno(10049),
	"WSAEADDRNOTAVAIL", iosrc.KindAddressInvalid}

// What writing to a peer that is gone may come to.
var kindsOfGone = []iosrc.Kind{iosrc.KindConnectionReset,
	iosrc.KindConnectionAborted}

// More than any stream takes at once.
const tooMuch = 1 << 24

// A stream with a beginning and an end: sockets, for it is readiness of sockets
// that is to be shown.
func pipe(t testing.TB) (reader, writer *iosrc.Source) {
	return pair(t)
}

// Ones to listen on: Unix sockets are not on every Windows.
func addresses(t testing.TB) []string {
	local := []string{"127.0.0.1:0"}
	// Not t.TempDir: Wine's cannot be removed by Go 1.26.
	path := filepath.Join(os.TempDir(), fmt.Sprint("iosrc-", os.Getpid()))
	t.Cleanup(func() { os.Remove(path) })
	path = "unix:" + path
	listener, err := iosrc.Listen(address(t, path), nil)
	if errors.Is(err, iosrc.ErrUnsupported) {
		t.Log("no Unix sockets on this system")
		return local
	}
	ok(t, err)
	ok(t, listener.Close())
	ok(t, os.Remove(path[len("unix:"):]))
	return append(local, path)
}

// A closed handle whose number nobody gets meanwhile, for numbers are small.
func closedHandle(testing.TB, iosrc.Handle) iosrc.Handle {
	return 0x7ffffff0
}

func isOpen(handle iosrc.Handle) bool {
	_, err := syscall.Getsockname(syscall.Handle(handle))
	return err == nil
}

func closeHandle(handle iosrc.Handle) {
	syscall.Closesocket(syscall.Handle(handle))
}

func bufferOf(data []byte) *syscall.WSABuf {
	return &syscall.WSABuf{Len: uint32(len(data)), Buf: &data[0]}
}

func readHandle(handle iosrc.Handle, data []byte) (int, error) {
	var n, flags uint32
	err := syscall.WSARecv(syscall.Handle(handle), bufferOf(data), 1, &n,
		&flags, nil, nil)
	return int(n), err
}

func writeHandle(handle iosrc.Handle, data []byte) (int, error) {
	var n uint32
	err := syscall.WSASend(syscall.Handle(handle), bufferOf(data), 1, &n, 0,
		nil, nil)
	return int(n), err
}
