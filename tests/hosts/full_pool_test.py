#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What programs carry while the disk that tattled's pool is on is full, or read-only: no head is given
twice, what is wrong is said, and programs and tattled go on."""

import os
import signal
import subprocess
import tempfile
import unittest

import world
from gossip_world import Logs, Tattled, heads_of_header
from mail_world import eventually, run
from reuse_world import GOOD, SECOND, SINGLE, Client, Site, certificates

VERSIONS = ('2', '1.3')
SAYS = {GOOD: 'Yes', SECOND: 'Yes', SINGLE: 'Yes'}


def setUpModule():
    global FOLDER, SITE, LOGS
    FOLDER = tempfile.TemporaryDirectory()
    os.chmod(FOLDER.name, 0o755)
    the_world = world.World(FOLDER.name)
    SITE = Site(the_world, certificates(the_world), 8443, willing=SAYS)
    LOGS = Logs(the_world.path('logs'))


def tearDownModule():
    LOGS.stop()
    SITE.stop()
    FOLDER.cleanup()


class Disk:
    """A small file system."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder)
        run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'disk', folder)

    def umount(self):
        run('umount', self.folder)

    def fill(self):
        """Not a byte is left."""
        with open(f'{self.folder}/filler', 'wb', buffering=0) as file:
            size = 1 << 16
            while size:
                try:
                    if file.write(bytes(size)) < size:
                        size //= 2
                except OSError:
                    size //= 2
        left = os.statvfs(self.folder)
        if left.f_bfree:
            raise AssertionError(f'{left.f_bfree} blocks are left')

    def empty(self):
        os.unlink(f'{self.folder}/filler')

    def remount(self, how):
        run('mount', '-o', f'remount,{how}', self.folder)


class PoolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(dir=FOLDER.name)
        self.disk = Disk(f'{folder}/disk')
        self.addCleanup(self.disk.umount)
        self.tattled = Tattled(f'{folder}/tattled', LOGS, self.disk.folder)
        self.addCleanup(self.tattled.close)
        self.config = self.tattled.programs_config(SITE)
        SITE.requests()
        self.given = {}

    def visit(self, *hosts, mode='report'):
        """A new process visits them, and offers what it finds."""
        with Client(self.config, *VERSIONS) as client:
            client.say('new', 'one')
            client.say('attach', 'one', mode, 'chrome', 'offer')
            for host in hosts:
                transfer, = client.say('get', 'one', SITE.url(host))
                self.assertEqual((transfer['code'], transfer['status'], transfer['judged']),
                                 (0, 200, True), transfer)
        found = {}
        for request in SITE.requests():
            for head in heads_of_header(request.heads):
                found.setdefault(request.host, []).append(head)
        for host, heads in found.items():
            before = [head for heads in self.given.values() for head in heads]
            self.assertFalse(set(heads) & set(before), f'{host} was given what was given before')
            self.given.setdefault(host, []).extend(heads)
        return found

    def make_willing(self, *hosts):
        self.visit(*hosts)
        self.tattled.wait_for_heads(*hosts)
        self.assertEqual(self.given, {})

    def problems(self):
        return '\n'.join(self.tattled.status()['problems'])

    def carried(self):
        return self.tattled.rows('SELECT host FROM exchanges WHERE what = 3 ORDER BY id')


class FullTest(PoolTest):
    def test_what_was_carried_is_not_given_again(self):
        self.make_willing(GOOD, SECOND)
        self.disk.fill()
        self.assertEqual(set(self.visit(GOOD)), {GOOD})
        eventually(lambda: 'gossip notes: ' in self.problems(), 'what is wrong')
        self.assertRegex(self.problems(), r'gossip notes: .*(full|cannot be written)')
        # The pool does not know it; whoever looks into the outbox does.
        self.assertEqual(self.carried(), [])
        eventually(lambda: set(self.tattled.outbox()) == {SECOND}, 'an outbox without it')
        self.assertEqual(self.visit(GOOD), {})
        self.assertEqual(set(self.visit(GOOD, SECOND)), {SECOND})
        eventually(lambda: self.tattled.outbox() == {}, 'an empty outbox')
        self.assertEqual(self.visit(GOOD, SECOND), {})
        # What programs say meanwhile does no harm.
        self.visit(SINGLE)
        eventually(lambda: self.tattled.count('gossip_notes') >= 5, 'the notes')
        self.assertIsNone(self.tattled.process.poll())
        # Once there is room the pool learns it, and has nothing for them but what is new.
        self.disk.empty()
        eventually(lambda: sorted(self.carried()) == [(GOOD,), (SECOND,)], 'what was carried')
        eventually(lambda: 'gossip notes' not in self.problems(), 'the end of the problem')
        self.assertEqual(self.visit(GOOD, SECOND), {})
        self.tattled.fetch()
        eventually(lambda: self.tattled.outbox(), 'new heads')
        self.assertTrue(self.visit(GOOD, SECOND))

    def test_it_starts_again_with_what_it_knew(self):
        self.make_willing(GOOD, SECOND)
        self.assertEqual(set(self.visit(GOOD)), {GOOD})
        eventually(lambda: self.carried() == [(GOOD,)], 'what was carried')
        self.tattled.end(signal.SIGKILL)
        self.disk.fill()
        self.tattled.start()
        self.assertEqual(self.visit(GOOD), {})
        self.disk.empty()


class ReadOnlyTest(PoolTest):
    def test_tattled_says_so_and_programs_go_on(self):
        self.make_willing(GOOD)
        self.assertEqual(set(self.visit(GOOD)), {GOOD})
        eventually(lambda: self.carried() == [(GOOD,)], 'what was carried')
        self.tattled.end()
        self.disk.remount('ro')
        self.assertEqual(self.tattled.outbox(), {}, 'nobody would hear')
        self.tattled.start()
        self.assertRegex(self.problems(), r"pool's file: .*/disk/pool.*(read-only|readonly|Read-only).*; "
                                          'what is seen is kept in memory only')
        # It does not know what was given, and gives nothing.
        self.assertEqual(self.visit(GOOD, SECOND), {})
        self.assertEqual(self.tattled.outbox(), {})
        self.tattled.end()
        check = subprocess.run([os.environ['TATTLED_EXE'], '--check', '--config', self.tattled.config],
                               capture_output=True, text=True, timeout=world.WAIT, check=False)
        self.assertEqual(check.returncode, 1, check)
        self.assertRegex(check.stdout + check.stderr, 'pool: ')
        # It can be read all the same.
        shown = subprocess.run([os.environ['TATTLE_EXE'], 'gossip', 'peers', '--pool',
                                self.tattled.path('pool')], capture_output=True, text=True,
                               timeout=world.WAIT, check=False)
        self.assertEqual(shown.returncode, 0, shown)
        self.assertRegex(shown.stdout, rf'{GOOD} +yes ')
        self.disk.remount('rw')
        self.tattled.start()
        self.assertEqual(self.visit(GOOD), {})


if __name__ == '__main__':
    unittest.main()
