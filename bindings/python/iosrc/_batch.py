# SPDX-License-Identifier: MIT
"""Batches: reads and writes of many sources in one crossing."""
import ctypes
import struct
from typing import Any, List, Optional, Tuple

from . import _raw
from ._error import Error, error_of
from ._owner import number
from ._source import Source

_SIZES = 2**64 - 1
_BITS = 2**32 - 1
# registration, data, size, out_result, opcode, flags, out_flags
_ITEM = struct.Struct("=QQQqIII20x")
_RESULT = struct.Struct("=24xq8xI20x")


class Batch:
    """Operations on pieces of one writable memory, for Poller.io_many.

    The sources are registered with that poller. Operations of one source and
    one direction run in the order in which they were added. The memory cannot
    be resized while the batch lives.
    """
    __slots__ = ("_memory", "_memory_size", "_items", "_sources")

    def __init__(self, memory: Any) -> None:
        self._memory_size = memoryview(memory).nbytes
        self._memory = ctypes.c_char.from_buffer(memory)
        self._items = bytearray()
        self._sources: List[Source] = []

    def __len__(self) -> int:
        return len(self._sources)

    def clear(self) -> None:
        """Drops all operations and their results."""
        self._items.clear()
        self._sources.clear()

    def _add(self, source: Source, offset: int, size: int, opcode: int,
             flags: int) -> int:
        self._items += _ITEM.pack(
            source.registration, number(offset, _SIZES, "offset"),
            number(size, _SIZES, "size"), 0, opcode,
            number(flags, _BITS, "flags"), 0)
        self._sources.append(source)
        return len(self._sources) - 1

    def read(self, source: Source, offset: int, size: int) -> int:
        """Adds a read into memory[offset:offset + size]; answers the index of
        its result. So do the other three."""
        return self._add(source, offset, size, _raw.IOSRC_OP_READ, 0)

    def write(self, source: Source, offset: int, size: int) -> int:
        return self._add(source, offset, size, _raw.IOSRC_OP_WRITE, 0)

    def recv(self, source: Source, offset: int, size: int,
             flags: int = 0) -> int:
        return self._add(source, offset, size, _raw.IOSRC_OP_RECV, flags)

    def send(self, source: Source, offset: int, size: int,
             flags: int = 0) -> int:
        return self._add(source, offset, size, _raw.IOSRC_OP_SEND, flags)

    def _run(self, poller: Optional[Any]) -> int:
        # No source may be closed during the call.
        held = [source._pointer for source in self._sources]
        items = (_raw.iosrc_io_item * len(held)).from_buffer(self._items)
        count = _raw.iosrc_io_many(
            poller, items, len(held), _ITEM.size,
            ctypes.byref(self._memory), self._memory_size)
        held.clear()
        return count

    def results(self) -> List[int]:
        """Of each operation a count, or a negative status: see error."""
        return [result for result, _ in _RESULT.iter_unpack(self._items)]

    def result(self, index: int) -> Tuple[int, bool]:
        """The count of one operation, and whether a datagram was cut.
        Raises what the single call would have raised."""
        if not 0 <= index < len(self._sources):
            raise IndexError("operation out of range")
        count, flags = _RESULT.unpack_from(self._items, index * _RESULT.size)
        if count < 0:
            raise error_of(count)
        return count, bool(flags & _raw.IOSRC_OUT_TRUNCATED)

    def error(self, index: int) -> Optional[Error]:
        """The error of one operation, or None."""
        count = _RESULT.unpack_from(self._items, index * _RESULT.size)[0]
        return error_of(count) if count < 0 else None
