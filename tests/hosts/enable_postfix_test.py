#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle enable postfix` and back, with Debian's postconf. (postfix_test shows that Postfix takes the
module so, and what tls_config_file would risk.)"""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

import world  # raises outside of a box; pylint: disable=unused-import

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

# import_environment = /commented/out
smtp_tls_policy_maps =
    inline:{
        { example.com = encrypt } }
my_import_environment = /not/it
'''


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60)


def postconf(*args):
    done = run('postconf', '-c', str(FOLDER), *args)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.rstrip('\n')


STANDARD = postconf('-hd', 'import_environment')


def value_of(cnf):
    return f'{STANDARD} OPENSSL_CONF={cnf}'


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
        self.assertIn(f'\n+import_environment = {value_of(CNF)}\n', shown)
        self.assertTrue(out.startswith(shown[:shown.index('nothing was written')]))
        self.assertIn('now: systemctl restart postfix', out)
        self.assertEqual(postconf('-h', 'import_environment'), value_of(CNF))
        self.assertEqual(MAIN_CF.read_text(), TEXT + f'import_environment = {value_of(CNF)}\n')
        self.assertIn('already enabled', self.tattle('enable', 'postfix'))
        self.tattle('enable', 'postfix', '--mode', 'require')
        self.assertEqual(postconf('-h', 'import_environment'),
                         value_of('/etc/tattle/openssl-require.cnf'))
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
        self.assertEqual(MAIN_CF.read_text(), TEXT + f'import_environment = {value_of(CNF)}\n')
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT)

    def test_leaves_the_operators_values_alone(self):
        for line, words in (('import_environment = TZ', f'add OPENSSL_CONF={CNF} to it'),
                            ('import_environment =', 'a value of its own'),
                            ('tls_config_file = none', 'a file of its own'),
                            ('tls_config_file =', 'a file of its own'),
                            ('tls_config_file = /etc/postfix/my.cnf', 'add the module to that file')):
            with self.subTest(line):
                text = f'{TEXT}{line}\n'
                self.write(text)
                self.assertIn(words, self.tattle('enable', 'postfix', status=2))
                self.assertIn('not enabled', self.tattle('disable', 'postfix'))
                self.assertEqual(MAIN_CF.read_text(), text)
        self.write(TEXT + 'tls_config_file = default\n')
        self.tattle('enable', 'postfix')

    def test_a_cnf_of_ones_own(self):
        mine = FOLDER / 'my.cnf'
        mine.write_text(f'openssl_conf = i\n[i]\ntattle = t\n[t]\npath = {MODULE}\nmode = require\n')
        self.addCleanup(mine.unlink)
        self.tattle('enable', 'postfix', '--cnf', str(mine))
        self.assertIn('a value of its own', self.tattle('enable', 'postfix', status=2))
        self.assertEqual(postconf('-h', 'import_environment'), value_of(mine))
        [facts] = json.loads(self.tattle('status', 'postfix', '--json'))['programs']
        self.assertEqual((facts['enabled'], facts['mode']), (True, 'require'))
        self.tattle('disable', 'postfix')
        self.assertEqual(MAIN_CF.read_text(), TEXT)

    def test_no_postfix(self):
        MAIN_CF.unlink()
        self.assertIn('no Postfix here', self.tattle('enable', 'postfix', status=2))
        self.assertEqual(json.loads(self.tattle('status', '--json'))['programs'], [])


if __name__ == '__main__':
    unittest.main()
