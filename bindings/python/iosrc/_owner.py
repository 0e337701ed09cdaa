# SPDX-License-Identifier: MIT
"""Pointers that own what they point to.

A C object lives as long as its Python pointer. A method hands the pointer to
the call and keeps it nowhere else, so a thread that closes an object while
another one is inside a call does not pull it from under that call: the object
ends when the last call has returned. No lock is needed, and a closed object
passes NULL, which the library refuses.
"""
from ctypes import POINTER, byref
from typing import Any, List, Optional

from . import _raw


class SourceOwner(POINTER(_raw.iosrc_source)):  # type: ignore[misc]
    """Closes, or gives back, the handle of a source."""
    _type_ = _raw.iosrc_source
    closes = True
    outcome: Optional[List[int]] = None

    def __del__(self, close=_raw.iosrc_close,
                into_inner=_raw.iosrc_into_inner) -> None:
        if self:
            status = close(self) if self.closes else into_inner(self, None)
            if self.outcome is not None:
                self.outcome.append(status)


class BorrowedOwner(POINTER(_raw.iosrc_source)):  # type: ignore[misc]
    """Gives back the handle of a source, always."""
    _type_ = _raw.iosrc_source

    def __del__(self, into_inner=_raw.iosrc_into_inner) -> None:
        if self:
            into_inner(self, None)


class PollerOwner(POINTER(_raw.iosrc_poller)):  # type: ignore[misc]
    """Holds one reference to a poller."""
    _type_ = _raw.iosrc_poller

    def __del__(self, release=_raw.iosrc_poller_release) -> None:
        if self:
            release(self)


class WakerOwner(POINTER(_raw.iosrc_waker)):  # type: ignore[misc]
    """Holds one reference to a waker."""
    _type_ = _raw.iosrc_waker

    def __del__(self, release=_raw.iosrc_waker_release) -> None:
        if self:
            release(self)


# ---- arguments that are made ready once ----
#
# For each argument of each call, ctypes asks the argtypes for an object that
# holds what C is to be given. That takes longer than the call, so what is
# given again and again is such an object already (byref, from_param), and the
# calls that are made often have no argtypes.

def prepared(name: str) -> Any:
    """A call of the library that takes only arguments that are ready."""
    call = _raw.library[name]
    call.restype = getattr(_raw, name).restype
    return call


def argument(owner: Any) -> Any:
    """An owner's pointer as an argument; keeps the owner alive."""
    return byref(owner.contents)


def owner_of(given: Any) -> Any:
    """The owner of an argument."""
    return given._obj._b_base_


def number(value: int, most: int, what: str) -> int:
    """A number that fits: ctypes would cut it off."""
    if 0 <= value <= most:
        return value
    raise ValueError(f"{what} is out of range: {value}")
