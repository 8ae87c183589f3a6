#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The curl adapter against Debian's nginx, with each way in which libcurl reuses connections and TLS
sessions: whoever requires CT gets none that was not judged for it. What nginx saw is what counts."""

import os
import tempfile
import unittest

import world
from reuse_world import BAD, GOOD, SECOND, SINGLE, Client, Site, certificates

OK, REFUSED, ABORTED = 0, 60, 42  # CURLcode
NOT_JUDGED = 'CT is required, and the connection was not judged'
HTTP_NUMBER = {'1.1': 2, '2': 3}  # CURL_HTTP_VERSION_*
HTTP_NAME = {'1.1': 'HTTP/1.1', '2': 'HTTP/2.0'}


def setUpModule():
    global FOLDER, SITE, STATEFUL
    FOLDER = tempfile.TemporaryDirectory()
    os.chmod(FOLDER.name, 0o755)
    the_world = world.World(FOLDER.name)
    paths = certificates(the_world)
    SITE = Site(the_world, paths, 8443)  # sessions by tickets, as nginx has them
    STATEFUL = Site(the_world, paths, 8444,
                    'ssl_session_tickets off; ssl_session_cache shared:sessions:1m;')


def tearDownModule():
    STATEFUL.stop()
    SITE.stop()
    FOLDER.cleanup()


class Cases:
    HTTP = TLS = ''

    def setUp(self):
        self.client = Client(SITE.config(), self.HTTP, self.TLS)
        self.addCleanup(self.client.stop)
        SITE.requests()
        STATEFUL.requests()

    # Handles: NAME is its mode, `policy` what it is judged by.

    def handle(self, name, mode=None, policy='chrome', **options):
        self.client.say('new', name)
        for what, value in options.items():
            self.client.say('set', name, what, str(value))
        if mode:
            self.client.say('attach', name, mode, policy)
        return name

    def get(self, name, url):
        transfer, = self.client.say('get', name, url)
        return transfer

    def at_once(self, *pairs):
        return self.client.say('multi', *(word for pair in pairs for word in pair))

    # Outcomes.

    def assert_passed(self, transfer, connects=None, judged=True):
        self.assertEqual(transfer['code'], OK, transfer)
        self.assertEqual((transfer['status'], transfer['http']), (200, HTTP_NUMBER[self.HTTP]))
        self.assertEqual(transfer['judged'], judged, transfer)
        self.assertEqual(transfer['error'], '')
        if connects is not None:
            self.assertEqual(transfer['connects'], connects, transfer)

    def assert_compliant(self, transfer, connects=None, origins=('verified', 'cached')):
        self.assert_passed(transfer, connects)
        self.assertEqual((transfer['compliance'], transfer['decision'], transfer['scope']),
                         ('compliant', 'proceed', 'public'))
        self.assertRegex(transfer['reason'], '^compliant with chrome')
        self.assertIn(transfer['origin'], origins)

    def assert_reported(self, transfer, connects=None):
        self.assert_passed(transfer, connects)
        self.assertEqual((transfer['compliance'], transfer['decision'], transfer['scope']),
                         ('not compliant', 'proceed', 'public'))
        self.assertRegex(transfer['reason'], '^not compliant with chrome: ')

    def assert_refused(self, transfer, host):
        self.assertEqual(transfer['code'], REFUSED, transfer)
        self.assertEqual((transfer['compliance'], transfer['decision'], transfer['scope']),
                         ('not compliant', 'refuse', 'public'))
        self.assertRegex(transfer['error'], f'^{host}: not compliant with chrome: ')
        self.assertRegex(transfer['reason'], '^not compliant with chrome: ')
        self.assertIn('no valid SCTs found', transfer['curl_error'])

    def assert_aborted(self, transfer, host=GOOD):
        self.assertEqual((transfer['code'], transfer['error'], transfer['judged']),
                         (ABORTED, f'{host}: {NOT_JUDGED}', False), transfer)

    def seen(self, site=None):
        """What nginx was sent, by host: the connections, a request each."""
        found = {}
        for request in (site or SITE).requests():
            self.assertEqual((request.tls, request.version),
                             (f'TLSv{self.TLS}', HTTP_NAME[self.HTTP]))
            found.setdefault(request.host, []).append(request)
        return found

    def connections(self, requests):
        return [request.connection for request in requests]


class PoolCases(Cases):
    """Connections of a handle's own."""

    def test_what_was_opened_before_attaching_is_not_used(self):
        one = self.handle('one')
        for host in (BAD, GOOD):
            self.assert_passed(self.get(one, SITE.url(host)), 1, judged=False)
            self.assert_passed(self.get(one, SITE.url(host)), 0, judged=False)
        self.client.say('attach', one, 'require', 'chrome')
        self.assert_refused(self.get(one, SITE.url(BAD)), BAD)
        self.assert_compliant(self.get(one, SITE.url(GOOD)), 1)
        self.assert_compliant(self.get(one, SITE.url(GOOD)), 0)
        self.client.say('detach', one)
        self.assert_passed(self.get(one, SITE.url(BAD)), 0, judged=False)
        seen = self.seen()
        bad, good = (self.connections(seen[host]) for host in (BAD, GOOD))
        self.assertEqual((len(bad), len(set(bad))), (3, 1), 'the refused one has sent nothing')
        self.assertEqual((good[0], good[2]), (good[1], good[3]))
        self.assertNotEqual(good[0], good[2])

    def test_what_was_only_reported_is_not_used_when_it_is_required(self):
        one = self.handle('one', 'report')
        self.assert_reported(self.get(one, SITE.url(BAD)), 1)
        self.assert_reported(self.get(one, SITE.url(BAD)), 0)
        self.client.say('detach', one)
        self.client.say('attach', one, 'require', 'chrome')
        self.assert_refused(self.get(one, SITE.url(BAD)), BAD)
        self.assertEqual(len(self.seen()[BAD]), 2)

    def test_the_judgement_goes_with_the_connection(self):
        one = self.handle('one', 'require')
        for number in range(3):
            for host in (GOOD, SECOND):
                self.assert_compliant(self.get(one, SITE.url(host)), 0 if number else 1)
            self.assert_refused(self.get(one, SITE.url(BAD)), BAD)
        seen = self.seen()
        self.assertEqual([len(set(self.connections(seen[host]))) for host in (GOOD, SECOND)], [1, 1])
        self.assertNotIn(BAD, seen)


