#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures iosrc.dll beside what else waits for sockets on Windows, under Wine.

    windows.py [--build FOLDER] [--rounds N] [--scale X] [--no-wepoll]

The folder is a build for Windows; a session of tools/wine.sh is around this
("make bench-wine" sees to both). Every round runs every contender once at every
case, in shuffled order. Wine's server does most of the work, one thing at a
time: the figures show how a way of waiting grows with its sockets, and how two
that go the same way to the system differ; they say nothing of Windows.

wepoll's source comes with the crate wepoll-ffi, which cargo fetches into the
build folder. It is measured, and no part of this project.
"""
import argparse
import os
import shutil
import subprocess
import sys
import textwrap

from suite import contenders, report, runs
from suite.cases import Case
from suite.contenders import Contender

HERE = os.path.dirname(os.path.abspath(__file__))
CRATE = "0.1.2"
BASE = "wsapoll"


def one(name, title, target=None, **environment):
    return Contender(name, title, "Windows", target or name,
                     environment=environment)


ALL = [
    one("iosrc", "libiosrc, edge"),
    one("iosrc-level", "libiosrc, level", target="iosrc", BENCH_LEVEL="yes"),
    one("wepoll", "wepoll, level"),
    one(BASE, "WSAPoll"),
    one("select", "select"),
]


def case(load, count, title):
    return Case("windows", load, (str(count),), 2000, title, ("roundtrip",),
                step=0)


CASES = [case("echo", count, f"{count} connection{'s' if count > 1 else ''}")
         for count in (1, 64, 500)] + \
        [case("idle", count, f"1 connection beside {count} that are silent")
         for count in (100, 500)]

# What cargo is to fetch for a program that has nothing but this in it.
MANIFEST = """[package]
name = "fetch-wepoll"
version = "0.0.0"
edition = "2018"
[lib]
path = "nothing.rs"
[dependencies]
wepoll-ffi = "={version}"
[workspace]
"""


def fetch_wepoll(build):
    """The folder of wepoll.c and wepoll.h."""
    folder = os.path.join(build, "bench", "wepoll")
    found = os.path.join(folder, "vendor", "wepoll-ffi", "vendor", "wepoll")
    if os.path.exists(os.path.join(found, "wepoll.c")):
        return found
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "Cargo.toml"), "w", encoding="ascii") as f:
        f.write(MANIFEST.format(version=CRATE))
    with open(os.path.join(folder, "nothing.rs"), "w", encoding="ascii"):
        pass
    environment = dict(os.environ, CARGO_HOME=os.path.join(folder, "home"))
    done = subprocess.run(
        ["cargo", "vendor", "--quiet", "vendor"], cwd=folder, text=True,
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise contenders.CannotBuild(f"cargo fetched no wepoll-ffi {CRATE}:\n"
                                     f"{done.stderr}")
    return found


def build_windows(place, contender):
    """Answers the command that runs it."""
    make = [shutil.which("make") or "make", "-s", "-C", place.build,
            f"bench/windows/{contender.target}.exe"]
    if contender.target == "wepoll":
        make += [f"WEPOLL={fetch_wepoll(place.build)}",
                 f"WEPOLL_FROM=of the crate wepoll-ffi {CRATE}"]
    contenders.run_build(contender, make)
    folder = os.path.join(place.build, "bench", "windows")
    program = os.path.join(folder, ".libs", f"{contender.target}.exe")
    if not os.path.exists(program):
        program = os.path.join(folder, f"{contender.target}.exe")
    return ["setarch", os.uname().machine, "-R", "wine", program]


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=".")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1,
                        help="factor for the operations of a run")
    parser.add_argument("--no-wepoll", action="store_true",
                        help="where nothing can be fetched")
    return parser.parse_args()


def cell(who, case_of, figures):
    """Round trips a second, and the ratio of their times to the base's."""
    times = figures[case_of][who]["roundtrip"]
    middle = report.median(times)
    if middle is None:
        return "-"
    bases = figures[case_of][BASE]["roundtrip"]
    quarter = report.quartiles(report.ratios(times, bases))
    if quarter is None:
        return f"{1e9 / middle:,.0f}"
    low, ratio, high = quarter
    return f"{1e9 / middle:,.0f}, {ratio:.2f} ({low:.2f}-{high:.2f})"


def table(figures, wanted):
    head = ["", *[who.title for who in wanted]]
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---|" * len(wanted)
    for case_of in CASES:
        cells = [cell(who.name, case_of, figures) for who in wanted]
        yield "| " + " | ".join([case_of.title, *cells]) + " |"


def main():
    chosen = options()
    if not os.environ.get("WINEPREFIX"):
        sys.exit("bench: no session of Wine (tools/wine.sh session ...)")
    contenders.BUILDERS["Windows"] = build_windows
    os.environ.update(WINEPATH=os.path.join(os.path.abspath(chosen.build),
                                            "lib", ".libs"))
    wanted = [who for who in ALL
              if not (chosen.no_wepoll and who.name == "wepoll")]
    place = contenders.Place(os.path.dirname(HERE), chosen.build)
    try:
        suite = runs.Suite(place, wanted, chosen.scale)
    except contenders.CannotBuild as why:
        sys.exit(f"bench: {why}")
    figures = suite.measure(CASES, chosen.rounds)
    machine = runs.machine()
    print(textwrap.fill(
        f"Under Wine, {machine['date']}, {machine['cpu']}, {machine['cores']} "
        f"processors, load {machine['load']:.1f}, {chosen.rounds} rounds; "
        + ", ".join(f"{name} {version}" for name, version
                    in suite.versions().items())
        + ". Round trips of 64 bytes a second (median); behind it their time "
        "as a ratio to WSAPoll's in the same round, with quartiles."))
    print()
    print("\n".join(table(figures, wanted)))
    for failure in suite.failures:
        print(f"FAILED: {failure}")
    sys.exit(1 if suite.failures else 0)


main()
