# SPDX-License-Identifier: MIT
"""tests/abi/ffi_table.h: every function's signature for libffi, with what the
tags and docs say about its parameters."""
from emit import limits
from emit import text as t

FILE = "tests/abi/ffi_table.h"
HEAD = """\
/*
 * ffi_table.h: every function as libffi calls it: address, type of the answer,
 * types of the arguments, what the tags say about each, and what each may be.
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
enum ffi_role {
	FFI_POINTER,
	FFI_ANY,    /* every number means something */
	FFI_RANGE,  /* lowest to highest, in steps */
	FFI_ONE_OF, /* the constants from lowest to highest */
	FFI_BITS    /* those accepted; others are refused as known or unknown */
};

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
	enum ffi_role role;
	int64_t lowest;
	uint64_t highest;
	uint32_t accepted;
	uint32_t known;
	size_t step; /* more than 1: a stride */
};

/* A library status as a bit of ffi_function.errors. */
#define FFI_ERROR(status) (1u << (IOSRC_E_WOULD_BLOCK - (status)))

struct ffi_function {
	const char *name;
	void (*call)(void);
	int slot; /* in iosrc_api; -1 has none */
	enum ffi_return kind;
	ffi_type *result;
	int any_thread; /* 0: the last call on its object */
	int signal_safe;
	unsigned errors; /* the library statuses that it may answer */
	unsigned count;
	struct ffi_parameter parameters[@MOST@];
};

struct ffi_option {
	uint32_t option;
	int64_t lowest;
	int64_t highest;
};

/* libffi has no names for these two. */
#define FFI_SIZE (sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32)
#define FFI_HANDLE_TYPE \\
	(sizeof(intptr_t) == 8 ? &ffi_type_sint64 : &ffi_type_sint32)

/* clang-format off */
static const struct ffi_function ffi_functions[] = {
"""
OPTIONS = """\
};

/* What the values of options of sockets may be. */
static const struct ffi_option ffi_options[] = {
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


def parameter(abi, entry, part):
    unit = {None: "FFI_NO_UNIT"}.get(part["unit"],
                                     f"FFI_{part['unit']}".upper())
    owned = {None: "FFI_PLAIN"}.get(part["ownership"],
                                    f"FFI_{part['ownership']}".upper())
    length = f"\"{part['length']}\"" if "length" in part else "NULL"
    limit = ", ".join(limits.of(abi, entry, part))
    return (f"\t\t{{ \"{part['name']}\", \"{part['type']['base']}\","
            f" {ffi_type(abi, part['type'])}, {part['type']['pointers']},"
            f" FFI_{part['direction'].upper()}, {owned},"
            f" {int(part['nullable'])}, {unit}, {length},\n"
            f"\t\t    {limit} }},\n")


def errors(entry):
    named = [f"FFI_ERROR({error['status']})" for error in entry["errors"]
             if error["status"].startswith("IOSRC_E_")]
    return " |\n\t        ".join(named) or "0"


def function(abi, entry):
    slot = entry["slot"]["number"] if entry["slot"] else -1
    parameters = "".join(parameter(abi, entry, part)
                         for part in entry["parameters"])
    return (f"\t{{ \"{entry['name']}\", (void (*)(void)){entry['name']},"
            f" {slot}, {KINDS[entry['returns']['kind']]},\n"
            f"\t    {ffi_type(abi, entry['returns']['type'])},"
            f" {int(entry['thread'] == 'any')},"
            f" {int(entry['signal'] == 'safe')},\n"
            f"\t    {errors(entry)},\n"
            f"\t    {len(entry['parameters'])}, {{\n"
            + (parameters or "\t\t{ 0 },\n") + "\t} },\n")


def text(abi):
    most = max(len(entry["parameters"]) for entry in abi["functions"])
    head = HEAD.replace("@MOST@", str(most)).replace(
        "@INCLUDES@", "\n".join(f"#include <{name}>"
                                for name in abi["headers"]))
    return (t.c_head("") + head
            + "".join(function(abi, entry) for entry in abi["functions"])
            + OPTIONS + "".join(f"\t{{ {name}, {low}, {high} }},\n" for
                                name, low, high in limits.options(abi))
            + TAIL)
