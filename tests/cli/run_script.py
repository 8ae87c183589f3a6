#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Runs one script test of a command; tests/README.md says how to write one.

    run_script.py PROGRAM SCRIPT     PROGRAM is what the script calls `tattle`
    run_script.py --self-test DIR    proves that scripts can fail, and that all of DIR are run
"""

import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # as meson understands it
TIMEOUT_S = 60
MARKER = re.compile(r"^-- (\S+) --$")


class Failure(Exception):
    """What is wrong, for a person; the line of the script is said with it."""


class Skip(Exception):
    """Why the script can't run here."""


@dataclasses.dataclass
class Script:
    """Pairs of line number and line, then the inline files by name."""

    lines: list
    files: dict

    @classmethod
    def read(cls, text):
        lines, files, current = [], {}, None
        for number, line in enumerate(text.splitlines(keepends=True), 1):
            marker = MARKER.match(line.rstrip("\n"))
            if marker:
                current = marker.group(1)
                if current in files:
                    raise Failure(f"line {number}: the file {current} stands twice")
                files[current] = ""
            elif current is not None:
                files[current] += line
            elif line.strip() and not line.startswith("#"):
                lines.append((number, line.strip()))
        return cls(lines, files)


def rewrite(text, files):
    """The script with the content of its inline files replaced."""
    head = re.split(r"(?m)^-- \S+ --$", text)[0]
    return head + "".join(f"-- {name} --\n{content}" for name, content in files.items())


@dataclasses.dataclass
class Outcome:
    """What a command did, and which of it the script has spoken of."""

    number: int
    status: int
    streams: dict
    said: set = dataclasses.field(default_factory=set)

    def settle(self):
        """A script that says nothing of the status or of stderr means 0 and silence."""
        if "status" not in self.said and self.status != 0:
            raise Failure(f"line {self.number}: exit status {self.status}\n{self.streams['stderr']}")
        if "stderr" not in self.said and self.streams["stderr"]:
            raise Failure(f"line {self.number}: unexpected stderr:\n{self.streams['stderr']}")


