#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What nginx's module brings to tattled, and what comes back."""

import base64
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import unittest
import unittest.mock

import world
from counterpart import Counterpart
from gossip_site import (CA, FEEDBACK, HOST, LOG, OTHER, POLLINATION, POOL, SOCKET, Client, Gossip, config, curl,
                         feedback, path, sizes_of, stamp)
from nginx_world import wait_until
from nginx_zone import HEADER, Zone
from tattled_box import CONF, Tattled
from world import pki
from xmpp_world import Daemon


class Behind(Gossip):
    NAMES = HOST

    def tattled(self):
        Tattled.make_user()
        os.makedirs(os.path.dirname(CONF), exist_ok=True)
        names = f'gossip_names = {self.NAMES}\n' if self.NAMES else ''
        pki.write(CONF, f'log_list = {path("logs.json")}\naudit = no\ngossip_socket = {SOCKET}\n'
                        f'{names}gossip_rate = 1000\ngossip_rate_total = 1000\n'
                        'gossip_checks = 100000\n')
        daemon = Daemon('tattle', [os.environ['TATTLED_EXE']], [SOCKET])
        self.addCleanup(daemon.stop)
        return daemon

    def setUp(self):
        for file in pathlib.Path(POOL).parent.glob('pool*'):
            file.unlink()

    def both(self, **settings):
        return self.tattled(), self.site(more=f'ct_socket {SOCKET};', **settings)

    def pool(self, query='SELECT count(*) FROM heads'):
        with sqlite3.connect(POOL, timeout=world.WAIT) as pool:
            return pool.execute(query).fetchone()[0]


class TattledTest(Behind):
    def test_what_is_brought_comes_to_tattled_and_its_heads_to_clients(self):
        _, site = self.both(workers=2)
        zone = Zone(site)
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(1, 151)]), int)
            wait_until(lambda: self.pool() == 150, 'all are in the pool')
            wait_until(lambda: zone.queues()[1] == 0, 'none waits')
            # What others brought to tattled itself.
            subprocess.run(['curl', '-sS', '--fail', '--unix-socket', SOCKET, '-H',
                            'Content-Type: application/json', '--data', json.dumps(
                                {'sths': [OTHER.sth(777, stamp())]}), 'http://tattled' + POLLINATION[0]],
                           check=True, stdout=subprocess.DEVNULL)
            wait_until(lambda: (client.heads([LOG.sth(1000 + zone.counts().stored, stamp())]),
                                777 in sizes_of(client.heads([])))[1], 'it comes by the courier', 60)
        site.stop()
        self.assertNotIn('does not take gossip', site.errors())
        self.assertNotIn('open socket', site.errors())

    def test_feedback_comes_to_tattled(self):
        _, site = self.both()
        zone = Zone(site)
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        sct = LOG.sct(pki.x509_entry(leaf), stamp())
        with Client() as client:
            self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
            wait_until(lambda: self.pool('SELECT count(*) FROM scts') == 1, 'it is in the pool')
            wait_until(lambda: zone.feedback() == 0, 'none waits')
            # What is known is not passed on again.
            self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[0]), (200, b''))
            self.assertEqual(zone.feedback(), 0)
            wrong = LOG.sct(pki.x509_entry(leaf), stamp(61))
            wrong = wrong[:-1] + bytes([wrong[-1] ^ 1])
            self.assertEqual(client.post(feedback(leaf, wrong), FEEDBACK[1]), (200, b''))
        status = wait_until(lambda: self.invalid(), 'tattled has it')
        self.assertEqual(status[0]['host'], HOST)

    def invalid(self):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(world.WAIT)
            control.connect('/run/tattle/control.sock')
            control.sendall(b'{"ask":"status"}\n')
            said = b''
            while not said.endswith(b'\n'):
                said += control.recv(65536)
        return json.loads(said)['gossip'].get('invalid_scts')

    def test_a_daemon_that_is_away_is_said_once_and_caught_up_with(self):
        daemon, site = self.both()
        zone = Zone(site)
        with Client() as client:
            client.heads([LOG.sth(1, stamp())])
            wait_until(lambda: self.pool() == 1, 'the first')
            daemon.stop()
            for size in range(2, 202):
                self.assertNotIsInstance(client.heads([LOG.sth(size, stamp())]), int)
                self.assertEqual(client.post({'sths': []})[0], 200)
            site.wait_for_line('does not take gossip')
            wait_until(lambda: zone.queues()[1] == 200, 'all wait')
            wait_until(lambda: zone.failures() >= 3, 'it is tried again')
            self.tattled()
            site.wait_for_line('takes gossip again', 40)
            wait_until(lambda: self.pool() == 201, 'all are in the pool', 40)
            wait_until(lambda: zone.queues()[1] == 0, 'none waits')
        errors = [line for line in site.errors().splitlines() if SOCKET in line]
        self.assertEqual([sum(word in line for line in errors) for word in
                          ('does not take gossip', 'takes gossip again')], [1, 1], errors)
        self.assertLessEqual(len(errors), 3, errors)

    def test_a_courier_that_is_killed_is_replaced(self):
        _, site = self.both(workers=2)
        zone = Zone(site)
        courier = wait_until(lambda: zone.courier() in site.workers() and zone.courier(), 'a courier')
        os.kill(courier, signal.SIGKILL)
        wait_until(lambda: courier not in site.workers(), 'its end')
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(5, stamp())]), int)
        wait_until(lambda: self.pool() == 1, 'another one brings it', 40)
        self.assertNotEqual(zone.courier(), courier)

    def test_a_reload_keeps_what_waits(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        with Client() as client:
            client.heads([LOG.sth(size, stamp()) for size in range(1, 101)])
        site.reload()
        self.assertEqual(Zone(site).queues()[1], 100)
        self.tattled()
        wait_until(lambda: self.pool() == 100, 'all are in the pool', 40)


    def test_what_came_before_there_was_a_socket_goes_to_tattled(self):
        site = self.site()
        zone = Zone(site)
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(1, 101)]), int)
            self.assertNotIsInstance(client.heads([LOG.sth(1, stamp(), root=b'\1' * 32)]), int)
        # Nothing waits for what is not there.
        self.assertEqual((zone.queues()[1], zone.queues()[3]), (0, 2))
        self.assertNotIn('heads_waiting', json.loads(curl('/status').body)['gossip'])
        self.tattled()
        site.configure(config(more=f'ct_socket {SOCKET};'))
        site.reload()
        wait_until(lambda: self.pool() == 101, 'all are in the pool', 40)
        wait_until(lambda: zone.queues()[1] == 0, 'none waits')
        self.assertEqual((zone.queues()[2], zone.queues()[3]), (99, 2))

    def test_feedback_that_came_before_there_was_a_socket_goes_to_tattled(self):
        site = self.site()
        zone = Zone(site)
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        sct = LOG.sct(pki.x509_entry(leaf), stamp())
        with Client() as client:
            for _ in range(2):  # kept once
                self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        self.assertNotIn('feedback_waiting_bytes', json.loads(curl('/status').body)['gossip'])
        self.tattled()
        site.configure(config(more=f'ct_socket {SOCKET};'))
        site.reload()
        wait_until(lambda: self.pool('SELECT count(*) FROM scts') == 1, 'it is in the pool', 40)
        wait_until(lambda: zone.feedback() == 0, 'none waits')


