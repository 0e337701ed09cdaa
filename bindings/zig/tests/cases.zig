// SPDX-License-Identifier: MIT

//! The cases of bindings/cases.txt, each under its own name. The environment's
//! IOSRC_BACKEND says which backend they run on.

const std = @import("std");
const iosrc = @import("iosrc");
const is_windows = @import("builtin").os.tag == .windows;
const os = if (is_windows) @import("os/windows.zig") else @import("os/unix.zig");
const counter = if (is_windows) @import("os/windows_counter.zig") else @import("os/unix_counter.zig");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;
const expectEqualStrings = std.testing.expectEqualStrings;
const Event = iosrc.Event;
const Interest = iosrc.Interest;
const Poller = iosrc.Poller;
const Source = iosrc.Source;

const ms = std.time.ns_per_ms;
const patience = 10 * std.time.ns_per_s;
/// How long a wait is watched that must give nothing.
const quiet = 5 * ms;

/// A poller, two connected sockets, and room for events.
const World = struct {
    poller: Poller,
    a: Source,
    b: Source,
    room: [8]Event = undefined,

    fn init() !World {
        var poller: Poller = try .init(.{});
        errdefer poller.deinit();
        const ends = try Source.pair(.stream);
        return .{ .poller = poller, .a = ends[0], .b = ends[1] };
    }

    fn deinit(world: *World) void {
        world.a.close();
        world.b.close();
        world.poller.deinit();
    }

    /// The one event that must come now.
    fn one(world: *World) !Event {
        const events = try world.poller.wait(&world.room, patience);
        try expectEqual(1, events.len);
        return events[0];
    }

    fn none(world: *World) !void {
        const events = try world.poller.wait(&world.room, quiet);
        try expectEqual(0, events.len);
    }
};

/// Reads until it would block, as edge mode wants it.
fn drain(source: Source) !usize {
    var room: [64]u8 = undefined;
    var total: usize = 0;
    while (true) total += source.read(&room) catch |err|
        return if (err == error.WouldBlock) total else err;
}

test {
    _ = os; // has tests of its own
}

// ---- sources ----

test "case_source_gives_its_handle_back" {
    var ends = try os.pipe();
    defer ends[1].close();
    const handle = ends[0].handle();
    try expectEqual(handle, try ends[0].intoInner());
    try expect(os.isOpen(handle));
    try expectEqual(-1, ends[0].handle());
    var again: Source = try .fromHandle(handle, os.pipe_type);
    again.close();
    try expect(!os.isOpen(handle));
}

test "case_source_closes_its_handle" {
    var ends = try os.pipe();
    const handle = ends[0].handle();
    ends[0].close();
    try expect(!os.isOpen(handle));
    ends[0].close();
    try expectEqual(.ok, ends[1].closeStatus());
}

test "case_source_tells_handle_and_registration" {
    var world: World = try .init();
    defer world.deinit();
    try expect(world.a.handle() >= 0);
    try expectEqual(0, world.a.registration());
    try world.a.register(world.poller, 1, .both);
    try expect(world.a.registration() != 0);
    try expectEqual(world.a.registration(), (try world.one()).registration);
    try world.a.deregister(world.poller);
    try expectEqual(0, world.a.registration());
}

// ---- readiness ----

test "case_edge_reports_once" {
    var world: World = try .init();
    defer world.deinit();
    try world.a.register(world.poller, 7, .read);
    try world.none();
    for (0..3) |_| {
        try expectEqual(4, try world.b.write("data"));
        const event = try world.one();
        try expectEqual(7, event.token);
        try expect(event.ready.readable and !event.ready.writable);
        try world.none();
        try expectEqual(4, try drain(world.a));
        try world.none();
    }
}

test "case_level_reports_while_ready" {
    var world: World = try .init();
    defer world.deinit();
    try world.a.register(world.poller, 7, .{ .readable = true, .level = true });
    _ = try world.b.write("data");
    for (0..3) |_| try expect((try world.one()).ready.readable);
    _ = try drain(world.a);
    try world.none();
}

