// SPDX-License-Identifier: MIT

//! libiosrc through its crate.

use crate::help::{self, Loop, Mode, Table, CAPACITY, WAKER};
use iosrc::{Events, Interest, Poller, Source};
use std::io::ErrorKind;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

pub struct Iosrc {
    poller: Poller,
    /// Taken out while they are handled.
    events: Option<Events>,
    interest: Interest,
    sources: Table<Source<OwnedFd>>,
}

fn count_of(result: std::io::Result<usize>) -> Option<usize> {
    match result {
        Ok(count) => Some(count),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    }
}

impl Loop for Iosrc {
    type Waker = iosrc::Waker;
    const VERSION: &'static str = env!(concat!("VERSION_", "iosrc"));
    const LACKS: &'static [(&'static str, &'static str)] = &[];

    fn open(count: usize, mode: Mode) -> Iosrc {
        let level = if mode == Mode::Level {
            Interest::LEVEL
        } else {
            Interest::NONE
        };
        Iosrc {
            poller: Poller::new().unwrap(),
            events: Some(Events::with_capacity(CAPACITY)),
            interest: Interest::READABLE | level,
            sources: Table::new(count),
        }
    }

    fn create(&mut self, i: usize, fd: OwnedFd) {
        self.sources.put(i, Source::new(fd).unwrap());
    }

    #[inline]
    fn add(&mut self, i: usize) {
        self.poller
            .register(self.sources.at(i), i as u64, self.interest)
            .unwrap();
    }

    #[inline]
    fn modify(&mut self, i: usize) {
        let both = self.interest | Interest::WRITABLE;
        self.poller
            .reregister(self.sources.at(i), i as u64, both)
            .unwrap();
    }

    #[inline]
    fn remove(&mut self, i: usize) {
        self.poller.deregister(self.sources.at(i)).unwrap();
    }

    fn destroy(&mut self, i: usize) {
        drop(self.sources.take(i));
    }

    #[inline]
    fn wait(&mut self, timeout: Option<Duration>, handle: &mut impl FnMut(&mut Self, usize)) {
        let mut events = self.events.take().unwrap();
        self.poller.wait(&mut events, timeout).unwrap();
        for event in &events {
            handle(self, event.token() as usize);
        }
        self.events = Some(events);
    }

    #[inline]
    fn read(&self, i: usize, data: &mut [u8]) -> Option<usize> {
        count_of(self.sources.at(i).read(data))
    }

    #[inline]
    fn write(&self, i: usize, data: &[u8]) -> Option<usize> {
        count_of(self.sources.at(i).write(data))
    }

    fn accept(&self, i: usize) -> Option<OwnedFd> {
        let source = self.sources.at(i);
        let fd = help::accept_fd(source.as_raw_fd());
        if fd.is_none() {
            source.rearm(Interest::READABLE).unwrap();
        }
        fd
    }

    fn waker(&mut self) -> iosrc::Waker {
        self.poller.waker(WAKER as u64).unwrap()
    }

    #[inline]
    fn wake(waker: &iosrc::Waker) {
        waker.wake().unwrap();
    }
}
