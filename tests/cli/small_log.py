# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A small CT log for the tests of the command, of either kind, on the loopback. Trees and proofs
are written down as RFC 6962, Section 2.1, has them; signatures are made by the openssl command."""

import base64
import hashlib
import http.server
import json
import struct
import threading
import urllib.parse

import pki

TIME_MS = pki.NOW * 1000


def b64(data):
    return base64.b64encode(data).decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return sha256(b'')
    if len(leaves) == 1:
        return sha256(b'\0' + leaves[0])
    k = split(len(leaves))
    return sha256(b'\1' + root(leaves[:k]) + root(leaves[k:]))


def path(m, leaves):
    if len(leaves) <= 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def proof(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return proof(m, leaves[:k], whole) + [root(leaves[k:])]
    return proof(m - k, leaves[k:], False) + [root(leaves[:k])]


class SmallLog(pki.Log):
    """Leaves are added as (entry with its type, extra_data, submitted certificate or b'')."""

    def __init__(self, folder, name, kind):
        super().__init__(folder, name, 'Op')
        self.kind = kind
        self.leaves = []
        self.extra = []
        self.tile_leaves = []
        self.roots = []
        self.spoil = lambda path, body: body
        log = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = log.answer(self.path)
                body = log.spoil(self.path, body) if body else body
                self.send_response(200 if body else 404)
                self.send_header('content-length', str(len(body or b'')))
                self.end_headers()
                self.wfile.write(body or b'')

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that hangs up on us
        self.host = f'127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def entry(self):
        url = f'http://{self.host}/'
        entry = super().entry()
        if self.kind == 'rfc6962':
            return {**entry, 'url': url}
        del entry['url']
        return {**entry, 'submission_url': url, 'monitoring_url': url}

    def extensions(self, index):
        return b'' if self.kind == 'rfc6962' else b'\0\0\5' + index.to_bytes(5, 'big')

    def sign(self, data):
        return b'\4\3' + pki.vector16(pki.openssl('dgst', '-sha256', '-sign', self.key, data=data))

    def promise(self, entry, timestamp_ms, index):
        """A SerializedSCT over an entry."""
        middle = struct.pack('>Q', timestamp_ms)
        extensions = pki.vector16(self.extensions(index))
        return (b'\0' + self.log_id + middle + extensions +
                self.sign(b'\0\0' + middle + entry + extensions))

    def add(self, entry, timestamp_ms=TIME_MS, chain=(), submitted=b''):
        index = len(self.leaves)
        vector24 = lambda data: len(data).to_bytes(3, 'big') + data
        timestamped = (struct.pack('>Q', timestamp_ms) + entry +
                       pki.vector16(self.extensions(index)))
        submitted = vector24(submitted) if submitted else b''
        self.leaves.append(b'\0\0' + timestamped)
        self.extra.append(submitted + vector24(b''.join(map(vector24, chain))))
        self.tile_leaves.append(timestamped + submitted +
                                pki.vector16(b''.join(map(sha256, chain))))

    def head(self, timestamp_ms=None):
        size = len(self.leaves)
        timestamp_ms = timestamp_ms or self.time_ms
        fields = struct.pack('>QQ', timestamp_ms, size) + root(self.leaves)
        return size, timestamp_ms, root(self.leaves), self.sign(b'\0\1' + fields)

    time_ms = TIME_MS + 1000

    def answer(self, target):
        url = urllib.parse.urlsplit(target)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        if self.kind == 'rfc6962' or url.path.endswith('get-roots'):
            name = url.path.removeprefix('/ct/v1/').replace('-', '_')
            method = getattr(self, name, None)
            said = method(**query) if method else None
            return json.dumps(said).encode() if said else None
        if url.path == '/checkpoint':
            return self.checkpoint()
        return self.tile(url.path)

    def get_sth(self):
        size, timestamp, root_hash, signature = self.head()
        return {'tree_size': size, 'timestamp': timestamp, 'sha256_root_hash': b64(root_hash),
                'tree_head_signature': b64(signature)}

    def get_sth_consistency(self, first, second):
        return {'consistency': list(map(b64, proof(int(first), self.leaves[:int(second)])))}

    def get_proof_by_hash(self, hash, tree_size):
        leaves = self.leaves[:int(tree_size)]
        hashes = [b64(root([leaf])) for leaf in leaves]
        if hash not in hashes:
            return None
        index = hashes.index(hash)
        return {'leaf_index': index, 'audit_path': list(map(b64, path(index, leaves)))}

    def get_entries(self, start, end):
        some = range(int(start), min(int(end) + 1, int(start) + 7, len(self.leaves)))
        return {'entries': [{'leaf_input': b64(self.leaves[i]), 'extra_data': b64(self.extra[i])}
                            for i in some]}

    def get_roots(self):
        return {'certificates': list(map(b64, self.roots))}

    def checkpoint(self):
        size, timestamp, root_hash, signature = self.head()
        key_id = sha256(self.host.encode() + b'\n\5' + self.log_id)[:4]
        line = b64(key_id + struct.pack('>Q', timestamp) + signature)
        return (f'{self.host}\n{size}\n{b64(root_hash)}\n\n'
                f'\u2014 {self.host} {line}\n').encode()

    def tile(self, target):
        """Tiles of trees with less than 256 leaves, which have level 0 only, and it is partial."""
        parts = target.removeprefix('/tile/').split('/')
        if len(parts) != 3 or parts[1] != '000.p' or int(parts[2]) > len(self.leaves):
            return None
        width = int(parts[2])
        if parts[0] == 'data':
            return b''.join(self.tile_leaves[:width])
        return b''.join(root([leaf]) for leaf in self.leaves[:width])
