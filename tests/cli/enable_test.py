#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle enable`, `disable` and `status` on a system below --root."""

import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import pki
from small_system import PATH, SYSTEM_CNF, SystemTest


class UnitTest(SystemTest):
    DROP_IN = '/etc/systemd/system/prosody.service.d/tattle.conf'

    def test_enables_and_disables(self):
        before = self.files()
        out = self.tattle('enable', 'prosody')
        self.assertIn('Environment=OPENSSL_CONF=/etc/tattle/openssl.cnf\n', self.read(self.DROP_IN))
        self.assertIn('[Service]\n', self.read(self.DROP_IN))
        self.assertIn('systemctl daemon-reload && systemctl restart prosody', out)
        self.assertEqual(self.path(self.DROP_IN).stat().st_mode & 0o777, 0o644)
        self.assertEqual(self.path('/etc/tattle').stat().st_mode & 0o777, 0o755)
        out = self.tattle('disable', 'prosody')
        self.assertIn('systemctl restart prosody', out)
        shutil.rmtree(self.path('/etc/tattle'))  # said to stay
        self.assertEqual(self.files(), before)

    def test_files_are_readable_whatever_the_umask_is(self):
        old = os.umask(0o077)
        try:
            self.tattle('enable', 'prosody')
        finally:
            os.umask(old)
        for name in ('/etc/tattle', '/etc/tattle/openssl.cnf', self.DROP_IN):
            mode = self.path(name).stat().st_mode & 0o777
            self.assertEqual(mode, 0o755 if self.path(name).is_dir() else 0o644, name)

    def test_dry_run_shows_the_same_and_writes_nothing(self):
        before = self.files()
        shown = self.tattle('enable', 'prosody', '--dry-run')
        self.assertEqual(self.files(), before)
        done = self.tattle('enable', 'prosody')
        diff = shown[:shown.index('nothing was written')]
        self.assertIn('+Environment=OPENSSL_CONF=/etc/tattle/openssl.cnf\n', diff)
        self.assertTrue(done.startswith(diff))
        before = self.files()
        self.tattle('disable', 'prosody', '--dry-run')
        self.assertEqual(self.files(), before)

    def test_the_diff_is_one_that_patch_understands(self):
        self.write('/etc/default/x', ''.join(f'A{i}={i}\n' for i in range(20)) + 'LAST=1')
        for args in (['enable', 'prosody'], ['enable', 'env', '--file', '/etc/default/x'],
                     ['enable', 'system-wide', '--load-into-every-program'],
                     ['disable', 'env', '--file', '/etc/default/x'], ['disable', 'prosody'],
                     ['disable', 'system-wide']):
            diff = self.tattle(*args, '--dry-run')
            with tempfile.TemporaryDirectory() as copy:
                shutil.copytree(self.root, copy, dirs_exist_ok=True)
                diff = diff.replace(str(self.root), copy)
                done = subprocess.run(['git', 'apply', '-p1', '--unsafe-paths', '--directory=/'],
                                      input=diff[:diff.index('nothing was written')].encode(),
                                      cwd=copy, capture_output=True)
                self.assertEqual(done.returncode, 0, done.stderr.decode() + diff)
                self.tattle(*args)
                for name, (_, content) in self.files().items():
                    if content is not None:
                        self.assertEqual((pathlib.Path(copy) / name).read_bytes(), content, name)

    def test_twice_is_once(self):
        self.tattle('enable', 'prosody')
        before = self.files()
        self.assertIn('already enabled', self.tattle('enable', 'prosody.service'))
        self.assertEqual(self.files(), before)
        self.tattle('disable', 'prosody')
        before = self.files()
        self.assertIn('not enabled', self.tattle('disable', 'prosody'))
        self.assertEqual(self.files(), before)

    def test_modes_differ_by_program(self):
        self.write('/lib/systemd/system/haproxy.service', '[Service]\n')
        self.tattle('enable', 'prosody', '--mode', 'require')
        self.tattle('enable', 'haproxy', '--mode', 'report')
        self.tattle('enable', 'worker@7')
        modes = {p['program']: p['mode'] for p in self.status()['programs']}
        self.assertEqual(modes, {'prosody': 'require', 'haproxy': 'report', 'worker@7': 'report'})
        self.write('/etc/tattle/tattle.conf', 'mode = require\npolicy = apple\n')
        facts = {p['program']: (p['mode'], p['policy']) for p in self.status()['programs']}
        self.assertEqual(facts, {'prosody': ('require', 'apple'), 'haproxy': ('report', 'apple'),
                                 'worker@7': ('require', 'apple')})
        # Another mode is another file; nothing changes for the others.
        self.tattle('enable', 'prosody', '--mode', 'report')
        self.assertIn('openssl-report.cnf', self.read(self.DROP_IN))

    def test_says_what_require_does(self):
        self.assertIn('warning: in mode require',
                      self.tattle('enable', 'prosody', '--mode', 'require', '--dry-run'))
        self.assertNotIn('warning', self.tattle('enable', 'prosody', '--dry-run'))
        self.assertIn('--mode', self.tattle('enable', 'prosody', '--mode', 'off', status=2))

    def refuses(self, *args, because):
        before = self.files()
        self.assertRegex(self.tattle(*args, status=2), because)
        self.assertEqual(self.files(), before)

    def test_wants_the_module_first(self):
        self.path(PATH).unlink()
        self.refuses('enable', 'prosody', because='is not there: install it first')
        self.write(PATH, '')
        self.refuses('enable', 'prosody', because='no module')

    def test_wants_the_unit(self):
        for name in ('prosodi', 'worker', '../prosody', '.', 'a b', 'x/y', 'a\nb', '-'):
            self.refuses('enable', name, because='no unit|no name')
        self.refuses('enable', 'postfix@-', because='say `postfix`')
        self.write('/etc/init.d/old', '#!/bin/sh\n')
        self.tattle('enable', 'old', '--dry-run')

    def test_leaves_foreign_files_alone(self):
        self.write(self.DROP_IN, '[Service]\nEnvironment=A=b\n')
        self.refuses('enable', 'prosody', because='not written by tattle')
        self.refuses('disable', 'prosody', because='not written by tattle')
        self.path(self.DROP_IN).unlink()
        self.write('/etc/tattle/openssl.cnf', '# mine\n')
        self.refuses('enable', 'prosody', because='not written by tattle')

    def test_takes_the_drop_in_of_the_guides(self):
        text = '# why\n[Service]\nEnvironment=OPENSSL_CONF=/etc/tattle/openssl.cnf\n'
        self.tattle('enable', 'prosody')
        self.write(self.DROP_IN, text)
        self.assertTrue(self.status('prosody')['programs'][0]['in_effect'])
        self.assertEqual([p['program'] for p in self.status()['programs']], ['prosody'])
        self.tattle('enable', 'prosody', '--mode', 'require')
        self.assertIn('openssl-require.cnf', self.read(self.DROP_IN))
        self.write(self.DROP_IN, text)
        self.tattle('disable', 'prosody')
        self.assertFalse(self.path(self.DROP_IN).exists())
        for other in (text + 'User=x\n', text.replace('/etc/tattle', '/opt'), '[Service]\n'):
            self.write(self.DROP_IN, other)
            self.refuses('disable', 'prosody', because='not written by tattle')

    def test_uses_what_an_operator_put_in_the_place_of_ours(self):
        mine = f'openssl_conf = i\n[i]\ntattle = t\n[t]\npath = {PATH}\nmode = require\n'
        self.write('/etc/tattle/openssl.cnf', mine)
        self.write('/etc/tattle/openssl-report.cnf', mine)
        self.tattle('enable', 'prosody')
        self.assertEqual(self.read('/etc/tattle/openssl.cnf'), mine)
        self.assertEqual(self.status('prosody')['programs'][0]['mode'], 'require')
        self.refuses('enable', 'prosody', '--mode', 'report', because='not written by tattle')
        self.refuses('enable', 'node', because='not written by tattle')  # no nodejs_conf
        self.write('/usr/lib/tattle/other.so', 'another')
        self.refuses('enable', 'prosody', '--module', '/usr/lib/tattle/other.so',
                     because='not written by tattle')

    def test_sees_who_else_sets_the_variable(self):
        for name in ('/etc/systemd/system/prosody.service.d/zz.conf',
                     '/usr/lib/systemd/system/prosody.service.d/a.conf',
                     '/etc/systemd/system/prosody.service'):
            with self.subTest(name):
                self.write(name, '[Service]\n# OPENSSL_CONF=/no\nEnvironment="OPENSSL_CONF=/x"\n')
                self.refuses('enable', 'prosody', because=re.escape(name) + ' sets OPENSSL_CONF')
                self.write(name, '[Service]\n# OPENSSL_CONF=/no\n')
                self.tattle('enable', 'prosody', '--dry-run')
                self.path(name).unlink()

    def test_stays_below_root(self):
        with tempfile.TemporaryDirectory() as outside:
            self.path('/etc/tattle').symlink_to(outside)
            self.refuses('enable', 'prosody', because='leads out of --root')
            self.assertEqual(os.listdir(outside), [])

    def test_keeps_what_an_operator_added(self):
        self.tattle('enable', 'prosody')
        cnf = self.read('/etc/tattle/openssl.cnf') + 'policy = strict\nexempt_hosts = a.example\n'
        self.write('/etc/tattle/openssl.cnf', cnf)
        self.tattle('enable', 'worker@1')
        self.assertEqual(self.read('/etc/tattle/openssl.cnf'), cnf)
        self.assertEqual(self.status('worker@1')['programs'][0]['policy'], 'strict')
        # A module that moved is followed, and nothing else is touched.
        self.path(PATH).rename(self.path('/usr/lib/tattle/other.so'))
        self.tattle('enable', 'prosody', '--module', '/usr/lib/tattle/other.so')
        self.assertEqual(self.read('/etc/tattle/openssl.cnf'),
                         cnf.replace(PATH, '/usr/lib/tattle/other.so'))
        # The file's name says its mode.
        self.write('/etc/tattle/openssl.cnf', cnf + 'mode = require\n')
        self.refuses('enable', 'prosody', because='says mode = require')

    def test_a_cnf_of_ours_that_loads_nothing(self):
        node = ['node', '--file', '/etc/environment']
        self.tattle('enable', 'prosody')
        self.tattle('enable', *node)
        cnf = self.read('/etc/tattle/openssl.cnf')
        self.write('/etc/tattle/openssl.cnf', cnf.replace('nodejs_conf', '# nodejs_conf'))
        self.refuses('enable', *node, because='does not load Tattle any more in Node.js')
        self.tattle('enable', 'prosody')
        self.write('/etc/tattle/openssl.cnf', cnf.replace('\ntattle = ', '\n# tattle = '))
        self.refuses('enable', 'prosody', because='any more: move it away and enable again')
        # Under another name we do not find what to change.
        self.write('/etc/tattle/openssl.cnf', cnf.replace('tattle_section', 'mine'))
        self.write('/usr/lib/tattle/other.so', 'module')
        self.refuses('enable', 'prosody', '--module', '/usr/lib/tattle/other.so',
                     because='another section')

    def test_a_cnf_of_ones_own(self):
        self.write('/etc/tattle/mine.cnf', f'''openssl_conf = start
[start]
tattle.ct = here
[here]
path = {PATH}
mode = require
policy = mozilla
''')
        self.tattle('enable', 'prosody', '--cnf', '/etc/tattle/mine.cnf')
        [facts] = self.status('prosody')['programs']
        self.assertEqual((facts['mode'], facts['policy']), ('require', 'mozilla'))
        self.assertEqual(facts['cnf'], '/etc/tattle/mine.cnf')
        self.refuses('enable', 'node', '--file', '/etc/environment', '--cnf', '/etc/tattle/mine.cnf',
                     because='nodejs_conf')
        self.refuses('enable', 'prosody', '--cnf', '/etc/ssl/openssl.cnf',
                     because='does not load Tattle')
        self.refuses('enable', 'prosody', '--cnf', '/nosuch.cnf', because='missing')
        self.refuses('enable', 'prosody', '--cnf', '/etc/tattle/mine.cnf', '--mode', 'report',
                     because='neither --mode')