class Run:
    """One run of a script in a folder of its own."""

    def __init__(self, program, script, folder, update=False):
        self.program = program
        self.script = script
        self.folder = folder
        self.update = update
        self.changed = False
        self.stdin = None
        self.outcome: typing.Optional[Outcome] = None
        self.variables = {"ROOT": str(ROOT)}
        keep = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env.update(HOME=str(folder), LANG="C.UTF-8", TZ="UTC")

    def expand(self, text):
        return re.sub(r"\$(ROOT|REAL_DATA)\b", lambda name: self.variables[name.group(1)], text)

    def run(self):
        if not any(line.startswith("$ ") for _, line in self.script.lines):
            raise Failure("no command in the script")
        for name, content in self.script.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        for number, line in self.script.lines:
            word, _, rest = line.partition(" ")
            directive = self.DIRECTIVES.get(word)
            try:
                if not directive:
                    raise Failure(f"unknown directive {word}")
                directive(self, number, rest.strip())
            except Failure as failure:
                raise Failure(f"line {number}: {line}\n{failure}") from None
        self.outcome.settle()

    def command(self, number, rest):
        if self.outcome:
            self.outcome.settle()
        words = [self.expand(word) for word in shlex.split(rest)]
        if words[0] == "tattle":
            words[0] = self.program
        try:
            done = subprocess.run(
                words, cwd=self.folder, env=self.env, input=self.stdin or b"", capture_output=True,
                timeout=TIMEOUT_S, check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(str(error)) from None
        self.stdin = None
        streams = {
            name: data.decode("utf-8", "backslashreplace").replace(str(ROOT), "$ROOT")
            for name, data in (("stdout", done.stdout), ("stderr", done.stderr))
        }
        self.outcome = Outcome(number, done.returncode, streams)

    def after_command(self):
        if not self.outcome:
            raise Failure("stands before any command")
        return self.outcome

    def status(self, _, rest):
        outcome = self.after_command()
        outcome.said.add("status")
        if outcome.status != int(rest):
            raise Failure(
                f"exit status {outcome.status}\n{outcome.streams['stdout']}{outcome.streams['stderr']}"
            )

    def expect(self, stream, rest):
        outcome = self.after_command()
        outcome.said.add(stream)
        text = outcome.streams[stream]
        kind, _, argument = rest.partition(" ")
        if rest == "any":
            return
        if rest == "empty":
            wrong = text != ""
        elif kind in ("~", "!~") and argument:
            wrong = bool(re.search(argument, text, re.MULTILINE)) != (kind == "~")
        elif kind == "lines":
            wrong = text.count("\n") != int(argument)
        elif rest in self.script.files:
            wrong = text != self.script.files[rest]
            if wrong and self.update:
                self.script.files[rest] = text if text.endswith("\n") or not text else text + "\n"
                self.changed = True
                wrong = False
        else:
            raise Failure(f"neither any, empty, ~, !~, lines nor an inline file: {rest}")
        if wrong:
            raise Failure(f"{stream} is:\n{text}")

    def set_env(self, _, rest):
        name, equals, value = rest.partition("=")
        if not equals:
            raise Failure("say env NAME=value")
        self.env[name] = self.expand(value)

    def copy(self, _, rest):
        source, name = (self.expand(word) for word in shlex.split(rest))
        if not (ROOT / source).is_file():
            raise Failure(f"{source} is not there")
        shutil.copyfile(ROOT / source, self.folder / name)

    def read_stdin(self, _, rest):
        self.stdin = (self.folder / rest).read_bytes()

    def need(self, _, rest):
        if rest != "real-data":
            raise Failure(f"nothing is known of {rest}")
        data = os.environ.get("TATTLE_REAL_DATA")
        if not data:
            raise Skip("TATTLE_REAL_DATA is not set")
        if not pathlib.Path(data).is_dir():
            raise Failure(f"TATTLE_REAL_DATA is set, but {data} is no folder")
        self.variables["REAL_DATA"] = data

    DIRECTIVES = {
        "$": command,
        "status": status,
        "stdout": lambda self, _, rest: self.expect("stdout", rest),
        "stderr": lambda self, _, rest: self.expect("stderr", rest),
        "env": set_env,
        "copy": copy,
        "stdin": read_stdin,
        "need": need,
    }


def run_text(program, text, update=False):
    """Runs a script; its text afterwards, which differs only if `update` changed it."""
    script = Script.read(text)
    with tempfile.TemporaryDirectory() as folder:
        one = Run(program, script, pathlib.Path(folder), update)
        one.run()
    return rewrite(text, script.files) if one.changed else text


GOOD = r"""
# A comment.
env GREETING=hello
stdin in.txt
$ tattle -c 'import os,sys; print(os.environ["GREETING"], sys.stdin.read().strip()); sys.exit(3)'
status 3
stdout out.txt
stdout ~ ^hello
stdout !~ good-?bye
stdout lines 1
stderr empty
-- in.txt --
world
-- out.txt --
hello world
"""

# Each is a script that must fail, and why.
BAD = {
    "another status": "$ tattle -c 'exit(1)'\nstatus 0",
    "a status nobody spoke of": "$ tattle -c 'exit(1)'",
    "the same before another command": "$ tattle -c 'exit(1)'\n$ tattle -c ''",
    "stderr nobody spoke of": "$ tattle -c 'import sys; sys.stderr.write(\"x\")'",
    "another text": "$ tattle -c 'print(1)'\nstdout a\n-- a --\n2\n",
    "an expression that is not found": "$ tattle -c 'print(1)'\nstdout ~ 2",
    "an expression that is found": "$ tattle -c 'print(1)'\nstdout !~ 1",
    "output where none may be": "$ tattle -c 'print(1)'\nstdout empty",
    "more lines": "$ tattle -c 'print(1)'\nstdout lines 2",
    "a file that is not there": "$ tattle -c 'print(1)'\nstdout nosuchfile",
    "an unknown directive": "$ tattle -c ''\nstdoot empty",
    "no command": "# nothing",
    "a program that is not there": "$ ./nosuchprogram",
    "an expectation before the command": "status 0\n$ tattle -c ''",
    "a file twice": "$ tattle -c ''\n-- a --\n-- a --\n",
}


def self_test(folder):
    assert run_text(sys.executable, GOOD) == GOOD
    for why, text in BAD.items():
        try:
            run_text(sys.executable, text)
        except Failure:
            continue
        sys.exit(f"the runner is blind to: {why}")
    stale = GOOD.replace("hello world", "old")
    assert run_text(sys.executable, stale, update=True) == GOOD, "golden text is not rewritten"
    build = (folder / "meson.build").read_text(encoding="utf-8")
    scripts = sorted(path.stem for path in folder.glob("*.txt"))
    unlisted = [name for name in scripts if f"'{name}'," not in build]
    if unlisted:
        sys.exit(f"in no meson.build: {', '.join(unlisted)}")
    print(f"{len(BAD)} scripts that must fail do; {len(scripts)} scripts are run")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--self-test":
        return self_test(pathlib.Path(sys.argv[2]))
    path = pathlib.Path(sys.argv[2])
    text = path.read_text(encoding="utf-8")
    try:
        after = run_text(str(pathlib.Path(sys.argv[1]).resolve()), text, "TATTLE_UPDATE_GOLDEN" in os.environ)
    except Skip as skip:
        print(f"{path.name}: skipped: {skip}")
        return SKIPPED
    except Failure as failure:
        print(f"{path.name}: {failure}")
        return 1
    if after != text:
        path.write_text(after, encoding="utf-8")
        print(f"{path.name}: rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
