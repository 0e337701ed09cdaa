// SPDX-License-Identifier: MIT

//! What the cases need of Windows that std does not have, or has by a name of
//! its own. Streams are TCP over loopback.

use iosrc::os::{Owned, Waitable};
use iosrc::{net, sys, Events, Interest, Kind, Poller, Source};
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::windows::io::{
    AsRawHandle, AsRawSocket, BorrowedSocket, FromRawHandle, FromRawSocket, IntoRawSocket,
    OwnedHandle, OwnedSocket, RawHandle, RawSocket,
};
use std::ptr;
use std::time::Duration;

pub use std::net::TcpStream as Stream;

#[link(name = "ws2_32")]
extern "system" {
    fn getsockopt(s: RawSocket, level: i32, name: i32, value: *mut i32, size: *mut i32) -> i32;
}

extern "system" {
    fn GetCurrentThreadId() -> u32;
    fn CreateEventW(
        attributes: *mut u8,
        manual: i32,
        signalled: i32,
        name: *const u16,
    ) -> RawHandle;
    fn SetEvent(event: RawHandle) -> i32;
    fn ResetEvent(event: RawHandle) -> i32;
}

const SOL_SOCKET: i32 = 0xffff;
const SO_TYPE: i32 = 0x1008;

/// A backend that is always there.
pub const BACKEND: (u32, &str) = (sys::BACKEND_AFD, "afd");

/// What the system says of a handle that is closed (WSAENOTSOCK), and of a
/// connect (WSAEINPROGRESS).
pub const BAD_HANDLE: i32 = 10038;
pub const IN_PROGRESS: i32 = 10036;

/// An address that cannot be listened on, and what is said to that.
pub const REFUSED: &str = "192.0.2.1:0";
pub const REFUSAL: (i32, ErrorKind, Kind, &str) = (
    10049,
    ErrorKind::AddrNotAvailable,
    Kind::ADDRESS_INVALID,
    "WSAEADDRNOTAVAIL",
);

/// What writing to a peer that is gone comes to.
pub const GONE: &[(ErrorKind, Kind)] = &[
    (ErrorKind::ConnectionReset, Kind::CONNECTION_RESET),
    (ErrorKind::ConnectionAborted, Kind::CONNECTION_ABORTED),
];

/// The calling thread's number.
pub fn thread() -> u64 {
    (unsafe { GetCurrentThreadId() }).into()
}

pub fn pair() -> (Stream, Stream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let a = Stream::connect(listener.local_addr().unwrap()).unwrap();
    let (b, peer) = listener.accept().unwrap();
    assert_eq!(a.local_addr().unwrap(), peer);
    a.set_nodelay(true).unwrap();
    b.set_nodelay(true).unwrap();
    (a, b)
}

pub fn number(of: &impl AsRawSocket) -> RawSocket {
    of.as_raw_socket()
}

/// There is no limit to raise.
pub fn make_room_for(_handles: usize) {}

/// A duplicate as nobody's own, and whether it is open.
pub fn duplicate(of: &Stream) -> RawSocket {
    of.try_clone().unwrap().into_raw_socket()
}

pub fn borrow<'a>(number: RawSocket) -> BorrowedSocket<'a> {
    unsafe { BorrowedSocket::borrow_raw(number) }
}

pub fn is_open(number: RawSocket) -> bool {
    let (mut value, mut size) = (0, 4);
    unsafe { getsockopt(number, SOL_SOCKET, SO_TYPE, &mut value, &mut size) == 0 }
}

pub fn close(number: RawSocket) {
    drop(unsafe { OwnedSocket::from_raw_socket(number) });
}

/// The owner of what is closed already. Numbers are given out anew at once, so
/// this is one that is not: a socket of another test would be closed.
pub fn closed(_of: &Stream) -> OwnedSocket {
    unsafe { OwnedSocket::from_raw_socket(0x7fff_fff0) }
}

/// Where to listen, beside TCP: Unix sockets are not on every Windows.
pub fn local_address() -> Option<String> {
    None
}

// ---- what Windows alone has ----

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(10));

fn is_would_block(answer: io::Result<usize>) -> bool {
    answer.unwrap_err().kind() == ErrorKind::WouldBlock
}

#[test]
fn a_waitable_is_readable_while_it_is_signalled() {
    let event =
        unsafe { OwnedHandle::from_raw_handle(CreateEventW(ptr::null_mut(), 1, 0, ptr::null())) };
    let raw = event.as_raw_handle();
    let source = Source::new(Waitable(event)).unwrap();
    let poller = Poller::new().unwrap();
    let mut events = Events::with_capacity(4);
    let interest = Interest::READABLE | Interest::LEVEL;
    poller.register(&source, 7, interest).unwrap();
    assert_eq!(poller.wait(&mut events, NOW).unwrap(), 0);
    assert!(unsafe { SetEvent(raw) } != 0);
    for _ in 0..3 {
        assert_eq!(poller.wait(&mut events, LONG).unwrap(), 1);
        assert!(events[0].token() == 7 && events[0].is_readable());
    }
    assert!(unsafe { ResetEvent(raw) } != 0);
    assert_eq!(poller.wait(&mut events, NOW).unwrap(), 0);
    // It comes back as it was, and is closed by the source that gets it next.
    let waitable = source.into_inner();
    assert!(unsafe { SetEvent(waitable.0.as_raw_handle()) } != 0);
    Source::new(waitable).unwrap().close().unwrap();
    assert!(unsafe { SetEvent(raw) } == 0);
}

fn talk(poller: &Poller, reader: &net::Endpoint, writer: &net::Endpoint) {
    let mut events = Events::with_capacity(4);
    let mut room = [0; 8];
    poller.register(reader, 1, Interest::READABLE).unwrap();
    assert_eq!(poller.wait(&mut events, NOW).unwrap(), 0);
    for _ in 0..3 {
        assert_eq!(writer.write(b"data").unwrap(), 4);
        assert_eq!(poller.wait(&mut events, LONG).unwrap(), 1);
        assert!(events[0].is_readable());
        assert_eq!(poller.wait(&mut events, NOW).unwrap(), 0);
        assert_eq!(reader.read(&mut room).unwrap(), 4);
        assert!(is_would_block(reader.read(&mut room)));
    }
    poller.deregister(reader).unwrap();
}

#[test]
fn a_pipe_is_a_handle_and_an_edge() {
    let poller = Poller::new().unwrap();
    let (reader, writer) = net::pipe().unwrap();
    assert!(matches!(reader.get_ref(), Owned::Pipe(_)));
    talk(&poller, &reader, &writer);
    writer.close().unwrap();
    assert!(OwnedSocket::try_from(reader.into_inner()).is_err());
}

#[test]
fn a_named_pipe_is_an_endpoint() {
    let poller = Poller::new().unwrap();
    let name = format!(r"pipe:\\.\pipe\iosrc-rust-{}", std::process::id());
    let address = name.parse().unwrap();
    let listener = net::listen(&address).unwrap();
    let client = net::connect(&address).unwrap();
    let mut events = Events::with_capacity(4);
    poller.register(&listener, 9, Interest::READABLE).unwrap();
    assert_eq!(poller.wait(&mut events, LONG).unwrap(), 1);
    let (server, _) = listener.accept().unwrap();
    for end in [&client, &server, &listener] {
        assert!(matches!(end.get_ref(), Owned::Pipe(_)));
    }
    poller.deregister(&listener).unwrap();
    talk(&poller, &server, &client);
    talk(&poller, &client, &server);
    for end in [client, server, listener] {
        end.close().unwrap();
    }
}
