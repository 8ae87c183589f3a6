#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The gossip endpoint of the daemon, as curl sees it; and two daemons who find a split together."""

import base64
import gzip
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.dont_write_bytecode = True
from daemon_test import TATTLE, TATTLED, WAIT, eventually  # pylint: disable=wrong-import-position
from daemon_audit_test import AuditingDaemon, Logs  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

OLD = '/.well-known/ct/v1/sth-pollination'
NEW = '/.well-known/ct-gossip/v1/sth-pollination'
FEEDBACK = '/.well-known/ct-gossip/v1/sct-feedback'
OLD_FEEDBACK = '/.well-known/ct/v1/sct-feedback'
COLLECTED = '/.well-known/ct/v1/collected-sct-feedback'
JSON = ('-H', 'Content-Type: application/json')


class Answer:
    """What curl got: the last response, its status, its headers in lower case."""

    def __init__(self, text):
        head, _, self.body = text.rpartition('\n\n')
        head = head.split('\n\n')[-1].split('\n')
        self.version, status = head[0].split(' ')[:2]
        self.status = int(status)
        self.headers = {name.lower(): value for name, value in
                        (line.split(': ', 1) for line in head[1:])}

    def sths(self):
        return json.loads(self.body)['sths']


class GossipingDaemon(AuditingDaemon):
    """A daemon with a certificate, whose endpoint listens on a port of the system's choice."""

    def __init__(self, folder, logs, face, site, extra=''):
        self.site = site
        super().__init__(folder, logs, face, extra)

    def write_config(self, extra='', mode='report'):
        super().write_config(f'''gossip_listen = 127.0.0.1:0
gossip_certificate = {self.site.certificate}
gossip_key = {self.site.key}
gossip_socket = {self.path('gossip')}
gossip_names = localhost
{extra}''', mode)

    def start(self, *arguments):
        super().start(*arguments)
        self.port = re.findall(r'takes part in gossip at 127\.0\.0\.1:([0-9]+)', self.said())[-1]
        return self

    def curl(self, path, *arguments, unix=False, data=None):
        where = (['--unix-socket', self.path('gossip'), f'http://localhost{path}'] if unix else
                 ['--cacert', self.site.ca.pem, f'https://localhost:{self.port}{path}'])
        # With Expect, which curl adds from 1 MB on, the answer would come before the body.
        done = subprocess.run(['curl', '-sS', '-i', '--max-time', str(WAIT), *arguments,
                               *(['--data-binary', '@-'] if data is not None else []), *where],
                              input=data, capture_output=True, timeout=2 * WAIT, check=False)
        if done.returncode:
            raise AssertionError(done)
        return Answer(done.stdout.decode().replace('\r\n', '\n'))

    def post(self, path, message, *arguments, **more):
        return self.curl(path, *JSON, *arguments, data=json.dumps(message).encode(), **more)


class Site:
    def __init__(self, folder):
        self.folder = folder
        self.ca = pki.Ca(folder, 'site-ca', int(time.time()))
        self.certificate = self.ca.issue('site', 'localhost') + '.pem'
        self.key = os.path.join(folder, 'site.key')


def setUpModule():
    global FOLDER, LOGS, SITE
    FOLDER = tempfile.TemporaryDirectory(prefix='gossip')
    LOGS = Logs(FOLDER.name, '--log', 'amber:rfc6962:Amber', '--log', 'basalt:static-ct:Basalt',
                '--lie', 'amber split-view')
    SITE = Site(FOLDER.name)


def tearDownModule():
    LOGS.stop()
    FOLDER.cleanup()


def get_sth(face):
    """Amber's head as ct-honeybee sends it."""
    listing = json.loads(pki.read(LOGS.path(f'log_list.{face}.json' if face else 'log_list.json')))
    log, = [log for operator in listing['operators'] for log in operator['logs']]
    trust = ssl.create_default_context(cafile=LOGS.path('ca.pem'))
    with urllib.request.urlopen(log['url'] + 'ct/v1/get-sth', timeout=WAIT, context=trust) as answer:
        sth = json.loads(answer.read())
    return {'sth_version': 0, **sth, 'log_id': log['log_id']}


class GossipTest(unittest.TestCase):
    EXTRA = ''

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)
        self.daemon = self.make('', 'audit = no\n' + self.EXTRA)

    def make(self, name, extra='', face=0):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        daemon = GossipingDaemon(folder, LOGS, face, SITE, extra).start()
        self.addCleanup(daemon.close)
        return daemon

    def heads(self, daemon=None):
        with sqlite3.connect((daemon or self.daemon).path('pool'), timeout=WAIT) as pool:
            return pool.execute('SELECT count(*) FROM heads').fetchone()[0]


