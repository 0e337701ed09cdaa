// SPDX-License-Identifier: MIT

//! What the crossing from Rust costs: ns of each call, the least of several
//! rounds. Built and run by rust.sh; ROUNDS and CALLS change how much.

use iosrc::{net, sys, Events, Interest, Poller};
use std::io::ErrorKind;
use std::ptr;
use std::time::{Duration, Instant};

fn number(name: &str, default: u32) -> u32 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A value that the compiler knows nothing of; std's is newer than Rust 1.63.
fn black_box<T: Copy>(value: T) -> T {
    // SAFETY: the pointer is to a value that is there.
    unsafe { ptr::read_volatile(&value) }
}

/// ns for each of `calls` that one run of `work` makes.
fn measure(name: &str, calls: u32, mut work: impl FnMut()) {
    let best = (0..number("ROUNDS", 9))
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!(
        "{name:<44}{:>10.1}",
        best.as_nanos() as f64 / f64::from(calls)
    );
}

fn main() {
    let calls = number("CALLS", 200_000).max(64);
    let poller = Poller::new().unwrap();
    let (source, peer) = net::pair(sys::TYPE_STREAM).unwrap();
    poller.register(&source, 1, Interest::READABLE).unwrap();

    println!(
        "{:<44}{:>10}",
        format!("Rust, {}", poller.backend_name()),
        "ns"
    );
    measure("rearm", calls, || {
        for _ in 0..calls {
            source.rearm(black_box(Interest::READABLE)).unwrap();
        }
    });
    measure("do_io, the closure answers a count", calls, || {
        for _ in 0..calls {
            source
                .do_io(Interest::READABLE, |_| Ok(black_box(1)))
                .unwrap();
        }
    });
    measure("do_io, would block", calls, || {
        for _ in 0..calls {
            let result: std::io::Result<()> =
                source.do_io(Interest::READABLE, |_| Err(ErrorKind::WouldBlock.into()));
            assert!(result.is_err());
        }
    });
    let mut room = [0; 64];
    measure("read of 0 bytes", calls, || {
        for _ in 0..calls {
            assert_eq!(source.read(&mut room[..0]).unwrap(), 0);
        }
    });
    measure("read, would block", calls / 8, || {
        for _ in 0..calls / 8 {
            assert!(source.read(&mut room).is_err());
        }
    });
    measure("write and read of 64 bytes", calls / 8, || {
        for _ in 0..calls / 8 {
            assert_eq!(peer.write(&[1; 64]).unwrap(), 64);
            assert_eq!(source.read(&mut room).unwrap(), 64);
        }
    });
    batch(calls);
}

/// 64 sources that are always ready, all in one wait.
fn batch(calls: u32) {
    let poller = Poller::new().unwrap();
    let mut events = Events::with_capacity(64);
    let pairs: Vec<_> = (0..64)
        .map(|_| net::pair(sys::TYPE_STREAM).unwrap())
        .collect();
    for (token, (source, _)) in pairs.iter().enumerate() {
        let interest = Interest::WRITABLE | Interest::LEVEL;
        poller.register(source, token as u64, interest).unwrap();
    }
    let waits = calls / 64;
    measure("event of 64, wait and all", waits * 64, || {
        for _ in 0..waits {
            assert_eq!(poller.wait(&mut events, Some(Duration::ZERO)).unwrap(), 64);
        }
    });
    let mut sum = 0u64;
    measure("event of 64, looked at", waits * 64, || {
        for _ in 0..waits {
            for event in black_box(&events) {
                sum = sum.wrapping_add(event.token() + u64::from(event.is_writable()));
            }
        }
    });
    black_box(sum);
    let memory = &mut [0; 64];
    let mut batch = poller.io_many();
    for (source, _) in &pairs {
        batch.read(source, 0..64).unwrap();
    }
    measure("a read of io_many's 64, would block", waits * 64, || {
        for _ in 0..waits {
            assert_eq!(batch.run(memory).unwrap(), 0);
        }
    });
}
