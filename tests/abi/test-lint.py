#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test-lint.py: the lint of the public headers accepts them, and refuses, with
file and line, each thing that must not cross the boundary or that its tags do
not say. Each case is planted in a copy of the headers."""
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
REGEN = os.path.join(TOP, "bindings", "generator", "regen.py")
ANCHOR = "/* ---- poller ---- */\n"
FUNCTION = """\
/**
 * Does something new.
 *
 * @param source inout,borrowed: the source
 * @param size in,bytes: at most 2^31-1
 * @param out_handle out,borrowed,nullable: the answer
 * @return a status
 * @error IOSRC_E_INVALID source is NULL
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_newer(iosrc_source *source,
    size_t size, iosrc_handle *out_handle);

"""
STRUCT = """\
/** Something new. */
typedef struct iosrc_newer {
	uint32_t first; /**< one */
	uint32_t other; /**< two */
} iosrc_newer;

"""
CONSTANT = """\
/** Something new. */
#define IOSRC_NEWER 7u

"""
DOC = "/** Something new. */\n"

# What is planted: its name, the text, a part of the line that is reported,
# a part of what is said there.
PLANTS = []


def plant(name, text, line, said):
    PLANTS.append((name, text, line, said))


def change(name, base, old, new, line, said):
    assert old in base, (name, old)
    plant(name, base.replace(old, new, 1), line, said)


def function(name, old, new, line, said):
    change(name, FUNCTION, old, new, line, said)


HEAD = "iosrc_newer(iosrc_source *source,"
OF = " size_t size,"

# ---- types ----
function("an int", "size_t size", "int size", " int size,", "'int' is neither")
function("a long answer", "API iosrc_status", "API long", HEAD,
         "'long' is neither")
function("an unsigned", "size_t size", "unsigned size", " unsigned size",
         "'unsigned int' is neither")
function("a short pointer", "iosrc_handle *out", "short *out", "short *out",
         "'short *' is neither")
function("a bool", "size_t size", "_Bool size", "_Bool size", "is neither")
function("a double", "size_t size", "double size", "double size", "is neither")
function("a foreign struct", "iosrc_handle *out", "struct timespec *out",
         "timespec *out", "is neither")
function("three stars", "iosrc_handle *out", "iosrc_source ***out", "***out",
         "is neither")
function("a struct by value", "size_t size", "iosrc_event size",
         "iosrc_event size", "a struct by value")
function("an object by its value", "API iosrc_status", "API iosrc_source *",
         HEAD, "answers a pointer")
function("a variadic function", "*out_handle)", "*out_handle, ...)", HEAD,
         "any number of arguments")
function("an inline function", "IOSRC_API iosrc_status IOSRC_CALL",
         "static inline iosrc_status", HEAD, "inline")
function("no prototype", "iosrc_source *source,\n    size_t size,"
         " iosrc_handle *out_handle", "", "iosrc_newer()", "no prototype")
plant("an enum", DOC + "enum iosrc_newer { IOSRC_A };\n\n",
      "enum iosrc_newer", "an enum")
plant("a nameless enum", "enum { IOSRC_A };\n\n", "enum { IOSRC_A }",
      "an enum")
plant("a variable", DOC + "extern uint32_t iosrc_newer;\n\n",
      "uint32_t iosrc_newer", "a variable")
plant("a union", DOC + "union iosrc_newer { uint32_t a; };\n\n",
      "union iosrc_newer", "a union")
plant("a typedef of long", DOC + "typedef unsigned long iosrc_newer;\n\n",
      "long iosrc_newer", "no integer of a fixed width")
plant("a callback without its convention",
      DOC + "typedef int64_t (*iosrc_newer_fn)(void *user);\n\n",
      "iosrc_newer_fn", "IOSRC_CALL")
plant("a callback with an int", DOC + "typedef int64_t(IOSRC_CALL "
      "*iosrc_newer_fn)(int code, void *user);\n\n", "iosrc_newer_fn",
      "'int' is neither")

# ---- structs ----
plant("the struct as it is", STRUCT, None, None)
change("a bit-field", STRUCT, "first;", "first : 3;", "first : 3",
       "a bit-field")
change("a bool member", STRUCT, "uint32_t first", "_Bool first", "_Bool first",
       "is neither")
change("a hole", STRUCT, "uint32_t other", "uint64_t other",
       "typedef struct iosrc_newer", "a hole of 4 bytes before other on lp64")
change("a hole at the end", STRUCT, "uint32_t first", "uint64_t first",
       "typedef struct iosrc_newer", "a hole of 4 bytes at the end")
change("a member without a word", STRUCT, " /**< two */", "",
       "uint32_t other", "iosrc_newer.other is not documented")
change("a struct without a word", STRUCT, DOC, "", "} iosrc_newer;",
       "iosrc_newer is not documented")
change("a function pointer in a struct", STRUCT, "uint32_t first",
       "void (*first)(void)", "(*first)", "a function pointer")
plant("a pointer in options", STRUCT.replace(
    "iosrc_newer", "iosrc_newer_options").replace("uint32_t first",
                                                  "void *first"),
    "void *first", "a pointer or handle in options")

# ---- constants ----
plant("the constant as it is", CONSTANT, None, None)
change("a constant without a word", CONSTANT, DOC, "", "define IOSRC_NEWER",
       "IOSRC_NEWER is not documented")
change("a foreign macro", CONSTANT, "IOSRC_NEWER", "NEWER", "define NEWER",
       "without the prefix")
change("a macro with arguments", CONSTANT, "IOSRC_NEWER", "IOSRC_NEWER(x)",
       "IOSRC_NEWER(x)", "takes arguments")
change("a sum", CONSTANT, "7u", "(3u + 4u)", "IOSRC_NEWER", "no plain literal")
change("a cast", CONSTANT, "7u", "((uint32_t)7)", "IOSRC_NEWER",
       "no plain literal")
change("a long literal", CONSTANT, "7u", "7ul", "IOSRC_NEWER",
       "no plain literal")

# ---- names and forms ----
plant("the function as it is", FUNCTION, None, None)
function("a foreign name", "iosrc_newer", "newer", " newer(",
         "without the prefix iosrc_")
function("no export", "IOSRC_API ", "", HEAD, "not IOSRC_API")
function("no convention", "IOSRC_CALL ", "", HEAD, "not IOSRC_API")
function("a parameter without a name", "size_t size", "size_t", "size_t,",
         "a parameter without a name")
function("not ASCII", "something new", "something \u00fc", "\u00fc",
         "not ASCII")
function("a long line", "something new", "something " + "very " * 14 + "new",
         "very very", "longer than 80")
function("an output before an input", "iosrc_source *source,\n    size_t size,"
         " iosrc_handle *out_handle", "iosrc_handle *out_handle,\n"
         "    iosrc_source *source, size_t size", "iosrc_newer(", "documents")
plant("an output that is not last", FUNCTION.replace(
    "@param size in,bytes: at most 2^31-1\n * @param out_handle "
    "out,borrowed,nullable: the answer", "@param out_handle "
    "out,borrowed,nullable: the answer\n * @param token in: more").replace(
        "size_t size, iosrc_handle *out_handle",
        "iosrc_handle *out_handle, uint64_t token"), HEAD, "outputs come last")

# ---- tags ----
plant("no block", FUNCTION[FUNCTION.index("IOSRC_API"):], HEAD,
      "no doc block")
function("another name", "@param size", "@param room", HEAD, "documents")
function("a parameter left out", " * @param size in,bytes: at most 2^31-1\n",
         "", HEAD, "documents")
function("another order", "@param source inout,borrowed: the source\n"
         " * @param size in,bytes: at most 2^31-1",
         "@param size in,bytes: at most 2^31-1\n"
         " * @param source inout,borrowed: the source", HEAD, "documents")
function("no colon", "size in,bytes: at", "size in,bytes at", "in,bytes at",
         "not '@param NAME")
function("no direction", "size in,bytes", "size bytes", "size bytes",
         "no direction first")
function("an unknown word", "size in,bytes", "size in,bytes,cold", "cold",
         "unknown word 'cold'")
function("two owners", "inout,borrowed: ", "inout,borrowed,owned: ",
         "borrowed,owned", "more than one ownership")
function("no owner", "inout,borrowed: ", "inout: ", "source inout:",
         "ownership word missing")
function("an owner of a number", "in,bytes: at", "in,borrowed,bytes: at",
         "in,borrowed,bytes", "on a plain number")
function("a number that may be NULL", "in,bytes: at", "in,nullable,bytes: at",
         "in,nullable", "nullable is no pointer")
function("a size without a unit", "size in,bytes: ", "size in: ", "size in:",
         "unit 'bytes' missing")
function("an out_ that is not out", "out_handle out,", "out_handle inout,",
         "out_handle inout", "both or neither")
function("an out without out_", "inout,borrowed: the source",
         "out,borrowed: the source", "source out,", "both or neither")
function("an output that is const", ", iosrc_handle *out",
         ", const iosrc_handle *out", "@param out_handle", "cannot be written")
function("no return", " * @return a status\n", "", "/**", "0 @return")
function("two returns", " * @return a status\n",
         " * @return a status\n * @return more\n", "/**", "2 @return")
function("no error", " * @error IOSRC_E_INVALID source is NULL\n", "", "/**",
         "no @error")
function("an unknown status", "IOSRC_E_INVALID", "IOSRC_E_INVALUABLE",
         "@error", "unknown status")
function("an error without a reason", " source is NULL\n", "\n", "@error",
         "no reason")
function("an error twice", " * @thread", " * @error IOSRC_E_INVALID again\n"
         " * @thread", "/**", "IOSRC_E_INVALID twice")
function("no thread word", " * @thread any\n", "", "/**", "0 @thread")
function("an unknown thread word", "@thread any", "@thread some", "@thread",
         "unknown thread word")
function("an unknown signal word", " * @since", " * @signal maybe\n * @since",
         "@signal", "unknown signal word")
function("no since", " * @since 0.9.0\n", "", "/**", "0 @since")
function("a since that is none", "0.9.0", "now", "@since", "no version")
function("a since to come", "0.9.0", "99.0.0", "@since", "after this version")
function("an unknown tag", " * @thread", " * @threat", "@threat",
         "unknown tag")
function("tags in another order", " * @thread any\n * @since 0.9.0",
         " * @since 0.9.0\n * @thread any", "/**", "not in the order")
function("no sentence", "Does something new.", "Does something new", "/**",
         "not one sentence")


def run(tree, *words):
    done = subprocess.run([sys.executable, REGEN, *words, tree],
                          capture_output=True, encoding="utf-8", check=False,
                          env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    return done.returncode, done.stderr


def copy_of_headers(folder):
    shutil.copytree(os.path.join(TOP, "include"),
                    os.path.join(folder, "include"))
    os.makedirs(os.path.join(folder, "bindings", "abi"))
    shutil.copy(os.path.join(TOP, "bindings", "abi", "slots.txt"),
                os.path.join(folder, "bindings", "abi"))
    # The sources may be read-only.
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)


def try_plant(tree, original, name, text, line, said):
    """The lint must say it at that line; or nothing, where line is None."""
    path = os.path.join(tree, "include", "iosrc.h")
    whole = original.replace(ANCHOR, text + ANCHOR, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(whole)
    status, output = run(tree, "--lint")
    if line is None:
        return None if status == 0 else f"refused: {output}"
    if status == 0:
        return "accepted"
    begin = whole.index(text)
    at = whole.index(line, begin)
    assert at < begin + len(text), name
    number = whole.count("\n", 0, at) + 1
    for row in output.splitlines():
        if row.startswith(f"{path}:{number}: ") and said in row:
            return None
    return f"no '{said}' at line {number}, but: {output}"


def try_slots(tree):
    """What the file of slots refuses."""
    path = os.path.join(tree, "bindings", "abi", "slots.txt")
    with open(path, encoding="utf-8") as file:
        rows = file.read().splitlines()
    wrong = {
        "a slot of a function that is gone":
            rows + [f"{len(rows) - 2} iosrc_gone gone"],
        "slots in another order": rows[:2] + rows[3:4] + rows[2:3] + rows[4:],
        "a slot twice": rows + [rows[-1]],
        "a slot whose name is taken": rows[:2],
    }
    for name, changed in wrong.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(changed) + "\n")
        status, output = run(tree, "--lint")
        ok = status == 1 and ("slots.txt" in output)
        yield name, None if ok else f"{status}: {output}"


def main():
    if not any(shutil.which(name) for name in
               (os.environ.get("CLANG", "clang"), "clang-14")):
        print("SKIP: no clang, which reads the headers")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as tree:
        copy_of_headers(tree)
        with open(os.path.join(tree, "include", "iosrc.h"),
                  encoding="utf-8") as file:
            original = file.read()
        assert ANCHOR in original
        results = [("the headers", None if run(TOP, "--lint")[0] == 0
                    else run(TOP, "--lint")[1])]
        results += [(case[0], try_plant(tree, original, *case))
                    for case in PLANTS]
        with open(os.path.join(tree, "include", "iosrc.h"), "w",
                  encoding="utf-8") as file:
            file.write(original)
        results += list(try_slots(tree))
    for name, wrong in results:
        if wrong:
            failed += 1
            print(f"FAIL: {name}: {wrong}", file=sys.stderr)
    print(f"{len(results) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
