// SPDX-License-Identifier: MIT

//! The cases of bindings/cases.txt, on the backend that IOSRC_BACKEND names.
//! `use_after_into_inner` does not compile: it is a doc test of src/lib.rs.

// Older compilers want no unsafe block in an unsafe function, newer ones do.
#![allow(unused_unsafe)]

use iosrc::os::Object;
use iosrc::{net, sys, Address, Builder, Events, Interest, Kind, Poller, Source, Status};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[cfg_attr(unix, path = "os/unix.rs")]
#[cfg_attr(windows, path = "os/windows.rs")]
mod os;
use os::Stream;

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(10));

fn status<T: std::fmt::Debug>(result: io::Result<T>) -> Status {
    Status::of(&result.unwrap_err())
}

fn sockets() -> (Source<Stream>, Stream) {
    let (a, b) = os::pair();
    a.set_nonblocking(true).unwrap();
    (Source::new(a).unwrap(), b)
}

fn drain<T: Object>(source: &Source<T>) -> usize {
    let (mut room, mut sum) = ([0; 4096], 0);
    loop {
        match source.read(&mut room) {
            Ok(0) => return sum,
            Ok(size) => sum += size,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return sum,
            Err(error) => panic!("{error}"),
        }
    }
}

struct Loop {
    poller: Poller,
    events: Events,
}

impl Loop {
    fn new() -> Loop {
        Loop::of_capacity(16)
    }

    fn of_capacity(capacity: usize) -> Loop {
        Loop {
            poller: Poller::new().unwrap(),
            events: Events::with_capacity(capacity),
        }
    }

    /// The tokens of one wait, sorted.
    fn tokens(&mut self, timeout: Option<Duration>) -> Vec<u64> {
        let count = self.poller.wait(&mut self.events, timeout).unwrap();
        assert_eq!(count, self.events.len());
        let mut tokens: Vec<u64> = self.events.iter().map(|event| event.token()).collect();
        tokens.sort_unstable();
        tokens
    }

    fn is_quiet(&mut self) {
        assert_eq!(self.tokens(NOW), []);
    }
}

// ---- what std does not count ----

/// Counts what one thread allocates. A variable of the thread would not do: on
/// some systems the first use of it allocates.
struct Counting;

static COUNTED_THREAD: AtomicU64 = AtomicU64::new(0);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if os::thread() == COUNTED_THREAD.load(Ordering::Relaxed) {
            ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// ---- sources ----

#[test]
fn backend_is_the_one_asked_for() {
    let poller = Poller::new().unwrap();
    if let Ok(name) = std::env::var("IOSRC_BACKEND") {
        assert!(name.is_empty() || poller.backend_name() == name);
    }
    assert_eq!(unsafe { sys::iosrc_version() }, sys::VERSION);
    let (number, name) = os::BACKEND;
    let named = Builder::new().backend(number).build().unwrap();
    assert_eq!((named.backend(), named.backend_name()), (number, name));
    let refused = Builder::new().backend(99).build();
    assert_eq!(status(refused), Status::E_UNSUPPORTED);
}

#[test]
fn source_gives_its_handle_back() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    let number = os::number(&source);
    l.poller.register(&source, 1, Interest::READABLE).unwrap();
    peer.write_all(b"x").unwrap();
    let mut stream = source.into_inner();
    assert_eq!(os::number(&stream), number);
    l.is_quiet();
    let mut room = [0; 2];
    assert_eq!(stream.read(&mut room).unwrap(), 1);
    // And once more, as the source of another registration.
    let source = Source::new(stream).unwrap();
    l.poller.register(&source, 2, Interest::WRITABLE).unwrap();
    assert_eq!(l.tokens(LONG), [2]);
}

#[test]
fn source_closes_its_handle() {
    let (source, mut peer) = sockets();
    drop(source);
    assert_eq!(peer.read(&mut [0; 2]).unwrap(), 0);

    let (source, mut peer) = sockets();
    source.close().unwrap();
    assert_eq!(peer.read(&mut [0; 2]).unwrap(), 0);

    let (ours, peer) = net::pair(sys::TYPE_STREAM).unwrap();
    drop(ours);
    assert_eq!(peer.read(&mut [0; 2]).unwrap(), 0);

    // One that is borrowed stays open.
    let (stream, _peer) = os::pair();
    let number = os::duplicate(&stream);
    drop(Source::new(os::borrow(number)).unwrap());
    assert!(os::is_open(number));
    os::close(number);
    assert!(!cfg!(unix) || !os::is_open(number));
}

