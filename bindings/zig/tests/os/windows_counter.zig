// SPDX-License-Identifier: MIT

//! Counts what the library takes from its C runtime: the places where the DLL
//! keeps the addresses of malloc and its like are made to name ours.

const std = @import("std");

var count: std.atomic.Value(usize) = .init(0);
var installed = false;

pub fn allocations() usize {
    if (!installed) install();
    installed = true;
    return count.load(.monotonic);
}

const Malloc = *const fn (usize) callconv(.c) ?*anyopaque;
const Calloc = *const fn (usize, usize) callconv(.c) ?*anyopaque;
const Realloc = *const fn (?*anyopaque, usize) callconv(.c) ?*anyopaque;

var next_malloc: Malloc = undefined;
var next_calloc: Calloc = undefined;
var next_realloc: Realloc = undefined;

fn malloc(size: usize) callconv(.c) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next_malloc(size);
}

fn calloc(items: usize, size: usize) callconv(.c) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next_calloc(items, size);
}

fn realloc(old: ?*anyopaque, size: usize) callconv(.c) ?*anyopaque {
    _ = count.fetchAdd(1, .monotonic);
    return next_realloc(old, size);
}

extern "kernel32" fn GetModuleHandleA(name: [*:0]const u8) callconv(.winapi) ?[*]u8;
extern "kernel32" fn VirtualProtect(
    place: *usize,
    size: usize,
    protection: u32,
    old: *u32,
) callconv(.winapi) c_int;

const page_readwrite = 4;

fn at(comptime T: type, base: [*]u8, offset: usize) T {
    return std.mem.readInt(T, base[offset..][0..@sizeOf(T)], .little);
}

/// The places of a 64-bit DLL, as the system has filled them in.
fn install() void {
    const base = GetModuleHandleA("iosrc.dll").?;
    const optional_header = at(u32, base, 0x3c) + 24;
    var descriptor: usize = at(u32, base, optional_header + 112 + 8);
    while (at(u32, base, descriptor + 12) != 0) : (descriptor += 20) {
        const names = at(u32, base, descriptor);
        const places = at(u32, base, descriptor + 16);
        var i: usize = 0;
        while (at(usize, base, names + i) != 0) : (i += @sizeOf(usize)) {
            const name: [*:0]u8 = @ptrCast(base + at(usize, base, names + i) + 2);
            replace(std.mem.span(name), @ptrCast(@alignCast(base + places + i)));
        }
    }
}

fn replace(name: []const u8, place: *usize) void {
    if (std.mem.eql(u8, name, "malloc")) {
        next_malloc = @ptrFromInt(place.*);
        put(place, @intFromPtr(&malloc));
    } else if (std.mem.eql(u8, name, "calloc")) {
        next_calloc = @ptrFromInt(place.*);
        put(place, @intFromPtr(&calloc));
    } else if (std.mem.eql(u8, name, "realloc")) {
        next_realloc = @ptrFromInt(place.*);
        put(place, @intFromPtr(&realloc));
    }
}

fn put(place: *usize, address: usize) void {
    var old: u32 = 0;
    if (VirtualProtect(place, @sizeOf(usize), page_readwrite, &old) == 0) return;
    place.* = address;
    _ = VirtualProtect(place, @sizeOf(usize), old, &old);
}
