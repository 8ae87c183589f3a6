# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the tests of mail and chat servers share. They run in a box (tests/hosts/box), and put the
files of examples/ where those say that they belong.

A domain's servers stand on addresses of 127.0.0.0/8, with the ports that the world uses, and are
found by DNS."""

import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import world
import pki  # found by way of world
from name_server import NameServer

MODULE = '/usr/lib/x86_64-linux-gnu/tattle/openssl-module.so'  # as the examples name it
LOG_LIST = '/var/lib/tattle/log_list.json'
ERROR, WARNING, INFO = 3, 4, 6  # severities of syslog


def run(*command, **options):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f'{command}: status {done.returncode}: {done.stdout}')
    return done.stdout


def eventually(look, what, within=world.WAIT):
    """What LOOK returns, as soon as it is something; WHAT says what is waited for, WITHIN seconds."""
    until = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError(f'waited in vain for {what}')
        time.sleep(0.01)
    return found


def install(example, path, mode='report'):
    """Puts a file of examples/ to where its first line says that it belongs."""
    text = (world.EXAMPLES / example).read_text(encoding='utf-8')
    if path not in text.splitlines()[0]:
        raise AssertionError(f'{example} does not say that it is {path}')
    if mode != 'report':
        text = replace(text, 'mode = report\n', f'mode = {mode}\n')
    target = pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding='utf-8')


def replace(text, old, new):
    """A change to a file that somebody else wrote."""
    if old not in text:
        raise AssertionError(f'there is no {old!r} in: {text[:200]}')
    return text.replace(old, new)


@contextlib.contextmanager
def without_the_module():
    os.rename(MODULE, MODULE + '.away')
    try:
        yield
    finally:
        os.rename(MODULE + '.away', MODULE)


Said = collections.namedtuple('Said', 'severity program text')


class MailWorld(world.World):
    """A box with the module, a test CA that it takes for public, its log list, DNS and syslog."""

    def __init__(self):
        os.makedirs('/srv/pki')
        super().__init__('/srv/pki')
        self.syslog = world.Syslog()
        self.names = NameServer()
        pathlib.Path('/etc/resolv.conf').write_text('nameserver 127.0.0.1\n', encoding='ascii')
        for path in (MODULE, LOG_LIST, '/etc/tattle/tattle.conf'):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(self.module, MODULE)
        shutil.copy(self.log_list, LOG_LIST)
        # The rest is what it is without a file. There is no tattled here to complain about.
        pki.write('/etc/tattle/tattle.conf', f'public_roots = {self.ca.pem}\nobserve_socket =\n')

    def put_list(self, path, state):
        """A newer list, in which all logs have that state, in the place of another."""
        text = json.loads(pki.read(self.log_list))
        text['log_list_timestamp'] = pki.days_around(self.now, 0, '%Y-%m-%dT%H:%M:%SZ')
        for operator in text['operators']:
            for log in operator['logs']:
                log['state'] = {state: next(iter(log['state'].values()))}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.replace(pki.write(path + '.new', json.dumps(text)), path)

    def issue(self, name, domains, scts=None, days=90):
        """Makes NAME-chain.pem and NAME.key; SCTS makes the list to embed out of a good one, DAYS is its life."""
        embed = scts and (lambda tbs: scts(self.scts_over(pki.precert_entry(tbs, self.ca.der))))
        self.made[name] = self.ca.issue(name, ',DNS:'.join(domains), embed,
                                        serial=str(1000 + len(self.made)), days=days)
        pki.write(self.made[name] + '-chain.pem',
                  pki.read(self.made[name] + '.pem') + pki.read(self.ca.pem))
        return self.made[name]

    def log(self, start=0):
        """What has come to syslog until now, from line START on."""
        return self.syslog.peek()[start:]

    def said_by_module(self, start=0):
        """Its lines in syslog from line START on."""
        matches = (world.Syslog.LINE.fullmatch(line) for line in self.log(start))
        return [Said(int(match[1]) % 8, match[2], match[4].removeprefix('tattle: '))
                for match in matches if match and match[4].startswith('tattle: ')]


def verdicts(said):
    """How often it said what of a connection: {(INFO, True): 2} is two that are compliant."""
    return collections.Counter((line.severity, ': compliant with chrome: ' in line.text)
                               for line in said if 'compliant with ' in line.text)


def good(scts):
    return scts


# Names and makers of lists that do not suffice.
MALFORMED = {name: lambda scts, name=name: dict(world.malformed_lists(scts))[name]
             for name, _ in world.malformed_lists(pki.sct_list([bytes(120)] * 2))}


# What differs from run to run in a line of a log, and what stands for it.
VARIABLE = [
    (r'^<\d+>', ''),
    (r'^(\w{3} [ \d]\d [\d:]{8}|[\d-]{10} [\d:.+]{15,}) ', ''),
    (r'^[\d-]{10} [\d:]{8} ', ''),
    (r'\b\w{6}-\w{6}-\w{2}\b', 'ID'),
    (r'\[\d+\]', '[N]'),
    (r'<\d+\.\d+\.\d+>', '<N>'),
    (r'\b[0-9A-F]{6,}(?=:)', 'ID'),
    (r'\buser\d+@', 'user@'),
    (r'\b(delays?)=[\d./]+', r'\1=N'),
    (r'\b(s2s(?:in|out))[0-9a-f]+', r'\1N'),
    (r'bouncing for \d+ ', 'bouncing for N '),
    (r'\s+', ' '),
]


def stable(line):
    for pattern, replacement in VARIABLE:
        line = re.sub(pattern, replacement, line)
    return line.strip()


def quoted(guide):
    """The lines of the ```log blocks of a guide; a line that begins with a blank continues one."""
    blocks = re.findall(r'^```log\n(.*?)^```', (world.EXAMPLES / guide).read_text(encoding='utf-8'),
                        re.MULTILINE | re.DOTALL)
    return re.sub(r'\n\s+', ' ', ''.join(blocks)).splitlines()


def check_guide(guide, lines):
    """A guide shows what an operator sees: each line that it quotes was logged."""
    seen = {stable(line) for line in lines}
    invented = [line for line in quoted(guide) if stable(line) not in seen]
    if invented or not quoted(guide):
        raise AssertionError(f'{guide} quotes what was not logged, or nothing: {invented}')
