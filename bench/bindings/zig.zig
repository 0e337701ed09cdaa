// SPDX-License-Identifier: MIT

//! What it costs to cross from Zig into the library: each call through the
//! package beside the same call of the C interface. zig.sh builds and runs it.

const std = @import("std");
const iosrc = @import("iosrc");
const raw = iosrc.raw;

const samples = 9;
const calls = 200_000;
const batch = 64;

const World = struct {
    poller: iosrc.Poller,
    /// Registered in edge mode; there is nothing to read.
    idle: iosrc.Source,
    room: [batch]iosrc.Event = undefined,
    sum: u64 = 0,
};

fn nowNs() u64 {
    var now: std.c.timespec = undefined;
    _ = std.c.clock_gettime(.MONOTONIC, &now);
    return @as(u64, @intCast(now.sec)) * std.time.ns_per_s + @as(u64, @intCast(now.nsec));
}

fn sample(world: *World, comptime work: fn (*World) anyerror!void, per: u64) !u64 {
    const before = nowNs();
    for (0..calls / per) |_| try work(world);
    return nowNs() - before;
}

fn nsEach(total: u64) f64 {
    return @as(f64, @floatFromInt(total)) / calls;
}

fn blocked(_: void, _: iosrc.Handle) iosrc.Error!usize {
    return error.WouldBlock;
}

fn blockedC(_: raw.Handle, _: ?*anyopaque) callconv(.c) i64 {
    return raw.E_WOULD_BLOCK;
}

fn doIo(world: *World) !void {
    if (world.idle.doIo(.read, {}, blocked)) |_| return error.Odd else |_| {}
}

fn doIoC(world: *World) !void {
    const inner = world.idle.inner.?;
    if (raw.iosrc_do_io(inner, raw.READABLE, blockedC, null) >= 0) return error.Odd;
}

fn rearm(world: *World) !void {
    try world.idle.rearm(.read);
}

fn rearmC(world: *World) !void {
    if (raw.iosrc_rearm(world.idle.inner.?, raw.READABLE) != 0) return error.Odd;
}

fn read(world: *World) !void {
    var room: [64]u8 = undefined;
    if (world.idle.read(&room)) |_| return error.Odd else |_| {}
}

fn readC(world: *World) !void {
    var room: [64]u8 = undefined;
    if (raw.iosrc_read(world.idle.inner.?, &room, room.len) >= 0) return error.Odd;
}

fn events(world: *World) !void {
    const ready = try world.poller.wait(&world.room, 0);
    if (ready.len != batch) return error.Odd;
    for (ready) |event| if (event.ready.writable) {
        world.sum +%= event.token;
    };
}

fn eventsC(world: *World) !void {
    const room: [*]raw.Event = @ptrCast(&world.room);
    if (raw.iosrc_poller_wait(world.poller.inner.?, room, batch, 0) != batch) return error.Odd;
    for (room[0..batch]) |event| if (event.ready & raw.WRITABLE != 0) {
        world.sum +%= event.token;
    };
}

fn look(world: *World) !void {
    for (&world.room) |event| if (event.ready.writable) {
        world.sum +%= event.token;
    };
    std.mem.doNotOptimizeAway(world.sum);
}

fn lookC(world: *World) !void {
    const room: [*]raw.Event = @ptrCast(&world.room);
    for (room[0..batch]) |event| if (event.ready & raw.WRITABLE != 0) {
        world.sum +%= event.token;
    };
    std.mem.doNotOptimizeAway(world.sum);
}

pub fn main() !void {
    var idle = try iosrc.Source.pair(.stream);
    defer for (&idle) |*source| source.close();
    var ready: [batch]iosrc.Source = undefined;
    for (0..batch / 2) |i| ready[2 * i ..][0..2].* = try iosrc.Source.pair(.stream);
    defer for (&ready) |*source| source.close();
    var world: World = .{ .poller = try .init(.{}), .idle = idle[0] };
    defer world.poller.deinit();
    try idle[0].register(world.poller, 0, .read);
    for (ready, 1..) |source, token|
        try source.register(world.poller, token, .{ .writable = true, .level = true });

    std.debug.print("zig, ns each, least of {d} samples, on {s}\n", .{
        samples, world.poller.backend().name().?,
    });
    std.debug.print("{s:<32}{s:>10}{s:>10}{s:>10}\n", .{ "", "package", "C", "beyond" });
    inline for (.{
        .{ "do_io, would block", doIo, doIoC, 1 },
        .{ "rearm", rearm, rearmC, 1 },
        .{ "read, would block", read, readC, 1 },
        .{ "event of 64, wait and all", events, eventsC, batch },
        .{ "event of 64, looked at", look, lookC, batch },
    }) |row| {
        // By turns, so that both meet the same weather.
        var package: u64 = std.math.maxInt(u64);
        var c: u64 = std.math.maxInt(u64);
        for (0..samples) |_| {
            package = @min(package, try sample(&world, row[1], row[3]));
            c = @min(c, try sample(&world, row[2], row[3]));
        }
        std.debug.print("{s:<32}{d:>10.1}{d:>10.1}{d:>10.1}\n", .{
            row[0], nsEach(package), nsEach(c), nsEach(package) - nsEach(c),
        });
    }
}
