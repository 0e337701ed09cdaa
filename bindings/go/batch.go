// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc.h>

// Sources are named by their registrations, which are asked for here, so that
// the whole batch is one crossing. As numbers, as in io.go.
static int64_t go_io_many(uintptr_t poller, iosrc_io_item *items,
    uintptr_t *sources, size_t count, uint8_t *memory, size_t memory_size)
{
	size_t i;

	for (i = 0; i < count; i++)
		items[i].registration = iosrc_source_registration(
		    (iosrc_source *)sources[i]);
	return iosrc_io_many((iosrc_poller *)poller, items, count,
	    sizeof *items, memory, memory_size);
}
*/
import "C"

import "unsafe"

// A Request is one registration of Poller.RegisterMany.
type Request struct {
	Source   *Source
	Token    uint64
	Interest Interest
	Err      error // out: what Register would have answered
}

// RegisterMany registers many sources in one call, each as Source.Register
// would, and answers how many succeeded. One that fails, with its Err, stops no
// other. The call's own error says that nothing was done.
func (p *Poller) RegisterMany(requests []Request) (int, error) {
	poller, err := p.begin()
	if err != nil {
		return 0, err
	}
	defer p.done()
	items := make([]RegisterItem, 0, len(requests))
	places := make([]int, 0, len(requests))
	for i := range requests {
		request := &requests[i]
		raw, err := request.Source.begin()
		request.Err = err
		if err != nil {
			continue
		}
		defer request.Source.done()
		items = append(items, RegisterItem{Token: request.Token,
			Interest: request.Interest, Source: raw})
		places = append(places, i)
	}
	if len(items) == 0 {
		if len(requests) == 0 {
			return 0, ErrInvalid
		}
		return 0, nil
	}
	n, err := countOf(rawRegisterMany(poller, &items[0],
		uintptr(len(items)), unsafe.Sizeof(items[0])))
	if err != nil {
		return 0, err
	}
	for i := range items {
		requests[places[i]].Err = errorOf(items[i].OutStatus)
	}
	return n, nil
}

// A Batch is a list of reads and writes through many sources, which Run does in
// one call. It is kept for the next time by Reset, and then allocates nothing.
type Batch struct {
	memory  []byte
	items   []IOItem
	sources []*Source
	numbers []C.uintptr_t
	results []error // of sources that have ended, else nil
}

// NewBatch makes an empty batch. What it reads and writes is part of this
// memory.
func NewBatch(memory []byte) *Batch {
	return &Batch{memory: memory}
}

// Add adds an operation (OpRead, OpWrite, OpRecv, OpSend) on the bytes of the
// memory from offset on. The flags are those of Recv and Send, else 0.
// Operations of one source and direction run in the order of their adding.
func (b *Batch) Add(source *Source, op uint32, flags Flags,
	offset, size int) {
	b.items = append(b.items, IOItem{Opcode: op, Flags: flags,
		Data: uint64(offset), Size: uint64(size)})
	b.sources = append(b.sources, source)
}

// Len answers how many operations were added.
func (b *Batch) Len() int {
	return len(b.items)
}

// Reset takes all operations out.
func (b *Batch) Reset() {
	b.items, b.results = b.items[:0], b.results[:0]
	for i := range b.sources {
		b.sources[i] = nil // not kept from being collected
	}
	b.sources = b.sources[:0]
}

// Run does all operations, on sources that are registered with this poller, and
// answers how many have a result without an error. Operations that fail stop no
// other. The call's own error says that nothing was done.
func (b *Batch) Run(p *Poller) (int, error) {
	poller, err := p.begin()
	if err != nil {
		return 0, err
	}
	defer p.done()
	if len(b.items) == 0 || uint64(len(b.memory)) > maxSize {
		return 0, ErrInvalid
	}
	b.begin()
	memory, size := bytesOf(b.memory)
	n := C.go_io_many(pollerNumber(poller), (*C.iosrc_io_item)(
		unsafe.Pointer(&b.items[0])), &b.numbers[0],
		C.size_t(len(b.items)), memory, size)
	b.done()
	if n < 0 {
		b.results = b.results[:0]
	}
	return countOf(int64(n))
}

// begin holds all sources, so that none is closed meanwhile. One that has ended
// is NULL to C, which has no registration, and so does nothing.
func (b *Batch) begin() {
	b.numbers, b.results = b.numbers[:0], b.results[:0]
	for _, source := range b.sources {
		raw, err := source.begin()
		b.numbers = append(b.numbers, sourceNumber(raw))
		b.results = append(b.results, err)
	}
}

func (b *Batch) done() {
	for i, source := range b.sources {
		if b.results[i] == nil {
			source.done()
		}
	}
}

// Result answers the count and the error of an operation as the single call
// would have, and for OpRecv OutTruncated or 0. At the end of file the count
// is 0.
func (b *Batch) Result(i int) (int, Flags, error) {
	if i < 0 || i >= len(b.results) {
		return 0, 0, ErrInvalid // not run yet
	}
	if b.results[i] != nil {
		return 0, 0, b.results[i]
	}
	n, err := countOf(b.items[i].OutResult)
	return n, b.items[i].OutFlags, err
}
