# SPDX-License-Identifier: MIT
"""A selector of Python's selectors module on top of a poller.

It runs asyncio:

    loop = asyncio.SelectorEventLoop(iosrc.selectors.IosrcSelector())
"""
from collections.abc import Mapping
from ctypes import byref, c_uint32, c_uint64
from functools import partial
from selectors import (EVENT_READ, EVENT_WRITE, BaseSelector, SelectorKey)
from struct import Struct
from typing import Any, Dict, Iterator, List, Optional, Tuple

from . import _raw
from ._error import error_of
from ._flags import LEVEL, READABLE, WRITABLE, Capability
from ._owner import BorrowedOwner, argument, prepared
from ._poller import AT_ONCE, FOREVER, Events, Poller

# Both spaces have the same bits; select relies on it.
if (EVENT_READ, EVENT_WRITE) != (READABLE, WRITABLE):
    raise ImportError("the bits of selectors are not those of iosrc")

_INTERESTS = {events: c_uint32.from_param(events | LEVEL)
              for events in (EVENT_READ, EVENT_WRITE, EVENT_READ | EVENT_WRITE)}
_TOKEN_AND_READY = Struct("=Q8xI4x")  # of an event
_EVENT_SIZE = _TOKEN_AND_READY.size
_READY = 16 // 4  # where the second is, counted in its own size
_each = _TOKEN_AND_READY.iter_unpack
# SelectorKey without a function of Python's between.
_key = partial(tuple.__new__, SelectorKey)
_register = prepared("iosrc_register")
_reregister = prepared("iosrc_reregister")
_deregister = prepared("iosrc_deregister")
_wait = prepared("iosrc_poller_wait")


def _fileno_of(fileobj: Any) -> int:
    try:
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"Invalid file object: {fileobj!r}") from None
    if fd < 0:
        raise ValueError(f"Invalid file descriptor: {fd}")
    return fd


def _arguments(fd: int) -> Tuple[Any, Any]:
    """A new source of a descriptor, and its token, as the calls take them."""
    owner = BorrowedOwner()
    status = _raw.iosrc_create(fd, _raw.IOSRC_HANDLE_DEFAULT, byref(owner))
    if status:
        raise error_of(status)
    return argument(owner), c_uint64.from_param(fd)


class _Map(Mapping):
    """The live mapping of file objects to keys that get_map answers."""

    def __init__(self, selector: "IosrcSelector") -> None:
        self._selector = selector

    def __len__(self) -> int:
        return len(self._selector._keys)

    def __getitem__(self, fileobj: Any) -> SelectorKey:
        key = self._selector._keys.get(self._selector._lookup(fileobj))
        if key is None:
            raise KeyError(f"{fileobj!r} is not registered")
        return key

    def __iter__(self) -> Iterator[Any]:
        return iter(self._selector._keys)


