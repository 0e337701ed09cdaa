# SPDX-License-Identifier: MIT
"""What clang makes of a header: declarations, macros, and whether it compiles.

The headers are freestanding, so that any clang reads them for any target
without a system's files. Of the dump only what has been the same since
clang 10 is used: kinds, names, spelled types, offsets.
"""
import json
import os
import shutil
import subprocess

from problems import Broken

TARGET = "x86_64-linux-gnu"
NAMES = ("clang", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18",
         "clang-19")


def command():
    """The clang to use: that of the variable CLANG, or the first there is."""
    names = (os.environ["CLANG"],) if os.environ.get("CLANG") else NAMES
    for name in names:
        if shutil.which(name):
            return name
    raise Broken(f"no clang here: looked for {', '.join(names)}")


def run(*arguments, text=None):
    done = subprocess.run(
        (command(), "-std=c11", "-ffreestanding") + arguments, input=text,
        capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise Broken(done.stderr.strip())
    return done.stdout


def compiles(source, target, *folders):
    """Checks a piece of C for a target; raises Broken with what clang says."""
    run("-target", target, "-fsyntax-only", "-Werror",
        *("-I" + folder for folder in folders), "-x", "c", "-", text=source)


def macros(path, folder):
    """All macros after the header, as name -> text behind the name."""
    found = {}
    for line in run("-target", TARGET, "-E", "-dM", "-I" + folder, "-x", "c",
                    path).splitlines():
        name, _, body = line[len("#define "):].partition(" ")
        found[name] = body
    return found


def declarations(path, folder):
    """The declarations at file level of a header and what it includes. Each
    gets "file" and "begin", "end", "at": offsets of its text and its name."""
    tree = json.loads(run("-target", TARGET, "-fsyntax-only", "-Xclang",
                          "-ast-dump=json", "-I" + folder, "-x", "c", path))
    resolve(tree, [None])
    return [node for node in tree["inner"] if node.get("file")]


def resolve(node, last):
    """A file is written down only where it differs from the one written
    before it, in the order of the dump: carry it along."""
    where = place(node.get("loc", {}), last)
    begin = place(node.get("range", {}).get("begin", {}), last)
    end = place(node.get("range", {}).get("end", {}), last)
    if where:
        node["file"], node["at"], _ = where
    if begin and end:
        node["begin"], node["end"] = begin[1], end[1] + end[2]
    for inner in node.get("inner", ()):
        resolve(inner, last)


def place(location, last):
    """(file, offset, length of the token) of a location, if it has one."""
    if "expansionLoc" in location:
        place(location["spellingLoc"], last)
        return place(location["expansionLoc"], last)
    if "offset" not in location:
        return None
    last[0] = location.get("file", last[0])
    return last[0], location["offset"], location["tokLen"]
