#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""certspotter, an independent monitor, follows the test log, and does not believe its lies."""

import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / 'tests' / 'cli'), str(ROOT / 'tests' / 'testlog')]
import pki  # pylint: disable=wrong-import-position
import world  # pylint: disable=unused-import,wrong-import-position  # runs in a box only
from testlog import TestLog, WAIT  # pylint: disable=wrong-import-position


class CertspotterTest(unittest.TestCase):
    """Each test has a log of 250 entries that nobody watches, fetched 100 at a time."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.ca = pki.Ca(self.folder, 'ca', int(time.time()))
        pki.write(self.path('watched'), '.watched.example\n')
        os.mkdir(self.path('state'))

    def path(self, name):
        return os.path.join(self.folder, name)

    def log(self):
        return TestLog(self.path('log'), 'amber:rfc6962:Amber', faces=2,
                       options=['--roots', self.ca.pem, '--synthetic', '250', '--max-entries', '100'])

    def certspotter(self, logs, until, log_list='log_list.json'):
        """Runs it until `until` holds for the words that it said; gives these."""
        said = self.path('said')
        with open(said, 'wb') as file:
            process = subprocess.Popen(
                ['certspotter', '-verbose', '-stdout', '-logs', logs.path(log_list),
                 '-state_dir', self.path('state'), '-watchlist', self.path('watched')],
                stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                env={**os.environ, 'SSL_CERT_FILE': logs.path('ca.pem')})
        try:
            deadline = time.monotonic() + WAIT
            while not until(words := pki.read(said).decode()):
                self.assertLess(time.monotonic(), deadline, words)
                self.assertIsNone(process.poll(), words)
                time.sleep(0.05)
            return words
        finally:
            process.terminate()
            process.wait(WAIT)

    def verified_size(self):
        """How far it found the log to be what its heads say; 0 before that."""
        states = glob.glob(self.path('state/logs/*/state.json'))
        return json.loads(pki.read(states[0]))['verified_position']['size'] if states else 0

    def submit(self, logs, name, precert=False):
        path = self.ca.issue(name, f'{name}.watched.example', poison=precert)
        logs.add_chain('amber', [pki.read(path + '.der')], precert=precert)

    def test_verifies_the_log_and_finds_what_it_watches(self):
        with self.log() as logs:
            self.submit(logs, 'final')
            self.submit(logs, 'pre', precert=True)
            logs.wait_for_size('amber', 252)
            words = self.certspotter(logs, lambda _: self.verified_size() == 252)
            self.assertIn('DNS Name = final.watched.example', words)
            self.assertIn('DNS Name = pre.watched.example', words)
            self.assertNotIn('synthetic.example', words)
            self.assertNotIn('error', words)
            # And on from there, after the log has grown.
            self.submit(logs, 'later')
            logs.wait_for_size('amber', 253)
            words = self.certspotter(logs, lambda _: self.verified_size() == 253)
            self.assertIn('DNS Name = later.watched.example', words)
            self.assertNotIn('DNS Name = final.watched.example', words)

    def test_does_not_believe_a_changed_entry(self):
        with self.log() as logs:
            logs.tell('amber', 'changed-entry=120')
            words = self.certspotter(logs, lambda words: 'does not match the entries' in words)
            self.assertIn('error verifying', words)
            self.assertLess(self.verified_size(), 250)

    def test_does_not_believe_another_signature(self):
        with self.log() as logs:
            logs.tell('amber', 'bad-head-signature')
            self.certspotter(logs, lambda words: 'STH returned by server has invalid signature' in words)
            self.assertEqual(self.verified_size(), 0)

    def test_finds_a_fork(self):
        with self.log() as logs:
            self.certspotter(logs, lambda _: self.verified_size() == 250)
            logs.tell('amber@1', 'fork=3')
            self.certspotter(logs, lambda words: 'does not match the entries' in words,
                             'log_list.1.json')
            self.assertEqual(self.verified_size(), 250)

    def test_finds_a_split_view(self):
        with self.log() as logs:
            logs.tell('amber@1', 'split-view')
            self.certspotter(logs, lambda _: self.verified_size() == 251)
            self.submit(logs, 'later')
            logs.wait_for_size('amber', 252, face=1)
            self.certspotter(logs, lambda words: 'does not match the entries' in words,
                             'log_list.1.json')
            self.assertEqual(self.verified_size(), 251)


if __name__ == '__main__':
    unittest.main()
