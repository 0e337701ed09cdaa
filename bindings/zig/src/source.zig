// SPDX-License-Identifier: MIT

//! Sources: handles that can be registered, the I/O through them, and the
//! endpoints that make them.

const std = @import("std");
const raw = @import("raw.zig");
const status = @import("status.zig");
const Address = @import("address.zig").Address;
const Error = status.Error;
const Interest = @import("bits.zig").Interest;
const Poller = @import("poller.zig").Poller;

/// A handle of the system: an fd on Unix.
pub const Handle = raw.Handle;

pub const HandleType = enum(raw.HandleType) {
    default = raw.HANDLE_DEFAULT,
    socket = raw.HANDLE_SOCKET,
    pipe = raw.HANDLE_PIPE,
    waitable = raw.HANDLE_WAITABLE,
    _,
};

/// Memory to read into, for readv.
pub const Buffer = extern struct {
    data: ?[*]u8,
    size: usize,

    pub fn of(memory: []u8) Buffer {
        return .{ .data = memory.ptr, .size = memory.len };
    }
};

/// Memory to write from, for writev.
pub const ConstBuffer = extern struct {
    data: ?[*]const u8,
    size: usize,

    pub fn of(memory: []const u8) ConstBuffer {
        return .{ .data = memory.ptr, .size = memory.len };
    }
};

pub const Type = enum(u32) {
    stream = raw.TYPE_STREAM,
    datagram = raw.TYPE_DATAGRAM,
    seqpacket = raw.TYPE_SEQPACKET,
    _,
};

/// Options of a socket: see IOSRC_OPTION_* in iosrc_net.h.
pub const Option = enum(u32) {
    no_delay = raw.OPTION_NO_DELAY,
    keep_alive = raw.OPTION_KEEP_ALIVE,
    keep_alive_idle = raw.OPTION_KEEP_ALIVE_IDLE,
    keep_alive_interval = raw.OPTION_KEEP_ALIVE_INTERVAL,
    keep_alive_count = raw.OPTION_KEEP_ALIVE_COUNT,
    linger = raw.OPTION_LINGER,
    ttl = raw.OPTION_TTL,
    hop_limit = raw.OPTION_HOP_LIMIT,
    broadcast = raw.OPTION_BROADCAST,
    recv_buffer = raw.OPTION_RECV_BUFFER,
    send_buffer = raw.OPTION_SEND_BUFFER,
    v6_only = raw.OPTION_V6_ONLY,
    multicast_loop = raw.OPTION_MULTICAST_LOOP,
    multicast_ttl = raw.OPTION_MULTICAST_TTL,
    multicast_interface = raw.OPTION_MULTICAST_INTERFACE,
    _,
};

/// Flags of sockets that are bound: see IOSRC_LISTEN_* in iosrc_net.h.
pub const BindFlags = packed struct(raw.Flags) {
    reuse_port: bool = false,
    v6_only: bool = false,
    unlink_stale: bool = false,
    exclusive_use: bool = false,
    reserved: u28 = 0,
};

pub const ListenOptions = struct {
    flags: BindFlags = .{},
    type: Type = .stream,
    /// 0 is the system's largest.
    backlog: u32 = 0,
    /// Permission bits of a unix path; 0 leaves it to the umask.
    mode: u32 = 0,
};

pub const ConnectOptions = struct {
    /// Small writes leave at once.
    no_delay: bool = false,
    type: Type = .stream,
    /// Bound first.
    source: Address = .{},
};

pub const RecvFlags = packed struct(raw.Flags) {
    peek: bool = false,
    oob: bool = false,
    reserved: u30 = 0,
};

pub const SendFlags = packed struct(raw.Flags) {
    reserved_first: u1 = 0,
    oob: bool = false,
    reserved: u30 = 0,
};

pub const Received = struct {
    /// Bytes stored; 0 is the end of a stream, or an empty datagram.
    size: usize,
    /// The datagram was longer than the room.
    truncated: bool,
};