#[test]
fn source_tells_handle_and_registration() {
    let mut l = Loop::new();
    let (source, _peer) = sockets();
    assert_eq!(os::number(&source), os::number(source.get_ref()));
    assert_eq!(source.registration(), None);
    l.poller.register(&source, 1, Interest::WRITABLE).unwrap();
    assert_eq!(l.tokens(LONG), [1]);
    assert_eq!(source.registration(), Some(l.events[0].registration()));
    l.poller.deregister(&source).unwrap();
    assert_eq!(source.registration(), None);
}

// ---- readiness ----

#[test]
fn edge_reports_once() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    l.poller.register(&source, 1, Interest::READABLE).unwrap();
    l.is_quiet();
    for _ in 0..3 {
        peer.write_all(b"data").unwrap();
        assert_eq!(l.tokens(LONG), [1]);
        assert!(l.events[0].is_readable() && !l.events[0].is_writable());
        l.is_quiet();
        assert_eq!(drain(&source), 4);
        l.is_quiet();
    }
}

#[test]
fn level_reports_while_ready() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    let interest = Interest::READABLE | Interest::LEVEL;
    l.poller.register(&source, 1, interest).unwrap();
    peer.write_all(b"data").unwrap();
    for _ in 0..3 {
        assert_eq!(l.tokens(LONG), [1]);
    }
    assert_eq!(drain(&source), 4);
    l.is_quiet();
}

#[test]
fn oneshot_sleeps_until_reregister() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    let interest = Interest::READABLE | Interest::WRITABLE | Interest::ONESHOT;
    l.poller.register(&source, 1, interest).unwrap();
    assert_eq!(l.tokens(LONG), [1]);
    peer.write_all(b"data").unwrap();
    l.is_quiet();
    source.rearm(Interest::READABLE).unwrap();
    l.is_quiet();
    l.poller.reregister(&source, 2, interest).unwrap();
    assert_eq!(l.tokens(LONG), [2]);
    assert!(l.events[0].is_readable());
    l.is_quiet();
}

#[test]
fn writable_and_readable_in_one_event() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    peer.write_all(b"data").unwrap();
    let interest = Interest::READABLE | Interest::WRITABLE;
    l.poller.register(&source, 1, interest).unwrap();
    assert_eq!(l.tokens(LONG), [1]);
    assert_eq!(l.events[0].ready() & 7, interest.bits());
    assert!(!l.events[0].is_error() && !l.events[0].is_priority());
    assert!(!l.events[0].is_read_closed() && !l.events[0].is_write_closed());
}

#[test]
fn reregister_replaces_the_token() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    l.poller.register(&source, 1, Interest::READABLE).unwrap();
    peer.write_all(b"data").unwrap();
    l.poller.reregister(&source, 2, Interest::READABLE).unwrap();
    assert_eq!(l.tokens(LONG), [2]);
    l.poller.reregister(&source, 3, Interest::NONE).unwrap();
    l.is_quiet();
    l.poller.reregister(&source, 4, Interest::WRITABLE).unwrap();
    assert_eq!(l.tokens(LONG), [4]);
}

#[test]
fn deregister_is_silent() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    l.poller.register(&source, 1, Interest::READABLE).unwrap();
    peer.write_all(b"data").unwrap();
    l.poller.deregister(&source).unwrap();
    l.is_quiet();
    let again = status(l.poller.deregister(&source));
    assert_eq!(again, Status::E_NOT_REGISTERED);
}

#[test]
fn token_max() {
    let mut l = Loop::new();
    let ((a, _a), (b, _b)) = (sockets(), sockets());
    l.poller.register(&a, u64::MAX, Interest::WRITABLE).unwrap();
    l.poller.register(&b, 0, Interest::WRITABLE).unwrap();
    assert_eq!(l.tokens(LONG), [0, u64::MAX]);
    let waker = l.poller.waker(u64::MAX).unwrap();
    waker.wake().unwrap();
    assert_eq!(l.tokens(LONG), [u64::MAX]);
}

