// SPDX-License-Identifier: MIT

//! Uses the raw layer for Rust.

// Older compilers want no unsafe block in an unsafe function, newer ones do.
#![allow(unused_unsafe)]

mod offsets;
mod sys;

use std::ffi::{c_void, CStr};
use std::ptr::null_mut;
use sys::*;

const TOKEN: u64 = u64::MAX;

unsafe extern "C" fn operation(handle: Handle, user: *mut c_void) -> i64 {
    unsafe { *user.cast::<isize>() = handle.0 };
    1 << 40
}

unsafe fn use_pair() {
    let (mut reader, mut writer) = (null_mut(), null_mut());
    let mut room = [0u8; 8];
    let mut seen = -1isize;

    unsafe {
        assert_eq!(
            iosrc_pair(TYPE_STREAM, &mut reader, &mut writer),
            Status::OK
        );
        let at = room.as_mut_ptr().cast();
        assert_eq!(iosrc_read(reader, at, 8), Status::E_WOULD_BLOCK.0 as i64);
        assert_eq!(iosrc_write(writer, b"data".as_ptr().cast(), 4), 4);
        assert_eq!(iosrc_read(reader, at, 8), 4);
        assert_eq!(&room[..4], b"data");
        let user = (&mut seen as *mut isize).cast();
        assert_eq!(
            iosrc_do_io(reader, Bits(0), Some(operation), user),
            1 << 40
        );
        assert_eq!(Handle(seen), iosrc_source_handle(reader));
        assert_eq!(iosrc_close(reader), Status::OK);
        assert_eq!(iosrc_close(writer), Status::OK);
    }
}

fn main() {
    let (mut poller, mut waker) = (null_mut(), null_mut());
    let mut events = [Event::ZERO; 4];

    offsets::check();
    unsafe {
        assert_eq!(iosrc_version(), VERSION);
        let name = CStr::from_ptr(iosrc_status_name(Status::E_CLOSED).cast());
        assert_eq!(name.to_bytes(), b"IOSRC_E_CLOSED");
        assert!(iosrc_backend_name(BACKEND_DEFAULT).is_null());
        assert_eq!(
            iosrc_poller_create(std::ptr::null(), 0, null_mut()),
            Status::E_INVALID
        );
        assert_eq!(
            iosrc_poller_create(std::ptr::null(), 0, &mut poller),
            Status::OK
        );
        assert_eq!(iosrc_waker_create(poller, TOKEN, &mut waker), Status::OK);
        assert_eq!(iosrc_waker_wake(waker), Status::OK);
        assert_eq!(iosrc_poller_wait(poller, events.as_mut_ptr(), 4, -1), 1);
        assert_eq!(events[0].token, TOKEN);
        assert_eq!(events[0].ready, Bits::READABLE);
        use_pair();
        assert_eq!(iosrc_waker_release(waker), Status::OK);
        assert_eq!(iosrc_poller_release(poller), Status::OK);
    }
    println!("ok");
}
