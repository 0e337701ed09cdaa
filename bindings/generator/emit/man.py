# SPDX-License-Identifier: MIT
"""man/*.3: a page for each family of calls, one for types and constants, and
for each call a page that leads to its family's; man/pages.inc lists them."""
import re

from ctype import CType
from emit import text as t

NOTE = f'.\\" {t.NOTE}\n.\\" SPDX-License-Identifier: MIT\n'
SHARED = """\
.SH SEE ALSO
.BR iosrc (7),
.BR iosrc_types (3)@OTHERS@
"""


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def prose(text):
    """Names of calls and constants stand out."""
    text = escape(text)
    text = re.sub(r"\b(iosrc_[a-z0-9_]+)\b", r"\\fB\1\\fP", text)
    return re.sub(r"\b(IOSRC_[A-Z0-9_]+)\b", r"\\fB\1\\fP", text)


def paragraphs(parts):
    rows = []
    for part in parts:
        if part.startswith("\t"):
            fixed = "\n".join(row[1:].expandtabs(8)
                              for row in part.split("\n"))
            rows.append(f".PP\n.RS 4\n.nf\n{escape(fixed)}\n.fi\n.RE\n")
        elif part.startswith("- "):
            rows.append(f".IP \\(bu 3\n{prose(part[2:])}\n")
        else:
            rows.append(f".PP\n{prose(part)}\n")
    return "".join(rows)


def page_name(family):
    words = re.sub(r"[^a-z0-9 ]", "", family.lower()).split()
    return "_".join(["iosrc"] + words)


def title(abi, name):
    return (f'.TH {name.upper()} 3 "" "libiosrc {abi["version"]}"'
            ' "libiosrc"\n')


def synopsis(functions):
    rows = [".SH SYNOPSIS\n.nf\n"]
    for header in sorted({entry["header"] for entry in functions}):
        rows.append(f".B #include <{header}>\n")
    rows.append(".sp\n")
    for entry in functions:
        data = CType(entry["returns"]["type"]["c"])
        first = data.declare(entry["name"]) + "("
        text = t.fill(first, t.parameters(entry), "    ", 76)
        rows += [f".B \"{escape(row)}\"\n" for row in text.split("\n") if row]
    return "".join(rows) + ".fi\n"


def parameter(part):
    words = ", ".join([part["direction"]] + [
        word for word in (part["ownership"], "nullable" if part["nullable"]
                          else None, part["unit"]) if word])
    return f".TP\n.IR {part['name']} \" ({words})\"\n{prose(part['doc'])}\n"


def function(entry):
    rows = [f".SS {entry['name']}()\n",
            paragraphs([entry["summary"]] + entry["doc"])]
    rows += [parameter(part) for part in entry["parameters"]]
    rows.append(f".PP\nReturns {prose(entry['returns']['doc'])}.\n")
    if entry["errors"]:
        rows.append(".PP\nIt fails with:\n")
    for error in entry["errors"]:
        rows.append(f".TP\n.B {error['status']}\n{prose(error['when'])}\n")
    safe = entry["signal"] == "safe"
    rows.append(f".PP\nThread word: {entry['thread']}"
                + ("; it may be called from a signal handler" if safe else "")
                + f". Since {entry['since']}.\n")
    return "".join(rows)


def family_page(abi, family, others):
    functions = [entry for entry in abi["functions"]
                 if entry["family"] == family]
    parts = [part for part in abi["sections"]
             if part["title"].lower() == family
             and part["header"] in {e["header"] for e in functions}]
    about = next((part["subtitle"] for part in parts if part["subtitle"]),
                 f"calls of libiosrc: {family}")
    names = ",\n".join(entry["name"] for entry in functions)
    rows = [NOTE, title(abi, page_name(family)),
            f".SH NAME\n{names} \\- {escape(about)}\n", synopsis(functions),
            ".SH DESCRIPTION\n"]
    for part in parts:
        rows.append(paragraphs(part["doc"]))
    rows += [function(entry) for entry in functions]
    rows.append(SHARED.replace("@OTHERS@", "".join(
        f",\n.BR {page_name(other)} (3)" for other in others
        if other != family)))
    return "".join(rows)


def types_page(abi):
    rows = [NOTE, title(abi, "iosrc_types"),
            ".SH NAME\niosrc_types \\- types and constants of libiosrc\n",
            ".SH SYNOPSIS\n.nf\n",
            "".join(f".B #include <{name}>\n" for name in abi["headers"]),
            ".fi\n.SH DESCRIPTION\n.SS Numbers\n"]
    for entry in abi["scalars"]:
        rows.append(f".TP\n.BR {entry['name']} \" ({entry['type']})\"\n"
                    f"{prose(entry['doc'])}\n")
    rows.append(".SS Objects\n")
    for entry in abi["opaques"]:
        rows.append(f".TP\n.B {entry['name']}\n{prose(entry['doc'])}\n")
    rows.append(".SS Callbacks\n")
    for entry in abi["callbacks"]:
        parts = ", ".join(CType(part["type"]["c"]).declare(part["name"])
                          for part in entry["parameters"])
        rows.append(f".TP\n.B \"{entry['returns']['c']} (*{entry['name']})"
                    f"({parts})\"\n{prose(entry['doc'])}\n")
    for entry in abi["structs"]:
        rows.append(f".SS {entry['name']}\n.PP\n{prose(entry['doc'])}\n")
        for member in entry["members"]:
            own = CType(member["type"]["c"]).declare(member["name"])
            rows.append(f".TP\n.B \"{own}\"\n{prose(member['doc'])}\n")
    return "".join(rows) + constants(abi) + SHARED.replace(
        ",\n.BR iosrc_types (3)@OTHERS@", "")


def constants(abi):
    rows, group = [".SH CONSTANTS\n"], None
    texts = {part["title"]: part["doc"] for part in abi["sections"]}
    for entry in abi["constants"]:
        if entry["group"] != group:
            group = entry["group"]
            rows += [f".SS {group.capitalize()}\n",
                     paragraphs(texts.get(group, []))]
        value = escape(entry["text"].strip("()"))
        rows.append(f".TP\n.BR {entry['name']} \" ({value})\"\n"
                    f"{prose(entry['doc'])}\n")
    return "".join(rows)


def files(abi):
    families = list(dict.fromkeys(entry["family"]
                                  for entry in abi["functions"]))
    found = {"man/iosrc_types.3": types_page(abi)}
    for family in families:
        found[f"man/{page_name(family)}.3"] = family_page(abi, family,
                                                          families)
    for entry in abi["functions"]:
        path = f"man/{entry['name']}.3"
        assert path not in found, f"{path} is a family's page"
        found[path] = NOTE + f".so man3/{page_name(entry['family'])}.3\n"
    listed = "".join(f" \\\n\t{path}" for path in sorted(found))
    found["man/pages.inc"] = t.hash_head(
        "The pages of section 3, which are made of the headers.") \
        + f"\ndist_man_MANS +={listed}\n"
    return found
