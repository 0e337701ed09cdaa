// SPDX-License-Identifier: MIT

//! Endpoints, and what sockets can do beyond reading and writing.
//!
//! Every handle that is opened here is non-blocking and is not inherited.

use crate::address::Address;
use crate::interest::Interest;
use crate::os::{Object, Owned};
use crate::source::Source;
use crate::status::{count, Status};
use crate::sys::{self, Flags, HandleType};
pub use crate::sys::{ConnectOptions, DatagramOptions, ListenOptions};
use std::io;
use std::mem::size_of;
use std::ptr;

/// The source of a handle that the library opened.
pub type Endpoint = Source<Owned>;

impl Default for ListenOptions {
    fn default() -> ListenOptions {
        ListenOptions::ZERO
    }
}

impl Default for ConnectOptions {
    fn default() -> ConnectOptions {
        ConnectOptions::ZERO
    }
}

impl Default for DatagramOptions {
    fn default() -> DatagramOptions {
        DatagramOptions::ZERO
    }
}

/// What an address is of: a named pipe is no socket.
fn type_of(address: &Address) -> HandleType {
    match address.family() {
        sys::FAMILY_PIPE => HandleType::PIPE,
        _ => HandleType::SOCKET,
    }
}

fn open(
    handle_type: HandleType,
    make: impl FnOnce(*mut *mut sys::Source) -> Status,
) -> io::Result<Endpoint> {
    let mut raw = ptr::null_mut();
    make(&mut raw).result()?;
    // SAFETY: the call succeeded, so that there is a source, and it is ours.
    unsafe { Source::adopt(raw, handle_type) }
}

fn open_two(
    handle_type: HandleType,
    make: impl FnOnce(*mut *mut sys::Source, *mut *mut sys::Source) -> Status,
) -> io::Result<(Endpoint, Endpoint)> {
    let (mut a, mut b) = (ptr::null_mut(), ptr::null_mut());
    make(&mut a, &mut b).result()?;
    // SAFETY: as above.
    unsafe {
        Ok((
            Source::adopt(a, handle_type)?,
            Source::adopt(b, handle_type)?,
        ))
    }
}

/// Opens a socket that listens. Port 0 lets the system choose:
/// [`Source::local_address`] tells.
pub fn listen(address: &Address) -> io::Result<Endpoint> {
    listen_with(address, &ListenOptions::ZERO)
}

/// The same with options.
pub fn listen_with(address: &Address, options: &ListenOptions) -> io::Result<Endpoint> {
    // SAFETY: pointers are to borrowed values, sizes are theirs; so below.
    open(type_of(address), |out| unsafe {
        sys::iosrc_listen(&address.0, options, size_of::<ListenOptions>(), out)
    })
}

/// Opens a socket and begins to connect it: when the source is writable,
/// [`Source::take_error`] tells how that ended.
pub fn connect(address: &Address) -> io::Result<Endpoint> {
    connect_with(address, &ConnectOptions::ZERO)
}

/// The same with options.
pub fn connect_with(address: &Address, options: &ConnectOptions) -> io::Result<Endpoint> {
    open(type_of(address), |out| unsafe {
        sys::iosrc_connect(&address.0, options, size_of::<ConnectOptions>(), out)
    })
}

/// Opens a datagram socket and binds it.
pub fn bind_datagram(address: &Address) -> io::Result<Endpoint> {
    bind_datagram_with(address, &DatagramOptions::ZERO)
}

/// The same with options.
pub fn bind_datagram_with(address: &Address, options: &DatagramOptions) -> io::Result<Endpoint> {
    open(HandleType::SOCKET, |out| unsafe {
        sys::iosrc_bind_datagram(&address.0, options, size_of::<DatagramOptions>(), out)
    })
}

/// Makes two sockets that are connected to each other, of one of
/// `sys::TYPE_*`.
pub fn pair(socket_type: u32) -> io::Result<(Endpoint, Endpoint)> {
    open_two(HandleType::SOCKET, |a, b| unsafe {
        sys::iosrc_pair(socket_type, a, b)
    })
}

/// Makes a pipe: the end to read from and the one to write to.
pub fn pipe() -> io::Result<(Endpoint, Endpoint)> {
    open_two(HandleType::PIPE, |a, b| unsafe { sys::iosrc_pipe(a, b) })
}

/// What a datagram, or a piece of a stream, came with.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// The bytes stored.
    pub size: usize,
    /// The datagram was longer than the buffer; the rest of it is lost.
    pub is_truncated: bool,
    /// The sender, where it was asked for and the system tells.
    pub peer: Option<Address>,
}

