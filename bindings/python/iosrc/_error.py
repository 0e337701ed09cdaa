# SPDX-License-Identifier: MIT
"""Statuses as exceptions.

Every failing status becomes an Error, which is an OSError with the system's
code as its errno. It is an instance of the class that Python itself has for
that errno, too: a status that carries ECONNRESET is a ConnectionResetError.
"""
import ctypes
import errno
from typing import Dict, Tuple, Type

from . import _raw
from ._flags import Kind


class Error(OSError):
    """A call of the library failed. errno is the system's code, status the
    library's own number, kind what to branch on."""
    status: int
    kind: Kind

    @property
    def name(self) -> str:
        """The name of the status, for logs: IOSRC_E_CLOSED, ECONNRESET."""
        return _raw.iosrc_status_name(self.status).decode()

    def __reduce__(self):
        return error_of, (self.status,)


class WouldBlockError(Error, BlockingIOError):
    """Nothing to do now: wait for the next event."""


class InvalidError(Error, ValueError):
    """An argument is wrong."""


class UnsupportedError(Error):
    """This version, backend or system does not know or lacks it."""


class MisuseError(Error):
    """A source and a poller do not belong together as the call says."""


class AlreadyRegisteredError(MisuseError):
    """The source is registered, with this poller or another."""


class NotRegisteredError(MisuseError):
    """The source, or the registration, is not registered (any more)."""


class WrongPollerError(MisuseError):
    """The source is registered with another poller."""


class ClosedError(Error):
    """The poller is closed."""


class ForkedError(Error):
    """The object was inherited through a fork."""


_CLASSES: Dict[int, Type[Error]] = {
    _raw.IOSRC_E_WOULD_BLOCK: WouldBlockError,
    _raw.IOSRC_E_INVALID: InvalidError,
    _raw.IOSRC_E_UNSUPPORTED: UnsupportedError,
    _raw.IOSRC_E_ALREADY_REGISTERED: AlreadyRegisteredError,
    _raw.IOSRC_E_NOT_REGISTERED: NotRegisteredError,
    _raw.IOSRC_E_WRONG_POLLER: WrongPollerError,
    _raw.IOSRC_E_CLOSED: ClosedError,
    _raw.IOSRC_E_FORKED: ForkedError,
    _raw.IOSRC_E_NO_MEMORY: Error,
    _raw.IOSRC_E_NO_SPACE: Error,
    _raw.IOSRC_E_UNKNOWN: Error,
}
_builtins: Dict[type, Type[Error]] = {OSError: Error}
_known: Dict[int, Tuple[Type[Error], int, str, Kind]] = {}


def _class_of(status: int, code: int) -> Type[Error]:
    if status in _CLASSES:
        return _CLASSES[status]
    builtin = type(OSError(code, ""))
    if builtin not in _builtins:
        _builtins[builtin] = type(builtin.__name__, (Error, builtin), {
            "__doc__": builtin.__doc__, "__module__": __name__})
    return _builtins[builtin]


def _message_of(status: int) -> str:
    room = ctypes.create_string_buffer(_raw.IOSRC_MESSAGE_SIZE)
    _raw.iosrc_status_message(status, room, len(room))
    return room.value.decode(errors="replace")


def _describe(status: int) -> Tuple[Type[Error], int, str, Kind]:
    code = _raw.iosrc_status_os(status)
    number = _raw.iosrc_status_kind(status)
    kind = Kind(number) if number in Kind._value2member_map_ else Kind.OTHER
    return _class_of(status, code), code, _message_of(status), kind


def error_of(status: int) -> Error:
    """Makes the exception of a failing status."""
    found = _known.get(status)
    if found is None:
        found = _known[status] = _describe(status)
    error = found[0](found[1], found[2])
    error.status = status
    error.kind = found[3]
    return error


def status_of(error: OSError) -> int:
    """Makes a status of an OSError, the inverse of error_of."""
    if isinstance(error, Error):
        return error.status
    return _raw.iosrc_status_from_os(error.errno or 0)


def is_in_progress(error: BlockingIOError) -> bool:
    """A connect goes on: Python has no class of its own for it."""
    return error.errno in (errno.EINPROGRESS, errno.EALREADY)
