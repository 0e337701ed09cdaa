# SPDX-License-Identifier: MIT
"""Tables of what was measured: medians, ratios with quartiles, goals.

A result is plain data, as results.json keeps it:
    {"machine": {...}, "versions": {contender: text},
     "cases": {name: {"who": {contender: {figure: [value a round]}},
                      "lacks": {contender: reason}, "rounds": n,
                      "scale": factor of operations}},
     "instructions": {title: {contender: count}}, "calls": the same of system
     calls, "failures": [text]}
"""
import statistics

from . import cases as plan
from .contenders import ALL as CONTENDERS
from .contenders import BASE, OURS

TITLES = {one.name: one.title for one in CONTENDERS}
LANGUAGES = {one.name: one.language for one in CONTENDERS}


def values(result, case, who, figure):
    """Of each round; of a sum of figures, "this + that", too."""
    found = result["cases"].get(case, {}).get("who", {}).get(who, {})
    parts = [found.get(part, []) for part in figure.split(" + ")]
    if len(parts) == 1:
        return parts[0]
    return [None if None in several else sum(several)
            for several in zip(*parts)]


def median(numbers):
    there = [number for number in numbers if number is not None]
    return statistics.median(there) if there else None


def quartiles(numbers):
    """Lower quartile, median, upper quartile; None without any number."""
    if not numbers:
        return None
    if len(numbers) == 1:
        return numbers * 3
    return statistics.quantiles(numbers, n=4, method="inclusive")


def ratios(these, bases):
    return [this / base for this, base in zip(these, bases)
            if this is not None and base]


def ratio(result, case, who, figure, against=BASE):
    """Quartiles of the ratios within each round."""
    return quartiles(ratios(values(result, case, who, figure),
                            values(result, case, against, figure)))


# ---- tables ----

def number(value):
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def shown(result):
    """Contenders that were measured at all, in their order."""
    there = {who for case in result["cases"].values() for who in case["who"]}
    return [one.name for one in CONTENDERS if one.name in there]


def ratio_cell(result, case, who, figure):
    quarter = ratio(result, case, who, figure)
    if quarter is None:
        return "-"
    low, middle, high = quarter
    if middle >= 9.995:
        return f"{middle:,.0f}"
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def section_cases(result, section):
    return [case for case in plan.ALL if case.section == section
            and result["cases"].get(case.name, {}).get("who")]


def columns_of(result, cases, names):
    return [name for name in names if any(
        name in result["cases"][case.name]["who"] for case in cases)]


def ratio_table(result, cases, names):
    """A row for each figure, the base in ns, the others against it."""
    others = [name for name in columns_of(result, cases, names)
              if name != BASE]
    if not others:
        return None
    rows = [["", f"{TITLES[BASE]}, ns", *[TITLES[name] for name in others]]]
    for case in cases:
        for figure in case.figures:
            title = case.title + (f": {figure}" if len(case.figures) > 1
                                  else "")
            rows.append([title, number(median(values(
                result, case.name, BASE, figure))),
                *[ratio_cell(result, case.name, name, figure)
                  for name in others]])
    return rows


def plain_table(result, cases, names):
    """A row for each figure, each contender's own median."""
    columns = columns_of(result, cases, names)
    rows = [["", *[TITLES[name] for name in columns]]]
    for case in cases:
        for figure in case.figures:
            title = case.title + (f": {figure}" if len(case.figures) > 1
                                  else "")
            rows.append([title, *[
                number(median(values(result, case.name, name, figure)))
                for name in columns]])
    return rows


# Sections whose figures are no multiples of the base's.
PLAIN = ("timeouts", "memory", "asyncio")
# What is counted, by its name in the results.
COUNTED = {
    "instructions": "Instructions of user space an operation (callgrind)",
    "calls": "System calls an operation (strace)",
}


def languages(names):
    """C first, which everything is held against; then all others."""
    inside = [name for name in names if LANGUAGES[name] == "C"]
    outside = [name for name in names if LANGUAGES[name] != "C"]
    return [part for part in (inside, outside) if part]


