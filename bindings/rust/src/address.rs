// SPDX-License-Identifier: MIT

//! Addresses and their text.

use crate::status::{count, Status};
use crate::sys;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::str::{self, FromStr};
use std::{fmt, io};

/// An address of any family: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`,
/// `unix:@abstract`. No names are resolved.
///
/// ```
/// let address: iosrc::Address = "[fe80::1%2]:80".parse()?;
/// assert_eq!(address.to_string(), "[fe80::1%2]:80");
/// assert_eq!(address.port(), 80);
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy)]
pub struct Address(pub(crate) sys::Address);

impl Address {
    /// Room for an answer.
    pub(crate) const NONE: Address = Address(sys::Address::ZERO);

    /// One of `sys::FAMILY_*`.
    pub fn family(&self) -> u32 {
        self.0.family
    }

    /// The port; 0 for what has none.
    pub fn port(&self) -> u16 {
        self.0.port as u16
    }

    /// The same address with another port, which inet and inet6 have.
    pub fn with_port(mut self, port: u16) -> Address {
        self.0.port = port.into();
        self
    }

    /// The bytes of the address: the number in network order, the path or the
    /// name. Empty for an unnamed Unix address.
    pub fn data(&self) -> &[u8] {
        let size = self.0.size as usize;
        &self.0.data[..size.min(self.0.data.len())]
    }

    /// The address as std has it, when it is inet or inet6.
    pub fn to_socket_addr(&self) -> Option<SocketAddr> {
        let port = self.port();
        match self.0.family {
            sys::FAMILY_INET => {
                let bytes: [u8; 4] = self.data().try_into().ok()?;
                Some(SocketAddrV4::new(bytes.into(), port).into())
            }
            sys::FAMILY_INET6 => {
                let bytes: [u8; 16] = self.data().try_into().ok()?;
                // std keeps flow information as it goes over the wire.
                let flow = self.0.flow.to_be();
                Some(SocketAddrV6::new(bytes.into(), port, flow, self.0.scope).into())
            }
            _ => None,
        }
    }

    fn write_text(&self, room: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the room is as large as said.
        count(unsafe { sys::iosrc_address_format(&self.0, room.as_mut_ptr(), room.len()) })
    }
}

impl FromStr for Address {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Address> {
        let mut address = Address::NONE;
        // SAFETY: the text is as long as said. (No text has usize::MAX bytes,
        // which would mean: ended with NUL.)
        unsafe { sys::iosrc_address_parse(text.as_ptr(), text.len(), &mut address.0) }.result()?;
        Ok(address)
    }
}

impl From<SocketAddr> for Address {
    fn from(from: SocketAddr) -> Address {
        let mut to = sys::Address::ZERO;
        let mut put = |bytes: &[u8]| {
            to.data[..bytes.len()].copy_from_slice(bytes);
            to.size = bytes.len() as u32;
        };
        match from.ip() {
            IpAddr::V4(ip) => put(&ip.octets()),
            IpAddr::V6(ip) => put(&ip.octets()),
        }
        to.family = sys::FAMILY_INET;
        to.port = from.port().into();
        if let SocketAddr::V6(from) = from {
            to.family = sys::FAMILY_INET6;
            to.flow = u32::from_be(from.flowinfo());
            to.scope = from.scope_id();
        }
        Address(to)
    }
}

/// What has no text (a family that the library does not know) is written
/// `(family 255)`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut room = [0u8; sys::ADDRESS_TEXT_SIZE];
        match self.write_text(&mut room) {
            Ok(size) => f.write_str(str::from_utf8(&room[..size]).map_err(|_| fmt::Error)?),
            Err(_) => write!(f, "(family {})", self.0.family),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// Two addresses are equal when all their bytes are.
impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        let head = |a: &sys::Address| (a.family, a.port, a.scope, a.flow, a.size, a.reserved);
        head(&self.0) == head(&other.0) && self.0.data == other.0.data
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.family, self.0.port, self.0.scope).hash(state);
        self.data().hash(state);
    }
}

impl TryFrom<Address> for SocketAddr {
    type Error = io::Error;

    fn try_from(address: Address) -> io::Result<SocketAddr> {
        let found = address.to_socket_addr();
        found.ok_or_else(|| Status::E_INVALID.into())
    }
}
