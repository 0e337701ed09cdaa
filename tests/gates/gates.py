#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exact gates: gates.py [--limits FILE] [LOAD...].

Counts what an operation of the library costs in instructions of user space and
in system calls, which no other work on the machine changes, and holds it
against the limits in a file. A load of the program `loads` runs at two
lengths; the difference is that of the operations alone.

A figure more than 5 % above its limit fails: either mend what made it dearer,
which the list of functions shows, or raise the limit in the same commit and
say why. One more than 5 % below asks to lower the limit.

Instructions are those of one compiler, C library and choice of flags, named in
the file; elsewhere they are not counted.
"""
import concurrent.futures
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.environ.get("top_builddir", "."),
                       "tests", "gates", "loads")
MARGIN = 0.05
SKIP = 77

# The two lengths, in loops of a load.
LENGTHS = {"edge-event": (5, 25), "poll-edge-event": (5, 25),
           "register-many": (20, 120),
           "register-many-direct": (20, 120), "io-many": (20, 120),
           "io-many-ring": (20, 120)}
LENGTHS_ELSE = (1000, 6000)

# What a C library's allocator asks for.
MEMORY_CALLS = {"brk", "madvise", "mmap", "mprotect", "mremap", "munmap"}


class Skipped(Exception):
    pass


# ---- limits ----

def read_limits(path):
    """The compiler's name and [(load, limit, unit)]."""
    made_by, limits = {}, []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if len(words) >= 3 and words[0] == "made-by":
                made_by[words[1]] = " ".join(words[2:])
            elif words:
                load, limit, unit = words
                limits.append((load, float(limit), unit))
    return made_by, limits


