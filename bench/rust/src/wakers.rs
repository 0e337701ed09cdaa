// SPDX-License-Identifier: MIT

//! Ending a wait: as bench/c/wakers.h.

use crate::help::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

fn await_wake<L: Loop>(looped: &mut L, timeout: Option<Duration>) {
    let mut seen = false;
    while !seen {
        looped.wait(timeout, &mut |_, i| {
            assert_eq!(i, WAKER);
            seen = true;
        });
    }
}

fn this_self<L: Loop>(mut looped: L, wanted: usize) -> i64 {
    let waker = looped.waker();
    let began = cpu_ns();
    for _ in 0..wanted {
        L::wake(&waker);
        await_wake(&mut looped, Some(Duration::ZERO));
    }
    cpu_ns() - began
}

fn pending<L: Loop>(mut looped: L, wanted: usize) -> i64 {
    let waker = looped.waker();
    L::wake(&waker);
    let began = cpu_ns();
    for _ in 0..wanted {
        L::wake(&waker);
    }
    let took = cpu_ns() - began;
    await_wake(&mut looped, Some(Duration::ZERO));
    took
}

// A waker that ends may take its last wake along: each outlives its thread.

/// The loop's thread works on something of its own meanwhile.
fn awake<L: Loop>(mut looped: L, wanted: usize) -> i64 {
    let kept = looped.waker();
    let waker = kept.clone();
    let over = Arc::new(AtomicBool::new(false));
    let told = over.clone();
    let thread = thread::spawn(move || {
        let began = thread_cpu_ns();
        for _ in 0..wanted {
            L::wake(&waker);
        }
        let took = thread_cpu_ns() - began;
        told.store(true, Ordering::SeqCst);
        took
    });
    while !over.load(Ordering::SeqCst) {}
    await_wake(&mut looped, Some(Duration::ZERO));
    drop(kept);
    thread.join().unwrap()
}

fn asleep<L: Loop>(mut looped: L, wanted: usize) -> i64 {
    let kept = looped.waker();
    let waker = kept.clone();
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::new(AtomicUsize::new(0));
    let (asking, seeing) = (asked.clone(), seen.clone());
    let thread = thread::spawn(move || {
        let mut took = 0;
        for i in 0..wanted {
            // Long enough for the other to have gone to sleep.
            thread::sleep(Duration::from_micros(100));
            asking.store(i + 1, Ordering::SeqCst);
            let began = thread_cpu_ns();
            L::wake(&waker);
            took += thread_cpu_ns() - began;
            while seeing.load(Ordering::SeqCst) <= i {
                thread::yield_now();
            }
        }
        took
    });
    while seen.load(Ordering::SeqCst) < wanted {
        await_wake(&mut looped, None);
        seen.store(asked.load(Ordering::SeqCst), Ordering::SeqCst);
    }
    drop(kept);
    thread.join().unwrap()
}

fn pingpong<L: Loop>(mut here: L, wanted: usize) -> i64 {
    let kept = here.waker();
    let back = kept.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        let mut there = L::open(1, Mode::Edge);
        sender.send(there.waker()).unwrap();
        for _ in 0..wanted / 2 {
            await_wake(&mut there, None);
            L::wake(&back);
        }
    });
    let forth = receiver.recv().unwrap();
    let began = wall_ns();
    for _ in 0..wanted / 2 {
        L::wake(&forth);
        await_wake(&mut here, None);
    }
    let took = wall_ns() - began;
    drop(kept);
    thread.join().unwrap();
    took
}

pub fn wake<L: Loop>(request: &Request) {
    let wanted = (request.operations + 1) / 2 * 2;
    let looped = L::open(1, Mode::Edge);
    let took = match request.word.as_str() {
        "self" => this_self(looped, wanted),
        "pending" => pending(looped, wanted),
        "awake" => awake(looped, wanted),
        "asleep" => asleep(looped, wanted),
        "pingpong" => pingpong(looped, wanted),
        word => panic!("no such wake: {word}"),
    };
    each("wake", took, wanted);
    operations(wanted);
}
