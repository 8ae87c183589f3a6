# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A manual page in mdoc(7), by the parts that are held against the programs: options, verbs,
arguments, keys, directives, examples."""

import dataclasses
import re

MACRO = re.compile(r'^\.(\w+) ?(.*)$')
# What a comment before a literal block says of it.
MARK = re.compile(r'^\.\\" (run|shown|file|nginx)\b:? ?(.*)$')
# In literal blocks these are escaped, or a terminal would show, and one would copy, other characters.
ESCAPES = {r'\-': '-', r'\(aq': "'", r'\(ga': '`', r'\(ha': '^', r'\(ti': '~', r'\e': '\\', r'\&': ''}


def literal(line):
    """A line of a literal block as it is shown."""
    return re.sub(r'\\(?:\((?:aq|ga|ha|ti)|[-e&])', lambda found: ESCAPES[found.group()], line)


def plain(line):
    """A line of text, or of macros that only say how a word is to look."""
    found = MACRO.match(line)
    words = (found.group(2) if found else line).replace('\\&', '').replace('\\', '').split()
    text, dashes = [], ''
    for word in words:
        if found and word in ('Ar', 'Cm', 'Ev', 'Fl', 'Ic', 'Li', 'Ns', 'Pa'):
            dashes = '-' if word == 'Fl' else ''
        else:
            text.append(dashes + word)
            dashes = ''
    if found and found.group(1) == 'Fl' and text:
        text[0] = '-' + text[0]
    return ' '.join(text)


def defaults_in(text):
    """What a text says of the value that is by default: "(default 10)", "by default empty", "chrome
    (default)"; a comment may stand behind it."""
    found = re.findall(r'(\S+) \(default(?::[^)]*)?\)', text) + re.findall(r'\(default ([^)]*)\)', text)
    return found + [value.strip() for value in
                    re.findall(r'[Bb]y default ([^;()]*?)(?=[;()]|\.(?: |$)|, and |, at |: |$)', text)]


@dataclasses.dataclass
class Example:
    section: str
    line: int
    mark: str   # run, shown, file or nginx: what the comment before it says; '' without one
    word: str   # what stands behind that: an exit status, the name of a file
    text: str   # as it is shown
    source: str


@dataclasses.dataclass
class Section:
    """From one .Sh or .Ss to the next."""

    title: str
    under: str  # the .Sh of an .Ss
    lines: list

    def items(self):
        """The arguments of each .It."""
        return [found.group(2) for line in self.lines if (found := MACRO.match(line)) and found.group(1) == 'It']

    def item_texts(self):
        """Pairs of the argument of each .It and its text, as it is read."""
        found = []
        for line in self.lines:
            item = MACRO.match(line)
            if item and item.group(1) == 'It':
                found.append((item.group(2), []))
            elif item and item.group(1) in ('El', 'Bl'):
                found.append(('', []))
            elif found:
                found[-1][1].append(plain(line))
        return [(name, re.sub(r' (?=[,;.)](?: |$))', '', ' '.join(text))) for name, text in found if name]

    def title_arguments(self):
        """What .Ar names in a title such as "tattle log sth Ar LOG"."""
        return set(re.findall(r'\bAr ([A-Z_]+)\b', self.title))

    def line_arguments(self):
        """What .Ar names in lines of its own, such as those of SYNOPSIS."""
        lines = [line for line in self.lines if re.match(r'^\.(?:Op )?Ar ', line)]
        return {name for line in lines for name in re.findall(r'\bAr ([A-Z_]+)\b', line)}

    def words(self):
        """The words of such a title before the arguments."""
        return re.split(r' (?:Op )?Ar ', self.title)[0].split()


def option_of(item):
    """An .It such as "Fl o , Fl -out Ar DIR ..." as names and value; None if it is no option."""
    if not item.startswith('Fl '):
        return None
    names, _, value = item.partition(' Ar ')
    return frozenset('-' + name for name in re.findall(r'Fl (\S+)', names)), value.replace(' ', '')


class Page:
    def __init__(self, name, text):
        self.name = name  # tattle-check.1
        self.text = text
        self.lines = text.splitlines()
        self.sections = []
        self.examples = []
        self._read()

    def _read(self):
        current, under, mark, block = Section('', '', []), '', ('', ''), None
        for number, line in enumerate(self.lines, 1):
            found = MACRO.match(line)
            macro, rest = found.groups() if found else ('', '')
            if macro == 'Sh':
                under = rest
                current = Section(rest, '', [])
                self.sections.append(current)
            elif macro == 'Ss':
                current = Section(rest, under, [])
                self.sections.append(current)
            else:
                current.lines.append(line)
            if marked := MARK.match(line):
                mark = marked.groups()
            elif macro == 'Bd':
                block = Example(under, number, *mark, '', '')
                mark = ('', '')
            elif macro == 'Ed':
                self.examples.append(block)
                block = None
            elif block:
                block.text += literal(line) + '\n'
                block.source += line + '\n'

    @property
    def section_number(self):
        return self.name.rpartition('.')[2]

    def titles(self):
        return [section.title for section in self.sections if not section.under]

    def section(self, title):
        return next((section for section in self.sections if section.title == title), Section(title, '', []))

    def below(self, title):
        """The parts of a section, itself first."""
        return [section for section in self.sections if title in (section.title, section.under)]

    def description(self):
        """What .Nd says, in a line."""
        return next((rest for macro, rest in self._macros() if macro == 'Nd'), '')

    def names(self):
        return [rest for macro, rest in self._macros() if macro == 'Nm' and rest]

    def references(self):
        """The pages that .Xr names: "tattle.conf.5"."""
        return {'.'.join(rest.split()[:2]) for macro, rest in self._macros() if macro == 'Xr'}

    def keys(self, title):
        """The words that .It Ic names first in the parts of a section: "Ic mode , policy Ar X" has two."""
        found = []
        for section in self.below(title):
            for item in section.items():
                if item.startswith('Ic '):
                    found += re.findall(r'[a-z][a-z0-9_]*', re.split(r' (?:Ar|Cm|Op|Oo) ', item)[0][3:])
        return found

    def _macros(self):
        return [found.groups() for line in self.lines if (found := MACRO.match(line))]
