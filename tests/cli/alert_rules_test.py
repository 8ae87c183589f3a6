#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The metrics that the alert rules of examples/prometheus ask tattled for are those that it has. Those of
nginx are held against nginx by tests/hosts/nginx_alerts_test.py; what fires when, by prometheus_test.py there."""

import os
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import alert_rules  # pylint: disable=wrong-import-position
from daemon_audit_test import AuditingDaemon, Logs  # pylint: disable=wrong-import-position
from daemon_test import WAIT, eventually  # pylint: disable=wrong-import-position


class RulesTest(unittest.TestCase):
    def test_are_found(self):
        found = alert_rules.expressions()
        self.assertGreater(len(found), 20)
        self.assertEqual(found['TattledProblems'], 'tattled_problems > 0')
        self.assertIn(' unless tattled_log_list_stale == 1', found['TattledLogListOld'])
        self.assertGreater(len(alert_rules.metrics('tattled_')), 10)
        self.assertGreater(len(alert_rules.metrics('tattle_')), 10)
        self.assertIn(('tattled_evidence', 'weight', 'conclusive'),
                      alert_rules.metrics('tattled_'))

    def test_what_is_not_there_is_missed(self):
        text = ''.join(f'{name}{{a="b",{label}="{value}"}} 1\n' if label else f'{name} 1\n'
                       for name, label, value in alert_rules.metrics('tattled_'))
        self.assertEqual(alert_rules.missing('tattled_', text), [])
        self.assertEqual(alert_rules.missing('tattled_', text.replace('tattled_problems', 'tattled_problem')),
                         ['tattled_problems'])
        self.assertEqual(alert_rules.missing('tattled_', text.replace('conclusive', 'proven')),
                         ['tattled_evidence{weight="conclusive"}'])

    def test_all_have_what_is_shown_of_them(self):
        rules = alert_rules.PATH.read_text(encoding='utf-8').split('- alert: ')[1:]
        for rule in rules:
            self.assertRegex(rule, r'severity: (?:critical|warning)\n')
            self.assertRegex(rule, r'\n +summary: .')
            self.assertRegex(rule, r'\n +description: .')


class MetricsTest(unittest.TestCase):
    def test_tattled_has_them(self):
        """As it has them when two logs were audited, one of which lied."""
        log_folder = tempfile.mkdtemp(prefix='testlog')
        self.addCleanup(shutil.rmtree, log_folder)
        logs = Logs(log_folder, '--log', 'amber:rfc6962:Amber', '--log', 'basalt:static-ct:Basalt', '--lie',
                    'amber split-view')
        self.addCleanup(logs.stop)
        folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, folder)
        metrics = pathlib.Path(folder, 'tattled.prom')
        daemon = AuditingDaemon(folder, logs, 0, f'metrics = {metrics}').start()
        self.addCleanup(lambda: daemon.close())
        daemon.make_due()
        eventually(lambda: daemon.status()['audits']['audited'] == 2, 'audits')
        daemon.end()
        daemon.face = 1
        daemon.write_config(f'metrics = {metrics}')
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        metrics.unlink(missing_ok=True)
        daemon.start()
        eventually(lambda: daemon.status()['pool']['evidence'] == 1, 'evidence')
        # Of another time than before the evidence.
        text = eventually(lambda: metrics.exists() and
                          re.search(r'\ntattled_pool_evidence 1\n', said := metrics.read_text()) and said, 'metrics')
        self.assertEqual(alert_rules.missing('tattled_', text), [])


if __name__ == '__main__':
    unittest.main()
