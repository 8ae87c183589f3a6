# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The test CA: precertificates, certificates with embedded SCTs, OCSP responses."""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

import der
import keys
import sct

UTC = datetime.timezone.utc
NOT_BEFORE = datetime.datetime(2026, 10, 1, tzinfo=UTC)
NOT_AFTER = datetime.datetime(2026, 12, 29, 23, 59, 59, tzinfo=UTC)  # 90 days
CA_NOT_BEFORE = datetime.datetime(2026, 1, 1, tzinfo=UTC)
CA_NOT_AFTER = datetime.datetime(2036, 1, 1, tzinfo=UTC)

EMBEDDED_SCTS = "1.3.6.1.4.1.11129.2.4.2"
OCSP_SCTS = "1.3.6.1.4.1.11129.2.4.5"
RFC9162_TRANSPARENCY = "1.3.101.75"
SIGNATURE_ALGORITHM = {
    True: der.sequence(der.oid("1.2.840.113549.1.1.11"), der.null()),  # sha256WithRSAEncryption
    False: der.sequence(der.oid("1.2.840.10045.4.3.2")),  # ecdsa-with-SHA256
}


def name(common_name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tattle test PKI"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def serial_number(text):
    """Fixed by the text, positive, 127 bits."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") >> 1 | 1 << 120


def sign_certificate(builder, key):
    """The certificate in DER, and its TBS. The library's own signature has a random nonce in it and
    is replaced."""
    tbs = builder.sign(key, hashes.SHA256()).tbs_certificate_bytes
    algorithm = SIGNATURE_ALGORITHM[isinstance(key, rsa.RSAPrivateKey)]
    return der.sequence(tbs, algorithm, der.bit_string(keys.sign(key, tbs))), tbs


class Authority:
    """A CA: its key and certificate, signed by `parent` or by itself."""

    def __init__(self, common_name, key_name, parent=None):
        self.subject = name(common_name)
        self.key = keys.load(key_name)
        self.spki = keys.spki(self.key)
        issuer = parent or self
        self.certificate, _ = sign_certificate(
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer.subject)
            .public_key(self.key.public_key())
            .serial_number(serial_number(key_name))
            .not_valid_before(CA_NOT_BEFORE)
            .not_valid_after(CA_NOT_AFTER)
            .add_extension(x509.BasicConstraints(True, 0 if parent else None), True)
            .add_extension(
                x509.KeyUsage(True, False, False, False, False, True, True, False, False), True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False),
            issuer.key,
        )

    def leaf_builder(self, host, leaf_key, ct_extension=None, ct_first=False, rfc9162=False):
        """All fields of a server certificate; `ct_extension` is the poison, the SCT list or none."""
        extensions = [
            (x509.BasicConstraints(False, None), True),
            (x509.KeyUsage(True, False, False, False, False, False, False, False, False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
            (x509.SubjectAlternativeName([x509.DNSName(host)]), False),
        ]
        if rfc9162:
            # RFC 9162, Section 7.1.2, holds a TransItemList; nothing here looks inside.
            content = der.octet_string(sct.vector16(sct.vector16(b"\0\3" + bytes(40))))
            oid = ObjectIdentifier(RFC9162_TRANSPARENCY)
            extensions.append((x509.UnrecognizedExtension(oid, content), False))
        if ct_extension is not None:
            poison = isinstance(ct_extension, x509.PrecertPoison)
            extensions.insert(0 if ct_first else len(extensions), (ct_extension, poison))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
            .issuer_name(self.subject)
            .public_key(leaf_key.public_key())
            .serial_number(serial_number(host))
            .not_valid_before(NOT_BEFORE)
            .not_valid_after(NOT_AFTER)
        )
        for value, critical in extensions:
            builder = builder.add_extension(value, critical)
        return builder

    def issue(self, host, leaf_key, sct_list_of=None, **options):
        """A server certificate. `sct_list_of` makes the embedded list out of the signed entry, as
        logs do, and of the TBS of the precertificate, for those who sign the wrong thing; without
        it the certificate has no list."""
        if sct_list_of is None:
            return sign_certificate(self.leaf_builder(host, leaf_key, **options), self.key)[0]
        # 1. The CA signs a precertificate, which no client takes for a certificate.
        poisoned = self.leaf_builder(host, leaf_key, x509.PrecertPoison(), **options)
        precertificate, poisoned_tbs = sign_certificate(poisoned, self.key)
        assert x509.load_der_x509_certificate(precertificate).extensions.get_extension_for_class(
            x509.PrecertPoison
        ).critical
        # 2. The logs sign its TBS without the poison.
        _, tbs = sign_certificate(self.leaf_builder(host, leaf_key, **options), self.key)
        scts = sct_list_of(sct.precert_entry(self.spki, tbs), poisoned_tbs)
        # 3. The certificate carries their answers where the poison was.
        extension = x509.UnrecognizedExtension(
            ObjectIdentifier(EMBEDDED_SCTS), der.octet_string(scts)
        )
        certificate, _ = sign_certificate(
            self.leaf_builder(host, leaf_key, extension, **options), self.key
        )
        # The library takes the list out in its own way; both must arrive at one TBS.
        assert x509.load_der_x509_certificate(certificate).tbs_precertificate_bytes == tbs
        return certificate

    def cert_id(self, serial, hash_name, impostor=None):
        """CertID (RFC 6960, Section 4.1.1); with the key of an impostor in place of ours."""
        hash_oid = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}[hash_name]
        key = (impostor or self).key
        return der.sequence(
            der.sequence(der.oid(hash_oid), der.null()),
            der.octet_string(hashlib.new(hash_name, self.subject.public_bytes()).digest()),
            der.octet_string(hashlib.new(hash_name, keys.public_point(key)).digest()),
            der.integer(serial),
        )

    def ocsp_response(self, singles):
        """An OCSPResponse signed by this CA; `singles` are SingleResponse elements in DER."""
        produced = der.generalized_time(datetime.datetime(2026, 10, 31, tzinfo=UTC))
        responder = der.explicit(
            2, der.octet_string(hashlib.sha1(keys.public_point(self.key)).digest())
        )
        data = der.sequence(responder, produced, der.sequence(*singles))
        basic = der.sequence(
            data, SIGNATURE_ALGORITHM[False], der.bit_string(keys.sign(self.key, data))
        )
        response_bytes = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(basic))
        return der.sequence(der.enumerated(0), der.explicit(0, response_bytes))


def single_response(cert_id, scts=None):
    """SingleResponse with status good, and the SCT list among its extensions if there is one."""
    parts = [
        cert_id,
        der.implicit(0),
        der.generalized_time(datetime.datetime(2026, 10, 31, tzinfo=UTC)),
        der.explicit(0, der.generalized_time(datetime.datetime(2026, 11, 7, tzinfo=UTC))),
    ]
    if scts is not None:
        extension = der.sequence(der.oid(OCSP_SCTS), der.octet_string(der.octet_string(scts)))
        parts.append(der.explicit(1, der.sequence(extension)))
    return der.sequence(*parts)


def pem(*certificates):
    text = b""
    for certificate in certificates:
        loaded = x509.load_der_x509_certificate(certificate)
        text += loaded.public_bytes(serialization.Encoding.PEM)
    return text
