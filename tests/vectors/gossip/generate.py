# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Writes the vectors of gossip: one body in each dialect of the drafts, and one for each mistake.

    python3 tests/vectors/gossip/generate.py [--check]

Needs nothing but Python. Heads are real ones, signed by logs that are gone; chains and SCTs are those of
tests/vectors/verify. --check writes nothing and fails if a file differs or is left over.
"""

import base64
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERIFY = HERE.parent / "verify"

# Signed by Google's Aviator log in 2015, by Comodo's Mammoth log in 2017.
AVIATOR = "aPaY+B9kgr46jO65KB1M/HFRXWeT1ETRCmesu09P+8Q="
MAMMOTH = "b1N2rDHwMRnYmQCkURX/dxUcEdkCwQApBo2yCJo32RM="
HEADS = [
    (8285192, 1441360035224, "5g2CdT06dF6YcEDPYO50jQWqRvnGwi5BcgGYY10e3+I=",
     "BAMASDBGAiEAnGFvHwZJsSMkj7nd+Hshd9lOcWQvi1HIA2t1D47I1W4CIQCGu7+aVm0y/hxWGk+HcFIqoA9DptQkdxUdgIrdq5LRQw=="),
    (8285157, 1441356438793, "A9YRqKNRutdXq3ADPeRxJrqAZv24w4bACrM9IBKK/io=",
     "BAMARzBFAiEAxFSIDea57BRpB+RQxwd2/gzEieOXZx2Hvu7/0L0Oo7wCICH4hte0sPI6G5IGYJbL0lDTMjnGC7NmUOIQRBrm07vM"),
    (8285124, 1441352904860, "gIvD8vwCqzvI/cCM3vT5l5VBXbyeGXOgU1eymOHy2S0=",
     "BAMARjBEAiAwV+gwZQVJxPDrVLc32QiWnu44Mw4wT3oK8AkyuihU/AIgb/qc3UPgZDSx+C9nadKCCsgrQ285Hm5HnngtfY7ph18="),
]
MAMMOTH_HEAD = (116, 1490930622752, "ERr8mSs7l1Ohtb2xrqWVYfkbdfJUBNqUdCaGtNSOaUA=",
                "BAMARjBEAiB0Kht6TA2bcjwY7KlCBWdRboqknqZM0K9lSjegICphgAIgBUZjzhGY055hqoOtMZ55NZEoNb9k3/cgULSRKN3VPQY=")
NOON_2015 = 1441368000000
NOON_2017 = 1490961600000
DAY = 86400000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# A TransItem of RFC 9162 to pass over: signed_tree_head(0x0104), empty.
TRANS_ITEM = base64.b64encode(bytes([1, 4, 0, 0])).decode()


def b64(data):
    return base64.b64encode(data).decode()


def get_sth(head):
    names = ("tree_size", "timestamp", "sha256_root_hash", "tree_head_signature")
    return dict(zip(names, head))


def full(head, log_id=AVIATOR, **changes):
    return {"sth_version": 0, **get_sth(head), "log_id": log_id, **changes}


def der_integer(value):
    data = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes([2, len(data)]) + data


def twin(head):
    """The same head with the other signature that verifies: (r, n - s)."""
    data = base64.b64decode(head[3])
    r_len = data[7]
    r = int.from_bytes(data[8:8 + r_len], "big")
    s = int.from_bytes(data[10 + r_len:], "big")
    numbers = der_integer(r) + der_integer(P256_ORDER - s)
    signature = bytes([0x30, len(numbers)]) + numbers
    return (*head[:3], b64(bytes([4, 3, 0, len(signature)]) + signature))


def chain_of(name):
    text = (VERIFY / name / "chain.pem").read_text()
    return re.findall(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", text, re.DOTALL)


def der(pem):
    return "".join(pem.split("\n")[1:-2])


def scts_of(name):
    data = (VERIFY / name / "tls.sctlist").read_bytes()[2:]
    out = []
    while data:
        size = int.from_bytes(data[:2], "big")
        out.append(data[2:2 + size])
        data = data[2 + size:]
    return out


def sct_list(scts):
    items = b"".join(len(sct).to_bytes(2, "big") + sct for sct in scts)
    return len(items).to_bytes(2, "big") + items


def sct_object(sct):
    len_ext = int.from_bytes(sct[41:43], "big")
    return {
        "sct_version": sct[0],
        "log_id": b64(sct[1:33]),
        "timestamp": int.from_bytes(sct[33:41], "big"),
        "extensions": b64(sct[43:43 + len_ext]),
        "signature": b64(sct[43 + len_ext:]),
    }


GOOD = {"now_ms": NOON_2015, "heads": ["good", "good", "good"]}


def heads(reason, body, **expect):
    return "heads", reason, body, expect


def head_vectors():
    all_full = [full(head) for head in HEADS]
    yield "heads-sths", heads("what is deployed", {"sths": all_full}, dialect="sths", **GOOD)
    yield "heads-sth-gossip", heads("CT1", {"sth_gossip": all_full}, dialect="sth_gossip", **GOOD)
    yield "heads-v1-without-log-id", heads(
        "I5, whose heads name no log", {"v1": [get_sth(head) for head in HEADS]}, dialect="versioned", **GOOD)
    yield "heads-v1-with-log-id", heads(
        "I5, and our members more", {"v1": all_full}, dialect="versioned", **GOOD)
    yield "heads-v2-is-skipped", heads(
        "RFC 9162 beside v1", {"v1": all_full, "v2": [{"sth": TRANS_ITEM}] * 2}, dialect="versioned",
        skips={"unsupported_version": 2}, **GOOD)
    yield "heads-only-v2", heads(
        "RFC 9162 alone", {"v2": [{"sth": TRANS_ITEM}]}, dialect="versioned", heads=[],
        skips={"unsupported_version": 1}, now_ms=NOON_2015)
    yield "heads-trans-items", heads(
        "I1's heads in base64", {"sths": [TRANS_ITEM, all_full[0]]}, dialect="sths", heads=["good"],
        skips={"unsupported_version": 1}, now_ms=NOON_2015)
    yield "heads-escaped-slashes", heads(
        "what Transparensbee got: a slash in base64 is escaped",
        json.dumps({"sths": [full(MAMMOTH_HEAD, MAMMOTH)]}).replace("/", "\\/"), dialect="sths",
        heads=["good"], now_ms=NOON_2017)
    yield "heads-unknown-members", heads(
        "members that nobody knows", {"note": {"sths": 1}, "sths": [full(HEADS[0], more=[None])]},
        dialect="sths", heads=["good"], now_ms=NOON_2015)
    yield "heads-null", heads("an empty list as Go writes it", {"sths": None}, dialect="sths", heads=[],
                              now_ms=NOON_2015)
    yield "heads-unknown-log", heads(
        "a log_id of no log", {"sths": [full(HEADS[0], "BLAHBLAHBLAHBLAHBLAHBLAHBLAHBLAHBLAHBLAHBLA="), all_full[1]]},
        dialect="sths", heads=["unknown_log", "good"], now_ms=NOON_2015)
    yield "heads-other-log", heads(
        "a head under the log_id of another log", {"sths": [full(HEADS[0], MAMMOTH)]}, dialect="sths",
        heads=["bad_signature"], now_ms=NOON_2015)
    yield "heads-other-size", heads(
        "a size that was not signed", {"sths": [full(HEADS[0], tree_size=8285193)]}, dialect="sths",
        heads=["bad_signature"], now_ms=NOON_2015)
    yield "heads-other-size-without-log-id", heads(
        "the same, tried with every key", {"v1": [{**get_sth(HEADS[0]), "tree_size": 8285193}]},
        dialect="versioned", heads=["unknown_log"], now_ms=NOON_2015)
    yield "heads-twice", heads(
        "one head twice", {"sths": [all_full[0], all_full[0]]}, dialect="sths", heads=["good", "known"],
        now_ms=NOON_2015)
    yield "heads-twin-signature", heads(
        "one head with both its signatures", {"sths": [all_full[2], full(twin(HEADS[2]))]}, dialect="sths",
        heads=["good", "known"], now_ms=NOON_2015)
    yield "heads-14-days-old", heads(
        "as old as may be", {"sths": [all_full[0]]}, dialect="sths", heads=["good"], now_ms=HEADS[0][1] + 14 * DAY)
    yield "heads-stale", heads(
        "a millisecond older", {"sths": [all_full[0]]}, dialect="sths", heads=["stale"],
        now_ms=HEADS[0][1] + 14 * DAY + 1)
    yield "heads-ahead-within-drift", heads(
        "five minutes ahead", {"sths": [all_full[0]]}, dialect="sths", heads=["good"], now_ms=HEADS[0][1] - 300000)
    yield "heads-in-future", heads(
        "a millisecond more", {"sths": [all_full[0]]}, dialect="sths", heads=["in_future"],
        now_ms=HEADS[0][1] - 300001)
    for name, change, code in [
            ("negative-size", {"tree_size": -1}, "bad_encoding"),
            ("size-beyond-2-63", {"tree_size": 2**63 + 1}, "out_of_range"),
            ("size-as-text", {"tree_size": "8285192"}, "bad_encoding"),
            ("fraction-of-time", {"timestamp": 0.5}, "bad_encoding"),
            ("short-root", {"sha256_root_hash": "AAAA"}, "bad_length"),
            ("base64-with-stray-bits", {"tree_head_signature": HEADS[0][3][:-3] + "X=="}, "bad_encoding"),
            ("base64-without-padding", {"tree_head_signature": HEADS[0][3][:-2]}, "bad_encoding"),
            ("signature-cut", {"tree_head_signature": b64(base64.b64decode(HEADS[0][3])[:-1])}, "truncated"),
            ("short-log-id", {"log_id": "AAAA"}, "bad_length"),
            ("log-id-null", {"log_id": None}, "bad_encoding"),
            ("version-1", {"sth_version": 1}, "unsupported_version"),
            ("version-as-text", {"sth_version": "0"}, "bad_encoding")]:
        yield "heads-" + name, heads(
            "one bad head beside a good one", {"sths": [full(HEADS[0], **change), all_full[1]]},
            dialect="sths", heads=["good"], skips={code: 1}, now_ms=NOON_2015)
    yield "heads-not-json", heads("not JSON", "{\"sths\":[", error="bad_encoding")
    yield "heads-number-beyond-2-64", heads("JSON that we refuse", {"sths": [{"tree_size": 2**64}]}, error="bad_encoding")
    yield "heads-member-twice", heads("JSON that means two things", "{\"sths\":[],\"sths\":[]}", error="duplicate")
    yield "heads-array", heads("no object", [], error="bad_encoding")
    yield "heads-no-member", heads("an object of something else", {"sth": []}, error="missing")
    yield "heads-not-a-list", heads("a head in the place of a list", {"sths": all_full[0]}, error="missing")


def feedback(reason, body, **expect):
    return "feedback", reason, body, expect


def entries(*scts):
    return [{"status": "checked", "scts": list(scts)}]


def feedback_vectors():
    pem = chain_of("tls-good")
    chain = [der(one) for one in pem]
    scts = scts_of("tls-good")
    texts = [b64(sct) for sct in scts]
    two = entries("valid", "valid")
    yield "feedback-ct0", feedback(
        "CT0: one SCT each", {"entry": [{"sct": text, "x509_chain": chain} for text in texts]}, dialect="entry",
        entries=entries("valid") + entries("valid"))
    yield "feedback-ct0-without-chain", feedback(
        "CT0 may leave the chain out", {"entry": [{"sct": texts[0], "x509_chain": []}, {"sct": texts[0]}]},
        dialect="entry", entries=[{"status": "no_leaf", "scts": []}] * 2)
    yield "feedback-ct1", feedback(
        "CT1: SCTs by their members",
        {"sct_feedback": [{"x509_chain": chain, "sct_data": [sct_object(sct) for sct in scts]}]},
        dialect="sct_objects", entries=two)
    yield "feedback-i0", feedback(
        "CT2 to I1", {"sct_feedback": [{"x509_chain": chain, "sct_data": texts}]}, dialect="sct_feedback", entries=two)
    yield "feedback-i2", feedback("I2: an array", [{"x509_chain": chain, "sct_data": texts}], dialect="array", entries=two)
    yield "feedback-i3", feedback("I3: PEM", [{"x509_chain": pem, "sct_data": texts}], dialect="array_pem", entries=two)
    yield "feedback-i5", feedback(
        "I5: lists", [{"x509_chain": pem, "sct_data_v1": [b64(sct_list(scts))]}], dialect="array_versioned", entries=two)
    yield "feedback-i5-with-der", feedback(
        "I5 with base64 of DER", [{"x509_chain": chain, "sct_data_v1": [b64(sct_list(scts))]}],
        dialect="array_versioned", entries=two)
    yield "feedback-i5-with-v2", feedback(
        "I5 with RFC 9162", [{"x509_chain": pem, "sct_data_v1": [b64(sct_list(scts))], "sct_data_v2": [TRANS_ITEM] * 3}],
        dialect="array_versioned", entries=two, skips={"unsupported_version": 3})
    yield "feedback-only-v2", feedback(
        "I5 with nothing for us", [{"x509_chain": pem, "sct_data_v2": [TRANS_ITEM]}], dialect="array_versioned",
        entries=[], skips={"unsupported_version": 1})
    yield "feedback-list-in-i0", feedback(
        "a list where I0 has SCTs", {"sct_feedback": [{"x509_chain": chain, "sct_data": [b64(sct_list(scts))]}]},
        dialect="sct_feedback", entries=two)
    yield "feedback-short-list", feedback(
        "a list that begins with a zero byte, as an SCT does",
        {"sct_feedback": [{"x509_chain": chain, "sct_data": [b64(sct_list(scts[:1]))]}]}, dialect="sct_feedback",
        entries=entries("valid"))
    yield "feedback-scts-in-i5", feedback(
        "SCTs where I5 has lists", [{"x509_chain": pem, "sct_data_v1": texts}], dialect="array_versioned", entries=two)
    yield "feedback-chain-in-one-string", feedback(
        "PEM of a whole chain", [{"x509_chain": ["".join(pem)], "sct_data": texts}], dialect="array_pem", entries=two)
    yield "feedback-escaped-slashes", feedback(
        "a slash in base64 is escaped",
        json.dumps([{"x509_chain": chain, "sct_data": texts}]).replace("/", "\\/"), dialect="array", entries=two)
    yield "feedback-embedded", feedback(
        "SCTs that stand in the leaf",
        [{"x509_chain": chain_of("good-ec-leaf"), "sct_data": [b64(sct) for sct in embedded_scts("good-ec-leaf")]}],
        dialect="array_pem", entries=entries("valid", "valid", "valid"))
    yield "feedback-embedded-leaf-only", feedback(
        "the same without an issuer",
        [{"x509_chain": chain_of("good-ec-leaf")[:1], "sct_data": [b64(sct) for sct in embedded_scts("good-ec-leaf")]}],
        dialect="array_pem", entries=entries("not_checked", "not_checked", "not_checked"))
    flipped = scts[0][:40] + bytes([scts[0][40] ^ 1]) + scts[0][41:]
    yield "feedback-one-bad-signature", feedback(
        "an SCT with another time", [{"x509_chain": chain, "sct_data": [b64(flipped), texts[1]]}], dialect="array",
        entries=entries("bad_signature", "valid"))
    stranger = scts[0][:1] + bytes(32) + scts[0][33:]
    yield "feedback-unknown-log", feedback(
        "an SCT of no log", [{"x509_chain": chain, "sct_data": [b64(stranger)]}], dialect="array",
        entries=entries("unknown_log"))
    yield "feedback-twice", feedback(
        "one SCT twice, the second by another chain",
        [{"x509_chain": chain, "sct_data": texts[:1]}, {"x509_chain": chain[:1], "sct_data": texts[:1]}],
        dialect="array", entries=entries("valid") + entries("valid"), known=1)
    yield "feedback-other-name", feedback(
        "a certificate of another site", [{"x509_chain": chain, "sct_data": texts}], dialect="array",
        names=["other.example", "a.leaf.example", "example"], entries=[{"status": "not_ours", "scts": []}])
    yield "feedback-no-certificate", feedback(
        "a leaf that is none", [{"x509_chain": ["AAAA"], "sct_data": texts}], dialect="array",
        entries=[{"status": "no_leaf", "scts": []}])
    good = {"x509_chain": chain, "sct_data": texts[:1]}
    for name, bad, code in [
            ("no-chain", {"sct_data": texts}, "missing"),
            ("empty-chain", {"x509_chain": [], "sct_data": texts}, "bad_length"),
            ("chain-not-base64", {"x509_chain": ["?"], "sct_data": texts}, "bad_encoding"),
            ("chain-pem-cut", {"x509_chain": [pem[0][:200]], "sct_data": texts}, "truncated"),
            ("chain-not-a-list", {"x509_chain": chain[0], "sct_data": texts}, "bad_encoding"),
            ("no-scts", {"x509_chain": chain}, "missing"),
            ("sct-cut", {"x509_chain": chain, "sct_data": [b64(scts[0][:-1])]}, "truncated"),
            ("sct-trailing-byte", {"x509_chain": chain, "sct_data": [b64(scts[0] + b"\0")]}, "trailing_bytes"),
            ("sct-not-base64", {"x509_chain": chain, "sct_data": [7]}, "bad_encoding"),
            ("33-certificates", {"x509_chain": chain[:1] * 33, "sct_data": texts}, "too_large"),
            ("not-an-object", "x", "bad_encoding")]:
        yield "feedback-" + name, feedback(
            "one bad entry beside a good one", [bad, good], dialect="array", entries=entries("valid"), skips={code: 1})
    yield "feedback-not-json", feedback("not JSON", "[", error="bad_encoding")
    yield "feedback-number", feedback("neither object nor array", "7", error="bad_encoding")
    yield "feedback-no-member", feedback("an object of something else", {"sths": []}, error="missing")


def embedded_scts(name):
    """The SCT list is found by its object identifier: OCTET STRING { OCTET STRING { list } }."""
    data = base64.b64decode(der(chain_of(name)[0]))
    at = data.index(bytes.fromhex("060a2b06010401d679020402")) + 12
    for _ in range(2):
        assert data[at] == 4
        at += 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0)
    end = at + 2 + int.from_bytes(data[at:at + 2], "big")
    at += 2
    out = []
    while at < end:
        size = int.from_bytes(data[at:at + 2], "big")
        out.append(data[at + 2:at + 2 + size])
        at += 2 + size
    return out


def header(reason, lines, **expect):
    return "header", reason, "\n".join(lines) + "\n", expect


def item(head, log_id=AVIATOR, version="0", as_hex=True):
    name = base64.b64decode(log_id).hex() if as_hex else log_id
    return f"{version}:{name}:{b64(json.dumps({'sths': [full(head)]}).encode())}"


def header_vectors():
    good = {"now_ms": NOON_2015}
    yield "header-one", header("one message", [item(HEADS[0])], heads=["good"], **good)
    yield "header-two-lines", header("two lines", [item(HEADS[0]), item(HEADS[1])], heads=["good", "good"], **good)
    yield "header-list", header(
        "a list in one line, with blanks and nothing", [f" {item(HEADS[0])} ,\t, {item(HEADS[1])},"],
        heads=["good", "good"], **good)
    yield "header-base64-log-id", header("the id in base64", [item(HEADS[0], as_hex=False)], heads=["good"], **good)
    yield "header-upper-case", header(
        "the id in capitals", [f"0:{base64.b64decode(AVIATOR).hex().upper()}:{item(HEADS[0]).split(':')[2]}"],
        heads=["good"], **good)
    yield "header-without-own-log-id", header(
        "a head that leaves the log to the header",
        [f"0:{base64.b64decode(AVIATOR).hex()}:{b64(json.dumps({'v1': [get_sth(HEADS[0])]}).encode())}"],
        heads=["good"], **good)
    yield "header-version-1", header(
        "a later version", [item(HEADS[0], version="1"), item(HEADS[1])], heads=["good"],
        skips={"unsupported_version": 1}, **good)
    yield "header-other-log", header(
        "a head of another log than the header says", [item(HEADS[0], MAMMOTH), item(HEADS[1])], heads=["good"],
        skips={"mismatch": 1}, **good)
    yield "header-broken-base64", header(
        "data cut by a character", [item(HEADS[0])[:-1], item(HEADS[1])], heads=["good"], skips={"bad_encoding": 1}, **good)
    yield "header-two-fields", header("no data", ["0:00"], heads=[], skips={"truncated": 1}, **good)
    yield "header-short-id", header("an id of three bytes", ["0:AAAA:AAAA"], heads=[], skips={"bad_length": 1}, **good)
    yield "header-not-json", header(
        "data that is no message", [f"0:{'00' * 32}:AAAA"], heads=[], skips={"bad_encoding": 1}, **good)
    sct = scts_of("tls-good")[0]
    entry = {"entry": [{"sct": b64(sct), "x509_chain": [der(chain_of("tls-good")[0])]}]}
    data = b64(json.dumps(entry).encode())
    yield "header-sct", header("an SCT, as CT0 has it", [f"0:{sct[1:33].hex()}:{data}"], heads=[], num_scts=1, **good)
    yield "header-sct-of-other-log", header(
        "an SCT of another log than the header says", [f"0:{'00' * 32}:{data}"], heads=[], num_scts=0,
        skips={"mismatch": 1}, **good)
    line = item(HEADS[0])
    yield "header-8-kb", header("as long as may be", [line, "0" * (8192 - len(line))], heads=["good"],
                                skips={"truncated": 1}, **good)
    yield "header-too-long", header("a byte more", [line, "0" * (8193 - len(line))], error="too_large")


def auditor_vectors():
    chain = [der(one) for one in chain_of("tls-good")]
    entry = {"x509_chain": chain, "sct_data": [b64(sct) for sct in scts_of("tls-good")]}
    all_full = [full(head) for head in HEADS]
    yield "auditor-i2", ("auditor", "I2: two arrays", {"sct_feedback": [entry], "sths": all_full},
                         {"num_entries": 1, **GOOD})
    yield "auditor-i5", ("auditor", "I5: heads in an object", {"sct_feedback": [entry], "sths": {"v1": all_full}},
                         {"num_entries": 1, **GOOD})
    yield "auditor-i5-example", ("auditor", "I5's own example has heads as text",
                                 {"sct_feedback": [entry], "sths": [TRANS_ITEM]},
                                 {"num_entries": 1, "heads": [], "skips": {"unsupported_version": 1}, "now_ms": NOON_2015})
    yield "auditor-heads-only", ("auditor", "one of the two", {"sths": all_full}, {"num_entries": 0, **GOOD})
    yield "auditor-neither", ("auditor", "an object of something else", {"scts": []}, {"error": "missing"})


def files():
    out = {}
    for vectors in (head_vectors(), feedback_vectors(), header_vectors(), auditor_vectors()):
        for name, (kind, reason, body, expect) in vectors:
            text = body if isinstance(body, str) else json.dumps(body) + "\n"
            out[HERE / name / "body"] = text
            out[HERE / name / "expect.json"] = json.dumps({"reason": reason, "kind": kind, **expect}, indent=1) + "\n"
    return out


def main():
    wanted = files()
    if sys.argv[1:] == ["--check"]:
        found = [f"{path}: differs or is missing" for path, text in wanted.items()
                 if not path.exists() or path.read_text() != text]
        found += [f"{path}: is left over" for path in HERE.glob("*/*")
                  if path not in wanted and path.parent.name != "__pycache__"]
        print("\n".join(found) or f"{len(wanted)} files are as generated")
        return 1 if found else 0
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
