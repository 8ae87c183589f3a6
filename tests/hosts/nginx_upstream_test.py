#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""proxy_ssl_ct of nginx's module: what becomes of TLS connections to upstreams."""

import json
import os
import pathlib
import re
import socketserver
import struct
import tempfile
import threading
import unittest

import nginx_world
import world
from nginx_front import Front, UpstreamWorld
from nginx_world import Nginx, wait_until
from world import BAD, GOOD, pki

VERSIONS = ('1.2', '1.3')
MODES = ('off', 'report', 'require')
# Directives that pass requests on, and an upstream without TLS.
PLAIN = (('proxy', 'http://127.0.0.1:80'), ('grpc', 'grpc://127.0.0.1:80'), ('uwsgi', 'uwsgi://127.0.0.1:80'),
         ('fastcgi', '127.0.0.1:80'), ('scgi', '127.0.0.1:80'), ('memcached', '127.0.0.1:80; set $memcached_key x'))


def setUpModule():
    global FOLDER, WORLD
    FOLDER = tempfile.TemporaryDirectory()
    WORLD = UpstreamWorld(FOLDER.name)


def tearDownModule():
    FOLDER.cleanup()


def of_the_readme(header):
    """The block of configuration that a section of the module's page begins with."""
    section = (nginx_world.SOURCE / 'README.md').read_text(encoding='utf-8').partition(f'\n## {header}\n\n')[2]
    return re.match(r'(?:    .*\n|\n)+', section)[0]


def location(path, server, mode, more=''):
    """Of a server of this test, which is reached by its address."""
    return (f'location {path} {{ proxy_pass https://127.0.0.1:{server.port}; proxy_ssl_name {server.host};'
            f' proxy_ssl_ct {mode}; {more} }}\n')


class Modes(unittest.TestCase):
    def test_each_mode_with_each_upstream(self):
        for version in VERSIONS:
            for name in (*GOOD, *BAD):
                with WORLD.server(name, version) as server:
                    site = Front(WORLD, ''.join(location(f'/{mode}', server, mode, 'proxy_ssl_session_reuse off;')
                                                for mode in MODES))
                    with site.running():
                        for mode in MODES:
                            with self.subTest(version=version, upstream=name, mode=mode):
                                self.one(site, server, mode, name in GOOD)
                        site.stop()

    def one(self, site, server, mode, is_good):
        before = len(site.loud())
        status, _, body = site.get(f'/{mode}')
        ended, judged = server.ended(), site.judged()
        asked = mode != 'off'
        self.assertEqual((ended['asked_scts'], ended['asked_staple']), (asked, asked))
        self.assertFalse(ended['resumed'])
        loud = site.loud()[before:]
        if mode == 'require' and not is_good:
            self.assertEqual((status, ended['request']), (502, ''))
            # TLS 1.3: the server is done before the client has seen anything.
            self.assertEqual(ended['alert'], 113)
        else:
            self.assertEqual((status, body), (200, 'welcome\n'))
        if mode == 'off':
            self.assertEqual((judged.ct, judged.reason, loud), ('-', '-', []))
            return
        self.assertEqual(judged.ct, 'compliant' if is_good else 'not_compliant')
        self.assertIn('chrome', judged.reason)
        if is_good:
            self.assertEqual(loud, [])
            return
        self.assertEqual(len(loud), 1, loud)
        self.assertIn(f'Certificate Transparency: {server.host}: not compliant with chrome: ', loud[0])
        self.assertIn(f'while SSL handshaking to upstream, client: unix:, server: , request: "GET /{mode} ', loud[0])
        self.assertIn(f'upstream: "https://127.0.0.1:{server.port}/{mode}"', loud[0])
        level = '[error]' if mode == 'require' else '[warn]'
        self.assertIn(level, site.wait_for_line(loud[0]))

    def test_is_off_unless_it_is_asked_for(self):
        with WORLD.server('none') as server:
            site = Front(WORLD, f'location / {{ proxy_pass https://127.0.0.1:{server.port};'
                                f' proxy_ssl_name {server.host}; }}')
            with site.running():
                self.assertEqual(site.get('/')[0], 200)
                self.assertFalse(server.ended()['asked_scts'])

    def test_is_inherited_and_taken_back(self):
        with WORLD.server('none') as server:
            inside = f'proxy_pass https://127.0.0.1:{server.port}; proxy_ssl_name {server.host};'
            site = Front(WORLD, f'''
                proxy_ssl_ct require;
                location / {{ {inside} }}
                location /nested {{ {inside} location /nested/off {{ proxy_ssl_ct off; {inside} }}
                                            location /nested/in {{ {inside} }} }}
                location ~ ^/regex {{ {inside} }}
                location /if {{ {inside} if ($arg_x) {{ set $y 1; }} }}
                location /limited {{ {inside} limit_except GET {{ deny all; }} }}
                location /named {{ try_files /nothing @named; }}
                location @named {{ {inside} }}
                location /off {{ proxy_ssl_ct off; {inside} }}
                location /report {{ proxy_ssl_ct report; {inside} }}
                location /variable {{ set $where 127.0.0.1:{server.port}; proxy_pass https://$where;
                                      proxy_ssl_name {server.host}; }}
                ''')
            with site.running():
                for target, want in (('/', 502), ('/nested', 502), ('/nested/in', 502), ('/nested/off', 200),
                                     ('/regex', 502), ('/if', 502), ('/if?x=1', 502), ('/limited', 502),
                                     ('/named', 502), ('/off', 200), ('/report', 200), ('/variable', 502)):
                    with self.subTest(target):
                        self.assertEqual(site.get(target)[0], want)
                site.stop()


    def test_a_context_that_is_shared_has_the_mode_of_each_connection(self):
        """As of all locations from nginx 1.23.0 on, where they say the same of TLS."""
        with WORLD.server('none') as server:
            site = Front(WORLD, ''.join(
                location(f'/{mode}', server, mode, f'limit_except GET {{ proxy_ssl_ct {other}; }}'
                                                   ' proxy_ssl_session_reuse off;')
                for mode, other in (('off', 'require'), ('require', 'off'), ('report', 'off'))))
            with site.running():
                for method, target, want, ct in (
                        ('GET', '/off', 200, '-'), ('POST', '/off', 502, 'not_compliant'), ('GET', '/off', 200, '-'),
                        ('GET', '/require', 502, 'not_compliant'), ('POST', '/require', 200, '-'),
                        ('GET', '/report', 200, 'not_compliant'), ('POST', '/report', 200, '-')):
                    with self.subTest(method=method, target=target):
                        self.assertEqual((site.ask(method, target)[0], site.judged().ct), (want, ct))
                        self.assertEqual(server.ended()['asked_scts'], ct != '-')
                site.stop()


