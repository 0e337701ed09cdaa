// SPDX-License-Identifier: MIT

//! Changes of what is watched, and waits that find nothing: as
//! bench/c/changes.h and bench/c/timeouts.h.

use crate::help::*;
use crate::pipes::{settle, watch};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

fn open_idle(count: usize) -> (Vec<OwnedFd>, Vec<OwnedFd>) {
    (0..count).map(|_| idle_pipe()).unzip()
}

fn change_once<L: Loop>(looped: &mut L, count: usize, took: &mut [i64; 3]) {
    let steps: [fn(&mut L, usize); 3] = [L::add, L::modify, L::remove];
    let mut at = cpu_ns();
    for (step, took) in steps.iter().zip(took) {
        for i in 0..count {
            step(looped, i);
        }
        settle(looped);
        let now = cpu_ns();
        *took += now - at;
        at = now;
    }
}

pub fn change<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let (ends, _peers) = open_idle(count);
    let mut looped = L::open(count, Mode::Edge);
    for (i, fd) in ends.into_iter().enumerate() {
        looped.create(i, fd);
    }
    let (mut took, mut done) = ([0; 3], 0);
    change_once(&mut looped, count, &mut took);
    took = [0; 3];
    while done < request.operations {
        change_once(&mut looped, count, &mut took);
        done += count;
    }
    for (name, took) in ["add", "modify", "remove"].iter().zip(took) {
        each(name, took, done);
    }
    operations(done);
}

pub fn life<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let (ends, _peers) = open_idle(count);
    let mut looped = L::open(count + 1, Mode::Edge);
    for (i, fd) in ends.into_iter().enumerate() {
        looped.create(i, fd);
        looped.add(i);
    }
    let (one, _other) = idle_pipe();
    let began = cpu_ns();
    for _ in 0..request.operations {
        looped.create(count, duplicate(one.as_raw_fd()));
        looped.add(count);
        settle(&mut looped);
        looped.remove(count);
        looped.destroy(count);
        settle(&mut looped);
    }
    each("life", cpu_ns() - began, request.operations);
    operations(request.operations);
}

pub fn empty<L: Loop>(request: &Request) {
    let (ends, _peers) = open_idle(request.numbers[0]);
    let mut looped: L = watch(ends, Mode::Edge);
    if request.word == "threaded" {
        std::thread::spawn(|| loop {
            std::thread::park();
        });
    }
    settle(&mut looped);
    let began = cpu_ns();
    for _ in 0..request.operations {
        settle(&mut looped);
    }
    each("wait", cpu_ns() - began, request.operations);
    operations(request.operations);
}

/// Of all allocators: Rust's is the C library's.
fn heap_bytes() -> i64 {
    // SAFETY: it only reads.
    let heap = unsafe { libc::mallinfo2() };
    (heap.uordblks + heap.hblkhd) as i64
}

pub fn memory<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let (mut ends, _peers) = open_idle(count);
    let mut looped = L::open(count, Mode::Edge);
    let bare = heap_bytes();
    // Drained, for the vector itself has to stay.
    for (i, fd) in ends.drain(..).enumerate() {
        looped.create(i, fd);
    }
    let objects = heap_bytes();
    for i in 0..count {
        looped.add(i);
    }
    settle(&mut looped);
    each("object", objects - bare, count);
    each("watching", heap_bytes() - objects, count);
    operations(count);
}

pub fn timeout<L: Loop>(request: &Request) {
    let timeout = request.numbers[0];
    let mut looped = L::open(1, Mode::Edge);
    let mut late: Vec<i64> = (0..request.operations)
        .map(|_| {
            let began = wall_ns();
            let duration = Duration::from_nanos(timeout as u64);
            looped.wait(Some(duration), &mut |_, _| panic!("an event too many"));
            wall_ns() - began - timeout as i64
        })
        .collect();
    late.sort_unstable();
    let early = late.iter().filter(|one| **one < 0).count();
    each("median", late[late.len() / 2], 1);
    each("p99", late[late.len() * 99 / 100], 1);
    each("worst", late[late.len() - 1], 1);
    each("early", early as i64, late.len());
    operations(late.len());
}
