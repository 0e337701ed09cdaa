# SPDX-License-Identifier: MIT
"""Measures what the crossing from Python to the library costs: python.py, with
bindings/python in PYTHONPATH.

A read and a wait contain the kernel's part, so the same of the standard
library stands beside them. What an event costs beyond C is measured over a
batch that was filled once: looking at its events makes no call.
"""
import os
import select
import time

import iosrc

ROUNDS = int(os.environ.get("ROUNDS", 9))  # the least counts
CALLS = 20000
BATCH = 64


def measure(name, count, run):
    run()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - began) / count)
    result = min(times)
    print(f"{name:44} {result:8.1f} ns")
    return result


def calls(call):
    def run():
        for _ in range(CALLS):
            call()
    return run


def io(source, other):
    room, one = bytearray(64), b"x"
    operate = lambda handle: 1
    measure("an empty call of a function", CALLS, calls(lambda: None))
    measure("rearm", CALLS, calls(lambda: source.rearm(iosrc.READABLE)))
    measure("do_io, an operation that does nothing", CALLS,
            calls(lambda: source.do_io(iosrc.READABLE, operate)))

    def raises(handle):
        raise BlockingIOError

    def blocks():
        try:
            source.do_io(iosrc.READABLE, raises)
        except BlockingIOError:
            pass

    measure("do_io, would block", CALLS, calls(blocks))

    def ours():
        other.write(one)
        source.read(room)

    write, read = other.fileno(), source.fileno()
    measure("write and read of 1 byte, direct", CALLS, calls(ours))
    measure("the same by os.write and os.read", CALLS, calls(
        lambda: (os.write(write, one), os.read(read, 64))))


def blocked(source):
    room = bytearray(64)

    def ours():
        try:
            source.read(room)
        except BlockingIOError:
            pass

    handle = source.fileno()

    def systems():
        try:
            os.read(handle, 64)
        except BlockingIOError:
            pass

    measure("read, would block", CALLS, calls(ours))
    measure("the same by os.read", CALLS, calls(systems))


def batch(poller, pairs):
    events = iosrc.Events(BATCH)
    for token, (source, _) in enumerate(pairs):
        poller.register(source, token, iosrc.WRITABLE | iosrc.LEVEL)
    assert len(poller.wait(0, events)) == BATCH
    rounds = CALLS // BATCH

    def look():
        for _ in range(rounds):
            for token, registration, ready in events:
                pass

    def wait():
        for _ in range(rounds):
            for token, registration, ready in poller.wait(0, events):
                pass

    system = select.epoll()
    for source, _ in pairs:
        system.register(source.fileno(), select.EPOLLOUT)

    def systems():
        for _ in range(rounds):
            for fd, bits in system.poll(0, BATCH):
                pass

    beyond = measure("event of 64, looked at", rounds * BATCH, look)
    measure("event of 64, wait and all", rounds * BATCH, wait)
    measure("the same by select.epoll", rounds * BATCH, systems)
    system.close()
    print(f"goal: an event below 250 ns beyond C:"
          f" {'met' if beyond < 250 else 'OVER'}")


def main():
    pairs = [iosrc.pair() for _ in range(BATCH)]
    with iosrc.Poller() as poller:
        print(f"ns for one, least of {ROUNDS}, on {poller.backend}")
        source, other = pairs[0]
        poller.register(source, 1, iosrc.READABLE)
        io(source, other)
        blocked(source)
        poller.deregister(source)
        batch(poller, pairs)
    for source, other in pairs:
        source.close()
        other.close()


main()
