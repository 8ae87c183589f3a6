#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion in bash: each verb offers what its --help has, and values are completed.

    completion_test.py FILE...    the completions that were built, named as their programs
"""

import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from completion_cases import HELP, PROGRAMS, CompletionCases  # first: it knows where generate is
import generate

COMPLETIONS = {pathlib.Path(path).name: str(pathlib.Path(path).resolve()) for path in sys.argv[1:]}
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


class CompletionTest(CompletionCases, unittest.TestCase):
    def complete(self, line, file=None):
        words = re.findall(r'=|[^\s=]+', line) + ([''] if line.endswith(' ') else [])
        done = subprocess.run(
            ['bash', '--norc', '-uo', 'pipefail', '-c', ASK, 'ask', file or COMPLETIONS[words[0]], *words],
            cwd=self.folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ''), line)
        return sorted(done.stdout.split())

    def test_both_programs_have_one(self):
        self.assertEqual(sorted(COMPLETIONS), sorted(PROGRAMS))

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
