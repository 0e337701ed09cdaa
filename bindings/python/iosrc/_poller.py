# SPDX-License-Identifier: MIT
"""Pollers, what they answer, and the wakers that end their waits."""
import ctypes
import struct
from math import ceil, inf
from time import monotonic_ns
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from . import _raw
from ._batch import Batch
from ._error import Error, error_of
from ._owner import (PollerOwner, WakerOwner, argument, number, owner_of,
                     prepared)
from ._source import Source

Event = Tuple[int, int, int]

_TOKENS = 2**64 - 1
_BITS = 2**32 - 1
_FOREVER = -1
_LONGEST_NS = 2**63 - 1
_EVENT = struct.Struct("=QQI4x")
_wait = prepared("iosrc_poller_wait")
_register = prepared("iosrc_register")
_reregister = prepared("iosrc_reregister")
_deregister = prepared("iosrc_deregister")
_wake = prepared("iosrc_waker_wake")
_token, _bits = ctypes.c_uint64.from_param, ctypes.c_uint32.from_param
_left = ctypes.c_int64.from_param
AT_ONCE, FOREVER = _left(0), _left(_FOREVER)


class Counters(NamedTuple):
    """What a poller has counted since it was made; see iosrc.h."""
    waits: int
    events: int
    kernel_wakes: int
    coalesced_wakes: int
    spurious: int
    stale: int
    rearms: int


class Events:
    """Room for the events of a wait, and the events themselves.

    Iterating gives plain tuples (token, registration, ready). It may be given
    to wait after wait; each thread needs its own.
    """
    __slots__ = ("_memory", "_room", "_view", "_count", "capacity")

    def __init__(self, capacity: int = 256) -> None:
        if not 0 < capacity < 2**31:
            raise ValueError(f"capacity is out of range: {capacity}")
        array = (_raw.iosrc_event * capacity)()
        self._memory = ctypes.byref(array)
        self._room = ctypes.c_size_t.from_param(capacity)
        self._view = memoryview(array).cast("B")
        self._count = 0
        self.capacity = capacity

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Event]:
        return _EVENT.iter_unpack(  # type: ignore[return-value]
            self._view[:self._count * 24])

    def __getitem__(self, index: int) -> Event:
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError("event out of range")
        return _EVENT.unpack_from(  # type: ignore[return-value]
            self._view, index * 24)


def _nanoseconds(timeout: Optional[float]) -> int:
    """Rounded up, so that no wait ends early."""
    if timeout is None:
        return _FOREVER
    left = timeout * 1e9
    if 0 <= left < _LONGEST_NS:
        return ceil(left)
    if not left >= 0:
        raise ValueError(f"timeout is not zero or more: {timeout}")
    return _LONGEST_NS if left < inf else _FOREVER


def _backend_number(name: str) -> int:
    for backend in range(1, 256):
        if _raw.iosrc_backend_name(backend) == name.encode():
            return backend
    raise ValueError(f"no such backend is linked in: {name}")


def backends() -> List[str]:
    """The names of the backends of this library."""
    names = map(_raw.iosrc_backend_name, range(1, 256))
    return [name.decode() for name in names if name]