def tables(result):
    """(section, [table]): what there is to show."""
    for section in plan.SECTIONS:
        cases = section_cases(result, section)
        if not cases:
            continue
        make = plain_table if section in PLAIN else ratio_table
        found = [make(result, cases, names)
                 for names in languages(shown(result))]
        yield section, [table for table in found if table and len(table) > 1
                        and len(table[0]) > 1]
    for kind in COUNTED:
        if result.get(kind):
            yield kind, [count_table(result[kind])]


def count_table(counts):
    names = [one.name for one in CONTENDERS if any(
        one.name in row for row in counts.values())]
    return [["", *[TITLES[name] for name in names]],
            *[[title, *[number(row.get(name)) for name in names]]
              for title, row in counts.items()]]


def section_title(section):
    return COUNTED.get(section) or plan.SECTIONS[section]


def lacks(result):
    """{contender: {reason: [load]}}: the cells without a figure. A load that
    a contender has otherwise is said with its case."""
    found = {}
    has = {(who, case.load) for case in plan.ALL
           for who in result["cases"].get(case.name, {}).get("who", {})}
    for case in plan.ALL:
        kept = result["cases"].get(case.name, {})
        for who, reason in kept.get("lacks", {}).items():
            loads = found.setdefault(who, {}).setdefault(reason, [])
            name = case.name if (who, case.load) in has else case.load
            if name not in loads:
                loads.append(name)
    return found


# ---- goals ----

def goal_value(result, goal):
    """What is compared with the limit, and the text that says it."""
    own = values(result, goal.case, goal.who, goal.figure)
    if goal.against is None:
        value = median(own)
        return value, number(value)
    bases = values(result, goal.at_base or goal.case, goal.against,
                   goal.figure)
    found = ratios(own, bases)
    if goal.less_base:
        found = ratios(found, ratios(
            values(result, goal.case, BASE, goal.figure),
            values(result, goal.at_base, BASE, goal.figure)))
    quarter = quartiles(found)
    if quarter is None:
        return None, "-"
    low, middle, high = quarter
    return (low if goal.band else middle,
            f"{middle:.2f} ({low:.2f}-{high:.2f})")


def goal_rows(result, every=True):
    """[what, limit, value, verdict]; a goal without a figure says so. Not
    every: those of what was measured alone."""
    for goal in plan.goals():
        if not every and not values(result, goal.case, goal.who, goal.figure):
            continue
        value, text = goal_value(result, goal)
        against = TITLES.get(goal.against, goal.against)
        what = f"{goal.case}, {goal.figure}: {TITLES.get(goal.who, goal.who)}"
        if goal.at_base:
            what += f" / itself at {goal.at_base}"
            if goal.less_base:
                what += f", that of {TITLES[BASE]} = 1"
        elif goal.against:
            what += f" / {against}"
        limit = f"{goal.limit:g}" + (" in the quartiles" if goal.band else "")
        yield [what, limit, text, verdict(value, goal.limit)]
    for kind, title, limit in plan.COUNT_GOALS:
        value = result.get(kind, {}).get(title, {}).get(OURS)
        name = {"calls": "system calls"}.get(kind, kind)
        if every or value is not None:
            yield [f"{name}, {title}: {TITLES[OURS]}", str(limit),
                   number(value), verdict(value, limit)]


def verdict(value, limit):
    if value is None:
        return "not measured"
    return "met" if value <= limit else "OVER"


# ---- text ----

def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            [row[0].ljust(widths[0])] +
            [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])])


def markdown(rows):
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|---|" + "---:|" * (len(rows[0]) - 1)
    for row in rows[1:]:
        yield "| " + " | ".join(row) + " |"


def text(result):
    """What is printed at the end."""
    for section, found in tables(result):
        yield f"\n{section_title(section)}"
        if section not in (*PLAIN, *COUNTED):
            yield (f"median of {TITLES[BASE]}; then medians of the ratios to "
                   "it (quartiles)")
        for table in found:
            yield from aligned(table)
            yield ""
    for who, reasons in lacks(result).items():
        for reason, loads in reasons.items():
            yield f"- {TITLES[who]} has no {', '.join(loads)}: {reason}"
    rows = list(goal_rows(result, every=False))
    if rows:
        yield "\nGoals"
        yield from aligned([["", "limit", "median (quartiles)", ""], *rows])
    for failure in result["failures"]:
        yield f"FAILED: {failure}"
