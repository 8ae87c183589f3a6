#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Gossip in nginx's module."""

import base64
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import signal
import socket
import socketserver
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import world
from curl_answer import ask
from fast_log import FastLog
from nginx_world import Nginx, wait_until
from nginx_zone import Zone
from tattled_box import CONF, Tattled
from world import pki
from xmpp_world import Daemon

HOST, PORT, PLAIN = 'www.example', 8443, 8080
SOCKET = '/run/tattle/gossip.sock'
POOL = '/var/lib/tattle/pool'
POLLINATION = ('/.well-known/ct/v1/sth-pollination', '/.well-known/ct-gossip/v1/sth-pollination')
FEEDBACK = ('/.well-known/ct/v1/sct-feedback', '/.well-known/ct-gossip/v1/sct-feedback')
VERSIONS = (('--http1.1', '1.1'), ('--http2', '2'))
MANY = 1_000_000  # of requests or signatures: no limit

SITE = '''
user root;
worker_processes {workers};
ct_log_list {list};
events {{ }}
http {{
    access_log off;
    ct_gossip_zone gossip:{size};
    ct_gossip_limit rate={rate} total={total} checks={checks};
    {more}
    server {{
        listen 127.0.0.1:8080;
        listen 127.0.0.1:8443 ssl http2;
        server_name www.example *.wild.example .both.example ~^regex;
        ssl_certificate {site}.pem;
        ssl_certificate_key {site}.key;
        ct_gossip on;
        location / {{ root {folder}; }}
        location /off/ {{ ct_gossip off; root {folder}; }}
        location = /204 {{ return 204; }}
        location /proxied/ {{ proxy_pass http://127.0.0.1:8080/upstream/; }}
        location /upstream/ {{
            ct_gossip off;
            add_header TransGossipEnabled No;
            add_header transgossipenabled Maybe;
            alias {folder}/;
        }}
        location /mirrored/ {{ mirror /204; alias {folder}/; }}
        location = /status {{ ct_status; }}
    }}
    server {{
        listen 127.0.0.1:8080;
        server_name nogossip.example;
        location / {{ return 200 "none"; }}
    }}
    server {{
        listen 127.0.0.1:8080;
        server_name _;
        ct_gossip on;
    }}
}}
'''


def setUpModule():
    global FOLDER, CA, LOG, OTHER, MORE, UNKNOWN, NOW, SITE_CERTIFICATE
    FOLDER = tempfile.TemporaryDirectory()
    os.chmod(FOLDER.name, 0o755)
    NOW = int(time.time())
    CA = pki.Ca(FOLDER.name, 'ca', NOW)
    LOG, OTHER, UNKNOWN, *MORE = (FastLog(FOLDER.name, name, f'{name} Inc') for name in
                                  ('alpha', 'beta', 'gone', 'delta', 'epsilon', 'zeta', 'eta'))
    pki.write(path('logs.json'), json.dumps({
        'version': '1.0', 'log_list_timestamp': pki.days_around(NOW, -1, '%Y-%m-%dT%H:%M:%SZ'),
        'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()], 'tiled_logs': []}
                      for log in (LOG, OTHER, *MORE)]}))
    pki.write(path('page.html'), 'welcome')
    SITE_CERTIFICATE = CA.issue('site', HOST)


def tearDownModule():
    FOLDER.cleanup()


def path(name):
    return os.path.join(FOLDER.name, name)


def stamp(seconds_ago=60):
    return (NOW - seconds_ago) * 1000


def b64(data):
    return base64.b64encode(data).decode()


def config(*, size='1m', workers=1, rate=MANY, total=MANY, checks=MANY, more=''):
    return SITE.format(size=size, workers=workers, rate=rate, total=total, checks=checks, more=more,
                       folder=FOLDER.name, list=path('logs.json'), site=SITE_CERTIFICATE)


def curl(where, *arguments, data=None):
    return ask(CA.pem, HOST, PORT, where, *arguments, data=data)


def post(where, message, *arguments):
    return curl(where, *arguments, data=json.dumps(message).encode())