#[test]
fn timeout_is_not_early() {
    let mut l = Loop::new();
    for time in [Duration::from_millis(10), Duration::from_micros(100)] {
        let started = Instant::now();
        assert_eq!(l.tokens(Some(time)), []);
        assert!(started.elapsed() >= time);
    }
    let started = Instant::now();
    l.is_quiet();
    assert!(started.elapsed() < Duration::from_secs(5));
    // Longer than the library can count: as long as it can.
    l.poller.waker(1).unwrap().wake().unwrap();
    let waker = l.poller.waker(2).unwrap();
    waker.wake().unwrap();
    assert_eq!(l.tokens(Some(Duration::from_nanos(u64::MAX - 5))), [2]);
    let nothing = l.poller.wait(&mut Events::with_capacity(0), NOW);
    assert_eq!(status(nothing), Status::E_INVALID);
}

#[test]
fn capacity_smaller_than_ready() {
    let mut l = Loop::of_capacity(3);
    assert_eq!(l.events.capacity(), 3);
    let sources: Vec<_> = (0..8).map(|_| sockets()).collect();
    for (token, (source, _)) in sources.iter().enumerate() {
        let token = token as u64;
        l.poller
            .register(source, token, Interest::WRITABLE)
            .unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        let tokens = l.tokens(LONG);
        assert!(tokens.len() <= 3);
        seen.extend(tokens);
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
    l.is_quiet();
}

// ---- I/O ----

#[test]
fn read_and_write() {
    let (mut source, mut peer) = sockets();
    let mut room = [0; 8];
    let error = source.read(&mut room).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert_eq!(Status::of(&error), Status::E_WOULD_BLOCK);
    assert_eq!(source.write(b"abc").unwrap(), 3);
    assert_eq!(peer.read(&mut room).unwrap(), 3);
    peer.write_all(b"defg").unwrap();
    assert_eq!(source.read(&mut room).unwrap(), 4);
    assert_eq!(&room[..4], b"defg");
    assert_eq!(source.read(&mut []).unwrap(), 0);
    // By the traits of std, through a shared reference too.
    let mut shared = &source;
    Write::write_all(&mut shared, b"hij").unwrap();
    Write::flush(&mut source).unwrap();
    assert_eq!(peer.read(&mut room).unwrap(), 3);
    drop(peer);
    assert_eq!(Read::read(&mut source, &mut room).unwrap(), 0);
}

#[test]
fn do_io_arms_what_would_block() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    let interest = Interest::READABLE | Interest::WRITABLE;
    l.poller.register(&source, 1, interest).unwrap();
    assert_eq!(l.tokens(LONG), [1]);
    l.is_quiet();
    let mut room = [0; 16];
    let mut read = |mut stream: &Stream| stream.read(&mut room);
    for _ in 0..3 {
        peer.write_all(b"data").unwrap();
        assert_eq!(l.tokens(LONG), [1]);
        assert!(l.events[0].is_readable());
        assert_eq!(source.do_io(Interest::READABLE, &mut read).unwrap(), 4);
        let error = source.do_io(Interest::READABLE, &mut read).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        while l.poller.wait(&mut l.events, NOW).unwrap() > 0 {}
    }
    // A connect in progress waits for writable alone. On epoll it does so
    // without being armed.
    let in_progress = |_: &Stream| Err::<(), _>(io::Error::from_raw_os_error(os::IN_PROGRESS));
    assert!(source.do_io(interest, in_progress).is_err());
    if l.poller.backend() != sys::BACKEND_EPOLL {
        assert_eq!(l.tokens(LONG), [1]);
        assert!(l.events[0].is_writable());
    }
    l.is_quiet();

    // Any type comes back, and any error as it is.
    assert_eq!(
        source.do_io(Interest::NONE, |_| Ok("text")).unwrap(),
        "text"
    );
    let other = source.do_io::<()>(interest, |_| Err(io::Error::new(ErrorKind::Other, "mine")));
    assert_eq!(other.unwrap_err().to_string(), "mine");

    // Directions that are none: the operation is not run.
    let mut runs = 0;
    let mut operation = |_: &Stream| {
        runs += 1;
        Ok(())
    };
    let result = source.do_io(Interest::LEVEL, &mut operation);
    assert_eq!(status(result), Status::E_INVALID);
    let result = source.do_io(Interest::from_bits(0x80), &mut operation);
    assert_eq!(status(result), Status::E_UNSUPPORTED);
    assert_eq!(runs, 0);
    assert_eq!(status(source.rearm(Interest::ONESHOT)), Status::E_INVALID);
}

