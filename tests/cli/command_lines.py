# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Command lines of ours in examples, held against the help of the programs (help_text.read_all)."""

import re


def unknown_options(command, verbs):
    """Options in a command line of ours that its verb does not have."""
    words = command.split()
    program = words[0]
    known = {tuple(verb.words): verb for verb in verbs[program]}
    path = ()
    while words[len(path) + 1:] and (*path, words[len(path) + 1]) in known:
        path = (*path, words[len(path) + 1])
    rest = words[len(path) + 1:]
    if '--' in rest:
        rest = rest[:rest.index('--')]
    names = known[path].option_names()
    if not path and rest and not rest[0].startswith('-') and known[path].verbs and program == 'tattle':
        return [f'{rest[0]} is no verb']
    options = [word.rstrip(',').partition('=')[0] for word in rest if re.match(r'^--?[A-Za-z]', word)]
    return [f'{" ".join([program, *path])} has no {word}' for word in options if word not in names]


def commands_in(text):
    """Our command lines in an example, each from the program's name to what ends it."""
    text = text.replace('\\\n', ' ')
    found = []
    for line in text.splitlines():
        line = re.sub(r'\s{2,}[#(].*$|\bsudo -u \w+ ', '', line)
        for piece in re.split(r'\|\|?|&&|;|>|`', line):
            match = re.search(r'(?:^|[ (])(tattle(?:d|-testlog)?)((?: (?!=).*)?)$', piece.strip())
            if match:
                found.append(match.group(1) + match.group(2))
    return found
