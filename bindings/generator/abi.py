# SPDX-License-Identifier: MIT
"""The interface as data: from the headers to what iosrc.json holds."""
import os
import re
import tempfile

import constants
import layout
import slots as slot_order
from declarations import Reader, return_kind
from emit import plugin_header
from header import Header
from problems import Broken
from tags import TagReader

# In the order in which they are read; each may include those before it. The
# plugin header is made of these and then read like them.
HEADERS = ("iosrc.h", "iosrc_net.h")
PLUGIN = "iosrc_plugin.h"
GENERATED = 'by "make regen" from include/*.h: do not edit'


class Interface:
    """One run over the headers of a folder."""

    def __init__(self, folder, slots, problems):
        self.folder, self.slots, self.problems = folder, slots, problems
        self.reader = Reader(problems)
        self.headers, self.constants = [], []

    def read(self):
        """Reads everything; answers the data, and the text of the plugin
        header, without which it cannot be whole."""
        for name in HEADERS:
            self.add(Header(self.folder, name))
            if self.problems.found:
                return None, None
        self.set_slots()
        plugin = plugin_header.text(self.data())
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, PLUGIN)
            with open(path, "w", encoding="utf-8") as file:
                file.write(plugin)
            self.add(Header(work, PLUGIN))
        return self.data(), plugin

    def add(self, header):
        for number, row in enumerate(header.text.split("\n"), 1):
            if not row.isascii():
                self.problems.report(header.path, number, "not ASCII")
            if len(row.expandtabs(8)) > 80:
                self.problems.report(header.path, number,
                                     "longer than 80 columns")
        self.reader.read(header, self.folder)
        self.constants += constants.read(header, self.folder, self.problems)
        self.headers.append(header)
        # The tags of one header may name statuses of those before it.
        self.functions(header)

    def functions(self, header):
        statuses = {entry["name"] for entry in self.constants
                    if re.match(r"IOSRC_(E|KIND)_", entry["name"])}
        tags = TagReader(statuses, self.version(), self.reader.callbacks,
                         self.problems)
        for function in self.reader.functions.values():
            if function["header"] is not header or not function["doc"]:
                continue
            said = tags.read(header.path, function["name"], function["doc"],
                             function["result"].spelling)
            said["parameters"] = tags.parameters(
                function["doc"], function["line"], function["declared"])
            function.update(said)

    def set_slots(self):
        gone = slot_order.extend(self.slots, list(self.reader.functions))
        if gone:
            raise Broken("slots.txt names what the headers do not declare: "
                         + ", ".join(gone))

    # ---- what goes into the JSON ----

    def version(self):
        values = {entry["name"]: entry["value"] for entry in self.constants}
        return ".".join(str(values.get("IOSRC_VERSION_" + part, 0))
                        for part in ("MAJOR", "MINOR", "PATCH"))

    def data(self):
        values = {entry["name"]: entry["value"] for entry in self.constants}
        return {
            "generated": GENERATED,
            "library": "iosrc",
            "version": self.version(),
            "abi": values["IOSRC_ABI"],
            "headers": [header.name for header in self.headers],
            "models": {
                name: {"pointer_size": pointer, "alignment_of_64_bits": wide,
                       "targets": list(layout.TARGETS[name])}
                for name, (pointer, wide) in layout.MODELS.items()},
            "sections": [
                {"header": header.name, "title": part.title,
                 "subtitle": part.subtitle, "doc": part.paragraphs}
                for header in self.headers for part in header.sections],
            "scalars": list(self.reader.scalars.values()),
            "constants": self.constants,
            "opaques": list(self.reader.opaques.values()),
            "structs": self.structs(),
            "callbacks": list(self.reader.callbacks.values()),
            "functions": [self.function(function) for function
                          in self.reader.functions.values()],
            "table": self.table(),
        }

    def structs(self):
        layouts, found = self.layouts(), []
        for struct in self.reader.structs.values():
            if struct["name"] == "iosrc_api":
                continue
            holes = layouts.add(struct["name"], [
                (member["name"], member["type"])
                for member in struct["members"]])
            for hole in holes:
                self.problems.report(
                    os.path.join(self.folder, struct["header"]),
                    struct["line"], f"{struct['name']}: a hole of {hole}")
            found.append({
                "name": struct["name"], "header": struct["header"],
                "doc": struct["doc"],
                "members": [dict(member, type=member["type"].data())
                            for member in struct["members"]],
                "layout": layouts.data(struct["name"])})
        return found

    def layouts(self):
        scalars = {name: scalar["type"] for name, scalar
                   in self.reader.scalars.items()}
        scalars.update(dict.fromkeys(self.reader.callbacks, "(*)"))
        return layout.Layouts(scalars)

    def function(self, function):
        section = function["header"].section(function["begin"])
        family = section.title.lower() if section else "plugin"
        number, slot = self.slots.get(function["name"], (None, None))
        result = function["result"]
        answers = {"type": result.data(), "kind": return_kind(result),
                   "doc": function["returns"]}
        if answers["kind"] == "text":
            answers["nullable"] = "never NULL" not in answers["doc"]
        return {
            "name": function["name"], "header": function["header"].name,
            "family": family, "since": function["since"],
            "node": node(function["since"]),
            "slot": None if slot is None else {"number": number, "name": slot},
            "thread": function["thread"], "signal": function["signal"],
            "summary": function["doc"].paragraphs[0],
            "doc": function["doc"].paragraphs[1:],
            "parameters": function["parameters"],
            "returns": answers, "errors": function["errors"]}

    def table(self):
        """The plugin table: a head of plain members, then one slot each."""
        struct = self.reader.structs.get("iosrc_api")
        head = [member for member in struct["members"]
                if member["type"].readable] if struct else []
        layouts = self.layouts()
        layouts.add("iosrc_api", [(member["name"], member["type"])
                                  for member in head])
        found = layouts.data("iosrc_api")
        for model, place in found.items():
            place["first_slot"] = place["size"]
            place["size"] += len(self.slots) * layout.MODELS[model][0]
        return {
            "name": "iosrc_api", "entry": "iosrc_api_get", "header": PLUGIN,
            "doc": struct["doc"] if struct else "",
            "head": [dict(member, type=member["type"].data())
                     for member in head],
            "slots": list(self.slots), "layout": found}


def node(since):
    """The symbol node of a function: all before 1.0.0 is in the first."""
    major, _, rest = since.partition(".")
    if major in ("", "0"):
        return "IOSRC_1.0"
    return f"IOSRC_{major}.{rest.partition('.')[0]}"
