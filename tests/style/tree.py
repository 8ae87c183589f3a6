# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the style tests share: the files of the project, and how a test runs.

A style test is a function from one file to its findings. `run` first shows it samples that it must
find fault with and samples that it must pass, since a check that can't fail proves nothing; then it
shows it the project.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOPS = ("core", "plugin", "adapters", "tests", "fuzz", "examples")
CXX = (".cc", ".h", ".c", ".hpp")
SCRIPTS = ("tests/run", ".ci/run", "tests/bench/run", "examples/quickstart")


class File:
    """One file: its path from the root with slashes, and its text."""

    def __init__(self, path, text):
        self.path = path
        self.text = text

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_cxx(self):
        return self.path.endswith(CXX)

    @property
    def is_script(self):
        return self.path.endswith(".py") or self.text.startswith("#!")

    def under(self, *folders):
        return any(self.path.startswith(folder + "/") for folder in folders)

    def lines(self):
        """Pairs of line number and line."""
        return enumerate(self.text.splitlines(), 1)

    def code_lines(self):
        """The same without comments and without what stands in string and character literals."""
        return enumerate(strip(self.text).splitlines(), 1)


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)


def strip(text):
    """C++ without comments and the content of literals; lines keep their numbers."""

    def blank(match):
        token = match.group()
        lines = "\n" * token.count("\n")
        return lines if token.startswith("/") else '""' + lines

    # The names in #include lines are code to us.
    return "\n".join(
        line if line.lstrip().startswith("#include") else stripped
        for line, stripped in zip(text.split("\n"), _TOKEN.sub(blank, text).split("\n"))
    )


def project():
    """Every text file of the project, in the order of their paths; build folders are left out."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for top in TOPS + (".ci",):
        for folder, folders, names in os.walk(ROOT / top):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            paths += [pathlib.Path(folder) / name for name in names]
    for path in sorted(paths):
        try:
            yield File(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a corpus or another binary file


def complain(file, line, what):
    return f"{file.path}:{line}: {what}"


def run(check, bad, good, whole_project=None):
    """Proves the check, then runs it. `check` yields findings of one File; `bad` and `good` are
    pairs of path and text; `whole_project` yields findings over the list of all files."""
    for path, text in bad:
        if not list(check(File(path, text))):
            sys.exit(f"the check is blind: it passes {path} with {text!r}")
    for path, text in good:
        found = list(check(File(path, text)))
        if found:
            sys.exit(f"the check finds fault with good code: {found}")
    files = list(project())
    if len(files) < 10:
        sys.exit(f"only {len(files)} files found below {ROOT}")
    findings = [finding for file in files for finding in check(file)]
    if whole_project:
        findings += whole_project(files)
    for finding in findings:
        print(finding)
    print(f"{len(bad)} bad and {len(good)} good samples, {len(files)} files: {len(findings)} findings")
    sys.exit(1 if findings else 0)
