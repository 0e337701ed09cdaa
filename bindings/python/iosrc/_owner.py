# SPDX-License-Identifier: MIT
"""Pointers that own what they point to.

A C object lives as long as its Python pointer. A method hands the pointer to
the call and keeps it nowhere else, so a thread that closes an object while
another one is inside a call does not pull it from under that call: the object
ends when the last call has returned. No lock is needed, and a closed object
passes NULL, which the library refuses.
"""
from ctypes import POINTER
from typing import List, Optional

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


def number(value: int, most: int, what: str) -> int:
    """A number that fits: ctypes would cut it off."""
    if 0 <= value <= most:
        return value
    raise ValueError(f"{what} is out of range: {value}")
