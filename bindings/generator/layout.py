# SPDX-License-Identifier: MIT
"""Sizes and offsets of structs, for each way that targets lay out data.

Members lie at multiples of their own alignment: the one rule that every
target follows for the types that may cross the boundary. What comes out is
not believed: regen has clang check it for a list of targets.
"""
from ctype import POINTER_WIDE, WIDTHS

# Width of a pointer, alignment of 64 bits.
MODELS = {
    "lp64": (8, 8),          # Unix with 64 bits
    "llp64": (8, 8),         # Windows with 64 bits
    "ilp32_align4": (4, 4),  # i386 Unix: 64 bits lie at multiples of 4
    "ilp32_align8": (4, 8),  # arm, riscv32, mips, wasm32, Windows with 32 bits
}

# Targets that each model is checked with.
TARGETS = {
    "lp64": ("x86_64-linux-gnu", "aarch64-linux-gnu", "riscv64-linux-gnu",
             "s390x-linux-gnu", "powerpc64le-linux-gnu",
             "mips64el-linux-gnuabi64", "arm64-apple-macos11",
             "x86_64-unknown-freebsd13"),
    "llp64": ("x86_64-w64-mingw32", "aarch64-w64-mingw32",
              "x86_64-pc-windows-msvc"),
    "ilp32_align4": ("i686-linux-gnu", "i686-unknown-freebsd13"),
    "ilp32_align8": ("armv7-linux-gnueabihf", "riscv32-linux-gnu",
                     "mipsel-linux-gnu", "powerpc-linux-gnu",
                     "wasm32-unknown-unknown", "i686-w64-mingw32",
                     "x86_64-linux-gnux32"),
}


class Layouts:
    """Lays out structs whose members may be structs laid out before."""

    def __init__(self, scalars):
        self.scalars = scalars
        self.structs = {}

    def extent(self, ctype, model):
        """(size, alignment) of one element of a type."""
        pointer, wide = MODELS[model]
        base = self.scalars.get(ctype.base, ctype.base)
        if ctype.pointers or base in POINTER_WIDE or base == "(*)":
            return pointer, pointer
        if base in self.structs:
            return self.structs[base][model][:2]
        size = WIDTHS.get(base, 0)
        return size, min(size, wide) or 1

    def add(self, name, members):
        """Lays out a struct of (name, type); answers the holes it has."""
        self.structs[name] = {}
        holes = []
        for model in MODELS:
            at, alignment, offsets = 0, 1, {}
            for member, ctype in members:
                size, own = self.extent(ctype, model)
                if at % own:
                    holes.append(f"{-at % own} bytes before {member}"
                                 f" on {model}")
                at += -at % own
                offsets[member] = at
                count = 1 if ctype.array is None else ctype.array
                at += size * count
                alignment = max(alignment, own)
            if at % alignment:
                holes.append(f"{-at % alignment} bytes at the end on {model}")
            at += -at % alignment
            self.structs[name][model] = (at, alignment, offsets)
        return holes

    def data(self, name):
        return {model: {"size": size, "alignment": alignment,
                        "offsets": offsets}
                for model, (size, alignment, offsets)
                in self.structs[name].items()}