class PollinationTest(GossipTest):
    def test_the_old_dialect_exactly(self):
        sth = get_sth(0)
        answer = self.daemon.post(OLD, {'sths': [sth]})
        self.assertEqual((answer.status, answer.body), (200, '{"sths":[]}'))
        self.assertEqual(answer.headers['content-type'], 'application/json')
        self.assertEqual(answer.headers['transgossipenabled'], 'Yes')
        self.assertEqual(self.heads(), 1)
        given, = eventually(lambda: self.daemon.post(OLD, {'sths': []}).sths(), 'a head')
        signature = given.pop('tree_head_signature')
        # The signature may be the twin of what came: its form is ours.
        self.assertEqual(base64.b64decode(signature)[:2], bytes([4, 3]))
        sth.pop('tree_head_signature')
        self.assertEqual(given, sth)
        self.assertEqual(self.daemon.count('gossip_heads_stored'), 1)

    def test_both_versions_of_http_both_paths_and_the_socket(self):
        sth = get_sth(0)
        for how, version in (('--http1.1', 'HTTP/1.1'), ('--http2', 'HTTP/2')):
            for path, message, member in ((OLD, {'sths': [sth]}, 'sths'),
                                          (NEW, {'v1': [sth], 'v2': []}, 'v1'),
                                          (NEW, {'sth_gossip': [sth]}, 'sth_gossip')):
                answer = self.daemon.post(path, message, how)
                self.assertEqual((answer.version, answer.status), (version, 200))
                self.assertIn(member, json.loads(answer.body))
        answer = self.daemon.post(OLD, {'sths': [sth]}, unix=True)
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.heads(), 1)
        self.assertEqual(self.daemon.count('gossip_checks'), 1)

    def test_a_header_on_any_request(self):
        sth = get_sth(0)
        value = '0:%s:%s' % (base64.b64decode(sth['log_id']).hex(),
                             base64.b64encode(json.dumps({'sths': [sth]}).encode()).decode())
        for how in ('--http1.1', '--http2'):
            answer = self.daemon.curl('/index.html', how, '-H', f'TransGossip: {value}')
            self.assertEqual(answer.status, 404)
            self.assertEqual(answer.headers['transgossipenabled'], 'Yes')
        self.assertEqual(self.heads(), 1)
        for junk in ('=' * 8000, '0:00:!', value + 'A'):
            self.assertEqual(self.daemon.curl('/', '-H', f'TransGossip: {junk}').status, 404)
        self.assertEqual(self.heads(), 1)

    def test_what_http_says_of_all_else(self):
        zipped = gzip.compress(bytes(50_000_000))
        for how in ('--http1.1', '--http2'):
            for status, header, path, arguments, data in (
                    (404, None, '/', (), None),
                    (404, None, COLLECTED, (), None),
                    (404, None, '/ct-gossip/v1/trusted-auditor', JSON, b'{}'),
                    (405, ('allow', 'POST'), OLD, (), None),
                    (405, ('allow', 'POST'), NEW, ('-X', 'DELETE'), None),
                    (415, ('accept-encoding', 'identity'), OLD,
                     (*JSON, '-H', 'Content-Encoding: gzip'), zipped),
                    (415, ('accept-post', 'application/json'), OLD, (), b'{"sths":[]}'),
                    (400, None, OLD, JSON, b''),
                    (400, None, OLD, JSON, b'{"sths":'),
                    (400, None, OLD, JSON, zipped),
                    (413, None, OLD, JSON, b' ' * (600 << 10)),
                    (413, None, OLD, JSON, b' ' * (2 << 20))):
                with self.subTest(how=how, path=path, status=status):
                    answer = self.daemon.curl(path, how, '-H', 'Expect:', *arguments, data=data)
                    self.assertEqual(answer.status, status)
                    if header:
                        self.assertEqual(answer.headers[header[0]], header[1])
        self.assertEqual(self.heads(), 0)

    def test_a_body_that_never_ends_costs_a_connection_and_nobody_else(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as slow:
            slow.settimeout(2 * WAIT)
            slow.connect(self.daemon.path('gossip'))
            slow.sendall(f'POST {OLD} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'.encode())
            start = time.monotonic()
            slow.settimeout(1)
            answer = b''
            while not answer and time.monotonic() - start < 2 * WAIT:
                try:
                    slow.sendall(b'1\r\n \r\n')
                    answer = slow.recv(100)
                except TimeoutError:
                    self.assertEqual(self.daemon.post(OLD, {'sths': []}).status, 200)
        self.assertTrue(answer.startswith(b'HTTP/1.1 408 '), answer)


class LimitTest(GossipTest):
    EXTRA = 'gossip_rate = 1\n'

    def test_a_flood_is_told_to_wait(self):
        def flood(*arguments):
            """The first answer that is no 200; a client may ask ten times at once, then once a second."""
            for number in range(200):
                answer = self.daemon.post(OLD, {'sths': []}, *arguments, unix=True)
                if answer.status != 200:
                    self.assertGreaterEqual(number, 10)
                    return answer
            raise AssertionError('nobody was told to wait')

        answer = flood()
        self.assertEqual(answer.status, 429)
        self.assertGreaterEqual(int(answer.headers['retry-after']), 1)
        for ip in ('192.0.2.1', '192.0.2.2'):
            answer = self.daemon.post(OLD, {'sths': []}, '-H', f'X-Real-IP: {ip}', unix=True)
            self.assertEqual(answer.status, 200)
        self.assertEqual(flood('-H', 'X-Real-IP: 192.0.2.3').status, 429)
        self.assertNotIn('192.0.2.', self.daemon.said())
        self.assertGreaterEqual(self.daemon.count('gossip_refused'), 2)


class FeedbackTest(GossipTest):
    EXTRA = 'gossip_collected = yes\ngossip_auditor = yes\n'

    def setUp(self):
        super().setUp()
        self.log = pki.Log(self.folder, 'alpha', 'Alpha Inc')
        now = int(time.time())
        self.daemon.end()
        self.daemon.logs = self
        pki.write(self.path('log_list.json'), json.dumps({
            'version': '1.0', 'log_list_timestamp': pki.days_around(now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': 'Alpha Inc', 'email': [], 'logs': [self.log.entry()],
                           'tiled_logs': []}]}))
        shutil.copy(LOGS.path('ca.pem'), self.path('ca.pem'))
        self.daemon.write_config('audit = no\n' + self.EXTRA)
        self.daemon.start()
        stamp = (now - pki.DAY) * 1000
        leaf = pki.read(SITE.ca.issue('shown', 'localhost', lambda tbs: pki.sct_list(
            [self.log.sct(pki.precert_entry(tbs, SITE.ca.der), stamp)]), '77') + '.der')
        self.chain = [base64.b64encode(der).decode() for der in (leaf, SITE.ca.der)]
        self.sct = self.log.sct(pki.x509_entry(leaf), stamp)

    def path(self, name):
        return os.path.join(self.folder, name)

    def feedback(self, *scts):
        return {'sct_feedback': [{'x509_chain': self.chain, 'sct_data': [
            base64.b64encode(sct).decode() for sct in scts]}]}

    def test_what_was_shown_comes_back_and_is_collected(self):
        answer = self.daemon.post(OLD_FEEDBACK, self.feedback(self.sct))
        self.assertEqual((answer.status, answer.body), (200, ''))
        self.assertEqual(self.daemon.post(FEEDBACK, self.feedback(self.sct)['sct_feedback']).status, 200)
        self.assertEqual(self.daemon.count('gossip_scts'), 1)
        for how in ('--http1.1', '--http2'):
            collected = json.loads(self.daemon.curl(COLLECTED, how).body)
            self.assertEqual(collected, {'sct_feedback': [
                {'x509_chain': self.chain[:1], 'sct_data': collected['sct_feedback'][0]['sct_data']}]})
        # Ours is the canonical signature; all before it is as it came.
        given = base64.b64decode(collected['sct_feedback'][0]['sct_data'][0])
        self.assertEqual(given[:45], self.sct[:45])

    def test_an_sct_that_is_not_valid_is_for_the_operator(self):
        bad = self.sct[:-1] + bytes([self.sct[-1] ^ 1])
        self.assertEqual(self.daemon.post(FEEDBACK, self.feedback(bad)).status, 200)
        shown, = self.daemon.status()['gossip']['invalid_scts']
        self.assertEqual((shown['host'], shown['status'], base64.b64decode(shown['sct'])),
                         ('localhost', 'bad_signature', bad))
        out = subprocess.run([TATTLE, 'status', '--control', self.daemon.path('control')],
                             capture_output=True, text=True, timeout=WAIT, check=False).stdout
        self.assertRegex(out, r'(?m)^  gossip    at 127\.0\.0\.1:\d+, .*/gossip: 1 request, 0 new heads, '
                              r'0 new SCTs; brought back and not verified: 1 SCT$')

    def test_an_auditor_takes_both(self):
        answer = self.daemon.post('/ct-gossip/v1/trusted-auditor',
                                  {**self.feedback(self.sct), 'sths': []})
        self.assertEqual((answer.status, answer.body), (200, ''))
        self.assertEqual(self.daemon.count('gossip_scts'), 1)