class ShareCases(Cases):
    """Connections that handles have in common by a CURLSH."""

    def test_unattached_handles_share(self):
        # The tests below must be able to fail.
        for number, name in enumerate(('one', 'two')):
            self.assert_passed(self.get(self.handle(name, shared=1), SITE.url(BAD)), 1 - number,
                               judged=False)

    def test_only_what_was_judged_alike_is_shared(self):
        url = SITE.url(BAD)
        unattached = self.handle('unattached', shared=1)
        reporting = self.handle('reporting', 'report', shared=1)
        strict = self.handle('strict', 'require', shared=1)
        self.assert_passed(self.get(unattached, url), 1, judged=False)
        self.assert_reported(self.get(reporting, url), 1)
        self.assert_refused(self.get(strict, url), BAD)
        # What the others have is still there, and theirs.
        self.assert_passed(self.get(unattached, url), 0, judged=False)
        self.assert_reported(self.get(reporting, url), 0)
        self.assert_reported(self.get(self.handle('another', 'report', shared=1), url), 0)
        self.assert_refused(self.get(strict, url), BAD)
        seen = self.connections(self.seen()[BAD])
        self.assertEqual((len(seen), len(set(seen))), (5, 2))

    def test_what_another_policy_liked_is_not_shared(self):
        easy_going = self.handle('easy', 'require', 'rfc6962', shared=1)
        self.assert_passed(self.get(easy_going, SITE.url(SINGLE)), 1)
        self.assert_refused(self.get(self.handle('strict', 'require', shared=1), SITE.url(SINGLE)),
                            SINGLE)
        self.assert_passed(self.get(easy_going, SITE.url(SINGLE)), 0)
        self.assertEqual(len(set(self.connections(self.seen()[SINGLE]))), 1)

    def test_handles_of_one_client_share_and_outlive_each_other(self):
        self.assert_compliant(self.get(self.handle('one', 'require', shared=1), SITE.url(GOOD)), 1)
        self.client.say('drop', 'one')
        self.assert_compliant(self.get(self.handle('two', 'require', shared=1), SITE.url(GOOD)), 0)
        self.assert_passed(self.get(self.handle('three', shared=1), SITE.url(GOOD)), 1, judged=False)
        seen = self.connections(self.seen()[GOOD])
        self.assertEqual(seen[0], seen[1])
        self.assertNotEqual(seen[1], seen[2])

    def test_nor_where_curl_is_made_to_offer_it(self):
        # Without what keeps connections apart, the look before each request is what is left.
        self.assert_passed(self.get(self.handle('one', shared=1), SITE.url(GOOD)), 1, judged=False)
        strict = self.handle('strict', 'require', shared=1)
        self.client.say('set', strict, 'same_key', '1')
        self.assert_aborted(self.get(strict, SITE.url(GOOD)))
        if self.HTTP == '1.1':  # curl has closed that one
            self.assert_compliant(self.get(strict, SITE.url(GOOD)), 1)
        else:
            self.assert_aborted(self.get(strict, SITE.url(GOOD)))
            self.assert_passed(self.get('one', SITE.url(GOOD)), 0, judged=False)
        self.assertEqual(len(self.seen()[GOOD]), 2)


    def test_nor_where_it_offers_what_was_judged_otherwise(self):
        for name, mode, policy, host in (('reporting', 'report', 'chrome', BAD),
                                         ('easy', 'require', 'rfc6962', SINGLE)):
            other = self.handle(name, mode, policy, shared=1)
            strict = self.handle(f'strict {name}', 'require', shared=1)
            for handle in (other, strict):
                self.client.say('set', handle, 'same_key', '1')
            self.assert_passed(self.get(other, SITE.url(host)), 1)
            self.assert_aborted(self.get(strict, SITE.url(host)), host)
            self.assertEqual(len(self.seen()[host]), 1)


