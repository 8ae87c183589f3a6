#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Turns a file into the numbers of a C++ array initialiser: embed.py INPUT OUTPUT."""

import pathlib
import sys

NUMBERS_A_LINE = 24


def main(argv):
    if len(argv) != 3:
        sys.exit(__doc__)
    data = pathlib.Path(argv[1]).read_bytes()
    if not data:
        sys.exit(f"{argv[1]} is empty")
    rows = (data[i:i + NUMBERS_A_LINE] for i in range(0, len(data), NUMBERS_A_LINE))
    lines = [",".join(map(str, row)) + ",\n" for row in rows]
    pathlib.Path(argv[2]).write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv)
