#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Include guards are made of the path: TATTLE_CORE_WIRE_SCT_H_ in core/wire/sct.h."""

import re

import tree


def guard_of(path):
    # What users include is named as they include it.
    path = re.sub(r"^.*/include/tattle/", "tattle/", path)
    path = path if path.startswith("tattle/") else "tattle/" + path
    return re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"


def check(file):
    if not file.path.endswith((".h", ".hpp")) or file.under("adapters/nginx"):
        return
    guard = guard_of(file.path)
    code = [line for _, line in file.code_lines() if line.strip()]
    if code[:2] != [f"#ifndef {guard}", f"#define {guard}"] or not code[-1].startswith("#endif"):
        yield tree.complain(file, 1, f"the guard must be {guard}")


BAD = [
    ("core/wire/sct.h", "#pragma once\n"),
    ("core/wire/sct.h", "#ifndef SCT_H\n#define SCT_H\n#endif\n"),
    ("core/wire/sct.h", "#include <span>\n#ifndef TATTLE_CORE_WIRE_SCT_H_\n#define TATTLE_CORE_WIRE_SCT_H_\n#endif\n"),
    ("core/wire/sct.h", "#ifndef TATTLE_CORE_WIRE_SCT_H_\n#define TATTLE_CORE_WIRE_SCT_H_\n#endif\nint a;\n"),
]
GOOD = [
    ("core/wire/sct.h", "// Text.\n#ifndef TATTLE_CORE_WIRE_SCT_H_\n#define TATTLE_CORE_WIRE_SCT_H_\nint a;\n#endif  // x\n"),
    ("plugin/include/tattle/tattle.h", "#ifndef TATTLE_TATTLE_H_\n#define TATTLE_TATTLE_H_\n#endif\n"),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD)
