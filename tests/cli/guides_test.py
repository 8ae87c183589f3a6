#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The guides of examples/guides and the project's README: each block of them is run or checked, by what
the line that opens it says (examples/guides/README.md has the list). Of all pages in Markdown the
commands within the text have options that there are, and links lead somewhere.

What needs a box, nginx's configuration, is checked by tests/hosts/nginx_guides_test.py."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path += [str(ROOT / 'adapters/cli/completion'), str(ROOT / 'tests/testlog')]

import guide_page
import help_text
from command_lines import commands_in, unknown_options
from testlog import TestLog

PROGRAMS = {'tattle': os.environ['TATTLE_EXE'], 'tattled': os.environ['TATTLED_EXE'],
            'tattle-testlog': os.environ['TATTLE_TESTLOG']}
BUILD = pathlib.Path(os.environ['TATTLE_BUILD'])
HAS_CURL = os.environ['TATTLE_HAS_CURL'] == 'yes'
UPDATE = 'TATTLE_UPDATE_GOLDEN' in os.environ  # writes into the pages what commands print now
TIMEOUT_S = 120
PORTS = ('8443', '8444')  # in commands: where the two faces of the test log listen
C_FLAGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror']

# What a test of its own runs: the demonstration, by tests/hosts/demo_test.py.
EXEMPT = {'README.md': ('Start',)}

# What is not the same in two runs, and what stands for it.
VARIABLE = [
    (r'\d{4}-\d\d-\d\dT[\d:.]+Z', 'TIME'),
    (r'\b[0-9a-f]{32,}\b', 'HEX'),
    (r'[A-Za-z0-9+/]{40,}={0,2}', 'BASE64'),
    (r'\d+', 'N'),
    (r'\s+', ' '),
]


VERBS = {name: help_text.read_all(path) for name, path in PROGRAMS.items()}


def stable(text):
    for pattern, replacement in VARIABLE:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def log_lines(text):
    """The lines of blocks of logs; one that begins with blanks goes on."""
    blocks = re.findall(r'^```log[^\n]*\n(.*?)^```', text, re.MULTILINE | re.DOTALL)
    return re.sub(r'\n\s+', ' ', ''.join(blocks)).splitlines()


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


def pages():
    return ['README.md', *sorted(str(path.relative_to(ROOT)) for path in (ROOT / 'examples/guides').glob('*.md'))]


def all_markdown():
    listed = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'], cwd=ROOT,
                            capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if listed.returncode != 0:  # no checkout: the folders of the project
        folders = ('core', 'plugin', 'adapters', 'tests', 'fuzz', 'examples')
        return ['README.md', *(str(path.relative_to(ROOT)) for folder in folders
                               for path in sorted((ROOT / folder).rglob('*.md')))]
    return listed.stdout.split()


