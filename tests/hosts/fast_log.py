# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A log that signs tens of thousands of heads a second in Python alone: for tests only, since all
its signatures use one nonce, and so give its key away."""

import base64
import hashlib
import re
import struct

from world import pki

ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551  # of P-256


def der_integer(value):
    return pki.der(2, value.to_bytes(value.bit_length() // 8 + 1, 'big'))


def head_json(log, tree_size, stamp_ms, root, signature):
    return {'sth_version': 0, 'tree_size': tree_size, 'timestamp': stamp_ms,
            'sha256_root_hash': base64.b64encode(root).decode(),
            'tree_head_signature': base64.b64encode(signature).decode(),
            'log_id': base64.b64encode(log.log_id).decode()}


class RsaLog(pki.Log):
    """A log with a long RSA key, of four primes: one of two takes seconds to make."""

    def __init__(self, folder, name, operator, bits):
        super().__init__(folder, name, operator)
        pki.openssl('genrsa', '-primes', '4', '-out', self.key, str(bits))
        self.spki = pki.openssl('pkey', '-in', self.key, '-pubout', '-outform', 'DER')
        self.log_id = hashlib.sha256(self.spki).digest()

    def sth(self, tree_size, stamp_ms):
        root = bytes(24) + struct.pack('>Q', tree_size)
        signature = pki.openssl('dgst', '-sha256', '-sign', self.key,
                                data=struct.pack('>BBQQ', 0, 1, stamp_ms, tree_size) + root)
        return head_json(self, tree_size, stamp_ms, root, b'\4\1' + pki.vector16(signature))


class FastLog(pki.Log):
    def __init__(self, folder, name, operator):
        super().__init__(folder, name, operator)
        text = pki.openssl('pkey', '-in', self.key, '-noout', '-text').decode()
        hex_key, = re.findall(r'priv:\n([\s0-9a-f:]+)pub:', text)
        self.secret = int(re.sub(r'[\s:]', '', hex_key), 16)
        # One signature of openssl gives a nonce and what belongs to it.
        signature = pki.openssl('dgst', '-sha256', '-sign', self.key, data=b'once')
        self.r, s = (int.from_bytes(list(pki.children(one))[0] if one[0] != 2 else one[2:], 'big')
                     for one in pki.children(signature))
        once = int.from_bytes(hashlib.sha256(b'once').digest(), 'big')
        self.inverse = pow(pow(s, -1, ORDER) * (once + self.r * self.secret) % ORDER, -1, ORDER)

    def sign(self, data, high=False):
        """A DigitallySigned; with `high` the twin that is not canonical."""
        digest = int.from_bytes(hashlib.sha256(data).digest(), 'big')
        s = self.inverse * (digest + self.r * self.secret) % ORDER
        if (s > ORDER // 2) != high:
            s = ORDER - s
        return b'\4\3' + pki.vector16(pki.der(0x30, der_integer(self.r), der_integer(s)))

    def sth(self, tree_size, stamp_ms, root=None, high=False):
        """A head as clients send it."""
        root = root or bytes(24) + struct.pack('>Q', tree_size)
        signed = struct.pack('>BBQQ', 0, 1, stamp_ms, tree_size) + root
        return head_json(self, tree_size, stamp_ms, root, self.sign(signed, high))
