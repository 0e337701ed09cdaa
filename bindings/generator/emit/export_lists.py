# SPDX-License-Identifier: MIT
"""What the shared library exports, in the language of three linkers."""
import itertools

from emit import text as t

MAP_HEAD = """\
/* What the shared library exports: the functions of the headers, one by one.
 * A later release appends a node that inherits from the one before it. */
"""


def order(node):
    return [int(part) for part in node[len("IOSRC_"):].split(".")]


def elf(functions):
    """A version script: a node for each release that added something."""
    rows, before = [t.c_head("") + MAP_HEAD], ""
    functions = sorted(functions, key=lambda function: order(function["node"]))
    for node, members in itertools.groupby(functions, lambda f: f["node"]):
        rows.append(f"{node} {{\nglobal:\n")
        rows += [f"\t{member['name']};\n" for member in members]
        rows.append("" if before else "local:\n\t*;\n")
        rows.append(f"}}{before};\n")
        before = f" {node}"
    return "".join(rows)


def files(abi):
    names = [function["name"] for function in abi["functions"]]
    return {
        "lib/iosrc.map": elf(abi["functions"]),
        "lib/iosrc.def": t.hash_head("What the DLL exports.", ";")
        + "EXPORTS\n" + "".join(f"\t{name}\n" for name in names),
        "lib/iosrc.exports": t.hash_head("What the dylib exports.")
        + "".join(f"_{name}\n" for name in names)}
