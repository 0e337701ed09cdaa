# SPDX-License-Identifier: MIT
"""The grammar of doc tags, and what they say about a function.

    @param NAME DIRECTION[,OWNERSHIP][,nullable][,UNIT]: text
    @return text
    @error STATUS when
    @thread WORD
    @signal safe
    @since VERSION
"""
import re

DIRECTIONS = ("in", "out", "inout")
OWNERSHIP = ("borrowed", "consumed", "owned", "shared")
UNITS = ("ns", "bytes", "items")
THREAD_WORDS = ("any", "last")
ORDER = ("param", "return", "error", "thread", "signal", "since")
SENTENCE = re.compile(r"[A-Z][^.]*(\.[^ .][^.]*)*\.")


class TagReader:
    """Reads the tags of one function after the other."""

    def __init__(self, statuses, version, callbacks, problems):
        self.statuses, self.problems = statuses, problems
        self.version, self.callbacks = version, callbacks
        self.path = self.name = None

    def report(self, line, text):
        self.problems.report(self.path, line, f"{self.name}: {text}")

    def read(self, path, name, doc, result):
        """What the tags other than @param say, and the checks of all."""
        self.path, self.name = path, name
        if not doc.paragraphs or not SENTENCE.fullmatch(doc.paragraphs[0]):
            self.report(doc.line, "the summary is not one sentence:"
                        f" '{(doc.paragraphs or [''])[0]}'")
        self.check_order(doc)
        said = {tag.name: tag.text for tag in doc.tags}
        errors = [self.error(tag) for tag in doc.tags if tag.name == "error"]
        fails = result in ("iosrc_status", "int64_t")
        if fails and not errors and said.get("return") != "IOSRC_OK":
            self.report(doc.line, "no @error")
        names = [error["status"] for error in errors]
        for status in sorted({s for s in names if names.count(s) > 1}):
            self.report(doc.line, f"{status} twice")
        for tag in doc.tags:
            self.check_word(tag)
        return {"returns": said.get("return", ""), "errors": errors,
                "thread": said.get("thread", ""),
                "signal": said.get("signal", "unsafe"),
                "since": said.get("since", "")}

    def check_order(self, doc):
        names = [tag.name for tag in doc.tags]
        for tag in doc.tags:
            if tag.name not in ORDER:
                self.report(tag.line, f"unknown tag @{tag.name}")
            elif not tag.text:
                self.report(tag.line, f"@{tag.name} says nothing")
        ranks = [ORDER.index(tag) for tag in names if tag in ORDER]
        if ranks != sorted(ranks):
            self.report(doc.line, "tags are not in the order "
                        + " ".join("@" + tag for tag in ORDER))
        for tag in ("return", "thread", "since"):
            if names.count(tag) != 1:
                self.report(doc.line,
                            f"{names.count(tag)} @{tag}, one is due")

    def check_word(self, tag):
        if tag.name == "thread" and tag.text not in THREAD_WORDS:
            self.report(tag.line, f"unknown thread word '{tag.text}'")
        if tag.name == "signal" and tag.text != "safe":
            self.report(tag.line, f"unknown signal word '{tag.text}'")
        if tag.name == "since":
            if not re.fullmatch(r"\d+\.\d+\.\d+", tag.text):
                self.report(tag.line, f"'{tag.text}' is no version")
            elif numbers(tag.text) > numbers(self.version):
                self.report(tag.line, f"since {tag.text}, which is after"
                            f" this version, {self.version}")

    def error(self, tag):
        status, _, when = tag.text.partition(" ")
        if status not in self.statuses:
            self.report(tag.line, f"unknown status '{status}'")
        elif not when:
            self.report(tag.line, f"{status}: no reason")
        return {"status": status, "when": when}

    def parameters(self, doc, line, declared):
        """The parameters: (name, type) as declared, with what @param says."""
        said = []
        for tag in doc.tags:
            if tag.name != "param":
                continue
            found = re.match(r"(\w+) ([\w,]+): (\S.*)$", tag.text)
            if not found:
                self.report(tag.line, "not '@param NAME ATTRIBUTES: text'")
                said.append((tag.text.split(" ")[0], [], "", tag.line))
                continue
            name, words, text = found.groups()
            said.append((name, words.split(","), text, tag.line))
        names = [name for name, _ in declared]
        if [name for name, _, _, _ in said] != names:
            self.report(line, f"documents {[entry[0] for entry in said]},"
                        f" declares {names}")
            return []
        found = [self.parameter(name, ctype, words, text, at)
                 for (name, ctype), (_, words, text, at)
                 in zip(declared, said)]
        self.check_places(line, found)
        return found

    def parameter(self, name, ctype, words, text, line):
        self.check_words(name, ctype, words, line)
        of = [next((word for word in words if word in group), None)
              for group in (DIRECTIONS, OWNERSHIP, UNITS)]
        return {"name": name, "type": ctype.data(), "direction": of[0] or "in",
                "ownership": of[1], "nullable": "nullable" in words,
                "unit": of[2], "doc": text}

    def check_words(self, name, ctype, words, line):
        known = DIRECTIONS + OWNERSHIP + UNITS + ("nullable",)
        for word in words:
            if word not in known:
                self.report(line, f"{name}: unknown word '{word}'")
        if not words or words[0] not in DIRECTIONS:
            self.report(line, f"{name}: no direction first")
            return
        for group, what in ((DIRECTIONS, "direction"),
                            (OWNERSHIP, "ownership"), (UNITS, "unit")):
            if sum(word in group for word in words) > 1:
                self.report(line, f"{name}: more than one {what}")
        holds = ctype.pointers or ctype.base in self.callbacks or \
            ctype.base == "iosrc_handle"
        if bool(holds) != any(word in OWNERSHIP for word in words):
            self.report(line, f"{name}: ownership word "
                        + ("missing" if holds else "on a plain number"))
        if "nullable" in words and not ctype.pointers:
            self.report(line, f"{name}: nullable is no pointer")
        self.check_direction(name, ctype, words[0], line)
        unit = unit_of(name, ctype)
        if unit and unit not in words:
            self.report(line, f"{name}: unit '{unit}' missing")

    def check_direction(self, name, ctype, direction, line):
        if (direction == "out") != name.startswith("out_"):
            self.report(line, f"{name}: an output is 'out' and begins with"
                        " out_, both or neither")
        if direction == "out" and (not ctype.pointers or ctype.const):
            self.report(line, f"{name}: an output that cannot be written")
        if direction == "inout" and ctype.const:
            self.report(line, f"{name}: inout, and const")

    def check_places(self, line, parameters):
        """Outputs come last. Room whose size the caller tells, in the next
        parameter, stands where a buffer would."""
        lengths(parameters)
        closing = None
        for parameter in parameters:
            name = parameter["name"]
            if parameter["direction"] == "out":
                closing = closing if "length" in parameter else name
            elif closing:
                self.report(line, f"{closing} comes before {name}: outputs"
                            " come last")
                return


def lengths(parameters):
    """Says of each pointer which parameter tells how much there is."""
    for parameter, behind in zip(parameters, parameters[1:]):
        if parameter["type"]["pointers"] == 1 and \
                behind["type"]["c"] == "size_t" and \
                behind["unit"] in ("bytes", "items"):
            parameter["length"] = behind["name"]


def unit_of(name, ctype):
    """The unit that a name stands for."""
    if ctype.pointers:
        return None
    if name == "size" or name.endswith("_size"):
        return "bytes"
    if name in ("count", "capacity") or name.endswith("_count"):
        return "items"
    return "ns" if name.endswith("_ns") else None


def numbers(version):
    return tuple(int(part) for part in version.split("."))
