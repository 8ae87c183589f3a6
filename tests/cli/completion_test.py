#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion in bash: each verb offers what its --help has, and values are completed.

    completion_test.py FILE...    the completions that were built, named as their programs
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'adapters/cli/completion'))

import generate
import help_text

COMPLETIONS = {pathlib.Path(path).name: str(pathlib.Path(path).resolve()) for path in sys.argv[1:]}
PROGRAMS = {'tattle': os.environ['TATTLE_EXE'], 'tattled': os.environ['TATTLED_EXE']}
HELP = {name: help_text.read_all(path) for name, path in PROGRAMS.items()}
TIMEOUT_S = 60
# What bash does at a press of TAB: it splits the line also at = and calls the function that was
# registered for the program.
ASK = r'''
source "$1"
function=$(complete -p "$2") && function=${function#*-F } && function=${function%% *}
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function"
printf '%s\n' "${COMPREPLY[@]}"
'''


class CompletionTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='completion'))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / 'chain.pem').touch()
        (self.folder / 'certs').mkdir()

    def complete(self, line, file=None):
        """What is offered for the last word of a line, which may be empty."""
        words = re.findall(r'=|[^\s=]+', line) + ([''] if line.endswith(' ') else [])
        done = subprocess.run(
            ['bash', '--norc', '-uo', 'pipefail', '-c', ASK, 'ask', file or COMPLETIONS[words[0]], *words],
            cwd=self.folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ''), line)
        return sorted(done.stdout.split())

    def test_both_programs_have_one(self):
        self.assertEqual(sorted(COMPLETIONS), sorted(PROGRAMS))

    def test_offers_what_help_has(self):
        for program, verbs in HELP.items():
            for verb in verbs:
                line = ' '.join([program, *verb.words]) + ' '
                self.assertEqual(self.complete(line + '-'), sorted(verb.option_names()), line)
                if verb.verbs:
                    self.assertEqual(self.complete(line), sorted(verb.verbs), line)

    def test_completes_words(self):
        policies = 'android apple chrome mozilla rfc6962 strict'.split()
        for line, want in (
                ('tattle chec', ['check']),
                ('tattle log', ['log', 'loglist']),
                ('tattle log inc', ['inclusion']),
                ('tattle check --polic', ['--policy']),
                ('tattle audit --policy ', policies),
                ('tattle check --policy a', ['all', 'android', 'apple']),
                ('tattle check --policy=st', ['strict']),
                ('tattle check --policy=', sorted([*policies, 'all'])),
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
                ('tattle nosuchverb x', [])):
            self.assertEqual(self.complete(line), want, line)

    def test_words_are_those_of_help(self):
        verbs = HELP['tattle']
        for name, words in generate.WORDS.items():
            *path, last = name.split()
            texts = [option.text for verb in verbs if verb.words[:len(path)] == path
                     for option in verb.options if last in option.names]
            texts += [text for verb in verbs if verb.words[:len(path)] == path
                      for argument, text in verb.arguments.items() if argument == last]
            if last == 'PROGRAM' and path == ['status']:
                continue  # as enable takes it, which its text says
            self.assertTrue(texts, name)
            for word in words.split():
                self.assertTrue(all(re.search(rf'(?<![\w-]){re.escape(word)}(?![\w-])', text) for text in texts),
                                f'{name}: {word}')

    def test_shellcheck_passes(self):
        for path in COMPLETIONS.values():
            done = subprocess.run(['shellcheck', '-s', 'bash', path], capture_output=True, text=True,
                                  timeout=TIMEOUT_S, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_an_option_that_is_missing_would_be_seen(self):
        path = self.folder / 'tattle'
        path.write_text(pathlib.Path(COMPLETIONS['tattle']).read_text(encoding='utf-8').replace('--quiet ', ''),
                        encoding='utf-8')
        self.assertEqual(self.complete('tattle check --qui', str(path)), [])
        self.assertEqual(self.complete('tattle check --qui'), ['--quiet'])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
