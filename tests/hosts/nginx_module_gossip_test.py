#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Gossip in nginx's module: its endpoints, its directives, what it says of itself."""

import json
import re
import socket
import ssl
import time
import unittest

import world
from gossip_site import (CA, FEEDBACK, FOLDER, HOST, LOG, LONG, MORE, OTHER, POLLINATION, PORT, SOCKET, UNKNOWN,
                         VERSIONS, Client, Gossip, b64, curl, feedback, path, post, sizes_of, stamp)
from nginx_world import Nginx, wait_until
from nginx_zone import Zone
from world import pki


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
                    self.assertEqual((answer.version, answer.status), (version, status), answer.body)
                    self.assertEqual(answer.values('transgossipenabled'),
                                     [] if data and len(data) > 1 << 20 else ['Yes'])
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
            self.assertEqual(curl('/off/page.html', how).values('transgossipenabled'), [])
            self.assertEqual(curl('/upstream/page.html', how).values('transgossipenabled'), ['No', 'Maybe'])

    def test_nothing_is_said_where_the_endpoints_may_be_out_of_reach(self):
        """A server whose whole answer is a `return` takes none, and a location with one is no sign of any."""
        self.site()
        for how, _ in VERSIONS:
            for status, where in ((204, '/204'), (403, '/denied/page.html')):
                answer = curl(where, how)
                self.assertEqual((answer.status, answer.values('transgossipenabled')), (status, []))
        for host, where, status, welcome in (('moved.example', '/', 301, None),
                                             ('moved.example', POLLINATION[0], 301, None),
                                             ('partly.example', '/', 301, None),
                                             ('partly.example', POLLINATION[1], 301, None),
                                             ('partly.example', POLLINATION[0], 200, 'Yes')):
            with self.subTest(host=host, where=where), Client(host) as client:
                answer, _ = client.ask({'sths': []}, where)
                self.assertEqual((answer.status, answer.headers['TransGossipEnabled']), (status, welcome))

    def test_pages_of_others_do_not_make_browsers_take_part(self):
        zone = Zone(self.site(total=1))
        message = {'sths': [LOG.sth(1, stamp())]}
        with Client() as client:
            for _ in range(30):
                answer, _ = client.ask(message, **{'Sec-Fetch-Site': 'cross-site'})
                self.assertEqual((answer.status, answer.headers['TransGossipEnabled']), (403, 'Yes'))
            # They have used up nothing of what all may have.
            self.assertEqual((zone.counts().stored, zone.counts().limited), (0, 0))
            for site in ('same-origin', 'none'):
                self.assertEqual(client.ask(message, **{'Sec-Fetch-Site': site})[0].status, 200)

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
        # A share grows by one a second, so one of many is refused however slow this is; by each
        # claim to be another client the client would have a share of its own.
        with Client() as client:
            claims = [client.ask({'sths': []}, **{'X-Real-IP': f'192.0.2.{number}'})[0].status
                      for number in range(1, 31)]
        self.assertIn(429, claims)
        answer = post(POLLINATION[0], {'sths': []}, '--interface', '127.0.0.2')
        self.assert_answer(answer, '2', 200)
        self.assertEqual(json.loads(curl('/status').body)['gossip']['requests_limited'], 1 + claims.count(429))
        # Pages have no share.
        self.assert_answer(curl('/page.html'), '2', 200)

    def test_all_clients_have_a_share(self):
        self.site(total=1)
        with Client() as client:
            statuses = [client.post({'sths': []})[0] for _ in range(30)]
        self.assertEqual(set(statuses), {200, 503})
        self.assertEqual(statuses[:10], [200] * 10)

    def test_signatures_are_limited_and_what_is_known_is_not(self):
        zone = Zone(self.site(checks=10))
        known, many = LOG.sth(1, stamp()), [LOG.sth(size, stamp()) for size in range(2, 14)]
        with Client() as client:
            self.assertNotIsInstance(client.heads([known]), int)
            # One signature a second is one client's, ten at once. What is beyond is owed.
            self.assertNotIsInstance(client.heads(many), int)
            answer, _ = client.ask({'sths': [LOG.sth(50, stamp())]})
            self.assertEqual(answer.status, 429)
            self.assertIn(int(answer.headers['Retry-After']), (2, 3, 4))
            self.assertEqual(zone.counts().stored, 13)
            self.assertNotIsInstance(client.heads([known]), int)
            self.assertNotIsInstance(client.heads([known, *many]), int)
            wait_until(lambda: client.heads([LOG.sth(50, stamp())]) != 429, 'it is paid')
            self.assertEqual(zone.counts().stored, 14)
        self.assertGreaterEqual(json.loads(curl('/status').body)['gossip']['requests_limited'], 1)

    def test_what_is_forged_is_done_with_however_little_its_client_has_left(self):
        """Whoever is told to come again with it comes for good."""
        zone = Zone(self.site(checks=10))
        forged = [{**LOG.sth(1, stamp()), 'tree_size': size} for size in range(1000, 1020)]
        good = LOG.sth(2, stamp())
        with Client() as client:
            answer, line = client.ask({'sths': [*forged, good]})
            self.assertEqual((answer.status, answer.headers['Retry-After']), (200, None), line)
            self.assertEqual(zone.counts().stored, 1)
            # Nothing of this is looked at, so that it may come again.
            answer, _ = client.ask({'sths': [LOG.sth(3, stamp())]})
            self.assertEqual(answer.status, 429)
            self.assertGreater(int(answer.headers['Retry-After']), 5)

    def test_all_clients_have_signatures_together(self):
        zone = Zone(self.site(checks=10))
        statuses = []
        for number in range(1, 13):  # ten of each client, a hundred of all, and ten a second
            with Client(address=f'127.0.0.{number}') as client:
                answer = client.heads([LOG.sth(size, stamp()) for size in range(100 * number, 100 * number + 20)])
                statuses.append(answer if isinstance(answer, int) else 200)
        self.assertEqual(set(statuses), {200, 503}, statuses)
        self.assertEqual(statuses[:5], [200] * 5)
        self.assertGreaterEqual(zone.counts().stored, 100)

    def test_what_is_not_spent_is_given_back(self):
        zone = Zone(self.site(checks=10))
        bad = LOG.sth(1, stamp(15 * pki.DAY))  # old: no signature is looked at
        with Client() as client:
            for _ in range(30):
                self.assertEqual(client.heads([bad]), [])
        self.assertEqual(zone.counts().limited, 0)

    def test_one_request_has_few_signatures_at_once(self):
        """However many may be checked in all: it has the worker for itself meanwhile."""
        zone = Zone(self.site())
        sths = {'sths': [LOG.sth(size, stamp()) for size in range(1, 301)]}
        with Client() as client:
            answer, _ = client.ask(sths)
            self.assertEqual((answer.status, answer.headers['Retry-After']), (413, '1'))
            self.assertEqual(zone.counts().stored, 256)
            self.assertEqual(client.post(sths)[0], 200)
        self.assertEqual(zone.counts().stored, 300)

    def test_who_brings_what_is_forged_is_not_told_to_come_again(self):
        """It is never known, so that the next try would get no further."""
        zone = Zone(self.site())
        forged = [{**LOG.sth(1, stamp()), 'tree_size': size} for size in range(1000, 1300)]
        with Client() as client:
            for sths, wait in ((forged, None), ([LOG.sth(2, stamp()), *forged], '1'),
                               ([LOG.sth(2, stamp()), *forged], None)):
                answer, line = client.ask({'sths': sths})
                self.assertEqual((answer.status, answer.headers['Retry-After']), (413, wait), line)
            self.assertEqual(zone.counts().stored, 1)

    def test_a_signature_that_fits_nowhere_is_not_wanted(self):
        zone = Zone(self.site())
        with Client() as client:
            self.assertNotIsInstance(client.heads([LONG.sth(1, stamp()), LOG.sth(2, stamp())]), int)
        self.assertEqual(zone.counts().stored, 1)

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
                want = re.escape(want.removesuffix(' in '))
                self.assertRegex(said, rf'(?m)^\[emerg\] .*{want}.* in {FOLDER.name}/nginx\.conf:6$')

    def test_warns_of_a_zone_that_nobody_uses(self):
        unused = '"ct_gossip_zone" does nothing, since "ct_gossip" is "on" nowhere in '
        for inside, is_told in (('server { }', True), ('server { ct_gossip off; }', True),
                                ('server { location / { ct_gossip on; } }', False)):
            with self.subTest(inside):
                status, said = Nginx(FOLDER.name, f'ct_log_list {path("logs.json")};\nevents {{ }}\nhttp {{\n'
                                     f'ct_gossip_zone g:1m; ct_socket /run/x;\n{inside} }}\n').check()
                self.assertEqual(status, 0, said)
                self.assertEqual(f'[warn] {unused}{FOLDER.name}/nginx.conf:7\n' in said, is_told, said)
                self.assertEqual(said.count('[warn]'), is_told)

    def test_good_ones(self):
        for http in ('', 'ct_gossip off;', 'ct_gossip_zone g:256k; server { ct_gossip on; }',
                     'ct_gossip on; ct_gossip_zone g:10m; ct_socket /run/tattle/gossip.sock;'
                     'ct_gossip_limit checks=5 rate=2 total=9;'):
            with self.subTest(http):
                status, said = Nginx(FOLDER.name, f'ct_log_list {path("logs.json")};\n'
                                                  f'events {{ }}\nhttp {{ {http} }}\n').check()
                self.assertEqual(status, 0, said)


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


if __name__ == '__main__':
    unittest.main()
