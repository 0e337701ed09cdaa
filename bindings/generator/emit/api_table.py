# SPDX-License-Identifier: MIT
"""lib/api_table.h: the plugin table's contents."""
from emit import text as t

FILE = "lib/api_table.h"
HEAD = """\
#ifndef IOSRC_API_TABLE_H
#define IOSRC_API_TABLE_H

#include <iosrc_plugin.h>

/* One slot a function, in the order of iosrc_plugin.h. */
static const iosrc_api all_calls = {
	.size = sizeof all_calls,
	.abi = IOSRC_ABI,
	.version = IOSRC_VERSION,
"""


def text(abi):
    return (t.c_head("") + HEAD
            + "".join(f"\t.{function['slot']['name']} = {function['name']},\n"
                      for function in t.by_slot(abi)) + "};\n\n#endif\n")
