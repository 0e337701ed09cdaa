# SPDX-License-Identifier: MIT
"""test-chat.py: the chat example. Every client that reads gets every line, in
one order, whoever else does not read; memory stays small."""

import re
import selectors
import socket
import sys
import time

sys.dont_write_bytecode = True
from running import (PATIENCE, SANITIZED, SLOWNESS, WINDOWS,  # noqa: E402
                     Server, main, unix_sockets)

TALKERS = 8
LINES = 2500  # of each
TIME_OUT = PATIENCE


def connect(server, room=0):
    if server.address.startswith("unix:"):
        client = socket.socket(socket.AF_UNIX)
        target = server.address[len("unix:"):]
    else:
        client = socket.socket()
        target = server.inet
    if room:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.settimeout(TIME_OUT)
    client.connect(target)
    return client


def read_lines(client, count):
    data = b""
    while data.count(b"\n") < count:
        more = client.recv(65536)
        assert more, f"ended after {data!r}"
        data += more
    assert data.count(b"\n") == count and data.endswith(b"\n"), data
    return data


def joined(server, watcher, room=0):
    """A client, and its number: it is in when its first line came back."""
    client = connect(server, room)
    client.sendall(b"hello\n")
    line = read_lines(client, 1)
    assert read_lines(watcher, 1) == line
    return client, int(line.split(b":")[0])


def line_of(number, index):
    return b"%d/%d " % (number, index) + b"x" * ((number * 7 + index) % 990)


class Talker:
    """Sends its lines and reads what all say."""

    def __init__(self, client, number):
        self.socket = client
        self.number = number
        self.out = b"".join(line_of(number, i)[:990] + b"\n"
                            for i in range(LINES))
        self.heard = bytearray()
        self.lines = 0

    def turn(self, mask):
        if mask & selectors.EVENT_WRITE:
            self.out = self.out[self.socket.send(self.out[:65536]):]
        if mask & selectors.EVENT_READ:
            data = self.socket.recv(1 << 18)
            assert data, f"client {self.number} was dropped"
            self.heard += data
            self.lines += data.count(b"\n")

    def wants(self):
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self.out else 0)


def all_talk(talkers):
    selector = selectors.DefaultSelector()
    deadline = time.monotonic() + TIME_OUT
    for talker in talkers:
        talker.socket.setblocking(False)
        selector.register(talker.socket, talker.wants(), talker)
    while any(t.lines < LINES * len(talkers) for t in talkers):
        assert time.monotonic() < deadline, [t.lines for t in talkers]
        for key, mask in selector.select(1):
            key.data.turn(mask)
            selector.modify(key.fileobj, key.data.wants(), key.data)
    selector.close()


def check_heard(talkers):
    first = bytes(talkers[0].heard)
    assert all(bytes(t.heard) == first for t in talkers), "not one order"
    for talker in talkers:
        said = re.findall(rb"^%d: (.*)\n" % talker.number, first, re.M)
        assert said == [line_of(talker.number, i)[:990]
                        for i in range(LINES)], talker.number


def talk_beside_the_deaf(backend, address):
    """What the talkers say is much more than ring and sockets can hold."""
    with Server(backend, "chat", "-p", 1000 * SLOWNESS, address) as server:
        watcher = connect(server)
        watcher.sendall(b"first\n")
        read_lines(watcher, 1)
        deaf, _ = joined(server, watcher, room=4096)
        talkers = []
        for _ in range(TALKERS):
            client, number = joined(server, watcher)
            for earlier in talkers:
                read_lines(earlier.socket, 1)
            talkers.append(Talker(client, number))
        watcher.close()
        all_talk(talkers)
        check_heard(talkers)
        if not SANITIZED and not WINDOWS:
            peak = server.peak_memory()
            assert peak < 16 << 20, f"{peak} bytes"
        said = server.stop()
        assert re.search(r", 1 clients dropped$", said.strip()), said
        deaf.close()


def a_deaf_client_stops_nobody_on_tcp(backend, _folder):
    talk_beside_the_deaf(backend, "127.0.0.1:0")


def a_deaf_client_stops_nobody_on_unix(backend, folder):
    unix_sockets()
    talk_beside_the_deaf(backend, f"unix:{folder}/chat")


def long_and_unended_lines(backend, _folder):
    with Server(backend, "chat") as server:
        client = connect(server)
        client.sendall(b"a" * 2500 + b"\n\nend")
        client.shutdown(socket.SHUT_WR)
        data = b"".join(iter(lambda: client.recv(65536), b""))
        lines = [line.split(b": ", 1)[1] for line in data.splitlines()]
        assert lines == [b"a" * 1000, b"a" * 1000, b"a" * 500, b"", b"end"]
        server.stop()


def clients_that_reset(backend, _folder):
    with Server(backend, "chat") as server:
        watcher = connect(server)
        watcher.sendall(b"first\n")
        read_lines(watcher, 1)
        for _ in range(20):
            client, _ = joined(server, watcher)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              b"\1\0\0\0\0\0\0\0")
            client.close()
        watcher.sendall(b"last\n")
        assert read_lines(watcher, 1).endswith(b": last\n")
        server.stop()


main([a_deaf_client_stops_nobody_on_tcp, a_deaf_client_stops_nobody_on_unix,
      long_and_unended_lines, clients_that_reset])