class IosrcSelector(BaseSelector):
    """Level-triggered, as all of Python's selectors. It borrows the file
    descriptors: unregister and close leave them open.

    What it has made of a descriptor it keeps for the next registration of that
    number, until it is closed: the system gives out the lowest number again.
    """

    def __init__(self, backend: Optional[str] = None) -> None:
        self._keys: Dict[int, SelectorKey] = {}
        # By descriptor, also of those that are not registered any more. What
        # is taken out ends when the last call that was given it has returned.
        self._sources: Dict[int, Tuple[Any, Any]] = {}
        self._map: Optional[_Map] = _Map(self)
        self._poller = Poller(backend)
        self._given = self._poller._pointer
        self._make_room(64)
        if self._poller.capabilities & Capability.EXPOSE:
            # As of CPython's: only those that have a handle have the method.
            self.fileno = self._poller.fileno

    def _make_room(self, capacity: int) -> None:
        events = Events(capacity)
        # All arguments of a wait: a call of *them makes no other tuple.
        forever, at_once = (
            (self._given, events._memory, events._room, left)
            for left in (FOREVER, AT_ONCE))
        self._capacity = capacity
        # One object: a wait reads the room that it was given, whatever
        # another thread or a signal's handler registers meanwhile.
        self._room = (events, events._view.cast("Q"), events._view.cast("I"),
                      forever, at_once)

    def _lookup(self, fileobj: Any) -> int:
        """The descriptor, also of an object that has been closed and has it
        no more: then the one that it was registered with."""
        try:
            return _fileno_of(fileobj)
        except ValueError:
            for key in self._keys.values():
                if key.fileobj is fileobj:
                    return key.fd
            raise

    # A descriptor that is an int takes the short way: asyncio names them so.

    def register(self, fileobj: Any, events: int,
                 data: Any = None) -> SelectorKey:
        interest = _INTERESTS.get(events)
        if interest is None:
            raise ValueError(f"Invalid events: {events!r}")
        fd = fileobj if type(fileobj) is int and fileobj >= 0 else \
            self._lookup(fileobj)
        key = _key((fileobj, fd, events, data))
        keys = self._keys
        if keys.setdefault(fd, key) is not key:
            raise KeyError(f"{fileobj!r} (FD {fd}) is already registered")
        try:
            arguments = self._sources.get(fd)
            if arguments is None:
                arguments = self._sources[fd] = _arguments(fd)
            source, token = arguments
            status = _register(source, self._given, token, interest)
            if status:
                raise self._poller._failed(status)
            count = len(keys)
            if count > self._capacity:
                self._make_room(2 * count)
        except BaseException:
            self._forget(fd)
            raise
        return key

    def _forget(self, fd: int) -> None:
        """Nothing stays of a registration that failed."""
        self._keys.pop(fd, None)
        self._sources.pop(fd, None)

    def unregister(self, fileobj: Any) -> SelectorKey:
        key = self._keys.pop(fileobj, None) if type(fileobj) is int else None
        if key is None:
            key = self._keys.pop(self._lookup(fileobj), None)
            if key is None:
                raise KeyError(f"{fileobj!r} is not registered")
        source, _ = self._sources[key.fd]
        if _deregister(source, self._given):
            # Another source has its number, or the poller ended: it is
            # not to be used again. One that was closed answers OK.
            self._sources.pop(key.fd, None)
        return key

    def modify(self, fileobj: Any, events: int,
               data: Any = None) -> SelectorKey:
        key = self._keys.get(fileobj) if type(fileobj) is int else None
        if key is None:
            key = self._keys.get(self._lookup(fileobj))
            if key is None:
                raise KeyError(f"{fileobj!r} is not registered")
        first, fd, before, data_before = key
        if events != before:
            interest = _INTERESTS.get(events)
            if interest is None:
                raise ValueError(f"Invalid events: {events!r}")
            source, token = self._sources[fd]
            status = _reregister(source, self._given, token, interest)
            if status:
                self._forget(fd)
                raise self._poller._failed(status)
        elif data == data_before:
            return key
        key = self._keys[fd] = _key((first, fd, events, data))
        return key

    def select(self, timeout: Optional[float] = None
               ) -> List[Tuple[SelectorKey, int]]:
        events, first_token, first_ready, forever, at_once = self._room
        if timeout is None:
            count = _wait(*forever)
        elif timeout <= 0:
            timeout = 0
            count = _wait(*at_once)
        else:
            count = -1
        if count < 0:  # there is a deadline, a signal came, or it failed
            count = len(self._poller.wait(timeout, events))
        if count == 1:  # the loop below would cost more
            key = self._keys.get(first_token[0])
            if key is not None:
                bits = first_ready[_READY] & key.events
                if bits:
                    return [(key, bits)]
            return []
        ready: List[Tuple[SelectorKey, int]] = []
        if count:
            keys = self._keys
            for fd, bits in _each(events._view[:count * _EVENT_SIZE]):
                key = keys.get(fd)
                if key is not None:
                    bits &= key.events
                    if bits:
                        ready.append((key, bits))
        return ready

    def close(self) -> None:
        self._sources.clear()
        self._keys.clear()
        self._map = self._given = None
        self._make_room(1)
        self._poller.close()

    def get_map(self) -> Optional[_Map]:  # type: ignore[override]
        return self._map

    def get_key(self, fileobj: Any) -> SelectorKey:
        key = self._keys.get(fileobj) if type(fileobj) is int else None
        if key is not None:
            return key
        if self._map is None:
            raise RuntimeError("Selector is closed")
        return self._map[fileobj]
