# SPDX-License-Identifier: MIT
"""Running: every contender once a round at every case, in shuffled order.

The contenders of a case run one after the other, so that a slow minute of the
machine meets all of them, and a ratio is taken within its round.
"""
import datetime
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from . import cases as plan
from .contenders import OURS

TIMEOUT = 120  # seconds a run may take


def loads_of(command, environment):
    """What a program claims, and what it says that it cannot have."""
    text = subprocess.run([*command, "list"], env=environment, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    claims, lacks = set(), {}
    for line in text.splitlines():
        load, colon, reason = line.partition(": ")
        if colon and load == "version":
            continue
        if colon:
            lacks[load] = reason
        else:
            claims.add(load)
    return claims, lacks


def lack(case, claims, lacks):
    """Why a contender cannot have a case; None when it can."""
    words = " ".join([case.load, case.arguments[-1] if case.arguments else ""])
    if case.load in claims:
        return lacks.get(case.name) or lacks.get(words) or lacks.get(case.load)
    return (lacks.get(words) or lacks.get(case.load) or lacks.get("*") or
            "not written")


def version_of(command, environment):
    text = subprocess.run([*command, "list"], env=environment, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return re.search("^version: (.*)", text, re.M).group(1)


def sample(command, environment, load, operations, arguments,
           timeout=TIMEOUT):
    done = subprocess.run(
        [*command, load, str(operations), *arguments], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(done.args)}: exit {done.returncode}: "
                           f"{done.stderr.strip()}")
    return {name: float(value) for name, value in
            map(str.split, done.stdout.splitlines())}


def machine():
    """What the figures depend on."""
    cpu = "unknown"
    try:
        with open("/proc/cpuinfo", encoding="ascii") as text:
            cpu = re.search(r"model name\s*: (.*)", text.read()).group(1)
    except (OSError, AttributeError):
        pass
    return {"date": datetime.date.today().isoformat(), "cpu": cpu,
            "cores": os.cpu_count(), "kernel": platform.release(),
            "libc": " ".join(platform.libc_ver()),
            "python": platform.python_version(),
            "load": os.getloadavg()[0]}


def turns(case, rounds):
    """In how many of these rounds it is measured."""
    return -(-rounds * case.of_nine // 9)


def has_turn(case, number, rounds):
    """Whether it is measured in round number: in the first and evenly from
    there."""
    several = turns(case, rounds)
    return -(-number * several // rounds) < -(-(number + 1) * several // rounds)


class Progress:
    """One line that changes in a terminal, one a minute elsewhere."""

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.began = self.said = time.monotonic()

    def step(self, what):
        self.done += 1
        now = time.monotonic()
        left = (now - self.began) / self.done * (self.total - self.done)
        line = (f"{self.done} of {self.total} runs, {left / 60:.1f} minutes "
                f"left: {what}")
        if sys.stderr.isatty():
            print(f"\r{line[:79]:79}", end="", file=sys.stderr, flush=True)
        elif now - self.said > 60:
            self.said = now
            print(line, file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            print(f"\r{'':79}\r", end="", file=sys.stderr)


class Suite:
    """The contenders that were built, and what was measured of them."""

    def __init__(self, place, contenders, scale):
        self.place = place
        self.scale = scale
        self.commands = {one.name: place.command(one) for one in contenders}
        self.contenders = {one.name: one for one in contenders}
        self.environments = {one.name: place.environment(one)
                             for one in contenders}
        self.claims = {name: loads_of(self.commands[name],
                                      self.environments[name])
                       for name in self.commands}
        self.failures = []

    def versions(self):
        return {name: version_of(self.commands[name], self.environments[name])
                for name in self.commands}

    def who(self, case):
        """Who has this case, and why the others do not."""
        able, lacks = [], {}
        for name, claimed in self.claims.items():
            only = self.contenders[name].only
            if only and case.load not in only:
                continue
            if case.contenders and name not in case.contenders:
                continue
            reason = lack(case, *claimed)
            if reason:
                lacks[name] = reason
            else:
                able.append(name)
        return able, lacks

    def operations(self, case, name):
        contender = self.contenders[name]
        divisor = contender.slowness * (case.linear if contender.linear else 1)
        return max(int(case.operations * self.scale / divisor), 1)

    def run(self, case, name):
        figures = sample(self.commands[name], self.environments[name],
                         case.load, self.operations(case, name),
                         case.arguments)
        wrong = count_is_wrong(case, self.operations(case, name),
                               figures.pop("operations", 0))
        if wrong:
            raise RuntimeError(f"{name}, {case.name}: {wrong}")
        return figures

    def measure(self, cases, rounds):
        """{case: {contender: {figure: [value of each round, or None]}}}"""
        able = {case: self.who(case)[0] for case in cases}
        progress = Progress(sum(len(able[case]) for case in cases
                                for number in range(rounds)
                                if has_turn(case, number, rounds)))
        result = {case: {name: {} for name in able[case]} for case in cases}
        for number in range(rounds):
            turn = [case for case in cases if has_turn(case, number, rounds)]
            for case in random.sample(turn, len(turn)):
                for name in random.sample(able[case], len(able[case])):
                    progress.step(f"{name}, {case.name}")
                    self.note(result[case][name], number, case, name)
        progress.end()
        return result

    def note(self, into, number, case, name):
        try:
            figures = self.run(case, name)
        except (RuntimeError, subprocess.TimeoutExpired) as failure:
            self.failures.append(str(failure))
            figures = {figure: None for figure in case.figures}
        for figure, value in figures.items():
            values = into.setdefault(figure, [])
            values.extend([None] * (number - len(values)))
            values.append(value)

    def counted(self, count, loads):
        """{title: {contender: count}}, for programs in C."""
        result = {}
        for load, arguments, short, long, title in loads:
            for name, contender in self.contenders.items():
                if contender.language != "C" or contender.only or lack(
                        small_case(load, arguments), *self.claims[name]):
                    continue
                result.setdefault(title, {})[name] = each_of(
                    count, [*self.commands[name], load], short, long,
                    arguments, self.environments[name])
        return result

    def instructions(self):
        need("valgrind")
        result = self.counted(instructions_of, plan.INSTRUCTIONS)
        for load, short, long, title in plan.GATE_INSTRUCTIONS:
            if OURS in self.contenders:
                result[title] = {OURS: each_of(
                    instructions_of, [self.place.gates(), load], short, long,
                    (), self.environments[OURS])}
        return result

    def calls(self):
        need("strace")
        return self.counted(calls_of, plan.CALLS)


# ---- what is counted ----

def small_case(load, arguments):
    return plan.Case("", load, arguments, 0, "", ())


def need(tool):
    if not shutil.which(tool):
        raise SystemExit(f"bench: {tool} is missing (Debian: {tool})")


def each_of(count, command, short, long, arguments, environment):
    """Of one operation, by the difference of two lengths."""
    begun, more = [count([*command, str(length), *arguments], environment)
                   for length in (short, long)]
    # What a run prints at its end differs by a few instructions.
    return round((more[0] - begun[0]) / (more[1] - begun[1]), 1)


def watched(command, environment):
    """What it said, and on stderr."""
    done = subprocess.run(command, check=True, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # "operations N" of a contender; of a load of tests/gates N alone.
    return int(float(done.stdout.split()[-1])), done.stderr


def instructions_of(command, environment):
    with tempfile.TemporaryDirectory() as folder:
        done, text = watched(["valgrind", "--tool=callgrind",
                              f"--callgrind-out-file={folder}/out", *command],
                             environment)
    return int(re.search(r"Collected : (\d+)", text).group(1)), done


def calls_of(command, environment):
    """Without those for memory, which the C library makes when it likes, and
    those of threads that wait for each other."""
    with tempfile.TemporaryDirectory() as folder:
        done, _ = watched(["strace", "-f", "-c", "-U", "calls,name", "-o",
                           f"{folder}/out", *command], environment)
        with open(f"{folder}/out", encoding="ascii") as lines:
            found = re.findall(r"^ *(\d+) +([a-z]\w*)$", lines.read(), re.M)
    return sum(int(count) for count, name in found if name not in
               UNCOUNTED), done


UNCOUNTED = {"total", "brk", "madvise", "mmap", "mprotect", "mremap", "munmap",
             "futex", "sched_yield"}


def count_is_wrong(case, asked, done):
    """A contender does what it was asked for, and finishes what it began."""
    if done < asked:
        return f"{done:.0f} operations instead of {asked}"
    if case.step and done >= asked + case.step:
        return f"{done:.0f} operations, more than {asked} and a step"
    return None
