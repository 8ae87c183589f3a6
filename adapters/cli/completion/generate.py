#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Writes the completion of a program for a shell, made from its --help.

    generate.py bash|zsh|fish PROGRAM
"""

import dataclasses
import pathlib
import sys

import bash
import fish
import help_text
import zsh

SHELLS = {"bash": bash.completion, "zsh": zsh.completion, "fish": fish.completion}

POLICIES = "chrome apple mozilla android rfc6962 strict"

# Words that an option or an argument takes, which help has in its text only. What takes files is
# known from the name of the value. tests/cli/completion_test.py holds them against the text.
WORDS = {
    "--mode": "report require",
    "--policy": POLICIES,
    "--starttls": "smtp imap pop3 xmpp xmpp-server ftp",
    "--kind": "rfc6962 static-ct",
    "decode --as": "auto sth checkpoint sct-list sct merkle-leaf",
    "check --policy": POLICIES + " all",
    "gossip send --as": "client server",
    "loglist convert --to": "v3 ctlog",
    "loglist show --state": "none pending qualified usable readonly retired rejected unknown denied",
    "pool list --state": "unlinked linked conflicting pending included not_included skipped conclusive indicative",
    "pool list WHAT": "heads scts evidence peers",
    "enable PROGRAM": "postfix env node system-wide",
    "disable PROGRAM": "postfix env node system-wide",
    "status PROGRAM": "postfix env node system-wide",
}
FILES = ("FILE", "KEYFILE", "FILE|DIR", "SOCKET")
# Arguments that are files, or may be.
FILE_ARGUMENTS = ("TARGET", "FILE", "CHAIN", "INPUT", "FIRST", "SECOND", "OLD", "NEW")

@dataclasses.dataclass
class Completed:
    """A verb with what completes what: all that the shells are given."""

    verb: help_text.Help
    options: list   # pairs of help_text.Option and what completes its value
    arguments: str  # the same for arguments


def words_of(path, name):
    """What completes a value: words, "@files", "@folders" or nothing."""
    return WORDS.get(" ".join([*path, name]), "" if name.isupper() else WORDS.get(name, ""))


def value_of(verb, option):
    """What completes the value of an option, in the same words."""
    for name in option.names:
        if words := words_of(verb.words, name):
            return words
    kind = option.value.removesuffix("...")
    return "@files" if kind in FILES else "@folders" if kind == "DIR" else ""


def argument_of(verb):
    """What completes the arguments of a verb; its first one decides, as they are of one kind."""
    for name in verb.arguments:
        if words := words_of(verb.words, name):
            return words
    return "@files" if any(name in FILE_ARGUMENTS for name in verb.arguments) else ""


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in SHELLS:
        sys.exit(__doc__)
    program = sys.argv[2]
    verbs = help_text.read_all(program)
    completed = [Completed(verb, [(option, value_of(verb, option)) for option in verb.options], argument_of(verb))
                 for verb in verbs]
    sys.stdout.write(SHELLS[sys.argv[1]](pathlib.Path(program).name, completed))


if __name__ == "__main__":
    main()