class Client:
    """Keeps a connection, in plain HTTP/1.1: for many requests."""

    def __init__(self, host=HOST):
        self.host = host
        self.connection = http.client.HTTPConnection('127.0.0.1', PLAIN, timeout=world.WAIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def post(self, body, where=POLLINATION[0]):
        """Status and body; a connection that has ended is made anew once."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request('POST', where, body, {'Host': self.host, 'Content-Type': 'application/json'})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def heads(self, sths):
        status, body = self.post({'sths': sths})
        return json.loads(body)['sths'] if status == 200 else status


def feedback(leaf, *scts):
    return [{'x509_chain': [pem(leaf), pem(CA.der)],
             'sct_data_v1': [b64(pki.sct_list([sct])) for sct in scts]}]


def pem(der):
    return '-----BEGIN CERTIFICATE-----\n' + base64.encodebytes(der).decode() + '-----END CERTIFICATE-----\n'


def sizes_of(heads):
    return {head['tree_size'] for head in heads}


class Gossip(unittest.TestCase):
    def site(self, **settings):
        site = Nginx(FOLDER.name, config(**settings))
        if os.path.exists(site.log):
            os.unlink(site.log)
        site.start()
        self.addCleanup(self.end, site)
        return site

    def end(self, site):
        if site.process.poll() is None:
            site.stop()
        for level in ('alert', 'emerg', 'crit'):
            lines = [line for line in site.errors().splitlines() if f'[{level}]' in line and
                     not re.search(r'exited on signal 9|shared memory zone .* was locked', line)]
            self.assertEqual(lines, [])

    def assert_answer(self, answer, version, status):
        """Each says once that heads are welcome."""
        self.assertEqual((answer.version, answer.status), (version, status), answer.body)
        self.assertEqual(answer.values('transgossipenabled'), ['Yes'])


class EndpointTest(Gossip):
    def test_each_dialect_is_answered_in_its_own(self):
        self.site()
        brought = set()
        for how, version in VERSIONS:
            for where in POLLINATION:
                for member in ('sths', 'sth_gossip', 'v1'):
                    with self.subTest(how=how, where=where, member=member):
                        head = LOG.sth(len(brought) + 1, stamp())
                        brought.add(head['tree_size'])
                        if member == 'v1':
                            del head['log_id']  # as draft 05 has it
                        answer = post(where, {member: [head]}, how)
                        self.assert_answer(answer, version, 200)
                        self.assertEqual(answer.values('content-type'), ['application/json'])
                        self.assertEqual(answer.values('cache-control'), ['no-store'])
                        self.assertIsInstance(json.loads(answer.body)[member], list)
        with Client() as client:
            given = set()
            wait_until(lambda: given.update(sizes_of(client.heads([]))) or given == brought, 'all are given')

    def test_a_head_is_not_given_to_who_brings_it(self):
        self.site()
        head = LOG.sth(7, stamp())
        with Client() as client:
            self.assertNotIsInstance(client.heads([head]), int)
            wait_until(lambda: client.heads([]), 'it is given to others')
            self.assertEqual(client.heads([head, LOG.sth(7, stamp())]), [])

    def test_bodies_that_look_alike_are_not_one(self):
        """Of the same length, and different only between the words that say where a body is kept."""
        zone = Zone(self.site())
        texts = {}
        for size in range(100, 200):
            text = json.dumps({'sths': [LOG.sth(size, stamp())]})
            texts.setdefault(len(text), []).append(text)
        alike = max(texts.values(), key=len)
        self.assertGreater(len(alike), 10)
        with Client() as client:
            for _ in range(2):
                for text in alike:
                    self.assertEqual(client.post((' ' * 4200 + text).ljust(60_000).encode())[0], 200)
        self.assertEqual((zone.counts().stored, zone.counts().known), (len(alike), len(alike)))

    def test_what_is_good_is_kept_and_nothing_else(self):
        self.site()
        bad = LOG.sth(1, stamp())
        bad['tree_size'] = 2
        unknown = UNKNOWN.sth(3, stamp())
        stale = LOG.sth(4, stamp(15 * pki.DAY))
        future = LOG.sth(5, stamp(-3600))
        good, twin = LOG.sth(6, stamp()), LOG.sth(6, stamp(), high=True)
        self.assertNotEqual(good, twin)
        with Client() as client:
            self.assertNotIsInstance(client.heads([bad, unknown, stale, future, {'tree_size': 1}, twin]), int)
            given = wait_until(lambda: client.heads([]), 'the good one')
            self.assertEqual(given, [good])  # with its signature in the one form

    def test_an_old_head_that_contradicts_is_evidence(self):
        site = self.site()
        with Client() as client:
            for stale in (LOG.sth(9, stamp(15 * pki.DAY), root=b'\1' * 32), ):
                self.assertEqual(client.heads([stale]), [])
            self.assertNotIsInstance(client.heads([LOG.sth(9, stamp())]), int)
            nameless = LOG.sth(9, stamp(16 * pki.DAY), root=b'\2' * 32)
            del nameless['log_id']
            self.assertEqual(client.post({'v1': [nameless]})[0], 200)
            roots = wait_until(lambda: (lambda all_: len(all_) == 2 and all_)(
                {head['sha256_root_hash'] for head in client.heads([])}), 'both halves')
            self.assertEqual(roots, {b64(b'\2' * 32), LOG.sth(9, 0)['sha256_root_hash']})
        line = site.wait_for_line('shows two trees of 9 leaves')
        self.assertIn('[error]', line)
        self.assertIn(LOG.log_id.hex(), line)
        self.assertEqual(site.errors().count('shows two trees'), 1)

    def test_few_old_heads_without_a_log_are_looked_for_in_all_logs(self):
        """Each costs as much as there are logs, under a lock that the others wait for."""
        zone = Zone(self.site())
        places = list(zip([LOG, OTHER, *MORE] * 2, range(1, 13)))
        kept = [log.sth(size, stamp()) for log, size in places]
        old = [log.sth(size, stamp(15 * pki.DAY), root=b'\1' * 32) for log, size in places]
        for head in old:
            del head['log_id']
        fresh = LOG.sth(20, stamp(), root=b'\1' * 32)
        del fresh['log_id']
        with Client() as client:
            self.assertNotIsInstance(client.heads([*kept, LOG.sth(20, stamp())]), int)
            self.assertEqual(client.post({'v1': old})[0], 200)
            self.assertEqual(zone.counts().conflicting, 8)
            # Those that are known do not count, nor what is fresh and checked anyway.
            self.assertEqual(client.post({'v1': old + [fresh]})[0], 200)
            self.assertEqual(zone.counts().conflicting, 12)
            self.assertEqual(zone.counts().stored, 13 + 12 + 1)

    def test_what_is_refused(self):
        self.site()
        for how, version in VERSIONS:
            for status, header, where, arguments, data in (
                    (405, ('allow', 'POST'), POLLINATION[0], (), None),
                    (405, ('allow', 'POST'), POLLINATION[0], ('-X', 'PUT'), b'{"sths":[]}'),
                    (405, ('allow', 'POST'), FEEDBACK[1], (), None),
                    (415, ('accept-encoding', 'identity'), POLLINATION[1],
                     ('-H', 'Content-Encoding: gzip'), b'\x1f\x8b'),
                    (415, ('accept-post', 'application/json'), POLLINATION[0],
                     ('-H', 'Content-Type: text/plain'), b'{"sths":[]}'),
                    (200, None, POLLINATION[0], ('-H', 'Content-Type: application/x+json; charset=utf-8'),
                     b'{"sths":[]}'),
                    (200, None, POLLINATION[0], ('-H', 'Content-Type: application/octet-stream'),
                     b'{"sths":[]}'),
                    (400, None, POLLINATION[0], (), b'{"sths":'),
                    (400, None, POLLINATION[0], (), b'[]'),
                    (400, None, POLLINATION[0], (), b'{"sths":[],"sths":[]}'),
                    (400, None, POLLINATION[0], (), b''),
                    (400, None, FEEDBACK[0], (), b'{"sths":[]}'),
                    (413, None, POLLINATION[0], (), b' ' * (600 << 10)),
                    (413, None, POLLINATION[0], ('-H', 'Transfer-Encoding: chunked'), b' ' * (600 << 10)),
                    (413, None, POLLINATION[0], (), json.dumps({'sths': [{}] * 513}).encode()),
                    (413, None, FEEDBACK[0], (), b' ' * (2 << 20)),  # nginx itself
                    (200, None, FEEDBACK[0], (), b'{"sct_feedback":[]}'.ljust(1 << 20)),
                    (200, None, POLLINATION[0], (), b'{"sths":[]}'.ljust(512 << 10))):
                if version == '2' and 'Transfer-Encoding: chunked' in arguments:
                    continue  # HTTP/2 has none
                with self.subTest(how=how, where=where, status=status, data=data and data[:20]):
                    answer = curl(where, how, *arguments, data=data)
                    self.assert_answer(answer, version, status)
                    if header:
                        self.assertEqual(answer.values(header[0]), [header[1]])

    def test_paths_that_are_none_of_ours_stay_the_sites(self):
        self.site()
        for where in ('/.well-known/ct/v1/no-such', '/.well-known/ct/v1/STH-pollination',
                      '/ct-gossip/v1/trusted-auditor', '/.well-known/ct/v1/collected-sct-feedback'):
            self.assert_answer(curl(where), '2', 404)
        for host, where, status in (('nogossip.example', POLLINATION[0], 200), ('_', FEEDBACK[0], 404)):
            with Client(host) as client:
                got, body = client.post({'sths': []}, where)
                self.assertEqual((got, b'none' in body), (status, status == 200))

    def test_visitors_learn_that_heads_are_welcome(self):
        self.site()
        for how, version in VERSIONS:
            answer = curl('/page.html', how)
            self.assert_answer(answer, version, 200)
            self.assertEqual(answer.body, 'welcome')
            self.assert_answer(curl('/204', how), version, 204)
            self.assertEqual(curl('/off/page.html', how).values('transgossipenabled'), [])
            self.assertEqual(curl('/upstream/page.html', how).values('transgossipenabled'), ['No', 'Maybe'])

    def test_what_an_upstream_says_of_gossip_is_not_passed_on(self):
        self.site()
        for how, version in VERSIONS:
            answer = curl('/proxied/page.html', how)
            self.assert_answer(answer, version, 200)
            self.assertEqual(answer.body, 'welcome')

    def test_heads_in_a_header_of_any_request(self):
        self.site()
        for number, (how, version) in enumerate(VERSIONS, 1):
            message = b64(json.dumps({'sths': [LOG.sth(number, stamp())]}).encode())
            answer = curl('/page.html', how, '-H', f'TransGossip: 0:{LOG.log_id.hex()}:{message}')
            self.assert_answer(answer, version, 200)
            self.assertEqual(answer.body, 'welcome')
            for nonsense in ('0:', '=' * 8000, '1:x:y', '0:' + 'ff' * 32 + ':' + message):
                self.assert_answer(curl('/page.html', how, '-H', f'TransGossip: {nonsense}'), version, 200)
            message = b64(json.dumps({'sths': [LOG.sth(number + 10, stamp())]}).encode())
            curl('/off/page.html', how, '-H', f'TransGossip: 0:{LOG.log_id.hex()}:{message}')
        with Client() as client:
            wait_until(lambda: sizes_of(client.heads([])) == {1, 2}, 'both')

    def test_a_subrequest_brings_nothing_of_its_own(self):
        zone = Zone(self.site(more='log_subrequest on;'))
        message = b64(json.dumps({'sths': [LOG.sth(1, stamp())]}).encode())
        for _ in range(3):
            curl('/mirrored/page.html', '-H', f'TransGossip: 0:{LOG.log_id.hex()}:{message}')
        wait_until(lambda: sum(zone.counts()) >= 3, 'all are read')
        self.assertEqual((zone.counts().stored, zone.counts().known), (1, 2))

    def test_each_client_has_a_share_of_its_own(self):
        self.site(rate=1)
        for _ in range(100):
            answer = post(POLLINATION[0], {'sths': []})
            if answer.status != 200:
                break
        self.assert_answer(answer, '2', 429)
        self.assertGreaterEqual(int(answer.values('retry-after')[0]), 1)
        answer = post(POLLINATION[0], {'sths': []}, '-H', 'X-Real-IP: 192.0.2.1')
        self.assertEqual(answer.status, 429)
        answer = post(POLLINATION[0], {'sths': []}, '--interface', '127.0.0.2')
        self.assert_answer(answer, '2', 200)
        self.assertEqual(json.loads(curl('/status').body)['gossip']['requests_limited'], 2)
        # Pages have no share.
        self.assert_answer(curl('/page.html'), '2', 200)

    def test_all_clients_have_a_share(self):
        self.site(total=1)
        with Client() as client:
            statuses = [client.post({'sths': []})[0] for _ in range(30)]
        self.assertEqual(set(statuses), {200, 503})
        self.assertEqual(statuses[:10], [200] * 10)

    def test_signatures_are_limited_and_what_is_known_is_not(self):
        self.site(checks=10)
        known = LOG.sth(1, stamp())
        with Client() as client:
            self.assertNotIsInstance(client.heads([known]), int)
            # One signature a second is one client's, ten at once; debts are allowed.
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(2, 40)]), int)
            self.assertEqual(client.heads([LOG.sth(50, stamp())]), 429)
            self.assertNotIsInstance(client.heads([known]), int)
            self.assertNotIsInstance(client.heads([known, known]), int)

    def test_feedback_for_our_names_only(self):
        site = self.site()
        sct_of = {}
        for name, host, ours in (('a', HOST, 1), ('b', 'x.wild.example', 1), ('c', 'both.example', 1),
                                 ('d', 'y.both.example', 1), ('e', 'elsewhere.example', 0),
                                 ('f', 'wild.example', 0), ('g', 'regex.example', 0)):
            leaf = pki.read(CA.issue('shown-' + name, host, None, str(70 + len(sct_of))) + '.der')
            sct_of[name] = leaf, LOG.sct(pki.x509_entry(leaf), stamp()), ours
        with Client() as client:
            for name, (leaf, sct, ours) in sct_of.items():
                for where in FEEDBACK:
                    status, body = client.post(feedback(leaf, sct), where)
                    self.assertEqual((status, body), (200, b''), name)
        zone = Zone(site)
        self.assertEqual(zone.suspects(), 0)
        with Client() as client:
            for name, (leaf, sct, _) in sct_of.items():
                # Not of one that is known: whoever has it need not look at its signature.
                wrong = LOG.sct(pki.x509_entry(leaf), stamp(61))
                wrong = wrong[:-1] + bytes([wrong[-1] ^ 1])
                for _ in range(2):  # kept once
                    self.assertEqual(client.post(feedback(leaf, wrong), FEEDBACK[1])[0], 200)
        self.assertGreater(zone.suspects(), 4 * 400)
        self.assertLess(zone.suspects(), 5 * 700)

    def test_an_old_client_of_http_1_1(self):
        """ct-honeybee's dialect, by a client that knows nothing newer."""
        self.site()
        context = ssl.create_default_context(cafile=CA.pem)
        body = json.dumps({'sths': [LOG.sth(3, stamp()), OTHER.sth(4, stamp())]}).encode()
        with socket.create_connection(('127.0.0.1', PORT), world.WAIT) as plain, \
                context.wrap_socket(plain, server_hostname=HOST) as tls:
            tls.sendall(b'POST ' + POLLINATION[0].encode() + b' HTTP/1.1\r\nHost: www.example\r\n'
                        b'Content-Type: application/json\r\nConnection: close\r\nContent-Length: ' +
                        str(len(body)).encode() + b'\r\n\r\n' + body)
            answer = b''
            while chunk := tls.recv(65536):
                answer += chunk
        head, _, rest = answer.partition(b'\r\n\r\n')
        self.assertTrue(head.startswith(b'HTTP/1.1 200 '), head)
        self.assertEqual(json.loads(rest), {'sths': []})


class DirectiveTest(Gossip):
    def test_each_is_said_to_be_wrong_and_where(self):
        zone = 'ct_gossip_zone g:1m;'
        for http, want in (
                ('ct_gossip maybe;', 'invalid value "maybe" in "ct_gossip" directive, it must be "on" or "off" in '),
                ('ct_gossip;', 'invalid number of arguments in "ct_gossip" directive in '),
                ('ct_gossip on; server { }', '"ct_gossip on" needs a "ct_gossip_zone"'),
                (f'{zone} ct_gossip on; ct_gossip on;', '"ct_gossip" directive is duplicate in '),
                ('ct_gossip_zone g;', 'invalid zone "g", it is NAME:SIZE in '),
                ('ct_gossip_zone :1m;', 'invalid zone ":1m", it is NAME:SIZE in '),
                ('ct_gossip_zone g:;', 'invalid zone size "g:" in '),
                ('ct_gossip_zone g:1x;', 'invalid zone size "g:1x" in '),
                ('ct_gossip_zone g:255k;', 'zone "g:255k" is too small, 256k is the least in '),
                (f'{zone} ct_gossip_zone h:1m;', '"ct_gossip_zone" directive is duplicate in '),
                ('ct_gossip_zone a b;', 'invalid number of arguments in "ct_gossip_zone" directive in '),
                ('ct_gossip_limit;', 'invalid number of arguments in "ct_gossip_limit" directive in '),
                ('ct_gossip_limit rate=0;', 'invalid parameter "rate=0", it is rate=, total= or checks= and a number of'),
                ('ct_gossip_limit total=1000001;', 'invalid parameter "total=1000001", '),
                ('ct_gossip_limit checks=;', 'invalid parameter "checks=", '),
                ('ct_gossip_limit burst=1;', 'invalid parameter "burst=1", '),
                ('ct_gossip_limit rate=1; ct_gossip_limit total=1;', '"ct_gossip_limit" directive is duplicate in '),
                (f'{zone} ct_socket run/tattle;', '"run/tattle" is no whole path of a socket in '),
                (f'{zone} ct_socket "";', '"" is no whole path of a socket in '),
                (f'{zone} ct_socket /{"a" * 200};', f'in "/{"a" * 200}" in '),
                (f'{zone} ct_socket /a; ct_socket /b;', '"ct_socket" directive is duplicate in '),
                ('ct_socket /a;', '"ct_socket" needs a "ct_gossip_zone"'),
                (f'server {{ {zone} }}', '"ct_gossip_zone" directive is not allowed here in '),
                ('server { ct_socket /a; }', '"ct_socket" directive is not allowed here in '),
                ('limit_req_zone $host zone=g:1m rate=1r/s; ct_gossip_zone g:1m;', 'the shared memory zone "g" is already'),
        ):
            with self.subTest(http):
                status, said = Nginx(FOLDER.name, f'ct_log_list {path("logs.json")};\n'
                                                  f'events {{ }}\nhttp {{ {http} }}\n').check()
                self.assertEqual(status, 1, said)
                self.assertIn('[emerg] ', said)
                self.assertIn(want, said)

    def test_good_ones(self):
        for http in ('', 'ct_gossip off;', 'ct_gossip_zone g:256k; server { ct_gossip on; }',
                     'ct_gossip on; ct_gossip_zone g:10m; ct_socket /run/tattle/gossip.sock;'
                     'ct_gossip_limit checks=5 rate=2 total=9;'):
            with self.subTest(http):
                status, said = Nginx(FOLDER.name, f'ct_log_list {path("logs.json")};\n'
                                                  f'events {{ }}\nhttp {{ {http} }}\n').check()
                self.assertEqual(status, 0, said)


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
        # The body was known, and is so no more.
        stored = zone.counts().stored
        with Client() as client:
            self.assertEqual(client.post(oldest)[0], 200)
        self.assertEqual(zone.counts().stored, stored + 2)
        # One of many does not crowd out the rest.
        self.assertGreater(self.kept_of(OTHER), 50)
        self.assertEqual(sum(zone.queues()), free)
        self.assertEqual(zone.queues()[3], 4)
        self.assertTrue(self.are_known(halves + more[:2]))
        with Client() as client:
            wait_until(lambda: [head['tree_size'] for head in client.heads([])].count(1) == 4, 'evidence')

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
                self.assertTrue(self.are_known(heads))
                self.assertEqual(zone.counts().rebuilt, rebuilt)
                self.assertEqual(zone.queues(), queues)
                self.assertEqual(zone.counts().stored, stored)
        # A record that was not written to its end is none.
        spoilt = next(offset for offset in zone.small_slots() if zone.slot(offset)[0] and
                      not zone.slot(offset)[1])
        zone.write(spoilt + 28 + 100, b'\xee')
        zone.die_writing(['links'])
        self.assertFalse(self.are_known(heads))
        self.assertEqual(zone.counts().stored, stored + 1)
        self.assertEqual(sum(zone.queues()), sum(queues))

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


class StatusTest(Gossip):
    def test_says_what_the_zone_holds(self):
        self.site()
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        wrong = LOG.sct(pki.x509_entry(leaf), stamp())[:-1] + b'x'
        halves = [LOG.sth(1, stamp()), LOG.sth(1, stamp(), root=b'\1' * 32)]
        with Client() as client:
            for _ in range(2):
                self.assertNotIsInstance(client.heads([*halves, LOG.sth(2, stamp())]), int)
            for _ in range(2):
                self.assertEqual(client.post(feedback(leaf, wrong), FEEDBACK[1])[0], 200)
        said = json.loads(curl('/status').body)['gossip']
        self.assertEqual(said, {'heads': 3, 'heads_stored': 3, 'heads_known': 0, 'heads_refused': 0,
                                'heads_evicted': 0, 'heads_conflicting': 1, 'requests_limited': 0, 'zone_repairs': 0,
                                'suspect_scts': {HOST: 1}})
        text = curl('/status?format=prometheus').body
        self.assertIn('\ntattle_gossip_heads_stored_total 3\n', text)
        self.assertIn(f'\ntattle_gossip_suspect_scts{{host="{HOST}"}} 1\n', text)

    def test_says_whether_tattled_takes_it(self):
        site = self.site(more=f'ct_socket {SOCKET};')
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(2, stamp())]), int)
        site.wait_for_line('does not take gossip')
        said = json.loads(curl('/status').body)['gossip']
        self.assertEqual((said['tattled'], said['heads_waiting'], said['heads_lost'],
                          said['feedback_waiting_bytes']), (False, 1, 0, 0))


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


