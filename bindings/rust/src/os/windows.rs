// SPDX-License-Identifier: MIT

//! What a source may be made of: on this system sockets, and, wrapped so that
//! they are told apart, ends of pipes and handles that can be waited for.

use crate::source::Source;
use crate::sys;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::windows::io::{
    AsHandle, AsRawHandle, AsRawSocket, AsSocket, BorrowedSocket, FromRawHandle, FromRawSocket,
    IntoRawHandle, IntoRawSocket, OwnedHandle, OwnedSocket, RawHandle, RawSocket,
};

/// A handle as std has it.
pub type Raw = RawHandle;

mod sealed {
    pub trait Sealed {}
    impl<T: std::os::windows::io::AsSocket> Sealed for T {}
    impl Sealed for super::Owned {}
    impl<T: std::os::windows::io::AsHandle> Sealed for super::Pipe<T> {}
    impl<T: std::os::windows::io::AsHandle> Sealed for super::Waitable<T> {}
}

/// An I/O object that a [`Source`] can be made of: whatever is [`AsSocket`],
/// which is sockets of std, an [`OwnedSocket`], or a [`BorrowedSocket`], with
/// which the socket stays its owner's; a [`Pipe`] and a [`Waitable`].
pub trait Object: sealed::Sealed {
    #[doc(hidden)]
    fn handle(&self) -> sys::Handle;

    #[doc(hidden)]
    fn handle_type(&self) -> sys::HandleType;
}

/// An object that owns its handle and can give it up.
pub trait Owner: Object {
    /// Whether that was this handle, which now belongs to the caller. Any other
    /// is closed.
    #[doc(hidden)]
    fn give_up(self, handle: sys::Handle) -> bool;
}

fn of_socket(socket: &impl AsRawSocket) -> sys::Handle {
    sys::Handle(socket.as_raw_socket() as isize)
}

fn of_handle(handle: &impl AsRawHandle) -> sys::Handle {
    sys::Handle(handle.as_raw_handle() as isize)
}

impl<T: AsSocket> Object for T {
    fn handle(&self) -> sys::Handle {
        of_socket(&self.as_socket())
    }

    fn handle_type(&self) -> sys::HandleType {
        sys::HandleType::SOCKET
    }
}

fn give_up_socket(owned: OwnedSocket, handle: sys::Handle) -> bool {
    let is_it = of_socket(&owned) == handle;
    if is_it {
        let _ = owned.into_raw_socket();
    }
    is_it
}

fn give_up_handle(owned: OwnedHandle, handle: sys::Handle) -> bool {
    let is_it = of_handle(&owned) == handle;
    if is_it {
        let _ = owned.into_raw_handle();
    }
    is_it
}

impl<T: AsSocket + Into<OwnedSocket>> Owner for T {
    fn give_up(self, handle: sys::Handle) -> bool {
        give_up_socket(self.into(), handle)
    }
}

/// An end of a pipe that was opened for overlapped I/O.
#[derive(Debug)]
pub struct Pipe<T>(pub T);

/// A handle that can be waited for: an event, a process, a timer. It is
/// readable while it is signalled.
#[derive(Debug)]
pub struct Waitable<T>(pub T);

impl<T: AsHandle> Object for Pipe<T> {
    fn handle(&self) -> sys::Handle {
        of_handle(&self.0.as_handle())
    }

    fn handle_type(&self) -> sys::HandleType {
        sys::HandleType::PIPE
    }
}

impl<T: AsHandle + Into<OwnedHandle>> Owner for Pipe<T> {
    fn give_up(self, handle: sys::Handle) -> bool {
        give_up_handle(self.0.into(), handle)
    }
}

impl<T: AsHandle> Object for Waitable<T> {
    fn handle(&self) -> sys::Handle {
        of_handle(&self.0.as_handle())
    }

    fn handle_type(&self) -> sys::HandleType {
        sys::HandleType::WAITABLE
    }
}

impl<T: AsHandle + Into<OwnedHandle>> Owner for Waitable<T> {
    fn give_up(self, handle: sys::Handle) -> bool {
        give_up_handle(self.0.into(), handle)
    }
}

/// What endpoints own. Sockets and pipes are closed by different calls.
#[derive(Debug)]
pub enum Owned {
    /// Of most addresses, and of pairs.
    Socket(OwnedSocket),
    /// Of a pipe, named or not.
    Pipe(OwnedHandle),
}

impl Object for Owned {
    fn handle(&self) -> sys::Handle {
        match self {
            Owned::Socket(socket) => of_socket(socket),
            Owned::Pipe(pipe) => of_handle(pipe),
        }
    }

    fn handle_type(&self) -> sys::HandleType {
        match self {
            Owned::Socket(_) => sys::HandleType::SOCKET,
            Owned::Pipe(_) => sys::HandleType::PIPE,
        }
    }
}

impl Owner for Owned {
    fn give_up(self, handle: sys::Handle) -> bool {
        match self {
            Owned::Socket(socket) => give_up_socket(socket, handle),
            Owned::Pipe(pipe) => give_up_handle(pipe, handle),
        }
    }
}

impl TryFrom<Owned> for OwnedSocket {
    type Error = Owned;

    fn try_from(owned: Owned) -> Result<OwnedSocket, Owned> {
        match owned {
            Owned::Socket(socket) => Ok(socket),
            pipe => Err(pipe),
        }
    }
}

/// # Safety
///
/// The handle is open, of that type, and the caller's own.
pub(crate) unsafe fn adopt(handle: sys::Handle, handle_type: sys::HandleType) -> Owned {
    // SAFETY: as the caller says.
    unsafe {
        if handle_type == sys::HandleType::PIPE {
            Owned::Pipe(OwnedHandle::from_raw_handle(handle.0 as RawHandle))
        } else {
            Owned::Socket(OwnedSocket::from_raw_socket(handle.0 as RawSocket))
        }
    }
}

pub(crate) fn raw(handle: sys::Handle) -> io::Result<Raw> {
    Ok(handle.0 as RawHandle)
}

/// The most buffers of one call.
const MOST: usize = 1024;

/// Buffers of std have another order here than the library's, so the list is
/// written once more, on the stack. The sizes were checked by the caller.
fn list_of<R>(
    buffers: impl Iterator<Item = (*const u8, usize)>,
    call: impl FnOnce(*const sys::Buffer) -> R,
) -> R {
    let mut list = [MaybeUninit::<sys::Buffer>::uninit(); MOST];
    for (place, (data, size)) in list.iter_mut().zip(buffers) {
        place.write(sys::Buffer {
            data: data as *mut _,
            size,
        });
    }
    call(list.as_ptr().cast())
}

/// Lists of buffers as the library has them.
pub(crate) fn with_buffers<R>(
    buffers: &[IoSlice<'_>],
    call: impl FnOnce(*const sys::Buffer) -> R,
) -> R {
    list_of(buffers.iter().map(|b| (b.as_ptr(), b.len())), call)
}

/// The same of buffers to read into.
pub(crate) fn with_buffers_mut<R>(
    buffers: &mut [IoSliceMut<'_>],
    call: impl FnOnce(*const sys::Buffer) -> R,
) -> R {
    let each = buffers.iter_mut();
    list_of(each.map(|b| (b.as_mut_ptr() as *const u8, b.len())), call)
}

impl<T: AsSocket> AsSocket for Source<T> {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.get_ref().as_socket()
    }
}

impl<T: AsSocket> AsRawSocket for Source<T> {
    fn as_raw_socket(&self) -> RawSocket {
        // It was made of a RawSocket.
        self.handle().0 as RawSocket
    }
}