test "case_oneshot_sleeps_until_reregister" {
    var world: World = try .init();
    defer world.deinit();
    const interest: Interest = .{ .readable = true, .oneshot = true };
    try world.a.register(world.poller, 7, interest);
    _ = try world.b.write("data");
    _ = try world.one();
    _ = try drain(world.a);
    _ = try world.b.write("more");
    try world.none();
    try world.a.reregister(world.poller, 8, interest);
    try expectEqual(8, (try world.one()).token);
    try world.none();
}

test "case_writable_and_readable_in_one_event" {
    var world: World = try .init();
    defer world.deinit();
    _ = try world.b.write("data");
    try world.a.register(world.poller, 7, .both);
    const event = try world.one();
    try expect(event.ready.readable and event.ready.writable);
    try world.none();
}

test "case_reregister_replaces_the_token" {
    var world: World = try .init();
    defer world.deinit();
    _ = try world.b.write("data");
    try world.a.register(world.poller, 1, .read);
    try world.a.reregister(world.poller, 2, .both);
    try expectEqual(2, (try world.one()).token);
    try world.none();
}

test "case_deregister_is_silent" {
    var world: World = try .init();
    defer world.deinit();
    _ = try world.b.write("data");
    try world.a.register(world.poller, 1, .read);
    try world.a.deregister(world.poller);
    try world.none();
    try expectError(error.NotRegistered, world.a.deregister(world.poller));
}

test "case_token_max" {
    var world: World = try .init();
    defer world.deinit();
    _ = try world.b.write("data");
    for ([_]u64{ std.math.maxInt(u64), 0 }) |token| {
        try world.a.register(world.poller, token, .read);
        try expectEqual(token, (try world.one()).token);
        try world.a.deregister(world.poller);
    }
}

test "case_timeout_is_not_early" {
    var world: World = try .init();
    defer world.deinit();
    for ([_]u64{ 10 * ms, ms / 10 }) |timeout| {
        const before = os.nowNs();
        try expectEqual(0, (try world.poller.wait(&world.room, timeout)).len);
        try expect(os.nowNs() - before >= timeout);
    }
    const before = os.nowNs();
    try expectEqual(0, (try world.poller.wait(&world.room, 0)).len);
    try expect(os.nowNs() - before < patience);
    try expectError(error.Invalid, world.poller.wait(world.room[0..0], 0));
}

test "case_capacity_smaller_than_ready" {
    var world: World = try .init();
    defer world.deinit();
    var sources: [5]Source = undefined;
    var peers: [5]Source = undefined;
    for (&sources, &peers, 0..) |*source, *peer, i| {
        const ends = try Source.pair(.stream);
        source.* = ends[0];
        peer.* = ends[1];
        _ = try peer.write("x");
        try source.register(world.poller, i, .read);
    }
    defer for (&sources, &peers) |*source, *peer| {
        source.close();
        peer.close();
    };
    var seen: [5]u32 = @splat(0);
    for ([_]usize{ 2, 2, 1 }) |most| {
        const events = try world.poller.wait(world.room[0..2], patience);
        try expectEqual(most, events.len);
        for (events) |event| seen[@intCast(event.token)] += 1;
    }
    try expectEqual([_]u32{ 1, 1, 1, 1, 1 }, seen);
    try world.none();
}

// ---- I/O ----

test "case_read_and_write" {
    var world: World = try .init();
    defer world.deinit();
    var room: [8]u8 = undefined;
    try expectError(error.WouldBlock, world.a.read(&room));
    try expectEqual(4, try world.b.write("data"));
    try expectEqual(4, try world.a.read(&room));
    try expectEqualStrings("data", room[0..4]);
    try expectEqual(0, try world.a.read(room[0..0]));
    try world.b.shutdown(.write);
    try expectEqual(0, try world.a.read(&room));
}

