#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The zone of gossip of nginx's module: what all workers know together, whatever becomes of one."""

import http.client
import os
import pathlib
import random
import re
import signal
import socket
import threading
import time
import unittest

import world
from gossip_site import (CA, FEEDBACK, HOST, LOG, MORE, NOW, OTHER, PLAIN, POLLINATION, Client, Gossip, b64, feedback,
                         stamp)
from nginx_world import wait_until
from nginx_zone import HEADER, Zone
from world import pki


class ZoneTest(Gossip):
    def fill(self, number, first=1, batch=64, log=None):
        """Brings so many new heads; how many of a log are taken at once is bounded."""
        log = log or LOG
        with Client() as client:
            for start in range(first, first + number, batch):
                sths = [log.sth(size, stamp()) for size in range(start, min(start + batch, first + number))]
                self.assertNotIsInstance(client.heads(sths), int)

    def kept_of(self, log):
        """How many heads of the log the zone has."""
        slots = map(self.zone.slot, self.zone.small_slots())
        return sum(1 for state, _, record in slots if state and record.startswith(log.log_id))

    def are_known(self, sths):
        """Whether the zone has all of them, as it says. No body is one that a worker knows."""
        before = self.zone.counts()
        with Client() as client:
            for start in range(0, len(sths), 64):
                message = {'sths': sths[start:start + 64], 'once': os.urandom(8).hex()}
                self.assertEqual(client.post(message)[0], 200)
        after = self.zone.counts()
        return after.known - before.known == len(sths) and after.stored == before.stored

    def let_it_be_mended(self):
        """After a worker has died: whoever comes next finds that, and all is made anew, also if nobody comes."""
        with Client() as client:
            self.assertEqual(client.post({'sths': []})[0], 200)
        wait_until(lambda: self.zone.linked() == self.zone.buckets, 'all is made anew')

    def test_workers_know_together(self):
        site = self.site(workers=4)
        self.zone = Zone(site)
        self.fill(300)
        self.assertEqual(self.zone.counts().stored, 300)
        for _ in range(20):
            self.assertTrue(self.are_known([LOG.sth(size, stamp()) for size in range(1, 301)]))
        site.reload()
        self.assertTrue(self.are_known([LOG.sth(size, stamp()) for size in range(1, 301)]))

    def test_a_log_has_a_share(self):
        """336 at once; and one a second, of which there may be some since."""
        site = self.site()
        self.zone = Zone(site)
        start = time.monotonic()
        self.fill(500)
        self.fill(10, log=OTHER)
        counts = self.zone.counts()
        self.assertLessEqual(336 + 10, counts.stored)
        self.assertLessEqual(counts.stored, 336 + 10 + time.monotonic() - start + 1)
        self.assertEqual(counts.stored + counts.refused, 510)

    def test_a_clock_that_is_set_back_does_not_end_the_share_of_a_log(self):
        site = self.site()
        zone = Zone(site)
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(1, stamp())]), int)
            zone.set_share(LOG.log_id, 0, (NOW + pki.DAY) * 1000)
            self.assertNotIsInstance(client.heads([LOG.sth(2, stamp())]), int)
            self.assertEqual((zone.counts().stored, zone.counts().refused), (1, 1))
            sizes = iter(range(3, 1_000_000))
            wait_until(lambda: (client.heads([LOG.sth(next(sizes), stamp())]), zone.counts().stored > 1)[1],
                       'its share grows')

    def test_suspects_have_little_room_in_a_large_zone(self):
        """Each new one is compared with all of them."""
        self.assertEqual(Zone(self.site(size='64m')).room_for_suspects(), 1 << 20)

    def test_a_full_zone_lets_the_oldest_go_and_keeps_evidence(self):
        site = self.site(size='256k')
        self.zone = zone = Zone(site)
        free = zone.queues()[0]
        halves = [LOG.sth(1, stamp()), LOG.sth(1, stamp(), root=b'\1' * 32)]
        more = [LOG.sth(1, stamp(), root=bytes([root]) * 32) for root in (2, 3, 4)]
        with Client() as client:
            for half in halves + more:
                self.assertNotIsInstance(client.heads([half]), int)
        self.assertEqual(zone.counts().conflicting, 3)
        self.assertEqual(zone.queues()[3], 4)
        self.assertLess(zone.small, 900)
        oldest = {'sths': [LOG.sth(10, stamp()), LOG.sth(11, stamp())]}
        with Client() as client:
            self.assertEqual([client.post(oldest)[0] for _ in range(3)], [200] * 3)
        for log in (LOG, OTHER, *MORE):
            self.fill(320, first=12, log=log)
        self.assertGreater(zone.counts().evicted, 1000)
        self.assertEqual(zone.counts().lost, 0)  # there is no tattled
        # The body was known, and is so no more.
        stored = zone.counts().stored
        with Client() as client:
            self.assertEqual(client.post(oldest)[0], 200)
        self.assertEqual(zone.counts().stored, stored + 2)
        # One of many does not crowd out the rest.
        self.assertGreater(self.kept_of(OTHER), 50)
        self.assertTrue(zone.are_chains_whole())
        self.assertEqual(sum(zone.queues()), free)
        self.assertEqual(zone.queues()[3], 4)
        self.assertTrue(self.are_known(halves + more[:2]))
        with Client() as client:
            wait_until(lambda: [head['tree_size'] for head in client.heads([])].count(1) == 4, 'evidence')

    def test_evidence_that_there_is_no_room_for_is_not_counted(self):
        site = self.site()
        self.zone = zone = Zone(site)
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(1, stamp())]), int)
            zone.fill_small_slots()
            other = LOG.sth(1, stamp(), root=b'\1' * 32)
            self.assertEqual(client.heads([other]), 503)
            self.assertEqual((zone.counts().stored, zone.counts().conflicting), (1, 0))
            zone.die_writing([])
            self.let_it_be_mended()
            self.assertNotIsInstance(client.heads([other]), int)
        self.assertEqual((zone.counts().stored, zone.counts().conflicting), (2, 1))
        self.assertIn('has no room for a head', site.errors())

    def test_heads_of_a_log_that_does_not_grow(self):
        """All are of one size, and so in one chain: which goes need not be looked for there."""
        self.zone = zone = Zone(self.site(size='256k'))
        number = zone.small + 300
        with Client() as client:
            for start in range(0, number, 60):
                sths = [LOG.sth(7, stamp() + age) for age in range(start, min(start + 60, number))]
                self.assertNotIsInstance(client.heads(sths[:1]), int)
                zone.set_share(LOG.log_id, 336_000, 1)
                self.assertNotIsInstance(client.heads(sths[1:]), int)
                if start % 240 == 0:
                    self.assertTrue(zone.are_chains_whole(), start)
            self.assertEqual((zone.counts().stored, zone.counts().evicted), (number, 300))
            self.assertTrue(self.are_known(sths))
            # One that contradicts them is found to, and pinned with one of them in front of the others.
            zone.set_share(LOG.log_id, 336_000, 1)
            self.assertNotIsInstance(client.heads([LOG.sth(7, stamp(), root=b'\1' * 32)]), int)
        self.assertEqual((zone.counts().conflicting, zone.queues()[3]), (1, 2))
        self.assertTrue(zone.are_chains_whole())
        zone.die_writing(['buckets', 'links'])
        self.let_it_be_mended()
        self.assertTrue(self.are_known(sths))
        self.assertTrue(zone.are_chains_whole())

    def test_what_a_dead_worker_spoilt_is_made_anew(self):
        site = self.site()
        self.zone = zone = Zone(site)
        self.fill(200)
        with Client() as client:
            client.heads([LOG.sth(1, stamp(), root=b'\1' * 32)])
        queues, stored = zone.queues(), zone.counts().stored
        heads = [LOG.sth(size, stamp()) for size in range(1, 201)]
        for rebuilt, scramble in enumerate((['buckets'], ['queues'], ['links'], ['logs'],
                                            ['buckets', 'queues', 'links', 'logs']), 1):
            with self.subTest(scramble):
                zone.die_writing(scramble)
                self.let_it_be_mended()
                self.assertTrue(self.are_known(heads))
                self.assertEqual(zone.counts().rebuilt, rebuilt)
                self.assertEqual(zone.queues(), queues)
                self.assertEqual(zone.counts().stored, stored)
        # A record that was not written to its end is none.
        spoilt = next(offset for offset in zone.small_slots() if zone.slot(offset)[0] and
                      not zone.slot(offset)[1])
        byte, = zone.read(spoilt + HEADER + 100, 1)
        zone.write(spoilt + HEADER + 100, bytes([byte ^ 1]))
        zone.die_writing(['links'])
        self.let_it_be_mended()
        self.assertFalse(self.are_known(heads))
        self.assertEqual(zone.counts().stored, stored + 1)
        self.assertEqual(sum(zone.queues()), sum(queues))

    def test_a_large_zone_is_made_anew_in_steps(self):
        """All workers wait for each of them: meanwhile what is found is known, and what is new comes a moment later."""
        self.zone = zone = Zone(self.site(size='64m'))
        zone.fill_with_heads()
        first, new = LOG.sth(1, stamp()), LOG.sth(2, stamp())
        with Client() as client:
            zone.die_writing(['buckets', 'queues', 'links', 'logs'])
            self.assertEqual(client.post({'sths': []})[0], 200)
            self.assertLess(zone.linked(), 100_000)
            answer, _ = client.ask({'sths': [new]})
            self.assertEqual((answer.status, answer.headers['Retry-After']), (503, '1'))
            self.assertLess(zone.linked(), zone.buckets)
            # A worker that dies meanwhile begins anew.
            linked = zone.linked()
            zone.die_writing(['links'])
            self.assertEqual(client.post({'sths': []})[0], 200)
            self.assertLess(zone.linked(), linked + 50_000)
            wait_until(lambda: zone.linked() == zone.buckets, 'the rest, though nobody comes')
            self.assertEqual((zone.counts().rebuilt, zone.counts().limited), (2, 0))
            self.assertEqual((sum(zone.queues()), zone.queues()[2]), (zone.buckets, zone.small))
            self.assertTrue(zone.are_chains_whole())
            for head in (first, new):
                self.assertNotIsInstance(client.heads([head]), int)
        self.assertEqual((zone.counts().stored, zone.counts().evicted), (2, 2))

    def test_workers_that_are_killed_lose_nothing(self):
        """Under load, until fifty have died: each head that was answered with 200 is there."""
        site = self.site(workers=2, size='4m')
        self.zone = Zone(site)
        acknowledged, stop, wanted = [], threading.Event(), 0
        logs = [LOG, OTHER, *MORE]

        def bring(number):
            client, size = Client(), 1_000_000 * (number + 1)
            while not stop.is_set():
                if len(acknowledged) >= wanted:  # else a slow machine uses up the logs' shares
                    time.sleep(0.001)
                    continue
                sths = [log.sth(size, stamp()) for log in logs[number::3]]
                size += 1
                try:
                    status, _ = client.post({'sths': sths})
                    if status == 200:
                        acknowledged.extend(sths)
                except (OSError, http.client.HTTPException):
                    client.connection.close()
            client.connection.close()
        threads = [threading.Thread(target=bring, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(50):
                workers = wait_until(lambda: len(site.workers()) == 2 and site.workers(), 'workers')
                victim, begun = min(workers), len(acknowledged)
                wanted = begun + 24
                wait_until(lambda: len(acknowledged) > begun, 'the load')
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda: victim not in site.workers(), 'its end')
                wait_until(lambda: len(acknowledged) >= wanted, 'the others go on')
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertGreater(len(acknowledged), 500)
        self.assertEqual(self.zone.counts().refused, 0)
        self.assertTrue(self.are_known(acknowledged))
        queues = self.zone.queues()
        self.assertEqual(sum(queues), self.zone.buckets)
        self.assertEqual(queues[1] + queues[2] + queues[3], sum(
            1 for offset in self.zone.small_slots() if self.zone.slot(offset)[0]))


class SoakTest(Gossip):
    SECONDS = float(os.environ.get('TATTLE_SOAK_SECONDS', '6'))

    @staticmethod
    def memory(site):
        """KB of each worker that are its own."""
        return {pid: int(re.search(r'RssAnon:\s+(\d+)', pathlib.Path(f'/proc/{pid}/status').read_text(
            encoding='ascii'))[1]) for pid in site.workers()}

    def test_a_mixed_load_leaves_memory_flat(self):
        """Pages, duplicates, other orders, new heads, headers, feedback, garbage and what breaks off,
        with a zone that is full and lets heads go."""
        site = self.site(workers=2, size='256k')
        zone, stop, trouble = Zone(site), threading.Event(), []
        known = [log.sth(size, stamp()) for log in (LOG, OTHER, *MORE) for size in range(1, 6)]
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        told = feedback(leaf, LOG.sct(pki.x509_entry(leaf), stamp()))

        def load(number):
            draw, client, size = random.Random(number), Client(), 10_000 * (number + 1)
            while not stop.is_set():
                size += 1
                log = draw.choice((LOG, OTHER, *MORE))
                bad = log.sth(size, stamp())
                bad['tree_size'] += 1
                expected, where, body = draw.choice((
                    ({200}, POLLINATION[0], {'sths': known}),
                    ({200}, POLLINATION[1], {'v1': draw.sample(known, len(known))}),
                    ({200}, POLLINATION[0], {'sths': [log.sth(size, stamp()), log.sth(size, stamp(61))]}),
                    ({200}, POLLINATION[0], {'sths': [bad, {'tree_size': 'x'}, None, 7]}),
                    ({200}, FEEDBACK[1], told),
                    ({200, 400}, FEEDBACK[0], {'sct_feedback': [{'x509_chain': [b64(draw.randbytes(99))]}]}),
                    ({400}, POLLINATION[0], draw.randbytes(draw.randrange(1, 5000))),
                    ({400}, POLLINATION[0], b'{"sths":[' + b'[' * draw.randrange(1, 5000)),
                    ({413}, POLLINATION[0], b'0' * (600 << 10)),
                    (None, POLLINATION[0], b'')))
                try:
                    if expected is None:  # it breaks off
                        with socket.create_connection(('127.0.0.1', PLAIN), world.WAIT) as plain:
                            plain.sendall(f'POST {where} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9'
                                          f'\r\nTransGossip: 0:{log.log_id.hex()}:AAAA\r\n\r\n{{"sths'.encode())
                        continue
                    status, _ = client.post(body, where)
                    if status not in expected:
                        trouble.append((status, body))
                except (BrokenPipeError, ConnectionResetError, http.client.HTTPException):
                    if 413 not in expected:  # it may be said before all of the body is sent
                        trouble.append(('broken', body))
                    client.connection.close()
            client.connection.close()
        threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: zone.counts().evicted > 100, 'the zone is full', 120)
            before, evicted = self.memory(site), zone.counts().evicted
            time.sleep(self.SECONDS)  # it is the test: so long, whatever happens
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(trouble, [])
        after = self.memory(site)
        self.assertEqual(set(before), set(after))  # no worker has died
        for pid, size in after.items():
            self.assertLess(size, before[pid] + 2048)
        self.assertGreaterEqual(zone.counts().evicted, evicted)
        self.assertEqual(zone.counts().rebuilt, 0)
        self.assertEqual(sum(zone.queues()), zone.buckets)


if __name__ == '__main__':
    unittest.main()
