#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-gates.py: each gate of the ABI fails when it should. Violations are
planted in a copy of the tree, what is generated is made of it again, the
library is built of it, and then all gates are asked: the lists of exports,
the rules, abidiff against the frozen dump, the frozen program, and the walk
through libffi as it is built here, which stands for programs of today. Each
case says which of them must fail; the others must pass."""
import filecmp
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import scratch  # noqa: E402

COMPILE = ("-std=gnu11", "-w", "-O0", "-g", "-fPIC", "-fvisibility=hidden",
           "-DHAVE_CONFIG_H", "-DIOSRC_BUILD")
WALK = os.path.join(scratch.BUILD, "tests", "abi", ".libs", "test_ffi_walk")
LINK = ("-shared", "-Wl,-soname,libiosrc.so.1", "-Wl,-z,defs",
        "-Wl,-Bsymbolic-functions", "-lpthread")


class Library:
    """A library that is built of a copy of the tree."""

    def __init__(self, tree):
        self.tree = tree
        self.folder = tree.path("built")
        self.path = os.path.join(self.folder, "libiosrc.so.1")
        self.compiler = os.environ.get("CC", "cc").split()

    def sources(self):
        """Folder -> those of which the library of this build is made."""
        found = {}
        for name in os.environ["IOSRC_LIBRARY_SOURCES"].split():
            if not name.endswith(".c"):
                continue
            copy = self.tree.path(name)
            found.setdefault(os.path.dirname(name), []).append(
                copy if os.path.exists(copy)
                else os.path.join(scratch.BUILD, name))
        return found

    def changed(self, path):
        """Is it another text than in the sources?"""
        original = os.path.join(scratch.TOP,
                                os.path.relpath(path, self.tree.folder))
        return os.path.exists(original) and not filecmp.cmp(
            path, original, shallow=False)

    def compile(self, all_of_them):
        """Into objects; without all, those whose own text has changed."""
        sources = self.sources()
        # The core's own headers first, then those of the system at hand.
        order = sorted(sources, key=lambda name: (name != "lib",
                                                  -name.count("/")))
        quoted = [word for name in order
                  for word in ("-iquote", self.tree.path(name))]
        for folder, names in sources.items():
            names = [name for name in names
                     if all_of_them or self.changed(name)]
            if not names:
                continue
            objects = os.path.join(self.folder, folder)
            os.makedirs(objects, exist_ok=True)
            subprocess.run(
                [*self.compiler, *COMPILE, "-c", "-I" + scratch.BUILD,
                 "-I" + self.tree.path("include"), *quoted, *names],
                cwd=objects, check=True)

    def link(self):
        subprocess.run(
            [*self.compiler, *LINK, "-Wl,--version-script="
             + self.tree.path("lib/iosrc.map"), "-o", self.path,
             *sorted(glob.glob(self.folder + "/lib/**/*.o",
                               recursive=True))], check=True)


def ask(tree, library):
    """Gate -> (status, output)."""
    return {
        "exports": tree.exports(library),
        "rules": tree.rules("check"),
        "dump": tree.run("sh", tree.path("tools/abi_dump.sh"), "check",
                         library),
        "client": tree.run("sh", tree.path("tests/abi/test-client.sh"),
                           LIBIOSRC=library),
        "walk": walk(tree, library),
    }


def walk(tree, library):
    """The program that is built here, with another library in place of the one
    that it is linked with."""
    for program in (WALK, WALK.replace("/.libs", "")):
        if os.path.exists(program) and b"\177ELF" == open(
                program, "rb").read(4):
            return tree.run(program, LD_PRELOAD=library)
    return 77, "SKIP: no libffi, so the walk is not built"


def regen(tree):
    status, output = tree.run(
        sys.executable, tree.path("bindings/generator/regen.py"), tree.folder)
    assert status == 0, output


# ---- violations: what is changed, whether all is made of it again ----

HEADER = "include/iosrc.h"


def nothing(tree):
    del tree


def symbol_missing(tree):
    tree.change("lib/iosrc.map", "\tiosrc_rearm;\n", "")


def symbol_more(tree):
    """An inner function, exported."""
    tree.change("lib/iosrc.map", "\tiosrc_rearm;\n",
                "\tiosrc_rearm;\n\tiosrc__lock_pause;\n")
    text = tree.read("lib/lock.c")
    tree.write("lib/lock.c", text.replace(
        "void iosrc__lock_pause", "__attribute__((visibility(\"default\"))) "
        "void iosrc__lock_pause", 1))


def symbol_in_a_new_node(tree):
    tree.change("lib/iosrc.map", "\tiosrc_rearm;\n", "")
    tree.write("lib/iosrc.map", tree.read("lib/iosrc.map")
               + "IOSRC_1.1 {\nglobal:\n\tiosrc_rearm;\n} IOSRC_1.0;\n")


def fields_changed(tree):
    """The first two fields of the event change places."""
    text = tree.read(HEADER)
    fields = re.search(r"(\tuint64_t token; .*\n)(\tuint64_t registration;"
                       r" .*\n)(?=\tiosrc_bits ready;)", text)
    tree.write(HEADER, text.replace(fields[0], fields[2] + fields[1], 1))


def constants_changed(tree):
    """Two bits change places."""
    tree.change(HEADER, "#define IOSRC_READABLE     0x00000001u",
                "#define IOSRC_READABLE     0x00000002u")
    tree.change(HEADER, "#define IOSRC_WRITABLE     0x00000002u",
                "#define IOSRC_WRITABLE     0x00000001u")


READ_DOC = (" * @param out_data out,borrowed,nullable: where the bytes go; NULL"
            " only when\n *   size is 0\n",
            " * @param size in,bytes: at most 2^31-1\n")


def parameters_changed(tree):
    """Size before memory."""
    tree.change(HEADER, "".join(READ_DOC), READ_DOC[1] + READ_DOC[0])
    tree.change(HEADER, "iosrc_read(iosrc_source *source, void *out_data,\n"
                "    size_t size);",
                "iosrc_read(iosrc_source *source, size_t size,\n"
                "    void *out_data);")
    text = tree.read("lib/io.c")
    changed = re.sub(r"iosrc_read\(iosrc_source \*source, void \*(\w+),"
                     r"\s+size_t size\)",
                     r"iosrc_read(iosrc_source *source, size_t size,"
                     r" void *\1)", text, count=1)
    assert changed != text
    tree.write("lib/io.c", changed)


def function_removed(tree):
    """From the header, the slots and all that follows from them."""
    text = tree.read(HEADER)
    start = text.index("/**\n * Answers the number of the binary interface")
    end = text.index("iosrc_abi(void);\n\n", start) + len("iosrc_abi(void);\n\n")
    tree.write(HEADER, text[:start] + text[end:])
    rows = tree.read("bindings/abi/slots.txt").splitlines()
    kept = [row for row in rows if " iosrc_abi " not in row]
    number = 0
    for at, row in enumerate(kept):
        if not row.startswith("#"):
            kept[at] = f"{number} {row.split(' ', 1)[1]}"
            number += 1
    tree.write("bindings/abi/slots.txt", "\n".join(kept) + "\n")


def slot_moved(tree):
    tree.change("bindings/abi/slots.txt",
                "17 iosrc_rearm rearm\n18 iosrc_into_inner into_inner\n",
                "17 iosrc_into_inner into_inner\n18 iosrc_rearm rearm\n")


# These change no shape: it is what the library does that breaks its word.

def flag_taken(tree):
    tree.change("lib/socket.c", "if (flags & ~IOSRC__SEND_FLAGS)",
                "if (flags & ~IOSRC__SEND_FLAGS & 0x7fffffff)")


def size_taken(tree):
    tree.change("lib/io.c", "if (!source || !iosrc__io_is_buffer(data, size))",
                "if (!source || !data)")


def output_written(tree):
    tree.change("lib/source.c",
                "\tstatus = iosrc__handle_check(handle, type);\n",
                "\t*out_source = 0;\n"
                "\tstatus = iosrc__handle_check(handle, type);\n")


def handle_left(tree):
    tree.change("lib/endpoint.c", "#include ",
                "int dup(int);\n#include ")
    text = tree.read("lib/endpoint.c")
    found = re.search(r"^iosrc_status iosrc_pipe\(.*?\{\n", text,
                      flags=re.M | re.S)
    tree.write("lib/endpoint.c", text.replace(
        found[0], found[0] + "\tif (!out_reader)\n\t\tdup(1);\n", 1))


NEWER = """\
/**
 * Answers something new.
 *
 * @return something
 * @thread any
 * @since {}
 */
