// SPDX-License-Identifier: MIT

//! Items of Poller.registerMany and Poller.ioMany: plain data in the caller's
//! arrays, whose layout is that of C.

const std = @import("std");
const raw = @import("raw.zig");
const bits = @import("bits.zig");
const source_file = @import("source.zig");
const status = @import("status.zig");
const Error = status.Error;
const Source = source_file.Source;

pub const RegisterItem = extern struct {
    token: u64,
    interest: bits.Interest,
    /// What Source.register would have answered.
    status: status.Status = .ok,
    source: ?*raw.Source,
    reserved: usize = 0,

    /// A source that was ended gets the status invalid.
    pub fn of(source: Source, token: u64, interest: bits.Interest) RegisterItem {
        return .{ .token = token, .interest = interest, .source = source.inner };
    }
};

pub const Opcode = enum(u32) {
    read = raw.OP_READ,
    write = raw.OP_WRITE,
    recv = raw.OP_RECV,
    send = raw.OP_SEND,
    _,
};

/// One operation. The memory that it names must live until ioMany returns, and
/// its source must not be closed before that.
pub const IoItem = extern struct {
    registration: u64,
    address: u64,
    size: u64,
    /// A count or a status: see `result`.
    answer: i64 = 0,
    opcode: Opcode,
    flags: raw.Flags = 0,
    out_flags: raw.Flags = 0,
    reserved: u32 = 0,
    reserved_more: [2]u64 = @splat(0),

    pub fn read(source: Source, room: []u8) IoItem {
        return make(.read, source, room);
    }

    pub fn write(source: Source, data: []const u8) IoItem {
        return make(.write, source, data);
    }

    pub fn recv(source: Source, room: []u8, flags: source_file.RecvFlags) IoItem {
        var item = make(.recv, source, room);
        item.flags = @bitCast(flags);
        return item;
    }

    pub fn send(source: Source, data: []const u8, flags: source_file.SendFlags) IoItem {
        var item = make(.send, source, data);
        item.flags = @bitCast(flags);
        return item;
    }

    /// What the single call would have answered.
    pub fn result(item: IoItem) Error!usize {
        return status.count(item.answer);
    }

    /// A datagram was longer than the room.
    pub fn truncated(item: IoItem) bool {
        return item.out_flags & raw.OUT_TRUNCATED != 0;
    }

    fn make(opcode: Opcode, source: Source, memory: []const u8) IoItem {
        return .{
            .registration = source.registration(),
            .address = @intFromPtr(memory.ptr),
            .size = memory.len,
            .opcode = opcode,
        };
    }
};

comptime {
    std.debug.assert(@sizeOf(RegisterItem) == @sizeOf(raw.RegisterItem));
    std.debug.assert(@offsetOf(RegisterItem, "source") == @offsetOf(raw.RegisterItem, "source"));
    std.debug.assert(@sizeOf(IoItem) == @sizeOf(raw.IoItem));
    std.debug.assert(@offsetOf(IoItem, "answer") == @offsetOf(raw.IoItem, "out_result"));
    std.debug.assert(@offsetOf(IoItem, "out_flags") == @offsetOf(raw.IoItem, "out_flags"));
}
