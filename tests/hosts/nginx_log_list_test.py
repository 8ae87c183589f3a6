#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The log list of nginx's module."""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest
import unittest.mock

import nginx_world
import world
from nginx_world import Nginx, wait_until
from world import pki

REST = '\nevents { }\n'


class LogList(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_list(self, name='logs.json', age_days=1):
        now = int(time.time())
        log = pki.Log(self.folder, 'alpha', 'Alpha Inc')
        return pki.write(self.path(name), json.dumps({
            'version': '1.0',
            'log_list_timestamp': pki.days_around(now, -age_days, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': 'Alpha Inc', 'email': [], 'logs': [log.entry()], 'tiled_logs': []}]}))

    def check(self, directive):
        return Nginx(self.folder, directive + REST).check()

    def test_takes_a_good_list(self):
        status, said = self.check(f'ct_log_list {self.write_list()};')
        self.assertEqual(status, 0, said)
        self.assertNotIn('log list', said)

    def test_takes_the_built_in_list(self):
        for directive in ('', 'ct_log_list pinned;'):
            with self.subTest(directive):
                status, said = self.check(directive)
                self.assertEqual(status, 0, said)

    def test_warns_of_an_old_list(self):
        status, said = self.check(f'ct_log_list {self.write_list(age_days=71)};')
        self.assertEqual(status, 0, said)
        self.assertIn('[warn] the log list is older than 70 days', said)

    def test_says_what_is_wrong_and_where(self):
        os.mkfifo(self.path('pipe'))
        pki.write(self.path('broken.json'), '{"version":')
        pki.write(self.path('huge.json'), b' ' * (16 * 1024 * 1024 + 1))
        good = self.write_list()
        for directive, want in (
                ('ct_log_list;', 'invalid number of arguments in "ct_log_list" directive'),
                ('ct_log_list a b;', 'invalid number of arguments in "ct_log_list" directive'),
                ('ct_log_list "";', '"ct_log_list" directive is empty'),
                (f'ct_log_list {good}; ct_log_list pinned;', '"ct_log_list" directive is duplicate'),
                ('ct_log_list /nowhere/logs.json;', 'log list "/nowhere/logs.json" failed (2: No such file'),
                ('ct_refresh;', 'invalid number of arguments in "ct_refresh" directive'),
                ('ct_refresh soon;', '"ct_refresh" directive invalid value'),
                ('ct_refresh 99ms;', '"ct_refresh" must be at least 100ms'),
                ('ct_refresh 1s; ct_refresh 1s;', '"ct_refresh" directive is duplicate'),
                (f'ct_log_list {self.folder};', f'log list "{self.folder}" is not a file'),
                (f'ct_log_list {self.path("pipe")};', f'log list "{self.path("pipe")}" is not a file'),
                (f'ct_log_list {self.path("broken.json")};', 'broken.json" cannot be used: '),
                (f'ct_log_list {self.path("huge.json")};', 'huge.json" is larger than 16777216 bytes'),
        ):
            with self.subTest(directive):
                status, said = self.check(directive)
                self.assertEqual(status, 1, said)
                self.assertRegex(said, rf'(?m)^\[emerg\] .*{re.escape(want)}.* in {self.folder}/nginx\.conf:4$')

    def test_says_once_that_a_list_can_be_used_again(self):
        good = pki.read(self.write_list())
        for name, broken in (('logs.json', '{'), ('away.json', None)):
            with self.subTest(name):
                path = pki.write(self.path(name), good)
                site = Nginx(self.folder, f'ct_log_list {path}; ct_refresh 100ms;' + REST +
                             f'http {{ server {{ listen unix:{self.path("socket")}; location / {{ ct_status; }} }} }}')
                with site.running():
                    for _ in range(2):
                        before = len(site.errors())
                        os.link(path, path + '.before')
                        if broken:
                            os.rename(pki.write(path + '.new', broken), path)
                        else:
                            os.unlink(path)
                        wait_until(lambda: self.ask() and f'{name}" ' in site.errors()[before:], 'nothing is said')
                        self.assertIn('[error]', site.errors()[before:])
                        self.assertNotIn('again', site.errors()[before:])
                        os.rename(path + '.before', path)
                        wait_until(lambda: self.ask() and 'again' in site.errors()[before:], 'nothing is said')
                        for _ in range(3):
                            time.sleep(0.11)
                            self.ask()
                        said = site.errors()[before:]
                        self.assertEqual(said.count(name), 2, said)
                        self.assertRegex(said, rf'\[notice\] .*{name}" can be used again')

    def test_a_default_list_that_is_broken_does_not_stop_nginx(self):
        default = pathlib.Path('/var/lib/tattle/log_list.json')
        default.parent.mkdir(parents=True, exist_ok=True)
        good = pki.read(self.write_list())
        self.addCleanup(lambda: default.unlink(missing_ok=True))
        default.write_bytes(b'{')
        status, said = self.check('')
        self.assertEqual(status, 0, said)
        self.assertEqual(said.count('log_list.json'), 1, said)
        self.assertRegex(said, rf'(?m)^\[warn\] log list "{default}" cannot be used: .*, the built-in one is used for all but '
                               r'upstreams; get another by "tattle loglist update"$')
        site = Nginx(self.folder, 'ct_refresh 100ms;' + REST +
                     f'http {{ server {{ listen unix:{self.path("socket")}; location / {{ ct_status; }} }} }}')
        with site.running():
            said = self.log_list()
            self.assertIs(said['unusable'], True)
            self.assertIn(f'log list "{default}" cannot be used: ', said['problem'])
            self.assertGreater(said['logs'], 10)
            site.reload()
            self.assertNotIn('[emerg]', site.errors())
            default.write_bytes(good)
            wait_until(lambda: self.log_list()['logs'] == 1, 'the good list is not taken')
            self.assertIn('log_list.json" can be used again', site.errors())
            self.assertNotIn('problem', self.log_list())
            # While it was good, and after; what is gone is no problem.
            default.write_bytes(b'[')
            wait_until(lambda: self.log_list()['unusable'], 'nothing is said')
            default.unlink()
            wait_until(lambda: not self.log_list()['unusable'], 'it is still said')
            self.assertEqual(self.log_list()['logs'], 1)
            default.write_bytes(b'[')
            wait_until(lambda: self.log_list()['unusable'], 'nothing is said')
            site.stop()

    def test_says_that_the_built_in_list_cannot_be_used(self):
        """Nobody is to go by none."""
        library = self.path('no_memory.so')
        subprocess.run(['cc', '-shared', '-fPIC', f'-DNO_MEMORY="{self.write_list()}"', '-I',
                        world.ROOT / 'plugin' / 'include', '-o', library, os.environ['TATTLE_NO_MEMORY']], check=True)
        with unittest.mock.patch.dict(os.environ, LD_PRELOAD=library):
            for directive in ('', 'ct_log_list pinned;'):
                status, said = self.check(directive)
                self.assertEqual(status, 1, said)
                self.assertIn('[emerg] the built-in log list cannot be used: ', said)
                self.assertIn('; name another one by "ct_log_list"\n', said)
            status, said = self.check(f'ct_log_list {self.path("logs.json")};')
            self.assertEqual(status, 0, said)

    def test_status_says_that_a_list_broke(self):
        path = self.write_list()
        site = Nginx(self.folder, f'ct_log_list {path}; ct_refresh 100ms;' + REST +
                     f'http {{ server {{ listen unix:{self.path("socket")}; location / {{ ct_status; }} }} }}')
        with site.running():
            self.assertEqual(self.log_list() | {'age_seconds': 0, 'timestamp': ''},
                             {'timestamp': '', 'age_seconds': 0, 'stale': False, 'logs': 1, 'skipped': 0, 'unusable': False})
            os.rename(path, path + '.before')
            wait_until(lambda: self.log_list()['unusable'], 'nothing is said')
            self.assertIn(f'log list "{path}" failed (2: No such file', self.log_list()['problem'])
            self.assertEqual(self.log_list()['logs'], 1)
            self.assertIn('\ntattle_log_list_unusable 1\n', self.ask('?format=prometheus'))
            os.rename(path + '.before', path)
            wait_until(lambda: not self.log_list()['unusable'], 'it is still said')
            self.assertNotIn('problem', self.log_list())
            self.assertIn('\ntattle_log_list_unusable 0\n', self.ask('?format=prometheus'))
            site.stop()

    def ask(self, query=''):
        """Has the worker look at the list, if it is time."""
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(self.path('socket'))
            asker.sendall(f'GET /{query} HTTP/1.0\r\n\r\n'.encode())
            with asker.makefile(encoding='utf-8', newline='') as answer:
                return answer.read().partition('\r\n\r\n')[2]

    def log_list(self):
        return json.loads(self.ask())['log_list']

    def test_a_broken_list_does_not_stop_who_runs(self):
        site = Nginx(self.folder, f'ct_log_list {self.write_list()};' + REST)
        with site.running():
            before = site.workers()
            pki.write(self.path('logs.json'), '{')
            site.reload()
            site.wait_for_line('logs.json" cannot be used')
            self.assertEqual(site.workers(), before)
            site.stop()

    def test_needs_nothing_of_cxx(self):
        symbols = subprocess.run(['nm', '-D', nginx_world.module()], check=True, capture_output=True,
                                 text=True).stdout
        self.assertIn('ngx_tattle_module', symbols)
        self.assertNotIn(' _Z', symbols)


if __name__ == '__main__':
    unittest.main()
