// SPDX-License-Identifier: MIT

// Package iosrc is non-blocking I/O readiness: sources, pollers and wakers of
// the C library libiosrc, which it finds by pkg-config.
//
// A Source owns a handle of the system. It is registered with a Poller under a
// token, 64 bits of the program's own; Poller.Wait answers events, each a token
// and what became ready. The I/O goes through the source: Read, Write and their
// like, or DoIO for calls of the program's own. A Waker ends a wait from another
// goroutine. What edge, level and oneshot mean, and how far an edge has to be
// drained, is said at the head of iosrc.h and in iosrc(7).
//
// # Errors
//
// Errors of the library are of type Status. They compare with the constants
// (err == iosrc.ErrWouldBlock, or errors.Is), with the system's numbers
// (errors.Is(err, syscall.ECONNREFUSED)), and so with fs.ErrNotExist and its
// like. KindOf tells the portable kind of any error. An object that is used
// after its end answers ErrEnded, a poller ErrClosed; both are fs.ErrClosed.
//
// # Goroutines
//
// Every method may be called from any goroutine at any time, on the same object
// too, and takes effect in a wait that goes on; a Batch alone belongs to one
// goroutine at a time. No method calls back from C. A Wait that sleeps keeps a
// thread of the system.
//
// Close may come at any time as well. Calls that come later answer an error;
// calls in progress finish, and the last one of them ends the object, so that
// no call ever meets a handle that was closed and opened as something else.
// Waits are woken and answer ErrClosed. IntoInner must know that nobody uses
// the handle any more, so while a call is in progress it answers ErrBusy.
//
// # Memory
//
// An object that nobody refers to is closed when it is collected, a registered
// source too, for its poller does not refer to it: keep sources, for example in
// a map by token. Waiting, reading and writing allocate nothing. Go's rules for
// passing pointers to C are kept whatever a buffer is part of.
package iosrc
