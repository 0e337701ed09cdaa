// SPDX-License-Identifier: MIT

//! Interests and readiness: one space of bits in C, two structs here, so that
//! what is reported cannot be taken for what may be asked.

const std = @import("std");
const raw = @import("raw.zig");
const Error = @import("status.zig").Error;
const fail = @import("status.zig").fail;

/// What to wait for, and how. Without a mode it is edge: one event when
/// something becomes ready, the next after an operation would have blocked.
/// Without a direction it is a pause.
pub const Interest = packed struct(raw.Bits) {
    readable: bool = false,
    writable: bool = false,
    /// Out-of-band data of TCP.
    priority: bool = false,
    reserved: u13 = 0,
    /// Report at every wait while it is ready.
    level: bool = false,
    /// Report once, then sleep until reregister.
    oneshot: bool = false,
    /// Of several pollers wake at least one and not all.
    exclusive: bool = false,
    reserved_more: u13 = 0,

    pub const read: Interest = .{ .readable = true };
    pub const write: Interest = .{ .writable = true };
    pub const both: Interest = .{ .readable = true, .writable = true };
    pub const pause: Interest = .{};

    const directions: raw.Bits = raw.READABLE | raw.WRITABLE | raw.PRIORITY;
    const known: raw.Bits = directions | raw.ERROR | raw.READ_CLOSED |
        raw.WRITE_CLOSED | raw.LEVEL | raw.ONESHOT | raw.EXCLUSIVE;

    /// Any bits, also such as this version does not know.
    pub fn fromBits(value: raw.Bits) Interest {
        return @bitCast(value);
    }

    pub fn bits(interest: Interest) raw.Bits {
        return @bitCast(interest);
    }

    /// Fails as the library does where only directions may stand.
    pub fn checkDirections(interest: Interest) Error!void {
        const more = interest.bits() & ~directions;
        if (more == 0) return;
        return fail(if (more & known != 0) .invalid else .unsupported);
    }
};

/// What became ready.
pub const Ready = packed struct(raw.Bits) {
    readable: bool = false,
    writable: bool = false,
    priority: bool = false,
    reserved: u5 = 0,
    /// The handle has an error: the next operation, or takeError, tells which.
    failed: bool = false,
    /// Nothing will come any more after what is queued.
    read_closed: bool = false,
    /// Nothing can be written any more.
    write_closed: bool = false,
    reserved_more: u21 = 0,

    pub fn bits(ready: Ready) raw.Bits {
        return @bitCast(ready);
    }
};

/// What a wait stores in the caller's array; its layout is that of C.
pub const Event = extern struct {
    /// As registered.
    token: u64,
    /// For Poller.isCurrent; never 0.
    registration: u64,
    ready: Ready,
    reserved: u32,
};

comptime {
    std.debug.assert(Interest.bits(.{ .priority = true }) == raw.PRIORITY);
    std.debug.assert(Interest.bits(.{ .level = true }) == raw.LEVEL);
    std.debug.assert(Interest.bits(.{ .exclusive = true }) == raw.EXCLUSIVE);
    std.debug.assert(Ready.bits(.{ .failed = true }) == raw.ERROR);
    std.debug.assert(Ready.bits(.{ .write_closed = true }) == raw.WRITE_CLOSED);
    std.debug.assert(@sizeOf(Event) == @sizeOf(raw.Event));
    std.debug.assert(@offsetOf(Event, "ready") == @offsetOf(raw.Event, "ready"));
}