class Plain(unittest.TestCase):
    """Where variables say whether there is TLS."""

    def test_require_does_not_go_without_tls(self):
        with socketserver.ThreadingTCPServer(('127.0.0.1', 0), Http) as plain, WORLD.server('embedded') as good:
            thread = threading.Thread(target=plain.serve_forever, daemon=True)
            thread.start()
            self.addCleanup(thread.join)
            self.addCleanup(plain.shutdown)
            Http.came = 0
            where = f'127.0.0.1:{plain.server_address[1]}'
            inside = f'proxy_pass $arg_to; proxy_ssl_name {good.host};'
            site = Front(WORLD, f'''
                location /require {{ proxy_ssl_ct require; {inside} }}
                location /bound {{ proxy_ssl_ct require; proxy_bind 127.0.0.2; {inside} }}
                location /bound/by {{ proxy_ssl_ct require; proxy_bind $arg_by; {inside} }}
                location /if {{ proxy_ssl_ct require; {inside} if ($arg_x) {{ set $y 1; }} }}
                location /report {{ proxy_ssl_ct report; {inside} }}
                location /off {{ {inside} }}
                location /uwsgi {{ proxy_ssl_ct require; uwsgi_pass $arg_to; }}
                location /grpc {{ proxy_ssl_ct require; grpc_pass $arg_to; }}
                ''', http=f'upstream named {{ server {where}; keepalive 2; }}')
            refused = ('no_tls', 'the upstream goes without TLS, where proxy_ssl_ct is require')
            with site.running():
                for target in (f'/require?to=http://{where}', '/require?to=http://named', '/if?x=1&to=http://named',
                               f'/bound?to=http://{where}', f'/bound/by?by=127.0.0.2&to=http://{where}',
                               f'/uwsgi?to=uwsgi://{where}', f'/uwsgi?to={where}', f'/grpc?to=grpc://{where}'):
                    with self.subTest(target):
                        before = len(site.loud())
                        self.assertEqual(site.get(target)[0], 502)
                        judged = site.judged()
                        self.assertEqual((judged.ct, judged.reason), refused)
                        said, = site.loud()[before:]
                        self.assertIn(f'Certificate Transparency: {refused[1]} while connecting to upstream, ', said)
                self.assertEqual(site.ask('POST', f'/require?to=http://{where}', body='x' * 100)[0], 502)
                self.assertEqual(site.judged().ct, 'no_tls')
                self.assertEqual(Http.came, 0)
                for target in (f'/off?to=http://{where}', f'/report?to=http://{where}', '/off?to=http://named'):
                    with self.subTest(target):
                        self.assertEqual(site.get(target)[::2], (200, '127.0.0.1'))
                        self.assertEqual(site.judged().ct, '-')
                tls = f'https://127.0.0.1:{good.port}'
                for target in (f'/require?to={tls}', f'/if?x=1&to={tls}', f'/bound?to={tls}', f'/bound/by?by=127.0.0.2&to={tls}'):
                    with self.subTest(target):
                        self.assertEqual(site.get(target)[0], 200)
                        self.assertEqual(site.judged().ct, 'compliant')
                site.stop()

    def test_require_keeps_the_address_of_proxy_bind(self):
        path = WORLD.certificate('embedded')
        back = Nginx(WORLD.folder, f'''
            ct_log_list {WORLD.log_list};
            events {{ }}
            http {{ access_log off; server {{
                listen 127.0.0.1:8443 ssl;
                ssl_certificate {path}-chain.pem; ssl_certificate_key {path}.key;
                location / {{ return 200 $remote_addr; }}
            }} }}''', name='back')
        inside = 'proxy_pass https://$arg_to; proxy_ssl_name embedded.test; proxy_ssl_ct require;'
        front = Front(WORLD, f'''
            location /none {{ {inside} }}
            location /fixed {{ proxy_bind 127.0.0.2; {inside} }}
            location /by {{ proxy_bind $arg_by; {inside} }}''')
        with back.running(), front.running():
            for target, want in (('/none?', '127.0.0.1'), ('/fixed?', '127.0.0.2'), ('/by?by=127.0.0.3&', '127.0.0.3')):
                with self.subTest(target):
                    self.assertEqual(front.get(f'{target}to=127.0.0.1:8443')[::2], (200, want))
                    self.assertEqual(front.judged().ct, 'compliant')
            front.stop()
            back.stop()


