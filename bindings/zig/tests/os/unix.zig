// SPDX-License-Identifier: MIT

//! What the cases need of Unix beside the package.

const std = @import("std");
const iosrc = @import("iosrc");
const Source = iosrc.Source;

pub const pipe_type: iosrc.HandleType = .pipe;

/// What the system says of a handle that is closed.
pub const bad_handle: i32 = @backingInt(std.c.E.BADF);

/// Where nobody can listen, and what is said to that.
pub const refused = .{
    .address = "unix:/nonexistent/folder/socket",
    .err = error.NotFound,
    .kind = iosrc.Kind.not_found,
    .code = @as(i32, @backingInt(std.c.E.NOENT)),
    .name = "ENOENT",
};

/// Whether the end of a pair is one of both directions.
pub const pairs_end_both_ways = true;

/// Whether writing to a peer that is gone may come to this.
pub fn isGone(err: iosrc.Error) bool {
    return err == error.BrokenPipe and
        iosrc.lastStatus().os() == @backingInt(std.c.E.PIPE);
}

/// A stream with an end to read from and one to write to.
pub fn pipe() iosrc.Error![2]Source {
    return Source.pipe();
}

pub fn isOpen(handle: iosrc.Handle) bool {
    return std.c.fcntl(@intCast(handle), std.c.F.GETFD) >= 0;
}

pub fn close(handle: iosrc.Handle) void {
    _ = std.c.close(@intCast(handle));
}

/// A handle that is closed.
pub fn closed(like: iosrc.Handle) iosrc.Handle {
    const number = std.c.dup(@intCast(like));
    _ = std.c.close(number);
    return number;
}

pub fn read(handle: iosrc.Handle, room: []u8) isize {
    return std.c.read(@intCast(handle), room.ptr, room.len);
}

pub fn nowNs() u64 {
    var now: std.c.timespec = undefined;
    _ = std.c.clock_gettime(.MONOTONIC, &now);
    return @as(u64, @intCast(now.sec)) * std.time.ns_per_s + @as(u64, @intCast(now.nsec));
}

pub fn sleepMs(ms: u32) void {
    const pause: std.c.timespec = .{ .sec = 0, .nsec = @as(isize, ms) * std.time.ns_per_ms };
    _ = std.c.nanosleep(&pause, null);
}

pub fn raiseHandleLimit() void {
    std.process.raiseFileDescriptorLimit();
}

/// A path in the system's folder for temporary files that is nobody else's.
pub fn uniquePath(room: []u8) !?[:0]const u8 {
    const folder = if (std.c.getenv("TMPDIR")) |name| std.mem.span(name) else "/tmp";
    return try std.fmt.bufPrintSentinel(room, "{s}/iosrc-zig-{d}.{x}", .{
        folder, std.c.getpid(), nowNs(),
    }, 0);
}

pub fn unlink(path: [:0]const u8) void {
    _ = std.c.unlink(path);
}
