#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Tree heads that the curl adapter carries from tattled's outbox to Debian's nginx: to whom they go, how
often, and with what."""

import os
import tempfile
import unittest

import world
from gossip_world import Logs, Tattled, heads_of, heads_of_header
from reuse_world import BAD, GOOD, POLLINATION, SECOND, SINGLE, Client, Site, certificates
from mail_world import eventually

OK, REFUSED, ABORTED = 0, 60, 42  # CURLcode
VERSIONS = [(http, tls) for http in ('1.1', '2') for tls in ('1.2', '1.3')]
SAYS = {GOOD: 'Yes', SECOND: 'yes', SINGLE: 'No', BAD: 'Yes'}


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


class GossipTest(unittest.TestCase):
    def setUp(self):
        SITE.requests()

    def tattled(self, http, tls):
        tattled = Tattled(tempfile.mkdtemp(dir=FOLDER.name), LOGS)
        self.addCleanup(tattled.close)
        self.tattled_of = tattled
        self.versions = (tattled.programs_config(SITE), http, tls)
        return tattled

    def client(self):
        """Another process. It reads the outbox with its first request."""
        return Client(*self.versions)

    def handle(self, client, name, mode='report', *how, **options):
        client.say('new', name)
        for what, value in options.items():
            client.say('set', name, what, str(value))
        client.say('attach', name, mode, 'chrome', *how)
        return name

    def get(self, client, name, host, path='', code=OK):
        transfer, = client.say('get', name, SITE.url(host, path))
        self.assertEqual(transfer['code'], code, transfer)
        return transfer

    def visit_all(self):
        """Lets tattled hear who is willing, and see to it that heads wait for those two who are and
        were not refused."""
        with self.client() as client:
            one = self.handle(client, 'one', 'require')
            for host, code in ((GOOD, OK), (SECOND, OK), (SINGLE, REFUSED), (BAD, REFUSED)):
                self.get(client, one, host, code=code)
            # SINGLE is heard where it is let pass.
            self.get(client, self.handle(client, 'two'), SINGLE)
        eventually(lambda: self.tattled_of.rows('SELECT host, is_willing FROM peers ORDER BY host') == [
            (GOOD, 1), (SECOND, 1), (SINGLE, 0)], 'who is willing')
        outbox = self.tattled_of.wait_for_heads(GOOD, SECOND)
        self.assertFalse(set(outbox[GOOD]) & set(outbox[SECOND]))
        self.assertFalse([request for request in SITE.requests() if request.heads])
        return outbox

    def wait_until_taken_out(self, host):
        eventually(lambda: host not in self.tattled_of.outbox(), f'an outbox without {host}')

    def assert_nothing_of_the_program(self, request):
        self.assertEqual((request.cookie, request.authorization, request.agent, request.referer),
                         ('', '', '', ''))


class HeaderTest(GossipTest):
    def test_each_head_goes_to_one_host_once(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                outbox = self.visit_all()
                with self.client() as client:
                    one = self.handle(client, 'one', 'require', 'offer', follow=1)
                    for _ in range(2):
                        self.get(client, one, GOOD, f'to/{SECOND}')
                        self.get(client, one, GOOD)
                    self.get(client, one, BAD, code=REFUSED)
                    two = self.handle(client, 'two', 'report', 'offer')
                    for host in (SINGLE, BAD):
                        self.get(client, two, host)
                requests = SITE.requests()
                given = [(request.host, heads_of_header(request.heads)) for request in requests
                         if request.heads]
                self.assertEqual([host for host, _ in given], [GOOD, SECOND])
                for host, heads in given:
                    self.assertEqual(sorted(heads), sorted(outbox[host]))
                # With the first request on each connection.
                self.assertEqual([request.host for request in requests],
                                 [GOOD, SECOND, GOOD, GOOD, SECOND, GOOD, SINGLE, BAD])
                for request in requests:
                    self.assert_nothing_of_the_program(request)
                # Nor does another process take what was taken.
                for host in (GOOD, SECOND):
                    self.wait_until_taken_out(host)
                with self.client() as client:
                    one = self.handle(client, 'one', 'require', 'offer')
                    for host in (GOOD, SECOND):
                        self.get(client, one, host)
                    again = client.say('post', one)
                self.assertEqual(again['ready'], 0)
                self.assertFalse([request for request in SITE.requests() if request.heads])

    def test_never_where_it_would_tell_who_asks(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                self.visit_all()
                with self.client() as client:
                    with_cookies = self.handle(client, 'cookies', 'require', cookies=1)
                    self.get(client, with_cookies, GOOD, 'cookie')
                    client.say('detach', with_cookies)
                    client.say('attach', with_cookies, 'require', 'chrome', 'offer')
                    self.get(client, with_cookies, GOOD)
                    self.assertEqual(client.say('post', with_cookies)['ready'], 0)
                    secret = self.handle(client, 'secret', 'require', 'offer')
                    client.say('set', secret, 'header', 'Authorization: Bearer sesame')
                    self.get(client, secret, SECOND)
                    user = self.handle(client, 'user', 'require', 'offer')
                    transfer, = client.say('get', user, SITE.url(SECOND).replace('//', '//me:pw@'))
                    self.assertEqual(transfer['code'], OK)
                    # That it would have been possible.
                    clean = self.handle(client, 'clean', 'require', 'offer')
                    for host in (GOOD, SECOND):
                        self.get(client, clean, host)
                requests = SITE.requests()
                self.assertEqual([(request.host, bool(request.heads), request.cookie,
                                   bool(request.authorization)) for request in requests], [
                    (GOOD, False, '', False), (GOOD, False, 'who=1', False), (SECOND, False, '', True),
                    (SECOND, False, '', True), (GOOD, True, '', False), (SECOND, True, '', False)])

    def test_never_on_a_connection_that_was_not_judged(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                self.visit_all()
                with self.client() as client:
                    client.say('new', 'unattached')
                    client.say('set', 'unattached', 'shared', '1')
                    self.get(client, 'unattached', GOOD)
                    for mode, code in (('report', OK), ('require', ABORTED)):
                        one = self.handle(client, mode, mode, 'offer', shared=1)
                        client.say('set', one, 'same_key', '1')
                        self.assertFalse(self.get(client, one, GOOD, code=code)['judged'])
                        self.assertEqual(client.say('post', one)['ready'], 0)
                self.assertFalse([request for request in SITE.requests() if request.heads])
                self.assertIn(GOOD, self.tattled_of.outbox())


class PostTest(GossipTest):
    def test_on_the_connection_of_the_transfer(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                outbox = self.visit_all()
                with self.client() as client:
                    one = self.handle(client, 'one', 'require', agent='a/1')
                    self.get(client, one, GOOD)
                    done = client.say('post', one)
                    self.assertEqual((done['ready'], done['code'], done['connects'], done['taken']),
                                     (1, OK, 0, 1), done)
                    self.assertEqual(client.say('post', one)['ready'], 0)
                    self.get(client, one, GOOD)
                    self.assertEqual(client.say('post', one)['ready'], 0)
                first, sent, last = SITE.requests()
                self.assertEqual({one.connection for one in (first, sent, last)}, {first.connection})
                self.assertEqual((sent.host, sent.method, sent.path), (GOOD, 'POST', POLLINATION))
                self.assertEqual(sorted(heads_of(sent.body)), sorted(outbox[GOOD]))
                self.assertEqual((first.agent, first.heads, last.heads), ('a/1', '', ''))
                self.assert_nothing_of_the_program(sent)

    def test_not_without_a_connection(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                self.visit_all()
                with self.client() as client:
                    one = self.handle(client, 'one', 'require', close=1)
                    self.get(client, one, GOOD)
                    self.assertEqual(client.say('post', one)['ready'], 0)
                    self.get(client, one, BAD, code=REFUSED)
                    self.assertEqual(client.say('post', one)['ready'], 0)
                self.assertEqual([request.method for request in SITE.requests()], ['GET'])
                self.assertIn(GOOD, self.tattled_of.outbox())


class MultiTest(GossipTest):
    def test_of_transfers_at_once_one_takes_them(self):
        for http, tls in VERSIONS:
            with self.subTest(http=http, tls=tls):
                self.tattled(http, tls)
                outbox = self.visit_all()
                with self.client() as client:
                    names = [self.handle(client, f'handle {number}', 'require', 'offer', wait=1)
                             for number in range(6)]
                    hosts = [GOOD, GOOD, GOOD, SECOND, SECOND, BAD]
                    transfers = client.say('multi', *(word for name, host in zip(names, hosts)
                                                      for word in (name, SITE.url(host))))
                self.assertEqual([one['code'] for one in transfers], [OK] * 5 + [REFUSED])
                given = [(request.host, heads_of_header(request.heads)) for request in SITE.requests()
                         if request.heads]
                self.assertEqual(sorted(host for host, _ in given), [GOOD, SECOND])
                for host, heads in given:
                    self.assertEqual(sorted(heads), sorted(outbox[host]))


if __name__ == '__main__':
    unittest.main()