class Http(socketserver.StreamRequestHandler):
    """HTTP without TLS, which says from where it is asked."""

    came = 0

    def handle(self):
        Http.came += 1
        while self.rfile.readline().strip():
            pass
        body = self.client_address[0].encode()
        self.wfile.write(b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body) + body)


class Scope(unittest.TestCase):
    def test_private_cas_pass(self):
        made = WORLD.issue(WORLD.private_ca, 'inside', 'inside.test')
        with WORLD.server_of(made, 'inside.test') as server:
            trust = f'proxy_ssl_trusted_certificate {WORLD.private_ca.pem}; proxy_ssl_verify on;'
            site = Front(WORLD, location('/', server, 'require', trust))
            with site.running():
                self.assertEqual(site.get('/')[0], 200)
                judged = site.judged()
                self.assertEqual(judged.ct, 'private')
                self.assertNotEqual(judged.reason, '-')
                self.assertEqual(site.loud(), [])

    def test_exempt_hosts_pass(self):
        config = WORLD.write_config('exempt.conf', exempt_hosts='none.test')
        with WORLD.server('none') as server:
            site = Front(WORLD, location('/', server, 'require', 'proxy_ssl_server_name off;'))
            site.configure(site.config.read_text(encoding='utf-8').split('info;\n', 1)[1]
                           .replace(WORLD.config, config))
            with site.running():
                self.assertEqual(site.get('/')[0], 200)
                self.assertEqual(site.judged().ct, 'exempt_host')

    def test_what_does_not_validate_is_not_judged(self):
        with WORLD.server('embedded') as server:
            site = Front(WORLD, location('/unverified', server, 'report', 'proxy_ssl_verify off;') +
                         location('/untrusted', server, 'require',
                                  f'proxy_ssl_verify on; proxy_ssl_trusted_certificate {WORLD.private_ca.pem};'))
            status, said = site.check()
            self.assertEqual(status, 0, said)
            self.assertEqual(said.count('[warn]'), 1, said)
            line = 1 + site.config.read_text(encoding='utf-8').split('location /unverified')[0].count('\n')
            self.assertIn(f'[warn] "proxy_ssl_ct report" judges nothing without "proxy_ssl_verify on" in location '
                          f'"/unverified" in {site.config}:{line}\n', said)
            with site.running():
                self.assertEqual(site.get('/unverified')[0], 200)
                self.assertEqual(site.judged().ct, 'chain_not_valid')
                self.assertEqual(site.loud(), [])
                # It is nginx that refuses.
                self.assertEqual(site.get('/untrusted')[0], 502)
                self.assertEqual(site.judged().ct, 'chain_not_valid')
                refused, = site.loud()
                self.assertIn('upstream SSL certificate verify error', refused)