def said_by(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip()


def made_with():
    """What the compiler tells of itself and of its C library."""
    words = os.environ.get("CC", "cc").split()
    macros = dict(re.findall(r"#define (__\w+__) (\S+)", said_by(
        *words, "-dM", "-E", "-x", "c", "-include", "limits.h", "/dev/null")))
    gcc = "__GNUC__" in macros and "__clang__" not in macros
    glibc = "__GLIBC__" in macros
    return {"compiler": f"gcc {macros['__GNUC__']}" if gcc else words[0],
            "libc": f"glibc {macros['__GLIBC__']}.{macros['__GLIBC_MINOR__']}"
                    if glibc else "another"}


def here():
    top = os.environ.get("top_builddir", ".")
    shared = os.path.join(top, "lib", ".libs", "libiosrc.so")
    flags = [os.environ.get(name, "")
             for name in ("CFLAGS", "CPPFLAGS", "LDFLAGS")]
    return {**made_with(), "processor": platform.machine(),
            "flags": " ".join(" ".join(flags).split()),
            "library": "shared" if os.path.exists(shared) else "static"}


# ---- counting ----

class Run:
    """One length of one load under callgrind or strace."""

    def __init__(self, command):
        self.done = subprocess.run(command, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   check=False)
        if self.done.returncode == SKIP:
            raise Skipped("the system does not have it")
        if self.done.returncode != 0:
            sys.exit(f"gates: {' '.join(command)}: {self.done.stderr}")
        self.operations = int(self.done.stdout)


def instructions_by_function(path):
    """{function: instructions} of a callgrind file."""
    found = {}
    for line in said_by("callgrind_annotate", "--threshold=100",
                        path).splitlines():
        match = re.match(r" *([\d,]+) \(.*?%\) +(\S+)", line)
        if match and ":" in match[2]:
            name = match[2].replace("???:", "")
            name = re.sub(r".*/([^/]*:)", r"\1", name)
            found[name] = found.get(name, 0) + int(
                match[1].replace(",", ""))
    return found


def count_instructions(load, loops, folder):
    path = os.path.join(folder, f"{load}.{loops}")
    run = Run(["valgrind", "--tool=callgrind",
               f"--callgrind-out-file={path}", PROGRAM, load, str(loops)])
    total = int(re.search(r"Collected : (\d+)", run.done.stderr).group(1))
    return total, run.operations, lambda: instructions_by_function(path)


def count_calls(load, loops, folder):
    path = os.path.join(folder, f"{load}.{loops}.calls")
    run = Run(["strace", "-f", "-c", "-U", "calls,name", "-o", path, PROGRAM,
               load, str(loops)])
    calls = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            match = re.match(r" *(\d+) +([a-z]\w*)$", line)
            if match and match[2] != "total" and \
                    match[2] not in MEMORY_CALLS:
                calls[match[2]] = int(match[1])
    return sum(calls.values()), run.operations, lambda: calls


COUNTERS = {"instructions": (count_instructions, "valgrind"),
            "system-calls": (count_calls, "strace")}


def measure(load, unit, folder):
    """The figure, and {where: share of it}."""
    count = COUNTERS[unit][0]
    few, many = [count(load, loops, folder)
                 for loops in LENGTHS.get(load, LENGTHS_ELSE)]
    operations = many[1] - few[1]

    def shares():
        less = few[2]()
        return {name: (value - less.get(name, 0)) / operations
                for name, value in many[2]().items()}
    return (many[0] - few[0]) / operations, shares


# ---- judging ----

def rounded(figure):
    """Up, to a figure that a limit may be."""
    step = 0.5 if figure >= 10 else 0.001
    return math.ceil(figure / step) * step


def verdict(figure, limit):
    if figure > limit * (1 + MARGIN):
        more = f", {100 * (figure / limit - 1):.0f} % above" if limit else ""
        return "FAILED" + more
    if figure < limit * (1 - MARGIN):
        return f"the limit may be lowered to {rounded(figure):g}"
    return "held"


def judge(load, limit, unit, figure, shares):
    """Prints a line, and where it comes from if it fails; true: it holds."""
    said = verdict(figure, limit)
    print(f"{load:20} {figure:8.3f} {unit:13} limit {limit:8.3f}  {said}")
    if not said.startswith("FAILED"):
        return True
    print(f"{load}: {unit} an operation, by function:")
    for name, share in sorted(shares().items(), key=lambda item: -item[1])[:16]:
        if share > 0.005:
            print(f"{share:10.2f}  {name}")
    return False


def uncounted(unit, made_by, found):
    """Why a unit is not counted here, or nothing."""
    tool = COUNTERS[unit][1]
    if "-fsanitize=" in found["flags"]:
        return "sanitizers make instructions and system calls of their own"
    if not shutil.which(tool):
        return f"{tool} is missing (tools/deps.sh installs it)"
    if unit == "instructions":
        other = [f"{name} is {found[name]}, not {wanted}"
                 for name, wanted in made_by.items() if found[name] != wanted]
        if other:
            return "the limits are for another build: " + "; ".join(other)
    return None


def main(arguments):
    path = os.path.join(HERE, "limits")
    if arguments[:1] == ["--limits"]:
        path, arguments = arguments[1], arguments[2:]
    made_by, limits = read_limits(path)
    reasons = {unit: uncounted(unit, made_by, here()) for unit in COUNTERS}
    wanted = [entry for entry in limits
              if not arguments or entry[0] in arguments]
    results = {}
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        going = {entry: pool.submit(measure, entry[0], entry[2], folder)
                 for entry in wanted if not reasons[entry[2]]}
        for entry in wanted:
            results[entry] = outcome(entry, going, reasons, folder)
    for unit, reason in reasons.items():
        if reason:
            print(f"SKIP: {unit}: {reason}")
    if False in results.values():
        return 1
    return 0 if True in results.values() else SKIP


def outcome(entry, going, reasons, folder):
    """True: it holds; false: it does not; nothing: it was not counted."""
    load, limit, unit = entry
    if reasons[unit]:
        return None
    try:
        figure, shares = going[entry].result()
    except Skipped as why:
        print(f"SKIP: {load}: {unit}: {why}")
        return None
    return judge(load, limit, unit, figure, shares)


sys.exit(main(sys.argv[1:]))