const Reader = struct {
    room: [2]u8 = undefined,
    calls: u32 = 0,

    fn once(reader: *Reader, handle: iosrc.Handle) iosrc.Error!usize {
        reader.calls += 1;
        const size = os.read(handle, &reader.room);
        if (size < 0) {
            try iosrc.Status.lastOs().check();
            unreachable;
        }
        return @intCast(size);
    }

    fn refuses(reader: *Reader, _: iosrc.Handle) error{ Odd, WouldBlock }!void {
        reader.calls += 1;
        return error.Odd;
    }
};

test "case_do_io_arms_what_would_block" {
    var world: World = try .init();
    defer world.deinit();
    var reader: Reader = .{};
    try world.a.register(world.poller, 7, .read);
    for (0..3) |_| {
        _ = try world.b.write("data");
        _ = try world.one();
        try expectEqual(2, try world.a.doIo(.read, &reader, Reader.once));
        try expectEqual(2, try world.a.doIo(.read, &reader, Reader.once));
        try world.none();
        try expectError(error.WouldBlock, world.a.doIo(.read, &reader, Reader.once));
    }
    try expectEqual(9, reader.calls);
    try expectError(error.Odd, world.a.doIo(.read, &reader, Reader.refuses));
    try expectError(error.Invalid, world.a.doIo(.{ .level = true }, &reader, Reader.refuses));
    try expectError(
        error.Unsupported,
        world.a.doIo(.fromBits(1 << 30), &reader, Reader.refuses),
    );
    try expectEqual(10, reader.calls);
    try world.a.rearm(.read);
}

test "case_vectors" {
    var world: World = try .init();
    defer world.deinit();
    try expectEqual(6, try world.b.writev(&.{ .of("ab"), .of(""), .of("cdef") }));
    var first: [3]u8 = undefined;
    var second: [8]u8 = undefined;
    try expectEqual(6, try world.a.readv(&.{ .of(&first), .of(&second) }));
    try expectEqualStrings("abc", &first);
    try expectEqualStrings("def", second[0..3]);
    try expectError(error.Invalid, world.a.readv(&.{}));
}

test "case_closed_peer" {
    var world: World = try .init();
    defer world.deinit();
    var room: [8]u8 = undefined;
    try world.a.register(world.poller, 7, .both);
    world.b.close();
    const event = try world.one();
    try expect(event.ready.read_closed);
    try expectEqual(os.pairs_end_both_ways, event.ready.write_closed);
    try expectEqual(0, try world.a.read(&room));
    // Were there a signal, this program would end here. Over TCP the peer has
    // to say so first.
    for (0..1000) |_| {
        _ = world.a.write("data") catch |err| return expect(os.isGone(err));
        os.sleepMs(1);
    }
    return error.NobodySaidSo;
}

// ---- wakers ----

fn wakeLater(waker: iosrc.Waker) void {
    var own = waker;
    os.sleepMs(10);
    own.wake() catch {};
    own.deinit();
}

test "case_waker_from_another_thread" {
    var world: World = try .init();
    defer world.deinit();
    var waker: iosrc.Waker = try .init(world.poller, 99);
    defer waker.deinit();
    const thread = try std.Thread.spawn(.{}, wakeLater, .{try waker.retain()});
    defer thread.join();
    const event = try world.one();
    try expectEqual(99, event.token);
    try expect(event.ready.readable);
}

test "case_waker_coalesces" {
    var world: World = try .init();
    defer world.deinit();
    var waker: iosrc.Waker = try .init(world.poller, 99);
    defer waker.deinit();
    for (0..100) |_| try waker.wake();
    try expectEqual(99, (try world.one()).token);
    try world.none();
    try expect((try world.poller.counters()).coalesced_wakes > 0);
}

test "case_waker_outlives_its_poller" {
    var poller: Poller = try .init(.{});
    var waker: iosrc.Waker = try .init(poller, 1);
    poller.deinit();
    try expectError(error.Closed, waker.wake());
    waker.deinit();
    try expectError(error.Invalid, waker.wake());
}

// ---- staleness ----

