// SPDX-License-Identifier: MIT

//! Non-blocking I/O readiness by libiosrc.
//!
//! A [`Source`] owns an I/O object. A [`Poller`] waits for many of them and
//! answers [`Events`]: a token of 64 bits and what became ready. The I/O goes
//! through the source, directly ([`Source::read`]) or by a closure
//! ([`Source::do_io`]). A [`Waker`] ends a wait from elsewhere.
//!
//! ```
//! use iosrc::{net, sys, Events, Interest, Poller};
//!
//! let poller = Poller::new()?;
//! let (reader, writer) = net::pair(sys::TYPE_STREAM)?;
//! let mut events = Events::with_capacity(64);
//! let mut buffer = [0; 64];
//!
//! poller.register(&reader, 7, Interest::READABLE)?;
//! writer.write(b"hello")?;
//! poller.wait(&mut events, None)?;
//! assert_eq!(events[0].token(), 7);
//! assert_eq!(reader.read(&mut buffer)?, 5);
//! # std::io::Result::Ok(())
//! ```
//!
//! Modes, the drain rule and all else that holds in every language are told in
//! `iosrc.h`. In short: registrations are edge by default, so read or write
//! until the call would block.
//!
//! # Threads
//!
//! Every type is `Send` and `Sync`, as the thread words of `iosrc.h` are; a
//! [`Source`] is when its object is. The two calls that must be the last ones
//! on a source take it by value.
//!
//! # Bad use
//!
//! It is an error, never a crash: [`Status::of`] tells which. What Rust can
//! refuse does not compile.

#![warn(missing_docs)]
#![cfg(any(unix, windows))]
// Older compilers want no unsafe block in an unsafe function, newer ones do.
#![allow(unused_unsafe)]

mod address;
mod batch;
mod event;
mod interest;
pub mod net;
#[cfg_attr(unix, path = "os/unix.rs")]
#[cfg_attr(windows, path = "os/windows.rs")]
pub mod os;
mod poller;
mod source;
mod status;
#[allow(missing_docs)]
pub mod sys;

pub use address::Address;
pub use batch::{IoBatch, RegisterBatch};
pub use event::{Event, Events};
pub use interest::Interest;
pub use poller::{Builder, Poller, PollerCounters, Registry, Waker};
pub use source::Source;
pub use status::{Kind, Status};

// What `iosrc.h` says of threads, said again where the compiler reads it.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Poller>();
    shared::<Registry>();
    shared::<Waker>();
    shared::<Events>();
    shared::<Source<std::net::TcpStream>>();
    shared::<net::Endpoint>();
    shared::<RegisterBatch<'static>>();
    shared::<IoBatch<'static>>();
};

/// Its example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// What must not compile, each beside the same without the fault.
#[cfg(doctest)]
#[allow(dead_code)]
mod refused {
    /// ```
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// let _ = reader.read(&mut [0]);
    /// let _fd = reader.into_inner();
    /// ```
    ///
    /// ```compile_fail,E0382
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// let _fd = reader.into_inner();
    /// let _ = reader.read(&mut [0]);
    /// ```
    ///
    /// ```compile_fail,E0382
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// reader.close().unwrap();
    /// let _ = reader.read(&mut [0]);
    /// ```
    fn use_after_into_inner() {}

    /// ```
    /// let poller = iosrc::Poller::new().unwrap();
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// let mut batch = poller.io_many();
    /// let _ = batch.read(&reader, 0..1);
    /// drop(batch);
    /// drop(reader);
    /// ```
    ///
    /// ```compile_fail,E0505
    /// let poller = iosrc::Poller::new().unwrap();
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// let mut batch = poller.io_many();
    /// let _ = batch.read(&reader, 0..1);
    /// drop(reader);
    /// drop(batch);
    /// ```
    ///
    /// ```compile_fail,E0505
    /// let poller = iosrc::Poller::new().unwrap();
    /// let (reader, _writer) = iosrc::net::pair(iosrc::sys::TYPE_STREAM).unwrap();
    /// let mut batch = poller.register_many();
    /// batch.add(&reader, 0, iosrc::Interest::READABLE);
    /// drop(reader);
    /// batch.run().unwrap();
    /// ```
    fn dropping_a_source_of_a_batch() {}

    /// ```
    /// struct Object(std::net::TcpStream);
    /// # #[cfg(unix)]
    /// # use std::os::unix::io::{AsFd, BorrowedFd};
    /// # #[cfg(unix)]
    /// # impl AsFd for Object {
    /// #     fn as_fd(&self) -> BorrowedFd<'_> { self.0.as_fd() }
    /// # }
    /// # #[cfg(windows)]
    /// # use std::os::windows::io::{AsSocket, BorrowedSocket};
    /// # #[cfg(windows)]
    /// # impl AsSocket for Object {
    /// #     fn as_socket(&self) -> BorrowedSocket<'_> { self.0.as_socket() }
    /// # }
    /// fn sent<T: Send>() {}
    /// sent::<iosrc::Source<Object>>();
    /// ```
    ///
    /// ```compile_fail,E0277
    /// struct Object(std::net::TcpStream, std::rc::Rc<()>);
    /// # #[cfg(unix)]
    /// # use std::os::unix::io::{AsFd, BorrowedFd};
    /// # #[cfg(unix)]
    /// # impl AsFd for Object {
    /// #     fn as_fd(&self) -> BorrowedFd<'_> { self.0.as_fd() }
    /// # }
    /// # #[cfg(windows)]
    /// # use std::os::windows::io::{AsSocket, BorrowedSocket};
    /// # #[cfg(windows)]
    /// # impl AsSocket for Object {
    /// #     fn as_socket(&self) -> BorrowedSocket<'_> { self.0.as_socket() }
    /// # }
    /// fn sent<T: Send>() {}
    /// sent::<iosrc::Source<Object>>();
    /// ```
    fn sending_a_source_of_what_is_not_send() {}

    /// ```
    /// struct Object(std::net::TcpStream, std::sync::Mutex<()>);
    /// # #[cfg(unix)]
    /// # use std::os::unix::io::{AsFd, BorrowedFd};
    /// # #[cfg(unix)]
    /// # impl AsFd for Object {
    /// #     fn as_fd(&self) -> BorrowedFd<'_> { self.0.as_fd() }
    /// # }
    /// # #[cfg(windows)]
    /// # use std::os::windows::io::{AsSocket, BorrowedSocket};
    /// # #[cfg(windows)]
    /// # impl AsSocket for Object {
    /// #     fn as_socket(&self) -> BorrowedSocket<'_> { self.0.as_socket() }
    /// # }
    /// fn shared<T: Sync>() {}
    /// shared::<iosrc::Source<Object>>();
    /// ```
    ///
    /// ```compile_fail,E0277
    /// struct Object(std::net::TcpStream, std::cell::Cell<()>);
    /// # #[cfg(unix)]
    /// # use std::os::unix::io::{AsFd, BorrowedFd};
    /// # #[cfg(unix)]
    /// # impl AsFd for Object {
    /// #     fn as_fd(&self) -> BorrowedFd<'_> { self.0.as_fd() }
    /// # }
    /// # #[cfg(windows)]
    /// # use std::os::windows::io::{AsSocket, BorrowedSocket};
    /// # #[cfg(windows)]
    /// # impl AsSocket for Object {
    /// #     fn as_socket(&self) -> BorrowedSocket<'_> { self.0.as_socket() }
    /// # }
    /// fn shared<T: Sync>() {}
    /// shared::<iosrc::Source<Object>>();
    /// ```
    fn sharing_a_source_of_what_is_not_sync() {}
}
