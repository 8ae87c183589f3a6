#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What nginx's module keeps for a tattled that is away for an hour, or cannot use its pool. That is not waited for:
nginx's clock is set forward."""

import json
import os
import struct
import subprocess
import time
import unittest
import unittest.mock

from counterpart import Counterpart
from gossip_site import (CA, FEEDBACK, HOST, LOG, MORE, OTHER, POLLINATION, SOCKET, Client, Gossip, curl, feedback,
                         path, stamp)
from nginx_world import wait_until
from nginx_zone import Zone
from world import pki

HOUR, RETRY = 3600, 16  # seconds; the longest wait between two tries
LOGS = (LOG, OTHER, *MORE)


def brought_to(server):
    """The heads that a server has got in tattled's place, as (log, size), and how many SCTs."""
    heads, scts = [], 0
    for where, body in zip(server.brought, server.bodies):
        message = json.loads(body)
        if where == POLLINATION[0]:
            heads += [(head['log_id'], head['tree_size']) for head in message['sths']]
        else:
            scts += sum(len(entry['sct_data_v1']) for entry in message)
    return heads, scts


class AwayTest(Gossip):
    def site(self, **settings):
        self.clock, library = path('clock'), path('shifted_clock.so')
        pki.write(self.clock, struct.pack('<q', 0))
        self.later = 0
        subprocess.run(['cc', '-shared', '-fPIC', f'-DSHIFTED_CLOCK="{self.clock}"', '-o', library,
                        os.environ['TATTLE_SHIFTED_CLOCK']], check=True)
        with unittest.mock.patch.dict(os.environ, LD_PRELOAD=library):
            site = super().site(more=f'ct_socket {SOCKET};', **settings)
        self.zone = Zone(site)
        return site

    def pass_time(self, seconds):
        self.later += seconds
        with open(self.clock, 'r+b', buffering=0) as clock:
            clock.write(struct.pack('<q', self.later * 10**9))

    def pass_an_hour(self, meanwhile):
        """One try after the other, none of which succeeds."""
        wait_until(self.zone.failures, 'the first try')
        for number in range(HOUR // RETRY):
            meanwhile(number)
            tries = self.zone.failures()
            self.pass_time(RETRY)
            wait_until(lambda seen=tries: self.zone.failures() > seen, 'another try')
        wait = self.zone.next_try() / 1000 - (time.time() + self.later)
        self.assertLessEqual(wait, RETRY)
        self.assertGreater(wait, RETRY - 8)  # what this machine has taken since

    def status(self):
        return json.loads(curl('/status').body)['gossip']

    def page(self):
        return curl('/status?format=html').body

    def counterpart(self, status=200):
        server = Counterpart(status)
        self.addCleanup(server.end)
        return server

    def bring(self, heads):
        with Client() as client:  # one that was kept may have timed out meanwhile
            self.assertNotIsInstance(client.heads([log.sth(size, stamp()) for log, size in heads]), int)

    def assert_said(self, site, *numbers):
        self.assertEqual([site.errors().count(text) for text in ('does not take gossip', 'takes gossip again')],
                         list(numbers))

    def catch_up(self, server):
        self.pass_time(RETRY)
        wait_until(lambda: self.zone.queues()[1] == 0 and self.zone.feedback() == 0, 'all is brought')
        wait_until(lambda: self.status()['tattled'], 'it is known')
        return brought_to(server)

    def away(self, site):
        """For an hour, in which heads come all the time, and some feedback."""
        heads, scts = [], []
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')

        def meanwhile(number):
            more = [(log, size) for log in LOGS for size in (2 * number + 1, 2 * number + 2)]
            self.bring(more)
            heads.extend(more)
            if number % 3 == 0:
                scts.append(LOG.sct(pki.x509_entry(leaf), stamp(100 + number)))
                with Client() as client:
                    self.assertEqual(client.post(feedback(leaf, scts[-1]), FEEDBACK[1]), (200, b''))
        self.pass_an_hour(meanwhile)
        self.assertGreater(len(heads), 2500)
        said = self.status()
        self.assertEqual((said['tattled'], said['heads_waiting'], said['heads_lost'], said['heads_refused']),
                         (False, len(heads), 0, 0))
        self.assertGreater(said['feedback_waiting_bytes'], 400 * len(scts))
        self.assertIn('tattled does not take gossip', self.page())
        self.assert_said(site, 1, 0)
        return heads, scts

    def test_a_tattled_that_is_away_for_an_hour_gets_all_of_it(self):
        site = self.site()
        heads, scts = self.away(site)
        got, num_scts = self.catch_up(self.counterpart())
        self.assertEqual(sorted(got), sorted((self.name(log), size) for log, size in heads))
        self.assertEqual(num_scts, len(scts))
        self.assertEqual((self.status()['heads_waiting'], self.status()['heads_lost']), (0, 0))
        self.assert_said(site, 1, 1)
        self.pass_time(2)  # and a page with it
        self.assertNotIn('tattled does not take gossip', self.page())

    def test_one_whose_pool_is_broken_for_an_hour_gets_all_of_it(self):
        """It answers 503 meanwhile."""
        server = self.counterpart(503)
        site = self.site()
        heads, scts = self.away(site)
        self.assertIn('it answers 503', site.errors())
        server.status, tried = 200, len(server.brought)
        self.assertGreater(tried, HOUR // RETRY - 1)
        wait_until(lambda: len(server.bodies) == len(server.brought), 'the last one')
        del server.brought[:], server.bodies[:]
        got, num_scts = self.catch_up(server)
        self.assertEqual(sorted(got), sorted((self.name(log), size) for log, size in heads))
        self.assertEqual(num_scts, len(scts))
        self.assert_said(site, 1, 1)

    def test_what_a_zone_has_no_room_for_is_counted(self):
        """The newest heads are kept. Of feedback it is who brings it that keeps it."""
        site = self.site(size='256k')
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        heads, answers = [], []

        def meanwhile(number):
            more = [(log, number + 1) for log in LOGS]
            self.bring(more)
            heads.extend(more)
            sct = LOG.sct(pki.x509_entry(leaf), stamp(100 + number))
            with Client() as client:
                answers.append(client.post(feedback(leaf, sct), FEEDBACK[1])[0])
        self.pass_an_hour(meanwhile)
        said = self.status()
        lost = said['heads_lost']
        self.assertGreater(lost, 300)
        self.assertEqual((said['heads_waiting'], said['heads_evicted']), (len(heads) - lost, lost))
        self.assertIn(f'{lost} tree heads went before tattled got them', self.page())
        self.assertEqual(answers, sorted(answers))
        self.assertEqual(set(answers), {200, 503})
        self.assertIn('has no room for feedback', site.errors())
        got, num_scts = self.catch_up(self.counterpart())
        self.assertEqual(sorted(got), sorted((self.name(log), size) for log, size in heads[lost:]))
        self.assertEqual(num_scts, answers.count(200))

    @staticmethod
    def name(log):
        return log.sth(1, 0)['log_id']


if __name__ == '__main__':
    unittest.main()
