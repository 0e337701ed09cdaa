#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-json.py: bindings/abi/iosrc.json is what its schema says, the schema
refuses what it should, and names in the data lead somewhere."""
import copy
import importlib.util
import json
import os
import sys

SYSTEM_PYTHON = "/usr/bin/python3"

if importlib.util.find_spec("jsonschema") is None:
    # A Python of one's own may lack what the system's has.
    again = os.environ.get("IOSRC_TEST_AGAIN")
    if os.path.exists(SYSTEM_PYTHON) and not again:
        os.environ["IOSRC_TEST_AGAIN"] = "1"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON] + sys.argv)
    print("SKIP: no Python module jsonschema (Debian: python3-jsonschema)")
    sys.exit(77)

import jsonschema  # noqa: E402

FOLDER = os.path.join(os.environ.get("top_srcdir", "."), "bindings", "abi")
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"FAIL: {what}", file=sys.stderr)


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


def refused(schema, data, change, what):
    """The schema must not take the data after a change."""
    wrong = copy.deepcopy(data)
    change(wrong)
    validator = jsonschema.Draft7Validator(schema)
    check(not validator.is_valid(wrong), f"the schema takes {what}")


def check_schema(schema, data):
    jsonschema.Draft7Validator.check_schema(schema)
    for error in jsonschema.Draft7Validator(schema).iter_errors(data):
        check(False, f"{list(error.absolute_path)}: {error.message[:200]}")
    first = data["functions"][0]["name"]
    refused(schema, data, lambda d: d.pop("table"), "data without a table")
    refused(schema, data, lambda d: d.update(more=1), "a word too many")
    refused(schema, data, lambda d: d["functions"][0].update(thread="some"),
            "an unknown thread word")
    refused(schema, data, lambda d: d["functions"][0].update(name="foreign"),
            "a foreign name")
    refused(schema, data, lambda d: d["table"]["slots"].append(first),
            "a slot twice")
    refused(schema, data, lambda d: d["structs"][0]["layout"].pop("llp64"),
            "a layout without a data model")


def check_names(data):
    """Types, statuses, lengths and slots are those of the same data."""
    functions = {entry["name"] for entry in data["functions"]}
    constants = {entry["name"] for entry in data["constants"]}
    types = {"void", "char", data["table"]["name"]} | {
        entry["name"] for group in ("scalars", "opaques", "structs",
                                    "callbacks") for entry in data[group]}
    titles = {part["title"] for part in data["sections"]}
    numbers = []
    for entry in data["functions"]:
        own = {part["name"] for part in entry["parameters"]}
        for part in entry["parameters"]:
            base = part["type"]["base"]
            check(base in types or base.endswith("_t"),
                  f"{entry['name']}: no type {base}")
            check(part.get("length", part["name"]) in own,
                  f"{entry['name']}: no parameter {part.get('length')}")
        for error in entry["errors"]:
            check(error["status"] in constants, error["status"])
        if entry["slot"]:
            numbers.append(entry["slot"]["number"])
            check(data["table"]["slots"][entry["slot"]["number"]]
                  == entry["name"], f"{entry['name']}: not in its slot")
    check(sorted(numbers) == list(range(len(functions) - 1)),
          "slots are not all numbers up to their count")
    for entry in data["constants"]:
        check(entry["group"] in titles, f"{entry['name']}: no such section")


def main():
    schema, data = load("schema.json"), load("iosrc.json")
    check_schema(schema, data)
    check_names(data)
    print(f"json: {len(data['functions'])} functions,"
          f" {len(data['constants'])} constants,"
          f" {len(data['structs'])} structs; {len(failures)} problems")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