class EnvTest(SystemTest):
    def round_trip(self, name, text, want):
        if text is not None:
            self.write(name, text)
        before = self.files()
        self.tattle('enable', 'env', '--file', name)
        got = self.read(name)
        lines = [line for line in got.splitlines() if not line.startswith('# Tattle:')]
        self.assertEqual(lines, want)
        self.assertIn('already', self.tattle('enable', 'env', '--file', name))
        self.assertEqual(self.read(name), got)
        self.tattle('enable', 'env', '--file', name, '--mode', 'require')
        self.assertEqual(self.read(name), got.replace('openssl.cnf', 'openssl-require.cnf'))
        self.tattle('disable', 'env', '--file', name)
        shutil.rmtree(self.path('/etc/tattle'))
        self.assertEqual(self.files(), before)

    def test_files_of_every_kind(self):
        line = 'OPENSSL_CONF=/etc/tattle/openssl.cnf'
        self.round_trip('/etc/environment', '', [line])
        self.round_trip('/etc/default/app', 'A=1\nB=2\n', [line, 'A=1', 'B=2'])
        self.round_trip('/etc/default/cut', 'A=1', [line, 'A=1'])
        # A script of init reads it as a shell; a unit passes over the other line.
        self.write('/etc/init.d/exim4', '#!/bin/sh\n')
        self.round_trip('/etc/default/exim4', 'A=1\n', [line, 'export OPENSSL_CONF', 'A=1'])
        # Above the jobs: below, cron would not use it.
        self.round_trip('/etc/cron.d/job', '# c\n* * * * * root x\n',
                        [line, '# c', '* * * * * root x'])
        # Exported, and before a profile can return.
        self.round_trip('/etc/bash.bashrc', '[ -z "$PS1" ] && return\n',
                        ['export ' + line, '[ -z "$PS1" ] && return'])
        self.round_trip('/root/.profile', 'umask 022\n', ['export ' + line, 'umask 022'])
        self.round_trip('/opt/run.sh', '#!/bin/sh\nexec x\n',
                        ['#!/bin/sh', 'export ' + line, 'exec x'])

    def test_a_new_file_goes_again(self):
        self.path('/etc/profile.d').mkdir()
        self.round_trip('/etc/profile.d/tattle.sh', None,
                        ['export OPENSSL_CONF=/etc/tattle/openssl.cnf'])

    def test_a_shell_takes_it(self):
        self.tattle('enable', 'env', '--file', '/etc/profile.d/tattle.sh')
        done = subprocess.run(['sh', '-c', '. "$0"; env',
                               str(self.path('/etc/profile.d/tattle.sh'))], capture_output=True,
                              env={'PATH': os.environ['PATH']})
        self.assertIn(b'\nOPENSSL_CONF=/etc/tattle/openssl.cnf\n', b'\n' + done.stdout)

    def test_without_a_file_the_line_is_printed(self):
        out = self.tattle('enable', 'env', '--mode', 'report')
        self.assertIn('\nOPENSSL_CONF=/etc/tattle/openssl-report.cnf\n', out)
        self.assertIn('mode = report', self.read('/etc/tattle/openssl-report.cnf'))
        out = self.tattle('enable', 'node')
        self.assertIn('\nOPENSSL_CONF=/etc/tattle/openssl.cnf\n', out)
        self.assertIn('--file', self.tattle('disable', 'env', status=2))

    def test_leaves_foreign_settings_alone(self):
        for text in ('OPENSSL_CONF=/x\n', 'A=1\n  export OPENSSL_CONF=/x\n'):
            self.write('/etc/default/app', text)
            self.assertIn('sets OPENSSL_CONF already',
                          self.tattle('enable', 'env', '--file', '/etc/default/app', status=2))
            self.tattle('disable', 'env', '--file', '/etc/default/app')
            self.assertEqual(self.read('/etc/default/app'), text)

    def test_mistakes(self):
        for name in ('relative', '/etc/a b', '/etc/a\nOPENSSL_CONF=x', '/etc/$HOME'):
            self.assertIn('--file', self.tattle('enable', 'env', '--file', name, status=2))
        self.assertIn('--file', self.tattle('enable', 'prosody', '--file', '/etc/x', status=2))
        self.assertIn('is a folder', self.tattle('enable', 'env', '--file', '/etc', status=2))
        self.assertIn('no folder', pki.tattle('enable', 'env', '--root', '/nosuch')[2])

    def test_replaces_files_only(self):
        os.mkfifo(self.path('/etc/fifo'))
        self.path('/etc/device').symlink_to('/dev/null')
        self.path('/etc/nowhere').symlink_to('/nosuch')
        before = self.files()
        for name, want in (('/etc/fifo', 'no regular file'), ('/etc/device', 'no regular file'),
                           ('/etc/nowhere', 'leads nowhere')):
            for verb in ('enable', 'disable', 'status'):
                self.assertIn(want, self.tattle(verb, 'env', '--file', name, status=2))
        self.assertEqual(self.files(), before)

    def test_status_finds_it(self):
        self.tattle('enable', 'env', '--file', '/etc/cron.d/job')
        self.tattle('enable', 'node', '--file', '/etc/default/app')
        found = [(p['program'], p['file'], p['in_effect']) for p in self.status()['programs']]
        self.assertEqual(found, [('env', '/etc/cron.d/job', True),
                                 ('node', '/etc/default/app', True)])
        self.tattle('enable', 'env', '--file', '/opt/elsewhere')
        [facts] = self.status('env', '--file', '/opt/elsewhere')['programs']
        self.assertTrue(facts['enabled'])


