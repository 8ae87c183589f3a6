#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""install_boxes.py BUILD: installs each box that a test of the build folder runs in, once, as many at a
time as there are cores: apt and dpkg work on one each, and have an overlay each."""

import concurrent.futures
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


def install(packages):
    """The exit status, which is not 0 where something could not be installed."""
    print(*packages, flush=True)
    return subprocess.run([BOX, '--install', *packages], check=False).returncode


def main():
    tests = subprocess.run([MESON, 'introspect', '--tests', sys.argv[1]], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    boxes = {packages_of(test['cmd']) for test in json.loads(tests)} - {None}
    if not boxes:
        return f'no test of {sys.argv[1]} runs in a box'
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return max(pool.map(install, sorted(boxes)))


if __name__ == '__main__':
    sys.exit(main())
