#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattle gossip status, peers and send, with a pool of which every row is known."""

import base64
import contextlib
import json
import os
import socket
import sqlite3
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
import daemon_courier_test  # pylint: disable=wrong-import-position
from daemon_courier_test import setUpModule, tearDownModule  # pylint: disable=wrong-import-position,unused-import
from daemon_test import WAIT, eventually  # pylint: disable=wrong-import-position
import pki  # pylint: disable=wrong-import-position

NOW_MS = int(time.time() * 1000)
DAY_MS = 86_400_000
# As plugin/pool/records.h and gossip_book.h number them.
FROM_LOG, FROM_HEADER, FROM_REPLY = 1, 3, 4
UNLINKED, CONFLICTING = 1, 3
TO_WEB_SERVER, TO_AUDITOR = 1, 2
HEADS, FEEDBACK, CARRIED = 1, 2, 3


class KnownPool(daemon_courier_test.CourierTest):
    tattle = daemon_courier_test.CommandTest.tattle

    def setUp(self):
        super().setUp()
        self.daemon = self.make()
        self.daemon.make_due()
        eventually(lambda: self.rows(self.daemon, 'SELECT count(*) FROM heads') == [(2,)], 'heads')
        self.daemon.end()
        self.pool = ['--pool', self.daemon.path('pool')]
        self.write('DELETE FROM exchanges', 'UPDATE heads SET given = 0')
        self.amber, = self.rows(self.daemon, 'SELECT heads.id FROM heads JOIN logs ON logs.id = log '
                                'WHERE log_id = ' + self.id_of_amber())[0]

    def id_of_amber(self):
        listing = json.loads(pki.read(self.daemon.logs.path('log_list.json')))
        log, = [log for operator in listing['operators'] for log in operator['logs']]
        return f"x'{base64.b64decode(log['log_id']).hex()}'"

    def write(self, *statements):
        with contextlib.closing(sqlite3.connect(self.daemon.path('pool'), timeout=WAIT)) as pool:
            for statement in statements:
                pool.execute(statement)
            pool.commit()

    def add_head(self, number, source=FROM_LOG, state=UNLINKED, given=0, age_ms=0):
        """One like Amber's."""
        self.write('INSERT INTO heads (log, tree_size, timestamp_ms, root, signature, source, state, seen_ms, '
                   f'given) SELECT log, tree_size + {number}, timestamp_ms - {age_ms}, root, signature, '
                   f'{source}, {state}, seen_ms, {given} FROM heads WHERE id = {self.amber}')

    def add_exchange(self, host, age_ms, what=HEADS, sent=0, received=0, new=0, failure=''):
        self.write('INSERT INTO exchanges (host, what, at_ms, num_sent, num_received, num_new, failure) '
                   f"VALUES ('{host}', {what}, {NOW_MS - age_ms}, {sent}, {received}, {new}, '{failure}')")

    def json(self, *arguments):
        return json.loads(self.tattle(*arguments, *self.pool, '--json').stdout)

    def text(self, *arguments):
        return self.tattle(*arguments, *self.pool).stdout.decode()