class SystemWideTest(SystemTest):
    ALL = ['enable', 'system-wide', '--load-into-every-program']

    def test_must_be_said_twice(self):
        before = self.files()
        err = self.tattle('enable', 'system-wide', status=2)
        self.assertIn('sshd', err)
        self.assertIn('--load-into-every-program', err)
        self.assertEqual(self.files(), before)

    def test_one_line_at_the_end_and_back(self):
        for text in (SYSTEM_CNF, SYSTEM_CNF.rstrip('\n'), SYSTEM_CNF + '\n\n', ''):
            with self.subTest(text[-20:]):
                self.write('/etc/ssl/openssl.cnf', text)
                before = self.files()
                out = self.tattle(*self.ALL)
                self.assertIn('sshd', out)
                got = self.read('/etc/ssl/openssl.cnf')
                self.assertTrue(got.startswith(text))
                self.assertRegex(got[len(text):].strip('\n'),
                                 r'^\.include /etc/tattle/system-wide\.cnf  # added by .*$')
                self.assertIn('already', self.tattle(*self.ALL))
                self.tattle(*self.ALL, '--mode', 'require')
                self.assertEqual(self.read('/etc/ssl/openssl.cnf').count('.include'), 1)
                self.tattle('disable', 'system-wide')
                shutil.rmtree(self.path('/etc/tattle'))
                self.assertEqual(self.files(), before)

    def test_takes_out_its_line_and_keeps_later_ones(self):
        self.tattle(*self.ALL)
        with open(self.path('/etc/ssl/openssl.cnf'), 'a') as file:
            file.write('# later\n')
        self.tattle('disable', 'system-wide')
        self.assertEqual(self.read('/etc/ssl/openssl.cnf'), SYSTEM_CNF + '# later\n')

    def test_does_not_write_into_a_line(self):
        self.write('/etc/ssl/openssl.cnf', SYSTEM_CNF + 'a = b\\')
        self.assertIn('backslash', self.tattle(*self.ALL, status=2))

    def test_a_program_of_its_own_mode_keeps_that(self):
        self.tattle(*self.ALL, '--mode', 'require')
        self.tattle('enable', 'prosody')
        facts = {p['program']: p['mode'] for p in self.status()['programs']}
        self.assertEqual(facts, {'system-wide': 'require', 'prosody': 'report'})
        self.tattle('disable', 'system-wide')
        self.assertTrue(self.status('prosody')['programs'][0]['in_effect'])
        self.assertIn('nodejs_conf', self.read('/etc/tattle/openssl.cnf'))