class Poller:
    """Waits for many sources and wakers at once.

    Any thread may register sources and make wakers while others wait. The
    sources belong to whoever made them: the poller does not keep them alive.
    """
    __slots__ = ("_pointer", "__weakref__")
    _pointer: Any  # the argument of a PollerOwner, or None

    def __init__(self, backend: Optional[str] = None, *,
                 io_uring: bool = False) -> None:
        """backend names one of backends(); without it the environment's
        IOSRC_BACKEND or the library chooses. io_uring permits one in
        io_many."""
        self._pointer = None
        # Interruptible, so that Python's signal handlers get their turn.
        options = _raw.iosrc_poller_options(
            _raw.IOSRC_POLLER_INTERRUPTIBLE |
            (_raw.IOSRC_POLLER_IO_URING if io_uring else 0),
            0 if backend is None else _backend_number(backend))
        pointer = PollerOwner()
        status = _raw.iosrc_poller_create(
            ctypes.byref(options), ctypes.sizeof(options),
            ctypes.byref(pointer))
        if status:
            raise error_of(status)
        self._pointer = argument(pointer)

    # ---- ends ----

    def close(self) -> None:
        """Drops the poller. Its sources are unregistered and live on. While
        another thread waits, it happens when that wait returns: wake it."""
        self._pointer = None

    @property
    def closed(self) -> bool:
        return self._pointer is None

    def __enter__(self) -> "Poller":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<iosrc.Poller {self.backend or 'closed'}>"

    def _failed(self, status: int,
                source: Optional[Source] = None) -> Exception:
        if self._pointer is None:
            return error_of(_raw.IOSRC_E_CLOSED)
        return source._failed(status) if source is not None \
            else error_of(status)

    # ---- registrations ----

    def register(self, source: Source, token: int, interest: int) -> None:
        """Registers a source under a token, 64 bits of the caller's own."""
        status = _register(source._pointer, self._pointer,
                           _token(number(token, _TOKENS, "token")),
                           _bits(number(interest, _BITS, "interest")))
        if status:
            raise self._failed(status, source)

    def reregister(self, source: Source, token: int, interest: int) -> None:
        """Replaces token and interest whole, and reports again what is
        ready."""
        status = _reregister(source._pointer, self._pointer,
                             _token(number(token, _TOKENS, "token")),
                             _bits(number(interest, _BITS, "interest")))
        if status:
            raise self._failed(status, source)

    def deregister(self, source: Source) -> None:
        """Ends a registration: no wait that begins later reports it."""
        status = _deregister(source._pointer, self._pointer)
        if status:
            raise self._failed(status, source)

    def register_many(self, items: Iterable[Tuple[Source, int, int]]
                      ) -> List[Optional[Error]]:
        """Registers (source, token, interest) each in one call. Answers for
        each item None or its error; one that fails stops no other."""
        rows = [(source._pointer, number(token, _TOKENS, "token"),
                 number(interest, _BITS, "interest"))
                for source, token, interest in items]
        if not rows:
            return []
        array = (_raw.iosrc_register_item * len(rows))()
        for item, (pointer, token, interest) in zip(array, rows):
            item.token, item.interest = token, interest
            if pointer is not None:
                item.source = owner_of(pointer)
        count = _raw.iosrc_register_many(
            self._pointer, array, len(rows), ctypes.sizeof(array[0]))
        # What holds a pointer is let go before anything is raised: a
        # traceback keeps this frame, and that must keep no source open.
        statuses = [item.out_status for item in array]
        rows.clear()
        del array, item, pointer
        if count < 0:
            raise self._failed(count)
        return [error_of(status) if status else None for status in statuses]

    def io_many(self, batch: Batch) -> int:
        """Runs the reads and writes of a batch in one call; answers how many
        of them have a result of zero or more."""
        count = batch._run(self._pointer) if len(batch) else 0
        if count < 0:
            raise self._failed(count)
        return count

    # ---- waiting ----

    def wait(self, timeout: Optional[float] = None,
             events: Optional[Events] = None) -> Events:
        """Waits until something is ready, at most timeout seconds (None is
        for ever), and answers the events; none when the time is over.

        Signal handlers of Python run during the wait, which then goes on
        against the same deadline unless one of them raises.
        """
        if events is None:
            events = Events()
        events._count = 0
        left = _nanoseconds(timeout)
        deadline = monotonic_ns() + left if left > 0 else left
        while True:
            count = _wait(self._pointer, events._memory, events._room,
                          _left(left))
            if count >= 0:
                events._count = count
                return events
            if count != _raw.IOSRC_E_INTERRUPTED:
                raise self._failed(count)
            if left > 0:
                left = max(deadline - monotonic_ns(), 0)

    def is_current(self, registration: int) -> bool:
        """Whether a registration still is the one that an event was made
        for."""
        return bool(_raw.iosrc_is_current(
            self._pointer, number(registration, _TOKENS, "registration")))

    # ---- what it tells ----

    def fileno(self) -> int:
        """The handle of the poller, for another loop to watch."""
        out = _raw.iosrc_handle()
        status = _raw.iosrc_poller_expose(self._pointer, ctypes.byref(out))
        if status:
            raise self._failed(status)
        return out.value

    @property
    def backend(self) -> Optional[str]:
        """The backend's name; None when the poller is closed."""
        name = _raw.iosrc_backend_name(_raw.iosrc_poller_backend(
            self._pointer))
        return name.decode() if name else None

    @property
    def capabilities(self) -> int:
        """The interest bits that are accepted, and bits of Capability."""
        return _raw.iosrc_poller_capabilities(self._pointer)

    def stats(self) -> Counters:
        out = _raw.iosrc_poller_counters()
        status = _raw.iosrc_poller_stats(self._pointer, ctypes.byref(out),
                                         ctypes.sizeof(out))
        if status:
            raise self._failed(status)
        return Counters(*(getattr(out, name) for name in Counters._fields))


class Waker:
    """Ends a wait of a poller, from any thread. Its wakes come as events with
    its token, at least one for any number of them."""
    __slots__ = ("_pointer", "__weakref__")
    _pointer: Any  # the argument of a WakerOwner, or None

    def __init__(self, poller: Poller, token: int) -> None:
        self._pointer = None
        pointer = WakerOwner()
        status = _raw.iosrc_waker_create(
            poller._pointer, number(token, _TOKENS, "token"),
            ctypes.byref(pointer))
        if status:
            raise poller._failed(status)
        self._pointer = argument(pointer)

    def wake(self) -> None:
        """Wakes one waiting thread, or else the next wait."""
        status = _wake(self._pointer)
        if status:
            if self._pointer is None:
                raise ValueError("the waker is closed")
            raise error_of(status)

    def close(self) -> None:
        """Drops the waker, and a wake that was not reported yet."""
        self._pointer = None

    def __enter__(self) -> "Waker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
