# SPDX-License-Identifier: MIT
"""What is wrong with the headers: each with its file and line."""
import sys


class Problems:
    """Collects, so that one run shows all that is wrong with a header."""

    def __init__(self):
        self.found = []

    def report(self, path, line, text):
        self.found.append((path, line, text))

    def show(self):
        """Prints what was found; answers whether there was anything."""
        for path, line, text in sorted(set(self.found)):
            print(f"{path}:{line}: {text}", file=sys.stderr)
        return bool(self.found)


class Broken(Exception):
    """The headers cannot be read at all: clang refused them, or a file that
    keeps an order disagrees with them."""
