// SPDX-License-Identifier: MIT

//! An echo server on one thread: `echo ADDRESS`, as `127.0.0.1:7777` or
//! `unix:/tmp/echo`. It ends at SIGINT and SIGTERM.

use iosrc::net::{self, Endpoint, ListenOptions};
use iosrc::{sys, Address, Events, Interest, Kind, Poller, Status, Waker};
use std::io::{self, ErrorKind, Write};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

const STOP: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;
const ROUNDS: usize = 16; // of one connection, before the others' turn
const BUFFER_SIZE: usize = 8192;

struct Connection {
    source: Endpoint,
    buffer: Box<[u8]>,
    begin: usize, // what was read and is not yet written back
    end: usize,
}

enum State {
    Waits,
    HasMore,
    Ended,
}

impl Connection {
    fn new(source: Endpoint) -> Connection {
        Connection {
            source,
            buffer: vec![0; BUFFER_SIZE].into_boxed_slice(),
            begin: 0,
            end: 0,
        }
    }

    /// Goes on until a call would block, for only that makes the next event
    /// come. Nothing is read while output is pending.
    fn echo(&mut self) -> io::Result<State> {
        for _ in 0..ROUNDS {
            while self.begin < self.end {
                self.begin += self.source.write(&self.buffer[self.begin..self.end])?;
            }
            self.begin = 0;
            self.end = 0;
            self.end = self.source.read(&mut self.buffer)?;
            if self.end == 0 {
                return Ok(State::Ended);
            }
        }
        Ok(State::HasMore)
    }

    fn serve(&mut self) -> State {
        match self.echo() {
            Ok(state) => state,
            Err(error) if error.kind() == ErrorKind::WouldBlock => State::Waits,
            Err(_) => State::Ended, // The peer's trouble, not ours.
        }
    }
}

struct Server {
    poller: Poller,
    listener: Endpoint,
    connections: Vec<Option<Connection>>, // the index is the token
    free: Vec<usize>,
    is_full: bool, // out of handles: accept when a connection has ended
}

impl Server {
    fn new(address: &Address) -> io::Result<Server> {
        let mut options = ListenOptions::default();
        if address.family() == sys::FAMILY_UNIX {
            options.flags = sys::Flags::LISTEN_UNLINK_STALE;
        }
        let listener = net::listen_with(address, &options)?;
        let poller = Poller::new()?;
        poller.register(&listener, LISTENER, Interest::READABLE)?;
        Ok(Server {
            poller,
            listener,
            connections: Vec::new(),
            free: Vec::new(),
            is_full: false,
        })
    }

    fn accept(&mut self) -> io::Result<()> {
        self.is_full = false;
        loop {
            match self.listener.accept() {
                Ok((source, _)) => self.open(source),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => match Status::of(&error).kind() {
                    Kind::LIMIT if self.free.len() < self.connections.len() => {
                        self.is_full = true;
                        return Ok(());
                    }
                    Kind::CONNECTION_ABORTED | Kind::UNREACHABLE => {}
                    _ => return Err(error),
                },
            }
        }
    }

    fn open(&mut self, source: Endpoint) {
        let index = self.free.pop().unwrap_or(self.connections.len());
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self
            .poller
            .register(&source, index as u64, interest)
            .is_err()
        {
            self.free
                .extend((index < self.connections.len()).then_some(index));
            return; // Dropped, and so closed.
        }
        let connection = Some(Connection::new(source));
        if index < self.connections.len() {
            self.connections[index] = connection;
        } else {
            self.connections.push(connection);
        }
    }

    fn serve(&mut self, index: usize) -> io::Result<()> {
        let slot = &mut self.connections[index];
        let connection = match slot {
            Some(connection) => connection,
            None => return Ok(()),
        };
        let mut state = connection.serve();
        if let State::HasMore = state {
            // To reregister reports what is ready now once more.
            let interest = Interest::READABLE | Interest::WRITABLE;
            let token = index as u64;
            if self
                .poller
                .reregister(&connection.source, token, interest)
                .is_err()
            {
                state = State::Ended;
            }
        }
        if let State::Ended = state {
            *slot = None;
            self.free.push(index);
            if self.is_full {
                return self.accept();
            }
        }
        Ok(())
    }

    fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            self.poller.wait(&mut events, None)?;
            for event in &events {
                match event.token() {
                    STOP => return Ok(()),
                    LISTENER => self.accept()?,
                    // One that was closed may have left an event behind.
                    _ if !self.poller.is_current(event) => {}
                    token => self.serve(token as usize)?,
                }
            }
        }
    }
}

// ---- the end ----

static WAKER: AtomicPtr<Waker> = AtomicPtr::new(ptr::null_mut());

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn stop(_number: i32) {
    // SAFETY: the waker was leaked before the handler was installed. Waking
    // is allowed in a handler.
    let waker = unsafe { &*WAKER.load(Ordering::Acquire) };
    waker.wake_status();
}

fn stop_at_signals(waker: Waker) {
    WAKER.store(Box::into_raw(Box::new(waker)), Ordering::Release);
    for number in [2, 15] {
        // SAFETY: the handler does nothing that is not allowed in one.
        unsafe { signal(number, stop) };
    }
}

fn main() -> io::Result<()> {
    let text = match std::env::args().nth(1) {
        Some(text) => text,
        None => {
            eprintln!("usage: echo ADDRESS");
            std::process::exit(2);
        }
    };
    let mut server = Server::new(&text.parse()?)?;
    stop_at_signals(server.poller.waker(STOP)?);
    println!("listening on {}", server.listener.local_address()?);
    io::stdout().flush()?;
    server.run()
}
