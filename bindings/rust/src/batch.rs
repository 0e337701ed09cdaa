// SPDX-License-Identifier: MIT

//! Batches: many calls of the library in one.
//!
//! The library finds the source of an item by its registration, and forbids
//! that the source is closed meanwhile. A batch keeps that: it borrows every
//! source it names, so none can be dropped, and takes only those that never
//! were offered to another poller, for a number of another poller's might name
//! a source here that is not borrowed.

use crate::interest::Interest;
use crate::os::Object;
use crate::poller::Registry;
use crate::source::Source;
use crate::status::{count, Status};
use crate::sys::{self, Flags, IoItem, RegisterItem};
use std::io;
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::Range;

/// Registers many sources in one call. Made by [`Registry::register_many`].
#[derive(Debug)]
pub struct RegisterBatch<'a> {
    registry: &'a Registry,
    items: Vec<RegisterItem>,
    sources: PhantomData<&'a ()>,
}

// SAFETY: a batch reaches sources by calls of thread word any alone, never
// their objects.
unsafe impl Send for RegisterBatch<'_> {}
unsafe impl Sync for RegisterBatch<'_> {}

/// Reads and writes through many sources in one call. Made by
/// [`Registry::io_many`].
#[derive(Debug)]
pub struct IoBatch<'a> {
    registry: &'a Registry,
    items: Vec<IoItem>,
    sources: PhantomData<&'a ()>,
}

impl Registry {
    /// An empty batch of registrations.
    pub fn register_many(&self) -> RegisterBatch<'_> {
        RegisterBatch {
            registry: self,
            items: Vec::new(),
            sources: PhantomData,
        }
    }

    /// An empty batch of I/O.
    pub fn io_many(&self) -> IoBatch<'_> {
        IoBatch {
            registry: self,
            items: Vec::new(),
            sources: PhantomData,
        }
    }
}

// An item that was not run says so.
const NOT_RUN: Status = Status::E_UNKNOWN;

impl<'a> RegisterBatch<'a> {
    /// Adds a registration, as [`Registry::register`] would make it.
    pub fn add<T: Object>(
        &mut self,
        source: &'a Source<T>,
        token: u64,
        interest: Interest,
    ) -> &mut Self {
        source.raw.meet(self.registry);
        self.items.push(RegisterItem {
            token,
            interest: interest.0,
            out_status: NOT_RUN,
            source: source.raw(),
            reserved: 0,
        });
        self
    }

    /// Registers all, in order, and answers how many succeeded. One that fails
    /// stops no other.
    pub fn run(&mut self) -> io::Result<usize> {
        if self.items.is_empty() {
            return Ok(0);
        }
        // SAFETY: the poller is alive, the sources are borrowed, and each was
        // told of this poller.
        count(unsafe {
            sys::iosrc_register_many(
                self.registry.raw(),
                self.items.as_mut_ptr(),
                self.items.len(),
                size_of::<RegisterItem>(),
            )
        })
    }

    /// What each item came to, in the order in which they were added.
    pub fn results(&self) -> impl Iterator<Item = io::Result<()>> + '_ {
        self.items.iter().map(|item| item.out_status.result())
    }
}

impl<'a> IoBatch<'a> {
    fn add<T: Object>(
        &mut self,
        source: &'a Source<T>,
        opcode: u32,
        place: Range<usize>,
        flags: u32,
    ) -> io::Result<&mut Self> {
        // The number first: had another poller given it, that poller would be
        // seen by now.
        let registration = source.raw.registration();
        if registration == 0 {
            return Err(Status::E_NOT_REGISTERED.into());
        }
        if !source.raw.knows_only(self.registry) {
            return Err(Status::E_WRONG_POLLER.into());
        }
        self.items.push(IoItem {
            registration,
            data: place.start as u64,
            size: place.end.wrapping_sub(place.start) as u64,
            out_result: i64::from(NOT_RUN.0),
            opcode,
            flags: Flags(flags),
            ..IoItem::ZERO
        });
        Ok(self)
    }

    /// Adds a read into this place of the memory that [`run`](IoBatch::run) is
    /// given.
    ///
    /// Only a source that is registered with this poller is taken, and that was
    /// never registered, or tried to be, with another one; a new [`Source`] of
    /// the same object starts afresh.
    pub fn read<T: Object>(
        &mut self,
        source: &'a Source<T>,
        place: Range<usize>,
    ) -> io::Result<&mut Self> {
        self.add(source, sys::OP_READ, place, 0)
    }

    /// Adds a write of this place of the memory.
    pub fn write<T: Object>(
        &mut self,
        source: &'a Source<T>,
        place: Range<usize>,
    ) -> io::Result<&mut Self> {
        self.add(source, sys::OP_WRITE, place, 0)
    }

    /// Adds a receive, with flags of [`Source::recv`].
    pub fn recv<T: Object>(
        &mut self,
        source: &'a Source<T>,
        place: Range<usize>,
        flags: u32,
    ) -> io::Result<&mut Self> {
        self.add(source, sys::OP_RECV, place, flags)
    }

    /// Adds a send, with flags of [`Source::send`].
    pub fn send<T: Object>(
        &mut self,
        source: &'a Source<T>,
        place: Range<usize>,
        flags: u32,
    ) -> io::Result<&mut Self> {
        self.add(source, sys::OP_SEND, place, flags)
    }

    /// Runs all, and answers how many have a count. Items of one source and one
    /// direction run in order; one that fails stops no other. A place outside
    /// the memory is an error of its item.
    pub fn run(&mut self, memory: &mut [u8]) -> io::Result<usize> {
        if self.items.is_empty() {
            return Ok(0);
        }
        // SAFETY: the poller is alive; no source can end, see above. The
        // memory is never NULL, so items name offsets and no addresses.
        count(unsafe {
            sys::iosrc_io_many(
                self.registry.raw(),
                self.items.as_mut_ptr(),
                self.items.len(),
                size_of::<IoItem>(),
                memory.as_mut_ptr().cast(),
                memory.len(),
            )
        })
    }

    /// What each item came to, in the order in which they were added.
    pub fn results(&self) -> impl Iterator<Item = io::Result<usize>> + '_ {
        self.items.iter().map(|item| count(item.out_result))
    }

    /// An empty batch in the memory of this one, which no longer borrows its
    /// sources.
    pub fn reuse(self, registry: &Registry) -> IoBatch<'_> {
        let mut items = self.items;
        items.clear();
        IoBatch {
            registry,
            items,
            sources: PhantomData,
        }
    }
}