class Counterpart(socketserver.ThreadingUnixStreamServer):
    """In place of tattled: takes all, and keeps where it was brought."""

    daemon_threads = True

    def __init__(self):
        self.brought = []
        os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        super().__init__(SOCKET, CounterpartHandler)
        threading.Thread(target=self.serve_forever).start()

    def end(self):
        self.shutdown()
        self.server_close()
        os.unlink(SOCKET)


class CounterpartHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.server.brought.append(self.path)
        self.send_response(200)
        self.send_header('Content-Length', '11')
        self.end_headers()
        self.wfile.write(b'{"sths":[]}')

    def log_message(self, *_):
        pass


class TurnsTest(Gossip):
    def test_heads_do_not_have_feedback_wait(self):
        zone = Zone(self.site(more=f'ct_socket {SOCKET};'))
        leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
        with Client() as client:
            self.assertNotIsInstance(client.heads([LOG.sth(size, stamp()) for size in range(1, 301)]), int)
            sct = LOG.sct(pki.x509_entry(leaf), stamp())
            self.assertEqual(client.post(feedback(leaf, sct), FEEDBACK[1]), (200, b''))
        server = Counterpart()
        self.addCleanup(server.end)
        wait_until(lambda: zone.queues()[1] == 0 and zone.feedback() == 0, 'all is brought')
        self.assertEqual(sorted(server.brought[:6]), sorted([POLLINATION[0]] * 5 + [FEEDBACK[1]]))
        self.assertIn(FEEDBACK[1], server.brought[:2])


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
