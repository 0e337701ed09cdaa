// SPDX-License-Identifier: MIT

//! What the cases need of Windows beside the package. Streams are sockets, for
//! it is their readiness that is to be shown.

const std = @import("std");
const iosrc = @import("iosrc");
const Source = iosrc.Source;

extern "ws2_32" fn closesocket(socket: usize) callconv(.winapi) c_int;
extern "ws2_32" fn getsockopt(
    socket: usize,
    level: c_int,
    name: c_int,
    value: *c_int,
    size: *c_int,
) callconv(.winapi) c_int;
extern "ws2_32" fn recv(socket: usize, room: [*]u8, size: c_int, flags: c_int) callconv(.winapi) c_int;
extern "kernel32" fn QueryPerformanceCounter(count: *i64) callconv(.winapi) c_int;
extern "kernel32" fn QueryPerformanceFrequency(count: *i64) callconv(.winapi) c_int;
extern "kernel32" fn Sleep(ms: u32) callconv(.winapi) void;

pub const pipe_type: iosrc.HandleType = .socket;

/// What the system says of a handle that is closed: WSAENOTSOCK.
pub const bad_handle: i32 = 10038;

/// Where nobody can listen, and what is said to that.
pub const refused = .{
    .address = "192.0.2.1:0",
    .err = error.AddressInvalid,
    .kind = iosrc.Kind.address_invalid,
    .code = @as(i32, 10049),
    .name = "WSAEADDRNOTAVAIL",
};

/// Whether the end of a pair is one of both directions: it is TCP's.
pub const pairs_end_both_ways = false;

/// Whether writing to a peer that is gone may come to this.
pub fn isGone(err: iosrc.Error) bool {
    return err == error.ConnectionReset or err == error.ConnectionAborted;
}

/// A stream with an end to read from and one to write to.
pub fn pipe() iosrc.Error![2]Source {
    return Source.pair(.stream);
}

fn socketOf(handle: iosrc.Handle) usize {
    return @bitCast(handle);
}

pub fn isOpen(handle: iosrc.Handle) bool {
    const sol_socket = 0xffff;
    const so_type = 0x1008;
    var value: c_int = 0;
    var size: c_int = @sizeOf(c_int);
    return getsockopt(socketOf(handle), sol_socket, so_type, &value, &size) == 0;
}

pub fn close(handle: iosrc.Handle) void {
    _ = closesocket(socketOf(handle));
}

/// A handle that is closed, of a number that is not given out soon: another
/// object of the system would have it.
pub fn closed(_: iosrc.Handle) iosrc.Handle {
    return 0x7ffffff0;
}

pub fn read(handle: iosrc.Handle, room: []u8) isize {
    return recv(socketOf(handle), room.ptr, @intCast(room.len), 0);
}

pub fn nowNs() u64 {
    var now: i64 = 0;
    var frequency: i64 = 0;
    _ = QueryPerformanceCounter(&now);
    _ = QueryPerformanceFrequency(&frequency);
    return @intCast(@divTrunc(@as(i128, now) * std.time.ns_per_s, frequency));
}

pub fn sleepMs(ms: u32) void {
    Sleep(ms);
}

/// There is none.
pub fn raiseHandleLimit() void {}

/// Unix sockets are not on every Windows.
pub fn uniquePath(_: []u8) !?[:0]const u8 {
    return null;
}

pub fn unlink(_: [:0]const u8) void {}
