# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Somebody who goes through a guide from top to bottom, and what he looks at in each block."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'adapters/cli/completion'))

import guide_page
import help_text
from command_lines import commands_in, faults_in

PROGRAMS = {'tattle': os.environ['TATTLE_EXE'], 'tattled': os.environ['TATTLED_EXE'],
            'tattle-testlog': os.environ['TATTLE_TESTLOG']}
BUILD = pathlib.Path(os.environ['TATTLE_BUILD'])
HAS_CURL = os.environ['TATTLE_HAS_CURL'] == 'yes'
UPDATE = 'TATTLE_UPDATE_GOLDEN' in os.environ  # writes into the pages what commands print now
TIMEOUT_S = 120
PORTS = ('8443', '8444')  # in commands: where the two faces of the test log listen
C_FLAGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror']

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
                for fault in faults_in(command, VERBS)]

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
        """`tattled --check` reads it, with what is commented out; what it names need not be there. That it works
        as it stands, tests/hosts/tattled_unit_test.py sees on a fresh install."""
        path = self.walk.folder / block.purpose.split()[0]
        path.write_text(re.sub(r'(?m)^# ?(?=\w+ =)', '', block.text) + 'nosuchkey = 1\n', encoding='utf-8')
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
