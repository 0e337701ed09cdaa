#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-tags.py: lint of the doc tags in the public headers.

Tools generate man pages and bindings from these tags, so their grammar is
checked: every function has its block, parameters match by name and order,
compulsory tags are there, words are known, every struct member and constant
is documented, and the table of iosrc_plugin.h has one slot a function.

usage: test-tags.py [FOLDER_OF_HEADERS]
"""
import os
import re
import sys

HEADERS = ("iosrc.h", "iosrc_net.h", "iosrc_plugin.h")
DIRECTIONS = {"in", "out", "inout"}
OWNERSHIP = {"borrowed", "consumed", "owned", "shared"}
UNITS = {"ns", "bytes", "items"}
THREAD_WORDS = {"any", "last"}
TAG_ORDER = ("param", "return", "error", "thread", "signal", "since")
# Slots whose plain name is taken by a member or a keyword.
SLOT_NAMES = {
    "iosrc_version": "library_version",
    "iosrc_abi": "library_abi",
    "iosrc_register": "register_source",
}

FUNCTION = re.compile(
    r"^IOSRC_API\s+([^;{}()]*?)\bIOSRC_CALL\s+(\w+)\s*\(([^;]*?)\);",
    re.M | re.S)
BLOCK_BEFORE = re.compile(r"/\*\*(?:(?!\*/).)*\*/\s*\Z", re.S)
CONSTANT = re.compile(r"^#define (IOSRC_\w+)[ \t]+\S", re.M)
STRUCT = re.compile(r"^typedef struct (\w+) \{\n(.*?)^\} \1;", re.M | re.S)
TYPEDEF = re.compile(r"^typedef [^{;]*;", re.M | re.S)
MEMBER = re.compile(r"^\t(?!/\*|[ \t]|\*)([^;]*);([^\n]*)", re.M)
SLOT = re.compile(r"\(IOSRC_CALL \*(\w+)\)")


class Lint:
    """One run: what was found wrong, and what has been counted."""

    def __init__(self):
        self.problems = 0
        self.constants = set()
        self.counts = {"functions": 0, "members": 0, "constants": 0}

    def report(self, path, line, text):
        self.problems += 1
        print(f"{path}:{line}: {text}", file=sys.stderr)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def block_before(text, offset):
    """The doc comment that ends right before offset: (offset, comment)."""
    start = text.rfind("/**", 0, offset)
    if start < 0 or not BLOCK_BEFORE.match(text[start:offset]):
        return None
    return start, text[start:offset]


def split_block(comment):
    """A comment as (summary, body, tags); a tag is (line, name, text)."""
    prose, tags = [], []
    for number, raw in enumerate(comment.rstrip().split("\n")):
        line = re.sub(r"^\s*(/\*\*|\*/|\*)", "", raw)
        line = re.sub(r"\*/\s*$", "", line)
        found = re.match(r"\s*@(\w+)\s*(.*)", line)
        if found:
            tags.append([number, found.group(1), found.group(2).strip()])
        elif tags and line.strip():
            tags[-1][2] += " " + line.strip()
        elif not tags:
            prose.append(line.strip())
    paragraphs = [" ".join(p.split("\n")).strip()
                  for p in re.split(r"\n\n+", "\n".join(prose).strip())]
    return paragraphs[0], paragraphs[1:], tags


def parameters(text):
    """(type, name) of each parameter of a prototype."""
    text = re.sub(r"\s+", " ", text).strip()
    if text == "void":
        return []
    return [re.match(r"(.*?)(\w+)$", part.strip()).groups()
            for part in text.split(",")]


def check_param(lint, path, line, kind, name, attrs):
    words = [word for word in attrs.split(",")]
    known = DIRECTIONS | OWNERSHIP | UNITS | {"nullable"}
    for word in words:
        if word not in known:
            lint.report(path, line, f"{name}: unknown word '{word}'")
    if words[0] not in DIRECTIONS:
        lint.report(path, line, f"{name}: no direction first")
    for group, what in ((DIRECTIONS, "direction"), (OWNERSHIP, "ownership"),
                        (UNITS, "unit")):
        if sum(word in group for word in words) > 1:
            lint.report(path, line, f"{name}: more than one {what}")
    holds = "*" in kind or kind.strip() in ("iosrc_handle", "iosrc_io_fn")
    if holds != any(word in OWNERSHIP for word in words):
        lint.report(path, line, f"{name}: ownership word "
                    + ("missing" if holds else "on a plain number"))
    if name.startswith("out_") and words[0] != "out":
        lint.report(path, line, f"{name}: an out_ parameter is not 'out'")
    if "nullable" in words and "*" not in kind:
        lint.report(path, line, f"{name}: nullable is no pointer")
    unit = None
    if "*" not in kind:
        if name == "size" or name.endswith("_size"):
            unit = "bytes"
        elif name in ("count", "capacity") or name.endswith("_count"):
            unit = "items"
        elif name.endswith("_ns"):
            unit = "ns"
    if unit and unit not in words:
        lint.report(path, line, f"{name}: unit '{unit}' missing")


def check_tags(lint, path, line, function, tags):
    """Order, number and words of the tags other than param."""
    name, result = function
    names = [tag for _, tag, _ in tags]
    for number, tag, text in tags:
        if tag not in TAG_ORDER:
            lint.report(path, line + number, f"unknown tag @{tag}")
        elif not text:
            lint.report(path, line + number, f"@{tag} says nothing")
    ranks = [TAG_ORDER.index(tag) for tag in names if tag in TAG_ORDER]
    if ranks != sorted(ranks):
        lint.report(path, line, f"{name}: tags are not in the order "
                    + " ".join("@" + tag for tag in TAG_ORDER))
    for tag in ("return", "thread", "since"):
        if names.count(tag) != 1:
            lint.report(path, line, f"{name}: {names.count(tag)} @{tag}, "
                        "one is due")
    answers = [text for _, tag, text in tags if tag == "return"]
    fails = result in ("iosrc_status", "int64_t")
    if fails and "error" not in names and answers != ["IOSRC_OK"]:
        lint.report(path, line, f"{name}: no @error")
    for number, tag, text in tags:
        if tag == "thread" and text not in THREAD_WORDS:
            lint.report(path, line + number, f"unknown thread word '{text}'")
        if tag == "signal" and text != "safe":
            lint.report(path, line + number, f"unknown signal word '{text}'")
        if tag == "since" and not re.fullmatch(r"\d+\.\d+\.\d+", text):
            lint.report(path, line + number, f"'{text}' is no version")
        if tag == "error":
            check_error(lint, path, line + number, text)
    seen = [text.split(" ")[0] for _, tag, text in tags if tag == "error"]
    for status in sorted({s for s in seen if seen.count(s) > 1}):
        lint.report(path, line, f"{name}: {status} twice")


def check_error(lint, path, line, text):
    status, _, why = text.partition(" ")
    if not re.match(r"IOSRC_(E|KIND)_\w+$", status) or \
            status not in lint.constants:
        lint.report(path, line, f"unknown status '{status}'")
    elif not why:
        lint.report(path, line, f"{status}: no reason")


def check_function(lint, path, text, match):
    result, name, arguments = match.groups()
    lint.counts["functions"] += 1
    here = line_of(text, match.start())
    block = block_before(text, match.start())
    if block is None:
        lint.report(path, here, f"{name}: no doc block above it")
        return
    line = line_of(text, block[0])
    summary, _, tags = split_block(block[1])
    if not re.fullmatch(r"[A-Z][^.]*(\.[^ .][^.]*)*\.", summary):
        lint.report(path, line, f"{name}: the summary is not one sentence: "
                    f"'{summary}'")
    check_tags(lint, path, line, (name, result.strip()), tags)

    declared = parameters(arguments)
    documented = []
    for number, tag, rest in tags:
        if tag != "param":
            continue
        found = re.match(r"(\w+) ([\w,]+): (\S.*)$", rest)
        if not found:
            lint.report(path, line + number, "not '@param NAME ATTRS: text'")
            documented.append(rest.split(" ")[0])
            continue
        documented.append(found.group(1))
        kind = dict((n, k) for k, n in declared).get(found.group(1))
        if kind is not None:
            check_param(lint, path, line + number, kind, found.group(1),
                        found.group(2))
    names = [parameter for _, parameter in declared]
    if documented != names:
        lint.report(path, here, f"{name}: documents {documented}, "
                    f"declares {names}")


def check_members(lint, path, text, struct):
    for member in MEMBER.finditer(struct.group(2)):
        lint.counts["members"] += 1
        at = struct.start(2) + member.start()
        above = block_before(text, at)
        if not above and "/**<" not in member.group(2):
            lint.report(path, line_of(text, at), f"{struct.group(1)}: "
                        f"'{' '.join(member.group(1).split())}' is not "
                        "documented")


def check_header(lint, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isascii():
            lint.report(path, number, "not ASCII")
        if len(line.expandtabs(8)) > 80:
            lint.report(path, number, "longer than 80 columns")
    for constant in CONSTANT.finditer(text):
        lint.counts["constants"] += 1
        if not block_before(text, constant.start()):
            lint.report(path, line_of(text, constant.start()),
                        f"{constant.group(1)} is not documented")
    for typedef in TYPEDEF.finditer(text):
        if not block_before(text, typedef.start()):
            lint.report(path, line_of(text, typedef.start()),
                        "a type that is not documented")
    for struct in STRUCT.finditer(text):
        if not block_before(text, struct.start()):
            lint.report(path, line_of(text, struct.start()),
                        f"{struct.group(1)} is not documented")
        check_members(lint, path, text, struct)
    functions = list(FUNCTION.finditer(text))
    if len(functions) != len(re.findall(r"^IOSRC_API\b", text, re.M)):
        lint.report(path, 1, "a declaration that this lint cannot read")
    for function in functions:
        check_function(lint, path, text, function)
    return [function.group(2) for function in functions]


def check_slots(lint, path, text, functions):
    slots = [slot for struct in STRUCT.finditer(text)
             for slot in SLOT.findall(struct.group(2))]
    wanted = [SLOT_NAMES.get(name, name[len("iosrc_"):])
              for name in functions]
    if slots != wanted:
        missing = [name for name in wanted if name not in slots]
        lint.report(path, 1, "the slots are not the functions in order; "
                    f"missing: {missing}")


def main():
    folder = os.path.join(os.environ.get("top_srcdir", "."), "include")
    if len(sys.argv) > 1:
        folder = sys.argv[1]
    texts = {}
    for name in HEADERS:
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as header:
            texts[name] = (path, header.read())

    lint = Lint()
    for _, text in texts.values():
        lint.constants |= set(CONSTANT.findall(text))
    functions = {}
    for name, (path, text) in texts.items():
        functions[name] = check_header(lint, path, text)
    path, text = texts["iosrc_plugin.h"]
    check_slots(lint, path, text,
                functions["iosrc.h"] + functions["iosrc_net.h"])
    print("tags: " + ", ".join(f"{count} {what}" for what, count
                               in lint.counts.items())
          + f"; {lint.problems} problems")
    if not all(lint.counts.values()):
        print("nothing was found to check", file=sys.stderr)
        return 1
    return 1 if lint.problems else 0


if __name__ == "__main__":
    sys.exit(main())
