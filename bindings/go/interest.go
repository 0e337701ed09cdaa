// SPDX-License-Identifier: MIT

package iosrc

import (
	"fmt"
	"strings"
)

// Interest is what a registration asks for: directions (Readable, Writable,
// Priority), and a mode: Level, Oneshot or Exclusive; without one it is edge.
// No direction is a pause.
type Interest = Bits

const (
	directionBits = Readable | Writable | Priority
	readyBits     = Error | ReadClosed | WriteClosed
	modeBits      = Level | Oneshot | Exclusive
)

// Has tells whether all of these bits are set.
func (b Bits) Has(bits Bits) bool {
	return b&bits == bits
}

// Any tells whether one of these bits is set.
func (b Bits) Any(bits Bits) bool {
	return b&bits != 0
}

var bitNames = [...]struct {
	bit  Bits
	name string
}{
	{Readable, "readable"}, {Writable, "writable"}, {Priority, "priority"},
	{Error, "error"}, {ReadClosed, "read-closed"},
	{WriteClosed, "write-closed"}, {Level, "level"}, {Oneshot, "oneshot"},
	{Exclusive, "exclusive"},
}

// String names the bits: "readable|level".
func (b Bits) String() string {
	var names []string

	for _, known := range bitNames {
		if b.Any(known.bit) {
			names = append(names, known.name)
			b &^= known.bit
		}
	}
	if b != 0 || names == nil {
		names = append(names, fmt.Sprintf("%#x", uint32(b)))
	}
	return strings.Join(names, "|")
}

// checkDirections refuses what iosrc_do_io refuses before it calls.
func checkDirections(directions Bits) error {
	switch {
	case directions.Any(readyBits | modeBits):
		return ErrInvalid
	case directions.Any(^directionBits):
		return ErrUnsupported
	}
	return nil
}