#[test]
fn vectors() {
    let (source, mut peer) = sockets();
    let out = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cde")];
    assert_eq!(source.write_vectored(&out).unwrap(), 5);
    let mut room = [0; 8];
    assert_eq!(peer.read(&mut room).unwrap(), 5);
    assert_eq!(&room[..5], b"abcde");

    peer.write_all(b"12345").unwrap();
    let (mut a, mut b) = ([0; 2], [0; 8]);
    let mut into = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)];
    assert_eq!(source.read_vectored(&mut into).unwrap(), 5);
    assert_eq!((&a, &b[..3]), (b"12", &b"345"[..]));
    assert_eq!(source.read_vectored(&mut []).unwrap(), 0);

    // More buffers than one call takes.
    let many: Vec<IoSlice> = (0..2000).map(|_| IoSlice::new(b"x")).collect();
    assert_eq!(source.write_vectored(&many).unwrap(), 1024);
}

#[test]
fn closed_peer() {
    let mut l = Loop::new();
    let (source, peer) = sockets();
    l.poller.register(&source, 1, Interest::READABLE).unwrap();
    drop(peer);
    assert_eq!(l.tokens(LONG), [1]);
    assert!(l.events[0].is_readable() && l.events[0].is_read_closed());
    assert_eq!(source.read(&mut [0; 4]).unwrap(), 0);
    // Over TCP the peer has to say so first.
    let said_so = |_| {
        let answer = source.write(b"x").err();
        std::thread::sleep(Duration::from_millis(1));
        answer
    };
    let error = (0..1000).find_map(said_so).unwrap();
    let both = (error.kind(), Status::of(&error).kind());
    assert!(os::GONE.contains(&both), "{both:?}");
}

// ---- wakers ----

#[test]
fn waker_from_another_thread() {
    let mut l = Loop::new();
    let waker = l.poller.waker(5).unwrap();
    let registry = l.poller.registry().clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        // A registration from here takes effect in the wait as well.
        let (source, _peer) = sockets();
        registry.register(&source, 6, Interest::NONE).unwrap();
        waker.wake().unwrap();
        waker
    });
    assert_eq!(l.tokens(None), [5]);
    assert!(l.events[0].is_readable());
    thread.join().unwrap();
}

#[test]
fn waker_coalesces() {
    let mut l = Loop::new();
    let waker = l.poller.waker(5).unwrap();
    let other = waker.clone();
    for _ in 0..100 {
        waker.wake().unwrap();
        assert_eq!(other.wake_status(), Status::OK);
    }
    assert_eq!(l.tokens(LONG), [5]);
    l.is_quiet();
    let stats = l.poller.stats().unwrap();
    assert_eq!((stats.kernel_wakes, stats.coalesced_wakes), (0, 200));
}

#[test]
fn waker_outlives_its_poller() {
    let poller = Poller::new().unwrap();
    let waker = poller.waker(1).unwrap();
    drop(poller);
    assert_eq!(status(waker.wake()), Status::E_CLOSED);
    assert_eq!(waker.wake_status(), Status::E_CLOSED);
}

// ---- staleness ----

#[test]
fn stale_event_is_told() {
    let mut l = Loop::new();
    let ((a, _a), (b, _b)) = (sockets(), sockets());
    l.poller.register(&a, 0, Interest::WRITABLE).unwrap();
    l.poller.register(&b, 1, Interest::WRITABLE).unwrap();
    assert_eq!(l.tokens(LONG), [0, 1]);
    let of = |token| {
        *l.events
            .iter()
            .find(|event| event.token() == token)
            .unwrap()
    };
    let (event_a, event_b) = (of(0), of(1));
    assert!(l.poller.is_current(&event_a) && l.poller.is_current(&event_b));
    l.poller.deregister(&a).unwrap();
    assert!(!l.poller.is_current(&event_a) && l.poller.is_current(&event_b));
    drop(b);
    assert!(!l.poller.is_current(&event_b));
}

// ---- errors ----

