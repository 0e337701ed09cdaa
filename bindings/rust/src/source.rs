// SPDX-License-Identifier: MIT

//! Sources: what is registered, and what I/O goes through.

use crate::interest::Interest;
use crate::os::{self, Object, Owned, Owner};
use crate::poller::Registry;
use crate::status::{count, Kind, Status};
use crate::sys;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

/// The most bytes and buffers that one call takes.
const MOST_BYTES: usize = i32::MAX as usize;
const MOST_BUFFERS: usize = 1024;

/// The library's half of a source. Dropping it gives the handle back to
/// whoever owns it.
#[derive(Debug)]
pub(crate) struct RawSource {
    raw: NonNull<sys::Source>,
    /// The one poller that this source was ever offered to, NO_POLLER or
    /// SEVERAL. Batches ask: see there.
    poller: AtomicU64,
}

const NO_POLLER: u64 = 0;
const SEVERAL: u64 = u64::MAX;

// SAFETY: every call through a shared reference has the thread word any. The
// two of word last take the value whole.
unsafe impl Send for RawSource {}
unsafe impl Sync for RawSource {}

impl RawSource {
    fn of_object(object: &impl Object) -> io::Result<RawSource> {
        let mut raw = ptr::null_mut();
        // SAFETY: the output is ours. That the library has the handle at its
        // command ends, at the latest, with drop.
        unsafe { sys::iosrc_create(object.handle(), object.handle_type(), &mut raw) }.result()?;
        RawSource::of_raw(raw)
    }

    fn of_raw(raw: *mut sys::Source) -> io::Result<RawSource> {
        Ok(RawSource {
            raw: NonNull::new(raw).ok_or(Status::E_UNKNOWN)?,
            poller: AtomicU64::new(NO_POLLER),
        })
    }

    /// Notes a poller before the source is offered to it.
    pub(crate) fn meet(&self, registry: &Registry) {
        let identity = registry.identity();
        let order = Ordering::SeqCst;
        let met = self
            .poller
            .compare_exchange(NO_POLLER, identity, order, order);
        if met.is_err() && met != Err(identity) {
            self.poller.store(SEVERAL, order);
        }
    }

    /// Whether no other poller than this one ever had the source.
    pub(crate) fn knows_only(&self, registry: &Registry) -> bool {
        self.poller.load(Ordering::SeqCst) == registry.identity()
    }

    pub(crate) fn registration(&self) -> u64 {
        // SAFETY: the source is alive.
        unsafe { sys::iosrc_source_registration(self.raw.as_ptr()) }
    }
}

impl Drop for RawSource {
    fn drop(&mut self) {
        // SAFETY: nobody else has this value, so no call is in progress and
        // none comes later.
        unsafe { sys::iosrc_into_inner(self.raw.as_ptr(), ptr::null_mut()) };
    }
}

/// An I/O object that can be registered, and that all its I/O goes through.
///
/// It owns the object: dropping the source drops the object, which closes its
/// handle; [`into_inner`](Source::into_inner) gives the object back. What will
/// do is an [`Object`]: on Unix anything that is `AsFd`, on Windows anything
/// that is `AsSocket`, and handles of other kinds in a wrapper that names the
/// kind.
///
/// Make the object non-blocking before; the library leaves its flags alone.
///
/// A source may be used by several threads at once, when its object may.
///
/// ```
/// fn shared<T: Send + Sync>() {}
/// shared::<iosrc::Source<std::net::TcpStream>>();
/// ```
#[derive(Debug)]
pub struct Source<T: Object> {
    // First, so that the registration is gone before the handle is closed.
    pub(crate) raw: RawSource,
    inner: T,
}

impl<T: Object> Source<T> {
    /// Makes a source of an object. Makes no system call.
    pub fn new(inner: T) -> io::Result<Source<T>> {
        let raw = RawSource::of_object(&inner)?;
        Ok(Source { raw, inner })
    }

    /// Ends the source and gives its object back, open and usable. No later
    /// wait reports it.
    pub fn into_inner(self) -> T {
        drop(self.raw);
        self.inner
    }

    /// Ends the source, closes the handle, and tells what the system said to
    /// that; dropping does the same and is silent.
    pub fn close(self) -> io::Result<()>
    where
        T: Owner,
    {
        let handle = self.handle();
        let Source { raw, inner } = self;
        if !inner.give_up(handle) {
            return Ok(()); // An odd object: what it owns is closed by now.
        }
        let pointer = raw.raw.as_ptr();
        std::mem::forget(raw);
        // SAFETY: the source and its handle are ours, and nobody else's any
        // more.
        unsafe { sys::iosrc_close(pointer) }.result()
    }

    /// The object. I/O that goes to it directly, and would block, has to be
    /// told to [`rearm`](Source::rearm).
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The registration that events of this source carry; `None` when there is
    /// none.
    pub fn registration(&self) -> Option<u64> {
        Some(self.raw.registration()).filter(|number| *number != 0)
    }