class Walk:
    """A reader who goes through a page from top to bottom, in a folder of his own: its programs and
    configurations are written there, its commands run, in one environment."""

    def __init__(self, folder, ports):
        self.folder = folder
        self.ports = ports
        self.sessions = []
        bin_folder = folder / '.bin'
        bin_folder.mkdir()
        for name, path in PROGRAMS.items():
            (bin_folder / name).symlink_to(pathlib.Path(path).resolve())
        keep = ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'CC')
        libraries = ':'.join(str(BUILD / part) for part in ('plugin', 'adapters/openssl', 'adapters/curl'))
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env |= {'PATH': f'{bin_folder}:{os.environ["PATH"]}', 'HOME': str(folder), 'LANG': 'C.UTF-8',
                     'PKG_CONFIG_PATH': str(BUILD / 'meson-uninstalled'), 'LD_LIBRARY_PATH': libraries,
                     'CPATH': str(ROOT / 'adapters/curl/include')}  # which the first does not name

    def bash(self, text):
        """Its status, and what it printed. What is exported stays for the blocks that follow; what was
        started goes on until end()."""
        for stands, port in zip(PORTS, self.ports):
            text = re.sub(rf'\b{stands}\b', port, text)
        script = 'if [ -e .env ]; then . ./.env; fi\ntrap "export -p >$PWD/.env" EXIT\n' + text
        output = self.folder / '.output'
        with open(output, 'wb') as file:
            process = subprocess.Popen(['bash', '-euo', 'pipefail', '-c', script], cwd=self.folder, env=self.env,
                                       stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                                       start_new_session=True)
            self.sessions.append(process.pid)
            process.wait(TIMEOUT_S)
        return process.returncode, output.read_text(encoding='utf-8')

    def end(self):
        for session in self.sessions:
            try:
                os.killpg(session, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Checks:
    """By language and first word of the purpose: a function that gives the faults of a block."""

    def __init__(self, walk, update=False):
        self.walk = walk
        self.update = update
        self.changed = {}  # text of a console block -> with what was printed now

    def check(self, block):
        word, _, rest = block.purpose.partition(' ')
        if word == 'part':
            return self.part(block, rest.removeprefix('of '))
        kind = self.KINDS.get((block.language, word))
        if not kind:
            return [f'{block.where}: "{block.mark}" is nothing that is run or checked']
        return kind(self, block, rest)

    def options(self, block):
        return [f'{block.where}: {fault}' for command in commands_in(block.text)
                for fault in unknown_options(command, VERBS)]

    def shown(self, block, rest):
        """Commands that cannot be run here; the page says why, and they have options that there are."""
        if len(rest.split()) < 2:
            return [f'{block.where}: is run by nobody, and does not say why']
        return self.options(block)

    def run_sh(self, block, rest):
        status, output = self.walk.bash(block.text)
        wanted = int(rest.removeprefix('status=') or 0)
        return self.options(block) + (
            [] if status == wanted else [f'{block.where}: status {status}\n{block.text}{output}'])

    def run_console(self, block, rest):
        """Each command prints what the page shows; the last one may fail, with a status that is named."""
        commands = guide_page.commands_of(block)
        wanted = [0] * len(commands)
        wanted[-1] = int(rest.removeprefix('status=') or 0)
        faults = self.options(guide_page.Block(block.page, block.line, block.mark,
                                               '\n'.join(command.text for command in commands)))
        for command, status_wanted in zip(commands, wanted):
            status, output = self.walk.bash(command.text + '\n')
            if stable(output) != stable(command.output) and self.update and status == status_wanted:
                command.output = output if output.endswith('\n') or not output else output + '\n'
                self.changed[block.text] = ''.join(f'$ {one.text}\n{one.output}' for one in commands)
            elif status != status_wanted or stable(output) != stable(command.output):
                faults.append(f'{block.where}: $ {command.text}\nstatus {status}\n{output}')
        return faults

    def config(self, block, keys_too_many=()):
        """`tattled --check` reads it; what it names need not be there."""
        path = self.walk.folder / block.purpose.split()[0]
        path.write_text(block.text + 'nosuchkey = 1\n', encoding='utf-8')
        done = subprocess.run([PROGRAMS['tattled'], '--check', '--config', path], env=self.walk.env,
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        faults = [line for line in done.stderr.splitlines() if re.search(r'\.conf:\d+: ', line)]
        path.write_text(block.text, encoding='utf-8')
        if len(faults) != 1 or 'nosuchkey' not in faults[0]:
            return [f'{block.where}: {done.stderr}']
        return [f'{block.where}: {key} is no key of {path.name}' for key in keys_too_many]

    def tattled_conf(self, block, _):
        return self.config(block)

    def tattle_conf(self, block, _):
        own = set(re.findall(r'^\| `(\w+)` \|', read('plugin/runtime/README.md'), re.MULTILINE))
        keys = re.findall(r'^(\w+) *=', block.text, re.MULTILINE)
        return self.config(block, [key for key in keys if key not in own])

    def program(self, block, rest):
        """Compiles as a user would; the page's own commands may run what comes out."""
        name = block.purpose.split()[0]
        if rest == 'tattle-curl' and not HAS_CURL:
            raise unittest.SkipTest('libcurl has no headers here: the curl adapter is not built')
        (self.walk.folder / name).write_text(block.text, encoding='utf-8')
        command = f'${{CC:-cc}} {" ".join(C_FLAGS)} {name} $(pkg-config --cflags --libs {rest}) -o .compiled\n'
        status, output = self.walk.bash(command)
        return [] if status == 0 else [f'{block.where}: {output}']

    def part(self, block, path):
        """Lines of a file that tests use; comments need not be the same."""
        if not (ROOT / path).is_file():
            return [f'{block.where}: there is no {path}']
        there = {line.strip() for line in read(path).splitlines()}
        lines = [line for line in block.text.splitlines() if line.strip() and not line.lstrip().startswith('#')]
        return [f'{block.where}: {path} has no line "{line}"' for line in lines if line.strip() not in there]

    def quoted(self, block, path):
        """Of a guide whose quotations are held against what programs wrote (tests/hosts)."""
        there = {stable(line) for line in log_lines(read(path))}
        lines = re.sub(r'\n\s+', ' ', block.text).splitlines()
        return [f'{block.where}: {path} does not quote "{line}"' for line in lines if stable(line) not in there]

    def elsewhere(self, _block, _rest):
        """tests/hosts/nginx_guides_test.py checks these."""
        return []

    KINDS = {
        ('sh', 'run'): run_sh,
        ('sh', 'shown:'): shown,
        ('console', 'run'): run_console,
        ('conf', 'tattled.conf'): tattled_conf,
        ('conf', 'tattle.conf'): tattle_conf,
        ('c', 'client.c'): program,
        ('c', 'fetch.c'): program,
        ('log', 'of'): quoted,
        ('log', 'nginx'): elsewhere,
        ('nginx', 'http'): elsewhere,
        ('nginx', 'main'): elsewhere,
    }


def unshown(page, text):
    """Claims of a page that name no test, a file that is not there, or a name that is not in it."""
    faults = []
    for line, kind, cell in guide_page.claims_of(text):
        spans = re.findall(r'`([^`]+)`', cell)
        files = [span for span in spans if '/' in span and ' ' not in span]
        if not files and not kind.startswith('cannot'):
            faults.append(f'{page}:{line}: is shown by nothing')
        sources = ''
        for file in files:
            if (ROOT / file).is_file():
                sources += read(file)
            else:
                faults.append(f'{page}:{line}: there is no {file}')
        faults += [f'{page}:{line}: {span} is in none of its files'
                   for span in spans if span not in files and span not in sources]
    return faults


class GuidesTest(unittest.TestCase):
    def walk(self, page):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='guide'))
        self.addCleanup(shutil.rmtree, folder)
        for file in (ROOT / 'examples/chains').iterdir():
            shutil.copy(file, folder)
        ports = PORTS
        if 'logs/' in page:
            logs = TestLog(folder / 'logs', 'amber:rfc6962:Amber', 'birch:static-ct:Birch', faces=2,
                           options=['--roots', str(folder / 'root.pem'), '--synthetic', '20'])
            logs.__enter__()
            self.addCleanup(logs.stop)
            ports = [re.search(r':(\d+)/', url).group(1) for url in logs.base_urls]
        walk = Walk(folder, ports)
        self.addCleanup(walk.end)
        return walk

    def test_each_block_is_run_or_checked(self):
        number = 0
        for page in pages():
            text = read(page)
            blocks, faults = guide_page.blocks_of(text, page, EXEMPT.get(page, ()))
            with self.subTest(page=page):
                checks = Checks(self.walk(text), UPDATE)
                for block in blocks:
                    number += 1
                    faults += checks.check(block)
                for before, after in checks.changed.items():
                    text = text.replace(before, after)
                    (ROOT / page).write_text(text, encoding='utf-8')
                self.assertEqual(faults, [], '\n'.join(faults))
        self.assertGreater(number, 40)

    def test_commands_within_the_text_have_options_that_there_are(self):
        faults, number = [], 0
        for page in all_markdown():
            for line, span in guide_page.code_spans(read(page)):
                for command in commands_in(span) if span.startswith('tattle') else []:
                    number += 1
                    faults += [f'{page}:{line}: {fault}' for fault in unknown_options(command, VERBS)]
        self.assertGreater(number, 50)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_claims_are_shown_by_what_is_there(self):
        faults, number = [], 0
        for page in pages():
            text = read(page)
            number += len(list(guide_page.claims_of(text)))
            faults += unshown(page, text)
        self.assertGreater(number, 40)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_links_lead_somewhere(self):
        faults, number = [], 0
        for page in all_markdown():
            for link in guide_page.links_of(read(page)):
                number += 1
                path, _, anchor = link.partition('#')
                target = (ROOT / page).parent / path if path else ROOT / page
                if target.is_dir() and anchor:
                    target = target / 'README.md'
                if not target.exists():
                    faults.append(f'{page}: {link} is not there')
                elif anchor and anchor not in guide_page.anchors_of(target.read_text(encoding='utf-8')):
                    faults.append(f'{page}: {link} has no such heading')
        self.assertGreater(number, 100)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_the_readme_stays_short(self):
        words = len(re.sub(r'^```.*?^```', '', read('README.md'), flags=re.MULTILINE | re.DOTALL).split())
        self.assertLess(words, 900, 'a screen and a half, and a table')


