# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Three logs, a web site with nginx and tattled, and two groups of people who visit it; all of it on
the loopback, and in a folder of its own. README.md has a picture."""

import base64
import contextlib
import json
import os
import pathlib
import random
import socket
import sqlite3
import typing
import urllib.request

from parts import PATIENCE, Failed, need

SITE = 'shop.localhost'  # libcurl and browsers know where *.localhost is
LOGS = {'amber': 'rfc6962', 'birch': 'static-ct', 'cedar': 'rfc6962'}
NUM_ENTRIES = 40  # in each log, before anything happens

OPENSSL_CNF = f'''[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[site]
basicConstraints = critical, CA:false
subjectAltName = DNS:{SITE}
'''
TATTLED_CONF = '''log_list = {log_list}
ca_file = {folder}/logs/ca.pem
pool = {home}/pool
observe_socket = {home}/observe.sock
control_socket = {home}/control.sock
outbox = {home}/outbox
check_socket =
{more}
'''
TATTLE_CONF = '''mode = require
log_list = {log_list}
public_roots = {folder}/ca.pem
observe_socket = {home}/observe.sock
outbox = {home}/outbox
'''
NGINX_CONF = '''load_module "{module}";
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
ct_log_list {folder}/logs/log_list.json;
ct_config {folder}/shop/tattle.conf;
events {{ }}
http {{
    access_log off;
    {temp_paths}
    ct_scts {folder}/scts;
    ct_gossip_zone gossip:1m;
    ct_socket {folder}/shop/gossip.sock;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name {site};
        ssl_certificate {folder}/shop.pem;
        ssl_certificate_key {folder}/shop.key;
        ct_gossip on;
        location / {{ root {folder}/page; }}
    }}
    server {{
        listen 127.0.0.1:{status_port};
        location = /ct-status {{ ct_status; }}
    }}
}}
'''
HINT = 'run examples/demo/build, or name another folder with --build'


class Programs:
    """What was built in a folder: by examples/demo/build, or by meson and a test."""

    def __init__(self, build):
        self.build = pathlib.Path(build).absolute()
        self.tattle = self.find('adapters/cli/tattle')
        self.tattled = self.find('adapters/daemon/tattled')
        self.testlog = self.find('tests/testlog/tattle-testlog')
        self.module = self.find('nginx-module/objs/ngx_tattle_module.so')
        own = self.build / 'nginx/usr/sbin/nginx'
        self.nginx = own if own.exists() else need('nginx', HINT)
        self.openssl = need('openssl', 'install it')
        self.libraries = f'{self.build}/plugin:{self.build}/adapters/openssl'

    def find(self, name):
        path = self.build / name
        if not path.exists():
            raise Failed(f'{path} is missing: {HINT}')
        return path


class Head(typing.NamedTuple):
    """A tree head, of what `tattle pool list heads --json` says of it."""

    log: str
    size: int
    root: str
    timestamp: int

    def __str__(self):
        return f'{self.log} {self.size}:{self.root[:6]}'


class Tattled:
    """One with a pool, in a folder of its own below that of the world."""

    def __init__(self, world, name, face, more=''):
        self.world = world
        self.name = name
        self.home = world.folder / name
        self.home.mkdir()
        self.pool = self.home / 'pool'
        self.log_list = world.log_list(face)
        self.config = self.write('tattled.conf', TATTLED_CONF, more=more)

    def write(self, name, text, **more):
        path = self.home / name
        path.write_text(text.format(folder=self.world.folder, home=self.home, log_list=self.log_list,
                                    **more), encoding='utf-8')
        return path

    def start(self):
        parts, programs = self.world.parts, self.world.programs
        part = parts.start(f'tattled-{self.name}', [programs.tattled, '--config', self.config])
        parts.wait_for((self.home / 'control.sock').exists, f'{part.name} to be ready')

    def heads(self):
        return [Head(self.world.names[head['log_id']], head['tree_size'], head['sha256_root_hash'],
                     head['timestamp']) for head in self.list('pool', 'list', 'heads')]

    def evidence(self):
        return self.list('evidence', 'list')

    def list(self, *what):
        """Of its pool, as `tattle WHAT --json` says it."""
        _, out = self.world.tattle(*what, '--json', '--pool', self.pool, '--log-list', self.log_list,
                                   may_be=(0, 1))  # 1: there is none
        return [json.loads(line) for line in out.splitlines()]


class Group(Tattled):
    """People who see one face of the logs: a tattled that asks these, and programs on libcurl."""

    def __init__(self, world, name, face):
        super().__init__(world, name, face)
        self.programs_config = self.write('tattle.conf', TATTLE_CONF)

    def look_at_once(self):
        """tattled spreads its first look at the logs over five minutes, which nobody would watch: a
        pool in which the plan is made already, for now."""
        none = self.write('none', '')
        self.world.tattle('pool', 'import', none, '--create', '--pool', self.pool, '--log-list',
                          self.log_list)
        with contextlib.closing(sqlite3.connect(self.pool)) as database, database:
            database.executemany('INSERT INTO logs (log_id, next_fetch_ms) VALUES (?, 1)',
                                 [(base64.b64decode(log_id),) for log_id in self.world.names])

    def visit(self, *options):
        """A visit to the site by a program on libcurl: what became of it."""
        status, out = self.world.tattle(
            'fetch', '--json', '--config', self.programs_config, '--ca-file', self.world.folder / 'ca.pem',
            *options, self.world.url, may_be=(0, 1, 2))
        seen = json.loads(out) if out else {}
        if status != 0 or seen['status'] != 200:
            raise Failed(f'{self.name} could not fetch {self.world.url}: {seen.get("error")}')
        return seen


class World:
    def __init__(self, folder, programs, parts):
        self.folder = pathlib.Path(folder)
        self.programs = programs
        self.parts = parts
        self.names = {}  # of logs, by their id in base64
        self.port, self.nginx_port, self.tattled_port = free_ports(3)
        self.url = f'https://{SITE}:{self.port}/'
        self.pages = {'tattled': f'http://127.0.0.1:{self.tattled_port}/',
                      'nginx': f'http://127.0.0.1:{self.nginx_port}/ct-status'}

    def log_list(self, face):
        return self.folder / 'logs' / ('log_list.json' if face == 0 else f'log_list.{face}.json')

    def tattle(self, *arguments, may_be=(0,)):
        return self.parts.run(self.programs.tattle, *arguments, may_be=may_be)

    def make_certificates(self):
        """A CA, and the site's certificate."""
        config = self.folder / 'openssl.cnf'
        config.write_text(OPENSSL_CNF, encoding='ascii')
        def certificate(name, subject, days, *options):
            self.parts.run(
                self.programs.openssl, 'req', '-config', config, '-x509', '-newkey', 'ec', '-pkeyopt',
                'ec_paramgen_curve:P-256', '-noenc', '-keyout', self.folder / f'{name}.key', '-out',
                self.folder / f'{name}.pem', '-subj', f'/CN={subject}', '-days', str(days), *options)
        certificate('ca', 'Demonstration CA', 3650, '-extensions', 'ca')
        certificate('shop', SITE, 90, '-extensions', 'site', '-CA', self.folder / 'ca.pem', '-CAkey',
                    self.folder / 'ca.key')
        with open(self.folder / 'shop.pem', 'a', encoding='ascii') as chain:
            chain.write((self.folder / 'ca.pem').read_text(encoding='ascii'))

    def start_logs(self, *lies):
        """Each with two faces, which are alike as long as the log does not lie."""
        command = [self.programs.testlog, '--dir', self.folder / 'logs', '--roots', self.folder / 'ca.pem',
                   '--synthetic', NUM_ENTRIES, '--listen', '127.0.0.1:0', '--listen', '127.0.0.1:0']
        for name, kind in LOGS.items():
            command += ['--log', f'{name}:{kind}:{name.title()}']
        for lie in lies:
            command += ['--lie', lie]
        part = self.parts.start('logs', command)
        self.parts.wait_for(lambda: 'ready' in part.said().split(), 'the logs')
        for operator in json.loads(self.log_list(0).read_text(encoding='utf-8'))['operators']:
            for log in operator['logs'] + operator['tiled_logs']:
                self.names[log['log_id']] = log['description'].split()[-1]

    def get_scts(self):
        """SCTs for the site's certificate, from logs that have it in their trees then."""
        common = ('--log-list', self.log_list(0), '--ca-file', self.folder / 'logs/ca.pem')
        chain, out = self.folder / 'shop.pem', self.folder / 'scts'
        self.tattle('submit', chain, '--out', out, *common)
        for log in self.names.values():
            self.parts.wait_for(lambda log=log: self.tattle(
                'log', 'inclusion', log, chain, '--tls-scts', out / 'scts.sctlist', *common,
                may_be=(0, 1, 2))[0] == 0, f'the certificate in {log}')

    def start_nginx(self):
        (self.folder / 'shop' / 'tattle.conf').touch()  # in place of this machine's
        (self.folder / 'page').mkdir()
        (self.folder / 'page' / 'index.html').write_text('<p>Welcome.</p>\n', encoding='ascii')
        config = self.folder / 'nginx.conf'
        temp_paths = ' '.join(f'{kind}_temp_path {self.folder}/temp-{kind};'
                              for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        config.write_text(NGINX_CONF.format(
            folder=self.folder, module=self.programs.module, site=SITE, port=self.port,
            status_port=self.nginx_port, temp_paths=temp_paths,
            user='user root;' if os.geteuid() == 0 else ''), encoding='utf-8')
        self.parts.start('nginx', [self.programs.nginx, '-p', self.folder, '-c', config],
                         LD_LIBRARY_PATH=self.programs.libraries)
        self.parts.wait_for((self.folder / 'nginx.pid').exists, 'nginx to be ready')  # it listens then

    def accused(self, program):
        """Logs against which there is evidence on the page of nginx, or of tattled."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f'{self.pages[program]}?format=json', timeout=PATIENCE) as answer:
            return [self.names[claim['log_id']] for claim in json.load(answer)['evidence']]


def free_ports(count):
    """Below those that systems give to who asks for any: nobody gets one before it is listened at."""
    ports = []
    for port in random.sample(range(20_000, 32_000), 1000):
        with contextlib.suppress(OSError):
            socket.create_server(('127.0.0.1', port)).close()
            ports.append(port)
        if len(ports) == count:
            return ports
    raise Failed('no port of 127.0.0.1 is free')
