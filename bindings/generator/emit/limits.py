# SPDX-License-Identifier: MIT
"""What a number may be, read from what the headers say of it: a range, the
bits or the constants that are known, the stride of an array."""
import re

from problems import Broken

MOST = 2**31 - 1
ALL = 2**64 - 1
NAMES = {"INT_MAX": MOST}
NUMBER = r"(-?\d+(?:\^\d+-1)?|INT_MAX)"
DIRECTIONS = 0x000000ff
READY = 0x0000ff00
MODES = 0x00ff0000


def value(text):
    if text in NAMES:
        return NAMES[text]
    base, power, rest = re.fullmatch(r"(-?\d+)(\^\d+)?(-1)?", text).groups()
    return int(base) if not power else int(base)**int(power[1:]) - 1


def spoken(doc):
    """(lowest, highest) where a doc says so, each None where it does not."""
    both = re.search(rf"(?:from |\b){NUMBER} to {NUMBER}", doc)
    if both:
        return value(both[1]), value(both[2])
    low = re.search(rf"\bfrom {NUMBER}", doc)
    high = re.search(rf"\bat most {NUMBER}", doc)
    return low and value(low[1]), high and value(high[1])


def constants(abi, doc):
    """The constants that a doc begins with: "IOSRC_TYPE_*", or "IOSRC_A, _B
    or _C"."""
    values = {entry["name"]: entry["value"] for entry in abi["constants"]}
    star = re.match(r"(IOSRC_[A-Z_]+_)\*", doc)
    if star:
        return [number for name, number in values.items()
                if name.startswith(star[1])]
    words = re.match(r"IOSRC_[A-Z]\w*(?:(?:, | or )(?:IOSRC)?_[A-Z]\w*)*", doc)
    found, stem = [], ""
    for word in re.split(", | or ", words[0]) if words else []:
        if word.startswith("_"):
            word = next(name for name in
                        (stem + word, stem.rpartition("_")[0] + word)
                        if name in values)
        else:
            stem = word
        found.append(values[word])
    return found


def either(values):
    """All bits of several."""
    bits = 0
    for number in values:
        bits |= number
    return bits


def bits(abi, part):
    """(accepted, known): what is neither is UNSUPPORTED, what is known alone
    is INVALID. All ready-only bits are known, those of later versions too."""
    known = either(entry["value"] for entry in abi["constants"]
                   if entry["type"] == part["type"]["base"] == "iosrc_bits")
    known |= READY if known else 0
    accepted = either(constants(abi, part["doc"]))
    if known and not accepted:
        return known & (DIRECTIONS | MODES), known
    return accepted, known or accepted


def sized(abi, function, part):
    """(lowest, step) of a size: that of what it is the size of where nothing
    says that less is allowed, and the alignment of an item."""
    match = re.match(r"sizeof \*(\w+)", part["doc"])
    if not match or "; 0 is" in part["doc"]:
        return "0", "1"
    base = next(other["type"]["base"] for other in function["parameters"]
                if other["name"] == match[1])
    if base == abi["table"]["name"]:
        first = abi["table"]["slots"][0]
        name = next(entry["slot"]["name"] for entry in abi["functions"]
                    if entry["name"] == first)
        return f"offsetof({base}, {name})", "1"
    return f"sizeof({base})", f"_Alignof({base})"


def of(abi, function, part):
    """(role, lowest, highest, accepted, known, step), as C."""
    doc = part["doc"]
    base = part["type"]["base"]
    if part["type"]["pointers"] or part["direction"] != "in" or any(
            entry["name"] == base for entry in abi["callbacks"]):
        return "FFI_POINTER", "0", "0", "0", "0", "1"
    if base in ("iosrc_bits", "iosrc_flags"):
        accepted, known = bits(abi, part)
        return ("FFI_BITS", "0", "0", f"{accepted:#x}u", f"{known:#x}u", "1")
    named = sorted(set(constants(abi, doc)))
    if named:
        if named != list(range(named[0], named[0] + len(named))):
            raise Broken(f"{function['name']}: {part['name']}: the constants"
                         " are not in a row")
        return "FFI_ONE_OF", str(named[0]), f"{named[-1]}u", "0", "0", "1"
    low, high = spoken(doc)
    step = "1"
    if part["unit"] in ("bytes", "items") and low is None:
        low, step = sized(abi, function, part)
    if part["unit"] == "ns":
        low, high = -1, 2**63 - 1
    elif part["unit"] and high is None:
        high = MOST
    if low is None and high is None:
        return "FFI_ANY", "0", "0", "0", "0", "1"
    return "FFI_RANGE", str(low or 0), f"{high}u", "0", "0", step


def options(abi):
    """(name, lowest, highest) of each option of a socket."""
    for entry in abi["constants"]:
        if not entry["name"].startswith("IOSRC_OPTION_"):
            continue
        low, high = (0, 1) if "a switch" in entry["doc"] else \
            spoken(entry["doc"])
        if "-1 is" in entry["doc"]:
            low = -1
        if low is None and high is None:
            raise Broken(f"{entry['name']}: nothing says its range")
        yield entry["name"], low or 0, MOST if high is None else high
