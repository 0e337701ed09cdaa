// SPDX-License-Identifier: MIT

//! What the cases need of Unix that std does not have, or has by a name of its
//! own.

use iosrc::{sys, Kind};
use std::io::ErrorKind;
use std::os::unix::io::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

pub use std::os::unix::net::UnixStream as Stream;

#[repr(C)]
struct Limit {
    soft: u64,
    hard: u64,
}

extern "C" {
    fn getrlimit(resource: i32, limit: *mut Limit) -> i32;
    fn setrlimit(resource: i32, limit: *const Limit) -> i32;
    fn fcntl(fd: i32, command: i32, ...) -> i32;
    fn pthread_self() -> usize;
}

const RLIMIT_NOFILE: i32 = 7;
const F_GETFD: i32 = 1;
const F_DUPFD: i32 = 0;

/// A backend that is always there.
pub const BACKEND: (u32, &str) = (sys::BACKEND_POLL, "poll");

/// What the system says of a handle that is closed, and of a connect.
pub const BAD_HANDLE: i32 = 9;
pub const IN_PROGRESS: i32 = 115;

/// An address that cannot be listened on, and what is said to that.
pub const REFUSED: &str = "unix:/nonexistent/iosrc";
pub const REFUSAL: (i32, ErrorKind, Kind, &str) =
    (2, ErrorKind::NotFound, Kind::NOT_FOUND, "ENOENT");

/// What writing to a peer that is gone comes to.
pub const GONE: &[(ErrorKind, Kind)] = &[(ErrorKind::BrokenPipe, Kind::BROKEN_PIPE)];

/// The calling thread's number.
pub fn thread() -> u64 {
    (unsafe { pthread_self() }) as u64
}

pub fn pair() -> (Stream, Stream) {
    Stream::pair().unwrap()
}

pub fn number(of: &impl AsRawFd) -> RawFd {
    of.as_raw_fd()
}

/// Raises the limit of open files to what the tests need, and answers it.
fn handle_limit() -> u64 {
    let mut limit = Limit { soft: 0, hard: 0 };
    assert_eq!(unsafe { getrlimit(RLIMIT_NOFILE, &mut limit) }, 0);
    limit.soft = limit.hard.min(4096);
    assert_eq!(unsafe { setrlimit(RLIMIT_NOFILE, &limit) }, 0);
    limit.soft
}

pub fn make_room_for(handles: usize) {
    assert!(handle_limit() > handles as u64 + 100);
}

/// A duplicate at a number that no other test's file gets.
fn far_duplicate(of: &impl AsRawFd, distance: u64) -> RawFd {
    let number = (handle_limit() - distance) as i32;
    let fd = unsafe { fcntl(of.as_raw_fd(), F_DUPFD, number) };
    assert_eq!(fd, number);
    fd
}

/// A duplicate as nobody's own, and whether it is open.
pub fn duplicate(of: &Stream) -> RawFd {
    far_duplicate(of, 10)
}

pub fn borrow<'a>(number: RawFd) -> BorrowedFd<'a> {
    unsafe { BorrowedFd::borrow_raw(number) }
}

pub fn is_open(number: RawFd) -> bool {
    unsafe { fcntl(number, F_GETFD) >= 0 }
}

pub fn close(number: RawFd) {
    drop(unsafe { OwnedFd::from_raw_fd(number) });
}

/// The owner of what is closed already.
pub fn closed(of: &Stream) -> OwnedFd {
    let number = far_duplicate(of, 20);
    close(number);
    unsafe { OwnedFd::from_raw_fd(number) }
}

/// Where to listen, beside TCP.
pub fn local_address() -> Option<String> {
    Some(format!("unix:@iosrc-rust-{}", std::process::id()))
}