class TurnsTest(Gossip):
    def test_heads_do_not_have_feedback_wait(self):
        zone = Zone(self.site(more=f'ct_socket {SOCKET};'))
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(1, 251)]), int)
            sct = LOG.sct(pki.x509_entry(leaf), stamp())
            self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        server = Counterpart()
        self.addCleanup(server.end)
        wait_until(lambda: zone.queues()[1] == 0 and zone.feedback() == 0, 'all is brought')
        self.assertEqual(sorted(server.brought[:5]), sorted([POLLINATION[0]] * 4 + [FEEDBACK[1]]))
        self.assertIn(FEEDBACK[1], server.brought[:2])


class WithoutSocketTest(Gossip):
    def test_of_more_feedback_than_there_is_room_for_the_newest_is_kept(self):
        """Nobody is refused for want of one who takes it."""
        site = self.site(size='256k')
        zone = Zone(site)
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        scts = [LOG.sct(pki.x509_entry(leaf), stamp(age)) for age in range(80, 0, -1)]
        with Client() as client:
            for sct in scts:
                self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        kept = zone.feedback()
        self.assertGreater(kept, 20_000)
        self.assertLess(kept, 40_000)
        server = Counterpart()
        self.addCleanup(server.end)
        site.configure(config(size='256k', more=f'ct_socket {SOCKET};'))
        site.reload()
        wait_until(lambda: zone.feedback() == 0, 'all is brought', 40)
        lists = [base64.b64decode(text) for where, body in zip(server.brought, server.bodies) if where == FEEDBACK[1]
                 for entry in json.loads(body) for text in entry['sct_data_v1']]
        brought = [sum(sct[:41] in each for each in lists) for sct in scts]  # by log and time
        self.assertEqual(brought, sorted(brought))
        self.assertEqual((brought[0], brought[-1]), (0, 1))
        self.assertGreater(sum(brought), 10)