class Reuse(unittest.TestCase):
    """TLS sessions and kept-alive connections belong to an upstream{}, whatever its locations want."""

    def upstream(self, server):
        return f'upstream shared {{ server 127.0.0.1:{server.port}; }}'

    def locations(self, host):
        return ''.join(f'location /{mode} {{ proxy_pass https://shared; proxy_ssl_name {host};'
                       f' proxy_ssl_ct {mode}; }}\n' for mode in MODES)

    def test_judgements_are_resumed_with_their_sessions(self):
        for version in VERSIONS:
            with self.subTest(version), WORLD.server('embedded', version) as server:
                site = Front(WORLD, self.locations(server.host), http=self.upstream(server))
                with site.running():
                    for target in ('/report', '/report', '/require', '/require'):
                        self.assertEqual(site.get(target)[0], 200)
                        self.assertEqual(site.judged().ct, 'compliant')
                    self.assertEqual(server.resumed(4), [False, True, True, True])
                    self.assertEqual(site.loud(), [])

    def test_sessions_of_others_are_no_way_in(self):
        for version in VERSIONS:
            for other in ('off', 'report'):
                with self.subTest(version=version, other=other), WORLD.server('none', version) as server:
                    site = Front(WORLD, self.locations(server.host), http=self.upstream(server))
                    with site.running():
                        self.assertEqual([site.get(f'/{mode}')[0] for mode in (other, other, 'require')],
                                         [200, 200, 502])
                        self.assertEqual(server.resumed(3), [False, True, False])

    def test_sessions_without_a_judgement_are_not_resumed(self):
        for version in VERSIONS:
            with self.subTest(version), WORLD.server('embedded', version) as server:
                site = Front(WORLD, self.locations(server.host), http=self.upstream(server))
                with site.running():
                    for mode in ('off', 'require', 'require'):
                        self.assertEqual(site.get(f'/{mode}')[0], 200)
                    self.assertEqual(server.resumed(3), [False, False, True])

    def test_sessions_of_locations_that_do_not_verify_are_no_way_in(self):
        for version in VERSIONS:
            for name, want in (('embedded', 200), ('none', 502)):
                with self.subTest(version=version, name=name), WORLD.server(name, version) as server:
                    site = Front(WORLD, self.locations(server.host) + f'''
                        location /unverified {{ proxy_pass https://shared; proxy_ssl_name {server.host};
                                                proxy_ssl_verify off; proxy_ssl_ct report; }}''',
                                 http=self.upstream(server))
                    with site.running():
                        self.assertEqual(site.get('/unverified')[0], 200)
                        self.assertEqual(site.get('/require')[0], want)
                        self.assertEqual(server.resumed(2), [False, False])

    def test_sessions_in_shared_memory_keep_their_judgement(self):
        for version in VERSIONS:
            with self.subTest(version), WORLD.server('embedded', version) as server:
                upstream = self.upstream(server).replace('{ server', '{ zone shared 256k; server')
                site = Front(WORLD, self.locations(server.host), http=upstream, workers=2)
                with site.running():
                    for target in ('/report', '/require', '/require'):
                        self.assertEqual(site.get(target)[0], 200)
                        self.assertEqual(site.judged().ct, 'compliant')
                    self.assertEqual(server.resumed(3), [False, True, True])

    def kept_alive(self, name, requests, *, keepalive='keepalive 4;'):
        """For each request its status and the number of the connection to the upstream that it used."""
        path = WORLD.certificate(name)
        back = Nginx(WORLD.folder, f'''
            ct_log_list {WORLD.log_list};
            events {{ }}
            http {{ access_log off; server {{
                listen unix:{WORLD.path("back.sock")} ssl;
                ssl_certificate {path}-chain.pem; ssl_certificate_key {path}.key;
                location / {{ return 200 "$connection"; }}
            }} }}''', name='back')
        front = Front(WORLD, ''.join(
            f'location /{mode} {{ proxy_pass https://shared; proxy_ssl_name {name}.test; proxy_ssl_ct {mode};'
            f' proxy_http_version 1.1; proxy_set_header Connection ""; }}\n' for mode in MODES),
            http=f'upstream shared {{ server unix:{WORLD.path("back.sock")}; {keepalive} }}')
        found = []
        with back.running(), front.running():
            for mode in requests:
                status, _, body = front.get(f'/{mode}')
                found.append((status, body if status == 200 else None, front.judged().ct))
            front.stop()
            back.stop()
        return found

    def test_kept_alive_connections_that_were_not_judged_will_not_do(self):
        found = self.kept_alive('embedded', ('off', 'off', 'require', 'require', 'off', 'report'))
        self.assertEqual([status for status, _, _ in found], [200] * 6)
        self.assertEqual([ct for *_, ct in found], ['-', '-', 'compliant', 'compliant', '-', 'compliant'])
        connections = [connection for _, connection, _ in found]
        self.assertEqual(connections[0], connections[1])
        self.assertNotEqual(connections[1], connections[2])
        self.assertEqual(set(connections[2:]), {connections[2]})

    def test_kept_alive_connections_that_were_only_reported_will_not_do(self):
        self.assertEqual([(status, ct) for status, _, ct in
                          self.kept_alive('none', ('report', 'report', 'require', 'report', 'off', 'require'))],
                         [(200, 'not_compliant'), (200, 'not_compliant'), (502, 'not_compliant'),
                          (200, 'not_compliant'), (200, '-'), (502, 'not_compliant')])

    def test_a_good_connection_of_a_less_strict_location_will_do(self):
        found = self.kept_alive('embedded', ('report', 'require'))
        self.assertEqual(found[0], found[1])

    def test_other_balancers(self):
        for balancer in ('least_conn;', 'ip_hash;', 'random;', 'hash $uri;'):
            with self.subTest(balancer):
                found = self.kept_alive('embedded', ('off', 'require', 'require'),
                                        keepalive=f'{balancer} keepalive 4;')
                self.assertEqual([(status, ct) for status, _, ct in found],
                                 [(200, '-'), (200, 'compliant'), (200, 'compliant')])
                self.assertNotEqual(found[0][1], found[1][1])

    def test_an_upstream_that_is_refused_is_passed_over(self):
        bad = WORLD.issue(WORLD.ca, 'bare', 'embedded.test')
        with WORLD.server_of(bad, 'embedded.test') as bare, WORLD.server('embedded') as good:
            site = Front(WORLD, 'location / { proxy_pass https://both; proxy_ssl_name embedded.test;'
                                ' proxy_ssl_ct require; }',
                         http=f'upstream both {{ server 127.0.0.1:{bare.port} max_fails=0;'
                              f' server 127.0.0.1:{good.port} max_fails=0; }}')
            with site.running():
                for _ in range(4):
                    self.assertEqual(site.get('/')[0], 200)
                    self.assertEqual(site.judged().ct, 'compliant')
                self.assertFalse(bare.ended()['request'])


