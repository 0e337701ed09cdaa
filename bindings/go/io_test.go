// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"bytes"
	"io"
	"syscall"
	"testing"

	"iosrc"
)

func TestReadAndWrite(t *testing.T) {
	reader, writer := pipe(t)
	_, err := reader.Read(make([]byte, 4))
	if err != iosrc.ErrWouldBlock {
		t.Fatal(err)
	}
	put(t, writer, "data")
	take(t, reader, "data")
	n, err := reader.Read(nil)
	if n != 0 || err != nil {
		t.Fatal("into nothing", n, err)
	}

	// All that fits, then the rest would block, and nothing is lost.
	sent := bytes.Repeat([]byte("0123456789abcdef"), tooMuch/16)
	n, err = writer.Write(sent)
	is(t, err, iosrc.ErrWouldBlock)
	if n == 0 || n == len(sent) {
		t.Fatal("written", n)
	}
	ok(t, writer.Close())
	if !bytes.Equal(readAll(t, reader), sent[:n]) {
		t.Fatal("other bytes")
	}
	_, err = reader.Read(make([]byte, 4))
	if err != io.EOF {
		t.Fatal(err)
	}
}

// Go refuses memory that holds Go pointers; what lies beside a buffer may.
func TestBufferBesidePointers(t *testing.T) {
	poller := newPoller(t)
	a, b := pair(t)
	connection := &struct {
		source *iosrc.Source
		buffer [64]byte
	}{source: a}
	data := connection.buffer[:]
	put(t, b, "12345678")
	n, err := a.Read(data[:1])
	if n != 1 || err != nil {
		t.Fatal(n, err)
	}
	n, _, err = a.Recv(data[1:2], 0)
	if n != 1 || err != nil {
		t.Fatal(n, err)
	}
	n, err = a.Readv(data[2:3], data[3:4])
	if n != 2 || err != nil || string(data[:4]) != "1234" {
		t.Fatal(n, err, data[:4])
	}
	ok(t, a.Register(poller, 1, iosrc.Readable))
	batch := iosrc.NewBatch(data)
	batch.Add(a, iosrc.OpRead, 0, 4, 4)
	n, err = batch.Run(poller)
	if n != 1 || err != nil || string(data[:8]) != "12345678" {
		t.Fatal(n, err, data[:8])
	}
	for _, send := range []func([]byte) (int, error){a.Write,
		func(p []byte) (int, error) { return a.Send(p, 0) },
		func(p []byte) (int, error) { return a.Writev(p) }} {
		n, err = send(data[:8])
		if n != 8 || err != nil {
			t.Fatal(n, err)
		}
		take(t, b, "12345678")
	}
}

func TestDoIOArmsWhatWouldBlock(t *testing.T) {
	poller := newPoller(t)
	reader, writer := pipe(t)
	data := make([]byte, 4)
	read := func(handle iosrc.Handle) (int, error) {
		return readHandle(handle, data)
	}
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	put(t, writer, "12345")
	waitOne(t, poller, 1, iosrc.Readable)
	for _, want := range []int{4, 1} {
		n, err := reader.DoIO(iosrc.Readable, read)
		if n != want || err != nil {
			t.Fatal(n, err)
		}
	}
	_, err := reader.DoIO(iosrc.Readable, read)
	if err != iosrc.ErrWouldBlock {
		t.Fatal(err)
	}
	put(t, writer, "x")
	waitOne(t, poller, 1, iosrc.Readable)

	_, err = reader.DoIO(iosrc.Readable,
		func(iosrc.Handle) (int, error) { return 0, syscall.EIO })
	if err != syscall.EIO {
		t.Fatal("not the operation's own error:", err)
	}
	_, err = reader.DoIO(iosrc.Level, read)
	is(t, err, iosrc.ErrInvalid)
	_, err = reader.DoIO(0x80, read)
	is(t, err, iosrc.ErrUnsupported)
	_, err = reader.DoIO(iosrc.Readable, nil)
	is(t, err, iosrc.ErrInvalid)
	ok(t, reader.Rearm(iosrc.Readable))
	is(t, reader.Rearm(iosrc.Error), iosrc.ErrInvalid)
}

func TestDoIOSurvivesAPanic(t *testing.T) {
	reader, _ := pipe(t)
	func() {
		defer func() { recover() }()
		reader.DoIO(iosrc.Readable, func(iosrc.Handle) (int, error) {
			panic("of the operation")
		})
	}()
	handle, err := reader.IntoInner() // nobody is inside
	ok(t, err)
	closeHandle(handle)
}

func TestVectors(t *testing.T) {
	a, b := pair(t)
	for _, count := range []int{1, 3, 4, 5, 9} {
		var out, in [][]byte
		for i := 0; i < count; i++ {
			out = append(out, bytes.Repeat([]byte{byte('a' + i)},
				i*7))
			in = append(in, make([]byte, i*7))
		}
		want := bytes.Join(out, nil)
		n, err := a.Writev(out...)
		if n != len(want) || err != nil {
			t.Fatal(count, n, err)
		}
		n, err = b.Readv(in...)
		if n != len(want) && count != 1 || err != nil ||
			!bytes.Equal(bytes.Join(in, nil), want) {
			t.Fatal(count, n, err)
		}
	}
	_, err := b.Readv(nil, make([]byte, 1))
	is(t, err, iosrc.ErrWouldBlock)
	_, err = a.Writev()
	is(t, err, iosrc.ErrInvalid)

	// One call is one datagram, however many buffers.
	c, d, err := iosrc.Pair(iosrc.TypeDatagram)
	ok(t, err)
	defer c.Close()
	defer d.Close()
	x := []byte("x")
	_, err = c.Writev(x, x, x, x, x, x)
	ok(t, err)
	take(t, d, "xxxxxx")
}

