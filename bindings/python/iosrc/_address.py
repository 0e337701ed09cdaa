# SPDX-License-Identifier: MIT
"""Addresses: values that compare, hash, and print as their text."""
import ctypes
from typing import Union

from . import _raw
from ._error import error_of
from ._flags import Family


class Address:
    """An address of a socket, made of text: 127.0.0.1:80, [::1]:80,
    unix:/run/x, unix:@abstract. No names are resolved."""
    __slots__ = ("_raw",)

    def __init__(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        self._raw = _raw.iosrc_address()
        status = _raw.iosrc_address_parse(data, len(data),
                                          ctypes.byref(self._raw))
        if status:
            raise error_of(status)

    @classmethod
    def of(cls, address: "AddressLike") -> "Address":
        """The address itself, or the one that a text says."""
        return address if isinstance(address, Address) else cls(address)

    @classmethod
    def _empty(cls) -> "Address":
        self = cls.__new__(cls)
        self._raw = _raw.iosrc_address()
        return self

    @property
    def family(self) -> Family:
        number = self._raw.family
        known = number in Family._value2member_map_
        return Family(number) if known else Family.OTHER

    @property
    def port(self) -> int:
        return self._raw.port

    @property
    def scope(self) -> int:
        """Index of the interface of an inet6 address, or 0."""
        return self._raw.scope

    @property
    def data(self) -> bytes:
        """4 or 16 bytes in network order, a path, or an abstract name."""
        return bytes(self._raw.data[:self._raw.size])

    def __str__(self) -> str:
        room = ctypes.create_string_buffer(_raw.IOSRC_ADDRESS_TEXT_SIZE)
        count = _raw.iosrc_address_format(ctypes.byref(self._raw), room,
                                          len(room))
        if count < 0:
            raise error_of(count)
        return room.value.decode("ascii")

    def __repr__(self) -> str:
        if self.family in (Family.NONE, Family.OTHER):
            return f"<iosrc.Address {self.family.name}>"
        return f"iosrc.Address({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Address):
            return NotImplemented
        return bytes(self._raw) == bytes(other._raw)

    def __hash__(self) -> int:
        return hash(bytes(self._raw))


AddressLike = Union[Address, str]
