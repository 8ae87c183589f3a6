# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What --help of our programs says, by its parts (plugin/service/help_formatter.cc writes it)."""

import dataclasses
import re
import subprocess

TIMEOUT_S = 60
HEADING = re.compile(r"^(\S.*):$")
# A name, or names of an option and of its value; then its text, two blanks or a line further on.
ENTRY = re.compile(r"^  (\S.*?)(?:  +(\S.*))?$")
MORE_TEXT = re.compile(r"^ {30}(\S.*)$")


@dataclasses.dataclass
class Option:
    names: list  # "-o", "--out"
    value: str   # "FILE", or "DIR..." where it takes several; "" for a flag
    text: str


@dataclasses.dataclass
class Help:
    words: list      # how it was asked for: ["log", "sth"]
    summary: str
    usage: str
    arguments: dict  # name -> text
    options: list
    verbs: dict      # name -> summary
    footer: str

    def option_names(self):
        return {name for option in self.options for name in option.names}


def split_option(entry, text):
    """An Option out of "-o, --out FILE"."""
    names, value = [], ""
    for word in entry.replace(",", " ").split():
        if word.startswith("-"):
            names.append(word)
        else:
            value = word
    return Option(names, value, text)


def entries(lines):
    """Pairs of name and text of a list in two columns."""
    found = []
    for line in lines:
        more = MORE_TEXT.match(line)
        if more and found:
            found[-1][1] = (found[-1][1] + " " + more.group(1)).strip()
        else:
            name, text = ENTRY.match(line).groups()
            found.append([name, text or ""])
    return found


def split(text, words):
    """The parts of a help text."""
    blocks = text.rstrip("\n").split("\n\n")
    summary, usage = blocks[0].split("\n", 1)
    page = Help(words, summary, usage.removeprefix("Usage: "), {}, [], {}, "")
    for number, block in enumerate(blocks[1:], 1):
        heading, *lines = block.split("\n")
        named = HEADING.match(heading)
        is_list = all(ENTRY.match(line) or MORE_TEXT.match(line) for line in lines)
        if not named or named.group(1).startswith("Example") or not is_list:
            page.footer = "\n\n".join(blocks[number:])
            break
        if named.group(1) == "Arguments":
            page.arguments = dict(entries(lines))
        elif named.group(1) == "Verbs":
            page.verbs = dict(entries(lines))
        else:
            page.options += [split_option(*entry) for entry in entries(lines)]
    return page


def read(program, words=()):
    """The help of a program, or of the verb that `words` name."""
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True,
                          timeout=TIMEOUT_S)
    return split(done.stdout, list(words))


def read_all(program, words=()):
    """That of a program and of all its verbs, those above first."""
    page = read(program, words)
    pages = [page]
    for verb in page.verbs:
        pages += read_all(program, [*words, verb])
    return pages
