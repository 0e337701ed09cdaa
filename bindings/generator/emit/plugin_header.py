# SPDX-License-Identifier: MIT
"""include/iosrc_plugin.h: the table for hosts that load the library."""
from emit import text as t

FILE = "include/iosrc_plugin.h"


def slot(function):
    result = function["returns"]["type"]["c"]
    blank = "" if result.endswith("*") else " "
    first = f"\t{result}{blank}(IOSRC_CALL *{function['slot']['name']})("
    return (f"\t/** {function['name']} */\n"
            + t.fill(first, t.parameters(function), "\t    "))


def text(abi):
    headers = [name for name in abi["headers"] if name != "iosrc_plugin.h"]
    return t.template("iosrc_plugin.h.in").replace(
        "@HEAD@", t.c_head("").rstrip()).replace(
        "@INCLUDE@", f"#include <{headers[-1]}>").replace(
        "@SLOTS@", "".join(slot(function)
                           for function in t.by_slot(abi)).rstrip())
