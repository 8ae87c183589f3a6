# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What each shell has to complete: all that --help has, and words, files and folders in these lines."""

import os
import pathlib
import shutil
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / 'adapters/cli/completion'))

import help_text

PROGRAMS = {'tattle': os.environ['TATTLE_EXE'], 'tattled': os.environ['TATTLED_EXE']}
HELP = {name: help_text.read_all(path) for name, path in PROGRAMS.items()}
POLICIES = 'android apple chrome mozilla rfc6962 strict'.split()
LINES = (
    ('tattle chec', ['check']),
    ('tattle log', ['log', 'loglist']),
    ('tattle log inc', ['inclusion']),
    ('tattle check --polic', ['--policy']),
    ('tattle audit --policy ', POLICIES),
    ('tattle check --policy a', ['all', 'android', 'apple']),
    ('tattle check --policy=st', ['strict']),
    ('tattle check --policy=', sorted([*POLICIES, 'all'])),
    ('tattle check --starttls xm', ['xmpp', 'xmpp-server']),
    ('tattle check x.pem --json --tim', ['--time', '--timeout']),
    ('tattle check --time ', []),
    ('tattle enable ', ['env', 'node', 'postfix', 'system-wide']),
    ('tattle enable prosody --mode re', ['report', 'require']),
    ('tattle gossip send --as ', ['client', 'server']),
    ('tattle pool list h', ['heads']),
    ('tattle loglist convert --to ', ['ctlog', 'v3']),
    ('tattle check ch', ['chain.pem']),
    ('tattle check --ca-file ', ['certs', 'chain.pem']),
    ('tattle audit --evidence-dir ', ['certs']),
    ('tattled --config c', ['certs', 'chain.pem']),
    ('tattle nosuchverb x', []),
)


class CompletionCases:
    """complete(line) is sorted what a shell offers for the last word of a line, which may be empty, in a
    folder with a file and a folder."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='completion'))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / 'chain.pem').touch()
        (self.folder / 'certs').mkdir()

    def test_offers_what_help_has(self):
        for program, verbs in HELP.items():
            for verb in verbs:
                line = ' '.join([program, *verb.words]) + ' '
                self.assertEqual(self.complete(line + '-'), sorted(verb.option_names()), line)
                if verb.verbs:
                    self.assertEqual(self.complete(line), sorted(verb.verbs), line)

    def test_completes_words(self):
        for line, want in LINES:
            self.assertEqual(self.complete(line), want, line)
