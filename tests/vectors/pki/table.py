# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The table of all vectors."""

import authority
import der
import logs
import sct
from vector import (
    DRIFT_MS,
    IMPOSTOR,
    ISSUER,
    NOW,
    ROOT,
    RSA_LEAF,
    STAMP,
    STRANGER,
    Channel,
    Expected,
    Vector,
    all_valid,
    bad,
    flip_last_bit,
    good,
    malformed,
    ms,
    valid,
)

A = good(logs.AMBER)
A_B = good(logs.AMBER_B)
B = good(logs.BIRCH)
C = good(logs.CEDAR)


def one(reason, spoilt, expected):
    """The usual case: a spoilt SCT between two good neighbours, which must stay good."""
    return Vector(reason, Channel([A, spoilt, C], [valid(A), expected, valid(C)]))


def spoil(reason, log=logs.BIRCH, status="bad_signature", error=None, **fields):
    """The same with the SCT made here; of a malformed one nothing but the error is promised."""
    spoilt = good(log, **fields)
    expected = malformed(error) if status == "malformed" else Expected(status, spoilt)
    return one(reason, spoilt, expected)


def extended(reason, extensions, expected_error=None, index=None):
    """A static-ct SCT with those extensions, rightly signed over them."""
    spoilt = good(logs.CEDAR, extensions=extensions)
    expected = malformed(expected_error) if expected_error else valid(spoilt, index=index)
    return Vector(reason, Channel([A, spoilt, B], [valid(A), expected, valid(B)]))


GOOD = {
    "good-ec-leaf": Vector("three good SCTs: ECDSA log, RSA log, static-ct log", all_valid(A, B, C)),
    "good-rsa-leaf": Vector(
        "the certificate's key is RSA", all_valid(A, B, C), leaf_key=RSA_LEAF, host="rsa.example"
    ),
    "good-list-first": Vector(
        "the SCT list is the first extension",
        all_valid(A, B, C),
        issue_options={"ct_first": True},
        host="first.example",
    ),
    "good-whole-chain": Vector(
        "root at the end of the chain", all_valid(A, C), chain=(ISSUER, ROOT)
    ),
    "no-scts": Vector("a certificate without any SCT"),
    "same-sct-twice": Vector("one SCT in the list twice: two facts, one log", all_valid(A, A)),
    "same-log-three-times": Vector(
        "one log thrice is one log",
        all_valid(A, good(time_ms=STAMP + 50_000), good(time_ms=STAMP + 60_000)),
    ),
    "same-log-good-then-bad": Vector(
        "a later bad SCT of the same log does not hide the good one",
        Channel(
            [A, good(time_ms=STAMP + 50_000, mutate_signature=flip_last_bit)],
            [valid(A), bad(good(time_ms=STAMP + 50_000))],
        ),
    ),
    "one-more-than-the-limit": Vector(
        "33 good SCTs: the last is beyond what is decoded from one source",
        Channel(
            [good(time_ms=STAMP + n) for n in range(33)],
            [valid(good(time_ms=STAMP + n)) for n in range(32)] + [Expected("not_checked")],
        ),
    ),
}

SIGNATURE = {
    "signature-one-bit-flipped": spoil("one bit of s", mutate_signature=flip_last_bit),
    "signature-ecdsa-one-bit-flipped": spoil("one bit of s", logs.AMBER_B, mutate_signature=flip_last_bit),
    "signature-not-der": spoil(
        "an ECDSA signature that is no DER", logs.AMBER_B, mutate_signature=lambda s: bytes(len(s))
    ),
    "signature-empty": spoil(
        "a signature of no bytes", logs.AMBER_B, mutate_signature=lambda s: b""
    ),
    "signature-with-trailing-byte": spoil(
        "a byte behind the DER of the signature, within its vector",
        logs.AMBER_B,
        mutate_signature=lambda s: s + b"\0",
    ),
    "signature-by-other-key": spoil(
        "signed by another log's key", logs.AMBER_B, signer=logs.AMBER.key
    ),
    "signature-over-other-time": spoil("signed for another millisecond", signed_time_ms=STAMP),
    "signature-over-other-extensions": spoil(
        "signed for another leaf_index", logs.CEDAR, signed_extensions=sct.leaf_index(7)
    ),
    "signature-over-poisoned-tbs": Vector(
        "the log signed the TBS with the poison still in it",
        Channel([A, C], [bad(A), bad(C)], wrong_entry="poisoned"),
    ),
    "signature-over-x509-entry": Vector(
        "embedded, but signed as x509_entry", Channel([A], [bad(A)], wrong_entry="x509")
    ),
    "wrong-algorithm-rsa-for-ecdsa": spoil(
        "RSA's bytes with an ECDSA log", logs.AMBER_B, "wrong_algorithm", algorithm=sct.RSA_SHA256
    ),
    "wrong-algorithm-ecdsa-for-rsa": spoil(
        "ECDSA's bytes with an RSA log", status="wrong_algorithm", algorithm=sct.ECDSA_SHA256
    ),
    "wrong-algorithm-sha1": spoil(
        "SHA-1 named as the hash", logs.AMBER_B, "wrong_algorithm", algorithm=b"\2\3"
    ),
    "unknown-algorithm-in-one-of-three": spoil(
        "algorithm bytes that nobody has assigned spoil one SCT, not the list",
        logs.AMBER_B,
        "wrong_algorithm",
        algorithm=b"\xe0\xe1",
    ),
}


