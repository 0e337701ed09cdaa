#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bindings.py BUILD-FOLDER C-PROGRAM [ROUNDS]: what it costs to cross into the
library from each language, as one table.

The programs of this folder measure the same five things. Each round runs all of
them once, in shuffled order, so that a slow minute of the machine meets all; a
figure is the least of all rounds, for whatever else runs only adds to it. A
language whose compiler is missing is left out by name.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
ROWS = ("rearm", "do_io, would block", "read, would block",
        "event of 64, wait and all", "event of 64, looked at")
WAIT, LOOK = ROWS[3], ROWS[4]
LANGUAGES = ("C", "Rust", "Zig", "Go", "Python")
GOALS = {"Go": 5, "Python": 250}  # ns an event of a batch, beyond C


def build_rust(libraries, work):
    program = os.path.join(work, "rust")
    subprocess.run(["sh", os.path.join(HERE, "rust.sh"), libraries, program],
                   check=True)
    return [program]


def build_zig(libraries, work):
    program = os.path.join(work, "zig")
    subprocess.run(["sh", os.path.join(HERE, "zig.sh"),
                    os.path.dirname(os.path.dirname(libraries)), program],
                   check=True)
    return [program]


def build_go(libraries, work):
    with open(os.path.join(work, "iosrc.pc"), "w", encoding="utf-8") as file:
        file.write("Name: libiosrc\nDescription: built here\nVersion: 0\n"
                   f"Libs: -L{libraries} -liosrc\n"
                   f"Cflags: -I{TOP}/include\n")
    program = os.path.join(work, "go")
    subprocess.run(["go", "build", "-o", program,
                    os.path.join(HERE, "go.go")], check=True,
                   cwd=os.path.join(TOP, "bindings", "go"),
                   env=dict(os.environ, PKG_CONFIG_PATH=work,
                            GOFLAGS="-mod=readonly", GOPROXY="off",
                            GOTOOLCHAIN="local", GOWORK="off"))
    return [program]


def zig_compiler():
    return os.environ.get("IOSRC_ZIG") or shutil.which("zig") or \
        shutil.which("/usr/local/zig/ziglang/zig")


def build_all(build, c_program, work):
    libraries = os.path.join(os.path.abspath(build), "lib", ".libs")
    os.environ["LD_LIBRARY_PATH"] = libraries
    os.environ["PYTHONPATH"] = os.path.join(TOP, "bindings", "python")
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)
    commands = {"C": [os.path.abspath(c_program)],
                "Python": [sys.executable, os.path.join(HERE, "python.py")]}
    for name, there, builder in (("Rust", shutil.which("rustc"), build_rust),
                                 ("Zig", zig_compiler(), build_zig),
                                 ("Go", shutil.which("go"), build_go)):
        if there:
            commands[name] = builder(libraries, work)
        else:
            print(f"SKIP: {name}: its compiler is not here")
    return {name: commands[name] for name in LANGUAGES if name in commands}


def figures(command):
    """One run: the rows, and what Go counted."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8",
                          timeout=300, env=dict(os.environ, ROUNDS="3"))
    result = {}
    for row in ROWS:
        found = re.search(rf"^{re.escape(row)}\s+([0-9.]+)", done.stdout, re.M)
        if not found:
            sys.exit(f"{command[0]}: no \"{row}\" in\n{done.stdout}")
        result[row] = float(found[1])
    allocations = re.search(
        rf"^{re.escape(WAIT)}.* ([0-9.]+) allocations", done.stdout, re.M)
    if allocations:
        result["allocations"] = float(allocations[1])
    return result


def table(samples):
    least = {name: {row: min(run[row] for run in runs) for row in ROWS}
             for name, runs in samples.items()}
    beyond = {name: {row: least[name][row] - least["C"][row] for row in ROWS}
              for name in samples}
    for title, cost in (("ns each", least), ("beyond C", beyond)):
        print(f"{title:28}" + "".join(f"{name:>10}" for name in samples))
        for row in ROWS:
            print(f"{row:28}" + "".join(f"{cost[name][row]:10.1f}"
                                        for name in samples))
    return beyond


def goals(samples, beyond):
    """A wait's time is mostly the kernel's, and its noise: the goals are for
    what a language does with an event, plus its share of the crossing, which
    a rearm shows."""
    missed = 0
    for name, goal in GOALS.items():
        if name not in samples:
            continue
        cost = beyond[name][LOOK] + beyond[name][ROWS[0]] / 64
        missed += cost >= goal
        print(f"{name}: {cost:.1f} ns an event of a batch beyond C, goal"
              f" {goal}: {'met' if cost < goal else 'MISSED'}")
    if "Go" in samples:
        most = max(run["allocations"] for run in samples["Go"])
        missed += most >= 0.001
        print(f"Go: {most:.3f} allocations an event (for Rust and Zig their"
              " tests count: no_allocation_per_event)")
    return missed


def main():
    build, c_program = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    missed = 0
    with tempfile.TemporaryDirectory() as work:
        commands = build_all(build, c_program, work)
        for backend in ("epoll", "poll"):
            os.environ["IOSRC_BACKEND"] = backend
            samples = {name: [] for name in commands}
            for _ in range(rounds):
                for name in random.sample(list(commands), len(commands)):
                    samples[name].append(figures(commands[name]))
            print(f"\n{backend}, least of {rounds} rounds")
            missed += goals(samples, table(samples))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
