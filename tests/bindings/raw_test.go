// SPDX-License-Identifier: MIT

// Uses the raw layer for Go.

package iosrc

import (
	"testing"
	"unsafe"
)

const token = ^uint64(0)

func ok(t *testing.T, what string, status Status) {
	t.Helper()
	if status != OK {
		t.Fatalf("%s: %d", what, status)
	}
}

func TestWake(t *testing.T) {
	var poller *rawPoller
	var waker *rawWaker
	var events [4]Event

	if rawVersion() != Version {
		t.Fatal("version")
	}
	if rawPollerCreate(noOptions(), 0, nil) != ErrInvalid {
		t.Fatal("NULL is not refused")
	}
	ok(t, "create", rawPollerCreate(nil, 0, &poller))
	ok(t, "waker", rawWakerCreate(poller, token, &waker))
	ok(t, "wake", rawWakerWake(waker))
	if n := rawPollerWait(poller, &events[0], 4, -1); n != 1 {
		t.Fatal("wait", n)
	}
	if events[0].Token != token || events[0].Ready != Readable {
		t.Fatal("event", events[0])
	}
	ok(t, "release", rawWakerRelease(waker))
	ok(t, "release", rawPollerRelease(poller))
}

func TestPair(t *testing.T) {
	var reader, writer *rawSource
	var room [8]byte

	ok(t, "pair", rawPair(TypeStream, &reader, &writer))
	at := unsafe.Pointer(&room[0])
	if n := rawRead(reader, at, 8); n != int64(ErrWouldBlock) {
		t.Fatal("empty", n)
	}
	data := []byte("data")
	if n := rawWrite(writer, unsafe.Pointer(&data[0]), 4); n != 4 {
		t.Fatal("write", n)
	}
	if n := rawRead(reader, at, 8); n != 4 || string(room[:4]) != "data" {
		t.Fatal("read", n)
	}
	ok(t, "close", rawClose(reader))
	ok(t, "close", rawClose(writer))
}