def log_vector(reason, log, status="valid", **fields):
    line = good(log, **fields)
    return one(reason, line, Expected(status, line))


LOG = {
    "unknown-log": log_vector("a log that is in no list", logs.HAZEL, "unknown_log"),
    "denied-log": log_vector("a log whose key is denied", logs.IVY, "denied_log"),
    "denied-log-that-is-listed": log_vector(
        "denied, though the list calls it usable", logs.JUNIPER, "denied_log"
    ),
    "retired-log-stamped-before": log_vector(
        "stamped before its log was retired", logs.DUNE, time_ms=ms("2026-08-31T23:59:59Z")
    ),
    "retired-log-stamped-after": log_vector("stamped after its log was retired", logs.DUNE),
    "rejected-log": log_vector("its log was rejected before", logs.FIR),
    "stateless-log": log_vector("the list names no state for the log", logs.ELDER),
    "outside-interval": Vector(
        "notAfter lies outside of the log's temporal_interval, which informs only",
        Channel(
            [A, good(logs.GALE)], [valid(A), valid(good(logs.GALE), outside_interval=True)]
        ),
    ),
    "in-future": log_vector(
        "stamped a millisecond beyond the drift", logs.BIRCH, "in_future", time_ms=ms(NOW) + DRIFT_MS + 1
    ),
    "in-future-within-drift": log_vector(
        "stamped as far ahead as clocks may drift", logs.BIRCH, time_ms=ms(NOW) + DRIFT_MS
    ),
}

EXTENSIONS = {
    "leaf-index-largest": extended("2^40-1", sct.leaf_index(2**40 - 1), index=2**40 - 1),
    "leaf-index-missing": extended("a static-ct SCT without leaf_index", b""),
    "leaf-index-twice": extended(
        "leaf_index twice", sct.leaf_index(5) + sct.leaf_index(5), "duplicate"
    ),
    "leaf-index-short": extended("leaf_index of four bytes", sct.extension(0, bytes(4)), "bad_length"),
    "leaf-index-long": extended("leaf_index of six bytes", sct.extension(0, bytes(6)), "bad_length"),
    "leaf-index-empty": extended("leaf_index of no bytes", sct.extension(0, b""), "bad_length"),
    "extension-unknown": extended("an extension of a type that is not known", sct.extension(200, b"x")),
    "extension-unknown-before-leaf-index": extended(
        "leaf_index behind an unknown extension",
        sct.extension(200, b"") + sct.leaf_index(9),
        index=9,
    ),
    "extension-cut": extended("an extension longer than its list", b"\0\0\5\0\0", "truncated"),
}

FORMAT = {
    "sct-trailing-byte": spoil(
        "a byte behind the signature, within the item",
        status="malformed",
        error="trailing_bytes",
        mutate=lambda s: s + b"\0",
    ),
    "sct-cut": spoil(
        "an item that ends within the signature",
        status="malformed",
        error="truncated",
        mutate=lambda s: s[:-1],
    ),
    "sct-one-byte": spoil(
        "an item of one byte", status="malformed", error="truncated", mutate=lambda s: s[:1]
    ),
    "sct-version-2": one(
        "version v2 beside good ones: skipped",
        good(logs.BIRCH, mutate=lambda s: b"\1" + s[1:]),
        Expected("unsupported_version"),
    ),
    "sct-version-255": one(
        "a version of the far future, with a body of another form",
        good(logs.BIRCH, mutate=lambda s: b"\xff\0\1"),
        Expected("unsupported_version"),
    ),
    "item-empty": spoil("an item of no bytes", status="malformed", mutate=lambda s: b""),
    "list-cut": Vector(
        "the list says that it is longer than it is: nothing of it is taken",
        Channel([A, C], [malformed()], pack=lambda items: sct.encode_list(items)[:-1]),
    ),
    "list-cut-within-item": Vector(
        "the last item says that it is longer than the list: nothing of it is taken",
        Channel(
            [A, C],
            [malformed()],
            pack=lambda items: sct.vector16(b"".join(map(sct.vector16, items))[:-1]),
        ),
    ),
    "list-trailing-byte": Vector(
        "a byte behind the list: nothing of it is taken",
        Channel([A, C], [malformed()], pack=lambda items: sct.encode_list(items) + b"\0"),
    ),
    "list-of-no-items": Vector(
        "a list without an item", Channel([], [malformed()], pack=lambda items: b"\0\0")
    ),
}

