# SPDX-License-Identifier: MIT
"""The contenders in Python: loads.py iosrc|iosrc-selectors|selectors list, or
LOAD OPERATIONS [NUMBER...] [WORD], and the figures as bench/c/main.h says.

The loads are those of bench/c; asyncio is a server written with asyncio on
top of a selector, and has the client program apart.
"""
import asyncio
import ctypes
import gc
import os
import resource
import selectors
import socket
import struct
import subprocess
import sys
import time

MESSAGE = 64
ROOM = 128  # more than comes, so that a read ends short
WAKER = -1


def check(good, what):
    if not good:
        raise SystemExit(f"loads.py: {what}")


def cpu_ns():
    return time.clock_gettime_ns(time.CLOCK_PROCESS_CPUTIME_ID)


def each(name, ns, count):
    print(f"{name} {ns / count:.3f}")


def operations(count):
    print("operations", count)


# ---- the contenders: sources have numbers, wait answers a list of them ----

class Iosrc:
    """Pollers and sources of the package iosrc, in edge mode."""
    LACKS = {"asyncio": "asyncio wants a selector"}

    def __init__(self, fds, level=False):
        import iosrc
        self.poller = iosrc.Poller()
        self.events = iosrc.Events(1024)
        self.interest = iosrc.READABLE | (iosrc.LEVEL if level else 0)
        self.both = self.interest | iosrc.WRITABLE
        self.sources = [iosrc.Source(fd, closefd=False) for fd in fds]
        self.new_waker = lambda: iosrc.Waker(self.poller, 1)

    def add(self, i):
        self.poller.register(self.sources[i], i, self.interest)

    def modify(self, i):
        self.poller.reregister(self.sources[i], i, self.both)

    def remove(self, i):
        self.poller.deregister(self.sources[i])

    def wait(self, timeout=None):
        return [event[0] for event in self.poller.wait(timeout, self.events)]

    def read(self, i, room):
        return self.sources[i].read(room)

    def write(self, i, data):
        return self.sources[i].write(data)


class Selector:
    """A selector, the standard library's: level mode, reads by the os."""
    LACKS = {"ready edge": "selectors are level-triggered",
             "wake": "selectors have none"}
    new = selectors.EpollSelector

    def __init__(self, fds, level=False):
        self.selector = self.new()
        self.fds = fds

    def add(self, i):
        self.selector.register(self.fds[i], selectors.EVENT_READ, i)

    def modify(self, i):
        self.selector.modify(self.fds[i], selectors.EVENT_READ |
                             selectors.EVENT_WRITE, i)

    def remove(self, i):
        self.selector.unregister(self.fds[i])

    def wait(self, timeout=None):
        return [key.data for key, _ in self.selector.select(timeout)]

    def read(self, i, room):
        return os.readv(self.fds[i], [room])

    def write(self, i, data):
        return os.write(self.fds[i], data)


def iosrc_selector():
    import iosrc.selectors
    return iosrc.selectors.IosrcSelector()


class IosrcSelector(Selector):
    """The selector of the package iosrc."""
    new = staticmethod(iosrc_selector)


CONTENDERS = {"iosrc": Iosrc, "iosrc-selectors": IosrcSelector,
              "selectors": Selector}


def watch(kind, fds, level=False):
    loop = kind(fds, level)
    for i in range(len(fds)):
        loop.add(i)
    return loop


def unix_pairs(count):
    pairs = [socket.socketpair() for _ in range(count)]
    for one, other in pairs:
        one.setblocking(False)
        other.setblocking(False)
    return ([one.detach() for one, _ in pairs],
            [other.detach() for _, other in pairs])


# ---- loads ----

