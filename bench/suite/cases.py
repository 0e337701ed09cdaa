# SPDX-License-Identifier: MIT
"""What is measured: loads with their numbers, in sections, and the goals.

A case is one load at one size. Every contender that claims the load has it,
unless the case names who. Figures that are times are ns; what they are times
of is said by the figure's name.
"""
from dataclasses import dataclass

from .contenders import BASE, OURS

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
PYTHONS = ("python-selectors", "iosrc-selectors")
BATCHERS = (BASE, OURS, "iosrc-many", "iosrc-ring")


@dataclass(frozen=True)
class Case:
    section: str
    load: str
    arguments: tuple
    operations: int
    title: str
    figures: tuple
    contenders: tuple = ()
    quick: bool = False
    # How many operations come at once, so that the count may exceed what was
    # asked for by less than this; 0: it may exceed it by anything.
    step: int = 1
    # Divides the operations of contenders that look at every source each
    # time: one run would take minutes.
    linear: int = 1
    # In so many of nine rounds, spread evenly: what takes long to set up.
    of_nine: int = 9

    @property
    def name(self):
        return " ".join((self.load, *self.arguments))


SECTIONS = {
    "pipes": "One byte an event over socket pairs (libevent's bench: pipes, "
             "active, writes)",
    "echo": "Echo of 64 bytes",
    "accept": "Accepting",
    "changes": "Register, modify, deregister",
    "empty": "Waits that find nothing",
    "ready": "1,000 ready sources a wait: the wait and the dispatch alone",
    "wakers": "Wakers",
    "timeouts": "Timeouts: how late a wait ends",
    "batches": "Batches: one call against many",
    "asyncio": "Echo servers written with Python's asyncio, the client apart",
    "growth": "Growth: 100 active of so many sources",
    "memory": "Memory: heap bytes a source",
    "threads": "Several threads: each with a poller of its own, and all on one",
}


def of_nine(count):
    return 9 if count < 9000 else 5