class Uwsgi(socketserver.StreamRequestHandler):
    """A uwsgi server: a packet of modifier1, its size, modifier2 and what is in it comes, HTTP goes."""

    def handle(self):
        header = self.rfile.read(4)
        if len(header) == 4:
            _, size, _ = struct.unpack('<BHB', header)
            self.rfile.read(size)
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nuwsgi\n')


class Protocols(unittest.TestCase):
    def test_uwsgi(self):
        with socketserver.ThreadingTCPServer(('127.0.0.1', 0), Uwsgi) as plain:
            thread = threading.Thread(target=plain.serve_forever, daemon=True)
            thread.start()
            self.addCleanup(thread.join)
            self.addCleanup(plain.shutdown)
            port = plain.server_address[1]
            with WORLD.server('embedded', relay=port) as good, WORLD.server('none', relay=port) as bad:
                site = Front(WORLD, 'proxy_ssl_ct require;' + ''.join(
                    f'location /{server.host} {{ uwsgi_pass suwsgi://127.0.0.1:{server.port};'
                    f' uwsgi_ssl_name {server.host}; }}' for server in (good, bad)))
                with site.running():
                    self.compare(site, 'uwsgi\n')

    def test_grpc(self):
        sockets = {name: WORLD.path(f'{name}.sock') for name in ('embedded', 'none')}
        servers = ''.join(f'''
            server {{
                listen unix:{path} ssl http2;
                ssl_certificate {WORLD.certificate(name)}-chain.pem;
                ssl_certificate_key {WORLD.certificate(name)}.key;
                location / {{ default_type application/grpc; return 200 "grpc\\n"; }}
            }}''' for name, path in sockets.items())
        back = Nginx(WORLD.folder, f'ct_log_list {WORLD.log_list};\nevents {{ }}\nhttp {{ access_log off; {servers} }}', name='grpc-back')
        site = Front(WORLD, 'proxy_ssl_ct require;' + ''.join(
            f'location /{name}.test {{ grpc_pass grpcs://{name}; grpc_ssl_name {name}.test; }}'
            for name in sockets), http=''.join(
                f'upstream {name} {{ server unix:{path}; }}' for name, path in sockets.items()))
        with back.running(), site.running():
            self.compare(site, 'grpc\n')
            back.stop()

    def compare(self, site, want):
        status, _, body = site.get('/embedded.test')
        self.assertEqual((status, body, site.judged().ct), (200, want, 'compliant'))
        self.assertEqual((site.get('/none.test')[0], site.judged().ct), (502, 'not_compliant'))
        refused, = site.loud()
        self.assertIn('Certificate Transparency: none.test: not compliant', refused)
        site.stop()