func TestClosedPeer(t *testing.T) {
	a, b := pair(t)
	put(t, b, "last")
	ok(t, b.Close())
	take(t, a, "last")
	_, err := a.Read(make([]byte, 1))
	if err != io.EOF {
		t.Fatal(err)
	}
	gone(t, a)
	reader, writer := pipe(t)
	ok(t, reader.Close())
	gone(t, writer)
}

func TestRegisterManyTellsEach(t *testing.T) {
	poller := newPoller(t)
	requests := make([]iosrc.Request, 5)
	for i := range requests {
		reader, writer := pipe(t)
		put(t, writer, "data")
		requests[i] = iosrc.Request{Source: reader, Token: uint64(i),
			Interest: iosrc.Readable}
	}
	ok(t, requests[0].Source.Close())
	ok(t, requests[2].Source.Register(poller, 20, iosrc.Readable))
	requests[3].Interest = iosrc.ReadClosed
	n, err := poller.RegisterMany(requests)
	ok(t, err)
	if n != 2 {
		t.Fatal("succeeded", n)
	}
	for i, want := range []error{iosrc.ErrEnded, nil,
		iosrc.ErrAlreadyRegistered, iosrc.ErrInvalid, nil} {
		if requests[i].Err != want {
			t.Fatal(i, requests[i].Err)
		}
	}
	tokens := map[uint64]bool{}
	for _, event := range wait(t, poller) {
		tokens[event.Token] = true
	}
	if len(tokens) != 3 || !tokens[1] || !tokens[20] || !tokens[4] {
		t.Fatal(tokens)
	}
	_, err = poller.RegisterMany(nil)
	is(t, err, iosrc.ErrInvalid)
	n, err = poller.RegisterMany([]iosrc.Request{{}})
	if n != 0 || err != nil {
		t.Fatal(n, err)
	}
}

func TestIOManyReadsAndWrites(t *testing.T) {
	poller := newPoller(t)
	memory := make([]byte, 100)
	batch := iosrc.NewBatch(memory)
	a, b := pair(t)
	empty, _ := pipe(t)
	gone, _ := pipe(t)
	stranger, _ := pipe(t)
	ended := pairEnd(t, poller)
	for i, source := range []*iosrc.Source{a, b, empty, gone, ended} {
		ok(t, source.Register(poller, uint64(i), iosrc.Readable))
	}
	ok(t, gone.Close())

	_, err := batch.Run(poller)
	is(t, err, iosrc.ErrInvalid) // empty
	for round := 0; round < 3; round++ {
		batch.Reset()
		copy(memory, "first, second")
		batch.Add(a, iosrc.OpWrite, 0, 0, 7)
		batch.Add(a, iosrc.OpSend, 0, 7, 6)
		batch.Add(b, iosrc.OpRecv, iosrc.RecvPeek, 20, 4)
		batch.Add(b, iosrc.OpRead, 0, 40, 40)
		batch.Add(empty, iosrc.OpRead, 0, 0, 1)
		batch.Add(gone, iosrc.OpRead, 0, 0, 1)
		batch.Add(stranger, iosrc.OpRead, 0, 0, 1)
		batch.Add(a, iosrc.OpRead, 0, 90, 11)
		batch.Add(a, iosrc.OpRead, 0, -1, 1)
		batch.Add(a, 99, 0, 0, 1)
		batch.Add(ended, iosrc.OpRead, 0, 0, 1)
		batch.Add(nil, iosrc.OpRead, 0, 0, 1)
		_, _, err = batch.Result(0)
		is(t, err, iosrc.ErrInvalid) // not run yet
		n, err := batch.Run(poller)
		ok(t, err)
		if n != 5 || batch.Len() != 12 {
			t.Fatal("succeeded", n)
		}
		for i, want := range []struct {
			n   int
			err error
		}{{7, nil}, {6, nil}, {4, nil}, {13, nil},
			{0, iosrc.ErrWouldBlock}, {0, iosrc.ErrEnded},
			{0, iosrc.ErrNotRegistered}, {0, iosrc.ErrInvalid},
			{0, iosrc.ErrInvalid}, {0, iosrc.ErrUnsupported},
			{0, nil}, {0, iosrc.ErrInvalid}} {
			n, _, err := batch.Result(i)
			if n != want.n || err != want.err {
				t.Fatal(i, n, err)
			}
		}
		if string(memory[20:24]) != "firs" ||
			string(memory[40:53]) != "first, second" {
			t.Fatalf("%q", memory)
		}
	}
	_, _, err = batch.Result(12)
	is(t, err, iosrc.ErrInvalid)
	ok(t, poller.Close())
	_, err = batch.Run(poller)
	is(t, err, iosrc.ErrClosed)
}

// pairEnd answers a source whose peer has ended.
func pairEnd(t *testing.T, poller *iosrc.Poller) *iosrc.Source {
	a, b := pair(t)
	ok(t, b.Close())
	return a
}
