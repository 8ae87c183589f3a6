#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""examples/demo: the log that lies is found, an honest one is not, without gossip nobody is, and
nothing is left behind, whatever ends it. In a box, so that there is no network but the loopback."""

import contextlib
import glob
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

import nginx_world
import world
from nginx_world import BUILD, wait_until

USER = 'nobody'
PROGRAMS = ('adapters/cli/tattle', 'adapters/daemon/tattled', 'tests/testlog/tattle-testlog',
            'plugin/libtattle.so.1', 'adapters/openssl/libtattle-openssl.so.1')
PROJECT = pathlib.Path('/tmp/project')  # where any user can read it
QUICKSTART = PROJECT / 'build' / 'quickstart'
TEMP = pathlib.Path('/tmp/temp')


def setUpModule():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as in a terminal; the box has it ignored
    shutil.copytree(world.EXAMPLES / 'demo', PROJECT / 'examples' / 'demo')
    module = nginx_world.module().relative_to(BUILD)
    for name in (*PROGRAMS, module):
        (QUICKSTART / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD / name, QUICKSTART / name)
    TEMP.mkdir()
    TEMP.chmod(0o1777)


def listening():
    """The ports on which somebody listens."""
    lines = pathlib.Path('/proc/net/tcp').read_text(encoding='ascii').splitlines()[1:]
    return {line.split()[1] for line in lines if line.split()[3] == '0A'}


def running():
    """Command lines of what the demonstration starts, by pid."""
    found = {}
    for path in glob.glob('/proc/[0-9]*/cmdline'):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = pathlib.Path(path).read_bytes().replace(b'\0', b' ').decode()
            if re.search(r'tattle-demo-|nginx: |tattle-testlog|tattled', command):
                found[int(path.split('/')[2])] = command
    return found


def masked(text):
    """Lines of what it says, without times, ports and hashes."""
    lines = re.findall(r'^ {2,}(?:\d+\.\d s .*|\$ tattle .*|evidence\.json: .*)$', text, re.MULTILINE)
    return [re.sub(r'\d+\.\d s|(?<=\d:)\S{6}|\S{6}(?= for the)|(?<=:)\d{4,5}(?=/)', 'X', line).strip()
            for line in lines]


class Demo:
    """One that runs, in a session of its own as one in a terminal does."""

    def __init__(self, *options, user=USER):
        as_user = ['setpriv', '--reuid', user, '--regid', 'nogroup', '--clear-groups', '--'] if user else []
        self.out, self.errors = (tempfile.NamedTemporaryFile(dir=TEMP) for _ in range(2))
        self.process = subprocess.Popen(
            [*as_user, PROJECT / 'examples/demo/run', *options], stdin=subprocess.DEVNULL, stdout=self.out,
            stderr=self.errors, start_new_session=True,
            env={'PATH': '/usr/bin:/bin', 'TMPDIR': str(TEMP), 'https_proxy': 'http://127.0.0.1:1'})

    def said(self):
        return pathlib.Path(self.out.name).read_text(encoding='utf-8')

    def complained(self):
        return pathlib.Path(self.errors.name).read_text(encoding='utf-8')

    def wait_for(self, pattern):
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f'it ended:\n{self.said()}{self.complained()}')
            return re.search(pattern, self.said())
        return wait_until(look, f'{pattern}; {self.said()}', 60)

    def end(self):
        return self.process.wait(60)

    def interrupt(self, number):
        os.killpg(self.process.pid, number)


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.assertEqual(running(), {})
        self.ports = listening()

    def demo(self, *options, **more):
        demo = Demo(*options, **more)
        self.addCleanup(lambda: demo.process.poll() is None and demo.interrupt(signal.SIGKILL))
        return demo

    def assert_nothing_is_left(self, *folders):
        self.assertEqual(running(), {})
        self.assertEqual(listening(), self.ports)
        self.assertEqual(sorted(path.name for path in TEMP.glob('tattle-demo-*')), sorted(folders))

    def assert_found(self, demo, liar):
        said = demo.said()
        found = re.search(r'FOUND  (\w+) signed two trees of 42 entries: (\S{6}) for the north, (\S{6}) for the south\n'
                          r' +\$ tattle evidence verify evidence.json --key logs/(\w+).pem\n'
                          r' +evidence.json: conclusive: split_view\n', said)
        self.assertTrue(found, said)
        self.assertEqual((found[1], found[4]), (liar, liar))
        self.assertNotEqual(found[2], found[3])
        for group, root in (('north', found[2]), ('south', found[3])):
            self.assertRegex(said, rf'{group}  its tattled asks the logs: .*{liar} 42:{re.escape(root)}')
        self.assertRegex(said, 'south  its tattled knows it, too')
        self.assertRegex(said, rf'page   \S+ shows evidence against {liar}\n')

    def test_an_ordinary_user_finds_the_log_that_lies(self):
        start = time.monotonic()
        demo = self.demo()
        self.assertEqual(demo.end(), 0, demo.said() + demo.complained())
        self.assertLess(time.monotonic() - start, 60)
        self.assert_found(demo, 'cedar')
        self.assertIn(f'{QUICKSTART}/adapters/cli/tattle check HOST', demo.said())
        readme = (world.ROOT / 'README.md').read_text(encoding='utf-8')
        self.assertEqual(masked(readme.partition('\n## Start\n')[2].partition('\n## ')[0]), masked(demo.said()))
        self.assert_nothing_is_left()

    def test_root_finds_another_and_looks_at_the_page(self):
        demo = self.demo('--liar', 'birch', '--keep', user=None)
        folder = pathlib.Path(demo.wait_for(r'; its files are in (\S+)\n')[1])
        self.assert_found(demo, 'birch')
        for url in re.findall(r'(http://\S+) \(', demo.said()):
            page = urllib.request.Request(url, headers={'Accept': 'text/html'})
            def shown(page=page):
                with urllib.request.urlopen(page, timeout=world.WAIT) as answer:
                    return re.search('<title>[^<]*Evidence', text := answer.read().decode()) and 'Birch birch' in text
            wait_until(shown, f'evidence against birch at {url}')
        # The evidence by itself, and not for another log.
        for log, status in (('birch', 0), ('amber', 1)):
            done = subprocess.run([QUICKSTART / PROGRAMS[0], 'evidence', 'verify', '--json', '--key',
                                   folder / f'logs/{log}.pem', folder / 'evidence.json'],
                                  capture_output=True, check=False, timeout=world.WAIT)
            self.assertEqual(done.returncode, status, done)
        demo.interrupt(signal.SIGTERM)
        self.assertEqual(demo.end(), 128 + signal.SIGTERM, demo.complained())
        self.assert_nothing_is_left()

    def test_nothing_is_found_of_honest_logs_nor_without_gossip(self):
        honest, silent = (self.demo(option) for option in ('--honest', '--no-gossip'))
        for demo, num_heads in ((honest, '[3-6]'), (silent, '0')):
            self.assertEqual(demo.end(), 0, demo.said() + demo.complained())
            self.assertRegex(demo.said(), f'nobody has found anything: the shop knows {num_heads} tree heads')
            self.assertNotIn('FOUND', demo.said())
        # Though there was something to be found out.
        seen = dict(re.findall(r'(north|south)  its tattled asks the logs: .*cedar (\S+)', silent.said()))
        self.assertNotEqual(seen['north'], seen['south'])
        self.assert_nothing_is_left()

    def test_ctrl_c_leaves_nothing(self):
        for line in ('logs  ', 'north  its tattled'):
            demo = self.demo()
            demo.wait_for(line)
            self.assertTrue(running())
            for _ in range(2):  # as impatient people do
                demo.interrupt(signal.SIGINT)
            self.assertEqual(demo.end(), 128 + signal.SIGINT, demo.complained())
            self.assertEqual(demo.complained(), '\nstopped by SIGINT\n')
            self.assert_nothing_is_left()

    def test_ctrl_c_at_once_leaves_nothing(self):
        for number, step in ((signal.SIGINT, 10), (signal.SIGTERM, 50)):
            for after in range(0, 200, step):  # milliseconds: while Python starts, and imports
                with self.subTest(f'{number.name} after {after} ms'):
                    demo = self.demo()
                    time.sleep(after / 1000)
                    demo.interrupt(number)
                    status = demo.end()
                    # Before Python runs it has the system's effect.
                    ended = (status, demo.complained()) in (
                        (-number, ''), (128 + number, f'\nstopped by {number.name}\n'))
                    self.assertTrue(ended, (status, demo.complained()))
                    self.assert_nothing_is_left()

    def test_what_is_killed_leaves_no_process(self):
        demo = self.demo(user=None)
        demo.wait_for('north  its tattled')
        demo.interrupt(signal.SIGKILL)
        demo.end()
        wait_until(lambda: not running(), 'the end of all')
        self.assertEqual(listening(), self.ports)
        for folder in TEMP.glob('tattle-demo-*'):
            shutil.rmtree(folder)

    def test_a_part_that_dies_is_named(self):
        demo = self.demo()
        demo.wait_for('north  its tattled')
        os.kill(next(pid for pid, command in running().items() if 'shop/tattled.conf' in command),
                signal.SIGKILL)
        self.assertEqual(demo.end(), 2)
        said = re.fullmatch(r'examples/demo/run: tattled-shop has ended \(SIGKILL\): see (\S+)\n(  tattled: .*\n)+',
                            demo.complained())
        self.assertTrue(said, demo.complained())
        self.assertIn('is ready', pathlib.Path(said[1]).read_text(encoding='utf-8'))
        folder = pathlib.Path(said[1]).parent
        self.assert_nothing_is_left(folder.name)
        shutil.rmtree(folder)

    def test_what_is_missing_is_named(self):
        demo = self.demo('--build', '/nowhere')
        self.assertEqual(demo.end(), 2)
        self.assertEqual(demo.complained(), 'examples/demo/run: /nowhere/adapters/cli/tattle is missing: run '
                                            'examples/demo/build, or name another folder with --build\n')
        self.assert_nothing_is_left()


if __name__ == '__main__':
    unittest.main()