class Variables(unittest.TestCase):
    def test_stay_over_error_pages(self):
        with WORLD.server('none') as server:
            site = Front(WORLD, location('/', server, 'require', 'error_page 502 /why;') +
                         'location /why { return 200 "$upstream_ct_status: $upstream_ct_reason"; }')
            with site.running():
                body = site.get('/')[2]
                judged = site.judged()
                self.assertEqual(judged.ct, 'not_compliant')
                self.assertEqual(body, f'not_compliant: {judged.reason}')
                self.assertIn('not compliant with chrome', judged.reason)

    def test_decide_in_maps(self):
        with WORLD.server('none') as server:
            site = Front(WORLD, location('/', server, 'report', 'add_header X-Ct $verdict always;'),
                         http='map $upstream_ct_status $verdict { default other; not_compliant bad; "" none; }')
            with site.running():
                self.assertEqual(site.get('/')[1]['x-ct'], 'bad')

    def test_are_of_the_request_that_was_passed_on(self):
        """A subrequest has an upstream of its own."""
        with WORLD.server('embedded') as good, WORLD.server('none') as bad:
            site = Front(WORLD, location('/', good, 'report', 'auth_request /asked;') +
                         location('= /asked', bad, 'report', 'internal;') +
                         f'location = /file {{ auth_request /asked; alias {WORLD.log_list}; }}',
                         http='log_subrequest on;')
            with site.running():
                for target, want in (('/', 'compliant'), ('/file', '-')):
                    with self.subTest(target):
                        self.assertEqual(site.get(target)[0], 200)
                        self.assertEqual([site.judged().ct for _ in range(2)], ['not_compliant', want])
                site.stop()

    def test_are_empty_without_an_upstream(self):
        site = Front(WORLD, 'location / { return 200 "[$upstream_ct_status][$upstream_ct_reason]"; }')
        with site.running():
            self.assertEqual(site.get('/')[2], '[][]')


class Configuration(unittest.TestCase):
    def check(self, server='', **options):
        return Front(WORLD, server, **options).check()

    def test_says_what_is_wrong_and_where(self):
        inside = 'proxy_pass https://127.0.0.1:4433;'
        broken = WORLD.write_config('broken.conf', policy='crome')
        for server, main, want in (
                ('proxy_ssl_ct;', '', 'invalid number of arguments in "proxy_ssl_ct" directive in '),
                ('proxy_ssl_ct reuqire;', '', 'invalid mode "reuqire" in "proxy_ssl_ct" directive, it must be "off", "report" '
                                              'or "require" in HERE\n'),
                ('proxy_ssl_ct off; proxy_ssl_ct off;', '', '"proxy_ssl_ct" directive is duplicate in '),
                ('location / { if ($arg_x) { proxy_ssl_ct off; } }', '',
                 '"proxy_ssl_ct" directive is not allowed here in '),
                (f'location /x {{ {inside} proxy_ssl_ct require; proxy_ssl_verify off; }}', '',
                 '"proxy_ssl_ct require" needs "proxy_ssl_verify on" in location "/x" in HERE\n'),
                ('location /x { grpc_pass grpcs://127.0.0.1:4433; proxy_ssl_ct require; grpc_ssl_verify off; }',
                 '', '"proxy_ssl_ct require" needs "grpc_ssl_verify on" in location "/x" in HERE\n'),
                ('location /x { uwsgi_pass suwsgi://127.0.0.1:1; proxy_ssl_ct require; uwsgi_ssl_verify off; }',
                 '', '"proxy_ssl_ct require" needs "uwsgi_ssl_verify on" in location "/x" in HERE\n'),
                *((f'location /x {{ {kind}_pass {where}; proxy_ssl_ct require; }}', '',
                   f'"proxy_ssl_ct require" can never hold: "{kind}_pass" goes without TLS in location "/x" in HERE\n')
                  for kind, where in PLAIN),
                ('', 'ct_config a b;', 'invalid number of arguments in "ct_config" directive in '),
                ('', 'ct_config other.conf;', '"ct_config" directive is duplicate in '),
        ):
            with self.subTest(server or main):
                site = Front(WORLD, server, main=main)
                status, said = site.check()
                self.assertEqual(status, 1, said)
                self.assertIn('[emerg] ', said)
                line = 1 + site.config.read_text(encoding='utf-8').split(server or main)[0].count('\n')
                self.assertIn(want.replace('HERE', f'{site.config}:{line}'), said)
        judged = 'Certificate Transparency of upstreams cannot be judged: '
        for config, want in (
                ('""', '"ct_config" directive is empty in HERE\n'),
                ('/nowhere/tattle.conf', f'{judged}/nowhere/tattle.conf: cannot be read (No such file or directory) in HERE\n'),
                (broken, f'{judged}{broken}:3: policy: there is no policy "crome"; choose chrome, apple, mozilla, android, rfc6962 or strict in HERE\n'),
                (WORLD.write_config('roots.conf', public_roots='/nowhere/roots'),
                 f'{judged}public_roots: /nowhere/roots: cannot be read (No such file or directory) in HERE\n'),
        ):
            with self.subTest(config):
                site = Front(WORLD, f'location / {{ {inside} proxy_ssl_name x.test; proxy_ssl_ct report; }}')
                site.configure(site.config.read_text(encoding='utf-8').split('info;\n', 1)[1]
                               .replace(f'ct_config {WORLD.config};', f'ct_config {config};'))
                status, said = site.check()
                self.assertEqual(status, 1, said)
                self.assertIn('[emerg] ', said)
                line = 1 + site.config.read_text(encoding='utf-8').split('ct_config')[0].count('\n')
                self.assertIn(want.replace('HERE', f'{site.config}:{line}'), said)

    def test_reads_a_broken_file_that_nobody_goes_by_yet(self):
        site = Front(WORLD, '')
        site.configure(site.config.read_text(encoding='utf-8').split('info;\n', 1)[1].replace(
            WORLD.config, WORLD.write_config('unused.conf', nothing='x')))
        status, said = site.check()
        self.assertEqual(status, 1, said)
        self.assertIn('unused.conf:3: ', said)

    def test_goes_by_the_file_of_all_programs_without_one_of_its_own(self):
        default = pathlib.Path('/etc/tattle/tattle.conf')
        default.parent.mkdir(exist_ok=True)
        with WORLD.server('none') as server:
            site = Front(WORLD, '')
            site.configure(re.sub('ct_config .*\n', '', site.text(location('/', server, 'report'))))
            for text, want in ((None, 'private'), (pki.read(WORLD.config), 'not_compliant')):
                with self.subTest(want):
                    if text is not None:
                        default.write_bytes(text)
                        self.addCleanup(default.unlink)
                    with site.running():
                        self.assertEqual(site.get('/')[0], 200)
                        self.assertEqual(site.judged().ct, want)
                        site.stop()
            default.write_text('mode = sometimes\n', encoding='ascii')
            status, said = site.check()
            self.assertEqual(status, 1, said)
            self.assertIn(f'[emerg] Certificate Transparency of upstreams cannot be judged: {default}:1: mode: ', said)

    def test_plain_upstreams_are_left_alone_by_what_they_inherit(self):
        status, said = self.check('proxy_ssl_ct require;' + ''.join(
            f'location /{kind} {{ {kind}_pass {where}; }}' for kind, where in PLAIN))
        self.assertEqual((status, '[warn]' in said), (0, False), said)

    def test_warns_of_reports_on_plain_upstreams(self):
        for kind, where in PLAIN:
            with self.subTest(kind):
                status, said = self.check(f'location /x {{ {kind}_pass {where}; proxy_ssl_ct report; }}')
                self.assertEqual(status, 0, said)
                self.assertIn(f'[warn] "proxy_ssl_ct report" judges nothing: "{kind}_pass" goes without TLS in location "/x" in ',
                              said)


