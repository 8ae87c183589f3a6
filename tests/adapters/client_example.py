# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the example clients have in common, against openssl s_server."""

import contextlib
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
import pki  # noqa: E402

PROGRAM = sys.argv.pop(1)
FOLDER = tempfile.TemporaryDirectory()
WORLD = pki.World(FOLDER.name)
VERSIONS = ('-tls1_2', '-tls1_3')


def config(**keys):
    keys = {'log_list': WORLD.log_list, 'public_roots': WORLD.ca.pem, 'observe_socket': '',
            'outbox': '', **keys}
    return pki.write(WORLD.path('tattle.conf'),
                     ''.join(f'{key} = {value}\n' for key, value in keys.items()))


class ClientExample:
    """Tests for a TestCase, which says how its program is told of a server and whom to trust, and
    has a check_NAME for what the program writes."""

    def target(self, address):
        """What the program is given for HOST:PORT."""
        return address

    def environment(self, ca):
        raise NotImplementedError

    @contextlib.contextmanager
    def server(self, certificate, *args):
        with pki.s_server(certificate, WORLD.ca.pem, *args) as address:
            yield self.target(address)

    def client(self, *args, ca=WORLD.ca.pem):
        done = subprocess.run(
            [PROGRAM, '-t', str(pki.NOW * 1000), *args], capture_output=True, timeout=60,
            stdin=subprocess.DEVNULL, env={**os.environ, **self.environment(ca)})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_compliant(self):
        for version in VERSIONS:
            with self.subTest(version), self.server(WORLD.embedded, version) as target:
                status, out, err = self.client('-c', config(), target)
                self.assertEqual(status, 0, err)
                self.check_compliant(out, err)

    def test_scts_of_the_tls_extension(self):
        with self.server(WORLD.plain, '-serverinfo', WORLD.server_info) as target:
            status, out, err = self.client('-c', config(), target)
            self.assertEqual(status, 0, err)
            self.check_tls_scts(out, err)

    def test_refused_with_a_reason(self):
        for version in VERSIONS:
            with self.subTest(version), self.server(WORLD.plain, version) as target:
                status, out, err = self.client('-c', config(), target)
                self.assertEqual(status, 1, err)
                self.check_refused(out, err)

    def test_reported_only(self):
        with self.server(WORLD.plain) as target:
            status, out, err = self.client('-r', '-c', config(), target)
            self.assertEqual(status, 1, err)
            self.check_reported(out, err)

    def test_private_ca(self):
        with self.server(WORLD.plain) as target:
            status, out, err = self.client('-c', config(public_roots=''), target)
            self.assertEqual(status, 0, err)
            self.check_private(out, err)

    def test_nobody_can_tell(self):
        other = pki.Ca(FOLDER.name, 'other')
        with self.server(WORLD.embedded) as target:
            self.assertEqual(self.client('-c', config(), target, ca=other.pem)[0], 2)
            self.assertEqual(self.client('-c', config(log_list='/nosuchfile'), target)[0], 2)
            status, _, err = self.client('-c', config(mode='maybe'), target)
            self.assertEqual(status, 2)
            self.assertIn('tattle.conf:', err)
            self.assertEqual(self.client('-c', '/nosuchfile', target)[0], 2)
        self.assertEqual(self.client('-c', config(), target)[0], 2)
        self.assertEqual(self.client()[0], 2)
        self.assertEqual(self.client('-x', target)[0], 2)
