#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""$ct_status and $ct_reason of nginx's module: of the certificate that a connection was served with."""

import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import tempfile
import unittest

import world
from nginx_front import UpstreamWorld
from nginx_world import Nginx, wait_until
from world import pki

VERSIONS = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}
SAY = 'location / { default_type text/plain; return 200 "$ct_status|$ct_reason"; }'


def setUpModule():
    global FOLDER, WORLD
    FOLDER = tempfile.TemporaryDirectory()
    WORLD = UpstreamWorld(FOLDER.name)


def tearDownModule():
    FOLDER.cleanup()


class Served(unittest.TestCase):
    def setUp(self):
        self.socket = WORLD.path('served.sock')
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)
        self.session = None

    def site(self, inside, *, log_list=None, listen='ssl'):
        return Nginx(WORLD.folder, f'''
            ct_log_list {log_list or WORLD.log_list};
            ct_refresh 100ms;
            events {{ }}
            http {{ access_log off; server {{
                listen unix:{self.socket} {listen}; ssl_protocols TLSv1.2 TLSv1.3;
                ssl_session_cache shared:tls:1m; {inside} {SAY}
            }} }}''', name='served')

    def certificate(self, path, chain='-chain.pem'):
        return f'ssl_certificate {path}{chain}; ssl_certificate_key {path}.key;'

    def ask(self, host, version='1.3', *, resume=False, ciphers=None, tls=True):
        """Status and reason that the site gives."""
        connection = http.client.HTTPConnection(host, timeout=world.WAIT)
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(world.WAIT)
        plain.connect(self.socket)
        connection.sock = plain
        if tls:
            if not resume:
                self.context = ssl.create_default_context(cafile=WORLD.ca.pem)
                self.context.minimum_version = self.context.maximum_version = VERSIONS[version]
                if ciphers:
                    self.context.set_ciphers(ciphers)
            connection.sock = self.context.wrap_socket(plain, server_hostname=host,
                                                       session=self.session if resume else None)
        try:
            connection.request('GET', '/')
            said = connection.getresponse().read().decode()
            if tls:
                self.assertEqual(connection.sock.session_reused, resume)
                self.session = connection.sock.session
        finally:
            connection.close()
        return said.split('|')

    def test_embedded_scts(self):
        for name, want, because in (
                ('embedded', 'compliant', 'embedded SCTs from 2 logs of 2 operators'),
                ('none', 'not_compliant', 'no SCT was presented'),
                ('forged', 'not_compliant', 'none of the 2 SCTs presented counts'),
        ):
            with self.site(self.certificate(WORLD.certificate(name))).running() as site:
                for version in VERSIONS:
                    for _ in range(2):
                        with self.subTest(name=name, version=version):
                            status, reason = self.ask(f'{name}.test', version)
                            self.assertEqual(status, want)
                            self.assertIn(because, reason)
                self.assertEqual([line for line in site.errors().splitlines() if '[alert]' in line], [])
                site.stop()

    def ask_openssl(self, host, version, *options):
        """As ask(), by a client that can ask for a stapled response."""
        done = subprocess.run(
            ['openssl', 's_client', '-unix', self.socket, '-servername', host, f'-tls{version.replace(".", "_")}',
             '-CAfile', WORLD.ca.pem, '-quiet', '-ign_eof', *options],
            input=f'GET / HTTP/1.0\r\nHost: {host}\r\n\r\n', stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, check=True, timeout=world.WAIT)
        return done.stdout.partition('\n\n')[2].split('|')

    def test_a_stapled_response_counts_for_who_got_it(self):
        staple = pki.write(WORLD.path('staple.der'), WORLD.staple('none', WORLD.tls_list('none')))
        os.mkdir(WORLD.path('no-scts'))
        inside = (self.certificate(WORLD.certificate('none')) + f'ssl_stapling on; ssl_stapling_file {staple};'
                  f'ct_scts {WORLD.path("no-scts")}; ct_scts_policy mozilla;')
        with self.site(inside).running() as site:
            for version in VERSIONS:
                for _ in range(2):
                    with self.subTest(version):
                        status, reason = self.ask_openssl('none.test', version, '-status')
                        self.assertEqual(status, 'compliant')
                        self.assertIn('SCTs by TLS or OCSP from 2 logs of 2 operators', reason)
                        self.assertEqual(self.ask_openssl('none.test', version)[0], 'not_compliant')
            site.stop()

    def test_without_the_issuer_nothing_can_be_said_for_it(self):
        with self.site(self.certificate(WORLD.certificate('embedded'), '.pem')).running():
            self.assertEqual(self.ask('embedded.test')[0], 'not_compliant')

    def test_of_two_certificates_it_is_the_one_that_was_sent(self):
        rsa = os.path.join(WORLD.folder, 'rsa')
        pki.openssl('genrsa', '-out', rsa + '.key', '2048')
        WORLD.issue(WORLD.ca, 'rsa', 'embedded.test')
        both = self.certificate(WORLD.certificate('embedded')) + self.certificate(rsa)
        with self.site(both).running():
            for ciphers, want in (('ECDHE-ECDSA-AES128-GCM-SHA256', 'compliant'),
                                  ('ECDHE-RSA-AES128-GCM-SHA256', 'not_compliant')) * 2:
                with self.subTest(ciphers):
                    self.assertEqual(self.ask('embedded.test', '1.2', ciphers=ciphers)[0], want)

    def test_over_http2(self):
        """Asked by nginx's own client of HTTP/2."""
        behind = WORLD.path('http2.sock')
        site = Nginx(WORLD.folder, f'''
            ct_log_list {WORLD.log_list};
            events {{ }}
            http {{
                access_log off;
                upstream behind {{ server unix:{behind}; }}
                server {{ listen unix:{self.socket}; location / {{ grpc_pass grpcs://behind; }} }}
                server {{
                    listen unix:{behind} ssl http2; {self.certificate(WORLD.certificate('embedded'))}
                    location / {{ default_type application/grpc; return 200 "$ct_status|$server_protocol"; }}
                }}
            }}''', name='served')
        with site.running():
            self.assertEqual(self.ask('localhost', tls=False), ['compliant', 'HTTP/2.0'])
            site.stop()

    def test_says_nothing_where_nothing_was_sent(self):
        with self.site(self.certificate(WORLD.certificate('embedded'))).running():
            for version in VERSIONS:
                with self.subTest(version):
                    self.assertEqual(self.ask('embedded.test', version)[0], 'compliant')
                    self.assertEqual(self.ask('embedded.test', version, resume=True), ['', ''])
        with self.site('', listen='').running():
            self.assertEqual(self.ask('embedded.test', tls=False), ['', ''])

    def test_a_log_list_that_is_replaced_counts(self):
        log_list = pki.write(WORLD.path('served.json'), pki.read(WORLD.log_list))
        with self.site(self.certificate(WORLD.certificate('embedded')), log_list=log_list).running():
            self.assertEqual(self.ask('embedded.test')[0], 'compliant')
            changed = json.loads(pki.read(log_list))
            del changed['operators'][1]
            os.replace(pki.write(WORLD.path('served.new'), json.dumps(changed)), log_list)
            wait_until(lambda: self.ask('embedded.test')[0] == 'not_compliant', 'the new list was not read')

    def test_many_certificates_are_not_mistaken_for_each_other(self):
        """More than are remembered."""
        folder = WORLD.path('many')
        os.mkdir(folder)
        embedded = WORLD.certificate('embedded')
        bare = [WORLD.issue(WORLD.ca, f'bare{i}', f'bare{i}.test') for i in range(18)]
        servers = ''.join(f'server {{ listen unix:{self.socket} ssl; server_name bare{i}.test;'
                          f' {self.certificate(path)} {SAY} }}\n' for i, path in enumerate(bare))
        site = Nginx(WORLD.folder, f'''
            ct_log_list {WORLD.log_list};
            events {{ }}
            http {{ access_log off; ssl_protocols TLSv1.2 TLSv1.3;
                server {{ listen unix:{self.socket} ssl; server_name embedded.test; {self.certificate(embedded)} {SAY} }}
                {servers} }}''', name='served')
        with site.running():
            for _ in range(2):
                for i in range(18):
                    self.assertEqual(self.ask(f'bare{i}.test')[0], 'not_compliant')
                self.assertEqual(self.ask('embedded.test')[0], 'compliant')
            site.stop()


if __name__ == '__main__':
    unittest.main()
