#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The gossip endpoint under everything that hostile clients can think of, all at once, while honest
ones are answered: memory, file and rows stay bounded; afterwards the pool has nothing that did not
verify and all that did.

TATTLE_SOAK_SECONDS (12): how long the mixture lasts. TATTLE_SOAK_HEADS (100000): heads that a log
whose key leaked signs.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import resource
import shutil
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'cli'))
import pki  # pylint: disable=wrong-import-position
from daemon_test import WAIT, Daemon, eventually  # pylint: disable=wrong-import-position

SECONDS = float(os.environ.get('TATTLE_SOAK_SECONDS', '12'))
NUM_HONEST = 300
NUM_HEADS = int(os.environ.get('TATTLE_SOAK_HEADS', '100000'))
SIGNATURES = os.environ['TATTLE_MANY_SIGNATURES']

POLLINATION = '/.well-known/ct/v1/sth-pollination'
FEEDBACK = '/.well-known/ct-gossip/v1/sct-feedback'
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# What plugin/pool/options.h promises for one log.
MAX_UNLINKED, MAX_CONFLICTING = 2048, 256
# The write-ahead log has 64 MB before it is copied into the file.
MAX_POOL_MB = 160
# 128 connections may hold 1 MB each, 64 MB of the pool are cached, the largest message of JSON takes
# 20 MB. Seen: 28 MB; with the address sanitizer, whose quarantine the test limits, 110 MB.
MAX_RSS_MB = 300


def base64_of(data):
    return base64.b64encode(data).decode()


class Head:
    """A tree head, its root made of its number and a salt."""

    def __init__(self, log, tree_size, stamp_ms, salt=b''):
        self.log = log
        root = hashlib.sha256(salt + struct.pack('>Q', tree_size)).digest()
        self.name = (log.log_id, tree_size, stamp_ms, root)
        self.signed = struct.pack('>BBQQ', 0, 1, stamp_ms, tree_size) + root
        self.signature = b''

    def json(self, signature=None):
        _, tree_size, stamp_ms, root = self.name
        return {'sth_version': 0, 'tree_size': tree_size, 'timestamp': stamp_ms,
                'sha256_root_hash': base64_of(root), 'log_id': base64_of(self.log.log_id),
                'tree_head_signature': base64_of(b'\4\3' + pki.vector16(signature or self.signature))}


def signed(heads):
    """The same heads, signed by the key of their one log."""
    done = subprocess.run([SIGNATURES, 'sign', heads[0].log.key], stdout=subprocess.PIPE, check=True,
                          input=b''.join(head.signed for head in heads))
    place = 0
    for head in heads:
        size, = struct.unpack_from('>H', done.stdout, place)
        head.signature = done.stdout[place + 2:place + 2 + size]
        place += 2 + size
    return heads


