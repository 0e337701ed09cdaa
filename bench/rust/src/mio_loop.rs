// SPDX-License-Identifier: MIT

//! mio: edge mode, one waker a poll.

use crate::help::{self, Loop, Mode, Table, CAPACITY, WAKER};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

pub struct Mio {
    poll: Poll,
    /// Taken out while they are handled.
    events: Option<Events>,
    fds: Table<OwnedFd>,
}

impl Loop for Mio {
    type Waker = Arc<mio::Waker>;
    const VERSION: &'static str = env!(concat!("VERSION_", "mio"));
    const LACKS: &'static [(&'static str, &'static str)] = &[
        ("ready level", "mio has edge mode alone"),
        ("shared", "to wait takes the Poll for oneself (&mut)"),
        ("timeout 50000", "timeouts are rounded up to milliseconds"),
        ("timeout 200000", "timeouts are rounded up to milliseconds"),
    ];

    fn open(count: usize, _mode: Mode) -> Mio {
        Mio {
            poll: Poll::new().unwrap(),
            events: Some(Events::with_capacity(CAPACITY)),
            fds: Table::new(count),
        }
    }

    fn create(&mut self, i: usize, fd: OwnedFd) {
        self.fds.put(i, fd);
    }

    #[inline]
    fn add(&mut self, i: usize) {
        let fd = self.fds.at(i).as_raw_fd();
        let registry = self.poll.registry();
        registry
            .register(&mut SourceFd(&fd), Token(i), Interest::READABLE)
            .unwrap();
    }

    #[inline]
    fn modify(&mut self, i: usize) {
        let fd = self.fds.at(i).as_raw_fd();
        let both = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        registry
            .reregister(&mut SourceFd(&fd), Token(i), both)
            .unwrap();
    }

    #[inline]
    fn remove(&mut self, i: usize) {
        let fd = self.fds.at(i).as_raw_fd();
        self.poll.registry().deregister(&mut SourceFd(&fd)).unwrap();
    }

    fn destroy(&mut self, i: usize) {
        drop(self.fds.take(i));
    }

    #[inline]
    fn wait(&mut self, timeout: Option<Duration>, handle: &mut impl FnMut(&mut Self, usize)) {
        let mut events = self.events.take().unwrap();
        self.poll.poll(&mut events, timeout).unwrap();
        for event in &events {
            handle(self, event.token().0);
        }
        self.events = Some(events);
    }

    #[inline]
    fn read(&self, i: usize, data: &mut [u8]) -> Option<usize> {
        help::read_fd(self.fds.at(i).as_raw_fd(), data)
    }

    #[inline]
    fn write(&self, i: usize, data: &[u8]) -> Option<usize> {
        help::write_fd(self.fds.at(i).as_raw_fd(), data)
    }

    fn accept(&self, i: usize) -> Option<OwnedFd> {
        help::accept_fd(self.fds.at(i).as_raw_fd())
    }

    fn waker(&mut self) -> Arc<mio::Waker> {
        Arc::new(mio::Waker::new(self.poll.registry(), Token(WAKER)).unwrap())
    }

    #[inline]
    fn wake(waker: &Arc<mio::Waker>) {
        waker.wake().unwrap();
    }
}
