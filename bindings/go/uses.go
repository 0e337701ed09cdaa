// SPDX-License-Identifier: MIT

package iosrc

import (
	"math"
	"sync/atomic"
)

// uses counts the calls that are inside a C object. The C object is freed once:
// by the end when nobody is inside, else by the last call that leaves. A call
// touches its count after it has come back from C, so no finalizer can run
// while it is inside.
type uses struct {
	// Calls inside; after the end, that many above ended.
	state atomic.Int64
}

const ended = math.MinInt64

// begin enters; false when the object has ended.
func (u *uses) begin() bool {
	for {
		inside := u.state.Load()
		if inside < 0 {
			return false
		}
		if u.state.CompareAndSwap(inside, inside+1) {
			return true
		}
	}
}

// done leaves; true when the caller is to free the object.
func (u *uses) done() bool {
	return u.state.Add(-1) == ended
}

// end lets nobody in any more. first is false when that was so before; with
// idle the caller is to free the object.
func (u *uses) end() (first, idle bool) {
	for {
		inside := u.state.Load()
		if inside < 0 {
			return false, false
		}
		if u.state.CompareAndSwap(inside, inside+ended) {
			return true, inside == 0
		}
	}
}

// endIdle ends the object when nobody is inside, or says why not.
func (u *uses) endIdle() error {
	switch {
	case u.state.CompareAndSwap(0, ended):
		return nil
	case u.hasEnded():
		return ErrEnded
	}
	return ErrBusy
}

func (u *uses) hasEnded() bool {
	return u.state.Load() < 0
}
