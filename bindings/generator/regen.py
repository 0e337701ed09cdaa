#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""regen.py [--check|--lint] [TREE]: makes all generated files of a tree.

Reads include/*.h with clang, checks them, and writes bindings/abi/iosrc.json
and all that is made of it. With --check it writes nothing, and fails when a
file is not what it would write; with --lint it checks the headers alone.
Needs clang and Python, nothing else.
"""
import difflib
import os
import sys

sys.dont_write_bytecode = True

import abi as interface  # noqa: E402
import clang  # noqa: E402
import layout  # noqa: E402
import slots as slot_order  # noqa: E402
from emit import (  # noqa: E402
    api_table, export_lists, ffi_table, go, json_file, layout_test, man,
    python, rust, zig)
from problems import Broken, Problems  # noqa: E402

SLOTS = "bindings/abi/slots.txt"
EMITTERS = (json_file, export_lists, api_table, layout_test, ffi_table, rust,
            go, zig, python, man)


def outputs(tree, problems):
    """Path -> text of everything that is generated."""
    include = os.path.join(tree, "include")
    slots = slot_order.parse(read(os.path.join(tree, SLOTS)))
    data, plugin = interface.Interface(include, slots, problems).read()
    if problems.found:
        return {}
    found = {SLOTS: slot_order.render(slots),
             os.path.join("include", interface.PLUGIN): plugin}
    for emitter in EMITTERS:
        if hasattr(emitter, "files"):
            found.update(emitter.files(data))
        else:
            found[emitter.FILE] = emitter.text(data)
    check_layouts(found[layout_test.FILE], plugin, include)
    return found


def check_layouts(source, plugin, include):
    """Has clang check what was computed, for each target."""
    name = interface.PLUGIN
    source = source.replace(f"#include <{name}>", plugin)
    for targets in layout.TARGETS.values():
        for target in targets:
            clang.compiles(source, target, include)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def present(tree):
    """What lies there and says that it is generated, though it may not be
    any more: pages of calls that are gone."""
    folder = os.path.join(tree, "man")
    return [os.path.join("man", name) for name in sorted(os.listdir(folder))
            if name.endswith(".3")]


def differences(tree, found):
    """Shows what is not as it would be written; answers how many files."""
    wrong = 0
    for path, text in found.items():
        whole = os.path.join(tree, path)
        old = read(whole) if os.path.exists(whole) else ""
        if old == text:
            continue
        wrong += 1
        rows = list(difflib.unified_diff(old.splitlines(), text.splitlines(),
                                         path, path + ", regenerated",
                                         lineterm=""))
        print("\n".join(rows[:40]), file=sys.stderr)
    for path in present(tree):
        if path not in found:
            wrong += 1
            print(f"{path}: nothing makes it any more", file=sys.stderr)
    return wrong


def write(tree, found):
    """Writes what differs; answers how many files."""
    changed = 0
    for path, text in found.items():
        whole = os.path.join(tree, path)
        if os.path.exists(whole) and read(whole) == text:
            continue
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)
        changed += 1
    for path in present(tree):
        if path not in found:
            os.remove(os.path.join(tree, path))
            changed += 1
    return changed


def main(arguments):
    check, lint = "--check" in arguments, "--lint" in arguments
    trees = [word for word in arguments if not word.startswith("--")]
    tree = os.path.abspath(trees[0] if trees else os.path.join(
        os.path.dirname(__file__), "..", ".."))
    problems = Problems()
    try:
        found = outputs(tree, problems)
    except Broken as broken:
        problems.show()
        print(f"regen: {broken}", file=sys.stderr)
        return 1
    if problems.show():
        print(f"regen: {len(problems.found)} problems in the headers",
              file=sys.stderr)
        return 1
    if lint:
        print("regen: the headers are well formed")
        return 0
    if not check:
        print(f"regen: {len(found)} files, {write(tree, found)} changed")
        return 0
    wrong = differences(tree, found)
    print(f"regen: {len(found)} files, {wrong} are not as they would be"
          " written" + (': run "make regen"' if wrong else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
