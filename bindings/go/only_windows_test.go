// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"iosrc"
)

// What Windows alone has.

var (
	kernel32    = syscall.NewLazyDLL("kernel32.dll")
	createEvent = kernel32.NewProc("CreateEventW")
	setEvent    = kernel32.NewProc("SetEvent")
	resetEvent  = kernel32.NewProc("ResetEvent")
)

func TestWaitableIsReadableWhileItIsSignalled(t *testing.T) {
	event, _, err := createEvent.Call(0, 1, 0, 0)
	if event == 0 {
		t.Fatal(err)
	}
	source, err := iosrc.NewSource(iosrc.Handle(event),
		iosrc.HandleWaitable)
	ok(t, err)
	poller := newPoller(t)
	ok(t, source.Register(poller, 7, iosrc.Readable|iosrc.Level))
	waitNone(t, poller)
	setEvent.Call(event)
	for i := 0; i < 3; i++ {
		waitOne(t, poller, 7, iosrc.Readable)
	}
	resetEvent.Call(event)
	waitNone(t, poller)
	handle, err := source.IntoInner()
	ok(t, err)
	ok(t, syscall.CloseHandle(syscall.Handle(handle)))
}

func talkEdge(t *testing.T, reader, writer *iosrc.Source) {
	t.Helper()
	poller := newPoller(t)
	ok(t, reader.Register(poller, 1, iosrc.Readable))
	waitNone(t, poller)
	for i := 0; i < 3; i++ {
		put(t, writer, "data")
		waitOne(t, poller, 1, iosrc.Readable)
		waitNone(t, poller)
		take(t, reader, "data")
		drain(t, reader)
	}
	ok(t, reader.Deregister(poller))
}

func TestPipeIsAnEdge(t *testing.T) {
	reader, writer, err := iosrc.Pipe()
	ok(t, err)
	talkEdge(t, reader, writer)
	ok(t, writer.Close())
	ok(t, reader.Close())
}

func TestNamedPipeIsAnEndpoint(t *testing.T) {
	where := address(t, fmt.Sprintf(`pipe:\\.\pipe\iosrc-go-%d`,
		os.Getpid()))
	poller := newPoller(t)
	listener, err := iosrc.Listen(where, nil)
	ok(t, err)
	client, err := iosrc.Connect(where, nil)
	ok(t, err)
	ok(t, listener.Register(poller, 9, iosrc.Readable))
	waitOne(t, poller, 9, iosrc.Readable)
	server, err := listener.Accept(nil)
	ok(t, err)
	talkEdge(t, server, client)
	talkEdge(t, client, server)
	ok(t, client.Close())
	ok(t, server.Close())
	ok(t, listener.Close())
}
