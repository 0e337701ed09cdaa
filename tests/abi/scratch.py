# SPDX-License-Identifier: MIT
"""scratch.py: copies of the tree in which tests plant violations of the ABI,
and how they tell what came of it."""
import os
import shutil
import subprocess
import sys

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
LIBRARY = os.environ.get("LIBIOSRC",
                         os.path.join(BUILD, "lib", ".libs", "libiosrc.so"))
FOLDERS = ("bindings/abi", "bindings/generator", "include", "lib", "man",
           "tools", "tests/abi/frozen")
FILES = ("NEWS", "configure.ac", "bindings/go/raw.go",
         "bindings/python/iosrc/_raw.py", "bindings/rust/src/sys.rs",
         "bindings/zig/src/raw.zig", "tests/abi/ffi_table.h",
         "tests/abi/test_layout_models.c", "tests/abi/test-client.sh")


class Tree:
    """A copy of what the gates read, which may be changed."""

    def __init__(self, folder):
        self.folder = folder
        for name in FOLDERS:
            shutil.copytree(os.path.join(TOP, name),
                            os.path.join(folder, name),
                            ignore=shutil.ignore_patterns(
                                "*.o", "*.lo", ".libs", ".deps",
                                "__pycache__"))
        for name in FILES:
            os.makedirs(os.path.dirname(os.path.join(folder, name)),
                        exist_ok=True)
            shutil.copy(os.path.join(TOP, name), os.path.join(folder, name))
        # The sources may be read-only.
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def change(self, name, old, new, count=1):
        """Replaces a text that has to be there."""
        text = self.read(name)
        assert text.count(old) >= 1, (name, old)
        self.write(name, text.replace(old, new, count))

    def run(self, *command, **environment):
        """(status, output) of a command, with this tree as the sources."""
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", check=False,
            env=dict(os.environ, top_srcdir=self.folder, **environment))
        return done.returncode, done.stdout + done.stderr

    def exports(self, *libraries):
        return self.run(sys.executable, self.path("tools/abi_exports.py"),
                        "--tree", self.folder, *libraries)

    def rules(self, command):
        return self.run(sys.executable, self.path("tools/abi_rules.py"),
                        "--tree", self.folder, command)


class Results:
    """Counts what held, and tells what did not."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, holds, what, output=""):
        if holds:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL: {what}\n{output}", file=sys.stderr)

    def accepted(self, what, answer):
        self.check(answer[0] == 0, f"{what}: refused", answer[1])

    def refused(self, what, answer, said=""):
        """The gate fails, and says why."""
        self.check(answer[0] == 1 and said in answer[1],
                   f"{what}: status {answer[0]}, and not '{said}' but:",
                   answer[1])

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def need_library():
    """Skips where no shared library is built, or a tool sits in it."""
    if not os.path.exists(LIBRARY):
        if os.path.exists(os.path.join(BUILD, "lib", "libiosrc.la")):
            with open(os.path.join(BUILD, "lib", "libiosrc.la"),
                      encoding="utf-8") as file:
                if "dlname=''" in file.read():
                    skip("no shared library is built (--disable-shared)")
        print(f"FAIL: {LIBRARY} does not exist", file=sys.stderr)
        sys.exit(1)
    if "-fsanitize" in os.environ.get("CFLAGS", ""):
        skip("this build is instrumented, which adds symbols")
