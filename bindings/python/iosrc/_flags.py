# SPDX-License-Identifier: MIT
"""The bits and numbers of iosrc.h and iosrc_net.h as enumerations.

All of them are ints, and every call takes an int where it takes one of them.
IntFlag arithmetic is slow in Python; a hot loop tests the plain ints READABLE,
WRITABLE and so on, which have the same values.
"""
from enum import IntEnum, IntFlag

from . import _raw

READABLE = _raw.IOSRC_READABLE
WRITABLE = _raw.IOSRC_WRITABLE
PRIORITY = _raw.IOSRC_PRIORITY
ERROR = _raw.IOSRC_ERROR
READ_CLOSED = _raw.IOSRC_READ_CLOSED
WRITE_CLOSED = _raw.IOSRC_WRITE_CLOSED
LEVEL = _raw.IOSRC_LEVEL
ONESHOT = _raw.IOSRC_ONESHOT
EXCLUSIVE = _raw.IOSRC_EXCLUSIVE


class Interest(IntFlag):
    """What a registration asks for: directions, and a mode. Edge mode is the
    one without a bit; no direction at all is a pause."""
    READABLE = READABLE
    WRITABLE = WRITABLE
    PRIORITY = PRIORITY
    LEVEL = LEVEL
    ONESHOT = ONESHOT
    EXCLUSIVE = EXCLUSIVE


class Ready(IntFlag):
    """What an event reports. Bits that are not known are to be ignored."""
    READABLE = READABLE
    WRITABLE = WRITABLE
    PRIORITY = PRIORITY
    ERROR = ERROR
    READ_CLOSED = READ_CLOSED
    WRITE_CLOSED = WRITE_CLOSED


class Capability(IntFlag):
    """What a poller can do beside the interest bits that it accepts."""
    EXPOSE = _raw.IOSRC_CAN_EXPOSE
    WAIT_BELOW_MS = _raw.IOSRC_CAN_WAIT_BELOW_MS
    SHARE_WAIT = _raw.IOSRC_CAN_SHARE_WAIT
    POLL_FILES = _raw.IOSRC_CAN_POLL_FILES
    IO_URING = _raw.IOSRC_CAN_IO_URING


class HandleType(IntEnum):
    """What sort of handle a source is made of; on Unix an fd is an fd."""
    DEFAULT = _raw.IOSRC_HANDLE_DEFAULT
    SOCKET = _raw.IOSRC_HANDLE_SOCKET
    PIPE = _raw.IOSRC_HANDLE_PIPE
    WAITABLE = _raw.IOSRC_HANDLE_WAITABLE


class Kind(IntEnum):
    """The portable kind of an error. An open set: a kind that is not known
    here is given as OTHER."""
    OK = _raw.IOSRC_KIND_OK
    OTHER = _raw.IOSRC_KIND_OTHER
    WOULD_BLOCK = _raw.IOSRC_KIND_WOULD_BLOCK
    INVALID = _raw.IOSRC_KIND_INVALID
    UNSUPPORTED = _raw.IOSRC_KIND_UNSUPPORTED
    NO_MEMORY = _raw.IOSRC_KIND_NO_MEMORY
    LIMIT = _raw.IOSRC_KIND_LIMIT
    MISUSE = _raw.IOSRC_KIND_MISUSE
    CLOSED = _raw.IOSRC_KIND_CLOSED
    FORKED = _raw.IOSRC_KIND_FORKED
    INTERRUPTED = _raw.IOSRC_KIND_INTERRUPTED
    BAD_HANDLE = _raw.IOSRC_KIND_BAD_HANDLE
    NOT_CONNECTED = _raw.IOSRC_KIND_NOT_CONNECTED
    IN_PROGRESS = _raw.IOSRC_KIND_IN_PROGRESS
    CONNECTION_REFUSED = _raw.IOSRC_KIND_CONNECTION_REFUSED
    CONNECTION_RESET = _raw.IOSRC_KIND_CONNECTION_RESET
    CONNECTION_ABORTED = _raw.IOSRC_KIND_CONNECTION_ABORTED
    BROKEN_PIPE = _raw.IOSRC_KIND_BROKEN_PIPE
    TIMED_OUT = _raw.IOSRC_KIND_TIMED_OUT
    ADDRESS_IN_USE = _raw.IOSRC_KIND_ADDRESS_IN_USE
    ADDRESS_INVALID = _raw.IOSRC_KIND_ADDRESS_INVALID
    UNREACHABLE = _raw.IOSRC_KIND_UNREACHABLE
    PERMISSION = _raw.IOSRC_KIND_PERMISSION
    NOT_FOUND = _raw.IOSRC_KIND_NOT_FOUND
    EXISTS = _raw.IOSRC_KIND_EXISTS
    MESSAGE_SIZE = _raw.IOSRC_KIND_MESSAGE_SIZE


