# SPDX-License-Identifier: MIT
"""check-cases.py LANGUAGE: reads the names of the tests that a language's
runner has run from standard input, one a line, and compares them with
bindings/cases.txt. Names are compared without case, underscores and the
prefixes case and test. Fails for a case that was neither run nor left out with
a reason in bindings/LANGUAGE/cases-left-out.txt, and for one that is left out
and was run."""

import os
import re
import sys

TOP = os.environ.get("top_srcdir",
                     os.path.join(os.path.dirname(__file__), "..", ".."))


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.split(None, 1)


def plain(name):
    name = re.sub(r"^(case|test)_?", "", name.strip().lower())
    return re.sub(r"^(case|test)_?", "", name).replace("_", "")


def main():
    language = sys.argv[1]
    cases = [line[0] for line in lines_of(
        os.path.join(TOP, "bindings", "cases.txt"))]
    out = os.path.join(TOP, "bindings", language, "cases-left-out.txt")
    left_out = {}
    if os.path.exists(out):
        for line in lines_of(out):
            left_out[line[0]] = line[1].strip() if len(line) > 1 else ""
    ran = {plain(name) for name in sys.stdin}
    wrong = 0
    for case in cases:
        if plain(case) in ran and case in left_out:
            print(f"{language}: {case} runs and is left out")
            wrong += 1
        elif plain(case) not in ran and not left_out.get(case):
            print(f"{language}: {case} did not run")
            wrong += 1
        elif case in left_out:
            print(f"{language}: {case} is left out: {left_out[case]}")
    for case in set(left_out) - set(cases):
        print(f"{language}: {case} is left out and is no case")
        wrong += 1
    print(f"{language}: {len(cases)} cases, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