class StatusTest(SystemTest):
    def test_nothing(self):
        self.assertEqual(self.status(), {'programs': [], 'other_processes': [], 'daemon': None,
                                         'daemon_silence': None, 'unknowns': [], 'notes': []})
        self.assertIn('no program is enabled', self.tattle('status'))
        self.assertFalse(self.status('prosody', status=1)['programs'][0]['enabled'])

    def test_what_keeps_it_from_being_in_effect(self):
        cases = [
            ('module', lambda: self.path(PATH).unlink(), 'is not there'),
            ('cnf', lambda: self.path('/etc/tattle/openssl.cnf').unlink(), 'is missing'),
            ('section', lambda: self.write('/etc/ssl/openssl.cnf', 'openssl_conf = elsewhere\n'),
             'does not make OpenSSL load Tattle'),
            ('broken cnf', lambda: self.write('/etc/tattle/openssl.cnf', 'no equal sign\n'),
             'OpenSSL cannot read it'),
            ('key', lambda: self.append('/etc/tattle/openssl.cnf', 'polcy = apple\n'),
             'openssl.cnf: polcy'),
            ('tattle.conf', lambda: self.write('/etc/tattle/tattle.conf', 'mode = of\n'),
             'tattle.conf:1: mode'),
            ('off', lambda: self.write('/etc/tattle/tattle.conf', 'mode = off\n'), 'mode is off'),
            ('list', lambda: self.write('/var/lib/tattle/log_list.json', '{}'), 'log_list'),
            ('named list', lambda: self.write('/etc/tattle/tattle.conf', 'log_list = /no.json\n'),
             'no.json'),
            ('roots', lambda: self.write('/etc/tattle/tattle.conf', 'public_roots = /no.pem\n'),
             'public_roots'),
            ('rival', lambda: self.write('/etc/systemd/system/prosody.service.d/zz.conf',
                                         '[Service]\nEnvironment=OPENSSL_CONF=/x\n'),
             'zz.conf sets OPENSSL_CONF'),
            ('unit', lambda: self.path('/lib/systemd/system/prosody.service').unlink(),
             'no unit prosody.service'),
            ('config', lambda: self.append('/etc/tattle/openssl.cnf', 'config = /no.conf\n'),
             'no.conf'),
        ]
        for name, spoil, want in cases:
            with self.subTest(name):
                shutil.rmtree(self.root)
                self.setUp()
                self.tattle('enable', 'prosody')
                [facts] = self.status('prosody')['programs']
                self.assertEqual((facts['in_effect'], facts['problems']), (True, []))
                spoil()
                [facts] = self.status('prosody', status=1)['programs']
                self.assertFalse(facts['in_effect'])
                self.assertIn(want, ' '.join(facts['problems']))
                self.assertIn('problem: ', self.tattle('status', status=1))

    def append(self, name, text):
        self.write(name, self.read(name) + text)

    def test_says_what_it_cannot_read(self):
        self.write(UnitTest.DROP_IN, '[Service]\nEnvironment=A=b\n')
        [facts] = self.status(status=2)['programs']
        self.assertIsNone(facts['enabled'])
        self.assertIn('not written by tattle', ' '.join(facts['unknowns']))
        self.path(UnitTest.DROP_IN).unlink()
        self.path('/etc/ssl/openssl.cnf').unlink()
        self.assertEqual(self.status()['programs'], [])
        self.path('/etc/ssl/openssl.cnf').mkdir()
        [facts] = self.status(status=2)['programs']
        self.assertEqual(facts['program'], 'system-wide')
        self.assertIn('is a folder', ' '.join(facts['unknowns']))

    def test_a_stale_list_is_a_warning(self):
        self.tattle('enable', 'prosody')
        world = tempfile.TemporaryDirectory()
        self.addCleanup(world.cleanup)
        log = pki.Log(world.name, 'alpha', 'Alpha Inc').entry()
        for days, want in ((0, []), (55, []), (57, ['57 days old, stale after 70']), (69, ['69 days old']),
                           (80, ['older than 70 days'])):
            stamp = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - days * 86400 - 60))
            self.write('/var/lib/tattle/log_list.json', json.dumps({
                'version': '1', 'log_list_timestamp': stamp,
                'operators': [{'name': 'Alpha Inc', 'logs': [log]}]}))
            [facts] = self.status('prosody')['programs']
            self.assertEqual(facts['log_list'], {
                'origin': str(self.path('/var/lib/tattle/log_list.json')), 'timestamp': stamp,
                'stale': days > 70})
            self.assertEqual(len(facts['warnings']), len(want))
            for words, warning in zip(want, facts['warnings']):
                self.assertIn(words, warning)
            self.assertTrue(facts['in_effect'])