impl<T: Object> Source<T> {
    /// Takes one connection, with the peer's address. Go on until it would
    /// block.
    pub fn accept(&self) -> io::Result<(Endpoint, Address)> {
        let mut peer = Address::NONE;
        // SAFETY: the source is alive and outputs are ours; so below.
        let source = open(self.get_ref().handle_type(), |out| unsafe {
            sys::iosrc_accept(self.raw(), &mut peer.0, out)
        })?;
        Ok((source, peer))
    }

    /// Receives once, with flags `sys::Flags::RECV_*`.
    pub fn recv(&self, buffer: &mut [u8], flags: u32) -> io::Result<Received> {
        let mut out = Flags(0);
        let size = buffer.len().min(i32::MAX as usize);
        let data = buffer.as_mut_ptr().cast();
        let size =
            count(unsafe { sys::iosrc_recv(self.raw(), data, size, Flags(flags), &mut out) })?;
        Ok(Received {
            size,
            is_truncated: out.0 & Flags::OUT_TRUNCATED.0 != 0,
            peer: None,
        })
    }

    /// Receives a datagram once and tells from whom.
    pub fn recv_from(&self, buffer: &mut [u8], flags: u32) -> io::Result<Received> {
        let (mut out, mut peer) = (Flags(0), Address::NONE);
        let size = buffer.len().min(i32::MAX as usize);
        let data = buffer.as_mut_ptr().cast();
        let size = count(unsafe {
            sys::iosrc_recv_from(self.raw(), data, size, Flags(flags), &mut peer.0, &mut out)
        })?;
        Ok(Received {
            size,
            is_truncated: out.0 & Flags::OUT_TRUNCATED.0 != 0,
            peer: Some(peer).filter(|peer| peer.family() != sys::FAMILY_NONE),
        })
    }

    /// Sends to the peer once, with flags `sys::Flags::SEND_*`.
    pub fn send(&self, data: &[u8], flags: u32) -> io::Result<usize> {
        let (at, size) = (data.as_ptr().cast(), data.len());
        count(unsafe { sys::iosrc_send(self.raw(), at, size, Flags(flags)) })
    }

    /// Sends a datagram to an address once.
    pub fn send_to(&self, data: &[u8], flags: u32, peer: &Address) -> io::Result<usize> {
        let (at, size) = (data.as_ptr().cast(), data.len());
        count(unsafe { sys::iosrc_send_to(self.raw(), at, size, Flags(flags), &peer.0) })
    }

    /// Shuts down reading, writing or both.
    pub fn shutdown(&self, directions: Interest) -> io::Result<()> {
        unsafe { sys::iosrc_shutdown(self.raw(), directions.0) }.result()
    }

    /// The address that the socket is bound to.
    pub fn local_address(&self) -> io::Result<Address> {
        let mut address = Address::NONE;
        unsafe { sys::iosrc_local_address(self.raw(), &mut address.0) }.result()?;
        Ok(address)
    }

    /// The address that the socket is connected to.
    pub fn peer_address(&self) -> io::Result<Address> {
        let mut address = Address::NONE;
        unsafe { sys::iosrc_peer_address(self.raw(), &mut address.0) }.result()?;
        Ok(address)
    }

    /// Takes the pending error of the socket, once: how a connect ended, or
    /// why an event carried an error.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        let mut error = Status::OK;
        unsafe { sys::iosrc_take_error(self.raw(), &mut error) }.result()?;
        Ok(error.result().err())
    }

    /// Sets one of `sys::OPTION_*`.
    pub fn set_option(&self, option: u32, value: i64) -> io::Result<()> {
        unsafe { sys::iosrc_set_option(self.raw(), option, value) }.result()
    }

    /// One of `sys::OPTION_*`.
    pub fn option(&self, option: u32) -> io::Result<i64> {
        let mut value = 0;
        unsafe { sys::iosrc_get_option(self.raw(), option, &mut value) }.result()?;
        Ok(value)
    }

    /// Joins a multicast group on an interface; 0 is the system's choice.
    pub fn multicast_join(&self, group: &Address, interface: u32) -> io::Result<()> {
        unsafe { sys::iosrc_multicast_join(self.raw(), &group.0, interface) }.result()
    }

    /// Leaves a multicast group, as it was joined.
    pub fn multicast_leave(&self, group: &Address, interface: u32) -> io::Result<()> {
        unsafe { sys::iosrc_multicast_leave(self.raw(), &group.0, interface) }.result()
    }
}
