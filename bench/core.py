#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the library with raw epoll: core.py PROGRAM [ROUNDS].

Each round runs every load once per API, in shuffled order, one process each;
a ratio is taken within its round, so that a slow minute of the machine meets
both. Printed: the median ratio and its quartiles, beside the goal.
"""
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

# load, figure, what it is, goal for the ratio
TIMES = [
    ("cycle-100-1", "op", "write, wait, read: 1 of 100 active", 1.05),
    ("cycle-1000-100", "op", "write, wait, read: 100 of 1,000", 1.05),
    ("cycle-1000-1000", "op", "write, wait, read: 1,000 of 1,000", 1.05),
    ("edge", "op", "wait and dispatch alone, per event", 1.05),
    ("change", "add", "register", 1.05),
    ("change", "modify", "reregister", 1.05),
    ("change", "remove", "deregister", 1.05),
    ("empty", "op", "empty wait(0)", 1.10),
    ("empty-threaded", "op", "empty wait(0), two threads alive", 1.10),
]

# load, operations a loop, shorter and longer loops, what it is, goal
INSTRUCTIONS = [
    ("edge", 1000, 5, 25, "edge event (write and handler included)", 60),
    ("empty", 1, 1000, 11000, "empty wait(0)", 60),
    ("quartet", 1, 1000, 6000, "register, 2 reregister, deregister", 220),
]


def sample(program, api, load, backend=None):
    environment = dict(os.environ)
    environment.pop("IOSRC_BACKEND", None)
    if backend:
        environment["IOSRC_BACKEND"] = backend
    lines = subprocess.run([program, api, load], env=environment, check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    return {name: float(value) for name, value in map(str.split,
                                                      lines.splitlines())}


def times(program, rounds):
    loads = sorted({load for load, _, _, _ in TIMES})
    seen = {}
    for number in range(rounds):
        order = [(load, api) for load in loads for api in ("raw", "iosrc")]
        random.shuffle(order)
        for load, api in order:
            for figure, value in sample(program, api, load).items():
                seen.setdefault((load, figure, api), []).append(value)
        print(f"round {number + 1} of {rounds}", end="\r", file=sys.stderr)
    print(f"{'CPU time per operation':34}  raw ns  lib ns  ratio (quartiles)"
          "     goal")
    for load, figure, what, goal in TIMES:
        raw, lib = seen[load, figure, "raw"], seen[load, figure, "iosrc"]
        low, ratio, high = statistics.quantiles(
            [l / r for r, l in zip(raw, lib)], n=4)
        print(f"{what:34} {statistics.median(raw):7.1f} "
              f"{statistics.median(lib):7.1f}  {ratio:.3f} "
              f"({low:.3f} to {high:.3f})  {goal:.2f} {verdict(ratio, goal)}")


def verdict(value, goal):
    return "met" if value <= goal else "OVER"


def memory(program):
    print("\nHeap bytes per registered source, of 9,000, beside the source")
    for backend in "epoll", "poll":
        value = sample(program, "iosrc", "memory", backend)["bytes"]
        print(f"{backend:34} {value:7.1f}  goal 64 {verdict(value, 64)}")


def count(program, api, load, loops):
    with tempfile.TemporaryDirectory() as folder:
        text = subprocess.run(
            ["valgrind", "--tool=callgrind",
             f"--callgrind-out-file={folder}/out", program, api, load,
             str(loops)], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", text).group(1))


def instructions(program):
    print("\nUser-space instructions (callgrind, two lengths differenced)")
    if not shutil.which("valgrind"):
        print("SKIP: valgrind is missing")
        return
    for load, operations, short, long, what, goal in INSTRUCTIONS:
        raw, lib = [(count(program, api, load, long) -
                     count(program, api, load, short)) /
                    ((long - short) * operations) for api in ("raw", "iosrc")]
        print(f"{what:40} raw {raw:6.1f}  lib {lib:6.1f}  goal {goal} "
              f"{verdict(lib, goal)}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    times(program, max(rounds, 2))
    memory(program)
    instructions(program)


main()