def twin(signature):
    """(r, n - s), which verifies too."""
    def integer(number):
        return pki.der(0x02, number.to_bytes(number.bit_length() // 8 + 1, 'big'))
    r, s = (int.from_bytes(element[2:], 'big') for element in pki.children(signature))
    return pki.der(0x30, integer(r), integer(P256_ORDER - s))


def broken(signature):
    return signature[:-1] + bytes([signature[-1] ^ 1])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('localhost', timeout=WAIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(WAIT)
        self.sock.connect(self.path)


class World:
    """A site, a log that is honest, and one whose key leaked."""

    def __init__(self, folder):
        self.folder = folder
        now = int(time.time())
        self.honest = pki.Log(folder, 'honest', 'Honest Inc')
        self.leaked = pki.Log(folder, 'leaked', 'Leaked Ltd')
        self.logs = (self.honest, self.leaked)
        self.log_list = pki.write(os.path.join(folder, 'logs.json'), json.dumps({
            'version': '1.0', 'log_list_timestamp': pki.days_around(now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()],
                           'tiled_logs': []} for log in self.logs]}))
        self.ca = pki.Ca(folder, 'ca', now)
        self.site = self.ca.issue('site')
        self.stamp_ms = now * 1000 - 60_000
        self.leaf, self.foreign = (pki.read(self.ca.issue(name, host, None, serial) + '.der')
                                   for name, host, serial in (('shown', 'localhost', '71'),
                                                              ('foreign', 'foreign.test', '72')))
        self.scts = [log.sct(pki.x509_entry(self.leaf), self.stamp_ms) for log in self.logs]
        self.foreign_sct = self.honest.sct(pki.x509_entry(self.foreign), self.stamp_ms)


def setUpModule():
    global FOLDER, WORLD
    FOLDER = tempfile.TemporaryDirectory(prefix='soak')
    WORLD = World(FOLDER.name)


def tearDownModule():
    FOLDER.cleanup()


class Endpoint(Daemon):
    def __init__(self, folder, extra):
        super().__init__(folder, WORLD, f'''gossip_listen = 127.0.0.1:0
gossip_certificate = {WORLD.site}.pem
gossip_key = {WORLD.site}.key
gossip_socket = {os.path.join(folder, 'gossip')}
gossip_names = localhost
{extra}''')

    def start(self, *arguments):
        options = os.environ.get('ASAN_OPTIONS', '')
        os.environ['ASAN_OPTIONS'] = f'{options}:quarantine_size_mb=16'
        try:
            super().start(*arguments)
        finally:
            os.environ['ASAN_OPTIONS'] = options
        place, = (place for place in self.status()['gossip']['listens'] if place.startswith('127.'))
        self.port = int(place.split(':')[1])
        return self

    def connect(self, tls_from=None):
        if tls_from is None:
            return contextlib.closing(UnixConnection(self.path('gossip')))
        context = ssl.create_default_context(cafile=WORLD.ca.pem)
        return contextlib.closing(http.client.HTTPSConnection(
            'localhost', self.port, timeout=WAIT, context=context, source_address=(tls_from, 0)))

    def post(self, path, message, ip='192.0.2.1', connection=None, tls_from=None, headers=()):
        """The status, and the body."""
        with (contextlib.nullcontext(connection) if connection else self.connect(tls_from)) as client:
            data = message if isinstance(message, bytes) else json.dumps(message).encode()
            client.request('POST', path, data, {'Content-Type': 'application/json', 'X-Real-IP': ip,
                                                **dict(headers)})
            answer = client.getresponse()
            return answer.status, answer.read()

    def send(self, data, tcp_from=None):
        """Bytes that need not be HTTP, and the connection after them."""
        if tcp_from:
            peer = socket.create_connection(('127.0.0.1', self.port), WAIT, (tcp_from, 0))
        else:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            peer.settimeout(WAIT)
            peer.connect(self.path('gossip'))
        with contextlib.suppress(OSError):
            peer.sendall(data)
        return peer

    def rows(self, query, *values):
        with contextlib.closing(sqlite3.connect(self.path('pool'), timeout=WAIT)) as pool:
            return pool.execute(query, values).fetchall()

    def heads(self, log):
        """As Head.name has them, with their signatures behind."""
        return [(log.log_id, *row) for row in self.rows(
            'SELECT tree_size, timestamp_ms, root, signature FROM heads JOIN logs ON log = logs.id '
            'WHERE log_id = ?', log.log_id)]

    def pool_mb(self):
        return sum(os.path.getsize(file) for file in pathlib.Path(self.folder).glob('pool*')) / 1e6


class Honest:
    """A client who brings a head each twentieth of a second, by the socket and by TLS in turn, and
    must get an answer. In a process of its own, since the attackers keep Python busy."""

    def __init__(self, daemon, pause_s=0.05):
        self.daemon = daemon
        self.pause_s = pause_s
        self.heads = signed([Head(WORLD.honest, 1 + number, WORLD.stamp_ms, b'honest')
                             for number in range(NUM_HONEST)])
        self.results = multiprocessing.SimpleQueue()
        self.is_over = multiprocessing.Event()
        self.process = multiprocessing.Process(target=self._run)
        self.taken, self.trouble, self.slowest_s = [], [], 0.0

    def _run(self):
        number = 0
        while not self.is_over.wait(self.pause_s):
            # When there are no more, it brings those that are known.
            head = self.heads[number % len(self.heads)]
            tls_from = '127.0.0.1' if number % 2 else None
            start = time.monotonic()
            try:
                answer, _ = self.daemon.post(POLLINATION, {'sths': [head.json()]}, '198.51.100.1',
                                             tls_from=tls_from)
            except (OSError, http.client.HTTPException) as error:
                answer = repr(error)
            self.results.put((number % len(self.heads), tls_from, answer, time.monotonic() - start))
            number += 1
        self.results.put(None)

    def __enter__(self):
        self.process.start()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        return self

    def _read(self):
        while result := self.results.get():
            number, tls_from, answer, took_s = result
            if answer == 200:
                self.taken.append(self.heads[number])
            else:
                self.trouble.append((answer, tls_from))
            self.slowest_s = max(self.slowest_s, took_s)

    def __exit__(self, *_):
        self.is_over.set()
        self.reader.join()
        self.process.join()


class Mixture:
    """The attacks. Each is a method that does one round of it; what the server answers may be
    anything that HTTP has, also nothing; the test looks at what has become of the server."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.random = random.Random(7)
        self.failures = []
        self.rounds = {}
        honest = signed([Head(WORLD.honest, 1_000_000 + number, WORLD.stamp_ms) for number in range(6)])
        self.valid = json.dumps({'sths': [head.json() for head in honest]}).encode()
        self.extra_names = {head.name for head in honest}

    def garbage_bodies(self):
        with self.daemon.connect() as client:
            for _ in range(10):
                body = bytearray(self.valid)
                for _ in range(self.random.randrange(1, 20)):
                    body[self.random.randrange(len(body))] = self.random.randrange(256)
                del body[self.random.randrange(len(body)):]
                for message in (bytes(body), self.random.randbytes(self.random.randrange(4000)),
                                b'[' * 100_000, b'{"sths":[' + b'{},' * 5000 + b'{}]}'):
                    self.daemon.post(POLLINATION, message, connection=client)
                    self.daemon.post(FEEDBACK, message, connection=client)

    def strange_numbers(self):
        """In heads whose signature is that of another."""
        head = json.loads(self.valid)['sths'][0]
        with self.daemon.connect() as client:
            for member in ('tree_size', 'timestamp', 'sth_version'):
                for value in (-1, 2 ** 63, 2 ** 64 - 1, 2 ** 64, 1e300, '7', None, [], {}):
                    self.daemon.post(POLLINATION, {'sths': [{**head, member: value}]}, connection=client)
                    self.daemon.post(POLLINATION, {'v1': [{**head, member: value}]}, connection=client)

    def garbage_headers(self):
        with self.daemon.connect() as client:
            for value in ('=' * 8000, '0:' + 'A' * 8000, '0:00:!', '0::' + base64_of(self.valid)[:8000],
                          '0:' + WORLD.honest.log_id.hex() + ':' + base64_of(self.random.randbytes(5900))):
                self.daemon.post(POLLINATION, b'{"sths":[]}', connection=client,
                                 headers={'TransGossip': value})

    def _send(self, data, is_tcp):
        ip = f'127.0.1.{self.random.randrange(1, 4)}' if is_tcp else None
        return self.daemon.send(data, ip)

    def no_http(self):
        for data in (self.random.randbytes(3000), b'POST / HTTP/9.9\r\n\r\n', b'A' * 100_000,
                     b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + self.random.randbytes(500),
                     b'GET / HTTP/1.1\r\n' + b'X: y\r\n' * 20_000, b'\x16\x03\x01' + bytes(200)):
            self._send(data, True).close()
            # A front end forwards only what is HTTP; who else connects there is on this machine.
            with self._send(data, False) as peer, contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass

    def idle_connections(self):
        """That have not asked anything."""
        with contextlib.ExitStack() as stack:
            for number in range(150):
                stack.enter_context(self._send(b'', number % 3 != 0))
            time.sleep(0.2)

    def slow_bodies(self):
        head = f'POST {POLLINATION} HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n'.encode()
        with contextlib.ExitStack() as stack:
            peers = [stack.enter_context(self._send(head, False)) for _ in range(30)]
            for _ in range(10):
                for peer in peers:
                    with contextlib.suppress(OSError):
                        peer.sendall(b' ' * 30_000)
                time.sleep(0.05)

    def endless_bodies(self):
        head = f'POST {FEEDBACK} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'.encode()
        with self._send(head, False) as peer, contextlib.suppress(OSError):
            for _ in range(200):
                peer.sendall(b'10000\r\n' + b' ' * 0x10000 + b'\r\n')

    def bombs(self):
        """Compressed, and not worth a look either where that is not said."""
        bomb = b'\x1f\x8b\x08' + bytes(100_000)
        for encoding in ('gzip', 'deflate', 'br', 'gzip, gzip', 'identity'):
            self.daemon.post(POLLINATION, bomb, headers={'Content-Encoding': encoding})

    def chains_without_end(self):
        """Around one leaf, with SCTs that verify, their twins, and some that do not."""
        chain = [base64_of(WORLD.leaf)]
        sct = self.random.choice(WORLD.scts)
        twisted = sct[:45] + pki.vector16(twin(sct[47:]))
        entries = [{'x509_chain': [*chain, base64_of(self.random.randbytes(40))],
                    'sct_data': [base64_of(sct), base64_of(twisted), base64_of(broken(sct))]}
                   for _ in range(600)]
        self.daemon.post(FEEDBACK, {'sct_feedback': entries}, '203.0.113.1')

    def feedback_for_others(self):
        entry = {'x509_chain': [base64_of(WORLD.foreign)], 'sct_data': [base64_of(WORLD.foreign_sct)]}
        no_leaf = {'x509_chain': [base64_of(self.random.randbytes(900))], 'sct_data': entry['sct_data']}
        self.daemon.post(FEEDBACK, {'sct_feedback': [entry, no_leaf] * 200}, '203.0.113.2')

    def bad_signatures(self):
        """In heads of every kind: unknown logs, none named, old, from the future."""
        heads = [json.loads(self.valid)['sths'][0] for _ in range(300)]
        for head in heads:
            head['tree_size'] = self.random.randrange(2 ** 62)
            head['timestamp'] += self.random.choice((0, 10 ** 9, -2 * 10 ** 9))
            if self.random.random() < 0.3:
                head['log_id'] = base64_of(self.random.randbytes(32))
            elif self.random.random() < 0.3:
                del head['log_id']
        self.daemon.post(POLLINATION, {'sths': heads}, '203.0.113.3')

    ALL = (garbage_bodies, strange_numbers, garbage_headers, no_http, idle_connections, slow_bodies,
           endless_bodies, bombs, chains_without_end, feedback_for_others, bad_signatures)

    def _repeat(self, attack, until):
        number = 0
        while time.monotonic() < until:
            try:
                attack(self)
            except (OSError, http.client.HTTPException):
                pass  # the server may hang up on it
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append((attack.__name__, repr(error)))
                return
            number += 1
        self.rounds[attack.__name__] = number

    def run(self, seconds):
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._repeat, args=(attack, until)) for attack in self.ALL]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class SoakTest(unittest.TestCase):
    def endpoint(self, extra=''):
        folder = tempfile.mkdtemp(prefix='soak')
        self.addCleanup(shutil.rmtree, folder)
        daemon = Endpoint(folder, extra).start()
        self.addCleanup(daemon.close)
        return daemon

    # Nothing is refused for its number: what holds is to hold without that.
    NO_RATES = 'gossip_rate = 1000000\ngossip_rate_total = 1000000\ngossip_checks = 1000000\n'

    def assert_bounded(self, daemon):
        rss_mb, pool_mb = daemon.memory_kb() / 1024, daemon.pool_mb()
        print(f'{self.id().split(".")[-1]}: RSS {rss_mb:.0f} MB, pool {pool_mb:.1f} MB', file=sys.stderr)
        self.assertLess(rss_mb, MAX_RSS_MB)
        self.assertLess(pool_mb, MAX_POOL_MB)

    def assert_served(self, honest):
        print(f'  honest: {len(honest.taken)} messages, the slowest {honest.slowest_s:.2f} s',
              file=sys.stderr)
        self.maxDiff = None
        self.assertEqual(honest.trouble, [])
        self.assertGreater(len(honest.taken), 10)

    def assert_verified(self, daemon, log, names):
        """All heads of the pool are among those that were signed, and verify."""
        heads = daemon.heads(log)
        self.assertLessEqual({head[:4] for head in heads}, names)
        # One is one, whatever signatures came with it.
        self.assertEqual(len({head[:4] for head in heads}), len(heads))
        signatures = b''.join(struct.pack('>BBQQ', 0, 1, stamp_ms, size) + root + signature[2:]
                              for _, size, stamp_ms, root, signature in heads)
        done = subprocess.run([SIGNATURES, 'verify', log.key], input=signatures, check=False)
        self.assertEqual(done.returncode, 0)
        return heads

    def assert_ended_well(self, daemon):
        """Also the sanitizers have nothing to say."""
        self.assertEqual(daemon.end(), 0, daemon.said()[-3000:])
        self.assertNotRegex(daemon.said(), 'Sanitizer|runtime error')

    def test_all_at_once(self):
        daemon = self.endpoint(self.NO_RATES)
        mixture = Mixture(daemon)
        with Honest(daemon) as honest:
            mixture.run(SECONDS)
        self.assertEqual(mixture.failures, [])
        print(f'  rounds: {mixture.rounds}', file=sys.stderr)
        self.assert_served(honest)
        self.assert_bounded(daemon)
        taken = {head.name for head in honest.taken}
        heads = self.assert_verified(daemon, WORLD.honest, taken | mixture.extra_names)
        self.assertLessEqual(taken, {head[:4] for head in heads})
        self.assertEqual(daemon.heads(WORLD.leaked), [])
        # Of all that feedback: the leaf, without any chain; each log's SCT of it, once.
        self.assertEqual(daemon.rows('SELECT der FROM certificates'), [(WORLD.leaf,)])
        self.assertEqual(daemon.rows('SELECT count(*) FROM chains'), [(1,)])
        kept = {sct[:43] for sct, in daemon.rows('SELECT sct FROM scts')}
        self.assertEqual(kept, {sct[:43] for sct in WORLD.scts})
        self.assertEqual(daemon.rows('SELECT count(*) FROM scts'), [(2,)])
        self.assertEqual(daemon.rows('SELECT DISTINCT host FROM sct_hosts'), [('localhost',)])
        self.assertLessEqual(len(daemon.status()['gossip']['invalid_scts']), 64)
        self.assertGreater(daemon.count('gossip_feedback_not_ours'), 0)
        self.assert_ended_well(daemon)

    def test_more_connections_than_there_may_be(self):
        """None of which says anything; from so many addresses that no bound for one is reached."""
        daemon = self.endpoint()
        with contextlib.ExitStack() as stack:
            for number in range(300):
                stack.enter_context(daemon.send(b''))
                stack.enter_context(daemon.send(b'', f'127.0.2.{number // 10 + 1}'))
            with Honest(daemon) as honest:
                time.sleep(2)
        self.assert_served(honest)
        self.assert_ended_well(daemon)

    def leaked_messages(self):
        """Heads in messages of 500: of sizes that no other has, of sizes that all have had before,
        and a tenth that is too old or from the future; with them all that may be kept, which are
        those of the future, too: a log could hide a split by them."""
        number, stamp_ms = NUM_HEADS // 10 * 10, WORLD.stamp_ms
        heads = [Head(WORLD.leaked, 1 + index if index % 2 else index % 100 + 1, stamp_ms - index,
                      struct.pack('>Q', index)) for index in range(number)]
        for head in heads[7::10]:
            late = head.name[1] % 2
            head.__init__(WORLD.leaked, 10 ** 9 + head.name[1],
                          stamp_ms + (pki.DAY if late else -15 * pki.DAY) * 1000, head.signed)
        signed(heads)
        may_be_kept = {head.name for head in heads if head.name[2] > stamp_ms - 10 * pki.DAY * 1000}
        return [heads[start:start + 500] for start in range(0, number, 500)], may_be_kept

    def test_a_log_whose_key_leaked(self):
        daemon = self.endpoint(self.NO_RATES)
        start = time.monotonic()
        messages, may_be_kept = self.leaked_messages()
        print(f'  made in {time.monotonic() - start:.1f} s', file=sys.stderr)
        with Honest(daemon) as honest, daemon.connect() as client:
            for number, heads in enumerate(messages):
                wanted = [head.json() for head in heads]
                if number % 10 == 0:  # the first time with another signature that verifies
                    wanted[:12] = [head.json(twin(head.signature)) for head in heads[:12]] + wanted
                    del wanted[512:]
                status, _ = daemon.post(POLLINATION, {'sths': wanted}, connection=client)
                self.assertEqual(status, 200)
        took_s = time.monotonic() - start
        self.assert_served(honest)
        self.assert_bounded(daemon)
        kept = self.assert_verified(daemon, WORLD.leaked, may_be_kept)
        print(f'  {NUM_HEADS} heads in {took_s:.0f} s: {len(kept)} kept', file=sys.stderr)
        self.assertLessEqual(len(kept), MAX_UNLINKED + MAX_CONFLICTING)
        self.assertGreater(len(kept), min(len(may_be_kept), MAX_UNLINKED) // 2)
        honest_names = {head.name for head in honest.taken}
        heads = self.assert_verified(daemon, WORLD.honest, honest_names)
        self.assertEqual({head[:4] for head in heads}, honest_names)
        self.assert_ended_well(daemon)

    def test_a_flood_within_the_limits_that_are_the_default(self):
        daemon = self.endpoint()
        heads = signed([Head(WORLD.leaked, 1 + number, WORLD.stamp_ms) for number in range(2000)])
        start = time.monotonic()
        statuses = [[] for _ in range(8)]

        def flood(number):
            chooser = random.Random(number)
            while not statuses[number] or statuses[number][-1] == 200 or \
                    time.monotonic() < start + min(SECONDS, 5):
                wanted = {'sths': [head.json() for head in chooser.sample(heads, 50)]}
                statuses[number].append(daemon.post(POLLINATION, wanted, f'203.0.113.{number}')[0])

        # He brings four heads a second, which is below the rate.
        with Honest(daemon, 0.25) as honest:
            threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        took_s = time.monotonic() - start
        for seen in statuses:
            self.assertEqual(set(seen), {200, 429})
            self.assertLessEqual(seen.count(200), 5 * (10 + took_s + 1))
        self.assert_served(honest)
        self.assert_ended_well(daemon)

    def test_a_pool_that_cannot_be_written(self):
        """A disk that is full, and one that takes not a byte."""
        for limit in (48 * 1024, 1):
            with self.subTest(limit=limit):
                daemon = self.endpoint(self.NO_RATES)
                heads = signed([Head(WORLD.honest, 1 + number, WORLD.stamp_ms) for number in range(300)])
                taken = set()
                resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
                for head in heads:
                    status, _ = daemon.post(POLLINATION, {'sths': [head.json()]})
                    self.assertIn(status, (200, 503))
                    if status == 503:
                        break
                    taken.add(head.name)
                self.assertEqual(status, 503)
                entry = {'x509_chain': [base64_of(WORLD.leaf)], 'sct_data': [base64_of(WORLD.scts[0])]}
                self.assertEqual(daemon.post(FEEDBACK, {'sct_feedback': [entry]})[0], 503)
                self.assertRegex('\n'.join(daemon.status()['problems']), 'gossip: .*pool')
                # What is known is so still, and heads are given.
                self.assertEqual(daemon.post(POLLINATION, {'sths': []})[0], 200)
                self.assertLessEqual(taken, {head[:4] for head in daemon.heads(WORLD.honest)})
                resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE,
                                 (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                eventually(lambda: daemon.post(POLLINATION, {'sths': [head.json() for head in heads]})[0]
                           == 200, 'a pool that works again')
                self.assertEqual(daemon.post(FEEDBACK, {'sct_feedback': [entry]})[0], 200)
                kept = self.assert_verified(daemon, WORLD.honest, {head.name for head in heads})
                self.assertEqual(len(kept), len(heads))
                self.assertEqual(daemon.rows('SELECT count(*) FROM scts'), [(1,)])
                self.assertEqual(daemon.status()['problems'], [])
                self.assert_ended_well(daemon)


if __name__ == '__main__':
    unittest.main()
