# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""ECDSA on P-256 with SHA-256 and the deterministic nonce of RFC 6979, Section 3.2.

Python's cryptography 38 signs with a random nonce only; with a fixed one the generator writes the
same bytes on every run, so that a change of a vector is a change somebody made. Slow and not in
constant time: for test keys, which are public.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import der

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _multiply(k, point):
    result = None
    while k:
        if k & 1:
            result = _add(result, point)
        point = _add(point, point)
        k >>= 1
    return result


def _nonces(secret, digest):
    """The candidates for k, in order."""

    def mac(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    seed = secret.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    value, key = b"\1" * 32, b"\0" * 32
    for separator in (b"\0", b"\1"):
        key = mac(key, value + separator + seed)
        value = mac(key, value)
    while True:
        value = mac(key, value)
        candidate = int.from_bytes(value, "big")
        if 1 <= candidate < N:
            yield candidate
        key = mac(key, value + b"\0")
        value = mac(key, value)


def sign(private_key, message):
    """The DER signature of `message`, checked by the library before it is handed out."""
    secret = private_key.private_numbers().private_value
    digest = hashlib.sha256(message).digest()
    for k in _nonces(secret, digest):
        r = _multiply(k, G)[0] % N
        s = pow(k, -1, N) * (int.from_bytes(digest, "big") + r * secret) % N
        if r and s:
            break
    signature = der.sequence(der.integer(r), der.integer(s))
    private_key.public_key().verify(signature, message, ec.ECDSA(hashes.SHA256()))
    return signature
