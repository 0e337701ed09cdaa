// SPDX-License-Identifier: MIT

//! Statuses as errors of Rust.
//!
//! What the system said becomes an [`io::Error`] with its code
//! ([`io::Error::raw_os_error`]). What the library decided becomes one of a
//! fitting [`io::ErrorKind`] with the [`Status`] inside. [`Status::of`] takes
//! the status out of either.

use crate::sys;
pub use crate::sys::{Kind, Status};
use std::ffi::CStr;
use std::os::raw::c_char;
use std::{error, fmt, io, str};

/// Static text of the library, which is always ASCII and ended with NUL.
pub(crate) fn static_text(text: *const u8) -> Option<&'static str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, ended with NUL, and there for ever.
    unsafe { CStr::from_ptr(text.cast::<c_char>()) }
        .to_str()
        .ok()
}

impl Status {
    /// The status that an error stands for.
    ///
    /// Errors that did not come from this crate have one by their code of the
    /// system, else [`Status::E_UNKNOWN`].
    pub fn of(error: &io::Error) -> Status {
        if let Some(code) = error.raw_os_error() {
            // SAFETY: any number may be given.
            return unsafe { sys::iosrc_status_from_os(code) };
        }
        let inside = error.get_ref().and_then(|e| e.downcast_ref::<Status>());
        match (inside, error.kind()) {
            (Some(status), _) => *status,
            (None, io::ErrorKind::WouldBlock) => Status::E_WOULD_BLOCK,
            (None, io::ErrorKind::OutOfMemory) => Status::E_NO_MEMORY,
            _ => Status::E_UNKNOWN,
        }
    }

    /// The portable kind, to branch on.
    pub fn kind(self) -> Kind {
        // SAFETY: any number may be given, here and below.
        unsafe { sys::iosrc_status_kind(self) }
    }

    /// The system's code, when the system said it; a status that the library
    /// decided has none.
    pub fn os_code(self) -> Option<i32> {
        // Bit 30 of a negative number tells the two apart: iosrc.h, statuses.
        let from_system = self.0 < 0 && self.0 & (1 << 30) == 0;
        from_system.then(|| unsafe { sys::iosrc_status_os(self) })
    }

    /// The name, for logs: `IOSRC_E_CLOSED`, `ECONNREFUSED`.
    pub fn name(self) -> &'static str {
        static_text(unsafe { sys::iosrc_status_name(self) }).unwrap_or("IOSRC_UNKNOWN_STATUS")
    }

    /// `Ok` for [`Status::OK`], an error for all else.
    pub fn result(self) -> io::Result<()> {
        if self == Status::OK {
            Ok(())
        } else {
            Err(self.into())
        }
    }

    fn error_kind(self) -> io::ErrorKind {
        match self {
            Status::E_INVALID | Status::E_WRONG_POLLER | Status::E_NO_SPACE => {
                io::ErrorKind::InvalidInput
            }
            Status::E_UNSUPPORTED => io::ErrorKind::Unsupported,
            Status::E_ALREADY_REGISTERED => io::ErrorKind::AlreadyExists,
            Status::E_NOT_REGISTERED => io::ErrorKind::NotFound,
            Status::E_INTERRUPTED => io::ErrorKind::Interrupted,
            _ => io::ErrorKind::Other,
        }
    }
}

/// The text is the library's, for people.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut room = [0u8; sys::MESSAGE_SIZE];
        // SAFETY: the room is as large as said.
        let size = unsafe { sys::iosrc_status_message(*self, room.as_mut_ptr(), room.len()) };
        let text = room.get(..size.max(0) as usize).unwrap_or(&[]);
        f.write_str(str::from_utf8(text).unwrap_or_else(|_| self.name()))
    }
}

impl error::Error for Status {}

/// Would-block and out-of-memory allocate nothing.
impl From<Status> for io::Error {
    fn from(status: Status) -> io::Error {
        match (status, status.os_code()) {
            (Status::E_WOULD_BLOCK, _) => {
                // EAGAIN, so that the error looks as one of std does.
                io::Error::from_raw_os_error(unsafe { sys::iosrc_status_os(status) })
            }
            (Status::E_NO_MEMORY, _) => io::ErrorKind::OutOfMemory.into(),
            (_, Some(code)) => io::Error::from_raw_os_error(code),
            _ => io::Error::new(status.error_kind(), status),
        }
    }
}

/// A count or a status, as the library answers it.
pub(crate) fn count(answer: i64) -> io::Result<usize> {
    if answer >= 0 {
        Ok(answer as usize)
    } else {
        Err(Status(answer as i32).into())
    }
}
