#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The daemon as a process: sockets, signals, what it writes, and what becomes of it when the machine
is unkind."""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
import pki  # pylint: disable=wrong-import-position

TATTLED = os.environ['TATTLED_EXE']
TATTLE = os.environ['TATTLE_EXE']
WAIT = 30  # seconds, for what should come at once


def eventually(look, what):
    """What LOOK returns, as soon as it is something."""
    until = time.monotonic() + WAIT
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError(f'waited in vain for {what}')
        time.sleep(0.02)
    return found


class World:
    """A CA that is public and known to the machine, two logs, certificates of today."""

    def __init__(self, folder):
        self.now = int(time.time())
        self.logs = [pki.Log(folder, 'alpha', 'Alpha Inc'), pki.Log(folder, 'beta', 'Beta Ltd')]
        self.ca = pki.Ca(folder, 'ca', self.now)
        self.log_list = self.write_list(os.path.join(folder, 'logs.json'), -1)
        self.good = self.issue('good')
        self.bare = pki.read(self.ca.issue('bare', 'bare.test') + '.der')

    def write_list(self, path, days):
        return pki.write(path, json.dumps({
            'version': '1.0',
            'log_list_timestamp': pki.days_around(self.now, days, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()],
                           'tiled_logs': []} for log in self.logs]}))

    def issue(self, name, serial='1001'):
        stamp_ms = (self.now - pki.DAY) * 1000
        path = self.ca.issue(name, name + '.test', lambda tbs: pki.sct_list(
            [log.sct(pki.precert_entry(tbs, self.ca.der), stamp_ms) for log in self.logs]), serial)
        return pki.read(path + '.der')


def observation(chain, host=b'mx.example', tail=b''):
    """As plugin/runtime/observation.cc has it."""
    def vector24(data):
        return len(data).to_bytes(3, 'big') + data
    return (b'TTLO\x01' + struct.pack('>Q', int(time.time() * 1000)) + bytes([2, 1, 1]) +
            bytes([len(host)]) + host + vector24(b''.join(vector24(one) for one in chain)) +
            vector24(b'') + vector24(tail))


class Daemon:
    def __init__(self, folder, world, extra=''):
        self.folder = folder
        self.world = world
        self.config = os.path.join(folder, 'tattled.conf')
        self.write_config(extra)
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_config(self, extra='', mode='require', log_list=None):
        pki.write(self.config, f'''# for a test
mode = {mode}
log_list = {log_list or self.world.log_list}
public_roots = {self.world.ca.pem}
ca_file = {self.world.ca.pem}
observe_socket = {self.path('observe')}
check_socket = {self.path('check')}
control_socket = {self.path('control')}
outbox = {self.path('outbox')}
pool = {self.path('pool')}
audit = no
{extra}
''')

    def start(self, *arguments):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify = self.path('notify')
        pathlib.Path(notify).unlink(missing_ok=True)
        self.notify.bind(notify)
        self.notify.settimeout(WAIT)
        self.log = open(self.path('log'), 'ab')
        environment = {**os.environ, 'NOTIFY_SOCKET': notify}
        environment.pop('JOURNAL_STREAM', None)
        self.process = subprocess.Popen([TATTLED, '--config', self.config, *arguments],
                                        stdin=subprocess.DEVNULL, stderr=self.log, env=environment)
        ready = b'' if self.process.poll() is not None else self.notify.recv(100)
        if ready != b'READY=1':
            raise AssertionError(f'{ready}: {self.said()}')
        return self

    def said(self):
        return pathlib.Path(self.path('log')).read_text(encoding='utf-8')

    def told(self):
        return self.notify.recv(100).decode()

    def end(self, number=signal.SIGTERM):
        """Sends a signal that ends it; returns the status."""
        self.process.send_signal(number)
        status = self.process.wait(WAIT)
        self.close()
        return status

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()
        self.log.close()

    def ask(self, name, request):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(WAIT)
            client.connect(self.path(name))
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            answer = b''
            while part := client.recv(65536):
                answer += part
        return answer.decode()

    def status(self):
        return json.loads(self.ask('control', b'{"ask":"status"}\n'))

    def count(self, name):
        return self.status()['counters'][name]

    def check(self, certificate):
        return self.ask('check', b'chain direction in host chat.example der ' +
                        base64.b64encode(certificate) + b'\n')

    def memory_kb(self):
        text = pathlib.Path(f'/proc/{self.process.pid}/status').read_text(encoding='ascii')
        return int(text.split('VmRSS:')[1].split()[0])


class Sender:
    """A client's socket; what does not fit at once is sent when there is room."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(WAIT)
        self.socket.connect(path)

    def __enter__(self):
        return self.socket

    def __exit__(self, *_):
        self.socket.close()