class TerminalTest(SystemTest):
    def ask(self, answer):
        """Runs enable on a terminal; returns its status and what it wrote."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(os.environ['TATTLE_EXE'],
                     ['tattle', 'enable', 'prosody', '--root', str(self.root), '--module', PATH])
        text = b''
        try:
            while chunk := os.read(fd, 4096):
                text += chunk
                if text.endswith(b'[y/N] '):
                    os.write(fd, answer)
        except OSError:
            pass  # the end, on Linux
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text.decode()

    def test_asks_on_a_terminal(self):
        for answer in (b'n\n', b'\n', b'\x04'):
            before = self.files()
            status, text = self.ask(answer)
            self.assertEqual(status, 2)
            self.assertIn('Do this?', text)
            self.assertEqual(self.files(), before)
        status, text = self.ask(b'y\n')
        self.assertEqual(status, 0, text)
        self.assertTrue(self.path(UnitTest.DROP_IN).exists())


class RootTest(unittest.TestCase):
    def test_only_root_changes_this_system(self):
        def as_nobody():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        if os.geteuid() != 0:
            as_nobody = None
        # Whether there is a module is not asked before.
        for args in (['enable', 'ssh'], ['disable', 'ssh'], ['enable', 'system-wide']):
            done = subprocess.run([os.environ['TATTLE_EXE'], *args], capture_output=True,
                                  preexec_fn=as_nobody, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b'only root may do this', done.stderr)


if __name__ == '__main__':
    unittest.main()