class ReloadTest(GossipTest):
    def certificate_seen(self):
        context = ssl.create_default_context(cafile=SITE.ca.pem)
        with socket.create_connection(('127.0.0.1', int(self.daemon.port)), WAIT) as tcp, \
                context.wrap_socket(tcp, server_hostname='localhost') as tls:
            return tls.getpeercert(True)

    def reload(self):
        self.daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(self.daemon.told().startswith('RELOADING=1'))
        self.assertEqual(self.daemon.told(), 'READY=1')

    def test_a_renewed_certificate_and_other_names(self):
        own = Site.__new__(Site)
        own.ca = SITE.ca
        own.certificate = shutil.copy(SITE.certificate, os.path.join(self.folder, 'own.pem'))
        own.key = shutil.copy(SITE.key, os.path.join(self.folder, 'own.key'))
        self.daemon.end()
        self.daemon.site = own
        self.daemon.write_config('audit = no\n')
        self.daemon.start()
        before = self.certificate_seen()
        renewed = SITE.ca.issue('renewed', 'localhost', None, '99')
        shutil.copy(renewed + '.pem', own.certificate)
        self.reload()
        problem = eventually(lambda: self.daemon.status()['problems'], 'a problem')
        self.assertRegex(problem[0], '^gossip_key: .*; those from before stay in use$')
        self.assertEqual(self.certificate_seen(), before)
        shutil.copy(os.path.join(FOLDER.name, 'renewed.key'), own.key)
        self.reload()
        eventually(lambda: self.certificate_seen() != before, 'the new certificate')
        self.assertEqual(self.daemon.status()['problems'], [])

    def test_it_needs_a_certificate_that_is_there(self):
        self.daemon.end()
        self.daemon.site = Site.__new__(Site)
        self.daemon.site.certificate = self.daemon.site.key = os.path.join(self.folder, 'none.pem')
        self.daemon.write_config('audit = no\n')
        done = subprocess.run([TATTLED, '--config', self.daemon.config], capture_output=True,
                              text=True, timeout=WAIT, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, '^tattled: gossip_certificate: .*none.pem')


