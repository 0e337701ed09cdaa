// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc.h>

// As numbers, as in io.go.
static int64_t go_poller_wait(uintptr_t poller, iosrc_event *events,
    size_t capacity, int64_t timeout_ns)
{
	return iosrc_poller_wait((iosrc_poller *)poller, events, capacity,
	    timeout_ns);
}

static uint32_t go_is_current(uintptr_t poller, uint64_t registration)
{
	return iosrc_is_current((iosrc_poller *)poller, registration);
}
*/
import "C"

import (
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"
)

// A Poller waits for sources and wakers. Any number of goroutines may wait at
// once, each with events of its own.
type Poller struct {
	uses uses
	raw  *rawPoller // both are the same until the end
	// Ends the waits that are in progress when the poller is closed.
	closer   *rawWaker
	answered atomic.Int64 // waits and events since the last yield
}

// A goroutine that runs for 10 ms without a turn of Go's scheduler is marked
// for preemption by the runtime's monitor thread. When that finds it inside a
// call of C it takes the processor from it, and hands it to another thread; and
// having found one to take, it looks every 20 us for a while. Some hundreds of
// events come in less time: a turn costs less.
const yieldAfter = 512

// NewPoller makes a poller; nil is all defaults. The environment variable
// IOSRC_BACKEND then names the backend.
//
// A poller with PollerInterruptible is of little use here: Go's own signals
// would end its waits.
func NewPoller(options *PollerOptions) (*Poller, error) {
	var raw *rawPoller
	var closer *rawWaker
	var given PollerOptions // zero is the default

	if options != nil {
		given = *options
	}
	status := rawPollerCreate(&given, unsafe.Sizeof(given), &raw)
	if status != OK {
		return nil, errorOf(status)
	}
	if status = rawWakerCreate(raw, 0, &closer); status != OK {
		rawPollerRelease(raw)
		return nil, errorOf(status)
	}
	poller := &Poller{raw: raw, closer: closer}
	runtime.SetFinalizer(poller, (*Poller).Close)
	return poller, nil
}

func (p *Poller) begin() (*rawPoller, error) {
	if p == nil || p.raw == nil {
		return nil, ErrInvalid
	}
	if !p.uses.begin() {
		return nil, ErrClosed
	}
	return p.raw, nil
}

func (p *Poller) done() {
	if p.uses.done() {
		rawWakerRelease(p.closer)
		rawPollerRelease(p.raw)
	}
}

// Close closes the poller whatever is registered. Waits in progress end with
// ErrClosed. Sources live on: I/O and Close work, and they may register
// elsewhere. A second Close answers ErrClosed.
func (p *Poller) Close() error {
	if _, err := p.begin(); err != nil {
		return err
	}
	first, _ := p.uses.end()
	if first {
		runtime.SetFinalizer(p, nil)
		rawWakerWake(p.closer)
	}
	p.done()
	if !first {
		return ErrClosed
	}
	return nil
}

// Wait waits until something is ready, fills events and answers the part of it
// that was filled, at most one event per registration; the rest comes in the
// following waits. A negative timeout waits for ever, 0 does not block, and
// when the time is over the answer is empty. Events must have room for one.
//
//	events := make([]iosrc.Event, 256)
//	for {
//		ready, err := poller.Wait(events, -1)
//		...
//		for i := range ready {
//			... ready[i].Token
//		}
//	}
func (p *Poller) Wait(events []Event, timeout time.Duration) ([]Event, error) {
	var room *C.iosrc_event

	raw, err := p.begin()
	if err != nil {
		return nil, err
	}
	capacity := len(clampEvents(events))
	if capacity > 0 {
		room = (*C.iosrc_event)(unsafe.Pointer(&events[0]))
	}
	if timeout < 0 {
		timeout = -1
	}
	n := int64(C.go_poller_wait(pollerNumber(raw), room,
		C.size_t(capacity), C.int64_t(timeout)))
	if p.uses.hasEnded() {
		// One wake ends one wait, so each passes it on to the next.
		rawWakerWake(p.closer)
		n = int64(ErrClosed)
	}
	p.done()
	if n < 0 {
		return nil, errorOf(Status(n))
	}
	if p.answered.Add(1+n) >= yieldAfter {
		p.answered.Store(0)
		runtime.Gosched()
	}
	return events[:n], nil
}

func pollerNumber(raw *rawPoller) C.uintptr_t {
	return C.uintptr_t(uintptr(unsafe.Pointer(raw)))
}

func clampEvents(events []Event) []Event {
	if uint64(len(events)) > maxSize {
		return events[:maxSize]
	}
	return events
}

// IsCurrent tells whether the registration of an event is still the one that
// the event was made for: false after Deregister, Reregister and Close. Ask
// when an earlier event of the same batch may have ended it. Programs whose
// tokens are never used twice need not ask: they do not find the token.
func (p *Poller) IsCurrent(event Event) bool {
	raw, err := p.begin()
	if err != nil {
		return false
	}
	current := C.go_is_current(pollerNumber(raw),
		C.uint64_t(event.Registration))
	p.done()
	return current != 0
}

// Expose answers a handle for another loop to watch. It becomes readable when
// an event or a wake is pending; it stays the poller's.
func (p *Poller) Expose() (Handle, error) {
	handle := Handle(-1)

	raw, err := p.begin()
	if err != nil {
		return -1, err
	}
	status := rawPollerExpose(raw, &handle)
	p.done()
	return handle, errorOf(status)
}

// Backend answers BackendEpoll or another, 0 after the end.
func (p *Poller) Backend() uint32 {
	raw, err := p.begin()
	if err != nil {
		return 0
	}
	backend := rawPollerBackend(raw)
	p.done()
	return backend
}

// Capabilities answers in the low 32 bits the interest and mode bits that
// Register accepts, above them CanExpose and its like; 0 after the end.
func (p *Poller) Capabilities() uint64 {
	raw, err := p.begin()
	if err != nil {
		return 0
	}
	capabilities := rawPollerCapabilities(raw)
	p.done()
	return capabilities
}

// Counters answers what the poller has counted.
func (p *Poller) Counters() (PollerCounters, error) {
	var counters PollerCounters

	raw, err := p.begin()
	if err != nil {
		return counters, err
	}
	status := rawPollerStats(raw, &counters, unsafe.Sizeof(counters))
	p.done()
	return counters, errorOf(status)
}