test "case_stale_event_is_told" {
    var world: World = try .init();
    defer world.deinit();
    _ = try world.b.write("data");
    try world.a.register(world.poller, 1, .read);
    const first = try world.one();
    try expect(world.poller.isCurrent(first));
    try world.a.deregister(world.poller);
    try expect(!world.poller.isCurrent(first));
    try world.a.register(world.poller, 1, .read);
    const second = try world.one();
    try expect(world.poller.isCurrent(second));
    try expect(!world.poller.isCurrent(first));
    world.a.close();
    try expect(!world.poller.isCurrent(second));
}

// ---- errors ----

test "case_double_registration" {
    var world: World = try .init();
    defer world.deinit();
    try world.a.register(world.poller, 1, .read);
    try expectError(error.AlreadyRegistered, world.a.register(world.poller, 2, .read));
    _ = try world.b.write("data");
    try expectEqual(1, (try world.one()).token);
}

test "case_wrong_poller" {
    var world: World = try .init();
    defer world.deinit();
    var other: Poller = try .init(.{});
    defer other.deinit();
    try world.a.register(world.poller, 1, .read);
    try expectError(error.AlreadyRegistered, world.a.register(other, 2, .read));
    try expectError(error.WrongPoller, world.a.reregister(other, 2, .read));
    try expectError(error.WrongPoller, world.a.deregister(other));
    _ = try world.b.write("data");
    try expectEqual(1, (try world.one()).token);
}

test "case_not_registered" {
    var world: World = try .init();
    defer world.deinit();
    try expectError(error.NotRegistered, world.a.reregister(world.poller, 2, .read));
    try expectError(error.NotRegistered, world.a.deregister(world.poller));
}

test "case_dropped_poller" {
    var world: World = try .init();
    defer world.deinit();
    var first: Poller = try .init(.{});
    var second = try first.retain();
    try world.a.register(first, 1, .read);
    first.deinit();
    first.deinit();
    try expect(world.a.registration() != 0);
    second.deinit();
    try expectError(error.Invalid, second.wait(&world.room, 0));
    try expectError(error.Invalid, world.a.deregister(first));
    try expectEqual(0, world.a.registration());
    _ = try world.b.write("data");
    try world.a.register(world.poller, 2, .read);
    try expectEqual(2, (try world.one()).token);
    try expectEqual(4, try drain(world.a));
}

test "case_use_after_into_inner" {
    var world: World = try .init();
    defer world.deinit();
    var room: [8]u8 = undefined;
    const handle = try world.a.intoInner();
    defer os.close(handle);
    try expectError(error.Invalid, world.a.read(&room));
    try expectError(error.Invalid, world.a.register(world.poller, 1, .read));
    try expectError(error.Invalid, world.a.intoInner());
    try expectError(error.Invalid, world.a.rearm(.read));
    try expectEqual(.invalid, iosrc.lastStatus());
    try expectEqual(0, world.a.registration());
    world.a.close();
    try expect(os.isOpen(handle));
}

test "case_closed_fd" {
    var world: World = try .init();
    defer world.deinit();
    var room: [8]u8 = undefined;
    var source: Source = try .fromHandle(os.closed(world.a.handle()), .default);
    try expectError(error.BadHandle, source.read(&room));
    try expectError(error.BadHandle, source.register(world.poller, 1, .read));
    try expectEqual(os.bad_handle, iosrc.lastStatus().os());
    try expectEqual(.bad_handle, source.closeStatus().kind());
    try expectError(error.Invalid, Source.fromHandle(-1, .default));
}

test "case_unknown_interest_bit" {
    var world: World = try .init();
    defer world.deinit();
    const unknown: Interest = .fromBits(1 << 30 | iosrc.raw.READABLE);
    try expectError(error.Unsupported, world.a.register(world.poller, 1, unknown));
    const ready: iosrc.Ready = .{ .readable = true, .failed = true };
    try expectError(
        error.Invalid,
        world.a.register(world.poller, 1, .fromBits(ready.bits())),
    );
    try expectEqual(0, world.a.registration());
}