class SessionCases(Cases):
    """TLS sessions, where each transfer has a connection of its own."""

    def sites(self):
        """curl takes no tickets in TLS 1.2."""
        return (STATEFUL,) if self.TLS == '1.2' else (SITE, STATEFUL)

    def reused(self, site, host):
        return [request.reused == 'r' for request in self.seen(site).get(host, ())]

    def test_sessions_of_a_handle(self):
        for site in self.sites():
            one = self.handle('one', fresh=1)
            for host in (GOOD, BAD):
                for _ in range(2):
                    self.assert_passed(self.get(one, site.url(host)), 1, judged=False)
            self.client.say('attach', one, 'require', 'chrome')
            self.assert_refused(self.get(one, site.url(BAD)), BAD)
            self.assert_compliant(self.get(one, site.url(GOOD)), 1)
            self.assert_compliant(self.get(one, site.url(GOOD)), 1, ('resumed',))
            self.assertEqual(self.reused(site, GOOD), [False, True, False, True])
            self.client.say('drop', one)

    def test_sessions_that_handles_share(self):
        for site in self.sites():
            names = [self.handle('unattached', shared=1, fresh=1),
                     self.handle('reporting', 'report', shared=1, fresh=1),
                     self.handle('strict', 'require', shared=1, fresh=1),
                     self.handle('strict too', 'require', shared=1, fresh=1)]
            for _ in range(2):
                self.assert_passed(self.get(names[0], site.url(BAD)), 1, judged=False)
            for _ in range(2):
                self.assert_reported(self.get(names[1], site.url(BAD)), 1)
            for name in names[2:]:
                self.assert_refused(self.get(name, site.url(BAD)), BAD)
            self.assertEqual(self.reused(site, BAD), [False, True, False, True])
            self.assert_passed(self.get(names[0], site.url(GOOD)), 1, judged=False)
            self.assert_compliant(self.get(names[2], site.url(GOOD)), 1)
            self.assert_compliant(self.get(names[3], site.url(GOOD)), 1, ('resumed',))
            self.assertEqual(self.reused(site, GOOD), [False, False, True])
            for name in names:
                self.client.say('drop', name)

    def test_nor_where_curl_is_made_to_offer_one(self):
        for site in self.sites():
            one = self.handle('one', shared=1, fresh=1)
            strict = self.handle('strict', 'require', shared=1, fresh=1)
            self.client.say('set', strict, 'same_key', '1')
            for host in (GOOD, BAD):
                self.assert_passed(self.get(one, site.url(host)), 1, judged=False)
            self.assert_compliant(self.get(strict, site.url(GOOD)), 1)
            self.assert_refused(self.get(strict, site.url(BAD)), BAD)
            self.assertEqual(self.reused(site, GOOD), [False, False])
            self.client.say('drop', one)
            self.client.say('drop', strict)