def setUpModule():
    global FOLDER, WORLD
    FOLDER = tempfile.TemporaryDirectory(prefix='tattled')
    WORLD = World(FOLDER.name)


def tearDownModule():
    FOLDER.cleanup()


class DaemonTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)

    def daemon(self, extra='', *arguments):
        daemon = Daemon(self.folder, WORLD, extra).start(*arguments)
        self.addCleanup(daemon.close)
        return daemon

    def run_tattled(self, *arguments):
        return subprocess.run([TATTLED, *arguments], capture_output=True, text=True, timeout=WAIT,
                              check=False)


class ObserveTest(DaemonTest):
    def test_observations_come_to_the_pool(self):
        daemon = self.daemon()
        with Sender(daemon.path('observe')) as client:
            client.send(observation([WORLD.good, WORLD.ca.der]))
            client.send(observation([WORLD.good, WORLD.ca.der]))
            client.send(observation([WORLD.good, WORLD.ca.der], b'other.example'))
            client.send(observation([WORLD.bare, WORLD.ca.der]))
            client.send(b'TTLO is not enough')
        # Two SCTs, each seen at two hosts.
        eventually(lambda: daemon.count('scts_stored') == 4, 'two SCTs in the pool')
        counters = daemon.status()['counters']
        self.assertEqual((counters['observations'], counters['observations_repeated'],
                          counters['observations_bad']), (5, 1, 1))

    def test_a_flood_costs_bounded_memory_and_stops_nobody(self):
        daemon = self.daemon('observe_rate = 50\nobserve_rate_total = 100')
        self.assertIn('ok compliant', daemon.check(WORLD.good))
        before = daemon.memory_kb()
        junk = observation([WORLD.good, WORLD.ca.der], tail=os.urandom(100_000))
        with Sender(daemon.path('observe')) as client:
            end = time.monotonic() + 3
            sent = 0
            while time.monotonic() < end:
                client.send(junk[:-4] + struct.pack('>I', sent))
                sent += 1
                if sent % 500 == 0:
                    self.assertIn('fail not compliant', daemon.check(WORLD.bare))
        self.assertGreater(sent, 2000)
        eventually(lambda: daemon.count('observations') == sent, 'the last of them')
        status = eventually(lambda: (now := daemon.status())['queue_bytes'] == 0 and now,
                            'an empty queue')
        self.assertGreater(status['counters']['observations_over_rate'], sent - 1000)
        self.assertLess(daemon.memory_kb() - before, 80_000)  # a queue of 16 MB, and what malloc keeps

    def test_anybody_may_report_and_only_the_group_may_ask(self):
        daemon = self.daemon()
        modes = {name: stat.S_IMODE(os.stat(daemon.path(name)).st_mode)
                 for name in ('observe', 'check', 'control', 'outbox')}
        self.assertEqual(modes, {'observe': 0o666, 'check': 0o660, 'control': 0o660, 'outbox': 0o644})


