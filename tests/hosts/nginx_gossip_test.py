#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattled's gossip endpoint behind nginx, as the daemon's README says to put it there."""

import base64
import json
import os
import pathlib
import re
import sqlite3
import struct
import tempfile
import time
import unittest

import world
from curl_answer import ask
from tattled_box import CONF, Tattled
from world import pki
from xmpp_world import Daemon

README = world.ROOT / 'adapters' / 'daemon' / 'README.md'
SOCKET = '/run/tattle/gossip.sock'
POOL = '/var/lib/tattle/pool'
HOST, PORT = 'www.example', 8443
POLLINATION = ('/.well-known/ct/v1/sth-pollination', '/.well-known/ct-gossip/v1/sth-pollination')
FEEDBACK = ('/.well-known/ct/v1/sct-feedback', '/.well-known/ct-gossip/v1/sct-feedback')
COLLECTED = '/.well-known/ct/v1/collected-sct-feedback'
VERSIONS = (('--http1.1', '1.1'), ('--http2', '2'))

SITE = '''
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    server {{
        listen 127.0.0.1:8443 ssl http2;
        ssl_certificate {certificate}.pem;
        ssl_certificate_key {certificate}.key;
        {block}
        location / {{ return 200 "welcome"; }}
    }}
}}
'''


def block_of_the_readme():
    """What follows "in nginx:", without its indentation."""
    text = README.read_text(encoding='utf-8')
    found, = re.findall(r'in nginx:\n\n((?:    .*\n|\n)+)', text)
    return found


def setUpModule():
    global FOLDER, CA, LOG, NOW
    FOLDER = tempfile.TemporaryDirectory()
    os.chmod(FOLDER.name, 0o755)
    NOW = int(time.time())
    CA = pki.Ca(FOLDER.name, 'ca', NOW)
    LOG = pki.Log(FOLDER.name, 'alpha', 'Alpha Inc')
    pki.write(path('logs.json'), json.dumps({
        'version': '1.0', 'log_list_timestamp': pki.days_around(NOW, -1, '%Y-%m-%dT%H:%M:%SZ'),
        'operators': [{'name': 'Alpha Inc', 'email': [], 'logs': [LOG.entry()], 'tiled_logs': []}]}))


def tearDownModule():
    FOLDER.cleanup()


def path(name):
    return os.path.join(FOLDER.name, name)


def sth(tree_size):
    """A head as clients send it."""
    stamp_ms, root = (NOW - 60) * 1000, bytes(24) + struct.pack('>Q', tree_size)
    signed = struct.pack('>BBQQ', 0, 1, stamp_ms, tree_size) + root
    signature = pki.openssl('dgst', '-sha256', '-sign', LOG.key, data=signed)
    return {'sth_version': 0, 'tree_size': tree_size, 'timestamp': stamp_ms,
            'sha256_root_hash': base64.b64encode(root).decode(),
            'tree_head_signature': base64.b64encode(b'\4\3' + pki.vector16(signature)).decode(),
            'log_id': base64.b64encode(LOG.log_id).decode()}


def curl(where, *arguments, data=None):
    return ask(CA.pem, HOST, PORT, where, *arguments, data=data)


def post(where, message, *arguments):
    return curl(where, *arguments, data=json.dumps(message).encode())


class Behind(unittest.TestCase):
    RATE = 1000

    def setUp(self):
        Tattled.make_user()
        os.makedirs(os.path.dirname(CONF), exist_ok=True)
        pki.write(CONF, f'log_list = {path("logs.json")}\naudit = no\ngossip_socket = {SOCKET}\n'
                        f'gossip_names = {HOST}\ngossip_collected = yes\ngossip_rate = {self.RATE}\n')
        for file in pathlib.Path(POOL).parent.glob('pool*'):
            file.unlink()
        self.tattled = Daemon('tattle', [os.environ['TATTLED_EXE']], [SOCKET])
        self.addCleanup(self.tattled.stop)
        config = SITE.format(folder=FOLDER.name, certificate=CA.issue('site', HOST),
                             block=block_of_the_readme())
        nginx = Daemon('root', ['nginx', '-c', pki.write(path('nginx.conf'), config)],
                       [('127.0.0.1', PORT)])
        self.addCleanup(nginx.stop)

    def heads(self):
        with sqlite3.connect(POOL, timeout=world.WAIT) as pool:
            return pool.execute('SELECT count(*) FROM heads').fetchone()[0]

    def assert_answer(self, answer, version, status):
        """Each says once that heads are welcome: what nginx itself answers, too."""
        self.assertEqual((answer.version, answer.status), (version, status), answer.body)
        self.assertEqual(answer.values('transgossipenabled'), ['Yes'])