    pub(crate) fn raw(&self) -> *mut sys::Source {
        self.raw.raw.as_ptr()
    }

    pub(crate) fn handle(&self) -> sys::Handle {
        // SAFETY: the source is alive.
        unsafe { sys::iosrc_source_handle(self.raw()) }
    }

    /// Runs one operation on the object, and arms what would have blocked.
    ///
    /// An error of kind would-block arms the directions named, a connect in
    /// progress arms [`Interest::WRITABLE`] if named; anything else changes
    /// nothing. The answer is the operation's own. With directions that are
    /// none the operation is not run.
    pub fn do_io<R>(
        &self,
        directions: Interest,
        operation: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        let known = Interest::READABLE | Interest::WRITABLE | Interest::PRIORITY;
        if directions.bits() & !known.bits() != 0 {
            self.rearm(directions)?;
        }
        let result = operation(&self.inner);
        // The operation's answer counts, not that of arming: what hinders it
        // comes as an event.
        if let Err(error) = &result {
            if error.kind() == io::ErrorKind::WouldBlock {
                let _ = self.rearm(directions);
            } else if Status::of(error).kind() == Kind::IN_PROGRESS {
                let bits = directions.bits() & Interest::WRITABLE.bits();
                let _ = self.rearm(Interest::from_bits(bits));
            }
        }
        result
    }

    /// Says that I/O in these directions would have blocked.
    pub fn rearm(&self, directions: Interest) -> io::Result<()> {
        // SAFETY: the source is alive.
        unsafe { sys::iosrc_rearm(self.raw(), directions.0) }.result()
    }

    /// Reads once; 0 is the end of file.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len().min(MOST_BYTES);
        // SAFETY: the buffer is as large as said, here and below.
        count(unsafe { sys::iosrc_read(self.raw(), buffer.as_mut_ptr().cast(), size) })
    }

    /// Writes once, perhaps not all.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        let size = data.len().min(MOST_BYTES);
        count(unsafe { sys::iosrc_write(self.raw(), data.as_ptr().cast(), size) })
    }

    /// Reads once into several buffers, in order.
    pub fn read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        match vectors(buffers.iter().map(|buffer| buffer.len())) {
            Vectors::None => Ok(0),
            Vectors::One(index) => self.read(&mut buffers[index]),
            // SAFETY: the list is of buffers that are as large as it says, here
            // and below.
            Vectors::First(number) => os::with_buffers_mut(&mut buffers[..number], |list| {
                count(unsafe { sys::iosrc_readv(self.raw(), list, number) })
            }),
        }
    }

    /// Writes several buffers once, in order, perhaps not all.
    pub fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        match vectors(buffers.iter().map(|buffer| buffer.len())) {
            Vectors::None => Ok(0),
            Vectors::One(index) => self.write(&buffers[index]),
            Vectors::First(number) => os::with_buffers(&buffers[..number], |list| {
                count(unsafe { sys::iosrc_writev(self.raw(), list, number) })
            }),
        }
    }
}

impl Source<Owned> {
    /// Makes a source of one that the library made.
    ///
    /// # Safety
    ///
    /// The source is alive, of a handle of that type, and the caller's own.
    pub(crate) unsafe fn adopt(
        raw: *mut sys::Source,
        handle_type: sys::HandleType,
    ) -> io::Result<Source<Owned>> {
        let raw = RawSource::of_raw(raw)?;
        // SAFETY: the source is alive, and its handle belongs to it alone;
        // RawSource gives the source up without closing that.
        let inner = unsafe {
            let handle = sys::iosrc_source_handle(raw.raw.as_ptr());
            os::adopt(handle, handle_type)
        };
        Ok(Source { raw, inner })
    }
}

/// What one call takes of a list of buffers; fewer bytes than were offered is
/// always a right answer.
enum Vectors {
    /// There is none.
    None,
    /// So many from the beginning.
    First(usize),
    /// This one, cut, for no other has bytes that fit.
    One(usize),
}

fn vectors(sizes: impl Iterator<Item = usize>) -> Vectors {
    let (mut sum, mut number) = (0, 0);
    for size in sizes.take(MOST_BUFFERS) {
        if size > MOST_BYTES - sum {
            return match sum {
                0 => Vectors::One(number),
                _ => Vectors::First(number),
            };
        }
        sum += size;
        number += 1;
    }
    match number {
        0 => Vectors::None,
        _ => Vectors::First(number),
    }
}

impl<T: Object> Read for &Source<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Source::read(self, buffer)
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Source::read_vectored(self, buffers)
    }
}

impl<T: Object> Read for Source<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Source::read(self, buffer)
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Source::read_vectored(self, buffers)
    }
}

impl<T: Object> Write for &Source<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Source::write(self, data)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        Source::write_vectored(self, buffers)
    }

    /// There is nothing to flush.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<T: Object> Write for Source<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Source::write(self, data)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        Source::write_vectored(self, buffers)
    }

    /// There is nothing to flush.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
