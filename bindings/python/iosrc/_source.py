# SPDX-License-Identifier: MIT
"""Sources: a handle that can be registered, and I/O through it."""
import ctypes
import warnings
from typing import (Any, Callable, Optional, Sequence, Tuple, TypeVar)

from . import _memory, _raw
from ._address import Address, AddressLike
from ._error import Error, error_of, is_in_progress
from ._flags import WRITABLE, HandleType, Option, RecvFlag, SendFlag
from ._owner import SourceOwner, argument, number, owner_of, prepared

_T = TypeVar("_T")
_BITS = 2**32 - 1
_DIRECTIONS = 7
_readable, _writable = _memory.readable, _memory.writable
_read, _write = prepared("iosrc_read"), prepared("iosrc_write")
_recv, _send = prepared("iosrc_recv"), prepared("iosrc_send")
_recv_from = prepared("iosrc_recv_from")
_send_to = prepared("iosrc_send_to")
_rearm = prepared("iosrc_rearm")
_registration = prepared("iosrc_source_registration")
_handle = prepared("iosrc_source_handle")
_bits = ctypes.c_uint32.from_param


class Source:
    """A handle of the system that a poller can watch.

    The source owns its handle: close, the end of a with block, or the garbage
    collector closes it. With closefd=False it only borrows it. The handle has
    to be non-blocking for I/O not to block; those that this package opens are.

    A call that would block raises BlockingIOError and arms the direction
    again; in edge mode go on until it does.
    """
    __slots__ = ("_pointer", "__weakref__")
    _pointer: Any  # the argument of a SourceOwner, or None

    def __init__(self, handle: int, type: int = HandleType.DEFAULT, *,
                 closefd: bool = True) -> None:
        self._pointer = None
        if not -2**31 <= handle < 2**31:
            raise ValueError(f"no handle: {handle}")
        pointer = SourceOwner()
        status = _raw.iosrc_create(handle, number(type, _BITS, "type"),
                                   ctypes.byref(pointer))
        if status:
            raise error_of(status)
        pointer.closes = closefd
        self._pointer = argument(pointer)

    @classmethod
    def _of(cls, pointer: SourceOwner) -> "Source":
        self = cls.__new__(cls)
        self._pointer = argument(pointer)
        return self

    # ---- ends ----

    def close(self) -> None:
        """Deregisters the source and closes its handle. A second close does
        nothing. While another thread is inside a call of this source, both
        happen when that call returns."""
        pointer, self._pointer = self._pointer, None
        if pointer is None:
            return
        outcome: list = []
        owner_of(pointer).outcome = outcome
        del pointer
        if outcome and outcome[0]:
            raise error_of(outcome[0])

    def into_inner(self) -> int:
        """Deregisters the source and gives the handle back, still open. The
        source is gone. While another thread is inside a call of this source,
        it is deregistered when that call returns."""
        pointer, self._pointer = self._pointer, None
        if pointer is None:
            raise ValueError("the source is closed")
        owner_of(pointer).closes = False
        return _handle(pointer)

    @property
    def closed(self) -> bool:
        return self._pointer is None

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self, warn=warnings.warn) -> None:
        if self._pointer is not None and owner_of(self._pointer).closes:
            warn(f"unclosed {self!r}", ResourceWarning, source=self,
                 stacklevel=2)

    def __repr__(self) -> str:
        if self._pointer is None:
            return "<iosrc.Source closed>"
        return f"<iosrc.Source handle={self.fileno()}>"

    # ---- what it tells ----

    def fileno(self) -> int:
        """The handle, for calls of one's own; -1 when the source is closed.
        Do not close it."""
        return _handle(self._pointer)

    @property
    def registration(self) -> int:
        """The number that events of this source carry; 0 when there is
        none."""
        return _registration(self._pointer)

    def _failed(self, status: int) -> Exception:
        if self._pointer is None:
            return ValueError("the source is closed")
        return error_of(status)

    # ---- direct I/O ----
    #
    # No address stands in a local variable: the traceback of an error would
    # hold it, and with it the caller's buffer, which then could not be resized
    # in the handler of that error.

    def read(self, buffer: Any) -> int:
        """Reads once into a writable buffer; 0 is the end of file."""
        count = _read(self._pointer, *_writable(buffer))
        if count < 0:
            raise self._failed(count)
        return count

    def write(self, data: Any) -> int:
        """Writes any bytes-like object once, without a copy; answers how many
        bytes were taken."""
        count = _write(self._pointer, *_readable(data))
        if count < 0:
            raise self._failed(count)
        return count

    def readv(self, buffers: Sequence[Any]) -> int:
        """Reads once into several writable buffers, in order."""
        array, length, held = _memory.vector(buffers, _writable)
        count = _raw.iosrc_readv(self._pointer, array, length)
        del array, held
        if count < 0:
            raise self._failed(count)
        return count

    def writev(self, buffers: Sequence[Any]) -> int:
        """Writes several bytes-like objects once, in order."""
        array, length, held = _memory.vector(buffers, _readable)
        count = _raw.iosrc_writev(self._pointer, array, length)
        del array, held
        if count < 0:
            raise self._failed(count)
        return count

    def do_io(self, directions: int, operation: Callable[[int], _T]) -> _T:
        """Calls operation(handle) and answers what it answers. When it raises
        BlockingIOError, the directions are armed again before that is
        raised; a connect in progress arms WRITABLE, if named."""
        if not 0 <= directions <= _DIRECTIONS or self._pointer is None:
            self.rearm(directions)
        try:
            return operation(self.fileno())
        except BlockingIOError as error:
            armed = directions & WRITABLE if is_in_progress(error) else \
                directions
            # A failing re-arm comes as an event: the would-block stays one.
            _rearm(self._pointer, _bits(armed))
            raise

    def rearm(self, directions: int) -> None:
        """Says that I/O of one's own in these directions would have
        blocked."""
        status = _rearm(self._pointer,
                        _bits(number(directions, _BITS, "directions")))
        if status:
            raise self._failed(status)

    # ---- sockets ----

    def accept(self) -> "Source":
        """Takes one connection from a listener."""
        pointer = SourceOwner()
        status = _raw.iosrc_accept(self._pointer, None, ctypes.byref(pointer))
        if status:
            raise self._failed(status)
        return Source._of(pointer)

    def accept_from(self) -> Tuple["Source", Address]:
        """Takes one connection and tells the peer's address."""
        pointer, peer = SourceOwner(), Address._empty()
        status = _raw.iosrc_accept(self._pointer, ctypes.byref(peer._raw),
                                   ctypes.byref(pointer))
        if status:
            raise self._failed(status)
        return Source._of(pointer), peer

    def recv(self, buffer: Any, flags: int = RecvFlag(0)) -> int:
        """Receives once into a writable buffer. Whether a datagram was cut is
        told by recv_from."""
        count = _recv(self._pointer, *_writable(buffer),
                      _bits(number(flags, _BITS, "flags")), None)
        if count < 0:
            raise self._failed(count)
        return count

    def send(self, data: Any, flags: int = SendFlag(0)) -> int:
        """Sends any bytes-like object once, without a copy."""
        count = _send(self._pointer, *_readable(data),
                      _bits(number(flags, _BITS, "flags")))
        if count < 0:
            raise self._failed(count)
        return count

    def recv_from(self, buffer: Any, flags: int = RecvFlag(0)
                  ) -> Tuple[int, Address, bool]:
        """Receives a datagram once: the bytes stored, the sender, and whether
        the rest of it was lost for want of room."""
        peer, out = Address._empty(), ctypes.c_uint32()
        count = _recv_from(
            self._pointer, *_writable(buffer),
            _bits(number(flags, _BITS, "flags")), ctypes.byref(peer._raw),
            ctypes.byref(out))
        if count < 0:
            raise self._failed(count)
        return count, peer, bool(out.value & _raw.IOSRC_OUT_TRUNCATED)

    def send_to(self, data: Any, peer: AddressLike,
                flags: int = SendFlag(0)) -> int:
        """Sends a datagram to an address once."""
        count = _send_to(
            self._pointer, *_readable(data),
            _bits(number(flags, _BITS, "flags")),
            ctypes.byref(Address.of(peer)._raw))
        if count < 0:
            raise self._failed(count)
        return count

    def shutdown(self, directions: int) -> None:
        """Shuts down READABLE, WRITABLE or both."""
        status = _raw.iosrc_shutdown(self._pointer,
                                     number(directions, _BITS, "directions"))
        if status:
            raise self._failed(status)

    def take_error(self) -> Optional[Error]:
        """Takes the pending error, once: how a connect ended. None is
        success."""
        out = _raw.iosrc_status()
        status = _raw.iosrc_take_error(self._pointer, ctypes.byref(out))
        if status:
            raise self._failed(status)
        return error_of(out.value) if out.value else None

    def set_option(self, option: Option, value: int) -> None:
        if not -2**63 <= value < 2**63:
            raise ValueError(f"value is out of range: {value}")
        status = _raw.iosrc_set_option(
            self._pointer, number(option, _BITS, "option"), value)
        if status:
            raise self._failed(status)

    def get_option(self, option: Option) -> int:
        out = ctypes.c_int64()
        status = _raw.iosrc_get_option(
            self._pointer, number(option, _BITS, "option"), ctypes.byref(out))
        if status:
            raise self._failed(status)
        return out.value

    def multicast_join(self, group: AddressLike, interface: int = 0) -> None:
        status = _raw.iosrc_multicast_join(
            self._pointer, ctypes.byref(Address.of(group)._raw),
            number(interface, _BITS, "interface"))
        if status:
            raise self._failed(status)

    def multicast_leave(self, group: AddressLike, interface: int = 0) -> None:
        status = _raw.iosrc_multicast_leave(
            self._pointer, ctypes.byref(Address.of(group)._raw),
            number(interface, _BITS, "interface"))
        if status:
            raise self._failed(status)

    def local_address(self) -> Address:
        """The address that the socket is bound to."""
        return self._name(_raw.iosrc_local_address)

    def peer_address(self) -> Address:
        """The address that the socket is connected to."""
        return self._name(_raw.iosrc_peer_address)

    def _name(self, call: Any) -> Address:
        address = Address._empty()
        status = call(self._pointer, ctypes.byref(address._raw))
        if status:
            raise self._failed(status)
        return address
