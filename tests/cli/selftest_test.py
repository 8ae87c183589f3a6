#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""selftest_test.py MODULE: `tattle selftest` with real programs, good and bad ones."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import pki

MODULE = os.path.abspath(sys.argv.pop(1))
PYTHON = '/usr/bin/python3'

# A client that verifies, with marks for what the tests change in it.
CLIENT = '''
import os, socket, ssl
def connect(change=lambda context: None):
    context = ssl.create_default_context(cafile=os.environ["TATTLE_CAFILE"])
    change(context)
    plain = socket.create_connection((os.environ["TATTLE_HOST"], int(os.environ["TATTLE_PORT"])))
    with context.wrap_socket(plain, server_hostname=os.environ["TATTLE_HOST"]) as tls:
        tls.sendall(b"hello")
        tls.recv(1)
def trust_everybody(context):
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
is_judged = "mode = require" in open(os.environ["OPENSSL_CONF"]).read()
'''


def selftest(*args, env=None):
    return pki.tattle('selftest', '--module', MODULE, *args, env=env)


class SelfTestTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.temp = folder.name

    def check(self, *args, status, says, loaded, refused):
        """Runs it as for a person and as for a program; gives what the second said."""
        env = {'TMPDIR': self.temp}
        got, out, err = selftest(*args, env=env)
        self.assertEqual((got, err), (status, ''), out)
        self.assertRegex(out.splitlines()[0], says)
        got, out, _ = selftest('--json', *args, env=env)
        self.assertEqual(got, status)
        result = json.loads(out)
        self.assertEqual(out.count('\n'), 1)
        self.assertRegex(result['conclusion'], says)
        self.assertEqual((result['loaded'], result['refused']), (loaded, refused), result)
        self.assertEqual(os.listdir(self.temp), [])
        return result

    def check_script(self, code, *wrapper, **want):
        return self.check('--', *wrapper, PYTHON, '-I', '-c', CLIENT + code + '\n# {url}', **want)

    def test_programs_that_refuse(self):
        programs = ['openssl', 'curl', PYTHON]
        programs += ['node'] if shutil.which('node') else []
        for program in programs:
            with self.subTest(program):
                name = os.path.basename(program)
                result = self.check(
                    program, status=0, loaded=True, refused=True,
                    says=f'^{name} loads the module and refuses a server without SCTs$')
                self.assertEqual(result['off']['reached'], 'data')
                self.assertFalse(result['off']['asked_for_scts'])
                self.assertTrue(result['require']['asked_for_scts'])
                self.assertTrue(result['require']['asked_for_staple'])
                self.assertEqual(result['require']['reached'], 'client_hello')
                if program != 'node':  # which hangs up without an alert
                    self.assertEqual(result['require']['alert'], 113)
        # The reason is quoted where the program shows it.
        self.assertIn('tattle::refused by Certificate Transparency policy', selftest('openssl')[1])
        self.assertIn('it says: curl: (35)', selftest('curl')[1])

    def test_both_versions(self):
        for version in ('1_2', '1_3'):
            self.check_script(
                f'connect(lambda c: setattr(c, "minimum_version", ssl.TLSVersion.TLSv{version}) or'
                f' setattr(c, "maximum_version", ssl.TLSVersion.TLSv{version}))',
                status=0, loaded=True, refused=True, says='refuses')

    def test_one_that_tries_again(self):
        again = '''
for _ in range(3):
    try:
        connect()
    except ssl.SSLError:
        pass
'''
        self.check_script(again, status=0, loaded=True, refused=True, says='refuses')
        # In the end it gives in.
        self.check_script(again + 'connect(trust_everybody)', status=1, loaded=True, refused=False,
                          says='loads the module, and goes on')

    def test_one_that_does_not_verify(self):
        self.check_script('connect(trust_everybody)', status=1, loaded=True, refused=False,
                          says='loads the module, and goes on with a server without SCTs')

    def test_one_that_waits_for_a_greeting(self):
        code = CLIENT.replace('tls.sendall(b"hello")', 'is_judged or tls.sendall(b"hello")')
        self.check('--', PYTHON, '-I', '-c', code + 'connect(trust_everybody)\n# {url}', status=1,
                   loaded=True, refused=False, says='loads the module, and goes on')

    def test_gnutls(self):
        result = self.check('wget', status=1, loaded=False, refused=False,
                            says='^wget uses GnuTLS: the module cannot be loaded$')
        self.assertIn('libgnutls', result['require']['libraries'])
        # It asks for a staple by itself, and for nothing else.
        self.assertFalse(result['require']['asked_for_scts'])
        self.assertTrue(result['require']['asked_for_staple'])

    def test_one_that_does_not_read_the_file(self):
        code = CLIENT.replace('open(os.environ["OPENSSL_CONF"]).read()', '""') + 'connect()'
        for wrapper in (['env', 'OPENSSL_CONF=/dev/null'], ['env', '-u', 'OPENSSL_CONF']):
            self.check('--', *wrapper, PYTHON, '-I', '-c', code, '{url}', status=1, loaded=False,
                       refused=False, says='does not load the module: it uses OpenSSL, and does '
                                           'not read the file')

    def test_one_that_fails_for_another_reason(self):
        self.check_script('if is_judged: raise SystemExit("no")\nconnect()', status=1,
                          loaded=False, refused=False,
                          says='^python3 does not work with the module: no$')
        # It leaves in the handshake, and nothing of ours is in it.
        code = CLIENT + """
import sys
if is_judged:
    os.environ["OPENSSL_CONF"] = "/dev/null"
    os.execv(sys.executable, [sys.executable, "-I", "-c", sys.argv[2]])
connect()
"""
        other_ca = pki.Ca(self.temp, 'other')
        child = CLIENT + f'os.environ["TATTLE_CAFILE"] = {other_ca.pem!r}\nconnect()'
        status, out, _ = selftest('--json', '--', PYTHON, '-I', '-c', code, '{url}', child)
        result = json.loads(out)
        self.assertEqual((status, result['loaded'], result['refused']), (1, False, False))
        self.assertIn('fails in another way: ssl.SSLCertVerificationError', result['conclusion'])

    def test_one_that_does_not_connect(self):
        self.check('--', 'true', '{url}', status=2, loaded=None, refused=None,
                   says='^could not tell: true does not connect even where nothing is judged$')
        self.check('--', 'sh', '-c', 'echo nothing doing >&2; exit 3 # {url}', status=2,
                   loaded=None, refused=None, says='judged: nothing doing$')

    def test_one_that_does_not_accept_the_server(self):
        self.check('--', 'curl', '-q', '-sS', '{url}', status=2, loaded=None, refused=None,
                   says='could not tell: curl does not accept the server even where')

    def test_one_that_hangs_is_stopped(self):
        mark = f'{time.time()}'
        start = time.monotonic()
        status, out, _ = selftest('--timeout', '0.5', '--', 'sh', '-c',
                                  f'sleep 60; true {mark} {{url}}', env={'TMPDIR': self.temp})
        self.assertEqual(status, 2)
        self.assertIn('takes too long', out)
        self.assertLess(time.monotonic() - start, 20)
        left = subprocess.run(['pgrep', '-f', mark], capture_output=True).stdout
        self.assertEqual(left, b'')
        self.assertEqual(os.listdir(self.temp), [])

    def test_one_that_hangs_within_the_handshake(self):
        code = '''
import os, socket, time
plain = socket.create_connection((os.environ["TATTLE_HOST"], int(os.environ["TATTLE_PORT"])))
time.sleep(60)
# {url}'''
        status, out, _ = selftest('--timeout', '0.5', '--', PYTHON, '-c', code)
        self.assertEqual(status, 2, out)

    def test_placeholders(self):
        code = '''
import os, sys
host, port, url, cafile, cnf = sys.argv[1:]
e = os.environ
assert url == f"https://{host}:{port}/" == e["TATTLE_URL"], url
assert (host, port) == (e["TATTLE_HOST"], e["TATTLE_PORT"])
assert cafile == e["TATTLE_CAFILE"] and open(cafile).read().startswith("-----BEGIN CERT")
assert cnf == e["OPENSSL_CONF"] and "mode = " in open(cnf).read()
assert "https_proxy" not in e
'''
        self.check('--', PYTHON, '-I', '-c', CLIENT + code + 'connect()', '{host}', '{port}',
                   '{url}', '{cafile}', '{cnf}', status=0, loaded=True, refused=True,
                   says='refuses')

    def test_what_it_says_with_more_words(self):
        _, out, _ = selftest('-v', 'curl')
        self.assertRegex(out, r'mode off: a handshake, and data \(TLSv1\.3\); SCTs not asked for')
        self.assertRegex(out, r'mode require: left during the handshake; SCTs asked for, staple '
                              r'asked for; alert 113; exit status 35')

    def test_mistakes(self):
        cases = [
            (['nosuchprogram'], 'not known here'),
            (['curl', 'example.org'], 'does not say where'),
            (['--', '/nosuch/program', '{url}'], 'there is no program'),
            (['--', '/etc', '{url}'], 'there is no program'),
            (['--timeout', '0', 'curl'], '--timeout'),
        ]
        for args, want in cases:
            with self.subTest(args):
                status, out, err = selftest(*args)
                self.assertEqual((status, out), (2, ''))
                self.assertIn(want, err)
        for module, want in (('/nosuch.so', 'is not there'), ('/etc/passwd', 'cannot be loaded'),
                             ('/a$b.so', 'without # $')):
            status, _, err = pki.tattle('selftest', 'curl', '--module', module)
            self.assertEqual(status, 2)
            self.assertIn(want, err)


if __name__ == '__main__':
    unittest.main()
