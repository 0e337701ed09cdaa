// SPDX-License-Identifier: MIT

//! Loads of one byte an event, and of many events a wait: as bench/c/pipes.h
//! and bench/c/ready.h.

use crate::help::*;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::{Arc, Barrier};
use std::time::Duration;

pub fn watch<L: Loop>(fds: Vec<OwnedFd>, mode: Mode) -> L {
    let mut looped = L::open(fds.len(), mode);
    for (i, fd) in fds.into_iter().enumerate() {
        looped.create(i, fd);
        looped.add(i);
    }
    looped
}

/// What is queued takes effect, and nothing is ready.
pub fn settle<L: Loop>(looped: &mut L) {
    looped.wait(Some(Duration::ZERO), &mut |_, _| {
        panic!("an event too many")
    });
}

struct Pipes {
    peers: Vec<OwnedFd>,
    writes: usize,
    fired: usize,
    seen: usize,
}

impl Pipes {
    fn open<L: Loop>(count: usize) -> (Pipes, L) {
        let (ends, peers) = (0..count).map(|_| unix_pair()).unzip();
        let pipes = Pipes {
            peers,
            writes: 0,
            fired: 0,
            seen: 0,
        };
        (pipes, watch(ends, Mode::Edge))
    }

    #[inline]
    fn fire(&mut self, to: usize) {
        assert_eq!(write_fd(self.peers[to].as_raw_fd(), b"e"), Some(1));
        self.fired += 1;
    }

    #[inline]
    fn read<L: Loop>(&mut self, looped: &mut L, i: usize) {
        let mut bytes = [0; ROOM];
        self.seen += looped.read(i, &mut bytes).unwrap();
        if self.writes > 0 {
            self.writes -= 1;
            self.fire(if i + 1 < self.peers.len() { i + 1 } else { 0 });
        }
    }

    fn run<L: Loop>(&mut self, looped: &mut L, active: usize, writes: usize) {
        let until = self.seen + active + writes;
        self.writes = writes;
        for i in 0..active {
            self.fire(i * (self.peers.len() / active));
        }
        while self.seen < until {
            looped.wait(None, &mut |looped, i| self.read(looped, i));
        }
        assert_eq!(self.seen, self.fired);
    }
}

pub fn pipes<L: Loop>(request: &Request) {
    let (active, writes) = (request.numbers[1], request.numbers[2]);
    let (mut pipes, mut looped) = Pipes::open::<L>(request.numbers[0]);
    pipes.run(&mut looped, active, writes);
    pipes.seen = 0;
    pipes.fired = 0;
    let began = cpu_ns();
    while pipes.seen < request.operations {
        pipes.run(&mut looped, active, writes);
    }
    each("event", cpu_ns() - began, pipes.seen);
    operations(pipes.seen);
}

pub fn growth<L: Loop>(request: &Request) {
    let (count, active) = (request.numbers[0] / 2 * 2, 100);
    let mut ends = Vec::new();
    for _ in 0..count / 2 {
        let (one, other) = unix_pair();
        ends.extend([one, other]);
    }
    let numbers: Vec<RawFd> = ends.iter().map(AsRawFd::as_raw_fd).collect();
    let mut looped: L = watch(ends, Mode::Edge);
    let (mut seen, mut turn) = (0, 0);
    settle(&mut looped);
    let began = cpu_ns();
    while seen < request.operations {
        let until = seen + active;
        for i in 0..active {
            let to = (i * (count / active) + turn) % count;
            assert_eq!(write_fd(numbers[to], b"e"), Some(1));
        }
        turn += 1;
        while seen < until {
            looped.wait(None, &mut |looped, i| {
                let mut bytes = [0; ROOM];
                assert_eq!(looped.read(i, &mut bytes), Some(1));
                seen += 1;
            });
        }
    }
    each("event", cpu_ns() - began, seen);
    operations(seen);
}

pub fn threads<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let wanted = (request.operations + count - 1) / count;
    let barrier = Arc::new(Barrier::new(count + 1));
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let barrier = barrier.clone();
            std::thread::spawn(move || {
                let (mut pipes, mut looped) = Pipes::open::<L>(100);
                barrier.wait();
                while pipes.seen < wanted {
                    pipes.run(&mut looped, 1, 100);
                }
                pipes.seen
            })
        })
        .collect();
    barrier.wait();
    let (cpu, wall) = (cpu_ns(), wall_ns());
    let seen = threads.into_iter().map(|one| one.join().unwrap()).sum();
    each("event", cpu_ns() - cpu, seen);
    each("wall", wall_ns() - wall, seen);
    operations(seen);
}

pub fn ready<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let mode = if request.word == "level" {
        Mode::Level
    } else {
        Mode::Edge
    };
    let fds: Vec<OwnedFd> = (0..count).map(|_| eventfd()).collect();
    let numbers: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    let mut looped: L = watch(fds, mode);
    let mut times = vec![0_u32; count];
    let fill = || {
        for fd in &numbers {
            assert_eq!(write_fd(*fd, &1_u64.to_ne_bytes()), Some(8));
        }
    };
    let (mut seen, mut turns, mut took) = (0, 0, 0);
    fill();
    while seen < request.operations {
        let until = seen + count;
        let began = cpu_ns();
        while seen < until {
            looped.wait(None, &mut |_, i| {
                times[i] += 1;
                seen += 1;
            });
        }
        took += cpu_ns() - began;
        turns += 1;
        if mode == Mode::Edge {
            let mut value = [0; 8];
            for i in 0..count {
                while looped.read(i, &mut value).is_some() {}
            }
            fill();
        }
    }
    let exact = mode == Mode::Edge;
    assert!(times
        .iter()
        .all(|one| if exact { *one == turns } else { *one > 0 }));
    each("event", took, seen);
    operations(seen);
}
