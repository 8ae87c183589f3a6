#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Runs PROGRAM with a folder that MAKE_INPUT has filled: run_with_input.py MAKE_INPUT PROGRAM."""

import subprocess
import sys
import tempfile


def main():
    make_input, program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([make_input, folder], check=True)
        return subprocess.run([program, folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
