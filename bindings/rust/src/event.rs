// SPDX-License-Identifier: MIT

//! What a wait answers: plain data, in memory that is used again and again.

use crate::sys::{self, Bits};
use std::ops::Deref;
use std::slice;

/// What became ready, and under which token.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct Event(sys::Event);

impl Event {
    /// The token of the registration, or of the waker.
    pub fn token(&self) -> u64 {
        self.0.token
    }

    /// The registration that the event was made for; never 0.
    pub fn registration(&self) -> u64 {
        self.0.registration
    }

    /// All ready bits, those that this version has no name for among them.
    pub fn ready(&self) -> u32 {
        self.0.ready.0
    }

    fn has(&self, bits: Bits) -> bool {
        self.0.ready.0 & bits.0 != 0
    }

    /// Something can be read or accepted, or reading fails or is at its end.
    pub fn is_readable(&self) -> bool {
        self.has(Bits::READABLE)
    }

    /// Something can be written, a connect ended, or writing fails.
    pub fn is_writable(&self) -> bool {
        self.has(Bits::WRITABLE)
    }

    /// There is exceptional data.
    pub fn is_priority(&self) -> bool {
        self.has(Bits::PRIORITY)
    }

    /// The handle has an error: the next operation, or
    /// [`take_error`](crate::Source::take_error), tells which.
    pub fn is_error(&self) -> bool {
        self.has(Bits::ERROR)
    }

    /// Nothing will come any more after what is queued.
    pub fn is_read_closed(&self) -> bool {
        self.has(Bits::READ_CLOSED)
    }

    /// Nothing can be written any more.
    pub fn is_write_closed(&self) -> bool {
        self.has(Bits::WRITE_CLOSED)
    }
}

/// Room for the events of one wait, and the events of the last one: a slice of
/// them. Only [`Events::with_capacity`] allocates.
#[derive(Clone, Debug)]
pub struct Events {
    room: Box<[Event]>,
    count: usize,
}

impl Events {
    /// Room for so many events in each wait, from 1 to 2^31-1.
    pub fn with_capacity(capacity: usize) -> Events {
        Events {
            room: vec![Event(sys::Event::ZERO); capacity].into_boxed_slice(),
            count: 0,
        }
    }

    /// How many events fit.
    pub fn capacity(&self) -> usize {
        self.room.len()
    }

    pub(crate) fn room(&mut self) -> &mut [Event] {
        self.count = 0;
        &mut self.room
    }

    pub(crate) fn set_count(&mut self, count: usize) {
        self.count = count;
    }
}

impl Deref for Events {
    type Target = [Event];

    fn deref(&self) -> &[Event] {
        &self.room[..self.count]
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = slice::Iter<'a, Event>;

    fn into_iter(self) -> slice::Iter<'a, Event> {
        self.iter()
    }
}