class FailureTest(Gossip):
    FAILS = 'does not take gossip'

    def lines(self, site):
        return [line for line in site.errors().splitlines() if self.FAILS in line]

    def counterpart(self, status=200):
        server = Counterpart(status)
        self.addCleanup(server.end)
        return server

    def test_one_that_is_back_is_found_soon_where_nothing_is_to_be_brought(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        site.wait_for_line(self.FAILS)
        self.counterpart()
        site.wait_for_line('takes gossip again', 16)

    def test_another_socket_is_said_anew(self):
        """And tried at once, however long the one of before has failed."""
        wrong = path('no-such.sock')
        site = self.site(more=f'ct_socket {SOCKET};')
        site.wait_for_line(self.FAILS)
        site.configure(config(more=f'ct_socket {wrong};'))
        site.reload()
        site.wait_for_line(f'{wrong}" {self.FAILS}')
        self.counterpart()
        site.configure(config(more=f'ct_socket {SOCKET};'))
        site.reload()
        self.assertIn(SOCKET, site.wait_for_line('takes gossip again'))
        self.assertEqual(len(self.lines(site)), 2, self.lines(site))

    def test_another_reason_is_said_but_not_each_time(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        zone = Zone(site)
        site.wait_for_line(self.FAILS)
        server = self.counterpart(500)
        before = zone.failures()
        wait_until(lambda: server.brought and zone.failures() > before, 'it fails otherwise')
        self.assertEqual(len(self.lines(site)), 1)
        zone.forget_when_it_was_said()
        site.wait_for_line('it answers 500')
        brought = len(server.brought)
        wait_until(lambda: len(server.brought) > brought, 'it is tried again')
        self.assertEqual(len(self.lines(site)), 2, self.lines(site))


class PackingTest(Gossip):
    ALERTS = 'in the zone is none, and dropped'

    def test_what_is_no_record_is_said_once_and_holds_up_nothing(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        zone = Zone(site)
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(1, 6)]), int)
            site.wait_for_line('does not take gossip')
            spoilt = next(offset for offset in zone.small_slots() if zone.slot(offset)[0])
            zone.write(spoilt + HEADER + 82, b'\xff\xff')  # the length of the signature
        server = Counterpart()
        self.addCleanup(server.end)
        wait_until(lambda: zone.queues()[1] == 0, 'none waits', 40)
        self.assertEqual(sum(body.count(b'"tree_size"') for body in server.bodies), 4)
        self.assertEqual(site.errors().count('a tree head for tattled in the zone is none, and dropped'), 1)

    def test_feedback_that_is_no_record_holds_up_nothing(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        zone = Zone(site)
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        with Client() as client:
            for age in (1, 2):
                sct = LOG.sct(pki.x509_entry(leaf), stamp(age))
                self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        self.assertIn(HOST.encode(), zone.read(zone.feedback_records(), 300))
        zone.write(zone.feedback_records() + 200, b'\xee\xee')
        server = Counterpart()
        self.addCleanup(server.end)
        wait_until(lambda: zone.feedback() == 0, 'none waits', 40)
        self.assertNotIn(FEEDBACK[1], server.brought)

    def test_feedback_waits_for_memory(self):
        library, marker = path('no_memory.so'), path('no-memory')
        subprocess.run(['cc', '-shared', '-fPIC', f'-DNO_MEMORY="{marker}"', '-I', world.ROOT / 'plugin' / 'include',
                        '-o', library, os.environ['TATTLE_NO_MEMORY']], check=True)
        pki.write(marker, '')
        with unittest.mock.patch.dict(os.environ, LD_PRELOAD=library):
            site = self.site(more=f'ct_socket {SOCKET};')
        server = Counterpart()
        self.addCleanup(server.end)
        zone = Zone(site)
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        with Client() as client:
            sct = LOG.sct(pki.x509_entry(leaf), stamp())
            self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        wait_until(lambda: zone.failures() >= 2, 'it is tried again')
        self.assertGreater(zone.feedback(), 0)
        self.assertNotIn(FEEDBACK[1], server.brought)
        os.unlink(marker)
        wait_until(lambda: zone.feedback() == 0, 'it is brought', 40)
        self.assertIn(FEEDBACK[1], server.brought)
        self.assertEqual([site.errors().count(text) for text in ('there is no memory', 'in the zone is none')], [1, 0])


class TattledWithoutNamesTest(Behind):
    NAMES = None

    def test_feedback_that_tattled_does_not_take_is_said_once(self):
        _, site = self.both()
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        with Client() as client:
            for age in range(3):
                sct = LOG.sct(pki.x509_entry(leaf), stamp(age))
                self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
                wait_until(lambda: Zone(site).feedback() == 0, 'it is dropped')
        site.wait_for_line('takes no SCT feedback')
        self.assertEqual(site.errors().count('takes no SCT feedback'), 1)


if __name__ == '__main__':
    unittest.main()
