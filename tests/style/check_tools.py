#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""clang-format 14 over all C and C++, and shellcheck over all scripts. Where a tool is not there,
or clang-format is of another version (it would lay out otherwise), the test is skipped."""

import re
import shutil
import subprocess
import sys

import tree

SKIPPED = 77  # as meson understands it


def clang_format(*arguments, text=None):
    command = [find_clang_format(), "--dry-run", "-Werror", *arguments]
    return subprocess.run(command, cwd=tree.ROOT, input=text, capture_output=True, text=True)


def find_clang_format():
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            if re.search(r"version 14\.", version):
                return name
    return None


def check_format():
    if not find_clang_format():
        return SKIPPED, "clang-format 14 is not there"
    files = [file.path for file in tree.project() if file.is_cxx and not file.under("adapters/nginx")]
    bad = "int  main( ){return 0;}\n"
    if clang_format("--assume-filename=core/base/bad.cc", text=bad).returncode == 0:
        return 1, "clang-format is blind: it passes a bad sample"
    result = clang_format(*files)
    return (1 if result.returncode else 0), result.stderr + f"{len(files)} files"


def check_scripts():
    if not shutil.which("shellcheck"):
        return SKIPPED, "shellcheck is not there"
    files = [file.path for file in tree.project() if re.match(r"#!.*\b(?:ba)?sh\b", file.text)]
    bad = subprocess.run(["shellcheck", "-"], input="#!/bin/sh\nrm $1\n", capture_output=True, text=True)
    if bad.returncode == 0:
        return 1, "shellcheck is blind: it passes a bad sample"
    result = subprocess.run(["shellcheck", "-x", *files], cwd=tree.ROOT, capture_output=True, text=True)
    return (1 if result.returncode else 0), result.stdout + " ".join(files)


if __name__ == "__main__":
    status, text = {"format": check_format, "scripts": check_scripts}[sys.argv[1]]()
    print(text)
    sys.exit(status)
