// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"io/fs"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"iosrc"
)

func TestBackendIsTheOneAskedFor(t *testing.T) {
	poller := newPoller(t)
	name := iosrc.BackendName(poller.Backend())
	if asked := os.Getenv("IOSRC_BACKEND"); asked != "" && name != asked {
		t.Fatalf("%s, not %s", name, asked)
	}
	t.Log(name, iosrc.LibraryVersion())
}

func TestEdgeReportsOnce(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pair(t)
	ok(t, reader.Register(poller, 7, iosrc.Readable))
	waitNone(t, poller)
	put(t, writer, "data")
	waitOne(t, poller, 7, iosrc.Readable)
	waitNone(t, poller)
	drain(t, reader)
	waitNone(t, poller)
	put(t, writer, "more")
	waitOne(t, poller, 7, iosrc.Readable)
}

func TestLevelReportsWhileReady(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pair(t)
	ok(t, reader.Register(poller, 7, iosrc.Readable|iosrc.Level))
	put(t, writer, "data")
	for i := 0; i < 3; i++ {
		waitOne(t, poller, 7, iosrc.Readable)
	}
	drain(t, reader)
	waitNone(t, poller)
}

func TestOneshotSleepsUntilReregister(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pair(t)
	interest := iosrc.Readable | iosrc.Oneshot
	ok(t, reader.Register(poller, 7, interest))
	put(t, writer, "data")
	waitOne(t, poller, 7, iosrc.Readable)
	drain(t, reader)
	put(t, writer, "more")
	waitNone(t, poller)
	ok(t, reader.Reregister(poller, 7, interest))
	waitOne(t, poller, 7, iosrc.Readable)
}

func TestWritableAndReadableInOneEvent(t *testing.T) {
	poller := newPoller(t)
	a, b := pair(t)
	put(t, b, "data")
	both := iosrc.Readable | iosrc.Writable
	ok(t, a.Register(poller, 7, both))
	event := waitOne(t, poller, 7, both)
	if text := event.Ready.String(); text != "readable|writable" {
		t.Fatal(text)
	}
}

func TestReregisterReplacesTheToken(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	put(t, writer, "data")
	ok(t, reader.Reregister(poller, 2, iosrc.Readable))
	waitOne(t, poller, 2, iosrc.Readable)
	waitNone(t, poller)
	drain(t, reader)
	put(t, writer, "more")
	waitOne(t, poller, 2, iosrc.Readable)
}

func TestDeregisterIsSilent(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	put(t, writer, "data")
	ok(t, reader.Deregister(poller))
	waitNone(t, poller)
	is(t, reader.Deregister(poller), iosrc.ErrNotRegistered)
}

func TestTokenMax(t *testing.T) {
	poller := newPoller(t)
	for _, token := range []uint64{^uint64(0), 0, 1 << 63} {
		reader, writer := pipe(t)
		put(t, writer, "data")
		ok(t, reader.Register(poller, token, iosrc.Readable))
		waitOne(t, poller, token, iosrc.Readable)
		ok(t, reader.Deregister(poller))
	}
}

func TestTimeoutIsNotEarly(t *testing.T) {
	poller := newPoller(t)
	room := make([]iosrc.Event, 1)
	for _, timeout := range []time.Duration{10 * time.Millisecond,
		100 * time.Microsecond} {
		began := time.Now() // Go's clock for differences is monotonic
		ready, err := poller.Wait(room, timeout)
		took := time.Since(began)
		ok(t, err)
		if len(ready) != 0 || took < timeout {
			t.Fatal(ready, took)
		}
	}
	began := time.Now()
	for i := 0; i < 100; i++ {
		_, err := poller.Wait(room, 0)
		ok(t, err)
	}
	if took := time.Since(began); took > patience {
		t.Fatal("0 blocks", took)
	}
	_, err := poller.Wait(nil, 0)
	is(t, err, iosrc.ErrInvalid)
}

func TestCapacitySmallerThanReady(t *testing.T) {
	poller := newPoller(t)
	room := make([]iosrc.Event, 3)
	seen := map[uint64]int{}
	for token := uint64(0); token < 10; token++ {
		reader, writer := pipe(t)
		put(t, writer, "data")
		ok(t, reader.Register(poller, token, iosrc.Readable))
	}
	for waits := 0; len(seen) < 10 && waits < 10; waits++ {
		ready, err := poller.Wait(room, patience)
		ok(t, err)
		for _, event := range ready {
			seen[event.Token]++
		}
	}
	waitNone(t, poller)
	for token := uint64(0); token < 10; token++ {
		if seen[token] != 1 {
			t.Fatal("token", token, "came", seen[token], "times")
		}
	}
}

