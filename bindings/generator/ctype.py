# SPDX-License-Identifier: MIT
"""A type of C as it is spelled, in parts: base, pointers, const, array."""
import re

# What may cross the boundary by itself, and behind a pointer alone.
WIDTHS = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2,
          "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8}
POINTER_WIDE = ("size_t", "intptr_t", "uintptr_t")
POINTED_AT = ("void", "char")


class CType:
    """int32_t, const char *, iosrc_source **, uint32_t[3]."""

    def __init__(self, spelling):
        self.spelling = re.sub(r"\s*\[", "[", spelling.strip())
        found = re.fullmatch(
            r"(const )?([\w ]+?)( ?(\*+))?(\[(\d+)\])?", self.spelling)
        self.readable = found is not None
        if not found:
            self.base, self.pointers, self.const = self.spelling, 0, False
            self.array = None
            return
        self.const = bool(found.group(1))
        self.base = found.group(2)
        self.pointers = len(found.group(4) or "")
        self.array = int(found.group(6)) if found.group(6) else None

    def data(self):
        """As it stands in the JSON."""
        parts = {"c": self.spelling, "base": self.base,
                 "pointers": self.pointers, "const": self.const}
        if self.array is not None:
            parts["array"] = self.array
        return parts

    def declare(self, name):
        """As it is written in front of a name."""
        if self.array is not None:
            bare = self.spelling[:self.spelling.index("[")]
            return f"{bare} {name}[{self.array}]"
        return self.spelling + ("" if self.pointers else " ") + name


def returned(spelling):
    """The type that a function type answers: what is left of its list."""
    depth = 0
    for offset in range(len(spelling) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(spelling[offset], 0)
        if depth == 0:
            return spelling[:offset].strip()
    return spelling
