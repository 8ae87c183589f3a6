#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle enable postfix` and back, with Debian's postconf. (postfix_test shows that Postfix loads
what tls_config_file names.)"""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

MODULE = os.environ['TATTLE_MODULE']
FOLDER = pathlib.Path('/etc/postfix')
MAIN_CF = FOLDER / 'main.cf'
CNF = '/etc/tattle/openssl.cnf'

# With what an edit could spoil: comments, continued lines, no value, a parameter named alike.
TEXT = '''# main.cf of the test
compatibility_level = 3.6
myhostname = out.example
mydestination =
inet_interfaces = 127.0.0.1
smtp_tls_security_level = may

# tls_config_file = /commented/out
smtp_tls_policy_maps =
    inline:{
        { example.com = encrypt } }
my_tls_config_file = /not/it
'''


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60)


def postconf(*args):
    done = run('postconf', '-c', str(FOLDER), *args)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.rstrip('\n')


class EnablePostfixTest(unittest.TestCase):
    def write(self, text):
        """main.cf as it is for some time: else Postfix waits whether more comes."""
        MAIN_CF.write_text(text)
        os.utime(MAIN_CF, (0, 0))

    def setUp(self):
        self.write(TEXT)
        shutil.rmtree('/etc/tattle', ignore_errors=True)

    def tattle(self, *args, status=0):
        words = [*args, '--module', MODULE] if args[0] == 'enable' else list(args)
        done = run(os.environ['TATTLE_EXE'], *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout or done.stderr

    def test_there_and_back(self):
        shown = self.tattle('enable', 'postfix', '--dry-run')
        self.assertEqual(MAIN_CF.read_text(), TEXT)
        self.assertFalse(os.path.exists(CNF))
        out = self.tattle('enable', 'postfix')
        self.assertIn(f'\n+tls_config_file = {CNF}\n', shown)
        self.assertTrue(out.startswith(shown[:shown.index('nothing was written')]))
        self.assertIn('now: postfix reload', out)
        self.assertIn('switches TLS off', out)
        self.assertEqual(postconf('-h', 'tls_config_file'), CNF)
        self.assertEqual(MAIN_CF.read_text(), TEXT + f'tls_config_file = {CNF}\n')
        self.assertIn('already enabled', self.tattle('enable', 'postfix'))
        self.tattle('enable', 'postfix', '--mode', 'require')
        self.assertEqual(postconf('-h', 'tls_config_file'), '/etc/tattle/openssl-require.cnf')
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT)
        self.assertIn('not enabled', self.tattle('disable', 'postfix'))

    def test_keeps_what_was_changed_between(self):
        self.tattle('enable', 'postfix')
        postconf('-e', 'relayhost=[mail.example]')
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT + 'relayhost = [mail.example]\n')

    def test_a_last_line_without_an_end(self):
        # postconf itself would write behind it, into the line.
        self.write(TEXT.rstrip('\n'))
        self.tattle('enable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT + f'tls_config_file = {CNF}\n')
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT)

    def test_leaves_the_operators_values_alone(self):
        for value in ('none', 'default', '/etc/postfix/my.cnf', ''):
            with self.subTest(value):
                text = TEXT + f'tls_config_file = {value}\n'
                self.write(text)
                self.assertIn('a value of its own', self.tattle('enable', 'postfix', status=2))
                self.assertIn('not enabled', self.tattle('disable', 'postfix'))
                self.assertEqual(MAIN_CF.read_text(), text)

    def test_a_cnf_of_ones_own(self):
        mine = FOLDER / 'my.cnf'
        mine.write_text(f'openssl_conf = i\n[i]\ntattle = t\n[t]\npath = {MODULE}\nmode = require\n')
        self.addCleanup(mine.unlink)
        self.tattle('enable', 'postfix', '--cnf', str(mine))
        self.assertIn('a value of its own', self.tattle('enable', 'postfix', status=2))
        self.assertEqual(postconf('-h', 'tls_config_file'), str(mine))
        [facts] = json.loads(self.tattle('status', 'postfix', '--json'))['programs']
        self.assertEqual((facts['enabled'], facts['mode']), (True, 'require'))
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT)

    def test_an_older_postfix(self):
        """Where tls_config_file is not known: a postconf that does not know it stands in front."""
        folder = pathlib.Path('/tmp/older')
        folder.mkdir(exist_ok=True)
        script = folder / 'postconf'
        real = shutil.which('postconf')
        script.write_text('#!/bin/sh\n'
                          'case "$*" in *tls_config_file*) echo unknown parameter >&2; exit 0;; esac\n'
                          f'exec {real} "$@"\n')
        script.chmod(0o755)
        path = os.environ['PATH']
        os.environ['PATH'] = f'{folder}:{path}'
        try:
            before = postconf('-hd', 'import_environment')
            self.tattle('enable', 'postfix')
            self.assertEqual(postconf('-h', 'import_environment'), f'{before} OPENSSL_CONF={CNF}')
            self.assertIn('already', self.tattle('enable', 'postfix'))
            [facts] = json.loads(self.tattle('status', 'postfix', '--json'))['programs']
            self.assertEqual(facts['cnf'], CNF)
            self.tattle('disable', 'postfix')
            self.assertEqual(MAIN_CF.read_text(), TEXT)
            text = TEXT + 'import_environment = TZ\n'
            self.write(text)
            self.assertIn(f'add OPENSSL_CONF={CNF} to it', self.tattle('enable', 'postfix', status=2))
            self.assertEqual(MAIN_CF.read_text(), text)
        finally:
            os.environ['PATH'] = path

    def test_no_postfix(self):
        MAIN_CF.unlink()
        self.assertIn('no Postfix here', self.tattle('enable', 'postfix', status=2))
        self.assertEqual(json.loads(self.tattle('status', '--json'))['programs'], [])


if __name__ == '__main__':
    unittest.main()
