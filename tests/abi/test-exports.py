#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-exports.py: the headers, the JSON, the version script, the .def, the
list for macOS, the slots, the plugin table and the built library name the same
functions; and a copy in which any of them is out of step is found."""
import sys
import tempfile

sys.dont_write_bytecode = True

import scratch  # noqa: E402

# What is changed: where, what, into what, and what has to be said.
PLANTS = (
    ("a symbol is missing in the map", "lib/iosrc.map",
     "\tiosrc_rearm;\n", "", "iosrc.map: iosrc_rearm@IOSRC_1.0 is missing"),
    ("the map has a symbol more", "lib/iosrc.map",
     "\tiosrc_rearm;\n", "\tiosrc_rearm;\n\tiosrc_more;\n",
     "iosrc.map: iosrc_more@IOSRC_1.0 is not in"),
    ("the map has a symbol in another node", "lib/iosrc.map",
     "IOSRC_1.0 {", "IOSRC_1.1 {", "iosrc.map: iosrc_abi@IOSRC_1.1 is not in"),
    ("the map exports the rest", "lib/iosrc.map",
     "local:\n\t*;\n", "", "iosrc.map: all else has to be local"),
    ("a symbol is missing in the .def", "lib/iosrc.def",
     "\tiosrc_recv\n", "", "iosrc.def: iosrc_recv is missing"),
    ("the .def has a name twice", "lib/iosrc.def",
     "\tiosrc_recv\n", "\tiosrc_recv\n\tiosrc_recv\n", "stands there twice"),
    ("the .def is in another order", "lib/iosrc.def",
     "\tiosrc_recv\n\tiosrc_send\n", "\tiosrc_send\n\tiosrc_recv\n",
     "iosrc.def: the order is another"),
    ("the list for macOS lacks a symbol", "lib/iosrc.exports",
     "_iosrc_close\n", "", "iosrc.exports: _iosrc_close is missing"),
    ("the list for macOS has another name", "lib/iosrc.exports",
     "_iosrc_close\n", "_iosrc_shut\n", "_iosrc_shut is not in"),
    ("a header declares one more", "include/iosrc.h",
     "IOSRC_API uint32_t IOSRC_CALL iosrc_abi(void);",
     "IOSRC_API uint32_t IOSRC_CALL iosrc_abi(void);\n"
     "IOSRC_API uint32_t IOSRC_CALL iosrc_more(void);",
     "headers: iosrc_more is not in"),
    ("a header declares one less", "include/iosrc_net.h",
     "IOSRC_CALL iosrc_pipe(", "IOSRC_CALL (", "headers: iosrc_pipe is"),
    ("two slots of the table's initialiser are mixed up", "lib/api_table.h",
     ".read = iosrc_read,\n\t.write = iosrc_write,",
     ".read = iosrc_write,\n\t.write = iosrc_read,",
     "api_table.h: read = iosrc_read is missing"),
    ("the table has two slots in another order", "include/iosrc_plugin.h",
     "(IOSRC_CALL *into_inner)(", "(IOSRC_CALL *inner)(",
     "iosrc_plugin.h: into_inner is missing"),
    ("a slot has moved", "bindings/abi/slots.txt",
     "17 iosrc_rearm rearm\n18 iosrc_into_inner into_inner\n",
     "17 iosrc_into_inner into_inner\n18 iosrc_rearm rearm\n",
     "slots.txt: the order is another"),
    ("the JSON lacks a function", "bindings/abi/iosrc.json",
     '"name": "iosrc_rearm"', '"name": "iosrc_re_arm"',
     "iosrc_re_arm is missing"),
)


def main():
    results = scratch.Results()
    scratch.need_library()
    with tempfile.TemporaryDirectory() as folder:
        tree = scratch.Tree(folder)
        results.accepted("the tree and its library",
                         tree.exports(scratch.LIBRARY))
        for name, path, old, new, said in PLANTS:
            text = tree.read(path)
            tree.change(path, old, new)
            results.refused(name, tree.exports(), said)
            tree.write(path, text)
        results.accepted("the tree once more", tree.exports())
        results.refused("something that is no library",
                        tree.exports(tree.path("NEWS")), "NEWS")
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