def pipes(count, active, quick=False):
    writes = min(count, 1000)
    return Case("pipes", "pipes", (str(count), str(active), str(writes)),
                60000, f"{count:,} pipes, {active} active", ("event",),
                quick=quick, step=active + writes, of_nine=of_nine(count),
                linear=max(1, count // active // 100))


def echo(load, count, family, quick=False):
    where = {"echo-together": "both ends on the loop",
             "echo-apart": "the client apart"}[load]
    return Case("echo", load, (str(count), family), 30000,
                f"{family.upper() if family == 'tcp' else 'Unix'}, {count:,} "
                f"connections, {where}", ("message",), quick=quick, step=0,
                of_nine=of_nine(count))


def wake(way, operations, title, quick=False):
    return Case("wakers", "wake", (way,), operations, title, ("wake",),
                quick=quick, step=2)


def timeout(us, count):
    return Case("timeouts", "timeout", (str(us * 1000),), count,
                f"{us / 1000:g} ms", ("median", "p99", "worst", "early"))


def batch(load, count, figure, who, title):
    each = 2 * count if load == "exchange" else count
    return Case("batches", load, (str(count),), max(30000, each),
                f"{title}, {count:,} at once", (figure,), who,
                quick=count == 64 and load != "dry", step=each)


def growth(count):
    return Case("growth", "growth", (str(count),), 60000,
                f"{count:,} sources", ("event",), step=100,
                of_nine=of_nine(count))


def many(count):
    return f"{count} thread{'s' if count > 1 else ''}"


def threads(count):
    return Case("threads", "threads", (str(count),), 100000,
                f"{many(count)}, a poller each", ("event", "wall"),
                step=count * 102)


def shared(count):
    return Case("threads", "shared", (str(count),), 100000,
                f"{many(count)}, one poller", ("event", "wall"))


ALL = [
    pipes(100, 1, quick=True), pipes(100, 100), pipes(1000, 1),
    pipes(1000, 100, quick=True), pipes(1000, 1000), pipes(9000, 1),
    pipes(9000, 100), pipes(9000, 1000),
    *[echo(load, count, family, count == 64 and family == "tcp")
      for load in ("echo-together", "echo-apart")
      for family in ("tcp", "unix") for count in (1, 64, 1000, 9000)],
    Case("accept", "accept", ("16",), 3200, "16 connects at once: accept, "
         "watch, read, close", ("connection",), step=16),
    Case("changes", "change", ("1000",), 60000, "1,000 sources",
         ("add", "modify", "remove"), quick=True, step=1000),
    Case("changes", "change", ("9000",), 63000, "9,000 sources",
         ("add", "modify", "remove"), step=9000, of_nine=of_nine(9000)),
    Case("changes", "life", ("1000",), 40000, "one source's whole life beside "
         "1,000 others", ("life",), linear=20),
    Case("empty", "empty", ("1000",), 300000, "1,000 sources, one thread",
         ("wait",), quick=True, linear=100),
    Case("empty", "empty", ("1000", "threaded"), 300000,
         "1,000 sources, another thread alive", ("wait",), linear=100),
    Case("ready", "ready", ("1000", "edge"), 100000, "edge mode",
         ("event",), quick=True, step=1000),
    Case("ready", "ready", ("1000", "level"), 300000, "level mode",
         ("event",), step=0),
    wake("self", 100000, "wake and wait in one thread", quick=True),
    wake("pending", 300000, "wake while one is pending"),
    wake("awake", 300000, "wake from another thread, loop busy", quick=True),
    wake("asleep", 1000, "wake of a sleeping loop, the call alone"),
    wake("pingpong", 20000, "from the wake to the woken thread"),
    timeout(50, 400), timeout(200, 200), timeout(1000, 100),
    timeout(5000, 40), timeout(20000, 20),
    *[batch("exchange", count, "operation", BATCHERS, "TCP reads and writes")
      for count in BATCHES],
    *[batch("dry", count, "read", BATCHERS, "reads that would block")
      for count in BATCHES],
    *[batch("register", count, "add", BATCHERS, "registrations")
      for count in BATCHES],
    *[Case("asyncio", "asyncio", (str(count),), 80000,
           f"TCP, {count} connections", ("message",), PYTHONS,
           quick=count == 64) for count in (1, 64, 1000)],
    *[growth(count) for count in (100, 300, 1000, 3000, 9000, 18000)],
    Case("memory", "memory", ("9000",), 1, "of 9,000 sources",
         ("object", "watching"), quick=True, step=0),
    threads(1), threads(2), threads(4), shared(1), shared(2), shared(4),
]

# What is counted: operations of two lengths, whose difference has nothing of
# what a run is besides. Load, arguments, operations of the shorter and the
# longer run, title. Instructions are those of user space, by callgrind.
INSTRUCTIONS = [
    ("ready", ("1000", "level"), 10000, 50000, "an event, dispatched"),
    ("empty", ("1000",), 1000, 11000, "an empty wait"),
    ("quartet", (), 1000, 6000, "register, two modifies, deregister"),
]
# The same of the program that tests/gates has for the library alone.
GATE_INSTRUCTIONS = [
    ("edge-event", 5, 25, "an edge: its write, the wait and the handler"),
]
CALLS = [
    ("empty", ("1000",), 100, 600, "an empty wait"),
    ("quartet", (), 100, 600, "register, two modifies, deregister"),
    ("wake", ("awake",), 200, 1200, "a wake while the loop runs"),
]


# ---- what it must show ----

@dataclass(frozen=True)
class Goal:
    """figure of who at case, against the same of another (a ratio), at most
    limit. Against None: the figure itself. at_base: against the same
    contender's figure at another case, and less_base: divided by what the
    base has there. band: limit on the lower quartile. A figure may be a sum:
    "this + that"."""
    case: str
    figure: str
    who: str
    against: object
    limit: float
    band: bool = False
    at_base: str = ""
    less_base: bool = False


PLAIN = [case for case in ALL if case.section in
         ("pipes", "echo", "accept", "ready", "growth", "threads")]
NO_MIO = ("level", "shared")


def goals():
    for case in PLAIN:
        yield Goal(case.name, case.figures[0], OURS, BASE, 1.05)
        if case.arguments[-1] not in NO_MIO and case.load not in NO_MIO:
            yield Goal(case.name, case.figures[0], OURS, "mio", 1.0, band=True)
    for count in ("1000", "9000"):
        for figure in ("add", "modify", "remove"):
            yield Goal(f"change {count}", figure, OURS, BASE, 1.05)
            for rival in ("libuv", "libevent", "polling"):
                yield Goal(f"change {count}", figure, OURS, rival, 1.0)
    yield Goal("life 1000", "life", OURS, BASE, 1.05)
    for rival in ("libuv", "libevent", "polling"):
        yield Goal("life 1000", "life", OURS, rival, 1.0)
    for case in ("empty 1000", "empty 1000 threaded"):
        yield Goal(case, "wait", OURS, BASE, 1.10)
    yield Goal("wake pending", "wake", OURS, None, 10)
    yield Goal("wake awake", "wake", OURS, None, 10)
    yield Goal("wake self", "wake", OURS, "mio", 0.30)
    yield Goal("wake asleep", "wake", OURS, "mio", 1.0)
    yield Goal("wake pingpong", "wake", OURS, "mio", 1.0)
    for case, limit in (("echo-together 64 tcp", 0.80),
                        ("echo-together 1000 tcp", 0.85),
                        ("echo-apart 64 tcp", 0.92),
                        ("echo-apart 1000 tcp", 0.85)):
        yield Goal(case, "message", "iosrc-ring", BASE, limit)
    yield Goal("register 64", "add", "iosrc-ring", BASE, 0.90)
    yield Goal("growth 18000", "event", OURS, OURS, 1.1, at_base="growth 100")
    yield Goal("growth 18000", "event", OURS, OURS, 1.1, at_base="growth 100",
               less_base=True)
    for who in (OURS, "iosrc-poll"):
        yield Goal("memory 9000", "watching", who, None, 64)
        yield Goal("memory 9000", "object + watching", who, None, 64)
    for case in ("asyncio 1", "asyncio 64", "asyncio 1000"):
        yield Goal(case, "message", "iosrc-selectors", "python-selectors", 1.0)
    for language in ("rust", "go"):
        for count in (1, 64, 1000):
            for where in ("together", "apart"):
                yield Goal(f"echo-{where} {count} tcp", "message",
                           f"iosrc-{language}", OURS, 1.10)


# What is counted: kind, title, most.
COUNT_GOALS = [
    ("instructions", "an edge: its write, the wait and the handler", 50),
    ("instructions", "an empty wait", 60),
    ("instructions", "register, two modifies, deregister", 220),
    ("calls", "an empty wait", 1),
    ("calls", "register, two modifies, deregister", 4),
    ("calls", "a wake while the loop runs", 0),
]
