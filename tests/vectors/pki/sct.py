# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""SCTs, made as a log makes them (RFC 6962, Section 3.2), and every way to make them wrongly."""

import dataclasses
import hashlib
import struct
import typing

import keys

ECDSA_SHA256 = b"\4\3"
RSA_SHA256 = b"\4\1"


def vector16(content):
    return struct.pack(">H", len(content)) + content


def vector24(content):
    return len(content).to_bytes(3, "big") + content


def x509_entry(certificate):
    """signed_entry for SCTs that come by TLS or OCSP: `certificate` is DER."""
    return struct.pack(">H", 0) + vector24(certificate)


def precert_entry(issuer_spki, tbs):
    """signed_entry for embedded SCTs: `tbs` is free of the poison and of the SCT list."""
    return struct.pack(">H", 1) + hashlib.sha256(issuer_spki).digest() + vector24(tbs)


def extension(kind, data):
    """One element of CtExtensions (static-ct-api, SCT Extension)."""
    return bytes([kind]) + vector16(data)


def leaf_index(index):
    return extension(0, index.to_bytes(5, "big"))


@dataclasses.dataclass
class Sct:
    """What to ask of a log. The last six fields spoil the result, one reason each."""

    log: typing.Any
    time_ms: int
    index: typing.Optional[int] = None
    extensions: typing.Optional[bytes] = None  # in place of those that `index` makes
    signed_time_ms: typing.Optional[int] = None  # differs from what the SCT says
    signed_extensions: typing.Optional[bytes] = None  # likewise
    signer: typing.Any = None  # another key than the log's
    algorithm: typing.Optional[bytes] = None  # other bytes than the key's
    mutate_signature: typing.Optional[typing.Callable] = None
    mutate: typing.Optional[typing.Callable] = None  # of the whole encoded SCT

    def encode(self, entry):
        """
        struct {
            Version sct_version;              v1 = 0
            LogID id;                         32 bytes
            uint64 timestamp;
            CtExtensions extensions;          <0..2^16-1>
            digitally-signed struct { ... };  algorithm bytes, signature<0..2^16-1>
        } SignedCertificateTimestamp;
        """
        key = self.log.key
        extensions = self.extensions
        if extensions is None:
            extensions = b"" if self.index is None else leaf_index(self.index)
        signed_extensions = extensions if self.signed_extensions is None else self.signed_extensions
        signed_time = self.time_ms if self.signed_time_ms is None else self.signed_time_ms
        signed = b"\0\0" + struct.pack(">Q", signed_time) + entry + vector16(signed_extensions)
        signature = keys.sign(self.signer or key, signed)
        if self.mutate_signature:
            signature = self.mutate_signature(signature)
        algorithm = self.algorithm or (RSA_SHA256 if self.log.rsa else ECDSA_SHA256)
        sct = b"\0" + keys.log_id(key) + struct.pack(">Q", self.time_ms)
        sct += vector16(extensions) + algorithm + vector16(signature)
        return self.mutate(sct) if self.mutate else sct


def encode_list(items):
    """SignedCertificateTimestampList: SerializedSCT sct_list<1..2^16-1>."""
    return vector16(b"".join(vector16(item) for item in items))
