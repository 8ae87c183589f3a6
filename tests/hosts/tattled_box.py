# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattled in a box: as the user of its own, configured as a guide says."""

import os
import pathlib
import shutil

import mail_world
from mail_world import run
from xmpp_world import Daemon

CONF = '/etc/tattle/tattled.conf'
CHECK_SOCKET = '/run/tattle/check.sock'


def judged(said):
    """What tattled said of chains, out of all that it said."""
    return [line for line in said if 'compliant with' in line.text]


class Tattled:
    """EXAMPLE is the guide's tattled.conf."""

    def __init__(self, example, world, mode):
        self.make_user()
        mail_world.install(example, CONF, mode)
        with open(CONF, 'a', encoding='ascii') as file:
            # A CA that counts as public; nobody to ask in a box.
            file.write(f'public_roots = {world.ca.pem}\naudit = no\n')
        self.daemon = Daemon('tattle', [os.environ['TATTLED_EXE']], [CHECK_SOCKET])

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
