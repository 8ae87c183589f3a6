# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The test keys: kept beside this file, made once where one is missing. All of them are public."""

import hashlib
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

import p256

FOLDER = pathlib.Path(__file__).parent / "keys"


def load(name, kind="ec"):
    """The private key `name`; `kind` is "ec" (P-256) or "rsa" (2048 bits)."""
    path = FOLDER / f"{name}.pem"
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
        path.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return serialization.load_pem_private_key(path.read_bytes(), None)


def sign(private_key, message):
    """SHA-256 with ECDSA or RSASSA-PKCS1-v1_5, deterministic in both cases."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return p256.sign(private_key, message)


def spki(private_key):
    """The public half as DER SubjectPublicKeyInfo."""
    return private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def public_point(private_key):
    """The content of the BIT STRING subjectPublicKey, which OCSP's issuerKeyHash is over."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
    return private_key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def log_id(private_key):
    return hashlib.sha256(spki(private_key)).digest()