IOSRC_API uint32_t IOSRC_CALL iosrc_newer(void);

"""


def function_added(tree, since="0.9.0"):
    anchor = "/* ---- status ---- */\n"
    tree.change(HEADER, anchor, NEWER.format(since) + anchor)
    tree.write("lib/version.c", tree.read("lib/version.c")
               + "\nuint32_t iosrc_newer(void)\n{\n\treturn 1;\n}\n")


def release(tree):
    """As if 1.0.0 had been released as it is, and 1.1.0 were at work."""
    tree.change("bindings/abi/frozen/iosrc.json", '"version": "0.9.0"',
                '"version": "1.0.0"')
    tree.change(HEADER, "#define IOSRC_VERSION_MAJOR 0",
                "#define IOSRC_VERSION_MAJOR 1")
    tree.change(HEADER, "#define IOSRC_VERSION_MINOR 9",
                "#define IOSRC_VERSION_MINOR 1")
    tree.change(HEADER, "0x00090000u", "0x01010000u")
    tree.change("configure.ac", "[iosrc_lt_current], [1]",
                "[iosrc_lt_current], [2]")
    tree.change("configure.ac", "[iosrc_lt_age], [0]", "[iosrc_lt_age], [1]")


def function_added_later(tree):
    release(tree)
    function_added(tree, "1.1.0")


def options_grown(tree):
    """At their end: they come with their size."""
    release(tree)
    text = tree.read(HEADER)
    field = re.search(r"\tuint32_t backend;  /\*\*< IOSRC_BACKEND_\* \*/\n",
                      text)
    tree.write(HEADER, text.replace(field[0], field[0]
                                    + "\tuint32_t more;     /**< new */\n"
                                    "\tuint32_t further;  /**< new */\n", 1))


def options_grown_in_front(tree):
    release(tree)
    text = tree.read(HEADER)
    field = re.search(r"\tiosrc_flags flags; /\*\*< IOSRC_POLLER_\* \*/\n",
                      text)
    tree.write(HEADER, text.replace(field[0], "\tuint64_t more; /**< new */\n"
                                    + field[0], 1))


def event_grown(tree):
    """It stands in arrays of callers."""
    release(tree)
    tree.change(HEADER, "\tuint32_t reserved;     /**< 0, unless an",
                "\tuint32_t reserved;     /**< 0 */\n"
                "\tuint64_t more;         /**< new: an")


# Name, what is planted, what follows (only "build", or "regen" before it), and
# the gates that fail; with a question mark, those that may. Constants are not
# in debug information, so abidiff is blind there. A library that writes more
# than a program has room for may or may not be found out by that program.
PLANTS = [
    ("nothing", nothing, "regen", ()),
    ("a symbol is missing in the map", symbol_missing, "build",
     ("exports", "dump", "client", "walk")),
    ("an inner symbol is exported", symbol_more, "build",
     ("exports", "dump")),
    ("a symbol has moved to another node", symbol_in_a_new_node, "build",
     ("exports", "dump", "walk")),
    ("fields of a struct in another order", fields_changed, "regen",
     ("rules", "dump", "client", "walk")),
    ("constants have changed", constants_changed, "regen",
     ("rules", "client", "walk")),
    ("parameters in another order", parameters_changed, "regen",
     ("rules", "dump", "client", "walk")),
    ("a function is removed", function_removed, "regen",
     ("rules", "dump", "client", "walk")),
    ("a slot has moved", slot_moved, "regen", ("rules", "dump", "client")),
    ("a function is added", function_added, "regen", ("rules", "dump")),
    ("a flag that is not known is taken", flag_taken, "build", ("walk",)),
    ("a size that is too large is taken", size_taken, "build", ("walk",)),
    ("a failing call writes its output", output_written, "build",
     ("walk",)),
    ("a failing call leaves a handle open", handle_left, "build",
     ("walk",)),
    ("a function is added after the release", function_added_later, "regen",
     ()),
    ("options have grown after the release", options_grown, "regen", ()),
    ("options have grown in front", options_grown_in_front, "regen",
     ("rules", "dump", "client", "walk")),
    ("the event has grown after the release", event_grown, "regen",
     ("rules", "dump", "client?", "walk?")),
]


def try_plant(folder, results, plant, tools):
    name, change, follows, failing = plant
    tree = scratch.Tree(os.path.join(folder, change.__name__))
    library = Library(tree)
    change(tree)
    if follows == "regen":
        regen(tree)
    if follows != "regen":
        shutil.copytree(os.path.join(folder, nothing.__name__, "built"),
                        library.folder)
    library.compile(follows == "regen")
    library.link()
    for gate, (status, output) in ask(tree, library.path).items():
        what = f"{name}: {gate}"
        if status == 77:
            tools.add(output.strip().splitlines()[-1])
        elif gate + "?" in failing:
            continue
        elif gate in failing:
            results.check(status != 0, f"{what}: passes", output)
        else:
            results.check(status == 0, f"{what}: fails", output)


def need_tools():
    scratch.need_library()
    if int(os.environ.get("IOSRC_TEST_SCALE", "100")) < 100:
        scratch.skip("it builds the library again and again: at full scale"
                     " alone")
    if not any(shutil.which(name) for name in
               (os.environ.get("CLANG", "clang"), "clang-14")):
        scratch.skip("no clang, which reads the headers")


def main():
    results = scratch.Results()
    need_tools()
    skipped = set()
    with tempfile.TemporaryDirectory() as folder:
        for plant in PLANTS:
            try_plant(folder, results, plant, skipped)
    for row in sorted(skipped):
        print(f"a gate was left out: {row}")
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
