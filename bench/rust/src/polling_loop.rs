// SPDX-License-Identifier: MIT

//! polling: edge or level mode where asked for; a notification is a wait that
//! ends without an event.

use crate::help::{self, Loop, Mode, Table, CAPACITY, WAKER};
use polling::{Event, Events, PollMode, Poller};
use std::num::NonZeroUsize;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

pub struct Polling {
    poller: Arc<Poller>,
    /// Taken out while they are handled.
    events: Option<Events>,
    mode: PollMode,
    wakes: bool,
    fds: Table<OwnedFd>,
}

impl Loop for Polling {
    type Waker = Arc<Poller>;
    const VERSION: &'static str = env!(concat!("VERSION_", "polling"));
    const LACKS: &'static [(&'static str, &'static str)] =
        &[("shared", "one thread at a time waits")];

    fn open(count: usize, mode: Mode) -> Polling {
        Polling {
            poller: Arc::new(Poller::new().unwrap()),
            events: NonZeroUsize::new(CAPACITY).map(Events::with_capacity),
            mode: if mode == Mode::Level {
                PollMode::Level
            } else {
                PollMode::Edge
            },
            wakes: false,
            fds: Table::new(count),
        }
    }

    fn create(&mut self, i: usize, fd: OwnedFd) {
        self.fds.put(i, fd);
    }

    #[inline]
    fn add(&mut self, i: usize) {
        let fd = self.fds.at(i).as_raw_fd();
        // SAFETY: each is removed before it is closed.
        unsafe { self.poller.add_with_mode(fd, Event::readable(i), self.mode) }.unwrap();
    }

    #[inline]
    fn modify(&mut self, i: usize) {
        self.poller
            .modify_with_mode(self.fds.at(i), Event::all(i), self.mode)
            .unwrap();
    }

    #[inline]
    fn remove(&mut self, i: usize) {
        self.poller.delete(self.fds.at(i)).unwrap();
    }

    fn destroy(&mut self, i: usize) {
        drop(self.fds.take(i));
    }

    #[inline]
    fn wait(&mut self, timeout: Option<Duration>, handle: &mut impl FnMut(&mut Self, usize)) {
        let mut events = self.events.take().unwrap();
        events.clear();
        let got = self.poller.wait(&mut events, timeout).unwrap();
        for event in events.iter() {
            handle(self, event.key);
        }
        self.events = Some(events);
        // A notification is no event; nothing else ends a wait that is for
        // wakes alone.
        if self.wakes && got == 0 {
            handle(self, WAKER);
        }
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

    fn waker(&mut self) -> Arc<Poller> {
        self.wakes = true;
        self.poller.clone()
    }

    #[inline]
    fn wake(waker: &Arc<Poller>) {
        waker.notify().unwrap();
    }
}
