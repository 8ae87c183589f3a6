#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""install_boxes.py BUILD: installs each box that a test of the build folder runs in, once."""

import json
import os
import pathlib
import subprocess
import sys

BOX = pathlib.Path(__file__).resolve().with_name('box')
DEBIAN_MESON = '/usr/bin/meson'  # another may be on PATH
MESON = DEBIAN_MESON if os.access(DEBIAN_MESON, os.X_OK) else 'meson'


def packages_of(command):
    """Those between the options of the box and its command; None if it is no box."""
    if pathlib.Path(command[0]).resolve() != BOX:
        return None
    words = iter(command[1:command.index('--', 1)])
    packages = []
    for word in words:
        if word == '--bind':
            next(words)
        else:
            packages.append(word)
    return tuple(packages)


def main():
    tests = subprocess.run([MESON, 'introspect', '--tests', sys.argv[1]], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    boxes = {packages_of(test['cmd']) for test in json.loads(tests)} - {None}
    if not boxes:
        return f'no test of {sys.argv[1]} runs in a box'
    for packages in sorted(boxes):
        print(*packages, flush=True)
        status = subprocess.run([BOX, '--install', *packages], check=False).returncode
        if status != 0:
            return status
    return 0


if __name__ == '__main__':
    sys.exit(main())
