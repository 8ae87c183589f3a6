#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The box keeps what it promises: nothing gets out of it, and nothing of it is left."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOX = str(ROOT / 'tests' / 'hosts' / 'box')
SMALL = 'hello'  # a package without dependencies


def box(*args, **kwargs):
    """Runs a box. Returns status, stdout, stderr."""
    done = subprocess.run([BOX, *args], capture_output=True, text=True, timeout=300,
                          **{'stdin': subprocess.DEVNULL, **kwargs})
    return done.returncode, done.stdout, done.stderr


def shell(text, *packages, **kwargs):
    return box(*packages, '--', 'bash', '-c', text, **kwargs)


def processes_with(word):
    found = []
    for folder in pathlib.Path('/proc').iterdir():
        try:
            if folder.name.isdigit() and word.encode() in (folder / 'cmdline').read_bytes():
                found.append(folder.name)
        except OSError:
            pass
    return found


class BoxTest(unittest.TestCase):
    def test_is_on_a_network_of_its_own(self):
        status, out, err = shell('ls /sys/class/net; hostname; exec 3<>/dev/tcp/192.0.2.1/80')
        self.assertEqual(out, 'lo\nbox.test\n')
        self.assertEqual(status, 1)
        self.assertIn('Network is unreachable', err)

    def test_leaves_the_machine_as_it_was(self):
        marker = f'/etc/tattle-box-test-{os.getpid()}'
        # Not a file that anybody needs: if the box leaks, the machine is to survive this test.
        with tempfile.NamedTemporaryFile(dir='/var/tmp', prefix='tattle-box-test-') as mine:
            status, out, err = shell(f'touch {marker} && ls {marker} && rm {mine.name} && ls -A /tmp /run')
            self.assertTrue(os.path.exists(mine.name))
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out, f'{marker}\n/run:\nlock\n\n/tmp:\n')
        self.assertFalse(os.path.exists(marker))

    def test_writes_where_it_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            status, _, err = box('--bind', folder, '--', 'touch', folder + '/written')
            self.assertEqual((status, err), (0, ''))
            self.assertEqual(os.listdir(folder), ['written'])

    def test_passes_on_status_and_streams(self):
        done = subprocess.run([BOX, '--', 'bash', '-c', 'cat; echo bad >&2; exit 7'], input=b'in',
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, b'in', b'bad\n'))

    def test_has_a_log_socket_of_its_own(self):
        status, out, err = shell('''python3 -c '
import socket, syslog
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("/dev/log")
syslog.syslog("said in the box")
print(listener.recv(1000).decode())' ''')
        self.assertEqual((status, err), (0, ''))
        self.assertIn('said in the box', out)

    def test_takes_all_processes_with_it(self):
        word = f'box-test-{os.getpid()}-ends'
        status, _, _ = shell(f'setsid bash -c "exec -a {word} sleep 1000" & exit 3')
        self.assertEqual(status, 3)
        self.assertEqual(processes_with(word), [])

    def test_dies_when_it_is_stopped(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(number.name):
                word = f'box-test-{os.getpid()}-{number.name}'
                command = [BOX, '--', 'bash', '-c', f'exec -a {word} sleep 1000 & echo started; wait']
                with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                    self.assertEqual(process.stdout.readline(), b'started\n')
                    os.kill(process.pid, number)
                    self.assertNotEqual(process.wait(timeout=10), 0)
                until = time.monotonic() + 10
                while processes_with(word) and time.monotonic() < until:
                    time.sleep(0.01)
                self.assertEqual(processes_with(word), [])

    def test_stands_in_another_box(self):
        """Where / is an overlay already, as in a container."""
        status, out, err = shell(f'TATTLE_BOXES=/tmp/boxes {BOX} -- bash -c "echo within; exit 5"')
        self.assertEqual((status, out, err), (5, 'within\n', ''))

    def test_says_what_is_in_its_way(self):
        status, out, err = shell(f'mount -t tmpfs var /var && TATTLE_BOXES=/tmp/boxes {BOX} -- true')
        self.assertEqual((status, out), (125, ''))
        self.assertIn('box: /var is a file system of its own', err)


class GuardTest(unittest.TestCase):
    def test_what_belongs_into_a_box_does_not_start_outside(self):
        # Imported only, and told of no module: without the guard nothing worse than an error follows.
        env = {key: value for key, value in os.environ.items() if not key.startswith('TATTLE_')}
        folder = pathlib.Path(__file__).resolve().parent
        names = sorted({file.stem for file in folder.glob('*_test.py')} - {'box_test'})
        self.assertIn('enable_postfix_test', names)
        for name in names:
            with self.subTest(name):
                done = subprocess.run(['python3', '-B', '-c', f'import {name}'], cwd=folder, env=env,
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertIn('only in a box', done.stderr)


class PackagesTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(dir=ROOT / 'build')
        self.addCleanup(scratch.cleanup)
        self.env = {**os.environ, 'TATTLE_BOXES': scratch.name}
        self.boxes = pathlib.Path(scratch.name)

    def test_are_there_and_only_there(self):
        status, out, err = shell('hello && /usr/sbin/policy-rc.d nginx start', SMALL, env=self.env)
        self.assertEqual((status, out, err), (101, 'Hello, world!\n', ''))
        self.assertFalse(os.path.exists('/usr/bin/hello'))

    def test_are_installed_once(self):
        def install():
            status, _, err = box('--install', SMALL, env=self.env)
            self.assertEqual((status, err), (0, ''))
            tar, = self.boxes.glob('*.tar')
            return tar, tar.stat().st_mtime_ns
        tar, first = install()
        self.assertEqual(install(), (tar, first))
        # Another state of this machine's packages: the layer is made anew.
        (self.boxes / (tar.name + '.key')).write_text('1 hello of another day\n', encoding='ascii')
        self.assertNotEqual(install()[1], first)

    def test_that_do_not_exist_are_named(self):
        status, out, err = box('tattle-no-such-package', '--', 'true', env=self.env)
        self.assertEqual((status, out), (125, ''))
        self.assertIn('box: cannot install tattle-no-such-package', err)
        self.assertEqual(list(self.boxes.glob('*.tar')), [])


class ArgumentsTest(unittest.TestCase):
    def test_help_says_how(self):
        status, out, _ = box('--help')
        self.assertEqual(status, 0)
        self.assertIn('Usage: tests/hosts/box', out)

    def test_nothing_to_do_is_a_mistake(self):
        for args in ((), ('--',), ('hello',), ('--nonsense', '--', 'true')):
            with self.subTest(args):
                status, out, err = box(*args)
                self.assertEqual((status, out), (125, ''))
                self.assertIn('Usage', err)


if __name__ == '__main__':
    unittest.main()
