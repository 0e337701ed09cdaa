// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc_net.h>

// Flags are answered by value, for what C writes through a pointer would have
// to be allocated by Go for each call.
typedef struct {
	int64_t count;
	iosrc_flags flags;
} go_received;

static go_received go_recv(uintptr_t source, uint8_t *data, size_t size,
    iosrc_flags flags)
{
	go_received received = { 0, 0 };

	received.count = iosrc_recv((iosrc_source *)source, data, size, flags,
	    &received.flags);
	return received;
}

static go_received go_recv_from(uintptr_t source, uint8_t *data,
    size_t size, iosrc_flags flags, iosrc_address *out_peer)
{
	go_received received = { 0, 0 };

	received.count = iosrc_recv_from((iosrc_source *)source, data, size, flags, out_peer,
	    &received.flags);
	return received;
}

static int64_t go_send(uintptr_t source, uint8_t *data, size_t size,
    iosrc_flags flags)
{
	return iosrc_send((iosrc_source *)source, data, size, flags);
}

static int64_t go_send_to(uintptr_t source, uint8_t *data, size_t size,
    iosrc_flags flags, iosrc_address *peer)
{
	return iosrc_send_to((iosrc_source *)source, data, size, flags, peer);
}
*/
import "C"

import "unsafe"

func addressOf(address *Address) *C.iosrc_address {
	return (*C.iosrc_address)(unsafe.Pointer(address))
}

// Accept takes one connection from a listener and tells the peer's address in
// peer, which may be nil. ErrWouldBlock says that none waits; an error of the
// connection itself (KindConnectionAborted) says nothing of the listener.
func (s *Source) Accept(peer *Address) (*Source, error) {
	var accepted *rawSource

	raw, err := s.begin()
	if err != nil {
		return nil, err
	}
	status := rawAccept(raw, peer, &accepted)
	s.done()
	return newSource(status, &accepted)
}

// Recv receives from a socket, once, with RecvPeek, RecvOOB or 0. The flags
// answered are OutTruncated or 0. A count of 0 is the end of a stream, an empty
// datagram, or that data is empty.
func (s *Source) Recv(data []byte, flags Flags) (int, Flags, error) {
	raw, err := s.begin()
	if err != nil {
		return 0, 0, err
	}
	bytes, size := bytesOf(clamp(data))
	received := C.go_recv(sourceNumber(raw), bytes, size, C.iosrc_flags(flags))
	s.done()
	n, err := countOf(int64(received.count))
	return n, Flags(received.flags), err
}

// RecvFrom is Recv and tells the sender in peer, which may be nil.
func (s *Source) RecvFrom(data []byte, flags Flags, peer *Address) (int,
	Flags, error) {
	raw, err := s.begin()
	if err != nil {
		return 0, 0, err
	}
	bytes, size := bytesOf(clamp(data))
	received := C.go_recv_from(sourceNumber(raw), bytes, size, C.iosrc_flags(flags),
		addressOf(peer))
	s.done()
	n, err := countOf(int64(received.count))
	return n, Flags(received.flags), err
}

// Send sends to the peer of a socket, once, with SendOOB or 0. On a stream it
// may take fewer bytes than all.
func (s *Source) Send(data []byte, flags Flags) (int, error) {
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	bytes, size := bytesOf(clamp(data))
	n := C.go_send(sourceNumber(raw), bytes, size, C.iosrc_flags(flags))
	s.done()
	return countOf(int64(n))
}

// SendTo sends a datagram to an address, once.
func (s *Source) SendTo(data []byte, flags Flags, peer *Address) (int,
	error) {
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	bytes, size := bytesOf(clamp(data))
	n := C.go_send_to(sourceNumber(raw), bytes, size, C.iosrc_flags(flags),
		addressOf(peer))
	s.done()
	return countOf(int64(n))
}

// Shutdown shuts down Readable, Writable or both.
func (s *Source) Shutdown(directions Bits) error {
	return s.run(func(raw *rawSource) Status {
		return rawShutdown(raw, directions)
	})
}

// TakeError takes the pending error of a socket, once: how a connect ended, or
// why an event carried Error. The second answer is that of the call.
func (s *Source) TakeError() (pending, err error) {
	var status Status

	err = s.run(func(raw *rawSource) Status {
		return rawTakeError(raw, &status)
	})
	return errorOf(status), err
}

// LocalAddress answers the address that a socket is bound to.
func (s *Source) LocalAddress() (address Address, err error) {
	err = s.run(func(raw *rawSource) Status {
		return rawLocalAddress(raw, &address)
	})
	return address, err
}

// PeerAddress answers the address that a socket is connected to.
func (s *Source) PeerAddress() (address Address, err error) {
	err = s.run(func(raw *rawSource) Status {
		return rawPeerAddress(raw, &address)
	})
	return address, err
}

// SetOption sets an option of a socket: OptionNoDelay and so on.
func (s *Source) SetOption(option uint32, value int64) error {
	return s.run(func(raw *rawSource) Status {
		return rawSetOption(raw, option, value)
	})
}

// Option answers an option of a socket.
func (s *Source) Option(option uint32) (value int64, err error) {
	err = s.run(func(raw *rawSource) Status {
		return rawGetOption(raw, option, &value)
	})
	return value, err
}

// JoinMulticast joins a group on an interface; 0 is the system's choice.
func (s *Source) JoinMulticast(group Address, interfaceIndex uint32) error {
	return s.run(func(raw *rawSource) Status {
		return rawMulticastJoin(raw, &group, interfaceIndex)
	})
}

// LeaveMulticast leaves a group, as it was joined.
func (s *Source) LeaveMulticast(group Address, interfaceIndex uint32) error {
	return s.run(func(raw *rawSource) Status {
		return rawMulticastLeave(raw, &group, interfaceIndex)
	})
}
