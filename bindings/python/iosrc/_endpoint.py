# SPDX-License-Identifier: MIT
"""Endpoints: sources over sockets and pipes that the library opens."""
import ctypes
from typing import Any, Optional, Tuple

from . import _raw
from ._address import Address, AddressLike
from ._error import error_of
from ._flags import Type
from ._owner import SourceOwner, number
from ._source import Source

_BITS = 2**32 - 1


def _open(call: Any, address: AddressLike, options: Any) -> Source:
    pointer = SourceOwner()
    status = call(ctypes.byref(Address.of(address)._raw),
                  ctypes.byref(options), ctypes.sizeof(options),
                  ctypes.byref(pointer))
    if status:
        raise error_of(status)
    return Source._of(pointer)


def listen(address: AddressLike, *, type: int = Type.STREAM, flags: int = 0,
           backlog: int = 0, mode: int = 0) -> Source:
    """Opens a socket that listens. flags are of ListenFlag; mode is the
    permission of a unix path."""
    return _open(_raw.iosrc_listen, address, _raw.iosrc_listen_options(
        number(flags, _BITS, "flags"), number(type, _BITS, "type"),
        number(backlog, _BITS, "backlog"), number(mode, _BITS, "mode")))


def connect(address: AddressLike, *, type: int = Type.STREAM, flags: int = 0,
            source: Optional[AddressLike] = None) -> Source:
    """Opens a socket and begins to connect it. When it is writable,
    take_error tells how that ended. flags are of ConnectFlag."""
    options = _raw.iosrc_connect_options(number(flags, _BITS, "flags"),
                                         number(type, _BITS, "type"))
    if source is not None:
        options.source = Address.of(source)._raw
    return _open(_raw.iosrc_connect, address, options)


def bind_datagram(address: AddressLike, *, flags: int = 0) -> Source:
    """Opens a datagram socket and binds it. flags are of ListenFlag."""
    return _open(_raw.iosrc_bind_datagram, address,
                 _raw.iosrc_datagram_options(number(flags, _BITS, "flags")))


def pair(type: int = Type.STREAM) -> Tuple[Source, Source]:
    """Makes two sockets that are connected to each other."""
    a, b = SourceOwner(), SourceOwner()
    status = _raw.iosrc_pair(number(type, _BITS, "type"), ctypes.byref(a),
                             ctypes.byref(b))
    if status:
        raise error_of(status)
    return Source._of(a), Source._of(b)


def pipe() -> Tuple[Source, Source]:
    """Makes a pipe: the end to read from, the end to write to."""
    reader, writer = SourceOwner(), SourceOwner()
    status = _raw.iosrc_pipe(ctypes.byref(reader), ctypes.byref(writer))
    if status:
        raise error_of(status)
    return Source._of(reader), Source._of(writer)
