#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Tests `tattle loglist` from outside: loglist_cli_test.py TATTLE [unittest arguments].

Keys and signatures of the tests are made by the openssl command, so that what one program signs
another verifies. Times come from the lists only: none is newer than 2021 or older than 2020.
"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TATTLE = None

KEYS = [
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMZ9Y8MDWIfH1dAVPsRMH7Dnx9JxsoTShgIe8Fk5MfTyqIpvYuMFfNiyL"
    "mSyYPZD08itfI0wtG0ld71tVLsP2VA==",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/OeulO18t+648SbMo8lf33fKs2CzETR3S4/vKdVv1Un3IcmOhN5Nk/VA"
    "aGbHMXeVTjsNkZT/iuUoCzOX99AgDA==",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhpWg3J9LKwkT/P/tw7TlSpK59S5xNvX1V3AJS1vOpUG/cH1rt1PjpjvqC"
    "AjJvid/9BGgCW3C/e/a1z0hZ1WWQw==",
]


def log_id(key):
    return base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode()


def log(number, **members):
    key = KEYS[number]
    return {
        "description": f"log {number}", "log_id": log_id(key), "key": key, "mmd": 86400,
        "url": f"https://{number}.example/",
        "state": {"usable": {"timestamp": "2020-01-01T00:00:00Z"}}, **members,
    }


def log_list(date, *logs, **members):
    content = {"version": "1", "operators": [{"name": "Op", "logs": list(logs)}], **members}
    if date:
        content["log_list_timestamp"] = date
    return json.dumps(content).encode()


def denied(number):
    return {"log_id": log_id(KEYS[number]), "key": KEYS[number], "reason": "its key is public"}


OLD = log_list("2020-06-01T00:00:00Z", log(0))
NEW = log_list("2021-06-01T00:00:00Z", log(0), log(1))


