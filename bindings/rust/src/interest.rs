// SPDX-License-Identifier: MIT

//! What a registration asks for.

use crate::sys::Bits;
use std::ops::{BitOr, BitOrAssign};

/// Directions and, for a registration, a mode: edge when none is named.
///
/// ```
/// use iosrc::Interest;
///
/// let interest = Interest::READABLE | Interest::LEVEL;
/// assert_eq!(interest.bits(), 0x10001);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest(pub(crate) Bits);

impl Interest {
    /// No direction: a pause.
    pub const NONE: Interest = Interest(Bits(0));
    /// Something can be read or accepted.
    pub const READABLE: Interest = Interest(Bits::READABLE);
    /// Something can be written, or a connect ended.
    pub const WRITABLE: Interest = Interest(Bits::WRITABLE);
    /// Exceptional data: out-of-band data of TCP.
    pub const PRIORITY: Interest = Interest(Bits::PRIORITY);
    /// Mode: an event at every wait while something is ready.
    pub const LEVEL: Interest = Interest(Bits::LEVEL);
    /// Mode: one event, then silence until reregister.
    pub const ONESHOT: Interest = Interest(Bits::ONESHOT);
    /// Of several pollers that watch one description, wake at least one.
    pub const EXCLUSIVE: Interest = Interest(Bits::EXCLUSIVE);

    /// An interest of bits as `iosrc.h` has them. What the library or the
    /// backend does not know is refused where it is used.
    pub const fn from_bits(bits: u32) -> Interest {
        Interest(Bits(bits))
    }

    /// The bits as `iosrc.h` has them.
    pub const fn bits(self) -> u32 {
        self.0 .0
    }
}

impl BitOr for Interest {
    type Output = Interest;

    fn bitor(self, other: Interest) -> Interest {
        Interest(Bits(self.bits() | other.bits()))
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Interest) {
        *self = *self | other;
    }
}