class MultiCases(Cases):
    """Transfers at once."""

    def test_each_gets_what_it_asked_for(self):
        pairs = [(self.handle('unattached', wait=1), BAD), (self.handle('reporting', 'report', wait=1), BAD),
                 (self.handle('strict', 'require', wait=1), BAD),
                 (self.handle('strict too', 'require', wait=1), BAD),
                 (self.handle('content', 'require', wait=1), GOOD)]
        for connects in (1, 0):
            first, second, third, fourth, fifth = self.at_once(*(
                (name, SITE.url(host)) for name, host in pairs))
            self.assert_passed(first, connects, judged=False)
            self.assert_reported(second, connects)
            self.assert_refused(third, BAD)
            self.assert_refused(fourth, BAD)
            self.assert_compliant(fifth, connects)
        seen = self.seen()
        bad, good = (self.connections(seen[host]) for host in (BAD, GOOD))
        self.assertEqual((len(bad), len(set(bad))), (4, 2))
        self.assertEqual((len(good), len(set(good))), (2, 1))

    def test_what_one_client_asks_at_once(self):
        names = [self.handle(f'handle {number}', 'require', wait=1) for number in range(5)]
        names.append(self.handle('unattached', wait=1))
        transfers = self.at_once(*((name, SITE.url(GOOD)) for name in names))
        for transfer in transfers[:-1]:
            self.assert_compliant(transfer)
        self.assert_passed(transfers[-1], 1, judged=False)
        requests = self.seen()[GOOD]
        self.assertEqual(len(requests), 6)
        if self.HTTP == '2':  # all in one connection, and the unattached one's
            self.assertEqual(sorted(transfer['connects'] for transfer in transfers), [0, 0, 0, 0, 1, 1])
            self.assertEqual(len(set(self.connections(requests))), 2)

    def test_with_a_pool_that_unattached_handles_have_filled(self):
        unattached = [self.handle(f'unattached {number}', shared=1) for number in range(3)]
        for transfer in self.at_once(*((name, SITE.url(BAD)) for name in unattached)):
            self.assert_passed(transfer, judged=False)
        before = self.seen()[BAD]
        strict = [self.handle(f'strict {number}', 'require', shared=1, wait=1) for number in range(3)]
        for transfer in self.at_once(*((name, SITE.url(BAD)) for name in strict)):
            self.assert_refused(transfer, BAD)
        self.assertEqual((len(before), self.seen()), (3, {}))

    def test_one_that_is_stopped_stops_nobody_else(self):
        # It is given somebody's connection, and is stopped before it sends; others go on with it.
        unattached = [self.handle(f'unattached {number}', wait=1) for number in range(2)]
        strict = self.handle('strict', 'require', wait=1)
        self.client.say('set', strict, 'same_key', '1')
        self.at_once((unattached[0], SITE.url(GOOD)))
        first, second, third = self.at_once(
            (unattached[0], SITE.url(GOOD)), (strict, SITE.url(GOOD)), (unattached[1], SITE.url(GOOD)))
        self.assert_passed(first, judged=False)
        self.assert_passed(third, judged=False)
        if second['code'] != OK:
            self.assert_aborted(second)
            self.assertEqual(len(self.seen()[GOOD]), 3)
        else:  # it had one of its own: the other was in use
            self.assertEqual(self.HTTP, '1.1')
            self.assert_compliant(second, 1)


