# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The test logs and the lists that name them."""

import base64
import dataclasses
import json
import typing

import keys

LIST_TIME = "2026-10-15T00:00:00Z"
USABLE = ("usable", "2026-05-01T00:00:00Z")
HALF_2026 = ("2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z")
HALF_2027 = ("2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z")


@dataclasses.dataclass
class Log:
    name: str
    operator: str
    state: typing.Optional[tuple] = USABLE
    interval: tuple = HALF_2026
    static: bool = False
    rsa: bool = False

    @property
    def key(self):
        return keys.load(f"log-{self.name}", "rsa" if self.rsa else "ec")

    @property
    def id_base64(self):
        return base64.b64encode(keys.log_id(self.key)).decode()

    def entry(self):
        host = f"{self.name}.log.example"
        entry = {
            "description": f"Tattle test log '{self.name}'",
            "log_id": self.id_base64,
            "key": base64.b64encode(keys.spki(self.key)).decode(),
            "mmd": 60 if self.static else 86400,
        }
        if self.static:
            entry["submission_url"] = f"https://{host}/submit/"
            entry["monitoring_url"] = f"https://{host}/tiles/"
        else:
            entry["url"] = f"https://{host}/"
        if self.state:
            entry["state"] = {self.state[0]: {"timestamp": self.state[1]}}
        entry["temporal_interval"] = {
            "start_inclusive": self.interval[0],
            "end_exclusive": self.interval[1],
        }
        return entry


AMBER = Log("amber2026h2", "Amber")
AMBER_B = Log("amber-b2026h2", "Amber")
BIRCH = Log("birch2026h2", "Birch", rsa=True)
CEDAR = Log("cedar2026h2", "Cedar", static=True)
DUNE = Log("dune2026h2", "Dune", state=("retired", "2026-09-01T00:00:00Z"))
ELDER = Log("elder", "Elder", state=None)
FIR = Log("fir2026h2", "Fir", state=("rejected", "2026-08-01T00:00:00Z"))
GALE = Log("gale2027h1", "Gale", interval=HALF_2027)
IVY = Log("ivy2026h2", "Ivy")  # denied, and in no operator's list
JUNIPER = Log("juniper2026h2", "Juniper")  # denied, though a list calls it usable
HAZEL = Log("hazel2026h2", "Hazel")  # in no list at all

LISTED = [AMBER, AMBER_B, BIRCH, CEDAR, DUNE, ELDER, FIR, GALE, JUNIPER]
DENIED = [IVY, JUNIPER]
EXAMPLE = [AMBER, AMBER_B, BIRCH, CEDAR]


def encode_list(logs, denied=()):
    """A log list in the v3 schema, with the `denied_logs` of Tattle's own lists."""
    operators = {}
    for log in logs:
        operator = operators.setdefault(
            log.operator, {"name": log.operator, "email": [], "logs": [], "tiled_logs": []}
        )
        operator["tiled_logs" if log.static else "logs"].append(log.entry())
    content = {
        "version": "1.0",
        "log_list_timestamp": LIST_TIME,
        "operators": list(operators.values()),
    }
    if denied:
        content["denied_logs"] = [
            {
                "log_id": log.id_base64,
                "key": base64.b64encode(keys.spki(log.key)).decode(),
                "reason": "test key: the private half is in the repository",
            }
            for log in denied
        ]
    return json.dumps(content, indent=1) + "\n"
