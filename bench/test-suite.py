# SPDX-License-Identifier: MIT
"""Whether the suite can be believed: every contender that was built does every
load it claims as often as it was asked to, a wrong count and a failing run are
found, and the driver measures, keeps and prints. Looks at no time.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from suite import cases, contenders, document, plots, report, runs  # noqa: E402

SOURCE = os.environ.get("top_srcdir", os.path.dirname(HERE))
BUILD = os.environ.get("top_builddir", os.getcwd())
PATIENCE = 60 * int(os.environ.get("IOSRC_TEST_SLOWNESS", "1"))

# load, arguments, operations, what is counted in the end; None: at least the
# operations.
SMALL = [
    ("pipes", ("10", "2", "10"), 100, 108),
    ("growth", ("200",), 250, 300),
    ("threads", ("2",), 300, 404),
    ("shared", ("2",), 300, 300),
    ("echo-together", ("3", "tcp"), 100, None),
    ("echo-together", ("3", "unix"), 100, None),
    ("echo-apart", ("3", "tcp"), 100, None),
    ("echo-apart", ("3", "unix"), 100, None),
    ("accept", ("4",), 10, 12),
    ("change", ("30",), 50, 60),
    ("life", ("3",), 20, 20),
    ("quartet", (), 20, 20),
    ("empty", ("10",), 20, 20),
    ("empty", ("10", "threaded"), 20, 20),
    ("memory", ("50",), 1, 50),
    ("ready", ("100", "edge"), 150, 200),
    ("ready", ("100", "level"), 150, None),
    ("wake", ("self",), 20, 20),
    ("wake", ("pending",), 20, 20),
    ("wake", ("awake",), 20, 20),
    ("wake", ("asleep",), 10, 10),
    ("wake", ("pingpong",), 20, 20),
    ("timeout", ("50000",), 5, 5),
    ("timeout", ("1000000",), 5, 5),
    ("exchange", ("10",), 50, 60),
    ("dry", ("10",), 25, 30),
    ("register", ("10",), 25, 30),
    ("asyncio", ("3",), 20, 20),
]

passed = failed = skipped = 0


def result(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL: {what}")


def skip(what):
    global skipped
    skipped += 1
    print(f"SKIP: {what}")


# ---- counts ----

def check_counts(place, contender):
    """Every load that is claimed, at a size that takes no time."""
    command = [*place.made[contender.target], *contender.arguments]
    environment = place.environment(contender)
    claims, lacks = runs.loads_of(command, environment)
    unknown = claims - {load for load, *_ in SMALL}
    result(not unknown, f"{contender.name}: no test of {unknown}")
    for load, arguments, wanted, counted in SMALL:
        if load == "asyncio" and contender.language != "Python":
            continue
        name = f"{contender.name}: {load} {' '.join(arguments)}"
        why = runs.lack(runs.small_case(load, arguments), claims, lacks)
        if why:
            skip(f"{name}: {why}")
            continue
        try:
            figures = runs.sample(command, environment, load, wanted,
                                  arguments, PATIENCE)
        except (RuntimeError, subprocess.TimeoutExpired) as failure:
            if "no ring here" in str(failure):
                skip(f"{name}: no ring can be made here")
            else:
                result(False, failure)
            continue
        done = figures.pop("operations")
        result(done == counted if counted else done >= wanted,
               f"{name}: {done} operations")
        result(figures, f"{name}: no figure")


# ---- failures are found ----

def program(folder, text):
    path = os.path.join(folder, "fake")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\n[ \"$1\" = list ] && echo empty && exit\n"
                   f"{text}\n")
    os.chmod(path, 0o755)
    return path


def failures_of(place, folder, text):
    """What a suite says of a contender that answers text at every load."""
    fake = contenders.Contender("fake", "a fake", "C", "fake")
    place.made["fake"] = [program(folder, text)]
    suite = runs.Suite(place, [fake], 1)
    suite.measure([runs.small_case("empty", ("1",))], 1)
    return suite.failures


def check_failures(place):
    with tempfile.TemporaryDirectory() as folder:
        for text, good in (("echo wait 1; echo operations 1", True),
                           ("echo wait 1; echo operations 0", False),
                           ("echo wait 1; echo operations 2", False),
                           ("echo wait 1", False),
                           ("echo wait 1; echo operations 1; exit 1", False)):
            failures = failures_of(place, folder, text)
            result(bool(failures) != good, f"{text}: {failures}")


def check_turns(place):
    """A case that is measured in fewer rounds, beside one in all of them."""
    with tempfile.TemporaryDirectory() as folder:
        fake = contenders.Contender("fake", "a fake", "C", "fake")
        place.made["fake"] = [program(folder,
                                      "echo wait 1; echo operations 1")]
        suite = runs.Suite(place, [fake], 1)
        rare = cases.Case("", "empty", ("1",), 0, "", (), of_nine=5)
        often = cases.Case("", "empty", ("2",), 0, "", ())
        found = suite.measure([rare, often], 9)
        result(not suite.failures, suite.failures)
    result(found[often]["fake"]["wait"] == [1] * 9, found[often])
    result(found[rare]["fake"]["wait"] ==
           [1, 1, None, 1, None, 1, None, 1], found[rare])
    result(runs.turns(rare, 9) == 5 and runs.turns(often, 9) == 9, "turns")
    result(all(runs.has_turn(rare, 0, rounds) for rounds in range(1, 20)),
           "a first round without a case")


# ---- the driver ----

def drive(folder, *more):
    return subprocess.run(
        [sys.executable, "-B", os.path.join(HERE, "bench.py"), "--build",
         BUILD, "--results", folder, "--no-build", "--rounds", "1", "--scale",
         "0.01", *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=4 * PATIENCE)


def check_driver():
    with tempfile.TemporaryDirectory() as folder:
        done = drive(folder, "--only", "raw-epoll", "iosrc", "--cases",
                     "empty 1000", "wake self")
        result(done.returncode == 0, done.stdout)
        if done.returncode != 0:
            return
        with open(os.path.join(folder, "results.json"),
                  encoding="utf-8") as file:
            kept = json.load(file)
        for name, figure in (("empty 1000", "wait"), ("wake self", "wake")):
            for who in ("raw-epoll", "iosrc"):
                values = kept["cases"][name]["who"][who][figure]
                result(len(values) == 1 and values[0] > 0,
                       f"{name}, {who}: {values}")
        result("wake and wait in one thread" in done.stdout, done.stdout)
        done = drive(folder, "--only", "no-such-contender")
        result(done.returncode != 0, "a contender that there is not")


# ---- what is made of results ----

def made_up():
    """A result with every case of every contender, all of them 1 or 2."""
    found = {}
    for case in cases.ALL:
        found[case.name] = {"who": {
            one.name: {figure: [2.0 if one.name == "libuv" else 1.0] * 3
                       for figure in case.figures}
            for one in contenders.ALL
            if not case.contenders or one.name in case.contenders},
            "lacks": {"apr": "a reason"}, "rounds": 3, "scale": 1}
    return {"machine": runs.machine(), "versions": {"libuv": "9.9"},
            "cases": found, "failures": ["a failure"],
            "instructions": {title: {"raw-epoll": 1, "iosrc": 1000}
                             for *_, title in cases.INSTRUCTIONS},
            "calls": {title: {"raw-epoll": 1, "iosrc": 0.0}
                      for *_, title in cases.CALLS}}


def check_report():
    kept = made_up()
    text = "\n".join(report.text(kept))
    result("2.00 (2.00-2.00)" in text, "libuv's ratio")
    result("FAILED: a failure" in text, "the failure")
    goals = {row[0]: row[-1] for row in report.goal_rows(kept)}
    result(goals["empty 1000, wait: libiosrc / raw epoll"] == "met", goals)
    result(goals["wake self, wake: libiosrc / mio (Rust)"] == "OVER", goals)
    result(goals["instructions, an empty wait: libiosrc"] == "OVER", goals)
    result(goals["system calls, an empty wait: libiosrc"] == "met", goals)
    result(goals["instructions, an edge: its write, the wait and the handler: "
                 "libiosrc"] == "not measured", goals)
    result(goals["memory 9000, object + watching: libiosrc"] == "met", goals)
    result(goals["growth 18000, event: libiosrc / itself at growth 100, that "
                 "of raw epoll = 1"] == "met", goals)
    kept["cases"]["growth 18000"]["who"]["iosrc"]["event"] = [9.0] * 3
    result([row[-1] for row in report.goal_rows(kept) if "itself" in row[0]]
           == ["OVER", "OVER"], "growth that is not flat")
    result(not list(report.goal_rows({"cases": {}}, every=False)) and
           len(list(report.goal_rows({"cases": {}}))) > 100,
           "goals without a figure")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"before\n{document.BEGIN}\nold\n{document.END}\nafter")
        document.write(kept, path, folder)
        with open(path, encoding="utf-8") as file:
            page = file.read()
        result(page.startswith("before\n") and page.endswith("\nafter") and
               "old" not in page and "libuv 9.9" in page, page[:200])
        if not shutil.which("gnuplot"):
            skip("plots: gnuplot is missing (Debian: gnuplot-nox)")
            return
        plots.draw(kept, folder)
        for several in document.PLOTS.values():
            for name in several:
                result(os.path.getsize(os.path.join(folder, f"{name}.svg")),
                       name)


def built_before(place, contender):
    """Its command, if there is one: "make bench" builds those that make check
    does not."""
    where = {"C": place.program(contender.target),
             "Rust": os.path.join(BUILD, "bench", "rust", "release",
                                  "iosrc-bench"),
             "Go": os.path.join(BUILD, "bench", "go", "iosrc-bench"),
             "Python": os.path.join(place.library, "libiosrc.so")}
    if not os.access(where[contender.language], os.X_OK):
        return None
    if contender.language != "Python":
        return [where[contender.language]]
    # Not one that wants a sanitizer's library in front, or another processor.
    loads = subprocess.run([sys.executable, "-c", "import iosrc"], check=False,
                           env=place.environment(contender),
                           stderr=subprocess.DEVNULL).returncode == 0
    return contenders.build_python(place, contender) if loads else None


def main():
    place = contenders.Place(SOURCE, BUILD)
    for contender in contenders.ALL:
        command = built_before(place, contender)
        if command:
            place.made[contender.target] = command
            check_counts(place, contender)
        else:
            skip(f"{contender.name}: not built, or not to be loaded "
                 f"({contender.needs})")
    check_failures(place)
    check_turns(place)
    check_report()
    check_driver()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)


main()