class RedirectCases(Cases):
    """From one host to another."""

    def test_to_a_host_that_is_compliant(self):
        one = self.handle('one', 'require', follow=1)
        for connects in (2, 0):
            transfer = self.get(one, SITE.url(GOOD, f'to/{SECOND}'))
            self.assert_compliant(transfer, connects)
            self.assertEqual(transfer['url'], SITE.url(SECOND))

    def test_to_one_that_is_not(self):
        one = self.handle('one', 'require', follow=1)
        self.assert_refused(self.get(one, SITE.url(GOOD, f'to/{BAD}')), BAD)
        seen = self.seen()
        self.assertEqual((len(seen[GOOD]), BAD in seen), (1, False))
        # The first one's connection is as good as before.
        self.assert_compliant(self.get(one, SITE.url(GOOD)), 0)

    def test_to_one_that_somebody_else_is_connected_to(self):
        unattached = self.handle('unattached', shared=1, follow=1)
        for host in (BAD, SECOND):
            self.assert_passed(self.get(unattached, SITE.url(GOOD, f'to/{host}')), judged=False)
        before = self.seen()
        one = self.handle('one', 'require', shared=1, follow=1)
        self.assert_refused(self.get(one, SITE.url(GOOD, f'to/{BAD}')), BAD)
        self.assert_compliant(self.get(one, SITE.url(GOOD, f'to/{SECOND}')), 1)
        seen = self.seen()
        self.assertNotIn(BAD, seen)
        for host in (GOOD, SECOND):
            self.assertFalse(set(self.connections(before[host])) & set(self.connections(seen[host])))

    def test_what_is_reported_is_of_the_last_host(self):
        one = self.handle('one', 'report', follow=1)
        for connects in (2, 0):
            self.assert_reported(self.get(one, SITE.url(GOOD, f'to/{BAD}')), connects)
        self.assert_compliant(self.get(one, SITE.url(BAD, f'to/{GOOD}')), 0)

    def test_of_transfers_at_once(self):
        names = [self.handle(f'handle {number}', 'require', follow=1, wait=1) for number in range(3)]
        first, second, third = self.at_once((names[0], SITE.url(GOOD, f'to/{SECOND}')),
                                            (names[1], SITE.url(GOOD, f'to/{BAD}')),
                                            (names[2], SITE.url(SECOND, f'to/{GOOD}')))
        self.assert_compliant(first)
        self.assert_refused(second, BAD)
        self.assert_compliant(third)
        self.assertNotIn(BAD, self.seen())


def load_tests(loader, _tests, _pattern):
    """Every case over every HTTP and TLS."""
    suite = unittest.TestSuite()
    for cases in (PoolCases, ShareCases, SessionCases, MultiCases, RedirectCases):
        for http, number in (('1.1', 1), ('2', 2)):
            for tls in ('1.2', '1.3'):
                name = f'{cases.__name__.removesuffix("Cases")}Http{number}Tls{tls[0]}{tls[2]}Test'
                suite.addTests(loader.loadTestsFromTestCase(
                    type(name, (cases, unittest.TestCase), {'HTTP': http, 'TLS': tls})))
    return suite


if __name__ == '__main__':
    unittest.main()
