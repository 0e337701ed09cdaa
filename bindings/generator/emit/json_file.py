# SPDX-License-Identifier: MIT
"""bindings/abi/iosrc.json: the data itself, set so that a difference between
two versions of it can be read."""
import json

FILE = "bindings/abi/iosrc.json"
WIDTH = 120


def render(value, indent, before):
    """On one line where that fits, else one line an entry. before is the room
    that is taken on the first line."""
    whole = json.dumps(value)
    if len(whole) + before < WIDTH or not isinstance(value, (dict, list)):
        return whole
    inner = indent + " "
    if isinstance(value, dict):
        rows = []
        for name, entry in value.items():
            first = f"{inner}{json.dumps(name)}: "
            rows.append(first + render(entry, inner, len(first)))
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    rows = [inner + render(entry, inner, len(inner)) for entry in value]
    return "[\n" + ",\n".join(rows) + f"\n{indent}]"


def text(abi):
    """Its first line says what it is: JSON has no comments."""
    return render(abi, "", 0).replace("{\n ", "{ ", 1) + "\n"
