// SPDX-License-Identifier: MIT

//! An echo server: echo ADDRESS, such as 127.0.0.1:7000 or unix:/tmp/echo. It
//! sends back what it receives, until SIGINT or SIGTERM, on Windows until
//! ctrl-C.

const std = @import("std");
const builtin = @import("builtin");
const iosrc = @import("iosrc");

const stop_token = 0;
const listener_token = 1;
/// Of accepting, when we are out of handles.
const pause_ns = 100 * std.time.ns_per_ms;
/// Rounds of one connection before the others' turn.
const rounds = 16;

/// Its address is its token; no address is 0 or 1.
const Connection = struct {
    source: iosrc.Source,
    node: std.DoublyLinkedList.Node = .{},
    /// What was read and is not yet written back.
    begin: usize = 0,
    end: usize = 0,
    room: [8192]u8 = undefined,

    fn token(connection: *Connection) u64 {
        return @intFromPtr(connection);
    }

    /// Edge mode: we leave with would-block only, for that makes the next
    /// event come, or when our turn is over. Nothing is read while output is
    /// pending, so a peer that does not read is not read from either.
    fn serve(connection: *Connection) !enum { waits, goes_on, ended } {
        for (0..rounds) |_| {
            while (connection.begin < connection.end) {
                const rest = connection.room[connection.begin..connection.end];
                connection.begin += connection.source.write(rest) catch |err|
                    return if (err == error.WouldBlock) .waits else err;
            }
            const size = connection.source.read(&connection.room) catch |err|
                return if (err == error.WouldBlock) .waits else err;
            if (size == 0) return .ended;
            connection.begin = 0;
            connection.end = size;
        }
        return .goes_on;
    }
};

const Server = struct {
    gpa: std.mem.Allocator,
    poller: iosrc.Poller,
    listener: iosrc.Source,
    paused: bool = false,
    connections: std.DoublyLinkedList = .{},

    fn deinit(server: *Server) void {
        while (server.connections.first) |node|
            server.close(@fieldParentPtr("node", node));
        server.listener.close();
        server.poller.deinit();
    }

    /// Level mode: reported for as long as connections wait.
    fn listen(server: *Server) iosrc.Error!void {
        try server.listener.register(
            server.poller,
            listener_token,
            .{ .readable = true, .level = true },
        );
    }

    fn accept(server: *Server) !void {
        for (0..rounds) |_| {
            const source = server.listener.accept(null) catch |err| switch (err) {
                error.WouldBlock => return,
                // They stay in the kernel's queue, where level mode would
                // report them again and again: we do not listen for a moment.
                error.LimitReached, error.OutOfMemory => {
                    server.paused = true;
                    return server.listener.deregister(server.poller);
                },
                // Of one connection, not of the listener.
                else => continue,
            };
            server.open(source) catch |err|
                std.log.warn("a connection was refused: {t}", .{err});
        }
    }

    /// The source is ours from here on: it is served or closed.
    fn open(server: *Server, source: iosrc.Source) !void {
        var own = source;
        errdefer own.close();
        const connection = try server.gpa.create(Connection);
        errdefer server.gpa.destroy(connection);
        connection.* = .{ .source = source };
        try source.register(server.poller, connection.token(), .both);
        server.connections.append(&connection.node);
    }

    fn close(server: *Server, connection: *Connection) void {
        server.connections.remove(&connection.node);
        connection.source.close();
        server.gpa.destroy(connection);
    }

    fn serve(server: *Server, connection: *Connection) void {
        const state = connection.serve() catch .ended;
        switch (state) {
            .waits => {},
            .ended => server.close(connection),
            // To reregister reports what is ready now once more.
            .goes_on => connection.source.reregister(
                server.poller,
                connection.token(),
                .both,
            ) catch server.close(connection),
        }
    }

    fn run(server: *Server) !void {
        var room: [1024]iosrc.Event = undefined;
        while (true) {
            const timeout: ?u64 = if (server.paused) pause_ns else null;
            const events = try server.poller.wait(&room, timeout);
            if (server.paused) {
                try server.listen();
                server.paused = false;
            }
            for (events) |event| {
                // An earlier event may have ended what this one tells of.
                if (!server.poller.isCurrent(event)) continue;
                switch (event.token) {
                    stop_token => return,
                    listener_token => try server.accept(),
                    else => |token| server.serve(@ptrFromInt(@as(usize, @intCast(token)))),
                }
            }
        }
    }
};

var stopper: iosrc.Waker = undefined;

/// A wake may be sent from a signal handler, which leaves errno as it was.
fn stop(_: std.posix.SIG) callconv(.c) void {
    const saved = std.c._errno().*;
    stopper.wake() catch {};
    std.c._errno().* = saved;
}

extern "kernel32" fn SetConsoleCtrlHandler(
    handler: *const fn (u32) callconv(.winapi) c_int,
    add: c_int,
) callconv(.winapi) c_int;

/// Windows calls it in a thread of its own.
fn stopConsole(_: u32) callconv(.winapi) c_int {
    stopper.wake() catch return 0;
    return 1;
}

fn stopAtSignals() void {
    if (builtin.os.tag == .windows) {
        _ = SetConsoleCtrlHandler(stopConsole, 1);
        return;
    }
    const action: std.posix.Sigaction = .{
        .handler = .{ .handler = stop },
        .mask = std.posix.sigemptyset(),
        .flags = 0,
    };
    std.posix.sigaction(.INT, &action, null);
    std.posix.sigaction(.TERM, &action, null);
}

fn fatal(what: []const u8, err: anyerror) noreturn {
    std.log.err("{s}: {t} ({s})", .{ what, err, iosrc.lastStatus().name() });
    std.process.exit(1);
}

pub fn main(init: std.process.Init) !void {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    if (arguments.len != 2) {
        std.debug.print("usage: {s} ADDRESS\n", .{arguments[0]});
        std.process.exit(2);
    }
    const address = iosrc.Address.parse(arguments[1]) catch |err| fatal(arguments[1], err);

    var server: Server = .{
        .gpa = init.gpa,
        .poller = iosrc.Poller.init(.{}) catch |err| fatal("no poller", err),
        .listener = iosrc.Source.listen(address, .{
            .flags = .{ .unlink_stale = address.family == .unix },
        }) catch |err| fatal(arguments[1], err),
    };
    defer server.deinit();
    try server.listen();

    stopper = try .init(server.poller, stop_token);
    stopAtSignals();

    var room: [64 + iosrc.Address.text_size]u8 = undefined;
    var output: std.Io.File.Writer = .initStreaming(.stdout(), init.io, &room);
    try output.interface.print("listening on {f}\n", .{try server.listener.localAddress()});
    try output.interface.flush();
    server.run() catch |err| fatal("the server", err);
}
