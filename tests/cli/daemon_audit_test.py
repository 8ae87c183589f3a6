#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The daemon audits logs: honest ones, and one that shows two faces."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from daemon_test import TATTLE, WAIT, Daemon, eventually  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

TESTLOG = os.environ['TATTLE_TESTLOG']


class Logs:
    """Test logs with two faces each, one of which lies."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.process = subprocess.Popen(
            [TESTLOG, '--dir', folder, '--listen', '127.0.0.1:0', '--listen', '127.0.0.1:0',
             '--synthetic', '20', *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line == 'ready\n':
                return
        raise RuntimeError('the test log did not start')

    def path(self, name):
        return os.path.join(self.folder, name)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT)
        self.process.stdout.close()


class AuditingDaemon(Daemon):
    """Asks the logs as one face shows them, all at once and not within the usual minutes."""

    def __init__(self, folder, logs, face, extra=''):
        self.logs = logs
        self.face = face
        super().__init__(folder, None, extra)

    def write_config(self, extra='', mode='report'):
        suffix = f'.{self.face}' if self.face else ''
        pki.write(self.config, f'''mode = {mode}
log_list = {self.logs.path(f'log_list{suffix}.json')}
ca_file = {self.logs.path('ca.pem')}
observe_socket = {self.path('observe')}
check_socket = {self.path('check')}
control_socket = {self.path('control')}
outbox = {self.path('outbox')}
pool = {self.path('pool')}
{extra}
''')

    def make_due(self):
        """Once the first rounds are planned, they are moved to now."""
        def rows():
            with sqlite3.connect(self.path('pool'), timeout=WAIT) as pool:
                return pool.execute('SELECT count(*) FROM logs').fetchone()[0]
        eventually(lambda: rows() == 2, 'a plan for both logs')
        self.end()
        with sqlite3.connect(self.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        self.start()


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.log_folder = tempfile.mkdtemp(prefix='testlog')
        cls.logs = Logs(cls.log_folder, '--log', 'amber:rfc6962:Amber', '--log',
                        'basalt:static-ct:Basalt', '--lie', 'amber split-view')

    @classmethod
    def tearDownClass(cls):
        cls.logs.stop()
        shutil.rmtree(cls.log_folder)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)

    def test_a_split_view_is_found_kept_and_told(self):
        hook = pki.write(os.path.join(self.folder, 'hook'),
                         f'#!/bin/sh\ncat > {self.folder}/evidence\necho "$@" >> {self.folder}/told\n'
                         f'test -e {self.folder}/works\n')
        os.chmod(hook, stat.S_IRWXU)
        daemon = AuditingDaemon(self.folder, self.logs, 0, f'hook = {hook}').start()
        self.addCleanup(lambda: daemon.close())
        daemon.make_due()
        eventually(lambda: daemon.status()['pool']['heads'] == 2, 'a head of each log')
        self.assertEqual(daemon.status()['pool']['evidence'], 0)
        self.assertTrue(all(log['tree_size'] >= 20 and log['failures'] == 0
                            for log in daemon.status()['logs']), daemon.status())
        audits = eventually(lambda: (now := daemon.status()['audits'])['audited'] == 2 and now, 'audits')
        self.assertEqual((audits['on'], audits['logs']), (True, 2))
        self.assertLess(audits['last'], audits['next'])
        daemon.end()

        # Another vantage point: the same logs by their other face.
        daemon.face = 1
        daemon.write_config(f'hook = {hook}')
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        daemon.start()
        told = eventually(lambda: os.path.exists(f'{self.folder}/told')
                          and pki.read(f'{self.folder}/told').decode(), 'the hook')
        self.assertRegex(told, '^evidence [0-9a-f]{32} split_view conclusive\n$')
        eventually(lambda: daemon.count('hooks_run') == 1 and daemon.status()['pool']['evidence'] == 1,
                   'the evidence in the status')
        done = subprocess.run([TATTLE, 'evidence', 'verify', f'{self.folder}/evidence',
                               '--key', self.logs.path('amber.pem')],
                              capture_output=True, text=True, timeout=WAIT, check=False)
        self.assertEqual(done.returncode, 0, done)
        warning = json.loads(subprocess.run(
            [TATTLE, 'status', '--json', '--control', daemon.path('control')],
            capture_output=True, text=True, timeout=WAIT, check=False).stdout)['daemon']['logs']
        self.assertEqual(sorted(log['evidence'] for log in warning), [0, 1])

        # The hook failed: it is told again after a restart, and then no more.
        eventually(lambda: daemon.count('hook_failures') == 1, 'the failure')
        for word in ('once more', 'no more'):
            daemon.end()
            pki.write(f'{self.folder}/works', '')
            daemon.start()
            eventually(lambda: daemon.status()['pool']['evidence'] == 1, word)
            if word == 'once more':
                eventually(lambda: daemon.count('hooks_run') == 1, word)
        self.assertEqual(pki.read(f'{self.folder}/told').decode(), told * 2)
        self.assertEqual(daemon.count('hooks_run'), 0)
        self.assertEqual(daemon.end(), 0)

    def test_a_log_that_is_skipped_is_not_asked(self):
        daemon = AuditingDaemon(self.folder, self.logs, 0, 'audit_skip = amber').start()
        self.addCleanup(lambda: daemon.close())
        def rows():
            with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
                return pool.execute('SELECT count(*) FROM logs').fetchone()[0]
        self.assertEqual(eventually(rows, 'a plan'), 1)
        self.assertNotIn('audit', pathlib.Path(daemon.path('log')).read_text(encoding='utf-8'))


if __name__ == '__main__':
    unittest.main()
