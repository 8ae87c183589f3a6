#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle selftest` with every program that it knows how to make connect."""

import json
import os
import re
import subprocess
import unittest

import world  # raises outside of a box; pylint: disable=unused-import

MODULE = os.environ['TATTLE_MODULE']

REFUSES = ' loads the module and refuses a server without SCTs$'
IS_GNUTLS = ' uses GnuTLS: the module cannot be loaded$'

# Program, exit status, what is said, and what the program itself says of it.
PROGRAMS = [
    ('curl', 0, REFUSES, r'tattle::refused by Certificate Transparency policy'),
    ('openssl', 0, REFUSES, r'tattle::refused by Certificate Transparency policy'),
    ('python3', 0, REFUSES, r'invalid status response'),
    ('ruby', 0, REFUSES, r'invalid status response'),
    ('perl', 0, REFUSES, r'tattle::refused by Certificate Transparency policy'),
    ('php', 0, REFUSES, r'tattle::refused by Certificate Transparency policy'),
    ('node', 0, REFUSES, r'^Certificate Transparency required, but no valid SCTs found$'),
    ('lua5.4', 0, REFUSES, r'refused by Certificate Transparency policy'),
    ('socat', 0, REFUSES, r'tattle::refused by Certificate Transparency policy'),
    ('w3m', 0, REFUSES, r'Certificate Transparency required, but no valid SCTs found'),
    ('wget', 1, IS_GNUTLS, None),
    ('git', 1, IS_GNUTLS, None),
]


class SelfTestTest(unittest.TestCase):
    def test_known_programs(self):
        for program, status, sentence, words in PROGRAMS:
            with self.subTest(program):
                done = subprocess.run(
                    [os.environ['TATTLE_EXE'], 'selftest', '--module', MODULE, '--json', program],
                    capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
                self.assertEqual(done.stderr, '')
                result = json.loads(done.stdout)
                self.assertRegex(result['conclusion'], '^' + re.escape(program) + sentence, result)
                self.assertEqual(done.returncode, status)
                if words:
                    self.assertRegex(result['require']['words'], words)


if __name__ == '__main__':
    unittest.main()
