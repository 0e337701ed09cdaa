// SPDX-License-Identifier: MIT

//! Statuses of the library, and the Zig errors that are made of them. An error
//! of Zig carries no value, so the status behind the last one is kept for each
//! thread: by this package, for the library itself keeps nothing.

const raw = @import("raw.zig");

/// What calls fail with: the kinds of iosrc.h, with the misuses told apart.
pub const Error = error{
    /// Nothing to do now: wait for the next event.
    WouldBlock,
    /// An argument is wrong, or the object was ended already.
    Invalid,
    /// This version, backend or system does not know it or lacks it.
    Unsupported,
    OutOfMemory,
    /// No handle is free, no buffer, no space on a device.
    LimitReached,
    /// The room given, or the system's for an address, is too small.
    NoSpace,
    /// The source is registered already, with this poller or another.
    AlreadyRegistered,
    /// The source, or the registration, is not registered (any more).
    NotRegistered,
    /// The source is registered with another poller.
    WrongPoller,
    /// The poller had its last release.
    Closed,
    /// The object was inherited through fork(2).
    Forked,
    /// A signal ended the wait of an interruptible poller.
    Interrupted,
    /// The handle is closed or of the wrong sort.
    BadHandle,
    NotConnected,
    /// A connect goes on: wait for writable.
    InProgress,
    ConnectionRefused,
    ConnectionReset,
    ConnectionAborted,
    BrokenPipe,
    /// The peer did not answer. Not a timeout of a wait.
    TimedOut,
    AddressInUse,
    AddressInvalid,
    Unreachable,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    MessageTooLarge,
    /// None of these: `lastStatus` tells more.
    Other,
};

/// What a program may branch on, the same on every system. Open: treat one
/// that you do not know as `.other`.
pub const Kind = enum(raw.Kind) {
    ok = raw.KIND_OK,
    other = raw.KIND_OTHER,
    would_block = raw.KIND_WOULD_BLOCK,
    invalid = raw.KIND_INVALID,
    unsupported = raw.KIND_UNSUPPORTED,
    no_memory = raw.KIND_NO_MEMORY,
    limit = raw.KIND_LIMIT,
    misuse = raw.KIND_MISUSE,
    closed = raw.KIND_CLOSED,
    forked = raw.KIND_FORKED,
    interrupted = raw.KIND_INTERRUPTED,
    bad_handle = raw.KIND_BAD_HANDLE,
    not_connected = raw.KIND_NOT_CONNECTED,
    in_progress = raw.KIND_IN_PROGRESS,
    connection_refused = raw.KIND_CONNECTION_REFUSED,
    connection_reset = raw.KIND_CONNECTION_RESET,
    connection_aborted = raw.KIND_CONNECTION_ABORTED,
    broken_pipe = raw.KIND_BROKEN_PIPE,
    timed_out = raw.KIND_TIMED_OUT,
    address_in_use = raw.KIND_ADDRESS_IN_USE,
    address_invalid = raw.KIND_ADDRESS_INVALID,
    @"unreachable" = raw.KIND_UNREACHABLE,
    permission = raw.KIND_PERMISSION,
    not_found = raw.KIND_NOT_FOUND,
    exists = raw.KIND_EXISTS,
    message_size = raw.KIND_MESSAGE_SIZE,
    _,
};

/// What a call answered: ok, a status of the library's own, or a code of the
/// system, carried whole.
pub const Status = enum(raw.Status) {
    ok = raw.OK,
    would_block = raw.E_WOULD_BLOCK,
    invalid = raw.E_INVALID,
    unsupported = raw.E_UNSUPPORTED,
    no_memory = raw.E_NO_MEMORY,
    already_registered = raw.E_ALREADY_REGISTERED,
    not_registered = raw.E_NOT_REGISTERED,
    wrong_poller = raw.E_WRONG_POLLER,
    closed = raw.E_CLOSED,
    forked = raw.E_FORKED,
    interrupted = raw.E_INTERRUPTED,
    no_space = raw.E_NO_SPACE,
    unknown = raw.E_UNKNOWN,
    _,

    /// Makes a status of a code of the system, such as errno.
    pub fn fromOs(code: i32) Status {
        return @fromBackingInt(raw.iosrc_status_from_os(code));
    }

    /// Makes a status of the thread's errno: right after a call that failed.
    pub fn lastOs() Status {
        return @fromBackingInt(raw.iosrc_status_last_os());
    }

    /// The portable kind.
    pub fn kind(status: Status) Kind {
        return @fromBackingInt(raw.iosrc_status_kind(@backingInt(status)));
    }

    /// The system's own code: errno. A status of the library answers the
    /// usual one; 0 is none.
    pub fn os(status: Status) i32 {
        return raw.iosrc_status_os(@backingInt(status));
    }

    /// The name, for logs: "ECONNREFUSED", "IOSRC_E_WOULD_BLOCK".
    pub fn name(status: Status) [:0]const u8 {
        const std = @import("std");
        return std.mem.span(raw.iosrc_status_name(@backingInt(status)));
    }

    /// A text for people. `raw.MESSAGE_SIZE` bytes of room are always enough.
    pub fn message(status: Status, room: []u8) []const u8 {
        const size = raw.iosrc_status_message(@backingInt(status), room.ptr, room.len);
        return room[0..if (size > 0) @intCast(size) else 0];
    }

    /// The status as an error of Zig; nothing for ok.
    pub fn check(status: Status) Error!void {
        if (status != .ok) return fail(status);
    }
};