#[test]
fn double_registration() {
    let mut l = Loop::new();
    let other = Poller::new().unwrap();
    let (source, _peer) = sockets();
    l.poller.register(&source, 1, Interest::WRITABLE).unwrap();
    for poller in [&l.poller, &other] {
        let error = poller.register(&source, 2, Interest::READABLE).unwrap_err();
        assert_eq!(Status::of(&error), Status::E_ALREADY_REGISTERED);
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    }
    assert_eq!(l.tokens(LONG), [1]);
}

#[test]
fn wrong_poller() {
    let mut l = Loop::new();
    let other = Poller::new().unwrap();
    let (source, _peer) = sockets();
    l.poller.register(&source, 1, Interest::WRITABLE).unwrap();
    let result = other.reregister(&source, 2, Interest::READABLE);
    assert_eq!(status(result), Status::E_WRONG_POLLER);
    assert_eq!(status(other.deregister(&source)), Status::E_WRONG_POLLER);
    assert_eq!(l.tokens(LONG), [1]);
}

#[test]
fn not_registered() {
    let poller = Poller::new().unwrap();
    let (source, _peer) = sockets();
    let result = poller.reregister(&source, 2, Interest::READABLE);
    assert_eq!(status(result), Status::E_NOT_REGISTERED);
    let error = poller.deregister(&source).unwrap_err();
    assert_eq!(Status::of(&error), Status::E_NOT_REGISTERED);
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn dropped_poller() {
    let mut l = Loop::new();
    let (source, mut peer) = sockets();
    let first = Poller::new().unwrap();
    first.register(&source, 1, Interest::READABLE).unwrap();
    // A registry keeps the poller.
    let registry = first.registry().clone();
    drop(first);
    assert!(source.registration().is_some());
    drop(registry);
    assert_eq!(source.registration(), None);
    peer.write_all(b"data").unwrap();
    assert_eq!(drain(&source), 4);
    peer.write_all(b"more").unwrap();
    l.poller.register(&source, 2, Interest::READABLE).unwrap();
    assert_eq!(l.tokens(LONG), [2]);
}

#[test]
fn closed_fd() {
    let poller = Poller::new().unwrap();
    let (stream, _peer) = os::pair();
    let source = Source::new(os::closed(&stream)).unwrap();
    let errors = [
        poller.register(&source, 1, Interest::READABLE).unwrap_err(),
        source.read(&mut [0; 4]).unwrap_err(),
        source.close().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.raw_os_error(), Some(os::BAD_HANDLE));
        assert_eq!(Status::of(&error).kind(), Kind::BAD_HANDLE);
    }
}

#[test]
fn unknown_interest_bit() {
    let poller = Poller::new().unwrap();
    let (source, _peer) = sockets();
    let error = poller
        .register(&source, 1, Interest::from_bits(0x80))
        .unwrap_err();
    assert_eq!(Status::of(&error), Status::E_UNSUPPORTED);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    // A bit of an event is no interest.
    let result = poller.register(&source, 1, Interest::from_bits(0x100));
    assert_eq!(status(result), Status::E_INVALID);
    assert_eq!(poller.capabilities() & 0x80, 0);
    assert_eq!(source.registration(), None);
}

#[test]
fn error_has_kind_and_os_code() {
    // What the system said.
    let (code, error_kind, kind, name) = os::REFUSAL;
    let error = net::listen(&os::REFUSED.parse().unwrap()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(code));
    assert_eq!(error.kind(), error_kind);
    let said = Status::of(&error);
    assert_eq!((said.kind(), said.os_code()), (kind, Some(code)));
    assert_eq!(said.name(), name);

    // What the library decided.
    let error = "no address".parse::<Address>().unwrap_err();
    assert_eq!(error.raw_os_error(), None);
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let said = Status::of(&error);
    assert_eq!((said, said.kind()), (Status::E_INVALID, Kind::INVALID));
    assert_eq!((said.os_code(), said.name()), (None, "IOSRC_E_INVALID"));
    assert!(!error.to_string().is_empty());

    // What has nothing to do with it.
    let error = io::Error::new(ErrorKind::Other, "mine");
    assert_eq!(Status::of(&error), Status::E_UNKNOWN);
}

// ---- batches ----

