#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The daemon as a client of gossip: what it sends to whom, byte for byte, and what it makes of what
comes back; what it leaves for programs, and what it hears from them."""

import base64
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
from daemon_audit_test import AuditingDaemon, Logs  # pylint: disable=wrong-import-position
from daemon_gossip_test import Site, get_sth  # pylint: disable=wrong-import-position
from daemon_test import TATTLE, WAIT, eventually  # pylint: disable=wrong-import-position
from recorder import Recorder  # pylint: disable=wrong-import-position
import daemon_gossip_test  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

PATH = '/.well-known/ct/v1/sth-pollination'


def setUpModule():
    global FOLDER, LOGS, SITE
    FOLDER = tempfile.TemporaryDirectory(prefix='courier')
    LOGS = Logs(FOLDER.name, '--log', 'amber:rfc6962:Amber', '--log', 'basalt:static-ct:Basalt',
                '--head-interval', '200', '--lie', 'amber split-view')
    daemon_gossip_test.LOGS = LOGS  # for get_sth
    SITE = Site(FOLDER.name)
    # One bundle for logs and servers.
    with open(LOGS.path('ca.pem'), 'ab') as bundle:
        bundle.write(pki.read(SITE.ca.pem))


def tearDownModule():
    LOGS.stop()
    FOLDER.cleanup()


def note(what, host, said):
    """As plugin/runtime/gossip_note.cc has it: 1 enabled, 2 header, 3 heads,
    4 offered."""
    return (b'TTLG\x01' + struct.pack('>Q', int(time.time() * 1000)) + bytes([what, len(host)]) +
            host + len(said).to_bytes(3, 'big') + said)


class CourierTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)

    def make(self, extra='', name='', face=0):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        daemon = AuditingDaemon(folder, LOGS, face, extra).start()
        self.addCleanup(daemon.close)
        return daemon

    def recorder(self, **more):
        server = Recorder(SITE.certificate, SITE.key, **more)
        self.addCleanup(server.close)
        return server

    def tell(self, daemon, what, host, said):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.sendto(note(what, host, said), daemon.path('observe'))

    def rows(self, daemon, sql):
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            return pool.execute(sql).fetchall()

    def fetch(self, daemon):
        """All logs are asked once more, now. What memory has of the pool is of no matter here."""
        daemon.end()
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        daemon.start()


def sths(body):
    return json.loads(body)['sths']


class PollinationTest(CourierTest):
    def test_the_message_is_all_that_is_sent(self):
        server = self.recorder()
        daemon = self.make(f'gossip_servers = {server.site}/\ngossip_interval = 1\naudit = no')
        daemon.end()
        daemon.write_config(f'gossip_servers = {server.site}\ngossip_interval = 1')
        daemon.start()
        daemon.make_due()
        request = eventually(lambda: next((r for r in server.requests if b'tree_size' in r), None),
                             'heads')
        head, body = request.split(b'\r\n\r\n', 1)
        self.assertEqual(head.decode().split('\r\n'), [
            f'POST {PATH} HTTP/1.1', f'Host: localhost:{server.port}', 'Accept: */*',
            'Accept-Encoding: gzip', 'content-type: application/json',
            f'Content-Length: {len(body)}'])
        for sth in sths(body):
            self.assertEqual(sorted(sth), ['log_id', 'sha256_root_hash', 'sth_version', 'timestamp',
                                           'tree_head_signature', 'tree_size'])
        row = eventually(lambda: self.rows(daemon, 'SELECT host, what, num_sent, failure FROM '
                                           'exchanges WHERE num_sent > 0'), 'what was exchanged')[0]
        self.assertEqual(row, (f'localhost:{server.port}', 1, len(sths(body)), ''))
        self.assertEqual(set(server.names), {'localhost'})

    def test_no_head_goes_to_two_servers_nor_twice(self):
        servers = [self.recorder() for _ in range(3)]
        daemon = self.make(f'gossip_servers = {servers[0].site}, {servers[1].site}\n'
                           f'gossip_auditors = {servers[2].site}\ngossip_interval = 1')
        daemon.make_due()
        eventually(lambda: sum(len(sths(b)) for s in servers for b in s.bodies()) >= 2, 'two heads')
        self.fetch(daemon)  # there are new heads now
        before = [len(server.requests) for server in servers]
        eventually(lambda: all(len(server.requests) > n + 1 for server, n in zip(servers, before)),
                   'more messages')
        heads = [[(sth['log_id'], sth['timestamp']) for body in server.bodies() for sth in sths(body)]
                 for server in servers]
        self.assertEqual(len(heads[0]), len(set(heads[0])))
        self.assertEqual(len(heads[1]), len(set(heads[1])))
        self.assertFalse(set(heads[0]) & set(heads[1]))
        self.assertFalse((set(heads[0]) | set(heads[1])) & set(heads[2]))

    def test_a_split_comes_back(self):
        # The server has met somebody who sees the other face.
        reply = json.dumps({'sths': [get_sth(1)]}).encode()
        server = self.recorder(answer=lambda request: (
            ['Content-Type: application/json', 'Set-Cookie: who=1', 'TransGossipEnabled: Yes'], reply))
        daemon = self.make(f'gossip_servers = {server.site}\ngossip_interval = 1\naudit_skip = Basalt')
        eventually(lambda: self.rows(daemon, 'SELECT 1 FROM logs'), 'a plan')
        self.fetch(daemon)
        eventually(lambda: daemon.status()['pool']['evidence'] == 1, 'the evidence')
        self.assertEqual(self.rows(daemon, 'SELECT kind FROM evidence'), [('split_view',)])
        self.assertIn((1, 1), self.rows(daemon, 'SELECT num_received, num_new FROM exchanges'))
        self.assertFalse([r for r in server.requests if b'cookie' in r.lower()])
        # Both halves go to everybody from now on.
        eventually(lambda: len(sths(server.bodies()[-1])) >= 2, 'both halves')

    def test_who_says_no_is_left_alone(self):
        server = self.recorder(answer=lambda request: (['TransGossipEnabled: No'], b''))
        daemon = self.make(f'gossip_servers = {server.site}\ngossip_interval = 1\naudit = no')
        eventually(lambda: any('says TransGossipEnabled: No' in problem
                               for problem in daemon.status()['problems']), 'the problem')
        self.assertEqual(len(server.requests), 1)
        # Who is told to go there all the same learns it too, and a changed mind is noticed.
        done = subprocess.run([TATTLE, 'gossip', 'send', server.site, '--pool', daemon.path('pool'),
                               '--control', daemon.path('control')], capture_output=True, text=True,
                              timeout=2 * WAIT, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn('says TransGossipEnabled: No', done.stderr)
        server.answer = lambda request: ([], b'')
        self.tell_to_send(daemon, server)
        eventually(lambda: len(server.requests) >= 4, 'what is sent again')
        self.assertEqual(daemon.status()['problems'], [])

    def tell_to_send(self, daemon, server):
        ask = json.dumps({'ask': 'gossip', 'site': server.site}).encode() + b'\n'
        self.assertEqual(json.loads(daemon.ask('control', ask)), {'queued': True})

    def test_a_mistyped_site_troubles_nobody_for_long(self):
        daemon = self.make('audit = no')
        ask = json.dumps({'ask': 'gossip', 'site': 'https://localhost:1'}).encode() + b'\n'
        daemon.ask('control', ask)
        eventually(lambda: self.rows(daemon, 'SELECT failure FROM exchanges'), 'the failure')
        self.assertEqual(daemon.status()['problems'], [])

    def test_what_goes_wrong_is_said_and_tried_again(self):
        answers = [b'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
                   b'HTTP/1.1 302 There\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n',
                   b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc']
        server = self.recorder(answer=lambda request: answers.pop(0) if answers else ([], b''))
        daemon = self.make(f'gossip_servers = {server.site}\ngossip_interval = 1\naudit = no')
        eventually(lambda: len(server.requests) >= 4, 'four tries')
        failures = [row[0] for row in self.rows(daemon, 'SELECT failure FROM exchanges ORDER BY id')]
        self.assertIn('HTTP status 500', failures[0])
        self.assertIn('redirect', failures[1])
        self.assertIn('not properly encoded', failures[2])
        eventually(lambda: daemon.status()['problems'] == [], 'the end of the problem')
        self.assertTrue(all(f'POST {PATH} '.encode() in r for r in server.requests))

    def test_it_can_be_told_to_send_now(self):
        server = self.recorder()
        daemon = self.make('audit = no')
        ask = json.dumps({'ask': 'gossip', 'site': server.site}).encode() + b'\n'
        self.assertEqual(json.loads(daemon.ask('control', ask)), {'queued': True})
        eventually(lambda: server.requests, 'the message')
        bad = json.dumps({'ask': 'gossip', 'site': 'http://localhost'}).encode() + b'\n'
        self.assertIn('https only', json.loads(daemon.ask('control', bad))['error'])


class CommandTest(CourierTest):
    """tattle gossip, beside a daemon and without one."""

    def tattle(self, *arguments, want=0):
        done = subprocess.run([TATTLE, 'gossip', *arguments], capture_output=True, timeout=WAIT * 2,
                              check=False, env={**os.environ,
                                                'TATTLE_LOG_LIST': LOGS.path('log_list.json')})
        self.assertEqual(done.returncode, want, done)
        return done

    def test_send_shows_the_bytes_and_sends_them(self):
        server = self.recorder(answer=lambda request: (
            ['Content-Type: application/json'], json.dumps({'sths': [get_sth(0)]}).encode()))
        daemon = self.make()
        daemon.make_due()
        eventually(lambda: daemon.status()['pool']['heads'] >= 2, 'heads')
        pool = ['--pool', daemon.path('pool')]
        shown = self.tattle('send', '--dry-run', f'{server.site}/', *pool)
        self.assertEqual(server.requests, [])
        self.assertIn(b'nothing was sent', shown.stderr)
        self.assertEqual(len(sths(shown.stdout.split(b'\r\n\r\n')[1])), 2)
        # It may be asked to; without it the pool is not ours.
        refused = self.tattle('send', server.site, *pool, want=2)
        self.assertIn(b'is writing it', refused.stderr)
        asked = self.tattle('send', server.site, *pool, '--control', daemon.path('control'))
        self.assertRegex(asked.stdout.decode(), r'^localhost:\d+: took 2 heads; 1 came back, [01] of '
                         'them new and good\n$')
        sent, = server.requests
        self.assertEqual(sorted(sth['log_id'] for sth in sths(sent.split(b'\r\n\r\n')[1])),
                         sorted(sth['log_id'] for sth in sths(shown.stdout.split(b'\r\n\r\n')[1])))
        self.assertEqual(sent.split(b'\r\n')[:5], shown.stdout.split(b'\r\n')[:5])
        # What was given is given.
        again = json.loads(self.tattle('send', '--dry-run', server.site, *pool, '--json').stdout)
        self.assertEqual((again['heads'], again['body']), (0, '{"sths":[]}'))

    def test_send_byte_for_byte(self):
        server = self.recorder()
        daemon = self.make('audit = no')
        self.tell(daemon, 3, b'www.example', json.dumps({'sths': [get_sth(0)]}).encode())
        eventually(lambda: self.rows(daemon, 'SELECT 1 FROM heads'), 'a head')
        daemon.end()
        where = [server.site, '--pool', daemon.path('pool'), '--as', 'server']
        shown = self.tattle('send', '--dry-run', *where)
        self.tattle('send', *where, '--ca-file', LOGS.path('ca.pem'))
        self.assertEqual(server.requests, [shown.stdout])

    def test_send_says_why_not(self):
        pool = ['--pool', os.path.join(self.folder, 'none')]
        for site, words in (('http://localhost', b'https only'), ('https://a/b', b'the site only'),
                            ('https://u:p@a', b'user name'), ('localhost', b'')):
            self.assertIn(words, self.tattle('send', site, *pool, want=2).stderr, site)
        self.assertIn(b'none', self.tattle('send', 'https://localhost', *pool, want=2).stderr)
        self.assertIn(b'does not answer', self.tattle(
            'send', 'https://localhost', '--control', f'{self.folder}/none', want=2).stderr)

    def test_status_and_peers_tell_what_happened(self):
        server = self.recorder(answer=lambda request: b'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n')
        daemon = self.make(f'gossip_auditors = {server.site}\ngossip_interval = 3000')
        daemon.make_due()
        eventually(lambda: daemon.status()['pool']['heads'] >= 2, 'heads')
        self.tell(daemon, 1, b'yes.example', b'Yes')
        self.tell(daemon, 1, b'no.example', b'No')
        eventually(lambda: len(self.rows(daemon, 'SELECT 1 FROM peers')) == 2
                   and self.rows(daemon, 'SELECT 1 FROM outbox'), 'the outbox')
        pool = ['--pool', daemon.path('pool')]
        self.tattle('send', server.site, *pool, '--control', daemon.path('control'), want=2)
        status = json.loads(self.tattle('status', *pool, '--json').stdout)
        self.assertEqual([one['host'] for one in status['waiting']], ['yes.example'])
        self.assertEqual(sorted(log['log'] for log in status['logs']), ['Amber amber', 'Basalt basalt'])
        self.assertEqual(sum(log['given'] for log in status['logs']), 2)
        exchange, = status['exchanges']
        self.assertEqual((exchange['what'], exchange['sent']), ('heads', 1))
        self.assertIn('HTTP status 503', exchange['failure'])
        peers = {peer['host']: peer for peer in
                 json.loads(self.tattle('peers', *pool, '--json').stdout)['peers']}
        self.assertEqual({host: peer['willing'] for host, peer in peers.items()},
                         {'yes.example': True, 'no.example': False,
                          f'localhost:{server.port}': None})
        self.assertEqual(peers['yes.example']['waiting'], 1)
        text = self.tattle('status', *pool).stdout.decode()
        self.assertRegex(text, r'WAITS FOR +LOG')
        self.assertRegex(text, r'heads +1 +0 +0 +https://localhost:\d+/.*HTTP status 503')
        self.assertRegex(self.tattle('peers', *pool).stdout.decode(), r'yes\.example +yes +20')
        self.check_status(daemon, f'localhost:{server.port}')
        daemon.end()
        with sqlite3.connect(daemon.path('pool'), timeout=WAIT) as file:
            file.execute('UPDATE peers SET expires_ms = 1')
        text = self.tattle('peers', *pool).stdout.decode()
        self.assertRegex(text, r'yes\.example +was, long ago +19')
        self.assertRegex(text, r'no\.example +said no, long ago +19')


    def check_status(self, daemon, auditor):
        """Whoever may ask the control socket is told with whom; whoever comes by HTTP how many."""
        client = eventually(lambda: (said := daemon.status()['gossip']['client'])['failing'] and said,
                            'a look at the pool')
        counts = {key: client[key] for key in client if key not in ('waiting', 'peers')}
        self.assertEqual(counts, {'servers': 0, 'auditors': 1, 'found': 1, 'unwilling': 1, 'reached': 0,
                                  'failing': 1, 'silent': 0, 'never': 1})
        self.assertEqual([(peer['host'], peer['kind']) for peer in client['peers']],
                         [(auditor, 'auditor'), ('yes.example', 'found'), ('no.example', 'unwilling')])
        self.assertIn('HTTP status 503', client['peers'][0]['failure'])
        self.assertIsNone(client['peers'][0]['last_taken'])
        self.assertEqual((client['peers'][0]['sent'], client['peers'][1]['waiting']), (1, 1))
        text = subprocess.run([TATTLE, 'status', '--control', daemon.path('control')], check=False,
                              capture_output=True, timeout=WAIT).stdout.decode()
        self.assertIn('  gossip    as a client, with 1 auditor, 1 site that programs met: 0 reached within a day, '
                      '1 failing, 1 never reached; 1 unwilling; 1 head to be carried\n', text)
        self.assertRegex(text, rf'\n    {auditor} +auditor +20\S+ +1 +0 +0 +failed, as ever: .*HTTP status 503')
        self.assertRegex(text, r'\n    yes\.example +found +never +0 +0 +1 +nothing was exchanged yet\n')
        self.assertRegex(text, r'\n    no\.example +unwilling +never +0 +0 +0 +it says No\n')


class OutboxTest(CourierTest):
    """What programs carry."""

    def waiting(self, daemon):
        return dict(self.rows(daemon, 'SELECT host, count(*) FROM outbox WHERE is_gone = 0 GROUP BY host'))

    def test_hosts_that_are_willing_get_heads_of_their_own(self):
        daemon = self.make()
        daemon.make_due()
        eventually(lambda: daemon.status()['pool']['heads'] >= 2, 'heads')
        self.assertEqual(self.waiting(daemon), {})
        self.tell(daemon, 1, b'yes.example', b'Yes')
        self.tell(daemon, 1, b'no.example', b'No')
        self.tell(daemon, 1, b'odd.example', b'Maybe')
        self.tell(daemon, 1, b'also.example', b'yes')
        eventually(lambda: len(self.rows(daemon, 'SELECT 1 FROM peers')) == 3, 'what they said')
        eventually(lambda: sum(self.waiting(daemon).values()) == 2, 'both heads')
        if len(self.waiting(daemon)) == 1:  # who was there first got both
            self.fetch(daemon)
        eventually(lambda: len(self.waiting(daemon)) == 2, 'two hosts')
        outbox = eventually(lambda: b'also.example' in (
            text := pathlib.Path(daemon.path('outbox')).read_bytes()) and text, 'the file')
        self.assertIn(b'yes.example', outbox)
        self.assertNotIn(b'no.example', outbox)
        carried = self.waiting(daemon)['yes.example']
        heads = self.rows(daemon, 'SELECT head FROM outbox')
        self.assertEqual(len(heads), len(set(heads)))

        # It is carried there; what comes back is heads too.
        self.tell(daemon, 4, b'yes.example', b'')
        self.tell(daemon, 3, b'yes.example', json.dumps({'sths': [get_sth(0)]}).encode())
        rows = eventually(lambda: len(found := self.rows(
            daemon, 'SELECT host, what, num_sent, num_received FROM exchanges')) == 2 and found,
                          'the exchange')
        self.assertEqual(rows, [('yes.example', 3, carried, 0), ('yes.example', 3, 0, 1)])
        self.assertEqual(list(self.waiting(daemon)), ['also.example'])
        # And what is withdrawn goes to nobody else.
        self.tell(daemon, 1, b'also.example', b'No')
        eventually(lambda: self.waiting(daemon) == {}, 'an empty outbox')
        self.tell(daemon, 1, b'third.example', b'Yes')
        eventually(lambda: len(self.rows(daemon, 'SELECT 1 FROM peers')) == 4, 'the third')
        time.sleep(2.5)
        self.assertEqual(self.waiting(daemon), {})

    def test_what_servers_say_in_headers_is_verified(self):
        daemon = self.make('audit = no')
        sth = get_sth(0)
        data = base64.b64encode(json.dumps({'sths': [sth]}).encode()).decode()
        bad = {**sth, 'tree_size': sth['tree_size'] + 1}
        bad = base64.b64encode(json.dumps({'sths': [bad]}).encode()).decode()
        log_id = base64.b64decode(sth['log_id']).hex()
        self.tell(daemon, 2, b'www.example', f'0:{log_id}:{bad}, 0:{log_id}:{data}'.encode())
        self.tell(daemon, 2, b'www.example', b'0:' + b'x' * 9000)
        self.tell(daemon, 3, b'www.example', b'{"sths":')
        eventually(lambda: daemon.count('gossip_notes') == 3, 'the notes')
        eventually(lambda: daemon.count('gossip_notes_dropped') == 2, 'what is not understood')
        self.assertEqual(daemon.count('gossip_heads_stored'), 1)
        self.assertEqual(daemon.count('gossip_heads_dropped'), 1)
        self.assertEqual(self.rows(daemon, 'SELECT tree_size, source FROM heads'),
                         [(sth['tree_size'], 3)])

    def test_what_is_learnt_waits_for_nobody(self):
        daemon = self.make('audit = no')
        self.tell(daemon, 1, b'yes.example', b'Yes')
        self.tell(daemon, 3, b'other.example', json.dumps({'sths': [get_sth(0)]}).encode())
        eventually(lambda: daemon.status()['pool']['heads'] == 1
                   or self.rows(daemon, 'SELECT 1 FROM heads'), 'the head')
        time.sleep(2.5)
        self.assertEqual(self.waiting(daemon), {})


if __name__ == '__main__':
    unittest.main()