test "case_error_has_kind_and_os_code" {
    var room: [iosrc.raw.MESSAGE_SIZE]u8 = undefined;
    const nowhere: iosrc.Address = try .parse(os.refused.address);
    try expectError(os.refused.err, Source.listen(nowhere, .{}));
    const status = iosrc.lastStatus();
    try expectEqual(os.refused.kind, status.kind());
    try expectEqual(os.refused.kind, iosrc.kindOf(os.refused.err));
    try expectEqual(os.refused.code, status.os());
    try expectEqualStrings(os.refused.name, status.name());
    try expect(status.message(&room).len > 0);
    try expectEqual(status, iosrc.Status.fromOs(status.os()));
    // Every kind is told apart from those that are not known.
    inline for (@typeInfo(iosrc.Error).error_set.error_names.?) |name| {
        const err = @field(iosrc.Error, name);
        if (err != error.Other) try expect(iosrc.kindOf(err) != .other);
    }
    // A success leaves the status of the last failure alone.
    _ = try iosrc.Address.parse("127.0.0.1:1");
    try expectEqual(status, iosrc.lastStatus());
}

// ---- batches ----

test "case_register_many_tells_each" {
    var world: World = try .init();
    defer world.deinit();
    var gone = try os.pipe();
    gone[0].close();
    gone[1].close();
    var items = [_]iosrc.RegisterItem{
        .of(world.a, 1, .both),
        .of(world.a, 2, .both),
        .of(gone[0], 3, .both),
        .of(world.b, 4, .both),
    };
    try expectEqual(2, try world.poller.registerMany(&items));
    for ([_]iosrc.Status{ .ok, .already_registered, .invalid, .ok }, items) |status, item|
        try expectEqual(status, item.status);
    try expectEqual(2, (try world.poller.wait(&world.room, patience)).len);
    try expectError(error.Invalid, world.poller.registerMany(items[0..0]));
}

test "case_io_many_reads_and_writes" {
    var world: World = try .init();
    defer world.deinit();
    var rooms: [3][8]u8 = undefined;
    var unregistered = try os.pipe();
    defer for (&unregistered) |*end| end.close();
    try world.a.register(world.poller, 1, .both);
    try world.b.register(world.poller, 2, .both);
    var items = [_]iosrc.IoItem{
        .write(world.b, "data"),
        .send(world.b, "more", .{}),
        .read(world.a, rooms[0][0..4]),
        .recv(world.a, &rooms[1], .{}),
        .read(world.a, &rooms[2]),
        .read(unregistered[0], &rooms[2]),
    };
    try expectEqual(4, try world.poller.ioMany(&items));
    for (items[0..4]) |item| try expectEqual(4, try item.result());
    try expectEqualStrings("data", rooms[0][0..4]);
    try expectEqualStrings("more", rooms[1][0..4]);
    try expect(!items[3].truncated());
    try expectError(error.WouldBlock, items[4].result());
    try expectError(error.NotRegistered, items[5].result());
}

// ---- endpoints ----

fn connectAndTalk(world: *World, address: iosrc.Address, options: iosrc.ListenOptions) !void {
    var listener: Source = try .listen(address, options);
    defer listener.close();
    const where = try listener.localAddress();
    try listener.register(world.poller, 1, .read);
    try expectError(error.WouldBlock, listener.accept(null));

    var client: Source = try .connect(where, .{});
    defer client.close();
    try expectEqual(1, (try world.one()).token);
    var peer: iosrc.Address = .{};
    var server = try listener.accept(&peer);
    defer server.close();
    try client.register(world.poller, 2, .write);
    try expect((try world.one()).ready.writable);
    try expectEqual(.ok, try client.takeError());

    const own = try client.localAddress();
    const other = try client.peerAddress();
    try expect(own.eql(&peer));
    try expect(where.eql(&other));
    try expectEqual(5, try client.send("hello", .{}));
    var room: [8]u8 = undefined;
    const got = try server.recv(&room, .{ .peek = true });
    try expectEqual(5, got.size);
    try expectEqual(5, try server.read(&room));
    try expectEqualStrings("hello", room[0..5]);
}

