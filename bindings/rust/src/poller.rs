// SPDX-License-Identifier: MIT

//! Pollers, the handle of them that is shared, and wakers.
//!
//! Every call of a poller and of a waker has the thread word *any* in
//! `iosrc.h`, so all three types are `Send` and `Sync`. References are counted
//! by `Arc`, which a forked child can do too; the library sees one.

use crate::event::{Event, Events};
use crate::interest::Interest;
use crate::os::{self, Object};
use crate::source::Source;
use crate::status::{count, static_text, Status};
use crate::sys;
pub use crate::sys::PollerCounters;
use std::io;
use std::mem::size_of;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

/// The one reference of the library's, dropped with the last handle.
#[derive(Debug)]
struct Reference {
    raw: NonNull<sys::Poller>,
    /// Never used twice in a process, unlike the address: what a source
    /// remembers of its poller.
    identity: u64,
}

// SAFETY: every call that is made through it has the thread word any, and it
// holds a reference for as long as it lives.
unsafe impl Send for Reference {}
unsafe impl Sync for Reference {}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and nobody else has this Reference.
        unsafe { sys::iosrc_poller_release(self.raw.as_ptr()) };
    }
}

/// Makes a [`Poller`] that is not as the default says.
#[derive(Clone, Copy, Debug)]
pub struct Builder(sys::PollerOptions);

impl Default for Builder {
    fn default() -> Builder {
        Builder(sys::PollerOptions::ZERO)
    }
}

impl Builder {
    /// All defaults.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// One of `sys::BACKEND_*`. The default is what the environment's
    /// `IOSRC_BACKEND` names, else the best that works.
    pub fn backend(mut self, backend: u32) -> Builder {
        self.0.backend = backend;
        self
    }

    /// A signal ends a wait, with [`io::ErrorKind::Interrupted`].
    pub fn interruptible(mut self) -> Builder {
        self.0.flags.0 |= sys::Flags::POLLER_INTERRUPTIBLE.0;
        self
    }

    /// Batches of I/O may use an io_uring.
    pub fn io_uring(mut self) -> Builder {
        self.0.flags.0 |= sys::Flags::POLLER_IO_URING.0;
        self
    }

    /// Makes the poller.
    pub fn build(self) -> io::Result<Poller> {
        static IDENTITY: AtomicU64 = AtomicU64::new(1);
        let mut raw = ptr::null_mut();
        // SAFETY: options and output are ours, the size is the options'.
        let status =
            unsafe { sys::iosrc_poller_create(&self.0, size_of::<sys::PollerOptions>(), &mut raw) };
        status.result()?;
        let reference = Reference {
            raw: NonNull::new(raw).ok_or(Status::E_UNKNOWN)?,
            identity: IDENTITY.fetch_add(1, Ordering::Relaxed),
        };
        Ok(Poller(Registry(Arc::new(reference))))
    }
}

/// Waits for sources and wakers. Several threads may wait at the same time.
///
/// Everything that a [`Registry`] can do it can do too. The poller is closed
/// when it and all its registries are dropped; sources and wakers live on
/// without it.
#[derive(Debug)]
pub struct Poller(Registry);

impl Poller {
    /// Makes a poller with all defaults.
    pub fn new() -> io::Result<Poller> {
        Builder::new().build()
    }

    /// Waits until something is ready, and answers how many events there are;
    /// 0 when the time is over. `None` waits for ever.
    ///
    /// A timeout never ends early, and `Duration::ZERO` does not block.
    pub fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<usize> {
        let timeout_ns = timeout.map_or(-1, |time| {
            i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
        });
        let room = events.room();
        // SAFETY: Event is sys::Event, and the room is as large as said.
        let answer = unsafe {
            sys::iosrc_poller_wait(self.raw(), room.as_mut_ptr().cast(), room.len(), timeout_ns)
        };
        let found = count(answer)?;
        events.set_count(found);
        Ok(found)
    }

    /// A handle of this poller to share among threads.
    pub fn registry(&self) -> &Registry {
        &self.0
    }
}

impl Deref for Poller {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.0
    }
}

/// A shared handle of a [`Poller`]: all that it can do but wait.
///
/// ```
/// fn shared<T: Clone + Send + Sync + 'static>() {}
/// shared::<iosrc::Registry>();
/// ```
#[derive(Clone, Debug)]
pub struct Registry(Arc<Reference>);

impl Registry {
    pub(crate) fn raw(&self) -> *mut sys::Poller {
        self.0.raw.as_ptr()
    }

    pub(crate) fn identity(&self) -> u64 {
        self.0.identity
    }

