// SPDX-License-Identifier: MIT

//! What the cases need of Windows that std does not have, or has by a name of
//! its own. Streams are TCP over loopback.

use iosrc::{sys, Kind};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::windows::io::{
    AsRawSocket, BorrowedSocket, FromRawSocket, IntoRawSocket, OwnedSocket, RawSocket,
};

pub use std::net::TcpStream as Stream;

#[link(name = "ws2_32")]
extern "system" {
    fn getsockopt(s: RawSocket, level: i32, name: i32, value: *mut i32, size: *mut i32) -> i32;
}

extern "system" {
    fn GetCurrentThreadId() -> u32;
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
