# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Command lines of ours in examples, held against the help of the programs (help_text.read_all)."""

import re
import shlex

WORD = r'[a-z0-9][a-z0-9-]*(?: \([^)]*\))?'
# "chrome (default), apple or all", at the beginning of a text or behind a colon.
CHOICES = re.compile(rf'(?:^|: )({WORD}(?:, {WORD})*,? or {WORD})(?:[;,]| for |$)')
# What stands before a command in a line of its own; before the name of a program in a sentence is more.
AT_START = re.compile(r'(?:[$#] )?(?:\w+=\S* )*(?:sudo )?')


def choices_of(option):
    """The values that the help of an option enumerates; none where it takes others."""
    match = CHOICES.search(option.text) if option.value else None
    return re.split(r',? or |, ', re.sub(r' \([^)]*\)', '', match.group(1))) if match else []


def is_placeholder(value):
    return re.fullmatch(r'[A-Z_]+', value) or re.search(r'[$`{]', value)


def words_of(command):
    try:
        return shlex.split(command)
    except ValueError:  # an excerpt, which ends within quotation marks
        return command.split()


def faults_of_options(name, page, words, arguments):
    """What is wrong with the options among the words; those that are neither options nor values are put
    into `arguments`."""
    faults, words = [], list(words)
    while words:
        word = words.pop(0)
        key, has_value, value = word.rstrip(',').partition('=')
        if not re.match(r'--?[A-Za-z]', word):
            arguments.append(word)
            continue
        option = next((one for one in page.options if key in one.names), None)
        if not option:
            faults.append(f'{name} has no {key}')
        elif option.value:
            value = value if has_value else words.pop(0) if words else ''
            while option.value.endswith('...') and words and not words[0].startswith('-'):
                words.pop(0)
            choices = choices_of(option)
            if value and choices and value not in choices and not is_placeholder(value):
                faults.append(f'{name} {key} is one of {", ".join(choices)}, and not {value}')
    return faults


def faults_in(command, verbs):
    """Verbs, options and values in a command line of ours that there are not."""
    program, *words = words_of(command)
    if '--' in words:
        words = words[:words.index('--')]
    known = {tuple(page.words): page for page in verbs[program]}
    path = ()
    while words and (*path, words[0]) in known:
        path = (*path, words.pop(0))
    name, arguments = ' '.join([program, *path]), []
    faults = faults_of_options(name, known[path], words, arguments)
    if arguments and known[path].verbs:
        faults.append(f'{name}: {arguments[0]} is no verb')
    elif arguments and not known[path].arguments:
        faults.append(f'{name} takes no {arguments[0]}')
    return faults


def commands_in(text):
    """Our command lines in an example, each from the program's name to what ends it."""
    text = text.replace('\\\n', ' ')
    found = []
    for line in text.splitlines():
        line = re.sub(r'^\s*#(?! tattle).*|\s{2,}[#(].*$|\bsudo -u \w+ |\s+\d?[<>]+&?\s*\S+|\s+&$', '', line)
        for piece in re.split(r'\|\|?|&&|;|>|`', line):
            match = re.search(r'(?:^|[ (])(tattle(?:d|-testlog)?)((?: (?!=).*)?)$', piece.strip())
            if not match:
                continue
            program, rest = match.groups()
            # "its tattled asks the logs" is a sentence.
            if program == 'tattle' or rest.startswith(' -') or AT_START.fullmatch(piece.strip()[:match.start(1)]):
                found.append(program + rest)
    return found