    /// Registers a source under a token. What is ready already is reported by
    /// the next wait; a wait that goes on sees it too.
    pub fn register<T: Object>(
        &self,
        source: &Source<T>,
        token: u64,
        interest: Interest,
    ) -> io::Result<()> {
        source.raw.meet(self);
        // SAFETY: both objects are alive.
        unsafe { sys::iosrc_register(source.raw(), self.raw(), token, interest.0) }.result()
    }

    /// Replaces token, interest and mode whole, and reports again what is
    /// ready. Wakes a oneshot registration.
    pub fn reregister<T: Object>(
        &self,
        source: &Source<T>,
        token: u64,
        interest: Interest,
    ) -> io::Result<()> {
        // SAFETY: both objects are alive.
        unsafe { sys::iosrc_reregister(source.raw(), self.raw(), token, interest.0) }.result()
    }

    /// Ends a registration: no wait that begins later reports it.
    pub fn deregister<T: Object>(&self, source: &Source<T>) -> io::Result<()> {
        // SAFETY: both objects are alive.
        unsafe { sys::iosrc_deregister(source.raw(), self.raw()) }.result()
    }

    /// Whether the registration that an event was made for still is the one.
    ///
    /// Ask before a token is followed, when an earlier event of the same batch
    /// or another thread may have ended it.
    pub fn is_current(&self, event: &Event) -> bool {
        // SAFETY: the poller is alive, any number may be given.
        unsafe { sys::iosrc_is_current(self.raw(), event.registration()) == 1 }
    }

    /// Makes a waker whose wakes arrive as events with this token.
    pub fn waker(&self, token: u64) -> io::Result<Waker> {
        let mut raw = ptr::null_mut();
        // SAFETY: the poller is alive, the output ours.
        unsafe { sys::iosrc_waker_create(self.raw(), token, &mut raw) }.result()?;
        let raw = NonNull::new(raw).ok_or(Status::E_UNKNOWN)?;
        Ok(Waker(Arc::new(WakerReference(raw))))
    }

    /// The handle that becomes readable when an event is pending, for another
    /// loop to watch; it stays the poller's. From the first call on every wake
    /// enters the kernel.
    pub fn expose(&self) -> io::Result<os::Raw> {
        let mut handle = sys::Handle(-1);
        // SAFETY: the poller is alive, the output ours.
        unsafe { sys::iosrc_poller_expose(self.raw(), &mut handle) }.result()?;
        os::raw(handle)
    }

    /// The backend: one of `sys::BACKEND_*`.
    pub fn backend(&self) -> u32 {
        // SAFETY: the poller is alive, here and below.
        unsafe { sys::iosrc_poller_backend(self.raw()) }
    }

    /// The name of the backend: `epoll`.
    pub fn backend_name(&self) -> &'static str {
        static_text(unsafe { sys::iosrc_backend_name(self.backend()) }).unwrap_or("")
    }

    /// In the low 32 bits the interest bits that are accepted, above them
    /// `sys::CAN_*`.
    pub fn capabilities(&self) -> u64 {
        unsafe { sys::iosrc_poller_capabilities(self.raw()) }
    }

    /// What the poller has counted since it was made.
    pub fn stats(&self) -> io::Result<PollerCounters> {
        let mut counters = PollerCounters::ZERO;
        // SAFETY: the size is that of the output.
        unsafe { sys::iosrc_poller_stats(self.raw(), &mut counters, size_of::<PollerCounters>()) }
            .result()?;
        Ok(counters)
    }
}

#[derive(Debug)]
struct WakerReference(NonNull<sys::Waker>);

// SAFETY: as for Reference.
unsafe impl Send for WakerReference {}
unsafe impl Sync for WakerReference {}

impl Drop for WakerReference {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { sys::iosrc_waker_release(self.0.as_ptr()) };
    }
}

/// Ends a wait from another thread or from a signal handler.
///
/// It does not keep its poller alive.
#[derive(Clone, Debug)]
pub struct Waker(Arc<WakerReference>);

impl Waker {
    /// Wakes one thread that waits, or else the next wait. Wakes of one waker
    /// coalesce and are never lost while a clone of it is held.
    pub fn wake(&self) -> io::Result<()> {
        self.wake_status().result()
    }

    /// The same for a signal handler: nothing is allocated, whatever the
    /// answer. The handler must not clone or drop the waker.
    pub fn wake_status(&self) -> Status {
        // SAFETY: the waker is alive.
        unsafe { sys::iosrc_waker_wake((self.0).0.as_ptr()) }
    }
}
