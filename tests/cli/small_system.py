# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A system in a folder, for `tattle enable --root` and its like."""

import json
import pathlib
import tempfile
import unittest

import pki

PATH = '/usr/lib/tattle/openssl-module.so'  # of the module in the system below --root
SYSTEM_CNF = '''# the system's own
openssl_conf = openssl_init

[openssl_init]
providers = provider_sect

[provider_sect]
default = default_sect

[default_sect]
activate = 1
'''


class SystemTest(unittest.TestCase):
    """Each test has a small system of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write('/etc/ssl/openssl.cnf', SYSTEM_CNF)
        self.write(PATH, 'as good as a module: nothing is run of this system')
        self.write('/lib/systemd/system/prosody.service', '[Service]\nExecStart=/usr/bin/prosody\n')
        self.write('/lib/systemd/system/worker@.service', '[Service]\nExecStart=/usr/bin/worker\n')
        (self.root / 'etc/systemd/system').mkdir(parents=True)

    def path(self, name):
        return self.root / name.lstrip('/')

    def write(self, name, text):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def read(self, name):
        return self.path(name).read_text()

    def files(self):
        """Every path with its content and mode: what must not change."""
        return {path.relative_to(self.root).as_posix():
                (path.lstat().st_mode, path.read_bytes() if path.is_file() else None)
                for path in sorted(self.root.rglob('*'))}

    def tattle(self, *args, status=0):
        words = [*args, '--root', str(self.root)]
        if args[0] == 'enable' and '--module' not in args:
            words += ['--module', PATH]
        got, out, err = pki.tattle(*words)
        self.assertEqual(got, status, out + err)
        return out if status == 0 or not err else err

    def status(self, *args, status=0):
        return json.loads(self.tattle('status', '--json', *args, status=status))