TLS = {
    "tls-good": Vector("two good SCTs by TLS", tls=all_valid(A, C)),
    "tls-beside-embedded": Vector("embedded ones first", all_valid(A, B), tls=all_valid(C)),
    "tls-signed-as-precert-entry": Vector(
        "by TLS, but signed as precert_entry",
        tls=Channel([A], [bad(A)], wrong_entry="precert"),
    ),
    "tls-list-cut": Vector(
        "a broken list by TLS does not touch the embedded ones",
        all_valid(A, B),
        tls=Channel([C], [malformed()], pack=lambda items: sct.encode_list(items)[:-1]),
    ),
    "tls-without-issuer": Vector(
        "only embedded SCTs need the issuer",
        Channel([A], [Expected("not_checked")]),
        tls=all_valid(B, C),
        chain=(),
        issuer=None,
    ),
}

OTHER_SERIAL = authority.serial_number("another leaf")


def staple(scts, expected, hash_name="sha1", before=(), after=(), mutate=None, **cert_id):
    """Makes a response whose middle SingleResponse carries `scts`; `before` and `after` are the
    serials of others around it, each with an SCT of its own."""

    def make(vector, leaf):
        entry = sct.x509_entry(leaf)
        serial = cert_id.get("serial", authority.serial_number(vector.host))
        impostor = cert_id.get("impostor")

        def single(serial_number, items):
            scts_of_it = None if items is None else sct.encode_list([i.encode(entry) for i in items])
            return authority.single_response(
                ISSUER.cert_id(serial_number, hash_name, impostor), scts_of_it
            )

        singles = [single(other, [B]) for other in before]
        singles.append(single(serial, scts))
        singles += [single(other, [B]) for other in after]
        response = ISSUER.ocsp_response(singles)
        return (mutate(response) if mutate else response), expected

    return make


def staple_twice(vector, leaf):
    entry = sct.x509_entry(leaf)
    serial = authority.serial_number(vector.host)
    singles = [
        authority.single_response(
            ISSUER.cert_id(serial, hash_name), sct.encode_list([item.encode(entry)])
        )
        for hash_name, item in (("sha1", A), ("sha256", C))
    ]
    return ISSUER.ocsp_response(singles), [valid(A), valid(C)]


def ocsp(reason, make, **more):
    return Vector(reason, ocsp=make, **more)


OCSP = {
    "ocsp-good-sha1": ocsp("CertID with SHA-1", staple([A, C], [valid(A), valid(C)])),
    "ocsp-good-sha256": ocsp("CertID with SHA-256", staple([A, C], [valid(A), valid(C)], "sha256")),
    "ocsp-several-responses": ocsp(
        "ours is the second of three SingleResponses",
        staple([A, C], [valid(A), valid(C)], before=[OTHER_SERIAL], after=[OTHER_SERIAL + 1]),
    ),
    "ocsp-two-responses-for-the-leaf": ocsp("two SingleResponses for the leaf", staple_twice),
    "ocsp-other-certificate": ocsp(
        "only another certificate's response", staple([A, C], [], serial=OTHER_SERIAL)
    ),
    "ocsp-other-issuer-key": ocsp(
        "our serial number under another issuer's key", staple([A, C], [], impostor=IMPOSTOR)
    ),
    "ocsp-without-scts": ocsp("an ordinary response", staple(None, [])),
    "ocsp-try-later": ocsp(
        "no response, only a status",
        lambda vector, leaf: (der.sequence(der.enumerated(3)), []),
    ),
    "ocsp-one-bad": ocsp(
        "a bad signature beside a good one",
        staple(
            [A, good(logs.BIRCH, mutate_signature=flip_last_bit)], [valid(A), bad(good(logs.BIRCH))]
        ),
    ),
    "ocsp-cut": ocsp(
        "a response that ends early does not touch the embedded ones",
        staple([C], [malformed()], mutate=lambda response: response[:-1]),
        embedded=all_valid(A, B),
    ),
    "all-three-sources": ocsp(
        "embedded, TLS, OCSP", staple([C], [valid(C)]), embedded=all_valid(A), tls=all_valid(B)
    ),
}

ISSUERS = {
    "issuer-same-name-other-key": Vector(
        "the issuer given has the right name and the wrong key",
        Channel([A, C], [bad(A), bad(C)]),
        chain=(IMPOSTOR,),
    ),
    "issuer-behind-same-name": Vector(
        "the right issuer stands behind one of the same name",
        all_valid(A, C),
        chain=(IMPOSTOR, ISSUER),
        issuer=2,
    ),
    "issuer-other-name": Vector(
        "the issuer given is not the one that the leaf names",
        Channel([A, C], [bad(A), bad(C)]),
        chain=(STRANGER,),
        facts={"issuer_mismatch": True},
    ),
    "issuer-missing": Vector(
        "no issuer: the signed bytes can't be rebuilt",
        Channel([A, C], [Expected("not_checked"), Expected("not_checked")]),
        chain=(),
        issuer=None,
    ),
    "rfc9162-extension": Vector(
        "RFC 9162 transparency information beside good SCTs: seen, not judged",
        all_valid(A, C),
        host="rfc9162.example",
        issue_options={"rfc9162": True},
        facts={"has_rfc9162": True},
    ),
}

ALL = {**GOOD, **SIGNATURE, **LOG, **EXTENSIONS, **FORMAT, **TLS, **OCSP, **ISSUERS}