class BlindnessTest(unittest.TestCase):
    """That wrong pages are found."""

    def faults(self, text, page='x.md'):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='guide'))
        self.addCleanup(shutil.rmtree, folder)
        walk = Walk(folder, PORTS)
        self.addCleanup(walk.end)
        blocks, found = guide_page.blocks_of(text, page)
        return found + [fault for block in blocks for fault in Checks(walk).check(block)]

    def test_finds_what_is_wrong(self):
        for good in ('```sh run\ntattle --version\n```\n', '```sh run status=2\ntattle check nosuchfile\n```\n',
                     '```console run\n$ printf "%s\\n" a\na\n```\n', '```sh shown: needs root\ntattle status\n```\n',
                     '```sh run\nexport A=1\n```\n```sh run\ntest $A = 1\n```\n',
                     '```conf tattle.conf\nmode = require\n```\n', '```conf tattled.conf\naudit = no\n```\n',
                     '```conf part of examples/postfix/tls_policy\npartner.example  secure\n```\n',
                     '- a list\n\n    that goes on\n'):
            self.assertEqual(self.faults(good), [], good)
        for bad in ('    tattle check\n', '```sh\ntattle check\n```\n', '```\nx\n```\n', '```sh run\nfalse\n```\n',
                    '```sh run status=1\ntrue\n```\n', '```sh shown:\ntattle check\n```\n', '```sh run\ntrue\n',
                    '```sh shown: needs root\ntattle check --nosuch\n```\n',
                    '```console run\n$ echo a\nb\n```\n', '```console run\n$ echo a\n```\n',
                    '```conf tattle.conf\nmode = never\n```\n', '```conf tattle.conf\naudit = no\n```\n',
                    '```conf tattled.conf\nmood = off\n```\n', '```c client.c tattle-openssl\nint main( {}\n```\n',
                    '```conf part of examples/postfix/tls_policy\nother.example  secure\n```\n',
                    '```conf part of nosuchfile\nx\n```\n', '```yaml x\na: b\n```\n',
                    '```log of examples/postfix/README.md\npostfix/smtp[1]: all is well\n```\n',
                    '- a list\n\n  ```sh run\n  true\n  ```\n'):
            self.assertTrue(self.faults(bad), bad)

    def test_finds_claims_that_nothing_shows(self):
        table = '| claim | | shown by |\n| --- | --- | --- |\n| a | %s | %s |\n'
        self.assertEqual(unshown('x.md', table % ('stops', '`tests/cli/guides_test.py` (`BlindnessTest`)')), [])
        self.assertEqual(unshown('x.md', table % ('cannot', '')), [])
        for kind, cell in (('stops', ''), ('stops', 'a test'), ('cannot', '`tests/cli/nosuch_test.py`'),
                           ('stops', '`tests/cli/guide_page.py` (`NoSuchTest`)')):
            self.assertTrue(unshown('x.md', table % (kind, cell)), cell)


if __name__ == '__main__':
    unittest.main()
