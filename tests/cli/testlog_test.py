#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The program tattle-testlog: its folder, its words, and what survives a restart."""

import base64
import hashlib
import json
import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.error

import pki

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'testlog'))
from testlog import TestLog, WAIT  # pylint: disable=wrong-import-position

AMBER = 'amber:rfc6962:Amber Inc'
BIRCH = 'birch:static-ct:Birch Ltd'


def run(*args):
    return subprocess.run([os.environ['TATTLE_TESTLOG'], *args], capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL, check=False)


class ProgramTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki_folder = tempfile.TemporaryDirectory()
        cls.ca = pki.Ca(cls.pki_folder.name, 'ca')
        cls.leaf = pki.read(cls.ca.issue('leaf') + '.der')
        cls.precertificate = pki.read(cls.ca.issue('precertificate', poison=True) + '.der')

    @classmethod
    def tearDownClass(cls):
        cls.pki_folder.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def logs(self, *logs, faces=1, options=()):
        return TestLog(self.path('dir'), *(logs or (AMBER, BIRCH)), faces=faces,
                       options=['--roots', self.ca.pem, *options])

    def openssl_verifies(self, key, message, signature):
        done = subprocess.run(['openssl', 'dgst', '-sha256', '-verify', key, '-signature',
                               pki.write(self.path('signature'), signature)],
                              input=message, capture_output=True, check=False)
        return done.returncode == 0

    def test_takes_chains_and_signs_with_the_key_that_it_names(self):
        with self.logs() as logs:
            answer = logs.add_chain('amber', [self.leaf])
            entry = pki.x509_entry(self.leaf)
            self.assertTrue(self.signed(logs, 'amber', answer, entry))
            self.assertFalse(self.signed(logs, 'amber', answer, pki.x509_entry(self.ca.der)))
            self.assertEqual(answer['extensions'], '')
            logs.wait_for_size('amber', 1)
            answer = logs.add_chain('birch', [self.leaf, self.ca.der])
            self.assertTrue(self.signed(logs, 'birch', answer, entry))
            self.assertEqual(base64.b64decode(answer['extensions']), bytes([0, 0, 5, 0, 0, 0, 0, 0]))

    def test_takes_precertificates(self):
        fields = pki.tbs_fields(self.precertificate)
        extensions = [one for one in pki.children(next(pki.children(fields[-1])))
                      if bytes.fromhex('2b06010401d679020403') not in one]
        tbs = pki.der(0x30, *fields[:-1], pki.der(0xA3, pki.der(0x30, *extensions)))
        with self.logs() as logs:
            for log in ('amber', 'birch'):
                answer = logs.add_chain(log, [self.precertificate], precert=True)
                self.assertTrue(self.signed(logs, log, answer, pki.precert_entry(tbs, self.ca.der)))

    def signed(self, logs, log, answer, entry):
        """Whether openssl verifies an SCT with the log's public key."""
        signed = (bytes([0, 0]) + answer['timestamp'].to_bytes(8, 'big') + entry +
                  pki.vector16(base64.b64decode(answer['extensions'])))
        signature = base64.b64decode(answer['signature'])
        self.assertEqual(signature[:2], bytes([4, 3]))
        return self.openssl_verifies(logs.path(log + '.pem'), signed, signature[4:])

    def test_refuses_with_a_sentence(self):
        with self.logs() as logs:
            for precert, der, want in ((True, self.leaf, 'a certificate without poison'),
                                       (False, self.precertificate, 'a precertificate is for'),
                                       (False, b'0', 'is no certificate')):
                with self.assertRaises(urllib.error.HTTPError) as raised:
                    logs.add_chain('amber', [der], precert=precert)
                self.assertEqual(raised.exception.code, 400)
                said = json.loads(raised.exception.read())
                self.assertIs(said['success'], False)
                self.assertIn(want, said['error_message'])

    def test_goes_on_after_a_restart(self):
        with self.logs(options=['--synthetic', '5']) as logs:
            first = logs.add_chain('amber', [self.leaf])
            before = logs.wait_for_size('amber', 6)
            ca = pki.read(logs.path('ca.pem'))
            key = pki.read(logs.path('amber.pem'))
        with self.logs(options=['--synthetic', '5']) as logs:
            self.assertEqual(logs.add_chain('amber', [self.leaf]), first)
            after = logs.get('amber', 'ct/v1/get-sth')
            self.assertEqual(after['sha256_root_hash'], before['sha256_root_hash'])
            self.assertGreater(after['timestamp'], before['timestamp'])
            self.assertEqual(pki.read(logs.path('ca.pem')), ca)
            self.assertEqual(pki.read(logs.path('amber.pem')), key)

    def test_what_was_promised_survives_a_kill(self):
        with self.logs(options=['--merge-delay', '3600000']) as logs:
            first = logs.add_chain('amber', [self.leaf])
            logs.process.kill()
            logs.process.wait()
        with self.logs() as logs:
            self.assertEqual(logs.add_chain('amber', [self.leaf]), first)
            logs.wait_for_size('amber', 1)

    def test_lists_its_logs_for_each_face(self):
        key = self.path('key')
        with self.logs(faces=2, options=['--list-key', key]) as logs:
            for face, name in enumerate(('log_list', 'log_list.1')):
                text = pki.read(logs.path(name + '.json'))
                self.assertTrue(self.openssl_verifies(logs.path('list_key.pem'), text,
                                                      pki.read(logs.path(name + '.sig'))))
                operators = json.loads(text)['operators']
                self.assertEqual([one['name'] for one in operators], ['Amber Inc', 'Birch Ltd'])
                amber, birch = operators[0]['logs'][0], operators[1]['tiled_logs'][0]
                self.assertEqual(amber['url'], logs.url('amber', face))
                self.assertEqual(birch['submission_url'], logs.url('birch', face))
                self.assertEqual(birch['monitoring_url'], logs.url('birch', face))
                spki = pki.openssl('pkey', '-pubin', '-in', logs.path('amber.pem'),
                                   '-outform', 'DER')
                self.assertEqual(base64.b64decode(amber['log_id']), hashlib.sha256(spki).digest())
            self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(os.stat(logs.path('private')).st_mode), 0o700)

    def test_lies_on_request(self):
        with self.logs(faces=2, options=['--synthetic', '5']) as logs:
            logs.tell('amber@1', 'rollback=2')
            self.assertEqual(logs.get('amber', 'ct/v1/get-sth', 1)['tree_size'], 3)
            self.assertEqual(logs.get('amber', 'ct/v1/get-sth', 0)['tree_size'], 5)
            logs.tell('amber', 'honest')
            self.assertEqual(logs.get('amber', 'ct/v1/get-sth', 1)['tree_size'], 5)
            logs.tell('amber@1', 'split-view')
            heads = [logs.get('amber', 'ct/v1/get-sth', face) for face in (0, 1)]
            self.assertEqual([head['tree_size'] for head in heads], [6, 6])
            self.assertNotEqual(heads[0]['sha256_root_hash'], heads[1]['sha256_root_hash'])
            done = logs.control('amber', 'nonsense')
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertEqual(done.stderr, 'tattle-testlog: no lie has the name "nonsense": '
                                          'see tattle-testlog --help\n')

    def test_answers_who_sends_a_line_and_nothing_more(self):
        with self.logs() as logs, socket.socket(socket.AF_UNIX) as control:
            control.settimeout(WAIT)
            control.connect(logs.path('control.sock'))
            control.sendall(b'amber slow=1\namber honest\ncedar slow\n')
            control.shutdown(socket.SHUT_WR)
            answers = b''
            while part := control.recv(1000):
                answers += part
            self.assertEqual(answers, b'ok\nok\nerror: there is no log "cedar"\n')

    def test_two_logs_may_have_one_key(self):
        with self.logs(AMBER, BIRCH, options=['--same-key', 'birch=amber']) as logs:
            self.assertEqual(pki.read(logs.path('amber.pem')), pki.read(logs.path('birch.pem')))

    def test_takes_a_key_and_signs_with_rsa(self):
        key = self.path('rsa.key')
        pki.openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key)
        with self.logs(AMBER, options=['--log-key', f'amber={key}']) as logs:
            self.assertEqual(pki.read(logs.path('amber.pem')), pki.openssl('pkey', '-in', key, '-pubout'))
            answer = logs.add_chain('amber', [self.leaf])
            self.assertEqual(base64.b64decode(answer['signature'])[:2], bytes([4, 1]))

    def test_reads_a_configuration_file(self):
        config = pki.write(self.path('testlog.conf'), f'''
dir = {self.path('dir')}
log = amber:rfc6962:Amber
log = birch:static-ct:Birch
synthetic = 3
plain = true
''')
        with TestLog(self.path('dir'), options=['--config', config]) as logs:
            self.assertTrue(logs.url('birch').startswith('http://'))
            self.assertEqual(logs.get('amber', 'ct/v1/get-sth')['tree_size'], 3)

    def test_ends_in_good_order(self):
        with self.logs() as logs:
            self.assertTrue(os.path.exists(logs.path('control.sock')))
            self.assertEqual(logs.stop(), 0)
            self.assertFalse(os.path.exists(logs.path('control.sock')))

    def test_one_folder_is_for_one_program(self):
        with self.logs():
            done = run('--dir', self.path('dir'), '--log', AMBER)
            self.assertEqual(done.returncode, 2)
            self.assertIn('database is locked', done.stderr)

    def test_says_what_is_wrong(self):
        folder = self.path('dir')
        empty = pki.write(self.path('empty.pem'), '')
        for args, want in (
                ((), '--dir and --log must be there: see --help'),
                (('--dir', folder, '--log', 'amber'), '--log "amber": want NAME:KIND:OPERATOR'),
                (('--dir', folder, '--log', 'a:rfc9162'), 'with the kind rfc6962 or static-ct'),
                (('--dir', folder, '--log', 'a b:rfc6962'), '"a b" is no name for a log'),
                (('--dir', folder, '--log', AMBER, '--log', AMBER), 'database is locked'),
                (('--dir', folder, '--log', AMBER, '--listen', 'here'), 'want ADDRESS:PORT'),
                (('--dir', folder, '--log', AMBER, '--listen', '0.0.0.0:0', '--plain'),
                 '--plain: 0.0.0.0 is not on the loopback'),
                (('--dir', folder, '--log', AMBER, '--roots', empty), 'no certificate in it'),
                (('--dir', folder, '--log', AMBER, '--roots', '/nowhere'), '/nowhere'),
                (('--dir', folder, '--log', AMBER, '--lie', 'amber x'), '--lie: no lie has the name "x"'),
                (('--dir', folder, '--log', AMBER, '--log-key', f'amber={empty}'),
                 'not an unencrypted private key in PEM'),
                (('--dir', folder, '--log', AMBER, '--same-key', 'amber=birch'),
                 'no log of this name stands before it'),
                (('--dir', '/proc/x', '--log', AMBER), '/proc/x: cannot be made'),
                (('ctl', self.path('none.sock'), 'amber', 'slow'), 'No such file or directory'),
        ):
            with self.subTest(args):
                done = run(*args)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertRegex(done.stderr, '^tattle-testlog: .*\n$')
                self.assertIn(want, done.stderr)

    def test_helps(self):
        done = run('--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        for word in ('--dir', '--log', '--listen', 'ctl', 'split-view', 'honest', 'Examples:'):
            self.assertIn(word, done.stdout)
        self.assertEqual(run('--version').stdout.split()[0], 'tattle-testlog')


if __name__ == '__main__':
    unittest.main()