def pipes(kind, wanted, count, active, writes):
    ends, peers = unix_pairs(count)
    loop = watch(kind, ends)
    room = bytearray(ROOM)

    def run():
        left, seen = writes, 0
        for i in range(active):
            os.write(peers[i * (count // active)], b"e")
        while seen < active + writes:
            for i in loop.wait():
                seen += loop.read(i, room)
                if left > 0:
                    left -= 1
                    os.write(peers[(i + 1) % count], b"e")
        return seen

    run()
    seen, began = 0, cpu_ns()
    while seen < wanted:
        seen += run()
    each("event", cpu_ns() - began, seen)
    operations(seen)


def tune(connection):
    """No delay, and no TIME_WAIT: the next run needs the ports."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.setblocking(False)


def listen(family):
    if family == "tcp":
        return socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0iosrc-bench-{os.getpid()}")
    listener.listen(1024)
    return listener


def tcp_pairs(count):
    ends, peers = [], []
    with listen("tcp") as listener:
        for _ in range(count):
            one = socket.create_connection(listener.getsockname())
            other = listener.accept()[0]
            tune(one)
            tune(other)
            ends.append(one.detach())
            peers.append(other.detach())
    return ends, peers


def run_echo(loop, warm, wanted):
    room = memoryview(bytearray(ROOM))

    def turns(until):
        seen = 0
        while seen < until:
            for i in loop.wait():
                size = loop.read(i, room)
                check(size > 0, "read")
                check(loop.write(i, room[:size]) == size, "write")
                seen += 1
        return seen

    turns(warm)
    began = cpu_ns()
    seen = turns(wanted)
    each("message", cpu_ns() - began, seen)
    operations(seen)


def echo_together(kind, wanted, count, family):
    ends, peers = (tcp_pairs if family == "tcp" else unix_pairs)(count)
    loop = watch(kind, ends + peers)
    for fd in ends:
        os.write(fd, bytes(MESSAGE))
    run_echo(loop, 2 * count, wanted)


def start_client(listener, count):
    if listener.family == socket.AF_INET:
        place = str(listener.getsockname()[1])
    else:
        place = "@" + listener.getsockname()[1:].decode()
    return subprocess.Popen([os.environ["BENCH_CLIENT"], place, str(count)])


def echo_apart(kind, wanted, count, family):
    with listen(family) as listener:
        client = start_client(listener, count)
        ends = []
        for _ in range(count):
            connection = listener.accept()[0]
            if family == "tcp":
                tune(connection)
            connection.setblocking(False)
            ends.append(connection.detach())
    run_echo(watch(kind, ends), 2 * count, wanted)
    client.kill()
    client.wait()


def settle(loop):
    check(not loop.wait(0), "an event too many")


def idle(count):
    """Reading ends of pipes, which are never ready."""
    return [os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)[0] for _ in range(count)]


def change(kind, wanted, count):
    loop = kind(idle(count))
    steps = {"add": loop.add, "modify": loop.modify, "remove": loop.remove}
    took = dict.fromkeys(steps, 0)
    done = 0
    while done < wanted:
        for name, step in steps.items():
            began = cpu_ns()
            for i in range(count):
                step(i)
            settle(loop)
            took[name] += cpu_ns() - began
        done += count
    for name in steps:
        each(name, took[name], done)
    operations(done)


def empty(kind, wanted, count):
    loop = watch(kind, idle(count))
    began = cpu_ns()
    for _ in range(wanted):
        settle(loop)
    each("wait", cpu_ns() - began, wanted)
    operations(wanted)


class Heap(ctypes.Structure):
    """struct mallinfo2"""
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks",
                 "fsmblks", "uordblks", "fordblks", "keepcost")]


def heap_bytes():
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Heap
    heap = mallinfo2()
    return heap.uordblks + heap.hblkhd


def memory(kind, _, count):
    """Once more with Python's objects in the C library's heap, so that one
    count has all of them; a loop of nothing is taken off."""
    if os.environ.get("PYTHONMALLOC") != "malloc":
        os.environ["PYTHONMALLOC"] = "malloc"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    fds = idle(count)
    others = [kind([])]
    heap_bytes()
    start = heap_bytes()
    others.append(kind([]))
    bare = heap_bytes()
    loop = kind(fds)
    objects = heap_bytes()
    for i in range(count):
        loop.add(i)
    settle(loop)
    every = heap_bytes()
    # Where there are none it is what else came and went.
    each("object", max((objects - bare) - (bare - start), 0), count)
    each("watching", every - objects, count)
    operations(count)


def ready(kind, wanted, count, mode):
    ends, peers = unix_pairs(count)
    loop = watch(kind, ends, mode == "level")
    times, room = [0] * count, bytearray(ROOM)
    seen = turns = took = 0

    def fill():
        for fd in peers:
            os.write(fd, b"e")

    fill()
    while seen < wanted:
        until, began = seen + count, cpu_ns()
        while seen < until:
            for i in loop.wait():
                times[i] += 1
                seen += 1
        took += cpu_ns() - began
        turns += 1
        if mode == "edge":
            for i in range(count):
                loop.read(i, room)
            fill()
    for one in times:
        check(one == turns or mode == "level" and one > 0, "an event was lost")
    each("event", took, seen)
    operations(seen)


def wake(kind, wanted, way):
    loop = kind([])
    waker = loop.new_waker()
    began = cpu_ns()
    for _ in range(wanted):
        waker.wake()
        if way == "self":
            check(len(loop.wait(0)) == 1, "a wake was lost")
    took = cpu_ns() - began
    check(way == "self" or len(loop.wait(0)) == 1, "a wake was lost")
    each("wake", took, wanted)
    operations(wanted)


class EchoServer(asyncio.BufferedProtocol):
    """Counts what it sends back, and ends the loop at the last.

    Reads into a buffer of its own: a plain Protocol is given the result of a
    recv of 256 KiB, and what that costs depends on whether malloc has come to
    keep such blocks or maps and unmaps each.
    """

    def __init__(self, counts, over):
        self.counts = counts
        self.over = over
        self.transport = None
        self.buffer = memoryview(bytearray(ROOM))

    def connection_made(self, transport):
        self.transport = transport
        tune(transport.get_extra_info("socket"))

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, size):
        self.transport.write(self.buffer[:size])
        counts = self.counts
        counts["seen"] += 1
        if counts["seen"] == counts["warm"]:
            counts["began"] = cpu_ns()
        elif counts["seen"] == counts["last"]:
            counts["ended"] = cpu_ns()
            self.over.set_result(None)


async def serve(counts, connections):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    listener = listen("tcp")
    server = await loop.create_server(lambda: EchoServer(counts, over),
                                      sock=listener)
    client = start_client(listener, connections)
    await over
    server.close()
    client.kill()
    client.wait()


def asyncio_echo(kind, wanted, connections):
    counts = {"seen": 0, "warm": 2 * connections,
              "last": 2 * connections + wanted}
    loop = asyncio.SelectorEventLoop(kind.new())
    loop.set_exception_handler(lambda *_: None)  # the client was killed
    loop.run_until_complete(serve(counts, connections))
    each("message", counts["ended"] - counts["began"], wanted)
    operations(wanted)


LOADS = {"pipes": pipes, "echo-together": echo_together,
         "echo-apart": echo_apart, "change": change, "empty": empty,
         "memory": memory, "ready": ready, "wake": wake,
         "asyncio": asyncio_echo}
# Of these, only what one thread does.
LACKS = {way: "measured in C and Rust" for way in
         ("*", "wake awake", "wake asleep", "wake pingpong", "empty threaded")}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in CONTENDERS:
        sys.exit(__doc__)
    kind = CONTENDERS[sys.argv[1]]
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if sys.argv[2] == "list":
        for load in LOADS:
            if load not in kind.LACKS:
                print(load)
        print("version:", sys.version.split()[0])
        for load, reason in {**LACKS, **kind.LACKS}.items():
            print(f"{load}: {reason}")
        return
    arguments = [int(word) if word.isdigit() else word
                 for word in sys.argv[3:]]
    LOADS[sys.argv[2]](kind, *arguments)


main()
