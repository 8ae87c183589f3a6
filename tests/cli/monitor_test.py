#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle status --monitor`: what a monitoring system gets to see of a daemon that runs, of one that does
not, and of programs in a system of its own."""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import daemon_test  # pylint: disable=wrong-import-position
from daemon_audit_test import AuditingDaemon, Logs  # pylint: disable=wrong-import-position
from daemon_test import TATTLE, WAIT, Daemon, eventually  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position
import small_system  # pylint: disable=wrong-import-position

STATES = ('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')
# monitoring-plugins.org/doc/guidelines.html: 'label'=value[UOM];[warn];[crit];[min];[max]
DATUM = re.compile(r"([a-z_]+)=(\d+)(s|c|)(?:;(\d*))?(?:;(\d*))?(?:;(\d*))?(?:;(\d*))?")


def check(*arguments):
    """The state, the first line's words, its numbers, and the lines below."""
    def run():
        done = subprocess.run([TATTLE, 'status', '--monitor', *arguments], capture_output=True, text=True,
                              timeout=WAIT, check=False)
        # Other tests run such programs at the same time.
        return 'other processes: ' not in done.stdout and done
    done = eventually(run, 'programs of other tests to end')
    line, *below = done.stdout.splitlines()
    found = re.fullmatch(r'TATTLE (\w+): ([^|]+) \| ([^|]+)', line)
    if not found or done.stderr or '|' in ''.join(below) or STATES.index(found[1]) != done.returncode:
        raise AssertionError(f'no answer of a check: {done}')
    data = [DATUM.fullmatch(datum) for datum in found[3].split(' ')]
    if not all(data):
        raise AssertionError(f'no performance data: {found[3]}')
    numbers = {datum[1]: int(datum[2]) for datum in data}
    exceeded = {datum[1] for datum in data if (datum[4] and int(datum[2]) > int(datum[4]))
                or (datum[5] and int(datum[2]) > int(datum[5]))}
    if found[1] == 'OK' and exceeded:
        raise AssertionError(f'all is well, and {exceeded} beyond its threshold')
    return found[1], found[2], numbers, below


def setUpModule():
    # Programs of this machine would be looked at, too.
    if json.loads(subprocess.run([TATTLE, 'status', '--json'], capture_output=True, timeout=WAIT,
                                 check=False).stdout)['programs']:
        raise unittest.SkipTest('programs of this machine are enabled')
    daemon_test.setUpModule()


def tearDownModule():
    daemon_test.tearDownModule()


class DaemonTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)
        self.made = Daemon(self.folder, daemon_test.WORLD)

    def daemon(self, extra=''):
        self.made.write_config(extra)
        self.addCleanup(self.made.close)
        return self.made.start()

    def check(self, *arguments):
        return check('--control', self.made.path('control'), *arguments)

    def reload(self, daemon):
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()

    def test_all_is_well(self):
        daemon = self.daemon()
        daemon.check(daemon_test.WORLD.good)
        daemon.check(daemon_test.WORLD.bare)
        state, words, numbers, below = self.check()
        self.assertEqual((state, words, below), ('OK', 'tattled with 2 logs', []))
        age = numbers.pop('list_age')
        self.assertEqual(age // pki.DAY, 1)
        self.assertEqual(numbers, {
            'problems': 0, 'evidence': 0, 'indicative': 0, 'failing_logs': 0, 'checks': 2, 'refused': 1,
            'not_compliant': 1, 'lost_lines': 0})

    def test_a_reload_that_was_rejected(self):
        daemon = self.daemon()
        daemon.write_config('polcy = apple')
        self.reload(daemon)
        state, words, numbers, below = self.check()
        self.assertEqual((state, numbers['problems']), ('WARNING', 1))
        self.assertRegex(words, '^configuration: ')
        self.assertRegex(below[0], '^WARNING: configuration: .* no such key; did you mean policy.*stays in use$')
        daemon.write_config()
        self.reload(daemon)
        self.assertEqual(self.check()[0], 'OK')

    def test_a_hook_that_is_not_there(self):
        self.daemon(f'hook = {self.folder}/none')
        state, words, _, _ = self.check()
        self.assertEqual(state, 'WARNING')
        self.assertIn("hook's program: ", words)

    def test_no_list_and_every_chain_is_refused(self):
        text = pathlib.Path(self.made.config).read_text(encoding='utf-8')
        pki.write(self.made.config, text.replace(daemon_test.WORLD.log_list, self.made.path('none')))
        self.made.start()
        self.addCleanup(self.made.close)
        state, words, numbers, below = self.check()
        self.assertEqual(state, 'CRITICAL')
        self.assertTrue(words.startswith('tattled has no log list: every chain is refused; log list: '), words)
        self.assertNotIn('list_age', numbers)
        self.assertEqual(len(below), 2)

    def test_an_old_list(self):
        for days in (-57, -71):
            path = daemon_test.WORLD.write_list(self.made.path('logs.json'), days)
            self.made.write_config()
            text = pathlib.Path(self.made.config).read_text(encoding='utf-8')
            pki.write(self.made.config, text.replace(daemon_test.WORLD.log_list, path))
            self.made.start()
            try:
                state, words, numbers, _ = self.check()
                self.assertEqual(state, 'WARNING')
                self.assertTrue(words.startswith('tattled: the log list is '), words)
                self.assertEqual(numbers['list_age'] // pki.DAY, -days)
            finally:
                self.made.close()

    def test_a_daemon_that_is_dead(self):
        daemon = self.daemon()
        daemon.end(signal.SIGKILL)
        state, words, _, _ = self.check()
        self.assertEqual((state, words), (
            'UNKNOWN', f"tattled does not answer at {daemon.path('control')} (Connection refused)"))

    @unittest.skipIf(os.geteuid() != 0, 'needs root to become somebody else')
    def test_a_user_who_may_not_ask(self):
        self.daemon()
        os.chmod(self.folder, 0o755)
        os.chmod(self.made.path('control'), 0o660)
        nobody = 65534
        done = subprocess.run(['setpriv', f'--reuid={nobody}', f'--regid={nobody}', '--clear-groups', TATTLE, 'status',
                               '--monitor', '--control', self.made.path('control')],
                              capture_output=True, text=True, timeout=WAIT, check=False)
        self.assertEqual(done.returncode, 3, done)
        self.assertIn('(Permission denied: run as root, or join its group) | ', done.stdout)

    def test_what_cannot_be_looked_at(self):
        for arguments in (('--root', '/nosuchfolder'), ('env',)):
            done = subprocess.run([TATTLE, 'status', '--monitor', *arguments], capture_output=True, text=True,
                                  timeout=WAIT, check=False)
            self.assertEqual((done.returncode, done.stderr), (3, ''))
            self.assertRegex(done.stdout, r'^TATTLE UNKNOWN: [^\n]+\n$')


class EvidenceTest(unittest.TestCase):
    """A log shows two faces to a daemon that moves from one to the other."""

    def test_is_an_alarm_that_ends(self):
        log_folder = tempfile.mkdtemp(prefix='testlog')
        self.addCleanup(shutil.rmtree, log_folder)
        logs = Logs(log_folder, '--log', 'amber:rfc6962:Amber', '--log', 'basalt:static-ct:Basalt', '--lie',
                    'amber split-view')
        self.addCleanup(logs.stop)
        folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, folder)
        hook = pki.write(os.path.join(folder, 'hook'), '#!/bin/sh\nexit 9\n')
        os.chmod(hook, 0o700)
        daemon = AuditingDaemon(folder, logs, 0, f'hook = {hook}').start()
        self.addCleanup(lambda: daemon.close())
        daemon.make_due()
        eventually(lambda: daemon.status()['audits']['audited'] == 2, 'audits')
        control = ('--control', daemon.path('control'))
        state, words, numbers, _ = check(*control)
        self.assertEqual((state, words, numbers['evidence']), ('OK', 'tattled with 2 logs, 2 of 2 audited', 0))
        daemon.end()
        daemon.face = 1
        daemon.write_config(f'hook = {hook}')
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        daemon.start()
        eventually(lambda: daemon.status()['pool']['evidence'] == 1 and daemon.status()['problems'], 'the evidence')
        state, words, numbers, below = check(*control)
        self.assertEqual((state, numbers['evidence'], numbers['problems']), ('CRITICAL', 1, 1))
        self.assertRegex(words, r'^log Amber amber: split view \(conclusive evidence\), found \d+ s ago; '
                                'see `tattle evidence list`; hook: ')
        self.assertRegex('\n'.join(below), r'^CRITICAL: log Amber amber: .*\nWARNING: hook: [^\n]*9[^\n]*$')
        state, _, numbers, below = check(*control, '--evidence-days', '0')
        self.assertEqual((state, numbers['evidence']), ('WARNING', 0))
        self.assertEqual(below[-1], 'note: 1 piece of evidence, found earlier: see `tattle evidence list`')


class ProgramsTest(small_system.SystemTest):
    """Programs, in a system below --root."""

    def check(self, *arguments):
        return check('--root', str(self.root), *arguments)

    def test_programs(self):
        self.assertEqual(self.check()[:2], ('OK', 'nothing is set up'))
        self.assertEqual(self.check('prosody')[:2], ('CRITICAL', 'prosody: is not enabled'))
        log_list = self.path('/var/lib/tattle/log_list.json')
        log_list.parent.mkdir(parents=True)
        daemon_test.WORLD.write_list(log_list, -2)
        self.tattle('enable', 'prosody', '--mode', 'require')
        [facts] = self.status()['programs']
        for names in ((), ('prosody',)):
            state, words, numbers, _ = self.check(*names)
            if not facts['warnings']:  # of time that passes
                self.assertEqual((state, words, numbers['problems']), ('OK', '1 program in effect', 0))
            self.assertEqual(numbers['list_age'] // pki.DAY, 2)
        daemon_test.WORLD.write_list(log_list, -80)
        state, _, _, below = self.check()
        self.assertEqual(state, 'WARNING')
        self.assertRegex(below[0], '^WARNING: prosody: the log list is older than 70 days ')
        daemon_test.WORLD.write_list(log_list, -2)
        self.path(small_system.PATH).unlink()
        self.assertEqual(self.check()[0], 'CRITICAL')
        self.tattle('disable', 'prosody')
        self.write(small_system.PATH, 'a module')
        self.tattle('enable', 'prosody', '--mode', 'report')
        self.path(small_system.PATH).unlink()
        self.assertEqual(self.check()[0], 'WARNING')


if __name__ == '__main__':
    unittest.main()
