#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Tests tattle-simulate from outside: simulate_test.py PROGRAM [unittest arguments]."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import simulate_model

PROGRAM = None
HOUR_MS = 3_600_000
SMALL = {"--clients": "200", "--servers": "50", "--willing": "0.5", "--logs": "2", "--share": "0.1",
         "--fetch-interval": "1800", "--days": "4", "--warm-up": "0", "--trials": "3", "--sample": "20"}


def run(*words, status=0):
    small = [word for option, value in SMALL.items() if option not in words for word in (option, value)]
    done = subprocess.run([PROGRAM, *small, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120, check=False)
    if done.returncode != status:
        raise AssertionError(f"status {done.returncode}: {done.stderr}")
    return done


def simulate(*words):
    return json.loads(run("--json", *words).stdout)


def only(result):
    """What came of the one rule of a run."""
    (rule,) = result["rules"]
    return rule


class Simulate(unittest.TestCase):
    def test_a_split_is_found(self):
        found = only(simulate())["found"]
        self.assertEqual(found["trials"], 3)
        self.assertEqual(found["share_never"], 0)
        self.assertLess(found["ninety_percent_ms"], 48 * HOUR_MS)

    def test_the_honest_twin_finds_nothing(self):
        rule = only(simulate("--partition", "nobody", "--proof", "--with-auditor", "0.5", "--days", "2"))
        self.assertEqual(rule["found"]["share_never"], 1)
        self.assertEqual(rule["proven"]["share_never"], 1)
        # It was silent for want of a lie, not of gossip.
        self.assertGreater(rule["sample"]["messages_a_day"], 1)

    def test_servers_that_all_collude_are_not_found_out(self):
        self.assertEqual(only(simulate("--colluding", "1"))["found"]["share_never"], 1)
        late = only(simulate("--colluding", "1", "--held-hours", "24"))["found"]
        self.assertEqual(late["share_never"], 0)
        self.assertGreater(late["median_ms"], 24 * HOUR_MS)
        told = only(simulate("--colluding", "1", "--with-auditor", "1"))["found"]
        self.assertEqual(told["share_never"], 0)

    def test_one_victim_is_found_by_the_formula(self):
        """All willing, all visited alike: found at the first server that is visited twice."""
        rule = only(simulate("--clients", "1", "--servers", "100", "--willing", "1", "--zipf", "0",
                             "--visits", "25", "--logs", "1", "--fetch-interval", "300", "--partition",
                             "one", "--days", "8", "--trials", "101", "--sample", "0"))
        # Of n visits none is a second one with a chance of 100! / (100-n)! / 100^n: half at n = 12.
        # Visits are 25 a day, so that half of all are found by half a day; of 101 trials the median
        # is off by a tenth of that, one in twenty times.
        self.assertAlmostEqual(math.perm(100, 12) / 100**12, 0.5, delta=0.02)
        self.assertAlmostEqual(rule["found"]["median_ms"], 12 * HOUR_MS, delta=2 * HOUR_MS)
        self.assertEqual(rule["found"]["share_never"], 0)

    def test_servers_that_compare_link_naive_clients_and_not_ours(self):
        words = ("--marking", "--trials", "0", "--rules", "tattle,everything,thinned,hourly-logs")
        links = {}
        for rule in simulate(*words)["rules"]:
            links[rule["rule"]] = rule["sample"]["links"][-1]
        for naive in ("everything", "thinned"):
            self.assertGreater(links[naive]["again"], 50)
            self.assertGreater(links[naive]["linked"] / links[naive]["again"], 0.9, naive)
        self.assertGreater(links["tattle"]["again"], 50)
        self.assertEqual(links["tattle"]["linked"], 0)
        self.assertEqual(links["hourly-logs"]["again"], 0)

    def test_a_real_pool_gives_the_same(self):
        """With one log the model uses the very numbers that a pool does."""
        words = ("--clients", "12", "--servers", "10", "--visits", "30", "--logs", "1", "--share", "0.5",
                 "--fetch-interval", "3600", "--days", "1", "--trials", "1", "--sample", "6")
        model = simulate(*words)
        real = simulate(*words, "--real-pool")
        self.assertTrue(real["settings"].pop("real_pool"))
        self.assertFalse(model["settings"].pop("real_pool"))
        self.assertEqual(model, real)
        self.assertGreater(only(real)["sample"]["messages_a_day"], 0)

    def test_the_seed_decides(self):
        self.assertEqual(run("--json").stdout, run("--json").stdout)
        self.assertNotEqual(run("--json").stdout, run("--json", "--seed", "2").stdout)

    def test_table_and_plots(self):
        with tempfile.TemporaryDirectory() as folder:
            table = run("--rules", "tattle,everything", "--proof", "--plots", folder).stdout
            for word in ("found after", "proven after", "everything", "busiest", "linked by"):
                self.assertIn(word, table)
            names = sorted(path.name for path in pathlib.Path(folder).iterdir())
            self.assertEqual(names, ["bytes.svg", "found.svg", "linked.svg"])
            for name in names:
                root = xml.etree.ElementTree.parse(pathlib.Path(folder) / name).getroot()
                self.assertTrue(root.tag.endswith("svg"))
                lines = [one for one in root.iter() if one.tag.endswith("polyline")]
                self.assertTrue(any(one.get("points") for one in lines), name)

    def test_mistakes_are_said(self):
        for words, sentence in (
            (("--willing", "2"), "--willing is 2; it goes from 0 to 1"),
            (("--visits", "nan"), "--visits is nan"),
            (("--rules", "tattle,tattle"), "--rules names a rule twice"),
            (("--rules", "tattle,all"), 'no rule is called "all"'),
            (("--partition", "half"), 'no partition is called "half"'),
            (("--clients", "5000", "--real-pool"), "--real-pool is for up to 2000 clients"),
            (("--plots", "/nowhere/at/all"), "--plots: /nowhere/at/all is no folder"),
        ):
            done = run(*words, status=2)
            self.assertIn(sentence, done.stderr)

    def test_each_option_sets_what_it_says(self):
        """Each to a value of its own: none may set what belongs to another."""
        want = {"clients": 201, "servers": 51, "willing": 0.52, "visits": 19, "zipf": 0.5, "logs": 3,
                "head_interval": 2, "fetch_interval": 1801, "share": 0.21, "networks": 99, "colluding": 0.22,
                "held_hours": 5, "auditing": 0.91, "with_auditor": 0.23, "days": 3, "warm_up": 2, "trials": 0,
                "sample": 0, "coalition": 98, "seed": 7}
        words = [word for name, value in want.items() for word in ("--" + name.replace("_", "-"), str(value))]
        flags = {"--proof": "proof", "--marking": "marking", "--real-pool": "real_pool"}
        got = simulate(*words, *flags, "--partition", "network", "--rules", "thinned,tattle")
        self.assertEqual([rule["rule"] for rule in got["rules"]], ["thinned", "tattle"])
        other_name = {"head_interval": "head_interval_s", "fetch_interval": "fetch_interval_s",
                      "warm_up": "warm_up_days"}
        want = {other_name.get(name, name): value for name, value in want.items()}
        self.assertEqual(got["settings"], {**want, "partition": "network", **dict.fromkeys(flags.values(), True)})

    def test_bounds_are_those_that_help_says(self):
        text = " ".join(run("--help").stdout.split())
        self.assertIn("--days N how long the lie lasts, up to 90 ", text)
        for option, said, beyond in (
                ("--clients", "up to 10^6", 1_000_001), ("--servers", "up to 10^4", 10_001),
                ("--willing", "0 to 1", 1.01), ("--visits", "up to 70", 71), ("--zipf", "up to 3", 3.1),
                ("--logs", "up to 50", 51), ("--head-interval", "up to 86400", 86_401),
                ("--fetch-interval", "300 to 3600", 3601), ("--auditing", "0 to 1", 1.01),
                ("--with-auditor", "0 to 1", 1.01), ("--share", "0 to 1", 1.01),
                ("--networks", "up to 10^6", 1_000_001), ("--colluding", "0 to 1", 1.01),
                ("--held-hours", "up to 8760", 8761), ("--coalition", "up to 10^4", 10_001),
                ("--days", "up to 90", 91), ("--warm-up", "up to 30", 31), ("--trials", "up to 10^4", 10_001),
                ("--sample", "up to 10^4", 10_001)):
            begin = text.index(option + " N ")
            self.assertIn(said, text[begin:text.index(" (default", begin)])
            self.assertIn(f"{option} is {beyond}; it goes from ", run(option, str(beyond), status=2).stderr)

    def test_a_model_of_its_own_agrees(self):
        """simulate_model.py, which shares no line with the program, and draws other worlds."""
        for words, victims, willing, warm_up in (
                (("--partition", "one"), 1, 0.5, 1), (("--share", "0.01"), 10, 0.2, 0)):
            found = only(simulate("--clients", "1000", "--servers", "1000", "--willing", str(willing), *words, "--logs",
                                  "8", "--fetch-interval", "300", "--days", "14", "--warm-up", str(warm_up), "--trials",
                                  "151", "--sample", "0"))["found"]
            model = simulate_model.hours_until_found(
                victims=victims, servers=1000, willing=willing, visits=20, warm_up=warm_up, days=14, worlds=400)
            # Half of 151 worlds are found before the median give or take 12, two of three times.
            low, high = (model[round(len(model) * share)] for share in (0.5 - 0.13, 0.5 + 0.13))
            self.assertLess(low, found["median_ms"] / HOUR_MS, words)
            self.assertGreater(high, found["median_ms"] / HOUR_MS, words)

    def test_help(self):
        text = run("--help").stdout
        for option in ("--clients", "--partition", "--rules", "--seed", "--json", "--plots"):
            self.assertIn(option, text)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
