# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattled in a box: as the user of its own, configured as a guide says, its lines where systemd would have them."""

import os
import pathlib
import re
import shutil

import mail_world
from mail_world import Said, run
from xmpp_world import Daemon

CONF = '/etc/tattle/tattled.conf'
CHECK_SOCKET = '/run/tattle/check.sock'
JOURNAL = pathlib.Path('/var/log/tattled')  # stands for systemd's, which reads "<SEVERITY>TEXT" (sd-daemon(3))


def said(start=0):
    """What tattled wrote to the journal, from line START on."""
    lines = JOURNAL.read_text(encoding='utf-8').splitlines()[start:] if JOURNAL.exists() else []
    matches = (re.fullmatch('<([0-7])>(.*)', line) for line in lines)
    return [Said(int(match[1]), 'tattled', match[2]) for match in matches]


def judged(start=0):
    """What it said of chains, out of all that."""
    return [line for line in said(start) if 'compliant with' in line.text]


def journal():
    """Its lines as they would come to syslog; without the priority, as `journalctl -t tattled` shows them."""
    return [f'<{line.severity}>{line.program}[1]: {line.text}' for line in said()]


class Tattled:
    """EXAMPLE is the guide's tattled.conf."""

    def __init__(self, example, world, mode):
        self.make_user()
        mail_world.install(example, CONF, mode)
        with open(CONF, 'a', encoding='ascii') as file:
            # A CA that counts as public; nobody to ask in a box.
            file.write(f'public_roots = {world.ca.pem}\naudit = no\n')
        self.daemon = Daemon('tattle', [os.environ['TATTLED_EXE']], [CHECK_SOCKET], {'JOURNAL_STREAM': '8:1'},
                             JOURNAL.open('a+b'))

    @staticmethod
    def make_user():
        """As sysusers and the unit do."""
        if '\ntattle:' not in pathlib.Path('/etc/passwd').read_text(encoding='ascii'):
            run('useradd', '--system', '--user-group', '--no-create-home', 'tattle')
        for folder in ('/run/tattle', '/var/lib/tattle'):
            os.makedirs(folder, exist_ok=True)
            shutil.chown(folder, 'tattle', 'tattle')

    def stop(self):
        self.daemon.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
