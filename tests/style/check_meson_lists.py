#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Every source is in a meson.build, and lists of sources are sorted."""

import re

import tree

FOLDERS = ("core", "plugin", "adapters", "tests", "fuzz", "examples")
ITEM = re.compile(r"^\s*'([^']+\.(?:cc|c))',$")


def check(file):
    """Sorted lists: sources that stand one a line, one under the other."""
    if file.name != "meson.build":
        return
    previous = None
    for number, line in file.lines():
        found = ITEM.match(line)
        if found and previous and found.group(1) <= previous:
            yield tree.complain(file, number, f"{found.group(1)} belongs before {previous}")
        previous = found.group(1) if found else None


def missing_sources(files):
    """Sources that no meson.build of their folder or of one above names."""
    builds = {file.path[: -len("meson.build")]: file.text for file in files if file.name == "meson.build"}
    for file in files:
        # nginx builds its module itself (adapters/nginx/config).
        if not file.path.endswith((".cc", ".c")) or not file.under(*FOLDERS) or file.under("adapters/nginx"):
            continue
        names = [
            (file.path[len(folder):], text) for folder, text in builds.items() if file.path.startswith(folder)
        ]
        if file.under("fuzz", "tests"):
            # Lists of programs of one kind name what is before _fuzz.cc, _bench.cc, ...
            folder = file.path.rpartition("/")[0] + "/"
            names.append((file.name.rpartition("_")[0], builds.get(folder, "")))
        if not any(f"'{name}'" in text for name, text in names):
            yield f"{file.path}: in no meson.build"


def prove_missing_sources():
    build = tree.File("core/meson.build", "  'base/a.cc',\n")
    fuzz = tree.File("fuzz/meson.build", "  'sct',\n")
    listed = [tree.File("core/base/a.cc", ""), tree.File("fuzz/sct_fuzz.cc", "")]
    unlisted = [tree.File("core/base/b.cc", ""), tree.File("fuzz/other_fuzz.cc", "")]
    assert not list(missing_sources([build, fuzz, *listed]))
    assert len(list(missing_sources([build, fuzz, *listed, *unlisted]))) == 2


BAD = [
    ("core/base/meson.build", "files(\n  'b.cc',\n  'a.cc',\n)"),
    ("core/base/meson.build", "files(\n  'a.cc',\n  'a.cc',\n)"),
]
GOOD = [("core/base/meson.build", "files(\n  'a.cc',\n  'b.cc',\n)\nfiles(\n  'a.cc',\n)")]

if __name__ == "__main__":
    prove_missing_sources()
    tree.run(check, BAD, GOOD, missing_sources)
