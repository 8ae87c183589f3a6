# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A guide in Markdown, by the blocks in it: what each of them is for says the line that opens it
(examples/guides/README.md has the list)."""

import dataclasses
import re

FENCE = re.compile(r'^```(.*)$')
INDENTED = re.compile(r'^(?: {4}|\t)\S')
LIST_ITEM = re.compile(r'^\s*(?:[-*]|\d+\.) ')


@dataclasses.dataclass
class Block:
    """One fenced block; `mark` is what stands behind ```, such as "sh run status=1"."""

    page: str
    line: int
    mark: str
    text: str

    @property
    def where(self):
        return f'{self.page}:{self.line}'

    @property
    def language(self):
        return self.mark.partition(' ')[0]

    @property
    def purpose(self):
        return self.mark.partition(' ')[2]


def blocks_of(text, page, exempt=()):
    """The blocks of a page, and its faults: those that have no fence and so say nothing of themselves.
    Sections whose titles are `exempt` are looked at by a test of their own."""
    found, faults, block, section = [], [], None, ''
    in_list = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if block and fence:
            found.append(block)
            block = None
        elif block:
            block.text += line + '\n'
        elif line.startswith('## '):
            section, in_list = line[3:], False
        elif section in exempt:
            pass
        elif fence:
            block = Block(page, number, fence.group(1).strip(), '')
        elif INDENTED.match(line) and not in_list:
            faults.append(f'{page}:{number}: a block without a fence says nothing of what it is')
        elif line.lstrip().startswith('```'):
            faults.append(f'{page}:{number}: a fence stands at the beginning of a line')
        elif line.strip():
            in_list = bool(LIST_ITEM.match(line)) or (in_list and line.startswith('  '))
    if block:
        faults.append(f'{block.where}: the block does not end')
    return found, faults


def any_blocks(text):
    """Pairs of line and text of all blocks of a page, with a fence or only indented."""
    found, fenced = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
            found.append([number, ''])
        elif fenced or line.startswith('    '):
            if not found or found[-1] is None:
                found.append([number, ''])
            found[-1][1] += (line if fenced else line[4:]) + '\n'
        elif line.strip() and found:
            found.append(None)
    return [tuple(block) for block in found if block and block[1].strip()]


@dataclasses.dataclass
class Command:
    text: str
    output: str


def commands_of(block):
    """What a console block shows: lines behind "$ ", each with what came of it. A line that ends in \\
    goes on in the next."""
    found, goes_on = [], False
    for line in block.text.splitlines():
        if goes_on:
            found[-1].text += '\n' + line
        elif line.startswith('$ '):
            found.append(Command(line[2:], ''))
        elif found:
            found[-1].output += line + '\n'
        else:
            raise ValueError(f'{block.where}: begins with no command')
        goes_on = (goes_on or line.startswith('$ ')) and line.endswith('\\')
    return found


def code_spans(text):
    """The `words` within the text, with the lines that they stand in; blocks are left out."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside and not INDENTED.match(line):
            for span in re.findall(r'`([^`]+)`', line):
                yield number, span


def anchors_of(text):
    """What # may name of a page: its headings as GitHub makes anchors of them."""
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-')
            for heading in re.findall(r'^#+ (.+)$', text, re.MULTILINE)}


def links_of(text):
    """The targets of links and pictures that are no URLs."""
    plain = re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)
    plain = re.sub(r'`[^`\n]*`(?!\])', '', plain)
    targets = re.findall(r'\]\(([^)\s]+)\)', plain)
    return [target for target in targets if not re.match(r'[a-z]+:', target)]


def words_seen(text):
    """Line and words of what a table says that one sees: the `words` of the first cell below "what you see"."""
    seen = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith('|'):
            seen = False
        elif line.startswith('| what you see |'):
            seen = True
        elif seen:
            yield from ((number, words) for words in re.findall(r'`([^`]+)`', line.split('|')[1]))


def claims_of(text):
    """Rows of tables whose last column is "shown by": line, what it is called in the second one, and the
    last cell."""
    shown = False
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')] if line.startswith('|') else []
        if not cells:
            shown = False
        elif cells[-1] == 'shown by':
            shown = True
        elif shown and not set(cells[-1]) <= set('- '):
            yield number, cells[1], cells[-1]
        elif shown and not cells[-1]:
            yield number, cells[1], ''
