#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""embed_hashes_test.py EMBED_HASHES: what the script makes, and what it refuses."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = sys.argv.pop(1)
A, B = "0a" * 32, "b0" * 32


def embed(text):
    with tempfile.TemporaryDirectory() as folder:
        source, hashes, date = (pathlib.Path(folder, name) for name in ("in", "hashes", "date"))
        source.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, SCRIPT, source, hashes, date], capture_output=True, text=True, check=False
        )
        return done.returncode, hashes.read_text() + date.read_text() if date.exists() else done.stderr


class EmbedHashes(unittest.TestCase):
    def test_makes_an_array_a_line(self):
        status, text = embed(f"# comment\n# Date: 2026-08-16\n{A}  One\n{B}  T\u0151\n")
        want = "".join("{{" + ",".join([number] * 32) + "}},\n" for number in ("10", "176"))
        want += "1786838400000\n"
        self.assertEqual((status, text), (0, want))

    def test_refuses_what_is_not_sorted_or_not_there(self):
        for text, want in [
            ("", "has no hashes"),
            ("# comment\n", "has no hashes"),
            (f"{B}  b\n{A}  a\n", ":2: stands behind"),
            (f"{A}  a\n{A}  a\n", ":2: stands behind"),
            (f"{A}\n", ":1: is no line"),
            (f"{A[:-1]}  a\n", ":1: is no line"),
            (f"{A.upper()}  a\n", ":1: is no line"),
            (f"{A}  a\n\n", ":2: is no line"),
            (f"{A}  a\n", "has 0 lines like # Date"),
            (f"# Date: 2026-8-16\n{A}  a\n", "has 0 lines like # Date"),
            (f"# Date: 2026-08-16\n# Date: 2026-08-16\n{A}  a\n", "has 2 lines like # Date"),
            (f"# Date: 2026-13-16\n{A}  a\n", "month must be in 1..12"),
        ]:
            status, error = embed(text)
            self.assertEqual(status, 1, text)
            self.assertIn(want, error)


if __name__ == "__main__":
    unittest.main()