class Family(IntEnum):
    """The family of an address."""
    NONE = _raw.IOSRC_FAMILY_NONE
    INET = _raw.IOSRC_FAMILY_INET
    INET6 = _raw.IOSRC_FAMILY_INET6
    UNIX = _raw.IOSRC_FAMILY_UNIX
    UNIX_ABSTRACT = _raw.IOSRC_FAMILY_UNIX_ABSTRACT
    PIPE = _raw.IOSRC_FAMILY_PIPE
    OTHER = _raw.IOSRC_FAMILY_OTHER


class Type(IntEnum):
    """The sort of a socket."""
    STREAM = _raw.IOSRC_TYPE_STREAM
    DATAGRAM = _raw.IOSRC_TYPE_DATAGRAM
    SEQPACKET = _raw.IOSRC_TYPE_SEQPACKET


class ListenFlag(IntFlag):
    """Flags of listen and bind_datagram."""
    REUSE_PORT = _raw.IOSRC_LISTEN_REUSE_PORT
    V6_ONLY = _raw.IOSRC_LISTEN_V6_ONLY
    UNLINK_STALE = _raw.IOSRC_LISTEN_UNLINK_STALE
    EXCLUSIVE_USE = _raw.IOSRC_LISTEN_EXCLUSIVE_USE


class ConnectFlag(IntFlag):
    """Flags of connect."""
    NO_DELAY = _raw.IOSRC_CONNECT_NO_DELAY


class RecvFlag(IntFlag):
    """Flags of recv and recv_from."""
    PEEK = _raw.IOSRC_RECV_PEEK
    OOB = _raw.IOSRC_RECV_OOB


class SendFlag(IntFlag):
    """Flags of send and send_to."""
    OOB = _raw.IOSRC_SEND_OOB


class Option(IntEnum):
    """Options of sockets; iosrc_net.h says what values they take."""
    NO_DELAY = _raw.IOSRC_OPTION_NO_DELAY
    KEEP_ALIVE = _raw.IOSRC_OPTION_KEEP_ALIVE
    KEEP_ALIVE_IDLE = _raw.IOSRC_OPTION_KEEP_ALIVE_IDLE
    KEEP_ALIVE_INTERVAL = _raw.IOSRC_OPTION_KEEP_ALIVE_INTERVAL
    KEEP_ALIVE_COUNT = _raw.IOSRC_OPTION_KEEP_ALIVE_COUNT
    LINGER = _raw.IOSRC_OPTION_LINGER
    TTL = _raw.IOSRC_OPTION_TTL
    HOP_LIMIT = _raw.IOSRC_OPTION_HOP_LIMIT
    BROADCAST = _raw.IOSRC_OPTION_BROADCAST
    RECV_BUFFER = _raw.IOSRC_OPTION_RECV_BUFFER
    SEND_BUFFER = _raw.IOSRC_OPTION_SEND_BUFFER
    V6_ONLY = _raw.IOSRC_OPTION_V6_ONLY
    MULTICAST_LOOP = _raw.IOSRC_OPTION_MULTICAST_LOOP
    MULTICAST_TTL = _raw.IOSRC_OPTION_MULTICAST_TTL
    MULTICAST_INTERFACE = _raw.IOSRC_OPTION_MULTICAST_INTERFACE