pub const ReceivedFrom = struct {
    size: usize,
    truncated: bool,
    /// The sender; family none where the system tells none.
    peer: Address,
};

/// Owns its handle: `close` closes it, `intoInner` gives it back. Both leave
/// the variable empty, and every later call on it fails with error.Invalid. A
/// source is moved, not copied: of two copies the second knows nothing of the
/// end of the first. All calls but those two may be made from any thread.
pub const Source = struct {
    inner: ?*raw.Source,

    /// Takes a handle in. It is made non-blocking by the caller; on failure it
    /// stays the caller's.
    pub fn fromHandle(fd: Handle, handle_type: HandleType) Error!Source {
        var inner: ?*raw.Source = null;
        try status.check(raw.iosrc_create(fd, @backingInt(handle_type), &inner));
        return .{ .inner = inner };
    }

    /// Ends the source and gives its handle back, open and usable.
    pub fn intoInner(source: *Source) Error!Handle {
        const inner = try source.get();
        const fd = raw.iosrc_source_handle(inner);
        source.inner = null;
        _ = raw.iosrc_into_inner(inner, null);
        return fd;
    }

    /// Ends the source and closes its handle. Ending it twice does nothing.
    pub fn close(source: *Source) void {
        _ = source.closeStatus();
    }

    /// As `close`, and tells what the system said of it (close(2)).
    pub fn closeStatus(source: *Source) status.Status {
        const inner = source.inner;
        source.inner = null;
        return @fromBackingInt(raw.iosrc_close(inner));
    }

    /// The handle, which stays the source's; -1 of one that was ended.
    pub fn handle(source: Source) Handle {
        return raw.iosrc_source_handle(source.inner);
    }

    /// What events of the source carry; 0 when it is not registered.
    pub fn registration(source: Source) u64 {
        return raw.iosrc_source_registration(source.inner);
    }

    /// The object of the C interface.
    pub fn get(source: Source) Error!*raw.Source {
        return source.inner orelse status.fail(.invalid);
    }

    // ---- registration ----

    /// What is ready already is reported by the next wait.
    pub fn register(source: Source, poller: Poller, token: u64, interest: Interest) Error!void {
        return status.check(raw.iosrc_register(
            try source.get(),
            try poller.get(),
            token,
            interest.bits(),
        ));
    }

    /// Replaces token, interest and mode, and reports what is ready once more.
    pub fn reregister(source: Source, poller: Poller, token: u64, interest: Interest) Error!void {
        return status.check(raw.iosrc_reregister(
            try source.get(),
            try poller.get(),
            token,
            interest.bits(),
        ));
    }

    /// No wait that begins afterwards reports the source.
    pub fn deregister(source: Source, poller: Poller) Error!void {
        return status.check(raw.iosrc_deregister(try source.get(), try poller.get()));
    }

    // ---- I/O ----

    /// Reads once; 0 is the end of the file.
    pub fn read(source: Source, room: []u8) Error!usize {
        return status.count(raw.iosrc_read(try source.get(), room.ptr, room.len));
    }

    /// Writes once; the answer may be fewer bytes than were given.
    pub fn write(source: Source, data: []const u8) Error!usize {
        return status.count(raw.iosrc_write(try source.get(), data.ptr, data.len));
    }

    /// Reads once, into from 1 to 1024 buffers in order.
    pub fn readv(source: Source, buffers: []const Buffer) Error!usize {
        return status.count(raw.iosrc_readv(
            try source.get(),
            @ptrCast(buffers.ptr),
            buffers.len,
        ));
    }

    /// Writes once, from 1 to 1024 buffers in order.
    pub fn writev(source: Source, buffers: []const ConstBuffer) Error!usize {
        return status.count(raw.iosrc_writev(
            try source.get(),
            @ptrCast(buffers.ptr),
            buffers.len,
        ));
    }

    /// Runs `operation(context, handle)` once and answers what it answers.
    /// When that is error.WouldBlock, the directions are armed again; an
    /// error.InProgress arms writable, if it is among them.
    pub fn doIo(
        source: Source,
        directions: Interest,
        context: anytype,
        comptime operation: anytype,
    ) OperationError(operation)!OperationAnswer(operation) {
        const inner = try source.get();
        try directions.checkDirections();
        return operation(context, raw.iosrc_source_handle(inner)) catch |err| {
            // What arming fails with comes as an event.
            if (@as(anyerror, err) == error.WouldBlock)
                _ = raw.iosrc_rearm(inner, directions.bits())
            else if (@as(anyerror, err) == error.InProgress)
                _ = raw.iosrc_rearm(inner, directions.bits() & raw.WRITABLE);
            return err;
        };
    }

    /// Says that I/O of the caller's own in these directions would have
    /// blocked.
    pub fn rearm(source: Source, directions: Interest) Error!void {
        return status.check(raw.iosrc_rearm(try source.get(), directions.bits()));
    }

    // ---- endpoints ----

    /// Opens a socket that listens.
    pub fn listen(address: Address, options: ListenOptions) Error!Source {
        const given: raw.ListenOptions = .{
            .flags = @bitCast(options.flags),
            .type = @backingInt(options.type),
            .backlog = options.backlog,
            .mode = options.mode,
        };
        var where = address;
        var inner: ?*raw.Source = null;
        try status.check(raw.iosrc_listen(where.c(), &given, @sizeOf(@TypeOf(given)), &inner));
        return .{ .inner = inner };
    }

    /// Opens a socket and begins to connect it: when it is writable,
    /// `takeError` tells how that ended.
    pub fn connect(address: Address, options: ConnectOptions) Error!Source {
        var own = options.source;
        const given: raw.ConnectOptions = .{
            .flags = if (options.no_delay) raw.CONNECT_NO_DELAY else 0,
            .type = @backingInt(options.type),
            .source = own.c().*,
        };
        var where = address;
        var inner: ?*raw.Source = null;
        try status.check(raw.iosrc_connect(where.c(), &given, @sizeOf(@TypeOf(given)), &inner));
        return .{ .inner = inner };
    }

    /// Opens a datagram socket and binds it.
    pub fn bindDatagram(address: Address, flags: BindFlags) Error!Source {
        const given: raw.DatagramOptions = .{ .flags = @bitCast(flags), .reserved = 0 };
        var where = address;
        var inner: ?*raw.Source = null;
        try status.check(raw.iosrc_bind_datagram(
            where.c(),
            &given,
            @sizeOf(@TypeOf(given)),
            &inner,
        ));
        return .{ .inner = inner };
    }

    /// Makes two sockets that are connected to each other.
    pub fn pair(socket_type: Type) Error![2]Source {
        var a: ?*raw.Source = null;
        var b: ?*raw.Source = null;
        try status.check(raw.iosrc_pair(@backingInt(socket_type), &a, &b));
        return .{ .{ .inner = a }, .{ .inner = b } };
    }

    /// Makes a pipe: the end to read from, and the end to write to.
    pub fn pipe() Error![2]Source {
        var reader: ?*raw.Source = null;
        var writer: ?*raw.Source = null;
        try status.check(raw.iosrc_pipe(&reader, &writer));
        return .{ .{ .inner = reader }, .{ .inner = writer } };
    }

    // ---- sockets ----

    /// Takes one connection from a listener, and its peer's address where one
    /// asks for it.
    pub fn accept(source: Source, peer: ?*Address) Error!Source {
        var inner: ?*raw.Source = null;
        try status.check(raw.iosrc_accept(
            try source.get(),
            if (peer) |address| address.c() else null,
            &inner,
        ));
        return .{ .inner = inner };
    }

    /// Receives once from a socket that is connected.
    pub fn recv(source: Source, room: []u8, flags: RecvFlags) Error!Received {
        var said: raw.Flags = 0;
        const size = try status.count(raw.iosrc_recv(
            try source.get(),
            room.ptr,
            room.len,
            @bitCast(flags),
            &said,
        ));
        return .{ .size = size, .truncated = said & raw.OUT_TRUNCATED != 0 };
    }

    /// Sends once to the peer.
    pub fn send(source: Source, data: []const u8, flags: SendFlags) Error!usize {
        return status.count(raw.iosrc_send(
            try source.get(),
            data.ptr,
            data.len,
            @bitCast(flags),
        ));
    }

    /// Receives a datagram and tells from whom.
    pub fn recvFrom(source: Source, room: []u8, flags: RecvFlags) Error!ReceivedFrom {
        var said: raw.Flags = 0;
        var peer: Address = .{};
        const size = try status.count(raw.iosrc_recv_from(
            try source.get(),
            room.ptr,
            room.len,
            @bitCast(flags),
            peer.c(),
            &said,
        ));
        return .{ .size = size, .truncated = said & raw.OUT_TRUNCATED != 0, .peer = peer };
    }

    /// Sends a datagram to an address.
    pub fn sendTo(source: Source, data: []const u8, peer: *const Address, flags: SendFlags) Error!usize {
        return status.count(raw.iosrc_send_to(
            try source.get(),
            data.ptr,
            data.len,
            @bitCast(flags),
            @ptrCast(peer),
        ));
    }

    /// Shuts down reading, writing or both.
    pub fn shutdown(source: Source, directions: Interest) Error!void {
        return status.check(raw.iosrc_shutdown(try source.get(), directions.bits()));
    }

    /// Takes the pending error of a socket, once: ok when there is none.
    pub fn takeError(source: Source) Error!status.Status {
        var pending: raw.Status = 0;
        try status.check(raw.iosrc_take_error(try source.get(), &pending));
        return @fromBackingInt(pending);
    }

    pub fn localAddress(source: Source) Error!Address {
        var address: Address = .{};
        try status.check(raw.iosrc_local_address(try source.get(), address.c()));
        return address;
    }

    pub fn peerAddress(source: Source) Error!Address {
        var address: Address = .{};
        try status.check(raw.iosrc_peer_address(try source.get(), address.c()));
        return address;
    }

    pub fn setOption(source: Source, option: Option, value: i64) Error!void {
        return status.check(raw.iosrc_set_option(try source.get(), @backingInt(option), value));
    }

    pub fn getOption(source: Source, option: Option) Error!i64 {
        var value: i64 = 0;
        try status.check(raw.iosrc_get_option(try source.get(), @backingInt(option), &value));
        return value;
    }

    pub fn multicastJoin(source: Source, group: *const Address, interface_index: u32) Error!void {
        return status.check(raw.iosrc_multicast_join(
            try source.get(),
            @ptrCast(group),
            interface_index,
        ));
    }

    pub fn multicastLeave(source: Source, group: *const Address, interface_index: u32) Error!void {
        return status.check(raw.iosrc_multicast_leave(
            try source.get(),
            @ptrCast(group),
            interface_index,
        ));
    }
};

/// What `doIo` can fail with: what the operation can, and what we can.
fn OperationError(comptime operation: anytype) type {
    const answer = @typeInfo(@TypeOf(operation)).@"fn".return_type.?;
    return @typeInfo(answer).error_union.error_set || Error;
}

fn OperationAnswer(comptime operation: anytype) type {
    const answer = @typeInfo(@TypeOf(operation)).@"fn".return_type.?;
    return @typeInfo(answer).error_union.payload;
}

comptime {
    for (.{ Buffer, ConstBuffer }) |Piece| {
        std.debug.assert(@sizeOf(Piece) == @sizeOf(raw.Buffer));
        std.debug.assert(@offsetOf(Piece, "size") == @offsetOf(raw.Buffer, "size"));
    }
}
