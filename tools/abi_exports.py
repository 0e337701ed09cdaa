#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""abi_exports.py [--tree TREE] [LIBRARY]: one list of functions, everywhere.

What the headers declare, bindings/abi/iosrc.json, the version script, .def and
the list for macOS, slots.txt, the plugin table and its initialiser, and what
LIBRARY exports, if it is given, name the same functions under the same nodes.
Prints each difference, and fails when there is one.
"""
import json
import os
import re
import subprocess
import sys

DECLARED = re.compile(r"IOSRC_CALL\s+(iosrc_\w+)\(")


class Lists:
    """What each place of a tree says, and what differs."""

    def __init__(self, tree):
        self.tree = tree
        self.problems = []
        self.data = json.loads(self.read("bindings/abi/iosrc.json"))
        self.nodes = {entry["name"]: entry["node"]
                      for entry in self.data["functions"]}
        self.names = list(self.nodes)

    def read(self, path):
        with open(os.path.join(self.tree, path), encoding="utf-8") as file:
            return file.read()

    def code(self, path):
        """A file of C without its comments."""
        return re.sub(r"/\*.*?\*/", "", self.read(path), flags=re.S)

    def same(self, where, found, expected):
        """Reports what is missing, what is too much, and a wrong order."""
        found, expected = list(found), list(expected)
        for name in expected:
            if name not in found:
                self.problems.append(f"{where}: {name} is missing")
        for name in found:
            if name not in expected:
                self.problems.append(f"{where}: {name} is not in iosrc.json")
        if sorted(found) == sorted(expected) and found != expected:
            self.problems.append(f"{where}: the order is another")
        if len(found) != len(set(found)):
            self.problems.append(f"{where}: a name stands there twice")

    def headers(self):
        found = []
        for name in self.data["headers"]:
            found += DECLARED.findall(self.code("include/" + name))
        self.same("headers", found, self.names)

    def version_script(self):
        """Names under their nodes; nothing else global, all else local."""
        text = self.code("lib/iosrc.map")
        found = []
        for node, body in re.findall(r"([\w.]+)\s*\{(.*?)\}", text, flags=re.S):
            section = "global"
            for word in re.findall(r"(\w+):|([\w*?]+);", body):
                section = word[0] or section
                if word[1] and section == "global":
                    found.append(f"{word[1]}@{node}")
        self.same("iosrc.map", sorted(found), sorted(
            f"{name}@{node}" for name, node in self.nodes.items()))
        if len(re.findall(r"local:\s*\*;", text)) != 1:
            self.problems.append("iosrc.map: all else has to be local, once")

    def lists(self):
        rows = self.read("lib/iosrc.def").splitlines()
        self.same("iosrc.def", [row.strip() for row in rows
                                if row.startswith("\t")], self.names)
        rows = self.read("lib/iosrc.exports").splitlines()
        self.same("iosrc.exports", [row for row in rows
                                    if not row.startswith("#")],
                  ["_" + name for name in self.names])

    def table(self):
        """Slot for slot: order, member and function."""
        slots = {entry["name"]: entry["slot"] for entry in
                 self.data["functions"] if entry["slot"]}
        order = sorted(slots, key=lambda name: slots[name]["number"])
        self.same("iosrc.json, table", self.data["table"]["slots"], order)
        self.same("functions without a slot",
                  [name for name in self.names if name not in slots],
                  [self.data["table"]["entry"]])
        rows = [row.split(" ") for row in
                self.read("bindings/abi/slots.txt").splitlines()
                if not row.startswith("#")]
        pairs = [f"{slots[name]['name']} = {name}" for name in order]
        self.same("slots.txt", [f"{row[2]} = {row[1]}" for row in rows], pairs)
        self.same("api_table.h", [" = ".join(pair) for pair in re.findall(
            r"\.(\w+) = (iosrc_\w+),", self.read("lib/api_table.h"))], pairs)
        self.same("iosrc_plugin.h", re.findall(
            r"\(IOSRC_CALL \*(\w+)\)\(", self.code("include/iosrc_plugin.h")),
            [slots[name]["name"] for name in order])

    def library(self, path):
        done = subprocess.run(
            [*(os.environ.get("NM") or "nm").split(), "-D", "--defined-only",
             "--with-symbol-versions", path],
            capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            self.problems.append(done.stderr.strip())
            return
        found = []
        for row in done.stdout.splitlines():
            _, kind, name = row.split(" ")
            if kind == "A" and name.partition("@")[0] in self.nodes.values():
                continue  # the node itself, with some linkers
            found.append(name if kind == "T" else f"{kind} {name}")
        self.same(os.path.basename(path), sorted(found), sorted(
            f"{name}@@{node}" for name, node in self.nodes.items()))


def main(arguments):
    tree = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    if arguments[:1] == ["--tree"]:
        tree = arguments[1]
        arguments = arguments[2:]
    lists = Lists(tree)
    lists.headers()
    lists.version_script()
    lists.lists()
    lists.table()
    for path in arguments:
        lists.library(path)
    for problem in lists.problems:
        print(f"abi_exports: {problem}", file=sys.stderr)
    print(f"abi_exports: {len(lists.names)} functions,"
          f" {len(lists.problems)} problems")
    return 1 if lists.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
