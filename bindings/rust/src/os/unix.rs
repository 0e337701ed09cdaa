// SPDX-License-Identifier: MIT

//! What a source may be made of: on this system anything that is [`AsFd`].

use crate::sys;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use crate::source::Source;
use crate::status::Status;

/// A handle as std has it: an fd.
pub type Raw = RawFd;

/// What endpoints own.
pub type Owned = OwnedFd;

mod sealed {
    pub trait Sealed {}
    impl<T: std::os::unix::io::AsFd> Sealed for T {}
}

/// An I/O object that a [`Source`] can be made of: whatever is [`AsFd`], which
/// is sockets, pipes and files of std, an [`OwnedFd`], or a [`BorrowedFd`],
/// with which the handle stays its owner's. The bound is not `AsRawFd`, for
/// that is true of any number, open or not.
pub trait Object: sealed::Sealed {
    #[doc(hidden)]
    fn handle(&self) -> sys::Handle;

    #[doc(hidden)]
    fn handle_type(&self) -> sys::HandleType;
}

impl<T: AsFd> Object for T {
    fn handle(&self) -> sys::Handle {
        sys::Handle(self.as_fd().as_raw_fd() as isize)
    }

    fn handle_type(&self) -> sys::HandleType {
        sys::HandleType::DEFAULT
    }
}

/// An object that owns its handle and can give it up.
pub trait Owner: Object {
    /// Whether that was this handle, which now belongs to the caller. Any other
    /// is closed.
    #[doc(hidden)]
    fn give_up(self, handle: sys::Handle) -> bool;
}

impl<T: AsFd + Into<OwnedFd>> Owner for T {
    fn give_up(self, handle: sys::Handle) -> bool {
        let owned: OwnedFd = self.into();
        let is_it = owned.handle() == handle;
        if is_it {
            let _ = owned.into_raw_fd();
        }
        is_it
    }
}

/// # Safety
///
/// The handle is open and the caller's own.
pub(crate) unsafe fn adopt(handle: sys::Handle, _handle_type: sys::HandleType) -> Owned {
    // SAFETY: the library makes handles of fds.
    unsafe { OwnedFd::from_raw_fd(handle.0 as RawFd) }
}

pub(crate) fn raw(handle: sys::Handle) -> io::Result<Raw> {
    RawFd::try_from(handle.0).map_err(|_| Status::E_UNKNOWN.into())
}

/// Lists of buffers as the library has them: those of std are struct iovec
/// here, and so are the library's.
pub(crate) fn with_buffers<R>(
    buffers: &[IoSlice<'_>],
    call: impl FnOnce(*const sys::Buffer) -> R,
) -> R {
    call(buffers.as_ptr().cast())
}

/// The same of buffers to read into.
pub(crate) fn with_buffers_mut<R>(
    buffers: &mut [IoSliceMut<'_>],
    call: impl FnOnce(*const sys::Buffer) -> R,
) -> R {
    call(buffers.as_mut_ptr().cast())
}

impl<T: AsFd> AsFd for Source<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsFd> AsRawFd for Source<T> {
    fn as_raw_fd(&self) -> RawFd {
        // It was made of a RawFd.
        self.handle().0 as RawFd
    }
}
