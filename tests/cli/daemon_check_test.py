#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattled --check`: all that is wrong, and nothing that is not."""

import contextlib
import os
import pathlib
import sqlite3
import sys
import unittest

sys.dont_write_bytecode = True
import daemon_test  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

setUpModule = daemon_test.setUpModule
tearDownModule = daemon_test.tearDownModule


class CheckTest(daemon_test.DaemonTest):
    def check(self, extra='', replace=('', ''), status=0):
        """What --check writes to stdout and stderr."""
        daemon = daemon_test.Daemon(self.folder, daemon_test.WORLD, extra)
        text = pathlib.Path(daemon.config).read_text(encoding='utf-8')
        pki.write(daemon.config, text.replace(*replace))
        before = sorted(os.listdir(self.folder))
        done = self.run_tattled('--config', daemon.config, '--check')
        self.assertEqual(done.returncode, status, done)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        return done.stdout, done.stderr

    def faults(self, *args):
        """What is wrong, without what each line begins with."""
        out, err = self.check(*args, status=1)
        self.assertNotIn('configuration OK', out)
        begin = f'tattled: {self.folder}/tattled.conf'
        self.assertTrue(all(line.startswith(begin) for line in err.splitlines()), err)
        return [line[len(begin):].lstrip(':') for line in err.splitlines()]

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_a_good_one_is_said_to_be(self):
        out, err = self.check()
        self.assertEqual(err, '')
        self.assertRegex(out, f'^configuration OK: {self.folder}/tattled.conf\n'
                              f'  judges    mode require, policy chrome, at {self.folder}/check\n'
                              r'  log list  \S+logs.json, of 20\S+, logs: 2' '\n'
                              f'  pool      {self.folder}/pool, to be made\n'
                              '  audits    off\n  hook      none\n'
                              f'  gossip    as a client: by programs that look into {self.folder}/outbox\n'
                              '  status    for `tattle status` only\n$')

    def test_says_who_may_read_the_status(self):
        out, _ = self.check('status_listen = 127.0.0.1:8414, [::1]:8414')
        self.assertIn('  status    http://127.0.0.1:8414/, http://[::1]:8414/\n', out)
        self.assertNotIn('warning', out)
        out, _ = self.check('status_listen = 192.0.2.1:8414')
        self.assertIn('warning: status_listen: whoever reaches 192.0.2.1:8414 reads', out)

    def test_what_cannot_be_read_is_neither(self):
        done = self.run_tattled('--config', self.path('none'), '--check')
        self.assertEqual((done.returncode, done.stdout), (2, ''))
        self.assertIn('none: cannot be read (No such file', done.stderr)
        self.assertEqual(self.run_tattled('--check', '--nonsense').returncode, 2)

    def test_all_is_said_at_once(self):
        pki.write(self.path('no.pem'), 'no certificate')
        faults = self.faults(f'''polcy = apple
hook = {self.path('hook')}
check_users = root, nobody-of-this-name, nor-this
socket_group = no-group-of-this-name
metrics = {self.path('out/tattled.prom')}
observe_also = {self.path('out/observe')}
syslog = {self.path('log-socket')}
log_list_url = https://lists.example/
log_list_key = {self.path('no.pem')}
gossip_socket = {self.path('gone/gossip')}
''', (daemon_test.WORLD.ca.pem, self.path('no.pem')))
        keys = [fault.split(': ')[0 if fault.startswith(' ') else 1].strip() for fault in faults]
        self.assertEqual(sorted(keys), sorted([
            'polcy', 'hook', 'check_users', 'check_users', 'socket_group', 'metrics', 'observe_also',
            'syslog', 'log_list_key', 'gossip_socket', 'public_roots', 'ca_file']), faults)

    def test_what_is_missing_is_not_looked_for(self):
        faults = self.faults('log_list_url = https://lists.example/\n')
        self.assertEqual(len(faults), 1, faults)
        self.assertIn('log_list_url and log_list_key: one needs the other', faults[0])

    def test_what_a_key_names_is_looked_at(self):
        script = pki.write(self.path('script'), '#!/bin/sh\n')
        os.chmod(script, 0o644)
        gossip = f'gossip_listen = 127.0.0.1:0\ngossip_certificate = {daemon_test.WORLD.ca.pem}\n'
        for extra, replace, want in (
                (f'hook = {script}', ('', ''), f'hook: {script}: .*is it executable'),
                (f'hook = {self.folder}', ('', ''), 'hook: .*it is no file'),
                ('', (self.path('pool'), '/nonexistent/pool'),
                 'pool: /nonexistent/pool: there is no folder /nonexistent; make it'),
                ('', (daemon_test.WORLD.log_list, self.path('no-list')),
                 f"log_list: {self.path('no-list')}: cannot be read"),
                ('', (daemon_test.WORLD.log_list, script), f'log_list: {script}: is no log list'),
                ('', (f'public_roots = {daemon_test.WORLD.ca.pem}',
                      f'public_roots = {script}'), f'public_roots: {script}: '),
                (gossip + f"gossip_key = {self.path('no-key')}", ('', ''),
                 f"gossip_key: {self.path('no-key')}: cannot be read"),
                (gossip + f'gossip_key = {script}', ('', ''),
                 f'gossip_key: {script}: holds no private key'),
                (gossip.replace(daemon_test.WORLD.ca.pem, script) + f'gossip_key = {script}',
                 ('', ''), f'gossip_certificate: {script}: holds no certificate')):
            with self.subTest(want):
                fault, = self.faults(extra, replace)
                self.assertRegex(fault, f'^ {want}')

    def test_what_follows_from_a_stale_list_is_what_the_configuration_says(self):
        stale = daemon_test.WORLD.write_list(self.path('stale.json'), -100)
        for extra, want in (('', 'newer logs are unknown and verdicts lenient'),
                            ('on_stale = fail', 'nothing is compliant')):
            out, _ = self.check(extra, (daemon_test.WORLD.log_list, stale))
            self.assertRegex(out, r'  warning: the log list is older than 70 days \(of [-\d]+\), so that '
                                  f'{want}; bring in a newer one with `tattle loglist update`\n')

    def test_the_pool_is_looked_at_and_left_alone(self):
        daemon = self.daemon()
        daemon.check(daemon_test.WORLD.good)
        daemon_test.eventually(lambda: daemon.count('scts_stored') == 2, 'two SCTs in the pool')
        out, _ = self.check()
        self.assertIn(f"  pool      {self.path('pool')}\n", out)
        daemon.end()
        for name in ('pool-wal', 'pool-shm'):  # as in a copy
            os.unlink(self.path(name))
        pool = pathlib.Path(self.path('pool'))
        good = pool.read_bytes()
        out, _ = self.check()
        self.assertIn(f"  pool      {self.path('pool')}\n", out)
        with contextlib.closing(sqlite3.connect(f'{self.folder}/later')) as later:
            later.executescript('PRAGMA application_id = 0x54415450; PRAGMA user_version = 99')
        for content, want in ((b'', 'is empty and no pool'), (good[:5000], 'its end is missing'),
                              (pathlib.Path(self.path('later')).read_bytes(), 'later version of Tattle'),
                              (good[:16384] + bytes(len(good) - 16384), 'is damaged')):
            with self.subTest(want):
                pool.write_bytes(content)
                fault, = self.faults()
                self.assertRegex(fault, f'^ pool: {pool}: .*{want}')
                self.assertEqual(pool.read_bytes(), content)
        pool.unlink()
        pki.write(self.path('pool-wal'), b'x')
        fault, = self.faults()
        self.assertIn(' has gone, but its log', fault)

    def test_a_pool_that_will_be_migrated_is_none_that_is_wrong(self):
        vector = pathlib.Path(__file__).parents[1] / 'vectors' / 'pool' / 'version_1.sql'
        with contextlib.closing(sqlite3.connect(self.path('pool'))) as pool:
            pool.executescript(vector.read_text(encoding='utf-8'))
        before = pki.read(self.path('pool'))
        out, _ = self.check()
        self.assertRegex(out, r'(?m)^  pool      \S+/pool, to be migrated from schema 1 to [0-9]+$')
        self.assertEqual(pki.read(self.path('pool')), before)

    @unittest.skipIf(os.geteuid() == 0, 'root may write everything')
    def test_a_pool_that_cannot_be_written_is_a_fault(self):
        daemon = self.daemon()
        daemon.end()
        for name in ('pool', 'pool-lock'):
            os.chmod(self.path(name), 0o440)
            fault, = self.faults()
            self.assertRegex(fault, rf"^ pool: {self.path(name)}: cannot be written \(Permission denied\); "
                                    'it belongs to ')
            os.chmod(self.path(name), 0o640)

    def test_what_is_not_there_yet_is_no_fault(self):
        out, _ = self.check('', (self.path('pool'), '/var/lib/tattle/pool'))
        if not os.path.isdir('/var/lib/tattle'):
            self.assertIn("  warning: /var/lib/tattle is not there yet: tattled's unit makes it", out)

    def test_a_start_says_the_first_and_where_the_rest_is(self):
        daemon = daemon_test.Daemon(self.folder, daemon_test.WORLD, 'polcy = apple\npol = x')
        done = self.run_tattled('--config', daemon.config)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, '^tattled: .*: polcy: .*; and more: see `tattled --check --config ')

    def test_a_start_warns_of_a_hook_that_is_not_there(self):
        daemon = self.daemon(f"hook = {self.path('hook')}")
        problem, = daemon_test.eventually(lambda: daemon.status()['problems'], 'a problem')
        self.assertRegex(problem, "^hook's program: .*/hook: cannot be run")
        self.assertIn(problem, daemon.said())


if __name__ == '__main__':
    unittest.main()