class CheckTest(DaemonTest):
    def test_a_chain(self):
        daemon = self.daemon()
        self.assertRegex(daemon.check(WORLD.good), '^ok compliant with chrome: .*\n$')
        self.assertRegex(daemon.check(WORLD.bare), '^fail not compliant with chrome: .*\n$')
        self.assertRegex(daemon.check(b'0'), '^ok CT not judged: .*\n$')
        self.assertRegex(daemon.ask('check', b'hello\n'), '^fail the request is not understood: ')

    def test_what_was_judged_is_observed(self):
        daemon = self.daemon()
        daemon.check(WORLD.good)
        eventually(lambda: daemon.count('scts_stored') == 2, 'two SCTs in the pool')

    def test_one_connection_a_certificate(self):
        daemon = self.daemon()
        for depth, certificate in ((1, WORLD.ca.der), (0, WORLD.bare)):
            answer = daemon.ask('check', b'certificate depth %d id 4711 host mx.example der %b' % (
                depth, base64.b64encode(certificate)))
            self.assertRegex(answer, '^fail ' if depth == 0 else '^ok ')


class ControlTest(DaemonTest):
    def test_status(self):
        status = self.daemon().status()
        self.assertEqual(status['mode'], 'require')
        self.assertEqual(status['log_list']['logs'], 2)
        self.assertEqual(status['problems'], [])

    def test_the_command_shows_it(self):
        daemon = self.daemon()
        daemon.check(WORLD.bare)
        out = self.run_status('--control', daemon.path('control'))
        self.assertRegex(out, r'(?m)^tattled: running\n  process   %d, version ' % daemon.process.pid)
        self.assertIn('  judges    mode require, policy chrome, for those who ask: 1 chain, 1 refused\n',
                      out)
        self.assertIn('  audits    off\n', out)
        shown = json.loads(self.run_status('--json', '--control', daemon.path('control')))['daemon']
        self.assertEqual(shown['pid'], daemon.process.pid)

    def test_the_command_says_who_would_be_refused(self):
        daemon = self.daemon('status_listen = 127.0.0.1:0')
        daemon.check(WORLD.bare)
        with Sender(daemon.path('observe')) as client:
            report = bytearray(observation([WORLD.bare, WORLD.ca.der]))
            report[15] = 0  # not compliant
            report[13] = 1  # in report
            for _ in range(3):
                client.send(report)
        eventually(lambda: daemon.count('verdicts_not_compliant') == 4, 'four verdicts')
        out = self.run_status('--control', daemon.path('control'))
        self.assertIn('  verdicts  0 compliant, 4 not compliant\n', out)
        self.assertRegex(out, r'(?m)^  would be refused: mx\.example \(3 times, last [0-9]+ s ago, '
                              r'policy chrome\)$')
        self.assertRegex(out, r'(?m)^  refused: chat\.example \(1 time, last [0-9]+ s ago, policy '
                              r'chrome\): not compliant with chrome: no SCT was presented')
        shown = json.loads(self.run_status('--json', '--control', daemon.path('control')))['daemon']
        self.assertEqual([(one['host'], one['judged_by']) for one in shown['verdicts']['hosts']],
                         [('mx.example', 'program'), ('chat.example', 'tattled')])
        url, = re.findall(r'serves its status at (http://127\.0\.0\.1:\d+/)\n', daemon.said())
        for path in ('', '?format=html', 'metrics'):
            self.assertNotRegex(self.fetch(url + path)[1], r'(mx|chat)\.example')
        with Sender(daemon.path('observe')) as client:
            client.send(observation([WORLD.good, WORLD.ca.der]))
        eventually(lambda: [one['host'] for one in daemon.status()['verdicts']['hosts']] ==
                   ['chat.example'], 'that it is compliant now')

    def test_the_command_says_that_it_is_dead(self):
        daemon = self.daemon()
        path = daemon.path('control')
        daemon.end(signal.SIGKILL)
        for reason in ('Connection refused', 'No such file or directory'):
            silence = f'does not answer at {path} ({reason})'
            self.assertIn(f'\ntattled: {silence}\n', self.run_status('--control', path, status=2))
            facts = json.loads(self.run_status('--json', '--control', path, status=2))
            self.assertEqual((facts['daemon'], facts['daemon_silence']), (None, silence))
            pathlib.Path(path).unlink(missing_ok=True)

    def test_the_command_says_when_nobody_answers(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
            path = os.path.join(self.folder, 'control')
            silent.bind(path)
            silent.listen()
            out = self.run_status('--control', path, status=2)
        self.assertIn(f'tattled: does not answer at {path} (no answer in time)\n', out)

    def test_the_same_over_http(self):
        daemon = self.daemon('status_listen = 127.0.0.1:0')
        url, = re.findall(r'serves its status at (http://127\.0\.0\.1:\d+/)\n',
                          pathlib.Path(daemon.path('log')).read_text(encoding='utf-8'))
        daemon.check(WORLD.bare)
        said = json.loads(self.fetch(url)[1])
        self.assertEqual(said['counters']['checks'], 1)
        self.assertEqual(set(said), set(daemon.status()))
        headers, page = self.fetch(url, Accept='text/html,*/*;q=0.8')
        self.assertEqual(headers['Content-Type'], 'text/html; charset=utf-8')
        self.assertIn("style-src 'sha256-", headers['Content-Security-Policy'])
        self.assertIn('>Nothing is wrong<', page)
        self.assertIn('\ntattled_checks_total 1\n', self.fetch(url + 'metrics')[1])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.fetch(url, Host='tattled.example')
        self.assertEqual(refused.exception.code, 421)
        refused.exception.close()
        # Whoever says nothing, or half of it, keeps nobody waiting, and is not waited for.
        with contextlib.ExitStack() as slow:
            for words in [b''] + [b'GET / HTTP/1.1\r\n'] * 100:
                place = ('127.0.0.1', int(url.rstrip('/').rpartition(':')[2]))
                slow.enter_context(socket.create_connection(place)).sendall(words)
            self.assertEqual(json.loads(self.fetch(url)[1])['counters']['checks'], 1)
            self.assertEqual(daemon.end(), 0)

    def test_says_at_its_start_who_may_read_the_status(self):
        daemon = self.daemon('status_listen = 127.0.0.1:0, 0.0.0.0:0')
        said = pathlib.Path(daemon.path('log')).read_text(encoding='utf-8')
        self.assertIn('status_listen: whoever reaches 0.0.0.0:0 reads, without a password', said)
        self.assertNotIn('whoever reaches 127.0.0.1', said)

    def test_an_address_that_is_taken_is_said(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            daemon = Daemon(self.folder, WORLD, f'status_listen = 127.0.0.1:{taken.getsockname()[1]}')
            done = self.run_tattled('--config', daemon.config)
        self.assertEqual(done.returncode, 1)
        self.assertIn('status_listen: ', done.stderr)

    @staticmethod
    def fetch(url, **headers):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=WAIT) as answer:
            return answer.headers, answer.read().decode()

    def run_status(self, *arguments, status=None):
        done = subprocess.run([TATTLE, 'status', *arguments], capture_output=True, text=True,
                              timeout=WAIT, check=False)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def test_what_is_no_request(self):
        self.assertIn('error', json.loads(self.daemon().ask('control', b'{"ask":"stop"}\n')))


class SignalTest(DaemonTest):
    def test_sigterm_ends_it_cleanly(self):
        daemon = self.daemon()
        start = time.monotonic()
        self.assertEqual(daemon.end(), 0)
        self.assertLess(time.monotonic() - start, 5)
        left = set(os.listdir(self.folder)) & {'observe', 'check', 'control'}
        self.assertEqual(left, set())

    def test_sighup_reads_the_configuration_again(self):
        daemon = self.daemon()
        self.assertIn('fail', daemon.check(WORLD.bare))
        daemon.write_config(mode='report', extra='observe_rate = 7')
        daemon.process.send_signal(signal.SIGHUP)
        self.assertRegex(daemon.told(), '^RELOADING=1\nMONOTONIC_USEC=[0-9]+$')
        self.assertEqual(daemon.told(), 'READY=1')
        self.assertIn('ok not compliant', daemon.check(WORLD.bare))
        self.assertIn('a restart is needed for: observe_rate', daemon.said())

    def test_what_needs_a_restart_is_said_until_it_is_as_it_was(self):
        daemon = self.daemon()
        want = 'changed configuration: a restart is needed for: '
        for extra, keys in (('observe_rate = 7', 'observe_rate'), ('observe_rate = 7', 'observe_rate'),
                            ('check_users = root\nobserve_rate = 7', 'check_users, observe_rate'),
                            ('', '')):
            daemon.write_config(extra)
            daemon.process.send_signal(signal.SIGHUP)
            daemon.told(), daemon.told()
            self.assertEqual(daemon.status()['problems'], [want + keys] if keys else [])
        self.assertEqual(daemon.said().count(want + 'observe_rate\n'), 1)
        self.assertIn('changed configuration: no restart is needed any more\n', daemon.said())

    def test_a_broken_configuration_changes_nothing(self):
        daemon = self.daemon()
        daemon.write_config('polcy = apple')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertIn('fail', daemon.check(WORLD.bare))
        problem, = daemon.status()['problems']
        self.assertRegex(problem, r'^configuration: .*: polcy: no such key; did you mean policy\?; '
                                  'the one from before stays in use')
        daemon.write_config()
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertEqual(daemon.status()['problems'], [])

    def test_a_list_that_cannot_be_read_changes_nothing(self):
        daemon = self.daemon()
        broken = pki.write(daemon.path('broken.json'), '{}')
        for path, why in ((daemon.path('none'), 'cannot be read'), (broken, 'is no log list')):
            daemon.write_config('observe_rate = 7', log_list=path)
            daemon.process.send_signal(signal.SIGHUP)
            daemon.told(), daemon.told()
            self.assertIn('ok compliant', daemon.check(WORLD.good))
            problem, = daemon.status()['problems']
            self.assertRegex(problem, f'^configuration: log_list: {path}: {why}.*; '
                                      'the one from before stays in use$')
        self.assertEqual(daemon.status()['log_list']['logs'], 2)
        self.assertNotIn('has read its configuration again', daemon.said())
        self.assertNotIn('a restart is needed', daemon.said())
        daemon.write_config()
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertEqual(daemon.status()['problems'], [])

    def test_a_list_that_broke_in_its_place_goes_on_through_a_reload(self):
        daemon = Daemon(self.folder, WORLD)
        own = shutil.copy(WORLD.log_list, daemon.path('own.json'))
        daemon.write_config(log_list=own)
        daemon.start()
        self.addCleanup(daemon.close)
        pki.write(own, 'broken')
        eventually(lambda: daemon.status()['problems'], 'a problem')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertIn('ok compliant', daemon.check(WORLD.good))
        self.assertEqual(daemon.status()['log_list']['logs'], 2)

    def test_without_a_list_another_one_can_still_be_named(self):
        daemon = Daemon(self.folder, WORLD)
        daemon.write_config(log_list=daemon.path('none'))
        daemon.start()
        self.addCleanup(daemon.close)
        self.assertIn('fail', daemon.check(WORLD.good))
        for mode, log_list, said in (('report', daemon.path('neither'), 'ok CT cannot be judged'),
                                     ('require', WORLD.log_list, 'ok compliant')):
            daemon.write_config(mode=mode, log_list=log_list)
            daemon.process.send_signal(signal.SIGHUP)
            daemon.told(), daemon.told()
            self.assertIn(said, daemon.check(WORLD.good))

    def test_after_kill_9_it_starts_again_with_what_it_had(self):
        daemon = self.daemon()
        with Sender(daemon.path('observe')) as client:
            client.send(observation([WORLD.good, WORLD.ca.der]))
            eventually(lambda: daemon.count('scts_stored') == 2, 'two SCTs in the pool')
        daemon.end(signal.SIGKILL)
        self.assertTrue(os.path.exists(daemon.path('check')))
        daemon.start()
        eventually(lambda: daemon.status()['pool']['scts'] == 2, 'two SCTs in the pool again')
        self.assertIn('ok compliant', daemon.check(WORLD.good))


class UnkindTest(DaemonTest):
    def test_a_second_one_does_not_start(self):
        daemon = self.daemon()
        second = self.run_tattled('--config', daemon.config)
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, '^tattled: pool: .*: another process has it, most likely another '
                                        'tattled; stop that .*, or name another pool$')
        self.assertIn('ok', daemon.check(WORLD.good))

    def test_a_socket_of_another_program_is_left_alone(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(os.path.join(self.folder, 'check'))
            other.listen()
            daemon = Daemon(self.folder, WORLD)
            done = self.run_tattled('--config', daemon.config)
        self.assertEqual(done.returncode, 1)
        self.assertIn('is served by another process', done.stderr)

    def test_mistakes_of_the_operator(self):
        daemon = Daemon(self.folder, WORLD, 'pool = relative')
        for arguments, status, said in (
                (['--config', daemon.path('none')], 2, 'none: cannot be read (No such file'),
                (['--config', daemon.config], 2, 'tattled.conf:12: pool: "relative" is no absolute'),
                (['--nonsense'], 2, '--nonsense'),
                (['--help'], 0, ''), (['--version'], 0, '')):
            with self.subTest(arguments):
                done = self.run_tattled(*arguments)
                self.assertEqual(done.returncode, status)
                self.assertIn(said, done.stderr)
        self.assertEqual(os.listdir(self.folder), ['tattled.conf'])

    def test_a_folder_that_is_gone_is_said_and_survived(self):
        out = os.path.join(self.folder, 'out')
        os.mkdir(out)
        daemon = self.daemon(f'metrics = {out}/tattled.prom')
        eventually(lambda: os.path.exists(f'{out}/tattled.prom'), 'metrics')
        shutil.rmtree(out)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        problem, = daemon.status()['problems']
        self.assertRegex(problem, '^metrics: cannot create a file beside ')
        os.mkdir(out)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertEqual(daemon.status()['problems'], [])
        self.assertTrue(os.path.exists(f'{out}/tattled.prom'))

    def test_what_is_wrong_with_the_list_is_said_once(self):
        daemon = Daemon(self.folder, WORLD)
        text = pathlib.Path(daemon.config).read_text(encoding='utf-8')
        pki.write(daemon.config, text.replace(WORLD.log_list, daemon.path('none')))
        daemon.start()
        self.addCleanup(daemon.close)
        daemon.check(WORLD.good)
        self.assertRegex(' '.join(daemon.status()['problems']),
                         f"(^| )log list: {daemon.path('none')}: cannot be read")
        said = [line for line in daemon.said().splitlines() if f"{daemon.path('none')}: cannot be read" in line]
        self.assertEqual(len([line for line in said if 'CT cannot be judged' not in line]), 1, said)

    def test_without_its_pool_it_judges_and_keeps_what_it_sees_in_memory(self):
        broken = b'not a pool' * 1000
        pool = pki.write(os.path.join(self.folder, 'pool'), broken)
        daemon = self.daemon(f"metrics = {os.path.join(self.folder, 'prom')}")
        problem, = daemon.status()['problems']
        self.assertRegex(problem, f"^pool's file: {pool}: is not a pool of Tattle's: name another "
                                  'file; what is seen is kept in memory only, .*: restart tattled ')
        self.assertIn(problem, daemon.said())
        self.assertIn('is ready, with 2 logs and the pool in memory', daemon.said())
        self.assertIn('ok compliant', daemon.check(WORLD.good))
        self.assertIn('fail', daemon.check(WORLD.bare))
        eventually(lambda: daemon.count('scts_stored') == 2, 'two SCTs in the pool')
        self.assertTrue(daemon.status()['pool']['in_memory'])
        self.assertIn('\ntattled_pool_in_memory 1\n', pki.read(daemon.path('prom')).decode())
        self.assertEqual(pki.read(pool), broken)
        self.assertIn('error', daemon.ask('control', b'{"ask":"gossip","site":"https://a.example"}\n'))
        self.assertFalse(os.path.exists(daemon.path('outbox')))
        # Once it is mended a restart is asked for, and helps.
        os.unlink(pool)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        eventually(lambda: f"pool's file: {pool}: can be opened again: restart tattled" in
                   ' '.join(daemon.status()['problems']), 'another problem')
        daemon.end()
        daemon.start()
        self.assertEqual(daemon.status()['problems'], [])
        self.assertFalse(daemon.status()['pool']['in_memory'])
        self.assertIn('\ntattled_pool_in_memory 0\n', pki.read(daemon.path('prom')).decode())

    def test_a_pool_that_is_removed_under_it_is_said(self):
        daemon = self.daemon()
        os.unlink(daemon.path('pool'))
        problem, = eventually(lambda: daemon.status()['problems'], 'a problem')
        self.assertRegex(problem, f"^pool's file: {daemon.path('pool')}: was removed or replaced while ")
        self.assertIn('ok compliant', daemon.check(WORLD.good))

    def test_a_pool_of_an_older_version_is_migrated_and_that_is_said(self):
        vector = pathlib.Path(__file__).parents[1] / 'vectors' / 'pool' / 'version_1.sql'
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, 'pool'))) as pool:
            pool.executescript(vector.read_text(encoding='utf-8'))
        daemon = self.daemon()
        self.assertRegex(daemon.said(), r'(?m)^tattled: pool: migrated from schema 1 to [0-9]+$')
        daemon.end()
        daemon.start()
        self.assertEqual(daemon.said().count('migrated'), 1)

    def test_a_full_disk_is_said_and_nothing_that_waits_is_lost(self):
        daemon = self.daemon()
        daemon.end()
        certificates = [WORLD.issue(f'disk{number}', str(2000 + number)) for number in range(8)]
        daemon.start()
        # No file of this process may grow beyond what its pool's log needs for a few writes.
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (48 * 1024, resource.RLIM_INFINITY))
        with Sender(daemon.path('observe')) as client:
            for number, certificate in enumerate(certificates, 1):
                client.send(observation([certificate, WORLD.ca.der]))
                eventually(lambda: daemon.count('observations_verified') == number or
                           daemon.status()['problems'], 'the next one')
        problem = eventually(lambda: daemon.status()['problems'], 'a problem')
        self.assertRegex(problem[0], f"^pool: {daemon.path('pool')}: ")
        self.assertIn('ok compliant', daemon.check(WORLD.good))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        # Those of the check above are among them.
        eventually(lambda: daemon.count('scts_stored') == 2 * (len(certificates) + 1), 'all SCTs')
        self.assertEqual(daemon.status()['problems'], [])

    def test_a_new_log_list_is_taken_up(self):
        own = os.path.join(self.folder, 'own.json')
        WORLD.write_list(own, -100)
        daemon = Daemon(self.folder, WORLD)
        daemon.write_config()
        text = pathlib.Path(daemon.config).read_text(encoding='utf-8')
        pki.write(daemon.config, text.replace(WORLD.log_list, own))
        daemon.start()
        self.addCleanup(daemon.close)
        self.assertTrue(daemon.status()['log_list']['stale'])
        self.assertRegex(daemon.status()['problems'][0], r'older than 70 days \(of [-\d]+\), so that newer logs are '
                                                         'unknown and verdicts lenient; bring in')
        daemon.write_config('on_stale = fail', log_list=own)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.told(), daemon.told()
        self.assertRegex(daemon.status()['problems'][0],
                         r'older than 70 days \(of [-\d]+\), so that nothing is compliant; bring in')
        os.replace(WORLD.write_list(own + '.new', 0), own)
        eventually(lambda: not daemon.status()['log_list']['stale'], 'the new list')
        self.assertEqual(daemon.status()['problems'], [])


