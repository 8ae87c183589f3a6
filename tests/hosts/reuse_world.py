# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the tests of the curl adapter share: Debian's nginx with four hosts, which writes down what it
is sent and on which connection; and a program over libcurl that does what it is told.

    site = Site(world, 8443)
    with Client(site.config(), http='2', tls='1.3') as client:
        client.say('new', 'one')
        client.say('attach', 'one', 'require', 'chrome')
        transfer, = client.say('get', 'one', site.url(GOOD))
    site.requests()
"""

import collections
import json
import os
import socket
import subprocess

import world
from mail_world import eventually
from world import pki
from xmpp_world import Daemon

# Two that are compliant, one that has no SCTs, one that has a single one; each with an address of its
# own, as nginx resumes few sessions of names that share one.
GOOD, SECOND, BAD, SINGLE = 'good.test', 'second.test', 'bad.test', 'single.test'
ADDRESSES = {GOOD: '127.0.1.1', SECOND: '127.0.1.2', BAD: '127.0.1.3', SINGLE: '127.0.1.4'}
POLLINATION = '/.well-known/ct/v1/sth-pollination'

# What a client may be told by, and where its requests come from.
FIELDS = {'connection': 'connection', 'tls': 'ssl_protocol', 'reused': 'ssl_session_reused',
          'version': 'server_protocol', 'host': 'host', 'method': 'request_method',
          'path': 'request_uri', 'heads': 'http_transgossip', 'cookie': 'http_cookie',
          'authorization': 'http_authorization', 'agent': 'http_user_agent',
          'referer': 'http_referer', 'body': 'request_body'}
Request = collections.namedtuple('Request', FIELDS)

CONF = '''
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    log_format seen escape=json '{{{seen}}}';
    access_log {folder}/seen seen;
    ssl_protocols TLSv1.2 TLSv1.3;
    {settings}
    {servers}
    server {{
        listen unix:{folder}/inside;
        location / {{ return 200; }}
        location {pollination} {{
            access_log off;
            default_type application/json;
            return 200 '{{"sths":[]}}';
        }}
    }}
}}
'''
SERVER = '''
    server {{
        listen {address}:{port} ssl http2;
        server_name {host};
        ssl_certificate {path}-chain.pem;
        ssl_certificate_key {path}.key;
        add_header TransGossipEnabled {willing};
        location / {{ return 200 "welcome"; }}
        location ~ ^/to/(.*)$ {{ return 302 https://$1:{port}/; }}
        location /cookie {{
            add_header Set-Cookie who=1;
            add_header TransGossipEnabled {willing};
            return 200;
        }}
        location {pollination} {{ proxy_pass http://unix:{folder}/inside; }}
    }}
'''


def certificates(the_world):
    """By host: a path without suffix."""
    stamp_ms = (the_world.now - pki.DAY) * 1000
    paths = {}
    for number, (host, num_logs) in enumerate(((GOOD, 2), (SECOND, 2), (BAD, 0), (SINGLE, 1))):
        logs = the_world.logs[:num_logs]
        path = paths[host] = the_world.ca.issue(
            host, host, (lambda tbs, logs=logs: pki.sct_list(
                [log.sct(pki.precert_entry(tbs, the_world.ca.der), stamp_ms) for log in logs]))
            if logs else None, serial=str(2000 + number))
        pki.write(path + '-chain.pem', pki.read(path + '.pem') + pki.read(the_world.ca.pem))
        with open(world.HOSTS, 'a', encoding='ascii') as file:
            file.write(f'{ADDRESSES[host]} {host}\n')
    return paths


class Site:
    """`paths` is of certificates(); `settings` are for all hosts; `willing` is what each says of
    gossip, if it says something."""

    def __init__(self, the_world, paths, port, settings='', willing=None):
        self.world = the_world
        self.port = port
        self.folder = the_world.path(f'site-{port}')
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o755)
        servers = ''.join(SERVER.format(folder=self.folder, host=host, path=path, port=port,
                                        address=ADDRESSES[host],
                                        pollination=POLLINATION,
                                        willing=(willing or {}).get(host, '""'))
                          for host, path in paths.items())
        seen = ', '.join(f'"{name}": "${variable}"' for name, variable in FIELDS.items())
        config = CONF.format(folder=self.folder, seen=seen, settings=settings, servers=servers,
                             pollination=POLLINATION)
        self.daemon = Daemon('root', ['nginx', '-c', pki.write(f'{self.folder}/conf', config)],
                             [(ADDRESSES[host], port) for host in paths])
        self.num_marks = 0
        self.num_read = 0

    def stop(self):
        self.daemon.stop()

    def url(self, host, path=''):
        return f'https://{host}:{self.port}/{path}'

    def _mark(self):
        """A request of our own: what came before it stands before it in the log."""
        self.num_marks += 1
        mark = f'/mark-{self.num_marks}'
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(world.WAIT)
            client.connect(f'{self.folder}/inside')
            client.sendall(f'GET {mark} HTTP/1.0\r\n\r\n'.encode())
            while client.recv(4096):
                pass
        return mark

    def requests(self):
        """What has come since this was asked last."""
        mark = self._mark()

        def look():
            lines = pki.read(f'{self.folder}/seen').decode().splitlines()[self.num_read:]
            return [Request(**json.loads(line)) for line in lines] if any(
                f'"path": "{mark}"' in line for line in lines) else None
        found = eventually(look, 'the mark in the log of nginx')
        self.num_read += len(found)
        return [request for request in found if not request.path.startswith('/mark-')]

    def config(self, name='tattle', **keys):
        """Writes a tattle.conf; returns its path."""
        settings = {'log_list': self.world.log_list, 'public_roots': self.world.ca.pem,
                    'observe_socket': '', 'outbox': '', **keys}
        return pki.write(self.world.path(name + '.conf'),
                         ''.join(f'{key} = {value}\n' for key, value in settings.items()))


class Client:
    """A reusing_client."""

    def __init__(self, config, http, tls):
        self.process = subprocess.Popen([os.environ['TATTLE_REUSING_CLIENT'], config, http, tls],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, *words):
        """What became of it: a list of transfers, or an object."""
        self.process.stdin.write('\t'.join(words) + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f'{words}: reusing_client ended: {self.process.wait(world.WAIT)}')
        return json.loads(line)

    def stop(self):
        self.process.stdin.close()
        status = self.process.wait(world.WAIT)
        self.process.stdout.close()
        if status != 0:
            raise AssertionError(f'reusing_client ended with {status}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