class Readme(unittest.TestCase):
    def test_its_configuration_works(self):
        with WORLD.server('embedded') as server:
            site = Front(WORLD, '')
            text = of_the_readme('Upstreams')
            for before, after in (('listen 127.0.0.1:8080', f'listen unix:{site.socket}'),
                                  ('https://backend.example.com', f'https://{server.host}:{server.port}'),
                                  ('/var/log/nginx/ct.log', site.access),
                                  ('report;', 'require;')):
                self.assertIn(before, text)
                text = text.replace(before, after)
            site.configure(f'ct_log_list {WORLD.log_list}; ct_config {WORLD.config}; events {{ }}\n{text}')
            with site.running():
                self.assertEqual(site.get('/')[:1], (200,))
                seen = pathlib.Path(site.access)
                wait_until(lambda: seen.read_text(encoding='utf-8'), 'no line in the access log')
                self.assertRegex(seen.read_text(encoding='utf-8'),
                                 r'^GET / HTTP/1.1 200 127.0.0.1:\d+ compliant "compliant with chrome: .*"\n$')
                site.stop()


class Life(unittest.TestCase):
    def test_a_reload_changes_the_mode(self):
        with WORLD.server('none') as server:
            site = Front(WORLD, location('/', server, 'report'), workers=2)
            with site.running():
                self.assertEqual(site.get('/')[0], 200)
                site.configure(site.text(location('/', server, 'require')))
                site.reload()
                self.assertEqual(site.get('/')[0], 502)
                site.configure(site.text(location('/', server, 'off')))
                site.reload()
                self.assertEqual(site.get('/')[0], 200)
                # One that is refused leaves the one of before.
                site.configure(site.text(location('/', server, 'sometimes')))
                site.reload()
                self.assertEqual(site.get('/')[0], 200)
                site.stop()

    def test_a_log_list_that_is_replaced_counts(self):
        good = pki.read(WORLD.log_list)
        self.addCleanup(pki.write, WORLD.log_list, good)
        with WORLD.server('embedded') as server:
            site = Front(WORLD, location('/', server, 'require', 'proxy_ssl_session_reuse off;'))
            with site.running():
                self.assertEqual(site.get('/')[0], 200)
                os.replace(pki.write(WORLD.path('new.json'),
                                     good.replace(b'"usable"', b'"rejected"')), WORLD.log_list)
                wait_until(lambda: site.get('/')[0] == 502, 'the new list was not read')
                site.stop()

    def test_a_broken_default_list_lets_nothing_pass(self):
        """The built-in one does not step in for it, and it is said what to do."""
        default = pathlib.Path('/var/lib/tattle/log_list.json')
        default.parent.mkdir(parents=True, exist_ok=True)
        self.addCleanup(lambda: default.unlink(missing_ok=True))
        remedy = 'is no log list that can be used (json: not properly encoded); get a good one by "tattle loglist update"'
        with WORLD.server('embedded') as server:
            locations = ''.join(location(f'/{mode}', server, mode) for mode in MODES)
            site = Front(WORLD, locations)
            without = lambda text: re.sub('ct_log_list .*\n', '', site.text(text))  # pylint: disable=unnecessary-lambda-assignment
            default.write_bytes(b'{')
            for text, line in ((locations, '[error] "proxy_ssl_ct require" refuses all upstreams of public CAs as long as '
                                           'there is no log list\n'),
                               (location('/', server, 'report'),
                                '[warn] "proxy_ssl_ct report" judges nothing as long as there is no log list\n')):
                site.configure(without(text))
                status, said = site.check()
                self.assertEqual(status, 0, said)
                self.assertIn(line, said)
                self.assertIn(f'[error] Certificate Transparency: log list: {default}: {remedy}\n', said)
            site.configure(without(locations + 'location /status { ct_status; }'))
            with site.running():
                for mode, answer in (('require', 502), ('report', 200), ('off', 200), ('require', 502)):
                    self.assertEqual(site.get(f'/{mode}')[0], answer, mode)
                    judged = site.judged()
                    self.assertEqual((judged.ct, 'get a good one by' in judged.reason),
                                     ('-', False) if mode == 'off' else ('undecided', True))
                said = json.loads(site.get('/status')[2])
                site.judged()
                self.assertEqual([said['upstreams'][name] for name in ('undecided', 'refused', 'list_problems',
                                                                       'log_list_logs')], [3, 2, 1, 0])
                page = site.get('/status?format=html')[2]
                site.judged()
                self.assertIn('undecided <b>3</b>', page)
                default.write_bytes(pki.read(WORLD.log_list))
                wait_until(lambda: (site.get('/require')[0], site.judged())[0] == 200, 'the good list was not taken')
                site.stop()

    def test_memory_does_not_grow(self):
        with WORLD.server('tls') as good, WORLD.server('none') as bad:
            site = Front(WORLD, location('/good', good, 'require', 'proxy_ssl_session_reuse off;') +
                         location('/bad', bad, 'require'))
            with site.running():
                def rounds(count):
                    for _ in range(count):
                        self.assertEqual((site.get('/good')[0], site.get('/bad')[0]), (200, 502))
                    worker, = site.workers()
                    text = pathlib.Path(f'/proc/{worker}/status').read_text(encoding='ascii')
                    return int(text.split('VmRSS:')[1].split()[0])
                rounds(100)
                before = rounds(100)
                after = rounds(300)
                # 600 connections; one that leaked its certificates alone would cost 2 KB and more.
                self.assertLess(after - before, 500, 'KB')

    def test_beside_the_module_of_openssl(self):
        for mode in ('report', 'require'):
            for name, want in (('embedded', 200), ('none', 502)):
                with self.subTest(module=mode, upstream=name), WORLD.server(name) as server, \
                        world.Syslog() as syslog:
                    # From nginx 1.23 on locations share their context, unless they say something else of TLS.
                    site = Front(WORLD, location('/', server, 'require') +
                                 location('/off', server, 'off', 'proxy_ssl_verify_depth 2;'))
                    site.environment = lambda: {**Nginx.environment(site), 'OPENSSL_CONF': WORLD.conf(mode=mode)}
                    with site.running():
                        for _ in range(2):
                            self.assertEqual(site.get('/')[0], want)
                            self.assertEqual(site.judged().ct, 'compliant' if want == 200 else 'not_compliant')
                        self.assertEqual(len(site.loud()), 0 if want == 200 else 2, site.loud())
                        # What nobody else judges is the module's.
                        self.assertEqual(syslog.take(), [])
                        site.get('/off')
                        self.assertEqual(len(syslog.take()), 1)


if __name__ == '__main__':
    unittest.main()
