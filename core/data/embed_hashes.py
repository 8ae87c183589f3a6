#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Turns lines of "HEX  name" into an initialiser of arrays of 32 bytes: embed_hashes.py INPUT OUTPUT.

Lines that begin with # are comments. The hashes must be sorted, as binary search relies on it.
"""

import pathlib
import re
import sys

LINE = re.compile(r"([0-9a-f]{64})  \S.*")


def hashes_of(path):
    previous = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        if not found:
            sys.exit(f"{path}:{number}: is no line of 64 lower-case hexadecimal digits and a name")
        if found.group(1) <= previous:
            sys.exit(f"{path}:{number}: stands behind a larger or the same hash: sort the lines")
        previous = found.group(1)
        yield bytes.fromhex(previous)
    if not previous:
        sys.exit(f"{path}: has no hashes")


def main(argv):
    if len(argv) != 3:
        sys.exit(__doc__)
    lines = ["{{" + ",".join(map(str, digest)) + "}},\n" for digest in hashes_of(pathlib.Path(argv[1]))]
    pathlib.Path(argv[2]).write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv)
