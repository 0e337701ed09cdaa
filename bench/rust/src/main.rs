// SPDX-License-Identifier: MIT

//! The contenders in Rust: PROGRAM mio|polling|iosrc list, or LOAD OPERATIONS
//! [NUMBER...] [WORD], and the figures as bench/c/main.h says. The loads are
//! those of bench/c, generic over Loop.

mod changes;
mod echo;
mod help;
mod iosrc_loop;
mod mio_loop;
mod pipes;
mod polling_loop;
mod wakers;

use help::{Loop, Request};

fn list<L: Loop>() {
    for load in [
        "pipes",
        "growth",
        "threads",
        "echo-together",
        "echo-apart",
        "accept",
        "change",
        "life",
        "empty",
        "memory",
        "ready",
        "wake",
        "timeout",
    ] {
        println!("{load}");
    }
    for (load, reason) in L::LACKS {
        println!("{load}: {reason}");
    }
    println!("*: measured in C alone");
    println!("version: {}", L::VERSION);
}

fn run<L: Loop>(load: &str, request: &Request) -> bool {
    match load {
        "pipes" => pipes::pipes::<L>(request),
        "growth" => pipes::growth::<L>(request),
        "threads" => pipes::threads::<L>(request),
        "echo-together" => echo::together::<L>(request),
        "echo-apart" => echo::apart::<L>(request),
        "accept" => echo::accept::<L>(request),
        "change" => changes::change::<L>(request),
        "life" => changes::life::<L>(request),
        "empty" => changes::empty::<L>(request),
        "memory" => changes::memory::<L>(request),
        "ready" => pipes::ready::<L>(request),
        "wake" => wakers::wake::<L>(request),
        "timeout" => changes::timeout::<L>(request),
        _ => return false,
    }
    true
}

fn main_of<L: Loop>(arguments: &[String]) -> bool {
    match arguments {
        [word] if word == "list" => {
            list::<L>();
            true
        }
        [load, rest @ ..] if !rest.is_empty() => run::<L>(load, &Request::new(rest)),
        _ => false,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    help::allow_descriptors();
    let known = match arguments.first().map(String::as_str) {
        Some("mio") => main_of::<mio_loop::Mio>(&arguments[1..]),
        Some("polling") => main_of::<polling_loop::Polling>(&arguments[1..]),
        Some("iosrc") => main_of::<iosrc_loop::Iosrc>(&arguments[1..]),
        _ => false,
    };
    if !known {
        eprintln!("usage: mio|polling|iosrc list | LOAD OPERATIONS [NUMBER...] [WORD]");
        std::process::exit(2);
    }
}
