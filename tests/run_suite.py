#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Runs meson test suites of one build folder and counts what was really tested.

    run_suite.py [--multiplier N] BUILD NAME SUITE...

Writes the log to BUILD/meson-logs/NAME.txt. A GoogleTest program counts by its cases, any other
test as one. Says each failure and each skip in a line, and in the last line the three numbers:
passed, failed, skipped. Exits with 1 when something failed and with 2 when the suites are empty.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as et

DEBIAN_MESON = "/usr/bin/meson"  # another may be on PATH, older or newer than what we are tested with
MESON = DEBIAN_MESON if os.access(DEBIAN_MESON, os.X_OK) else "meson"
GOOD, SKIPPED = ("OK", "EXPECTEDFAIL"), "SKIP"
LINES_SHOWN = 40  # of the output of a test that failed


class Count:
    """What was tested, and what there is to say of it."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def case(self, name, result, why=""):
        if result == "passed":
            self.passed += 1
            return
        if result == "skipped":
            self.skipped += 1
        else:
            self.failed += 1
        first = why.strip().splitlines()[:1]
        print(f"  {result}: {name}{': ' + first[0] if first else ''}")


def gtest_report(build, test):
    """Where meson lets a GoogleTest program write its cases."""
    return pathlib.Path(test["workdir"] or build) / f"{test['name']}.xml"


def count_gtest(count, test, record, report):
    """The cases of the report. A program that fails without a failed case (a crash, a leak found at
    its end) is one failure more."""
    failed_before = count.failed
    cases = []
    try:
        cases = et.parse(report).findall(".//testcase")
    except (FileNotFoundError, et.ParseError):
        pass
    for case in cases:
        name = f"{test['name']} {case.get('classname')}.{case.get('name')}"
        fault = next((case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None)
        skip = case.find("skipped")
        if fault is not None:
            count.case(name, "failed")
        elif skip is not None:
            # The message is "file:line\ntext".
            count.case(name, "skipped", (skip.get("message") or "").partition("\n")[2])
        elif case.get("status") == "notrun":
            count.case(name, "skipped", "disabled")
        else:
            count.case(name, "passed")
    if count.failed == failed_before and (record["result"] not in GOOD or not cases):
        count.case(test["name"], "failed", f"{record['result']}, exit status {record.get('returncode')}")


def count_tests(build, tests, records):
    """Counts every test that was to run; one without a record has failed."""
    count = Count()
    for test in tests:
        record = records.get(test["name"])
        failed_before = count.failed
        if record is None:
            count.case(test["name"], "failed", "did not run")
        elif test["protocol"] == "gtest":
            count_gtest(count, test, record, gtest_report(build, test))
        elif record["result"] in GOOD:
            count.case(test["name"], "passed")
        else:
            text = (record.get("stdout") or "") + (record.get("stderr") or "")
            result = "skipped" if record["result"] == SKIPPED else "failed"
            why = record["result"] if result == "failed" else text.strip().split("\n")[0]
            count.case(test["name"], result, why)
        if count.failed > failed_before and record:
            print_end_of(record)
    return count


def print_end_of(record):
    lines = (record.get("stdout") or "").splitlines() + (record.get("stderr") or "").splitlines()
    # GoogleTest says of each good case that it runs and that it is good. What is wanted is what went
    # wrong, and the case in which the program ended.
    text = re.sub(r"\[ RUN      \] (.*)\n\[       OK \] \1.*\n", "", "\n".join(filter(None, lines)))
    lines = text.splitlines()
    for line in lines[-LINES_SHOWN:]:
        print(f"    {line}")


def plain_name(name):
    """The test's name out of meson's "project:suite / name"."""
    return re.sub(r"^\S+:\S+ / ", "", name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--multiplier", default="1")
    parser.add_argument("build")
    parser.add_argument("name")
    parser.add_argument("suites", nargs="+")
    arguments = parser.parse_args()
    build = pathlib.Path(arguments.build)
    told = subprocess.run([MESON, "introspect", build, "--tests"], capture_output=True, text=True, check=True)
    wanted = {f"tattle:{suite}" for suite in arguments.suites}
    tests = [test for test in json.loads(told.stdout) if wanted & set(test["suite"])]
    if not tests:
        print("0 0 0")
        return 2
    names = [test["name"] for test in tests]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        print(f"  failed: two tests of one name: {', '.join(sorted(twice))}\n0 1 0")
        return 1
    for test in tests:
        # The report of an earlier run must not stand in for a program that crashes in this one.
        gtest_report(build, test).unlink(missing_ok=True)
    logs = build / "meson-logs"
    (logs / f"{arguments.name}.json").unlink(missing_ok=True)
    command = [MESON, "test", "-C", build, "--no-rebuild", "--logbase", arguments.name]
    command += ["--timeout-multiplier", arguments.multiplier]
    for suite in arguments.suites:
        command += ["--suite", suite]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    records = {}
    if (logs / f"{arguments.name}.json").exists():
        for line in (logs / f"{arguments.name}.json").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            records[plain_name(record["name"])] = record
    if not records:
        # meson runs no test at all where the program of one is missing.
        print_end_of({"stdout": run.stdout})
    count = count_tests(build, tests, records)
    print(count.passed, count.failed, count.skipped)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
