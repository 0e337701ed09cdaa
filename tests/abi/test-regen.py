#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-regen.py: generated files are what the headers make of them, with every
clang that is here; what was changed by hand or is left over is found; and a
function that is added to a header comes into all of them by itself."""
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
CLANGS = ["clang"] + [f"clang-{number}" for number in range(14, 23)]
NEW = """\
/**
 * Does something new.
 *
 * @param source inout,borrowed: the source
 * @param type in: something
 * @param out_handle out,borrowed,nullable: the answer
 * @return a status
 * @error IOSRC_E_INVALID source is NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_newer_call(iosrc_source *source,
    uint32_t type, iosrc_handle *out_handle);

"""
ANCHOR = "/* ---- waker ---- */\n"
# Where the new function must appear, and how.
PLACES = {
    "bindings/abi/iosrc.json": '"name": "iosrc_newer_call"',
    "bindings/abi/slots.txt": " iosrc_newer_call newer_call\n",
    "bindings/go/raw.go": "C.iosrc_newer_call(",
    "bindings/python/iosrc/_raw.py": "iosrc_newer_call.argtypes = (",
    "bindings/rust/src/sys.rs": "pub fn iosrc_newer_call(",
    "bindings/zig/src/raw.zig": "pub extern fn iosrc_newer_call(",
    "include/iosrc_plugin.h": "(IOSRC_CALL *newer_call)(",
    "lib/api_table.h": "\t.newer_call = iosrc_newer_call,\n};",
    "lib/iosrc.def": "\tiosrc_newer_call\n",
    "lib/iosrc.exports": "_iosrc_newer_call\n",
    "lib/iosrc.map": "\tiosrc_newer_call;\n",
    "man/iosrc_newer_call.3": ".so man3/iosrc_poller.3\n",
    "man/iosrc_poller.3": ".SS iosrc_newer_call()\n",
    "man/pages.inc": "man/iosrc_newer_call.3",
    "tests/abi/ffi_table.h": '"iosrc_newer_call"',
    "tests/abi/test_layout_models.c": "AT(iosrc_api, newer_call,",
}
passed, failures = [], []


def check(holds, what, output=""):
    if holds:
        passed.append(what)
    else:
        failures.append(what)
        print(f"FAIL: {what}\n{output}", file=sys.stderr)


def regen(tree, *words, clang=None):
    env = dict(os.environ, CLANG=clang) if clang else None
    done = subprocess.run(
        [sys.executable, os.path.join(tree, "bindings", "generator",
                                      "regen.py"), *words],
        capture_output=True, encoding="utf-8", check=False, env=env)
    return done.returncode, done.stdout + done.stderr


def copy(tree):
    for folder in ("bindings", "include", "lib", "man", "tests/abi"):
        shutil.copytree(os.path.join(TOP, folder), os.path.join(tree, folder),
                        ignore=shutil.ignore_patterns("*.o", "*.lo", ".libs"))
    subprocess.run(["chmod", "-R", "u+w", tree], check=True)


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def write(tree, path, text):
    with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
        file.write(text)


def try_clangs():
    for name in CLANGS:
        if shutil.which(name):
            status, output = regen(TOP, "--check", clang=name)
            check(status == 0, f"files are up to date, by {name}", output)


def try_changes(tree):
    status, output = regen(tree)
    check(status == 0 and " 0 changed" in output, "nothing to do", output)
    for path in ("lib/iosrc.map", "lib/api_table.h"):
        text = read(tree, path)
        write(tree, path, text.replace("iosrc_rearm", "iosrc_raerm"))
        status, output = regen(tree, "--check")
        check(status == 1 and path in output, f"{path}: a change is found",
              output)
        status, output = regen(tree)
        check(status == 0 and read(tree, path) == text,
              f"{path}: a change is undone", output)
    write(tree, "man/iosrc_gone.3", "left over\n")
    status, output = regen(tree, "--check")
    check(status == 1 and "man/iosrc_gone.3" in output,
          "a page left over is found", output)
    status, output = regen(tree)
    check(status == 0 and not os.path.exists(
        os.path.join(tree, "man/iosrc_gone.3")), "and removed", output)


def compiles(tree, what, *command):
    """What is generated is taken by the compiler of its language, if it is
    here: test-raw-*.sh and the build do the same with what is committed."""
    if shutil.which(command[0]):
        done = subprocess.run(command, capture_output=True, encoding="utf-8",
                              check=False, cwd=tree)
        check(done.returncode == 0, f"{what}, with the new function, compiles",
              done.stdout + done.stderr)


def try_compilers(tree):
    compile(read(tree, "bindings/python/iosrc/_raw.py"), "_raw.py", "exec")
    clang = next(name for name in CLANGS if shutil.which(name))
    files = {"the layout test": "tests/abi/test_layout_models.c",
             "the plugin header": "include/iosrc_plugin.h",
             "the plugin table": "lib/api_table.h"}
    write(tree, "probe.c", "#include <ffi.h>\n")
    if subprocess.run([clang, "-fsyntax-only", "probe.c"], cwd=tree,
                      capture_output=True, check=False).returncode == 0:
        files["the table for libffi"] = "tests/abi/ffi_table.h"
    for what, file in files.items():
        compiles(tree, what, clang, "-std=c11", "-Wall", "-Werror",
                 "-Wno-unused", "-fsyntax-only", "-Iinclude", "-xc", file)
    compiles(tree, "the raw layer for Rust", "rustc", "--edition", "2021",
             "--crate-type", "rlib", "--emit", "metadata", "-o",
             os.path.join(tree, "sys.rmeta"), "bindings/rust/src/sys.rs")
    compiles(tree, "the raw layer for Go", "gofmt", "-e", "-l",
             "bindings/go/raw.go")
    compiles(tree, "the raw layer for Zig", "zig", "ast-check",
             "bindings/zig/src/raw.zig")


def try_new_function(tree):
    header = read(tree, "include/iosrc.h")
    slots = read(tree, "bindings/abi/slots.txt")
    assert ANCHOR in header
    write(tree, "include/iosrc.h", header.replace(ANCHOR, NEW + ANCHOR))
    status, output = regen(tree)
    check(status == 0, "a new function is taken", output)
    for path, text in PLACES.items():
        found = os.path.exists(os.path.join(tree, path)) and \
            text in read(tree, path)
        check(found, f"{path} has the new function")
    check(read(tree, "bindings/abi/slots.txt").startswith(slots),
          "slots are appended, none is moved")
    try_compilers(tree)
    write(tree, "include/iosrc.h", header)
    status, output = regen(tree)
    check(status == 1 and "iosrc_newer_call" in output,
          "a function that is gone is refused", output)


def main():
    if not any(shutil.which(name) for name in CLANGS):
        print("SKIP: no clang, which reads the headers")
        return 77
    with tempfile.TemporaryDirectory() as tree:
        copy(tree)
        try_clangs()
        try_changes(tree)
        try_new_function(tree)
    print(f"{len(passed)} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
