// SPDX-License-Identifier: MIT

package iosrc

import "runtime"

// A Source owns a handle that can be registered with a poller. It is made by
// NewSource or by an endpoint (Listen, Connect, Accept...), and ended by Close,
// IntoInner or, if forgotten, by the garbage collector.
type Source struct {
	uses uses
	raw  *rawSource // the same until the end
}

// NewSource makes a source of a handle and takes the handle in. It makes no
// system call; the handle's flags stay as they are: make it non-blocking before
// (syscall.SetNonblock). On failure the handle stays with the caller.
//
// The handle of an *os.File or a net.Conn belongs to that object: duplicate it
// (syscall.Dup) and give the duplicate.
func NewSource(handle Handle, handleType HandleType) (*Source, error) {
	var raw *rawSource

	return newSource(rawCreate(handle, handleType, &raw), &raw)
}

// newSource takes what a call has made, or answers why it failed.
func newSource(status Status, raw **rawSource) (*Source, error) {
	if status != OK {
		return nil, errorOf(status)
	}
	source := &Source{raw: *raw}
	runtime.SetFinalizer(source, (*Source).Close)
	return source, nil
}

// begin answers the C object for the length of one call; done must follow.
func (s *Source) begin() (*rawSource, error) {
	if s == nil || s.raw == nil {
		return nil, ErrInvalid
	}
	if !s.uses.begin() {
		return nil, ErrEnded
	}
	return s.raw, nil
}

func (s *Source) done() {
	if s.uses.done() {
		rawClose(s.raw)
	}
}

// run makes one call that answers a status.
func (s *Source) run(call func(raw *rawSource) Status) error {
	raw, err := s.begin()
	if err != nil {
		return err
	}
	status := call(raw)
	s.done()
	return errorOf(status)
}

// Close deregisters if needed and closes the handle. When it returns the
// handle's number is free and no later wait reports it, unless calls were in
// progress on the source: the last of those closes it then. A second Close
// answers ErrEnded. With EBADF the handle had been closed behind our back.
func (s *Source) Close() error {
	if s == nil || s.raw == nil {
		return ErrInvalid
	}
	first, idle := s.uses.end()
	if !first {
		return ErrEnded
	}
	runtime.SetFinalizer(s, nil)
	if !idle {
		return nil
	}
	return errorOf(rawClose(s.raw))
}

// IntoInner ends the source and gives its handle back, open and deregistered.
// While a call on the source is in progress it answers ErrBusy and does
// nothing.
func (s *Source) IntoInner() (Handle, error) {
	if s == nil || s.raw == nil {
		return -1, ErrInvalid
	}
	if err := s.uses.endIdle(); err != nil {
		return -1, err
	}
	runtime.SetFinalizer(s, nil)
	handle := handleOf(s.raw)
	return handle, errorOf(rawIntoInner(s.raw, nil))
}

// Handle answers the handle, for calls of one's own such as setsockopt, or -1
// after the end. It is good while the source lives: see runtime.KeepAlive. For
// I/O use DoIO, which keeps the source from being closed meanwhile.
func (s *Source) Handle() Handle {
	raw, err := s.begin()
	if err != nil {
		return -1
	}
	handle := handleOf(raw)
	s.done()
	return handle
}

// Registration answers what events of this source carry, 0 when it is not
// registered. Reregister gives another one.
func (s *Source) Registration() uint64 {
	raw, err := s.begin()
	if err != nil {
		return 0
	}
	registration := registrationOf(raw)
	s.done()
	return registration
}

// with makes one call on a source and a poller.
func (s *Source) with(p *Poller,
	call func(source *rawSource, poller *rawPoller) Status) error {
	poller, err := p.begin()
	if err != nil {
		return err
	}
	defer p.done()
	return s.run(func(source *rawSource) Status {
		return call(source, poller)
	})
}

// Register registers the source with a poller. What is ready already is
// reported by the next wait. A source that is registered, with this poller or
// another, answers ErrAlreadyRegistered.
func (s *Source) Register(p *Poller, token uint64, interest Interest) error {
	return s.with(p, func(source *rawSource, poller *rawPoller) Status {
		return rawRegister(source, poller, token, interest)
	})
}

// Reregister replaces token, interest and mode whole, wakes a spent oneshot and
// reports again what is ready now. Events of before are stale afterwards.
func (s *Source) Reregister(p *Poller, token uint64, interest Interest) error {
	return s.with(p, func(source *rawSource, poller *rawPoller) Status {
		return rawReregister(source, poller, token, interest)
	})
}

// Deregister ends the registration: no wait that begins afterwards reports it.
func (s *Source) Deregister(p *Poller) error {
	return s.with(p, rawDeregister)
}
