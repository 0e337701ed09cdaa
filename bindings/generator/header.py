# SPDX-License-Identifier: MIT
"""The text of one header: lines, sections, doc comments and their tags."""
import os
import re

BLOCK = re.compile(r"/\*\*(?!<)(?:(?!\*/).)*\*/\s*\Z", re.S)
TRAILING = re.compile(r"[^\n]*?/\*\*<((?:(?!\*/).)*)\*/", re.S)
SECTION = re.compile(r"^/\* ---- (.*?) ----(.*?)\*/", re.M | re.S)


class Tag:
    """@name text, with its line in the file."""

    def __init__(self, line, name, text):
        self.line, self.name, self.text = line, name, text


class Doc:
    """A doc comment: paragraphs, of which the first is the summary of a
    function, and tags. A paragraph that begins with a tab is set as it is."""

    def __init__(self, line, text):
        self.line = line
        prose, self.tags = [], []
        for number, raw in enumerate(text.rstrip().split("\n")):
            row = re.sub(r"\s*\*/\s*$", "", raw)
            row = re.sub(r"^\s*(/\*\*<?|\*) ?", "", row)
            found = re.match(r"\s*@(\w+)\s*(.*)", row)
            if found:
                self.tags.append(Tag(line + number, found.group(1),
                                     found.group(2).strip()))
            elif self.tags:
                self.tags[-1].text = (self.tags[-1].text + " "
                                      + row.strip()).strip()
            else:
                prose.append(row.rstrip())
        self.paragraphs = paragraphs(prose)

    @property
    def text(self):
        """All of it as one piece, for types, members and constants."""
        return "\n\n".join(self.paragraphs)


def paragraphs(rows):
    """Rows as paragraphs: parted by blank rows, by the dash of a list, and
    where rows that are indented by a tab, or by blanks outside a list, begin
    and end; those are kept as they are, behind a tab."""
    found, kind = [], None
    for row in rows:
        if not row.strip():
            kind = None
            continue
        now = kind if kind in ("prose", "item") else "prose"
        if row.startswith("- "):
            now, kind = "item", None
        elif row.startswith("\t") or (row.startswith("  ")
                                      and kind != "item"):
            now = "fixed"
        if now == "fixed":
            row = "\t" + (row[1:] if row.startswith("\t") else row[2:])
        if now != kind:
            found.append(row if now == "fixed" else row.strip())
        else:
            found[-1] += "\n" + row if now == "fixed" else " " + row.strip()
        kind = now
    return found


class Section:
    """/* ---- title ---- */ and what stands below it in the comment."""

    def __init__(self, offset, title, rows):
        self.offset = offset
        self.title, _, self.subtitle = title.partition(": ")
        self.paragraphs = paragraphs(rows)


class Header:
    """A header that declares a part of the interface."""

    def __init__(self, folder, name):
        self.name = name
        self.path = os.path.join(folder, name)
        with open(self.path, encoding="utf-8",
                  errors="surrogateescape") as file:
            self.text = file.read()
        self.sections = [
            Section(found.start(), found.group(1),
                    [re.sub(r"^ \* ?", "", row)
                     for row in found.group(2).rstrip().split("\n")])
            for found in SECTION.finditer(self.text)]

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def section(self, offset):
        """The section that an offset lies in."""
        before = [part for part in self.sections if part.offset < offset]
        return before[-1] if before else None

    def doc_before(self, offset):
        """The doc comment that ends right before an offset."""
        start = self.text.rfind("/**", 0, offset)
        if start < 0 or not BLOCK.match(self.text[start:offset]):
            return None
        return Doc(self.line(start), self.text[start:offset])

    def doc_of_member(self, begin, end):
        """The doc comment above a member, or behind it on its line."""
        found = TRAILING.match(self.text, end)
        if found:
            return Doc(self.line(end), "/**<" + found.group(1) + "*/")
        return self.doc_before(begin)
