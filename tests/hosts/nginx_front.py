# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""An nginx in front of upstreams that are judged, asked over a Unix socket.

    world = UpstreamWorld(folder)
    site = Front(world, "location / { proxy_pass https://127.0.0.1:4433; proxy_ssl_ct require; }")
    with site.running():
        site.get('/')                   # status, headers, body
        site.judged()                   # the next line of what was judged: Judged(...)
"""

import collections
import http.client
import os
import socket

import world
from nginx_world import Nginx, wait_until
from world import pki

Judged = collections.namedtuple('Judged', 'target status ct reason')

HTTP = '''
worker_processes {workers};
ct_log_list {log_list};
ct_config {config};
{main}
events {{ }}
http {{
    log_format judged '$request_uri|$status|$upstream_ct_status|$upstream_ct_reason';
    access_log {access} judged;
    proxy_ssl_trusted_certificate {ca};
    proxy_ssl_verify on;
    proxy_ssl_server_name on;
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
    grpc_ssl_trusted_certificate {ca};
    grpc_ssl_verify on;
    grpc_ssl_server_name on;
    grpc_ssl_protocols TLSv1.2 TLSv1.3;
    uwsgi_ssl_trusted_certificate {ca};
    uwsgi_ssl_verify on;
    uwsgi_ssl_server_name on;
    uwsgi_ssl_protocols TLSv1.2 TLSv1.3;
    {http}
    server {{
        listen unix:{socket};
        {server}
    }}
}}
'''


class UpstreamWorld(world.World):
    """Beside one public CA a private one; settings as an administrator would have them."""

    def __init__(self, folder):
        super().__init__(folder)
        os.chmod(self.folder, 0o755)
        self.private_ca = pki.Ca(self.folder, 'private-ca', self.now)
        self.config = self.write_config()

    def write_config(self, name='tattle.conf', **keys):
        settings = {'public_roots': self.ca.pem, 'observe_socket': '', **keys}
        return pki.write(self.path(name), ''.join(f'{key} = {value}\n' for key, value in settings.items()))

    def server_of(self, path, host, *options):
        """A TLS server with another certificate than those of NAME.test."""
        return world.Server(host, [self.server_exe, path + '-chain.pem', path + '.key', *options])

    def issue(self, ca, name, host, scts=None):
        made = ca.issue(name, host, scts)
        pki.write(made + '-chain.pem', pki.read(made + '.pem') + pki.read(ca.pem))
        return made


class Front(Nginx):
    """`server` is the inside of the server block, `http` stands before it, `main` before http."""

    def __init__(self, made_world, server, *, http='', main='', workers=1, name='front', **options):
        self.world = made_world
        self.socket = made_world.path(f'{name}.sock')
        self.access = made_world.path(f'{name}-access.log')
        self.workers_wanted = workers
        self.seen = 0
        super().__init__(made_world.folder, self.text(server, http, main), name=name, **options)
        for path in (self.socket, self.access, self.log):
            if os.path.exists(path):
                os.unlink(path)

    def text(self, server, http='', main=''):
        return HTTP.format(workers=self.workers_wanted, log_list=self.world.log_list, config=self.world.config,
                           access=self.access, ca=self.world.ca.pem, socket=self.socket,
                           server=server, http=http, main=main)

    def ask(self, method, target, headers=None, body=None):
        """Status, headers with names in lower case, body."""
        connection = http.client.HTTPConnection('localhost', timeout=world.WAIT)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(world.WAIT)
        connection.sock.connect(self.socket)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return (answer.status, {name.lower(): value for name, value in answer.getheaders()},
                    answer.read().decode())
        finally:
            connection.close()

    def get(self, target, headers=None):
        return self.ask('GET', target, headers)

    def judged(self):
        """The line of the next request in the order of their ends."""
        def line():
            with open(self.access, encoding='utf-8') as file:
                lines = file.read().split('\n')[:-1]
            return lines[self.seen] if len(lines) > self.seen else None
        found = wait_until(line, 'no line in the access log')
        self.seen += 1
        return Judged(*found.split('|'))

    def loud(self):
        """Lines of the error log that are more than information, without time and pid."""
        return [line.split('] ', 1)[1] if '] ' in line else line for line in self.errors().splitlines()
                if any(f'[{level}]' in line for level in ('warn', 'error', 'crit', 'alert', 'emerg'))]
