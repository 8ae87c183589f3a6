#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""client_example_test.py PROGRAM: examples/openssl_client against openssl s_server."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'cli'))
import pki  # noqa: E402

PROGRAM = sys.argv.pop(1)
FOLDER = tempfile.TemporaryDirectory()
WORLD = pki.World(FOLDER.name)


def config(**keys):
    keys = {'log_list': WORLD.log_list, 'public_roots': WORLD.ca.pem, 'observe_socket': '',
            'outbox': '', **keys}
    return pki.write(WORLD.path('tattle.conf'),
                     ''.join(f'{key} = {value}\n' for key, value in keys.items()))


def s_server(certificate, *args):
    return pki.s_server(certificate, WORLD.ca.pem, *args)


def client(*args, ca=WORLD.ca.pem):
    done = subprocess.run(
        [PROGRAM, '-t', str(pki.NOW * 1000), *args], capture_output=True, timeout=60,
        stdin=subprocess.DEVNULL, env={**os.environ, 'SSL_CERT_FILE': ca, 'SSL_CERT_DIR': '/'})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class ClientExampleTest(unittest.TestCase):
    def test_compliant(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), s_server(WORLD.embedded, version) as target:
                status, out, err = client('-c', config(), target)
                self.assertEqual((status, err), (0, ''))
                self.assertEqual(out.count('embedded  valid '), 2)
                self.assertIn('public: ', out)

    def test_scts_of_the_tls_extension(self):
        with s_server(WORLD.plain, '-serverinfo', WORLD.server_info) as target:
            status, out, _ = client('-c', config(), target)
            self.assertEqual(status, 0)
            self.assertEqual(out.count('tls       valid '), 2)

    def test_refused_with_a_reason(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), s_server(WORLD.plain, version) as target:
                status, _, err = client('-c', config(), target)
                self.assertEqual(status, 1)
                self.assertRegex(err, 'tattle::refused by Certificate Transparency policy:.*'
                                      'localhost: ')

    def test_reported_only(self):
        with s_server(WORLD.plain) as target:
            status, out, err = client('-r', '-c', config(), target)
            self.assertEqual((status, err), (1, ''))
            self.assertIn('public: ', out)

    def test_private_ca(self):
        with s_server(WORLD.plain) as target:
            status, out, _ = client('-c', config(public_roots=''), target)
            self.assertEqual(status, 0)
            self.assertIn('private: ', out)

    def test_nobody_can_tell(self):
        other = pki.Ca(FOLDER.name, 'other')
        with s_server(WORLD.embedded) as target:
            self.assertEqual(client('-c', config(), target, ca=other.pem)[0], 2)
            self.assertEqual(client('-c', config(log_list='/nosuchfile'), target)[0], 2)
            status, _, err = client('-c', config(mode='maybe'), target)
            self.assertEqual(status, 2)
            self.assertIn('tattle.conf:', err)
            self.assertEqual(client('-c', '/nosuchfile', target)[0], 2)
        self.assertEqual(client('-c', config(), target)[0], 2)
        self.assertEqual(client()[0], 2)
        self.assertEqual(client('-x', 'localhost')[0], 2)


if __name__ == '__main__':
    unittest.main()
