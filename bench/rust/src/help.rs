// SPDX-License-Identifier: MIT

//! What loads and contenders share: the trait, clocks, descriptors, figures.

use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Number of the event that a wake gives.
pub const WAKER: usize = usize::MAX - 1;
pub const CAPACITY: usize = 1024;
pub const MESSAGE: usize = 64;
/// More than comes, so that a read ends short.
pub const ROOM: usize = 128;

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Edge,
    Level,
}

/// As struct adapter of bench/c/adapter.h. Errors end the program.
pub trait Loop: Sized {
    type Waker: Clone + Send + Sync + 'static;
    const VERSION: &'static str;
    /// Loads that it cannot have, and why.
    const LACKS: &'static [(&'static str, &'static str)];

    fn open(count: usize, mode: Mode) -> Self;
    /// Sources are made in order: the first has number 0.
    fn create(&mut self, i: usize, fd: OwnedFd);
    fn add(&mut self, i: usize);
    fn modify(&mut self, i: usize);
    fn remove(&mut self, i: usize);
    fn destroy(&mut self, i: usize);
    /// One wait, with a call of handle for the number of each event.
    fn wait(&mut self, timeout: Option<Duration>, handle: &mut impl FnMut(&mut Self, usize));
    /// The bytes read; None when it would block.
    fn read(&self, i: usize, data: &mut [u8]) -> Option<usize>;
    fn write(&self, i: usize, data: &[u8]) -> Option<usize>;
    fn accept(&self, i: usize) -> Option<OwnedFd>;
    fn waker(&mut self) -> Self::Waker;
    fn wake(waker: &Self::Waker);
}

/// Sources by number.
pub struct Table<T>(Vec<Option<T>>);

impl<T> Table<T> {
    pub fn new(count: usize) -> Table<T> {
        Table((0..count).map(|_| None).collect())
    }

    pub fn put(&mut self, i: usize, one: T) {
        self.0[i] = Some(one);
    }

    pub fn take(&mut self, i: usize) -> T {
        self.0[i].take().unwrap()
    }

    #[inline]
    pub fn at(&self, i: usize) -> &T {
        self.0[i].as_ref().unwrap()
    }
}

pub struct Request {
    pub operations: usize,
    pub numbers: Vec<usize>,
    pub word: String,
}

impl Request {
    pub fn new(arguments: &[String]) -> Request {
        let mut numbers: Vec<usize> = arguments
            .iter()
            .filter_map(|word| word.parse().ok())
            .collect();
        let operations = numbers.remove(0);
        let word = arguments.iter().find(|word| word.parse::<usize>().is_err());
        Request {
            operations,
            numbers,
            word: word.cloned().unwrap_or_default(),
        }
    }
}

/// The count of a call of the system, or None when it would block.
#[inline]
pub fn count_of(result: isize) -> Option<usize> {
    if result >= 0 {
        return Some(result as usize);
    }
    let error = std::io::Error::last_os_error();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "{error}");
    None
}

#[inline]
pub fn read_fd(fd: RawFd, data: &mut [u8]) -> Option<usize> {
    // SAFETY: the memory is data's.
    count_of(unsafe { libc::read(fd, data.as_mut_ptr().cast(), data.len()) })
}

#[inline]
pub fn write_fd(fd: RawFd, data: &[u8]) -> Option<usize> {
    // SAFETY: the memory is data's.
    count_of(unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) })
}

pub fn accept_fd(fd: RawFd) -> Option<OwnedFd> {
    // SAFETY: no address is asked for, and the new fd is ours.
    unsafe {
        let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        let got = libc::accept4(fd, std::ptr::null_mut(), std::ptr::null_mut(), flags);
        count_of(got as isize).map(|fd| OwnedFd::from_raw_fd(fd as RawFd))
    }
}

// ---- clocks, in ns ----

fn clock(clock: libc::clockid_t) -> i64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: now has room for the answer.
    unsafe { libc::clock_gettime(clock, &mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

pub fn cpu_ns() -> i64 {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

pub fn thread_cpu_ns() -> i64 {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

pub fn wall_ns() -> i64 {
    clock(libc::CLOCK_MONOTONIC)
}

// ---- figures ----

pub fn each(name: &str, ns: i64, count: usize) {
    println!("{name} {:.3}", ns as f64 / count as f64);
}

pub fn operations(count: usize) {
    println!("operations {count}");
}

// ---- descriptors ----

pub fn allow_descriptors() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: limit is where both calls look.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
    }
}

fn own(fd: RawFd) -> OwnedFd {
    assert!(fd >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: it was opened just now.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

pub fn unix_pair() -> (OwnedFd, OwnedFd) {
    let mut pair = [0; 2];
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: pair has room for two.
    let done = unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, pair.as_mut_ptr()) };
    assert_eq!(done, 0);
    (own(pair[0]), own(pair[1]))
}

/// The reading end of a pipe, which is never ready, and the other.
pub fn idle_pipe() -> (OwnedFd, OwnedFd) {
    let mut pair = [0; 2];
    // SAFETY: pair has room for two.
    let done = unsafe { libc::pipe2(pair.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) };
    assert_eq!(done, 0);
    (own(pair[0]), own(pair[1]))
}

pub fn eventfd() -> OwnedFd {
    // SAFETY: no memory is involved.
    own(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) })
}

pub fn duplicate(fd: RawFd) -> OwnedFd {
    // SAFETY: no memory is involved.
    own(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}

/// No delay, and no TIME_WAIT: the next run needs the ports.
pub fn tune_tcp(fd: RawFd) {
    let on: libc::c_int = 1;
    let reset = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    // SAFETY: both values live while the kernel looks at them.
    unsafe {
        libc::setsockopt(
            fd,
            libc::IPPROTO_TCP,
            libc::TCP_NODELAY,
            (&on as *const libc::c_int).cast(),
            4,
        );
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&reset as *const libc::linger).cast(),
            std::mem::size_of_val(&reset) as libc::socklen_t,
        );
    }
}
