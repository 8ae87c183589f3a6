#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""From end to end: a log shows two groups of people two trees. They never meet; all they have in common
is a web server that is willing, which they visit by programs of theirs. Within a minute there is a
file that convicts the log, and an honest log beside it is not suspected."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
from daemon_audit_test import AuditingDaemon, Logs  # pylint: disable=wrong-import-position
from daemon_gossip_test import GossipingDaemon, Site  # pylint: disable=wrong-import-position
from daemon_test import TATTLE, WAIT, eventually  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

CURL_CLIENT = os.environ['TATTLE_CURL_CLIENT']


class Group:
    """People who see one face of the logs, and their tattled."""

    def __init__(self, folder, logs, face):
        os.makedirs(folder)
        self.daemon = AuditingDaemon(folder, logs, face, '').start()
        self.daemon.make_due()
        eventually(lambda: self.daemon.status()['pool']['heads'] >= 2, 'a head of each log')
        self.config = pki.write(self.daemon.path('tattle.conf'), f'''mode = report
log_list = {logs.path('log_list.json')}
observe_socket = {self.daemon.path('observe')}
outbox = {self.daemon.path('outbox')}
''')

    def waits(self):
        with sqlite3.connect(self.daemon.path('pool'), timeout=WAIT) as pool:
            return pool.execute('SELECT count(*) FROM outbox WHERE is_gone = 0').fetchone()[0]

    def exchanges(self):
        with sqlite3.connect(self.daemon.path('pool'), timeout=WAIT) as pool:
            return pool.execute('SELECT host, what FROM exchanges').fetchall()


class CurlGroup(Group):
    """They use a program of their own, over the curl adapter."""

    def visit(self, url, bundle):
        return subprocess.run([CURL_CLIENT, '-gr', '-c', self.config, url], capture_output=True,
                              timeout=WAIT, check=False, env={**os.environ, 'CURL_CA_BUNDLE': bundle})


class FetchGroup(Group):
    """They use tattle fetch."""

    def visit(self, url, bundle):
        return subprocess.run([TATTLE, 'fetch', '--gossip', '-v', '--config', self.config, '--ca-file',
                               bundle, url], capture_output=True, timeout=WAIT, check=False)


class SplitTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='split')
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def meet(self, *lies):
        """Lets both groups visit the server once they may carry heads there."""
        os.makedirs(self.path('logs'))
        self.logs = Logs(self.path('logs'), '--log', 'amber:rfc6962:Amber', '--log',
                         'basalt:static-ct:Basalt', *lies)
        self.addCleanup(self.logs.stop)
        os.makedirs(self.path('site'))
        site = Site(self.path('site'))
        # The server looks after the logs too, some time in the next minutes.
        self.server = GossipingDaemon(self.path('site'), self.logs, 0, site).start()
        self.addCleanup(self.server.close)
        groups = [kind(self.path(kind.__name__), self.logs, face)
                  for face, kind in enumerate((CurlGroup, FetchGroup))]
        for group in groups:
            self.addCleanup(group.daemon.close)
        start = time.monotonic()
        url = f'https://localhost:{self.server.port}/'
        for group in groups:
            seen = group.visit(url, site.ca.pem)
            eventually(group.waits, f'heads to carry; the visit: {seen}')
            time.sleep(5.5)  # programs look at their outbox every five seconds
            before = self.server.count('gossip_heads')
            seen = group.visit(url, site.ca.pem)
            eventually(lambda b=before: self.server.count('gossip_heads') > b,
                       f'what was carried: {seen}')
        return groups, start

    def evidence(self, daemon):
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            return pool.execute('SELECT kind, is_conclusive, json FROM evidence').fetchall()

    def test_people_who_never_met_convict_the_log(self):
        groups, start = self.meet('--lie', 'amber split-view')
        found = eventually(lambda: self.evidence(self.server), 'the evidence')
        self.assertLess(time.monotonic() - start, 120)
        self.assertEqual([row[:2] for row in found], [('split_view', 1)])

        # Offline, with nothing but the log's key.
        self.logs.process.send_signal(signal.SIGSTOP)
        file = pki.write(self.path('evidence.json'), found[0][2])
        done = subprocess.run([TATTLE, 'evidence', 'verify', file, '--key', self.logs.path('amber.pem')],
                              capture_output=True, text=True, timeout=WAIT, check=False)
        self.logs.process.send_signal(signal.SIGCONT)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, 'conclusive')
        # Each group knows what its programs have carried, and to whom.
        for group in groups:
            self.assertEqual({row[:2] for row in group.exchanges()}, {('localhost', 3)})

    def test_an_honest_log_is_not_suspected(self):
        groups, _ = self.meet()
        time.sleep(3)
        for daemon in (self.server, *(group.daemon for group in groups)):
            self.assertEqual(self.evidence(daemon), [])
            self.assertEqual(daemon.count('gossip_heads_conflicting'), 0)
        self.assertGreaterEqual(self.server.count('gossip_heads_stored'), 1)


if __name__ == '__main__':
    unittest.main()
