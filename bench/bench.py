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
import shutil
import sys

from suite import cases, contenders, document, plots, report, runs

HERE = os.path.dirname(os.path.abspath(__file__))


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=".",
                        help="the build folder (default: this one)")
    parser.add_argument("--results", help="where results.json, table.txt and "
                        "the plots go (default: bench/results below --build)")
    parser.add_argument("--rounds", type=int, default=9,
                        help="of cases of 9,000 and more only five of nine")
    parser.add_argument("--scale", type=float, default=1,
                        help="factor for the operations of a run")
    parser.add_argument("--quick", action="store_true",
                        help="few cases, 3 rounds, a quarter of the operations")
    parser.add_argument("--only", nargs="+", metavar="CONTENDER", default=[],
                        help="these contenders alone")
    parser.add_argument("--exclude", nargs="+", metavar="CONTENDER",
                        default=[], help="all but these")
    parser.add_argument("--cases", nargs="+", metavar="WORD", default=[],
                        help="cases of these sections or loads alone, or "
                        "counts")
    parser.add_argument("--reference", action="store_true",
                        help="measure nothing: make the results that are kept "
                        "those that doc/performance.md shows")
    parser.add_argument("--add", action="store_true",
                        help="keep what an earlier run has of other cases")
    parser.add_argument("--no-build", action="store_true",
                        help="what is measured was built before")
    parser.add_argument("--no-counts", action="store_true",
                        help="do without callgrind and strace, which take a "
                        "minute")
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
    if not found and chosen.cases != ["counts"]:
        sys.exit("bench: no such case; sections: " + " ".join(cases.SECTIONS) +
                 " counts")
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
    result = {"machine": runs.machine(), "versions": suite.versions(),
              "cases": {}, "instructions": {}, "calls": {},
              "failures": suite.failures}
    for case, who in measured.items():
        result["cases"][case.name] = {
            "who": {name: {figure: [rounded(value) for value in several]
                           for figure, several in figures.items()}
                    for name, figures in who.items()},
            "rounds": runs.turns(case, chosen.rounds), "scale": chosen.scale,
            "lacks": suite.who(case)[1]}
    if "counts" in chosen.cases or not (
            chosen.quick or chosen.cases or chosen.no_counts):
        result["instructions"] = suite.instructions()
        result["calls"] = suite.calls()
    return result


def add_kept(result, folder):
    """What an earlier run has kept of other cases."""
    with open(os.path.join(folder, "results.json"), encoding="utf-8") as file:
        kept = json.load(file)
    result["cases"] = {**kept["cases"], **result["cases"]}
    result["versions"] = {**kept["versions"], **result["versions"]}
    for kind in report.COUNTED:
        result[kind] = result[kind] or kept.get(kind, {})
    result["failures"] = kept["failures"] + result["failures"]


def one_line_a_case(result):
    """JSON that shows in a diff which cases are new."""
    parts = [f"{json.dumps(name)}:{json.dumps(value)}"
             for name, value in result.items() if name != "cases"]
    lines = ",\n".join(f"{json.dumps(name)}:" +
                       json.dumps(case, separators=(",", ":"))
                       for name, case in result["cases"].items())
    return "{" + ",\n".join(parts) + ',\n"cases":{\n' + lines + "}}\n"


def keep(result, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w",
              encoding="utf-8") as file:
        file.write(one_line_a_case(result))
    lines = list(report.text(result))
    with open(os.path.join(folder, "table.txt"), "w",
              encoding="utf-8") as file:
        print(json.dumps(result["machine"]), *lines, sep="\n", file=file)
    print(*lines, sep="\n")
    try:
        plots.draw(result, folder)
    except FileNotFoundError:
        print("\nno plots: gnuplot is missing (Debian: gnuplot-nox)")
    print(f"\nkept in {folder}")


def make_reference(folder):
    """Copies the results into the sources and writes the document's part."""
    source = os.path.dirname(HERE)
    reference = os.path.join(source, "bench", "results", "reference")
    os.makedirs(reference, exist_ok=True)
    for name in os.listdir(reference):
        os.remove(os.path.join(reference, name))
    for name in sorted(os.listdir(folder)):
        shutil.copyfile(os.path.join(folder, name),
                        os.path.join(reference, name))
    with open(os.path.join(reference, "results.json"),
              encoding="utf-8") as file:
        result = json.load(file)
    document.write(result, os.path.join(source, "doc", "performance.md"),
                   reference)


def main():
    chosen = options()
    if chosen.reference:
        make_reference(chosen.results or
                       os.path.join(chosen.build, "bench", "results"))
        return
    place = contenders.Place(os.path.dirname(HERE), chosen.build)
    place.builds = not chosen.no_build
    wanted = wanted_contenders(chosen)
    build(place, wanted)
    suite = runs.Suite(place, wanted, chosen.scale)
    folder = chosen.results or os.path.join(place.build, "bench", "results")
    result = collect(suite, chosen, wanted_cases(chosen))
    if chosen.add:
        add_kept(result, folder)
    keep(result, folder)
    if result["failures"]:
        sys.exit(1)


main()
