// SPDX-License-Identifier: MIT

// Echo is an echo server: echo ADDRESS, where ADDRESS is 127.0.0.1:7000, [::1]:0,
// unix:/path or unix:@name. It sends back what it receives, until SIGINT.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"iosrc"
)

const (
	tokenStop     = 0
	tokenListener = 1
	tokenFirst    = 2 // of connections; none is used twice

	rounds = 16                     // of one source, before the others' turn
	pause  = 100 * time.Millisecond // of accepting, when out of handles
)

type connection struct {
	source  *iosrc.Source
	pending []byte // what was read and is not yet written back
	buffer  [8192]byte
}

type server struct {
	poller      *iosrc.Poller
	listener    *iosrc.Source
	connections map[uint64]*connection
	next        uint64
	paused      bool
	bytes       uint64
}

func main() {
	if len(os.Args) != 2 || strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "usage: echo ADDRESS")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func run(text string) error {
	address, err := iosrc.ParseAddress(text)
	if err != nil {
		return err
	}
	s := &server{connections: map[uint64]*connection{}, next: tokenFirst}
	if s.listener, err = iosrc.Listen(address, nil); err != nil {
		return err
	}
	defer s.listener.Close()
	if strings.HasPrefix(text, "unix:") && !strings.HasPrefix(text, "unix:@") {
		defer os.Remove(strings.TrimPrefix(text, "unix:"))
	}
	if s.poller, err = iosrc.NewPoller(nil); err != nil {
		return err
	}
	defer s.poller.Close()
	if err = stopAtSignal(s.poller); err != nil {
		return err
	}
	if err = s.listen(); err != nil {
		return err
	}
	if address, err = s.listener.LocalAddress(); err != nil {
		return err
	}
	fmt.Println("listening on", address)
	if err = s.serve(); err != nil {
		return err
	}
	fmt.Println(s.next-tokenFirst, "connections,", s.bytes, "bytes")
	return nil
}

// stopAtSignal lets a waker tell the poller of SIGINT and SIGTERM.
func stopAtSignal(poller *iosrc.Poller) error {
	waker, err := poller.NewWaker(tokenStop)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		for range signals {
			waker.Wake()
		}
	}()
	return nil
}

func (s *server) serve() error {
	events := make([]iosrc.Event, 1024)
	for {
		timeout := time.Duration(-1)
		if s.paused {
			timeout = pause
		}
		ready, err := s.poller.Wait(events, timeout)
		if err != nil {
			return err
		}
		if s.paused {
			s.paused = s.listen() != nil
		}
		for _, event := range ready {
			switch event.Token {
			case tokenStop:
				return nil
			case tokenListener:
				s.accept()
			default:
				s.echo(event.Token)
			}
		}
	}
}

// Level mode: one event may take a few connections and leave the rest.
func (s *server) listen() error {
	return s.listener.Register(s.poller, tokenListener,
		iosrc.Readable|iosrc.Level)
}

func (s *server) accept() {
	for i := 0; i < rounds; i++ {
		source, err := s.listener.Accept(nil)
		switch iosrc.KindOf(err) {
		case iosrc.KindOk:
			s.open(source)
		case iosrc.KindLimit, iosrc.KindNoMemory:
			// Out of descriptors: level mode would report the
			// connection again and again, so nobody listens for a
			// moment.
			s.paused = s.listener.Deregister(s.poller) == nil
			return
		default: // no more, or one that gave up
			return
		}
	}
}

func (s *server) open(source *iosrc.Source) {
	token := s.next
	s.next++
	s.connections[token] = &connection{source: source}
	if source.Register(s.poller, token, iosrc.Readable|iosrc.Writable) != nil {
		s.close(token)
	}
}

// A connection that was closed has left the map, so a stale event, whose token
// is never another's, finds nothing.
func (s *server) close(token uint64) {
	s.connections[token].source.Close()
	delete(s.connections, token)
}

// echo leaves when a call would block, for only that makes the next event come,
// or, after some rounds, lets the others have their turn: to reregister reports
// what is ready now once more.
func (s *server) echo(token uint64) {
	c := s.connections[token]
	if c == nil {
		return
	}
	for i := 0; i < rounds; i++ {
		err := s.round(c)
		if err == iosrc.ErrWouldBlock {
			return
		}
		if err != nil { // io.EOF: the peer has ended, and has it all
			s.close(token)
			return
		}
	}
	if c.source.Reregister(s.poller, token,
		iosrc.Readable|iosrc.Writable) != nil {
		s.close(token)
	}
}

// Nothing is read while output is pending, so a peer that does not read is not
// read from either.
func (s *server) round(c *connection) error {
	if len(c.pending) == 0 {
		n, err := c.source.Read(c.buffer[:])
		if err != nil {
			return err
		}
		c.pending = c.buffer[:n]
	}
	n, err := c.source.Write(c.pending)
	c.pending = c.pending[n:]
	s.bytes += uint64(n)
	return err
}
