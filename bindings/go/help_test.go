// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"errors"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"iosrc"
)

// How long to wait for what must come, and for what must not.
const (
	patience = 10 * time.Second
	quiet    = 20 * time.Millisecond
)

type refusal struct {
	address string
	code    syscall.Errno
	name    string
	kind    iosrc.Kind
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("%v, not %v", err, target)
	}
}

func newPoller(t testing.TB) *iosrc.Poller {
	t.Helper()
	poller, err := iosrc.NewPoller(nil)
	ok(t, err)
	t.Cleanup(func() { poller.Close() })
	return poller
}

func pair(t testing.TB) (a, b *iosrc.Source) {
	t.Helper()
	a, b, err := iosrc.Pair(iosrc.TypeStream)
	ok(t, err)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// wait answers what is ready, at most 16 events; none is an error.
func wait(t testing.TB, poller *iosrc.Poller) []iosrc.Event {
	t.Helper()
	ready, err := poller.Wait(make([]iosrc.Event, 16), patience)
	ok(t, err)
	if len(ready) == 0 {
		t.Fatal("no event")
	}
	return ready
}

func waitOne(t testing.TB, poller *iosrc.Poller, token uint64,
	ready iosrc.Bits) iosrc.Event {
	t.Helper()
	events := wait(t, poller)
	if len(events) != 1 || events[0].Token != token ||
		!events[0].Ready.Has(ready) {
		t.Fatalf("%v, not one of token %d that is %v", events, token,
			ready)
	}
	return events[0]
}

func waitNone(t testing.TB, poller *iosrc.Poller) {
	t.Helper()
	ready, err := poller.Wait(make([]iosrc.Event, 16), quiet)
	ok(t, err)
	if len(ready) != 0 {
		t.Fatalf("%v, not nothing", ready)
	}
}

func put(t testing.TB, source *iosrc.Source, text string) {
	t.Helper()
	n, err := source.Write([]byte(text))
	ok(t, err)
	if n != len(text) {
		t.Fatal("written", n)
	}
}

// take reads once and compares.
func take(t testing.TB, source *iosrc.Source, text string) {
	t.Helper()
	data := make([]byte, 100)
	n, err := source.Read(data)
	ok(t, err)
	if string(data[:n]) != text {
		t.Fatalf("%q, not %q", data[:n], text)
	}
}

// drain reads until it would block.
func drain(t testing.TB, source *iosrc.Source) {
	t.Helper()
	data := make([]byte, 100)
	for {
		_, err := source.Read(data)
		if err == iosrc.ErrWouldBlock {
			return
		}
		ok(t, err)
	}
}

// eventually waits for what another goroutine, or the collector, brings about.
func eventually(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !happened(); {
		if time.Now().After(end) {
			t.Fatal("never: ", what)
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// gone answers the error of writing to a peer that is gone, which over TCP has
// to say so first.
func gone(t testing.TB, source *iosrc.Source) error {
	t.Helper()
	var err error
	eventually(t, "writing to nobody fails", func() bool {
		_, err = source.Write([]byte("x"))
		return err != nil && err != iosrc.ErrWouldBlock
	})
	for _, kind := range kindsOfGone {
		if iosrc.KindOf(err) == kind {
			return err
		}
	}
	t.Fatal("gone, and yet", err)
	return nil
}

// readAll reads to the end, as it comes.
func readAll(t testing.TB, source *iosrc.Source) []byte {
	t.Helper()
	poller := newPoller(t)
	ok(t, source.Register(poller, 1, iosrc.Readable))
	defer source.Deregister(poller)
	var all []byte
	data := make([]byte, 1<<16)
	for {
		n, err := source.Read(data)
		all = append(all, data[:n]...)
		switch err {
		case nil:
		case io.EOF:
			return all
		case iosrc.ErrWouldBlock:
			wait(t, poller)
		default:
			t.Fatal(err)
		}
	}
}
