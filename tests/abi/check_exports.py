#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Holds libtattle to its promise.

check_exports.py LIBRARY HEADER.h... GOLDEN [ALSO...] compares with the file GOLDEN, line by line, what
the shared library exports and which numbers the headers give to constants; it wants every function
of the headers exported and nothing else, and no library needed beyond those in NEEDED and ALSO. Before that it
proves on doctored input that each of these checks can fail. TATTLE_UPDATE_GOLDEN=1 rewrites GOLDEN.
"""

import os
import re
import subprocess
import sys

NEEDED = ("libcrypto", "libstdc++", "libgcc_s", "libc", "libm")


def read_exports(library):
    out = subprocess.run(
        ["nm", "-D", "--defined-only", "--with-symbol-versions", library],
        check=True, capture_output=True, text=True).stdout
    names = [line.split()[-1] for line in out.splitlines()]
    return sorted(name for name in names if not re.fullmatch(r"TATTLE_[0-9.]+", name))


def read_needed(library):
    out = subprocess.run(["readelf", "-d", "-W", library], check=True, capture_output=True,
                         text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", out)


def read_functions(header):
    return sorted(re.findall(r"^TATTLE_API [^;(]*?(\w+)\(", header, re.MULTILINE))


def read_constants(header):
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    bodies = re.findall(r"\benum \{(.*?)\}", code, re.DOTALL)
    return sorted(re.findall(r"TATTLE_\w+ = -?\d+", " ".join(bodies)))


def compare(exports, constants, functions, needed, golden, also=()):
    """All complaints, in words."""
    found = exports + constants
    complaints = [f"new, or changed: {line}" for line in found if line not in golden]
    complaints += [f"missing, or changed: {line}" for line in golden if line not in found]
    names = [export.split("@")[0] for export in exports]
    complaints += [f"declared but not exported: {name}" for name in functions if name not in names]
    complaints += [f"exported but not declared: {name}" for name in names if name not in functions]
    complaints += [f"needs another library: {name}" for name in needed
                   if name.split(".so")[0] not in (*NEEDED, *also)]
    return complaints


def check_that_it_can_fail(exports, constants, functions, needed, also):
    golden = exports + constants
    assert exports and functions and needed
    needed = [name for name in needed if name.split(".so")[0] not in also]
    assert not compare(exports, constants, functions, needed, golden)
    assert compare(exports + ["_ZN6tattle1xEv@@TATTLE_1.0"], constants, functions, needed, golden)
    assert compare(exports[1:], constants, functions, needed, golden)
    first = exports[0].replace("TATTLE_1.0", "TATTLE_1.1")
    assert compare([first] + exports[1:], constants, functions, needed, golden)
    if constants:
        assert compare(exports, constants[1:], functions, needed, golden)
        assert compare(exports, [constants[0] + "0"] + constants[1:], functions, needed, golden)
    assert compare(exports, constants, functions + ["tattle_new"], needed, golden)
    assert compare(exports, constants, functions[1:], needed, golden)
    assert compare(exports, constants, functions, needed + ["libcurl.so.4"], golden)


def main():
    library, *rest = sys.argv[1:]
    header = ""
    while rest[0].endswith(".h"):
        with open(rest.pop(0), encoding="utf-8") as file:
            header += file.read()
    golden_path, *also = rest
    exports, constants = read_exports(library), read_constants(header)
    functions, needed = read_functions(header), read_needed(library)
    if os.environ.get("TATTLE_UPDATE_GOLDEN") == "1":
        with open(golden_path, "w", encoding="utf-8") as file:
            file.write("\n".join(exports + constants) + "\n")
    with open(golden_path, encoding="utf-8") as file:
        golden = file.read().splitlines()
    complaints = compare(exports, constants, functions, needed, golden, also)
    if not complaints:
        check_that_it_can_fail(exports, constants, functions, needed, also)
    for complaint in complaints:
        print(f"{os.path.basename(library)}: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