#[test]
fn register_many_tells_each() {
    let mut l = Loop::new();
    let ((a, _a), (b, _b)) = (sockets(), sockets());
    let mut batch = l.poller.register_many();
    assert_eq!(batch.run().unwrap(), 0);
    batch
        .add(&a, 1, Interest::WRITABLE)
        .add(&a, 2, Interest::WRITABLE)
        .add(&b, 3, Interest::from_bits(0x80))
        .add(&b, 4, Interest::WRITABLE);
    assert_eq!(batch.run().unwrap(), 2);
    let results: Vec<Status> = batch
        .results()
        .map(|result| result.map_or_else(|error| Status::of(&error), |()| Status::OK))
        .collect();
    let already = Status::E_ALREADY_REGISTERED;
    let unknown = Status::E_UNSUPPORTED;
    assert_eq!(results, [Status::OK, already, unknown, Status::OK]);
    drop(batch);
    assert_eq!(l.tokens(LONG), [1, 4]);
}

#[test]
fn io_many_reads_and_writes() {
    let poller = Builder::new().io_uring().build().unwrap();
    let other = Poller::new().unwrap();
    let ((a, mut peer), (b, _b), (c, _c)) = (sockets(), sockets(), sockets());
    for (token, source) in [&a, &b].into_iter().enumerate() {
        let interest = Interest::READABLE | Interest::WRITABLE;
        poller.register(source, token as u64, interest).unwrap();
    }
    peer.write_all(b"12345").unwrap();
    let mut memory = *b"......out";
    let mut batch = poller.io_many();
    assert_eq!(batch.run(&mut memory).unwrap(), 0);
    batch.read(&a, 0..2).unwrap().read(&a, 2..6).unwrap();
    batch.read(&b, 0..2).unwrap().write(&a, 6..9).unwrap();
    batch.recv(&a, 0..2, 0).unwrap().send(&b, 6..9, 0).unwrap();
    batch.write(&a, 6..10).unwrap();
    #[allow(clippy::reversed_empty_ranges)]
    batch.write(&a, 8..6).unwrap();
    assert_eq!(batch.run(&mut memory).unwrap(), 4);
    let results: Vec<i64> = batch
        .results()
        .map(|result| result.map_or_else(|error| Status::of(&error).0.into(), |n| n as i64))
        .collect();
    let would_block = Status::E_WOULD_BLOCK.0.into();
    let invalid = Status::E_INVALID.0.into();
    let expected = [2, 3, would_block, 3, would_block, 3, invalid, invalid];
    assert_eq!(results, expected);
    assert_eq!(&memory, b"12345.out");
    let mut room = [0; 8];
    assert_eq!(peer.read(&mut room).unwrap(), 3);
    assert_eq!(&room[..3], b"out");

    // A source that is not this poller's, or was another's, is not taken.
    let mut batch = batch.reuse(&poller);
    assert_eq!(status(batch.read(&c, 0..1)), Status::E_NOT_REGISTERED);
    other.register(&c, 1, Interest::READABLE).unwrap();
    assert_eq!(status(batch.read(&c, 0..1)), Status::E_WRONG_POLLER);
    other.deregister(&c).unwrap();
    poller.register(&c, 1, Interest::READABLE).unwrap();
    assert_eq!(status(batch.read(&c, 0..1)), Status::E_WRONG_POLLER);
    // One that is gone by the time of the run says so.
    batch.read(&a, 0..1).unwrap();
    poller.deregister(&a).unwrap();
    assert_eq!(batch.run(&mut memory).unwrap(), 0);
    let results: Vec<_> = batch.results().map(status).collect();
    assert_eq!(results, [Status::E_NOT_REGISTERED]);
    let mut batch = batch.reuse(&poller);
    other.register(&a, 1, Interest::READABLE).unwrap();
    assert_eq!(status(batch.read(&a, 0..1)), Status::E_WRONG_POLLER);
    let mut batch = batch.reuse(&other);
    assert_eq!(status(batch.read(&a, 0..1)), Status::E_WRONG_POLLER);
}

// ---- endpoints ----

