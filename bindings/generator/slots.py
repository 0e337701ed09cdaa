# SPDX-License-Identifier: MIT
"""The order in which functions entered the interface: bindings/abi/slots.txt.

The plugin table's slots stand in this order for ever, so it is kept in a file
of its own, which only grows, at its end. A function of the headers that the
file does not name yet gets the next number.
"""
from problems import Broken

HEAD = """\
# Slots of the plugin table: number, function, name of the slot. Lines are
# appended, by "make regen", and never moved, changed or removed.
"""
# Names that a slot cannot have: members of the table's head, words of C and
# C++, and calls that systems define as macros.
TAKEN = {"size", "abi", "version", "auto", "bool", "break", "case", "catch",
         "char", "class", "const", "continue", "default", "delete", "do",
         "double", "else", "enum", "extern", "float", "for", "goto", "if",
         "inline", "int", "long", "new", "operator", "private", "public",
         "register", "return", "short", "signed", "sizeof", "static",
         "struct", "switch", "template", "this", "throw", "try", "typedef",
         "union", "unsigned", "using", "void", "volatile", "while"}


def parse(text):
    """Function -> (number, name of its slot)."""
    slots = {}
    for row in text.splitlines():
        if row.startswith("#"):
            continue
        number, function, name = row.split(" ")
        if int(number) != len(slots) or function in slots:
            raise Broken(f"slots.txt: '{row}' is out of order")
        slots[function] = (len(slots), name)
    return slots


def extend(slots, functions):
    """Adds what is new; answers what stands in slots.txt and is gone."""
    for function in functions:
        if function in slots:
            continue
        name = function[len("iosrc_"):]
        if name in TAKEN:
            raise Broken(f"{function}: no slot can be called '{name}':"
                         " append a line with another name to"
                         " bindings/abi/slots.txt")
        slots[function] = (len(slots), name)
    return [function for function in slots if function not in functions]


def render(slots):
    return HEAD + "".join(f"{number} {function} {name}\n" for
                          function, (number, name) in slots.items())
