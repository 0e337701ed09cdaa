# SPDX-License-Identifier: MIT
"""The generated part of doc/performance.md: what stands between its marks."""
import os

from . import cases as plan
from . import report
from .contenders import BASE

BEGIN = "<!-- figures: begin; made by \"make bench-reference\" -->"
END = "<!-- figures: end -->"
PLOTS = {"pipes": ["pipes"], "echo": ["echo"], "changes": ["changes"],
         "empty": ["empty"], "ready": ["ready"], "wakers": ["wakers"],
         "timeouts": ["timeouts"], "growth": ["growth"],
         "batches": ["exchange", "dry", "register"]}
FOLDER = "../bench/results/reference"


def goal_table(result):
    rows = list(report.goal_rows(result))
    over = sum(row[-1] == "OVER" for row in rows)
    missing = sum(row[-1] == "not measured" for row in rows)
    yield "### Goals\n"
    yield (f"{len(rows) - over - missing} of {len(rows)} met, {over} not met, "
           f"{missing} not measured. \"In the quartiles\" asks for the lower "
           "quartile.\n")
    order = {"OVER": 0, "not measured": 1, "met": 2}
    rows.sort(key=lambda row: order[row[-1]])
    yield from report.markdown(
        [["", "limit", "median (quartiles)", ""], *rows])


def conditions(result):
    machine = result["machine"]
    rounds = {case["rounds"] for case in result["cases"].values()}
    spread = f"{min(rounds)}" if len(rounds) == 1 else \
        f"{min(rounds)} to {max(rounds)}"
    yield (f"Measured on {machine['date']}: {machine['cpu']}, "
           f"{machine['cores']} cores, Linux {machine['kernel']}, "
           f"{machine['libc']}; {spread} rounds; the load average was "
           f"{machine['load']:.1f} at the end.\n")
    if machine["load"] > 2 * machine["cores"]:
        yield ("**Other work kept the processors busy meanwhile**: take these "
               "figures for a sketch, and small differences for none.\n")
    missing = [case.name for case in plan.ALL
               if case.name not in result["cases"]]
    if missing:
        yield f"Not measured this time: {', '.join(missing)}.\n"
    told = [f"{report.TITLES[name]} {version}"
            for name, version in result["versions"].items()
            if not name.startswith("iosrc-") and name != BASE
            and name != "raw-poll"]
    yield "Versions: " + ", ".join(told) + ".\n"


def section(result, name, found, plots):
    yield f"### {report.section_title(name)}\n"
    if name not in (*report.PLAIN, *report.COUNTED):
        yield (f"{report.TITLES[BASE]}: median, in ns. All others: median of "
               "the ratios to it, and its quartiles.\n")
    for table in found:
        yield from report.markdown(table)
        yield ""
    for plot in PLOTS.get(name, []):
        if os.path.exists(os.path.join(plots, f"{plot}.svg")):
            yield f"![{plot}]({FOLDER}/{plot}.svg)\n"


def lacks(result):
    yield "### Where there is no figure\n"
    for who, reasons in report.lacks(result).items():
        said = "; ".join(f"{', '.join(loads)}: {reason}"
                         for reason, loads in reasons.items())
        yield f"- {report.TITLES[who]}: {said}."


def generated(result, plots):
    yield from conditions(result)
    yield from goal_table(result)
    yield ""
    for name, found in report.tables(result):
        yield from section(result, name, found, plots)
    yield from lacks(result)


def write(result, path, plots):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise SystemExit(f"bench: {path} lacks its marks")
    made = "\n".join(generated(result, plots))
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{BEGIN}\n\n{made}\n\n{END}{tail}")