class SplitTest(GossipTest):
    def test_two_who_never_met_find_a_split(self):
        self.daemon.end()
        here, there = (self.make(name, 'audit_skip = Basalt', face)
                       for face, name in enumerate(('here', 'there')))
        for daemon in (here, there):
            self.make_due(daemon)
            eventually(lambda d=daemon: self.heads(d) == 1, 'a head')
            self.assertEqual(daemon.status()['pool']['evidence'], 0)
        # What one side tells anybody who asks, the other is told.
        sths = eventually(lambda: there.post(OLD, {'sths': []}).sths(), 'the head of the other face')
        self.assertEqual([sth['log_id'] for sth in sths], [get_sth(1)['log_id']])
        start = time.monotonic()
        answer = here.post(NEW, {'v1': sths})
        self.assertEqual(answer.status, 200)
        eventually(lambda: here.status()['pool']['evidence'] == 1, 'the evidence')
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(here.count('gossip_heads_conflicting'), 1)

        evidence = os.path.join(self.folder, 'evidence')
        with sqlite3.connect(here.path('pool'), timeout=WAIT) as pool:
            kind, conclusive, text = pool.execute(
                'SELECT kind, is_conclusive, json FROM evidence').fetchone()
        self.assertEqual((kind, conclusive), ('split_view', 1))
        pki.write(evidence, text)
        done = subprocess.run([TATTLE, 'evidence', 'verify', evidence, '--key', LOGS.path('amber.pem')],
                              capture_output=True, text=True, timeout=WAIT, check=False)
        self.assertEqual(done.returncode, 0, done)
        # From now on everybody is told both halves.
        both = eventually(lambda: len(found := here.post(OLD, {'sths': []}).sths()) >= 2 and found,
                          'both heads')
        self.assertEqual(len({sth['sha256_root_hash'] for sth in both
                              if sth['tree_size'] == sths[0]['tree_size']}), 2)
        self.assertEqual(there.status()['pool']['evidence'], 0)

    @staticmethod
    def make_due(daemon):
        def rows():
            with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
                return pool.execute('SELECT count(*) FROM logs').fetchone()[0]
        eventually(lambda: rows() == 1, 'a plan for the log')
        daemon.end()
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        daemon.start()


if __name__ == '__main__':
    unittest.main()
