# SPDX-License-Identifier: MIT
"""Non-blocking I/O readiness: sources, pollers and wakers of libiosrc.

A source wraps a file descriptor. A poller waits for many of them at once and
answers events: the token that a source was registered under, and what became
ready. The I/O goes through the source.

    with iosrc.Poller() as poller, iosrc.listen("127.0.0.1:0") as listener:
        poller.register(listener, 0, iosrc.READABLE)
        for token, registration, ready in poller.wait(timeout=1.0):
            ...

Edge mode is the default: go on until a call raises BlockingIOError. What each
call does is told in full in the manual, iosrc.h and iosrc(7).

The library is looked for by its name; the environment's IOSRC_LIBRARY names
another file. Python's signal handlers run during a wait.
"""
from . import _raw
from ._address import Address, AddressLike
from ._batch import Batch
from ._endpoint import bind_datagram, connect, listen, pair, pipe
from ._error import (AlreadyRegisteredError, ClosedError, Error, ForkedError,
                     InvalidError, MisuseError, NotRegisteredError,
                     UnsupportedError, WouldBlockError, WrongPollerError)
from ._flags import (ERROR, EXCLUSIVE, LEVEL, ONESHOT, PRIORITY, READ_CLOSED,
                     READABLE, WRITABLE, WRITE_CLOSED, Capability, ConnectFlag,
                     Family, HandleType, Interest, Kind, ListenFlag, Option,
                     Ready, RecvFlag, SendFlag, Type)
from ._poller import Counters, Event, Events, Poller, Waker, backends
from ._source import Source

__all__ = (
    "Address", "AddressLike", "AlreadyRegisteredError", "Batch", "Capability",
    "ClosedError", "ConnectFlag", "Counters", "ERROR", "EXCLUSIVE", "Error",
    "Event", "Events", "Family", "ForkedError", "HandleType", "Interest",
    "InvalidError", "Kind", "LEVEL", "ListenFlag", "MisuseError",
    "NotRegisteredError", "ONESHOT", "Option", "PRIORITY", "Poller",
    "READABLE", "READ_CLOSED", "Ready", "RecvFlag", "SendFlag", "Source",
    "Type", "UnsupportedError", "WRITABLE", "WRITE_CLOSED", "Waker",
    "WouldBlockError", "WrongPollerError", "backends", "bind_datagram",
    "connect", "listen", "pair", "pipe", "version")


def version() -> str:
    """The version of the library that runs."""
    return _raw.iosrc_version_string().decode()
