// SPDX-License-Identifier: MIT

//! libiosrc for Zig: non-blocking I/O readiness. A `Source` wraps a handle, a
//! `Poller` waits for many of them and stores events in the caller's array, a
//! `Waker` ends a wait. Nothing here allocates: what the library needs for an
//! object it takes when that is made.
//!
//! In edge mode, which is the default, go on reading or writing until
//! error.WouldBlock, the end, or another error: only then comes the next
//! event. iosrc.h, the manual, tells the rest.

const address = @import("address.zig");
const batch = @import("batch.zig");
const bits = @import("bits.zig");
const poller = @import("poller.zig");
const source = @import("source.zig");
const status = @import("status.zig");

/// The C interface as it is.
pub const raw = @import("raw.zig");

pub const Address = address.Address;
pub const Family = address.Family;

pub const IoItem = batch.IoItem;
pub const Opcode = batch.Opcode;
pub const RegisterItem = batch.RegisterItem;

pub const Event = bits.Event;
pub const Interest = bits.Interest;
pub const Ready = bits.Ready;

pub const Backend = poller.Backend;
pub const Capabilities = poller.Capabilities;
pub const Counters = poller.Counters;
pub const Poller = poller.Poller;
pub const Waker = poller.Waker;

pub const BindFlags = source.BindFlags;
pub const Buffer = source.Buffer;
pub const ConnectOptions = source.ConnectOptions;
pub const ConstBuffer = source.ConstBuffer;
pub const Handle = source.Handle;
pub const HandleType = source.HandleType;
pub const ListenOptions = source.ListenOptions;
pub const Option = source.Option;
pub const Received = source.Received;
pub const ReceivedFrom = source.ReceivedFrom;
pub const RecvFlags = source.RecvFlags;
pub const SendFlags = source.SendFlags;
pub const Source = source.Source;
pub const Type = source.Type;

pub const Error = status.Error;
pub const Kind = status.Kind;
pub const Status = status.Status;
pub const kindOf = status.kindOf;
pub const lastStatus = status.lastStatus;

/// The version of the library that runs, as 0xMMmmpppp.
pub fn version() u32 {
    return raw.iosrc_version();
}
