// SPDX-License-Identifier: MIT

//! Counts what the whole program takes from C's allocator, the library's
//! calls among it: a program's own malloc comes before that of libc.

const std = @import("std");

var count: std.atomic.Value(usize) = .init(0);

pub fn allocations() usize {
    return count.load(.monotonic);
}

const Malloc = *const fn (usize) callconv(.c) ?*anyopaque;
const Calloc = *const fn (usize, usize) callconv(.c) ?*anyopaque;
const Realloc = *const fn (?*anyopaque, usize) callconv(.c) ?*anyopaque;

/// The next one of that name: RTLD_NEXT is -1 in glibc and in musl.
fn next(comptime Function: type, comptime name: [:0]const u8) Function {
    const rtld_next: ?*anyopaque = @ptrFromInt(std.math.maxInt(usize));
    return @ptrCast(@alignCast(dlsym(rtld_next, name).?));
}

extern "c" fn dlsym(handle: ?*anyopaque, symbol: [*:0]const u8) ?*anyopaque;

export fn malloc(size: usize) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next(Malloc, "malloc")(size);
}

export fn calloc(items: usize, size: usize) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next(Calloc, "calloc")(items, size);
}

export fn realloc(old: ?*anyopaque, size: usize) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next(Realloc, "realloc")(old, size);
}
