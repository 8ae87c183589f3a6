#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Turns lines of "HEX  name" into an initialiser of arrays of 32 bytes, and the line "# Date: 2026-01-31"
into its milliseconds: embed_hashes.py INPUT HASHES DATE.

Other lines that begin with # are comments. The hashes must be sorted, as binary search relies on it.
"""

import datetime
import pathlib
import re
import sys

LINE = re.compile(r"([0-9a-f]{64})  \S.*")
DATE = re.compile(r"^# Date: (\d{4}-\d\d-\d\d)$", re.MULTILINE)


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


def date_of(path):
    dates = DATE.findall(path.read_text(encoding="utf-8"))
    if len(dates) != 1:
        sys.exit(f"{path}: has {len(dates)} lines like # Date: 2026-01-31")
    return datetime.datetime.fromisoformat(dates[0] + "T00:00:00+00:00")


def main(argv):
    if len(argv) != 4:
        sys.exit(__doc__)
    lines = ["{{" + ",".join(map(str, digest)) + "}},\n" for digest in hashes_of(pathlib.Path(argv[1]))]
    pathlib.Path(argv[2]).write_text("".join(lines), encoding="ascii")
    date = date_of(pathlib.Path(argv[1]))
    pathlib.Path(argv[3]).write_text(f"{int(date.timestamp()) * 1000}\n", encoding="ascii")


if __name__ == "__main__":
    main(sys.argv)
