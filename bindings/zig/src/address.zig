// SPDX-License-Identifier: MIT

//! Addresses: plain data, made of text and made into text.

const std = @import("std");
const raw = @import("raw.zig");
const status = @import("status.zig");
const Error = status.Error;

pub const Family = enum(u32) {
    none = raw.FAMILY_NONE,
    inet = raw.FAMILY_INET,
    inet6 = raw.FAMILY_INET6,
    unix = raw.FAMILY_UNIX,
    unix_abstract = raw.FAMILY_UNIX_ABSTRACT,
    pipe = raw.FAMILY_PIPE,
    other = raw.FAMILY_OTHER,
    _,
};

/// An address; its layout is that of C. Two are equal when their bytes are.
pub const Address = extern struct {
    family: Family = .none,
    /// Host order.
    port: u32 = 0,
    /// inet6: index of the interface, or 0.
    scope: u32 = 0,
    /// inet6: flow information, host order.
    flow: u32 = 0,
    /// Bytes used in data.
    size: u32 = 0,
    reserved: [3]u32 = @splat(0),
    data: [256]u8 = @splat(0),

    /// Room for any text of an address.
    pub const text_size = raw.ADDRESS_TEXT_SIZE;

    /// Makes an address of "127.0.0.1:80", "[::1]:80", "unix:/run/x" or
    /// "unix:@name". No names are resolved.
    pub fn parse(string: []const u8) Error!Address {
        var address: Address = .{};
        try status.check(raw.iosrc_address_parse(string.ptr, string.len, address.c()));
        return address;
    }

    /// The text of the address, in the caller's room.
    pub fn text(address: *const Address, room: []u8) Error![]const u8 {
        const size = raw.iosrc_address_format(@ptrCast(address), room.ptr, room.len);
        return room[0..try status.count(size)];
    }

    /// For "{f}" in formats.
    pub fn format(address: Address, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        var room: [text_size]u8 = undefined;
        return writer.writeAll(address.text(&room) catch "(no address)");
    }

    /// The bytes in use: the path, the name, or the number in network order.
    pub fn bytes(address: *const Address) []const u8 {
        return address.data[0..@min(address.size, address.data.len)];
    }

    pub fn eql(a: *const Address, b: *const Address) bool {
        return std.mem.eql(u8, std.mem.asBytes(a), std.mem.asBytes(b));
    }

    /// The same memory for the C interface.
    pub fn c(address: *Address) *raw.Address {
        return @ptrCast(address);
    }
};

comptime {
    std.debug.assert(@sizeOf(Address) == @sizeOf(raw.Address));
    std.debug.assert(@alignOf(Address) == @alignOf(raw.Address));
    for (@typeInfo(raw.Address).@"struct".field_names) |name|
        std.debug.assert(@offsetOf(Address, name) == @offsetOf(raw.Address, name));
}