class NginxGossipTest(Behind):
    def test_heads_are_brought_and_given(self):
        number = 0
        for how, version in VERSIONS:
            for where in POLLINATION:
                number += 1
                with self.subTest(how=how, where=where):
                    answer = post(where, {'sths': [sth(number)]}, how)
                    self.assert_answer(answer, version, 200)
                    self.assertEqual(answer.values('content-type'), ['application/json'])
                    self.assertEqual(self.heads(), number)
                    self.assertIn('sths', json.loads(answer.body))
        until = time.monotonic() + world.WAIT
        given = []
        while len(given) < number and time.monotonic() < until:
            given = json.loads(post(POLLINATION[0], {'sths': []}).body)['sths']
        self.assertEqual({one['tree_size'] for one in given}, set(range(1, number + 1)))

    def test_heads_in_a_header(self):
        for number, (how, version) in enumerate(VERSIONS, 1):
            message = base64.b64encode(json.dumps({'sths': [sth(number)]}).encode()).decode()
            answer = post(POLLINATION[0], {'sths': []}, how, '-H',
                          f'TransGossip: 0:{LOG.log_id.hex()}:{message}')
            self.assert_answer(answer, version, 200)
            self.assertEqual(self.heads(), number)
            # As long as nginx takes it.
            answer = post(POLLINATION[0], {'sths': []}, how, '-H', f'TransGossip: {"=" * 8000}')
            self.assert_answer(answer, version, 200)

    def test_feedback_is_taken_and_collected(self):
        stamp_ms = (NOW - pki.DAY) * 1000
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        sct = LOG.sct(pki.x509_entry(leaf), stamp_ms)
        entry = {'x509_chain': [base64.b64encode(der).decode() for der in (leaf, CA.der)],
                 'sct_data': [base64.b64encode(sct).decode()]}
        for how, version in VERSIONS:
            for where in FEEDBACK:
                answer = post(where, {'sct_feedback': [entry]}, how)
                self.assert_answer(answer, version, 200)
                self.assertEqual(answer.body, '')
            answer = curl(COLLECTED, how)
            self.assert_answer(answer, version, 200)
            collected, = json.loads(answer.body)['sct_feedback']
            self.assertEqual(collected['x509_chain'], entry['x509_chain'][:1])

    def test_what_is_refused(self):
        for how, version in VERSIONS:
            for status, header, where, arguments, data in (
                    (404, None, '/.well-known/ct/v1/no-such', (), None),
                    (404, None, '/ct-gossip/v1/trusted-auditor', (), b'{}'),
                    (405, ('allow', 'POST'), POLLINATION[0], (), None),
                    (415, ('accept-encoding', 'identity'), POLLINATION[1],
                     ('-H', 'Content-Encoding: gzip'), b'\x1f\x8b'),
                    (415, ('accept-post', 'application/json'), POLLINATION[0],
                     ('-H', 'Content-Type: text/plain'), b'{"sths":[]}'),
                    (400, None, POLLINATION[0], (), b'{"sths":'),
                    (413, None, POLLINATION[0], (), b' ' * (600 << 10)),
                    (413, None, FEEDBACK[0], (), b' ' * (2 << 20))):  # nginx itself
                with self.subTest(how=how, where=where, status=status):
                    answer = curl(where, how, *arguments, data=data)
                    self.assert_answer(answer, version, status)
                    if header:
                        self.assertEqual(answer.values(header[0]), [header[1]])
            # Feedback of the size that is taken is not too large for nginx.
            answer = curl(FEEDBACK[0], how, data=b'{"sct_feedback":[]}'.ljust(1 << 20))
            self.assert_answer(answer, version, 200)

    def test_visitors_learn_that_heads_are_welcome(self):
        for how, version in VERSIONS:
            answer = curl('/', how)
            self.assert_answer(answer, version, 200)
            self.assertEqual(answer.body, 'welcome')


class LimitTest(Behind):
    RATE = 1

    def test_each_client_has_a_share_of_its_own(self):
        for _ in range(200):
            answer = post(POLLINATION[0], {'sths': []})
            if answer.status != 200:
                break
        self.assert_answer(answer, '2', 429)
        self.assertGreaterEqual(int(answer.values('retry-after')[0]), 1)
        # A header of the client's own does not make it another.
        answer = post(POLLINATION[0], {'sths': []}, '-H', 'X-Real-IP: 192.0.2.1')
        self.assertEqual(answer.status, 429)
        answer = post(POLLINATION[0], {'sths': []}, '--interface', '127.0.0.2')
        self.assert_answer(answer, '2', 200)


if __name__ == '__main__':
    unittest.main()
