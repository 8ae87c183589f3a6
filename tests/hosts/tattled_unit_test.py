#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The unit of tattled, its user and its folders, by systemd's own tools."""

import configparser
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess
import time
import unittest

import operator_box
import world
import guide_page  # found by way of world

SYSTEMD = world.ROOT / 'adapters' / 'daemon' / 'systemd'
GUIDES = world.ROOT / 'examples' / 'guides'
# That come with Debian's packages exim4-base and prosody, which are not in this box.
USERS_OF_PACKAGES = ('Debian-exim', 'prosody')
UNIT = '/etc/systemd/system/tattled.service'
# What systemd-analyze security finds at most, of 100: a unit without any of it has 96.
EXPOSURE = 20


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, check=False)


class UnitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.copy(os.environ['TATTLED_UNIT'], UNIT)
        text = pathlib.Path(UNIT).read_text(encoding='ascii')
        cls.unit = configparser.ConfigParser(strict=False, interpolation=None)
        cls.unit.optionxform = str
        cls.unit.read_string(text)
        exe = pathlib.Path(cls.unit['Service']['ExecStart'])
        exe.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.environ['TATTLED_EXE'], exe)
        for kind in ('sysusers', 'tmpfiles'):
            folder = pathlib.Path(f'/usr/lib/{kind}.d')
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(SYSTEMD / f'{kind}.conf', folder / 'tattle.conf')

    def test_1_the_user_is_made(self):
        done = run('systemd-sysusers', '/usr/lib/sysusers.d/tattle.conf')
        self.assertEqual(done.returncode, 0, done.stdout)
        user = pwd.getpwnam(self.unit['Service']['User'])
        self.assertEqual(user.pw_shell, '/usr/sbin/nologin')

    def test_2_configurations_of_the_guides_work_as_they_stand(self):
        """On a fresh install: there is the user and the programs, no folder, and no file that a page does not make."""
        for name in USERS_OF_PACKAGES:
            done = run('systemd-sysusers', '--inline', f'u {name} -')
            self.assertEqual(done.returncode, 0, done.stdout)
        blocks = [block for path in sorted(GUIDES.glob('*.md'))
                  for block in guide_page.blocks_of(path.read_text(encoding='utf-8'), path.name)[0]
                  if block.mark in ('conf tattle.conf', 'conf tattled.conf')]
        self.assertGreater(len(blocks), 4)
        for block in blocks:
            with self.subTest(block.where):
                done = self.checked(block.text)
                self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.checked('hook = /usr/local/bin/nosuchhook\n').returncode, 1)
        self.assertEqual(self.checked('check_users = nosuchuser\n').returncode, 1)

    def reload_commands(self):
        """Those that systemd runs one after another."""
        text = pathlib.Path(UNIT).read_text(encoding='ascii')
        return re.findall('(?m)^ExecReload=(.*)$', text)

    def reload(self, pid):
        """What becomes of `systemctl reload`: the first command that fails ends it."""
        for command in self.reload_commands():
            done = run('setpriv', '--reuid', 'tattle', '--regid', 'tattle', '--clear-groups',
                       *command.replace('$MAINPID', str(pid)).split())
            if done.returncode != 0:
                break
        return done

    def checked(self, text):
        """What the guides do with a configuration: sudo -u tattle tattled --check."""
        path = pathlib.Path('/etc/tattle/tattled.conf')
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding='utf-8')
        self.addCleanup(path.unlink, missing_ok=True)
        check = self.reload_commands()[0].split()
        self.assertEqual(check, [self.unit['Service']['ExecStart'], '--check'])
        return run('setpriv', '--reuid', 'tattle', '--regid', 'tattle', '--clear-groups', *check)

    def test_3_the_folders_are_made(self):
        done = run('systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/tattle.conf')
        self.assertEqual(done.returncode, 0, done.stdout)
        user = pwd.getpwnam('tattle')
        for folder in ('/run/tattle', '/var/lib/tattle'):
            status = os.stat(folder)
            self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)), (user.pw_uid, 0o755))

    def test_3_the_folders_may_hold_a_pool_of_root(self):
        pool = pathlib.Path('/var/lib/tattle/pool')
        pool.write_bytes(b'')
        self.addCleanup(pool.unlink)
        done = self.checked('audit = no\n')
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, f'pool: {pool}: cannot be written .*; it belongs to root')

    def test_4_systemd_understands_every_line(self):
        done = run('systemd-analyze', 'verify', '--man=no', UNIT)
        ours = [line for line in done.stdout.splitlines() if 'tattled' in line]
        self.assertEqual((done.returncode, ours), (0, []), done.stdout)

    def test_5_little_is_exposed(self):
        done = run('systemd-analyze', 'security', '--offline=true', f'--threshold={EXPOSURE}', UNIT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_6_a_mistake_would_be_found(self):
        broken = '/etc/systemd/system/broken.service'
        text = pathlib.Path(UNIT).read_text(encoding='ascii')
        pathlib.Path(broken).write_text(text.replace('NoNewPrivileges=yes', 'NoNewPrivilege=yes'),
                                        encoding='ascii')
        self.assertIn('NoNewPrivilege', run('systemd-analyze', 'verify', '--man=no', broken).stdout)

    def test_7_it_starts_as_its_user_with_the_folders_alone(self):
        pathlib.Path('/etc/tattle').mkdir(exist_ok=True)
        config = pathlib.Path('/etc/tattle/tattled.conf')
        config.write_text('audit = no\n', encoding='ascii')
        self.addCleanup(config.unlink)
        exe = self.unit['Service']['ExecStart']
        process = subprocess.Popen(['setpriv', '--reuid', 'tattle', '--regid', 'tattle',
                                    '--clear-groups', '--no-new-privs', exe],
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        said = []
        for line in process.stderr:
            said.append(line)
            if 'is ready' in line:
                break
        else:
            self.fail(f'it ended: {said}')
        self.assertEqual(self.reload(process.pid).returncode, 0)
        self.assertIn('has read its configuration again', process.stderr.readline())
        config.write_text('polcy = apple\n', encoding='ascii')
        done = self.reload(process.pid)
        self.assertEqual(done.returncode, 1)
        self.assertIn('polcy: no such key', done.stdout)
        process.terminate()
        self.assertIn('stops', process.stderr.read().splitlines()[0])  # it has heard of nothing else
        self.assertEqual(process.wait(20), 0)

    def test_8_a_pool_that_is_broken_is_moved_aside(self):
        """By the commands of examples/guides/operate.md."""
        commands = operator_box.lines_of('operate.md', 'pool export >saved.jsonl')
        operator_box.move_in()
        operator_box.run('systemctl start tattled')
        pool = pathlib.Path('/var/lib/tattle/pool')
        self.await_(pool.exists)
        operator_box.run('systemctl stop tattled')
        pool.write_bytes(pool.read_bytes()[:20_000])
        self.assertIn('its end is missing', run('/usr/local/bin/tattle', 'pool', 'check', '--pool', str(pool)).stdout)
        operator_box.run(f'cd /root\n{commands}')
        self.addCleanup(operator_box.run, 'systemctl stop tattled')
        self.await_(lambda: run('/usr/local/bin/tattle', 'pool', 'check', '--pool', str(pool)).returncode == 0)
        self.assertEqual(pathlib.Path('/var/lib/tattle/aside/pool').stat().st_size, 20_000)

    def await_(self, look):
        until = time.monotonic() + 20
        while not look():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)


if __name__ == '__main__':
    unittest.main()