test "case_listen_connect_accept" {
    var world: World = try .init();
    defer world.deinit();
    try connectAndTalk(&world, try .parse("127.0.0.1:0"), .{});

    var room: [256]u8 = undefined;
    var text_room: [300]u8 = undefined;
    const path = try os.uniquePath(&room);
    defer if (path) |it| os.unlink(it);
    const text = try std.fmt.bufPrint(&text_room, "unix:{s}", .{path orelse "/nowhere"});
    if (path != null)
        try connectAndTalk(&world, try .parse(text), .{ .flags = .{ .unlink_stale = true } });

    var back: [iosrc.Address.text_size]u8 = undefined;
    for ([_][]const u8{ "127.0.0.1:80", "[fe80::1%2]:80", "unix:", "unix:@name", text }) |each| {
        const address: iosrc.Address = try .parse(each);
        try expectEqualStrings(each, try address.text(&back));
        const printed = try std.fmt.bufPrint(&back, "{f}", .{address});
        try expectEqualStrings(each, printed);
    }
    try expectEqual(.unix, (try iosrc.Address.parse(text)).family);
    try expectEqualStrings("name", (try iosrc.Address.parse("unix:@name")).bytes());
    try expectError(error.Invalid, iosrc.Address.parse("127.0.0.1"));
    try expectError(error.NoSpace, (iosrc.Address{ .family = .unix }).text(back[0..2]));
}

test "case_datagrams" {
    var receiver: Source = try .bindDatagram(try .parse("127.0.0.1:0"), .{});
    defer receiver.close();
    var sender: Source = try .bindDatagram(try .parse("127.0.0.1:0"), .{});
    defer sender.close();
    var poller: Poller = try .init(.{});
    defer poller.deinit();
    var events: [2]Event = undefined;
    try receiver.register(poller, 1, .read);

    const to = try receiver.localAddress();
    const from = try sender.localAddress();
    try expectEqual(8, try sender.sendTo("datagram", &to, .{}));
    try expectEqual(1, (try poller.wait(&events, patience)).len);
    var room: [16]u8 = undefined;
    const whole = try receiver.recvFrom(&room, .{ .peek = true });
    try expectEqual(8, whole.size);
    try expect(!whole.truncated);
    try expect(whole.peer.eql(&from));
    const part = try receiver.recvFrom(room[0..4], .{});
    try expectEqual(4, part.size);
    try expect(part.truncated);
    try expectEqualStrings("data", room[0..4]);
    try expectError(error.WouldBlock, receiver.recv(&room, .{}));
}

test "case_options" {
    var listener: Source = try .listen(try .parse("127.0.0.1:0"), .{ .backlog = 4 });
    defer listener.close();
    var client: Source = try .connect(try listener.localAddress(), .{ .no_delay = true });
    defer client.close();
    try expectEqual(1, try client.getOption(.no_delay));
    try client.setOption(.no_delay, 0);
    try expectEqual(0, try client.getOption(.no_delay));
    try client.setOption(.recv_buffer, 16384);
    try expectEqual(16384, try client.getOption(.recv_buffer));
    try expectError(error.Unsupported, client.setOption(.broadcast, 1));
    try expectError(error.Invalid, client.setOption(.no_delay, 2));
}

// ---- many ----

test "case_no_allocation_per_event" {
    var world: World = try .init();
    defer world.deinit();
    const before = counter.allocations();
    try world.a.register(world.poller, 7, .{ .writable = true, .level = true });
    var other = try Source.pair(.stream);
    for (&other) |*end| end.close();
    // The counter counts: sources are allocated, also by the library.
    try expect(counter.allocations() > before);

    _ = try world.one();
    const start = counter.allocations();
    var seen: usize = 0;
    var room: [1]u8 = undefined;
    while (seen < 10_000) {
        const events = try world.poller.wait(&world.room, patience);
        for (events) |event| {
            try expect(world.poller.isCurrent(event));
            try expectError(error.WouldBlock, world.a.read(&room));
        }
        try expect(events.len > 0);
        seen += events.len;
    }
    try expectEqual(start, counter.allocations());
}

