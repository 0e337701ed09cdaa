# SPDX-License-Identifier: MIT
"""Plots of a result as SVG, by gnuplot."""
import os
import subprocess

from . import cases as plan
from . import report
from .contenders import BASE

HEAD = """set terminal svg size 1000,{height} font 'sans-serif,11' \
background rgb 'white'
set output {output}
set title {title} noenhanced
set grid lw 0.5 lc rgb '#cccccc'
set key below noenhanced
"""
COLOURS = ("#000000", "#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd",
           "#8c564b", "#e377c2", "#17becf", "#bcbd22")


def quoted(text):
    """A string of gnuplot, which does nothing with what is inside."""
    return "'" + text.replace("'", "''") + "'"


def style(number):
    return f"lc rgb '{COLOURS[number % len(COLOURS)]}' pt {number % 7 + 5}"


class Plot:
    """A script for gnuplot, with its data inside."""

    def __init__(self, path, title, height=480):
        self.path = path
        self.text = HEAD.format(output=quoted(path), title=quoted(title),
                                height=height)
        self.curves = []
        self.blocks = ""

    def say(self, line):
        self.text += line + "\n"

    def curve(self, rows, how, title):
        """Rows of numbers, drawn as `how` says."""
        if not rows:
            return
        name = f"$data{len(self.curves)}"
        lines = "\n".join(" ".join(f"{value:.6g}" for value in row)
                          for row in rows)
        self.blocks += f"{name} << END\n{lines}\nEND\n"
        self.curves.append(f"{name} {how} title {quoted(title)}")

    def draw(self):
        if not self.curves:
            return
        script = (self.blocks + self.text + "plot " +
                  ", \\\n  ".join(self.curves) + "\n")
        subprocess.run(["gnuplot"], input=script, text=True, check=True)


def names_of(result, wanted):
    return [name for name in report.shown(result) if name in wanted]


LIBRARIES = (BASE, "iosrc", "mio", "polling", "libuv", "libevent", "libev",
             "apr")


def ratio_plot(result, folder, section):
    """Each figure a group of rows; a dot and its quartiles a contender."""
    rows = [(case, figure) for case in report.section_cases(result, section)
            for figure in case.figures if figure != "wall"]
    names = [name for name in names_of(result, LIBRARIES) if name != BASE]
    if not rows or not names:
        return
    plot = Plot(os.path.join(folder, f"{section}.svg"),
                f"{plan.SECTIONS[section]}: against raw epoll",
                height=190 + 60 * len(rows))
    tics = ", ".join(
        quoted(case.title + (f": {figure}" if len(case.figures) > 1 else "")) +
        f" {-row}" for row, (case, figure) in enumerate(rows))
    plot.say(f"set ytics ({tics}) noenhanced")
    plot.say(f"set yrange [{-len(rows) + 0.4}:0.6]")
    plot.say("set logscale x 2\nset xrange [0.25:16]")
    plot.say("set xlabel 'ratio to raw epoll, median and quartiles "
             "(less is better)'")
    plot.say(f"set arrow from 1,{-len(rows) + 0.4} to 1,0.6 nohead lw 2 "
             "lc rgb '#888888'")
    for number, name in enumerate(names):
        dots = []
        for row, (case, figure) in enumerate(rows):
            quarter = report.ratio(result, case.name, name, figure)
            if quarter:
                low, middle, high = quarter
                height = 0.3 - 0.6 * number / max(len(names) - 1, 1) - row
                dots.append((middle, height, low, high))
        plot.curve(dots, f"using 1:2:3:4 with xerrorbars {style(number + 1)}",
                   report.TITLES[name])
    plot.draw()


def line_plot(result, folder, name, title, load, figure, labels, value,
              logs="x 2"):
    """A curve a contender over the first number of each case of a load."""
    found = [case for case in plan.ALL if case.load == load]
    plot = Plot(os.path.join(folder, f"{name}.svg"), title)
    xlabel, ylabel = labels
    plot.say(f"set logscale {logs}\nset xlabel {quoted(xlabel)}\n"
             f"set ylabel {quoted(ylabel)}")
    if "y" not in logs:
        plot.say("set yrange [0:*]")
    for number, who in enumerate(report.shown(result)):
        points = []
        for case in found:
            y = value(result, case, who, figure)
            if y is not None:
                points.append((int(case.arguments[0]), y))
        plot.curve(points, f"using 1:2 with linespoints {style(number)}",
                   report.TITLES[who])
    plot.draw()


def absolute(result, case, who, figure):
    return report.median(report.values(result, case.name, who, figure))


def relative(result, case, who, figure):
    quarter = report.ratio(result, case.name, who, figure)
    return quarter and quarter[1]


def microseconds_late(result, case, who, figure):
    value = absolute(result, case, who, figure)
    return None if value is None else max(value / 1000, 0.1)


def draw(result, folder):
    """Every plot that there are figures for; FileNotFoundError: no gnuplot."""
    for section in ("pipes", "echo", "changes", "empty", "ready", "wakers"):
        ratio_plot(result, folder, section)
    line_plot(result, folder, "growth", plan.SECTIONS["growth"], "growth",
              "event", ("sources", "ns an event"), absolute, logs="xy 10")
    for load, figure in (("exchange", "operation"), ("dry", "read"),
                         ("register", "add")):
        title = next(case.title for case in plan.ALL if case.load == load)
        line_plot(result, folder, load, title.rsplit(",", 1)[0] +
                  ", by batch size", load, figure,
                  ("at once", "ratio to raw epoll, one by one"), relative)
    line_plot(result, folder, "timeouts", plan.SECTIONS["timeouts"],
              "timeout", "median",
              ("timeout asked for, ns", "median lateness, microseconds"),
              microseconds_late, logs="xy 10")
