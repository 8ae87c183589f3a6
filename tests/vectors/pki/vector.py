# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Every vector: its name, its one reason, its evidence, and what must be said of each SCT."""

import dataclasses
import datetime
import typing

import authority
import keys
import logs
import sct
from sct import Sct

NOW = "2026-11-01T00:00:00Z"
DRIFT_MS = 300_000
ROOT = authority.Authority("Test root", "ca-root")
ISSUER = authority.Authority("Test issuing CA 1", "ca-issuer", ROOT)
# The same name with another key, as after a renewal, or by malice.
IMPOSTOR = authority.Authority("Test issuing CA 1", "ca-impostor", ROOT)
STRANGER = authority.Authority("Test issuing CA 2", "ca-stranger", ROOT)
EC_LEAF = keys.load("leaf-ec")
RSA_LEAF = keys.load("leaf-rsa", "rsa")


def ms(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp() * 1000)


STAMP = ms("2026-10-01T01:00:00Z")


def good(log=logs.AMBER, **fields):
    """An SCT of that log with nothing wrong but what `fields` do to it."""
    order = (logs.LISTED + [logs.IVY, logs.HAZEL]).index(log)
    fields.setdefault("time_ms", STAMP + 1000 * order + 111)
    if log.static and "extensions" not in fields:
        fields.setdefault("index", 1_000_000 + order)
    return Sct(log, **fields)


@dataclasses.dataclass
class Expected:
    """One line of expect.json; `of` is None where nothing of the SCT is promised."""

    status: str
    of: typing.Optional[Sct] = None
    error: typing.Optional[str] = None
    index: typing.Optional[int] = None
    outside_interval: bool = False

    def encode(self, source):
        line = {"source": source, "status": self.status}
        if self.error:
            line["error"] = self.error
        if self.of:
            line["log_id"] = self.of.log.id_base64
            line["timestamp_ms"] = self.of.time_ms
            index = self.of.index if self.of.extensions is None else self.index
            if index is not None:
                line["leaf_index"] = index
        if self.outside_interval:
            line["outside_interval"] = True
        return line


def valid(of, **more):
    return Expected("valid", of, **more)


def bad(of):
    return Expected("bad_signature", of)


def malformed(error=None):
    return Expected("malformed", error=error)


@dataclasses.dataclass
class Channel:
    """The SCTs of one source. `pack` makes the list of the encoded items, if not as it should be."""

    scts: list
    expected: list
    pack: typing.Callable = sct.encode_list
    wrong_entry: typing.Optional[str] = None  # what the logs sign instead: "poisoned", "x509", "precert"

    def encode(self, entry):
        return self.pack([item.encode(entry) for item in self.scts])


def all_valid(*scts, **more):
    return Channel(list(scts), [valid(one) for one in scts], **more)


@dataclasses.dataclass
class Vector:
    reason: str
    embedded: typing.Optional[Channel] = None
    tls: typing.Optional[Channel] = None
    ocsp: typing.Optional[typing.Callable] = None  # makes (response, expected lines)
    leaf_key: typing.Any = None
    host: str = "leaf.example"
    chain: tuple = (ISSUER,)
    issuer: typing.Optional[int] = 1
    issue_options: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)  # of the report as a whole

    def _embedded_list(self, precert_entry, poisoned_tbs):
        wrong = {
            "poisoned": lambda: sct.precert_entry(ISSUER.spki, poisoned_tbs),
            "x509": lambda: sct.x509_entry(poisoned_tbs),
        }
        entry = wrong.get(self.embedded.wrong_entry, lambda: precert_entry)()
        return self.embedded.encode(entry)

    def leaf(self):
        return ISSUER.issue(
            self.host,
            self.leaf_key or EC_LEAF,
            self._embedded_list if self.embedded else None,
            **self.issue_options,
        )

    def files(self):
        """The vector's files by name; expect.json as a Python value."""
        leaf = self.leaf()
        lines = [line.encode("embedded") for line in (self.embedded.expected if self.embedded else [])]
        out = {"chain.pem": authority.pem(leaf, *(ca.certificate for ca in self.chain))}
        if self.tls:
            entry = sct.x509_entry(leaf)
            if self.tls.wrong_entry == "precert":
                _, tbs = authority.sign_certificate(
                    ISSUER.leaf_builder(self.host, self.leaf_key or EC_LEAF), ISSUER.key
                )
                entry = sct.precert_entry(ISSUER.spki, tbs)
            out["tls.sctlist"] = self.tls.encode(entry)
            lines += [line.encode("tls") for line in self.tls.expected]
        if self.ocsp:
            out["ocsp.der"], expected = self.ocsp(self, leaf)
            lines += [line.encode("ocsp") for line in expected]
        out["expect.json"] = {
            "reason": self.reason,
            "now": NOW,
            "issuer": self.issuer,
            **self.facts,
            "scts": lines,
        }
        return out


def flip_last_bit(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def example_chains():
    """What examples/chains holds: the name, the leaf's SCTs."""
    return {
        "compliant": all_valid(good(logs.AMBER), good(logs.CEDAR)),
        "not-compliant": Channel(
            [
                good(logs.AMBER),
                good(logs.AMBER_B),
                good(logs.BIRCH, mutate_signature=flip_last_bit),
            ],
            [],
        ),
    }