fn connect_and_talk(address: &Address) {
    let mut l = Loop::new();
    let listener = net::listen(address).unwrap();
    l.poller.register(&listener, 1, Interest::READABLE).unwrap();
    let error = listener.accept().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    let bound = listener.local_address().unwrap();
    let again: Address = bound.to_string().parse().unwrap();
    assert_eq!(again, bound);
    let client = net::connect(&again).unwrap();
    l.poller.register(&client, 2, Interest::WRITABLE).unwrap();
    let mut seen = Vec::new();
    while !(seen.contains(&1) && seen.contains(&2)) {
        let tokens = l.tokens(LONG);
        assert!(!tokens.is_empty());
        seen.extend(tokens);
    }
    assert!(client.take_error().unwrap().is_none());
    let (server, peer) = listener.accept().unwrap();
    assert_eq!(peer, client.local_address().unwrap());
    assert_eq!(client.peer_address().unwrap(), bound);
    assert_eq!(client.write(b"hello").unwrap(), 5);
    client.shutdown(Interest::WRITABLE).unwrap();
    l.poller.deregister(&client).unwrap();
    l.poller.register(&server, 3, Interest::READABLE).unwrap();
    assert_eq!(l.tokens(LONG), [3]);
    let mut room = [0; 8];
    let peeked = server.recv(&mut room, sys::Flags::RECV_PEEK.0).unwrap();
    assert_eq!((peeked.size, peeked.is_truncated), (5, false));
    assert_eq!(drain(&server), 5);
    assert_eq!(server.read(&mut room).unwrap(), 0);
}