func TestWakerFromAnotherThread(t *testing.T) {
	poller := newPoller(t)
	waker, err := poller.NewWaker(9)
	ok(t, err)
	go func() {
		time.Sleep(quiet)
		waker.Wake()
	}()
	ready, err := poller.Wait(make([]iosrc.Event, 4), -1)
	ok(t, err)
	if len(ready) != 1 || ready[0].Token != 9 ||
		ready[0].Ready != iosrc.Readable {
		t.Fatal(ready)
	}
	ok(t, waker.Close())
	is(t, waker.Wake(), iosrc.ErrEnded)
	is(t, waker.Close(), iosrc.ErrEnded)
}

func TestWakerCoalesces(t *testing.T) {
	poller := newPoller(t)
	waker, err := poller.NewWaker(9)
	ok(t, err)
	defer waker.Close()
	for i := 0; i < 1000; i++ {
		ok(t, waker.Wake())
	}
	waitOne(t, poller, 9, iosrc.Readable)
	waitNone(t, poller)
	counters, err := poller.Counters()
	ok(t, err)
	if counters.KernelWakes != 0 || counters.CoalescedWakes != 1000 {
		t.Fatalf("%+v", counters)
	}
}

func TestWakerOutlivesItsPoller(t *testing.T) {
	poller := newPoller(t)
	waker, err := poller.NewWaker(9)
	ok(t, err)
	ok(t, poller.Close())
	is(t, waker.Wake(), iosrc.ErrClosed)
	is(t, waker.Wake(), fs.ErrClosed)
	ok(t, waker.Close())
}

func TestStaleEventIsTold(t *testing.T) {
	poller := newPoller(t)
	for _, end := range []func(*iosrc.Source) error{
		func(s *iosrc.Source) error { return s.Deregister(poller) },
		func(s *iosrc.Source) error { return s.Close() },
	} {
		reader, writer := pipe(t)
		put(t, writer, "data")
		ok(t, reader.Register(poller, 3, iosrc.Readable))
		event := waitOne(t, poller, 3, iosrc.Readable)
		if !poller.IsCurrent(event) {
			t.Fatal("fresh, and not current")
		}
		ok(t, end(reader))
		if poller.IsCurrent(event) {
			t.Fatal("gone, and current")
		}
	}
}

// Every wait in progress ends, and the poller is usable no more.
func TestCloseEndsWaits(t *testing.T) {
	poller := newPoller(t)
	ended := make(chan error)
	const waiters = 5
	for i := 0; i < waiters; i++ {
		go func() {
			_, err := poller.Wait(make([]iosrc.Event, 4), -1)
			ended <- err
		}()
	}
	time.Sleep(quiet)
	ok(t, poller.Close())
	for i := 0; i < waiters; i++ {
		select {
		case err := <-ended:
			is(t, err, iosrc.ErrClosed)
		case <-time.After(patience):
			t.Fatal("a wait goes on")
		}
	}
	is(t, poller.Close(), iosrc.ErrClosed)
	_, err := poller.NewWaker(1)
	is(t, err, iosrc.ErrClosed)
	_, err = poller.Counters()
	is(t, err, iosrc.ErrClosed)
	if poller.Capabilities() != 0 || poller.IsCurrent(iosrc.Event{}) {
		t.Fatal("a closed poller can")
	}
}

// A loop that always has something to do leaves Go's other goroutines their
// turn, long before the runtime would take it away.
func TestABusyWaitYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	poller := newPoller(t)
	reader, writer := pair(t)
	ok(t, reader.Register(poller, 7, iosrc.Readable|iosrc.Level))
	put(t, writer, "data")
	for i := 0; i < 20; i++ {
		var turned atomic.Bool
		go turned.Store(true)
		waits := 0
		for ; !turned.Load(); waits++ {
			if waits == 600 {
				t.Fatalf("no turn in %d waits", waits)
			}
			waitOne(t, poller, 7, iosrc.Readable)
		}
	}
}

func TestExposeNests(t *testing.T) {
	inner, outer := newPoller(t), newPoller(t)
	handle, err := inner.Expose()
	if inner.Capabilities()&iosrc.CanExpose == 0 {
		is(t, err, iosrc.ErrUnsupported)
		return
	}
	ok(t, err)
	watched, err := iosrc.NewSource(handle, iosrc.HandleDefault)
	ok(t, err)
	defer watched.IntoInner() // the handle stays the poller's
	ok(t, watched.Register(outer, 5, iosrc.Readable|iosrc.Level))
	waker, err := inner.NewWaker(9)
	ok(t, err)
	defer waker.Close()
	ok(t, waker.Wake())
	waitOne(t, outer, 5, iosrc.Readable)
	waitOne(t, inner, 9, iosrc.Readable)
}
