# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A site of nginx that takes part in gossip, its logs, and its clients."""

import base64
import http.client
import json
import os
import re
import tempfile
import time
import unittest

import world
from curl_answer import ask
from fast_log import FastLog, RsaLog
from nginx_world import Nginx
from world import pki

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
        location /denied/ {{ deny all; }}
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
    server {{
        listen 127.0.0.1:8080;
        server_name moved.example;
        ct_gossip on;
        return 301 https://www.example$request_uri;
    }}
    server {{
        listen 127.0.0.1:8080;
        server_name partly.example;
        ct_gossip on;
        location / {{ return 301 https://www.example$request_uri; }}
        location /.well-known/ct/ {{ }}
    }}
}}
'''


FOLDER = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
os.chmod(FOLDER.name, 0o755)
NOW = int(time.time())
CA = pki.Ca(FOLDER.name, 'ca', NOW)
LOG, OTHER, UNKNOWN, *MORE = (FastLog(FOLDER.name, name, f'{name} Inc') for name in
                              ('alpha', 'beta', 'gone', 'delta', 'epsilon', 'zeta', 'eta'))
LONG = RsaLog(FOLDER.name, 'long', 'long Inc', bits=4608)  # its heads fit no slot of the zone
SITE_CERTIFICATE = CA.issue('site', HOST)


def path(name):
    return os.path.join(FOLDER.name, name)


def stamp(seconds_ago=60):
    return (NOW - seconds_ago) * 1000


pki.write(path('logs.json'), json.dumps({
    'version': '1.0', 'log_list_timestamp': pki.days_around(NOW, -1, '%Y-%m-%dT%H:%M:%SZ'),
    'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()], 'tiled_logs': []}
                  for log in (LOG, OTHER, LONG, *MORE)]}))
pki.write(path('page.html'), 'welcome')


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

    def __init__(self, host=HOST, address='127.0.0.1'):
        self.host = host
        self.connection = http.client.HTTPConnection('127.0.0.1', PLAIN, timeout=world.WAIT,
                                                     source_address=(address, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, body, where=POLLINATION[0], **fields):
        """The answer, and its body; a connection that has ended is made anew once."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request('POST', where, body,
                                {'Host': self.host, 'Content-Type': 'application/json', **fields})
        answer = self.connection.getresponse()
        return answer, answer.read()

    def post(self, body, where=POLLINATION[0]):
        answer, body = self.ask(body, where)
        return answer.status, body

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
    ALERTS = None  # that are wanted

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
                     not re.search(self.ALERTS or r'exited on signal 9|shared memory zone .* was locked', line)]
            self.assertEqual(lines, [])

    def assert_answer(self, answer, version, status):
        """Each says once that heads are welcome."""
        self.assertEqual((answer.version, answer.status), (version, status), answer.body)
        self.assertEqual(answer.values('transgossipenabled'), ['Yes'])
