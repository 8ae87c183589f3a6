#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Tests `tattle pool` from outside: pool_cli_test.py TATTLE [unittest arguments].

The log's key and signatures are made by the openssl command.
"""

import base64
import hashlib
import json
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

TATTLE = None
T0 = 1790000000000
EVIDENCE = pathlib.Path(__file__).resolve().parents[2] / "fuzz" / "corpus" / "evidence"


def b64(data):
    return base64.b64encode(data).decode()


class Log:
    """A log with a key of its own, and a list that has it."""

    def __init__(self, folder):
        self.folder = folder
        self.key = folder / "key.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                        self.key], check=True)
        spki = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"],
                              check=True, stdout=subprocess.PIPE).stdout
        self.log_id = hashlib.sha256(spki).digest()
        self.list = folder / "list.json"
        self.list.write_text(json.dumps({
            "version": "1", "log_list_timestamp": time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime()),
            "operators": [{"name": "op", "email": [], "logs": [{
                "description": "the log", "log_id": b64(self.log_id), "key": b64(spki),
                "url": "https://log.example/", "mmd": 86400,
                "state": {"usable": {"timestamp": "2020-01-01T00:00:00Z"}}}]}]}))

    def head(self, size, root=1, seen=T0):
        root_hash = bytes([root]) * 32
        message = self.folder / "message"
        message.write_bytes(b"\0\1" + struct.pack(">QQ", T0 + size, size) + root_hash)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key, message],
                                   check=True, stdout=subprocess.PIPE).stdout
        signed = b"\4\3" + struct.pack(">H", len(signature)) + signature
        return json.dumps({
            "type": "head", "log_id": b64(self.log_id), "tree_size": size, "timestamp": T0 + size,
            "sha256_root_hash": b64(root_hash), "tree_head_signature": b64(signed),
            "source": "log", "state": "linked", "seen": seen}, separators=(",", ":"))


class PoolTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.log = Log(self.folder)
        self.pool = self.folder / "pool.db"

    def run_tattle(self, *args, want=0, text="", env=None):
        result = subprocess.run(
            [TATTLE, "pool", *map(str, args)], input=text, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, timeout=60,
            env={"PATH": os.environ["PATH"], "TATTLE_LOG_LIST": str(self.log.list), **(env or {})})
        self.assertEqual(result.returncode, want, result.stdout + result.stderr)
        return result

    def test_imports_evidence_that_holds_once(self):
        files = [EVIDENCE / name for name in ("split_view", "not_merged", "rollback")]
        env = self.list_of_the_accused(files[0])
        args = ("import", *files, "--create", "--json", "--pool", self.pool)
        self.assertEqual(json.loads(self.run_tattle(*args, env=env).stdout),
                         {"added": 3, "known": 0, "refused": {}, "splits": 0})
        self.assertEqual(json.loads(self.run_tattle(*args, env=env).stdout),
                         {"added": 0, "known": 3, "refused": {}, "splits": 0})
        kept = [json.loads(line) for line in self.run_tattle(
            "list", "evidence", "--json", "--pool", self.pool, env=env).stdout.splitlines()]
        self.assertEqual([(line["kind"], line["conclusive"]) for line in kept],
                         [("split_view", True), ("not_merged", True), ("rollback", False)])
        self.assertEqual([line["claim"] for line in kept], [file.read_text() for file in files])
        # What a pool exports another takes, be it lines or files, in any form of white space.
        exported = self.run_tattle("export", "--pool", self.pool).stdout
        indented = json.dumps(json.loads(files[0].read_text()), indent=2)
        mixed = exported + files[1].read_text() + indented + "\n" + exported
        other = self.run_tattle("import", "-", "--create", "--json", "--pool",
                                self.folder / "other", text=mixed, env=env)
        self.assertEqual(json.loads(other.stdout), {"added": 3, "known": 5, "refused": {}, "splits": 0})

    def test_refuses_evidence_that_does_not_hold(self):
        split = (EVIDENCE / "split_view").read_text()
        forged = json.loads(split)
        forged["heads"][0]["timestamp"] += 1
        more = json.loads(split) | {"more": 1}
        env = self.list_of_the_accused(EVIDENCE / "split_view")
        counts = self.run_tattle("import", "-", "--create", "--json", "--pool", self.pool, env=env,
                                 text=f"{json.dumps(forged)}\n{json.dumps(more)}\n{split}", want=1)
        self.assertEqual(json.loads(counts.stdout), {
            "added": 1, "known": 0, "refused": {"bad_evidence": 1, "malformed": 1}, "splits": 0})
        self.assertEqual(self.import_lines(split, want=1)["refused"], {"unknown_log": 1})

    def list_of_the_accused(self, file):
        """The environment with a list that has the log against which the evidence is."""
        log = json.loads(file.read_text())["log"]
        listed = json.loads(self.log.list.read_text())
        listed["operators"][0]["logs"][0] |= {
            "log_id": log["log_id"], "key": log["key"], "mmd": log["mmd"]}
        path = self.folder / "accused.json"
        path.write_text(json.dumps(listed))
        return {"TATTLE_LOG_LIST": str(path)}

    def import_lines(self, *lines, want=0, pool=None):
        result = self.run_tattle("import", "-", "--create", "--json", "--pool", pool or self.pool,
                                 text="".join(line + "\n" for line in lines), want=want)
        return json.loads(result.stdout)

    def test_carries_heads_from_one_pool_to_another(self):
        heads = [self.log.head(size) for size in (7, 9)]
        self.assertEqual(self.import_lines(*heads),
                         {"added": 2, "known": 0, "refused": {}, "splits": 0})
        exported = self.run_tattle("export", "--pool", self.pool).stdout.splitlines()
        self.assertEqual([json.loads(line)["tree_size"] for line in exported], [7, 9])
        self.assertEqual({json.loads(line)["state"] for line in exported}, {"unlinked"})
        other = self.folder / "other.db"
        self.assertEqual(self.import_lines(*exported, pool=other)["added"], 2)
        self.assertEqual(self.import_lines(*exported, pool=other)["known"], 2)
        again = self.run_tattle("export", "--pool", other).stdout.splitlines()
        self.assertEqual(again, [line.replace('"log"', '"import"') for line in exported])

    def test_the_last_line_may_lack_its_end(self):
        self.run_tattle("import", "-", "--create", "--pool", self.pool, text=self.log.head(7))
        self.assertEqual(len(self.run_tattle("export", "--pool", self.pool).stdout.splitlines()), 1)

    def test_says_what_it_refused_and_keeps_the_rest(self):
        forged = self.log.head(7).replace('"tree_size":7', '"tree_size":8')
        lines = ("rubbish", forged, self.log.head(9), "x" * (17 << 20), "", self.log.head(11))
        counts = self.import_lines(*lines, want=1)
        self.assertEqual(counts, {"added": 2, "known": 0, "splits": 0,
                                  "refused": {"malformed": 2, "bad_signature": 1}})
        # Each is named by its line, also behind a piece of evidence that has many.
        evidence = json.dumps(json.loads((EVIDENCE / "split_view").read_text()), indent=2)
        file = self.folder / "lines"
        file.write_text("\n".join((*lines, evidence, "more rubbish")))
        told = self.run_tattle("import", file, "--pool", self.pool, want=1).stderr
        last = 7 + len(evidence.splitlines())
        malformed = "refused: it is neither a line of a pool nor evidence, or it is cut off"
        self.assertEqual(told.splitlines(), [
            f"tattle: {file}:1: {malformed}",
            f"tattle: {file}:2: refused: its log did not sign it",
            f"tattle: {file}:4: {malformed}",
            f"tattle: {file}:7: refused: the log list does not have its log: name one that has it "
            "with --log-list",
            f"tattle: {file}:{last}: {malformed}"])

    def test_does_not_flood_a_terminal(self):
        told = self.run_tattle("import", "-", "--create", "--pool", self.pool,
                               text="rubbish\n" * 3000, want=1)
        self.assertEqual(len(told.stderr.splitlines()), 101)
        self.assertIn("more refusals are only counted", told.stderr)
        self.assertIn("3000 refused", told.stdout)

    def test_says_loudly_that_a_log_shows_two_trees(self):
        self.import_lines(self.log.head(7), self.log.head(9))
        file = self.folder / "lines"
        file.write_text("\n".join((self.log.head(8), self.log.head(9, root=2))))
        done = self.run_tattle("import", file, "--pool", self.pool, want=1)
        self.assertRegex(done.stderr, f"^tattle: {file}:2: SPLIT VIEW: the log \"the log\" signed "
                                      "two different trees of 9 entries")
        self.assertIn("SPLIT VIEW: 1 of the heads disagree", done.stdout)
        (found,) = [json.loads(line) for line in self.run_tattle(
            "list", "evidence", "--json", "--pool", self.pool).stdout.splitlines()]
        self.assertEqual((found["kind"], found["conclusive"]), ("split_view", True))
        self.assertEqual(json.loads(found["claim"])["log"]["log_id"], b64(self.log.log_id))
        # It is as loud the second time, and where both come in one file.
        self.assertEqual(self.import_lines(self.log.head(9, root=2), want=1),
                         {"added": 0, "known": 1, "refused": {}, "splits": 1})
        both = self.import_lines(self.log.head(5), self.log.head(5, root=2), want=1,
                                 pool=self.folder / "other")
        self.assertEqual(both["splits"], 1)

    def test_says_why_a_file_or_pool_cannot_be_read(self):
        for path, why in ((self.folder / "nosuch", "cannot be read (No such file or directory)"),
                          (self.folder, "is a folder: name a file in it")):
            done = self.run_tattle("import", path, "--create", "--pool", self.pool, want=2)
            self.assertIn(f"tattle: {path} {why}", done.stderr)
        for args in (("--pool", self.folder / "none"), ()):
            done = self.run_tattle("import", "-", *args, want=2,
                                   env={"XDG_STATE_HOME": str(self.folder)})
            self.assertIn("there is no such file: make it with --create", done.stderr)

    def test_lists_counts_and_checks(self):
        self.import_lines(self.log.head(7), self.log.head(9))
        table = self.run_tattle("list", "heads", "--pool", self.pool).stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn("the log", table[1])
        one = self.run_tattle("list", "heads", "--limit", "1", "--pool", self.pool)
        self.assertEqual(len(one.stdout.splitlines()), 2)
        self.assertIn("only the first 1", one.stderr)
        none = self.run_tattle("list", "heads", "--state", "linked", "--json", "--pool", self.pool)
        self.assertEqual(none.stdout, "")
        for what in ("scts", "evidence", "peers"):
            self.run_tattle("list", what, "--pool", self.pool)
            self.run_tattle("list", what, "--json", "--pool", self.pool)
        stats = json.loads(self.run_tattle("stats", "--json", "--pool", self.pool).stdout)
        self.assertEqual(stats["logs"][0]["unlinked"], 2)
        self.assertIn("the log", self.run_tattle("stats", "--pool", self.pool).stdout)
        check = json.loads(self.run_tattle("check", "--json", "--pool", self.pool).stdout)
        self.assertEqual(check, {"sound": True, "heads_verified": 2, "heads_of_unknown_logs": 0,
                                 "faults": []})

    def test_lists_of_one_log_and_in_one_state(self):
        self.import_lines(self.log.head(7), self.log.head(9))
        for name in ("the log", "LOG", b64(self.log.log_id), "https://log.example/"):
            heads = self.run_tattle("list", "heads", "--log", name, "--json", "--pool", self.pool)
            self.assertEqual(len(heads.stdout.splitlines()), 2)
        # A log that only the pool has is known by its id.
        other = self.list_of_the_accused(EVIDENCE / "split_view")
        heads = self.run_tattle("list", "heads", "--log", b64(self.log.log_id), "--json", "--pool",
                                self.pool, env=other)
        self.assertEqual(len(heads.stdout.splitlines()), 2)
        cases = ((("heads", "--log", "nosuch"), 'the pool has "the log"'),
                 (("heads", "--log", b64(bytes(32))), 'the pool has "the log"'),
                 (("heads", "--state", "bogus"), "use one of unlinked, linked, conflicting"),
                 (("scts", "--state", "linked"),
                  "use one of pending, included, not_included, skipped"),
                 (("evidence", "--state", "pending"), "use one of conclusive, indicative"),
                 (("peers", "--state", "linked"), "leave --log and --state out"),
                 (("peers", "--log", "the log"), "leave --log and --state out"))
        for args, why in cases:
            done = self.run_tattle("list", *args, "--pool", self.pool, want=2)
            self.assertEqual(done.stdout, "")
            self.assertTrue(done.stderr.startswith("tattle: "), done.stderr)
            self.assertIn(why, done.stderr)

    def test_check_finds_a_head_that_nobody_signed(self):
        self.import_lines(self.log.head(7))
        with sqlite3.connect(self.pool) as database:
            database.execute("UPDATE heads SET tree_size = 8")
        result = self.run_tattle("check", "--pool", self.pool, want=1)
        self.assertIn("its log did not sign it", result.stdout)

    def test_prunes(self):
        self.import_lines(self.log.head(7))
        left = self.run_tattle("prune", "--json", "--pool", self.pool,
                               "--time", "2026-09-30T00:00:00Z").stdout
        self.assertEqual(json.loads(left)["heads"], 0)
        gone = self.run_tattle("prune", "--json", "--pool", self.pool,
                               "--time", "2027-09-30T00:00:00Z").stdout
        self.assertEqual(json.loads(gone)["heads"], 1)

    def test_one_writer_at_a_time(self):
        self.import_lines(self.log.head(7))
        with subprocess.Popen([TATTLE, "pool", "import", "-", "--pool", self.pool],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env={"TATTLE_LOG_LIST": str(self.log.list)}) as writer:
            writer.stdin.write((self.log.head(9) + "\n").encode() * 3000)
            writer.stdin.flush()  # more than a batch: it has the pool open when it has read that
            busy = self.run_tattle("prune", "--pool", self.pool, want=2)
            self.assertIn("is writing it", busy.stderr)
            self.run_tattle("stats", "--pool", self.pool)
            writer.communicate()
        self.assertEqual(writer.returncode, 0)

    def test_finds_the_users_pool(self):
        home = self.folder / "state"
        (home / "tattle").mkdir(parents=True)
        env = {"XDG_STATE_HOME": str(home)}
        missing = self.run_tattle("stats", want=2, env=env)
        self.assertIn(f"{home}/tattle/pool: there is no such file", missing.stderr)
        self.import_lines(self.log.head(7), pool=home / "tattle" / "pool")
        self.run_tattle("stats", env=env)

    def test_leaves_other_files_alone(self):
        self.pool.write_text("hello")
        for verb in (["stats"], ["check"], ["export"], ["prune"], ["list", "heads"],
                     ["import", "-", "--create"]):
            result = self.run_tattle(*verb, "--pool", self.pool, want=2)
            self.assertIn("is not a pool", result.stderr)
        self.assertEqual(self.pool.read_text(), "hello")


if __name__ == "__main__":
    TATTLE = sys.argv.pop(1)
    unittest.main()
