// SPDX-License-Identifier: MIT

//! Connections on which a message goes to and fro: as bench/c/echo.h.

use crate::help::*;
use crate::pipes::watch;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command};

fn listen_tcp() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // std asks for 128 places; the client may be faster.
    // SAFETY: the listener is open.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 1024) }, 0);
    listener
}

fn tcp_pair(listener: &TcpListener) -> (OwnedFd, OwnedFd) {
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    one.set_nonblocking(true).unwrap();
    let other = accept_fd(listener.as_raw_fd()).unwrap();
    tune_tcp(one.as_raw_fd());
    tune_tcp(other.as_raw_fd());
    (one.into(), other)
}

fn run<L: Loop>(looped: &mut L, warm: usize, wanted: usize) {
    let mut turns = |until: usize| {
        let mut seen = 0;
        while seen < until {
            looped.wait(None, &mut |looped, i| {
                let mut bytes = [0; ROOM];
                let size = looped.read(i, &mut bytes).unwrap();
                assert!(size > 0);
                assert_eq!(looped.write(i, &bytes[..size]), Some(size));
                seen += 1;
            });
        }
        seen
    };
    turns(warm);
    let began = cpu_ns();
    let seen = turns(wanted);
    each("message", cpu_ns() - began, seen);
    operations(seen);
}

pub fn together<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let listener = listen_tcp();
    let (mut ends, peers): (Vec<OwnedFd>, Vec<OwnedFd>) = (0..count)
        .map(|_| match request.word.as_str() {
            "tcp" => tcp_pair(&listener),
            _ => unix_pair(),
        })
        .unzip();
    let numbers: Vec<RawFd> = ends.iter().map(AsRawFd::as_raw_fd).collect();
    ends.extend(peers);
    let mut looped: L = watch(ends, Mode::Edge);
    for fd in numbers {
        assert_eq!(write_fd(fd, &[0; MESSAGE]), Some(MESSAGE));
    }
    run(&mut looped, 2 * count, request.operations);
}

fn start_client(place: &str, count: usize) -> Child {
    let program = std::env::var("BENCH_CLIENT").expect("BENCH_CLIENT");
    Command::new(program)
        .args([place, &count.to_string()])
        .spawn()
        .expect("client")
}

pub fn apart<L: Loop>(request: &Request) {
    let count = request.numbers[0];
    let tcp = request.word == "tcp";
    let (listener, place): (OwnedFd, String) = if tcp {
        let listener = listen_tcp();
        let port = listener.local_addr().unwrap().port();
        (listener.into(), port.to_string())
    } else {
        let name = format!("iosrc-bench-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixListener::bind_addr(&address).unwrap();
        (listener.into(), format!("@{name}"))
    };
    let mut client = start_client(&place, count);
    let ends = (0..count)
        .map(|_| {
            let fd = accept_fd(listener.as_raw_fd()).unwrap();
            if tcp {
                tune_tcp(fd.as_raw_fd());
            }
            fd
        })
        .collect();
    let mut looped: L = watch(ends, Mode::Edge);
    run(&mut looped, 2 * count, request.operations);
    client.kill().unwrap();
    client.wait().unwrap();
}

pub fn accept<L: Loop>(request: &Request) {
    let batch = request.numbers[0];
    let listener = listen_tcp();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    // Source 0 is the listener.
    let mut looped = L::open(batch + 1, Mode::Edge);
    looped.create(0, listener.into());
    looped.add(0);
    let mut seen = 0;
    let began = cpu_ns();
    while seen < request.operations {
        let (until, mut accepted) = (seen + batch, 0);
        let clients: Vec<TcpStream> = (0..batch)
            .map(|_| {
                let client = TcpStream::connect(address).unwrap();
                tune_tcp(client.as_raw_fd());
                assert_eq!(write_fd(client.as_raw_fd(), &[0; MESSAGE]), Some(MESSAGE));
                client
            })
            .collect();
        while seen < until {
            looped.wait(None, &mut |looped, i| {
                if i == 0 {
                    while let Some(fd) = looped.accept(0) {
                        accepted += 1;
                        looped.create(accepted, fd);
                        looped.add(accepted);
                    }
                    return;
                }
                assert_eq!(looped.read(i, &mut [0; ROOM]), Some(MESSAGE));
                looped.remove(i);
                looped.destroy(i);
                seen += 1;
            });
        }
        drop(clients);
    }
    each("connection", cpu_ns() - began, seen);
    operations(seen);
}
