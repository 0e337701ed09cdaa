// SPDX-License-Identifier: MIT

//! Uses the raw layer for Zig.

const std = @import("std");
const raw = @import("iosrc.zig");
const expectEqual = std.testing.expectEqual;

const token: u64 = std.math.maxInt(u64);

fn operation(handle: raw.Handle, user: ?*anyopaque) callconv(.c) i64 {
    const seen: *raw.Handle = @ptrCast(@alignCast(user));
    seen.* = handle;
    return 1 << 40;
}

test "every function is there" {
    @setEvalBranchQuota(100_000);
    inline for (comptime std.meta.declarations(raw)) |declaration| {
        const it = @field(raw, declaration);
        if (@typeInfo(@TypeOf(it)) == .@"fn")
            try std.testing.expect(@intFromPtr(&it) != 0);
    }
}

test "a wake" {
    var poller: ?*raw.Poller = null;
    var waker: ?*raw.Waker = null;
    var events: [4]raw.Event = undefined;

    try expectEqual(raw.VERSION, raw.iosrc_version());
    try expectEqual(null, raw.iosrc_backend_name(raw.BACKEND_DEFAULT));
    try expectEqual(raw.OK, raw.iosrc_poller_create(null, 0, &poller));
    try expectEqual(raw.OK, raw.iosrc_waker_create(poller.?, token, &waker));
    try expectEqual(raw.OK, raw.iosrc_waker_wake(waker.?));
    try expectEqual(1, raw.iosrc_poller_wait(poller.?, &events, 4, -1));
    try expectEqual(token, events[0].token);
    try expectEqual(raw.READABLE, events[0].ready);
    try expectEqual(raw.OK, raw.iosrc_waker_release(waker));
    try expectEqual(raw.OK, raw.iosrc_poller_release(poller));
}

test "a pair" {
    var reader: ?*raw.Source = null;
    var writer: ?*raw.Source = null;
    var room: [8]u8 = undefined;
    var seen: raw.Handle = -1;

    try expectEqual(raw.OK, raw.iosrc_pair(raw.TYPE_STREAM, &reader, &writer));
    try expectEqual(raw.E_WOULD_BLOCK, raw.iosrc_read(reader.?, &room, 8));
    try expectEqual(4, raw.iosrc_write(writer.?, "data", 4));
    try expectEqual(4, raw.iosrc_read(reader.?, &room, 8));
    try std.testing.expectEqualStrings("data", room[0..4]);
    try expectEqual(1 << 40, raw.iosrc_do_io(reader.?, 0, operation, &seen));
    try expectEqual(raw.iosrc_source_handle(reader), seen);
    try expectEqual(raw.OK, raw.iosrc_close(reader));
    try expectEqual(raw.OK, raw.iosrc_close(writer));
}