const echo_count = 1000;

/// One client of the thousand: what it sends follows from its number.
const Client = struct {
    source: Source = undefined,
    sent: usize = 0,
    received: usize = 0,

    fn byte(number: usize, index: usize) u8 {
        return @truncate((number *% 0x9e3779b97f4a7c15 +% index *% 0xd1b54a32d192ed03) >> 24);
    }

    fn size(number: usize) usize {
        return 100 + number;
    }

    fn work(client: *Client, number: usize) !void {
        var room: [512]u8 = undefined;
        while (client.sent < size(number)) {
            const part = @min(room.len, size(number) - client.sent);
            for (room[0..part], client.sent..) |*each, i| each.* = byte(number, i);
            client.sent += client.source.write(room[0..part]) catch |err|
                if (err == error.WouldBlock) break else return err;
        }
        while (client.received < size(number)) {
            const got = client.source.read(&room) catch |err|
                if (err == error.WouldBlock) return else return err;
            if (got == 0) return error.ServerEndedEarly;
            for (room[0..got], client.received..) |each, i|
                try expectEqual(byte(number, i), each);
            client.received += got;
        }
        try expectEqual(size(number), client.received);
    }
};

/// The other end: sends back what it has read, and reads nothing while that is
/// not all gone.
const Server = struct {
    source: Source,
    begin: usize = 0,
    end: usize = 0,
    room: [256]u8 = undefined,

    fn work(server: *Server) !void {
        while (true) {
            while (server.begin < server.end)
                server.begin += server.source.write(server.room[server.begin..server.end]) catch |err|
                    if (err == error.WouldBlock) return else return err;
            server.begin = 0;
            server.end = 0;
            server.end = server.source.read(&server.room) catch |err|
                if (err == error.WouldBlock) return else return err;
            if (server.end == 0) return;
        }
    }
};

test "case_echo_1000" {
    // The listener's; the clients' tokens are below, the servers' above.
    const listener_token = echo_count;
    const allocator = std.testing.allocator;
    os.raiseHandleLimit();
    var poller: Poller = try .init(.{});
    defer poller.deinit();
    var listener: Source = try .listen(try .parse("127.0.0.1:0"), .{});
    defer listener.close();
    try listener.register(poller, listener_token, .{ .readable = true, .level = true });
    const where = try listener.localAddress();

    const clients = try allocator.alloc(Client, echo_count);
    defer allocator.free(clients);
    const servers = try allocator.alloc(Server, echo_count);
    defer allocator.free(servers);
    var opened: usize = 0;
    var accepted: usize = 0;
    var finished: usize = 0;
    defer for (clients[0..opened]) |*client| client.source.close();
    defer for (servers[0..accepted]) |*server| server.source.close();

    var room: [256]Event = undefined;
    while (finished < echo_count) {
        // A few at once, so that no queue of the kernel overflows.
        while (opened < echo_count and opened - accepted < 64) : (opened += 1) {
            clients[opened] = .{ .source = try .connect(where, .{}) };
            errdefer clients[opened].source.close();
            try clients[opened].source.register(poller, opened, .both);
        }
        const events = try poller.wait(&room, patience);
        try expect(events.len > 0);
        for (events) |event| {
            const token: usize = @intCast(event.token);
            if (token < listener_token) {
                const was = clients[token].received;
                try clients[token].work(token);
                if (was < Client.size(token) and clients[token].received == Client.size(token))
                    finished += 1;
            } else if (token > listener_token) {
                try servers[token - listener_token - 1].work();
            } else while (accepted < echo_count) : (accepted += 1) {
                servers[accepted] = .{ .source = listener.accept(null) catch |err|
                    if (err == error.WouldBlock) break else return err };
                errdefer servers[accepted].source.close();
                try servers[accepted].source.register(
                    poller,
                    listener_token + 1 + accepted,
                    .both,
                );
            }
        }
    }
    try expectEqual(echo_count, accepted);
}
