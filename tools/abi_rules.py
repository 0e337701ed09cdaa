#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""abi_rules.py [--tree TREE] check|freeze|mode|triple|sized: what may change.

Compares bindings/abi/iosrc.json with bindings/abi/frozen/iosrc.json, which is
the same without its texts, as it was frozen last.

Before 1.0.0 (mode "open") every change is allowed and none goes unnoticed:
"check" fails until the new state is frozen, and "freeze" refuses until NEWS
has one more entry marked [ABI]. From 1.0.0 on (mode "closed") the frozen state
is that of the last release: nothing of it is removed or changed; functions
come under a newer node and behind the last slot; structs grow at their end,
and only those that come with their size; and "freeze" is for releases alone.

"triple" answers the libtool version that follows from that; "check" compares
it with configure.ac. "sized" lists the structs that may grow.
"""
import json
import os
import re
import sys

CURRENT = "bindings/abi/iosrc.json"
FROZEN = "bindings/abi/frozen/iosrc.json"
GROUPS = ("scalars", "constants", "opaques", "callbacks", "structs",
          "functions")
FIRST_RELEASE = (1, 0, 0)


class Broken(Exception):
    """The files are not what the rules are about."""


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def node_order(node):
    return numbers(node[len("IOSRC_"):])


# ---- what counts ----

def bare_parameter(part):
    return [part["type"]["c"], part.get("direction"), part.get("ownership"),
            "nullable" if part.get("nullable") else "never NULL",
            part.get("unit")]


def bare_function(entry):
    return {"since": entry["since"], "node": entry["node"],
            "slot": [entry["slot"]["number"], entry["slot"]["name"]]
            if entry["slot"] else None,
            "thread": entry["thread"], "signal": entry["signal"],
            "returns": [entry["returns"]["type"]["c"],
                        entry["returns"]["kind"]],
            "parameters": [bare_parameter(part)
                           for part in entry["parameters"]]}


def bare_struct(entry):
    return {"members": [[part["name"], part["type"]["c"]]
                        for part in entry["members"]],
            "layout": {model: [layout["size"], layout["alignment"],
                               list(layout["offsets"].values())]
                       for model, layout in entry["layout"].items()}}


def bare(data):
    """What of the JSON is the interface: no texts, no order of names."""
    def named(group, shape):
        return {entry["name"]: shape(entry) for entry in data[group]}
    return {
        "abi": data["abi"],
        "scalars": named("scalars", lambda entry: entry["type"]),
        "constants": named("constants", lambda entry: entry["value"]),
        "opaques": named("opaques", lambda entry: "opaque"),
        "callbacks": named("callbacks", lambda entry: [
            entry["returns"]["c"]] + [part["type"]["c"]
                                      for part in entry["parameters"]]),
        "structs": named("structs", bare_struct),
        "functions": named("functions", bare_function),
        "head": [[part["name"], part["type"]["c"]]
                 for part in data["table"]["head"]],
        "slots": data["table"]["slots"]}


def versions(name):
    """Constants that say which version it is: they change with each."""
    return name.startswith("IOSRC_VERSION")


def sized_structs(data):
    """Those that are only ever handed over together with their size."""
    others = {part["type"]["base"] for entry in data["structs"]
              for part in entry["members"]}
    sized = set()
    for entry in data["functions"]:
        sizes = [part["doc"] for part in entry["parameters"]
                 if part["unit"] == "bytes"]
        for part in entry["parameters"]:
            told = any(doc.startswith(f"sizeof *{part['name']}")
                       for doc in sizes)
            (sized if told else others).add(part["type"]["base"])
    return sized - others


# ---- differences ----

def differences(old, new):
    """(what, name, kind): all that is removed, changed or added."""
    for group in GROUPS:
        for name in old[group]:
            if group == "constants" and versions(name):
                continue
            if name not in new[group]:
                yield group, name, "removed"
            elif old[group][name] != new[group][name]:
                yield group, name, "changed"
        for name in new[group]:
            if name not in old[group]:
                yield group, name, "added"
    if old["abi"] != new["abi"]:
        yield "abi", "IOSRC_ABI", "changed"
    if old["head"] != new["head"]:
        yield "table", "the head of the plugin table", "changed"
    if new["slots"][:len(old["slots"])] != old["slots"]:
        yield "table", "the order of the slots", "changed"


def loosened(old, new):
    """A promise more, and nothing else: NULL is taken, any thread may call,
    signal handlers may."""
    old, new = json.loads(json.dumps([old, new]))
    for ours, theirs in zip(old["parameters"], new["parameters"]):
        if theirs[3] == "nullable":
            ours[3] = theirs[3]
    if new["thread"] == "any":
        old["thread"] = "any"
    if new["signal"] == "safe":
        old["signal"] = "safe"
    return old == new


def same_member(old, new):
    """What was reserved may get a name."""
    return old == new or (old[0].startswith("reserved") and old[1] == new[1])


def extended(old, new):
    """More members at the end, or a name for a reserved one, nothing else."""
    count = len(old["members"])
    if len(new["members"]) < count or not all(
            map(same_member, old["members"], new["members"])):
        return False
    for model, (size, alignment, offsets) in old["layout"].items():
        more = new["layout"][model]
        if more[0] < size or more[1] != alignment or \
                more[2][:count] != offsets:
            return False
    return True


def closed_problems(frozen, data):
    """What the rules of a released library forbid."""
    old, new = frozen["interface"], bare(data)
    sized = sized_structs(data)
    last = max(map(node_order, {entry["node"] for entry in
                                old["functions"].values()}))
    for group, name, kind in differences(old, new):
        if kind == "added":
            if group == "functions":
                yield from added_problems(name, new["functions"][name], last,
                                          frozen["version"], len(old["slots"]))
        elif group == "functions" and kind == "changed" and loosened(
                old[group][name], new[group][name]):
            continue
        elif group == "structs" and kind == "changed" and extended(
                old[group][name], new[group][name]):
            if len(new[group][name]["members"]) > len(
                    old[group][name]["members"]) and name not in sized:
                yield f"{name} has grown, and comes without its size"
        else:
            yield f"{group}: {name} is {kind}"


def added_problems(name, entry, last, version, slots):
    if node_order(entry["node"]) <= last:
        yield (f"functions: {name} is added to {entry['node']}, which was"
               " released already")
    if numbers(entry["since"]) <= numbers(version):
        yield f"functions: {name} is new, and since {entry['since']}"
    if entry["slot"] and entry["slot"][0] < slots:
        yield f"functions: {name} is not behind the last slot"


# ---- the libtool triple ----

def triple(frozen, data):
    """current:revision:age, as it follows from the frozen state."""
    current, revision, age = (int(part) for part in
                              frozen["libtool"].split(":"))
    if mode(frozen) == "open":
        return f"{data['abi']}:0:0"
    changes = list(differences(frozen["interface"], bare(data)))
    if changes:
        return f"{current + 1}:0:{age + 1}"
    if data["version"] != frozen["version"]:
        return f"{current}:{revision + 1}:{age}"
    return frozen["libtool"]


def configured(tree):
    text = read(tree, "configure.ac")
    found = [re.search(rf"^m4_define\(\[iosrc_lt_{part}\], \[(\d+)\]\)$", text,
                       flags=re.M)
             for part in ("current", "revision", "age")]
    if not all(found):
        raise Broken("configure.ac: no libtool triple")
    return ":".join(match[1] for match in found)


# ---- files ----

def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def entries_of_news(tree):
    return len(re.findall(r"^ \* \[ABI\] ", read(tree, "NEWS"), flags=re.M))


def load(tree):
    return json.loads(read(tree, FROZEN)), json.loads(read(tree, CURRENT))


def mode(frozen):
    return "open" if numbers(frozen["version"]) < FIRST_RELEASE else "closed"


def render(frozen):
    """One line a thing, so that a diff tells which."""
    def line(value):
        return json.dumps(value, ensure_ascii=True)
    rows = []
    for key, value in frozen["interface"].items():
        if key not in GROUPS:
            rows.append(f"  {line(key)}: {line(value)}")
            continue
        inner = ",\n".join(f"   {line(name)}: {line(entry)}"
                           for name, entry in value.items())
        rows.append(f"  {line(key)}: {{\n{inner}\n  }}")
    head = [f" {line(key)}: {line(value)}" for key, value in frozen.items()
            if key != "interface"]
    return ("{\n" + ",\n".join(head) + ",\n \"interface\": {\n"
            + ",\n".join(rows) + "\n }\n}\n")


# ---- commands ----

def problems_of(tree, frozen, data):
    if mode(frozen) == "open":
        if numbers(data["version"]) >= FIRST_RELEASE:
            yield f"version {data['version']} is not frozen"
        for group, name, kind in differences(frozen["interface"], bare(data)):
            yield (f"{group}: {name} is {kind}: allowed before 1.0.0, with an"
                   " [ABI] entry in NEWS and \"make abi-freeze\"")
        if entries_of_news(tree) < frozen["abi_news"]:
            yield "an [ABI] entry of NEWS is gone"
    else:
        yield from closed_problems(frozen, data)
        if any(differences(frozen["interface"], bare(data))) and \
                numbers(data["version"])[:2] <= numbers(
                    frozen["version"])[:2]:
            yield (f"something is added since {frozen['version']}, and the"
                   f" version is {data['version']}: raise the minor one")
    expected, found = triple(frozen, data), configured(tree)
    if found != expected:
        yield f"configure.ac: the libtool triple is {found}, not {expected}"


def check(tree):
    frozen, data = load(tree)
    problems = list(problems_of(tree, frozen, data))
    for problem in problems:
        print(f"abi_rules: {problem}", file=sys.stderr)
    print(f"abi_rules: mode {mode(frozen)}, frozen at {frozen['version']},"
          f" libtool {triple(frozen, data)}, {len(problems)} problems")
    return 1 if problems else 0


def freeze(tree):
    data = json.loads(read(tree, CURRENT))
    news = entries_of_news(tree)
    released = numbers(data["version"]) >= FIRST_RELEASE
    if os.path.exists(os.path.join(tree, FROZEN)):
        frozen = json.loads(read(tree, FROZEN))
        changes = list(differences(frozen["interface"], bare(data)))
        if mode(frozen) == "closed":
            if numbers(data["version"]) <= numbers(frozen["version"]):
                raise Broken(f"{frozen['version']} is released and frozen:"
                             " freeze the next release")
            problems = list(problems_of(tree, frozen, data))
            if problems:
                raise Broken("; ".join(problems))
        elif changes and news <= frozen["abi_news"]:
            raise Broken(f"{changes[0][1]} is {changes[0][2]}, and NEWS has no"
                         " new [ABI] entry")
    text = render({
        "note": "Written by \"make abi-freeze\": do not edit."
        + (" Of a release: it changes with the next one alone."
           if released else ""),
        "version": data["version"], "libtool": configured(tree),
        "abi_news": news, "interface": bare(data)})
    path = os.path.join(tree, FROZEN)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"abi_rules: {data['version']} is frozen")
    return 0


def main(arguments):
    tree = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    if arguments[:1] == ["--tree"]:
        tree, arguments = arguments[1], arguments[2:]
    try:
        if arguments == ["check"]:
            return check(tree)
        if arguments == ["freeze"]:
            return freeze(tree)
        if arguments == ["mode"]:
            print(mode(load(tree)[0]))
            return 0
        if arguments == ["triple"]:
            print(triple(*load(tree)))
            return 0
        if arguments == ["sized"]:
            print("\n".join(sorted(sized_structs(load(tree)[1]))))
            return 0
    except Broken as broken:
        print(f"abi_rules: {broken}", file=sys.stderr)
        return 1
    print("usage: abi_rules.py [--tree TREE] check|freeze|mode|triple|sized",
          file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
