// SPDX-License-Identifier: MIT

package iosrc

import "unsafe"

// Listen opens a socket that listens; nil options are all defaults. The
// address's family picks the protocol, port 0 lets the system choose:
// LocalAddress tells. Handles that these functions open are non-blocking and
// are not inherited by programs that are executed.
func Listen(address Address, options *ListenOptions) (*Source, error) {
	var raw *rawSource
	var given ListenOptions // zero is the default, of all options here

	if options != nil {
		given = *options
	}
	return newSource(rawListen(&address, &given, unsafe.Sizeof(given),
		&raw), &raw)
}

// Connect opens a socket and begins to connect it; nil options are all
// defaults. The connect has ended when the source is writable: TakeError tells
// how. What is refused at once is answered here.
func Connect(address Address, options *ConnectOptions) (*Source, error) {
	var raw *rawSource
	var given ConnectOptions

	if options != nil {
		given = *options
	}
	return newSource(rawConnect(&address, &given, unsafe.Sizeof(given),
		&raw), &raw)
}

// BindDatagram opens a datagram socket and binds it; nil options are all
// defaults.
func BindDatagram(address Address, options *DatagramOptions) (*Source, error) {
	var raw *rawSource
	var given DatagramOptions

	if options != nil {
		given = *options
	}
	return newSource(rawBindDatagram(&address, &given,
		unsafe.Sizeof(given), &raw), &raw)
}

// Pair makes two sockets that are connected to each other: TypeStream,
// TypeDatagram or TypeSeqpacket.
func Pair(socketType uint32) (a, b *Source, err error) {
	var rawA, rawB *rawSource

	return newSources(rawPair(socketType, &rawA, &rawB), &rawA, &rawB)
}

// Pipe makes a pipe.
func Pipe() (reader, writer *Source, err error) {
	var rawReader, rawWriter *rawSource

	return newSources(rawPipe(&rawReader, &rawWriter), &rawReader,
		&rawWriter)
}

func newSources(status Status, rawA, rawB **rawSource) (a, b *Source,
	err error) {
	if a, err = newSource(status, rawA); err == nil {
		b, err = newSource(status, rawB)
	}
	return a, b, err
}
