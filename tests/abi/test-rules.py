#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-rules.py: the interface is as it was frozen, and the libtool triple
follows from it; and the rules refuse what they should, before 1.0.0 and after
it, and allow what they should. Each case is planted in a copy."""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True

import scratch  # noqa: E402

JSON = "bindings/abi/iosrc.json"
TRIPLE = ("m4_define([iosrc_lt_current], [{}])\n"
          "m4_define([iosrc_lt_revision], [{}])\n"
          "m4_define([iosrc_lt_age], [{}])")


def find(data, group, name):
    return next(entry for entry in data[group] if entry["name"] == name)


# ---- changes ----

def constant(data):
    find(data, "constants", "IOSRC_WRITABLE")["value"] = 8


def constant_gone(data):
    data["constants"].remove(find(data, "constants", "IOSRC_OP_SEND"))


def scalar(data):
    find(data, "scalars", "iosrc_status")["type"] = "int64_t"


def fields(data):
    """Two members of the event change places."""
    entry = find(data, "structs", "iosrc_event")
    members = entry["members"]
    members[0], members[1] = members[1], members[0]


def field_moved(data):
    layout = find(data, "structs", "iosrc_io_item")["layout"]["ilp32_align8"]
    layout["offsets"]["size"] += 4


def function_gone(data):
    data["functions"].remove(find(data, "functions", "iosrc_rearm"))


def function_renamed(data):
    find(data, "functions", "iosrc_rearm")["name"] = "iosrc_re_arm"


def parameter(data):
    part = find(data, "functions", "iosrc_read")["parameters"][2]
    part["type"]["c"] = "uint32_t"


def parameter_gone(data):
    find(data, "functions", "iosrc_recv")["parameters"].pop()


def answer(data):
    find(data, "functions", "iosrc_close")["returns"]["type"]["c"] = "int64_t"


def consumed(data):
    part = find(data, "functions", "iosrc_read")["parameters"][0]
    part["ownership"] = "consumed"


def null_refused(data):
    part = find(data, "functions", "iosrc_close")["parameters"][0]
    part["nullable"] = False


def thread(data):
    find(data, "functions", "iosrc_read")["thread"] = "last"


def callback(data):
    data["callbacks"][0]["parameters"].pop()


def slot_moved(data):
    one = find(data, "functions", "iosrc_rearm")
    other = find(data, "functions", "iosrc_do_io")
    slots = data["table"]["slots"]
    a, b = slots.index("iosrc_rearm"), slots.index("iosrc_do_io")
    slots[a], slots[b] = slots[b], slots[a]
    one["slot"]["number"], other["slot"]["number"] = b, a


def head(data):
    data["table"]["head"].pop()


def node_moved(data):
    find(data, "functions", "iosrc_rearm")["node"] = "IOSRC_1.1"


def soname(data):
    data["abi"] = 2


CHANGES = {
    "a changed constant": (constant, "IOSRC_WRITABLE is changed"),
    "a removed constant": (constant_gone, "IOSRC_OP_SEND is removed"),
    "a wider scalar": (scalar, "iosrc_status is changed"),
    "fields in another order": (fields, "iosrc_event is changed"),
    "a field elsewhere on one model": (field_moved, "iosrc_io_item is"),
    "a removed function": (function_gone, "iosrc_rearm is removed"),
    "a renamed function": (function_renamed, "iosrc_rearm is removed"),
    "a parameter of another type": (parameter, "iosrc_read is changed"),
    "a parameter less": (parameter_gone, "iosrc_recv is changed"),
    "another answer": (answer, "iosrc_close is changed"),
    "an object consumed": (consumed, "iosrc_read is changed"),
    "NULL refused": (null_refused, "iosrc_close is changed"),
    "fewer threads": (thread, "iosrc_read is changed"),
    "another callback": (callback, "iosrc_io_fn is changed"),
    "a slot that moved": (slot_moved, "the order of the slots is changed"),
    "another head of the table": (head, "the head of the plugin table"),
    "a symbol in another node": (node_moved, "iosrc_rearm is changed"),
    "another ABI number": (soname, "IOSRC_ABI is changed"),
}


# ---- additions ----

def new_function(data, node="IOSRC_1.1", since="1.1.0", number=None):
    entry = json.loads(json.dumps(find(data, "functions", "iosrc_rearm")))
    slots = data["table"]["slots"]
    at = len(slots) if number is None else number
    entry.update(name="iosrc_newer", node=node, since=since,
                 slot={"number": at, "name": "newer"})
    slots.insert(at, "iosrc_newer")
    data["functions"].append(entry)


def new_constant(data):
    entry = dict(find(data, "constants", "IOSRC_OP_SEND"),
                 name="IOSRC_OP_MORE", value=5)
    data["constants"].append(entry)


def grow(data, name):
    entry = find(data, "structs", name)
    entry["members"].append({"name": "more", "doc": "", "type": {
        "c": "uint64_t", "base": "uint64_t", "pointers": 0, "const": False}})
    for layout in entry["layout"].values():
        layout["offsets"]["more"] = layout["size"]
        layout["size"] += 8


def name_reserved(data):
    find(data, "structs", "iosrc_event")["members"][3]["name"] = "detail"


def loosen(data):
    entry = find(data, "functions", "iosrc_rearm")
    entry["signal"] = "safe"
    entry["parameters"][0]["nullable"] = True


# ---- cases ----

class Case:
    """A copy whose files are put back after each case."""

    def __init__(self, tree):
        self.tree = tree
        self.names = (JSON, "NEWS", "configure.ac",
                      "bindings/abi/frozen/iosrc.json")
        self.keep()

    def keep(self):
        self.texts = {name: self.tree.read(name) for name in self.names}

    def restore(self):
        for name, text in self.texts.items():
            self.tree.write(name, text)

    def edit(self, *changes, version=None, triple=None):
        self.restore()
        data = json.loads(self.tree.read(JSON))
        for change in changes:
            change(data)
        if version:
            data["version"] = version
        self.tree.write(JSON, json.dumps(data))
        if triple:
            self.tree.change("configure.ac", TRIPLE.format(1, 0, 0),
                             TRIPLE.format(*triple))

    def check(self):
        return self.tree.rules("check")


def add_news(tree):
    tree.change("NEWS", "\n * [ABI] ", "\n * [ABI] Something else.\n * [ABI] ")


def begin_anew(tree):
    """As if nothing had been released yet."""
    data = json.loads(tree.read(JSON))
    data["version"] = "0.9.0"
    tree.write(JSON, json.dumps(data))
    triple = tree.rules("triple")[1].strip().split(":")
    tree.change("configure.ac", TRIPLE.format(*triple),
                TRIPLE.format(1, 0, 0))
    os.remove(tree.path("bindings/abi/frozen/iosrc.json"))


def try_open(case, results):
    """Before 1.0.0: nothing unnoticed, nothing without NEWS."""
    tree = case.tree
    for name, (change, said) in CHANGES.items():
        case.edit(change)
        results.refused(f"open: {name}", case.check(), said)
        results.refused(f"open: {name}, frozen without NEWS",
                        tree.rules("freeze"), "no new [ABI] entry")
    case.edit(new_constant)
    results.refused("open: an addition", case.check(), "IOSRC_OP_MORE is added")
    add_news(tree)
    results.refused("open: NEWS alone", case.check(), "IOSRC_OP_MORE is added")
    results.accepted("open: frozen with NEWS", tree.rules("freeze"))
    results.accepted("open: a change that is frozen", case.check())
    tree.change("NEWS", " * [ABI] Something else.\n", "")
    results.refused("open: NEWS taken back", case.check(), "of NEWS is gone")
    case.edit(triple=(2, 0, 1))
    results.refused("open: a wrong triple", case.check(),
                    "is 2:0:1, not 1:0:0")
    case.edit(version="1.0.0")
    results.refused("open: a release that is not frozen", case.check(),
                    "version 1.0.0 is not frozen")
    case.restore()
    results.accepted("open: as it was", case.check())


def try_closed(case, results):
    """After it: nothing removed or changed."""
    tree = case.tree
    case.edit(version="1.0.0")
    results.accepted("a release is frozen", tree.rules("freeze"))
    case.keep()
    results.accepted("closed: the release", case.check())
    results.check("mode closed" in case.check()[1], "it says its mode")
    results.refused("closed: frozen twice", tree.rules("freeze"),
                    "is released and frozen")
    for name, (change, said) in CHANGES.items():
        case.edit(change, version="1.1.0", triple=(2, 0, 1))
        add_news(tree)
        results.refused(f"closed: {name}", case.check(), said)
        results.refused(f"closed: {name}, to be frozen", tree.rules("freeze"))


def try_additions(case, results):
    """What may come, and how."""
    more = {"version": "1.1.0", "triple": (2, 0, 1)}
    good = {
        "a function": (new_function,),
        "a constant": (new_constant,),
        "longer options": (lambda data: grow(data, "iosrc_listen_options"),),
        "longer items": (lambda data: grow(data, "iosrc_io_item"),),
        "a name for what was reserved": (name_reserved,),
        "a promise more": (loosen,),
    }
    for name, changes in good.items():
        case.edit(*changes, **more)
        results.accepted(f"closed: {name}", case.check())
        case.edit(*changes, version="1.1.0")
        results.refused(f"closed: {name} without its triple", case.check(),
                        "is 1:0:0, not 2:0:1")
        case.edit(*changes, triple=(2, 0, 1))
        results.refused(f"closed: {name} without its version", case.check(),
                        "raise the minor one")
    bad = {
        "a function in an old node":
            (lambda data: new_function(data, node="IOSRC_1.0"),
             "added to IOSRC_1.0, which was released"),
        "a function of yesterday":
            (lambda data: new_function(data, since="1.0.0"),
             "is new, and since 1.0.0"),
        "a slot in the middle":
            (lambda data: new_function(data, number=5),
             "the order of the slots"),
        "a longer event": (lambda data: grow(data, "iosrc_event"),
                           "iosrc_event has grown"),
        "a longer address": (lambda data: grow(data, "iosrc_address"),
                             "iosrc_address has grown"),
    }
    for name, (change, said) in bad.items():
        case.edit(change, **more)
        results.refused(f"closed: {name}", case.check(), said)
    case.edit(version="1.0.1")
    results.refused("closed: a new inside with the old triple", case.check(),
                    "is 1:0:0, not 1:1:0")
    case.edit(version="1.0.1", triple=(1, 1, 0))
    results.accepted("closed: a new inside", case.check())
    case.edit(new_function, **more)
    results.accepted("closed: the next release is frozen",
                     case.tree.rules("freeze"))
    results.accepted("closed: the next release", case.check())
    results.check(case.tree.rules("triple")[1] == "2:0:1\n",
                  "the next release's triple")


def main():
    results = scratch.Results()
    with tempfile.TemporaryDirectory() as folder:
        tree = scratch.Tree(folder)
        status, output = tree.rules("check")
        print(output, end="")
        results.accepted("the tree", (status, output))
        begin_anew(tree)
        results.accepted("frozen anew", tree.rules("freeze"))
        case = Case(tree)
        try_open(case, results)
        try_closed(case, results)
        try_additions(case, results)
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
