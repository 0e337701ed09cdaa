// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc.h>

// Buffers are bytes here, not void *: cgo looks through a void * at the whole
// object around the buffer, and refuses one that holds a Go pointer. Sources are
// numbers, here and in the other calls that are made often: for a pointer to an
// object that it does not know, cgo of Go 1.19 allocates in each call.
static int64_t go_read(uintptr_t source, uint8_t *data, size_t size)
{
	return iosrc_read((iosrc_source *)source, data, size);
}

static int64_t go_write(uintptr_t source, uint8_t *data, size_t size)
{
	return iosrc_write((iosrc_source *)source, data, size);
}

// Go may pass pointers to C, but not memory that holds them, so an array of
// buffers is put together here. Those behind count are NULL and 0.
static int64_t go_vectors(uintptr_t source, uint32_t writing, size_t count,
    uint8_t *data0, size_t size0, uint8_t *data1, size_t size1,
    uint8_t *data2, size_t size2, uint8_t *data3, size_t size3)
{
	iosrc_buffer buffers[] = { { data0, size0 }, { data1, size1 },
		{ data2, size2 }, { data3, size3 } };

	return writing ? iosrc_writev((iosrc_source *)source, buffers, count)
	               : iosrc_readv((iosrc_source *)source, buffers, count);
}

static iosrc_status go_rearm(uintptr_t source, iosrc_bits directions)
{
	return iosrc_rearm((iosrc_source *)source, directions);
}

static iosrc_handle go_source_handle(uintptr_t source)
{
	return iosrc_source_handle((iosrc_source *)source);
}

static uint64_t go_source_registration(uintptr_t source)
{
	return iosrc_source_registration((iosrc_source *)source);
}
*/
import "C"

import (
	"io"
	"unsafe"
)

// The most that one call takes.
const maxSize = 1<<31 - 1

func sourceNumber(raw *rawSource) C.uintptr_t {
	return C.uintptr_t(uintptr(unsafe.Pointer(raw)))
}

func rearm(raw *rawSource, directions Bits) Status {
	return Status(C.go_rearm(sourceNumber(raw), C.iosrc_bits(directions)))
}

func handleOf(raw *rawSource) Handle {
	return Handle(C.go_source_handle(sourceNumber(raw)))
}

func registrationOf(raw *rawSource) uint64 {
	return uint64(C.go_source_registration(sourceNumber(raw)))
}

// bytesOf answers what C is to be given of a buffer.
func bytesOf(data []byte) (*C.uint8_t, C.size_t) {
	if len(data) == 0 {
		return nil, 0
	}
	return (*C.uint8_t)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

func clamp(data []byte) []byte {
	if uint64(len(data)) > maxSize {
		return data[:maxSize]
	}
	return data
}

// Read reads once, as an io.Reader: at the end of file it answers io.EOF, and
// ErrWouldBlock when there is nothing to read now. An empty datagram looks like
// an end here; Recv knows no end and answers 0 for both.
func (s *Source) Read(data []byte) (int, error) {
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	bytes, size := bytesOf(clamp(data))
	n, err := countOf(int64(C.go_read(sourceNumber(raw), bytes, size)))
	s.done()
	if n == 0 && err == nil && size > 0 {
		err = io.EOF
	}
	return n, err
}

// Write writes all, as an io.Writer: fewer bytes come with an error, which is
// ErrWouldBlock when there is no room now for the rest. On a datagram socket it
// sends one datagram.
func (s *Source) Write(data []byte) (int, error) {
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	defer s.done()
	written := 0
	for {
		bytes, size := bytesOf(clamp(data[written:]))
		n, err := countOf(int64(C.go_write(sourceNumber(raw), bytes, size)))
		written += n
		if err != nil || written == len(data) {
			return written, err
		}
		if n == 0 {
			return written, io.ErrShortWrite
		}
	}
}

// Readv reads into several buffers in order, once. The count may end anywhere;
// 0 is the end of file, or that the buffers are empty.
func (s *Source) Readv(buffers ...[]byte) (int, error) {
	if len(buffers) <= 4 {
		return s.vectors(0, buffers)
	}
	size, err := sizeOf(buffers)
	if err != nil {
		return 0, err
	}
	all := make([]byte, size)
	n, err := s.vectors(0, [][]byte{all})
	for rest := all[:n]; len(rest) > 0; buffers = buffers[1:] {
		rest = rest[copy(buffers[0], rest):]
	}
	return n, err
}

// Writev writes several buffers in order, once. The count, which may be fewer
// than all bytes, may end anywhere.
func (s *Source) Writev(buffers ...[]byte) (int, error) {
	if len(buffers) <= 4 {
		return s.vectors(1, buffers)
	}
	size, err := sizeOf(buffers)
	if err != nil {
		return 0, err
	}
	all := make([]byte, 0, size)
	for _, buffer := range buffers {
		all = append(all, buffer...)
	}
	return s.vectors(1, [][]byte{all})
}

// More than four buffers are copied into one, for it must stay one call: each
// call on a datagram socket is a datagram.
func sizeOf(buffers [][]byte) (int, error) {
	var size uint64

	for _, buffer := range buffers {
		size += uint64(len(buffer))
	}
	if size > maxSize {
		return 0, ErrInvalid
	}
	return int(size), nil
}

func (s *Source) vectors(writing C.uint32_t, buffers [][]byte) (int, error) {
	var data [4]*C.uint8_t
	var size [4]C.size_t

	for i, buffer := range buffers {
		data[i], size[i] = bytesOf(buffer)
	}
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	n := C.go_vectors(sourceNumber(raw), writing, C.size_t(len(buffers)), data[0],
		size[0], data[1], size[1], data[2], size[2], data[3], size[3])
	s.done()
	return countOf(int64(n))
}

// Rearm says that I/O of one's own in these directions would have blocked, so
// that an event comes when it would not any more. DoIO does it by itself.
func (s *Source) Rearm(directions Bits) error {
	raw, err := s.begin()
	if err != nil {
		return err
	}
	status := rearm(raw, directions)
	s.done()
	return errorOf(status)
}

// DoIO runs one operation of the caller's on the handle, exactly once, and
// answers what it answered. An error that is EAGAIN or ErrWouldBlock is
// answered as ErrWouldBlock, and arms the directions, which are those that the
// operation waits for; EINPROGRESS and EALREADY arm Writable, if named. The
// handle is not closed while the operation runs, even if the source is.
func (s *Source) DoIO(directions Bits,
	operation func(handle Handle) (int, error)) (int, error) {
	if err := checkDirections(directions); err != nil {
		return 0, err
	}
	if operation == nil {
		return 0, ErrInvalid
	}
	raw, err := s.begin()
	if err != nil {
		return 0, err
	}
	defer s.done()
	n, err := operation(handleOf(raw))
	switch {
	case err == nil:
	case isWouldBlock(err):
		// A failure to arm comes as an event with Error.
		rearm(raw, directions)
		err = ErrWouldBlock
	case KindOf(err) == KindInProgress:
		rearm(raw, directions&Writable)
	}
	return n, err
}
