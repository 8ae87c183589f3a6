#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""client_example_test.py PROGRAM: examples/curl_client against openssl s_server."""

import contextlib
import os
import re
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


@contextlib.contextmanager
def s_server(certificate, *args):
    process = subprocess.Popen(
        ['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', certificate + '.pem',
         '-key', certificate + '.key', '-www', *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        text = b''
        while not (found := re.search(rb'ACCEPT 127\.0\.0\.1:(\d+)\n', text)):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError('s_server: ' + text.decode())
            text += line
        yield f'https://localhost:{found[1].decode()}/'
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def client(*args, ca=WORLD.ca.pem):
    done = subprocess.run(
        [PROGRAM, '-t', str(pki.NOW * 1000), *args], capture_output=True, timeout=60,
        stdin=subprocess.DEVNULL, env={**os.environ, 'CURL_CA_BUNDLE': ca, 'no_proxy': '*'})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class ClientExampleTest(unittest.TestCase):
    def test_compliant(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), s_server(WORLD.embedded, version) as url:
                status, out, err = client('-c', config(), url)
                self.assertEqual(status, 0, err)
                self.assertIn('s_server', out)
                self.assertIn('public: compliant with chrome', err)

    def test_scts_of_the_tls_extension(self):
        with s_server(WORLD.plain, '-serverinfo', WORLD.server_info) as url:
            self.assertEqual(client('-c', config(), url)[0], 0)

    def test_refused_with_a_reason(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), s_server(WORLD.plain, version) as url:
                status, out, err = client('-c', config(), url)
                self.assertEqual((status, out), (1, ''))
                self.assertIn('localhost: not compliant with chrome: ', err)

    def test_reported_only(self):
        with s_server(WORLD.plain) as url:
            status, out, err = client('-r', '-c', config(), url)
            self.assertEqual(status, 1)
            self.assertIn('s_server', out)
            self.assertIn('public: not compliant', err)

    def test_private_ca(self):
        with s_server(WORLD.plain) as url:
            status, _, err = client('-c', config(public_roots=''), url)
            self.assertEqual(status, 0)
            self.assertIn('private: ', err)

    def test_clear_text(self):
        status, out, err = client('-c', config(), 'http://localhost:1/')
        self.assertEqual((status, out), (2, ''))

    def test_nobody_can_tell(self):
        other = pki.Ca(FOLDER.name, 'other')
        with s_server(WORLD.embedded) as url:
            self.assertEqual(client('-c', config(), url, ca=other.pem)[0], 2)
            self.assertEqual(client('-c', config(log_list='/nosuchfile'), url)[0], 2)
            status, _, err = client('-c', config(mode='maybe'), url)
            self.assertEqual(status, 2)
            self.assertIn('tattle.conf:', err)
        self.assertEqual(client('-c', config(), url)[0], 2)
        self.assertEqual(client()[0], 2)
        self.assertEqual(client('-x', url)[0], 2)

    def test_nothing_to_gossip(self):
        with s_server(WORLD.embedded) as url:
            status, _, err = client('-g', '-c', config(), url)
            self.assertEqual(status, 0)
            self.assertNotIn('gossip', err)


if __name__ == '__main__':
    unittest.main()
