# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattled with heads that it has fetched itself, and logs that sign them, for programs that carry
them from its outbox to Debian's nginx (reuse_world).

    logs = Logs(folder)
    tattled = Tattled(folder, logs)
    tattled.outbox()                    # {host: heads}, as the file has them
"""

import contextlib
import base64
import collections
import json
import os
import pathlib
import sqlite3
import struct

import daemon_audit_test
from daemon_test import WAIT, eventually
import pki

NUM_LOGS = 6
Head = collections.namedtuple('Head', 'log_id tree_size timestamp')


class Logs(daemon_audit_test.Logs):
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        super().__init__(folder, *(word for number in range(NUM_LOGS) for word in
                                   ('--log', f'log{number}:rfc6962:Operator {number}')),
                         '--head-interval', '200')


def heads_of(message):
    """Those of a message, in the form of the deployed dialect."""
    return [Head(base64.b64decode(sth['log_id']), sth['tree_size'], sth['timestamp'])
            for sth in json.loads(message)['sths']]


def heads_of_header(value):
    """Those of a TransGossip field."""
    return [head for item in value.split(',') if item.strip()
            for head in heads_of(base64.b64decode(item.split(':')[2]))]


class Tattled(daemon_audit_test.AuditingDaemon):
    """Everything is in `folder`, the pool in `pool_folder`, which may be a file system of its own."""

    def __init__(self, folder, logs, pool_folder=None):
        os.makedirs(folder, exist_ok=True)
        self.pool_folder = pool_folder or folder
        super().__init__(folder, logs, 0)
        self.start()
        self.fetch()

    def path(self, name):
        return os.path.join(self.pool_folder if name == 'pool' else self.folder, name)

    def rows(self, sql):
        # As tattle opens it: a pool on a disk that cannot be written can be read.
        with contextlib.closing(sqlite3.connect(self.path('pool'), timeout=WAIT)) as pool:
            return pool.execute(sql).fetchall()

    def fetch(self):
        """Every log is asked now."""
        eventually(lambda: self.rows('SELECT count(*) FROM logs') == [(NUM_LOGS,)], 'a plan')
        before, = self.rows('SELECT count(*) FROM heads')[0]
        self.end()
        with contextlib.closing(sqlite3.connect(self.path('pool'), timeout=WAIT)) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
            pool.commit()
        self.start()
        eventually(lambda: self.rows('SELECT count(*) FROM heads')[0][0] >= before + NUM_LOGS, 'heads')

    def outbox(self):
        """Heads by host, as plugin/runtime/outbox.cc writes them."""
        data = pathlib.Path(self.path('outbox')).read_bytes()
        if data[:5] != b'TTLB\x01':
            raise AssertionError(f'no outbox: {data[:5]}')
        hosts, rest = {}, data[24:]
        while rest:
            host, rest = rest[1:1 + rest[0]].decode(), rest[1 + rest[0]:]
            size = int.from_bytes(rest[:3], 'big')
            heads, rest = rest[3:3 + size], rest[3 + size:]
            hosts[host] = []
            while heads:
                tree_size, stamp_ms = struct.unpack('>QQ', heads[32:48])
                hosts[host].append(Head(heads[:32], tree_size, stamp_ms))
                heads = heads[82 + int.from_bytes(heads[80:82], 'big'):]
        return hosts

    def wait_for_heads(self, *hosts):
        """Until heads wait for each of those who are willing; the outbox. Whoever is known first may get
        all that there are."""
        eventually(lambda: self.rows('SELECT count(*) FROM peers WHERE is_willing = 1') == [(len(hosts),)],
                   'who is willing')
        eventually(self.outbox, 'the outbox')
        if set(self.outbox()) != set(hosts):
            self.fetch()
            self.end()
            self.start()  # which writes it with all that there is
        return eventually(lambda: set(found := self.outbox()) == set(hosts) and found, f'heads for {hosts}')

    def programs_config(self, site, name='gossip'):
        """A tattle.conf of programs that it serves."""
        return site.config(name, observe_socket=self.path('observe'), outbox=self.path('outbox'))
