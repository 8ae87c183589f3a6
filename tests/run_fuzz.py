#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Runs every fuzz target of a build folder for some seconds, as many at once as there are cores.

    run_fuzz.py [--seconds N] [--seed N] BUILD LOGS

Each works on a copy of its corpus, below build/fuzz-corpus, with the length from the table of
fuzz/README.md; what it finds goes to build/fuzz-found. The seed is 1 unless told: what comes of
a change shall depend on the change. With 0 each run tries other inputs. Says in a line what came of
each, and in the last line two numbers: passed, failed. Exits with 1 when something failed, with 2
when there is no target.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `(\w+)` \| *(\d+) *\|", re.MULTILINE)
RUNS = re.compile(r"number_of_executed_units: *(\d+)")
LINES_SHOWN = 30


def run(name, max_len, arguments):
    """What came of one target: whether it passed, and what to say."""
    binary = arguments.build / "fuzz" / f"{name}_fuzz"
    corpus = ROOT / "build/fuzz-corpus" / name
    found = ROOT / "build/fuzz-found" / name
    for folder in (corpus, found):
        shutil.rmtree(folder, ignore_errors=True)
    found.mkdir(parents=True)
    shutil.copytree(ROOT / "fuzz/corpus" / name, corpus)
    done = subprocess.run(
        [binary, f"-max_total_time={arguments.seconds}", f"-seed={arguments.seed}",
         f"-max_len={max_len}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1",
         f"-artifact_prefix={found}/", corpus],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    log = arguments.logs / f"fuzz-{name}.log"
    log.write_text(done.stdout)
    runs = RUNS.search(done.stdout)
    if done.returncode == 0 and runs and int(runs.group(1)) > 0:
        return True, f"  {name}: {runs.group(1)} runs"
    tail = "\n".join(done.stdout.splitlines()[-LINES_SHOWN:])
    return False, f"{tail}\n  failed: {name}; the whole log: {log}; the input: {found}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("logs", type=pathlib.Path)
    arguments = parser.parse_args()

    lengths = dict(ROW.findall((ROOT / "fuzz/README.md").read_text()))
    names = sorted(path.name.removesuffix("_fuzz.cc") for path in (ROOT / "fuzz").glob("*_fuzz.cc"))
    if not names:
        return 2
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for passed, text in pool.map(lambda name: run(name, lengths[name], arguments), names):
            print(text, flush=True)
            failed += not passed
    print(len(names) - failed, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
