# SPDX-License-Identifier: MIT
"""A selector of Python's selectors module on top of a poller.

It runs asyncio:

    loop = asyncio.SelectorEventLoop(iosrc.selectors.IosrcSelector())
"""
from collections.abc import Mapping
from selectors import (EVENT_READ, EVENT_WRITE, BaseSelector, SelectorKey)
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ._error import Error
from ._flags import LEVEL, READABLE, WRITABLE, Capability
from ._poller import Events, Poller
from ._source import Source

_EVENTS = EVENT_READ | EVENT_WRITE
# Both spaces have the same bits; select relies on it.
if (EVENT_READ, EVENT_WRITE) != (READABLE, WRITABLE):
    raise ImportError("the bits of selectors are not those of iosrc")


def _fileno_of(fileobj: Any) -> int:
    try:
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"Invalid file object: {fileobj!r}") from None
    if fd < 0:
        raise ValueError(f"Invalid file descriptor: {fd}")
    return fd


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
    descriptors: unregister and close leave them open."""

    def __init__(self, backend: Optional[str] = None) -> None:
        self._keys: Dict[int, SelectorKey] = {}
        self._sources: Dict[int, Source] = {}
        self._map: Optional[_Map] = _Map(self)
        self._events = Events(64)
        self._poller = Poller(backend)
        if self._poller.capabilities & Capability.EXPOSE:
            # As of CPython's: only those that have a handle have the method.
            self.fileno = self._poller.fileno

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

    def register(self, fileobj: Any, events: int,
                 data: Any = None) -> SelectorKey:
        if not events or events & ~_EVENTS:
            raise ValueError(f"Invalid events: {events!r}")
        key = SelectorKey(fileobj, self._lookup(fileobj), events, data)
        if key.fd in self._keys:
            raise KeyError(f"{fileobj!r} (FD {key.fd}) is already registered")
        source = Source(key.fd, closefd=False)
        self._poller.register(source, key.fd, events | LEVEL)
        self._keys[key.fd] = key
        self._sources[key.fd] = source
        return key

    def unregister(self, fileobj: Any) -> SelectorKey:
        try:
            key = self._keys.pop(self._lookup(fileobj))
        except KeyError:
            raise KeyError(f"{fileobj!r} is not registered") from None
        # The handle stays open: it was borrowed.
        self._sources.pop(key.fd).close()
        return key

    def modify(self, fileobj: Any, events: int,
               data: Any = None) -> SelectorKey:
        try:
            key = self._keys[self._lookup(fileobj)]
        except KeyError:
            raise KeyError(f"{fileobj!r} is not registered") from None
        if events != key.events:
            if not events or events & ~_EVENTS:
                raise ValueError(f"Invalid events: {events!r}")
            self._change(key, events)
        if events != key.events or data != key.data:
            key = key._replace(events=events, data=data)
            self._keys[key.fd] = key
        return key

    def _change(self, key: SelectorKey, events: int) -> None:
        try:
            self._poller.reregister(self._sources[key.fd], key.fd,
                                    events | LEVEL)
        except Error:
            self.unregister(key.fileobj)
            raise

    def select(self, timeout: Optional[float] = None
               ) -> List[Tuple[SelectorKey, int]]:
        if timeout is not None and timeout < 0:
            timeout = 0
        if self._events.capacity < len(self._keys):
            self._events = Events(2 * len(self._keys))
        keys = self._keys
        ready = []
        for fd, _, bits in self._poller.wait(timeout, self._events):
            key = keys.get(fd)
            if key is not None and bits & key.events:
                ready.append((key, bits & key.events))
        return ready

    def close(self) -> None:
        for source in self._sources.values():
            source.close()
        self._sources.clear()
        self._keys.clear()
        self._map = None
        self._poller.close()

    def get_map(self) -> Optional[_Map]:  # type: ignore[override]
        return self._map

    def get_key(self, fileobj: Any) -> SelectorKey:
        if self._map is None:
            raise RuntimeError("Selector is closed")
        return self._map[fileobj]
