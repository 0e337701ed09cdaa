# SPDX-License-Identifier: MIT
"""tests/abi/ffi_table.h: every function's signature for libffi, with what the
tags say about its parameters."""
from emit import text as t

FILE = "tests/abi/ffi_table.h"
HEAD = """\
/*
 * ffi_table.h: every function as libffi calls it: address, type of the answer,
 * types of the arguments, and what the tags say about each.
 */
#ifndef IOSRC_FFI_TABLE_H
#define IOSRC_FFI_TABLE_H

#include <ffi.h>
#include <stddef.h>

@INCLUDES@

enum ffi_return { FFI_STATUS, FFI_COUNT, FFI_VALUE, FFI_HANDLE, FFI_TEXT };
enum ffi_direction { FFI_IN, FFI_OUT, FFI_INOUT };
enum ffi_ownership {
	FFI_PLAIN,
	FFI_BORROWED,
	FFI_CONSUMED,
	FFI_OWNED,
	FFI_SHARED
};
enum ffi_unit { FFI_NO_UNIT, FFI_NS, FFI_BYTES, FFI_ITEMS };

struct ffi_parameter {
	const char *name;
	const char *base; /* what it is, or points at */
	ffi_type *type;
	int pointers;
	enum ffi_direction direction;
	enum ffi_ownership ownership;
	int nullable;
	enum ffi_unit unit;
	const char *length; /* the parameter that tells how much, or NULL */
};

struct ffi_function {
	const char *name;
	void (*call)(void);
	int slot; /* in iosrc_api; -1 has none */
	enum ffi_return kind;
	ffi_type *result;
	int any_thread; /* 0: the last call on its object */
	int signal_safe;
	unsigned count;
	struct ffi_parameter parameters[@MOST@];
};

/* libffi has no names for these two. */
#define FFI_SIZE (sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32)
#define FFI_HANDLE_TYPE \\
	(sizeof(intptr_t) == 8 ? &ffi_type_sint64 : &ffi_type_sint32)

/* clang-format off */
static const struct ffi_function ffi_functions[] = {
"""
TAIL = """\
};
/* clang-format on */

#endif
"""
TYPES = {"int32_t": "&ffi_type_sint32", "uint32_t": "&ffi_type_uint32",
         "int64_t": "&ffi_type_sint64", "uint64_t": "&ffi_type_uint64",
         "int8_t": "&ffi_type_sint8", "uint8_t": "&ffi_type_uint8",
         "int16_t": "&ffi_type_sint16", "uint16_t": "&ffi_type_uint16",
         "size_t": "FFI_SIZE", "uintptr_t": "FFI_SIZE",
         "intptr_t": "FFI_HANDLE_TYPE"}
KINDS = {"status": "FFI_STATUS", "count_or_status": "FFI_COUNT",
         "value": "FFI_VALUE", "handle": "FFI_HANDLE", "text": "FFI_TEXT"}


def ffi_type(abi, data):
    scalars = {entry["name"]: entry["type"] for entry in abi["scalars"]}
    if data["pointers"]:
        return "&ffi_type_pointer"
    return TYPES.get(scalars.get(data["base"], data["base"]),
                     "&ffi_type_pointer")


def parameter(abi, part):
    unit = {None: "FFI_NO_UNIT"}.get(part["unit"],
                                     f"FFI_{part['unit']}".upper())
    owned = {None: "FFI_PLAIN"}.get(part["ownership"],
                                    f"FFI_{part['ownership']}".upper())
    length = f"\"{part['length']}\"" if "length" in part else "NULL"
    return (f"\t\t{{ \"{part['name']}\", \"{part['type']['base']}\","
            f" {ffi_type(abi, part['type'])}, {part['type']['pointers']},"
            f" FFI_{part['direction'].upper()}, {owned},"
            f" {int(part['nullable'])}, {unit}, {length} }},\n")


def function(abi, entry):
    slot = entry["slot"]["number"] if entry["slot"] else -1
    parameters = "".join(parameter(abi, part)
                         for part in entry["parameters"])
    return (f"\t{{ \"{entry['name']}\", (void (*)(void)){entry['name']},"
            f" {slot}, {KINDS[entry['returns']['kind']]},\n"
            f"\t    {ffi_type(abi, entry['returns']['type'])},"
            f" {int(entry['thread'] == 'any')},"
            f" {int(entry['signal'] == 'safe')},"
            f" {len(entry['parameters'])}, {{\n"
            + (parameters or "\t\t{ 0 },\n") + "\t} },\n")


def text(abi):
    most = max(len(entry["parameters"]) for entry in abi["functions"])
    head = HEAD.replace("@MOST@", str(most)).replace(
        "@INCLUDES@", "\n".join(f"#include <{name}>"
                                for name in abi["headers"]))
    return (t.c_head("") + head
            + "".join(function(abi, entry) for entry in abi["functions"])
            + TAIL)
