# SPDX-License-Identifier: MIT
"""Addresses of the caller's memory, without a copy.

What is answered keeps the memory in place and exported while it lives, so it
is held until the call has returned.
"""
import ctypes
from typing import Any, Sequence, Tuple

from . import _raw

_char_at = ctypes.c_char.from_buffer
_byref = ctypes.byref
_size = ctypes.c_size_t.from_param
_NOTHING = None, _size(0)


class _Buffer(ctypes.Structure):
    """Py_buffer of CPython; its layout is part of the stable ABI."""
    _fields_ = (("buf", ctypes.c_void_p), ("obj", ctypes.py_object),
                ("len", ctypes.c_ssize_t), ("itemsize", ctypes.c_ssize_t),
                ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
                ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p),
                ("strides", ctypes.c_void_p), ("suboffsets", ctypes.c_void_p),
                ("internal", ctypes.c_void_p))


_get = ctypes.pythonapi.PyObject_GetBuffer
_get.argtypes = (ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int)
_get.restype = ctypes.c_int
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = (ctypes.POINTER(_Buffer),)
_release.restype = None


class _ReadOnly:
    """Memory that may not be written and is no bytes object: ctypes has no
    way to its address but this one."""
    __slots__ = ("_view", "_as_parameter_")

    def __init__(self, data: Any) -> None:
        self._view = None
        view = _Buffer()
        _get(data, _byref(view), 0)
        self._view = view
        self._as_parameter_ = ctypes.c_void_p(view.buf)

    def __del__(self, release=_release, byref=_byref) -> None:
        if self._view is not None:
            release(byref(self._view))


def writable(data: Any) -> Tuple[Any, Any]:
    """The address and the size of memory to be filled, as arguments."""
    size = len(data) if type(data) is bytearray else memoryview(data).nbytes
    return (_byref(_char_at(data)), _size(size)) if size else _NOTHING


def readable(data: Any) -> Tuple[Any, Any]:
    """The address and the size of any bytes-like object, as arguments."""
    if type(data) is bytes:
        return data, _size(len(data))
    if type(data) is bytearray:
        return (_byref(_char_at(data)), _size(len(data))) if data else _NOTHING
    view = memoryview(data)
    if not view.contiguous:
        raise BufferError("the memory is not contiguous")
    if not view.nbytes:
        return _NOTHING
    if view.readonly:
        return _ReadOnly(view), _size(view.nbytes)
    return _byref(_char_at(view)), _size(view.nbytes)


def _address(pointer: Any) -> int:
    return ctypes.cast(getattr(pointer, "_as_parameter_", pointer),
                       ctypes.c_void_p).value or 0


def vector(buffers: Sequence[Any], borrow: Any) -> Tuple[Any, int, Any]:
    """An array of iosrc_buffer, its length, and what holds the memory."""
    held = [(borrow(data)[0], memoryview(data).nbytes) for data in buffers]
    array = (_raw.iosrc_buffer * len(held))()
    for item, (pointer, size) in zip(array, held):
        item.data, item.size = _address(pointer), size
    return array, len(held), held
