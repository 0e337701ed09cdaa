# SPDX-License-Identifier: MIT
"""Constants: macros whose text is one plain literal."""
import re

import clang

DEFINE = re.compile(r"^#[ \t]*define[ \t]+(\w+)(\()?[ \t]*([^\n]*)", re.M)
LITERAL = re.compile(r"\(?(-?)(0x[0-9a-fA-F]+|0|[1-9]\d*)(u?)\)?")
# Macros that say how to link, and guards; they are no constants.
LINKAGE = ("IOSRC_API", "IOSRC_CALL")

# Which type a constant is of, by the longest prefix; else the literal tells.
TYPES = {
    "IOSRC_OK": "iosrc_status",
    "IOSRC_E_": "iosrc_status",
    "IOSRC_KIND_": "iosrc_kind",
    "IOSRC_HANDLE_": "iosrc_handle_type",
    "IOSRC_POLLER_": "iosrc_flags",
    "IOSRC_LISTEN_": "iosrc_flags",
    "IOSRC_CONNECT_": "iosrc_flags",
    "IOSRC_RECV_": "iosrc_flags",
    "IOSRC_SEND_": "iosrc_flags",
    "IOSRC_OUT_": "iosrc_flags",
}
# All constants of a section are of one type.
SECTION_TYPES = {"bits": "iosrc_bits", "version": "uint32_t"}


def type_of(name, section, value, unsigned):
    if section in SECTION_TYPES:
        return SECTION_TYPES[section]
    fits = [prefix for prefix in TYPES if name.startswith(prefix)]
    if fits:
        return TYPES[max(fits, key=len)]
    if name.endswith("_SIZE"):
        return "size_t"
    if value >= 1 << 32:
        return "uint64_t"
    return "uint32_t" if unsigned else "int32_t"


def read(header, folder, problems):
    """The constants of a header, in its order."""
    found = []
    macros = clang.macros(header.path, folder)
    guard = re.sub(r"\W", "_", header.name).upper()
    for define in DEFINE.finditer(header.text):
        name, function, _ = define.groups()
        line = header.line(define.start())
        if name == guard or name in LINKAGE:
            continue
        if not name.startswith("IOSRC_"):
            problems.report(header.path, line, f"{name}: a macro without the"
                            " prefix IOSRC_")
            continue
        if function:
            problems.report(header.path, line,
                            f"{name}: a macro that takes arguments")
            continue
        literal = LITERAL.fullmatch(macros.get(name, ""))
        if not literal:
            problems.report(header.path, line, f"{name}: no plain literal of"
                            " whole numbers on every target")
            continue
        doc = header.doc_before(define.start())
        if not doc or not doc.paragraphs:
            problems.report(header.path, line, f"{name} is not documented")
            continue
        sign, digits, suffix = literal.groups()
        value = int(sign + digits, 0)
        section = header.section(define.start())
        title = section.title if section else ""
        found.append({
            "name": name, "header": header.name, "group": title,
            "type": type_of(name, title, value, bool(suffix)),
            "value": value, "text": macros[name], "doc": doc.text})
    return found
