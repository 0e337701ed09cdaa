# SPDX-License-Identifier: MIT
"""Declarations of the headers, as clang reads them, checked for what may
cross the boundary: see doc/architecture.md, "The ABI as data"."""
import re

import clang
from ctype import CType, POINTED_AT, POINTER_WIDE, WIDTHS, returned

CALLBACK = re.compile(r"\(IOSRC_CALL \*(\w+)\)\s*\((.*)\)\s*;?\Z", re.S)
RETURN_KINDS = {"iosrc_status": "status", "int64_t": "count_or_status",
                "iosrc_handle": "handle", "const char *": "text"}


class Reader:
    """Collects the declarations of one header after the other."""

    def __init__(self, problems):
        self.problems = problems
        self.scalars, self.opaques, self.structs = {}, {}, {}
        self.callbacks, self.functions = {}, {}
        self.header = None

    def report(self, node, text):
        line = self.header.line(node.get("at", node.get("begin", 0)))
        self.problems.report(self.header.path, line, text)

    def read(self, header, folder):
        self.header = header
        for node in clang.declarations(header.path, folder):
            if node["file"] == header.path:
                self.declaration(node)

    def declaration(self, node):
        kind, name = node["kind"], node.get("name", "")
        if kind == "FunctionDecl":
            self.function(node)
        elif kind == "TypedefDecl":
            self.typedef(node)
        elif kind == "RecordDecl":
            self.record(node)
        elif kind == "EnumDecl":
            self.report(node, f"{name or 'enum'}: an enum, whose width is the"
                        " compiler's choice")
        elif kind == "VarDecl":
            self.report(node, f"{name}: a variable")
        elif kind != "EmptyDecl":
            self.report(node, f"{name or kind}: {kind} has no place in the"
                        " interface")

    # ---- types ----

    def named(self, node):
        """The doc of a declaration that has a name of ours and a doc."""
        name = node.get("name", "")
        if not name.startswith("iosrc_"):
            self.report(node, f"{name}: a name without the prefix iosrc_")
        doc = self.header.doc_before(node["begin"])
        if not doc or not doc.paragraphs:
            self.report(node, f"{name} is not documented")
            return ""
        return doc.text

    def typedef(self, node):
        name, spelling = node["name"], node["type"]["qualType"]
        if spelling == f"struct {name}":
            doc = self.named(node)
            if name in self.structs:
                self.structs[name]["doc"] = doc
            else:
                self.opaques[name] = {"name": name, "doc": doc,
                                      "header": self.header.name}
        elif "(" in spelling:
            self.callback(node, spelling)
        elif spelling in WIDTHS or spelling in POINTER_WIDE:
            self.scalars[name] = {"name": name, "header": self.header.name,
                                  "type": spelling, "doc": self.named(node)}
        else:
            self.report(node, f"{name}: '{spelling}' is no integer of a fixed"
                        " width, no struct of that name and no callback")

    def callback(self, node, spelling):
        name = node["name"]
        text = self.header.text[node["begin"]:node["end"]]
        found = CALLBACK.search(text)
        if not found or found.group(1) != name:
            self.report(node, f"{name}: not typedef TYPE(IOSRC_CALL *{name})"
                        "(...)")
            return
        parameters = []
        for part in found.group(2).split(","):
            own = re.fullmatch(r"(.*?)(\w+)", " ".join(part.split()))
            ctype = CType(own.group(1).strip())
            self.check_type(node, f"{name}, {own.group(2)}", ctype)
            parameters.append({"name": own.group(2), "type": ctype.data()})
        result = CType(returned(spelling).removesuffix("(*)").strip())
        self.check_type(node, name, result)
        self.callbacks[name] = {
            "name": name, "header": self.header.name, "doc": self.named(node),
            "returns": result.data(), "parameters": parameters}

    def record(self, node):
        name = node.get("name", "")
        if node.get("tagUsed") != "struct":
            self.report(node, f"{name}: a {node.get('tagUsed')}")
            return
        if not node.get("completeDefinition"):
            return
        members = []
        for inner in node.get("inner", ()):
            if inner["kind"] == "FieldDecl":
                members.append(self.member(name, inner))
            elif inner["kind"] not in ("FullComment",):
                self.report(inner, f"{name}: {inner['kind']} in a struct")
        self.structs[name] = {
            "name": name, "header": self.header.name, "doc": "",
            "members": members, "line": self.header.line(node["begin"])}

    def member(self, struct, node):
        name, ctype = node.get("name", ""), CType(node["type"]["qualType"])
        what = f"{struct}.{name}"
        if node.get("isBitfield"):
            self.report(node, f"{what}: a bit-field")
        elif "(" not in ctype.spelling:
            self.check_type(node, what, ctype)
            if struct.endswith("_options") and (
                    ctype.pointers or ctype.base == "iosrc_handle"):
                self.report(node, f"{what}: a pointer or handle in options")
        elif struct != "iosrc_api":
            self.report(node, f"{what}: a function pointer")
        doc = self.header.doc_of_member(node["begin"], node["end"])
        if not doc or not doc.paragraphs:
            self.report(node, f"{what} is not documented")
        return {"name": name, "type": ctype, "doc": doc.text if doc else ""}

    def check_type(self, node, what, ctype):
        """By itself: fixed widths, size_t, our scalars and callbacks, and
        structs in structs. Behind pointers also void, char and objects."""
        base = ctype.base
        good = ctype.readable and (
            base in WIDTHS or base == "size_t" or base in self.scalars
            or base in self.callbacks and not ctype.pointers
            or base in self.structs
            or ctype.pointers and (base in self.opaques or base in POINTED_AT))
        if not good or ctype.pointers > 2:
            self.report(node, f"{what}: '{ctype.spelling}' is neither of a"
                        " fixed width nor a type of this interface")

    # ---- functions ----

    def function(self, node):
        name, spelling = node["name"], node["type"]["qualType"]
        text = self.header.text[node["begin"]:node["end"]]
        if not name.startswith("iosrc_"):
            self.report(node, f"{name}: a name without the prefix iosrc_")
        if node.get("inline") or node.get("storageClass") == "static" or any(
                inner["kind"] == "CompoundStmt"
                for inner in node.get("inner", ())):
            self.report(node, f"{name}: inline: other languages have no"
                        " symbol to call")
        elif not re.match(r"IOSRC_API\b", text) or \
                not re.search(rf"\bIOSRC_CALL\s+{name}\b", text):
            self.report(node, f"{name}: not IOSRC_API TYPE IOSRC_CALL {name}"
                        "(...)")
        if node.get("variadic"):
            self.report(node, f"{name}: takes any number of arguments")
        declared = self.declared(node, name)
        if not declared and not re.search(r"\(\s*void\s*\)\s*\Z", text):
            self.report(node, f"{name}: '()' is no prototype: write (void)")
        result = CType(returned(spelling))
        if result.spelling != "const char *":
            self.check_type(node, f"the answer of {name}", result)
            if result.pointers or result.base in self.structs:
                self.report(node, f"{name}: answers a pointer or a struct")
        self.functions[name] = {
            "name": name, "header": self.header, "declared": declared,
            "result": result, "begin": node["begin"],
            "line": self.header.line(node["at"]),
            "doc": self.header.doc_before(node["begin"])}
        if not self.functions[name]["doc"]:
            self.report(node, f"{name}: no doc block above it")

    def declared(self, node, function):
        found = []
        for inner in node.get("inner", ()):
            if inner["kind"] != "ParmVarDecl":
                continue
            name = inner.get("name", "")
            ctype = CType(inner["type"]["qualType"])
            if not name:
                self.report(inner, f"{function}: a parameter without a name")
            self.check_type(inner, f"{function}, {name}", ctype)
            if ctype.base in self.structs and not ctype.pointers:
                self.report(inner, f"{function}, {name}: a struct by value")
            found.append((name, ctype))
        return found


def return_kind(result):
    return RETURN_KINDS.get(result.spelling, "value")
