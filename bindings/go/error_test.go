// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"iosrc"
)

func TestDoubleRegistration(t *testing.T) {
	poller, other := newPoller(t), newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	is(t, reader.Register(poller, 2, iosrc.Readable),
		iosrc.ErrAlreadyRegistered)
	is(t, reader.Register(other, 3, iosrc.Readable),
		iosrc.ErrAlreadyRegistered)
	put(t, writer, "data")
	waitOne(t, poller, 1, iosrc.Readable)
	waitNone(t, other)
}

func TestWrongPoller(t *testing.T) {
	poller, other := newPoller(t), newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	is(t, reader.Reregister(other, 2, iosrc.Readable),
		iosrc.ErrWrongPoller)
	is(t, reader.Deregister(other), iosrc.ErrWrongPoller)
	put(t, writer, "data")
	waitOne(t, poller, 1, iosrc.Readable)
}

func TestNotRegistered(t *testing.T) {
	poller := newPoller(t)
	reader, _ := pipe(t)
	is(t, reader.Reregister(poller, 2, iosrc.Readable),
		iosrc.ErrNotRegistered)
	is(t, reader.Deregister(poller), iosrc.ErrNotRegistered)
	ok(t, reader.Rearm(iosrc.Readable))
}

func TestDroppedPoller(t *testing.T) {
	poller, other := newPoller(t), newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	ok(t, poller.Close())
	is(t, reader.Deregister(poller), iosrc.ErrClosed)
	is(t, writer.Register(poller, 1, iosrc.Writable), iosrc.ErrClosed)
	put(t, writer, "data")
	take(t, reader, "data")
	ok(t, reader.Register(other, 2, iosrc.Readable))
	put(t, writer, "more")
	waitOne(t, other, 2, iosrc.Readable)

	// The same when nobody refers to the poller and it is collected.
	func() {
		dropped, err := iosrc.NewPoller(nil)
		ok(t, err)
		ok(t, writer.Register(dropped, 1, iosrc.Writable))
	}()
	eventually(t, "a dropped poller is closed", func() bool {
		return writer.Register(other, 3, iosrc.Writable) == nil
	})
}

func TestClosedFd(t *testing.T) {
	poller := newPoller(t)
	reader, _ := pipe(t)
	source, err := iosrc.NewSource(closedHandle(t, reader.Handle()),
		iosrc.HandleDefault)
	ok(t, err)
	for _, err := range []error{
		source.Register(poller, 1, iosrc.Readable),
		second(source.Read(make([]byte, 1))),
		second(source.Write(make([]byte, 1))),
		source.Close(),
	} {
		is(t, err, errBadHandle)
		if iosrc.KindOf(err) != iosrc.KindBadHandle {
			t.Fatal("kind", iosrc.KindOf(err))
		}
	}
}

func second(_ int, err error) error {
	return err
}

func TestUnknownInterestBit(t *testing.T) {
	poller := newPoller(t)
	reader, _ := pipe(t)
	is(t, reader.Register(poller, 1, iosrc.Readable|0x00800000),
		iosrc.ErrUnsupported)
	is(t, reader.Register(poller, 1, iosrc.Readable|iosrc.Error),
		iosrc.ErrInvalid)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	if text := (iosrc.Readable | iosrc.Level | 0x00800000).String(); text !=
		"readable|level|0x800000" {
		t.Fatal(text)
	}
}

func TestErrorHasKindAndOSCode(t *testing.T) {
	_, err := iosrc.Listen(address(t, refused.address), nil)
	is(t, err, refused.code)
	if errors.Is(err, fs.ErrNotExist) != (refused.kind ==
		iosrc.KindNotFound) {
		t.Fatal(err)
	}
	var status iosrc.Status
	var code syscall.Errno
	if !errors.As(fmt.Errorf("wrapped: %w", err), &status) ||
		status.Kind() != refused.kind ||
		status.OS() != int(refused.code) ||
		status.Name() != refused.name {
		t.Fatal(status)
	}
	if !errors.As(err, &code) || code != refused.code {
		t.Fatal(code)
	}
	if text := err.Error(); !strings.Contains(text, "("+refused.name+")") {
		t.Fatal(text)
	}
	is(t, iosrc.ErrWouldBlock, syscall.EAGAIN)
	if errors.Is(iosrc.ErrWouldBlock, iosrc.ErrInvalid) {
		t.Fatal("any error is any other")
	}
	for err, kind := range map[error]iosrc.Kind{
		nil:                        iosrc.KindOk,
		iosrc.ErrWouldBlock:        iosrc.KindWouldBlock,
		iosrc.ErrWrongPoller:       iosrc.KindMisuse,
		iosrc.ErrBusy:              iosrc.KindMisuse,
		iosrc.ErrEnded:             iosrc.KindClosed,
		syscall.EAGAIN:             iosrc.KindWouldBlock,
		syscall.EADDRINUSE:         iosrc.KindAddressInUse,
		syscall.ECONNREFUSED:       iosrc.KindConnectionRefused,
		syscall.EINVAL:             iosrc.KindInvalid,
		io.EOF:                     iosrc.KindOther,
		iosrc.Status(-1 << 29):     iosrc.KindOther,
		iosrc.ErrAlreadyRegistered: iosrc.KindMisuse,
	} {
		if iosrc.KindOf(err) != kind {
			t.Fatal(err, iosrc.KindOf(err))
		}
	}
}