class LogListTest(unittest.TestCase):
    """Each test has a folder of its own, in which the command runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        return name

    def read(self, name):
        return (self.folder / name).read_bytes()

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)

    def make_key(self, name="key", algorithm=("EC", "-pkeyopt", "ec_paramgen_curve:P-256")):
        self.openssl("genpkey", "-algorithm", *algorithm, "-out", name)
        self.openssl("pkey", "-in", name, "-pubout", "-out", name + ".pem")

    def sign_by_openssl(self, name, key="key"):
        self.openssl("dgst", "-sha256", "-sign", key, "-out", name + ".sig", name)

    def run_tattle(self, *args, status=0, env=None):
        """Runs `tattle loglist ARGS`; checks the exit status, gives stdout and stderr."""
        environment = {k: v for k, v in os.environ.items() if k != "TATTLE_LOG_LIST"}
        environment.update(env or {})
        done = subprocess.run([TATTLE, "loglist", *args], cwd=self.folder, env=environment,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
                              check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, f"{args}\n{out}\n{err}")
        if status == 2:
            self.assertRegex(err, r"^tattle: ")
            self.assertNotIn("terminate called", err)
        return out, err

    def temporary_files(self):
        return [path.name for path in self.folder.iterdir() if ".json." in path.name
                and not path.name.endswith(".sig")]


class HelpTest(LogListTest):
    def test_every_verb_has_help_with_an_example(self):
        out, _ = self.run_tattle("--help")
        for verb in ("show", "verify", "convert", "diff", "sign", "update"):
            self.assertIn(verb, out)
            page, _ = self.run_tattle(verb, "--help")
            self.assertIn("Example", page)
            self.assertIn(f"tattle loglist {verb}", page)

    def test_a_mistake_on_the_command_line_is_status_2(self):
        for args in ((), ("frobnicate",), ("show", "--state", "good"), ("verify", "x"),
                     ("diff", "x"), ("convert", "x"), ("convert", "x", "--to", "xml")):
            self.run_tattle(*args, status=2)


class ShowTest(LogListTest):
    def test_shows_logs_and_filters_them(self):
        self.write("a.json", log_list(
            "2020-06-01T00:00:00Z", log(0, temporal_interval={
                "start_inclusive": "2020-01-01T00:00:00Z", "end_exclusive": "2021-01-01T00:00:00Z"}),
            log(1, state={"retired": {"timestamp": "2020-02-03T04:05:06Z"}}, log_type="test")))
        out, err = self.run_tattle("show", "a.json")
        self.assertRegex(out, r"(?m)^Op +log 0 +rfc6962 +prod +usable +2020-01-01 +2020-01-01 to 2021-01-01$")
        self.assertRegex(out, r"(?m)^Op +log 1 +rfc6962 +test +retired +2020-02-03T04:05:06Z +any time$")
        self.assertIn("older than 70 days", err)
        for args, shown in ((("--state", "retired"), "log 1"), (("--state", "usable,pending"), "log 0"),
                            (("--state", "retired", "--state", "pending"), "log 1")):
            out, _ = self.run_tattle("show", *args, "a.json")
            self.assertIn(shown, out)
            self.assertIn("2 logs, 1 of them shown", out)
        for args in (("--operator", "xyz"), ("--kind", "static-ct"), ("--state", "rejected")):
            out, _ = self.run_tattle("show", "a.json", *args)
            self.assertIn("2 logs, 0 of them shown", out)
        out, _ = self.run_tattle("show", "a.json", "--operator", "oP", "--kind", "rfc6962")
        self.assertNotIn("of them shown", out)
        named, _ = self.run_tattle("show", "--log-list", "a.json", "--kind", "rfc6962")
        self.assertEqual(named, out)
        self.run_tattle("show", "a.json", "--log-list", "a.json", status=2)

    def test_json_is_one_object_on_a_line(self):
        broken = log(1, log_id=log_id(KEYS[2]), description="a \"broken\" one")
        self.write("a.json", log_list("2020-06-01T00:00:00Z", log(0), broken,
                                      denied_logs=[denied(0)]))
        out, err = self.run_tattle("show", "a.json", "--json")
        self.assertEqual(err, "")
        self.assertEqual(out.count("\n"), 1)
        shown = json.loads(out)
        self.assertEqual(shown["origin"], "a.json")
        self.assertEqual(shown["timestamp"], "2020-06-01T00:00:00Z")
        self.assertIs(shown["stale"], True)
        self.assertEqual(len(shown["logs"]), 1)
        self.assertEqual(shown["logs"][0]["log"], "log 0")
        self.assertEqual(shown["logs"][0]["log_state"], "usable")
        self.assertIs(shown["logs"][0]["denied"], True)
        self.assertEqual(shown["skipped"], [{"log": "a \"broken\" one", "code": "mismatch",
                                             "reason": "log.log_id: does not match"}])
        self.assertIn(log_id(KEYS[0]), [entry["log_id"] for entry in shown["denied"]])

    def test_names_what_is_skipped(self):
        self.write("a.json", log_list(None, log(0), log(1, key="!", description="bad")))
        out, err = self.run_tattle("show", "a.json")
        self.assertIn("1 logs", out)
        self.assertIn("log \"bad\" is left out: log.key: not properly encoded", err)

    def test_prints_no_control_characters_of_a_list(self):
        self.write("a.json", log_list(None, log(0, description="\x1b[2Jx\u009by\nz")))
        out, _ = self.run_tattle("show", "a.json")
        self.assertIn("?[2Jx?y?z", out)

    def test_takes_the_list_from_the_environment_or_the_built_in_one(self):
        self.write("a.json", NEW)
        out, _ = self.run_tattle("show", env={"TATTLE_LOG_LIST": "a.json"})
        self.assertIn("log list: a.json", out)
        self.write("b.json", OLD)
        out, _ = self.run_tattle("show", "b.json", env={"TATTLE_LOG_LIST": "a.json"})
        self.assertIn("log list: b.json", out)
        if not os.path.exists("/var/lib/tattle/log_list.json"):
            for env in ({}, {"TATTLE_LOG_LIST": ""}):
                out, _ = self.run_tattle("show", env=env)
                self.assertIn("log list: built-in", out)
        _, err = self.run_tattle("show", status=2, env={"TATTLE_LOG_LIST": "none.json"})
        self.assertIn("none.json: cannot be read (No such file or directory)", err)
        self.assertIn("TATTLE_LOG_LIST", err)

    def test_built_in_denials_hold_in_every_list(self):
        self.write("a.json", OLD)
        out, _ = self.run_tattle("show", "a.json", "--json")
        self.assertIn("9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=",
                      [entry["log_id"] for entry in json.loads(out)["denied"]])

    def test_bad_files_get_one_clear_line(self):
        cases = {
            b"": "is no log list",
            b"-----BEGIN CERTIFICATE-----\n": "is no log list",
            b"\x00\xff\x00": "is no log list",
            b"{": "not JSON",
            b"{}": "log_list.operators: missing",
            b'{"operators":[],"operators":[]}': "json.member: occurs twice",
            b'{"operators":[],"logs":[{}]}': "schema v1",
            b'{"operators":[],"log_list_timestamp":"x"}': "log_list.log_list_timestamp: not properly",
            b"enabled_logs = a\n[a\n": "line 2: ctlog.section: not properly encoded",
            b'{"operators":' + b"[" * 100 + b"]" * 100 + b"}": "nested deeper",
        }
        for content, message in cases.items():
            self.write("bad", content)
            _, err = self.run_tattle("show", "bad", status=2)
            self.assertIn(message, err)
            self.assertIn("bad", err)
            self.assertEqual(err.count("\n"), 1)
        _, err = self.run_tattle("show", ".", status=2)
        self.assertIn("is a folder", err)
        _, err = self.run_tattle("show", "/dev/zero", status=2)
        self.assertIn("larger than", err)

    def test_every_cut_of_a_list_is_status_2(self):
        for length in range(0, len(NEW), 31):
            self.write("cut.json", NEW[:length])
            self.run_tattle("show", "cut.json", status=2)


class ConvertTest(LogListTest):
    def test_to_ctlog_and_back(self):
        self.write("a.json", log_list("2020-06-01T00:00:00Z", log(0, description="It's # 1"),
                                      log(1, state={"retired": {}}), log(2), denied_logs=[denied(2)]))
        _, err = self.run_tattle("convert", "a.json", "--to", "ctlog", "-o", "c.cnf")
        self.assertIn("2 of 3 logs are left out", err)
        out, _ = self.run_tattle("convert", "c.cnf", "--to", "v3")
        again = json.loads(out)
        self.assertEqual(again["operators"][0]["name"], "Op")
        self.assertEqual(len(again["operators"][0]["logs"]), 1)
        self.assertEqual(again["operators"][0]["logs"][0]["description"], "It's # 1")
        self.assertEqual(list(again["operators"][0]["logs"][0]["state"]), ["usable"])

    def test_v3_says_the_same(self):
        self.write("a.json", NEW)
        self.run_tattle("convert", "a.json", "--to", "v3", "-o", "b.json")
        out, _ = self.run_tattle("diff", "a.json", "b.json")
        self.assertIn("no differences", out)

    def test_what_the_built_in_list_denies_is_no_difference(self):
        self.run_tattle("convert", "--to", "v3", "-o", "built-in.json")
        content = json.loads(self.read("built-in.json"))
        del content["denied_logs"]
        self.write("without.json", json.dumps(content).encode())
        self.run_tattle("diff", "built-in.json", "without.json")

    def test_an_output_that_cannot_be_written_is_status_2(self):
        self.write("a.json", NEW)
        _, err = self.run_tattle("convert", "a.json", "--to", "v3", "-o", "no/b.json", status=2)
        self.assertIn("No such file or directory", err)


class DiffTest(LogListTest):
    def test_same_lists_are_status_0(self):
        self.write("a.json", OLD)
        self.write("b.json", log_list("2020-07-01T00:00:00Z", log(0)))
        out, _ = self.run_tattle("diff", "a.json", "b.json")
        self.assertIn("no differences", out)

    def test_changes_are_named(self):
        self.write("a.json", log_list("2020-06-01T00:00:00Z", log(0), log(1), denied_logs=[denied(2)]))
        self.write("b.json", log_list("2020-07-01T00:00:00Z", log(2), log(
            1, state={"rejected": {"timestamp": "2020-06-30T00:00:00Z"}})))
        out, _ = self.run_tattle("diff", "a.json", "b.json", status=1)
        self.assertIn("- log 0 (Op): was usable since 2020-01-01T00:00:00Z\n", out)
        self.assertIn("+ log 2 (Op): usable since 2020-01-01T00:00:00Z\n", out)
        self.assertIn("~ log 1 (Op): state: usable since 2020-01-01T00:00:00Z -> "
                      "rejected since 2020-06-30T00:00:00Z\n", out)
        self.assertIn("! log 2 (Op): its key is NO LONGER denied", out)
        self.assertIn("4 differences\n", out)
        out, _ = self.run_tattle("diff", "a.json", "b.json", "--json", status=1)
        changes = json.loads(out)["changes"]
        self.assertEqual([change["change"] for change in changes],
                         ["removed", "added", "state", "no_longer_denied"])
        self.assertEqual(changes[2]["before"], "usable since 2020-01-01T00:00:00Z")

    def test_a_missing_list_is_status_2(self):
        self.write("a.json", OLD)
        self.run_tattle("diff", "a.json", "none.json", status=2)
        self.run_tattle("diff", "none.json", "a.json", status=2)


class SignatureTest(LogListTest):
    ALGORITHMS = (("EC", "-pkeyopt", "ec_paramgen_curve:P-256"), ("RSA",), ("ED25519",))

    def test_verifies_what_openssl_signs(self):
        self.write("a.json", OLD)
        for algorithm in self.ALGORITHMS[:2]:
            self.make_key(algorithm=algorithm)
            self.sign_by_openssl("a.json")
            out, _ = self.run_tattle("verify", "a.json", "--key", "key.pem")
            self.assertIn("signed by key.pem", out)

    def test_openssl_verifies_what_is_signed(self):
        self.write("a.json", OLD)
        for algorithm in self.ALGORITHMS:
            self.make_key(algorithm=algorithm)
            self.run_tattle("sign", "a.json", "--private-key", "key")
            self.run_tattle("verify", "a.json", "--key", "key.pem")
            if algorithm[0] == "ED25519":
                self.openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in",
                             "a.json", "-sigfile", "a.json.sig")
            else:
                self.openssl("dgst", "-sha256", "-verify", "key.pem", "-signature", "a.json.sig",
                             "a.json")

    def test_another_list_key_or_signature_is_status_1(self):
        self.make_key()
        self.make_key("other")
        self.write("a.json", OLD)
        self.sign_by_openssl("a.json")
        self.run_tattle("verify", "a.json", "--key", "other.pem", status=1)
        self.write("b.json", OLD + b"\n")
        self.run_tattle("verify", "b.json", "--key", "key.pem", "--signature", "a.json.sig", status=1)
        self.write("empty.sig", b"")
        out, _ = self.run_tattle("verify", "a.json", "--key", "key.pem", "--signature", "empty.sig",
                                 status=1)
        self.assertIn("NOT signed", out)

    def test_finds_the_signature_by_either_name(self):
        self.make_key()
        self.write("a.json", OLD)
        _, err = self.run_tattle("verify", "a.json", "--key", "key.pem", status=2)
        self.assertIn("neither a.json.sig nor a.sig", err)
        self.run_tattle("sign", "a.json", "--private-key", "key", "-o", "a.sig")
        self.run_tattle("verify", "a.json", "--key", "key.pem")

    def test_bad_keys_get_one_clear_line(self):
        self.make_key()
        self.make_key("p384", ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"))
        self.write("a.json", OLD)
        self.sign_by_openssl("a.json")
        self.write("text", b"hello")
        for key, message in (("none", "No such file"), ("text", "holds no public key"),
                             ("key", "holds a private key"), ("p384.pem", "ECDSA P-256")):
            _, err = self.run_tattle("verify", "a.json", "--key", key, status=2)
            self.assertIn(message, err)
        for key, message in (("none", "No such file"), ("key.pem", "holds no private key"),
                             ("p384", "ECDSA P-256")):
            _, err = self.run_tattle("sign", "a.json", "--private-key", key, status=2)
            self.assertIn(message, err)

    def test_a_list_that_does_not_load_is_not_signed(self):
        self.make_key()
        self.write("a.json", b"{")
        _, err = self.run_tattle("sign", "a.json", "--private-key", "key", status=2)
        self.assertIn("nothing is signed", err)
        self.assertFalse((self.folder / "a.json.sig").exists())


class UpdateTest(LogListTest):
    def setUp(self):
        super().setUp()
        self.make_key()
        self.write("installed.json", OLD)

    def offer(self, content, name="offer.json"):
        self.write(name, content)
        self.sign_by_openssl(name)
        return name

    def update(self, *args, status=0, **kwargs):
        out, err = self.run_tattle("update", *args, "--key", "key.pem", "--to", "installed.json",
                                   status=status, **kwargs)
        self.assertEqual(self.temporary_files(), [])
        return out, err

    def test_a_newer_list_replaces_the_old_one(self):
        out, _ = self.update(self.offer(NEW))
        self.assertEqual(self.read("installed.json"), NEW)
        self.assertIn("+ log 1 (Op)", out)
        self.assertIn("installed.json is now offer.json, version 1, of 2021-06-01", out)
        out, _ = self.update("offer.json")
        self.assertIn("up to date", out)

    def test_an_older_list_is_refused(self):
        self.write("installed.json", NEW)
        _, err = self.update(self.offer(OLD), status=1)
        self.assertIn("older than installed.json, of 2021-06-01", err)
        self.assertEqual(self.read("installed.json"), NEW)

    def test_d21_a_list_that_the_key_did_not_sign_is_refused(self):
        self.offer(NEW)
        self.write("offer.json", NEW.replace(b"log 1", b"log X"))
        _, err = self.update("offer.json", status=1)
        self.assertIn("not signed by key.pem", err)
        self.make_key("other")
        self.write("offer.json", NEW)
        self.sign_by_openssl("offer.json", "other")
        self.update("offer.json", status=1)
        (self.folder / "offer.json.sig").unlink()
        self.update("offer.json", status=2)
        self.assertEqual(self.read("installed.json"), OLD)

    def test_lists_that_may_not_replace_another_are_refused(self):
        for content, message in (
                (log_list(None, log(0)), "no log_list_timestamp"),
                (log_list("9000-01-01T00:00:00Z", log(0)), "in the future"),
                (log_list("2021-06-01T00:00:00Z"), "no logs"),
                (log_list("2021-06-01T00:00:00Z", log(0, key="!")), "no logs")):
            _, err = self.update(self.offer(content), status=1)
            self.assertIn(message, err)
        self.update(self.offer(b"{"), status=2)
        self.assertEqual(self.read("installed.json"), OLD)

    def test_d19_a_list_with_an_operator_without_logs_is_taken(self):
        content = json.loads(NEW)
        content["operators"].append({"name": "Bare"})
        self.update(self.offer(json.dumps(content).encode()))

    def test_a_dry_run_writes_nothing(self):
        out, _ = self.update(self.offer(NEW), "--dry-run")
        self.assertIn("+ log 1 (Op)", out)
        self.assertIn("nothing was written", out)
        self.assertEqual(self.read("installed.json"), OLD)

    def test_a_key_that_is_no_longer_denied_is_pointed_out(self):
        self.write("installed.json", log_list("2020-06-01T00:00:00Z", log(0), denied_logs=[denied(1)]))
        out, _ = self.update(self.offer(NEW))
        self.assertRegex(out, r"(?m)^! log 1 \(Op\): its key is NO LONGER denied")

    def test_without_a_list_the_built_in_one_is_the_measure(self):
        (self.folder / "installed.json").unlink()
        _, err = self.update(self.offer(NEW), status=1)
        self.assertIn("older than the built-in list", err)
        self.assertFalse((self.folder / "installed.json").exists())

    def test_a_broken_list_is_not_replaced_blindly(self):
        self.write("installed.json", b"{")
        _, err = self.update(self.offer(NEW), status=2)
        self.assertIn("remove this file", err)
        self.assertEqual(self.read("installed.json"), b"{")

    def test_mode_and_link_are_kept(self):
        os.chmod(self.folder / "installed.json", 0o640)
        (self.folder / "link.json").symlink_to("installed.json")
        self.run_tattle("update", self.offer(NEW), "--key", "key.pem", "--to", "link.json")
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertEqual(self.read("installed.json"), NEW)
        self.assertEqual(stat.S_IMODE((self.folder / "installed.json").stat().st_mode), 0o640)

    def test_the_destination_is_the_list_that_the_environment_names(self):
        env = {"TATTLE_LOG_LIST": "installed.json"}
        self.run_tattle("update", self.offer(NEW), "--key", "key.pem", env=env)
        self.assertEqual(self.read("installed.json"), NEW)

    def serve(self, **files):
        """Serves files by their names with dots for underscores; gives the URL of the folder."""
        served = {"/ct/" + name.replace("_", "."): content for name, content in files.items()}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                content = served.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("content-length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/ct/"

    def test_a_list_is_fetched_with_its_signature(self):
        name = self.offer(NEW)
        folder = self.serve(list_json=NEW, list_sig=self.read(name + ".sig"))
        out, _ = self.update(folder + "list.json", "--allow-http")
        self.assertIn("+ log 1 (Op)", out)
        self.assertEqual(self.read("installed.json"), NEW)
        self.assertEqual(self.temporary_files(), [])
        out, _ = self.update(folder + "list.json", "--allow-http")
        self.assertIn("is up to date", out)

    def test_a_signature_is_found_where_it_is_written(self):
        name = self.offer(NEW, "list.json")
        folder = self.serve(list_json=NEW, list_json_sig=self.read(name + ".sig"))
        self.update(folder + "list.json", "--allow-http")
        self.assertEqual(self.read("installed.json"), NEW)
        _, err = self.update(self.serve(list_json=NEW) + "list.json", "--allow-http", status=2)
        self.assertRegex(err, r"list\.json\.sig: HTTP status 404; .*list\.sig: HTTP status 404")

    def test_a_signature_may_have_a_url_of_its_own(self):
        name = self.offer(NEW)
        folder = self.serve(a=NEW, b=self.read(name + ".sig"))
        self.update(folder + "a", "--allow-http", status=2)
        self.update(folder + "a", "--allow-http", "--signature", name + ".sig", status=2)
        self.update(folder + "a", "--allow-http", "--signature", folder + "b")
        self.assertEqual(self.read("installed.json"), NEW)

    def test_what_is_fetched_is_trusted_no_more_than_a_file(self):
        signature = self.read(self.offer(NEW) + ".sig")
        older = log_list("2020-01-01T00:00:00Z", log(0))
        older_signature = self.read(self.offer(older) + ".sig")
        for files, status, message in (
                ({"list_json": NEW, "list_sig": older_signature}, 1, "not signed by"),
                ({"list_json": NEW + b" ", "list_sig": signature}, 1, "not signed by"),
                ({"list_json": older, "list_sig": older_signature}, 1, "older than"),
                ({"list_json": NEW}, 2, "HTTP status 404"),
                ({"list_sig": signature}, 2, "HTTP status 404"),
                ({"list_json": NEW, "list_sig": b"x" * 5000}, 2, "larger than")):
            _, err = self.update(self.serve(**files) + "list.json", "--allow-http", status=status)
            self.assertIn(message, err)
            self.assertEqual(self.read("installed.json"), OLD)

    def test_a_list_is_not_fetched_in_clear_text(self):
        folder = self.serve(list_json=NEW, list_sig=self.read(self.offer(NEW) + ".sig"))
        _, err = self.update(folder + "list.json", status=2)
        self.assertIn("https", err)
        self.assertIn("--allow-http allows it", err)
        self.assertEqual(self.read("installed.json"), OLD)

    def test_a_folder_that_is_not_there_is_made(self):
        to = ("--key", "key.pem", "--to", "none/of/them/log_list.json")
        self.run_tattle("update", self.offer(OLD), *to, status=1)  # older than the built-in one
        today = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())
        newest = self.offer(log_list(today, log(0)), "newest.json")
        self.run_tattle("update", newest, *to, "--dry-run")
        self.assertFalse((self.folder / "none").exists())
        self.run_tattle("update", newest, *to)
        self.assertEqual(os.listdir(self.folder / "none/of/them"), ["log_list.json"])
        self.write("file", b"")
        _, err = self.run_tattle("update", newest, "--key", "key.pem", "--to",
                                 "file/log_list.json", status=2)
        self.assertIn("tattle: cannot make the folder file: Not a directory", err)

    def test_updates_at_the_same_time_leave_the_newest(self):
        offers = [self.offer(log_list(f"2021-{month:02}-01T00:00:00Z", log(0)), f"{month}.json")
                  for month in range(1, 13)]
        running = [subprocess.Popen(
            [TATTLE, "loglist", "update", offer, "--key", "key.pem", "--to", "installed.json"],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for offer in offers]
        for process in running:
            self.assertIn(process.wait(timeout=60), (0, 1))
        self.assertEqual(self.read("installed.json"), self.read("12.json"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    TATTLE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
