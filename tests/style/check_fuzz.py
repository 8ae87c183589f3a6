#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Every fuzz target says what it feeds and which property it holds, has a seed in its corpus, and a
bound on the length of its input, with the reason, in the table of fuzz/README.md."""

import re

import tree

ROW = re.compile(r"^\| `(\w+)` \| *(\d+) *\| *(\S.*?) *\|$", re.MULTILINE)


def check(file):
    if not file.path.endswith("_fuzz.cc"):
        return
    head = file.text.split("#include")[0]
    for word in ("// Target: ", "// Property: "):
        if word not in head:
            yield tree.complain(file, 3, f"must say {word.strip('/ ')} before the first #include")


def surroundings(files):
    readme = next(file.text for file in files if file.path == "fuzz/README.md")
    targets = {file.name[: -len("_fuzz.cc")] for file in files if file.path.endswith("_fuzz.cc")}
    bounds = {name for name, _, _ in ROW.findall(readme)}
    for name in sorted(targets):
        corpus = tree.ROOT / "fuzz/corpus" / name
        if not corpus.is_dir() or not any(corpus.iterdir()):
            yield f"fuzz/corpus/{name}: no seed"
        if name not in bounds:
            yield f"fuzz/README.md: no row `{name}` in the table of lengths"


def prove_surroundings():
    readme = tree.File("fuzz/README.md", "| `new` | 64 | |\n")
    found = list(surroundings([readme, tree.File("fuzz/new_fuzz.cc", "")]))
    assert len(found) == 2, found


BAD = [
    ("fuzz/a_fuzz.cc", "// Target: DecodeA\n#include <span>\n"),
    ("fuzz/a_fuzz.cc", "// Property: none\n#include <span>\n"),
    ("fuzz/a_fuzz.cc", "#include <span>\n// Target: DecodeA\n// Property: none\n"),
]
GOOD = [("fuzz/a_fuzz.cc", "// Target: DecodeA\n// Property: round trip\n#include <span>\n")]

if __name__ == "__main__":
    prove_surroundings()
    tree.run(check, BAD, GOOD, surroundings)