class ListServer:
    """A web server over TLS with a log list and its signature; PATHS are what was asked for."""

    def __init__(self, certificate):
        self.files = {}
        self.paths = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.paths.append(self.path)
                content = owner.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header('content-length', str(len(content or b'')))
                self.end_headers()
                self.wfile.write(content or b'')

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that does not trust us hangs up
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + '.pem', certificate + '.key')
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.url = f'https://localhost:{self.server.server_port}/list.json'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ListUpdateTest(DaemonTest):
    """A list that tattled keeps fresh, from a server with a certificate that it has to verify."""

    def setUp(self):
        super().setUp()
        self.key = os.path.join(self.folder, 'list.key')
        self.installed = os.path.join(self.folder, 'installed.json')
        pki.openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out',
                    self.key)
        pki.openssl('pkey', '-in', self.key, '-pubout', '-out', self.key + '.pem')
        WORLD.write_list(self.installed, -100)

    def serve(self, ca=None):
        server = ListServer((ca or WORLD.ca).issue('lists', 'localhost', serial='3001'))
        self.addCleanup(server.close)
        return server

    def offer(self, server, days, signature='/list.json.sig'):
        content = pki.read(WORLD.write_list(os.path.join(self.folder, 'offer.json'), days))
        server.files = {'/list.json': content, signature: pki.openssl(
            'dgst', '-sha256', '-sign', self.key, data=content)}
        return content

    def start(self, server):
        """A daemon, whose first look at the server is over."""
        daemon = Daemon(self.folder, WORLD)
        daemon.write_config(f'log_list_url = {server.url}\nlog_list_key = {self.key}.pem')
        text = pathlib.Path(daemon.config).read_text(encoding='utf-8')
        pki.write(daemon.config, text.replace(WORLD.log_list, self.installed))
        daemon.start()
        self.addCleanup(daemon.close)
        return daemon

    def assert_not_taken(self, server, problem):
        before = pki.read(self.installed)
        daemon = self.start(server)
        eventually(lambda: daemon.count('log_list_update_failures') == 1, 'a failure')
        self.assertRegex(' '.join(daemon.status()['problems']), f'log_list_url: .*{problem}')
        self.assertEqual(pki.read(self.installed), before)
        self.assertTrue(daemon.status()['log_list']['stale'])
        return daemon

    def test_a_newer_list_is_put_in_force(self):
        for days, signature in ((-2, '/list.json.sig'), (-1, '/list.sig')):
            with self.subTest(signature):
                server = self.serve()
                content = self.offer(server, days, signature)
                daemon = self.start(server)
                eventually(lambda: daemon.count('log_list_updates') == 1, 'the newer list')
                self.assertEqual(pki.read(self.installed), content)
                self.assertEqual(server.paths[:2], ['/list.json', '/list.json.sig'])
                eventually(lambda: not daemon.status()['log_list']['stale'], 'that it is used')
                self.assertEqual(daemon.status()['problems'], [])
                self.assertIn('ok compliant', daemon.check(WORLD.good))
                daemon.end()

    def test_a_list_that_is_not_signed_or_older_is_refused(self):
        server = self.serve()
        server.files['/list.json'] = self.offer(server, -1) + b' '
        self.assert_not_taken(server, 'not signed by').end()
        self.offer(server, -200)
        self.assert_not_taken(server, 'is refused: it is of .* and so older than')

    def test_a_server_that_cannot_show_who_it_is_gets_no_hearing(self):
        stranger = pki.Ca(self.folder, 'stranger', WORLD.now)
        server = self.serve(stranger)
        self.offer(server, -1)
        self.assert_not_taken(server, 'certificate')
        self.assertEqual(server.paths, [])


class MetricsTest(DaemonTest):
    def test_the_option_writes_them_where_it_says(self):
        path = os.path.join(self.folder, 'tattled.prom')
        self.daemon('', '--metrics', path)
        text = eventually(lambda: os.path.exists(path) and pki.read(path).decode(), 'metrics')
        self.assertRegex(text, '(?m)^# TYPE tattled_checks_total counter\ntattled_checks_total 0$')


if __name__ == '__main__':
    unittest.main()