threadlocal var last: Status = .ok;

/// The status behind the last error that a call of this package answered in
/// this thread. Ask it at once, before the next call:
///
///     source.connect(...) catch |err| {
///         std.log.err("{t}: {s}", .{ err, iosrc.lastStatus().name() });
pub fn lastStatus() Status {
    return last;
}

/// Notes the status and answers its error. Would-block is on every path, so it
/// comes first and costs no call.
pub fn fail(status: Status) Error {
    last = status;
    return switch (status) {
        .would_block => error.WouldBlock,
        .already_registered => error.AlreadyRegistered,
        .not_registered => error.NotRegistered,
        .wrong_poller => error.WrongPoller,
        .no_space => error.NoSpace,
        else => switch (status.kind()) {
            .would_block => error.WouldBlock,
            .invalid => error.Invalid,
            .unsupported => error.Unsupported,
            .no_memory => error.OutOfMemory,
            .limit => error.LimitReached,
            .closed => error.Closed,
            .forked => error.Forked,
            .interrupted => error.Interrupted,
            .bad_handle => error.BadHandle,
            .not_connected => error.NotConnected,
            .in_progress => error.InProgress,
            .connection_refused => error.ConnectionRefused,
            .connection_reset => error.ConnectionReset,
            .connection_aborted => error.ConnectionAborted,
            .broken_pipe => error.BrokenPipe,
            .timed_out => error.TimedOut,
            .address_in_use => error.AddressInUse,
            .address_invalid => error.AddressInvalid,
            .@"unreachable" => error.Unreachable,
            .permission => error.PermissionDenied,
            .not_found => error.NotFound,
            .exists => error.AlreadyExists,
            .message_size => error.MessageTooLarge,
            else => error.Other,
        },
    };
}

/// The kind of an error, for those who branch on kinds.
pub fn kindOf(err: Error) Kind {
    return switch (err) {
        error.WouldBlock => .would_block,
        error.Invalid => .invalid,
        error.Unsupported => .unsupported,
        error.OutOfMemory => .no_memory,
        error.LimitReached, error.NoSpace => .limit,
        error.AlreadyRegistered, error.NotRegistered, error.WrongPoller => .misuse,
        error.Closed => .closed,
        error.Forked => .forked,
        error.Interrupted => .interrupted,
        error.BadHandle => .bad_handle,
        error.NotConnected => .not_connected,
        error.InProgress => .in_progress,
        error.ConnectionRefused => .connection_refused,
        error.ConnectionReset => .connection_reset,
        error.ConnectionAborted => .connection_aborted,
        error.BrokenPipe => .broken_pipe,
        error.TimedOut => .timed_out,
        error.AddressInUse => .address_in_use,
        error.AddressInvalid => .address_invalid,
        error.Unreachable => .@"unreachable",
        error.PermissionDenied => .permission,
        error.NotFound => .not_found,
        error.AlreadyExists => .exists,
        error.MessageTooLarge => .message_size,
        error.Other => .other,
    };
}

/// A status of the C interface as an error.
pub fn check(status: raw.Status) Error!void {
    return Status.check(@fromBackingInt(status));
}

/// A count or a status of the C interface as a count or an error.
pub fn count(answer: i64) Error!usize {
    if (answer >= 0) return @intCast(answer);
    return fail(@fromBackingInt(@intCast(answer)));
}
