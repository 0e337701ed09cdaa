// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"testing"

	"iosrc"
)

// The language's own counter, over 10,000 events that are waited for, read and
// drained to a would-block.
func TestNoAllocationPerEvent(t *testing.T) {
	const sources, rounds = 100, 100
	poller := newPoller(t)
	events := make([]iosrc.Event, sources)
	data := make([]byte, 16)
	var readers, writers [sources]*iosrc.Source
	for i := range readers {
		readers[i], writers[i] = pipe(t)
		ok(t, readers[i].Register(poller, uint64(i), iosrc.Readable))
	}
	var before, after runtime.MemStats
	count, wrong := 0, 0
	runtime.ReadMemStats(&before)
	for round := 0; round < rounds; round++ {
		for _, writer := range writers {
			if _, err := writer.Write(data[:1]); err != nil {
				wrong++
			}
		}
		for left := sources; left > 0; {
			ready, err := poller.Wait(events, patience)
			if err != nil || len(ready) == 0 {
				t.Fatal(err, left)
			}
			for i := range ready {
				source := readers[ready[i].Token]
				n, err := source.Read(data)
				if n != 1 || err != nil {
					wrong++
				}
				_, err = source.Read(data)
				if err != iosrc.ErrWouldBlock ||
					!poller.IsCurrent(ready[i]) {
					wrong++
				}
			}
			left -= len(ready)
			count += len(ready)
		}
	}
	runtime.ReadMemStats(&after)
	allocated := after.Mallocs - before.Mallocs
	t.Log(count, "events,", allocated, "allocations")
	// The runtime itself allocates now and then.
	if count != sources*rounds || wrong != 0 || allocated > 100 {
		t.Fatal(count, "events,", wrong, "wrong,", allocated,
			"allocations")
	}
}

// A batch that is used again, datagrams into a caller's address, I/O of one's
// own.
func TestNoAllocationPerBatch(t *testing.T) {
	poller := newPoller(t)
	a, b := pair(t)
	ok(t, a.Register(poller, 1, iosrc.Readable))
	ok(t, b.Register(poller, 2, iosrc.Readable))
	batch := iosrc.NewBatch(make([]byte, 16))
	var peer iosrc.Address
	wouldBlock := func(iosrc.Handle) (int, error) {
		return 0, syscall.EAGAIN
	}
	run := func() {
		batch.Reset()
		batch.Add(a, iosrc.OpWrite, 0, 0, 8)
		batch.Add(b, iosrc.OpRead, 0, 8, 8)
		if n, err := batch.Run(poller); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		b.RecvFrom(nil, 0, &peer)
		b.DoIO(iosrc.Readable, wouldBlock)
		b.Registration()
	}
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Fatal(n, "allocations")
	}
}

// ---- 1,000 connections, a server and a client, each a poller of its own ----

const connections, messageSize = 1000, 700

func serve(poller *iosrc.Poller, listener *iosrc.Source) error {
	served := map[uint64]*iosrc.Source{}
	events := make([]iosrc.Event, 256)
	data := make([]byte, 4096)
	next, left := uint64(1), connections
	err := listener.Register(poller, 0, iosrc.Readable)
	if err != nil {
		return err
	}
	for left > 0 {
		ready, err := poller.Wait(events, patience)
		if err != nil || len(ready) == 0 {
			return fmt.Errorf("server: %v, %d left", err, left)
		}
		for _, event := range ready {
			if event.Token == 0 {
				err = acceptAll(poller, listener, served, &next)
				if err != nil {
					return err
				}
				continue
			}
			source := served[event.Token]
			if source == nil {
				continue
			}
			err := echo(source, data)
			if err == iosrc.ErrWouldBlock {
				continue
			}
			source.Close()
			delete(served, event.Token)
			left--
			if err != io.EOF {
				return err
			}
		}
	}
	return nil
}

func acceptAll(poller *iosrc.Poller, listener *iosrc.Source,
	served map[uint64]*iosrc.Source, next *uint64) error {
	for {
		source, err := listener.Accept(nil)
		if err == iosrc.ErrWouldBlock {
			return nil
		}
		if err != nil {
			return err
		}
		err = source.Register(poller, *next, iosrc.Readable)
		if err != nil {
			return err
		}
		served[*next] = source
		*next++
	}
}

// What is under way fits the socket's buffer: a write never blocks.
func echo(source *iosrc.Source, data []byte) error {
	for {
		n, err := source.Read(data)
		if err != nil {
			return err
		}
		if _, err = source.Write(data[:n]); err != nil {
			return errors.New("the echo would block")
		}
	}
}

type talker struct {
	source         *iosrc.Source
	sent, received int
}

func pattern(connection, position int) byte {
	return byte((connection*31+position)*2654435761>>7 ^ position>>8)
}

// talk sends a message when the one before is back, and checks each byte;
// io.EOF when all are.
func (c *talker) talk(number int, data []byte) error {
	for {
		if c.received == c.sent {
			if c.sent == messages*messageSize {
				return io.EOF
			}
			for i := 0; i < messageSize; i++ {
				data[i] = pattern(number, c.sent+i)
			}
			n, err := c.source.Write(data[:messageSize])
			if err != nil {
				return err
			}
			c.sent += n
		}
		n, err := c.source.Read(data)
		if err == iosrc.ErrWouldBlock {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the end came early: %w", err)
		}
		for _, b := range data[:n] {
			if b != pattern(number, c.received) {
				return fmt.Errorf("byte %d of %d is wrong",
					c.received, number)
			}
			c.received++
		}
	}
}

func TestEcho1000(t *testing.T) {
	listener, local := listen(t, "127.0.0.1:0")
	poller, other := newPoller(t), newPoller(t)
	result := make(chan error, 1)
	go func() { result <- serve(other, listener) }()

	talkers := make([]talker, connections)
	for i := range talkers {
		source, err := iosrc.Connect(local, nil)
		ok(t, err)
		defer source.Close()
		talkers[i].source = source
		ok(t, source.Register(poller, uint64(i), iosrc.Readable|
			iosrc.Writable))
	}
	events := make([]iosrc.Event, 256)
	data := make([]byte, 4096)
	for left := connections; left > 0; {
		ready, err := poller.Wait(events, patience)
		ok(t, err)
		if len(ready) == 0 {
			t.Fatal("stalled", left)
		}
		for _, event := range ready {
			number := int(event.Token)
			c := &talkers[number]
			if c.source.Registration() == 0 || c.sent == 0 &&
				!event.Ready.Has(iosrc.Writable) {
				continue
			}
			err := c.talk(number, data)
			if err == io.EOF {
				ok(t, c.source.Close())
				left--
				continue
			}
			ok(t, err)
		}
	}
	ok(t, <-result)
	total := 0
	for i := range talkers {
		total += talkers[i].received
	}
	if total != connections*messages*messageSize {
		t.Fatal("bytes", total)
	}
}
