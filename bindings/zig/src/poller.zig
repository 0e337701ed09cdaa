// SPDX-License-Identifier: MIT

//! Pollers, which wait for many sources at once, and wakers, which end a wait.

const std = @import("std");
const raw = @import("raw.zig");
const status = @import("status.zig");
const batch = @import("batch.zig");
const bits = @import("bits.zig");
const Error = status.Error;
const Event = bits.Event;
const Handle = raw.Handle;

pub const Backend = enum(u32) {
    /// That of the environment's IOSRC_BACKEND, else the best that works.
    default = raw.BACKEND_DEFAULT,
    epoll = raw.BACKEND_EPOLL,
    poll = raw.BACKEND_POLL,
    kqueue = raw.BACKEND_KQUEUE,
    evport = raw.BACKEND_EVPORT,
    afd = raw.BACKEND_AFD,
    wasi = raw.BACKEND_WASI,
    fake = raw.BACKEND_FAKE,
    _,

    /// The name, when it is linked into the library.
    pub fn name(backend: Backend) ?[:0]const u8 {
        const text = raw.iosrc_backend_name(@backingInt(backend)) orelse return null;
        return std.mem.span(text);
    }
};

/// What a poller can do.
pub const Capabilities = packed struct(u64) {
    /// What may be registered.
    interest: bits.Interest,
    expose: bool,
    wait_below_ms: bool,
    share_wait: bool,
    poll_files: bool,
    io_uring: bool,
    reserved: u27,
};

pub const Counters = raw.PollerCounters;

/// One reference to a poller. `deinit` drops it and leaves the variable empty:
/// every later call on it fails with error.Invalid. The last one closes the
/// poller; sources that were registered live on unregistered.
pub const Poller = struct {
    inner: ?*raw.Poller,

    pub const Options = struct {
        /// A signal ends a wait with error.Interrupted.
        interruptible: bool = false,
        /// ioMany may use an io_uring.
        io_uring: bool = false,
        backend: Backend = .default,
    };

    pub fn init(options: Options) Error!Poller {
        const given: raw.PollerOptions = .{
            .flags = (if (options.interruptible) raw.POLLER_INTERRUPTIBLE else 0) |
                (if (options.io_uring) raw.POLLER_IO_URING else 0),
            .backend = @backingInt(options.backend),
        };
        var inner: ?*raw.Poller = null;
        try status.check(raw.iosrc_poller_create(&given, @sizeOf(@TypeOf(given)), &inner));
        return .{ .inner = inner };
    }

    /// Drops the reference. Dropping it twice does nothing.
    pub fn deinit(poller: *Poller) void {
        const inner = poller.inner;
        poller.inner = null;
        _ = raw.iosrc_poller_release(inner);
    }

    /// Another reference, for another owner.
    pub fn retain(poller: Poller) Error!Poller {
        try status.check(raw.iosrc_poller_retain(try poller.get()));
        return poller;
    }

    /// The object of the C interface.
    pub fn get(poller: Poller) Error!*raw.Poller {
        return poller.inner orelse status.fail(.invalid);
    }

    /// Waits for at most `timeout_ns`, for ever when that is null, and answers
    /// the part of `events` that was filled. Nothing is allocated. Several
    /// threads may wait.
    pub fn wait(poller: Poller, events: []Event, timeout_ns: ?u64) Error![]Event {
        const most = std.math.maxInt(i64);
        const timeout: i64 = if (timeout_ns) |ns| @intCast(@min(ns, most)) else -1;
        const filled = try status.count(raw.iosrc_poller_wait(
            try poller.get(),
            @ptrCast(events.ptr),
            events.len,
            timeout,
        ));
        return events[0..filled];
    }

    /// Whether the registration that an event tells of is still the same: to
    /// be asked before its token is followed, when handling an earlier event
    /// may have ended it.
    pub fn isCurrent(poller: Poller, event: Event) bool {
        return raw.iosrc_is_current(poller.inner, event.registration) != 0;
    }

    /// The poller's handle, for another loop to watch.
    pub fn expose(poller: Poller) Error!Handle {
        var handle: Handle = -1;
        try status.check(raw.iosrc_poller_expose(try poller.get(), &handle));
        return handle;
    }

    pub fn backend(poller: Poller) Backend {
        return @fromBackingInt(raw.iosrc_poller_backend(poller.inner));
    }

    pub fn capabilities(poller: Poller) Capabilities {
        return @bitCast(raw.iosrc_poller_capabilities(poller.inner));
    }

    pub fn counters(poller: Poller) Error!Counters {
        var all: Counters = undefined;
        try status.check(raw.iosrc_poller_stats(try poller.get(), &all, @sizeOf(Counters)));
        return all;
    }

    /// Registers many sources; each item gets its status. Answers how many
    /// succeeded.
    pub fn registerMany(poller: Poller, items: []batch.RegisterItem) Error!usize {
        return status.count(raw.iosrc_register_many(
            try poller.get(),
            @ptrCast(items.ptr),
            items.len,
            @sizeOf(batch.RegisterItem),
        ));
    }

    /// Reads and writes through many sources; each item gets its result.
    /// Answers how many succeeded.
    pub fn ioMany(poller: Poller, items: []batch.IoItem) Error!usize {
        return status.count(raw.iosrc_io_many(
            try poller.get(),
            @ptrCast(items.ptr),
            items.len,
            @sizeOf(batch.IoItem),
            null,
            0,
        ));
    }
};

/// One reference to a waker: it ends a wait from another thread or a signal
/// handler, and arrives as an event of its own token.
pub const Waker = struct {
    inner: ?*raw.Waker,

    pub fn init(poller: Poller, token: u64) Error!Waker {
        var inner: ?*raw.Waker = null;
        try status.check(raw.iosrc_waker_create(try poller.get(), token, &inner));
        return .{ .inner = inner };
    }

    /// Drops the reference; the last one ends the waker and drops a wake that
    /// was not reported yet.
    pub fn deinit(waker: *Waker) void {
        const inner = waker.inner;
        waker.inner = null;
        _ = raw.iosrc_waker_release(inner);
    }

    /// Another reference: each thread that wakes holds its own.
    pub fn retain(waker: Waker) Error!Waker {
        try status.check(raw.iosrc_waker_retain(try waker.get()));
        return waker;
    }

    /// Never lost while a reference is held; many wakes give at least one
    /// event. May be called from a signal handler.
    pub fn wake(waker: Waker) Error!void {
        return status.check(raw.iosrc_waker_wake(try waker.get()));
    }

    /// The object of the C interface.
    pub fn get(waker: Waker) Error!*raw.Waker {
        return waker.inner orelse status.fail(.invalid);
    }
};

comptime {
    const all: Capabilities = @bitCast(raw.CAN_IO_URING | raw.LEVEL);
    std.debug.assert(all.io_uring and all.interest.level);
}