class StatusTest(KnownPool):
    def stock(self):
        amber, = [log for log in self.json('status')['logs'] if log['log'] == 'Amber amber']
        return amber['own'], amber['given'], amber['learnt'], amber['conflicting']

    def test_each_head_is_counted_once_as_what_it_is(self):
        self.assertEqual(self.stock(), (1, 0, 0, 0))
        for number, (added, want) in enumerate((
                (dict(given=TO_WEB_SERVER), (1, 1, 0, 0)),
                (dict(given=TO_AUDITOR), (1, 2, 0, 0)),
                (dict(source=FROM_HEADER), (1, 2, 1, 0)),
                (dict(source=FROM_REPLY), (1, 2, 2, 0)),
                (dict(source=FROM_REPLY, given=TO_AUDITOR), (1, 3, 2, 0)),
                (dict(), (2, 3, 2, 0)),
                (dict(state=CONFLICTING, given=TO_AUDITOR), (2, 3, 2, 1)),
                (dict(source=FROM_HEADER, state=CONFLICTING), (2, 3, 2, 2)),
                (dict(age_ms=13 * DAY_MS), (3, 3, 2, 2)),
                # What is older than 14 days is given to nobody, but for a proof.
                (dict(age_ms=15 * DAY_MS), (3, 3, 2, 2)),
                (dict(age_ms=15 * DAY_MS, state=CONFLICTING), (3, 3, 2, 3))), 1):
            self.add_head(number, **added)
            self.assertEqual(self.stock(), want, added)
        self.assertRegex(self.text('status'), r'(?m)^Amber amber +3 +3 +2 +3$')

    def test_exchanges_are_the_newest_first_and_no_more_than_wanted(self):
        for number in range(25):
            self.add_exchange(f'host{number}.example', 1000 - number, (HEADS, FEEDBACK, CARRIED)[number % 3],
                              number, 2 * number, number // 2, 'broken' if number == 24 else '')
        shown = self.json('status', '--limit', '2')['exchanges']
        self.assertEqual(shown, [
            {'time': NOW_MS - 976, 'host': 'host24.example', 'what': 'heads', 'sent': 24, 'received': 48,
             'new': 12, 'failure': 'broken'},
            {'time': NOW_MS - 977, 'host': 'host23.example', 'what': 'carried', 'sent': 23, 'received': 46,
             'new': 11, 'failure': None}])
        self.assertEqual(len(self.json('status')['exchanges']), 20)
        lines = self.text('status', '--limit', '3').splitlines()[-4:]
        self.assertRegex(lines[0], '^WHEN +WITH +WHAT +SENT +CAME BACK +NEW +RESULT$')
        self.assertRegex(lines[1], r'host24\.example +heads +24 +48 +12 +broken$')
        self.assertRegex(lines[2], r'host23\.example +carried +23 +46 +11 +taken$')
        self.assertRegex(lines[3], r'host22\.example +feedback +22 +44 +11 +taken$')

    def test_what_there_is_none_of_is_said(self):
        self.write('DELETE FROM heads')
        text = self.text('status')
        for words in ('no heads: nothing was audited yet', 'nothing waits to be carried',
                      'nothing was exchanged yet'):
            self.assertIn(words, text)
        self.assertNotIn('to be told', text)
        self.assertEqual({key: value for key, value in self.json('status').items() if key != 'pool'},
                         {'logs': [], 'waiting': [], 'untold': 0, 'exchanges': []})

    def test_chains_that_wait_to_be_told(self):
        self.write("INSERT INTO sites VALUES ('a.example', 1, NULL, 0, 0, 0), ('b.example', 1, NULL, 0, 0, 0)",
                   "INSERT INTO site_bundles VALUES ('a.example', 1, x'', 0), ('a.example', 2, x'', 1), "
                   "('b.example', 1, x'', 0)")
        self.assertEqual(self.json('status')['untold'], 2)
        self.assertIn('\n2 chains wait to be told to the sites', self.text('status'))


class PeersTest(KnownPool):
    def peers(self):
        return {peer.pop('host'): peer for peer in self.json('peers')['peers']}

    def test_who_is_believed_to_be_willing(self):
        later, past = NOW_MS + DAY_MS, NOW_MS - DAY_MS
        self.write(f"INSERT INTO peers VALUES ('yes.example', 1, {later}, {past}), "
                   f"('no.example', 0, {later}, {past}), ('was.example', 1, {past}, {past}), "
                   f"('wasnot.example', 0, {past}, {past})")
        self.assertEqual({host: peer['willing'] for host, peer in self.peers().items()},
                         {'yes.example': True, 'no.example': False, 'was.example': None,
                          'wasnot.example': None})
        self.assertEqual(self.peers()['yes.example'],
                         {'willing': True, 'expires': later, 'last_contact': past, 'waiting': 0})
        text = self.text('peers')
        for words in (r'yes\.example +yes +20', r'no\.example +no +20', r'was\.example +was, long ago +20',
                      r'wasnot\.example +said no, long ago +20'):
            self.assertRegex(text, words)

    def test_what_waits_and_what_was_exchanged_last(self):
        self.add_head(1)
        self.add_head(2)
        self.write(f"INSERT INTO peers VALUES ('yes.example', 1, {NOW_MS + DAY_MS}, {NOW_MS})",
                   "INSERT INTO outbox SELECT 'yes.example', id, 1, 0 FROM heads WHERE log = "
                   f'(SELECT log FROM heads WHERE id = {self.amber})',
                   f"INSERT INTO outbox VALUES ('gone.example', {self.amber}, 1, 1)")
        self.add_exchange('yes.example', 2 * DAY_MS, sent=1, failure='older')
        self.add_exchange('yes.example', DAY_MS, sent=5, received=4, new=3)
        self.add_exchange('yes.example', DAY_MS, CARRIED, 7)
        peers = self.peers()
        self.assertEqual(set(peers), {'yes.example'})
        self.assertEqual(peers['yes.example']['waiting'], 3)
        self.assertEqual(peers['yes.example']['last_exchange'],
                         {'time': NOW_MS - DAY_MS, 'what': 'carried', 'sent': 7, 'received': 0, 'new': 0,
                          'failure': None})
        self.assertRegex(self.text('peers'), r'yes\.example +yes .* 3 +carried 2\d h ago: taken\n')

    def test_feedback(self):
        self.write("INSERT INTO sites VALUES ('a.example', 1, 2, 3, 2, 1), ('b.example', 1, 2, 3, 0, 3)",
                   "INSERT INTO site_bundles VALUES ('a.example', 1, x'', 0), ('a.example', 2, x'', 1)")
        peers = self.peers()
        self.assertEqual(peers['a.example']['feedback'],
                         {'chains': 2, 'to_tell': 1, 'attempts': 3, 'successes': 2, 'strikes': 1})
        self.assertEqual(peers['b.example']['feedback']['strikes'], 3)
        self.assertRegex(self.text('peers'), r'a\.example +not known .* 1 to tell, 2 of 3 taken')
        self.assertRegex(self.text('peers'), r'b\.example +not known .* given up')

    def test_nobody(self):
        self.assertEqual(self.peers(), {})
        self.assertIn('no server has said anything', self.text('peers'))


class SendTest(KnownPool):
    def test_what_an_auditor_gets_beyond_a_server(self):
        self.write(f'UPDATE heads SET given = {TO_WEB_SERVER}')
        self.add_head(1, source=FROM_REPLY)
        site = 'https://localhost:1'
        self.assertEqual(self.json('send', '--dry-run', site)['heads'], 0)
        self.assertEqual(self.json('send', '--dry-run', '--auditor', site)['heads'], 1)
        self.assertEqual(self.json('send', '--dry-run', '--as', 'server', site)['heads'], 3)
        shown = self.tattle('send', '--dry-run', site, *self.pool)
        self.assertIn(b'there are none that this site may be given', shown.stderr)

    def test_what_came_of_it_is_of_this_site_and_of_now(self):
        answers = [b'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n']

        def answer(_request):
            if answers:
                return answers.pop()
            time.sleep(1)  # what happened before can be seen meanwhile
            return [], b''
        server = self.recorder(answer=answer)
        self.add_exchange('other.example', -DAY_MS, sent=99)
        self.daemon.start()
        control = ['--control', self.daemon.path('control')]
        first = self.tattle('send', server.site, *self.pool, *control, want=2)
        self.assertIn(b'HTTP status 503', first.stderr)
        # It has been said to tattled, which does not care for them.
        second = self.tattle('send', server.site, '--auditor', *self.pool, *control)
        self.assertRegex(second.stdout.decode(), rf'^localhost:{server.port}: took \d+ heads; 0 came back')
        self.assertIn(b'--auditor and --as have no effect', second.stderr)

    def test_what_tattled_says_instead(self):
        path = os.path.join(self.folder, 'control')
        for said, words in ((b'{"error":"too many wait"}\n', b'tattled: too many wait'),
                            (b'yes\n', b'its answer is not JSON')):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(path)
                listener.listen()
                listener.settimeout(WAIT)

                def serve(listener=listener, said=said):
                    client, _ = listener.accept()
                    with client:
                        client.recv(4096)
                        client.sendall(said)
                thread = threading.Thread(target=serve)
                thread.start()
                done = self.tattle('send', 'https://localhost:1', *self.pool, '--control', path,
                                   '--timeout', '1', want=2)
                thread.join()
            os.unlink(path)
            self.assertIn(words, done.stderr)


if __name__ == '__main__':
    unittest.main()