#[test]
fn listen_connect_accept() {
    connect_and_talk(&"127.0.0.1:0".parse().unwrap());
    if let Some(name) = os::local_address() {
        connect_and_talk(&name.parse().unwrap());
    }

    let refused = net::listen(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let address = refused.local_address().unwrap();
    let in_use = net::listen(&address).unwrap_err();
    assert_eq!(in_use.kind(), ErrorKind::AddrInUse);
    // To std and back.
    let socket: std::net::SocketAddr = address.try_into().unwrap();
    assert_eq!(
        (Address::from(socket), socket.port()),
        (address, address.port())
    );
    let text = "[fe80::1%2]:80";
    let address: Address = text.parse().unwrap();
    let socket = address.to_socket_addr().unwrap();
    assert_eq!(Address::from(socket).to_string(), text);
}

#[test]
fn datagrams() {
    let mut l = Loop::new();
    let local: Address = "127.0.0.1:0".parse().unwrap();
    let (a, b) = (
        net::bind_datagram(&local).unwrap(),
        net::bind_datagram(&local).unwrap(),
    );
    let (at_a, at_b) = (a.local_address().unwrap(), b.local_address().unwrap());
    l.poller.register(&b, 1, Interest::READABLE).unwrap();
    assert_eq!(a.send_to(b"whole", 0, &at_b).unwrap(), 5);
    assert_eq!(a.send_to(b"too long", 0, &at_b).unwrap(), 8);
    assert_eq!(l.tokens(LONG), [1]);
    let mut room = [0; 5];
    let got = b.recv_from(&mut room, 0).unwrap();
    assert_eq!(
        (got.size, got.is_truncated, got.peer),
        (5, false, Some(at_a))
    );
    assert_eq!(&room, b"whole");
    let got = b.recv_from(&mut room, 0).unwrap();
    assert_eq!(
        (got.size, got.is_truncated, got.peer),
        (5, true, Some(at_a))
    );
    assert_eq!(&room, b"too l");
    let error = b.recv_from(&mut room, 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn options() {
    let listener = net::listen(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let options = net::ConnectOptions {
        flags: sys::Flags::CONNECT_NO_DELAY,
        ..Default::default()
    };
    let client = net::connect_with(&listener.local_address().unwrap(), &options).unwrap();
    assert_eq!(client.option(sys::OPTION_NO_DELAY).unwrap(), 1);
    client.set_option(sys::OPTION_NO_DELAY, 0).unwrap();
    assert_eq!(client.option(sys::OPTION_NO_DELAY).unwrap(), 0);
    client.set_option(sys::OPTION_SEND_BUFFER, 65536).unwrap();
    assert_eq!(client.option(sys::OPTION_SEND_BUFFER).unwrap(), 65536);
    let result = client.option(sys::OPTION_BROADCAST);
    assert_eq!(status(result), Status::E_UNSUPPORTED);
    let result = client.set_option(sys::OPTION_NO_DELAY, 7);
    assert_eq!(status(result), Status::E_INVALID);
}

// ---- many ----

#[test]
fn no_allocation_per_event() {
    let mut l = Loop::of_capacity(64);
    let sources: Vec<_> = (0..64).map(|_| sockets()).collect();
    for (token, (source, _)) in sources.iter().enumerate() {
        let interest = Interest::WRITABLE | Interest::LEVEL;
        l.poller.register(source, token as u64, interest).unwrap();
    }
    let mut room = [0; 16];
    let mut seen = 0;
    l.poller.wait(&mut l.events, LONG).unwrap();
    COUNTED_THREAD.store(os::thread(), Ordering::Relaxed);
    let before = allocations();
    while seen < 10_000 {
        l.poller.wait(&mut l.events, LONG).unwrap();
        for event in &l.events {
            let source = &sources[event.token() as usize].0;
            assert!(l.poller.is_current(event));
            // Would-block is an error of Rust, and yet free.
            assert!(source.read(&mut room).is_err());
            assert!(source
                .do_io(Interest::READABLE, |mut s| s.read(&mut room))
                .is_err());
            seen += 1;
        }
    }
    assert_eq!(allocations() - before, 0);
    drop(Box::new(1)); // The counter does count.
    assert!(allocations() > before);
}

const MANY: usize = 1000;
const MESSAGE: usize = 1500;

fn message_byte(connection: usize, index: usize) -> u8 {
    (connection.wrapping_mul(31) ^ index.wrapping_mul(7) ^ connection >> 5) as u8
}

/// Echoes in one thread until as many connections have ended.
fn echo(listener: net::Endpoint) {
    let mut l = Loop::of_capacity(256);
    let mut connections: Vec<Option<net::Endpoint>> = Vec::new();
    let (mut ended, mut room) = (0, [0; 4096]);
    let interest = Interest::READABLE | Interest::LEVEL;
    l.poller.register(&listener, u64::MAX, interest).unwrap();
    while ended < MANY {
        assert!(l.poller.wait(&mut l.events, LONG).unwrap() > 0);
        for event in &l.events {
            if event.token() == u64::MAX {
                let (source, _) = listener.accept().unwrap();
                let token = connections.len() as u64;
                l.poller.register(&source, token, interest).unwrap();
                connections.push(Some(source));
                continue;
            }
            let slot = &mut connections[event.token() as usize];
            let source = slot.as_ref().unwrap();
            match source.read(&mut room).unwrap() {
                0 => {
                    *slot = None;
                    ended += 1;
                }
                // No more is under way than fits the peer's buffers.
                size => assert_eq!(source.write(&room[..size]).unwrap(), size),
            }
        }
    }
}

#[test]
fn echo_1000() {
    os::make_room_for(2 * MANY);
    let listener = net::listen(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_address().unwrap();
    let server = std::thread::spawn(move || echo(listener));
    let mut l = Loop::of_capacity(256);
    let mut clients: Vec<(Option<net::Endpoint>, usize)> = Vec::new();
    for number in 0..MANY {
        let client = net::connect(&address).unwrap();
        l.poller
            .register(
                &client,
                number as u64,
                Interest::READABLE | Interest::WRITABLE,
            )
            .unwrap();
        clients.push((Some(client), 0));
    }
    let (mut left, mut room) = (MANY, [0; 4096]);
    let mut sent = vec![false; MANY];
    while left > 0 {
        assert!(l.poller.wait(&mut l.events, LONG).unwrap() > 0);
        for event in &l.events {
            let number = event.token() as usize;
            let (slot, received) = &mut clients[number];
            let client = slot.as_ref().unwrap();
            if event.is_writable() && !sent[number] {
                assert!(client.take_error().unwrap().is_none());
                let data: Vec<u8> = (0..MESSAGE).map(|i| message_byte(number, i)).collect();
                assert_eq!(client.write(&data).unwrap(), MESSAGE);
                sent[number] = true;
            }
            while let Ok(size) = client.read(&mut room) {
                assert!(size > 0, "connection {number} ended after {received}");
                for byte in &room[..size] {
                    assert_eq!(*byte, message_byte(number, *received));
                    *received += 1;
                }
            }
            if *received == MESSAGE {
                *slot = None;
                left -= 1;
            }
        }
    }
    server.join().unwrap();
}
