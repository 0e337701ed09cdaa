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
extern "kernel32" fn GetCurrentProcessId() callconv(.winapi) u32;
extern "kernel32" fn CreateEventW(?*anyopaque, c_int, c_int, ?[*:0]const u16) callconv(.winapi) isize;
extern "kernel32" fn SetEvent(event: isize) callconv(.winapi) c_int;
extern "kernel32" fn ResetEvent(event: isize) callconv(.winapi) c_int;
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

// ---- what Windows alone has ----

const expect = std.testing.expect;
const patience = 10 * std.time.ns_per_s;

test "a waitable is readable while it is signalled" {
    var room: [4]iosrc.Event = undefined;
    var poller: iosrc.Poller = try .init(.{});
    defer poller.deinit();
    const event = CreateEventW(null, 1, 0, null);
    var source: Source = try .fromHandle(event, .waitable);
    try source.register(poller, 7, .{ .readable = true, .level = true });
    try expect((try poller.wait(&room, 0)).len == 0);
    try expect(SetEvent(event) != 0);
    for (0..3) |_| {
        const events = try poller.wait(&room, patience);
        try expect(events.len == 1 and events[0].token == 7 and events[0].ready.readable);
    }
    try expect(ResetEvent(event) != 0);
    try expect((try poller.wait(&room, 0)).len == 0);
    try expect(source.closeStatus() == .ok);
    try expect(SetEvent(event) == 0);
}

fn talk(reader: Source, writer: Source) !void {
    var room: [4]iosrc.Event = undefined;
    var data: [8]u8 = undefined;
    var poller: iosrc.Poller = try .init(.{});
    defer poller.deinit();
    try reader.register(poller, 1, .read);
    try expect((try poller.wait(&room, 0)).len == 0);
    for (0..3) |_| {
        try expect(try writer.write("data") == 4);
        try expect((try poller.wait(&room, patience)).len == 1);
        try expect((try poller.wait(&room, 0)).len == 0);
        try expect(try reader.read(&data) == 4);
        try std.testing.expectError(error.WouldBlock, reader.read(&data));
    }
    try reader.deregister(poller);
}

test "a pipe is an edge" {
    var ends = try Source.pipe();
    try talk(ends[0], ends[1]);
    for (&ends) |*end| try expect(end.closeStatus() == .ok);
}

test "a named pipe is an endpoint" {
    var text: [64]u8 = undefined;
    var room: [4]iosrc.Event = undefined;
    const name = try std.fmt.bufPrint(&text, "pipe:\\\\.\\pipe\\iosrc-zig-{d}", .{GetCurrentProcessId()});
    const address: iosrc.Address = try .parse(name);
    var poller: iosrc.Poller = try .init(.{});
    defer poller.deinit();
    var listener: Source = try .listen(address, .{});
    var client: Source = try .connect(address, .{});
    try listener.register(poller, 9, .read);
    try expect((try poller.wait(&room, patience)).len == 1);
    var server = try listener.accept(null);
    try talk(server, client);
    try talk(client, server);
    for ([_]*Source{ &client, &server, &listener }) |end|
        try expect(end.closeStatus() == .ok);
}
