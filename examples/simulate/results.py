#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Runs what README.md has tables and plots of: results.py PROGRAM [--write | --check] [--quick]

Without an option it prints the tables. --write puts them into README.md, and the plots beside it.
--check compares both with what is there. --quick leaves out the rows that take more than a second.
"""

import functools
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PLOTS = ("--clients 500 --willing 0.3 --share 0.05 --rules tattle,everything,thinned --marking --days 7 "
         "--sample 20 --trials 21")
NO_SAMPLE = "--sample 0 --trials 51 "
MORE = "--sample 0 --trials 11 --servers 10000 "
ONE = "--sample 0 --trials 51 --partition one --willing 0.5 "


def duration(ms):
    """As DurationText of report.cc."""
    s = ms / 1000
    if s < 3600:
        return f"{s:.0f} s" if s < 60 else f"{s / 60:.1f} min"
    return f"{s / 3600:.1f} h" if s < 2 * 86400 else f"{s / 86400:.1f} d"


def size(count):
    """As ByteText of report.cc."""
    if count < 1000:
        return f"{count:.0f} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def times(rule):
    """Median and nine tenths, in one cell."""
    found = rule["found"]
    never = f"never ({100 * found['share_never']:.0f} % of worlds)"
    if found["median_ms"] is None:
        return [never]
    ninety = found["ninety_percent_ms"]
    return [duration(found["median_ms"]) + ", " + (never if ninety is None else duration(ninety))]


def columns(rule):
    """Median, nine tenths and never, in three cells."""
    found = rule["found"]
    return [*("never" if found[which] is None else duration(found[which])
              for which in ("median_ms", "ninety_percent_ms")), f"{100 * found['share_never']:.0f} %"]


def cost(rule):
    sample = rule["sample"]
    links = sample["links"]
    shares = {round(100 * one["linked"] / one["again"]) for one in links if one["again"]}
    linked = " to ".join(f"{share}" for share in sorted(shares)) + " %" if shares else "nothing is sent"
    return [duration(rule["found"]["median_ms"]) if rule["found"]["median_ms"] else "never",
            f"{sample['heads_a_message']:.0f}", size(sample["client_bytes_a_day"]),
            size(sample["server_bytes_a_day"]), size(sample["busiest_server_bytes_a_day"]), linked]


class Table:
    """Rows are (cells before, what each run adds to the command, whether it takes more than a second)."""

    def __init__(self, heading, command, cells, rows):
        self.heading, self.command, self.cells, self.rows = heading, command, cells, rows

    def lines(self, program, is_quick):
        columns_there = self.heading.count("|") - 1
        if not is_quick:
            yield self.heading
            yield "| " + " | ".join(["---"] * columns_there) + " |"
        for before, added, is_slow in self.rows:
            if is_slow and is_quick:
                continue
            results = [rule for words in added for rule in run(program, self.command + words)[0]]
            if self.cells is cost:
                for rule in results:
                    yield "| " + " | ".join([f"`{rule['rule']}`", *cost(rule)]) + " |"
            else:
                cells = [cell for rule in results for cell in self.cells(rule)]
                yield "| " + " | ".join([before, *cells]) + " |"


def by_willing(who, added, quick=()):
    return [who + " | `" + added + "`", [f"--willing {w} {added}" for w in ("0.01", "0.1", "0.5")], not quick]


TABLES = [
    Table("| who is shown the other tree | added | 1 % of servers are willing | 10 % | 50 % |", NO_SAMPLE, times, [
        by_willing("one client of 10,000", "--partition one"),
        by_willing("0.1 % of clients", "--share 0.001"),
        by_willing("1 % of clients", "--share 0.01"),
        by_willing("10 % of clients", "--share 0.1"),
        by_willing("1 % of networks", "--partition network --share 0.01"),
        by_willing("10 % of networks", "--partition network --share 0.1"),
    ]),
    Table("| clients | 1 % deceived, 10 % willing | 1 % deceived, 50 % willing | 0.1 % deceived, 10 % willing |",
          MORE, times,
          [[f"{n:,}", [f"--clients {n} --share 0.01", f"--clients {n} --share 0.01 --willing 0.5",
                       f"--clients {n} --share 0.001"], n > 1000]
           for n in (1000, 10_000, 100_000, 1_000_000)]),
    Table("| colluding | median | 90 % | never | with auditors: median | 90 % | never |", NO_SAMPLE, columns,
          [[name, [f"--colluding {c}", f"--colluding {c} --with-auditor 0.01"], True]
           for name, c in (("none", 0), ("50 %", 0.5), ("90 %", 0.9), ("100 %", 1))]),
    Table("| added | what it means | median | 90 % | never |", ONE, columns, [
        ["|", [""], False],
        ["`--colluding 0.9` | nine of ten servers drop what convicts the log", ["--colluding 0.9"], False],
        ["`--colluding 1` | all do", ["--colluding 1"], False],
        ["`--colluding 1 --with-auditor 1` | the same, and the client has an auditor",
         ["--colluding 1 --with-auditor 1"], False],
    ]),
    Table("| gossip before the lie | one client, 50 % willing | 1 % of clients, 10 % willing |", NO_SAMPLE, times,
          [[f"`--warm-up {days}`", [f"--partition one --willing 0.5 --warm-up {days}", f"--warm-up {days}"], True]
           for days in (0, 1, 7, 14)]),
    Table("| rule | found, median | heads a message | a client's bytes a day | a server's, mean | the busiest's "
          "| linked by 1 to 100 servers |", "", cost,
          [["", [PLOTS], False], ["", [PLOTS.replace("tattle,everything,thinned", "hourly-logs")], True]]),
]


@functools.lru_cache(maxsize=None)
def run(program, words):
    """What came of the rules, and each plot's name and text."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "--quiet", "--json", *words.split(), "--plots", folder],
                              stdout=subprocess.PIPE, check=True)
        drawn = sorted(pathlib.Path(folder).iterdir())
        return json.loads(done.stdout)["rules"], [(path.name, path.read_text(encoding="utf-8")) for path in drawn]


def write(readme, lines):
    """Puts a table in the place of the one with its heading."""
    old = readme.read_text(encoding="utf-8").split("\n")
    begin = old.index(lines[0])
    end = begin
    while old[end].startswith("|"):
        end += 1
    readme.write_text("\n".join(old[:begin] + lines + old[end:]), encoding="utf-8")


def missing(program, is_quick, readme):
    """What README.md or the plots should say and do not, and of how many lines and plots."""
    there = readme.read_text(encoding="utf-8").split("\n")
    out = []
    num = 0
    for table in TABLES:
        for line in table.lines(program, is_quick):
            num += 1
            out += [] if line in there else [line]
    for name, text in run(program, PLOTS)[1]:
        num += 1
        path = HERE / name
        out += [] if path.exists() and path.read_text(encoding="utf-8") == text else [name]
    return out, num


def main(program, *options):
    readme = HERE / "README.md"
    is_quick = "--quick" in options
    if set(options) - {"--write", "--check", "--quick"} or {"--write", "--check"} <= set(options):
        raise SystemExit(__doc__)
    if "--check" in options:
        wrong, num = missing(program, is_quick, readme)
        if wrong:
            raise SystemExit("not in examples/simulate:\n" + "\n".join(wrong))
        print(f"{num} lines and plots are as they are made now")
        return
    for table in TABLES:
        lines = list(table.lines(program, is_quick))
        if "--write" in options and not is_quick:
            write(readme, lines)
        print("\n".join(lines) + "\n", flush=True)
    if "--write" in options:
        for name, text in run(program, PLOTS)[1]:
            (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
