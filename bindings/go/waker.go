// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc.h>

// As a number, as in io.go.
static iosrc_status go_waker_wake(uintptr_t waker)
{
	return iosrc_waker_wake((iosrc_waker *)waker);
}
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// A Waker ends a wait of its poller from any goroutine.
type Waker struct {
	uses uses
	raw  *rawWaker // the same until the end
}

// NewWaker makes a waker, one of any number. Its wakes arrive as events with
// this token and Readable.
func (p *Poller) NewWaker(token uint64) (*Waker, error) {
	var waker *rawWaker

	raw, err := p.begin()
	if err != nil {
		return nil, err
	}
	status := rawWakerCreate(raw, token, &waker)
	p.done()
	if status != OK {
		return nil, errorOf(status)
	}
	w := &Waker{raw: waker}
	runtime.SetFinalizer(w, (*Waker).Close)
	return w, nil
}

// Wake ends one wait that is in progress, or else the next one. It is never
// lost before Close; n wakes give at least one event. While nobody waits it
// makes no system call. After the poller's end it answers ErrClosed.
func (w *Waker) Wake() error {
	if w == nil || w.raw == nil {
		return ErrInvalid
	}
	if !w.uses.begin() {
		return ErrEnded
	}
	status := Status(C.go_waker_wake(C.uintptr_t(uintptr(
		unsafe.Pointer(w.raw)))))
	w.done()
	return errorOf(status)
}

func (w *Waker) done() {
	if w.uses.done() {
		rawWakerRelease(w.raw)
	}
}

// Close ends the waker, and drops a wake that was not reported yet.
func (w *Waker) Close() error {
	if w == nil || w.raw == nil {
		return ErrInvalid
	}
	first, idle := w.uses.end()
	if !first {
		return ErrEnded
	}
	runtime.SetFinalizer(w, nil)
	if idle {
		rawWakerRelease(w.raw)
	}
	return nil
}
