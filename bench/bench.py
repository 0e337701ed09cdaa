#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures libiosrc and its rivals side by side: bench.py --help.

Every contender is a program over the same loads. Each round runs every
contender once at every case, one process a run, in shuffled order; ratios are
taken within a round. Figures of one thread are of the process's own CPU clock.
"""
import argparse
import json
import os
import sys

from suite import cases, contenders, report, runs

HERE = os.path.dirname(os.path.abspath(__file__))


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=".",
                        help="the build folder (default: this one)")
    parser.add_argument("--results", help="where results.json, table.txt and "
                        "the plots go (default: bench/results below --build)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--scale", type=float, default=1,
                        help="factor for the operations of a run")
    parser.add_argument("--quick", action="store_true",
                        help="few cases, 3 rounds, a quarter of the operations")
    parser.add_argument("--only", nargs="+", metavar="CONTENDER", default=[],
                        help="these contenders alone")
    parser.add_argument("--exclude", nargs="+", metavar="CONTENDER",
                        default=[], help="all but these")
    parser.add_argument("--cases", nargs="+", metavar="WORD", default=[],
                        help="cases of these sections or loads alone")
    parser.add_argument("--no-build", action="store_true",
                        help="what is measured was built before")
    parser.add_argument("--no-instructions", action="store_true",
                        help="do without callgrind, which takes a minute")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.scale = min(chosen.rounds, 3), chosen.scale / 4
    return chosen


def wanted_contenders(chosen):
    names = chosen.only or [one.name for one in contenders.ALL]
    if contenders.BASE not in names:
        names.append(contenders.BASE)
    left_out = [contenders.named(name).name for name in chosen.exclude]
    return [contenders.named(name) for name in names if name not in left_out]


def wanted_cases(chosen):
    found = [case for case in cases.ALL
             if (case.quick or not chosen.quick) and
             (not chosen.cases or case.section in chosen.cases or
              case.load in chosen.cases or case.name in chosen.cases)]
    if not found:
        sys.exit("bench: no such case; sections: " + " ".join(cases.SECTIONS))
    return found


def build(place, wanted):
    """All are built before the first run; one that cannot be is an error."""
    broken = False
    for contender in wanted:
        try:
            place.command(contender)
        except contenders.CannotBuild as why:
            broken = True
            print(f"bench: {contender.name} cannot be built: {why}\nInstall "
                  "what it needs (sh tools/deps.sh bench), or leave it out: "
                  f"EXCLUDE={contender.name}", file=sys.stderr)
    if broken:
        sys.exit(1)


def rounded(value):
    return None if value is None else float(f"{value:.5g}")


def collect(suite, chosen, found):
    measured = suite.measure(found, chosen.rounds)
    result = {"machine": runs.machine(), "rounds": chosen.rounds,
              "scale": chosen.scale, "cases": {},
              "instructions": {}, "failures": suite.failures}
    for case, who in measured.items():
        result["cases"][case.name] = {
            "who": {name: {figure: [rounded(value) for value in several]
                           for figure, several in figures.items()}
                    for name, figures in who.items()},
            "lacks": suite.who(case)[1]}
    if not (chosen.quick or chosen.no_instructions or chosen.cases):
        result["instructions"] = suite.instructions()
    return result


def keep(result, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w",
              encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    lines = list(report.text(result))
    with open(os.path.join(folder, "table.txt"), "w",
              encoding="utf-8") as file:
        print(json.dumps(result["machine"]), *lines, sep="\n", file=file)
    print(*lines, sep="\n")
    print(f"\nkept in {folder}")


def main():
    chosen = options()
    place = contenders.Place(os.path.dirname(HERE), chosen.build)
    place.builds = not chosen.no_build
    wanted = wanted_contenders(chosen)
    build(place, wanted)
    suite = runs.Suite(place, wanted, chosen.scale)
    result = collect(suite, chosen, wanted_cases(chosen))
    keep(result, chosen.results or
         os.path.join(place.build, "bench", "results"))
    if result["failures"]:
        sys.exit(1)


main()
