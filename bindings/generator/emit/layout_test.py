# SPDX-License-Identifier: MIT
"""tests/abi/test_layout_models.c: the JSON's layouts and values, asserted for
whatever target compiles it, without a C library."""
from emit import text as t

FILE = "tests/abi/test_layout_models.c"
HEAD = """\
/*
 * test_layout_models.c: what bindings/abi/iosrc.json says of sizes, offsets
 * and values holds on the target that compiles this, whichever of the data
 * models it has. It has passed when it compiles.
 */
#include <stddef.h>
#include <stdint.h>

@INCLUDES@

struct iosrc_wide {
	char before;
	uint64_t wide;
};

/* The value for the data model of this target. */
#define MODEL(lp64, llp64, ilp32_align4, ilp32_align8) \\
	(sizeof(void *) == 8 ? sizeof(long) == 8 ? (lp64) : (llp64) \\
	        : offsetof(struct iosrc_wide, wide) == 4 ? (ilp32_align4) \\
	                                                 : (ilp32_align8))
#define SIZE(type, ...) \\
	_Static_assert(sizeof(type) == MODEL(__VA_ARGS__), "size of " #type)
#define ALIGN(type, ...) \\
	_Static_assert(_Alignof(type) == MODEL(__VA_ARGS__), \\
	    "alignment of " #type)
#define AT(type, member, ...) \\
	_Static_assert(offsetof(type, member) == MODEL(__VA_ARGS__), \\
	    #type "." #member)
#define VALUE(constant, value) _Static_assert((constant) == (value), #constant)

/* clang-format off */
"""
TAIL = """\
/* clang-format on */

int main(void)
{
	return 0;
}
"""


def models(layout, pick):
    return ", ".join(str(pick(place)) for place in layout.values())


def struct(entry):
    name, layout = entry["name"], entry["layout"]
    rows = [f"SIZE({name}, {models(layout, lambda m: m['size'])});",
            f"ALIGN({name}, {models(layout, lambda m: m['alignment'])});"]
    for member in next(iter(layout.values()))["offsets"]:
        at = models(layout, lambda m, member=member: m["offsets"][member])
        rows.append(f"AT({name}, {member}, {at});")
    return rows


def table(abi):
    entry = abi["table"]
    rows = struct(entry)
    pointers = [abi["models"][model]["pointer_size"]
                for model in entry["layout"]]
    for function in t.by_slot(abi):
        at = ", ".join(
            str(place["first_slot"] + function["slot"]["number"] * pointer)
            for place, pointer in zip(entry["layout"].values(), pointers))
        rows.append(f"AT(iosrc_api, {function['slot']['name']}, {at});")
    return rows


def value(entry):
    number = entry["value"]
    if number >= 1 << 32:
        return f"VALUE({entry['name']}, INT64_C({number}));"
    unsigned = "u" if number >= 1 << 31 else ""
    return f"VALUE({entry['name']}, {number}{unsigned});"


def text(abi):
    rows = []
    for entry in abi["structs"]:
        rows += struct(entry)
    rows += table(abi)
    rows += [value(entry) for entry in abi["constants"]]
    includes = "\n".join(f"#include <{name}>" for name in abi["headers"])
    return (t.c_head("") + HEAD.replace("@INCLUDES@", includes)
            + "\n".join(rows) + "\n" + TAIL)
