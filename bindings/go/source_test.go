// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"io/fs"
	"testing"
	"time"

	"iosrc"
)

func TestSourceGivesItsHandleBack(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	put(t, writer, "x")
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	was := reader.Handle()
	handle, err := reader.IntoInner()
	ok(t, err)
	defer closeHandle(handle)
	if handle != was || !isOpen(handle) {
		t.Fatal("another handle, or closed")
	}
	waitNone(t, poller)
	var data [4]byte
	if n, err := readHandle(handle, data[:]); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func TestSourceClosesItsHandle(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	ok(t, reader.Close())
	gone(t, writer)

	// Dropped: the peer sees the end when the collector has run.
	func() {
		var dropped *iosrc.Source
		var err error
		reader, dropped, err = iosrc.Pair(iosrc.TypeStream)
		ok(t, err)
		ok(t, dropped.Register(poller, 2, iosrc.Writable))
	}()
	defer reader.Close()
	eventually(t, "a dropped source is closed", func() bool {
		n, _, err := recvOrRead(reader)
		return n == 0 && err == nil
	})
}

// recvOrRead answers 0 and no error at the end of a pipe.
func recvOrRead(source *iosrc.Source) (int, iosrc.Flags, error) {
	n, err := source.Readv(make([]byte, 1))
	return n, 0, err
}

func TestSourceTellsHandleAndRegistration(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	handle, err := reader.IntoInner()
	ok(t, err)
	source, err := iosrc.NewSource(handle, iosrc.HandleDefault)
	ok(t, err)
	if source.Handle() != handle {
		t.Fatal("handle", source.Handle())
	}
	if source.Registration() != 0 {
		t.Fatal("a registration before")
	}
	ok(t, source.Register(poller, 1, iosrc.Readable))
	put(t, writer, "x")
	event := waitOne(t, poller, 1, iosrc.Readable)
	if event.Registration == 0 ||
		event.Registration != source.Registration() {
		t.Fatal("registration", source.Registration())
	}
	ok(t, source.Deregister(poller))
	if source.Registration() != 0 {
		t.Fatal("a registration after")
	}
	ok(t, source.Close())
	if source.Handle() != -1 || source.Registration() != 0 {
		t.Fatal("a closed source has a handle")
	}
	_, err = iosrc.NewSource(-1, iosrc.HandleDefault)
	is(t, err, iosrc.ErrInvalid)
	_, err = iosrc.NewSource(0, iosrc.HandleWaitable)
	is(t, err, errWaitable)
}

func TestUseAfterIntoInner(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	handle, err := reader.IntoInner()
	ok(t, err)
	defer closeHandle(handle)
	ok(t, writer.Close())
	for _, source := range []*iosrc.Source{reader, writer} {
		_, err = source.Read(make([]byte, 1))
		is(t, err, iosrc.ErrEnded)
		is(t, err, fs.ErrClosed)
		_, err = source.Write(make([]byte, 1))
		is(t, err, iosrc.ErrEnded)
		_, err = source.IntoInner()
		is(t, err, iosrc.ErrEnded)
		_, err = source.DoIO(0, func(iosrc.Handle) (int, error) {
			t.Error("the operation ran")
			return 0, nil
		})
		is(t, err, iosrc.ErrEnded)
		is(t, source.Close(), iosrc.ErrEnded)
		is(t, source.Rearm(iosrc.Readable), iosrc.ErrEnded)
		is(t, source.Register(poller, 1, iosrc.Readable),
			iosrc.ErrEnded)
		is(t, source.Deregister(poller), iosrc.ErrEnded)
	}
	if iosrc.KindOf(err) != iosrc.KindClosed {
		t.Fatal("kind", iosrc.KindOf(err))
	}
}

func TestNothingIsNoSource(t *testing.T) {
	var none, zero = (*iosrc.Source)(nil), &iosrc.Source{}
	var waker iosrc.Waker
	var poller iosrc.Poller
	for _, source := range []*iosrc.Source{none, zero} {
		_, err := source.Read(make([]byte, 1))
		is(t, err, iosrc.ErrInvalid)
		is(t, source.Close(), iosrc.ErrInvalid)
		is(t, source.Register(newPoller(t), 1, 0), iosrc.ErrInvalid)
	}
	is(t, waker.Wake(), iosrc.ErrInvalid)
	is(t, waker.Close(), iosrc.ErrInvalid)
	is(t, poller.Close(), iosrc.ErrInvalid)
	_, err := poller.Wait(nil, 0)
	is(t, err, iosrc.ErrInvalid)
	reader, _ := pipe(t)
	is(t, reader.Register(nil, 1, iosrc.Readable), iosrc.ErrInvalid)
}

// A call that is in progress keeps the handle from being closed or given back.
func TestCloseWhileInUse(t *testing.T) {
	reader, writer := pipe(t)
	inside, leave := make(chan bool), make(chan bool)
	left := make(chan error)
	go func() {
		_, err := writer.DoIO(iosrc.Writable,
			func(handle iosrc.Handle) (int, error) {
				inside <- true
				<-leave
				return writeHandle(handle, []byte("x"))
			})
		left <- err
	}()
	<-inside
	_, err := writer.IntoInner()
	is(t, err, iosrc.ErrBusy)
	ok(t, writer.Close())
	is(t, writer.Close(), iosrc.ErrEnded)
	_, err = writer.Write([]byte("y"))
	is(t, err, iosrc.ErrEnded)
	_, err = reader.Read(make([]byte, 1))
	is(t, err, iosrc.ErrWouldBlock) // not the end: it is open
	leave <- true
	ok(t, <-left)
	take(t, reader, "x")
	if n, _, err := recvOrRead(reader); n != 0 || err != nil {
		t.Fatal("the last call did not close it:", n, err)
	}
}

// Many goroutines use what one of them closes: errors, and nothing else.
func TestCloseIsRaced(t *testing.T) {
	poller := newPoller(t)
	for round := 0; round < raceRounds; round++ {
		a, b := pair(t)
		done := make(chan bool)
		use := func(call func() error) {
			for call() != iosrc.ErrEnded {
			}
			done <- true
		}
		go use(func() error {
			_, err := a.Write([]byte("x"))
			return err
		})
		go use(func() error {
			a.Register(poller, 1, iosrc.Readable)
			return a.Deregister(poller)
		})
		go use(func() error {
			_, err := a.Readv(make([]byte, 1))
			return err
		})
		go func() {
			time.Sleep(50 * time.Microsecond)
			a.Close()
			done <- true
		}()
		for i := 0; i < 4; i++ {
			<-done
		}
		eventually(t, "the last one has closed it", func() bool {
			n, err := b.Readv(make([]byte, 1000))
			return n == 0 && err == nil || err != nil &&
				err != iosrc.ErrWouldBlock
		})
		b.Close()
	}
}
